package serverapp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/metrics"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

// Running is a server that answers.
type Running struct {
	URL      string // of the address for customers: what activation.Options.Server takes
	AdminURL string // of the address for the vendor; the same unless Config.AdminListen is set

	Server *server.Server // to sell and to change sales from inside the program
	Ledger server.Ledger
	Store  *store.Store // to make tokens for the API

	log       *slog.Logger
	database  *database
	listening []listening
	failed    chan error
	once      sync.Once
	stopped   error
}

// listening is one address with what answers there.
type listening struct {
	http     *http.Server
	listener net.Listener
}

// Start opens the database, brings its tables up to date, and listens; ctx is
// for that much only. Shutdown must be called when the server is not needed any
// more.
func Start(ctx context.Context, c Config) (_ *Running, err error) {
	if c, err = c.withDefaults(); err != nil {
		return nil, err
	}
	r := &Running{log: c.Logger, failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.abandon())
		}
	}()
	if r.database, err = openDatabase(ctx, c.Database, c.Ledger); err != nil {
		return nil, err
	}
	r.Store, r.Ledger = r.database.store, r.database.ledger
	routes, err := newRoutes(c, r.database, metrics.New())
	if err != nil {
		return nil, err
	}
	r.Server = routes.server
	if err := checkLedger(ctx, c, r.Ledger, routes.server.Keyring(), c.Logger); err != nil {
		return nil, err
	}
	if err := r.listen(ctx, c, routes); err != nil {
		return nil, err
	}
	r.serve()
	return r, nil
}

// listen opens the addresses.
func (r *Running) listen(ctx context.Context, c Config, routes *routes) error {
	secure, err := tlsConfig(c)
	if err != nil {
		return err
	}
	public := routes.everything()
	if c.AdminListen != "" {
		public = routes.public()
	}
	if r.URL, err = r.listenAt(ctx, c.Listen, public, secure); err != nil {
		return err
	}
	r.AdminURL = r.URL
	if c.AdminListen != "" {
		r.AdminURL, err = r.listenAt(ctx, c.AdminListen, routes.admin(), secure)
	}
	return err
}

func (r *Running) listenAt(ctx context.Context, address string, handler http.Handler, secure *tls.Config) (url string, err error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("cannot listen at %s: %w", address, err)
	}
	s := server.NewHTTPServer(address, handler)
	s.TLSConfig = secure.Clone() // which net/http changes
	s.ErrorLog = slog.NewLogLogger(r.log.Handler(), slog.LevelDebug)
	r.listening = append(r.listening, listening{s, l})
	scheme := "http"
	if secure != nil {
		scheme = "https"
	}
	url = scheme + "://" + l.Addr().String()
	r.log.Info("listening", "url", url)
	if tcp, ok := l.Addr().(*net.TCPAddr); ok && secure == nil && !tcp.IP.IsLoopback() {
		r.log.Warn("plain HTTP beyond this machine: serial numbers and tokens can be read on the way; use TLS, or a proxy that does", "url", url)
	}
	return url, nil
}

// serve answers at every address until Shutdown.
func (r *Running) serve() {
	for _, l := range r.listening {
		go func() {
			var err error
			if l.http.TLSConfig != nil {
				err = l.http.ServeTLS(l.listener, "", "")
			} else {
				err = l.http.Serve(l.listener)
			}
			if !errors.Is(err, http.ErrServerClosed) {
				r.failed <- err
			}
		}()
	}
}

// Failed receives an error if the server cannot accept connections any more.
func (r *Running) Failed() <-chan error { return r.failed }

// Shutdown accepts no more requests, answers those that are under way, and
// closes the database. When ctx ends before all are answered, the rest is cut
// off and the error is ctx's.
func (r *Running) Shutdown(ctx context.Context) error {
	r.once.Do(func() {
		r.stopped = errors.Join(r.drain(ctx), r.database.Close())
		r.log.Info("stopped")
	})
	return r.stopped
}

// drain waits until every request is answered.
func (r *Running) drain(ctx context.Context) error {
	errs := make([]error, len(r.listening))
	var all sync.WaitGroup
	for i, l := range r.listening {
		all.Go(func() {
			if errs[i] = l.http.Shutdown(ctx); errs[i] != nil {
				errs[i] = errors.Join(fmt.Errorf("cutting off what is not answered yet: %w", errs[i]), l.http.Close())
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// abandon closes what Start has opened before it failed.
func (r *Running) abandon() error {
	var errs []error
	for _, l := range r.listening {
		errs = append(errs, l.listener.Close())
	}
	if r.database != nil {
		errs = append(errs, r.database.Close())
	}
	return errors.Join(errs...)
}
