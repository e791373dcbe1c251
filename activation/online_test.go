package activation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A counter is an activation server whose every answer the test writes. It
// keeps the requests that it was asked.
type counter struct {
	v      vendor
	now    func() time.Time
	mu     sync.Mutex
	asked  []*license.Request
	answer func(r *license.Request, reply *license.Reply)
	fail   func(attempt int) ([]byte, error) // nil, or both nil: answer
}

var errNetwork = errors.New("the network is down")

func (d *counter) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, err := license.OpenRequest(request)
	if err != nil {
		return nil, err
	}
	d.asked = append(d.asked, r)
	if d.fail != nil {
		if answer, err := d.fail(len(d.asked)); answer != nil || err != nil {
			return answer, err
		}
	}
	return d.reply(r)
}

func (d *counter) reply(r *license.Request) ([]byte, error) {
	reply := &license.Reply{
		Product: r.Product, Installation: r.Installation, Nonce: r.Nonce, Request: r.Digest,
		Time: d.now(), Sequence: 1, Link: r.Next, Restored: true,
	}
	if d.answer != nil {
		d.answer(r, reply)
	}
	return d.v.clock.Reply(reply)
}

func (d *counter) last() *license.Request { return d.asked[len(d.asked)-1] }

// receipt returns the text of a receipt for who asks.
func (d *counter) receipt(t testing.TB, r *license.Request, edit ...func(*license.Receipt)) string {
	t.Helper()
	receipt := &license.Receipt{
		ID: "A-1", Serial: serialNumber, Installation: r.Installation, Activated: d.now(), Issued: d.now(), Sequence: 1,
	}
	for _, f := range edit {
		f(receipt)
	}
	text, err := d.v.clock.Receipt(receipt)
	require.NoError(t, err)
	return string(text)
}

const serialNumber = license.Serial("00000-00000-00000-00000-00000") // stands in where none is typed

// typedSerial returns a serial number as people type one, and as a licence has
// it.
func typedSerial(t testing.TB, payload byte) (string, license.Serial) {
	t.Helper()
	key, err := keyfmt.New(keyfmt.Serial, bytes.Repeat([]byte{payload}, 10))
	require.NoError(t, err)
	return key.Text(), license.Serial(key.Rows()[0])
}

// online returns a client of a scripted server that sells one serial number.
func online(t testing.TB) (activation.Options, *clock, *counter, string) {
	t.Helper()
	v := newVendor(t)
	o, now := v.options(t)
	o.Host = machineA()
	d := &counter{v: v, now: now.now}
	typed, serial := typedSerial(t, 7)
	licence := string(v.sell(t, func(l *license.License) { l.Serial, l.NeedsReceipt = serial, true }))
	d.answer = func(r *license.Request, reply *license.Reply) {
		reply.Receipt = d.receipt(t, r, func(p *license.Receipt) { p.Serial = serial })
		if r.License == "" {
			reply.Documents = []string{licence}
		}
	}
	o.Courier = d
	return o, now, d, typed
}

var ctx = context.Background()

func TestActivate(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	visit(t, o, func(c *activation.Client) {
		require.Equal(t, license.StateUnlicensed, c.Status().State)
		change, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		require.True(t, change.Changed)
		require.Equal(t, "L-1", change.LicenseID)
		require.Equal(t, license.StateUnlicensed, change.Before)
		require.Equal(t, license.StateActive, change.After)
		require.True(t, c.Allows("draw"))
		require.Len(t, d.asked, 1, "one round trip")
		require.Equal(t, license.OpActivate, d.last().Operation)
		status := c.Status().Licenses
		require.Len(t, status, 1)
		require.Equal(t, "A-1", status[0].Activation.ID)
		require.Equal(t, noon, status[0].Activation.Since)
		require.Equal(t, license.StateActive, status[0].State)
	})
	visit(t, o, func(c *activation.Client) {
		require.True(t, c.Allows("draw"), "after a restart")
		change, err := c.CheckOnline(ctx)
		require.NoError(t, err)
		require.False(t, change.Changed)
		require.Equal(t, license.OpCheck, d.last().Operation)
		require.Equal(t, "L-1", d.last().License)
		require.Equal(t, d.asked[0].Next, d.last().Link)
		_, err = c.Enter(ctx, typed)
		require.NoError(t, err, "again, at no cost")
	})
}

// A licence that needs a receipt is worth nothing without one, nor with that of
// another installation.
func TestReceiptOfAnotherInstallation(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	answer := d.answer
	d.answer = func(r *license.Request, reply *license.Reply) {
		answer(r, reply)
		other := *r
		other.Installation = d.v.keyring.Keys()[0].Public.Bytes()
		reply.Receipt = d.receipt(t, &other, func(p *license.Receipt) { _, p.Serial = typedSerial(t, 7) })
	}
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		requireReason(t, err, license.ReplyOther)
		require.False(t, c.Allows("draw"))
		mustImport(t, c, d.v.sell(t, func(l *license.License) { _, l.Serial = typedSerial(t, 7); l.NeedsReceipt = true }))
		require.True(t, has(c.Decision("draw"), license.ActivationRequired))
	})
}

// What is refused is told by the reason that the server has signed.
func TestServersNo(t *testing.T) {
	t.Parallel()
	for _, code := range []license.Code{
		license.SerialUnknown, license.ActivationLimit, license.OrderCancelled, license.LicenseBlocked, license.TrialUsed,
		license.RequestNotAccepted, license.TransfersUsed, license.OtherProduct, license.ServerBusy, license.ProofWrong,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			o, _, d, typed := online(t)
			d.answer = func(_ *license.Request, reply *license.Reply) {
				reply.Code, reply.N, reply.Max, reply.Contact = code, 3, 3, "help@acme.example"
			}
			visit(t, o, func(c *activation.Client) {
				change, err := c.Enter(ctx, typed)
				r := requireReason(t, err, code)
				require.Equal(t, activation.Change{}, change)
				require.EqualValues(t, 3, r.Max)
				require.Equal(t, "help@acme.example", r.Contact)
				require.NotErrorIs(t, err, activation.ErrUnreachable)
			})
		})
	}
	o, _, d, typed := online(t)
	d.answer = func(_ *license.Request, reply *license.Reply) { reply.Code = "of_a_newer_server" }
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.Equal(t, "of_a_newer_server", requireReason(t, err, license.ServerRefused).Detail)
	})
}

// readable is a host that says what its machine is.
type readable struct{ host }

func (readable) FingerprintText(context.Context) ([]byte, error) { return []byte("x"), nil }

// A product that was given no host is told so, and not that the machine is at
// fault.
func TestBindingWeakWithoutHost(t *testing.T) {
	t.Parallel()
	for want, h := range map[license.Code]license.Host{license.BindingWeak: readable{machineA()}, license.BindingUnchecked: machineA()} {
		o, _, d, typed := online(t)
		o.Host = h
		d.answer = func(_ *license.Request, reply *license.Reply) {
			reply.Code, reply.Names = license.BindingWeak, []string{"board"}
		}
		visit(t, o, func(c *activation.Client) {
			_, err := c.Enter(ctx, typed)
			requireReason(t, err, want)
		})
	}
}

// What a check changes is told, also where nothing new came: a block that was
// lifted, and one that came beside a no.
func TestChangeOfState(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	_, serial := typedSerial(t, 7)
	activated := d.answer
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		d.answer = func(r *license.Request, reply *license.Reply) {
			reply.Code = license.LicenseBlocked
			reply.Receipt = d.receipt(t, r, func(p *license.Receipt) { p.Serial, p.Sequence, p.Hold = serial, 2, license.HoldBlocked })
		}
		change, err := c.CheckOnline(ctx)
		requireReason(t, err, license.LicenseBlocked)
		require.Equal(t, activation.Change{LicenseID: "L-1", Before: license.StateActive, After: license.StateBlocked, Changed: true}, change)
		d.answer = activated
		change, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		require.Equal(t, activation.Change{LicenseID: "L-1", Before: license.StateBlocked, After: license.StateActive, Changed: true}, change)
	})
}

// The file of a surrender is a request too: its reply confirms it, and so does a
// check that was answered with no.
func TestSurrenderConfirmedByFile(t *testing.T) {
	t.Parallel()
	for _, byCheck := range []bool{false, true} {
		o, _, d, typed := online(t)
		visit(t, o, func(c *activation.Client) {
			_, err := c.Enter(ctx, typed)
			require.NoError(t, err)
			file, err := c.Surrender(ctx, "")
			require.NoError(t, err)
			d.answer = func(*license.Request, *license.Reply) {}
			if byCheck {
				d.answer = func(_ *license.Request, reply *license.Reply) { reply.Code = license.NotActivated }
				file, err = c.Request(ctx, "")
				require.NoError(t, err)
			}
			bare, err := license.Bare(file)
			require.NoError(t, err)
			reply, err := d.Exchange(ctx, bare)
			require.NoError(t, err)
			require.NoError(t, importing(c, reply))
			require.False(t, lists(c.Status().Reasons, license.DeactivationPending))
			require.False(t, c.Allows("draw"))
		})
	}
}

// A check brings updates in their order, the final licence, a lease's next end
// and the vendor's hold.
func TestCheckOnline(t *testing.T) {
	t.Parallel()
	o, now, d, typed := online(t)
	o.AtStart = []string{"export"}
	_, serial := typedSerial(t, 7)
	activated := d.answer
	visit(t, o, func(c *activation.Client) {
		_, err := c.CheckOnline(ctx)
		requireReason(t, err, license.NoLicense)
		require.Empty(t, d.asked)
		_, err = c.Enter(ctx, typed)
		require.NoError(t, err)

		two := func(r *license.Request, reply *license.Reply) {
			activated(r, reply)
			for n := r.Revision + 1; n <= 2; n++ {
				reply.Documents = append(reply.Documents, string(d.v.update(t, n, func(u *license.Update) {
					u.Serial = serial
					extend("export", 30)(u)
				})))
			}
		}
		d.answer = two
		change, err := c.CheckOnline(ctx, activation.LookOnly())
		require.NoError(t, err)
		require.True(t, change.Available)
		require.False(t, change.Changed)
		require.Len(t, change.Diff.Changes, 2)
		require.Equal(t, day("2026-12-31"), c.Decision("export").Until, "nothing was applied")
		change, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		require.True(t, change.Changed)
		require.False(t, change.RestartRequired)
		require.Len(t, change.Diff.Changes, 2)
		require.Equal(t, day("2026-12-31")+60, c.Decision("export").Until)
		change, err = c.CheckOnline(ctx, activation.CheckOnly("L-1"))
		require.NoError(t, err)
		require.False(t, change.Changed || change.Available)
		require.EqualValues(t, 2, d.last().Revision)
		_, err = c.CheckOnline(ctx, activation.CheckOnly("L-2"))
		requireReason(t, err, license.LicenseUnknown)

		request, err := c.Request(ctx, "")
		require.NoError(t, err)
		bare, err := license.Bare(request)
		require.NoError(t, err)
		d.answer = activated
		kept, err := d.Exchange(ctx, bare)
		require.NoError(t, err)
		d.answer = func(r *license.Request, reply *license.Reply) {
			reply.Receipt = d.receipt(t, r, func(p *license.Receipt) {
				p.Serial, p.Sequence = serial, 2
				p.Until, p.Grace = now.now().AddDate(0, 0, 10), now.now().AddDate(0, 0, 20)
			})
		}
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		require.Equal(t, noon.AddDate(0, 0, 10), c.Status().Licenses[0].Activation.Until)
		require.NoError(t, importing(c, kept))
		require.Equal(t, noon.AddDate(0, 0, 10), c.Status().Licenses[0].Activation.Until, "an older receipt, in a file that took its time")

		d.answer = func(r *license.Request, reply *license.Reply) {
			reply.Code = license.LicenseBlocked
			reply.Receipt = d.receipt(t, r, func(p *license.Receipt) { p.Serial, p.Sequence, p.Hold = serial, 3, license.HoldBlocked })
		}
		_, err = c.CheckOnline(ctx)
		requireReason(t, err, license.LicenseBlocked)
		require.Equal(t, license.StateBlocked, c.Status().State)
	})
	visit(t, o, func(c *activation.Client) {
		require.True(t, has(c.Decision("draw"), license.LicenseBlocked), "after a restart, without asking")
		d.answer = func(_ *license.Request, reply *license.Reply) { reply.Code = license.NotActivated }
		_, err := c.CheckOnline(ctx)
		requireReason(t, err, license.NotActivated)
		require.True(t, has(c.Decision("draw"), license.ActivationRequired))
		require.Nil(t, c.Status().Licenses[0].Activation)
	})
}

// An update that does not fit is told, and everything else that came is kept.
func TestCheckOnlineUpdateThatDoesNotFit(t *testing.T) {
	t.Parallel()
	o, now, d, typed := online(t)
	_, serial := typedSerial(t, 7)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		d.answer = func(r *license.Request, reply *license.Reply) {
			reply.Receipt = d.receipt(t, r, func(p *license.Receipt) {
				p.Serial, p.Sequence, p.Until = serial, 2, now.now().AddDate(1, 0, 0)
			})
			reply.Documents = []string{
				string(d.v.update(t, 1, func(u *license.Update) { u.Serial = serial; extend("export", 30)(u) })),
				string(d.v.update(t, 2, func(u *license.Update) { u.Serial = serial; u.Kind = license.Trial; extend("export", 1)(u) })),
			}
		}
		change, err := c.CheckOnline(ctx)
		requireReason(t, err, license.KindNotLowered)
		require.True(t, change.Changed, "the first one came")
		require.Equal(t, day("2026-12-31")+30, c.Decision("export").Until)
		require.Equal(t, noon.AddDate(1, 0, 0), c.Status().Licenses[0].Activation.Until)
	})
}

// Deactivation: at once, while the server is away, and as a proof.
func TestDeactivate(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	activated := d.answer
	yes := func(*license.Request, *license.Reply) {}
	visit(t, o, func(c *activation.Client) {
		_, err := c.Deactivate(ctx, "")
		requireReason(t, err, license.NoLicense)
		_, err = c.Enter(ctx, typed)
		require.NoError(t, err)

		d.fail = func(int) ([]byte, error) { return nil, errors.Join(activation.ErrNotSent, errNetwork) }
		_, err = c.Deactivate(ctx, "")
		require.ErrorIs(t, err, activation.ErrUnreachable)
		require.True(t, c.Allows("draw"), "it never left")

		d.fail = nil
		d.answer = func(_ *license.Request, reply *license.Reply) { reply.Code = license.TransfersUsed }
		_, err = c.Deactivate(ctx, "L-1")
		requireReason(t, err, license.TransfersUsed)
		require.True(t, c.Allows("draw"), "it was refused")

		d.fail = func(int) ([]byte, error) { return nil, errNetwork }
		_, err = c.Deactivate(ctx, "L-1")
		require.ErrorIs(t, err, activation.ErrUnreachable)
		requireReason(t, err, license.DeactivationPending)
		require.False(t, c.Allows("draw"), "the server may have it")
		require.True(t, lists(c.Status().Reasons, license.DeactivationPending))
	})
	visit(t, o, func(c *activation.Client) {
		require.False(t, c.Allows("draw"))
		_, err := c.CheckOnline(ctx)
		require.ErrorIs(t, err, activation.ErrUnreachable)
		require.Equal(t, license.OpDeactivate, d.last().Operation, "it is sent again")
		require.True(t, lists(c.Status().Reasons, license.DeactivationPending))
		d.fail, d.answer = nil, activated
		_, err = c.Enter(ctx, typed)
		require.NoError(t, err)
		require.True(t, c.Allows("draw"), "it was taken back")

		d.answer = yes
		change, err := c.Deactivate(ctx, "")
		require.NoError(t, err)
		require.Equal(t, license.StateActive, change.Before)
		require.Equal(t, license.StateUnlicensed, change.After)
		require.False(t, c.Allows("draw"))
		require.False(t, lists(c.Status().Reasons, license.DeactivationPending))
		_, err = c.CheckOnline(ctx)
		requireReason(t, err, license.ActivationRequired)
	})
}

func TestSurrender(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	activated := d.answer
	var proof []byte
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		d.fail = func(int) ([]byte, error) { t.Error("the network was used"); return nil, errNetwork }
		proof, err = c.Surrender(ctx, "")
		require.NoError(t, err)
		require.False(t, c.Allows("draw"))
	})
	visit(t, o, func(c *activation.Client) {
		require.False(t, c.Allows("draw"), "after a restart")
		again, err := c.Surrender(ctx, "L-1")
		require.NoError(t, err)
		require.Equal(t, license.KindRequest, license.KindOf(again))
	})
	r, err := license.OpenRequest(proof)
	require.NoError(t, err)
	require.Equal(t, license.OpDeactivate, r.Operation)

	other, _ := d.v.options(t)
	other.Courier, other.Host, d.fail = d, machineB(), nil
	visit(t, other, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed, activation.Proof(proof[:len(proof)-40]))
		requireReason(t, err, license.Truncated)
		_, err = c.Enter(ctx, typed, activation.Proof(proof))
		require.NoError(t, err)
		require.Equal(t, license.OpMove, d.last().Operation)
		moved, err := license.OpenRequest(d.last().Proof)
		require.NoError(t, err)
		require.Equal(t, r.Installation, moved.Installation)
		require.True(t, c.Allows("draw"))
	})
	d.answer = activated
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		require.True(t, c.Allows("draw"), "taken back, as far as the server allows")
	})
}

// A reply that was asked for before the licence was given up, and kept until
// after, does not bring it back.
func TestKeptReplyAfterSurrender(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		var kept [][]byte
		for _, typed := range []string{"", typed} {
			request, err := c.Request(ctx, typed)
			require.NoError(t, err)
			bare, err := license.Bare(request)
			require.NoError(t, err)
			reply, err := d.Exchange(ctx, bare)
			require.NoError(t, err)
			kept = append(kept, reply)
		}
		_, err = c.Surrender(ctx, "")
		require.NoError(t, err)
		for _, reply := range kept {
			requireReason(t, importing(c, reply), license.ReplyOther)
			require.False(t, c.Allows("draw"))
		}
	})
}

// The same exchange by file ends in the same state.
func TestRequestFile(t *testing.T) {
	t.Parallel()
	o, now, _, typed := online(t)
	courier := o.Courier
	o.Courier = nil
	var request []byte
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.ErrorIs(t, err, license.NeedsServer)
		require.ErrorIs(t, err, activation.ErrUnreachable)
		_, err = c.Request(ctx, "")
		requireReason(t, err, license.NoLicense)
		request, err = c.Request(ctx, typed)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(request), "-----BEGIN LATCHKEY REQUEST-----"))
	})
	bare, err := license.Bare(request)
	require.NoError(t, err)
	reply, err := courier.Exchange(ctx, bare)
	require.NoError(t, err)
	reply, err = license.Armor(reply)
	require.NoError(t, err)
	now.set(noon.AddDate(0, 0, 3))
	visit(t, o, func(c *activation.Client) {
		change, err := c.Import(ctx, bytes.NewReader(reply))
		require.NoError(t, err)
		require.Equal(t, license.StateActive, change.After)
		require.True(t, c.Allows("draw"))
		onceOnly(t, c, reply)

		check, err := c.Request(ctx, "", activation.LicenseID("L-1"))
		require.NoError(t, err)
		r, err := license.OpenRequest(check)
		require.NoError(t, err)
		require.Equal(t, license.OpCheck, r.Operation)
	})
}

// Before the server is asked, the client has made sure that it can keep the
// answer.
func TestNothingIsAskedThatCannotBeKept(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	store, err := activation.NewFileStore(o.Dir)
	require.NoError(t, err)
	broken := true
	store.Inject(func(call string) error {
		if broken && call == "create" {
			return errors.New("no space left on device")
		}
		return nil
	})
	o.Dir, o.Store = "", store
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		requireReason(t, err, license.FolderUnwritable)
		require.Empty(t, d.asked)
		broken = false
		_, err = c.Enter(ctx, typed)
		require.NoError(t, err)
		broken = true
		_, err = c.CheckOnline(ctx)
		requireReason(t, err, license.FolderUnwritable)
		require.Len(t, d.asked, 1)
	})
}

// An online activation costs one round trip and at most two syncs, also the
// first one on a machine.
func TestActivationCosts(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	store, err := activation.NewFileStore(o.Dir)
	require.NoError(t, err)
	syncs := 0
	store.Inject(func(call string) error {
		if call == "sync" || call == "syncdir" {
			syncs++
		}
		return nil
	})
	o.Dir, o.Store = "", store
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		require.Len(t, d.asked, 1)
		require.Equal(t, 2, syncs, "the file and its folder")
		syncs = 0
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		require.LessOrEqual(t, syncs, 2)
	})
}

// A process that ends between asking and storing does not lose who it was: the
// next one is the same installation to the server.
func TestInstallationOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	d.fail = func(int) ([]byte, error) { return nil, errNetwork }
	for range 3 {
		c, err := activation.Open(o)
		require.NoError(t, err)
		_, err = c.Enter(ctx, typed)
		require.ErrorIs(t, err, activation.ErrUnreachable)
		// it is not closed: a process that is killed does not either
		t.Cleanup(func() { _ = c.Close() })
	}
	require.Len(t, d.asked, 3)
	require.Equal(t, d.asked[0].Installation, d.asked[1].Installation)
	require.Equal(t, d.asked[0].Installation, d.asked[2].Installation)
	d.fail = nil
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		require.Equal(t, d.asked[0].Installation, d.last().Installation)
	})
}

// Runs that the server knows of come back after a new installation; trials do
// not start anew.
func TestUsageComesBack(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	activated := d.answer
	d.answer = func(r *license.Request, reply *license.Reply) {
		activated(r, reply)
		_, serial := typedSerial(t, 7)
		reply.Receipt = d.receipt(t, r, func(p *license.Receipt) { p.Serial, p.Activated = serial, noon.AddDate(0, 0, -20) })
		reply.Usage = license.Usage{Features: map[license.Ref]license.FeatureUsage{
			{Product: "acme-cad", Feature: "print"}: {Runs: 97},
			{Product: "acme-cad", Feature: "try"}:   {FirstUse: noon.AddDate(0, 0, -20)},
		}}
	}
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		require.EqualValues(t, 3, c.Decision("print").Left)
		require.Equal(t, license.DateOf(noon.AddDate(0, 0, 10)), c.Decision("try").Until)
		require.NoError(t, c.Consume("print", 2))
		require.NoError(t, c.Report(ctx))
		require.Equal(t, license.OpReport, d.last().Operation)
		require.EqualValues(t, 99, d.last().Usage.Features[license.Ref{Product: "acme-cad", Feature: "print"}].Runs, "runs that are reserved are not told")
		require.EqualValues(t, 1, c.Decision("print").Left)
	})
}

// However many features were used, a request is never too long; those whose runs
// count come first.
func TestManyFeaturesUsed(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	o.Store, o.Dir, o.WitnessDir = &activation.MemoryStore{}, "", ""
	_, serial := typedSerial(t, 7)
	licence := string(d.v.sell(t, func(l *license.License) {
		l.Serial, l.NeedsReceipt = serial, true
		l.Products[0].Features = []license.Feature{{ID: "z-print", Runs: 100}}
		for i := range 600 {
			l.Products[0].Features = append(l.Products[0].Features, license.Feature{
				ID: fmt.Sprintf("feature-%03d", i), Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Days: 30}},
			})
		}
	}))
	d.answer = func(r *license.Request, reply *license.Reply) {
		reply.Receipt = d.receipt(t, r, func(p *license.Receipt) { p.Serial = serial })
		reply.Documents = []string{licence}
	}
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		for i := range 600 {
			require.True(t, c.Allows(fmt.Sprintf("feature-%03d", i)))
		}
		require.NoError(t, c.Consume("z-print", 3))
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 3, d.last().Usage.Features[license.Ref{Product: "acme-cad", Feature: "z-print"}].Runs)
		proof, err := c.Surrender(ctx, "")
		require.NoError(t, err)
		require.Less(t, len(proof), 8<<10)
	})
}

// The background asks when it is time to, tells what has changed, and ends with
// Close.
func TestAutoCheck(t *testing.T) {
	t.Parallel()
	o, now, d, typed := online(t)
	_, serial := typedSerial(t, 7)
	changes := make(chan activation.Change, 16)
	o.AutoCheck, o.Poll = 24*time.Hour, time.Millisecond
	o.OnChange = func(c activation.Change) { changes <- c }
	activated := d.answer
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		d.mu.Lock()
		d.answer = func(r *license.Request, reply *license.Reply) {
			activated(r, reply)
			if r.Revision == 0 {
				reply.Documents = []string{string(d.v.update(t, 1, func(u *license.Update) { u.Serial = serial; extend("export", 30)(u) }))}
			}
		}
		d.mu.Unlock()
		now.set(noon.Add(24 * time.Hour))
		change := <-changes
		require.True(t, change.Changed)
		require.Equal(t, day("2026-12-31")+30, c.Decision("export").Until)
		d.mu.Lock()
		asked := len(d.asked)
		d.mu.Unlock()
		require.Equal(t, 2, asked)
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	require.Equal(t, []license.Operation{license.OpActivate, license.OpCheck}, operations(d.asked))
}

func operations(asked []*license.Request) (all []license.Operation) {
	for _, r := range asked {
		all = append(all, r.Operation)
	}
	return slices.Clip(all)
}

// Close does not wait for a server that does not answer.
func TestCloseEndsTheBackground(t *testing.T) {
	t.Parallel()
	o, now, _, typed := online(t)
	o.AutoCheck, o.Poll = 24*time.Hour, time.Millisecond
	hanging := make(chan struct{})
	c, err := activation.Open(o)
	require.NoError(t, err)
	_, err = c.Enter(ctx, typed)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	o.Courier = courierFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		close(hanging)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	now.set(noon.Add(48 * time.Hour))
	c, err = activation.Open(o)
	require.NoError(t, err)
	<-hanging
	require.NoError(t, c.Close())
}

type courierFunc func(ctx context.Context, request []byte) ([]byte, error)

func (f courierFunc) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	return f(ctx, request)
}
