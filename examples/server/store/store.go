// Package store keeps what the vendor's API needs besides the ledger, in tables
// of its own in the same database: bearer tokens, the states of orders, and
// which serial numbers a request made that may be repeated.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// Errors for callers to branch on.
var (
	ErrUnknown  = errors.New("store: nothing of that name is there")
	ErrExists   = errors.New("store: the name is there already")
	ErrConflict = errors.New("store: it was changed meanwhile")
)

// A Store is open tables. Any number of goroutines and processes may use them.
type Store struct {
	db       *sql.DB
	postgres bool
}

// IsPostgres reports whether a database is named by the URL of a PostgreSQL
// server, and not a file.
func IsPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Open opens the tables in a database, and makes them where they are missing:
// of a PostgreSQL server by its URL, or of an SQLite file by its path. With ""
// they are in memory, and end with the process.
func Open(ctx context.Context, database string) (*Store, error) {
	s := &Store{postgres: IsPostgres(database)}
	driver, source := "sqlite", database
	switch {
	case s.postgres:
		driver = "pgx"
	case database == "":
		source = ":memory:"
	case strings.Contains(database, "?"):
		return nil, fmt.Errorf("store: the name of the database's file has a question mark: choose another name")
	default:
		source += "?" + url.Values{
			"_pragma": {"busy_timeout(10000)", "synchronous(full)", "fullfsync(1)", "trusted_schema(0)"},
			"_txlock": {"immediate"},
		}.Encode()
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s.db = db
	db.SetMaxOpenConns(connections)
	if database == "" {
		db.SetMaxOpenConns(1) // each connection would have a memory of its own
	}
	if err := s.create(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), db.Close())
	}
	return s, nil
}

// connections is how many there are at most: the desk is not many people.
const connections = 4

// Close closes the connections.
func (s *Store) Close() error { return s.db.Close() }

// tables are the same in both databases. Times are in Unix seconds.
var tables = []string{
	`CREATE TABLE IF NOT EXISTS api_tokens (
		name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
		created BIGINT NOT NULL, revoked BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS api_orders (
		number TEXT PRIMARY KEY, status TEXT NOT NULL, actor TEXT NOT NULL, changed BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS api_attempts (
		id TEXT PRIMARY KEY, digest TEXT NOT NULL, keys TEXT NOT NULL, created BIGINT NOT NULL)`,
	`CREATE INDEX IF NOT EXISTS api_attempts_by_age ON api_attempts (created)`,
}

// creating is the advisory lock of whoever makes the tables: in PostgreSQL, two
// who make the same one at once are told that it exists.
const creating = 0x6c617463686b // "latchk"

func (s *Store) create(ctx context.Context) error {
	return s.within(ctx, func(tx *sql.Tx) error {
		if s.postgres {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(creating)); err != nil {
				return err
			}
		}
		for _, table := range tables {
			if _, err := tx.ExecContext(ctx, table); err != nil {
				return err
			}
		}
		return nil
	})
}

// within runs do in a transaction, which is committed if there is no error.
func (s *Store) within(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// q returns a statement with the placeholders of the database, where it is
// written with question marks.
func (s *Store) q(statement string) string {
	if !s.postgres {
		return statement
	}
	parts := strings.Split(statement, "?")
	var b strings.Builder
	b.WriteString(parts[0])
	for i, part := range parts[1:] {
		b.WriteString("$" + strconv.Itoa(i+1) + part)
	}
	return b.String()
}

// changed runs a statement and reports how many rows it changed.
func (s *Store) changed(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := s.db.ExecContext(ctx, s.q(statement), args...)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return result.RowsAffected()
}
