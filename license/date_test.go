package license_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// Every day of the first 800 years and of the last is the day that package
// time says it is; the calendar repeats itself after 400.
func TestDateOfEveryDay(t *testing.T) {
	t.Parallel()
	for d, at := license.Date(1), time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC); at.Year() < 10000; d, at = d+1, at.AddDate(0, 0, 1) {
		if at.Year() == 2770 {
			d, at = d+365*7000, at.AddDate(0, 0, 365*7000)
		}
		text := at.Format(time.DateOnly)
		parsed, err := license.ParseDate(text)
		if err != nil || parsed != d || d.String() != text || license.DateOf(at) != d || !d.Start().Equal(at) {
			t.Fatalf("%s is %d, from text %d %v, from time %d, as text %s", text, d, parsed, err, license.DateOf(at), d)
		}
	}
}

func TestDateOf(t *testing.T) {
	t.Parallel()
	d := day("2026-03-10")
	require.Equal(t, d, license.DateOf(d.Start()))
	require.Equal(t, d, license.DateOf(d.End()))
	require.Equal(t, d, license.DateOf(d.End().Add(time.Second-1)))
	require.Equal(t, d+1, license.DateOf(d.End().Add(time.Second)))
	require.Equal(t, d-1, license.DateOf(d.Start().Add(-1)))
	require.Equal(t, "2026-03-10T23:59:59Z", d.End().Format(time.RFC3339Nano))
	require.Equal(t, d-1, license.DateOf(time.Date(2026, 3, 10, 1, 0, 0, 0, time.FixedZone("+2", 7200))))
	for _, none := range []time.Time{{}, time.Unix(0, 0), time.Unix(86399, 0), time.Unix(-1, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<60, 0)} {
		require.Zero(t, license.DateOf(none), "%v", none)
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026", "2026-3-10", "2026-03-1", "02026-03-10", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-04-31",
		"2026-02-29", "2100-02-29", "1900-02-29", "1970-01-01", "1969-12-31", "0000-00-00", "2026/03/10", "2026-03-10 ", " 2026-03-10", "2026-03-1O",
		"+026-03-10", "2026--3-10", "２026-03-10", "2026-03-10T00:00:00Z"} {
		d, err := license.ParseDate(s)
		require.Error(t, err, "%q", s)
		require.Zero(t, d)
	}
	for _, s := range []string{"2000-02-29", "2400-02-29", "2028-02-29", "1970-01-02", "9999-12-31"} {
		require.Equal(t, s, day(s).String())
	}
}

func TestDateString(t *testing.T) {
	t.Parallel()
	require.Empty(t, license.Date(0).String())
	for _, d := range []license.Date{-1, -1 << 31, day("9999-12-31") + 1, 1<<31 - 1} {
		_, err := license.ParseDate(d.String())
		require.Error(t, err)
		require.NotEmpty(t, d.String(), "it is not written as the absence of a date")
	}
}

func TestSpanAfter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from         string
		months, days int
		want         string
	}{
		{"2026-03-10", 0, 1, "2026-03-11"}, {"2026-03-10", 0, 30, "2026-04-09"}, {"2026-12-31", 0, 1, "2027-01-01"},
		{"2026-01-31", 3, 0, "2026-04-30"}, {"2026-01-31", 1, 0, "2026-02-28"}, {"2028-01-31", 1, 0, "2028-02-29"}, {"2026-01-31", 2, 0, "2026-03-31"},
		{"2028-02-29", 12, 0, "2029-02-28"}, {"2028-02-29", 48, 0, "2032-02-29"}, {"2026-10-31", 4, 0, "2027-02-28"}, {"2026-12-01", 1, 0, "2027-01-01"},
		{"2026-12-15", 12, 0, "2027-12-15"}, {"2026-01-31", 1, 1, "2026-03-01"}, {"2026-01-31", 1, 31, "2026-03-31"}, {"2026-11-30", 1, 0, "2026-12-30"},
		{"9999-11-30", 1, 1, "9999-12-31"}, {"9999-11-30", 1, 2, ""}, {"9999-12-31", 0, 1, ""}, {"9999-12-01", 1, 0, ""}, {"2026-01-01", 36524, 36524, "5169-09-01"},
		{"9000-01-01", 36524, 0, ""}, {"2026-01-01", 1 << 30, 0, ""}, {"2026-01-01", 141_145_000, 0, ""}, {"2026-01-01", 0, 1 << 40, ""},
	}
	for _, test := range tests {
		got := license.Span{Months: test.months, Days: test.days}.After(day(test.from))
		require.Equal(t, test.want, got.String(), "%s and %d months and %d days", test.from, test.months, test.days)
	}
}

// A longer span never ends earlier, and neither does one that begins later.
func TestSpanAfterIsMonotone(t *testing.T) {
	t.Parallel()
	forSeeds(t, cases, func(g generator) {
		d, s := g.date(), g.span()
		end := s.After(d)
		require.Greater(t, end, d)
		require.LessOrEqual(t, end, s.After(d+1))
		require.Less(t, end, license.Span{Months: s.Months, Days: s.Days + 1}.After(d))
		require.LessOrEqual(t, end, license.Span{Months: s.Months + 1, Days: s.Days}.After(d))
	})
}

func TestSpanString(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]license.Span{"3 months": {Months: 3}, "30 days": {Days: 30}, "1 month 1 day": {Months: 1, Days: 1}, "0 months": {}} {
		require.Equal(t, want, s.String())
		require.Equal(t, want == "0 months", s.IsZero())
	}
}

func TestTermString(t *testing.T) {
	t.Parallel()
	for want, term := range map[string]license.Term{
		"perpetual": {}, "until 2026-12-31": until("2026-12-31"), "30 days from first use": span(uses, 0, 30), "1 month from activation": span(activates, 1, 0),
		"from 2026-01-01 to 2026-01-31, from 2026-03-01 to 2026-03-31": between("2026-01-01", "2026-01-31", "2026-03-01", "2026-03-31"),
	} {
		require.Equal(t, want, term.String())
	}
}
