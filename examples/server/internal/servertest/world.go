// Package servertest runs the reference server in tests: a vendor's keys, the
// server on loopback, the vendor's desk that calls the API, and products that
// activate.
package servertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/examples/server/store"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Product is what the vendor sells.
const Product = "acme-cad"

// Catalogue is what the vendor's catalogue lists.
var Catalogue = func() *catalogue.Catalogue {
	c, err := catalogue.Parse("catalogue.json", []byte(`{
		"products": {
			"acme-cad": {
				"features": {"draw": {}, "export": {}, "later": {}, "print": {}, "render": {}, "sim": {}, "team": {}},
				"editions": [{"number": 1, "name": "Standard", "features": {"draw": ""}}, {"number": 2, "name": "Pro", "features": {"draw": "", "export": "runs=100"}}]
			},
			"acme-cam": {"features": {"mill": {}}}
		}
	}`))
	if err != nil {
		panic(err)
	}
	return c
}()

// Noon is when tests begin.
var Noon = time.Date(2026, time.March, 10, 12, 0, 0, 0, time.UTC)

// A World is a vendor with a server that runs until the test ends.
type World struct {
	Keys
	Running    *serverapp.Running
	Clock      *activationtest.Clock
	Log        *Log
	Desk, Read *Caller // who call the API

	t testing.TB
}

// New starts a server; edit changes its configuration first. Unless it does, the
// ledger is in memory, and the server signs licences.
func New(t testing.TB, edit ...func(*serverapp.Config)) *World {
	t.Helper()
	w := &World{Keys: NewKeys(t), Clock: activationtest.NewClock(Noon), Log: &Log{}, t: t}
	c := serverapp.Config{
		Listen: "127.0.0.1:0", Keyring: w.Keyring, Activation: w.Activation, License: w.License, Now: w.Clock.Now, Catalogue: Catalogue,
		Logger: slog.New(slog.NewJSONHandler(w.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, edit := range edit {
		edit(&c)
	}
	running, err := serverapp.Start(t.Context(), c)
	require.NoError(t, err)
	w.Running = running
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, running.Shutdown(ctx))
	})
	w.Desk, w.Read = w.caller("orders", store.Desk), w.caller("auditor", store.Read)
	return w
}

func (w *World) caller(name string, role store.Role) *Caller {
	w.t.Helper()
	token, err := w.Running.Store.AddToken(w.t.Context(), name, role, w.Clock.Now())
	require.NoError(w.t, err)
	return NewCaller(w.t, w.Running.AdminURL, token)
}

// Client returns a product on a machine of its own, which the name tells from
// others.
func (w *World) Client(machine string) *activation.Client {
	w.t.Helper()
	return NewClient(w.t, w.Running.URL, w.Keyring, machine, w.Clock.Now)
}

// ClientWith is Client with changes to the options.
func (w *World) ClientWith(machine string, edit func(*activation.Options)) *activation.Client {
	w.t.Helper()
	return NewClient(w.t, w.Running.URL, w.Keyring, machine, w.Clock.Now, edit)
}

// NewClient returns a product with a server.
func NewClient(t testing.TB, url string, keyring *license.Keyring, machine string, now func() time.Time, edit ...func(*activation.Options)) *activation.Client {
	t.Helper()
	dir := t.TempDir()
	o := activation.Options{
		Product: Product, Version: "4.2.0", Released: Noon.AddDate(0, -1, 0), Keyring: keyring.String(),
		Host: activationtest.NewMachine(Product, machine), Server: url, Now: now,
		Dir: filepath.Join(dir, "state"), WitnessDir: filepath.Join(dir, "witness"),
	}
	for _, e := range edit {
		e(&o)
	}
	c, err := activation.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// Keys are a vendor's keys.
type Keys struct {
	Keyring                   *license.Keyring
	License, Activation, Root *issuer.Issuer

	private map[license.Role]issuer.PrivateKey
}

// NewKeys draws keys.
func NewKeys(t testing.TB) Keys {
	t.Helper()
	k := Keys{private: map[license.Role]issuer.PrivateKey{}}
	var public []license.Key
	for role, to := range map[license.Role]**issuer.Issuer{
		license.RoleLicense: &k.License, license.RoleActivation: &k.Activation, license.RoleRoot: &k.Root,
	} {
		private, err := issuer.Generate(role, rand.Reader)
		require.NoError(t, err)
		*to, err = issuer.New("acme", role, private.Signer())
		require.NoError(t, err)
		k.private[role] = private
		public = append(public, license.Key{Public: private.Public(), Role: role, End: license.DateOf(Noon.AddDate(50, 0, 0))})
	}
	var err error
	k.Keyring, err = license.NewKeyring("acme", 1, 1, public)
	require.NoError(t, err)
	return k
}

// Write writes the private key of a role to a file.
func (k Keys) Write(t testing.TB, role license.Role, path string) {
	t.Helper()
	require.NoError(t, k.private[role].WriteFile(path))
}

// A Log is what a server has logged. Many may write and read it.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String returns all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
