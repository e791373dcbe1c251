package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

func TestDeactivate(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey, func(s *server.Sale) { s.Limit = 1 })
	c, other := v.client(1), v.client(2)
	c.no(license.OpDeactivate, license.NotActivated)
	first := c.activate()
	v.pass(time.Hour)
	reply := c.yes(license.OpDeactivate)
	require.Empty(t, reply.Receipt)
	require.False(t, reply.Restored)
	require.Zero(t, v.sale().Used)

	c.v.ledger.counts()
	c.yes(license.OpDeactivate)
	_, _, wrote := v.ledger.counts()
	require.Zero(t, wrote, "what has ended stays so, and is not written again")
	c.no(license.OpCheck, license.NotActivated)
	c.no(license.OpReport, license.NotActivated)
	c.no(license.OpCheck, license.NotActivated, byKey)
	other.no(license.OpCheck, license.RequestNotAccepted, byKey)

	other.activate()
	c.no(license.OpActivate, license.ActivationLimit)
	other.yes(license.OpDeactivate)
	again := c.activate()
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, noon, again.Activated)
	require.EqualValues(t, 1, v.sale().Used)
	require.Equal(t, []server.EventKind{
		server.EventActivated, server.EventDeactivated, server.EventActivated, server.EventDeactivated, server.EventActivated,
	}, v.kinds())
}

// One installation gives up for all that are on the machine.
func TestDeactivateAllOnTheMachine(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	c, other := v.client(1), v.client(2)
	other.hardware = c.hardware
	c.activate()
	other.activate()
	c.yes(license.OpDeactivate)
	other.no(license.OpCheck, license.NotActivated)
}

// Transfers are counted within a period, and the day that is named as the next
// is one on which it works.
func TestTransferBudget(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Transfers, s.Period = 2, 365*24*time.Hour })
	c := v.client(1)
	for range 2 {
		c.activate()
		v.pass(24 * time.Hour)
		c.yes(license.OpDeactivate)
	}
	c.activate()
	version := v.sale().Version
	reply := c.no(license.OpDeactivate, license.TransfersUsed)
	require.EqualValues(t, 2, reply.N)
	require.EqualValues(t, 2, reply.Max)
	require.Equal(t, date(t, "2027-03-11"), reply.From)
	require.Equal(t, version, v.sale().Version)
	c.yes(license.OpCheck)

	v.pass(date(t, "2027-03-10").Start().Add(24*time.Hour - time.Second).Sub(v.time()))
	c.no(license.OpDeactivate, license.TransfersUsed)
	v.pass(time.Second)
	c.yes(license.OpDeactivate)
	require.Len(t, v.sale().GivenUp, 2, "what lies before the period is forgotten")
}

func TestMove(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey, func(s *server.Sale) { s.Limit, s.Transfers, s.Period = 1, 1, 24*time.Hour })
	from, to := v.client(1), v.client(2)
	old := from.activate()
	to.no(license.OpActivate, license.ActivationLimit)

	proof := from.proof()
	move := to.request(license.OpMove)
	move.Proof = proof
	moved := to.receipt(to.send(move))
	require.NotEqual(t, old.ID, moved.ID)
	require.EqualValues(t, 1, v.sale().Used)
	require.Len(t, v.sale().GivenUp, 1)
	from.no(license.OpCheck, license.NotActivated)

	again := to.receipt(to.yes(license.OpMove, proving(proof))) // the reply was lost
	require.Equal(t, moved.ID, again.ID)
	require.EqualValues(t, 1, v.sale().Used)
	require.Equal(t, []server.EventKind{server.EventActivated, server.EventMoved, server.EventActivated}, v.kinds())

	// and back, beyond the budget: nothing changes
	from.no(license.OpMove, license.TransfersUsed, proving(to.proof()))
	to.yes(license.OpCheck)
	v.pass(24 * time.Hour)
	require.Equal(t, old.ID, from.receipt(from.yes(license.OpMove, proving(to.proof()), byKey)).ID)
}

// Nothing is given up when there is no place to be had: of a move, both halves
// take place or neither.
func TestMoveIsWhole(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit, s.Transfers, s.Period = 1, 1, time.Hour })
	from, to := v.client(1), v.client(2)
	from.activate()
	to.hardware = nil
	to.no(license.OpMove, license.BindingWeak, proving(from.proof()))
	from.yes(license.OpCheck)
	require.Empty(t, v.sale().GivenUp)

	trial := newVendor(t)
	trial.sell(bound(board), func(s *server.Sale) { s.Limit, s.Trial = 1, true })
	from, to = trial.client(1), trial.client(2)
	from.activate()
	version := trial.sale().Version
	require.Equal(t, version, to.no(license.OpMove, license.ActivationLimit, proving(from.proof())).Sequence)
	require.Equal(t, version, trial.sale().Version)
	from.yes(license.OpCheck)
}

func TestProofWrong(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey)
	from, to := v.client(1), v.client(2)
	from.activate()
	signed := func(change func(r *license.Request)) []byte {
		r := from.request(license.OpDeactivate)
		change(r)
		text, err := r.Sign(from.key)
		require.NoError(t, err)
		return text
	}
	for name, proof := range map[string][]byte{
		"no document":         []byte("I give it up"),
		"another operation":   signed(func(r *license.Request) { r.Operation = license.OpCheck }),
		"another sale":        signed(func(r *license.Request) { r.Serial = "S-OTHER" }),
		"another request key": signed(func(r *license.Request) { r.Serial, r.RequestKey = "", "0000000000" }),
		"another vendor":      signed(func(r *license.Request) { r.Vendor = "umbrella" }),
		"another product":     signed(func(r *license.Request) { r.Product = "acme-cam" }),
		"a stranger":          v.client(3).proof(),
		"itself":              to.proof(),
		"damaged":             append([]byte("x"), from.proof()...),
	} {
		reply := to.no(license.OpMove, license.ProofWrong, proving(proof))
		require.Empty(t, reply.Receipt, name)
	}
	from.yes(license.OpCheck)
	from.no(license.OpMove, license.ProofWrong, proving(from.proof()))
	to.yes(license.OpMove, proving(signed(byKey)))
}

// A new installation on the same machine moves nothing: it has its place.
func TestMoveOnOneMachine(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit, s.Transfers, s.Period = 1, 1, time.Hour })
	from, to := v.client(1), v.client(2)
	to.hardware = from.hardware
	old := from.activate()
	require.Equal(t, old.ID, to.receipt(to.yes(license.OpMove, proving(from.proof()))).ID)
	require.Empty(t, v.sale().GivenUp)
	from.yes(license.OpCheck)
}

// A signed word that was kept ends nothing once the installation has gone on.
func TestOldWordEndsNothing(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	c := v.client(1)
	c.activate()
	r := c.request(license.OpDeactivate)
	r.GivenUp = 5
	word, err := r.Sign(c.key)
	require.NoError(t, err)
	c.take(c.send(r))
	c.yes(license.OpActivate, func(r *license.Request) { r.GivenUp = 5 })
	for range 20 { // however much of its life is forgotten
		v.pass(24 * time.Hour)
		c.yes(license.OpCheck)
	}
	answer, err := v.Exchange(t.Context(), word, here)
	require.NoError(t, err)
	require.Equal(t, license.ProofWrong, c.open(r, answer.Reply).Code)
	v.client(2).no(license.OpMove, license.ProofWrong, proving(word))
	c.yes(license.OpCheck)
}
