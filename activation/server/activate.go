package server

import (
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// maxInstallations is how many installations of one machine are known; then
// the one that was not seen for longest is forgotten, and known again by its
// machine when it comes.
const maxInstallations = 16

// activate gives the visitor's machine a place, unless it has one.
func (v *visit) activate(a *Account) outcome {
	if why := a.Sale.closed(); why != nil {
		return v.whileClosed(a, why)
	}
	p, why := v.place(a)
	if why != nil {
		return no(*why)
	}
	one := p.activation
	if one == nil {
		one = &Activation{ID: v.id, First: v.now}
	}
	if why := v.trialOver(a.Sale, one); why != nil {
		return no(*why)
	}
	if !one.Active {
		if why := v.begin(a, one, p.activation != nil); why != nil {
			return no(*why)
		}
	}
	i := v.settleIn(a, one)
	v.follow(a, one, p)
	if v.GivenUp > i.Kept { // it goes on, and the word that it gave is worth nothing any more
		i.Kept = v.GivenUp
		a.Put(one)
	}
	link := v.touch(a, one, i)
	return v.serve(a, one, i, link)
}

// trialOver returns why a machine that has had its trial gets nothing any more,
// nil if it has not, or if the trial does not count from when it began here.
func (v *visit) trialOver(s *Sale, one *Activation) *license.Reason {
	if s.TrialSpan.IsZero() || len(s.Updates) > 0 { // an update may have made it longer
		return nil
	}
	if end := s.TrialSpan.After(license.DateOf(one.First)); end != 0 && license.DateOf(v.now) > end {
		return &license.Reason{Code: license.TrialUsed, Until: end}
	}
	return nil
}

// whileClosed tells an installation that has a receipt why it counts no more,
// in a receipt; and everybody else in words.
func (v *visit) whileClosed(a *Account, why *license.Reason) outcome {
	one, i := a.installed(v.key)
	if one == nil || !one.Active {
		return no(*why)
	}
	link := v.touch(a, one, i)
	out := outcome{receipt: v.receipt(a, one), activation: one.ID}
	out.reply.Link = link
	out.say(*why)
	return out
}

// begin puts an activation into force. One that ended costs a place again; a
// trial's never lost the one that it has.
func (v *visit) begin(a *Account, one *Activation, again bool) *license.Reason {
	if free := again && a.Sale.Trial; !free {
		if why := a.Sale.full(); why != nil {
			return why
		}
		a.Sale.Used++
		v.note(a, EventActivated, one, "")
	} else {
		v.note(a, EventReactivated, one, "")
	}
	one.Active, one.Since, one.Ended = true, v.now, time.Time{}
	a.Save()
	a.Put(one)
	return nil
}

// settleIn returns the visitor's installation within an activation, where it is
// put if it is new there. One that comes from another machine takes along what
// is known of it; one that is new on the machine begins with the runs that were
// used there.
func (v *visit) settleIn(a *Account, one *Activation) *Installation {
	if i := one.installation(v.key); i != nil {
		return i
	}
	arriving := Installation{Key: v.key}
	if from, i := a.installed(v.key); from != nil {
		arriving = *i
		from.Revision, from.Used = from.usage()
		from.Installations = slices.DeleteFunc(from.Installations, func(i Installation) bool { return i.Key == v.key })
		a.Put(from)
	} else {
		arriving.Revision, arriving.Used = one.usage()
	}
	if n := len(one.Installations); n > 0 && n < maxInstallations { // beyond, it is not worth a line
		v.note(a, EventReactivated, one, "another installation")
	}
	if len(one.Installations) == maxInstallations {
		one.Revision, one.Used = one.usage()
		oldest := 0
		for k, i := range one.Installations {
			if i.Seen.Before(one.Installations[oldest].Seen) {
				oldest = k
			}
		}
		one.Installations = slices.Delete(one.Installations, oldest, oldest+1)
	}
	one.Installations = append(one.Installations, arriving)
	a.Put(one)
	return &one.Installations[len(one.Installations)-1]
}
