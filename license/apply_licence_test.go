package license_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// licenceRules are of what an update makes of products and of the licence.
var licenceRules = []rule{
	{rowMaintenance, "later and higher", false, func(t *testing.T) {
		maintain(t, false, "2026-12-31", license.Keep, "10", license.MaintenanceChange{Until: day("2027-12-31")}, "11",
			"2027-12-31", license.Keep, "11")
	}},
	{rowMaintenance, "earlier and lower change nothing", false, func(t *testing.T) {
		diff := maintain(t, false, "2026-12-31", license.Keep, "10", license.MaintenanceChange{Until: day("2026-06-30")}, "9.12",
			"2026-12-31", license.Keep, "10")
		require.False(t, diff.Changed())
		require.Equal(t, []license.Note{further, further}, notesOf(diff))
	}},
	{rowMaintenance, "every 10.x is higher than 10.3", false, func(t *testing.T) {
		maintain(t, false, "2026-12-31", license.Keep, "10.3", license.MaintenanceChange{Until: day("2026-12-31")}, "10",
			"2026-12-31", license.Keep, "10")
	}},
	{rowMaintenance, "10.3 is not higher than every 10.x", false, func(t *testing.T) {
		maintain(t, false, "2026-12-31", license.Keep, "10", license.MaintenanceChange{Until: day("2026-12-31")}, "10.3",
			"2026-12-31", license.Keep, "10")
	}},
	{rowMaintenance, "4.10 is higher than 4.9", false, func(t *testing.T) {
		maintain(t, false, "2026-12-31", license.Keep, "4.9", license.MaintenanceChange{Until: day("2026-12-31")}, "4.10",
			"2026-12-31", license.Keep, "4.10")
	}},
	{rowMaintenance, "a year more", false, func(t *testing.T) {
		maintain(t, false, "2026-12-31", license.Stop, "10", license.MaintenanceChange{Extend: license.Span{Months: 12}}, "",
			"2027-12-31", license.Stop, "10")
	}},
	{rowMaintenance, "lapsed, a year from today", false, func(t *testing.T) {
		maintain(t, false, "2025-12-31", license.Keep, "10", license.MaintenanceChange{Extend: license.Span{Months: 12}}, "",
			"2027-03-10", license.Keep, "10")
	}},
	{rowMaintenance, "a lapse that stops becomes one that keeps", false, func(t *testing.T) {
		maintain(t, false, "2026-12-31", license.Stop, "10", license.MaintenanceChange{Until: day("2026-12-31"), Lapse: license.Keep}, "",
			"2026-12-31", license.Keep, "10")
	}},
	{rowMaintenance, "never the other way", false, func(t *testing.T) {
		l := maintained("2026-12-31", license.Keep, "10")
		u := addOnOf(license.ProductChange{ID: "cad", Maintenance: &license.MaintenanceChange{Until: day("2030-01-01"), Lapse: license.Stop}})
		require.Equal(t, "cad", mustRefuse(t, l, u, noon, license.Usage{}, license.LimitKindChanged).Product)
	}},
	{rowMaintenance, "beyond the calendar", false, func(t *testing.T) {
		l := maintained("9999-12-31", license.Keep, "10")
		u := addOnOf(license.ProductChange{ID: "cad", Maintenance: &license.MaintenanceChange{Extend: license.Span{Days: 1}}})
		mustRefuse(t, l, u, noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowMaintenance, "no limit keeps none", false, func(t *testing.T) {
		u := addOnOf(license.ProductChange{ID: "cad", MaxVersion: "4", Maintenance: &license.MaintenanceChange{Until: day("2030-01-01"), Lapse: license.Stop}})
		got, diff := mustApply(t, licenceOf(license.Feature{ID: "f"}), u, noon, license.Usage{})
		require.Equal(t, license.Product{ID: "cad", Features: []license.Feature{{ID: "f"}}}, got.Products[0])
		require.Equal(t, []license.Note{unlimited, unlimited}, notesOf(diff))
	}},
	{rowMaintenance, "as written", true, func(t *testing.T) {
		maintain(t, true, "2026-12-31", license.Keep, "10", license.MaintenanceChange{Until: day("2026-06-30"), Lapse: license.Stop}, "9",
			"2026-06-30", license.Stop, "9")
	}},
	{rowMaintenance, "unsaid is no limit", true, func(t *testing.T) {
		u := rewriteOf(license.FeatureChange{ID: "f"})
		got, _ := mustApply(t, maintained("2026-12-31", license.Stop, "10"), u, noon, license.Usage{})
		require.Equal(t, license.Product{ID: "cad", Features: []license.Feature{{ID: "f"}}}, got.Products[0])
	}},
	{rowMaintenance, "without a lapse", true, func(t *testing.T) {
		u := addOnOf(license.ProductChange{ID: "cad", Maintenance: &license.MaintenanceChange{Until: day("2026-06-30")}})
		u.Rewrite = true
		mustRefuse(t, maintained("2026-12-31", license.Stop, "10"), u, noon, license.Usage{}, license.UpdateRefused)
	}},

	{rowNew, "a feature", false, func(t *testing.T) {
		u := addOn(license.FeatureChange{ID: "a", Runs: addr(int64(5)), Conditions: addr(novm)}, license.FeatureChange{ID: "z", Term: addr(until("2026-12-31"))})
		got, diff := mustApply(t, licenceOf(license.Feature{ID: "f", Runs: 10}), u, noon, license.Usage{})
		require.Equal(t, []license.Feature{{ID: "a", Runs: 5, Conditions: novm}, {ID: "f", Runs: 10}, {ID: "z", Term: until("2026-12-31")}},
			got.Products[0].Features)
		require.Equal(t, []license.Change{{Product: "cad", Feature: "a", Note: license.Added}, {Product: "cad", Feature: "z", Note: license.Added}}, diff.Changes)
	}},
	{rowNew, "a product", false, func(t *testing.T) {
		u := addOnOf(license.ProductChange{ID: "api", Scheme: "board", Features: []license.FeatureChange{{ID: "f", Seats: addr(int64(2))}},
			MaxVersion: "3", Maintenance: &license.MaintenanceChange{Until: day("2027-01-01"), Lapse: license.Keep}})
		l := licenceOf(license.Feature{ID: "f", Runs: 10})
		l.Binding = license.Binding{Scheme: "board", Data: []byte{1}}
		got, diff := mustApply(t, l, u, noon, license.Usage{})
		require.Equal(t, []license.Product{{ID: "api", MaxVersion: "3", Maintenance: license.Maintenance{Until: day("2027-01-01"), Lapse: license.Keep},
			Features: []license.Feature{{ID: "f", Seats: 2}}}, l.Products[0]}, got.Products)
		require.Equal(t, []license.Change{{Product: "api", Note: license.Added}}, diff.Changes)
	}},
	{rowNew, "a product, among many of which others change", false, aProductAmongMany},
	{rowNew, "another binding scheme", false, func(t *testing.T) {
		l := licenceOf(license.Feature{ID: "f"})
		l.Binding = license.Binding{Scheme: "board", Data: []byte{1}}
		u := addOnOf(license.ProductChange{ID: "api", Scheme: "cpu"})
		reason := mustRefuse(t, l, u, noon, license.Usage{}, license.OtherScheme)
		require.Equal(t, []string{"api", "board", "cpu"}, []string{reason.Product, reason.Has, reason.Needs})
	}},
	{rowNew, "a scheme for a licence without one", false, func(t *testing.T) {
		mustRefuse(t, licenceOf(license.Feature{ID: "f"}), addOnOf(license.ProductChange{ID: "api", Scheme: "cpu"}), noon, license.Usage{}, license.OtherScheme)
	}},
	{rowNew, "a feature whose term would be extended", false, func(t *testing.T) {
		mustRefuse(t, licenceOf(license.Feature{ID: "f"}), addOn(license.FeatureChange{ID: "g", Term: addr(extend(30))}), noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "a product whose maintenance would be extended", false, func(t *testing.T) {
		u := addOnOf(license.ProductChange{ID: "api", Maintenance: &license.MaintenanceChange{Extend: license.Span{Days: 1}, Lapse: license.Keep}})
		mustRefuse(t, licenceOf(license.Feature{ID: "f"}), u, noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "a feature with fewer seats than are bound", false, func(t *testing.T) {
		mustRefuse(t, licenceOf(license.Feature{ID: "f"}), addOn(license.FeatureChange{ID: "g", Seats: addr(int64(1))}), noon, seatsOf("g", 2), license.SeatExcess)
	}},
	{rowNew, "as many features as there can be", false, func(t *testing.T) {
		l := licenceOf()
		for i := range license.MaxFeatures {
			l.Products[0].Features = append(l.Products[0].Features, license.Feature{ID: fmt.Sprintf("f%04d", i)})
		}
		mustRefuse(t, l, addOn(license.FeatureChange{ID: "g"}), noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "as many products as there can be", false, func(t *testing.T) {
		l := licenceOf()
		for i := range license.MaxProducts - 1 {
			l.Products = append(l.Products, license.Product{ID: fmt.Sprintf("p%02d", i)})
		}
		mustRefuse(t, l, addOnOf(license.ProductChange{ID: "x"}), noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "as many parameters as there can be", false, func(t *testing.T) {
		f := license.Feature{ID: "f"}
		for i := range license.MaxParams {
			f.Params = append(f.Params, license.Param{Name: fmt.Sprintf("p%02d", i)})
		}
		mustRefuse(t, licenceOf(f), addOn(license.FeatureChange{ID: "f", Params: params("x", "")}), noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "as many periods as there can be", false, func(t *testing.T) {
		term := license.Term{Kind: license.Dates}
		for i := range license.Date(license.MaxIntervals) {
			term.Intervals = append(term.Intervals, license.Interval{From: day("2026-01-01") + 10*i, Until: day("2026-01-05") + 10*i})
		}
		u := addOn(license.FeatureChange{ID: "f", Term: addr(between("2030-01-01", "2030-01-02"))})
		mustRefuse(t, licenceOf(license.Feature{ID: "f", Term: term}), u, noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "a feature, and those not named are removed", true, func(t *testing.T) {
		u := rewriteOf(license.FeatureChange{ID: "g", Runs: addr(int64(5))})
		got, diff := mustApply(t, licenceOf(license.Feature{ID: "f", Runs: 10}, license.Feature{ID: "h"}), u, noon, license.Usage{})
		require.Equal(t, []license.Feature{{ID: "g", Runs: 5}}, got.Products[0].Features)
		require.Equal(t, []license.Change{{Product: "cad", Feature: "g", Note: license.Added}, {Product: "cad", Feature: "f", Note: license.Removed},
			{Product: "cad", Feature: "h", Note: license.Removed}}, diff.Changes)
	}},
	{rowNew, "a product, and those not named stay", true, func(t *testing.T) {
		u := addOnOf(license.ProductChange{ID: "web", Features: []license.FeatureChange{{ID: "g"}}})
		u.Rewrite = true
		l := licenceOf(license.Feature{ID: "f", Runs: 10})
		got, _ := mustApply(t, l, u, noon, license.Usage{})
		require.Equal(t, []license.Product{l.Products[0], {ID: "web", Features: []license.Feature{{ID: "g"}}}}, got.Products)
	}},
	{rowNew, "the whole licence, and products not named are removed", true, func(t *testing.T) {
		l := licenceOf(license.Feature{ID: "f", Runs: 10})
		l.Window = until("2026-12-31")
		u := addOnOf(license.ProductChange{ID: "web", Features: []license.FeatureChange{{ID: "g"}}})
		u.Rewrite, u.WholeLicense, u.Kind = true, true, license.Trial
		got, diff := mustApply(t, l, u, noon, license.Usage{})
		require.Equal(t, []license.Product{{ID: "web", Features: []license.Feature{{ID: "g"}}}}, got.Products)
		require.Equal(t, license.Term{}, got.Window)
		require.Equal(t, license.Trial, got.Kind)
		require.Contains(t, diff.Changes, license.Change{Product: "cad", Note: license.Removed})
		require.Contains(t, diff.Changes, license.Change{Product: "web", Note: license.Added})
	}},
	{rowNew, "the whole licence, and nothing", true, func(t *testing.T) {
		u := addOnOf()
		u.Rewrite, u.WholeLicense, u.Kind = true, true, license.Full
		mustRefuse(t, licenceOf(license.Feature{ID: "f"}), u, noon, license.Usage{}, license.UpdateRefused)
	}},
	{rowNew, "another binding scheme", true, func(t *testing.T) {
		l := licenceOf(license.Feature{ID: "f"})
		l.Binding = license.Binding{Scheme: "board", Data: []byte{1}}
		u := addOnOf(license.ProductChange{ID: "cad", Scheme: "cpu"})
		u.Rewrite = true
		mustRefuse(t, l, u, noon, license.Usage{}, license.OtherScheme)
	}},
}

// aProductAmongMany puts a product before others of which the last is changed
// too, in licences of every size: a list with room for one more is no trap.
func aProductAmongMany(t *testing.T) {
	for n := 1; n < license.MaxProducts-1; n++ {
		l := licenceOf(license.Feature{ID: "f", Runs: 1})
		l.Products = nil
		for i := range n {
			l.Products = append(l.Products, license.Product{ID: fmt.Sprintf("p%02d", i), MaxVersion: "3", Features: []license.Feature{{ID: "f", Runs: 1}, {ID: "g"}}})
		}
		last := l.Products[n-1].ID
		u := addOnOf(license.ProductChange{ID: "a", MaxVersion: "1"}, license.ProductChange{ID: last, Features: []license.FeatureChange{{ID: "f", Runs: addr(int64(1))}}})
		got, diff := mustApply(t, l, u, noon, license.Usage{})
		want := append([]license.Product{{ID: "a", MaxVersion: "1"}}, deepCopy(l.Products)...)
		want[n].Features[0].Runs = 2
		require.Equal(t, want, got.Products, "%d products", n)
		require.Len(t, diff.Changes, 2, "%d products", n)
	}
}

func maintained(date string, lapse license.Lapse, version string) *license.License {
	l := licenceOf(license.Feature{ID: "f"})
	l.Products[0].Maintenance = license.Maintenance{Until: day(date), Lapse: lapse}
	l.Products[0].MaxVersion = version
	return l
}

// maintain applies a change of maintenance and highest version.
func maintain(t *testing.T, rewrite bool, date string, lapse license.Lapse, version string, change license.MaintenanceChange, newVersion string,
	wantDate string, wantLapse license.Lapse, wantVersion string) *license.Diff {
	u := addOnOf(license.ProductChange{ID: "cad", MaxVersion: newVersion, Maintenance: &change, Features: []license.FeatureChange{{ID: "f"}}})
	u.Rewrite = rewrite
	got, diff := mustApply(t, maintained(date, lapse, version), u, noon, license.Usage{})
	require.Equal(t, maintained(wantDate, wantLapse, wantVersion).Products, got.Products)
	return diff
}

func notesOf(d *license.Diff) (notes []license.Note) {
	for _, c := range d.Changes {
		notes = append(notes, c.Note)
	}
	return notes
}

// seatsOf returns a usage in which n users are bound to a feature.
func seatsOf(feature string, n int) license.Usage {
	var users []string
	for i := range n {
		users = append(users, fmt.Sprintf("user%d@example.com", i))
	}
	return license.Usage{Features: map[license.Ref]license.FeatureUsage{{Product: "cad", Feature: feature}: {Seats: users}}}
}
