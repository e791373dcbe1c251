// Package postgres is a server.Ledger in a PostgreSQL database, on which any
// number of server processes may work.
//
// Changes that come in while a transaction is on its way go into the next
// together: one exchange with the server reads what they need, and a second
// writes and commits what they made of it, if nobody else has changed it.
package postgres

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

const (
	workers = 2 // transactions on their way at once, and as many that only read
	readers = 6 // connections besides
)

// A Ledger is a server.Ledger in a database.
type Ledger struct {
	pool   *pgxpool.Pool
	hasher *ledger.Hasher
	group  *ledger.Group[job]
	looks  *ledger.Group[*look]
	close  func()

	crowded atomic.Int64 // how many groups take locks at once, as others change the same accounts
}

var _ server.Ledger = (*Ledger)(nil)

// A job is one call of Change.
type job struct {
	at   server.Key
	edit func(*server.Account) error
}

// Open connects to the database that a URL names, as
// postgres://user:password@host/database, and makes its tables where they are
// missing. Close must be called when it is not needed any more.
func Open(ctx context.Context, url string) (*Ledger, error) {
	pool, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	secret, err := migrate(ctx, pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	l := &Ledger{pool: pool, hasher: ledger.NewHasher(secret)}
	l.group = ledger.NewGroup(workers, l.commit)
	l.looks = ledger.NewGroup(workers, l.lookAll)
	l.close = sync.OnceFunc(func() {
		l.group.Close()
		l.looks.Close()
		l.pool.Close()
	})
	return l, nil
}

// Close finishes what was begun, and disconnects.
func (l *Ledger) Close() error {
	l.close()
	return nil
}

// Stats counts the transactions that were made, and the changes in them.
func (l *Ledger) Stats() ledger.Stats { return l.group.Stats() }

// Ping returns an error if the database cannot be reached.
func (l *Ledger) Ping(ctx context.Context) error { return l.pool.Ping(ctx) }

// Change implements server.Ledger.
func (l *Ledger) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	return l.group.Do(ctx, job{at: at, edit: edit})
}

// History implements server.Ledger.
func (l *Ledger) History(ctx context.Context, serial license.Serial, after int64, limit int) ([]server.Event, error) {
	return l.events(ctx, serial, after, limit)
}

// Sales implements server.Ledger.
func (l *Ledger) Sales(ctx context.Context, f server.Filter) ([]*server.Sale, error) {
	return l.list(ctx, f)
}

// Activations implements server.Ledger.
func (l *Ledger) Activations(ctx context.Context, serial license.Serial, after string, limit int) ([]*server.Activation, error) {
	return l.activations(ctx, serial, after, limit)
}
