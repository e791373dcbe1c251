package server

import (
	"encoding/hex"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

const (
	// maxLinks is how many steps of an installation's life are known.
	maxLinks = 16
	// quiet is how long an installation is not written about for nothing but
	// that it was there.
	quiet = 12 * time.Hour
)

// A step is what a request's link says of an installation's life.
type step int

const (
	stepNone step = iota // it tells no link
	stepNew              // goes on from the last step; or from one that is not known here, of another sale say
	stepSame             // is the last step, taken already: a reply was lost
	stepPast             // was taken, and others after it: an old request
	stepFork             // goes on from where the life has gone on otherwise: there are two
)

func (v *visit) step(i *Installation) step {
	last := len(i.Links) - 1
	switch at := slices.Index(i.Links, v.next); {
	case v.next == "":
		return stepNone
	case at < 0 && v.link == "" && len(i.Links) > 0:
		return stepNone // it does not know of any step yet, and is told
	case at >= 0 && at == last:
		return stepSame
	case at >= 0:
		return stepPast
	}
	if at := slices.Index(i.Links, v.link); at >= 0 && at < last {
		return stepFork
	}
	return stepNew
}

// touch keeps that the installation was here, what it says it used, and the
// next step of its life: if something is stored anyway, or if that was not
// stored for long, or if it says something new. It returns the link for the
// reply.
func (v *visit) touch(a *Account, one *Activation, i *Installation) []byte {
	step := v.step(i)
	if step == stepPast {
		return i.current()
	}
	fork := step == stepFork && !i.Cloned
	if !a.marked() && !fork && v.now.Sub(i.Seen) < quiet && (v.Version == "" || v.Version == i.Version) && !v.tellsMore(i) && !v.labels(one) {
		if step == stepNew && v.link != "" {
			return v.Link // whether it is known here or not: nobody has gone on
		}
		return i.current()
	}
	if fork {
		i.Cloned = true
		v.note(a, EventCloned, one, "")
	}
	i.Seen = v.now
	if v.Version != "" {
		i.Version = v.Version
	}
	if v.labels(one) { // no event: the history is permanent, and a label may be personal data
		one.Label = v.Label
	}
	v.keepUsage(i)
	if step == stepNew || step == stepFork {
		i.Links = append(i.Links, v.next)
		i.Links = i.Links[max(0, len(i.Links)-maxLinks):]
	}
	a.Put(one)
	return i.current()
}

// labels reports whether the request gives the machine another label.
func (v *visit) labels(one *Activation) bool { return v.Label != "" && v.Label != one.Label }

// current returns the last step of an installation's life, nil if none is
// known.
func (i *Installation) current() []byte {
	if len(i.Links) == 0 {
		return nil
	}
	b, err := hex.DecodeString(i.Links[len(i.Links)-1])
	if err != nil || len(b) != license.LinkSize {
		return nil
	}
	return b
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
