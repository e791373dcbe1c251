package server_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, spoil := range map[string]func(*server.Options){
		"needs":   func(o *server.Options) { o.Ledger = nil },
		"Issuer":  func(o *server.Options) { o.Issuer = nil },
		"Keyring": func(o *server.Options) { o.Keyring = nil },
		"no key":  func(o *server.Options) { o.Issuer = newIssuer(t, license.RoleActivation, 33) },
		"role":    func(o *server.Options) { o.Issuer = newIssuer(t, license.RoleActivation, 1) },
		"cannot":  func(o *server.Options) { o.Issuer = newIssuer(t, license.RoleLicense, 2) }, // the key of the other role
		"is over": func(o *server.Options) { o.Now = func() time.Time { return noon.AddDate(20, 0, 0) } },
		"next":    func(o *server.Options) { o.NextKeyrings = [][]byte{[]byte("no keyring")} },
	} {
		o := v.options
		spoil(&o)
		s, err := server.New(o)
		require.ErrorContains(t, err, name)
		require.Nil(t, s)
	}
	_, err := server.New(server.Options{Issuer: v.options.Issuer, Keyring: v.keyring, Ledger: v.ledger})
	require.NoError(t, err)
}

func TestSell(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	l := bound(board)
	l.Revision = 2
	l.Products = append(l.Products, license.Product{ID: "acme-cam"}, license.Product{ID: "acme-sim"})
	s := v.sell(l, withRequestKey, func(s *server.Sale) { s.Product = "acme-cam" })
	require.Equal(t, []string{"acme-cad", "acme-sim"}, s.Also)
	require.Equal(t, "acme-cam", s.Product)
	require.EqualValues(t, 2, s.Revision)
	require.Equal(t, board, s.Scheme)
	require.Equal(t, "orders", s.Actor)
	require.EqualValues(t, 1, s.Version)
	require.Equal(t, noon, s.Created)
	require.Equal(t, s, v.sale())
	events, err := v.ledger.History(t.Context(), theSerial, 0, 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, "orders", events[0].Actor)
	require.ErrorIs(t, v.Sell(t.Context(), "orders", &server.Sale{Serial: theSerial, Limit: 1, License: v.sign(l)}), server.ErrExists)

	bare := newVendor(t)
	l = aLicense()
	l.Binding = license.Binding{Scheme: board, Data: []byte{1}}
	require.Empty(t, bare.sell(l).Scheme, "a licence that is bound already needs no binding here")
}

func TestSellRefuses(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(v *vendor, s *server.Sale, l *license.License){
		"another serial": func(_ *vendor, s *server.Sale, _ *license.License) { s.Serial = "S-1002" },
		"a receipt":      func(_ *vendor, _ *server.Sale, l *license.License) { l.NeedsReceipt = false },
		"names no":       func(_ *vendor, _ *server.Sale, l *license.License) { l.Products = nil },
		"scheme":         func(_ *vendor, _ *server.Sale, l *license.License) { l.Binding.Scheme = "board++" },
		"acme-cam":       func(_ *vendor, s *server.Sale, _ *license.License) { s.Product = "acme-cam" },
		"0 is not":       func(_ *vendor, s *server.Sale, _ *license.License) { s.Limit = 0 },
		"no activations": func(_ *vendor, s *server.Sale, _ *license.License) { s.Used = 1 },
		"negative":       func(_ *vendor, s *server.Sale, _ *license.License) { s.Lease = -1 },
		"Grace":          func(_ *vendor, s *server.Sale, _ *license.License) { s.Grace = time.Hour },
		"whole seconds":  func(_ *vendor, s *server.Sale, _ *license.License) { s.Lease = time.Millisecond },
		"Contact":        func(_ *vendor, s *server.Sale, _ *license.License) { s.Contact = "\xff" },
		"check digit":    func(_ *vendor, s *server.Sale, _ *license.License) { s.RequestKey = "1234567890" },
		"no document":    nil,
		"keyring":        nil,
	} {
		v := newVendor(t)
		s, l := &server.Sale{Serial: theSerial, Limit: 1}, aLicense()
		if spoil != nil {
			spoil(v, s, l)
		}
		text, err := v.back.License(l)
		switch want {
		case "names no", "scheme":
			if err != nil {
				continue // it cannot even be signed
			}
		case "no document":
			text, want = []byte("x"), "not"
		case "keyring":
			text, err = newIssuer(t, license.RoleLicense, 77).License(l)
			require.NoError(t, err)
			want = "sale 2 of 2"
		}
		good := aLicense()
		good.Serial = "S-GOOD"
		s.License = text
		err = v.Sell(t.Context(), "orders", &server.Sale{Serial: "S-GOOD", Limit: 1, License: v.sign(good)}, s)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), string(theSerial))
		sales, err := v.ledger.Sales(t.Context(), server.Filter{})
		require.NoError(t, err)
		require.Empty(t, sales, "all or none")
		require.Empty(t, s.LicenseID, "and what was handed in stays as it was")
	}
}

func TestDeskIsRepeatable(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	ctx := t.Context()
	for range 2 {
		require.NoError(t, v.Block(ctx, "orders", theSerial, "why"))
		require.NoError(t, v.HoldPayment(ctx, "orders", theSerial, ""))
	}
	for range 2 {
		require.NoError(t, v.Unblock(ctx, "orders", theSerial, ""))
		require.NoError(t, v.RecordPayment(ctx, "orders", theSerial, ""))
		require.NoError(t, v.SetLimit(ctx, "orders", theSerial, 7))
		require.NoError(t, v.Cancel(ctx, "orders", theSerial, ""))
	}
	require.Equal(t, []server.EventKind{
		server.EventBlocked, server.EventHeld, server.EventUnblocked, server.EventUnheld, server.EventLimit, server.EventCancelled,
	}, v.kinds())
	events, err := v.ledger.History(ctx, theSerial, 0, 10)
	require.NoError(t, err)
	require.Equal(t, "from 3 to 7", events[5].Detail)
	require.Equal(t, "why", events[1].Detail)
	require.Equal(t, "orders", events[1].Actor)
	require.EqualValues(t, 7, v.sale().Version)
	for _, err := range []error{
		v.Block(ctx, "", "S-0", ""), v.Unblock(ctx, "", "S-0", ""), v.Cancel(ctx, "", "S-0", ""), v.SetLimit(ctx, "", "S-0", 1),
		v.Free(ctx, "", "S-0", "A"), v.ForgiveClone(ctx, "", "S-0", "A"), v.Free(ctx, "", theSerial, "A"), v.ForgiveClone(ctx, "", theSerial, "A"),
		v.Submit(ctx, "", theSerial, "U"), v.Withdraw(ctx, "", theSerial, "U"), v.Release(ctx, "", "S-0", nil),
	} {
		require.ErrorIs(t, err, server.ErrUnknown)
	}
}

func TestSetLimit(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board))
	for n := range 3 {
		v.client(n).activate()
	}
	err := v.SetLimit(t.Context(), "orders", theSerial, 1)
	require.ErrorContains(t, err, "3 machines have it activated, so free 2")
	require.Error(t, v.SetLimit(t.Context(), "orders", theSerial, 0))
	require.EqualValues(t, 3, v.sale().Limit)
	v.client(3).no(license.OpActivate, license.ActivationLimit)
	require.NoError(t, v.SetLimit(t.Context(), "orders", theSerial, 4))
	v.client(3).activate()
}

func TestFree(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit, s.Transfers, s.Period = 1, 1, time.Hour })
	c := v.client(1)
	id := c.activate().ID
	for range 2 {
		require.NoError(t, v.Free(t.Context(), "orders", theSerial, id))
		require.Zero(t, v.sale().Used)
	}
	require.Empty(t, v.sale().GivenUp)
	c.no(license.OpCheck, license.NotActivated)
	v.client(2).activate()
	events, err := v.ledger.History(t.Context(), theSerial, 0, 10)
	require.NoError(t, err)
	require.Equal(t, server.EventFreed, events[2].Kind)
	require.Equal(t, id, events[2].Activation)
	require.Equal(t, "orders", events[2].Actor)
}

func TestUpdatesAtTheDesk(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	ctx := t.Context()
	add := func(text []byte, submit bool) error {
		_, err := v.AddUpdate(ctx, "orders", theSerial, text, submit)
		return err
	}
	require.ErrorIs(t, add([]byte("x"), false), license.NotDocument)
	require.ErrorIs(t, add(v.update(2), false), license.OutOfOrder)
	require.ErrorIs(t, add(v.update(1, func(u *license.Update) { u.Serial = "S-OTHER" }), false), license.OtherLicense)
	foreign, err := newIssuer(t, license.RoleLicense, 77).Update(&license.Update{ID: "U", Serial: theSerial, Sequence: 1, Issued: noon,
		Products: []license.ProductChange{{ID: "acme-cad"}}})
	require.NoError(t, err)
	require.ErrorIs(t, add(foreign, false), license.KeyUnknown)

	require.NoError(t, add(v.update(1), false))
	require.ErrorIs(t, add(v.update(1), false), license.OutOfOrder)
	require.ErrorIs(t, add(v.update(2), true), license.OutOfOrder, "the one before is a draft")
	require.Len(t, v.sale().Updates, 1)
	require.ErrorIs(t, add(v.update(2, func(u *license.Update) { u.ID = "U-1" }), false), license.AlreadyApplied)
	require.NoError(t, add(v.update(2), false))
	require.ErrorIs(t, v.Submit(ctx, "orders", theSerial, "U-2"), license.OutOfOrder)
	require.ErrorContains(t, v.Withdraw(ctx, "orders", theSerial, "U-1"), "follow")
	require.NoError(t, v.Submit(ctx, "orders", theSerial, "U-1"))
	require.NoError(t, v.Submit(ctx, "orders", theSerial, "U-1"))
	require.ErrorContains(t, v.Withdraw(ctx, "orders", theSerial, "U-1"), "submitted")
	require.NoError(t, v.Withdraw(ctx, "orders", theSerial, "U-2"))
	require.NoError(t, add(v.update(2), true))
	require.Equal(t, []server.EventKind{
		server.EventUpdate, server.EventUpdate, server.EventSubmitted, server.EventWithdrawn, server.EventUpdate, server.EventSubmitted,
	}, v.kinds())
}

func TestReleaseRefuses(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	provisional := aLicense()
	provisional.Kind = license.Provisional
	v.sell(provisional)
	ctx := t.Context()
	final := func(change func(l *license.License)) []byte {
		l := aLicense()
		l.ID, l.Issued = "L-2", noon
		change(l)
		return v.sign(l)
	}
	for want, text := range map[string][]byte{
		"of the kind":    final(func(l *license.License) { l.Kind = license.Provisional }),
		"another id":     final(func(l *license.License) { l.ID = "L-1" }),
		"no later":       final(func(l *license.License) { l.Issued = noon.Add(-time.Hour) }),
		"serial number":  final(func(l *license.License) { l.Serial = "S-OTHER" }),
		"a receipt":      final(func(l *license.License) { l.NeedsReceipt = false }),
		"not a document": []byte("x"),
	} {
		err := v.Release(ctx, "orders", theSerial, text)
		require.Error(t, err, want)
		if want != "not a document" {
			require.ErrorContains(t, err, want)
		}
	}
	require.True(t, v.sale().Pending)
	require.NoError(t, v.Release(ctx, "orders", theSerial, final(func(*license.License) {})))
	require.False(t, v.sale().Pending)
	require.ErrorContains(t, v.Release(ctx, "orders", theSerial, final(func(l *license.License) { l.ID = "L-3" })), "already")
	require.NoError(t, v.Replace(ctx, "orders", theSerial, final(func(l *license.License) { l.ID, l.Issued = "L-3", noon.Add(time.Hour) })))
	require.Equal(t, "L-3", v.sale().LicenseID)
	require.Equal(t, []server.EventKind{server.EventReleased, server.EventReplaced}, v.kinds())
}

// A final licence under another binding scheme binds each machine when it next
// comes.
func TestReleaseUnderAnotherScheme(t *testing.T) {
	t.Parallel()
	for _, op := range []license.Operation{license.OpCheck, license.OpActivate} {
		testReleaseUnderAnotherScheme(t, op)
	}
}

func testReleaseUnderAnotherScheme(t *testing.T, op license.Operation) {
	t.Helper()
	v := newVendor(t)
	provisional := aLicense()
	provisional.Kind = license.Provisional
	v.sell(provisional, func(s *server.Sale) { s.Limit = 1 })
	c := v.client(1)
	id := c.activate().ID
	final := bound(board)
	final.ID, final.Issued = "L-2", noon
	require.NoError(t, v.Release(t.Context(), "orders", theSerial, v.sign(final)))
	r := c.receipt(c.yes(op))
	require.Equal(t, id, r.ID)
	require.Equal(t, board, r.Binding.Scheme)
	require.NotEmpty(t, r.Binding.Data)
	anew := v.client(2)
	anew.hardware = c.hardware
	require.Equal(t, id, anew.activate().ID)
}

// What the random source or the ledger fails at is no verdict.
func TestTrouble(t *testing.T) {
	t.Parallel()
	mine := errors.New("out of order")
	v := newVendor(t, func(o *server.Options) { o.Random = reader(func([]byte) (int, error) { return 0, mine }) })
	v.sell(aLicense())
	c := v.client(1)
	for _, op := range []license.Operation{license.OpActivate, license.OpCheck} {
		text, err := c.request(op).Sign(c.key)
		require.NoError(t, err)
		v.ledger.fail = mine
		answer, err := v.Exchange(t.Context(), text, here)
		require.ErrorIs(t, err, mine)
		require.NotErrorIs(t, err, server.ErrUnreadable)
		require.Zero(t, answer)
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }
