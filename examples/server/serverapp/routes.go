package serverapp

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/api"
	"github.com/latchkey-go/latchkey/examples/server/metrics"
)

// routes is all that answers.
type routes struct {
	server   *server.Server
	api      http.Handler
	database *database
	metrics  *metrics.Metrics
	log      *slog.Logger
}

func newRoutes(c Config, d *database, counts *metrics.Metrics) (*routes, error) {
	log := slog.New(counts.Log(c.Logger.Handler()))
	if l, ok := d.ledger.(durable); ok {
		counts.Ledger(l.Stats)
	}
	ledger := &watched{Ledger: d.ledger, metrics: counts, log: log}
	core, err := server.New(server.Options{
		Issuer: c.Activation, OldIssuers: c.OldActivation, Keyring: c.Keyring, Ledger: ledger,
		NextKeyrings: c.NextKeyrings, Catalogues: c.Catalogues,
		Now: c.Now, Throttle: c.Throttle, ClientAddr: clientAddr(c.TrustedProxies), Logger: log,
	})
	if err != nil {
		return nil, fmt.Errorf("the activation server: %w", err)
	}
	vendor, err := api.New(api.Options{
		Server: core, Ledger: ledger, Store: d.store, Keyring: core.Keyring(), Issuer: c.License, Catalogue: c.Catalogue,
		Version: metrics.Version(), Now: c.Now, Logger: log,
	})
	if err != nil {
		return nil, fmt.Errorf("the vendor's API: %w", err)
	}
	return &routes{server: core, api: vendor, database: d, metrics: counts, log: log}, nil
}

// everything is what answers where there is one address only.
func (r *routes) everything() http.Handler {
	mux := http.NewServeMux()
	r.addPublic(mux)
	r.addAdmin(mux)
	return r.observed(mux)
}

// public is what customers' installations need.
func (r *routes) public() http.Handler {
	mux := http.NewServeMux()
	r.addPublic(mux)
	return r.observed(mux)
}

// admin is what the vendor needs.
func (r *routes) admin() http.Handler {
	mux := http.NewServeMux()
	r.addAdmin(mux)
	return r.observed(mux)
}

func (r *routes) addPublic(mux *http.ServeMux) {
	mux.Handle(server.Path, r.server)
	mux.Handle("/", r.server) // says where it is
}

func (r *routes) addAdmin(mux *http.ServeMux) {
	mux.Handle(api.Prefix, r.api)
	for _, path := range api.Discovery {
		mux.Handle("GET "+path, r.api)
	}
	mux.HandleFunc("GET /healthz", r.health)
	mux.Handle("GET /metrics", r.metrics.Handler())
}

// pingLimit is how long the database has to answer.
const pingLimit = 2 * time.Second

// health answers whether the server can do its work.
func (r *routes) health(w http.ResponseWriter, q *http.Request) {
	ctx, cancel := context.WithTimeout(q.Context(), pingLimit)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := r.database.ping(ctx); err != nil {
		r.log.LogAttrs(ctx, slog.LevelWarn, "the database does not answer", slog.Any("error", err))
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "the database does not answer\n")
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}
