package license_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// cases is how many licences and updates a property is held against, more or
// less as it is quick to tell.
const cases = 1000

func TestApplyProperties(t *testing.T) {
	t.Parallel()
	t.Run("an add-on never takes a right away", func(t *testing.T) {
		t.Parallel()
		applied := 0
		forSeeds(t, 4*cases, func(g generator) {
			l, u := g.licence(), g.update(false)
			usage := g.usage(l)
			got, _, err := license.Apply(l, u, noon, usage)
			if err != nil {
				return
			}
			applied++
			for _, env := range g.environments(usage) {
				nothingTaken(t, license.Check(l, env), license.Check(got, env))
			}
			limitsNoSmaller(t, l, got)
		})
		require.Greater(t, applied, cases, "too few updates could be applied to tell")
	})
	t.Run("twice is once", func(t *testing.T) {
		t.Parallel()
		applied := 0
		forSeeds(t, cases, func(g generator) {
			l, u := g.licence(), g.update(g.chance(50))
			usage := g.usage(l)
			got, _, err := license.Apply(l, u, noon, usage)
			if err != nil {
				return
			}
			applied++
			before := encoded(t, got)
			mustRefuse(t, got, u, noon, usage, license.AlreadyApplied)
			u.ID = "U-5b" // the same under another name has no place
			mustRefuse(t, got, u, noon, usage, license.OutOfOrder)
			require.Equal(t, before, encoded(t, got))
		})
		require.Greater(t, applied, cases/5)
	})
	t.Run("a refused update leaves every byte as it was", func(t *testing.T) {
		t.Parallel()
		refused := 0
		codes := map[license.Code]int{}
		forSeeds(t, cases, func(g generator) {
			l, u := g.licence(), g.update(g.chance(30))
			usage := g.usage(l)
			before := encoded(t, l)
			got, diff, err := license.Apply(l, u, noon, usage)
			require.Equal(t, before, encoded(t, l))
			if err == nil {
				return
			}
			refused++
			require.Nil(t, got)
			require.Nil(t, diff)
			var reason *license.Reason
			require.ErrorAs(t, err, &reason)
			codes[reason.Code]++
			mustRefuse(t, l, u, noon, usage, reason.Code)
		})
		require.Greater(t, refused, cases/10)
		require.Greater(t, len(codes), 4, "of several kinds: %v", codes)
	})
	t.Run("a rewrite does not depend on what was there", func(t *testing.T) {
		t.Parallel()
		forSeeds(t, cases/2, func(g generator) {
			u := g.update(true)
			u.WholeLicense, u.Kind = true, license.Trial
			a, _ := mustApply(t, g.licence(), u, noon, license.Usage{})
			b, _ := mustApply(t, g.licence(), u, noon, license.Usage{FirstUse: noon, Activated: noon})
			require.Equal(t, a, b)
		})
	})
	t.Run("a rewrite of products does not depend on what was in them", func(t *testing.T) {
		t.Parallel()
		forSeeds(t, cases/2, func(g generator) {
			u := g.update(true)
			u.WholeLicense, u.Kind, u.Window = false, "", nil
			a, _ := mustApply(t, g.licence(), u, noon, license.Usage{})
			b, _ := mustApply(t, g.licence(), u, noon, license.Usage{})
			for _, change := range u.Products {
				pa, _ := a.Product(change.ID)
				pb, has := b.Product(change.ID)
				require.True(t, has)
				require.Equal(t, pa, pb)
			}
		})
	})
	t.Run("the result can be signed and read again", func(t *testing.T) {
		t.Parallel()
		v := newVendor(t)
		forSeeds(t, cases/2, func(g generator) {
			l, u := g.licence(), g.update(g.chance(50))
			usage := g.usage(l)
			opened := reopened(t, v, l)
			got, _, err := license.Apply(opened, u, noon, usage)
			if err != nil {
				return
			}
			require.Equal(t, got, reopened(t, v, got))
			text, err := v.issue.Update(u)
			require.NoError(t, err)
			again, err := license.OpenUpdate(text, v.keyring)
			require.NoError(t, err)
			fromText, _, err := license.Apply(l, again, noon, usage)
			require.NoError(t, err)
			require.Equal(t, got, fromText, "an update that was signed does what its preview did")
		})
	})
	t.Run("what an update names not, it does not touch", func(t *testing.T) {
		t.Parallel()
		forSeeds(t, cases, func(g generator) {
			l, u := g.licence(), g.update(false)
			got, _, err := license.Apply(l, u, noon, license.Usage{})
			if err != nil {
				return
			}
			named := map[license.Ref]bool{}
			for _, p := range u.Products {
				for _, f := range p.Features {
					named[license.Ref{Product: p.ID, Feature: f.ID}] = true
				}
			}
			for _, p := range l.Products {
				after, has := got.Product(p.ID)
				require.True(t, has)
				for _, f := range p.Features {
					if g, has := after.Feature(f.ID); !named[license.Ref{Product: p.ID, Feature: f.ID}] {
						require.True(t, has)
						require.Equal(t, f, g)
					}
				}
			}
		})
	})
}

func encoded(t testing.TB, l *license.License) string {
	t.Helper()
	b, err := l.Encode()
	require.NoError(t, err)
	return string(b)
}

// reopened returns a licence as Open reads it from its signed text.
func reopened(t testing.TB, v vendor, l *license.License) *license.License {
	t.Helper()
	text, err := v.issue.License(l)
	require.NoError(t, err)
	opened, err := license.Open(text, v.keyring)
	require.NoError(t, err)
	return opened
}

// environments returns some in which a licence may be checked from noon on.
func (g generator) environments(usage license.Usage) (envs []license.Env) {
	for range 12 {
		at := noon
		if g.chance(80) {
			at = (today + license.Date(g.IntN(1000))).Start().Add(pick(g, 0, 24*time.Hour-time.Second))
			if at.Before(noon) {
				at = noon
			}
		}
		envs = append(envs, license.Env{
			Now: at, Version: g.version(), Released: g.past(), Host: place{vm: pick(g, "", "kvm"), remote: pick(g, "", "rdp")},
			User: pick(g, "", "user0@example.com", "user2@example.com"), Usage: usage,
			Restored: g.chance(10), Unwritable: pick(g, "", "", "", "/nowhere"),
		})
	}
	return envs
}

// place is a Host that every licence is bound to.
type place struct{ vm, remote string }

func (place) MatchBinding(string, []byte) error          { return nil }
func (p place) VirtualMachine() (what string, err error) { return p.vm, nil }
func (p place) RemoteSession() (what string, err error)  { return p.remote, nil }

// nothingTaken fails if after gives less than before.
func nothingTaken(t *testing.T, before, after *license.Result) {
	t.Helper()
	decisions := map[license.Ref]license.Decision{}
	for _, d := range after.Decisions {
		decisions[license.Ref{Product: d.Product, Feature: d.Feature.ID}] = d
	}
	for _, was := range before.Decisions {
		is, has := decisions[license.Ref{Product: was.Product, Feature: was.Feature.ID}]
		require.True(t, has)
		if before.Allows(was.Feature.ID) {
			require.True(t, after.Allows(was.Feature.ID))
		}
		if !was.State.Works() {
			continue
		}
		require.True(t, is.State.Works(), "before: %v\nafter: %v", was, is)
		require.True(t, is.Until == 0 || was.Until != 0 && is.Until >= was.Until, "before: %v\nafter: %v", was, is)
		require.True(t, is.Left < 0 || was.Left >= 0 && is.Left >= was.Left, "before: %v\nafter: %v", was, is)
	}
}

func limitsNoSmaller(t *testing.T, before, after *license.License) {
	t.Helper()
	noSmaller := func(was, is int64) {
		t.Helper()
		require.True(t, is == 0 || was != 0 && is >= was, "%d, then %d", was, is)
	}
	for _, p := range before.Products {
		q, has := after.Product(p.ID)
		require.True(t, has)
		noSmaller(int64(p.Maintenance.Until), int64(q.Maintenance.Until))
		require.False(t, p.Maintenance.Lapse == license.Keep && q.Maintenance.Lapse == license.Stop)
		for _, f := range p.Features {
			g, has := q.Feature(f.ID)
			require.True(t, has)
			noSmaller(f.Runs, g.Runs)
			noSmaller(f.Seats, g.Seats)
			noSmaller(f.Concurrent.N, g.Concurrent.N)
			require.True(t, g.Concurrent.N == 0 || g.Concurrent.Per == f.Concurrent.Per)
			require.Zero(t, g.Conditions&^f.Conditions)
			require.GreaterOrEqual(t, len(g.Params), len(f.Params))
		}
	}
}
