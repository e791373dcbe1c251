package rules

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// What an add-on does not change is said in words that are true, with the way to
// change it; it is refused where nothing else changes.
func TestNoEffect(t *testing.T) {
	t.Parallel()
	nothing := func(feature, field string, note license.Note) license.Change {
		return license.Change{Product: "ink", Feature: feature, Field: field, Note: note}
	}
	for want, change := range map[string]license.Change{
		"write of ink has no end":                            nothing("write", "term", license.NothingUnlimited),
		"write of ink has no limit of runs":                  nothing("write", "runs", license.NothingUnlimited),
		"write of ink has no limit of seats":                 nothing("write", "seats", license.NothingUnlimited),
		"write of ink has no limit of concurrent use":        nothing("write", "concurrent", license.NothingUnlimited),
		"ink has maintenance without an end":                 nothing("", "maintenance", license.NothingUnlimited),
		"ink covers every version":                           nothing("", "highest version", license.NothingUnlimited),
		"the licence has no window":                          {Field: "window", Note: license.NothingUnlimited},
		"the term of write of ink reaches further already":   nothing("write", "term", license.NothingEarlier),
		"the highest version of ink reaches further already": nothing("", "highest version", license.NothingEarlier),
	} {
		for _, words := range []Words{Command, API} {
			c := &Check{Words: words}
			found := c.effect(&license.Diff{Changes: []license.Change{change}})
			require.Len(t, found, 1, want)
			require.Equal(t, want+", and an add-on takes nothing away", found[0].Text)
			require.Equal(t, words.Rewrite, found[0].Remedy)
			require.True(t, found[0].Refused)
			more := license.Change{Product: "ink", Feature: "read", Note: license.Added}
			found = c.effect(&license.Diff{Changes: []license.Change{change, more}})
			require.NoError(t, found.Err(), want)
			require.Len(t, found.Warnings(), 1, want)
		}
	}
	c := &Check{Words: Command}
	require.Error(t, c.effect(&license.Diff{}).Err())
	require.Empty(t, c.effect(&license.Diff{Reset: []license.Ref{{Product: "ink", Feature: "write"}}}))
}
