package api

import "encoding/json"

// terms are what a licence is made of: either a document that is signed, or a
// description to be signed here.
type terms struct {
	overrides
	License     string          `json:"license"`
	Description json.RawMessage `json:"description"`
	Scheme      string          `json:"scheme"`
}

func (t terms) check(canSign bool) error {
	switch {
	case (t.License != "") == (len(t.Description) > 0):
		return bad("terms", "The terms are missing or given twice.", "Send either \"description\", to be signed here, or \"license\" that the back office has signed.")
	case len(t.Description) > 0 && !canSign:
		return errCannotSign
	case t.License != "" && t.Scheme != "":
		return bad("terms", "A signed licence already has its binding scheme.", "Leave \"scheme\" out.")
	}
	return nil
}
