package postgres

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A refusal is the outcome of a batch that a server has refused, in its own
// language.
type refusal struct {
	pgx.BatchResults
	err error
}

func (r refusal) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, r.err }
func (r refusal) Close() error                     { return r.err }

// What an error means does not depend on the language of the server's messages.
func TestErrorsInAnyLanguage(t *testing.T) {
	t.Parallel()
	for code, retried := range map[string]bool{"40001": true, "40P01": true, "23505": false, "42601": false} {
		err := &pgconn.PgError{Severity: "FEHLER", SeverityUnlocalized: "ERROR", Code: code}
		require.Equal(t, retried, again(err), code)
		require.NotErrorIs(t, finish(refusal{err: err}, 1), ledger.ErrUnknown, "the server has said that nothing was stored")
	}
	fatal := &pgconn.PgError{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: "57P01"}
	require.True(t, again(fatal), "the connection was closed")
	require.ErrorIs(t, finish(refusal{err: fatal}, 1), ledger.ErrUnknown)
	require.ErrorIs(t, finish(refusal{err: errors.New("broken pipe")}, 1), ledger.ErrUnknown)
}
