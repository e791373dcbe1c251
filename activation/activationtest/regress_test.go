package activationtest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Attacks on the exchange and accidents in it, each as short as it can be told.

// a ledger that can be put back to a backup
type restorable struct{ server.Ledger }

func (r *restorable) backup(t *testing.T, serial license.Serial) server.Ledger {
	copied := server.NewMemoryLedger()
	sales, err := r.Sales(t.Context(), server.Filter{})
	require.NoError(t, err)
	for _, s := range sales {
		require.NoError(t, copied.Add(t.Context(), s))
		all, err := r.Activations(t.Context(), s.Serial, "", 1000)
		require.NoError(t, err)
		require.NoError(t, copied.Change(t.Context(), server.Key{Serial: s.Serial}, func(a *server.Account) error {
			for _, one := range all {
				a.Put(one)
			}
			return nil
		}))
	}
	return copied
}

// H1: after the server's database came back from a backup, renewals are ignored.
func TestRegressBackupLease(t *testing.T) {
	t.Parallel()
	l := &restorable{Ledger: server.NewMemoryLedger()}
	v := activationtest.New(t, activationtest.Ledger(l))
	sale := v.Sell(activationtest.Sale{Limit: 3, Lease: 30 * 24 * time.Hour, Grace: 5 * 24 * time.Hour})
	c := v.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	backup := l.backup(t, sale.Serial)
	require.NoError(t, v.Server.SetLimit(ctx, "orders", sale.Serial, 5))
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	l.Ledger = backup // the disk died
	for range 40 {
		v.Clock().Advance(24 * time.Hour)
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err, "the server says yes each day")
	}
	require.True(t, c.Allows("export"), "%v", c.Status().Reasons)
}

// H1b: a block after the restore does not reach the machine
func TestRegressBackupBlock(t *testing.T) {
	t.Parallel()
	l := &restorable{Ledger: server.NewMemoryLedger()}
	v := activationtest.New(t, activationtest.Ledger(l))
	sale := v.Sell(activationtest.Sale{Limit: 3})
	c := v.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	backup := l.backup(t, sale.Serial)
	require.NoError(t, v.Server.SetLimit(ctx, "orders", sale.Serial, 5))
	require.NoError(t, v.Server.SetLimit(ctx, "orders", sale.Serial, 6))
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	l.Ledger = backup
	v.Clock().Advance(24 * time.Hour)
	v.Block(sale)
	_, err = c.CheckOnline(ctx)
	require.ErrorIs(t, err, license.LicenseBlocked)
	require.False(t, c.Allows("export"), "blocked, and told so")
}

// H3: a first use in the future comes back from the server
func TestRegressFirstUseFuture(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Features: []license.Feature{{ID: "export", Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Days: 30}}}}, Scheme: "board"})
	o := v.Options()
	own := activationtest.NewClock(v.Now())
	o.Now = own.Now
	c := v.Open(o)
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	own.Advance(3 * 365 * 24 * time.Hour)
	require.True(t, c.Allows("export"))
	require.NoError(t, c.Report(ctx))
	require.NoError(t, c.Close())
	own.Set(v.Now())
	require.NoError(t, os.RemoveAll(o.Dir))
	require.NoError(t, os.RemoveAll(o.WitnessDir))
	c = v.Open(o)
	_, err = c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	require.True(t, c.Allows("export"))
	own.Advance(40 * 24 * time.Hour)
	t.Log(c.Status().State, own.Now())
	require.False(t, c.Allows("export"), "30 days were sold")
}

// H5: a reply that waits in a file is lost when ANOTHER licence is given up
func TestRegressSurrenderOther(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	one, two := v.Sell(activationtest.Sale{}), v.Sell(activationtest.Sale{Features: []license.Feature{{ID: "print"}}})
	c := v.Client()
	_, err := c.Enter(ctx, one.Typed)
	require.NoError(t, err)
	request, err := c.Request(ctx, two.Typed)
	require.NoError(t, err)
	_, err = c.Deactivate(ctx, one.LicenseID)
	require.NoError(t, err)
	_, err = c.Import(ctx, bytes.NewReader(v.Upload(request)))
	require.NoError(t, err)
	require.True(t, c.Allows("print"))
}

// H6: an older "not activated" in a file undoes a newer activation
func TestRegressOldNo(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	c := v.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	request, err := c.Request(ctx, "")
	require.NoError(t, err)
	_, all := v.Account(sale)
	require.NoError(t, v.Server.Free(ctx, "orders", sale.Serial, all[0].ID))
	reply := v.Upload(request) // not activated
	v.Clock().Advance(time.Hour)
	_, err = c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	require.True(t, c.Allows("export"))
	_, _ = c.Import(ctx, bytes.NewReader(reply))
	require.True(t, c.Allows("export"), "the reply is older than the receipt")
}

// H7: an old reply with a deactivation answered...

// one activation sold, n machines run: with the product's own calls only
func TestRegressProofChain(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Limit: 1, Scheme: "board"})
	running := []*activation.Client{v.Client()}
	_, err := running[0].Enter(ctx, sale.Typed)
	require.NoError(t, err)
	for range 4 {
		last := running[len(running)-1]
		proof, err := last.Surrender(ctx, "")
		require.NoError(t, err)
		for range 17 {
			_, err = last.Enter(ctx, sale.Typed) // takes it back, and lives on
			require.NoError(t, err)
		}
		next := v.Client()
		if _, err = next.Enter(ctx, sale.Typed, activation.Proof(proof)); err != nil {
			require.ErrorIs(t, err, license.ProofWrong)
			return
		}
		running = append(running, next)
	}
	n := 0
	for _, c := range running {
		if c.Allows("export") {
			n++
		}
	}
	require.Equal(t, 1, n, "machines that run on one activation")
}

// a program with an old keyring, after two changes of the root key
func TestRegressKeyringSkipped(t *testing.T) {
	t.Parallel()
	now := activationtest.NewClock(activationtest.New(t).Now())
	gen := func(role license.Role) (issuer.PrivateKey, *issuer.Issuer) {
		key, err := issuer.Generate(role, rand.Reader)
		require.NoError(t, err)
		i, err := issuer.New("acme", role, key.Signer())
		require.NoError(t, err)
		return key, i
	}
	lic, back := gen(license.RoleLicense)
	act, signer := gen(license.RoleActivation)
	end := license.DateOf(now.Now().AddDate(20, 0, 0))
	ring := func(version int64, root issuer.PrivateKey) *license.Keyring {
		k, err := license.NewKeyring("acme", version, 1, []license.Key{
			{Public: lic.Public(), Role: license.RoleLicense, End: end}, {Public: act.Public(), Role: license.RoleActivation, End: end},
			{Public: root.Public(), Role: license.RoleRoot, End: end}})
		require.NoError(t, err)
		return k
	}
	r1, _ := gen(license.RoleRoot)
	r2, i2 := gen(license.RoleRoot)
	r3, i3 := gen(license.RoleRoot)
	k1, k2, k3 := ring(1, r1), ring(2, r2), ring(3, r3)
	third, err := issuer.SignKeyring(k3, i2, i3)
	require.NoError(t, err)
	s, err := server.New(server.Options{Issuer: signer, Keyring: k2, Ledger: server.NewMemoryLedger(), NextKeyrings: [][]byte{third}, Now: now.Now})
	require.NoError(t, err)
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(t, err)
	text, err := back.License(&license.License{ID: "L-1", Serial: license.Serial(key.Rows()[0]), Kind: license.Full, Issued: now.Now(), NeedsReceipt: true,
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "export"}}}}})
	require.NoError(t, err)
	require.NoError(t, s.Sell(ctx, "orders", &server.Sale{Serial: license.Serial(key.Rows()[0]), Limit: 1, License: text}))
	c, err := activation.Open(activation.Options{Product: "acme-cad", Version: "1.0.0", Keyring: k1.String(), Host: activationtest.NewMachine("acme-cad", "m"),
		Courier: direct{s}, Now: now.Now, Dir: t.TempDir(), WitnessDir: t.TempDir(), Released: now.Now()})
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Enter(ctx, key.Text())
	require.NoError(t, err, "its keyring has the keys that signed all this")
	require.True(t, c.Allows("export"))
}

type direct struct{ s *server.Server }

func (d direct) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	a, err := d.s.Exchange(ctx, request, netip.Addr{})
	return a.Reply, err
}

// the file of Surrender, taken back, and then uploaded as a request
func TestRegressSurrenderUploaded(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Limit: 1, Scheme: "board"})
	a, b := v.Client(), v.Client()
	_, err := a.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	file, err := a.Surrender(ctx, "")
	require.NoError(t, err)
	_, err = a.Enter(ctx, sale.Typed) // takes it back
	require.NoError(t, err)
	v.Upload(file)
	_, err = b.Enter(ctx, sale.Typed)
	require.False(t, err == nil && a.Allows("export") && b.Allows("export"), "two machines run on one activation")
}

// a request to deactivate that is late arrives after the licence was taken back
type lateCourier struct {
	activation.Courier
	hold bool
	kept []byte
}

func (l *lateCourier) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	if l.hold {
		l.hold, l.kept = false, bytes.Clone(request)
		return nil, context.DeadlineExceeded // it may have been sent
	}
	return l.Courier.Exchange(ctx, request)
}

func TestRegressLateDeactivation(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Limit: 1, Scheme: "board"})
	o := v.Options()
	late := &lateCourier{Courier: o.Courier}
	o.Courier = late
	a := v.Open(o)
	_, err := a.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	late.hold = true
	_, err = a.Deactivate(ctx, "")
	require.ErrorIs(t, err, activation.ErrUnreachable)
	_, err = a.Enter(ctx, sale.Typed) // changed their mind
	require.NoError(t, err)
	require.True(t, a.Allows("export"))
	v.Upload(late.kept) // the proxy delivers it now
	_, all := v.Account(sale)
	require.True(t, all[0].Active, "an old request has given the licence up, while the machine goes on")
}

// 20 people on one terminal server, one activation sold: nobody may lose it
func TestRegressTerminalServer(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Limit: 1, Scheme: "board"})
	machine := activationtest.NewMachine("acme-cad", "terminal")
	var users []*activation.Client
	for range 17 {
		o := v.Options()
		o.Host = machine
		c := v.Open(o)
		v.Clock().Advance(time.Minute)
		_, err := c.Enter(ctx, sale.Typed)
		require.NoError(t, err)
		users = append(users, c)
	}
	v.Clock().Advance(24 * time.Hour)
	var out []string
	for i, c := range users {
		if _, err := c.CheckOnline(ctx); err != nil || !c.Allows("export") {
			out = append(out, fmt.Sprintf("user %d: %v", i, err))
		}
	}
	require.Empty(t, out)
}

// the forgotten one gives up: told yes, and the place stays taken
func TestRegressForgottenGivesUp(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Limit: 1, Scheme: "board"})
	machine := activationtest.NewMachine("acme-cad", "terminal")
	var users []*activation.Client
	for range 17 {
		o := v.Options()
		o.Host = machine
		c := v.Open(o)
		v.Clock().Advance(time.Minute)
		_, err := c.Enter(ctx, sale.Typed)
		require.NoError(t, err)
		users = append(users, c)
	}
	_, err := users[0].Deactivate(ctx, "")
	s, _ := v.Account(sale)
	require.False(t, err == nil && s.Used == 1, "a yes, and the place is still taken")
}

// An installation that was forgotten, since there were too many on its machine,
// gives the licence up for the machine all the same.
func TestRegressForgottenDeactivates(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Limit: 1, Scheme: "board"})
	machine := activationtest.NewMachine("acme-cad", "terminal")
	var first *activation.Client
	for range 17 {
		o := v.Options()
		o.Host = machine
		c := v.Open(o)
		v.Clock().Advance(time.Minute)
		_, err := c.Enter(ctx, sale.Typed)
		require.NoError(t, err)
		if first == nil {
			first = c
		}
	}
	_, err := first.Deactivate(ctx, "")
	require.NoError(t, err)
	account, _ := v.Account(sale)
	require.Zero(t, account.Used)
}
