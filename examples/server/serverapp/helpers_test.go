package serverapp_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/license"
)

type object = map[string]any

// A hooked ledger calls hook before each Change, and before each Look.
type hooked struct {
	server.Ledger
	hook func()
}

func (h *hooked) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	h.hook()
	return h.Ledger.Change(ctx, at, edit)
}

func (h *hooked) Look(ctx context.Context, at server.Key, read func(*server.Account) error) error {
	h.hook()
	return h.Ledger.Look(ctx, at, read)
}

// fetch gets a URL.
func fetch(t testing.TB, url string) (status int, body string, header http.Header) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text), response.Header
}

// reason returns the code of the reason in an error.
func reason(t testing.TB, err error) license.Code {
	t.Helper()
	var why *license.Reason
	require.ErrorAs(t, err, &why)
	return why.Code
}

// noon is a clock that stands at the time at which tests begin.
func noon() time.Time { return servertest.Noon }

const (
	waitLimit = time.Minute
	tick      = 10 * time.Millisecond
)
