package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

const (
	product   = "acme-cad"
	scheme    = "board+cpu~+disk~+mac~/2"
	perSerial = 4 // activations of each serial number
)

// A target is what is measured.
type target struct {
	name   string
	ledger server.Ledger // nil for the floor and for checks
	http   *httptest.Server
	of     *target // whose machines check what they have activated; nil for one that activates
	last   []*caller

	rates    []float64
	p50, p99 []time.Duration
}

// A bench is a vendor with servers, and what they are asked.
type bench struct {
	plan
	keyring  *license.Keyring
	office   *issuer.Issuer
	answers  *issuer.Issuer
	private  ed25519.PrivateKey // of answers
	floor    *floor
	targets  []*target
	profiled bool // the next round is
	closers  []func() error
	client   *http.Client
}

func newBench(p plan) (*bench, error) {
	b := &bench{plan: p}
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "latchkey-bench-")
		if err != nil {
			return nil, err
		}
		b.dir = dir
		b.closers = append(b.closers, func() error { return os.RemoveAll(dir) })
	}
	var keys []license.Key
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation} {
		key, err := issuer.Generate(role, rand.Reader)
		if err != nil {
			return nil, err
		}
		i, err := issuer.New("acme", role, key.Signer())
		if err != nil {
			return nil, err
		}
		if role == license.RoleLicense {
			b.office = i
		} else {
			b.answers, b.private = i, key.Signer().(ed25519.PrivateKey)
		}
		end, _ := license.ParseDate("2099-12-31")
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: end})
	}
	var err error
	if b.keyring, err = license.NewKeyring("acme", 1, 0, keys); err != nil {
		return nil, err
	}
	b.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: p.clients, MaxConnsPerHost: p.clients}}
	return b, b.addFloor()
}

func (b *bench) close() {
	for _, t := range b.targets {
		if t.http != nil {
			t.http.Close()
		}
	}
	for _, c := range slices.Backward(b.closers) {
		if err := c(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// addFloor adds the handler that does nothing else. Its reply has the length of
// a real one.
func (b *bench) addFloor() error {
	l := server.NewMemoryLedger()
	s, err := server.New(server.Options{Issuer: b.answers, Keyring: b.keyring, Ledger: l})
	if err != nil {
		return err
	}
	callers, err := b.sell(context.Background(), l, 1)
	if err != nil {
		return err
	}
	requests, err := asked(callers, license.OpActivate)
	if err != nil {
		return err
	}
	answer, err := s.Exchange(context.Background(), requests[0], zero)
	if err != nil {
		return err
	}
	h, err := newFloor(b.private, answer.Reply)
	if err != nil {
		return err
	}
	b.floor = h
	b.targets = append(b.targets, &target{name: "verify and sign", http: httptest.NewServer(h)})
	return nil
}

// addLedger adds a server over a ledger, and the check of what was activated
// there.
func (b *bench) addLedger(ctx context.Context, name string) error {
	l, err := b.open(ctx, name)
	if err != nil {
		return err
	}
	if err := b.preload(ctx, l); err != nil {
		return err
	}
	s, err := server.New(server.Options{Issuer: b.answers, Keyring: b.keyring, Ledger: l})
	if err != nil {
		return err
	}
	if least, err := b.openLeast(ctx, name); err != nil {
		return err
	} else if least != nil {
		b.targets = append(b.targets, &target{name: name + ", one row", http: httptest.NewServer(least)})
	}
	t := &target{name: name, ledger: l, http: httptest.NewServer(s)}
	b.targets = append(b.targets, t, &target{name: name + ", check", of: t})
	return nil
}

// A caller is an installation on a machine.
type caller struct {
	serial      license.Serial
	licenseID   string
	key         ed25519.PrivateKey
	fingerprint []byte
	next        []byte
}

// sell puts serial numbers into a ledger and returns n machines to activate them
// on, in any order.
func (b *bench) sell(ctx context.Context, l server.Ledger, n int) ([]*caller, error) {
	var callers []*caller
	var sales []*server.Sale
	for len(callers) < n {
		sale, err := b.sale()
		if err != nil {
			return nil, err
		}
		sales = append(sales, sale)
		for range perSerial {
			c, err := newCaller(sale)
			if err != nil {
				return nil, err
			}
			callers = append(callers, c)
		}
	}
	order := make([]*caller, 0, len(callers))
	for i := range perSerial { // neighbours are of different serial numbers
		for k := i; k < len(callers); k += perSerial {
			order = append(order, callers[k])
		}
	}
	return order[:n], l.Add(ctx, sales...)
}

// sale is one serial number as the desk sells it: a licence of five features.
func (b *bench) sale() (*server.Sale, error) {
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	if err != nil {
		return nil, err
	}
	serial := license.Serial(key.Rows()[0])
	now := time.Now().UTC().Truncate(time.Second)
	l := &license.License{
		ID: "L-" + string(serial[:11]), Serial: serial, Kind: license.Full, Issued: now, NeedsReceipt: true,
		Licensee: license.Licensee{Name: "Ada Lovelace", Company: "Analytical Engines Ltd", Email: "ada@acme.example"},
		Binding:  license.Binding{Scheme: scheme},
		Products: []license.Product{{ID: product, Features: []license.Feature{
			{ID: "draw"}, {ID: "export"}, {ID: "print", Runs: 1000}, {ID: "render", Term: license.Until(license.DateOf(now) + 365)}, {ID: "share"},
		}}},
	}
	text, err := b.office.License(l)
	if err != nil {
		return nil, err
	}
	return &server.Sale{
		Serial: serial, Product: product, Order: "2026-1042", Created: now, Limit: perSerial, License: text, LicenseID: l.ID, Scheme: scheme,
		Lease: 30 * 24 * time.Hour, Grace: 7 * 24 * time.Hour,
	}, nil
}

// newCaller returns an installation on a machine that are new.
func newCaller(sale *server.Sale) (*caller, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	var readings []binding.Reading
	for _, component := range []string{"board", "cpu", "disk", "mac", "machine"} {
		readings = append(readings, binding.Reading{Component: component, Values: []string{rand.Text()}})
	}
	f, err := binding.NewFingerprint(product, readings)
	if err != nil {
		return nil, err
	}
	text, err := f.Text()
	if err != nil {
		return nil, err
	}
	return &caller{sale.Serial, sale.LicenseID, private, text, random(license.LinkSize)}, nil
}

// asked returns what callers ask, signed.
func asked(callers []*caller, op license.Operation) (requests [][]byte, err error) {
	for _, c := range callers {
		r := &license.Request{
			Vendor: "acme", Product: product, Version: "4.2.0", Operation: op, Serial: c.serial,
			Nonce: random(license.NonceSize), Next: c.next, Fingerprint: c.fingerprint, Keyring: 1,
		}
		if op == license.OpCheck {
			r.License, r.Link, r.Next = c.licenseID, c.next, random(license.LinkSize)
		}
		text, err := r.Sign(c.key)
		if err != nil {
			return nil, err
		}
		requests = append(requests, text)
	}
	return requests, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// measure runs one round.
func (b *bench) measure(ctx context.Context, t *target) error {
	requests, at, err := b.questions(ctx, t)
	if err != nil {
		return err
	}
	stop, err := b.startProfile()
	if err != nil {
		return err
	}
	took, latencies, err := b.send(at.URL+"/v1/exchange", requests)
	if err != nil {
		return err
	}
	stop()
	slices.Sort(latencies)
	t.rates = append(t.rates, float64(len(requests))/took.Seconds())
	t.p50 = append(t.p50, latencies[len(latencies)/2])
	t.p99 = append(t.p99, latencies[len(latencies)*99/100])
	return nil
}

// questions returns what is asked in a round, and where: to activate, on machines
// that are new, or whether there is anything new, which there is not.
func (b *bench) questions(ctx context.Context, t *target) ([][]byte, *httptest.Server, error) {
	if t.of != nil {
		requests, err := asked(t.of.last, license.OpCheck)
		return requests, t.of.http, err
	}
	l := t.ledger
	if l == nil {
		l = server.NewMemoryLedger()
	}
	var err error
	if t.last, err = b.sell(ctx, l, b.n); err != nil {
		return nil, nil, err
	}
	requests, err := asked(t.last, license.OpActivate)
	return requests, t.http, err
}

// startProfile begins the profile that was asked for, if this is its round.
func (b *bench) startProfile() (stop func(), err error) {
	if b.profile == "" || !b.profiled {
		return func() {}, nil
	}
	f, err := os.Create(b.profile)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}

// send posts requests over as many connections as there are clients.
func (b *bench) send(url string, requests [][]byte) (time.Duration, []time.Duration, error) {
	latencies := make([]time.Duration, len(requests))
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var clients sync.WaitGroup
	start := time.Now()
	for range b.clients {
		clients.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				began := time.Now()
				if err := b.post(url, requests[i]); err != nil {
					failed.Store(&err)
					return
				}
				latencies[i] = time.Since(began)
			}
		})
	}
	clients.Wait()
	if err := failed.Load(); err != nil {
		return 0, nil, *err
	}
	return time.Since(start), latencies, nil
}

// post sends one request, and holds that the answer is a yes: a receipt makes
// it much longer than a no.
func (b *bench) post(url string, body []byte) error {
	r, err := b.client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK || n < 1200 {
		return errors.New("the answer is not a yes: status " + r.Status)
	}
	return nil
}
