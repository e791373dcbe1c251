package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// noon is a Tuesday.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

const (
	theSerial  license.Serial = "S-1001"
	theRequest license.Serial = "1234567894"
	board                     = "board+cpu~+disk~+mac~/2"
)

func seededKey(role license.Role, seed byte) issuer.PrivateKey {
	key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
	if err != nil {
		panic(err)
	}
	return key
}

func newIssuer(t testing.TB, role license.Role, seed byte) *issuer.Issuer {
	t.Helper()
	i, err := issuer.New("acme", role, seededKey(role, seed).Signer())
	require.NoError(t, err)
	return i
}

func date(t testing.TB, s string) license.Date {
	t.Helper()
	d, err := license.ParseDate(s)
	require.NoError(t, err)
	return d
}

// A vendor is a back office and its server, with a clock of their own.
type vendor struct {
	t       testing.TB
	back    *issuer.Issuer // signs licences
	keyring *license.Keyring
	ledger  *spy
	options server.Options
	*server.Server

	mu  sync.Mutex
	now time.Time
}

// newVendor returns a vendor with an empty memory ledger.
func newVendor(t testing.TB, change ...func(*server.Options)) *vendor {
	t.Helper()
	v := &vendor{t: t, back: newIssuer(t, license.RoleLicense, 1), now: noon, ledger: &spy{Ledger: server.NewMemoryLedger()}}
	signer := newIssuer(t, license.RoleActivation, 2)
	end := date(t, "2040-12-31")
	var err error
	v.keyring, err = license.NewKeyring("acme", 1, 0, []license.Key{
		{Public: v.back.Public(), Role: license.RoleLicense, End: end},
		{Public: signer.Public(), Role: license.RoleActivation, End: end},
	})
	require.NoError(t, err)
	v.options = server.Options{
		Issuer: signer, Keyring: v.keyring, Ledger: v.ledger, Now: v.time, Random: rand.NewChaCha8([32]byte{7}),
	}
	for _, c := range change {
		c(&v.options)
	}
	v.Server, err = server.New(v.options)
	require.NoError(t, err)
	return v
}

func (v *vendor) time() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

func (v *vendor) pass(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}

// A spy counts what a ledger is asked for and how often it wrote.
type spy struct {
	server.Ledger
	mu                    sync.Mutex
	looks, changes, wrote int
	fail                  error
}

func (s *spy) Look(ctx context.Context, at server.Key, read func(*server.Account) error) error {
	s.mu.Lock()
	s.looks++
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		return fail
	}
	return s.Ledger.Look(ctx, at, read)
}

func (s *spy) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	s.mu.Lock()
	s.changes++
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		return fail
	}
	return s.Ledger.Change(ctx, at, func(a *server.Account) error {
		// What may run again, runs again: it must come to the same.
		rehearsal := errors.New("rehearsal")
		_ = s.Ledger.Look(ctx, at, func(other *server.Account) error {
			_ = edit(other)
			return rehearsal
		})
		err := edit(a)
		if saved, put, notes := a.Changes(); err == nil && (saved || len(put)+len(notes) > 0) {
			s.mu.Lock()
			s.wrote++
			s.mu.Unlock()
		}
		return err
	})
}

// counts returns looks, changes and writes, and begins anew.
func (s *spy) counts() (looks, changes, wrote int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	looks, changes, wrote = s.looks, s.changes, s.wrote
	s.looks, s.changes, s.wrote = 0, 0, 0
	return looks, changes, wrote
}

func aLicense() *license.License {
	return &license.License{ID: "L-1", Serial: theSerial, Kind: license.Full, Issued: noon.Add(-time.Hour), NeedsReceipt: true,
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}}}
}

func (v *vendor) sign(l *license.License) []byte {
	v.t.Helper()
	text, err := v.back.License(l)
	require.NoError(v.t, err)
	return text
}

// bound returns a licence under a scheme.
func bound(scheme string) *license.License {
	l := aLicense()
	l.Binding.Scheme = scheme
	return l
}

// sell sells a licence, with changes to the sale.
func (v *vendor) sell(l *license.License, change ...func(*server.Sale)) *server.Sale {
	v.t.Helper()
	sale := &server.Sale{Serial: l.Serial, Limit: 3, License: v.sign(l), Contact: "help@acme.example"}
	for _, c := range change {
		c(sale)
	}
	require.NoError(v.t, v.Sell(v.t.Context(), "orders", sale))
	return sale
}

func withRequestKey(s *server.Sale) { s.RequestKey = theRequest }

// sale returns the sale as it is.
func (v *vendor) sale() (s *server.Sale) {
	v.t.Helper()
	require.NoError(v.t, v.ledger.Ledger.Look(v.t.Context(), server.Key{Serial: theSerial}, func(a *server.Account) error {
		s = a.Sale
		return nil
	}))
	return s
}

func (v *vendor) activations() []*server.Activation {
	v.t.Helper()
	all, err := v.ledger.Activations(v.t.Context(), theSerial, "", 1000)
	require.NoError(v.t, err)
	return all
}

func (v *vendor) events() []server.Event {
	v.t.Helper()
	events, err := v.ledger.History(v.t.Context(), theSerial, 0, 10_000)
	require.NoError(v.t, err)
	return events
}

// kinds returns the kinds of events after the sale's.
func (v *vendor) kinds() (kinds []server.EventKind) {
	v.t.Helper()
	events := v.events()
	require.Equal(v.t, server.EventSold, events[0].Kind)
	for _, e := range events[1:] {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// A client is an installation that a test leads by the hand.
type client struct {
	v        *vendor
	key      ed25519.PrivateKey
	product  string
	hardware map[string]string // values by component, nil: it tells nothing of its machine
	asked    int
	link     []byte
	next     []byte

	License  string
	Revision int64
	Usage    license.Usage
}

// clients are told apart by their number.
func (v *vendor) client(n int) *client {
	seed := make([]byte, ed25519.SeedSize)
	binary.BigEndian.PutUint32(seed, uint32(n)+1)
	c := &client{v: v, key: ed25519.NewKeyFromSeed(seed), product: "acme-cad", hardware: hardware(n)}
	c.next = c.draw("next")
	return c
}

// hardware is that of the nth machine.
func hardware(n int) map[string]string {
	return map[string]string{
		"board": fmt.Sprint("board ", n), "cpu": fmt.Sprint("cpu ", n), "disk": fmt.Sprint("disk ", n), "mac": fmt.Sprint("mac ", n),
		"machine": fmt.Sprint("machine ", n),
	}
}

// draw returns 16 bytes that no other draw returns.
func (c *client) draw(what string) []byte {
	c.asked++
	b := make([]byte, 16)
	copy(b, fmt.Sprintf("%s%d/%x", what[:1], c.asked, c.key[:4]))
	return b
}

// copy returns a copy of the installation with all that it knows.
func (c *client) copy() *client {
	other := *c
	other.asked += 1000
	return &other
}

// fingerprint reads a machine; a value "?" cannot be read, and of what is ""
// there is none; a + stands between several.
func fingerprint(t testing.TB, values map[string]string) []byte {
	t.Helper()
	if values == nil {
		return nil
	}
	var readings []binding.Reading
	for name, value := range values {
		r := binding.Reading{Component: name, Values: strings.Split(value, "+")}
		if value == "?" {
			r = binding.Reading{Component: name, Err: errors.New("cannot be read")}
		}
		readings = append(readings, r)
	}
	f, err := binding.NewFingerprint("acme-cad", readings)
	require.NoError(t, err)
	text, err := f.Text()
	require.NoError(t, err)
	return text
}

// request makes a request that is not signed yet.
func (c *client) request(op license.Operation) *license.Request {
	c.v.t.Helper()
	r := &license.Request{
		Vendor: "acme", Product: c.product, Version: "4.2.0", Operation: op, Serial: theSerial, Nonce: c.draw("nonce"),
		License: c.License, Revision: c.Revision, Keyring: 1, Link: c.link, Next: c.next, Usage: c.Usage,
	}
	if op != license.OpReport && op != license.OpDeactivate {
		r.Fingerprint = fingerprint(c.v.t, c.hardware)
	}
	return r
}

func byKey(r *license.Request) { r.Serial, r.RequestKey = "", theRequest }

// here is where requests come from unless a test says otherwise.
var here = netip.MustParseAddr("192.0.2.1")

// send has the server answer a request, and opens its reply.
func (c *client) send(r *license.Request) *license.Reply {
	c.v.t.Helper()
	text, err := r.Sign(c.key)
	require.NoError(c.v.t, err)
	answer, err := c.v.Exchange(c.v.t.Context(), text, here)
	require.NoError(c.v.t, err)
	return c.open(r, answer.Reply)
}

// open verifies a reply, and that it is to this request.
func (c *client) open(r *license.Request, text []byte) *license.Reply {
	c.v.t.Helper()
	reply, err := license.OpenReply(text, c.v.keyring)
	require.NoError(c.v.t, err)
	require.Equal(c.v.t, r.Nonce, reply.Nonce)
	require.Equal(c.v.t, r.Digest, reply.Request)
	require.Equal(c.v.t, r.Installation, reply.Installation)
	require.Equal(c.v.t, r.Product, reply.Product)
	require.Equal(c.v.t, c.v.time(), reply.Time)
	return reply
}

// do asks for an operation and goes on with what comes back, as a client does.
func (c *client) do(op license.Operation, change ...func(*license.Request)) *license.Reply {
	c.v.t.Helper()
	r := c.request(op)
	for _, f := range change {
		f(r)
	}
	reply := c.send(r)
	c.take(reply)
	return reply
}

// take keeps a reply's link and licence.
func (c *client) take(reply *license.Reply) {
	c.v.t.Helper()
	if reply.Link != nil && !bytes.Equal(reply.Link, c.link) {
		c.link, c.next = reply.Link, c.draw("next")
	}
	for _, text := range reply.Documents {
		switch license.KindOf([]byte(text)) {
		case license.KindLicense:
			l, err := license.Open([]byte(text), c.v.keyring)
			require.NoError(c.v.t, err)
			c.License, c.Revision = l.ID, l.Revision
		case license.KindUpdate:
			u, err := license.OpenUpdate([]byte(text), c.v.keyring)
			require.NoError(c.v.t, err)
			require.Equal(c.v.t, c.Revision+1, u.Sequence)
			c.Revision = u.Sequence
		}
	}
}

// yes asks for an operation that succeeds.
func (c *client) yes(op license.Operation, change ...func(*license.Request)) *license.Reply {
	c.v.t.Helper()
	reply := c.do(op, change...)
	require.Empty(c.v.t, reply.Code)
	return reply
}

// no asks for an operation that is refused, and checks that nothing is written.
func (c *client) no(op license.Operation, code license.Code, change ...func(*license.Request)) *license.Reply {
	c.v.t.Helper()
	c.v.ledger.counts()
	reply := c.do(op, change...)
	require.Equal(c.v.t, code, reply.Code)
	require.Empty(c.v.t, reply.Receipt)
	require.Empty(c.v.t, reply.Documents)
	_, _, wrote := c.v.ledger.counts()
	require.Zero(c.v.t, wrote)
	return reply
}

// receipt opens the receipt in a reply.
func (c *client) receipt(reply *license.Reply) *license.Receipt {
	c.v.t.Helper()
	r, err := license.OpenReceipt([]byte(reply.Receipt), c.v.keyring)
	require.NoError(c.v.t, err)
	require.Equal(c.v.t, []byte(c.key.Public().(ed25519.PublicKey)), r.Installation)
	require.Equal(c.v.t, reply.Sequence, r.Sequence)
	return r
}

// activate activates and returns the receipt.
func (c *client) activate(change ...func(*license.Request)) *license.Receipt {
	c.v.t.Helper()
	return c.receipt(c.yes(license.OpActivate, change...))
}

// proof is the signed word that the client gives the licence up.
func (c *client) proof() []byte {
	c.v.t.Helper()
	text, err := c.request(license.OpDeactivate).Sign(c.key)
	require.NoError(c.v.t, err)
	return text
}

func proving(proof []byte) func(*license.Request) {
	return func(r *license.Request) { r.Proof = proof }
}
