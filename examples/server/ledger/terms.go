package ledger

import (
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
)

// TermChanges are what must be added to the terms by which sales are searched
// for, and what must be removed first.
type TermChanges struct{ Added, Gone []server.Term }

// change adds what makes one list of terms of another.
func (c *TermChanges) change(from, to []server.Term) {
	for _, t := range to {
		if !slices.Contains(from, t) {
			c.Added = append(c.Added, t)
		}
	}
	for _, t := range from {
		if !slices.Contains(to, t) {
			c.Gone = append(c.Gone, t)
		}
	}
}

// Changes returns what makes the terms of this activation of those that it had,
// nil if it is new.
func (r *ActivationRow) Changes(before *ActivationRow) (c TermChanges) {
	if before != nil {
		c.change(before.Terms, r.Terms)
	} else {
		c.change(nil, r.Terms)
	}
	return c
}

// namesOf returns what the terms of a sale are made of.
func namesOf(s *server.Sale) server.Sale {
	if s == nil {
		return server.Sale{}
	}
	return server.Sale{LicenseID: s.LicenseID, Licensee: s.Licensee}
}

// nearTerms notes the terms of activations that are put to others near.
func (m *Marked) nearTerms(all []nearOne, put []*server.Activation) error {
	for _, a := range put {
		at, known := slices.BinarySearchFunc(all, a.ID, func(o nearOne, id string) int { return strings.Compare(o.id, id) })
		if !known {
			m.Terms.change(nil, a.Terms())
			continue
		}
		before, err := decodeActivation(all[at].id, all[at].data)
		if err != nil {
			return err
		}
		if before.Label != a.Label {
			m.Terms.change(before.Terms(), a.Terms())
		}
	}
	return nil
}

// Slots returns a filter's searches as a statement has them: four of each kind,
// lower end and upper end, of which the first is there.
func Slots(f server.Filter) (slots [4]server.Search, search bool) {
	return slots, copy(slots[:], f.Searches()) > 0
}
