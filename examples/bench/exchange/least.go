package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A least is a floor that also keeps what it answers: one row for each request,
// at the end of a table, which is durable before the answer goes out, many
// rows in one transaction. It reads nothing and decides nothing. So it shows what
// is left for a ledger once a database takes part at all.
type least struct {
	*floor
	group *ledger.Group[[]byte]
}

func (l *least) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err == nil {
		body, err = l.answer(body)
	}
	if err == nil {
		err = l.group.Do(r.Context(), body[:rowSize])
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// rowSize is about what an activation takes in a ledger, in bytes.
const rowSize = 700

// openLeast begins one over a database of its kind, nil for memory.
func (b *bench) openLeast(ctx context.Context, name string) (*least, error) {
	l := &least{floor: b.floor}
	switch name {
	case "sqlite":
		commit, err := b.leastSQLite()
		if err != nil {
			return nil, err
		}
		l.group = ledger.NewGroup(1, commit)
	case "postgres":
		commit, err := b.leastPostgres(ctx)
		if err != nil {
			return nil, err
		}
		l.group = ledger.NewGroup(2, commit)
	default:
		return nil, nil
	}
	b.closers = append(b.closers, func() error {
		l.group.Close()
		return nil
	})
	return l, nil
}

func (b *bench) leastSQLite() (func([][]byte, []error) error, error) {
	conn, err := sqlite.OpenConn(filepath.Join(b.dir, "least.db"), sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	if err != nil {
		return nil, err
	}
	b.closers = append(b.closers, conn.Close)
	for _, statement := range []string{
		"PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 8000",
		"CREATE TABLE least (n INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT",
	} {
		if err := sqlitex.ExecuteTransient(conn, statement, nil); err != nil {
			return nil, err
		}
	}
	return func(rows [][]byte, _ []error) (err error) {
		end, err := sqlitex.ImmediateTransaction(conn)
		if err != nil {
			return err
		}
		defer end(&err)
		for _, r := range rows {
			err = sqlitex.Execute(conn, "INSERT INTO least (data) VALUES (?)", &sqlitex.ExecOptions{Args: []any{r}})
			if err != nil {
				return err
			}
		}
		return nil
	}, err
}

func (b *bench) leastPostgres(ctx context.Context) (func([][]byte, []error) error, error) {
	conns := make(chan *pgx.Conn, 2)
	for range cap(conns) {
		conn, err := pgx.Connect(ctx, b.postgres)
		if err != nil {
			return nil, err
		}
		b.closers = append(b.closers, func() error { return conn.Close(context.Background()) })
		conns <- conn
		const table = `CREATE TABLE IF NOT EXISTS least (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea NOT NULL)`
		if _, err := conn.Exec(ctx, table); err != nil {
			return nil, err
		}
	}
	return func(rows [][]byte, _ []error) error {
		conn := <-conns
		defer func() { conns <- conn }()
		tag, err := conn.Exec(context.Background(), "INSERT INTO least (data) SELECT * FROM unnest($1::bytea[])", rows)
		if err == nil && int(tag.RowsAffected()) != len(rows) {
			err = errors.New("a row is missing")
		}
		return err
	}, nil
}
