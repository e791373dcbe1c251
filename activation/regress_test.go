package activation_test

import (
	"bytes"
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// What somebody who owns the machine and its files might try, and what must not
// happen to somebody honest meanwhile.

func trial(l *license.License) {
	l.Kind = license.Trial
	l.Window = license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}}
}

// A clock that stands outside the calendar, or years behind, when a term begins.
func TestClockOutsideTheCalendar(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	key, err := v.issue.Key(license.KeyTerms{Edition: 1, Issued: license.DateOf(noon),
		Term: license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}}}, "acme-cad", "Ada")
	require.NoError(t, err)
	for name, begins := range map[string]func(t *testing.T, c *activation.Client){
		"a trial": func(t *testing.T, c *activation.Client) { mustImport(t, c, v.sell(t, trial)) },
		"a typed key": func(t *testing.T, c *activation.Client) {
			_, err := c.Enter(context.Background(), key.Text(), activation.Licensee("Ada"))
			require.NoError(t, err)
		},
	} {
		for _, wrong := range []time.Time{time.Unix(18000, 0), noon.AddDate(-3, 0, 0)} {
			o, clock := v.options(t)
			clock.set(wrong)
			visit(t, o, func(c *activation.Client) { begins(t, c) })
			clock.set(noon.Add(time.Hour))
			visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("draw"), "%s: nothing is lost", name) })
			clock.set(noon.AddDate(0, 0, 40))
			visit(t, o, func(c *activation.Client) { require.False(t, c.Allows("draw"), "%s: nothing is gained", name) })
		}
	}
	o, clock := v.options(t)
	o.Documents = [][]byte{v.sell(t)}
	clock.set(time.Unix(18000, 0))
	visit(t, o, func(c *activation.Client) { c.Allows("try") })
	clock.set(noon.AddDate(5, 0, 0))
	visit(t, o, func(c *activation.Client) { require.False(t, c.Allows("try"), "first use, of a deployed licence") })
}

// A flaky store refuses to store while it is down.
type flaky struct {
	activation.MemoryStore
	down atomic.Bool
}

func (f *flaky) Swap(generation uint64, data []byte) error {
	if f.down.Load() {
		return &license.Reason{Code: license.FolderUnwritable, Detail: "here"}
	}
	return f.MemoryStore.Swap(generation, data)
}

// A folder that cannot be written at the start, and a moment later can.
func TestDeployedTermBeginsLate(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	store := &flaky{}
	o.Store, o.Dir, o.WitnessDir = store, "", ""
	o.Documents = [][]byte{v.sell(t, trial)}
	for _, days := range []int{0, 40} {
		clock.set(noon.AddDate(0, 0, days))
		store.down.Store(true)
		c := open(t, o)
		if days == 0 {
			require.False(t, c.Allows("draw"))
		}
		store.down.Store(false)
		_ = c.Consume("draw", 1) // asks again whether state can be stored
		require.Equal(t, days == 0, c.Allows("draw"), "day %d", days)
		require.NoError(t, c.Close())
	}
}

func rootOf(t *testing.T, b byte) (issuer.PrivateKey, *issuer.Issuer) {
	key, err := issuer.Generate(license.RoleRoot, bytes.NewReader(bytes.Repeat([]byte{b}, 32)))
	require.NoError(t, err)
	i, err := issuer.New("acme", license.RoleRoot, key.Signer())
	require.NoError(t, err)
	return key, i
}

// A root key that was taken out decides nothing any more, and the chain goes on
// without it, also after a restart.
func TestKeyringChain(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	ring := func(version int64, root issuer.PrivateKey) *license.Keyring {
		keys := []license.Key{{Public: root.Public(), Role: license.RoleRoot, End: day("2039-12-31")}}
		for _, k := range v.keyring.Keys() {
			if k.Role != license.RoleRoot {
				keys = append(keys, k)
			}
		}
		k, err := license.NewKeyring("acme", version, 1, keys)
		require.NoError(t, err)
		return k
	}
	sign := func(k *license.Keyring, roots ...*issuer.Issuer) []byte {
		text, err := issuer.SignKeyring(k, roots...)
		require.NoError(t, err)
		return text
	}
	r2, i2 := rootOf(t, 22)
	r3, i3 := rootOf(t, 33)
	rx, ix := rootOf(t, 66)
	o, _ := v.options(t)
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t))
		mustImport(t, c, sign(ring(2, r2), v.root, i2))
		requireReason(t, importing(c, sign(ring(9, rx), v.root, ix)), license.KeyUnknown)
		mustImport(t, c, sign(ring(3, r3), i2, i3))
	})
	visit(t, o, func(c *activation.Client) {
		requireReason(t, importing(c, sign(ring(9, rx), i2, ix)), license.KeyUnknown)
		requireNotice(t, c, sign(ring(3, r3), i2, i3), license.AlreadyEntered)
		require.True(t, c.Allows("draw"))
	})
	_, err := license.NewKeyring("acme", 1, 9, nil)
	require.Error(t, err)
}

// The mark is kept where only maintenance ends, and by programs that never
// close their client.
func TestClockIsRemembered(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	stop := v.sell(t, func(l *license.License) {
		l.Products[0].Maintenance = license.Maintenance{Until: day("2026-06-30"), Lapse: license.Stop}
		l.Products[0].Features = l.Products[0].Features[:1]
	})
	o, clock := v.options(t)
	visit(t, o, func(c *activation.Client) { mustImport(t, c, stop) })
	clock.set(noon.AddDate(0, 11, 0))
	visit(t, o, func(c *activation.Client) { require.False(t, c.Allows("draw")) })
	clock.set(noon.AddDate(0, 1, 0))
	visit(t, o, func(c *activation.Client) { require.False(t, c.Allows("draw")) })

	o, clock = v.options(t)
	visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
	clock.set(noon.AddDate(1, 0, 0))
	open(t, o) // as a command does that ends with os.Exit
	clock.set(noon)
	require.False(t, open(t, o).Allows("export"))

	o, clock = v.options(t) // an obtaining period, where nothing else ends
	update := v.update(t, 1, func(u *license.Update) {
		u.Obtain.Until = day("2026-03-31")
		extend("export", 1)(u)
	})
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t, func(l *license.License) { l.Products[0].Features = l.Products[0].Features[:1] }))
	})
	clock.set(noon.AddDate(1, 0, 0))
	visit(t, o, func(c *activation.Client) { requireReason(t, importing(c, update), license.ObtainingOver) })
	clock.set(noon)
	visit(t, o, func(c *activation.Client) { requireReason(t, importing(c, update), license.ObtainingOver) })
}

// An answer that was kept for a year is worth what it was worth then, and a
// year less.
func TestHoardedAnswer(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	require.True(t, c.Allows("try"))
	hoard := v.answer(t, c, noon, true)
	clock.set(noon.AddDate(1, 0, 0))
	mustImport(t, c, v.update(t, 1, extend("draw", 1)))
	clock.set(noon)
	mustImport(t, c, hoard)
	require.False(t, c.Allows("export"))
	require.False(t, c.Allows("try"))
}

// Runs that idle processes have reserved do not come back after a reset.
func TestReservedRunsAcrossReset(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	a, b := open(t, o), open(t, o)
	mustImport(t, a, v.sell(t, func(l *license.License) { l.Products[0].Features[2].Runs = 1000 }))
	require.NoError(t, a.Consume("print", 1)) // a holds a block
	mustImport(t, b, v.update(t, 1, func(u *license.Update) {
		n := int64(1000)
		u.Rewrite = true
		u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "print", Runs: &n, ResetUsage: true}}}}
	}))
	require.NoError(t, b.Consume("print", 500))
	require.NoError(t, b.Close())
	require.NoError(t, a.Close())
	require.Equal(t, int64(500), open(t, o).Decision("print").Left)
}

// What was superseded stays so, wherever it comes from; what is newer counts,
// wherever it lies.
func TestSupersededLicences(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	old := v.sell(t)
	newer := v.sell(t, func(l *license.License) {
		l.ID, l.Issued = "L-2", noon.AddDate(0, 0, 1)
		l.Products[0].Features = l.Products[0].Features[:1]
	})
	o, _ := v.options(t)
	c := open(t, o)
	mustImport(t, c, old)
	mustImport(t, c, newer)
	requireReason(t, importing(c, old), license.LicenseReplaced)
	o.Documents = [][]byte{old}
	require.False(t, open(t, o).Allows("export"), "deployed beside its successor")

	o, _ = v.options(t)
	o.Documents = [][]byte{v.sell(t)}
	visit(t, o, func(c *activation.Client) { mustImport(t, c, v.update(t, 1, extend("export", 10))) })
	renewed := v.sell(t, func(l *license.License) {
		l.Revision, l.Applied = 7, []string{"U-1"}
		l.Products[0].Features[1].Term = license.Until(day("2031-12-31"))
	})
	o.Documents = [][]byte{renewed}
	visit(t, o, func(c *activation.Client) {
		require.Equal(t, day("2031-12-31"), c.Decision("export").Until, "a renewed file that was deployed")
		require.Len(t, c.Status().Licenses, 1)
		requireReason(t, importing(c, v.update(t, 2, extend("export", 10))), license.OutOfOrder)
	})

	o, _ = v.options(t)
	c = open(t, o)
	mustImport(t, c, old)
	mustImport(t, c, v.sell(t, func(l *license.License) {
		l.ID, l.Kind, l.Issued = "L-3", license.Trial, noon.AddDate(0, 0, 1)
		l.Products[0].Features = []license.Feature{{ID: "render", Term: license.Until(day("2026-04-01"))}}
	}))
	require.True(t, c.Allows("draw"), "a trial of something more stands beside what was bought")
	require.True(t, c.Allows("render"))
}

// A program of last year, which lacks the new key, cannot bring the old licence
// back for the program of this year.
func TestSupersededByOldProgram(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	next, _ := v.newKeys(t, 2, true)
	old := v.sell(t)
	newer := next.sell(t, func(l *license.License) {
		l.Revision = 5
		l.Products[0].Features = l.Products[0].Features[:1]
	})
	this := o
	this.Keyring = next.keyring.String()
	this.Catalogue = next.catalogue(t)
	visit(t, this, func(c *activation.Client) {
		mustImport(t, c, old)
		mustImport(t, c, newer)
	})
	visit(t, o, func(c *activation.Client) { _ = importing(c, old) })
	visit(t, this, func(c *activation.Client) { mustImport(t, c, newer) })
	visit(t, this, func(c *activation.Client) { require.False(t, c.Allows("export")) })
}

// What an unlock code has opened stays open in the licence's successor, and the
// code counts once.
func TestUnlockedStaysUnlocked(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	sealed, code, err := issuer.SealUpdate(license.Update{ID: "S-1", Products: []license.ProductChange{{ID: "acme-cad",
		Features: []license.FeatureChange{{ID: "zoom"}}}}})
	require.NoError(t, err)
	with := func(revision int64) []byte {
		return v.sell(t, func(l *license.License) { l.Sealed, l.Revision = []license.Sealed{sealed}, revision })
	}
	c := open(t, o)
	mustImport(t, c, with(0))
	_, err = c.Enter(context.Background(), code.Text())
	require.NoError(t, err)
	clock.set(noon.AddDate(0, 0, 100))
	mustImport(t, c, with(1))
	require.True(t, c.Allows("zoom"))
	again, err := c.Enter(context.Background(), code.Text())
	require.NoError(t, err)
	require.Equal(t, license.AlreadyApplied, again.Notice.Code)
}

// An update that came before its time, by a clock set ahead, falls out with what
// it reset.
func TestResetCountsOnce(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	reset := v.update(t, 1, func(u *license.Update) {
		n := int64(100)
		u.Obtain.From, u.Rewrite = day("2027-01-01"), true
		u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "print", Runs: &n, ResetUsage: true}}}}
	})
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	require.NoError(t, c.Consume("print", 100))
	clock.set(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC))
	mustImport(t, c, reset)
	clock.set(noon.Add(time.Hour))
	mustImport(t, c, v.answer(t, c, noon.Add(time.Hour), false))
	require.Zero(t, c.Status().Licenses[0].Revision)
	require.ErrorIs(t, c.Consume("print", 1), license.RunsUsedUp)
}

// An old copy of the state does not bring the time back that its witness saw.
func TestRestoreKeepsTheMark(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
	aside := filepath.Join(t.TempDir(), "copy")
	copyDir(t, o.Dir, aside)
	clock.set(noon.AddDate(2, 0, 0))
	visit(t, o, func(c *activation.Client) { require.False(t, c.Allows("export")) })
	clock.set(noon)
	copyDir(t, aside, o.Dir)
	visit(t, o, func(c *activation.Client) {
		require.False(t, c.Allows("export"))
		require.True(t, c.Allows("draw"))
	})
}

// Of two packs of days, one begins when the other is over.
func TestTermsBeginOneByOne(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, runs := range []int64{0, 1000} {
		pack := func(id string) []byte {
			return v.sell(t, func(l *license.License) {
				l.ID, l.Serial = id, license.Serial(id)
				l.Products[0].Features = []license.Feature{{ID: "try", Runs: runs, Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Days: 30}}}}
			})
		}
		o, clock := v.options(t)
		c := open(t, o)
		mustImport(t, c, pack("P-1"))
		mustImport(t, c, pack("P-2"))
		require.True(t, c.Allows("try"))
		require.NoError(t, c.Consume("try", 1))
		clock.set(noon.AddDate(0, 0, 40))
		d := open(t, o)
		require.True(t, d.Allows("try"))
		require.NoError(t, d.Consume("try", 1))
		clock.set(noon.AddDate(0, 0, 80))
		require.False(t, open(t, o).Allows("try"))
	}
}

// One add-on under a key that was taken out does not haunt the licence for ever.
func TestReplacesWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	next, rotated := v.newKeys(t, 2, false)
	c := open(t, o)
	base, err := next.issue.Countersign(v.sell(t))
	require.NoError(t, err)
	mustImport(t, c, base)
	mustImport(t, c, v.update(t, 1, extend("export", 10)))
	requireReason(t, importing(c, rotated), license.KeyringWaits)
	mustImport(t, c, next.sell(t, func(l *license.License) { l.Revision, l.Applied = 1, []string{"U-1"} }))
	require.True(t, c.Allows("draw"))
	require.Empty(t, c.Status().Reasons)
}

// A code that another process has had answered is not shown again.
func TestChallengeIsTheOpenOne(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	a, b := open(t, o), open(t, o)
	first, err := a.Challenge()
	require.NoError(t, err)
	mustImport(t, b, v.answer(t, b, noon, false))
	again, err := a.Challenge()
	require.NoError(t, err)
	require.False(t, keyfmt.Key.Equal(first, again))
	mustImport(t, a, v.answer(t, a, noon, false))
}

// A date of issue ten years ahead, by a slip, is put right by a signed time and
// by the corrected licence.
func TestIssuedAheadBySlip(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	slip := func(l *license.License) { l.ID, l.Serial, l.Issued = "L-9", "S9", noon.AddDate(10, 0, 0) }
	mustImport(t, c, v.sell(t, slip))
	require.False(t, c.Allows("export"))
	mustImport(t, c, v.answer(t, c, noon, true))
	require.True(t, c.Allows("export"))
	mustImport(t, c, v.sell(t, func(l *license.License) { l.ID, l.Serial = "L-9", "S9" }))
	require.True(t, c.Allows("export"))
}

// A catalogue counts under the keyring in force, and does not keep the product
// from starting.
func TestCatalogueFollowsTheKeyring(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	next, rotated := v.newKeys(t, 2, false)
	visit(t, o, func(c *activation.Client) { mustImport(t, c, rotated) })
	key, err := next.issue.Key(license.KeyTerms{Edition: 1, Issued: license.DateOf(noon)}, "acme-cad", "Ada")
	require.NoError(t, err)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(context.Background(), key.Text(), activation.Licensee("Ada"))
		requireReason(t, err, license.CatalogueNeeded)
	})
	o.Catalogue = next.catalogue(t)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(context.Background(), key.Text(), activation.Licensee("Ada"))
		require.NoError(t, err)
	})
}
