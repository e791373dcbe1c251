package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

func TestActivate(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	sold := v.sell(bound(board), withRequestKey, func(s *server.Sale) { s.Lease, s.Grace = 30*24*time.Hour, 48*time.Hour })
	require.Equal(t, "L-1", sold.LicenseID)
	c := v.client(1)
	reply := c.yes(license.OpActivate)
	require.Equal(t, []string{string(sold.License)}, reply.Documents)
	require.True(t, reply.Restored)
	require.Equal(t, noon, reply.Usage.Activated)
	require.EqualValues(t, 2, reply.Sequence)
	r := c.receipt(reply)
	require.Equal(t, theSerial, r.Serial)
	require.Equal(t, noon, r.Activated)
	require.Equal(t, noon, r.Issued)
	require.Equal(t, noon.AddDate(0, 0, 30), r.Until)
	require.Equal(t, noon.AddDate(0, 0, 32), r.Grace)
	require.Equal(t, board, r.Binding.Scheme)
	require.NotEmpty(t, r.Binding.Data)
	require.Empty(t, r.Hold)
	require.Equal(t, "help@acme.example", r.Contact)
	require.EqualValues(t, 1, v.sale().Used)
	require.Equal(t, []server.EventKind{server.EventActivated}, v.kinds())

	by := v.client(2)
	require.NotEqual(t, r.ID, by.activate(byKey).ID)
	require.EqualValues(t, 2, v.sale().Used)
}

// Row 2.2 of the requirements: a serial number for three machines.
func TestActivationLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int64{1, 3, 5} {
		v := newVendor(t)
		v.sell(bound(board), func(s *server.Sale) { s.Limit = limit })
		for n := range limit {
			v.client(int(n)).activate()
		}
		reply := v.client(100).no(license.OpActivate, license.ActivationLimit)
		require.Equal(t, limit, reply.N)
		require.Equal(t, limit, reply.Max)
		require.Equal(t, "help@acme.example", reply.Contact)
		require.Equal(t, v.sale().Version, reply.Sequence)
		require.Len(t, v.activations(), int(limit))
	}
}

// Row 2.10: the same machine activates again at no cost.
func TestReactivationIsFree(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit = 1 })
	c := v.client(1)
	first := c.activate()
	v.pass(time.Minute)
	again := c.activate()
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.Binding, again.Binding)

	c.License = "" // the state is lost, and with it the licence
	require.Len(t, c.yes(license.OpActivate).Documents, 1)

	other := v.client(2)
	other.hardware = c.hardware
	v.pass(time.Minute)
	anew := other.activate()
	require.Equal(t, first.ID, anew.ID)
	require.Equal(t, noon, anew.Activated)
	require.EqualValues(t, 1, v.sale().Used)
	require.Len(t, v.activations(), 1)
	require.Equal(t, []server.EventKind{server.EventActivated, server.EventReactivated}, v.kinds())
	c.yes(license.OpCheck)
	other.yes(license.OpCheck)
}

// Only so many installations of one machine are known, the newest.
func TestInstallationsAreBounded(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	for n := range 20 {
		c := v.client(n)
		c.hardware = hardware(0)
		c.activate()
		v.pass(time.Second)
	}
	all := v.activations()
	require.Len(t, all, 1)
	require.Len(t, all[0].Installations, 16)
	v.client(3).no(license.OpCheck, license.NotActivated)
	last := v.client(4)
	last.hardware = hardware(0)
	last.yes(license.OpCheck)
}

// Row 2.11: hardware that changes within tolerance costs nothing and is
// followed; beyond it, a check says so and an activation takes a place.
func TestHardwareDrift(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit = 2 })
	c := v.client(1)
	first := c.activate()
	for i, change := range []string{"cpu", "disk", "mac", "cpu", "disk", "mac"} {
		c.hardware[change] = fmt.Sprint("new ", i)
		v.pass(time.Hour) // no more often are they followed
		reply := c.yes(license.OpCheck)
		r := c.receipt(reply)
		require.Equal(t, first.ID, r.ID)
		require.EqualValues(t, i+1, r.Changes)
		require.NotEqual(t, first.Binding.Data, r.Binding.Data)
	}
	events, err := v.ledger.History(t.Context(), theSerial, 0, 100)
	require.NoError(t, err)
	require.Equal(t, server.EventDrifted, events[2].Kind)
	require.Equal(t, "cpu", events[2].Detail)
	require.EqualValues(t, 1, v.sale().Used)

	c.hardware["cpu"], c.hardware["disk"], c.hardware["mac"] = "x", "y", "z"
	reply := c.no(license.OpCheck, license.HardwareChanged)
	require.Equal(t, []string{"cpu", "disk", "mac"}, reply.Names)
	second := c.activate()
	require.NotEqual(t, first.ID, second.ID)
	require.EqualValues(t, 2, v.sale().Used)
	require.Len(t, v.activations(), 2)
	for _, one := range v.activations() {
		require.Equal(t, one.ID == second.ID, len(one.Installations) == 1, "the installation is on one machine")
	}
	c.yes(license.OpCheck)
}

// Drift is followed on activation too, and a machine that drifted away from its
// first marks is still found by a new installation.
func TestDriftIsFoundAgain(t *testing.T) {
	t.Parallel()
	for scheme, components := range map[string][]string{
		board:                          {"cpu", "disk", "mac"},
		"machine~+board~+disk~+mac~/2": {"machine", "board", "disk", "mac"},
		"machine+board~+cpu~/1":        {"board", "cpu"},
	} {
		v := newVendor(t)
		v.sell(bound(scheme), func(s *server.Sale) { s.Limit = 1 })
		machine := hardware(1)
		id := ""
		for n := range 12 {
			v.pass(time.Hour)
			c := v.client(n) // installed anew each time
			c.hardware = machine
			r := c.activate()
			require.True(t, id == "" || r.ID == id)
			id = r.ID
			machine[components[n%len(components)]] = fmt.Sprint("new ", n)
		}
		require.EqualValues(t, 1, v.sale().Used)
	}
}

// A scheme that the machine cannot serve is an error and never a weak binding.
func TestBindingWeak(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey)
	for n, by := range []func(*license.Request){func(*license.Request) {}, byKey} {
		c := v.client(n)
		c.hardware = nil
		require.Equal(t, []string{"board", "cpu", "disk", "mac"}, c.no(license.OpActivate, license.BindingWeak, by).Names)
		c.no(license.OpActivate, license.BindingWeak, by, func(r *license.Request) { r.Fingerprint = []byte("no fingerprint") })
		c.hardware = map[string]string{"board": "?", "cpu": "1", "disk": "2", "mac": "3"}
		require.Equal(t, []string{"board"}, c.no(license.OpActivate, license.BindingWeak, by).Names)
		c.hardware = map[string]string{"board": "1", "cpu": "2"}
		c.activate(by) // just enough
	}
	require.EqualValues(t, 1, v.sale().Used)
}

// What cannot be read at a check is told apart from what has changed.
func TestHardwareUnreadable(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	c := v.client(1)
	c.activate()
	c.hardware["board"] = "?"
	require.Equal(t, []string{"board"}, c.no(license.OpCheck, license.HardwareUnreadable).Names)
	c.hardware = nil
	require.Equal(t, []string{"board", "cpu", "disk", "mac"}, c.no(license.OpCheck, license.HardwareUnreadable).Names)
	c.hardware = hardware(1)
	c.yes(license.OpCheck)
}

// Each reason has its code by serial number, and none is told by request key.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for code, spoil := range map[license.Code]func(v *vendor, c *client, r *license.Request){
		license.SerialUnknown: func(_ *vendor, _ *client, r *license.Request) {
			if r.Serial != "" {
				r.Serial = "S-OTHER"
			} else {
				r.RequestKey = "0000000000"
			}
		},
		license.LicenseBlocked: func(v *vendor, _ *client, _ *license.Request) {
			require.NoError(t, v.Block(t.Context(), "orders", theSerial, ""))
		},
		license.OrderCancelled: func(v *vendor, _ *client, _ *license.Request) {
			require.NoError(t, v.Cancel(t.Context(), "orders", theSerial, ""))
		},
		license.OtherProduct: func(_ *vendor, _ *client, r *license.Request) { r.Product = "acme-cam" },
		license.ActivationLimit: func(v *vendor, _ *client, _ *license.Request) {
			for n := range 3 {
				v.client(100 + n).activate()
			}
		},
	} {
		for _, by := range []func(*license.Request){func(*license.Request) {}, byKey} {
			v := newVendor(t)
			v.sell(bound(board), withRequestKey)
			c := v.client(1)
			r := c.request(license.OpActivate)
			by(r)
			spoil(v, c, r)
			want := code
			if r.RequestKey != "" {
				want = license.RequestNotAccepted
			}
			reply := c.send(r)
			require.Equal(t, want, reply.Code)
			require.Empty(t, reply.Receipt)
			require.Empty(t, reply.Has)
			if code == license.OtherProduct && r.Serial != "" {
				require.Equal(t, "acme-cam", reply.Needs)
			}
		}
	}
}

func TestOtherVendor(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	reply := v.client(1).no(license.OpActivate, license.OtherVendor, func(r *license.Request) { r.Vendor = "umbrella" })
	require.Equal(t, "umbrella", reply.Has)
	require.Equal(t, "acme", reply.Needs)
}

// Every product that the licence or an update names may use the serial number.
func TestProductsOfOneSale(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	l := aLicense()
	l.Products = append(l.Products, license.Product{ID: "acme-cam", Features: []license.Feature{{ID: "mill"}}})
	v.sell(l)
	c := v.client(1)
	c.product = "acme-cam"
	c.activate()
	other := v.client(2)
	other.product = "acme-sim"
	other.no(license.OpActivate, license.OtherProduct)
	_, err := v.AddUpdate(t.Context(), "orders", theSerial, v.update(1, func(u *license.Update) { u.Products[0].ID = "acme-sim" }), true)
	require.NoError(t, err)
	other.activate()
}

// Row 2.3: a trial begins once on each machine, and never again.
func TestTrial(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit, s.Trial = 3, true })
	c := v.client(1)
	first := c.activate()
	v.pass(24 * time.Hour)
	c.yes(license.OpDeactivate)
	require.EqualValues(t, 1, v.sale().Used, "giving a trial up frees nothing")
	c.no(license.OpCheck, license.NotActivated)

	v.pass(24 * time.Hour)
	anew := v.client(50)
	anew.hardware = c.hardware
	again := anew.activate()
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, noon, again.Activated, "to install anew does not begin the trial again")
	require.EqualValues(t, 1, v.sale().Used)

	v.client(2).activate()
	v.client(3).activate()
	v.client(4).no(license.OpActivate, license.ActivationLimit)
	v.client(2).yes(license.OpDeactivate)
	v.client(4).no(license.OpActivate, license.ActivationLimit)
	require.Equal(t, first.ID, anew.activate().ID)
}

// Row 2.3 again: a shared serial number with its cap.
func TestTrialCap(t *testing.T) {
	t.Parallel()
	const limit = 300
	v := newVendor(t)
	v.sell(bound("board"), func(s *server.Sale) { s.Limit, s.Trial = limit, true })
	for n := range limit {
		v.client(n).activate()
	}
	v.client(limit).no(license.OpActivate, license.ActivationLimit)
	v.client(7).activate()
	require.EqualValues(t, limit, v.sale().Used)
}
