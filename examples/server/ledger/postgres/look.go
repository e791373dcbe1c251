package postgres

import (
	"context"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A look is one call of Look. Those that come together are read together, as
// changes are: to ask for one account takes nearly as long as for ten.
type look struct {
	at    server.Key
	rows  *ledger.Rows
	apart bool // there is more to read, and rows are not all
}

// Look implements server.Ledger.
func (l *Ledger) Look(ctx context.Context, at server.Key, read func(*server.Account) error) error {
	j := &look{at: at}
	err := l.looks.Do(ctx, j)
	if err == nil && j.apart {
		j.rows, err = l.lookApart(ctx, at)
	}
	if err != nil {
		return err
	}
	account, err := j.rows.Account(at)
	if err != nil {
		return err
	}
	return read(account)
}

// lookAll reads accounts, each as it is at one moment.
func (l *Ledger) lookAll(looks []*look, _ []error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	jobs := make([]job, len(looks))
	for i, j := range looks {
		jobs[i] = job{at: j.at}
	}
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	loads, err := l.loads(ctx, pooled.Conn(), jobs)
	if err != nil {
		return err
	}
	state := newState(0)
	if len(loads.ids) > 0 {
		if state, err = loads.peek(ctx, pooled.Conn()); err != nil {
			return err
		}
	}
	for i, j := range looks {
		j.rows = &ledger.Rows{}
		if loads.found[i] {
			j.rows = state.rows(loads.keys[i], j.at)
		}
		j.apart = j.rows.Sale != nil && j.rows.Sale.Apart
	}
	return nil
}

// lookApart reads an account whose activations lie apart, with its sale and
// these of one moment.
func (l *Ledger) lookApart(ctx context.Context, at server.Key) (*ledger.Rows, error) {
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer pooled.Release()
	conn, jobs := pooled.Conn(), []job{{at: at}}
	loads, err := l.loads(ctx, conn, jobs)
	if err != nil || len(loads.ids) == 0 {
		return &ledger.Rows{}, err
	}
	defer rollback(conn)
	state, err := l.snapshot(ctx, conn, loads, jobs)
	if err != nil {
		return nil, err
	}
	return state.rows(loads.keys[0], at), nil
}
