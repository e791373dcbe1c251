package license

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A State says in one word what holds of a feature.
type State uint8

const (
	StateUnlicensed  State = iota // nothing grants it here
	StateDamaged                  // what grants it cannot be made sense of
	StateBlocked                  // it waits for something that can be put right: a clock, old state, or a block of the vendor's; its reasons say which
	StateExpired                  // its time or its runs are used up
	StateNotYetValid              // its time has not begun
	StateGrace                    // works, with a warning: a confirmation is overdue
	StateProvisional              // works, with a warning: the final licence is to come
	StateActive                   // works
)

// Works reports whether a feature in this state may be used.
func (s State) Works() bool { return s >= StateGrace }

// A Level is what a status shows: a tick, a warning sign, or a stop sign.
type Level uint8

const (
	OK Level = iota
	Warn
	Stopped
)

var levelWords = []string{"ok", "warning", "stopped"}

// String returns the sign in one English word, which it is as text and in JSON
// as well.
func (l Level) String() string { return wordOf("Level", levelWords, uint8(l)) }

// Level returns the sign of the state.
func (s State) Level() Level {
	switch {
	case s == StateActive:
		return OK
	case s.Works():
		return Warn
	default:
		return Stopped
	}
}

var stateWords = []string{"unlicensed", "damaged", "blocked", "expired", "not yet valid", "grace", "provisional", "active"}

// String returns the state in one English word, or "not yet valid". It is the
// same as text and in JSON.
func (s State) String() string { return wordOf("State", stateWords, uint8(s)) }

// A Decision is what holds of one feature.
type Decision struct {
	Product string   `json:"product,omitempty"`
	Feature *Feature `json:"feature"` // with the limits that the licence grants; not to be changed
	State   State    `json:"state"`
	Until   Date     `json:"until,omitzero"`    // the last day on which it works; no date if it has no end
	Pending bool     `json:"pending,omitzero"`  // its term, or the licence's, begins with the first use
	Left    int64    `json:"left"`              // runs left; -1 if it works and they are not limited, 0 if it does not work and has no limit
	Reasons []Reason `json:"reasons,omitempty"` // all that apply, those of the whole licence first
}

// String returns the feature, its state and the codes of its reasons:
// "acme-cad/export: active until 2027-12-31 (about_to_expire)".
func (d Decision) String() string {
	text := ""
	if d.Feature != nil {
		text = d.Feature.ID
	}
	if d.Product != "" {
		text = d.Product + "/" + text
	}
	text += ": " + d.State.String()
	if d.Until != 0 {
		text += " until " + d.Until.String()
	}
	if len(d.Reasons) == 0 {
		return text
	}
	codes := make([]string, len(d.Reasons))
	for i, r := range d.Reasons {
		codes[i] = string(r.Code)
	}
	return text + " (" + strings.Join(codes, ", ") + ")"
}

// A Result is what a licence allows. It does not change.
type Result struct {
	Decisions   []Decision          `json:"decisions"`         // ascending by product and feature
	Reasons     []Reason            `json:"reasons,omitempty"` // those of the whole licence
	Maintenance Maintenance         `json:"maintenance,omitzero"`
	Next        time.Time           `json:"next,omitzero"` // when to check again; zero if time changes nothing
	set         atomic.Pointer[Set] // of the decisions, built when it is first asked
}

// Decision returns what holds of a feature, and where several products have
// one of that name, of the best. One that no licence grants is StateUnlicensed.
func (r *Result) Decision(feature string) Decision {
	var best *Decision
	for i := range r.Decisions {
		if d := &r.Decisions[i]; d.Feature.ID == feature && (best == nil || Better(*d, *best)) {
			best = d
		}
	}
	if best != nil {
		return *best
	}
	return Decision{Feature: &Feature{ID: feature}, Reasons: r.lacking(feature)}
}

// lacking returns the reason for a feature without a decision. If no licence is for
// this product, that is the reason; otherwise the feature is not licensed.
func (r *Result) lacking(feature string) []Reason {
	none := func(why Reason) bool { return why.Code == NoLicense || why.Code == OtherProduct }
	if len(r.Decisions) == 0 && slices.ContainsFunc(r.Reasons, none) {
		return r.Reasons
	}
	offline := slices.ContainsFunc(r.Reasons, func(why Reason) bool { return why.Offline })
	return append(slices.Clip(r.Reasons), Reason{Code: FeatureNotLicensed, Feature: feature, Offline: offline})
}

// State returns the best state of any feature, which is what a status shows.
func (r *Result) State() State {
	best := StateUnlicensed
	for _, d := range r.Decisions {
		best = max(best, d.State)
	}
	return best
}

// Allows reports whether a feature may be used. It takes no lock and allocates
// nothing; how many features there are does not matter.
func (r *Result) Allows(feature string) bool { return r.Set().Allows(feature) }

// Set returns the answers of Allows on their own, for who asks often.
func (r *Result) Set() *Set {
	s := r.set.Load()
	if s == nil {
		s = newSet(r.Decisions)
		r.set.Store(s)
	}
	return s
}

// Merge returns what several licences allow together: of each feature, the
// best that any of them gives. The reasons of a feature are those of the
// licence that lets it work, or where none does, those of all.
func Merge(results ...*Result) *Result {
	if len(results) == 1 {
		return results[0]
	}
	m := &Result{}
	for _, r := range results {
		m.Reasons = append(m.Reasons, r.Reasons...)
		if m.Next.IsZero() || !r.Next.IsZero() && r.Next.Before(m.Next) {
			m.Next = r.Next
		}
		if r.Maintenance.Until > m.Maintenance.Until {
			m.Maintenance = r.Maintenance
		}
		for _, d := range r.Decisions {
			m.take(d)
		}
	}
	if len(results) == 0 {
		m.Reasons = []Reason{{Code: NoLicense}}
	}
	return m
}

// take takes a decision in where it is better than what is there.
func (r *Result) take(d Decision) {
	i, found := slices.BinarySearchFunc(r.Decisions, d, compareDecisions)
	if !found {
		r.Decisions = slices.Insert(r.Decisions, i, d)
		return
	}
	has := &r.Decisions[i]
	switch {
	case has.State.Works() || d.State.Works():
		if Better(d, *has) {
			*has = d
		}
	default:
		reasons := append(slices.Clip(has.Reasons), d.Reasons...)
		if Better(d, *has) {
			*has = d
		}
		has.Reasons = reasons
	}
}

func compareDecisions(a, b Decision) int {
	if c := strings.Compare(a.Product, b.Product); c != 0 {
		return c
	}
	return strings.Compare(a.Feature.ID, b.Feature.ID)
}

// Better reports whether a grants more than b: a works and b does not, or a works
// longer or more often.
func Better(a, b Decision) bool {
	switch {
	case a.State != b.State:
		return a.State > b.State
	case a.Pending != b.Pending:
		return b.Pending
	case a.Until != b.Until:
		return a.Until == 0 || b.Until != 0 && a.Until > b.Until
	case a.Left != b.Left:
		return a.Left < 0 || b.Left >= 0 && a.Left > b.Left
	default:
		return false
	}
}
