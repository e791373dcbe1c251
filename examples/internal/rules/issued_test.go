package rules

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/records"
)

// A number is taken where it was issued before, or must have been. A number that
// leaves a gap is refused, and one that fills a gap is not.
func TestNumbers(t *testing.T) {
	t.Parallel()
	record := func(kind string, number int64, atHand bool) records.Record {
		r := records.Record{Kind: kind, ID: "X", Serial: "S", Number: number}
		if atHand {
			r.Preview = "a preview"
		}
		return r
	}
	first, second := record(records.License, 0, false), record(records.Update, 1, true)
	for name, test := range map[string]struct {
		earlier []records.Record
		number  int64
		atHand  bool
		want    Code
		refused bool
	}{
		"the first":                           {[]records.Record{first}, 1, false, "", false},
		"no records":                          {nil, 3, false, "", false},
		"of another serial number":            {[]records.Record{{Kind: records.License, Serial: "T"}}, 3, false, "", false},
		"the next":                            {[]records.Record{first, second}, 2, false, "", false},
		"again":                               {[]records.Record{first, second}, 1, false, NumberTaken, true},
		"a gap":                               {[]records.Record{first, second}, 9, false, NumberGap, true},
		"a gap of updates issued elsewhere":   {[]records.Record{first, second}, 9, true, "", false},
		"fills a gap":                         {[]records.Record{first, second, record(records.Update, 9, false)}, 2, true, NumberGap, false},
		"below one that shows it was issued":  {[]records.Record{first, second, record(records.Update, 9, true)}, 2, true, NumberTaken, true},
		"below a sealed update":               {[]records.Record{first, record(records.SealedUpdate, 3, true)}, 2, true, NumberTaken, true},
		"the one at the end of a gap":         {[]records.Record{first, second, record(records.Update, 9, false)}, 9, false, NumberTaken, true},
		"after the end of a gap":              {[]records.Record{first, second, record(records.Update, 9, false)}, 10, false, "", false},
		"a licence of a higher revision":      {[]records.Record{record(records.License, 4, false)}, 3, true, NumberTaken, true},
		"of an empty journal, for a new sale": {[]records.Record{}, 1, true, "", false},
	} {
		r := record(records.Update, test.number, test.atHand)
		c := &Check{Words: Command}
		found := c.number(r, test.earlier, false)
		if test.want == "" {
			require.Empty(t, found, name)
			continue
		}
		require.Len(t, found, 1, name)
		require.Equal(t, test.want, found[0].Code, name)
		require.Equal(t, test.refused, found[0].Refused, name)
		require.NoError(t, c.number(r, test.earlier, true).Err(), "%s: --again", name)
	}
}
