package activation_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// noon is when the tests begin unless they say otherwise.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// A vendor signs what the tests need, with keys from fixed seeds.
type vendor struct {
	keyring           *license.Keyring
	issue, clock      *issuer.Issuer
	root              *issuer.Issuer
	rootKey, issueKey issuer.PrivateKey
}

func newVendor(t testing.TB) vendor {
	t.Helper()
	var keys []license.Key
	var issuers []*issuer.Issuer
	var private []issuer.PrivateKey
	for i, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
		key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte{byte(i + 1)}, 32)))
		require.NoError(t, err)
		i, err := issuer.New("acme", role, key.Signer())
		require.NoError(t, err)
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: day("2039-12-31")})
		issuers, private = append(issuers, i), append(private, key)
	}
	keyring, err := license.NewKeyring("acme", 1, 1, keys)
	require.NoError(t, err)
	return vendor{keyring, issuers[0], issuers[1], issuers[2], private[2], private[0]}
}

func day(s string) license.Date {
	d, err := license.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// sell returns the text of a licence, which the caller may change before.
func (v vendor) sell(t testing.TB, edit ...func(l *license.License)) []byte {
	t.Helper()
	l := &license.License{
		ID: "L-1", Serial: "SERIAL-1", Kind: license.Full, Issued: noon,
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{
			{ID: "draw"},
			{ID: "export", Term: license.Until(day("2026-12-31"))},
			{ID: "print", Runs: 100},
			{ID: "try", Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Days: 30}}},
		}}},
	}
	for _, f := range edit {
		f(l)
	}
	text, err := v.issue.License(l)
	require.NoError(t, err)
	return text
}

// update returns the text of an update of SERIAL-1.
func (v vendor) update(t testing.TB, sequence int64, edit func(u *license.Update)) []byte {
	t.Helper()
	u := &license.Update{ID: "U-" + string(rune('0'+sequence)), Serial: "SERIAL-1", Sequence: sequence, Issued: noon}
	edit(u)
	text, err := v.issue.Update(u)
	require.NoError(t, err)
	return text
}

func (v vendor) catalogue(t testing.TB) []byte {
	t.Helper()
	text, err := v.issue.Catalogue(&license.Catalogue{Product: "acme-cad", Issued: noon, Editions: []license.Edition{
		{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}, {ID: "export"}}},
		{Number: 2, Name: "Render test", Kind: license.Test, Features: []license.Feature{{ID: "render"}}},
	}})
	require.NoError(t, err)
	return text
}

// A clock is set by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// options returns those of a product with state in a folder of the test's.
func (v vendor) options(t testing.TB) (activation.Options, *clock) {
	t.Helper()
	return v.optionsIn(t, t.TempDir())
}

// optionsIn returns those with state in a folder, which the test removes.
func (v vendor) optionsIn(t testing.TB, dir string) (activation.Options, *clock) {
	t.Helper()
	c := &clock{t: noon}
	return activation.Options{
		Product: "acme-cad", Version: "4.2.0", Released: noon.AddDate(0, -1, 0),
		Keyring: v.keyring.String(), Catalogue: v.catalogue(t),
		Dir: dir + "/state", WitnessDir: dir + "/witness",
		Now: c.now,
	}, c
}

// open opens a client that the test closes.
func open(t testing.TB, o activation.Options) *activation.Client {
	t.Helper()
	c, err := activation.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func mustImport(t testing.TB, c *activation.Client, text []byte) activation.Change {
	t.Helper()
	change, err := c.Import(context.Background(), bytes.NewReader(text))
	require.NoError(t, err)
	return change
}

// requireNotice imports a text that must be harmless and change nothing.
func requireNotice(t testing.TB, c *activation.Client, text []byte, code license.Code) activation.Change {
	t.Helper()
	before := c.Status().State
	change := mustImport(t, c, text)
	require.NotNil(t, change.Notice)
	require.Equal(t, code, change.Notice.Code)
	require.Equal(t, activation.Change{LicenseID: change.LicenseID, Before: before, After: before, Notice: change.Notice}, change)
	return change
}

func TestImportAllowsAndLasts(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	require.False(t, c.Allows("draw"))
	require.Equal(t, license.NoLicense, c.Status().Reasons[0].Code)
	change := mustImport(t, c, v.sell(t))
	require.Equal(t, license.StateUnlicensed, change.Before)
	require.Equal(t, license.StateActive, change.After)
	require.True(t, c.Allows("draw"))
	require.NoError(t, c.Close())
	require.False(t, c.Allows("draw"))

	again := open(t, o)
	require.True(t, again.Allows("draw"))
	require.True(t, again.Allows("export"))
	require.False(t, again.Allows("nothing of the kind"))
}

func TestEnterActivationKey(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	c := open(t, o)
	key, err := v.issue.Key(license.KeyTerms{Edition: 1, Issued: day("2026-03-01"), Term: license.Until(day("2026-06-30"))}, "acme-cad", "Müller & Söhne")
	require.NoError(t, err)
	_, err = c.Enter(context.Background(), key.Text())
	require.ErrorIs(t, err, license.NameRequired)
	_, err = c.Enter(context.Background(), key.Text(), activation.Licensee("Möller & Söhne"))
	require.Error(t, err)
	mangled := strings.Replace(strings.ToLower(key.Text()), "-", " ", 3)
	change, err := c.Enter(context.Background(), mangled, activation.Licensee(" MÜLLER &  söhne"))
	require.NoError(t, err)
	require.Equal(t, license.StateActive, change.After)
	require.True(t, c.Allows("export"))
	again, err := c.Enter(context.Background(), key.Text(), activation.Licensee("Müller & Söhne"))
	require.NoError(t, err)
	require.Equal(t, license.AlreadyEntered, again.Notice.Code)
	require.Equal(t, change.LicenseID, again.LicenseID)
	require.False(t, again.Changed)
	clock.set(day("2026-07-01").Start())
	require.NoError(t, c.Close())
	require.False(t, open(t, o).Allows("export"))
}

func TestSealedUpdate(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	sealed, code, err := issuer.SealUpdate(license.Update{ID: "U-S", Products: []license.ProductChange{{ID: "acme-cad",
		Features: []license.FeatureChange{{ID: "export", Term: &license.Term{Kind: license.Extend, Span: license.Span{Days: 10}}}}}}})
	require.NoError(t, err)
	mustImport(t, c, v.sell(t, func(l *license.License) { l.Sealed = []license.Sealed{sealed} }))
	other, err := keyfmt.Generate(keyfmt.Unlock, nil)
	require.NoError(t, err)
	_, err = c.Enter(context.Background(), other.Text())
	require.ErrorIs(t, err, license.UnlockUnknown)
	change, err := c.Enter(context.Background(), code.Text())
	require.NoError(t, err)
	require.True(t, change.Diff.Changed())
	require.Equal(t, day("2027-01-10"), c.Decision("export").Until)
	again, err := c.Enter(context.Background(), code.Text())
	require.NoError(t, err)
	require.Equal(t, license.AlreadyApplied, again.Notice.Code)
	require.Equal(t, "L-1", again.LicenseID)
	require.NoError(t, c.Close())
	require.Equal(t, day("2027-01-10"), open(t, o).Decision("export").Until)
}

func TestConsume(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	for i := range 60 {
		require.NoError(t, c.Consume("print", 1), i)
	}
	require.Equal(t, int64(40), c.Decision("print").Left)
	require.NoError(t, c.Close())
	c = open(t, o)
	require.Equal(t, int64(40), c.Decision("print").Left)
	require.ErrorIs(t, c.Consume("print", 41), license.TooFewRuns)
	require.NoError(t, c.Consume("print", 40))
	require.False(t, c.Allows("print"))
	require.ErrorIs(t, c.Consume("print", 1), license.RunsUsedUp)
}
