package license

import (
	"slices"
	"time"
)

// A Kind says how final a licence is.
type Kind string

const (
	Full        Kind = "full"        // what was bought
	Provisional Kind = "provisional" // works fully until the final licence comes, with a warning
	Trial       Kind = "trial"       // to try the product out
	Test        Kind = "test"        // to try one module out
)

// rank orders kinds by how much they give: an add-on update may only go up.
func (k Kind) rank() int { return slices.Index([]Kind{Test, Trial, Provisional, Full}, k) }

// AtLeast reports whether a licence of this kind gives no less than one of
// another.
func (k Kind) AtLeast(other Kind) bool { return k.rank() >= other.rank() }

// A License is what a vendor grants: which features of which products, until
// when, how often, to whom and on which machine. The vendor fills one in and
// signs it with package issuer. A client has it from Open, which alone turns
// signed bytes into a License.
type License struct {
	ID       string    // names this licence; never changes
	Serial   Serial    // the serial number that was sold; updates go by it
	Vendor   string    // as in the keyring
	Revision int64     // how many updates it already holds
	Kind     Kind      //
	Issued   time.Time // to the second, UTC
	Licensee Licensee
	Binding  Binding
	// NeedsReceipt has the licence count only together with a receipt of the
	// activation server, which also brings the data of Binding where there is a
	// scheme alone. Such a licence has a serial number.
	NeedsReceipt bool
	Window       Term      // caps the term of every feature: a trial's, a provisional licence's
	Products     []Product // as read: in ascending order of their ids
	Sealed       []Sealed  // updates that wait for their unlock codes
	Applied      []string  // ids of updates it holds, ascending
	Hints        Hints
}

// A Licensee is who a licence was granted to.
type Licensee struct {
	Name, Company, Email string
}

// A Binding ties a licence to machines. Package binding gives both values a
// meaning; a licence without a scheme runs on every machine.
type Binding struct {
	Scheme string
	Data   []byte
}

// Hints are for people who need help with a licence.
type Hints struct {
	Contact string // an e-mail address or a telephone number of the vendor's support
	Renew   string // a link to where the licence can be renewed
}

// A Sealed update lies in a licence until somebody enters the unlock code with
// this hash. Its sequence is 0, since nobody knows when that will be.
type Sealed struct {
	CodeHash [32]byte // see UnlockHash
	Update   Update
}

// A Product is one product of a licence.
type Product struct {
	ID          string
	MaxVersion  string // the highest version covered, see IsVersion: "10" for every 10.x; "" for all
	Maintenance Maintenance
	Features    []Feature // as read: in ascending order of their ids
}

// Maintenance says until when updates of the product are covered. Its zero
// value covers all for ever.
type Maintenance struct {
	Until Date
	Lapse Lapse
}

// A Lapse is what happens when maintenance ends.
type Lapse string

const (
	Keep Lapse = "keep" // versions released by then keep running
	Stop Lapse = "stop" // the product stops
)

// A Feature is one right of a product. Its limits all hold together, and
// whichever ends first ends it; the zero value of each is no limit.
type Feature struct {
	ID         string
	Term       Term
	Runs       int64 // how often it may be used in all
	Concurrent Concurrent
	Seats      int64 // how many users may be bound by e-mail address, which the activation server does
	Conditions Condition
	Params     []Param // for the application; as read: in ascending order of their names
}

// Concurrent limits how many use a feature at once. The activation server counts
// them; without it, the limit is carried and not enforced.
type Concurrent struct {
	N   int64
	Per Counting
}

// Counting says what counts as one concurrent use.
type Counting string

const (
	PerStation Counting = "station"
	PerLogin   Counting = "login"
	PerProcess Counting = "process"
)

// A Condition is a set of places where a feature may not be used.
type Condition uint8

const (
	NoVirtualMachine Condition = 1 << iota
	NoRemoteSession
)

// A Param is a name and a value that mean something to the application.
type Param struct {
	Name, Value string
}

// A TermKind says what a Term counts.
type TermKind uint8

const (
	Perpetual      TermKind = iota // no limit in time
	Dates                          // within the intervals
	FromFirstUse                   // for a span from the first use
	FromActivation                 // for a span from the day the licence came to this machine
	Extend                         // in an add-on update only: the span more
)

// A Term limits a right in time.
type Term struct {
	Kind      TermKind
	Intervals []Interval // of Dates: ascending, with a gap of a day at least between them
	Span      Span       // of the others
}

// An Interval is a period of whole days, both included. Without a From it has
// always begun.
type Interval struct {
	From, Until Date
}

// Until returns the term that ends with a date.
func Until(d Date) Term { return Term{Kind: Dates, Intervals: []Interval{{Until: d}}} }

// Between returns the term from one date to another.
func Between(from, until Date) Term {
	return Term{Kind: Dates, Intervals: []Interval{{From: from, Until: until}}}
}

// Product returns the product with an id.
func (l *License) Product(id string) (Product, bool) {
	for _, p := range l.Products {
		if p.ID == id {
			return p, true
		}
	}
	return Product{}, false
}

// Feature returns the feature with an id.
func (p Product) Feature(id string) (Feature, bool) {
	for _, f := range p.Features {
		if f.ID == id {
			return f, true
		}
	}
	return Feature{}, false
}

// clone returns a copy that shares no memory that anybody changes.
func (l *License) clone() *License {
	c := *l
	c.Binding.Data = slices.Clone(l.Binding.Data)
	c.Window = l.Window.clone()
	c.Products = slices.Clone(l.Products)
	for i, p := range c.Products {
		c.Products[i].Features = slices.Clone(p.Features)
		for k, f := range c.Products[i].Features {
			c.Products[i].Features[k] = f.clone()
		}
	}
	c.Sealed = slices.Clone(l.Sealed)
	c.Applied = slices.Clone(l.Applied)
	return &c
}

func (f Feature) clone() Feature {
	f.Term = f.Term.clone()
	f.Params = slices.Clone(f.Params)
	return f
}

func (t Term) clone() Term {
	t.Intervals = slices.Clone(t.Intervals)
	return t
}
