package binding

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"os"
	"slices"
	"strings"
)

const digestSize = 16

// digestKey is the prefix of the HMAC key; the product's name follows.
const digestKey = "latchkey fingerprint v1\x00"

type digest [digestSize]byte

func compareDigests(a, b digest) int { return bytes.Compare(a[:], b[:]) }

// Why a component is unreadable. There is no other class, so that no value can
// slip into a text or a log by way of an error.
const (
	whyPermission = "permission"
	whyTimeout    = "timeout"
	whyNotSupport = "not supported"
	whyError      = "error"
	whyNotRead    = "not read" // the component is not in the fingerprint
)

var whys = []string{whyPermission, whyTimeout, whyNotSupport, whyError}

// A Reading is what was found on the machine for one component, in the clear.
type Reading struct {
	Component string

	// Values are compared byte by byte; who reads them normalises them. Empty
	// ones are ignored. None at all, without an Err, means absent: the
	// machine was read and has no such thing.
	Values []string

	// Err says that the component could not be read, or beside Values, that
	// not all of it could be. Only its class is kept: "permission" for
	// fs.ErrPermission, "timeout" for context.DeadlineExceeded and
	// os.ErrDeadlineExceeded, "not supported" for errors.ErrUnsupported,
	// "error" for the rest.
	Err error
}

// A Fingerprint is what one machine is to one product: for each component a
// set of keyed digests, or the reason why there is none. It holds no serial
// number and its digests are never printed; [Fingerprint.Text] alone
// gives them away. It never changes, so goroutines may share it. The zero
// Fingerprint has no components.
type Fingerprint struct {
	// A pointer to a pointer: where a Fingerprint is a field of something
	// printed, fmt does not ask its methods, and it follows one pointer under
	// some verbs, but never two.
	hidden **content
}

type content struct {
	product    string
	components []reading // strictly ascending by name
}

// reading is a component's digests and, when something could not be read, why.
type reading struct {
	name    string
	why     string
	digests []digest // strictly ascending
}

// NewFingerprint digests readings for product, which is 1 to
// [MaxProductLength] printable ASCII characters without blanks. Of more than
// [MaxDigests] values of a component those with the smallest digests are kept,
// a sample that one value more or less changes by one digest. Too many
// readings, a malformed product or component name, and a component twice are
// errors. A reading that failed is none.
func NewFingerprint(product string, readings []Reading) (Fingerprint, error) {
	if !validProduct(product) {
		return Fingerprint{}, errors.New("binding: malformed product name")
	}
	if len(readings) > MaxFingerprintComponents {
		return Fingerprint{}, errors.New("binding: too many components in a fingerprint")
	}
	mac := hmac.New(sha256.New, []byte(digestKey+product))
	var list []reading
	for _, r := range readings {
		if !validName(r.Component) || r.Component == InstallationCodeScheme {
			return Fingerprint{}, errors.New("binding: malformed component name in a fingerprint")
		}
		var digests []digest
		for _, value := range r.Values {
			if value == "" {
				continue
			}
			mac.Reset()
			mac.Write([]byte(r.Component + "\x00" + value))
			digests = append(digests, digest(mac.Sum(nil)[:digestSize]))
		}
		slices.SortFunc(digests, compareDigests)
		digests = slices.Compact(digests)
		digests = digests[:min(len(digests), MaxDigests)]
		list = append(list, reading{r.Component, classify(r.Err), digests})
	}
	slices.SortFunc(list, func(a, b reading) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(list); i++ {
		if list[i].name == list[i-1].name {
			return Fingerprint{}, fmt.Errorf("binding: component %s twice in a fingerprint", list[i].name)
		}
	}
	return hide(content{product, list}), nil
}

func classify(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, fs.ErrPermission):
		return whyPermission
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return whyTimeout
	case errors.Is(err, errors.ErrUnsupported):
		return whyNotSupport
	}
	return whyError
}

func validProduct(product string) bool {
	if product == "" || len(product) > MaxProductLength {
		return false
	}
	for _, c := range []byte(product) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// State is whether a component could be read.
type State string

// The states.
const (
	Readable   State = "readable"
	Absent     State = "absent"     // read, and there is none
	Unreadable State = "unreadable" // nobody knows
)

// A ComponentState is a component of a fingerprint, without its digests.
type ComponentState struct {
	Name  string
	State State
	// Why is the class of what could not be read: "permission", "timeout",
	// "not supported", "error", or "not read" for a component that the
	// fingerprint does not hold; "" when all of it was read. A readable
	// component has one when only a part could be read.
	Why string
}

// String is such as "board unreadable (permission)".
func (c ComponentState) String() string {
	text := c.Name + " " + string(c.State)
	switch {
	case c.Why == "":
		return text
	case c.State == Readable:
		return text + " in part (" + c.Why + ")"
	}
	return text + " (" + c.Why + ")"
}

// Product is the name of the product for which the fingerprint was taken.
func (f Fingerprint) Product() string { return f.get().product }

func hide(c content) Fingerprint {
	p := &c
	return Fingerprint{&p}
}

func (f Fingerprint) get() content {
	if f.hidden == nil {
		return content{}
	}
	return **f.hidden
}

// Components lists the components and their states in ascending order of name.
func (f Fingerprint) Components() []ComponentState {
	components := f.get().components
	states := make([]ComponentState, len(components))
	for i, r := range components {
		states[i] = r.state()
	}
	return states
}

func (r reading) state() ComponentState {
	switch {
	case len(r.digests) > 0:
		return ComponentState{r.name, Readable, r.why}
	case r.why != "":
		return ComponentState{r.name, Unreadable, r.why}
	}
	return ComponentState{r.name, Absent, ""}
}

// meets says whether the component has any of these digests.
func (r reading) meets(digests []digest) bool {
	return slices.ContainsFunc(digests, func(d digest) bool { return slices.Contains(r.digests, d) })
}

// component returns a component's reading; one that was never read is
// unreadable.
func (f Fingerprint) component(name string) reading {
	for _, r := range f.get().components {
		if r.name == name {
			return r
		}
	}
	return reading{name: name, why: whyNotRead}
}

// String names the product and the components with their states, and shows no
// digest: "fingerprint for acme-cad: board readable, mac absent".
func (f Fingerprint) String() string {
	var states []string
	for _, c := range f.Components() {
		states = append(states, c.String())
	}
	return "fingerprint for " + f.Product() + ": " + strings.Join(states, ", ")
}

// GoString is String, so that %#v shows no digest.
func (f Fingerprint) GoString() string { return f.String() }

// Format prints String for every verb.
func (f Fingerprint) Format(s fmt.State, _ rune) { fmt.Fprint(s, f.String()) }
