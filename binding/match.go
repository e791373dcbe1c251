package binding

import (
	"slices"
)

// Bind makes the binding data of this machine for a scheme, for a licence to
// carry. Every component without "~" must be readable, and of all of them at
// least their number less the tolerance; else the answer is a [*BindError] that
// names them: too little to bind is an error here and never a weak binding. A
// replaceable component that could not be read, or is absent, is left unbound and
// uses up tolerance until [Fingerprint.Rebind] finds it.
func (f Fingerprint) Bind(s Scheme) ([]byte, error) {
	components := s.Components()
	if len(components) == 0 {
		return nil, damaged("scheme: empty")
	}
	var bound []boundComponent
	var lacking []ComponentState
	weak := false
	for _, c := range components {
		r := f.component(c.Name)
		if len(r.digests) == 0 {
			lacking = append(lacking, r.state())
			weak = weak || !c.Replaceable
		}
		bound = append(bound, boundComponent{c, r.digests})
	}
	if weak || len(lacking) > s.Tolerance() {
		return nil, &BindError{Scheme: s.line, Lacking: lacking}
	}
	return encodeData(bound)
}

// A Match is a machine compared with binding data.
type Match struct {
	Changed    []string // read, and none of the bound digests is there
	Unreadable []string // bound, but cannot be read now, or only a part that does not match
	Missing    []string // not bound at bind time

	Tolerance int // how many of the replaceable components may differ
	Used      int // how many do: changed, unreadable or missing

	neededChanged, neededUnreadable bool // of those that may not be replaced
	changed                         int  // of those that may: changed or missing
}

// OK says whether this is the machine: every component without "~" matches,
// and Used is at most Tolerance.
func (m Match) OK() bool {
	return !m.neededChanged && !m.neededUnreadable && m.Used <= m.Tolerance
}

// Inconclusive says that it cannot be known whether this is the machine: the
// match is not OK, and it would be if what is unreadable were as it was.
func (m Match) Inconclusive() bool {
	return !m.OK() && !m.neededChanged && m.changed <= m.Tolerance
}

// Match compares the machine with binding data. A component matches when it
// has one of the digests bound, so more disks or network cards than before are
// no change. What cannot be read counts as different, since otherwise making
// things unreadable would be a way around; but it is told apart, see
// [Match.Inconclusive]. The error is a [*DamagedError]: data that was not
// written for this scheme.
func (f Fingerprint) Match(s Scheme, data []byte) (Match, error) {
	bound, err := decodeData(s, data)
	if err != nil {
		return Match{}, err
	}
	m := Match{Tolerance: s.Tolerance()}
	for _, c := range bound {
		m.add(c, f.component(c.Name))
	}
	return m, nil
}

func (m *Match) add(c boundComponent, now reading) {
	switch {
	case len(c.digests) == 0:
		m.Missing = append(m.Missing, c.Name)
		m.changed++
	case now.meets(c.digests):
		return
	case now.why != "":
		m.Unreadable = append(m.Unreadable, c.Name)
		m.neededUnreadable = m.neededUnreadable || !c.Replaceable
	default:
		m.Changed = append(m.Changed, c.Name)
		m.neededChanged = m.neededChanged || !c.Replaceable
		if c.Replaceable {
			m.changed++
		}
	}
	if c.Replaceable {
		m.Used++
	}
}

// Rebind carries drift forward: it returns binding data in which each
// component that changed within tolerance, or was not bound, stands for what is
// there now, so that its tolerance is free again. Components that match stay as
// they were bound, and so do those of which nothing can be read now. When the
// machine does not match, the answer is a [*MismatchError], or a
// [*DamagedError] for data that was not written for this scheme.
//
// Followed for long enough, every replaceable component may have been replaced;
// the components without "~" are what stays. Who must bound the number of
// replacements counts the calls.
func (f Fingerprint) Rebind(s Scheme, data []byte) ([]byte, error) {
	m, err := f.Match(s, data)
	if err != nil {
		return nil, err
	}
	if !m.OK() {
		return nil, &MismatchError{m}
	}
	bound, err := decodeData(s, data)
	if err != nil {
		return nil, err
	}
	for i, c := range bound {
		drifted := slices.Contains(m.Changed, c.Name) || slices.Contains(m.Missing, c.Name)
		if now := f.component(c.Name); drifted && len(now.digests) > 0 {
			bound[i].digests = now.digests
		}
	}
	return encodeData(bound)
}

// MatchBinding compares the machine with a licence's binding: the scheme line
// or [InstallationCodeScheme], and its data. It returns nil when this is the
// machine, a [*MismatchError] when it is not or cannot be known, and a
// [*DamagedError] when the scheme or the data is malformed.
func (f Fingerprint) MatchBinding(scheme string, data []byte) error {
	_, _, err := f.BindingDrift(scheme, data)
	return err
}

// BindingDrift is MatchBinding that also tells how far the machine has drifted:
// which components have changed, and how many may differ.
func (f Fingerprint) BindingDrift(scheme string, data []byte) (changed []string, allowed int, err error) {
	m, err := f.matchLine(scheme, data)
	if err != nil {
		return nil, 0, err
	}
	if !m.OK() {
		return nil, 0, &MismatchError{m}
	}
	return m.Changed, m.Tolerance, nil
}

func (f Fingerprint) matchLine(scheme string, data []byte) (Match, error) {
	if scheme == InstallationCodeScheme {
		return f.matchCode(data)
	}
	s, err := ParseScheme(scheme)
	if err != nil {
		return Match{}, &DamagedError{What: "scheme line", parent: err}
	}
	return f.Match(s, data)
}
