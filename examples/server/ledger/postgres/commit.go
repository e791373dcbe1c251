package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

const (
	patience = 30 * time.Second // for one group
	attempts = 10
)

// commit does jobs in one transaction, which is made anew where the database
// asks for that, or where the connection broke before the commit was sent.
func (l *Ledger) commit(jobs []job, errs []error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for attempt := 1; ; attempt++ {
		err := l.attempt(ctx, jobs, errs)
		if err == nil || attempt == attempts || !again(err) {
			return err
		}
		clear(errs)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(time.Duration(attempt*attempt) * time.Millisecond)):
		}
	}
}

// again reports whether a transaction that failed may succeed as it is.
func again(err error) bool {
	var asked *pgconn.PgError
	switch {
	case errors.Is(err, ledger.ErrUnknown), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.As(err, &asked):
		return asked.Code == "40001" || asked.Code == "40P01" || asked.Severity != "ERROR"
	default:
		return pgconn.SafeToRetry(err) || errors.Is(err, errBroken)
	}
}

// errBroken says that the connection was lost before anything was committed.
var errBroken = errors.New("postgres: the connection broke")

// attempt does jobs in one transaction.
func (l *Ledger) attempt(ctx context.Context, jobs []job, errs []error) error {
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	conn := pooled.Conn()
	defer rollback(conn)
	state, err := l.edited(ctx, conn, jobs, errs)
	if err != nil {
		if conn.IsClosed() {
			err = fmt.Errorf("%w: %w", errBroken, err)
		}
		return err
	}
	return l.store(ctx, conn, state)
}

// edited locks and loads what jobs need, and runs their edits on it.
func (l *Ledger) edited(ctx context.Context, conn *pgx.Conn, jobs []job, errs []error) (*state, error) {
	loads, err := l.loads(ctx, conn, jobs)
	if err != nil {
		return nil, err
	}
	state := &state{}
	if len(loads.ids) > 0 {
		if state, err = loads.lock(ctx, conn); err != nil {
			return nil, err
		}
	}
	state.edit(loads, jobs, errs)
	return state, nil
}

// rollback ends a transaction if one is open; the pool drops a connection on
// which that failed.
func rollback(conn *pgx.Conn) {
	if conn.IsClosed() || conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, _ = conn.Exec(ctx, "ROLLBACK")
}
