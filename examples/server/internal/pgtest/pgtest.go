// Package pgtest gives tests databases on a real PostgreSQL server.
//
// The server is the one that the environment names, by a URL of which the user
// may create databases:
//
//	LATCHKEY_TEST_POSTGRES=postgres://postgres@localhost/postgres
//
// or else, except on Windows, one that the tests start themselves from the
// programs that they find in the PATH or where Debian, Red Hat and Homebrew put
// them. It ends with the tests, however these end. Where there is none, tests
// are skipped.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// errNone says that there is no PostgreSQL on this machine.
var errNone = errors.New("no PostgreSQL was found: install it (apt-get install postgresql), or have LATCHKEY_TEST_POSTGRES name a server")

var (
	quick   = sync.OnceValues(func() (string, error) { return begin(false) })
	durable = sync.OnceValues(func() (string, error) { return begin(true) })
)

// URL returns the URL of a new database, which is dropped when the test ends.
// A server that was started for it does not flush the disk.
func URL(tb testing.TB) string {
	tb.Helper()
	return database(tb, quick)
}

// Durable is URL on a server that flushes the disk at every commit.
func Durable(tb testing.TB) string {
	tb.Helper()
	return database(tb, durable)
}

// begin returns the URL of a server.
func begin(fsync bool) (string, error) {
	if given := os.Getenv("LATCHKEY_TEST_POSTGRES"); given != "" {
		return given, nil
	}
	return start(fsync)
}

func database(tb testing.TB, server func() (string, error)) string {
	tb.Helper()
	address, err := server()
	if errors.Is(err, errNone) {
		tb.Skip(err)
	}
	require.NoError(tb, err)
	name := "latchkey_" + strings.ToLower(rand.Text())
	do(tb, address, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	tb.Cleanup(func() { do(tb, address, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)") })
	u, err := url.Parse(address)
	require.NoError(tb, err)
	u.Path = "/" + name
	return u.String()
}

// do runs a statement on the server. A server that was just started may not
// listen yet.
func do(tb testing.TB, address, statement string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	for err != nil && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
		conn, err = pgx.Connect(ctx, address)
	}
	require.NoError(tb, err)
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	require.NoError(tb, err)
}
