package server

import (
	"slices"

	"github.com/latchkey-go/latchkey/license"
)

// decide is the whole verdict on a visit: a function of the visit and the
// account, which it changes and marks, so that it may run again.
func (v *visit) decide(a *Account) outcome {
	if a.Sale == nil {
		return v.hidden(no(license.Reason{Code: license.SerialUnknown}))
	}
	version, known := a.Sale.Version, v.isKnown(a)
	out := v.operate(a)
	hopeful := out.code() == license.BindingWeak && a.Sale.closed() == nil && a.Sale.full() == nil // it is all that is in the way
	if v.RequestKey != "" && !known && out.refused() && !hopeful {
		return v.hidden(out)
	}
	out.reply.Sequence = a.Sale.Version
	if out.refused() {
		out.reply.Sequence = version
	}
	return out
}

// hidden gives one who guesses at request keys the same answer for every key
// that does not work, whatever the reason. Serial numbers cannot be guessed.
func (v *visit) hidden(out outcome) outcome {
	if v.RequestKey == "" {
		return out
	}
	return no(license.Reason{Code: license.RequestNotAccepted})
}

// isKnown reports whether the visitor, or whoever vouches for it, has been
// here with this account.
func (v *visit) isKnown(a *Account) bool {
	known, _ := a.installed(v.key)
	if known == nil && v.proof != nil && a.Sale.named(v.proof) {
		known, _ = a.installed(v.proofKey)
	}
	return known != nil
}

func (v *visit) operate(a *Account) outcome {
	if !a.Sale.covers(v.Product) {
		return no(license.Reason{Code: license.OtherProduct, Needs: v.Product})
	}
	var out outcome
	switch v.Operation {
	case license.OpActivate:
		out = v.activate(a)
	case license.OpMove:
		out = v.move(a)
	case license.OpDeactivate:
		out = v.deactivate(a)
	case license.OpReport:
		out = v.report(a)
	default:
		out = v.check(a)
	}
	if out.code() != "" {
		out.reply.Contact = a.Sale.Contact
	}
	return out
}

// covers reports whether a product is one of those that were sold.
func (s *Sale) covers(product string) bool {
	return product == s.Product || slices.Contains(s.Also, product)
}

// closed returns why nobody may activate the sale or use what they have of it,
// nil if they may.
func (s *Sale) closed() *license.Reason {
	switch {
	case s.Cancelled:
		return &license.Reason{Code: license.OrderCancelled}
	case s.Blocked:
		return &license.Reason{Code: license.LicenseBlocked}
	}
	return nil
}

// full returns why there is no room for another machine, nil if there is.
func (s *Sale) full() *license.Reason {
	if s.Used < s.Limit {
		return nil
	}
	return &license.Reason{Code: license.ActivationLimit, N: s.Used, Max: s.Limit}
}

// installed returns the activation of an installation, and the installation
// within it; nil if there is none.
func (a *Account) installed(key string) (*Activation, *Installation) {
	var best *Activation
	for _, one := range a.Activations {
		if one.installation(key) != nil && (best == nil || one.newerThan(best)) {
			best = one
		}
	}
	if best == nil {
		return nil, nil
	}
	return best, best.installation(key)
}

// installation returns one of an activation's installations, nil if it is none.
func (a *Activation) installation(key string) *Installation {
	for i := range a.Installations {
		if a.Installations[i].Key == key {
			return &a.Installations[i]
		}
	}
	return nil
}

// newerThan orders activations that could both be meant: those in force first,
// then the latest.
func (a *Activation) newerThan(b *Activation) bool {
	if a.Active != b.Active {
		return a.Active
	}
	return a.Since.After(b.Since)
}

// note adds an event about an activation to the history.
func (v *visit) note(a *Account, kind EventKind, activation *Activation, detail string) {
	a.Note(Event{Time: v.now, Kind: kind, Activation: activation.ID, Detail: detail})
}
