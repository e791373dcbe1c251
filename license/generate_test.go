package license_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A generator makes valid licences, updates and usages that have little to do
// with one another but their names, so that they meet often.
type generator struct{ *rand.Rand }

// forSeeds calls f with n generators. A test that fails says which it was.
func forSeeds(t *testing.T, n int, f func(g generator)) {
	for seed := range uint64(n) {
		func() {
			defer func() {
				if t.Failed() {
					t.Logf("the seed was %d", seed)
				}
			}()
			f(generator{rand.New(rand.NewPCG(20260310, seed))})
		}()
	}
}

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

var today = license.DateOf(noon)

// date returns a day from a year before noon to two years after it, often one
// of a few.
func (g generator) date() license.Date {
	if g.chance(30) {
		return today + license.Date(pick(g, -30, -1, 0, 1, 30))
	}
	return today + license.Date(g.IntN(1100)-365)
}

func (g generator) past() time.Time {
	if g.chance(30) {
		return time.Time{}
	}
	return noon.Add(-time.Duration(g.IntN(400*24)) * time.Hour)
}

func (g generator) span() license.Span {
	return pick(g, license.Span{Days: 1 + g.IntN(90)}, license.Span{Months: 1 + g.IntN(14)}, license.Span{Months: 1 + g.IntN(3), Days: 1 + g.IntN(40)})
}

// dates returns up to three periods.
func (g generator) dates() license.Term {
	n := 1 + g.IntN(3)
	var days []license.Date
	for len(days) < 2*n {
		days = append(days, g.date())
	}
	slices.Sort(days)
	t := license.Term{Kind: license.Dates}
	for i := 0; i < len(days); i += 2 {
		v := license.Interval{From: days[i], Until: days[i+1]}
		if i > 0 && v.From <= days[i-1]+1 {
			continue
		}
		t.Intervals = append(t.Intervals, v)
	}
	if g.chance(50) {
		t.Intervals[0].From = 0
	}
	return t
}

func (g generator) term() license.Term {
	switch g.IntN(5) {
	case 0:
		return license.Term{}
	case 1:
		return license.Term{Kind: license.FromFirstUse, Span: g.span()}
	case 2:
		return license.Term{Kind: license.FromActivation, Span: g.span()}
	default:
		return g.dates()
	}
}

func (g generator) count() int64 { return pick(g, 0, 0, int64(1+g.IntN(5)), int64(1+g.IntN(1000))) }

func (g generator) concurrent() license.Concurrent {
	if g.chance(50) {
		return license.Concurrent{}
	}
	return license.Concurrent{N: int64(1 + g.IntN(9)), Per: pick(g, license.PerStation, license.PerLogin, license.PerProcess)}
}

func (g generator) params() (p []license.Param) {
	for _, name := range []string{"alpha", "beta", "gamma"} {
		if g.chance(25) {
			p = append(p, license.Param{Name: name, Value: fmt.Sprint(g.IntN(3))})
		}
	}
	return p
}

func (g generator) feature(id string) license.Feature {
	return license.Feature{ID: id, Term: g.term(), Runs: g.count(), Concurrent: g.concurrent(), Seats: g.count(),
		Conditions: license.Condition(g.IntN(4)), Params: g.params()}
}

func (g generator) version() string {
	return pick(g, "", "", "9", "10", "10.3", "10.10", "11", "11.0.1")
}

func (g generator) maintenance() license.Maintenance {
	if g.chance(50) {
		return license.Maintenance{}
	}
	return license.Maintenance{Until: g.date(), Lapse: pick(g, license.Keep, license.Stop)}
}

// ids returns some of n names in ascending order, at least min.
func (g generator) ids(prefix string, min, n int) (ids []string) {
	chosen := g.Perm(n)[:min+g.IntN(n-min+1)]
	slices.Sort(chosen)
	for _, i := range chosen {
		ids = append(ids, fmt.Sprintf("%s%02d", prefix, i))
	}
	return ids
}

func (g generator) product(id string) license.Product {
	p := license.Product{ID: id, MaxVersion: g.version(), Maintenance: g.maintenance()}
	for _, f := range g.ids("f", 0, 5) {
		p.Features = append(p.Features, g.feature(f))
	}
	return p
}

// licence returns one that differs from others in its terms alone.
func (g generator) licence() *license.License {
	l := licenceOf()
	l.Binding = license.Binding{Scheme: "board", Data: []byte{1}}
	if l.NeedsReceipt = g.chance(30); l.NeedsReceipt && g.chance(70) {
		l.Binding.Data = nil // a receipt brings it
	}
	l.Products, l.Revision, l.Applied = nil, 4, []string{"U-1", "U-2", "U-3", "U-4"}
	l.Kind = pick(g, license.Full, license.Full, license.Provisional, license.Trial, license.Test)
	if g.chance(40) {
		l.Window = g.term()
	}
	n := 4
	if g.chance(10) {
		n = 20
	}
	for _, p := range g.ids("p", 1, n) {
		l.Products = append(l.Products, g.product(p))
	}
	return l
}

func (g generator) change(id string, rewrite bool) license.FeatureChange {
	f := license.FeatureChange{ID: id, Params: g.params()}
	if g.chance(50) {
		f.Term = addr(g.moreTerm(rewrite))
	}
	if g.chance(30) {
		f.Runs = addr(g.count())
	}
	if g.chance(30) {
		f.Seats = addr(g.count())
	}
	if g.chance(20) {
		f.Concurrent = addr(g.concurrent())
	}
	if g.chance(20) {
		f.Conditions = addr(license.Condition(g.IntN(4)))
	}
	f.ResetUsage = rewrite && g.chance(20)
	return f
}

func (g generator) moreTerm(rewrite bool) license.Term {
	if !rewrite && g.chance(60) {
		return license.Term{Kind: license.Extend, Span: g.span()}
	}
	return g.term()
}

// update returns the next update of licence.
func (g generator) update(rewrite bool) *license.Update {
	u := addOnOf()
	u.Rewrite = rewrite
	u.WholeLicense = rewrite && g.chance(50)
	if u.WholeLicense || g.chance(20) {
		u.Kind = pick(g, license.Full, license.Full, license.Provisional, license.Trial)
	}
	if g.chance(20) {
		u.Window = addr(g.moreTerm(rewrite))
	}
	for _, id := range g.ids("p", 1, 3) {
		p := license.ProductChange{ID: id, MaxVersion: g.version(), Scheme: pick(g, "", "", "board")}
		if g.chance(30) {
			p.Maintenance = &license.MaintenanceChange{Until: g.date(), Lapse: pick(g, license.Keep, license.Keep, license.Stop)}
			if !rewrite && g.chance(50) {
				p.Maintenance.Until, p.Maintenance.Extend = 0, g.span()
			}
		}
		for _, f := range g.ids("f", 0, 5) {
			if rewrite || g.chance(50) {
				p.Features = append(p.Features, g.change(f, rewrite))
			}
		}
		u.Products = append(u.Products, p)
	}
	return u
}

// usage returns what could have happened with a licence up to noon.
func (g generator) usage(l *license.License) license.Usage {
	u := license.Usage{Activated: g.past(), FirstUse: g.past(), Features: map[license.Ref]license.FeatureUsage{}}
	for _, p := range l.Products {
		for _, f := range p.Features {
			used := license.FeatureUsage{FirstUse: g.past(), Runs: g.Int64N(f.Runs + 2)}
			for i := range min(f.Seats, g.Int64N(4)) {
				used.Seats = append(used.Seats, fmt.Sprintf("user%d@example.com", i))
			}
			u.Features[license.Ref{Product: p.ID, Feature: f.ID}] = used
		}
	}
	return u
}

// receipt returns one that a licence may meet: nearly always that which it
// needs, sometimes of another sale, held, unbound, or one whose time is over.
func (g generator) receipt(l *license.License, at time.Time) *license.Receipt {
	r := &license.Receipt{
		ID: "A-1", Vendor: "acme", Serial: l.Serial, Installation: repeated(5, 32),
		Binding: license.Binding{Scheme: "board", Data: []byte{2}}, Changes: int64(g.IntN(3)),
		Activated: noon.AddDate(0, 0, -g.IntN(400)), Issued: noon, Sequence: int64(1 + g.IntN(9)),
		Hold: pick(g, "", "", "", "", license.HoldPayment, license.HoldBlocked), Contact: pick(g, "", "sales@acme.example"),
	}
	switch {
	case g.chance(10):
		r.Serial = "S-2"
	case g.chance(10):
		r.Binding = license.Binding{}
	case g.chance(5):
		r.Binding.Scheme = "disk"
	}
	if g.chance(50) {
		r.Until = at.Add(time.Duration(g.IntN(2000)-500) * time.Hour).Truncate(time.Second)
		if g.chance(70) {
			r.Grace = r.Until.Add(time.Duration(g.IntN(500)) * time.Hour)
		}
	}
	return r
}

// told returns a usage as requests and replies carry it.
func (g generator) told(l *license.License) license.Usage {
	u := g.usage(l)
	for ref, f := range u.Features {
		f.Seats = nil
		u.Features[ref] = f
	}
	if len(u.Features) == 0 {
		u.Features = nil
	}
	return u
}

// some returns n random bytes.
func (g generator) some(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

// maybe returns b or nothing.
func maybe(g generator, b []byte) []byte {
	if g.chance(30) {
		return nil
	}
	return b
}

// request returns one about a licence.
func (g generator) request(l *license.License) *license.Request {
	r := &license.Request{
		Vendor: "acme", Product: pick(g, "p00", "p01"), Version: g.version(), Nonce: g.some(license.NonceSize),
		Operation:   pick(g, license.OpActivate, license.OpCheck, license.OpDeactivate, license.OpMove, license.OpReport),
		Fingerprint: maybe(g, []byte("latchkey fingerprint 1\n\"\t")), Keyring: g.count(), GivenUp: g.count(),
		Link: maybe(g, g.some(license.LinkSize)), Next: maybe(g, g.some(license.LinkSize)),
	}
	if g.chance(30) {
		r.Label = pick(g, "render node 3", "Büro", "é\"\\")
	}
	if g.chance(80) {
		r.Serial, r.License, r.Revision, r.Usage = l.Serial, l.ID, l.Revision, g.told(l)
	} else {
		r.RequestKey = "0123456789"
	}
	if r.Operation == license.OpMove {
		r.Proof = []byte(`{"payload":"e30="}`)
	}
	return r
}

// reply returns one to a request.
func (g generator) reply(to *license.Request, l *license.License) *license.Reply {
	r := &license.Reply{
		Vendor: "acme", Product: to.Product, Installation: to.Installation, Nonce: to.Nonce, Request: to.Digest, Time: noon, Sequence: g.count(),
		Code: pick(g, "", license.ActivationLimit, license.FinalPending, license.HardwareChanged), Contact: pick(g, "", "sales@acme.example"),
		NextCheck: g.past(), Link: to.Next, Revision: to.Revision, Usage: g.told(l), Restored: g.chance(20),
	}
	if r.Code != "" {
		r.N, r.Max, r.Names = g.count(), g.count(), g.ids("n", 0, 4)
		r.From, r.Until = pick(g, 0, g.date()), pick(g, 0, g.date())
		r.Has, r.Needs = pick(g, "", "4.2 \"β\""), pick(g, "", "5")
	}
	for i := range g.IntN(4) {
		r.Documents = append(r.Documents, fmt.Sprintf("document %d\n", i))
	}
	if g.chance(60) {
		r.Receipt = "a receipt"
	}
	return r
}
