package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Options are what a Server works with.
type Options struct {
	// Issuer signs replies and receipts; its role is "activation". It is asked
	// once for all documents that are wanted at the same time, and not again
	// before it has answered, so a device is never asked twice at once.
	Issuer  *issuer.Issuer
	Keyring *license.Keyring // the oldest keyring that installations may have; the first of NextKeyrings is this one or its successor
	Ledger  Ledger

	// NextKeyrings are at most 16 signed keyrings, each the successor of the one
	// before. Clients get those that they do not have, together with the documents of
	// their sale that they may have without a signature that holds under the newest.
	// The newest keyring verifies documents from the back office, and must contain the
	// key of Issuer.
	NextKeyrings [][]byte
	// OldIssuers are former keys of the role "activation", newest first. The newest key
	// that a client can verify signs its reply, so that a client with an old keyring
	// can verify the reply that brings the next one. Remove a key once every client in
	// use has a keyring with a newer one.
	OldIssuers []*issuer.Issuer
	// Catalogues are signed catalogues that clients get together with the next keyring,
	// each client that of its product. Without one, a product cannot read activation
	// keys after the key that signed its embedded catalogue was revoked.
	Catalogues [][]byte

	Now      func() time.Time // nil is time.Now
	Random   io.Reader        // for the ids of activations; nil is crypto/rand.Reader
	Throttle Throttle

	// ClientAddr tells from where an HTTP request comes, for throttling. Nil
	// takes the connection's other end and believes no header: behind a proxy,
	// that is the proxy, so set one there that reads what your proxy writes.
	ClientAddr func(*http.Request) netip.Addr

	Logger *slog.Logger // nil logs nothing
}

// Errors for callers to branch on, with ErrExists.
var (
	// ErrUnreadable is wrapped by the error of Exchange for what is no request
	// that its sender has signed.
	ErrUnreadable = errors.New("server: this is not a request to the activation server")
	// ErrUnknown is wrapped where there is no such sale, activation or update.
	ErrUnknown = errors.New("server: nothing of that name is there")
)

// A Server answers the requests of installations, and does for the vendor's
// desk what changes a sale. Any number of goroutines may use one, and any
// number of servers one ledger.
type Server struct {
	vendor     string
	keys       rotation
	keyring    *license.Keyring // the newest
	ledger     Ledger
	now        func() time.Time
	throttle   *throttle
	clientAddr func(*http.Request) netip.Addr
	log        *slog.Logger

	drawing sync.Mutex
	random  io.Reader
}

// New returns a server. The error says which option is missing or does not fit.
func New(o Options) (*Server, error) {
	if o.Issuer == nil || o.Keyring == nil || o.Ledger == nil {
		return nil, errors.New("server: Options needs an Issuer, a Keyring and a Ledger")
	}
	s := &Server{
		vendor: o.Issuer.Vendor(), ledger: o.Ledger, now: o.Now, random: o.Random,
		throttle: newThrottle(o.Throttle), clientAddr: o.ClientAddr, log: o.Logger,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.clientAddr == nil {
		s.clientAddr = remoteAddr
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.setKeys(o); err != nil {
		return nil, err
	}
	return s, nil
}

// time returns the time to the second, as documents have it.
func (s *Server) time() time.Time { return s.now().UTC().Truncate(time.Second) }

// newID draws the id of an activation, 80 random bits.
func (s *Server) newID() (string, error) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	var b [10]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", fmt.Errorf("server: drawing an id: %w", err)
	}
	return fmt.Sprintf("A-%x", b), nil
}
