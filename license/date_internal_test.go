package license

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A clock that stands beyond the calendar comes after every date, and one that
// stands before it comes before.
func TestToday(t *testing.T) {
	t.Parallel()
	require.Equal(t, "9999-12-31", maxDate.String())
	for at, want := range map[time.Time]Date{
		{}:                                       maxDate + 1,
		time.Unix(0, 0):                          0,
		time.Unix(-1, 0):                         0,
		time.Unix(86399, 0):                      0,
		time.Unix(86400, 0):                      1,
		maxDate.Start():                          maxDate,
		maxDate.End():                            maxDate,
		(maxDate + 1).Start():                    maxDate + 1,
		time.Unix(1<<40, 0):                      maxDate + 1,
		time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC): 0,
	} {
		require.Equal(t, want, today(at), "%v", at)
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2026-03-10T00:00:00Z", "2026-03-10T23:59:59Z", "9999-12-31T23:59:59Z", "1970-01-02T00:00:00Z"} {
		at, ok := parseTime(s)
		require.True(t, ok, s)
		require.Equal(t, s, formatTime(at))
		require.Equal(t, s, at.Format(time.RFC3339))
	}
	for _, s := range []string{"", "2026-03-10", "2026-03-10T24:00:00Z", "2026-03-10T23:60:00Z", "2026-03-10T23:59:60Z", "2026-03-10t23:59:59Z",
		"2026-03-10T23:59:59z", "2026-03-10 23:59:59Z", "2026-03-10T23:59:59+", "2026-02-29T00:00:00Z", "2026-03-10T23-59:59Z", "2026-03-10T-1:59:59Z",
		"2026-03-10T23:59:59.0Z", "1970-01-01T00:00:00Z"} {
		at, ok := parseTime(s)
		require.False(t, ok, s)
		require.Zero(t, at)
	}
}

// Of two highest versions, the higher covers all that the other does.
func TestCoversMore(t *testing.T) {
	t.Parallel()
	ascending := []string{"0.9", "0", "4.9", "4.10", "4", "9.99", "10.3.1", "10.3", "10.4", "10.10", "10", "11", "100"}
	for i, a := range ascending {
		for k, b := range ascending {
			require.Equal(t, i > k, coversMore(a, b), "%s, %s", a, b)
			for _, version := range ascending {
				if i >= k && covers(b, version) {
					require.True(t, covers(a, version), "%s covers more than %s, which covers %s", a, b, version)
				}
			}
		}
	}
	for _, equal := range [][2]string{{"10", "v10"}, {"10", "010"}, {"10.3", "10.3-beta"}, {"", ""}} {
		require.False(t, coversMore(equal[0], equal[1]))
		require.False(t, coversMore(equal[1], equal[0]))
	}
}

// An update can neither say what never changes nor leave out what it must.
func TestDecodeUpdateNeverNames(t *testing.T) {
	t.Parallel()
	const head, tail = `{"id":"U-1","issued":"2026-03-10T12:00:00Z","kind":"full",`, `"sequence":1,"serial":"S-1","v":1,"vendor":"acme"}`
	u, err := decodeUpdate(head + tail)
	require.NoError(t, err)
	require.False(t, u.Rewrite, "without a mode it is an add-on")
	_, err = decodeUpdate(head + `"mode":"addon",` + tail)
	require.ErrorIs(t, err, Malformed)
	u, err = decodeUpdate(head + `"mode":"rewrite",` + tail)
	require.NoError(t, err)
	require.True(t, u.Rewrite)
	for _, member := range []string{`"licensee":{"name":"Eve"},`, `"license_id":"L-2",`} {
		_, err := decodeUpdate(head + member + tail)
		require.ErrorIs(t, err, Malformed, member)
	}
	_, err = decodeUpdate(`{"binding":{"data":"AQ==","scheme":"board"},` + head[1:] + tail)
	require.ErrorIs(t, err, Malformed)
}
