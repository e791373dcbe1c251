// Package serverapp puts the reference activation server together: the exchange
// of package activation/server over a ledger in SQLite or PostgreSQL, the
// vendor's API, health, metrics, logs and TLS.
//
// Main is the program examples/server. Start is the same server inside another
// program, for tests and demonstrations:
//
//	running, err := serverapp.Start(ctx, serverapp.Config{
//		Listen: "127.0.0.1:0", Database: "latchkey.db",
//		Keyring: keyring, Activation: activationIssuer, License: licenseIssuer,
//	})
//	token, err := running.Store.AddToken(ctx, "desk", store.Desk, time.Now())
//	// … running.URL …
//	err = running.Shutdown(ctx)
package serverapp

import (
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A Config says what a server works with.
type Config struct {
	// Listen is the address for customers, "127.0.0.1:8080" if empty; port 0 is
	// any that is free. AdminListen is the address for the vendor's API, /healthz
	// and /metrics; if empty, these are at Listen, too.
	Listen, AdminListen string

	// Database is the path of an SQLite file, with sqlite:// before it or
	// without, or the postgres:// URL of a database. Empty is a ledger in memory
	// that ends with the server.
	Database string
	// Ledger is used in place of the database's, for tests, and left open.
	Ledger server.Ledger

	Keyring       *license.Keyring
	Activation    *issuer.Issuer   // of the role "activation"
	OldActivation []*issuer.Issuer // its predecessors, newest first, for products with an older keyring
	License       *issuer.Issuer   // of the role "license"; nil: the API accepts only documents that were signed elsewhere
	// Catalogue lists the names that the API may sell; without it, every sale needs
	// "new_names": true.
	Catalogue    *catalogue.Catalogue
	NextKeyrings [][]byte // documents of the next keyrings, in their order
	Catalogues   [][]byte // signed catalogues that products get with the next keyring
	// AllowVoid starts the server although the last of NextKeyrings voids documents
	// in the ledger.
	AllowVoid bool

	// TLSCert and TLSKey are files in PEM, read again when they change; without
	// them it is plain HTTP.
	TLSCert, TLSKey string
	// TrustedProxies are the networks of proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix

	Throttle server.Throttle
	Now      func() time.Time // nil is time.Now
	Logger   *slog.Logger     // nil logs nothing
}

// withDefaults returns the configuration with what was left empty, or says what
// is missing.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Keyring == nil:
		return c, errors.New("serverapp: Config needs a Keyring")
	case c.Activation == nil:
		return c, errors.New("serverapp: Config needs an issuer of the role activation")
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return c, errors.New("serverapp: a certificate and its key are needed together")
	}
	if c.Listen == "" {
		c.Listen = DefaultListen
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// DefaultListen is the default address, which other machines cannot reach.
const DefaultListen = "127.0.0.1:8080"
