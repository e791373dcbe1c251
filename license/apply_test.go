package license_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// The rows of the table "Updates: add-on and rewrite" of the design.
const (
	rowPerpetual   = "perpetual"
	rowExtend      = "end date and n days"
	rowDate        = "end date and date"
	rowFromTo      = "from-to"
	rowFirstUse    = "n days from first use"
	rowRuns        = "runs"
	rowConcurrent  = "concurrent"
	rowSeats       = "named seats"
	rowMaintenance = "maintenance and highest version"
	rowConditions  = "conditions"
	rowNew         = "new feature and new product"
	rowKind        = "kind of a limit"
	rowTrial       = "trial to full"
	rowNever       = "licensee, id, binding scheme, vendor"
)

var allRows = []string{rowPerpetual, rowExtend, rowDate, rowFromTo, rowFirstUse, rowRuns, rowConcurrent, rowSeats,
	rowMaintenance, rowConditions, rowNew, rowKind, rowTrial, rowNever}

// A rule is one cell of the table, or one edge of it.
type rule struct {
	row, name string
	rewrite   bool
	test      func(t *testing.T)
}

// rules returns every cell and every edge.
func rules() []rule {
	var all []rule
	for _, r := range featureRules {
		all = append(all, rule{r.row, r.name, r.rewrite, r.test})
	}
	return append(append(all, licenceRules...), windowRules...)
}

// runRules runs the rules of one mode as row/name, and fails if a row has none.
func runRules(t *testing.T, rewrite bool) {
	byRow := map[string][]rule{}
	for _, r := range rules() {
		if r.rewrite == rewrite {
			byRow[r.row] = append(byRow[r.row], r)
		}
	}
	require.Len(t, byRow, len(allRows), "a row without a test, or a test without a row")
	for _, row := range allRows {
		t.Run(row, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, byRow[row])
			for _, r := range byRow[row] {
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					r.test(t)
				})
			}
		})
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	t.Run("addon", func(t *testing.T) { t.Parallel(); runRules(t, false) })
	t.Run("rewrite", func(t *testing.T) { t.Parallel(); runRules(t, true) })
}

// A featureRule is what an update makes of one feature.
type featureRule struct {
	row, name string
	rewrite   bool
	has       license.Feature
	change    license.FeatureChange
	used      license.FeatureUsage
	activated string // a day
	want      license.Feature
	note      license.Note // what is reported of it, where it is not Changed
	code      license.Code // instead of want: why it is refused
}

func (r featureRule) test(t *testing.T) {
	r.has.ID, r.change.ID, r.want.ID = "f", "f", "f"
	other := license.Feature{ID: "other", Runs: 7}
	l := licenceOf(r.has, other)
	u := addOn(r.change)
	if r.rewrite {
		u = rewriteOf(r.change, license.FeatureChange{ID: "other", Runs: addr(int64(7))})
	}
	usage := license.Usage{Features: map[license.Ref]license.FeatureUsage{
		{Product: "cad", Feature: "f"}:     r.used,
		{Product: "cad", Feature: "other"}: {Runs: 3},
		{Product: "web", Feature: "f"}:     {Runs: 99, FirstUse: noon.AddDate(-1, 0, 0), Seats: []string{"x@example.com"}},
	}}
	if r.activated != "" {
		usage.Activated = day(r.activated).Start()
	}
	if r.code != "" {
		reason := mustRefuse(t, l, u, noon, usage, r.code)
		require.Equal(t, "cad", reason.Product)
		require.Equal(t, "f", reason.Feature)
		return
	}
	got, diff := mustApply(t, l, u, noon, usage)
	require.Equal(t, []license.Feature{r.want, other}, got.Products[0].Features)
	switch {
	case r.note != "":
		require.Len(t, diff.Changes, 1)
		require.Equal(t, r.note, diff.Changes[0].Note)
		require.False(t, diff.Changed())
	case reflect.DeepEqual(r.has, r.want):
		require.Empty(t, diff.Changes)
	default:
		require.NotEmpty(t, diff.Changes)
		require.True(t, diff.Changed())
	}
	for _, c := range diff.Changes {
		require.Equal(t, "cad/f", c.Product+"/"+c.Feature, "only what was named is reported")
	}
	require.Equal(t, r.change.ResetUsage, len(diff.Reset) == 1)
}

// licenceOf returns a valid licence of one product, "cad", with some features.
func licenceOf(features ...license.Feature) *license.License {
	return &license.License{
		ID: "L-1", Serial: "S-1", Vendor: "acme", Revision: 4, Kind: license.Full, Issued: noon,
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: "cad", Features: features}},
	}
}

// addOn returns the next update of licenceOf, for its product.
func addOn(changes ...license.FeatureChange) *license.Update {
	return addOnOf(license.ProductChange{ID: "cad", Features: changes})
}

func addOnOf(changes ...license.ProductChange) *license.Update {
	return &license.Update{ID: "U-5", Vendor: "acme", Serial: "S-1", Sequence: 5, Issued: noon, Products: changes}
}

func rewriteOf(changes ...license.FeatureChange) *license.Update {
	u := addOn(changes...)
	u.Rewrite = true
	return u
}

func addr[T any](v T) *T { return &v }

func until(d string) license.Term { return license.Until(day(d)) }

func between(days ...string) license.Term {
	t := license.Term{Kind: license.Dates}
	for i := 0; i < len(days); i += 2 {
		v := license.Interval{Until: day(days[i+1])}
		if days[i] != "" {
			v.From = day(days[i])
		}
		t.Intervals = append(t.Intervals, v)
	}
	return t
}

func span(kind license.TermKind, months, days int) license.Term {
	return license.Term{Kind: kind, Span: license.Span{Months: months, Days: days}}
}

func extend(days int) license.Term { return span(license.Extend, 0, days) }

// mustApply applies an update and holds what is true of every one that is
// applied: it and the licence were valid, neither is changed, the result is
// valid, and the rest of the licence is what it was.
func mustApply(t testing.TB, l *license.License, u *license.Update, at time.Time, usage license.Usage) (*license.License, *license.Diff) {
	t.Helper()
	before := argumentsOf(t, l, u, usage)
	got, diff, err := license.Apply(l, u, at, usage)
	require.NoError(t, err)
	require.Equal(t, before, arguments{l, u, usage}, "Apply changed its arguments")
	_, err = got.Encode()
	require.NoError(t, err)
	require.Equal(t, u.ID, diff.UpdateID)
	require.Equal(t, never(l), never(got))
	require.Contains(t, got.Applied, u.ID)
	require.Len(t, got.Applied, len(l.Applied)+1)
	return got, diff
}

// mustRefuse holds what is true of every update that is refused.
func mustRefuse(t testing.TB, l *license.License, u *license.Update, at time.Time, usage license.Usage, code license.Code) *license.Reason {
	t.Helper()
	before := argumentsOf(t, l, u, usage)
	got, diff, err := license.Apply(l, u, at, usage)
	require.ErrorIs(t, err, code)
	require.Nil(t, got)
	require.Nil(t, diff)
	require.Equal(t, before, arguments{l, u, usage}, "Apply changed its arguments")
	var reason *license.Reason
	require.ErrorAs(t, err, &reason)
	return reason
}

// never returns what no update changes.
func never(l *license.License) any {
	return []any{l.ID, string(l.Serial), l.Vendor, l.Issued, l.Licensee, l.Binding, l.Hints}
}

type arguments struct {
	l     *license.License
	u     *license.Update
	usage license.Usage
}

// argumentsOf returns copies of the arguments of Apply that share nothing with
// them, once they are known to be such as can be signed.
func argumentsOf(t testing.TB, l *license.License, u *license.Update, usage license.Usage) arguments {
	t.Helper()
	_, err := l.Encode()
	require.NoError(t, err)
	if u.Sequence != 0 { // a sealed update is encoded with its licence
		_, err = u.Encode()
		require.NoError(t, err)
	}
	return arguments{deepCopy(l), deepCopy(u), deepCopy(usage)}
}

// deepCopy returns a copy that shares no memory with v.
func deepCopy[T any](v T) T {
	return copyValue(reflect.ValueOf(&v).Elem()).Interface().(T)
}

func copyValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(copyValue(v.Elem()))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(copyValue(v.Field(i)))
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(copyValue(v.Index(i)))
		}
	case v.Kind() == reflect.Map && !v.IsNil():
		out.Set(reflect.MakeMap(v.Type()))
		for m := v.MapRange(); m.Next(); {
			out.SetMapIndex(copyValue(m.Key()), copyValue(m.Value()))
		}
	}
	return out
}

// The applicable test is of everything that is decided before the terms are.
func TestApplyRefusesWhatIsNotItsTurn(t *testing.T) {
	t.Parallel()
	feature := license.Feature{ID: "f", Runs: 10}
	plain := func() *license.Update { return addOn(license.FeatureChange{ID: "f", Runs: addr(int64(5))}) }
	tests := map[string]struct {
		change func(l *license.License, u *license.Update)
		code   license.Code
	}{
		"another vendor": {func(_ *license.License, u *license.Update) { u.Vendor = "other" }, license.OtherVendor},
		"another serial": {func(_ *license.License, u *license.Update) { u.Serial = "S-2" }, license.OtherLicense},
		"a licence without a serial": {func(l *license.License, _ *license.Update) { l.Serial = "" },
			license.OtherLicense},
		"applied before": {func(l *license.License, _ *license.Update) { l.Applied = []string{"U-1", "U-5"} },
			license.AlreadyApplied},
		"applied before and out of order": {func(l *license.License, u *license.Update) {
			l.Applied, l.Revision = []string{"U-5"}, 5
		}, license.AlreadyApplied},
		"one is skipped": {func(_ *license.License, u *license.Update) { u.Sequence = 6 }, license.OutOfOrder},
		"an older one":   {func(_ *license.License, u *license.Update) { u.Sequence = 4 }, license.OutOfOrder},
		"its place is taken by another": {func(l *license.License, _ *license.Update) {
			l.Applied, l.Revision = []string{"U-5b"}, 5
		}, license.OutOfOrder},
		"too many updates": {func(l *license.License, _ *license.Update) {
			for i := range license.MaxApplied {
				l.Applied = append(l.Applied, fmt.Sprintf("A-%03d", i))
			}
		}, license.UpdateRefused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, u := licenceOf(feature), plain()
			test.change(l, u)
			reason := mustRefuse(t, l, u, noon, license.Usage{}, test.code)
			if test.code == license.OutOfOrder {
				require.Equal(t, []int64{u.Sequence, l.Revision + 1}, []int64{reason.N, reason.Max})
			}
			if test.code == license.OtherVendor {
				require.Equal(t, []string{"other", "acme"}, []string{reason.Has, reason.Needs})
			}
		})
	}
	t.Run("its turn", func(t *testing.T) {
		t.Parallel()
		l, u := licenceOf(feature), plain()
		got, _ := mustApply(t, l, u, noon, license.Usage{})
		require.EqualValues(t, 5, got.Revision)
		require.Equal(t, []string{"U-5"}, got.Applied)
		mustRefuse(t, got, u, noon, license.Usage{}, license.AlreadyApplied)
	})
	t.Run("the ids of updates ascend", func(t *testing.T) {
		t.Parallel()
		l, u := licenceOf(feature), plain()
		l.Applied = []string{"U-1", "U-9"}
		got, _ := mustApply(t, l, u, noon, license.Usage{})
		require.Equal(t, []string{"U-1", "U-5", "U-9"}, got.Applied)
	})
}

func TestApplyObtainingPeriod(t *testing.T) {
	t.Parallel()
	period := license.Period{From: day("2026-03-01"), Until: day("2026-03-10")}
	tests := []struct {
		name   string
		period license.Period
		at     time.Time
		code   license.Code
	}{
		{"long before", period, noon.AddDate(-20, 0, 0), license.ObtainingNotYet},
		{"last second before", period, day("2026-02-28").End(), license.ObtainingNotYet},
		{"first second", period, day("2026-03-01").Start(), ""},
		{"first day elsewhere is not yet the first in UTC", period,
			time.Date(2026, 3, 1, 0, 30, 0, 0, time.FixedZone("+1", 3600)), license.ObtainingNotYet},
		{"last second", period, day("2026-03-10").End(), ""},
		{"last second and a bit", period, day("2026-03-10").End().Add(999 * time.Millisecond), ""},
		{"first second after", period, day("2026-03-11").Start(), license.ObtainingOver},
		{"after the calendar", period, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), license.ObtainingOver},
		{"no end", license.Period{From: period.From}, noon.AddDate(500, 0, 0), ""},
		{"no end, before", license.Period{From: period.From}, day("2026-02-28").End(), license.ObtainingNotYet},
		{"no beginning", license.Period{Until: period.Until}, noon.AddDate(-20, 0, 0), ""},
		{"no beginning, after", license.Period{Until: period.Until}, day("2026-03-11").Start(), license.ObtainingOver},
		{"one day", license.Period{From: period.Until, Until: period.Until}, noon, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := licenceOf(license.Feature{ID: "f", Term: until("2026-12-31")})
			u := addOn(license.FeatureChange{ID: "f", Term: addr(extend(30))})
			u.Obtain = test.period
			if test.code != "" {
				reason := mustRefuse(t, l, u, test.at, license.Usage{}, test.code)
				if test.code == license.ObtainingOver {
					require.Equal(t, test.period.Until, reason.Until)
				} else {
					require.Equal(t, test.period.From, reason.From)
				}
				return
			}
			got, _ := mustApply(t, l, u, test.at, license.Usage{})
			if test.at.Before(day("2026-12-31").End()) { // the period never affects how long the licence runs
				require.Equal(t, until("2027-01-30"), got.Products[0].Features[0].Term)
			}
		})
	}
}
