package rules

import (
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/records"
)

// Issued finds the number or the id of a new record in an earlier one. again is
// whether that is intended.
func (c *Check) Issued(r records.Record, earlier []records.Record, again bool) (found Findings) {
	found = c.id(r, earlier, again)
	switch r.Kind {
	case records.Update, records.SealedUpdate:
		if last, known := records.Last(earlier, r.Serial); known && last.Number >= r.Number {
			text := fmt.Sprintf("the number %d of this serial number was issued before: the records have %s %s with the number %d, of %s", r.Number, last.Kind, last.ID, last.Number, day(last.Time))
			found = append(found, c.again(NumberTaken, "sequence", text, c.Words.Applied, again))
		}
	case records.License:
		if last, known := records.Last(earlier, r.Serial); known && last.ID != r.ID {
			found = append(found, warn(SerialKnown, "serial", fmt.Sprintf("this serial number already has %s %s, of %s: the licence that was issued last counts", last.Kind, last.ID, day(last.Time)), ""))
		}
	case records.TypedKey:
		for _, old := range earlier {
			if old.Kind == r.Kind && old.Digest == r.Digest {
				found = append(found, warn(SameKey, "number", "the same key was made before, on "+day(old.Time), "give each key its own --number"))
				break
			}
		}
	}
	return found
}

// id finds an id that another licence or update has.
func (c *Check) id(r records.Record, earlier []records.Record, again bool) Findings {
	if r.Kind != records.License && r.Kind != records.Update && r.Kind != records.SealedUpdate {
		return nil
	}
	for _, old := range earlier {
		if old.ID == r.ID && old.Number == r.Number && old.Digest != r.Digest {
			return Findings{c.again(IDTaken, "id", fmt.Sprintf("the id %s was issued before, on %s", r.ID, day(old.Time)), c.Words.Again, again)}
		}
	}
	return nil
}

func (c *Check) again(code Code, field, text, remedy string, meant bool) Finding {
	if meant {
		return warn(code, field, text, "")
	}
	return refuse(code, field, text, remedy)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
