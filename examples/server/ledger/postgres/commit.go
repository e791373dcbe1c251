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
	// crowd is how many groups take locks at once after one has found that others
	// change the same accounts.
	crowd = 32
)

// commit does jobs in one transaction. Its first attempt takes no locks: it reads
// the accounts, and writes them if nobody else has in between. Otherwise, and
// where the database asks for that, or where the connection broke before the
// commit was sent, the transaction is made anew and takes them.
func (l *Ledger) commit(jobs []job, errs []error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	locked := l.crowded.Load() > 0
	if locked {
		l.crowded.Add(-1)
	}
	for attempt := 1; ; attempt++ {
		err := l.attempt(ctx, jobs, errs, locked)
		if err == nil || attempt == attempts || !again(err) {
			return err
		}
		clear(errs)
		if !locked {
			if locked = true; isConflict(err) {
				l.crowded.Store(crowd)
			}
			continue
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(time.Duration(attempt*attempt) * time.Millisecond)):
		}
	}
}

// isConflict reports whether somebody else has changed what was read.
func isConflict(err error) bool {
	var asked *pgconn.PgError
	return errors.As(err, &asked) && asked.Code == "40001"
}

// again reports whether a transaction that failed may succeed as it is.
func again(err error) bool {
	var asked *pgconn.PgError
	switch {
	case errors.Is(err, ledger.ErrUnknown), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.As(err, &asked):
		return asked.Code == "40001" || asked.Code == "40P01" || asked.SeverityUnlocalized != "ERROR"
	default:
		return pgconn.SafeToRetry(err) || errors.Is(err, errBroken)
	}
}

// errBroken says that the connection was lost before anything was committed.
var errBroken = errors.New("postgres: the connection broke")

// attempt does jobs in one transaction.
func (l *Ledger) attempt(ctx context.Context, jobs []job, errs []error, locked bool) error {
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	conn := pooled.Conn()
	defer rollback(conn)
	state, err := l.edited(ctx, conn, jobs, errs, locked)
	if err != nil {
		if conn.IsClosed() {
			err = fmt.Errorf("%w: %w", errBroken, err)
		}
		return err
	}
	return l.store(ctx, conn, state)
}

// edited loads what jobs need, and runs their edits on it. What lies apart takes
// more than one statement to read, so it is locked.
func (l *Ledger) edited(ctx context.Context, conn *pgx.Conn, jobs []job, errs []error, locked bool) (*state, error) {
	loads, err := l.loads(ctx, conn, jobs)
	if err != nil {
		return nil, err
	}
	state := newState(0)
	if len(loads.ids) > 0 && !locked {
		state, err = loads.peek(ctx, conn)
		locked = err == nil && state.anyApart()
	}
	if len(loads.ids) > 0 && locked {
		state, err = l.lock(ctx, conn, loads, jobs)
	}
	if err != nil {
		return nil, err
	}
	return state, state.edit(loads, jobs, errs)
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
