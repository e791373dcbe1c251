package activationtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A Sale says what is sold under one serial number. The zero value of each field
// is what most tests want: one machine, not bound, for ever, without a lease.
type Sale struct {
	Features []license.Feature // {ID: "export"} unless given
	Kind     license.Kind      // full unless given
	Window   license.Term
	Terms    func(*license.License) // changes anything else of the licence

	Limit         int64          // number of machines; 0 is 1
	Scheme        string         // binding scheme, a line such as binding.SchemeDesktop; "" is no binding
	CountBy       server.CountBy // what counts towards Limit without a Scheme; the default is machines
	Trial         bool           // one start for each machine
	Lease, Grace  time.Duration
	Transfers     int64
	Period        time.Duration
	Order         string
	Provisional   bool // by a request key: works for three calendar months, until Release
	Contact       string
	RequestKey    bool // there is a request key for it, too
	WithoutServer bool // sold, and not yet known to the server
}

// Sold is what came of a sale.
type Sold struct {
	Typed      string         // the serial number, as it is printed
	RequestKey string         // as it is printed, "" if there is none
	Serial     license.Serial // as licences have it
	LicenseID  string
	License    []byte // the signed document
	record     server.Sale
	offline    bool // the server does not have the sale
}

// Sell issues a licence, and has the server know its serial number.
func (v *Vendor) Sell(s Sale) *Sold {
	v.t.Helper()
	if err := s.check(); err != nil {
		v.t.Fatalf("%v", err)
	}
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	v.ok(err)
	v.mu.Lock()
	v.issued++
	sold := &Sold{Typed: key.Text(), Serial: license.Serial(key.Rows()[0]), LicenseID: fmt.Sprintf("L-%d", v.issued)}
	v.mu.Unlock()
	l := v.terms(s, sold)
	sold.License, err = v.Issuer.License(l)
	v.ok(err)
	sold.offline = s.WithoutServer
	sold.record = server.Sale{
		Serial: sold.Serial, Order: s.Order, Limit: max(s.Limit, 1), CountBy: s.CountBy, Trial: s.Trial, Contact: s.Contact,
		Transfers: s.Transfers, Period: s.Period, Lease: s.Lease, Grace: s.Grace,
		License: sold.License, Pending: s.Provisional, Created: v.Now(),
	}
	if s.RequestKey || s.Provisional {
		sold.RequestKey, sold.record.RequestKey = v.requestKey()
	}
	if !s.WithoutServer {
		v.ok(v.Server.Sell(context.Background(), "test", &sold.record))
	}
	return sold
}

// check returns which field of a sale makes no sense, and what to do.
func (s Sale) check() error {
	if s.Limit < 0 {
		return fmt.Errorf("activationtest: Sale.Limit is %d: give a number of machines from 1 on, or leave it out for 1", s.Limit)
	}
	for _, amount := range []struct {
		field    string
		negative bool
	}{{"Lease", s.Lease < 0}, {"Grace", s.Grace < 0}, {"Period", s.Period < 0}, {"Transfers", s.Transfers < 0}} {
		if amount.negative {
			return fmt.Errorf("activationtest: Sale.%s is below zero: leave it out for none", amount.field)
		}
	}
	if s.Scheme == "" {
		return nil
	}
	return checkScheme(s.Scheme)
}

// checkScheme refuses what is meant to be the name of a ready-made scheme. A word
// alone is a scheme of one component, which is mostly a name that was mistyped.
func checkScheme(line string) error {
	const how = "give the line of a scheme such as binding.SchemeDesktop, or leave it out for no binding"
	if _, named := binding.Named(line); named && !slices.Contains(binding.Standard(), line) {
		return fmt.Errorf("activationtest: Sale.Scheme %q is the name of a ready-made scheme, and not its line: %s", line, how)
	}
	scheme, err := binding.ParseScheme(line)
	if err != nil {
		return fmt.Errorf("activationtest: Sale.Scheme %q is not the line of a binding scheme: %s (%w)", line, how, err)
	}
	if parts := scheme.Components(); len(parts) == 1 && parts[0].Name == line && !slices.Contains(binding.Standard(), line) {
		return fmt.Errorf("activationtest: Sale.Scheme %q is one component that no machine has: %s; Sale.Terms binds to a component of your own", line, how)
	}
	return nil
}

// terms returns the licence of a sale.
func (v *Vendor) terms(s Sale, sold *Sold) *license.License {
	l := &license.License{
		ID: sold.LicenseID, Serial: sold.Serial, Kind: license.Full, Issued: v.Now(), NeedsReceipt: true,
		Licensee: license.Licensee{Name: "Ada Lovelace"}, Window: s.Window,
		Binding:  license.Binding{Scheme: s.Scheme},
		Products: []license.Product{{ID: v.product, Features: s.Features}},
	}
	if s.Features == nil {
		l.Products[0].Features = []license.Feature{{ID: "export"}}
	}
	if s.Kind != "" {
		l.Kind = s.Kind
	}
	if s.Provisional {
		l.Kind, l.Window = license.Provisional, license.Term{Kind: license.FromActivation, Span: license.Span{Months: 3}}
	}
	if s.Terms != nil {
		s.Terms(l)
	}
	return l
}

// requestKey draws a request key.
func (v *Vendor) requestKey() (typed string, digits license.Serial) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000))
	v.ok(err)
	key, err := keyfmt.NewRequest(n.Uint64())
	v.ok(err)
	return key.Text(), license.Serial(key.Payload())
}

// Update issues the next update of a sale, which installations get with their
// next check. Edit fills in what it changes.
func (v *Vendor) Update(s *Sold, edit func(u *license.Update)) []byte {
	v.t.Helper()
	text := v.Draft(s, edit)
	v.ok(v.Server.Submit(context.Background(), "test", s.Serial, v.updateID(s)))
	return text
}

// signUpdate signs the next update of a sale.
func (v *Vendor) signUpdate(s *Sold, edit func(u *license.Update)) []byte {
	v.t.Helper()
	v.mu.Lock()
	v.revised[string(s.Serial)]++
	v.mu.Unlock()
	u := &license.Update{ID: v.updateID(s), Serial: s.Serial, Sequence: v.sequence(s), Issued: v.Now()}
	if edit != nil {
		edit(u)
	}
	text, err := v.Issuer.Update(u)
	v.ok(err)
	return text
}

// Draft issues the next update of a sale. Clients get it only after Submit.
func (v *Vendor) Draft(s *Sold, edit func(u *license.Update)) []byte {
	v.t.Helper()
	text := v.signUpdate(s, edit)
	_, err := v.Server.AddUpdate(context.Background(), "test", s.Serial, text, false)
	v.ok(err)
	return text
}

// Submit has installations get the newest draft. Without one, the test ends.
func (v *Vendor) Submit(s *Sold) {
	v.t.Helper()
	if v.sequence(s) == 0 {
		v.t.Fatalf("activationtest: Submit: there is no draft of an update for this sale: call Draft first")
	}
	v.ok(v.Server.Submit(context.Background(), "test", s.Serial, v.updateID(s)))
}

func (v *Vendor) sequence(s *Sold) int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.revised[string(s.Serial)]
}

func (v *Vendor) updateID(s *Sold) string { return fmt.Sprintf("%s-U-%d", s.LicenseID, v.sequence(s)) }

// Release issues the final licence in the place of a provisional one. Edit, which
// may be nil, changes its terms.
func (v *Vendor) Release(s *Sold, edit func(l *license.License)) {
	v.t.Helper()
	l, err := license.Open(s.License, v.keyring)
	v.ok(err)
	issued := l.Issued.Add(time.Second)
	if now := v.Now(); now.After(issued) {
		issued = now
	}
	l.ID, l.Kind, l.Window, l.Issued = s.LicenseID+"-final", license.Full, license.Term{}, issued
	if edit != nil {
		edit(l)
	}
	text, err := v.Issuer.License(l)
	v.ok(err)
	v.ok(v.Server.Release(context.Background(), "test", s.Serial, text))
	s.LicenseID, s.License = l.ID, text
}

// Block has the server refuse what was sold, and tell installations so.
func (v *Vendor) Block(s *Sold) {
	v.t.Helper()
	v.ok(v.Server.Block(context.Background(), "test", s.Serial, ""))
}

// Unblock takes Block back.
func (v *Vendor) Unblock(s *Sold) {
	v.t.Helper()
	v.ok(v.Server.Unblock(context.Background(), "test", s.Serial, ""))
}

// Account returns what the server knows of a sale, with all its activations.
func (v *Vendor) Account(s *Sold) (*server.Sale, []*server.Activation) {
	v.t.Helper()
	var sale *server.Sale
	v.ok(v.Ledger.Look(context.Background(), server.Key{Serial: s.Serial}, func(a *server.Account) error {
		own := *a.Sale
		sale = &own
		return nil
	}))
	activations, err := v.Ledger.Activations(context.Background(), s.Serial, "", 1<<20)
	v.ok(err)
	return sale, activations
}
