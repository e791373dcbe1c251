package faulttest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
	"github.com/latchkey-go/latchkey/examples/server/ledger/sqlite"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

// A site is a vendor's activation servers over one database, all of them real.
type site struct {
	*vendor
	urls []string       // of the servers
	desk *server.Server // sells, blocks and sets limits
	led  server.Ledger
}

// Sites of several server processes over one database.
const (
	twoOnSQLite    = "sqlite_two_processes"
	fourOnPostgres = "postgres_four_processes"
)

// sites are the kinds of sites.
var sites = []string{"memory", "sqlite", "postgres", twoOnSQLite, fourOnPostgres}

// openSite opens a site that ends with the test.
func openSite(t *testing.T, kind string) *site {
	t.Helper()
	config := serverapp.Config{}
	switch kind {
	case "sqlite", twoOnSQLite:
		config.Database = filepath.Join(t.TempDir(), "ledger.db")
	case "postgres", fourOnPostgres:
		config.Database = pgtest.URL(t)
	}
	s := openSiteWith(t, config)
	processes := map[string]int{twoOnSQLite: 2, fourOnPostgres: 4}[kind]
	if processes > 0 {
		s.urls = nil // this process is the desk, no more
	}
	for range processes {
		s.urls = append(s.urls, startServer(t, config.Database))
	}
	return s
}

// openSiteWith opens a site with a server in this process.
func openSiteWith(t *testing.T, config serverapp.Config) *site {
	t.Helper()
	v := mustVendor(t)
	running, err := startHere(t.Context(), v, config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = running.Shutdown(context.Background()) })
	return &site{vendor: v, urls: []string{running.URL}, desk: running.Server, led: running.Ledger}
}

func startHere(ctx context.Context, v *vendor, config serverapp.Config) (*serverapp.Running, error) {
	config.Listen, config.Keyring, config.Activation = "127.0.0.1:0", v.keyring, v.answers
	// All that comes, comes from this machine: what a test asks wrongly on
	// purpose is not to lock out the rest.
	config.Throttle = server.Throttle{
		KeysPerAddress: -1, KeysPerNetwork: -1, KeysPerProduct: -1, SerialsPerAddress: -1, SerialsPerNetwork: -1,
	}
	return serverapp.Start(ctx, config)
}

// url spreads machines over the servers.
func (s *site) url(n int) string { return s.urls[n%len(s.urls)] }

// A serverConfig is what a child that is a server is told.
type serverConfig struct {
	Database string
	Torn     bool // over a tornLedger on an SQLite file
}

// serveChild is the child that is a server. It returns if it cannot be one.
func serveChild(text string) error {
	var config serverConfig
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return err
	}
	v, err := newVendor()
	if err != nil {
		return err
	}
	ctx, c := context.Background(), serverapp.Config{Database: config.Database}
	if config.Torn {
		l, err := sqlite.Open(ctx, config.Database)
		if err != nil {
			return err
		}
		c.Ledger = &tornLedger{Ledger: l}
	}
	running, err := startHere(ctx, v, c)
	if err != nil {
		return err
	}
	say("ready", running.URL)
	return <-running.Failed()
}

// ready waits until a server answers, and returns its address. It is an error
// if the server ends before.
func (c *child) ready() (string, error) {
	line, ok := c.line()
	url, is := strings.CutPrefix(line, "ready ")
	if !ok || !is {
		return "", fmt.Errorf("the server says %q", line)
	}
	return url, nil
}

// startServer starts a server process that ends with the test, and returns its
// address.
func startServer(t *testing.T, database string) string {
	t.Helper()
	c, err := start("server", serverConfig{Database: database})
	require.NoError(t, err)
	t.Cleanup(c.kill)
	url, err := c.ready()
	require.NoError(t, err)
	return url
}

// eventually bounds what a test waits for; it is far more than that takes.
const eventually = 5 * time.Minute
