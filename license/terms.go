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
	ID       string    `json:"id"`                // names this licence; never changes
	Serial   Serial    `json:"serial,omitempty"`  // the serial number of the sale; updates name the licence by it
	Vendor   string    `json:"vendor"`            // as in the keyring
	Revision int64     `json:"revision,omitzero"` // number of updates that it already contains
	Kind     Kind      `json:"kind"`
	Issued   time.Time `json:"issued,omitzero"` // to the second, UTC
	Licensee Licensee  `json:"licensee,omitzero"`
	Binding  Binding   `json:"binding,omitzero"`
	// NeedsReceipt has the licence count only together with a receipt of the
	// activation server, which also brings the data of Binding where there is a
	// scheme alone. Such a licence has a serial number.
	NeedsReceipt bool      `json:"needs_receipt,omitzero"`
	Window       Term      `json:"window,omitzero"`   // limits the term of every feature, as in a trial or a provisional licence
	Products     []Product `json:"products"`          // as read: in ascending order of their ids
	Sealed       []Sealed  `json:"sealed,omitempty"`  // updates that wait for their unlock codes
	Applied      []string  `json:"applied,omitempty"` // ids of the updates that it contains, ascending
	Hints        Hints     `json:"hints,omitzero"`
}

// A Licensee is who a licence was granted to.
type Licensee struct {
	Name    string `json:"name,omitempty"`
	Company string `json:"company,omitempty"`
	Email   string `json:"email,omitempty"`
}

// A Binding ties a licence to machines. Package binding gives both values a
// meaning; a licence without a scheme runs on every machine. As JSON it is the
// scheme alone: the data is made of the machine's ids.
type Binding struct {
	Scheme string `json:"scheme,omitempty"`
	Data   []byte `json:"-"`
}

// Hints are for people who need help with a licence.
type Hints struct {
	Contact string `json:"contact,omitempty"` // an e-mail address or a telephone number of the vendor's support
	Renew   string `json:"renew,omitempty"`   // a link to where the licence can be renewed
}

// A Sealed update lies in a licence until somebody enters the unlock code with
// this hash. Its sequence is 0, since nobody knows when that will be.
type Sealed struct {
	CodeHash [32]byte `json:"-"` // see UnlockHash
	Update   Update   `json:"update"`
}

// A Product is one product of a licence.
type Product struct {
	ID          string      `json:"id"`
	MaxVersion  string      `json:"max_version,omitempty"` // the highest version covered, see IsVersion: "10" for every 10.x; "" for all
	Maintenance Maintenance `json:"maintenance,omitzero"`
	Features    []Feature   `json:"features,omitempty"` // as read: in ascending order of their ids
}

// Maintenance says until when updates of the product are covered. Its zero
// value covers all for ever.
type Maintenance struct {
	Until Date  `json:"until,omitzero"`
	Lapse Lapse `json:"lapse,omitempty"`
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
	ID         string     `json:"id"`
	Term       Term       `json:"term,omitzero"`
	Runs       int64      `json:"runs,omitzero"` // total number of runs
	Concurrent Concurrent `json:"concurrent,omitzero"`
	Seats      int64      `json:"seats,omitzero"` // number of users that may be bound by e-mail address
	Conditions Condition  `json:"conditions,omitzero"`
	Params     []Param    `json:"params,omitempty"` // for the application; as read: in ascending order of their names
}

// Concurrent limits how many use a feature at once. The activation server counts
// them; without it, the limit is carried and not enforced.
type Concurrent struct {
	N   int64    `json:"n,omitzero"`
	Per Counting `json:"per,omitempty"`
}

// Counting says what counts as one concurrent use.
type Counting string

const (
	PerStation Counting = "station"
	PerLogin   Counting = "login"
	PerProcess Counting = "process"
)

// A Condition is a set of places where a feature may not be used. As JSON it is a
// list: ["no_remote_session","no_virtual_machine"].
type Condition uint8

const (
	NoVirtualMachine Condition = 1 << iota
	NoRemoteSession
)

// A Param is a name and a value that mean something to the application.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A TermKind says what a Term counts. As text and in JSON it is "perpetual",
// "dates", "first_use", "activation" or "extend".
type TermKind uint8

const (
	Perpetual      TermKind = iota // no limit in time
	Dates                          // within the intervals
	FromFirstUse                   // for a span from the first use
	FromActivation                 // for a span from the day the licence came to this machine
	Extend                         // in an add-on update only: the span more
)

// A Term limits a right in time. As JSON it is its kind with its intervals or its
// span:
//
//	{"kind":"dates","intervals":[{"from":"2027-01-01","until":"2027-12-31"}]}
//	{"kind":"first_use","span":{"days":30}}
type Term struct {
	Kind      TermKind   `json:"kind"`
	Intervals []Interval `json:"intervals,omitempty"` // of Dates: ascending, with a gap of a day at least between them
	Span      Span       `json:"span,omitzero"`       // of the others
}

// An Interval is a period of whole days, both included. Without a From it has
// always begun.
type Interval struct {
	From  Date `json:"from,omitzero"`
	Until Date `json:"until"`
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
