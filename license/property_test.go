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
			require.Equal(t, l.NeedsReceipt, got.NeedsReceipt)
			require.Equal(t, l.Binding, got.Binding)
			for _, env := range g.environments(l, usage) {
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
	t.Run("that a receipt is needed changes nothing else", func(t *testing.T) {
		t.Parallel()
		applied, refused := 0, 0
		forSeeds(t, cases, func(g generator) {
			l, u := g.licence(), g.update(g.chance(50))
			usage := g.usage(l)
			without, with := *l, *l
			without.NeedsReceipt, with.NeedsReceipt = false, true
			a, wantDiff, wantErr := license.Apply(&without, u, noon, usage)
			b, diff, err := license.Apply(&with, u, noon, usage)
			if wantErr != nil {
				refused++
				require.Equal(t, wantErr, err)
				require.Nil(t, b)
				return
			}
			applied++
			require.NoError(t, err)
			require.Equal(t, wantDiff, diff)
			require.True(t, b.NeedsReceipt)
			b.NeedsReceipt = false
			require.Equal(t, a, b)
		})
		require.Greater(t, applied, cases/5)
		require.Greater(t, refused, cases/10)
	})
	t.Run("a rewrite does not depend on what was there", func(t *testing.T) {
		t.Parallel()
		forSeeds(t, cases/2, func(g generator) {
			u := g.update(true)
			u.WholeLicense, u.Kind = true, license.Trial
			one, other := g.licence(), g.licence()
			other.NeedsReceipt, other.Binding = one.NeedsReceipt, one.Binding // which stay
			a, _ := mustApply(t, one, u, noon, license.Usage{})
			b, _ := mustApply(t, other, u, noon, license.Usage{FirstUse: noon, Activated: noon})
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

// TestReceiptProperties holds what is true of every licence, receipt and
// moment: a receipt says where and until when, never what.
func TestReceiptProperties(t *testing.T) {
	t.Parallel()
	type counts struct{ works, held, over, foreign int }
	var n counts
	forSeeds(t, cases/4, func(g generator) {
		l := g.licence()
		l.NeedsReceipt = g.chance(70)
		if !l.NeedsReceipt {
			l.Binding.Data = []byte{1}
		}
		for _, env := range g.environments(l, g.usage(l)) {
			r := env.Receipt
			now := license.Check(l, env)
			none := env
			none.Receipt = nil
			without := license.Check(l, none)
			if l.NeedsReceipt {
				require.Contains(t, codesIn(without.Reasons), license.ActivationRequired)
				nothingWorks(t, without)
			}
			if r == nil {
				require.Equal(t, without, now)
				continue
			}
			if r.Serial != l.Serial {
				n.foreign++
				require.Equal(t, without, now, "a receipt for something else is none")
				continue
			}
			require.NotContains(t, codesIn(now.Reasons), license.ActivationRequired)

			// It never gives more than the terms, nor other limits.
			plain := *l
			plain.NeedsReceipt, plain.Binding = false, license.Binding{}
			all := license.Check(&plain, none)
			atMost(t, all, now)

			ended := !r.Until.IsZero() && !env.Now.Before(r.Until) && !env.Now.Before(r.Grace)
			misbound := l.Binding.Data == nil && (r.Binding.Data == nil || r.Binding.Scheme != l.Binding.Scheme)
			switch {
			case r.Hold == license.HoldBlocked || ended || misbound:
				n.over++
				nothingWorks(t, now)
			default:
				n.works++
				require.Equal(t, workingOf(all), workingOf(now), "here and in time, it takes nothing")
			}
			if misbound {
				require.Contains(t, codesIn(now.Reasons), license.BindingDamaged)
			}

			// A payment that is not recorded is told, and takes nothing.
			paid, unpaid := env, env
			paid.Receipt, unpaid.Receipt = copyOf(r), copyOf(r)
			paid.Receipt.Hold, unpaid.Receipt.Hold = "", license.HoldPayment
			a, b := license.Check(l, paid), license.Check(l, unpaid)
			require.Equal(t, workingOf(a), workingOf(b))
			require.Equal(t, a.Next, b.Next)
			require.Contains(t, codesIn(b.Reasons), license.PaymentPending)
			require.NotContains(t, codesIn(a.Reasons), license.PaymentPending)
			n.held++

			// A longer lease is never less, and for ever is the longest.
			longer, forEver := env, env
			longer.Receipt, forEver.Receipt = copyOf(r), copyOf(r)
			longer.Receipt.Until = r.Until.AddDate(0, 1, 0)
			longer.Receipt.Grace = later(r.Grace, longer.Receipt.Until)
			forEver.Receipt.Lease = license.Lease{}
			if !r.Until.IsZero() {
				atMost(t, license.Check(l, longer), now)
			}
			atMost(t, license.Check(l, forEver), now)
		}
	})
	require.Greater(t, min(n.works, n.held, n.over, n.foreign), cases/10, "%+v", n)
}

func copyOf[T any](p *T) *T { v := *p; return &v }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func nothingWorks(t *testing.T, r *license.Result) {
	t.Helper()
	require.Empty(t, workingOf(r))
}

// workingOf returns what works, with what is left of it.
func workingOf(r *license.Result) map[license.Ref][2]int64 {
	works := map[license.Ref][2]int64{}
	for _, d := range r.Decisions {
		if d.State.Works() || d.Left < 0 { // without a limit is only what works
			works[license.Ref{Product: d.Product, Feature: d.Feature.ID}] = [2]int64{int64(d.Until), d.Left}
		}
	}
	return works
}

// atMost fails if a result allows what all does not.
func atMost(t *testing.T, all, r *license.Result) {
	t.Helper()
	most := workingOf(all)
	for ref, left := range workingOf(r) {
		require.Equal(t, most[ref], left, ref)
		require.Contains(t, most, ref)
	}
}

// TestExchangeProperties holds that what is written is what is read.
func TestExchangeProperties(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	forSeeds(t, cases/4, func(g generator) {
		l := g.licence()
		l.NeedsReceipt = true
		require.Equal(t, l, reopened(t, v, l))

		asked := g.request(l)
		text, err := asked.Sign(seedKey(byte(1 + g.IntN(100))))
		require.NoError(t, err)
		heard, err := license.OpenRequest(text)
		require.NoError(t, err)
		require.Equal(t, asked, heard)

		reply := g.reply(heard, l)
		text, err = v.activate.Reply(reply)
		require.NoError(t, err)
		got, err := license.OpenReply(text, v.keyring)
		require.NoError(t, err)
		require.Equal(t, reply, got)
		require.Equal(t, asked.Digest, got.Request)

		receipt := g.receipt(l, noon)
		text, err = v.activate.Receipt(receipt)
		require.NoError(t, err)
		opened, err := license.OpenReceipt(text, v.keyring)
		require.NoError(t, err)
		require.Equal(t, receipt, opened)

		// A licence means the same to a check with what was read as with what was
		// written.
		env := license.Env{Now: noon, Host: place{}, Receipt: receipt}
		again := env
		again.Receipt = opened
		require.Equal(t, license.Check(l, env), license.Check(reopened(t, v, l), again))
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
func (g generator) environments(l *license.License, usage license.Usage) (envs []license.Env) {
	for range 12 {
		at := noon
		if g.chance(80) {
			at = (today + license.Date(g.IntN(1000))).Start().Add(pick(g, 0, 24*time.Hour-time.Second))
			if at.Before(noon) {
				at = noon
			}
		}
		var receipt *license.Receipt
		if l.NeedsReceipt && g.chance(85) || g.chance(20) {
			receipt = g.receipt(l, at)
		}
		envs = append(envs, license.Env{
			Receipt: receipt, Now: at, Version: g.version(), Released: g.past(), Host: place{vm: pick(g, "", "kvm"), remote: pick(g, "", "rdp")},
			User: pick(g, "", "user0@example.com", "user2@example.com"), Usage: usage,
			Restored: g.chance(10), Unwritable: pick(g, nil, nil, nil, &license.Reason{Code: license.FolderUnwritable, Detail: "/nowhere"}),
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
