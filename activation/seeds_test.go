package activation_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// The seeds' rows, as the client shows them without a server.

func at(date string) time.Time { return day(date).Start().Add(12 * time.Hour) }

func TestSeed000(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	limited := func(t *testing.T) []byte {
		return v.update(t, 1, func(u *license.Update) {
			u.Obtain = license.Period{From: day("2026-03-01"), Until: day("2026-03-10")}
			extend("export", 30)(u)
		})
	}
	t.Run("0.6_obtaining_period_unlimited", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		clock.set(noon.AddDate(10, 0, 0))
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.update(t, 1, extend("export", 30)))
			require.True(t, c.Allows("export"))
		})
	})
	t.Run("0.7_obtaining_period_over", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			day  string
			code license.Code
		}{
			{"2026-02-28", license.ObtainingNotYet}, {"2026-03-01", ""}, {"2026-03-09", ""}, {"2026-03-10", ""}, {"2026-03-11", license.ObtainingOver},
		} {
			o, clock := v.options(t)
			licence := v.sell(t, func(l *license.License) { l.Issued = at("2026-02-01") })
			clock.set(at("2026-02-02"))
			visit(t, o, func(c *activation.Client) { mustImport(t, c, licence) })
			clock.set(at("2026-03-09"))
			file := filepath.Join(t.TempDir(), "update.lic") // downloaded on that day
			require.NoError(t, os.WriteFile(file, limited(t), 0o600))
			clock.set(at(test.day))
			visit(t, o, func(c *activation.Client) {
				f, err := os.Open(file)
				require.NoError(t, err)
				defer f.Close()
				if test.code == "" {
					_, err = c.Import(context.Background(), f)
					require.NoError(t, err, test.day)
					require.Equal(t, day("2027-01-30"), c.Decision("export").Until)
					return
				}
				unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
					_, err = c.Import(context.Background(), f)
					r := requireReason(t, err, test.code)
					if test.code == license.ObtainingOver {
						require.Equal(t, day("2026-03-10"), r.Until)
					} else {
						require.Equal(t, day("2026-03-01"), r.From)
					}
				})
				require.Equal(t, day("2026-12-31"), c.Decision("export").Until, "the licence runs on as it was")
				require.True(t, c.Allows("export"))
			})
		}
	})
	t.Run("0.7_clock_set_back_does_not_help", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		clock.set(at("2026-03-11"))
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			requireReason(t, importing(c, limited(t)), license.ObtainingOver)
		})
		clock.set(at("2026-03-10").Add(11 * time.Hour)) // within what is tolerated of clocks
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("export"))
			requireReason(t, importing(c, limited(t)), license.ObtainingOver)
		})
	})
}

func TestSeed001(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	// told returns on which of the last days of export what was said.
	told := func(t *testing.T, o activation.Options, clock *clock, days ...int) map[int][]int {
		said := map[int][]int{}
		for _, left := range days {
			clock.set(at("2026-12-31").AddDate(0, 0, -left))
			for range 2 { // starts of the program that day
				visit(t, o, func(c *activation.Client) {
					for range 2 {
						notices, err := c.Notices()
						require.NoError(t, err)
						for _, n := range notices {
							require.Equal(t, license.AboutToExpire, n.Code)
							require.Equal(t, "export", n.Feature)
							require.Equal(t, day("2026-12-31"), n.Until)
							said[left] = append(said[left], n.Days)
						}
					}
				})
			}
		}
		return said
	}
	countdown := func(from int) (days []int) {
		for n := from; n >= -3; n-- {
			days = append(days, n)
		}
		return days
	}
	installed := func(t *testing.T) (activation.Options, *clock) {
		t.Parallel()
		o, clock := v.options(t)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		return o, clock
	}
	t.Run("1.9_expiry_notice_once", func(t *testing.T) {
		o, clock := installed(t)
		require.Equal(t, map[int][]int{30: {30}, 14: {14}, 7: {7}, 1: {1}}, told(t, o, clock, countdown(40)...))
	})
	t.Run("1.9_configured_days", func(t *testing.T) {
		o, clock := installed(t)
		o.Notice = []int{3, 20, 0}
		require.Equal(t, map[int][]int{20: {20}, 3: {3}, 0: {0}}, told(t, o, clock, countdown(25)...))
	})
	t.Run("1.9_none", func(t *testing.T) {
		o, clock := installed(t)
		o.Notice = []int{}
		require.Empty(t, told(t, o, clock, countdown(40)...))
	})
	t.Run("1.9_after_days_off", func(t *testing.T) {
		o, clock := installed(t)
		require.Equal(t, map[int][]int{20: {20}, 5: {5}}, told(t, o, clock, 60, 20, 19, 5, 4, 2))
	})
	t.Run("1.9_again_for_a_new_end", func(t *testing.T) {
		o, clock := installed(t)
		require.Equal(t, map[int][]int{30: {30}}, told(t, o, clock, 30, 29))
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.update(t, 1, extend("export", 10))) })
		clock.set(at("2026-12-12"))
		visit(t, o, func(c *activation.Client) {
			notices, err := c.Notices()
			require.NoError(t, err)
			require.Len(t, notices, 1)
			require.Equal(t, 29, notices[0].Days)
		})
	})
	t.Run("1.9_two_processes", func(t *testing.T) {
		o, clock := installed(t)
		clock.set(at("2026-12-30"))
		a, b := open(t, o), open(t, o)
		first, err := a.Notices()
		require.NoError(t, err)
		require.Len(t, first, 1)
		second, err := b.Notices()
		require.NoError(t, err)
		require.Empty(t, second)
	})
	t.Run("1.9_where_nothing_can_be_recorded", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		store := &fullStore{}
		o.Store, o.Dir, o.WitnessDir = store, "", ""
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		require.NoError(t, c.Close())
		clock.set(at("2026-12-30"))
		c = open(t, o)
		store.full = true
		for range 2 {
			notices, err := c.Notices()
			require.NoError(t, err)
			require.Len(t, notices, 1, "it is said again, and once each time")
		}
	})
}

// A fullStore can be full.
type fullStore struct {
	activation.MemoryStore
	full bool
}

func (s *fullStore) Swap(generation uint64, data []byte) error {
	if s.full {
		return &license.Reason{Code: license.FolderUnwritable, Detail: "full"}
	}
	return s.MemoryStore.Swap(generation, data)
}

func TestSeed002(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	t.Run("2.12_bound_licence_on_another_machine", func(t *testing.T) {
		t.Parallel()
		here := fingerprint(t, "serial:BOARD-A", "serial:DISK-A")
		there := fingerprint(t, "serial:BOARD-B", "serial:DISK-B")
		licence := v.sell(t, bound(t, "board+disk~/1", here))
		o, _ := v.options(t)
		o.Host = here
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, licence)
			require.True(t, c.Allows("draw"))
		})
		noValue := func(text string) {
			for _, secret := range []string{"BOARD", "DISK", "serial:"} {
				require.NotContains(t, text, secret)
			}
		}

		// The file on another machine.
		other, _ := v.options(t)
		other.Host = there
		visit(t, other, func(c *activation.Client) {
			unchanged(t, []string{other.Dir, other.WitnessDir}, func() {
				err := importing(c, licence)
				r := requireReason(t, err, license.HardwareChanged)
				require.Equal(t, []string{"board", "disk"}, r.Names)
				noValue(err.Error())
			})
			require.False(t, c.Allows("draw"))
		})

		// The whole folder, where the machine has no key to seal it with.
		copyDir(t, o.Dir, other.Dir)
		copyDir(t, o.WitnessDir, other.WitnessDir)
		visit(t, other, func(c *activation.Client) {
			require.False(t, c.Allows("draw"))
			d := c.Decision("draw")
			require.Equal(t, license.StateUnlicensed, d.State)
			require.True(t, has(d, license.HardwareChanged))
			require.Equal(t, []string{"board", "disk"}, d.Reasons[0].Names)
			noValue(d.Reasons[0].Error())
		})

		// Repairs on the machine itself.
		o.Host = fingerprint(t, "serial:BOARD-A", "serial:DISK-NEW")
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("draw"))
			require.True(t, has(c.Decision("draw"), license.HardwareDrift))
		})
		o.Host = fingerprint(t, "", "serial:DISK-A")
		visit(t, o, func(c *activation.Client) {
			require.False(t, c.Allows("draw"))
			require.True(t, has(c.Decision("draw"), license.HardwareUnreadable))
		})
		o.Host = nil
		visit(t, o, func(c *activation.Client) {
			require.True(t, has(c.Decision("draw"), license.BindingUnchecked), "it fails closed")
		})
	})
}

func (v vendor) key(t testing.TB, name string, terms license.KeyTerms) string {
	t.Helper()
	if terms.Issued == 0 {
		terms.Issued = day("2026-03-01")
	}
	key, err := v.issue.Key(terms, "acme-cad", name)
	require.NoError(t, err)
	return key.Text()
}

// entered enters a key that is accepted.
func entered(t testing.TB, c *activation.Client, typed, name string) activation.Change {
	t.Helper()
	change, err := c.Enter(context.Background(), typed, activation.Licensee(name))
	require.NoError(t, err)
	return change
}

func entering(c *activation.Client, typed, name string) error {
	_, err := c.Enter(context.Background(), typed, activation.Licensee(name))
	return err
}

func TestSeed004(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	t.Run("4.9_warning_then_activated_symbol", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		c := open(t, o)
		require.Equal(t, license.Stopped, c.Status().Level)
		mustImport(t, c, v.sell(t, func(l *license.License) {
			l.Kind, l.Window = license.Provisional, license.Term{Kind: license.FromActivation, Span: license.Span{Months: 3}}
		}))
		status := c.Status()
		require.Equal(t, license.Warn, status.Level)
		require.Equal(t, license.StateProvisional, status.State)
		require.Equal(t, license.LicenseProvisional, status.Reasons[0].Code)
		require.Equal(t, day("2026-06-10"), status.Reasons[0].Until)
		require.Contains(t, status.Reasons[0].Text(license.German), "2026-06-10")
		require.Equal(t, license.Provisional, status.Licenses[0].Kind)
		change := mustImport(t, c, v.sell(t, func(l *license.License) { l.ID = "L-2"; l.Issued = noon.Add(time.Hour) }))
		require.Equal(t, activation.Change{LicenseID: "L-2", Changed: true, Before: license.StateProvisional, After: license.StateActive}, change)
		status = c.Status()
		require.Equal(t, license.OK, status.Level)
		require.Empty(t, status.Reasons)
		require.Len(t, status.Licenses, 1, "the final licence takes the place of the provisional one")
		require.NoError(t, c.Close())
		clock.set(at("2026-06-11"))
		require.Equal(t, license.OK, open(t, o).Status().Level)
	})
	t.Run("4.10_maintenance_until", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		c := open(t, o)
		m := license.Maintenance{Until: day("2026-09-30"), Lapse: license.Keep}
		mustImport(t, c, v.sell(t, func(l *license.License) { l.Products[0].Maintenance = m }))
		require.Equal(t, license.StateActive, c.Status().State)
		require.Equal(t, m, c.Status().Maintenance)
	})
	t.Run("4.11_maintenance_lapse", func(t *testing.T) {
		t.Parallel()
		for lapse, code := range map[license.Lapse]license.Code{license.Keep: license.MaintenanceKept, license.Stop: license.MaintenanceStopped} {
			o, clock := v.options(t)
			visit(t, o, func(c *activation.Client) {
				mustImport(t, c, v.sell(t, func(l *license.License) {
					l.Products[0].Maintenance = license.Maintenance{Until: day("2026-09-30"), Lapse: lapse}
				}))
			})
			clock.set(at("2026-10-01"))
			visit(t, o, func(c *activation.Client) {
				require.Equal(t, lapse == license.Keep, c.Allows("draw"))
				require.True(t, lists(c.Status().Reasons, code))
			})
			o.Version, o.Released = "5.0.0", day("2026-10-01").Start()
			visit(t, o, func(c *activation.Client) { require.False(t, c.Allows("draw"), "a version that is not covered") })
		}
	})
	t.Run("4.12_typed_key_without_a_server", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		c := open(t, o)
		serial, err := keyfmt.Generate(keyfmt.Serial, nil)
		require.NoError(t, err)
		const name = "Müller & Söhne GmbH"
		typed := v.key(t, name, license.KeyTerms{Edition: 1, Term: license.Until(day("2026-06-30"))})
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			_, err = c.Enter(context.Background(), serial.Text())
			requireReason(t, err, license.NeedsServer)
			requireReason(t, entering(c, typed, ""), license.NameRequired)
			mismatches, altered := 0, 0
			for i, r := range name {
				for _, other := range "aöxM1 " {
					wrong := name[:i] + string(other) + name[i+len(string(r)):]
					if license.NormalName(wrong) == license.NormalName(name) {
						continue
					}
					err := entering(c, typed, wrong)
					altered++
					if errors.Is(err, license.NameMismatch) {
						mismatches++
						continue
					}
					requireReason(t, err, license.KeyNotGenuine) // one name in 256 has the same tag
				}
			}
			require.Greater(t, mismatches, altered*9/10)
		})
		require.NoError(t, entering(c, strings.ToLower(typed), "MÜLLER  & söhne gmbh "))
		require.True(t, c.Allows("export"))
		require.Equal(t, "MÜLLER & söhne gmbh", c.Status().Licenses[0].Licensee.Name)
		require.Equal(t, license.AlreadyEntered, entered(t, c, typed, name).Notice.Code)
		require.NoError(t, c.Close())
		clock.set(day("2026-06-30").End())
		visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("export")) })
		clock.set(day("2026-07-01").Start())
		visit(t, o, func(c *activation.Client) {
			require.False(t, c.Allows("export"))
			require.True(t, has(c.Decision("export"), license.ExpiredDate))
			require.Equal(t, license.AlreadyEntered, entered(t, c, typed, name).Notice.Code)
		})
	})
	t.Run("4.14_test_key_one_module_once", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		typed := v.key(t, "Ada Lovelace", license.KeyTerms{Edition: 2, Term: license.Term{Kind: license.FromActivation, Span: license.Span{Days: 14}}})
		require.False(t, c.Allows("render"))
		require.NoError(t, entering(c, typed, "Ada Lovelace"))
		require.True(t, c.Allows("render"))
		d := c.Decision("render")
		require.Equal(t, day("2026-03-24"), d.Until)
		require.True(t, has(d, license.TrialRunning))
		require.Equal(t, license.AlreadyEntered, entered(t, c, typed, "ADA LOVELACE").Notice.Code)
		require.Equal(t, license.StateActive, c.Status().State)
		require.NoError(t, c.Close())

		ended := func(c *activation.Client) {
			t.Helper()
			require.False(t, c.Allows("render"))
			require.True(t, has(c.Decision("render"), license.TrialEnded))
			require.True(t, c.Allows("draw"), "what was bought goes on")
			require.Equal(t, license.AlreadyEntered, entered(t, c, typed, "Ada Lovelace").Notice.Code)
		}
		clock.set(at("2026-03-25"))
		visit(t, o, ended)
		clock.set(at("2026-03-20"))
		visit(t, o, func(c *activation.Client) {
			require.False(t, c.Allows("render"), "nor by setting the clock back")
			require.True(t, c.Allows("draw"))
		})
		clock.set(at("2026-03-25"))
		visit(t, o, ended)
		require.NoError(t, os.RemoveAll(o.Dir))
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			require.NoError(t, entering(c, typed, "Ada Lovelace"))
			require.False(t, c.Allows("render"), "nor by removing the folder")
			require.True(t, has(c.Decision("render"), license.RestoreDetected))
			require.True(t, c.Allows("draw"))
		})
	})
	t.Run("4.15_air_gapped_life_cycle", func(t *testing.T) {
		t.Parallel()
		airGapped(t, v)
	})
}

// airGapped is the life of a licence on a machine that never sees a network.
func airGapped(t *testing.T, v vendor) {
	o, clock := v.options(t)
	machine := fingerprint(t, "serial:BOARD-A", "serial:DISK-A")
	o.Host = machine

	// The fingerprint leaves on a stick; the licence comes back bound to it,
	// with an update that waits for its code.
	sealed, code, err := issuer.SealUpdate(license.Update{ID: "U-RENDER", Products: []license.ProductChange{{ID: "acme-cad",
		Features: []license.FeatureChange{{ID: "render"}}}}})
	require.NoError(t, err)
	visit(t, o, func(c *activation.Client) {
		require.Equal(t, license.Stopped, c.Status().Level)
		mustImport(t, c, v.sell(t, bound(t, "board+disk~/1", machine), func(l *license.License) { l.Sealed = []license.Sealed{sealed} }))
		require.Equal(t, license.OK, c.Status().Level)
		require.NoError(t, c.Consume("print", 60))
		require.True(t, c.Allows("try"))
		require.False(t, c.Allows("render"))
	})

	// An add-on by file.
	clock.set(at("2026-05-01"))
	visit(t, o, func(c *activation.Client) {
		require.False(t, c.Allows("try"), "its thirty days are over")
		more := int64(100)
		change := mustImport(t, c, v.update(t, 1, func(u *license.Update) {
			extend("export", 90)(u)
			u.Products[0].Features = append(u.Products[0].Features, license.FeatureChange{ID: "print", Runs: &more})
		}))
		require.Len(t, change.Diff.Changes, 2)
		require.Equal(t, day("2027-03-31"), c.Decision("export").Until)
		require.Equal(t, int64(140), c.Decision("print").Left)
	})

	// The sealed update, by a code that was read out over the telephone.
	clock.set(at("2026-06-01"))
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(context.Background(), strings.ToLower(code.Text()))
		require.NoError(t, err)
		require.True(t, c.Allows("render"))
		again, err := c.Enter(context.Background(), code.Text())
		require.NoError(t, err)
		require.Equal(t, license.AlreadyApplied, again.Notice.Code)
	})

	// A disk is replaced.
	o.Host = fingerprint(t, "serial:BOARD-A", "serial:DISK-NEW")

	// The renewal is a typed key, for this machine alone.
	clock.set(at("2027-04-01"))
	installation, err := machine.InstallationCode()
	require.NoError(t, err)
	typed := v.key(t, "Ada Lovelace", license.KeyTerms{Edition: 1, Issued: day("2027-03-20"),
		Term: license.Until(day("2027-12-31")), Machine: installation})
	visit(t, o, func(c *activation.Client) {
		require.False(t, c.Allows("export"))
		requireReason(t, entering(c, typed, "Ada Lovelace"), license.HardwareChanged) // two components fix an installation code
	})
	o.Host = machine
	visit(t, o, func(c *activation.Client) {
		require.NoError(t, entering(c, typed, "Ada Lovelace"))
		require.True(t, c.Allows("export"))
		require.Equal(t, day("2027-12-31"), c.Decision("export").Until)
		require.Len(t, c.Status().Licenses, 2)
	})

	// The order is changed: a rewrite by file.
	clock.set(at("2027-06-01"))
	visit(t, o, func(c *activation.Client) {
		runs := int64(10)
		change := mustImport(t, c, v.update(t, 2, func(u *license.Update) {
			u.Rewrite = true
			u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{
				{ID: "draw"}, {ID: "print", Runs: &runs, ResetUsage: true},
			}}}
		}))
		require.NotEmpty(t, change.Diff.Reset)
		require.Equal(t, int64(10), c.Decision("print").Left)
		require.False(t, c.Allows("render"))
		require.True(t, c.Allows("export"), "by the typed key")
	})
	visit(t, o, func(c *activation.Client) {
		require.Equal(t, int64(10), c.Decision("print").Left)
		require.Equal(t, int64(2), c.Status().Licenses[0].Revision)
		require.Empty(t, c.Status().Reasons)
	})
}
