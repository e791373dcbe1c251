package license_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// TestSeed000 are rows of the requirements from the licence update orders.
func TestSeed000(t *testing.T) {
	t.Parallel()
	yearly := func() *license.License { return licenceOf(license.Feature{ID: "f", Term: until("2026-12-31")}) }
	thirtyMore := func() *license.Update { return addOn(setsTermOf("f", extend(30))) }

	t.Run("0.6_obtaining_period_default_unlimited", func(t *testing.T) {
		t.Parallel()
		u := thirtyMore()
		require.Zero(t, u.Obtain)
		got, _ := mustApply(t, yearly(), u, noon.AddDate(10, 0, 0), license.Usage{})
		require.Equal(t, until("2036-04-09"), got.Products[0].Features[0].Term, "the base had expired: from the day it was applied")
		mustApply(t, yearly(), u, noon.AddDate(-10, 0, 0), license.Usage{})
	})

	t.Run("0.7_obtaining_period_over", func(t *testing.T) {
		t.Parallel()
		v := newVendor(t)
		u := thirtyMore()
		u.Obtain = license.Period{From: day("2026-03-01"), Until: day("2026-03-10")}
		file, err := v.issue.Update(u)
		require.NoError(t, err)
		for d, code := range map[string]license.Code{
			"2026-02-28": license.ObtainingNotYet, "2026-03-01": "", "2026-03-09": "", "2026-03-10": "",
			"2026-03-11": license.ObtainingOver, "2027-03-05": license.ObtainingOver,
		} {
			for _, at := range []time.Time{day(d).Start(), day(d).End()} {
				fetched, err := license.OpenUpdate(file, v.keyring) // whenever the file was fetched
				require.NoError(t, err)
				if code != "" {
					mustRefuse(t, yearly(), fetched, at, license.Usage{}, code)
					continue
				}
				got, _ := mustApply(t, yearly(), fetched, at, license.Usage{})
				require.Equal(t, until("2027-01-30"), got.Products[0].Features[0].Term, "the period does not shorten the licence")
			}
		}
	})

	t.Run("0.8_addon_is_the_default", func(t *testing.T) {
		t.Parallel()
		v := newVendor(t)
		text, err := v.issue.Update(&license.Update{ID: "U-5", Serial: "S-1", Sequence: 5, Issued: noon,
			Products: []license.ProductChange{{ID: "cad", Features: []license.FeatureChange{{ID: "f", Runs: addr(int64(10))}}}}})
		require.NoError(t, err)
		u, err := license.OpenUpdate(text, v.keyring)
		require.NoError(t, err)
		got, _ := mustApply(t, licenceOf(license.Feature{ID: "f", Runs: 100}, license.Feature{ID: "g"}), u, noon, license.Usage{})
		require.Equal(t, []license.Feature{{ID: "f", Runs: 110}, {ID: "g"}}, got.Products[0].Features)
	})

	t.Run("0.9_addon", func(t *testing.T) { t.Parallel(); runRules(t, false) })
	t.Run("0.10_rewrite", func(t *testing.T) { t.Parallel(); runRules(t, true) })

	t.Run("0.13_restrictions_per_feature", func(t *testing.T) {
		t.Parallel()
		l := licenceOf(license.Feature{ID: "f1", Runs: 100}, license.Feature{ID: "f2", Runs: 100, Term: until("2026-12-31"), Seats: 3})
		got, diff := mustApply(t, l, addOn(license.FeatureChange{ID: "f1", Runs: addr(int64(10))}), noon, license.Usage{})
		require.EqualValues(t, 110, got.Products[0].Features[0].Runs)
		require.Equal(t, l.Products[0].Features[1], got.Products[0].Features[1])
		require.Equal(t, []license.Change{{Product: "cad", Feature: "f1", Field: "runs", Old: "100", New: "110", Note: license.Changed}}, diff.Changes)
	})

	t.Run("0.14_update_all_or_chosen", func(t *testing.T) {
		t.Parallel()
		l := licenceOf(license.Feature{ID: "f", Runs: 1}, license.Feature{ID: "g", Runs: 1})
		l.Products = append(l.Products, license.Product{ID: "web", Features: []license.Feature{{ID: "f", Runs: 1}}})
		ten := func(id string) license.FeatureChange {
			return license.FeatureChange{ID: id, Runs: addr(int64(10))}
		}
		all := addOnOf(license.ProductChange{ID: "cad", Features: []license.FeatureChange{ten("f"), ten("g")}},
			license.ProductChange{ID: "web", Features: []license.FeatureChange{ten("f")}})
		got, diff := mustApply(t, l, all, noon, license.Usage{})
		require.Equal(t, []int64{11, 11, 11}, runsOf(got))
		require.Len(t, diff.Changes, 3)
		chosen := addOnOf(license.ProductChange{ID: "cad", Features: []license.FeatureChange{ten("g")}})
		got, diff = mustApply(t, l, chosen, noon, license.Usage{})
		require.Equal(t, []int64{1, 11, 1}, runsOf(got))
		require.Len(t, diff.Changes, 1)
	})
}

func runsOf(l *license.License) (runs []int64) {
	for _, p := range l.Products {
		for _, f := range p.Features {
			runs = append(runs, f.Runs)
		}
	}
	return runs
}

// TestSeed001 are rows from licences that cannot be updated automatically.
func TestSeed001(t *testing.T) {
	t.Parallel()
	t.Run("1.6_version_not_covered", func(t *testing.T) {
		t.Parallel()
		l := maintained("2026-06-30", license.Keep, "10")
		r := license.Check(l, license.Env{Now: noon, Product: "cad", Version: "11", Released: noon})
		require.False(t, r.Allows("f"))
		require.Equal(t, []license.Reason{{Code: license.VersionNotCovered, Product: "cad", Has: "11", Needs: "10", Until: day("2026-06-30")}}, r.Reasons)
		require.Equal(t, unlicensed, r.Decision("f").State, "which is not the same as expired")
		require.True(t, license.Check(l, license.Env{Now: noon, Product: "cad", Version: "10.7", Released: noon}).Allows("f"))
	})

	t.Run("1.8_several_causes_at_once", func(t *testing.T) {
		t.Parallel()
		l := maintained("2026-06-30", license.Keep, "10")
		l.Products[0].Features[0] = license.Feature{ID: "f", Seats: 8, Term: until("2026-03-09")}
		env := license.Env{Now: noon, Product: "cad", Version: "11", Released: noon, User: "eve@example.com", Usage: seatsOf("f", 8)}
		require.Equal(t, []license.Code{license.VersionNotCovered, license.ExpiredDate, license.SeatNotBound},
			codesIn(license.Check(l, env).Decision("f").Reasons))
	})
}

// TestSeed004 are rows from renewing a licence.
func TestSeed004(t *testing.T) {
	t.Parallel()
	t.Run("4.6_provisional_three_calendar_months", func(t *testing.T) {
		t.Parallel()
		l := licenceOf(license.Feature{ID: "f"})
		l.Kind, l.Window = license.Provisional, span(activates, 3, 0)
		env := license.Env{Now: moment("2026-01-31T15:00:00Z"), Usage: license.Usage{Activated: moment("2026-01-31T14:00:00Z")}}
		r := license.Check(l, env)
		require.Equal(t, day("2026-04-30"), r.Decision("f").Until)
		require.Equal(t, provisional, r.State())
		require.True(t, r.Allows("f"), "it works fully")
		env.Now = day("2026-04-30").End()
		require.True(t, license.Check(l, env).Allows("f"))
		require.Equal(t, day("2026-05-01").Start(), license.Check(l, env).Next)
		env.Now = day("2026-05-01").Start()
		require.Equal(t, []license.Code{license.ProvisionalEnded}, codesIn(license.Check(l, env).Reasons))
		require.Equal(t, expired, license.Check(l, env).State())
	})

	t.Run("4.9_warn_or_ok", func(t *testing.T) {
		t.Parallel()
		l := licenceOf(license.Feature{ID: "f"})
		l.Kind, l.Window = license.Provisional, until("2026-06-10")
		level := func(l *license.License) license.Level {
			return license.Check(l, license.Env{Now: noon}).State().Level()
		}
		require.Equal(t, license.Warn, level(l))
		final, _ := mustApply(t, l, ofKind(license.Full), noon, license.Usage{})
		require.Equal(t, license.OK, level(final))
		l.Window = until("2026-03-09")
		require.Equal(t, license.Stopped, level(l))
	})

	t.Run("4.10_maintenance_until", func(t *testing.T) {
		t.Parallel()
		r := license.Check(maintained("2026-12-31", license.Keep, ""), license.Env{Now: noon, Product: "cad"})
		require.Equal(t, active, r.State())
		require.Equal(t, license.Maintenance{Until: day("2026-12-31"), Lapse: license.Keep}, r.Maintenance)
		require.Equal(t, "until 2026-12-31, then keep", r.Maintenance.String())
	})

	t.Run("4.11_maintenance_lapse", func(t *testing.T) {
		t.Parallel()
		check := func(lapse license.Lapse, released string) *license.Result {
			return license.Check(maintained("2026-03-09", lapse, ""), license.Env{Now: noon, Product: "cad", Version: "4", Released: moment(released)})
		}
		kept := check(license.Keep, "2026-03-09")
		require.Equal(t, active, kept.State(), "the old version keeps running")
		require.Equal(t, []license.Code{license.MaintenanceKept}, codesIn(kept.Reasons))
		require.Equal(t, []license.Code{license.VersionNotCovered}, codesIn(check(license.Keep, "2026-03-10").Reasons))
		stopped := check(license.Stop, "2026-03-09")
		require.Equal(t, expired, stopped.State())
		require.Equal(t, []license.Code{license.MaintenanceStopped}, codesIn(stopped.Reasons))
	})

	t.Run("4.17_renewal_loses_no_day", func(t *testing.T) {
		t.Parallel()
		for _, term := range []license.Span{{Days: 365}, {Months: 12}, {Months: 1}} {
			for early := range license.Date(40) {
				end := day("2026-12-31")
				u := addOn(license.FeatureChange{ID: "f", Term: &license.Term{Kind: license.Extend, Span: term}})
				got, _ := mustApply(t, licenceOf(license.Feature{ID: "f", Term: license.Until(end)}), u, (end - early).Start(), license.Usage{})
				require.Equal(t, license.Until(term.After(end)), got.Products[0].Features[0].Term, "%d days early", early)
			}
		}
		got, _ := mustApply(t, licenceOf(license.Feature{ID: "f", Term: until("2026-03-30")}), addOn(setsTermOf("f", extend(30))), noon, license.Usage{})
		require.Equal(t, until("2026-04-29"), got.Products[0].Features[0].Term)
	})
}
