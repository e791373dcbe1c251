// Package sqlite is a server.Ledger in one SQLite file. It needs nothing
// installed, and no C compiler.
//
// The file has a write-ahead log that is flushed at every commit. All changes
// go through one connection, and those that come in while the disk flushes go
// into the next transaction together, so that they share its flush. Others read
// meanwhile. A second process may have the same file open.
package sqlite

import (
	"context"
	"errors"
	"sync"

	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// readers is how many goroutines may read at once.
const readers = 4

// A Ledger is a server.Ledger in a file.
type Ledger struct {
	hasher *ledger.Hasher
	writer *sqlite.Conn
	group  *ledger.Group[job]
	idle   chan *sqlite.Conn // to read with
	close  func() error

	committing func(jobs int) // for tests, before a COMMIT that writes
}

var _ server.Ledger = (*Ledger)(nil)

// A job is one call of Change, or of Add.
type job struct {
	at   server.Key
	edit func(*server.Account) error
	add  []*server.Sale
}

// Open opens the file, and makes it and its tables where they are missing.
// Close must be called when it is not needed any more.
func Open(ctx context.Context, path string) (_ *Ledger, err error) {
	if err := create(path); err != nil {
		return nil, err
	}
	l := &Ledger{idle: make(chan *sqlite.Conn, readers), committing: func(int) {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.disconnect())
		}
	}()
	if l.writer, err = connect(path); err != nil {
		return nil, err
	}
	if err := writeAhead(ctx, l.writer); err != nil {
		return nil, err
	}
	secret, err := migrate(ctx, l.writer)
	if err != nil {
		return nil, err
	}
	l.hasher = ledger.NewHasher(secret)
	for range readers {
		reader, err := connect(path)
		if err != nil {
			return nil, err
		}
		l.idle <- reader
	}
	l.group = ledger.NewGroup(1, l.commit)
	l.close = sync.OnceValue(func() error {
		l.group.Close()
		return l.disconnect()
	})
	return l, nil
}

// disconnect closes the connections, once nobody reads.
func (l *Ledger) disconnect() error {
	var errs []error
	if l.close != nil { // opened in full, so that all readers will come back
		for range readers {
			errs = append(errs, (<-l.idle).Close())
		}
	} else {
		for len(l.idle) > 0 {
			errs = append(errs, (<-l.idle).Close())
		}
	}
	close(l.idle)
	if l.writer != nil {
		errs = append(errs, l.writer.Close())
	}
	return errors.Join(errs...)
}

// Close finishes what was begun, and closes the file.
func (l *Ledger) Close() error { return l.close() }

// Stats counts the transactions that were made, and the changes in them.
func (l *Ledger) Stats() ledger.Stats { return l.group.Stats() }

// Ping returns an error if the file cannot be read.
func (l *Ledger) Ping(ctx context.Context) error {
	return l.read(ctx, func(conn *sqlite.Conn) error {
		_, err := ask(conn, "SELECT count(*) FROM settings").number()
		return err
	})
}

// Change implements server.Ledger.
func (l *Ledger) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	return l.group.Do(ctx, job{at: at, edit: edit})
}

// Add implements server.Ledger.
func (l *Ledger) Add(ctx context.Context, sales ...*server.Sale) error {
	return l.group.Do(ctx, job{add: sales})
}

// Look implements server.Ledger.
func (l *Ledger) Look(ctx context.Context, at server.Key, read func(*server.Account) error) error {
	var rows *rows
	err := l.read(ctx, func(conn *sqlite.Conn) (err error) {
		rows, err = l.load(conn, at)
		return err
	})
	if err != nil {
		return err
	}
	account, err := rows.Account(at)
	if err != nil {
		return err
	}
	return read(account)
}

// History implements server.Ledger.
func (l *Ledger) History(ctx context.Context, serial license.Serial, after int64, limit int) (events []server.Event, err error) {
	err = l.read(ctx, func(conn *sqlite.Conn) error {
		events, err = l.events(conn, serial, after, limit)
		return err
	})
	return events, err
}

// Sales implements server.Ledger.
func (l *Ledger) Sales(ctx context.Context, f server.Filter) (sales []*server.Sale, err error) {
	err = l.read(ctx, func(conn *sqlite.Conn) error {
		sales, err = list(conn, f)
		return err
	})
	return sales, err
}

// Activations implements server.Ledger.
func (l *Ledger) Activations(ctx context.Context, serial license.Serial, after string, limit int) (activations []*server.Activation, err error) {
	err = l.read(ctx, func(conn *sqlite.Conn) error {
		activations, err = l.activations(conn, serial, after, limit)
		return err
	})
	return activations, err
}

// read runs do with a connection of its own, on one state of the file.
func (l *Ledger) read(ctx context.Context, do func(*sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case conn, open := <-l.idle:
		if !open {
			return ledger.ErrClosed
		}
		defer func() { l.idle <- conn }()
		return snapshot(conn, func() error { return do(conn) })
	}
}
