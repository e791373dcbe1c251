package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
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
	Keyring *license.Keyring // verifies what the back office hands in, and has the issuer's key
	Ledger  Ledger

	// NextKeyring is the newest keyring as a signed document, for clients that
	// have an older one; nil if there is none. Keyring must be that keyring, or
	// the one that it follows.
	NextKeyring []byte

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
	issuer     *issuer.Issuer
	signer     *signer
	keyring    *license.Keyring
	ledger     Ledger
	now        func() time.Time
	throttle   *throttle
	clientAddr func(*http.Request) netip.Addr
	log        *slog.Logger

	next        string // the newest keyring's document, "" if there is none
	nextVersion int64

	drawing sync.Mutex
	random  io.Reader
}

// New returns a server. The error says which option is missing or does not fit.
func New(o Options) (*Server, error) {
	if o.Issuer == nil || o.Keyring == nil || o.Ledger == nil {
		return nil, errors.New("server: Options needs an Issuer, a Keyring and a Ledger")
	}
	s := &Server{
		issuer: o.Issuer, signer: &signer{issuer: o.Issuer}, keyring: o.Keyring, ledger: o.Ledger, now: o.Now, random: o.Random,
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
	if err := s.checkIssuer(); err != nil {
		return nil, err
	}
	if o.NextKeyring != nil {
		if err := s.announce(o.NextKeyring); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// checkIssuer makes sure that clients will believe what is signed here.
func (s *Server) checkIssuer() error {
	if s.issuer.Vendor() != s.keyring.Vendor() {
		return fmt.Errorf("server: the issuer is %q's, and the keyring %q's", s.issuer.Vendor(), s.keyring.Vendor())
	}
	now := s.time()
	own := s.issuer.Public().ID()
	if !slices.ContainsFunc(s.keyring.Keys(), func(k license.Key) bool {
		return k.Public.ID() == own && k.Role == license.RoleActivation && k.End >= license.DateOf(now)
	}) {
		return fmt.Errorf("server: the keyring has no key %s of the role %q that has not ended", own, license.RoleActivation)
	}
	_, err := s.issuer.Time(&license.SignedTime{Challenge: make([]byte, license.ChallengeSize), Time: now})
	if err != nil {
		return fmt.Errorf("server: the issuer cannot sign: %w", err)
	}
	return nil
}

// announce has clients with an older keyring get this one.
func (s *Server) announce(document []byte) error {
	next, err := s.keyring.Rotate(document)
	if err != nil {
		return fmt.Errorf("server: the next keyring: %w", err)
	}
	s.next, s.nextVersion = string(document), next.Version()
	return nil
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
