package server

import (
	"context"
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A Ledger keeps what was sold under each serial number and where it is
// activated. What may happen to an account, this package decides; a ledger
// loads one, lets it be changed while nobody else changes it, and keeps it.
//
//   - Change loads the account that a Key names, calls edit, and stores what
//     edit has marked with Account.Save, Put and Note: all of it or nothing,
//     and so that it survives a crash of the machine before Change returns nil.
//     Between loading and storing, no other Change of the same sale takes place,
//     on however many processes work on the ledger. If edit marks nothing,
//     nothing is written. If edit returns an error, nothing is stored and Change
//     returns that error as it is. Edit may be called again from the beginning
//     on a newly loaded account, as where the database asks for it; it must not
//     keep the account. Concurrent Changes of one or of many sales may share one
//     transaction, in which each sees what those before it have done; an error
//     of one leaves the others alone.
//   - Look is Change without storing, and without waiting for a Change.
//   - Add stores new sales, all or none, and for each the event that its method
//     Sold returns. It returns an error that wraps ErrExists if a serial number
//     or a request key is there already, or twice among those given.
//   - History returns events of one sale in the order in which they were noted,
//     those after an id, at most limit.
//   - Sales returns sales in ascending order of their serial numbers.
//   - Activations returns the activations of a sale, the ended ones too, in
//     ascending order of their ids, those with ids after the one given.
//
// Where there is no such sale, Account.Sale is nil, and nothing can be stored;
// History and Activations then return nothing, and no error. A limit of 0 or
// less stands for 100. What a Ledger is given and what it returns is its own
// copy and the caller's. With a context that has ended, a Ledger stores nothing
// and returns an error.
//
// Any number of goroutines may use a Ledger. Package
// activation/activationtest holds an implementation to these rules with
// TestLedger.
type Ledger interface {
	Change(ctx context.Context, at Key, edit func(*Account) error) error
	Look(ctx context.Context, at Key, read func(*Account) error) error
	Add(ctx context.Context, sales ...*Sale) error
	History(ctx context.Context, serial license.Serial, after int64, limit int) ([]Event, error)
	Sales(ctx context.Context, f Filter) ([]*Sale, error)
	Activations(ctx context.Context, serial license.Serial, after string, limit int) ([]*Activation, error)
}

// ErrExists is returned by Ledger.Add.
var ErrExists = errors.New("server: the serial number or request key is there already")

// A Key names an account: a sale by its serial number, or where that is empty
// by its request key, and those of its activations that have one of the marks
// or the id. A sale may have a hundred thousand activations, so only these are
// loaded. There may be a thousand marks, of up to 80 bytes each.
type Key struct {
	Serial     license.Serial
	RequestKey license.Serial
	Marks      []string
	ID         string // of an activation, "" if none is named so
}

// An Account is a sale with those of its activations that a Key named, in
// ascending order of their ids.
type Account struct {
	Sale        *Sale
	Activations []*Activation

	saved bool
	put   []*Activation
	notes []Event
}

// Save marks the sale as changed, and counts its version up.
func (a *Account) Save() {
	if !a.saved {
		a.Sale.Version++
	}
	a.saved = true
}

// Put marks an activation as new or changed.
func (a *Account) Put(activation *Activation) {
	for _, known := range a.put {
		if known == activation {
			return
		}
	}
	a.put = append(a.put, activation)
}

// Note adds an event to the history.
func (a *Account) Note(e Event) { a.notes = append(a.notes, e) }

// Changes returns what was marked, for a Ledger to store: whether the sale
// was, the activations, and the events, whose ids the ledger gives.
func (a *Account) Changes() (sale bool, activations []*Activation, events []Event) {
	return a.saved, a.put, a.notes
}

// A Sale is what was sold under one serial number. A ledger keeps every field,
// times to the second; Serial and RequestKey are not in its JSON, where their
// type would mask them.
type Sale struct {
	Serial     license.Serial `json:"-"` // as package keyfmt prints one, in one row
	RequestKey license.Serial `json:"-"` // ten digits, "" if there is none
	Product    string         // that its licence names first, unless the vendor chose another of its products
	Also       []string       // the other products of its licence and updates
	Actor      string         // who sold it
	Order      string         // the vendor's number, "" if there is none
	Customer   string
	Created    time.Time
	Version    int64 // grows with every change

	CountBy     CountBy      // what counts towards Limit without a Scheme
	Limit       int64        // how many machines may have it activated at once, and for a trial, ever
	Used        int64        // how many have
	TrialSpan   license.Span // how long a trial lasts that counts from its activation; zero for another
	Trial       bool         // one start for each machine, and giving it up frees nothing
	Blocked     bool
	Cancelled   bool
	PaymentHold bool // nothing new is delivered, what is there runs on
	Contact     string

	// Transfers is how many machines may give it up within Period, and so make
	// room for another; 0 is no limit. GivenUp has when they did.
	Transfers int64
	Period    time.Duration
	GivenUp   []time.Time

	// Lease is how long a receipt holds, and Grace how long the licence works
	// after that; 0 is for ever.
	Lease, Grace time.Duration

	// License is the signed document of the licence, whose id, licensee, revision
	// and binding scheme are copied beside it; there is no scheme where the licence is
	// bound to a machine already. Pending says that it is provisional, and that
	// the vendor has not released the final one yet.
	License   []byte
	LicenseID string
	Licensee  license.Licensee
	Revision  int64
	Scheme    string
	Pending   bool
	Updates   []Update // in the order of their places
}

// Sold returns the event with which the history of a sale begins.
func (s *Sale) Sold() Event {
	return Event{Time: s.Created, Kind: EventSold, Actor: s.Actor, Detail: s.Order}
}

// An Update is a signed update of a sale's licence.
type Update struct {
	ID        string
	Sequence  int64
	Obtain    license.Period
	Submitted bool // else it is a draft, which nobody gets
	Text      []byte
}

// An Activation is one machine on which a sale was activated, with the
// installations on it: the accounts of several people, or what was installed
// anew.
type Activation struct {
	ID            string // random
	Label         string // the customer's label of the machine, "" if none; personal data
	Active        bool
	First         time.Time // when this machine was first activated
	Since, Ended  time.Time // of its present state
	Installations []Installation
	Data          []byte    // binding data of the machine, nil if there is none
	Machine       []string  // marks of the machine: any that meet may be the same one
	Scheme        string    // of Data
	Changes       int64     // of hardware that were followed
	Followed      time.Time // when the last was
	Revision      int64     // of the licence that Used was counted under
	Used          []Used    // by installations that are not on it any more
}

// An Installation is one local state on a machine.
type Installation struct {
	Key      string // its public key in base64
	Seen     time.Time
	Version  string   // of the product, when last seen
	Links    []string // the steps of its life in hexadecimal digits, newest last
	Kept     int64    // number of the last word by which it gave something up and that it has taken back
	Cloned   bool     // two lives of it were noticed
	Revision int64    // of the licence that Used was counted under
	Used     []Used   // features, ascending
}

// Used is what was used of one feature.
type Used struct {
	Product, Feature string
	Runs             int64
	FirstUse         time.Time
}

// Marks returns everything by which the activation can be found: "i:" and the
// key of each installation, "m:" and each mark of the machine.
func (a *Activation) Marks() []string {
	marks := make([]string, 0, len(a.Installations)+len(a.Machine))
	for _, i := range a.Installations {
		marks = append(marks, "i:"+i.Key)
	}
	for _, m := range a.Machine {
		marks = append(marks, "m:"+m)
	}
	return marks
}

// An Event is one line of the history of a sale. Events are never changed.
type Event struct {
	ID         int64 // given by the ledger, ascending
	Time       time.Time
	Kind       EventKind
	Activation string // "" where it is about the sale
	Actor      string // who did it, "" for the installation
	Detail     string
}

// An EventKind says what happened.
type EventKind string

// The kinds of events.
const (
	EventSold        EventKind = "sold"
	EventActivated   EventKind = "activated"
	EventReactivated EventKind = "reactivated" // the same machine, at no cost
	EventDrifted     EventKind = "drifted"     // hardware was changed within tolerance; Detail: which
	EventDeactivated EventKind = "deactivated"
	EventMoved       EventKind = "moved"
	EventFreed       EventKind = "freed" // by the vendor
	EventCloned      EventKind = "cloned"
	EventBlocked     EventKind = "blocked"
	EventUnblocked   EventKind = "unblocked"
	EventCancelled   EventKind = "cancelled"
	EventHeld        EventKind = "payment_hold"
	EventUnheld      EventKind = "payment_recorded"
	EventLimit       EventKind = "limit"  // Detail: from and to
	EventUpdate      EventKind = "update" // a draft; Detail: the update's id, as with the next two
	EventSubmitted   EventKind = "submitted"
	EventWithdrawn   EventKind = "withdrawn"
	EventReleased    EventKind = "released" // the final licence; Detail: its id
	EventReplaced    EventKind = "replaced" // the licence by another one; Detail: its id
	EventUsage       EventKind = "usage"    // not noted by this package
	EventForgiven    EventKind = "clone_forgiven"
	EventLabel       EventKind = "label" // set or removed by the vendor; the text is not kept here
	// EventCountersigned: a document of the sale got a signature by a newer key;
	// Detail: the id of the licence or the update.
	EventCountersigned EventKind = "countersigned"
)

// A Filter selects sales; an empty field selects all. Product, Order and Customer
// must be equal. Filter.Searches defines how the others are matched, regardless of
// case: Activation and License are ids; Licensee is the beginning of the licensee's
// name, company or e-mail address, or of a word in one of them and the text after it;
// Label is likewise for the label of an activation, also an ended one.
type Filter struct {
	Product, Order, Customer string
	Activation, License      string
	Licensee, Label          string
	After                    license.Serial // those with greater serial numbers
	Limit                    int            // at most; 0 is 100
}
