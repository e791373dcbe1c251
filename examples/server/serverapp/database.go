package serverapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/examples/server/ledger/postgres"
	"github.com/latchkey-go/latchkey/examples/server/ledger/sqlite"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

// A database is a ledger with the API's own tables beside it.
type database struct {
	ledger server.Ledger
	store  *store.Store
	close  []io.Closer
}

// A durable ledger is one in a database.
type durable interface {
	server.Ledger
	io.Closer
	Ping(context.Context) error
	Stats() ledger.Stats
}

var (
	_ durable = (*sqlite.Ledger)(nil)
	_ durable = (*postgres.Ledger)(nil)
)

// path returns the database as packages ledger and store take it.
func path(database string) string { return strings.TrimPrefix(database, "sqlite://") }

// openDatabase opens the database, and brings its tables up to date. A ledger
// that is given is used in place of the database's, and left open.
func openDatabase(ctx context.Context, name string, given server.Ledger) (_ *database, err error) {
	name = path(name)
	d := &database{ledger: given}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	switch {
	case given != nil:
	case name == "":
		d.ledger = server.NewMemoryLedger()
	default:
		l, err := openLedger(ctx, name)
		if err != nil {
			return d, err
		}
		d.ledger, d.close = l, append(d.close, l)
	}
	if d.store, err = store.Open(ctx, name); err != nil {
		return d, err
	}
	d.close = append(d.close, d.store)
	return d, nil
}

func openLedger(ctx context.Context, name string) (durable, error) {
	if store.IsPostgres(name) {
		l, err := postgres.Open(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("the PostgreSQL database: %w", err)
		}
		return l, nil
	}
	if kind, _, is := strings.Cut(name, "://"); is {
		return nil, fmt.Errorf("the database cannot be %s://…: give the path of an SQLite file, or a postgres:// URL", kind)
	}
	l, err := sqlite.Open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("the SQLite database %s: %w", name, err)
	}
	return l, nil
}

// Close closes what was opened, the last first.
func (d *database) Close() error {
	var errs []error
	for i := len(d.close) - 1; i >= 0; i-- {
		errs = append(errs, d.close[i].Close())
	}
	return errors.Join(errs...)
}

// ping returns an error if the ledger cannot be reached.
func (d *database) ping(ctx context.Context) error {
	if l, ok := d.ledger.(interface{ Ping(context.Context) error }); ok {
		return l.Ping(ctx)
	}
	return nil
}
