package server_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/license"
)

// on returns a new installation on a machine, with changes to that; "" takes a
// component away.
func (v *vendor) on(n int, machine map[string]string, changes ...string) *client {
	c := v.client(n)
	c.hardware = maps.Clone(machine)
	for i := 0; i < len(changes); i += 2 {
		c.hardware[changes[i]] = changes[i+1]
	}
	return c
}

// virtual is a virtual machine as an administrator's program reads it: it has no
// disk and no network card of its own.
func virtual(board, machine string) map[string]string {
	return map[string]string{"board": board, "cpu": "cpu", "disk": "", "mac": "", "machine": machine}
}

// Without a scheme, what is still the same machine takes no second place, and
// what is another one takes its own. Each case is a first machine and a second
// one; both are new installations.
func TestCountMachines(t *testing.T) {
	t.Parallel()
	pc := hardware(1)
	user := maps.Clone(pc) // who cannot read the board
	user["board"] = "?"
	for name, test := range map[string]struct {
		first   map[string]string
		changes []string
		same    bool
	}{
		"the product again":                 {pc, nil, true},
		"a system installed again":          {pc, []string{"machine", "new"}, true},
		"another disk":                      {pc, []string{"disk", "new"}, true},
		"another network card":              {pc, []string{"mac", "new"}, true},
		"a disk and a system":               {pc, []string{"disk", "new", "machine", "new"}, true},
		"another board":                     {pc, []string{"board", "new"}, false},
		"all but the board":                 {pc, []string{"disk", "new", "machine", "new", "mac", "new"}, false},
		"a user, the product again":         {user, nil, true},
		"a user, a system again":            {user, []string{"machine", "new"}, true},
		"a user, another disk":              {user, []string{"disk", "new"}, false},
		"a user, a disk more":               {user, []string{"disk", "disk 1+new"}, true},
		"a user, the disk unreadable":       {user, []string{"disk", "?"}, false},
		"the board now unreadable":          {pc, []string{"board", "?"}, true},
		"the board and the disk unreadable": {pc, []string{"board", "?", "disk", "?"}, false},
		"a user, another card":              {user, []string{"mac", "new"}, true},
		"a user, a disk and a system":       {user, []string{"disk", "new", "machine", "new"}, false},
		"a Mac, which tells two":            {map[string]string{"board": "?", "disk": "?", "mac": "m", "machine": "i"}, nil, true},
		"a virtual machine again":           {virtual("b", "i"), nil, true},
		"its copy, with a board of its own": {virtual("b", "i"), []string{"board", "new"}, false},
		"a container of the same host":      {virtual("b", "i"), []string{"machine", "new"}, false},
		"its copy, for a user":              {virtual("?", "i"), nil, false},
		"a box that copies the card, too":   {map[string]string{"board": "?", "disk": "", "mac": "m", "machine": "i"}, nil, false},
		"containers without a machine id":   {virtual("b", ""), nil, false},
		"containers that see the disk":      {map[string]string{"board": "?", "disk": "d", "mac": "", "machine": "i"}, nil, false},
		"an identity that was given":        {map[string]string{"instance": "pod-1"}, nil, true},
		"the same, on another host":         {map[string]string{"instance": "pod-1", "board": "b", "disk": "d", "mac": "m"}, []string{"board", "c", "disk", "e", "mac", "n"}, true},
		"another identity, on one host":     {map[string]string{"instance": "pod-1", "board": "b", "disk": "d", "mac": "m"}, []string{"instance", "pod-2"}, false},
		"an identity, and the host itself":  {map[string]string{"instance": "pod-1", "board": "b", "disk": "d", "mac": "m"}, []string{"instance", ""}, false},
		"the processor alone":               {map[string]string{"cpu": "c"}, nil, false},
		"nothing that tells it":             {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
			r := v.on(1, test.first).activate()
			require.Empty(t, r.Binding)
			second := v.on(2, test.first, test.changes...)
			if !test.same {
				second.no(license.OpActivate, license.ActivationLimit)
				return
			}
			again := second.activate()
			require.Equal(t, r.ID, again.ID)
			require.Empty(t, again.Binding, "nothing is bound")
			require.Zero(t, again.Changes)
			require.EqualValues(t, 1, v.sale().Used)
			require.Len(t, v.activations(), 1)
		})
	}
}

// A hundred copies of a virtual machine are a hundred machines, however little of
// them can be read; and so are a hundred containers of one host.
func TestCountMachinesOfAFleet(t *testing.T) {
	t.Parallel()
	for name, machine := range map[string]func(n int) map[string]string{
		"copies, for an administrator": func(n int) map[string]string { return virtual(fmt.Sprint(n), "one image") },
		"copies, for a user":           func(int) map[string]string { return virtual("?", "one image") },
		"copies with one card, for a user": func(n int) map[string]string {
			return map[string]string{"board": "?", "disk": fmt.Sprint(n), "mac": "of the image", "machine": "one image"}
		},
		"copies with one card, for root": func(n int) map[string]string {
			return map[string]string{"board": fmt.Sprint(n), "disk": fmt.Sprint(n), "mac": "of the image", "machine": "one image"}
		},
		"containers, for root":        func(int) map[string]string { return virtual("host", "") },
		"containers on a host's disk": func(int) map[string]string { return map[string]string{"board": "host", "disk": "host", "mac": ""} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			v.sell(aLicense(), func(s *server.Sale) { s.Limit = 100 })
			for n := range 100 {
				v.on(n, machine(n)).activate()
			}
			require.EqualValues(t, 100, v.sale().Used)
			v.on(100, machine(100)).no(license.OpActivate, license.ActivationLimit)
		})
	}
}

// A sale may count installations.
func TestCountInstallations(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit, s.CountBy = 1, server.CountInstallations })
	c := v.on(1, hardware(1))
	id := c.activate().ID
	c.hardware = hardware(2)
	require.Equal(t, id, c.activate().ID, "wherever it is")
	v.on(2, hardware(1)).no(license.OpActivate, license.ActivationLimit)
	require.Empty(t, v.activations()[0].Data)
}

func TestCountByIsChecked(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	err := v.Sell(t.Context(), "orders", &server.Sale{Serial: theSerial, Limit: 1, License: v.sign(aLicense()), CountBy: "core"})
	require.ErrorContains(t, err, `server.CountInstallations, which is "installation"`)
	err = v.Sell(t.Context(), "orders", &server.Sale{Serial: theSerial, Limit: 1, License: v.sign(bound(board)), CountBy: server.CountInstallations})
	require.ErrorContains(t, err, "under a binding scheme machines are counted")
}

// An installation that is active keeps its place, whatever became of its machine:
// nothing is bound.
func TestCountedKeepsItsPlace(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	c := v.on(1, hardware(1))
	id := c.activate().ID
	for _, machine := range []map[string]string{hardware(2), nil, virtual("?", "i"), {"instance": "pod-1"}} {
		c.hardware = machine
		require.Equal(t, id, c.receipt(c.yes(license.OpCheck)).ID)
		require.Equal(t, id, c.activate().ID)
	}
}

// Replaced part by part, a machine stays the same one, and is recognised after a
// new installation.
func TestCountedFollowsDrift(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	c := v.on(1, hardware(1))
	id := c.activate().ID
	for _, part := range []string{"disk", "mac", "machine"} {
		c.hardware[part] = "new"
		v.pass(2 * time.Hour)
		require.Zero(t, c.receipt(c.yes(license.OpCheck)).Changes, "a receipt that binds nothing tells of no change")
	}
	require.Equal(t, id, v.on(2, c.hardware).activate().ID)
	require.EqualValues(t, 3, v.activations()[0].Changes)
	require.Contains(t, v.kinds(), server.EventDrifted)
	v.on(3, hardware(1)).no(license.OpActivate, license.ActivationLimit)
}

// One installation that is carried from machine to machine, or copied, takes its
// place along, as a licence that is not bound lets it. It does not make room for
// others on the machines where it was.
func TestThreatCarriedInstallationMakesRoom(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	carried := v.on(1, hardware(1))
	carried.activate()
	for n := 2; n < 6; n++ {
		carried.hardware = hardware(n)
		v.pass(24 * time.Hour)
		carried.yes(license.OpCheck)
		v.on(100+n, hardware(n)).no(license.OpActivate, license.ActivationLimit)
	}
	copied := virtual("b", "i")
	v = newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	carried = v.on(1, copied)
	carried.activate()
	for n := range 5 {
		carried.hardware = virtual(fmt.Sprint(n), "i")
		v.pass(24 * time.Hour)
		carried.yes(license.OpCheck)
		v.on(100+n, carried.hardware).no(license.OpActivate, license.ActivationLimit)
	}
}

// A request with the fingerprint of an activated machine shares the activation of
// that machine. The receipt of a bound licence counts only on that machine; the
// receipt of an unbound licence counts everywhere. SECURITY.md documents this.
func TestThreatReplayedFingerprint(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	id := v.on(1, hardware(1)).activate().ID
	liar := v.on(2, hardware(1))
	require.Equal(t, id, liar.activate().ID)
	liar.yes(license.OpDeactivate)
	v.on(1, hardware(1)).no(license.OpCheck, license.NotActivated)
	require.Zero(t, v.sale().Used, "to give it up gives it up for the machine: nobody has two places for one")
}

// A fingerprint that is put together from those of many machines makes them no one
// machine: with it, a single patched program would give all of them, with programs
// that are whole, one place.
func TestThreatFingerprintOfManyMachines(t *testing.T) {
	t.Parallel()
	union := map[string]string{}
	for _, name := range []string{"board", "cpu", "disk", "mac", "machine"} {
		for n := range 10 {
			union[name] += fmt.Sprint("+", name, " ", n)
		}
		union[name] = union[name][1:]
	}
	for name, l := range map[string]*license.License{"counted": aLicense(), "a board": bound(board), "a desktop": bound(binding.SchemeDesktop), "a machine id": bound("machine")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			v.sell(l, func(s *server.Sale) { s.Limit = 3 })
			liar := v.on(100, union)
			reply := liar.send(liar.request(license.OpActivate))
			if name != "counted" {
				require.Equal(t, license.BindingWeak, reply.Code)
			}
			machines := map[string]bool{}
			for n := range 10 {
				if reply := v.on(n, hardware(n)).send(v.on(n, hardware(n)).request(license.OpActivate)); reply.Code == "" {
					machines[reply.Receipt] = true
				}
			}
			require.LessOrEqual(t, len(machines), 3)
		})
	}
	for name, same := range map[string]map[string]string{
		"identities":     {"instance": "pod-1+pod-2"},
		"machine ids":    {"board": "b", "disk": "", "mac": "", "machine": "i+j"},
		"all of a board": {"board": "uuid+board+system+tree", "disk": "d", "mac": "m", "machine": "i"},
	} {
		v := newVendor(t)
		v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
		v.on(1, same).activate()
		if name == "all of a board" {
			v.on(2, same).activate()
			continue
		}
		v.on(2, same).no(license.OpActivate, license.ActivationLimit)
	}
}

// A machine that told too little when it was activated is recognised once it
// tells more.
func TestCountedLater(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	c := v.on(1, virtual("?", "i"))
	id := c.activate().ID
	require.Empty(t, v.activations()[0].Data)
	c.hardware["instance"] = "node-7"
	c.yes(license.OpCheck)
	require.Equal(t, "instance", v.activations()[0].Scheme)
	require.Equal(t, id, v.on(2, c.hardware).activate().ID)

	v = newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	c = v.on(1, hardware(1))
	id = c.activate().ID
	c.hardware["instance"] = "node-7"
	c.yes(license.OpCheck)
	require.Equal(t, "instance", v.activations()[0].Scheme, "an identity that is given later counts from then on")
	require.Equal(t, id, v.on(2, map[string]string{"instance": "node-7"}).activate().ID)
}

// A licence under a scheme that takes the place of one without, and the other way
// round, finds the machines that are there.
func TestCountedAndBound(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	c := v.on(1, hardware(1))
	id := c.activate().ID
	replace := func(l *license.License, revision int64) {
		l.Revision, l.Issued = revision, v.time()
		require.NoError(t, v.Replace(t.Context(), "desk", theSerial, v.sign(l)))
	}
	replace(bound(board), 1)
	r := v.on(2, hardware(1)).activate()
	require.Equal(t, id, r.ID)
	require.Equal(t, board, r.Binding.Scheme)
	v.on(3, hardware(2)).no(license.OpActivate, license.ActivationLimit)
	v.pass(time.Hour)
	replace(aLicense(), 2)
	c.License = ""
	require.Empty(t, c.receipt(c.yes(license.OpCheck)).Binding)
	require.Equal(t, "machine~+board~+disk~+mac~/2", v.activations()[0].Scheme)
	require.Equal(t, id, v.on(4, hardware(1)).activate().ID)
}

// Where one machine has more installations than are known, one that was
// forgotten is known again by its machine.
func TestCountedInstallationsAreBounded(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense(), func(s *server.Sale) { s.Limit = 1 })
	first := v.on(0, hardware(0))
	first.activate()
	for n := range 20 {
		v.pass(time.Hour)
		v.on(n+1, hardware(0)).activate()
	}
	require.Len(t, v.activations()[0].Installations, 16)
	first.yes(license.OpCheck)
	require.EqualValues(t, 1, v.sale().Used)
}

// A trial without a scheme begins once on each machine.
func TestCountedTrial(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	l := aLicense()
	l.Kind, l.Window = license.Trial, license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}}
	v.sell(l, func(s *server.Sale) { s.Trial = true })
	v.on(1, hardware(1)).activate()
	v.pass(31 * 24 * time.Hour)
	v.on(2, hardware(1)).no(license.OpActivate, license.TrialUsed)
}
