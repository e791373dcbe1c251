package activationtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A Vendor is a vendor in a test: keys, a catalogue, an activation server with
// its ledger, a network between that and the product, and a clock that the test
// sets. Everything ends with the test.
type Vendor struct {
	Network *Network
	Server  *server.Server // for what the methods of Vendor do not do
	Ledger  server.Ledger
	Issuer  *issuer.Issuer // of the back office: signs licences and updates with the newest key

	t       testing.TB
	product string
	own     *activation.Options // the application's, nil for none
	clock   *Clock
	keyring *license.Keyring // embedded in the product
	newest  *license.Keyring
	keys    map[license.Role]*issuer.Issuer // newest key of each role
	first   *issuer.Issuer                  // signer of the catalogue that the product embeds
	next    server.Options                  // options of the next start of the server
	edition []license.Edition

	mu      sync.Mutex
	issued  int
	revised map[string]int64 // updates issued, by serial number
}

// An Option changes what New makes.
type Option func(*Vendor)

// Product names the product; it is "acme-cad" unless given.
func Product(id string) Option { return func(v *Vendor) { v.product = id } }

// Application sets the options with which the application opens its client: New
// takes the product's name from them, and Options and Client use all of them that a
// test need not replace. See Vendor.Options.
func Application(own activation.Options) Option {
	return func(v *Vendor) { v.product, v.own = own.Product, &own }
}

// Start sets the clock; it begins at noon on 10 March 2026, UTC, unless given.
func Start(at time.Time) Option { return func(v *Vendor) { v.clock.Set(at) } }

// Ledger has the server work on a ledger; it is a server.MemoryLedger unless
// given.
func Ledger(l server.Ledger) Option { return func(v *Vendor) { v.Ledger = l } }

// Editions are what activation keys of the product can grant.
func Editions(editions ...license.Edition) Option { return func(v *Vendor) { v.edition = editions } }

// New returns a vendor of one product. Each has new keys, so two vendors know
// nothing of each other.
//
//	vendor := activationtest.New(t)
//	sale := vendor.Sell(activationtest.Sale{Features: []license.Feature{{ID: "export"}}})
//	client := vendor.Client()
//	_, err := client.Enter(ctx, sale.Typed)
//	vendor.Network.Down()
//	// … what does the application do now?
func New(t testing.TB, options ...Option) *Vendor {
	t.Helper()
	v := &Vendor{
		t: t, product: "acme-cad", clock: NewClock(time.Date(2026, time.March, 10, 12, 0, 0, 0, time.UTC)),
		keys: map[license.Role]*issuer.Issuer{}, revised: map[string]int64{},
		edition: []license.Edition{{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "export"}}}},
	}
	for _, option := range options {
		option(v)
	}
	if v.own != nil && v.own.Product == "" {
		t.Fatalf("activationtest: Application: Options.Product is empty: give the product's id, as the application does")
	}
	if !license.IsID(v.product) {
		t.Fatalf("activationtest: Product: %q cannot be a product's id", v.product)
	}
	var keys []license.Key
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
		key, err := issuer.Generate(role, rand.Reader)
		v.ok(err)
		v.keys[role], err = issuer.New("acme", role, key.Signer())
		v.ok(err)
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: license.DateOf(v.Now().AddDate(20, 0, 0))})
	}
	v.Issuer = v.keys[license.RoleLicense]
	var err error
	v.keyring, err = license.NewKeyring("acme", 1, 1, keys)
	v.ok(err)
	if v.Ledger == nil {
		v.Ledger = server.NewMemoryLedger()
	}
	v.first, v.newest = v.Issuer, v.keyring
	v.next = server.Options{
		Issuer: v.keys[license.RoleActivation], Keyring: v.keyring, Ledger: v.Ledger, Now: v.Now,
	}
	v.Network = newNetwork(nil)
	v.restart()
	return v
}

// ok ends the test if there is an error.
func (v *Vendor) ok(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatalf("activationtest: %v", err)
	}
}

// Now returns the time of the vendor, and of every client that it was not set
// apart for.
func (v *Vendor) Now() time.Time { return v.clock.Now() }

// Clock returns the clock, to be set.
func (v *Vendor) Clock() *Clock { return v.clock }

// Keyring returns the keyring that the product embeds.
func (v *Vendor) Keyring() string { return v.keyring.String() }

// Catalogue returns the catalogue that the product embeds.
func (v *Vendor) Catalogue() []byte {
	text, err := v.first.Catalogue(&license.Catalogue{Product: v.product, Issued: v.Now(), Editions: v.edition})
	v.ok(err)
	return text
}

// HTTP returns the address of the server over a real connection on loopback. The
// faults of Network do not reach it.
func (v *Vendor) HTTP() string {
	s := httptest.NewServer(v.Server)
	v.t.Cleanup(s.Close)
	return s.URL
}

// Options returns what a new installation of the product opens its client with,
// on a machine of its own. The caller may change them, and may open a client
// with them again and again, as a product is started again.
// With the option Application, these are the application's own options, in which the
// test sets Keyring, Catalogue, Host, Dir, WitnessDir, Store, Witness, Documents and
// Now. Network replaces the server, if the application has one. Version and Released
// are filled in if they are empty, as they are outside a release build. With OnChange
// and without Poll, the client looks for changes every few milliseconds.
func (v *Vendor) Options() activation.Options {
	o := activation.Options{Courier: v.Network}
	if v.own != nil {
		o = *v.own
		if o.Server != "" || o.Courier != nil {
			o.Server, o.Courier = "", v.Network
		}
	}
	v.mu.Lock()
	v.issued++
	o.Host = NewMachine(v.product, fmt.Sprintf("machine-%d", v.issued))
	v.mu.Unlock()
	dir := v.t.TempDir()
	o.Product, o.Keyring, o.Catalogue, o.Documents, o.Now = v.product, v.Keyring(), v.Catalogue(), nil, v.Now
	o.Dir, o.WitnessDir, o.Store, o.Witness = dir+"/state", dir+"/witness", nil, nil
	if !license.IsVersion(o.Version) {
		o.Version = "4.2.0"
	}
	if o.Released.IsZero() {
		o.Released = v.Now().AddDate(0, -1, 0)
	}
	if o.OnChange != nil && o.Poll == 0 {
		o.Poll = quickPoll
	}
	return o
}

// quickPoll is how often a client looks for changes whose application waits to be
// called about them.
const quickPoll = 5 * time.Millisecond

// Client returns the client of a new installation.
func (v *Vendor) Client() *activation.Client { return v.Open(v.Options()) }

// Open returns a client, which is closed with the test if the test does not.
func (v *Vendor) Open(o activation.Options) *activation.Client {
	v.t.Helper()
	c, err := activation.Open(o)
	v.ok(err)
	v.t.Cleanup(func() { _ = c.Close() })
	v.clock.watched(c)
	return c
}

// ActivationKey returns a key to type, for a licensee's name as it is printed; of
// the first edition, which is number 1 "Standard" unless Editions says otherwise,
// and issued today, where the terms do not say.
func (v *Vendor) ActivationKey(name string, terms license.KeyTerms) string {
	v.t.Helper()
	if terms.Edition == 0 {
		terms.Edition = v.edition[0].Number
	}
	if terms.Issued == 0 {
		terms.Issued = license.DateOf(v.Now())
	}
	key, err := v.Issuer.Key(terms, v.product, name)
	v.ok(err)
	return key.Text()
}

// SignedTime answers a client's challenge.
func (v *Vendor) SignedTime(challenge keyfmt.Key, restored bool) []byte {
	v.t.Helper()
	text, err := v.keys[license.RoleActivation].Time(&license.SignedTime{Challenge: challenge.Payload(), Time: v.Now(), Restored: restored})
	v.ok(err)
	return text
}

// Upload answers a request in a file, as the vendor's upload page does.
func (v *Vendor) Upload(request []byte) []byte {
	v.t.Helper()
	reply, err := v.Network.deliver(context.Background(), bytes.Clone(request))
	v.ok(err)
	text, err := license.Armor(reply)
	v.ok(err)
	return text
}

// A Clock is a clock that the test sets. It does not move by itself. Clients that
// the vendor has opened notice at once when it is set.
type Clock struct {
	mu      sync.Mutex
	at      time.Time
	clients []*activation.Client
}

// watched has a client notice when the clock is set.
func (c *Clock) watched(client *activation.Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clients = append(c.clients, client)
}

// NewClock returns a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set sets the clock.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	c.at = at
	clients := slices.Clone(c.clients)
	c.mu.Unlock()
	for _, client := range clients {
		client.Status() // which sees what time it is
	}
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
