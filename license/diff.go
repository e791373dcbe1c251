package license

import (
	"strconv"
	"strings"
)

// A Diff says what an update did to a licence, item by item, also where it did
// nothing.
type Diff struct {
	UpdateID string   `json:"update_id"`
	Changes  []Change `json:"changes"`
	Reset    []Ref    `json:"reset,omitempty"` // features whose usage starts anew
}

// A Change is one item of a Diff. Old and New are the values in English, ""
// for none.
type Change struct {
	Product string `json:"product,omitempty"`
	Feature string `json:"feature,omitempty"`
	Field   string `json:"field,omitempty"` // "term", "runs", "maintenance", …; "" for a whole feature or product
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	Note    Note   `json:"note"`
}

// A Note says why an item is as it is.
type Note string

const (
	Changed          Note = "changed"
	Added            Note = "added"
	Removed          Note = "removed"
	NothingUnlimited Note = "nothing_unlimited" // it had no limit
	NothingEarlier   Note = "nothing_earlier"   // the present value reaches further
)

// String returns the note in English.
func (n Note) String() string {
	switch n {
	case NothingUnlimited:
		return "nothing: it had no limit"
	case NothingEarlier:
		return "nothing: what was there reaches further"
	default:
		return string(n)
	}
}

// String returns the changes, one after the other.
func (d Diff) String() string {
	lines := make([]string, 0, len(d.Changes)+len(d.Reset))
	for _, c := range d.Changes {
		lines = append(lines, c.String())
	}
	for _, ref := range d.Reset {
		lines = append(lines, ref.String()+": usage starts anew")
	}
	return d.UpdateID + ": " + strings.Join(lines, "; ")
}

// Changed reports whether the update changed anything.
func (d Diff) Changed() bool {
	for _, c := range d.Changes {
		if c.Note == Changed || c.Note == Added || c.Note == Removed {
			return true
		}
	}
	return len(d.Reset) > 0
}

// String returns the change in one line: "acme-cad/export term: until
// 2026-12-31 -> until 2027-12-31".
func (c Change) String() string {
	name := c.Product
	if c.Feature != "" {
		name += "/" + c.Feature
	}
	if name == "" {
		name = "license"
	}
	if c.Field != "" {
		name += " " + c.Field
	}
	if c.Note == Changed {
		return name + ": " + orNone(c.Old) + " -> " + orNone(c.New)
	}
	return name + ": " + c.Note.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// String returns the term in English: "perpetual", "until 2027-03-31", "from
// 2027-01-01 to 2027-03-31", "30 days from first use".
func (t Term) String() string {
	switch t.Kind {
	case Dates:
		text := ""
		for i, v := range t.Intervals {
			if i > 0 {
				text += ", "
			}
			if v.From == 0 {
				text += "until " + v.Until.String()
			} else {
				text += "from " + v.From.String() + " to " + v.Until.String()
			}
		}
		return text
	case FromFirstUse:
		return t.Span.String() + " from first use"
	case FromActivation:
		return t.Span.String() + " from activation"
	case Extend:
		return t.Span.String() + " more"
	default:
		return "perpetual"
	}
}

func countText(n int64) string {
	if n == 0 {
		return "unlimited"
	}
	return strconv.FormatInt(n, 10)
}

// String returns the limit in English: "unlimited" or "5 per station".
func (c Concurrent) String() string {
	if c.N == 0 {
		return "unlimited"
	}
	return strconv.FormatInt(c.N, 10) + " per " + string(c.Per)
}

// String returns the conditions as documents write them, "none" for none.
func (c Condition) String() string {
	text := ""
	for _, w := range conditionWords {
		if c&w.condition != 0 {
			if text != "" {
				text += ", "
			}
			text += w.word
		}
	}
	return orNone(text)
}

// String returns the maintenance in English.
func (m Maintenance) String() string {
	if m == (Maintenance{}) {
		return "for ever"
	}
	return "until " + m.Until.String() + ", then " + string(m.Lapse)
}
