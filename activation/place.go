package activation

import "github.com/latchkey-go/latchkey/license"

// Of all documents with a licence of one id, the one with the most updates in
// it counts. Of licences with one serial number, the one issued last counts,
// unless it is of a lower kind: a trial of something more stands beside what
// was bought. These rules hold for what is imported and for what is deployed.

// replaces reports whether a licence takes the place of another.
func replaces(l, old *license.License) bool {
	if l.ID == old.ID {
		return l.Revision > old.Revision || l.Revision == old.Revision && l.Issued.After(old.Issued)
	}
	return l.Serial != "" && l.Serial == old.Serial && l.Kind.AtLeast(old.Kind) && l.Issued.After(old.Issued)
}

// newest leaves out the licences that others have replaced.
func newest(all []held) []held {
	var out []held
	for i, h := range all {
		replaced := false
		for k, other := range all {
			same := h.base.ID == other.base.ID && !replaces(h.terms, other.terms)
			replaced = replaced || i != k && (replaces(other.terms, h.terms) || same && k < i)
		}
		if !replaced {
			out = append(out, h)
		}
	}
	return out
}

// place puts the document of a licence into a state, in the place of one that
// it replaces. The error has the code AlreadyEntered for the stored licence, as it
// is or as it was before updates, and LicenseReplaced where another licence under the
// same serial number, or a later version of it, stays in force.
func (c *Client) place(s *state, d document, l *license.License) error {
	all, _ := c.licenses(s)
	for _, h := range all {
		sameSerial := l.Serial != "" && h.base.Serial == l.Serial
		// A date of issue that lies ahead was a slip, and is put right by any other.
		slip := h.base.Issued.After(c.effectiveNow(s).Add(license.ClockTolerance)) && !l.Issued.Equal(h.base.Issued)
		switch {
		case h.base.ID != l.ID && !sameSerial, h.base.ID != l.ID && !l.Kind.AtLeast(h.terms.Kind):
			continue
		case replaces(l, h.terms), slip && l.Revision >= h.terms.Revision:
			if h.at < 0 {
				continue // it gives way by itself
			}
			d.Updates = c.carry(h, s.Documents[h.at], l)
			s.Documents[h.at] = d
			return nil
		case h.base.ID == l.ID && !l.Issued.After(h.issued):
			return &license.Reason{Code: license.AlreadyEntered, Product: c.opt.Product, N: h.terms.Revision - l.Revision}
		default:
			return &license.Reason{Code: license.LicenseReplaced, Product: c.opt.Product, Has: h.base.ID}
		}
	}
	for i, old := range s.Documents { // one that does not hold any more
		if (old.ID == d.ID || d.Serial != "" && old.Serial == d.Serial) && !holds(all, i) {
			s.Documents[i] = d
			return nil
		}
	}
	s.Documents = append(s.Documents, d)
	return nil
}

func holds(all []held, at int) bool {
	for _, h := range all {
		if h.at == at {
			return true
		}
	}
	return false
}

// carry returns the unlock codes that were entered for a licence and that its
// successor still carries sealed: what they opened stays open, and counts once.
func (c *Client) carry(h held, d document, l *license.License) (updates []appliedUpdate) {
	if h.base.ID != l.ID {
		return nil
	}
	for _, a := range d.Updates {
		if a.Code == nil {
			continue
		}
		u, err := l.Unseal(a.Code)
		if err != nil {
			continue // the successor holds it
		}
		if next, _, err := license.Apply(l, u, a.At, a.Usage); err == nil {
			l, updates = next, append(updates, a)
		}
	}
	return updates
}

// find returns the index of the document with a licence of an id, -1 for none.
func (s *state) find(id string) int {
	for i, d := range s.Documents {
		if d.ID == id {
			return i
		}
	}
	return -1
}
