package records

import (
	"slices"
	"strings"
)

// A Query says which records are looked for; what is empty is not looked at.
type Query struct {
	Licensee string // part of the licensee's name, company or address, in any case
	Serial   string // exactly, as records have it
	ID       string // of the licence or update
	Kind     string
	KeyID    string
}

// Find returns the records that a query is about, in the order in which they were
// made.
func (q Query) Find(all []Record) (found []Record) {
	for _, r := range all {
		if q.matches(r) {
			found = append(found, r)
		}
	}
	return found
}

func (q Query) matches(r Record) bool {
	who := strings.ToLower(r.Licensee + "\n" + r.Company + "\n" + r.Email)
	return (q.Licensee == "" || strings.Contains(who, strings.ToLower(q.Licensee))) &&
		(q.Serial == "" || r.Serial == q.Serial) &&
		(q.ID == "" || r.ID == q.ID || r.LicenseID == q.ID) &&
		(q.Kind == "" || r.Kind == q.Kind) &&
		(q.KeyID == "" || slices.Contains(r.KeyIDs, q.KeyID))
}

// Last returns the record with the highest number of a serial number: of its
// licences and updates. ok is false where there is none.
func Last(all []Record, serial string) (last Record, ok bool) {
	for _, r := range all {
		if r.Serial == serial && serial != "" && (!ok || r.Number >= last.Number) {
			last, ok = r, true
		}
	}
	return last, ok
}
