package server

import (
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// deactivate ends the activation of the visitor's machine. What is ended
// already stays so, at no cost.
func (v *visit) deactivate(a *Account) outcome {
	one, i := a.installed(v.key)
	if one == nil {
		return no(license.Reason{Code: license.NotActivated})
	}
	if why := v.give(a, one, i, EventDeactivated, ""); why != nil {
		return no(*why)
	}
	out := outcome{activation: one.ID}
	out.reply.Link = i.current()
	return out
}

// move ends the activation on another machine, by its own signed word, and
// begins one here: both or neither.
func (v *visit) move(a *Account) outcome {
	one, i := a.installed(v.proofKey)
	if one == nil || !a.Sale.named(v.proof) {
		return no(license.Reason{Code: license.ProofWrong})
	}
	if why := a.Sale.closed(); why != nil {
		return v.whileClosed(a, why)
	}
	p, why := v.place(a)
	if why != nil {
		return no(*why)
	}
	if p.activation == one { // the same machine: it has its place
		return v.activate(a)
	}
	word := &visit{Request: v.proof, now: v.now, key: v.proofKey, link: hexOf(v.proof.Link), next: hexOf(v.proof.Next)}
	if why := word.give(a, one, i, EventMoved, ""); why != nil {
		return no(*why)
	}
	return v.activate(a)
}

// give ends an activation, by the word of one of its installations. The reason
// why not is TransfersUsed; or ProofWrong for a word that came late, or was kept by
// somebody, and that the installation has taken back since.
func (v *visit) give(a *Account, one *Activation, i *Installation, kind EventKind, detail string) *license.Reason {
	if !one.Active {
		return nil
	}
	if v.GivenUp <= i.Kept && i.Kept > 0 {
		return &license.Reason{Code: license.ProofWrong}
	}
	if why := a.Sale.spend(v.now); why != nil {
		return why
	}
	a.end(one, v.now)
	v.note(a, kind, one, detail)
	v.touch(a, one, i)
	return nil
}

// end takes an activation out of force. Of a trial, the place stays taken.
func (a *Account) end(one *Activation, now time.Time) {
	one.Active, one.Since, one.Ended = false, now, now
	if !a.Sale.Trial && a.Sale.Used > 0 {
		a.Sale.Used--
	}
	a.Save()
	a.Put(one)
}

// spend takes one transfer from the budget. A machine that gave the licence up
// counts until the day begins on which the period ends, so that From is a day
// on which it works. Of a trial, nothing is transferred.
func (s *Sale) spend(now time.Time) *license.Reason {
	if s.Transfers <= 0 || s.Trial {
		return nil
	}
	var counting []time.Time
	for _, t := range s.GivenUp {
		if s.Period <= 0 || license.DateOf(now) < license.DateOf(t.Add(s.Period)) {
			counting = append(counting, t)
		}
	}
	if n := int64(len(counting)); n >= s.Transfers {
		why := &license.Reason{Code: license.TransfersUsed, N: n, Max: s.Transfers}
		if s.Period > 0 {
			why.From = license.DateOf(counting[n-s.Transfers].Add(s.Period))
		}
		return why
	}
	s.GivenUp = append(counting, now)
	return nil
}
