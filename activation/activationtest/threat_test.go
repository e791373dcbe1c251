package activationtest_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

func TestThreat(t *testing.T) {
	t.Parallel()
	t.Run("B6_lost_reply", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		o := v.Options()
		v.Network.LoseReplies()
		for range 10 { // with the process ended in between
			c := v.Open(o)
			_, err := c.Enter(ctx, sale.Typed)
			require.ErrorIs(t, err, activation.ErrUnreachable)
		}
		account, activations := v.Account(sale)
		require.EqualValues(t, 1, account.Used)
		v.Network.Duplicate()
		c := v.Open(o)
		enter(t, c, sale.Typed)
		require.Equal(t, activations[0].ID, c.Status().Licenses[0].Activation.ID)
		account, _ = v.Account(sale)
		require.EqualValues(t, 1, account.Used)
	})
	t.Run("B7_ping_pong", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Transfers: 3, Period: 30 * 24 * time.Hour})
		a, b := v.Client(), v.Client()
		moved := 0
		for range 100 {
			enter(t, a, sale.Typed)
			_, err := a.Deactivate(ctx, "")
			if err != nil {
				r := code(t, err, license.TransfersUsed)
				require.Equal(t, day("2026-04-09"), r.From)
				require.True(t, a.Allows("export"), "it goes on")
				break
			}
			moved++
			a, b = b, a
		}
		require.Equal(t, 3, moved)
		v.Clock().Set(at("2026-04-09"))
		_, err := a.Deactivate(ctx, "")
		require.NoError(t, err)
		enter(t, b, sale.Typed)
	})
	t.Run("B8_clone", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Scheme: "machine", Limit: 2})
		o := v.Options()
		c := v.Open(o)
		enter(t, c, sale.Typed)
		require.NoError(t, c.Close())
		clone := o
		clone.Host = o.Host.(*activationtest.Machine).Clone()
		clone.Dir, clone.WitnessDir = t.TempDir()+"/state", t.TempDir()+"/witness"
		require.NoError(t, os.CopyFS(clone.Dir, os.DirFS(o.Dir)))
		require.NoError(t, os.CopyFS(clone.WitnessDir, os.DirFS(o.WitnessDir)))
		one, two := v.Open(o), v.Open(clone)
		for range 4 {
			v.Clock().Advance(13 * time.Hour)
			check(t, one)
			v.Clock().Advance(13 * time.Hour)
			check(t, two)
		}
		events, err := v.Ledger.History(ctx, sale.Serial, 0, 100)
		require.NoError(t, err)
		cloned := 0
		for _, e := range events {
			if e.Kind == server.EventCloned {
				cloned++
			}
		}
		require.Equal(t, 1, cloned, "the vendor is told, once")
		require.True(t, one.Allows("export") && two.Allows("export"), "nobody is punished")

		only := v.Options() // one life that is restarted and asks from files in between
		life := v.Open(only)
		enter(t, life, sale.Typed)
		for range 6 {
			v.Clock().Advance(13 * time.Hour)
			_, err := life.Request(ctx, "") // which is never answered
			require.NoError(t, err)
			check(t, life)
			require.NoError(t, life.Close())
			life = v.Open(only)
		}
		_, activations := v.Account(sale)
		flagged := 0
		for _, a := range activations {
			for _, i := range a.Installations {
				if i.Cloned {
					flagged++
				}
			}
		}
		require.Equal(t, 1, flagged)
	})
}
