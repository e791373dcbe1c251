package server_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// a request key that is used up is told from one that is unknown
func TestRegressKeyOracle(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey, func(s *server.Sale) { s.Limit = 1 })
	v.client(1).activate(byKey)
	stranger := v.client(2)
	stranger.hardware = nil
	used := stranger.do(license.OpActivate, byKey)
	unknown := stranger.do(license.OpActivate, func(r *license.Request) { r.Serial, r.RequestKey = "", "0000000000" })
	require.Equal(t, license.RequestNotAccepted, unknown.Code)
	require.Equal(t, unknown.Code, used.Code, "a used-up key must look like an unknown one")
}

// an unlimited number of tries without spending anything
func TestRegressOracleFree(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey, func(s *server.Sale) { s.Limit = 1 })
	v.client(1).activate(byKey)
	stranger := v.client(2)
	stranger.hardware = nil
	for range 50 {
		r := stranger.do(license.OpActivate, byKey)
		require.NotEqual(t, license.BindingWeak, r.Code)
	}
}

// what an installation told can make its own reply too large to sign
func TestRegressUsageTooLarge(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	c.activate()
	for k := range 64 {
		c.Usage = license.Usage{Features: map[license.Ref]license.FeatureUsage{}}
		for i := range 180 {
			id := fmt.Sprintf("%02d-%03d-%057d", k, i, 0)
			c.Usage.Features[license.Ref{Product: id, Feature: id}] = license.FeatureUsage{Runs: 1, FirstUse: noon}
		}
		r := c.request(license.OpReport)
		text, err := r.Sign(c.key)
		require.NoError(t, err)
		answer, err := v.Exchange(t.Context(), text, here)
		require.NoError(t, err, "%d", k)
		_ = answer
	}
	one := v.activations()[0]
	t.Log("features kept:", len(one.Installations[0].Used))
	c.Usage = license.Usage{}
	text, err := c.request(license.OpCheck).Sign(c.key)
	require.NoError(t, err)
	_, err = v.Exchange(t.Context(), text, here)
	require.NoError(t, err)
}

// runs are forgotten when the installation has left for another machine
func TestRegressUsageLeaves(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit = 2 })
	a := v.client(1)
	a.activate()
	a.License, a.Revision = "L-1", 0
	a.Usage = license.Usage{Features: map[license.Ref]license.FeatureUsage{{Product: "acme-cad", Feature: "draw"}: {Runs: 100}}}
	a.yes(license.OpReport)
	a.hardware = hardware(2) // the disk goes into another computer
	a.activate()
	fresh := v.client(3) // and the first one is installed anew
	fresh.hardware = hardware(1)
	reply := fresh.yes(license.OpActivate)
	require.EqualValues(t, 100, reply.Usage.Features[license.Ref{Product: "acme-cad", Feature: "draw"}].Runs, "used on this machine")
}

// an unlimited number of history rows by one customer
func TestRegressHistory(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit = 1 })
	a := v.client(1)
	a.activate()
	for n := range 500 {
		a.hardware["mac"] = fmt.Sprint(n)
		a.yes(license.OpCheck)
	}
	require.Less(t, len(v.kinds()), 100)
}

// a licence under another scheme, and the machine is installed anew: it takes a place
func TestRegressOtherScheme(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound("board+cpu~/1"), func(s *server.Sale) { s.Limit = 1 })
	v.client(1).activate()
	l := bound("board+disk~/1")
	l.ID, l.Issued = "L-2", noon
	require.NoError(t, v.Replace(t.Context(), "orders", theSerial, v.sign(l)))
	again := v.client(2)
	again.hardware = hardware(1)
	require.Empty(t, again.do(license.OpActivate).Code, "the same computer, installed anew")
}
