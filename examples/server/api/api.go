// Package api is what the vendor's desk and its programs call: JSON over HTTP,
// to sell, to change and to see what was sold. openapi.yaml documents it, and is
// served at /api/v1/openapi.yaml.
//
// Serial numbers and request keys stand in bodies and never in a path or query:
// proxies write those into their logs.
package api

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/server/store"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Prefix is what every path of the API begins with.
const Prefix = "/api/v1/"

// ErrTrouble is to be wrapped by what a Ledger returns when it could not do its
// part: all else is taken for a refusal of what was asked for.
var ErrTrouble = errors.New("the ledger failed")

// Options are what an API works with; all but Issuer, Catalogue, Version and
// Logger are needed.
type Options struct {
	Server  *server.Server
	Ledger  server.Ledger // the server's own
	Store   *store.Store
	Keyring *license.Keyring
	Issuer  *issuer.Issuer // of the role "license"; nil takes only what was signed elsewhere
	// Catalogue is what may be sold; without one, only names that a call says are
	// new ones.
	Catalogue *catalogue.Catalogue
	Version   string // of the program
	Now       func() time.Time
	Logger    *slog.Logger
}

// An API answers under Prefix.
type API struct {
	server  *server.Server
	ledger  server.Ledger
	store   *store.Store
	keyring *license.Keyring
	issuer  *issuer.Issuer
	listed  *catalogue.Catalogue
	version string
	now     func() time.Time
	log     *slog.Logger
	handler http.Handler
}

// New returns an API.
func New(o Options) (*API, error) {
	if o.Server == nil || o.Ledger == nil || o.Store == nil || o.Keyring == nil || o.Now == nil {
		return nil, errors.New("api: Options needs a Server, its Ledger, a Store, a Keyring and Now")
	}
	a := &API{
		server: o.Server, ledger: o.Ledger, store: o.Store, keyring: o.Keyring, issuer: o.Issuer, listed: o.Catalogue,
		version: o.Version, now: o.Now, log: o.Logger,
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if err := a.checkIssuer(); err != nil {
		return nil, err
	}
	a.handler = a.mux()
	return a, nil
}

// checkIssuer makes sure that products will accept what is signed here.
func (a *API) checkIssuer() error {
	if a.issuer == nil {
		return nil
	}
	for _, k := range a.keyring.Keys() {
		if k.Public == a.issuer.Public() && k.Role == license.RoleLicense && k.End >= license.DateOf(a.now()) {
			return nil
		}
	}
	return &server.UntrustedError{Key: a.issuer.Public().ID(), Role: license.RoleLicense}
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// second returns the time to the second, as documents have it.
func (a *API) second() time.Time { return a.now().UTC().Truncate(time.Second) }
