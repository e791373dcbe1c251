package binding

import (
	"fmt"
	"slices"
	"strings"
)

// A BindError says that too little of this machine can be read to bind a
// licence to it.
type BindError struct {
	Scheme  string           // the scheme line, or [InstallationCodeScheme]
	Lacking []ComponentState // the components without which it is not enough
}

// Error names the components, why each is lacking, and what to do. It has no
// values.
func (e *BindError) Error() string {
	states := make([]string, len(e.Lacking))
	for i, c := range e.Lacking {
		states[i] = c.String()
	}
	return fmt.Sprintf("binding: too little of this machine can be read to bind a licence to it: %s; %s",
		strings.Join(states, ", "), e.advice())
}

func (e *BindError) advice() string {
	has := func(match func(ComponentState) bool) bool { return slices.ContainsFunc(e.Lacking, match) }
	switch {
	case has(func(c ComponentState) bool { return c.Name == "instance" }):
		return "give this installation an identity of its own in LATCHKEY_INSTANCE or in the file that LATCHKEY_INSTANCE_FILE names"
	case has(func(c ComponentState) bool { return c.Why == whyPermission }):
		return "run the activation with the right to read it (as administrator or root), or ask the vendor for another binding"
	case has(func(c ComponentState) bool { return c.Why == whyTimeout }):
		return "try again, or ask the vendor for another binding"
	}
	return "connect what is missing, or ask the vendor for another binding (in a container or in the cloud: \"instance\")"
}

// A MismatchError says that a licence is bound to another machine than this
// one, or that this cannot be known because too much is unreadable.
type MismatchError struct {
	Match Match // every component's part in it
}

// ChangedComponents names the components because of which this is another
// machine. It is empty when the match is inconclusive: then the refusal rests
// on what is unreadable, even if something has changed within tolerance, and
// Match.Changed names that.
func (e *MismatchError) ChangedComponents() []string {
	if e.Match.Inconclusive() {
		return nil
	}
	return slices.Clone(e.Match.Changed)
}

// UnreadableComponents names the components that could not be read.
func (e *MismatchError) UnreadableComponents() []string { return slices.Clone(e.Match.Unreadable) }

// Tolerance is how many of the replaceable components may differ.
func (e *MismatchError) Tolerance() int { return e.Match.Tolerance }

// Error names components, never their values, and says what to do.
func (e *MismatchError) Error() string {
	m := e.Match
	if m.Inconclusive() {
		return "binding: cannot tell whether this is the licensed machine: " + list("unreadable", m.Unreadable) +
			"; make it readable (run with the right to read it, connect it, or try again)"
	}
	found := list("changed", m.Changed)
	if len(m.Unreadable) > 0 {
		found += "; " + list("unreadable", m.Unreadable)
	}
	if len(m.Missing) > 0 {
		found += "; " + list("never bound", m.Missing)
	}
	return fmt.Sprintf("binding: the licence is bound to other hardware: %s (%d of the replaceable components may differ); "+
		"put the hardware back, or activate this machine", found, m.Tolerance)
}

func list(what string, names []string) string { return what + ": " + strings.Join(names, ", ") }

// A DamagedError says that a scheme line, binding data, an installation code or
// a fingerprint's text is malformed. It says nothing about the machine.
type DamagedError struct {
	What   string // what is malformed and how, without its content
	parent error
}

func (e *DamagedError) Error() string {
	if e.parent != nil {
		return "binding: damaged " + e.What + ": " + e.parent.Error()
	}
	return "binding: damaged " + e.What
}

// Unwrap gives the [*SchemeError] of a malformed scheme line, or nil.
func (e *DamagedError) Unwrap() error { return e.parent }

func damaged(what string) error { return &DamagedError{What: what} }
