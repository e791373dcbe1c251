package serverapp_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A configuration that cannot work is refused, and says why.
func TestStartRefused(t *testing.T) {
	t.Parallel()
	k, other := servertest.NewKeys(t), servertest.NewKeys(t)
	for want, edit := range map[string]func(*serverapp.Config){
		"needs a Keyring":         func(c *serverapp.Config) { c.Keyring = nil },
		"role activation":         func(c *serverapp.Config) { c.Activation = nil },
		"needed together":         func(c *serverapp.Config) { c.TLSCert = "cert.pem" },
		"no such file":            func(c *serverapp.Config) { c.TLSCert, c.TLSKey = "/none/cert.pem", "/none/key.pem" },
		"has no key":              func(c *serverapp.Config) { c.Activation = other.Activation },
		"the keyring has no key":  func(c *serverapp.Config) { c.License = other.License },
		"cannot be mysql":         func(c *serverapp.Config) { c.Database = "mysql://localhost/latchkey" },
		"the SQLite database":     func(c *serverapp.Config) { c.Database = filepath.Join(t.TempDir(), "no", "folder") },
		"the PostgreSQL database": func(c *serverapp.Config) { c.Database = "postgres://orders:secret@127.0.0.1:1/none" },
		"cannot listen":           func(c *serverapp.Config) { c.Listen = "127.0.0.1:none" },
		"next keyring 1 of 1":     func(c *serverapp.Config) { c.NextKeyrings = [][]byte{[]byte("nonsense")} },
	} {
		c := serverapp.Config{Listen: "127.0.0.1:0", Keyring: k.Keyring, Activation: k.Activation, Now: noon}
		edit(&c)
		_, err := serverapp.Start(t.Context(), c)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "secret")
	}
}

// With an address for the vendor, customers reach the exchange and nothing else.
func TestAdminListen(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, func(c *serverapp.Config) { c.AdminListen = "127.0.0.1:0" })
	require.NotEqual(t, w.Running.URL, w.Running.AdminURL)
	for _, path := range []string{"/healthz", "/metrics", "/api/v1/status"} {
		status, text, _ := fetch(t, w.Running.URL+path)
		require.Equal(t, http.StatusNotFound, status, path)
		require.Contains(t, text, "the activation server is at /v1/exchange")
	}
	status, text, _ := fetch(t, w.Running.AdminURL+"/healthz")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ok\n", text)
	status, _, _ = fetch(t, w.Running.AdminURL+server.Path)
	require.Equal(t, http.StatusNotFound, status)
	c := w.Client("one")
	_, err := c.Enter(t.Context(), w.Desk.Sell(nil)["serial"].(string))
	require.NoError(t, err)
	require.Contains(t, counters(t, w), `latchkey_exchanges_total{code="ok",operation="activate"} 1`)
}

// The upload page is there for machines without a network.
func TestUploadPage(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	status, page, header := fetch(t, w.Running.URL+server.Path)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "<form")
	require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Len(t, header.Get("X-Request-Id"), 16)
}

// A database that does not answer is said to.
func TestHealth(t *testing.T) {
	t.Parallel()
	ledger := &dead{MemoryLedger: server.NewMemoryLedger()}
	w := servertest.New(t, func(c *serverapp.Config) { c.Ledger = ledger })
	status, _, _ := fetch(t, w.Running.URL+"/healthz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	status, answer := w.Desk.Do(http.MethodPost, "serials", object{"description": servertest.Terms})
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "unavailable", answer["error"].(object)["code"])
	status, _ = w.Desk.Do(http.MethodPost, "serials/search", object{})
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, w.Log.String(), "connection lost")
	require.Contains(t, counters(t, w), "latchkey_ledger_errors_total 1")
	status, _, _ = fetch(t, w.Running.URL+"/metrics")
	require.Equal(t, http.StatusOK, status)
}

type dead struct{ *server.MemoryLedger }

var errLost = errors.New("connection lost")

func (*dead) Ping(context.Context) error { return errLost }

func (*dead) Add(context.Context, ...*server.Sale) error { return errLost }

func (*dead) Sales(context.Context, server.Filter) ([]*server.Sale, error) { return nil, errLost }

// A request that is under way when the server is stopped is answered.
func TestShutdownAnswers(t *testing.T) {
	t.Parallel()
	under, let := make(chan struct{}), make(chan struct{})
	hold := sync.OnceFunc(func() { close(under); <-let })
	var active atomic.Bool
	w := servertest.New(t, func(c *serverapp.Config) {
		c.Ledger = &hooked{Ledger: server.NewMemoryLedger(), hook: func() {
			if active.Load() {
				hold()
			}
		}}
	})
	serial := w.Desk.Sell(nil)["serial"].(string)
	active.Store(true)
	c := w.Client("one")
	entered := make(chan error, 1)
	go func() {
		_, err := c.Enter(t.Context(), serial)
		entered <- err
	}()
	<-under
	stopped := make(chan error, 1)
	go func() { stopped <- w.Running.Shutdown(context.Background()) }()
	require.Eventually(t, func() bool { // nothing new is accepted
		response, err := http.Get(w.Running.URL + "/healthz")
		if err == nil {
			_ = response.Body.Close()
		}
		return err != nil
	}, waitLimit, tick)
	select {
	case <-stopped:
		require.Fail(t, "the server did not wait")
	default:
	}
	close(let)
	require.NoError(t, <-entered)
	require.NoError(t, <-stopped)
	require.True(t, c.Allows("draw"))
}

// Who does not end in time is cut off.
func TestShutdownBounded(t *testing.T) {
	t.Parallel()
	under, let := make(chan struct{}), make(chan struct{})
	k := servertest.NewKeys(t)
	running, err := serverapp.Start(t.Context(), serverapp.Config{
		Listen: "127.0.0.1:0", Keyring: k.Keyring, Activation: k.Activation, Now: noon,
		Ledger: &hooked{Ledger: server.NewMemoryLedger(), hook: sync.OnceFunc(func() { close(under); <-let })},
	})
	require.NoError(t, err)
	c := servertest.NewClient(t, running.URL, k.Keyring, "one", noon)
	ended := make(chan error, 1)
	go func() {
		_, err := c.Enter(t.Context(), "SAP1M-HY6RR-CYY0C-SZ2BV-3TG53")
		ended <- err
	}()
	<-under
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = running.Shutdown(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, err, running.Shutdown(t.Context()), "it is stopped once")
	close(let)
	require.Equal(t, license.ServerUnreachable, reason(t, <-ended))
}

// Clients with an older keyring get the one that follows.
func TestNextKeyring(t *testing.T) {
	t.Parallel()
	k := servertest.NewKeys(t)
	next, err := license.NewKeyring("acme", 2, 1, k.Keyring.Keys())
	require.NoError(t, err)
	document, err := issuer.SignKeyring(next, k.Root)
	require.NoError(t, err)
	running, err := serverapp.Start(t.Context(), serverapp.Config{
		Listen: "127.0.0.1:0", Keyring: k.Keyring, Activation: k.Activation, Now: noon, NextKeyrings: [][]byte{document},
	})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(running.URL, "http://127.0.0.1:"))
	require.NoError(t, running.Shutdown(t.Context()))
}
