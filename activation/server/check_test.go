package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// update signs an update for a place.
func (v *vendor) update(sequence int64, change ...func(*license.Update)) []byte {
	v.t.Helper()
	u := &license.Update{ID: fmt.Sprint("U-", sequence), Serial: theSerial, Sequence: sequence, Issued: v.time(),
		Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "export"}}}}}
	for _, c := range change {
		c(u)
	}
	text, err := v.back.Update(u)
	require.NoError(v.t, err)
	return text
}

func (v *vendor) submit(sequence int64, change ...func(*license.Update)) string {
	v.t.Helper()
	text := v.update(sequence, change...)
	_, err := v.AddUpdate(v.t.Context(), "orders", theSerial, text, true)
	require.NoError(v.t, err)
	return string(text)
}

// A check right after another takes no write, and one that comes later takes
// one.
func TestCheckWritesNothing(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	c := v.client(1)
	c.no(license.OpCheck, license.NotActivated)
	c.activate()
	v.ledger.counts()
	for range 10 {
		v.pass(time.Hour)
		c.receipt(c.yes(license.OpCheck))
	}
	looks, changes, _ := v.ledger.counts()
	require.Equal(t, 10, looks)
	require.Zero(t, changes)
	v.pass(2 * time.Hour)
	c.yes(license.OpCheck)
	_, _, wrote := v.ledger.counts()
	require.Equal(t, 1, wrote)
	require.Equal(t, v.time(), v.activations()[0].Installations[0].Seen)

	c.yes(license.OpCheck, func(r *license.Request) { r.Version = "4.3.0" })
	require.Equal(t, "4.3.0", v.activations()[0].Installations[0].Version)
}

// Row 0.19: what is submitted is delivered, what is not is not.
func TestUpdates(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	c.activate()
	require.Empty(t, c.yes(license.OpCheck).Documents)
	draft := v.update(1)
	added, err := v.AddUpdate(t.Context(), "orders", theSerial, draft, false)
	require.NoError(t, err)
	require.Equal(t, "U-1", added.ID)
	require.Empty(t, c.yes(license.OpCheck).Documents)
	require.NoError(t, v.Submit(t.Context(), "orders", theSerial, "U-1"))
	second := v.submit(2)
	require.Equal(t, []string{string(draft), second}, c.yes(license.OpCheck).Documents)
	require.EqualValues(t, 2, c.Revision)
	require.Empty(t, c.yes(license.OpCheck).Documents)
	require.Equal(t, []string{string(v.sale().License), string(draft), second}, v.client(2).yes(license.OpActivate).Documents)
	require.Equal(t, []server.EventKind{
		server.EventActivated, server.EventUpdate, server.EventSubmitted, server.EventUpdate, server.EventSubmitted, server.EventActivated,
	}, v.kinds())
}

// Rows 0.6 and 0.7: the obtaining period is judged on the day of receipt, in
// UTC, both days included.
func TestObtainingPeriod(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	c.activate()
	v.submit(1, func(u *license.Update) {
		u.Obtain = license.Period{From: date(t, "2026-04-01"), Until: date(t, "2026-04-30")}
	})
	at := func(clock string) *license.Reply {
		now, err := time.Parse(time.DateTime, clock)
		require.NoError(t, err)
		v.pass(now.Sub(v.time()))
		return c.send(c.request(license.OpCheck))
	}
	for clock, want := range map[string]license.Reply{
		"2026-03-31 23:59:59": {Code: license.ObtainingNotYet, From: date(t, "2026-04-01")},
		"2026-05-01 00:00:00": {Code: license.ObtainingOver, Until: date(t, "2026-04-30")},
	} {
		reply := at(clock)
		require.Equal(t, want.Code, reply.Code)
		require.Equal(t, want.From, reply.From)
		require.Equal(t, want.Until, reply.Until)
		require.Empty(t, reply.Documents)
		c.receipt(reply)
		require.True(t, reply.Restored)
		require.Empty(t, c.send(c.request(license.OpActivate)).Code, "it is activated all the same")
	}
	for _, clock := range []string{"2026-04-01 00:00:00", "2026-04-30 23:59:59"} {
		require.Len(t, at(clock).Documents, 1)
	}
	// One that cannot be obtained keeps back those that follow on it.
	v.submit(2)
	require.Empty(t, at("2026-05-01 00:00:00").Documents)

	forever := newVendor(t)
	forever.sell(aLicense())
	c = forever.client(1)
	c.activate()
	forever.submit(1)
	forever.pass(10 * 365 * 24 * time.Hour)
	require.Len(t, c.yes(license.OpCheck).Documents, 1)
}

// Updates that do not fit into one reply come with the next.
func TestManyUpdates(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	c.activate()
	for n := range int64(70) {
		v.submit(n+1, func(u *license.Update) { u.Comment = string(make([]byte, 0, 1)) + "many" })
	}
	reply := c.yes(license.OpCheck)
	require.Len(t, reply.Documents, 60)
	require.Equal(t, v.time(), reply.NextCheck)
	require.Len(t, c.yes(license.OpCheck).Documents, 10)

	large := newVendor(t)
	large.sell(aLicense())
	c = large.client(1)
	c.activate()
	for n := range int64(20) {
		large.submit(n+1, func(u *license.Update) {
			for i := range 900 {
				u.Products[0].Features = append(u.Products[0].Features, license.FeatureChange{ID: fmt.Sprintf("feature-%030d", i)})
			}
			u.Products[0].Features = u.Products[0].Features[1:]
		})
	}
	delivered := 0
	for delivered < 20 {
		n := len(c.yes(license.OpCheck).Documents)
		require.Positive(t, n)
		delivered += n
	}
	require.EqualValues(t, 20, c.Revision)
}

// Rows 4.6 to 4.8 and seeds/004: provisional; nothing yet, in three working
// days; then the vendor is to be asked; then it is there.
func TestFinalLicense(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	provisional := aLicense()
	provisional.Kind = license.Provisional
	sold := v.sell(provisional, withRequestKey)
	require.True(t, sold.Pending)
	v.pass(2 * 24 * time.Hour) // a Thursday
	c := v.client(1)
	reply := c.yes(license.OpActivate, byKey)
	first := time.Date(2026, 3, 17, 9, 0, 0, 0, time.UTC) // Friday, Monday, Tuesday
	require.Equal(t, first, reply.NextCheck)

	v.pass(24 * time.Hour)
	reply = c.do(license.OpCheck)
	require.Equal(t, license.FinalPending, reply.Code)
	require.Equal(t, date(t, "2026-03-17"), reply.From)
	require.Equal(t, first, reply.NextCheck)
	c.receipt(reply)

	v.pass(first.Sub(v.time()) - time.Second)
	require.Equal(t, license.FinalPending, c.do(license.OpCheck).Code)
	v.pass(time.Second)
	reply = c.do(license.OpCheck)
	require.Equal(t, license.FinalOverdue, reply.Code)
	require.Equal(t, "help@acme.example", reply.Contact)
	require.Equal(t, time.Date(2026, 3, 18, 9, 0, 0, 0, time.UTC), reply.NextCheck)

	final := aLicense()
	final.ID, final.Issued = "L-2", v.time()
	text := v.sign(final)
	require.NoError(t, v.Release(t.Context(), "orders", theSerial, text))
	reply = c.yes(license.OpCheck)
	require.Equal(t, []string{string(text)}, reply.Documents)
	require.Zero(t, reply.NextCheck)
	require.Equal(t, "L-2", c.License)
	require.Empty(t, c.yes(license.OpCheck).Documents)
	require.Equal(t, []string{string(text)}, v.client(2).yes(license.OpActivate, byKey).Documents)
}

// Row 1.7: nothing new comes before the payment is recorded, and what is there
// runs on.
func TestPaymentHold(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	c.activate()
	v.submit(1)
	require.NoError(t, v.HoldPayment(t.Context(), "orders", theSerial, "invoice 12"))
	for range 2 {
		reply := c.do(license.OpCheck)
		require.Equal(t, license.PaymentPending, reply.Code)
		require.Equal(t, "help@acme.example", reply.Contact)
		require.Empty(t, reply.Documents)
		require.True(t, reply.Restored)
		require.Equal(t, license.HoldPayment, c.receipt(reply).Hold)
		other := aLicense()
		other.ID, other.Issued = "L-2", v.time()
		if v.sale().LicenseID != "L-2" {
			require.NoError(t, v.Replace(t.Context(), "orders", theSerial, v.sign(other)))
		}
	}
	fresh := v.client(2).yes(license.OpActivate)
	require.Len(t, fresh.Documents, 1, "the licence and no update")
	require.Equal(t, license.HoldPayment, v.client(2).receipt(fresh).Hold)
	require.NoError(t, v.RecordPayment(t.Context(), "orders", theSerial, ""))
	reply := c.yes(license.OpCheck)
	require.Len(t, reply.Documents, 2)
	require.Empty(t, c.receipt(reply).Hold)
}

func TestBlockedAndCancelled(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), withRequestKey)
	c := v.client(1)
	c.activate()
	v.submit(1)
	held := func(op license.Operation, code license.Code, by ...func(*license.Request)) {
		t.Helper()
		reply := c.do(op, by...)
		require.Equal(t, code, reply.Code)
		require.Empty(t, reply.Documents)
		require.False(t, reply.Restored)
		require.Equal(t, license.HoldBlocked, c.receipt(reply).Hold)
	}
	require.NoError(t, v.Block(t.Context(), "orders", theSerial, "stolen card"))
	held(license.OpCheck, license.LicenseBlocked)
	held(license.OpActivate, license.LicenseBlocked)
	held(license.OpCheck, license.LicenseBlocked, byKey)
	v.client(2).no(license.OpActivate, license.LicenseBlocked)
	v.client(2).no(license.OpActivate, license.RequestNotAccepted, byKey)
	require.NoError(t, v.Unblock(t.Context(), "orders", theSerial, ""))
	require.Empty(t, c.receipt(c.yes(license.OpCheck)).Hold)
	require.NoError(t, v.Cancel(t.Context(), "orders", theSerial, ""))
	held(license.OpCheck, license.OrderCancelled)
	v.client(2).no(license.OpActivate, license.OrderCancelled)
	c.yes(license.OpDeactivate)
}

// Usage is kept, never falls within a revision, and comes back to who lost it.
func TestUsage(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	c := v.client(1)
	c.activate()
	export := license.Ref{Product: "acme-cad", Feature: "export"}
	used := func(runs int64) func(*license.Request) {
		return func(r *license.Request) {
			r.Usage = license.Usage{Features: map[license.Ref]license.FeatureUsage{export: {Runs: runs, FirstUse: noon}}}
		}
	}
	told := func() int64 { return c.yes(license.OpCheck).Usage.Features[export].Runs }
	report := func(runs int64, writes int, more ...func(*license.Request)) {
		t.Helper()
		v.ledger.counts()
		reply := c.yes(license.OpReport, append(more, used(runs))...)
		require.Empty(t, reply.Receipt)
		_, _, wrote := v.ledger.counts()
		require.Equal(t, writes, wrote)
	}
	report(5, 1)
	report(5, 0)
	report(3, 0)
	require.EqualValues(t, 5, told())
	v.ledger.counts()
	c.yes(license.OpCheck, used(7))
	_, _, wrote := v.ledger.counts()
	require.Zero(t, wrote, "a check does not write for this")
	require.EqualValues(t, 5, told())
	v.pass(12 * time.Hour)
	c.yes(license.OpCheck, used(8))
	require.EqualValues(t, 8, told())

	revision := func(n int64) func(*license.Request) { return func(r *license.Request) { r.Revision = n } }
	report(1, 1, revision(2))
	require.EqualValues(t, 1, told())
	report(100, 0, revision(1))
	require.EqualValues(t, 1, told())
	require.EqualValues(t, 2, c.yes(license.OpCheck).Revision)

	anew := v.client(2)
	anew.hardware = c.hardware
	reply := anew.yes(license.OpActivate)
	require.EqualValues(t, 1, reply.Usage.Features[export].Runs)
	require.Equal(t, noon, reply.Usage.FirstUse)
	require.EqualValues(t, 2, reply.Revision)
}

// A client with an older keyring gets the newest, before what it verifies.
func TestNextKeyring(t *testing.T) {
	t.Parallel()
	root := newIssuer(t, license.RoleRoot, 9)
	var document []byte
	v := newVendor(t, func(o *server.Options) {
		keys := append(o.Keyring.Keys(), license.Key{Public: root.Public(), Role: license.RoleRoot, End: date(t, "2040-12-31")})
		old, err := license.NewKeyring("acme", 3, 1, keys)
		require.NoError(t, err)
		next, err := license.NewKeyring("acme", 4, 1, keys)
		require.NoError(t, err)
		document, err = issuer.SignKeyring(next, root)
		require.NoError(t, err)
		o.Keyring, o.NextKeyrings = old, [][]byte{document}
	})
	v.sell(aLicense())
	c := v.client(1)
	reply := c.yes(license.OpActivate)
	require.Len(t, reply.Documents, 2)
	require.Equal(t, string(document), reply.Documents[0])
	require.Empty(t, c.yes(license.OpCheck, func(r *license.Request) { r.Keyring = 4 }).Documents)
	other := v.client(2)
	require.Empty(t, other.no(license.OpCheck, license.NotActivated).Documents)
}
