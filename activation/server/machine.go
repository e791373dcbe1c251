package server

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/license"
)

// digestSize is the length of a component's digest in bytes.
const digestSize = 16

// mostValues is how many values one machine has of the components that tell
// machines apart. A fingerprint with more is put together from those of several:
// what is bound to it would hold on all of them.
var mostValues = map[string]int{"instance": 1, "machine": 1, "board": 4}

// readFingerprint reads a fingerprint's text, with the digests in it as
// Activation.Machine has them. Without one that can be read, and of one machine,
// there is none.
func readFingerprint(text []byte) (*binding.Fingerprint, []string) {
	f := &binding.Fingerprint{}
	if len(text) == 0 || f.ParseText(text) != nil {
		return nil, nil
	}
	digests := make([]string, 0, 16)
	place := 0
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" {
			continue
		}
		if place++; place <= 2 || name == "end" { // title, product, checksum
			continue
		}
		before := len(digests)
		for digest := range strings.FieldsSeq(rest) {
			if b, err := hex.DecodeString(digest); err != nil || len(b) != digestSize {
				break // "absent", or "unreadable" and why
			}
			digests = append(digests, name+":"+digest)
		}
		if most, limited := mostValues[name]; limited && len(digests)-before > most {
			return nil, nil
		}
	}
	return f, digests
}

// machineMarks returns marks of a machine such that whatever matches the
// binding data has one of them: the digests of a component that must stay; or
// where none must, of one component more than may differ at the same time.
func machineMarks(scheme binding.Scheme, data []byte) []string {
	components := scheme.Components()
	chosen := components[:min(scheme.Tolerance()+1, len(components))]
	if i := slices.IndexFunc(components, func(c binding.Component) bool { return !c.Replaceable }); i >= 0 {
		chosen = components[i : i+1]
	}
	bound := boundDigests(data)
	var marks []string
	for _, c := range chosen {
		for _, digest := range bound[c.Name] {
			marks = append(marks, c.Name+":"+digest)
		}
	}
	return marks
}

// boundDigests reads the digests in binding data, which this package has from
// package binding; see there for its form.
func boundDigests(data []byte) map[string][]string {
	bound := map[string][]string{}
	for rest := data[min(1, len(data)):]; len(rest) > 0; {
		n := 1 + int(rest[0])
		if len(rest) <= n {
			return bound
		}
		name, count := string(rest[1:n]), int(rest[n])
		rest = rest[n+1:]
		for ; count > 0 && len(rest) >= digestSize; count-- {
			bound[name] = append(bound[name], hex.EncodeToString(rest[:digestSize]))
			rest = rest[digestSize:]
		}
	}
	return bound
}

// A place is where a visitor's machine belongs in an account.
type place struct {
	activation *Activation // nil for a machine that is new here
	scheme     string      // the scheme that recognises it from now on
	data       []byte      // under that scheme, nil if only the installation's key identifies it
	changed    []string    // components that are not what they were bound to
}

// place finds the visitor's machine among the activations. Under a scheme, an
// installation counts only on the machine that it was activated on, or on what
// that has become within tolerance. Without one, see counted. The reason is
// BindingWeak.
func (v *visit) place(a *Account) (place, *license.Reason) {
	own, _ := a.installed(v.key)
	if a.Sale.Scheme == "" {
		return v.counted(a, own), nil
	}
	scheme, err := binding.ParseScheme(a.Sale.Scheme)
	if err != nil || v.machine == nil {
		return place{}, weak(componentNames(scheme))
	}
	if own != nil {
		m, err := v.match(scheme, own)
		if err == nil && m.OK() {
			return v.matched(scheme, own, m)
		}
		if err != nil { // bound under another scheme, or not at all
			return v.bind(scheme, own)
		}
	}
	if other, m := v.sameMachine(a, scheme); other != nil && other.boundUnder(scheme) {
		return v.matched(scheme, other, m)
	} else if other != nil {
		return v.bind(scheme, other)
	}
	return v.bind(scheme, nil)
}

// sameMachine returns the activation of the visitor's machine, nil if there is
// none.
func (v *visit) sameMachine(a *Account, scheme binding.Scheme) (best *Activation, match binding.Match) {
	for _, one := range a.Activations {
		under := scheme
		if own, err := binding.ParseScheme(one.Scheme); err == nil {
			under = own // it was not here since the sale has another one
		}
		m, err := v.machine.Match(under, one.Data)
		if err == nil && m.OK() && (best == nil || one.newerThan(best)) {
			best, match = one, m
		}
	}
	return best, match
}

// match compares the visitor's machine with that of an activation. One that is
// bound under another scheme is an error.
func (v *visit) match(scheme binding.Scheme, one *Activation) (binding.Match, error) {
	if !one.boundUnder(scheme) {
		return binding.Match{}, errOtherScheme
	}
	return v.machine.Match(scheme, one.Data)
}

var errOtherScheme = errors.New("server: bound under another scheme")

// boundUnder reports whether an activation is bound under a scheme. One that
// does not say is, as far as its data fits.
func (a *Activation) boundUnder(scheme binding.Scheme) bool {
	return a.Scheme == "" || a.Scheme == scheme.String()
}

// matched is the place of a machine that is known, with its drift followed.
func (v *visit) matched(scheme binding.Scheme, known *Activation, m binding.Match) (place, *license.Reason) {
	data, err := v.machine.Rebind(scheme, known.Data)
	if err != nil {
		return place{}, weak(m.Changed)
	}
	return place{activation: known, scheme: scheme.String(), data: data, changed: m.Changed}, nil
}

// bind is the place of a machine that is not bound yet.
func (v *visit) bind(scheme binding.Scheme, known *Activation) (place, *license.Reason) {
	data, err := v.machine.Bind(scheme)
	if lacking := (*binding.BindError)(nil); errors.As(err, &lacking) {
		var names []string
		for _, c := range lacking.Lacking {
			names = append(names, c.Name)
		}
		return place{}, weak(names)
	}
	if err != nil {
		return place{}, weak(componentNames(scheme))
	}
	return place{activation: known, scheme: scheme.String(), data: data}, nil
}

func weak(names []string) *license.Reason {
	return &license.Reason{Code: license.BindingWeak, Names: sorted(names)}
}

func componentNames(scheme binding.Scheme) (names []string) {
	for _, c := range scheme.Components() {
		names = append(names, c.Name)
	}
	return names
}

// sorted returns names as a reply lists them.
func sorted(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

// hourly is how often changes of a machine are followed at most, so that nobody
// fills the history with them.
const hourly = time.Hour

// follow keeps what a machine has become.
func (v *visit) follow(a *Account, one *Activation, p place) {
	if p.data == nil || bytes.Equal(p.data, one.Data) && (one.Scheme == p.scheme || one.Scheme == "" && a.Sale.Scheme != "") {
		return
	}
	scheme, err := binding.ParseScheme(p.scheme)
	if err != nil || len(p.changed) > 0 && v.now.Sub(one.Followed) < hourly {
		return // it is within tolerance still, and will be here again
	}
	one.Data, one.Machine, one.Scheme = p.data, machineMarks(scheme, p.data), p.scheme
	a.Save()
	a.Put(one)
	if len(p.changed) > 0 {
		one.Changes += int64(len(p.changed))
		one.Followed = v.now
		v.note(a, EventDrifted, one, strings.Join(p.changed, " "))
	}
}
