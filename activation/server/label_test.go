package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

func labelled(label string) func(*license.Request) {
	return func(r *license.Request) { r.Label = label }
}

// The last label counts, at once, and none leaves the one that is known. It is in
// no history.
func TestLabel(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	c.activate(labelled("render node 3"))
	label := func() string { return v.activations()[0].Label }
	require.Equal(t, "render node 3", label())
	c.yes(license.OpCheck)
	require.Equal(t, "render node 3", label())
	v.ledger.counts()
	c.yes(license.OpCheck, labelled("render node 3"))
	_, _, wrote := v.ledger.counts()
	require.Zero(t, wrote, "nothing new is nothing to write")
	c.yes(license.OpCheck, labelled("render node 4"))
	require.Equal(t, "render node 4", label())
	for _, e := range v.events() {
		require.NotContains(t, e.Detail, "render")
	}
	found, err := v.ledger.Sales(t.Context(), server.Filter{Label: "node 4"})
	require.NoError(t, err)
	require.Len(t, found, 1)
}

// A request that is refused labels nothing, and neither does an old one.
func TestLabelOfRefused(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit = 1 })
	c := v.client(1)
	c.activate(labelled("one"))
	v.client(2).no(license.OpActivate, license.ActivationLimit, labelled("two"))
	old := c.request(license.OpCheck)
	old.Label = "old"
	v.pass(24 * time.Hour)
	c.yes(license.OpCheck)
	v.pass(24 * time.Hour)
	c.yes(license.OpCheck)
	c.send(old)
	require.Equal(t, "one", v.activations()[0].Label)
}

func TestSetLabel(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	id := v.client(1).activate(labelled("Ada's laptop")).ID
	for _, label := range []string{"x\ny", " x", strings.Repeat("x", 129), "\xff"} {
		require.ErrorContains(t, v.SetLabel(t.Context(), "desk", theSerial, id, label), "a label is one line")
	}
	require.ErrorIs(t, v.SetLabel(t.Context(), "desk", theSerial, "A-none", "x"), server.ErrUnknown)
	require.NoError(t, v.SetLabel(t.Context(), "desk", theSerial, id, ""))
	require.NoError(t, v.SetLabel(t.Context(), "desk", theSerial, id, ""), "and again")
	require.Empty(t, v.activations()[0].Label)
	require.Equal(t, []server.EventKind{server.EventActivated, server.EventLabel}, v.kinds())
	found, err := v.ledger.Sales(t.Context(), server.Filter{Label: "ada"})
	require.NoError(t, err)
	require.Empty(t, found)
}
