package activationtest_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// What the simulation has found, each as short as it can be told.

// A request that lies on a stick for some days on its way there and back does
// not put the clock's mark into the future.
func TestSimulationFoundFileThatTookDays(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Lease: 60 * 24 * time.Hour})
	c := v.Client()
	request, err := c.Request(ctx, sale.Typed)
	require.NoError(t, err)
	v.Clock().Advance(3 * 24 * time.Hour)
	reply := v.Upload(request)
	v.Clock().Advance(2 * 24 * time.Hour)
	_, err = c.Import(ctx, bytes.NewReader(reply))
	require.NoError(t, err)
	require.True(t, c.Allows("export"), "%v", c.Decision("export").Reasons)
}

// Nor does a challenge that the vendor answers after some days, in which the
// product was started.
func TestSimulationFoundChallengeThatTookDays(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Features: exports("2027-12-31")})
	o := v.Options()
	c := v.Open(o)
	enter(t, c, sale.Typed)
	challenge, err := c.Challenge()
	require.NoError(t, err)
	v.Clock().Advance(3 * 24 * time.Hour)
	require.NoError(t, c.Close())
	c = v.Open(o)
	_, err = c.Import(ctx, bytes.NewReader(v.SignedTime(challenge, true)))
	require.NoError(t, err)
	require.True(t, c.Allows("export"), "%v", c.Decision("export").Reasons)
}

// Of two servers over one ledger, one has a clock that is a little behind. A yes
// of that one counts as well.
func TestSimulationFoundServersWithTwoClocks(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	o, now := v.Options(), v.Now()
	o.Now = func() time.Time { return now }
	c := v.Open(o)
	v.Clock().Set(now.Add(2 * time.Second)) // of the server
	enter(t, c, sale.Typed)
	_, err := c.Surrender(ctx, "")
	require.NoError(t, err)
	v.Clock().Set(now)
	enter(t, c, sale.Typed)
	require.True(t, c.Allows("export"), "it was taken back, and the server said yes")
}

// keeping is a courier that can keep a request, to be delivered later.
type keeping struct {
	activation.Courier
	keep bool
	kept []byte
}

func (k *keeping) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	if k.keep {
		k.kept = bytes.Clone(request)
		return nil, activationtest.ErrLost
	}
	return k.Courier.Exchange(ctx, request)
}

// A deactivation that was taken back, with the server's yes, ends nothing when it
// arrives after all.
func TestSimulationFoundLateDeactivation(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	o, courier := v.Options(), &keeping{Courier: v.Network}
	o.Courier = courier
	c := v.Open(o)
	enter(t, c, sale.Typed)
	courier.keep = true
	_, err := c.Deactivate(ctx, "")
	require.ErrorIs(t, err, activation.ErrUnreachable)
	courier.keep = false
	enter(t, c, sale.Typed)
	v.Upload(courier.kept)
	_, activations := v.Account(sale)
	require.True(t, activations[0].Active)
}

// notCloned lets an installation go on for a day, and sees to it that it is not
// taken for two.
func notCloned(t *testing.T, v *activationtest.Vendor, sale *activationtest.Sold, c *activation.Client) {
	t.Helper()
	v.Clock().Advance(24 * time.Hour)
	check(t, c)
	_, activations := v.Account(sale)
	require.False(t, activations[0].Installations[0].Cloned, "there is but one")
}

// An installation is not taken for two because the answer to a request key was
// lost.
func TestSimulationFoundCloneByRequestKey(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{RequestKey: true})
	c := v.Client()
	enter(t, c, sale.Typed)
	v.Network.LoseReplies()
	_, err := c.Enter(ctx, sale.RequestKey)
	require.ErrorIs(t, err, activation.ErrUnreachable)
	v.Network.Up()
	notCloned(t, v, sale, c)
}

// Nor because its first request of all arrives after others.
func TestSimulationFoundCloneByLateRequest(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	o, courier := v.Options(), &keeping{Courier: v.Network, keep: true}
	o.Courier = courier
	c := v.Open(o)
	_, err := c.Enter(ctx, sale.Typed)
	require.ErrorIs(t, err, activation.ErrUnreachable)
	courier.keep = false
	enter(t, c, sale.Typed)
	v.Upload(courier.kept)
	notCloned(t, v, sale, c)
}

// Nor because of two requests at once, the first is answered last: as when the
// check in the background meets one by hand.
func TestSimulationFoundCloneByOvertakenReply(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	c := v.Client()
	enter(t, c, sale.Typed)
	v.Network.Fault(func(deliver func() ([]byte, error)) ([]byte, error) {
		reply, err := deliver()
		v.Network.Up()
		enter(t, c, sale.Typed)
		return reply, err
	})
	check(t, c)
	notCloned(t, v, sale, c)
}

// Nor because it made a request in a file before it gave a proof away, and
// another one after.
func TestSimulationFoundCloneBySurrender(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	c := v.Client()
	enter(t, c, sale.Typed)
	v.Clock().Advance(24 * time.Hour)
	before, err := c.Request(ctx, "")
	require.NoError(t, err)
	_, err = c.Surrender(ctx, "")
	require.NoError(t, err)
	v.Upload(before)
	enter(t, c, sale.Typed)
	notCloned(t, v, sale, c)
}

// What one process has reserved and not used is not lost because another one
// reports meanwhile: "a crash costs at most the block", and there was none.
func TestSimulationFoundBlockReported(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Features: []license.Feature{{ID: "export", Runs: 1000}}})
	o := v.Options()
	c := v.Open(o)
	enter(t, c, sale.Typed)
	require.NoError(t, c.Consume("export", 1))
	other := v.Open(o)
	require.NoError(t, other.Report(ctx))
	require.NoError(t, c.Close())
	check(t, other)
	require.Equal(t, int64(999), other.Decision("export").Left)
}
