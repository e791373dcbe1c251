package sqlite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

//go:embed migrations/*.sql
var migrations embed.FS

// busy is how long a statement waits for another process that writes.
const busy = 10 * time.Second

// settings of every connection. With synchronous FULL, COMMIT flushes the log
// before it returns; fullfsync makes that reach the disk on macOS as well. Every
// page is in the log once per group at most, so a long log saves most of the
// copying back.
var settings = []string{
	"PRAGMA synchronous = FULL",
	"PRAGMA fullfsync = 1",
	"PRAGMA checkpoint_fullfsync = 1",
	"PRAGMA wal_autocheckpoint = 8000",
	"PRAGMA temp_store = MEMORY",
	"PRAGMA cache_size = -32768",
	"PRAGMA trusted_schema = 0",
}

// connect opens a connection to the file.
func connect(path string) (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	conn.SetBusyTimeout(busy)
	for _, s := range settings {
		if err := sqlitex.ExecuteTransient(conn, s, nil); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// create makes the file if there is none, for nobody but its owner to read. A
// file that is there is left alone: to open and close it would take this
// process's locks from it.
func create(path string) error {
	if path == "" || strings.HasPrefix(path, ":") {
		return fmt.Errorf("sqlite: %q is not the name of a file", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// writeAhead switches the file to a write-ahead log, where it is not yet. Two
// processes that do so at once may be told BUSY without a wait.
func writeAhead(ctx context.Context, conn *sqlite.Conn) error {
	return patiently(ctx, func() error {
		mode := ""
		err := sqlitex.ExecuteTransient(conn, "PRAGMA journal_mode = WAL", &sqlitex.ExecOptions{
			ResultFunc: func(stmt *sqlite.Stmt) error {
				mode = stmt.ColumnText(0)
				return nil
			},
		})
		if err == nil && mode != "wal" {
			err = fmt.Errorf("sqlite: the file cannot have a write-ahead log, only %q", mode)
		}
		return err
	})
}

// migrate brings the tables up to date and returns the secret of the database.
func migrate(ctx context.Context, conn *sqlite.Conn) (secret []byte, err error) {
	steps, err := ledger.Migrations(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	err = immediately(ctx, conn, func() error {
		if err := apply(conn, steps); err != nil {
			return err
		}
		if err := ask(conn, "INSERT INTO settings (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING").bytes(ledger.NewSecret()).run(); err != nil {
			return err
		}
		q := ask(conn, "SELECT value FROM settings WHERE name = 'secret'")
		if q.next() {
			secret = q.blob(0)
		}
		return q.end()
	})
	if err == nil && len(secret) != ledger.SecretSize {
		err = errors.New("sqlite: the secret in the file is damaged")
	}
	return secret, err
}

// apply does the steps that are missing, within a transaction.
func apply(conn *sqlite.Conn, steps []ledger.Migration) error {
	const table = `CREATE TABLE IF NOT EXISTS migrations (
		number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL) STRICT`
	if err := ask(conn, table).run(); err != nil {
		return err
	}
	have, name := int64(0), ""
	q := ask(conn, "SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1")
	if q.next() {
		have, name = q.stmt.ColumnInt64(0), q.stmt.ColumnText(1)
	}
	if err := q.end(); err != nil {
		return err
	}
	pending, err := ledger.Pending(steps, have, name)
	if err != nil {
		return err
	}
	for _, s := range pending {
		if err := sqlitex.ExecuteScript(conn, s.SQL, nil); err != nil {
			return fmt.Errorf("sqlite: migration %d: %w", s.Number, err)
		}
		q := ask(conn, "INSERT INTO migrations (number, name, applied) VALUES (?, ?, unixepoch())")
		if err := q.int(s.Number).text(s.Name).run(); err != nil {
			return err
		}
	}
	return nil
}
