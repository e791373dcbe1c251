package license_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// windowRules are of what an update makes of the licence's kind and its own
// term, and of what no update changes.
var windowRules = []rule{
	{rowTrial, "only if the update says so", false, func(t *testing.T) {
		u := addOn(license.FeatureChange{ID: "f", Term: addr(license.Term{})})
		got, _ := mustApply(t, trial(), u, noon, license.Usage{})
		require.Equal(t, license.Trial, got.Kind)
		require.Equal(t, until("2026-03-31"), got.Window)
		require.Equal(t, day("2026-03-31"), license.Check(got, license.Env{Now: noon}).Decision("f").Until, "the window caps every feature")
	}},
	{rowTrial, "full, and the window ends with the trial", false, func(t *testing.T) {
		got, diff := mustApply(t, trial(), ofKind(license.Full), noon, license.Usage{})
		require.Equal(t, license.Full, got.Kind)
		require.Equal(t, license.Term{}, got.Window)
		require.Equal(t, []license.Change{
			{Field: "kind", Old: "trial", New: "full", Note: license.Changed},
			{Field: "window", Old: "until 2026-03-31", New: "perpetual", Note: license.Changed},
		}, diff.Changes)
		require.Zero(t, license.Check(got, license.Env{Now: noon}).Decision("f").Until)
	}},
	{rowTrial, "full, with a window of its own", false, func(t *testing.T) {
		u := ofKind(license.Full)
		u.Window = addr(until("2027-12-31"))
		got, _ := mustApply(t, trial(), u, noon, license.Usage{})
		require.Equal(t, until("2027-12-31"), got.Window)
	}},
	{rowTrial, "provisional keeps the window", false, func(t *testing.T) {
		got, _ := mustApply(t, trial(), ofKind(license.Provisional), noon, license.Usage{})
		require.Equal(t, license.Provisional, got.Kind)
		require.Equal(t, until("2026-03-31"), got.Window)
	}},
	{rowTrial, "a full licence that is said to be full keeps its window", false, func(t *testing.T) {
		l := trial()
		l.Kind = license.Full
		got, diff := mustApply(t, l, ofKind(license.Full), noon, license.Usage{})
		require.Equal(t, until("2026-03-31"), got.Window)
		require.False(t, diff.Changed())
	}},
	{rowTrial, "the kind never goes down", false, func(t *testing.T) {
		kinds := []license.Kind{license.Test, license.Trial, license.Provisional, license.Full}
		for has, from := range kinds {
			for needs, to := range kinds {
				l := trial()
				l.Kind = from
				if needs >= has {
					got, _ := mustApply(t, l, ofKind(to), noon, license.Usage{})
					require.Equal(t, to, got.Kind)
					continue
				}
				reason := mustRefuse(t, l, ofKind(to), noon, license.Usage{}, license.KindNotLowered)
				require.Equal(t, []string{string(from), string(to)}, []string{reason.Has, reason.Needs})
			}
		}
	}},
	{rowTrial, "the window grows", false, func(t *testing.T) {
		got, _ := mustApply(t, trial(), ofWindow(extend(30)), noon, license.Usage{})
		require.Equal(t, until("2026-04-30"), got.Window)
	}},
	{rowTrial, "a window from first use grows at its end", false, func(t *testing.T) {
		l := trial()
		l.Window = span(uses, 0, 10)
		got, _ := mustApply(t, l, ofWindow(extend(30)), noon, license.Usage{FirstUse: day("2026-03-05").Start()})
		require.Equal(t, span(uses, 0, 40), got.Window)
		got, _ = mustApply(t, l, ofWindow(extend(30)), noon, license.Usage{FirstUse: day("2026-02-08").Start()})
		require.Equal(t, span(uses, 0, 60), got.Window, "it was used up: from today")
	}},
	{rowTrial, "a window from activation", false, func(t *testing.T) {
		l := trial()
		l.Window = span(activates, 3, 0)
		got, _ := mustApply(t, l, ofWindow(extend(1)), noon, license.Usage{Activated: day("2026-03-01").Start(), FirstUse: noon})
		require.Equal(t, span(activates, 0, 93), got.Window)
	}},
	{rowTrial, "the window's kind does not change", false, func(t *testing.T) {
		mustRefuse(t, trial(), ofWindow(span(uses, 0, 30)), noon, license.Usage{}, license.LimitKindChanged)
	}},
	{rowTrial, "no window stays none", false, func(t *testing.T) {
		got, diff := mustApply(t, licenceOf(license.Feature{ID: "f"}), ofWindow(until("2027-12-31")), noon, license.Usage{})
		require.Equal(t, license.Term{}, got.Window)
		require.Equal(t, []license.Change{{Field: "window", Note: license.NothingUnlimited}}, diff.Changes)
	}},
	{rowTrial, "replaced", true, func(t *testing.T) {
		u := rewriteOf(license.FeatureChange{ID: "f"})
		u.Kind, u.Window = license.Full, addr(until("2026-01-31"))
		got, _ := mustApply(t, trial(), u, noon, license.Usage{})
		require.Equal(t, license.Full, got.Kind)
		require.Equal(t, until("2026-01-31"), got.Window)
	}},
	{rowTrial, "full becomes a trial", true, func(t *testing.T) {
		u := rewriteOf(license.FeatureChange{ID: "f"})
		u.Kind, u.Window = license.Trial, addr(span(uses, 0, 30))
		got, _ := mustApply(t, licenceOf(license.Feature{ID: "f"}), u, noon, license.Usage{})
		require.Equal(t, license.Trial, got.Kind)
		require.Equal(t, span(uses, 0, 30), got.Window)
	}},
	{rowTrial, "unsaid, they stay", true, func(t *testing.T) {
		got, _ := mustApply(t, trial(), rewriteOf(license.FeatureChange{ID: "f"}), noon, license.Usage{})
		require.Equal(t, license.Trial, got.Kind)
		require.Equal(t, until("2026-03-31"), got.Window)
	}},

	{rowNever, "mustApply holds it in every test", false, func(t *testing.T) { changesNothingElse(t, false) }},
	{rowNever, "mustApply holds it in every test", true, func(t *testing.T) { changesNothingElse(t, true) }},
}

func trial() *license.License {
	l := licenceOf(license.Feature{ID: "f"})
	l.Kind, l.Window = license.Trial, until("2026-03-31")
	return l
}

func ofKind(k license.Kind) *license.Update {
	u := addOnOf()
	u.Kind = k
	return u
}

func ofWindow(w license.Term) *license.Update {
	u := addOnOf()
	u.Window = &w
	return u
}

// changesNothingElse applies to a licence that has something of everything,
// and to which an update says all that it can.
func changesNothingElse(t *testing.T, rewrite bool) {
	l := sample()
	u := &license.Update{ID: "U-1", Vendor: "acme", Serial: l.Serial, Sequence: 1, Issued: noon.Add(time.Hour), Rewrite: rewrite, WholeLicense: rewrite,
		Kind: license.Full, Products: []license.ProductChange{{ID: "acme-cad", Scheme: l.Binding.Scheme, MaxVersion: "5"}}}
	got, _ := mustApply(t, l, u, noon, license.Usage{})
	require.Equal(t, never(sample()), never(got))
	require.Equal(t, l.Sealed, got.Sealed)
	require.Equal(t, "5", got.Products[0].MaxVersion)
}

func TestApplySeatExcess(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f", Seats: 10})
	usage := seatsOf("f", 10)
	u := rewriteOf(license.FeatureChange{ID: "f", Seats: addr(int64(8))})
	reason := mustRefuse(t, l, u, noon, usage, license.SeatExcess)
	users := usage.Features[license.Ref{Product: "cad", Feature: "f"}].Seats
	require.Equal(t, license.Reason{Code: license.SeatExcess, Product: "cad", Feature: "f", N: 10, Max: 8, Names: users}, *reason)
	require.EqualValues(t, 2, reason.N-reason.Max, "how many must go")
	reason.Names[0] = "changed by the caller"
	require.Equal(t, "user0@example.com", users[0], "the names are the caller's own")
	require.True(t, license.Check(l, license.Env{Now: noon, Usage: usage, User: users[9]}).Allows("f"), "the old licence works")

	got, _ := mustApply(t, l, u, noon, seatsOf("f", 8))
	require.EqualValues(t, 8, got.Products[0].Features[0].Seats)
}

func TestApplySealed(t *testing.T) {
	t.Parallel()
	seal := func(id, code string, runs int64) license.Sealed {
		return license.Sealed{CodeHash: license.UnlockHash([]byte(code)), Update: license.Update{ID: id, Products: []license.ProductChange{{
			ID: "cad", Features: []license.FeatureChange{{ID: "f", Runs: &runs, Params: params("by", id)}}}}}}
	}
	l := licenceOf(license.Feature{ID: "f", Runs: 10})
	l.Sealed = []license.Sealed{seal("S-1", "one", 5), seal("S-2", "two", 7)}

	u, err := l.Unseal([]byte("two"))
	require.NoError(t, err)
	require.Zero(t, u.Sequence)
	require.Equal(t, []string{"acme", "S-1"}, []string{u.Vendor, string(u.Serial)})
	second, _ := mustApply(t, l, u, noon, license.Usage{})
	require.EqualValues(t, 17, second.Products[0].Features[0].Runs)
	require.EqualValues(t, 4, second.Revision, "it takes no place in the sequence")
	require.Equal(t, []license.Sealed{l.Sealed[0]}, second.Sealed)
	mustRefuse(t, second, u, noon, license.Usage{}, license.AlreadyApplied)
	_, err = second.Unseal([]byte("two"))
	require.ErrorIs(t, err, license.UnlockUnknown)

	u, err = second.Unseal([]byte("one"))
	require.NoError(t, err)
	both, _ := mustApply(t, second, u, noon, license.Usage{})
	require.EqualValues(t, 22, both.Products[0].Features[0].Runs)
	require.Nil(t, both.Sealed)

	_, err = l.Unseal([]byte("three"))
	require.ErrorIs(t, err, license.UnlockUnknown)
	l.Applied = []string{"S-1"}
	_, err = l.Unseal([]byte("one"))
	require.ErrorIs(t, err, license.AlreadyApplied, "a licence of which an older copy is still sealed")

	next, _ := mustApply(t, both, addOn(license.FeatureChange{ID: "f", Runs: addr(int64(1))}), noon, license.Usage{})
	require.EqualValues(t, 5, next.Revision, "the sequence goes on")
}

func TestApplySealedKeepsItsObtainingPeriod(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f", Runs: 10})
	l.Sealed = []license.Sealed{{CodeHash: license.UnlockHash([]byte("code")), Update: license.Update{ID: "S-1",
		Obtain: license.Period{Until: day("2026-03-09")}, Products: []license.ProductChange{{ID: "cad", MaxVersion: "4"}}}}}
	u, err := l.Unseal([]byte("code"))
	require.NoError(t, err)
	mustRefuse(t, l, u, noon, license.Usage{}, license.ObtainingOver)
}

// What makes no sense cannot be signed, so it never reaches Apply.
func TestUpdateEncodeRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]*license.Update{
		"no days more":           addOn(setsTermOf("f", extend(0))),
		"fewer days":             addOn(setsTermOf("f", extend(-1))),
		"fewer months":           addOn(setsTermOf("f", span(license.Extend, -1, 0))),
		"days and fewer months":  addOn(setsTermOf("f", span(license.Extend, -1, 90))),
		"too many days":          addOn(setsTermOf("f", extend(license.MaxSpan+1))),
		"no days from first use": addOn(setsTermOf("f", span(uses, 0, 0))),
		"fewer runs":             addOn(license.FeatureChange{ID: "f", Runs: addr(int64(-1))}),
		"too many runs":          addOn(license.FeatureChange{ID: "f", Runs: addr(int64(license.MaxCount + 1))}),
		"fewer seats":            addOn(license.FeatureChange{ID: "f", Seats: addr(int64(-1))}),
		"fewer uses":             addOn(license.FeatureChange{ID: "f", Concurrent: &license.Concurrent{N: -1, Per: license.PerLogin}}),
		"uses of nothing":        addOn(license.FeatureChange{ID: "f", Concurrent: &license.Concurrent{N: 1}}),
		"nothing per login":      addOn(license.FeatureChange{ID: "f", Concurrent: &license.Concurrent{Per: license.PerLogin}}),
		"uses per month":         addOn(license.FeatureChange{ID: "f", Concurrent: &license.Concurrent{N: 1, Per: "month"}}),
		"no period":              addOn(setsTermOf("f", license.Term{Kind: license.Dates})),
		"a period backwards":     addOn(setsTermOf("f", between("2026-02-02", "2026-02-01"))),
		"periods backwards":      addOn(setsTermOf("f", between("2026-02-01", "2026-02-02", "2026-01-01", "2026-01-02"))),
		"touching periods":       addOn(setsTermOf("f", between("2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04"))),
		"a date of no calendar":  addOn(setsTermOf("f", license.Until(day("9999-12-31")+1))),
		"a beginning of none":    addOn(setsTermOf("f", license.Between(-1, day("2026-01-01")))),
		"usage reset":            addOn(license.FeatureChange{ID: "f", ResetUsage: true}),
		"a rewrite that extends": rewriteOf(setsTermOf("f", extend(1))),
		"the same feature twice": addOn(license.FeatureChange{ID: "f"}, license.FeatureChange{ID: "f"}),
		"the same product twice": addOnOf(license.ProductChange{ID: "a"}, license.ProductChange{ID: "a"}),
		"maintenance of nothing": addOnOf(license.ProductChange{ID: "a", Maintenance: &license.MaintenanceChange{Lapse: license.Keep}}),
		"maintenance until and more": addOnOf(license.ProductChange{ID: "a", Maintenance: &license.MaintenanceChange{
			Until: 1, Extend: license.Span{Days: 1}}}),
		"an obtaining period backwards": {ID: "U", Vendor: "acme", Serial: "S", Sequence: 1, Issued: noon, Obtain: license.Period{From: 2, Until: 1}},
		"an obtaining period until no day": {ID: "U", Vendor: "acme", Serial: "S", Sequence: 1, Issued: noon,
			Obtain: license.Period{From: 1, Until: day("9999-12-31") + 1}},
		"an add-on of the whole licence": {ID: "U", Vendor: "acme", Serial: "S", Sequence: 1, Issued: noon, WholeLicense: true, Kind: license.Full},
		"the whole licence and no kind":  {ID: "U", Vendor: "acme", Serial: "S", Sequence: 1, Issued: noon, WholeLicense: true, Rewrite: true},
		"no sequence":                    {ID: "U", Vendor: "acme", Serial: "S", Issued: noon, Kind: license.Full},
		"no serial":                      {ID: "U", Vendor: "acme", Sequence: 1, Issued: noon, Kind: license.Full},
	}
	for name, u := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := u.Encode()
			require.ErrorIs(t, err, license.Malformed)
			require.Nil(t, b)
		})
	}
}

func setsTermOf(feature string, t license.Term) license.FeatureChange {
	return license.FeatureChange{ID: feature, Term: &t}
}

// What no document can say, a vendor's preview may still ask.
func TestApplyOfWhatWasNeverSigned(t *testing.T) {
	t.Parallel()
	refused := map[string]*license.Update{
		"runs that leave none":   addOn(license.FeatureChange{ID: "f", Runs: addr(int64(-10))}),
		"runs that would wrap":   addOn(license.FeatureChange{ID: "f", Runs: addr(int64(-1 << 63))}),
		"a rewrite that extends": rewriteOf(setsTermOf("f", extend(1))),
		"an add-on of the whole": {ID: "U", Vendor: "acme", Serial: "S-1", Sequence: 5, WholeLicense: true, Kind: license.Full},
		"a whole without a kind": {ID: "U", Vendor: "acme", Serial: "S-1", Sequence: 5, WholeLicense: true, Rewrite: true},
		"a window that extends": {ID: "U", Vendor: "acme", Serial: "S-1", Sequence: 5, Rewrite: true, Kind: license.Full,
			Window: addr(extend(1))},
		"maintenance that extends": {ID: "U", Vendor: "acme", Serial: "S-1", Sequence: 5, Rewrite: true, Products: []license.ProductChange{{ID: "cad",
			Maintenance: &license.MaintenanceChange{Extend: license.Span{Days: 1}, Lapse: license.Keep}}}},
	}
	for name, u := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, diff, err := license.Apply(licenceOf(license.Feature{ID: "f", Runs: 10, Term: until("2026-12-31")}), u, noon, license.Usage{})
			require.ErrorIs(t, err, license.UpdateRefused)
			require.Nil(t, got)
			require.Nil(t, diff)
		})
	}
	t.Run("in any order", func(t *testing.T) {
		t.Parallel()
		l := licenceOf(license.Feature{ID: "z", Runs: 1, Params: params("y", "1", "x", "2")}, license.Feature{ID: "a", Runs: 1})
		l.Products = append(l.Products, license.Product{ID: "api", Features: []license.Feature{{ID: "q"}, {ID: "b"}}})
		u := addOnOf(
			license.ProductChange{ID: "cad", Features: []license.FeatureChange{{ID: "z", Runs: addr(int64(1)), Params: params("y", "3", "b", "4")}, {ID: "a", Runs: addr(int64(2))},
				{ID: "m", Params: params("b", "", "a", "")}}},
			license.ProductChange{ID: "aaa", Features: []license.FeatureChange{{ID: "y", Params: params("d", "", "c", "")}, {ID: "x"}}})
		got, _ := mustApply(t, l, u, noon, license.Usage{})
		require.Equal(t, []license.Product{
			{ID: "aaa", Features: []license.Feature{{ID: "x"}, {ID: "y", Params: params("c", "", "d", "")}}},
			{ID: "api", Features: []license.Feature{{ID: "b"}, {ID: "q"}}},
			{ID: "cad", Features: []license.Feature{{ID: "a", Runs: 3}, {ID: "m", Params: params("a", "", "b", "")}, {ID: "z", Runs: 2, Params: params("b", "4", "x", "2", "y", "3")}}},
		}, got.Products)
	})
}

// The gap between two periods is one in which nothing works.
func TestApplyGapIsInactive(t *testing.T) {
	t.Parallel()
	u := addOn(setsTermOf("f", between("2026-06-01", "2026-06-30")))
	l, _ := mustApply(t, licenceOf(license.Feature{ID: "f", Term: between("2026-01-01", "2026-03-31")}), u, noon, license.Usage{})
	for d, want := range map[string]license.State{
		"2025-12-31": license.StateNotYetValid, "2026-01-01": license.StateActive, "2026-03-31": license.StateActive,
		"2026-04-01": license.StateNotYetValid, "2026-05-31": license.StateNotYetValid, "2026-06-01": license.StateActive,
		"2026-06-30": license.StateActive, "2026-07-01": license.StateExpired,
	} {
		for _, at := range []time.Time{day(d).Start(), day(d).End()} {
			decision := license.Check(l, license.Env{Now: at}).Decision("f")
			require.Equal(t, want, decision.State, d)
			if want == license.StateNotYetValid && d > "2026-03-31" {
				require.Equal(t, day("2026-06-01"), decision.Reasons[0].From)
			}
		}
	}
}

// What Apply returns is the caller's own.
func TestApplySharesNothing(t *testing.T) {
	t.Parallel()
	for _, rewrite := range []bool{false, true} {
		l := licenceOf(license.Feature{ID: "f", Term: until("2026-12-31"), Params: params("a", "1")})
		l.Binding = license.Binding{Scheme: "board", Data: []byte{1}}
		l.Window = until("2026-12-31")
		u := addOn(license.FeatureChange{ID: "g", Term: addr(until("2026-12-31")), Params: params("a", "1")})
		u.Rewrite = rewrite
		if rewrite {
			u.Window = addr(until("2026-06-30"))
		}
		before := argumentsOf(t, l, u, license.Usage{})
		got, _ := mustApply(t, l, u, noon, license.Usage{})
		got.Binding.Data[0] = 2
		got.Window.Intervals[0].Until = 1
		for _, f := range got.Products[0].Features {
			f.Term.Intervals[0].Until, f.Params[0].Value = 1, "2"
		}
		require.Equal(t, before, arguments{l, u, license.Usage{}})
	}
}

// All or nothing: what could be applied is not, where something else cannot.
func TestApplyAllOrNothing(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f", Runs: 10}, license.Feature{ID: "g", Conditions: noremote})
	u := addOn(license.FeatureChange{ID: "f", Runs: addr(int64(5))}, license.FeatureChange{ID: "g", Conditions: addr(novm)})
	u.Kind = license.Trial
	mustRefuse(t, l, u, noon, license.Usage{}, license.KindNotLowered) // the first refusal stands
	u.Kind = ""
	mustRefuse(t, l, u, noon, license.Usage{}, license.ConditionsRaised)
}

func TestDiff(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f", Runs: 10, Term: until("2026-12-31"), Concurrent: license.Concurrent{N: 1, Per: license.PerStation},
		Seats: 2, Conditions: novm | noremote, Params: params("gone", "1", "left", "", "q", "low")}, license.Feature{ID: "h"})
	l.Products[0].Maintenance = license.Maintenance{Until: day("2026-12-31"), Lapse: license.Keep}
	u := addOnOf(license.ProductChange{ID: "cad", MaxVersion: "4", Features: []license.FeatureChange{
		{ID: "f", Term: addr(between("2026-01-01", "2026-03-31", "2026-05-01", "2026-05-31")), Seats: addr(int64(1)), ResetUsage: true,
			Conditions: addr(novm), Params: params("left", "", "new", "2", "q", "")},
		{ID: "g", Term: addr(span(uses, 1, 1))}}})
	u.Rewrite, u.Kind, u.Window = true, license.Provisional, addr(span(activates, 3, 0))
	_, diff := mustApply(t, l, u, noon, license.Usage{})
	var lines []string
	for _, c := range diff.Changes {
		lines = append(lines, c.String())
	}
	require.Equal(t, []string{
		"license kind: full -> provisional",
		"license window: perpetual -> 3 months from activation",
		"cad maintenance: until 2026-12-31, then keep -> for ever",
		"cad highest version: none -> 4",
		"cad/f term: until 2026-12-31 -> from 2026-01-01 to 2026-03-31, from 2026-05-01 to 2026-05-31",
		"cad/f runs: 10 -> unlimited",
		"cad/f concurrent: 1 per station -> unlimited",
		"cad/f seats: 2 -> 1",
		"cad/f conditions: no_remote_session, no_virtual_machine -> no_virtual_machine",
		"cad/f parameter new: none -> 2",
		"cad/f parameter q: low -> none",
		"cad/f parameter gone: 1 -> none",
		"cad/g: added",
		"cad/h: removed",
	}, lines)
	require.Equal(t, []license.Ref{{Product: "cad", Feature: "f"}}, diff.Reset)
	require.Equal(t, "10 days more", extend(10).String())
	require.False(t, (&license.Diff{}).Changed())
	require.True(t, (&license.Diff{Reset: diff.Reset}).Changed())
}
