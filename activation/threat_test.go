package activation_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

type threat struct {
	name string
	run  func(t *testing.T)
}

// threats are the attacks on local state. Those that need links, permissions
// or users are added where the system has them.
var threats = []threat{
	{"C1_restore", threatRestore},
	{"C2_clock_back", threatClockBack},
	{"C3_clock_forward_then_signed_time", threatClockForward},
	{"C4_crash", threatCrash},
	{"C7_two_processes", threatTwoProcesses},
	{"C9_other_machine", threatOtherMachine},
}

func TestThreat(t *testing.T) {
	for _, threat := range threats {
		t.Run(threat.name, func(t *testing.T) {
			if os.Getenv(aloneVar) == "" {
				t.Parallel()
			}
			threat.run(t)
		})
	}
}

// requireRestored holds that a client has noticed: what is metered waits, and
// everything else goes on.
func requireRestored(t *testing.T, c *activation.Client) {
	t.Helper()
	for _, feature := range []string{"print", "try"} {
		d := c.Decision(feature)
		require.Equal(t, license.StateBlocked, d.State, feature)
		require.True(t, has(d, license.RestoreDetected), feature)
		require.False(t, c.Allows(feature))
		require.ErrorIs(t, c.Consume(feature, 1), license.RestoreDetected)
	}
	require.True(t, c.Allows("draw"))
	require.True(t, c.Allows("export"))
}

func threatRestore(t *testing.T) {
	v := newVendor(t)
	// used returns the options of a client that has used some runs and begun a
	// trial, a copy of its state from then, and has used three runs more.
	used := func(t *testing.T) (o activation.Options, backup string) {
		t.Parallel()
		o, _ = v.options(t)
		backup = filepath.Join(t.TempDir(), "backup")
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			require.NoError(t, c.Consume("print", 10))
			require.True(t, c.Allows("try"))
		})
		copyDir(t, o.Dir, backup)
		visit(t, o, func(c *activation.Client) { require.NoError(t, c.Consume("print", 3)) })
		return o, backup
	}
	t.Run("copy put back", func(t *testing.T) {
		o, backup := used(t)
		copyDir(t, backup, o.Dir)
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			visit(t, o, func(c *activation.Client) { requireRestored(t, c) })
		})
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.update(t, 1, extend("export", 1)))
			requireRestored(t, c)
		})
		visit(t, o, func(c *activation.Client) { requireRestored(t, c) })
	})
	t.Run("forgiven by a signed time", func(t *testing.T) {
		o, backup := used(t)
		for range 9 { // the witness goes far ahead
			visit(t, o, func(c *activation.Client) { require.NoError(t, c.Consume("print", 1)) })
		}
		copyDir(t, backup, o.Dir)
		var answer []byte
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.answer(t, c, noon, false))
			requireRestored(t, c)
			answer = v.answer(t, c, noon, true)
		})
		copyDir(t, o.Dir, backup) // with the challenge open
		visit(t, o, func(c *activation.Client) {
			requireRestored(t, c)
			mustImport(t, c, answer)
			require.Equal(t, int64(90), c.Decision("print").Left)
			require.NoError(t, c.Consume("print", 90))
			require.True(t, c.Allows("try"))
			requireReason(t, importing(c, answer), license.ChallengeOther)
		})
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("try"), "it lasts")
			require.True(t, has(c.Decision("print"), license.RunsUsedUp))
		})
		copyDir(t, backup, o.Dir)
		visit(t, o, func(c *activation.Client) {
			requireRestored(t, c)
			requireReason(t, importing(c, answer), license.ChallengeOther)
			mustImport(t, c, v.update(t, 1, extend("export", 1)))
			requireReason(t, importing(c, answer), license.ChallengeOther)
			requireRestored(t, c)
		})
	})
	t.Run("state deleted", func(t *testing.T) {
		o, _ := used(t)
		require.NoError(t, os.RemoveAll(o.Dir))
		visit(t, o, func(c *activation.Client) {
			require.Equal(t, license.StateUnlicensed, c.Status().State)
			mustImport(t, c, v.sell(t))
			requireRestored(t, c)
		})
		require.NoError(t, os.RemoveAll(o.Dir))
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			requireRestored(t, c)
			mustImport(t, c, v.answer(t, c, noon, true))
			require.True(t, c.Allows("try"))
		})
		visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("print")) })
	})
	t.Run("state deleted under a running client", func(t *testing.T) {
		o, _ := used(t)
		visit(t, o, func(c *activation.Client) {
			require.NoError(t, os.RemoveAll(filepath.Join(o.Dir, "state.0")))
			require.NoError(t, os.RemoveAll(filepath.Join(o.Dir, "state.1")))
			requireReason(t, importing(c, v.update(t, 1, extend("export", 1))), license.NoLicense)
			mustImport(t, c, v.sell(t))
			requireRestored(t, c)
		})
	})
	t.Run("witness deleted", func(t *testing.T) {
		o, _ := used(t)
		require.NoError(t, os.RemoveAll(o.WitnessDir))
		visit(t, o, func(c *activation.Client) {
			require.True(t, lists(c.Status().Reasons, license.WitnessMissing))
			require.Equal(t, int64(87), c.Decision("print").Left, "usage is what it was")
			require.Equal(t, day("2026-04-09"), c.Decision("try").Until)
		})
		visit(t, o, func(c *activation.Client) {
			require.True(t, lists(c.Status().Reasons, license.WitnessMissing), "until there is something to record")
			require.NoError(t, c.Consume("print", 1))
			require.Empty(t, c.Status().Reasons)
		})
		visit(t, o, func(c *activation.Client) { require.Empty(t, c.Status().Reasons) })
	})
	t.Run("witness damaged", func(t *testing.T) {
		o, _ := used(t)
		for _, name := range []string{"state.0", "state.1"} {
			require.NoError(t, os.WriteFile(filepath.Join(o.WitnessDir, name), nil, 0o600))
		}
		visit(t, o, func(c *activation.Client) {
			require.True(t, lists(c.Status().Reasons, license.WitnessMissing))
			require.NoError(t, c.Consume("print", 1))
			require.Empty(t, c.Status().Reasons, "it is made anew")
		})
	})
	t.Run("witness that nobody can write", func(t *testing.T) {
		o, _ := used(t)
		require.NoError(t, os.RemoveAll(o.WitnessDir))
		require.NoError(t, os.WriteFile(o.WitnessDir, nil, 0o600))
		for range 2 {
			visit(t, o, func(c *activation.Client) {
				require.NoError(t, c.Consume("print", 1))
				require.True(t, lists(c.Status().Reasons, license.WitnessMissing))
			})
		}
	})
	t.Run("state of another installation", func(t *testing.T) {
		o, _ := used(t)
		copyDir(t, v.longLived(t, nil).Dir, o.Dir)
		visit(t, o, func(c *activation.Client) { requireRestored(t, c) })
	})
	t.Run("another process in between", func(t *testing.T) {
		o, _ := used(t)
		other := open(t, o)
		witness := fileStore(t, o.WitnessDir)
		o.Witness = witness
		o.Store = slowStore{fileStore(t, o.Dir), func() { require.NoError(t, other.Consume("print", 20)) }}
		o.Dir, o.WitnessDir = "", ""
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("print"), "nothing was put back")
			require.True(t, c.Allows("try"))
		})
	})
}

// A slowStore lets others in after it has loaded.
type slowStore struct {
	activation.Store
	loaded func()
}

func (s slowStore) Load() (activation.Record, error) {
	r, err := s.Store.Load()
	s.loaded()
	return r, err
}

func threatClockBack(t *testing.T) {
	v := newVendor(t)
	trial := v.sell(t, func(l *license.License) {
		l.Products[0].Features = append(l.Products[0].Features,
			license.Feature{ID: "later", Term: license.Between(day("2026-03-01"), day("2026-03-20"))})
	})
	// installed returns what visits a client at a moment, and holds that what
	// is limited in time is paused or not.
	installed := func(t *testing.T) func(at time.Time, paused bool) map[string]license.Decision {
		t.Parallel()
		o, clock := v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, trial)
			require.True(t, c.Allows("try"))
		})
		return func(at time.Time, paused bool) map[string]license.Decision {
			t.Helper()
			clock.set(at)
			decisions := map[string]license.Decision{}
			visit(t, o, func(c *activation.Client) {
				for _, d := range c.Status().Features {
					decisions[d.Feature.ID] = d
					timed := d.Feature.ID != "draw" && d.Feature.ID != "print"
					require.Equal(t, timed && paused, has(d, license.ClockSetBack), "%s at %v", d.Feature.ID, at)
					require.Equal(t, d.State.Works(), c.Allows(d.Feature.ID))
				}
				require.True(t, c.Allows("draw"), "what is perpetual never notices")
				require.NoError(t, c.Consume("print", 1))
			})
			return decisions
		}
	}
	t.Run("an hour, a day and more", func(t *testing.T) {
		at := installed(t)
		at(noon.Add(-time.Hour), false)
		at(noon.Add(-24*time.Hour), false)
		at(noon.Add(-24*time.Hour-time.Second), true)
		at(noon.Add(-25*time.Hour), true)
		at(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), true)
		at(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), true)
		d := at(noon, false)
		require.Equal(t, license.StateActive, d["try"].State, "it returns by itself")
		require.Equal(t, day("2026-04-09"), d["try"].Until)
	})
	t.Run("days are not won by going back each evening", func(t *testing.T) {
		at := installed(t)
		for range 10 {
			at(noon.Add(20*time.Hour), false)
			at(noon, false)
		}
		at(noon.Add(21*24*time.Hour), false)
		at(noon.Add(20*time.Hour), true)
	})
	t.Run("twenty years forward and back", func(t *testing.T) {
		at := installed(t)
		d := at(noon.AddDate(20, 0, 0), false)
		require.Equal(t, license.StateExpired, d["export"].State)
		require.Equal(t, license.StateExpired, d["try"].State)
		d = at(noon.Add(time.Hour), true)
		require.Equal(t, license.StateBlocked, d["export"].State)
		require.Equal(t, license.StateBlocked, d["try"].State)
	})
	t.Run("suspended for weeks", func(t *testing.T) {
		at := installed(t)
		require.Equal(t, license.StateActive, at(noon.Add(10*24*time.Hour), false)["later"].State)
		d := at(noon.Add(11*24*time.Hour), false)
		require.Equal(t, license.StateExpired, d["later"].State)
		require.Equal(t, license.StateActive, d["export"].State)
	})
	t.Run("time zones", func(t *testing.T) {
		at := installed(t)
		for _, zone := range []string{"Pacific/Kiritimati", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "UTC"} {
			place, err := time.LoadLocation(zone)
			require.NoError(t, err)
			at(noon.In(place), false)
		}
		at(noon.Add(-time.Hour).In(time.FixedZone("far east", 23*60*60+59*60)), false)
		at(noon.Add(-25*time.Hour).In(time.FixedZone("far east", 23*60*60+59*60)), true)
		last := time.Date(2026, 3, 20, 23, 59, 59, 0, time.UTC)
		require.Equal(t, license.StateActive, at(last.In(time.FixedZone("+14", 14*60*60)), false)["later"].State)
		require.Equal(t, license.StateExpired, at(last.Add(time.Second).In(time.FixedZone("-12", -12*60*60)), false)["later"].State)
	})
	t.Run("daylight saving", func(t *testing.T) {
		at := installed(t)
		berlin, err := time.LoadLocation("Europe/Berlin")
		require.NoError(t, err)
		for _, change := range []time.Time{time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)} {
			for _, step := range []time.Duration{-time.Second, 0, time.Hour, 0, -time.Hour} { // as a clock in local time that is put right by hand
				at(change.Add(step).In(berlin), false)
			}
		}
	})
	t.Run("leap second", func(t *testing.T) {
		at := installed(t)
		end := time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)
		require.Equal(t, license.StateActive, at(end, false)["export"].State)
		require.Equal(t, license.StateExpired, at(time.Date(2026, 12, 31, 23, 59, 60, 0, time.UTC), false)["export"].State)
		require.Equal(t, license.StateActive, at(end.Add(999*time.Millisecond), false)["export"].State, "the second that was counted twice")
		require.Equal(t, license.StateExpired, at(end.Add(time.Second), false)["export"].State)
	})
}

func threatClockForward(t *testing.T) {
	v := newVendor(t)
	future := noon.AddDate(10, 0, 0)
	real := noon.Add(time.Hour)
	t.Run("answered", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		clock.set(future)
		visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("try")) })
		clock.set(real)
		var answer []byte
		visit(t, o, func(c *activation.Client) {
			require.False(t, c.Allows("export"))
			require.False(t, c.Allows("try"))
			require.True(t, has(c.Decision("export"), license.ClockSetBack))
			first, err := c.Challenge()
			require.NoError(t, err)
			again, err := c.Challenge()
			require.NoError(t, err)
			require.True(t, first.Equal(again))
			answer = v.answer(t, c, real, false)
		})
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, answer)
			require.True(t, c.Allows("export"))
			require.True(t, c.Allows("try"))
			require.Equal(t, day("2026-04-09"), c.Decision("try").Until, "its first use has fallen with the mark")
		})
		clock.set(future)
		visit(t, o, func(c *activation.Client) {})
		clock.set(real)
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			visit(t, o, func(c *activation.Client) {
				requireReason(t, importing(c, answer), license.ChallengeOther)
				require.False(t, c.Allows("export"))
			})
		})
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.answer(t, c, real, false))
			require.True(t, c.Allows("export"), "nothing locks for ever")
		})
	})
	t.Run("answer of another installation", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		other, _ := v.options(t)
		c, d := open(t, o), open(t, other)
		_, err := c.Challenge()
		require.NoError(t, err)
		requireReason(t, importing(c, v.answer(t, d, noon, true)), license.ChallengeOther)
		unasked, err := v.clock.Time(&license.SignedTime{Challenge: make([]byte, license.ChallengeSize), Time: noon})
		require.NoError(t, err)
		requireReason(t, importing(open(t, o), unasked), license.ChallengeOther)
	})
	t.Run("a clock that is behind", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		mustImport(t, c, v.answer(t, c, noon.AddDate(0, 0, 7), false))
		require.False(t, c.Allows("export"), "the vendor knows that this clock is wrong")
		clock.set(noon.AddDate(0, 0, 7))
		require.NoError(t, c.Close())
		require.True(t, open(t, o).Allows("export"))
	})
	t.Run("what was signed has passed", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		clock.set(noon.AddDate(0, 0, 40))
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		stale := v.answer(t, c, noon, false) // fetched, and kept for a month
		mustImport(t, c, v.update(t, 1, func(u *license.Update) {
			u.Issued = noon.AddDate(0, 0, 39)
			extend("export", 1)(u)
		}))
		mustImport(t, c, stale)
		clock.set(noon)
		require.NoError(t, c.Close())
		visit(t, o, func(c *activation.Client) {
			require.True(t, has(c.Decision("export"), license.ClockSetBack))
		})
	})
	t.Run("an add-on gains nothing", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t, func(l *license.License) {
				l.Products[0].Features = append(l.Products[0].Features, license.Feature{ID: "month",
					Term: license.Term{Kind: license.FromActivation, Span: license.Span{Months: 1}}})
			}))
		})
		clock.set(future)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.update(t, 1, extend("export", 30)))
			require.Equal(t, day("2036-04-09"), c.Decision("export").Until)
			mustImport(t, c, v.update(t, 2, extend("month", 30)))
			mustImport(t, c, v.sell(t, func(l *license.License) {
				l.ID, l.Serial, l.Products[0].Features = "L-2", "SERIAL-2", []license.Feature{{ID: "other",
					Term: license.Term{Kind: license.FromActivation, Span: license.Span{Days: 10}}}}
			}))
			require.Equal(t, day("2036-03-20"), c.Decision("other").Until)
		})
		clock.set(real)
		check := func(c *activation.Client) {
			require.Equal(t, day("2027-01-30"), c.Decision("export").Until)
			require.Equal(t, day("2026-05-10"), c.Decision("month").Until)
			require.Equal(t, day("2026-03-20"), c.Decision("other").Until)
			require.Empty(t, c.Status().Reasons)
		}
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.answer(t, c, real, false))
			check(c)
		})
		visit(t, o, check)
	})
	t.Run("an update not yet to be had falls out", func(t *testing.T) {
		t.Parallel()
		o, clock := v.options(t)
		early := v.update(t, 2, func(u *license.Update) {
			u.Obtain.From = day("2030-01-01")
			extend("export", 1000)(u)
		})
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			mustImport(t, c, v.update(t, 1, extend("export", 1)))
			requireReason(t, importing(c, early), license.ObtainingNotYet)
		})
		clock.set(future)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, early) })
		clock.set(real)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.answer(t, c, real, false))
			require.Equal(t, day("2027-01-01"), c.Decision("export").Until, "with the update before it, and without it")
			require.Empty(t, c.Status().Reasons, "the licence is not lost over it")
			requireReason(t, importing(c, early), license.ObtainingNotYet)
		})
		clock.set(day("2030-01-02").Start())
		visit(t, o, func(c *activation.Client) { mustImport(t, c, early) })
	})
}

func threatCrash(t *testing.T) {
	v := newVendor(t)
	t.Run("killed while it counts", func(t *testing.T) {
		t.Parallel()
		const kills, limit, block = 70, 1 << 30, 16
		random := rand.New(rand.NewPCG(4, 4))
		dir := t.TempDir()
		o := v.childOptions(t, dir)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t, func(l *license.License) {
				l.Products[0].Features = []license.Feature{{ID: "print", Runs: limit}}
			}))
		})
		var used int64
		for range kills {
			child := startChild(t, "consume for ever", dir)
			child.await(t, 1+random.IntN(40))
			acknowledged := int64(child.kill(t))
			visit(t, o, func(c *activation.Client) {
				require.Empty(t, c.Status().Reasons)
				now := limit - c.Decision("print").Left
				require.GreaterOrEqual(t, now, used+acknowledged, "a run that was acknowledged is counted")
				require.LessOrEqual(t, now, used+acknowledged+block, "one block at most is lost")
				used = now
			})
		}
	})
	t.Run("killed while it imports", func(t *testing.T) {
		t.Parallel()
		const kills = 40
		random := rand.New(rand.NewPCG(4, 5))
		dir := t.TempDir()
		o := v.childOptions(t, dir)
		revision := int64(1)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.revision(t, revision)) })
		for range kills {
			child := startChild(t, "import for ever", dir)
			child.await(t, 1+random.IntN(6))
			acknowledged := int64(child.kill(t))
			visit(t, o, func(c *activation.Client) {
				require.Empty(t, c.Status().Reasons)
				require.Len(t, c.Status().Licenses, 1)
				now := c.Status().Licenses[0].Revision
				require.Contains(t, []int64{revision + acknowledged, revision + acknowledged + 1}, now)
				require.True(t, c.Allows("draw"))
				revision = now
			})
		}
	})
	t.Run("torn by the disk", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			mustImport(t, c, v.update(t, 1, extend("export", 10)))
			mustImport(t, c, v.update(t, 2, extend("export", 10)))
		})
		newest := filepath.Join(o.Dir, "state.0") // the third
		text, err := os.ReadFile(newest)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(newest, text[:len(text)/2], 0o600))
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			visit(t, o, func(c *activation.Client) {
				require.True(t, lists(c.Status().Reasons, license.RecordRecovered))
				require.Equal(t, day("2027-01-10"), c.Decision("export").Until, "the state before it is in force")
				requireRestored(t, c)
			})
		})
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.update(t, 2, extend("export", 10)))
			require.Empty(t, c.Status().Reasons)
			mustImport(t, c, v.answer(t, c, noon, true))
			require.True(t, c.Allows("try"))
		})
	})
	// TestFileStoreFaults and TestImportFaults fail every call to the disk.
}

func threatTwoProcesses(t *testing.T) {
	v := newVendor(t)
	t.Run("eight use a hundred runs each", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		o := v.childOptions(t, dir)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t, func(l *license.License) { l.Products[0].Features[2].Runs = 800 }))
		})
		var children []*child
		for range 8 {
			children = append(children, startChild(t, "consume", dir))
		}
		for _, c := range children {
			c.await(t, -1)
			require.NoError(t, c.cmd.Wait())
			require.Equal(t, 100, c.dots)
		}
		visit(t, o, func(c *activation.Client) {
			require.Equal(t, int64(0), c.Decision("print").Left, "not one more, not one less")
			require.ErrorIs(t, c.Consume("print", 1), license.RunsUsedUp)
			require.Equal(t, []license.Code{license.RunsUsedUp}, codes(c.Decision("print").Reasons))
		})
	})
	t.Run("the holder of the lock is killed", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		o := v.childOptions(t, dir)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		child := startChild(t, "hold the lock", dir)
		child.await(t, 1)
		other := flock.New(filepath.Join(o.Dir, "lock"))
		locked, err := other.TryLock()
		require.NoError(t, err)
		require.False(t, locked, "it holds the lock")
		child.kill(t)
		visit(t, o, func(c *activation.Client) { require.NoError(t, c.Consume("print", 1)) })
	})
}

func codes(reasons []license.Reason) (out []license.Code) {
	for i := range reasons {
		out = append(out, reasons[i].Code)
	}
	return slices.Compact(out)
}

func childLock(t *testing.T, dir string) {
	l := flock.New(filepath.Join(dir, "state", "lock"))
	require.NoError(t, l.Lock())
	dot()
	select {}
}

func threatOtherMachine(t *testing.T) {
	v := newVendor(t)
	on := func(t *testing.T, h license.Host) activation.Options {
		t.Parallel()
		o, _ := v.options(t)
		o.Host = h
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			require.NoError(t, c.Consume("print", 1))
		})
		return o
	}
	refused := func(t *testing.T, o activation.Options, code license.Code) {
		t.Helper()
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			_, err := activation.Open(o)
			require.Equal(t, o.Dir, requireReason(t, err, code).Detail)
			require.NotContains(t, err.Error(), "AAAA")
		})
	}
	t.Run("foreign", func(t *testing.T) {
		o := on(t, machineA())
		o.Host = machineB()
		refused(t, o, license.RecordForeign)
		o.Host = machineA()
		visit(t, o, func(c *activation.Client) { require.Equal(t, int64(99), c.Decision("print").Left) })
	})
	t.Run("locked", func(t *testing.T) {
		o := on(t, machineA())
		for _, h := range []license.Host{host{}, nil} {
			o.Host = h
			refused(t, o, license.RecordLocked)
		}
		o.Host = machineA()
		visit(t, o, func(c *activation.Client) { require.Empty(t, c.Status().Reasons) })
	})
	t.Run("a key that came later", func(t *testing.T) {
		o := on(t, nil)
		o.Host = machineA()
		visit(t, o, func(c *activation.Client) {
			require.NoError(t, c.Consume("print", 1))
			require.Equal(t, int64(98), c.Decision("print").Left)
		})
		o.Host = machineB()
		refused(t, o, license.RecordForeign)
	})
	t.Run("of another product", func(t *testing.T) {
		o := on(t, machineA())
		o.Product, o.Catalogue = "acme-cam", nil
		refused(t, o, license.RecordDamaged)
	})
	t.Run("set aside", func(t *testing.T) {
		o := on(t, machineA())
		before := tree(t, o.Dir)
		o.Host = machineB()
		o.Dir += "/"
		aside, err := activation.SetAside(o)
		require.NoError(t, err)
		o.Dir = filepath.Clean(o.Dir)
		require.NoDirExists(t, o.Dir)
		kept := map[string]string{}
		for path, content := range tree(t, aside) {
			kept[o.Dir+path[len(aside):]] = content
		}
		require.Equal(t, before, kept)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		second, err := activation.SetAside(o)
		require.NoError(t, err)
		require.NotEqual(t, aside, second, "in the same second")
	})
	t.Run("swapped under a running client", func(t *testing.T) {
		o := on(t, machineA())
		c := open(t, o)
		copyDir(t, v.longLived(t, machineB()).Dir, filepath.Join(o.Dir, "incoming"))
		for _, name := range []string{"state.0", "state.1"} {
			require.NoError(t, os.Remove(filepath.Join(o.Dir, name)))
			require.NoError(t, os.Rename(filepath.Join(o.Dir, "incoming", name), filepath.Join(o.Dir, name)))
		}
		unchanged(t, []string{o.Dir}, func() {
			for range 3 {
				requireReason(t, importing(c, v.update(t, 1, extend("export", 1))), license.RecordForeign)
			}
			require.True(t, c.Allows("draw"), "what was read last stays in force")
		})
	})
}

// longLived returns the options of an installation whose state was changed
// often.
func (v vendor) longLived(t *testing.T, h license.Host) activation.Options {
	o, _ := v.options(t)
	o.Host = h
	visit(t, o, func(c *activation.Client) {
		for i := range 9 {
			mustImport(t, c, v.revision(t, int64(i+1)))
		}
	})
	return o
}

// TestSealed holds that nothing in the state can be read.
func TestSealed(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	o.Host = machineA()
	visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
	for path, content := range tree(t, o.Dir, o.WitnessDir) {
		for _, secret := range []string{"LICENSE", "L-1", "SERIAL", "print", "Lovelace", "AAAA"} {
			require.False(t, bytes.Contains([]byte(content), []byte(secret)), "%s in %s", secret, path)
		}
	}
}
