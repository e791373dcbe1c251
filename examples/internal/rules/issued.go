package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/records"
)

// Issued finds the number or the id of a new record in an earlier one. again is
// whether that is intended.
func (c *Check) Issued(r records.Record, earlier []records.Record, again bool) (found Findings) {
	found = c.id(r, earlier, again)
	switch r.Kind {
	case records.Update, records.SealedUpdate:
		found = append(found, c.number(r, earlier, again)...)
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

// number finds an update's number that was issued before, and numbers that are
// left out: no customer can apply an update before all with lower numbers.
func (c *Check) number(r records.Record, earlier []records.Record, again bool) Findings {
	last, known := records.Last(earlier, r.Serial)
	if !known {
		return nil
	}
	newest := fmt.Sprintf("the records have %s %s with the number %d, of %s", last.Kind, last.ID, last.Number, day(last.Time))
	switch taken := taken(r, earlier); {
	case r.Number > last.Number+1 && r.Preview == nil:
		text := fmt.Sprintf("the number %d leaves a gap: %s, so the next number is %d, and no customer can apply the number %d before it", r.Number, newest, last.Number+1, r.Number)
		return Findings{c.again(NumberGap, "sequence", text, c.Words.Gap, again)}
	case r.Number > last.Number:
		return nil
	case taken:
		text := fmt.Sprintf("the number %d of this serial number was issued before: %s", r.Number, newest)
		return Findings{c.again(NumberTaken, "sequence", text, c.Words.Applied, again)}
	}
	text := fmt.Sprintf("%s, which was issued with a gap before it: no customer can apply it before the numbers from %d to %d", newest, r.Number, last.Number-1)
	return Findings{warn(NumberGap, "sequence", text, "")}
}

// taken reports whether the records have a number, or a higher one that shows
// that it was issued: that of a licence, or of an update for which the licence
// was at hand with all updates before it.
func taken(r records.Record, earlier []records.Record) bool {
	return slices.ContainsFunc(earlier, func(old records.Record) bool {
		return old.Serial == r.Serial && (old.Number == r.Number ||
			old.Number > r.Number && (old.Kind != records.Update || old.Preview != nil))
	})
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
