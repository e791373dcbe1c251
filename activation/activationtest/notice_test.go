package activationtest_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// notice fails unless an outcome is harmless and is about a licence.
func notice(t *testing.T, change activation.Change, err error, want license.Code, id string) *license.Reason {
	t.Helper()
	require.NoError(t, err)
	require.NotNil(t, change.Notice)
	require.Equal(t, want, change.Notice.Code)
	require.Equal(t, id, change.LicenseID)
	require.False(t, change.Changed)
	require.Equal(t, change.Before, change.After)
	return change.Notice
}

// What does no harm is a notice and no error, in every call that meets it.
func TestHarmlessOutcomes(t *testing.T) {
	t.Parallel()
	t.Run("entered again", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{RequestKey: true})
		c := v.Client()
		first := enter(t, c, sale.Typed)
		require.Equal(t, activation.Change{LicenseID: sale.LicenseID, After: license.StateActive, Changed: true}, first)
		for _, typed := range []string{sale.Typed, sale.RequestKey} {
			change, err := c.Enter(ctx, typed)
			require.Contains(t, notice(t, change, err, license.AlreadyEntered, sale.LicenseID).Text(license.English), "in force")
			change, err = c.Activate(ctx, typed)
			notice(t, change, err, license.AlreadyEntered, sale.LicenseID)
		}
		change, err := c.Import(ctx, bytes.NewReader(sale.License))
		notice(t, change, err, license.AlreadyEntered, sale.LicenseID)
	})
	t.Run("deactivated again", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		o := v.Options()
		o.AtStart = []string{"export"}
		c := v.Open(o)
		_, err := c.Deactivate(ctx, "")
		code(t, err, license.NoLicense)
		enter(t, c, sale.Typed)
		change, err := c.Deactivate(ctx, "")
		require.NoError(t, err)
		require.Equal(t, sale.LicenseID, change.LicenseID)
		require.True(t, change.Changed)
		require.True(t, change.RestartRequired, "the program read at its start what it may not use any more")
		require.False(t, change.After.Works())
		for _, id := range []string{"", sale.LicenseID} {
			change, err = c.Deactivate(ctx, id)
			notice(t, change, err, license.NotActivated, sale.LicenseID)
		}
		_, err = c.Deactivate(ctx, "L-of-nobody")
		code(t, err, license.LicenseUnknown)
	})
	t.Run("deactivated, and the reply was lost", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		c := v.Client()
		enter(t, c, sale.Typed)
		v.Network.LoseReplies()
		change, err := c.Deactivate(ctx, "")
		code(t, err, license.DeactivationPending)
		require.Equal(t, sale.LicenseID, change.LicenseID)
		require.True(t, change.Changed)
		v.Network.Up()
		change = check(t, c)
		require.Equal(t, sale.LicenseID, change.LicenseID)
	})
	t.Run("files that updates have followed", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
		c := v.Client()
		enter(t, c, sale.Typed)
		first, second := v.Update(sale, days(10)), v.Update(sale, days(10))
		check(t, c)
		require.Equal(t, int64(2), c.Status().Licenses[0].Revision)
		change, err := c.Import(ctx, bytes.NewReader(sale.License))
		again := notice(t, change, err, license.AlreadyEntered, sale.LicenseID)
		require.Equal(t, int64(2), again.N)
		require.Contains(t, again.Text(license.English), "with 2 updates since")
		for _, text := range [][]byte{first, second} {
			change, err = c.Import(ctx, bytes.NewReader(text))
			notice(t, change, err, license.AlreadyApplied, sale.LicenseID)
		}
	})
}

// A refusal stays an error, however much it looks like something that is here.
func TestRefusalsAreNoNotices(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
	c := v.Client()
	enter(t, c, sale.Typed)
	v.Update(sale, days(10))
	check(t, c)
	v.Clock().Advance(time.Hour)
	l, err := license.Open(sale.License, keyringOf(t, v))
	require.NoError(t, err)
	l.Issued = v.Now()
	for name, edit := range map[string]func(l *license.License){
		"issued anew without the update": func(*license.License) {},
		"older, under the same serial":   func(l *license.License) { l.ID, l.Issued = "L-other", l.Issued.Add(-2*time.Hour) },
	} {
		own := *l
		edit(&own)
		text, err := v.Issuer.License(&own)
		require.NoError(t, err)
		change, err := c.Import(ctx, bytes.NewReader(text))
		require.Contains(t, code(t, err, license.LicenseReplaced).Text(license.English), "stays in force", name)
		require.Equal(t, activation.Change{Before: c.Status().State, After: c.Status().State}, change)
	}
	v.Block(sale)
	_, err = c.CheckOnline(ctx)
	code(t, err, license.LicenseBlocked)
}

func keyringOf(t *testing.T, v *activationtest.Vendor) *license.Keyring {
	t.Helper()
	k, err := license.ParseKeyring(v.Keyring())
	require.NoError(t, err)
	return k
}

// A key that is entered again after its end is not said to be in force.
func TestEnteredAgainAfterItsEnd(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	c := v.Client()
	typed := v.ActivationKey("Ada Lovelace", license.KeyTerms{Term: license.Until(day("2026-03-31"))})
	_, err := c.Enter(ctx, typed, activation.Licensee("Ada Lovelace"))
	require.NoError(t, err)
	v.Clock().Set(at("2026-04-02"))
	change, err := c.Enter(ctx, typed, activation.Licensee("Ada Lovelace"))
	again := notice(t, change, err, license.AlreadyEntered, change.LicenseID)
	require.Equal(t, license.StateExpired, change.After)
	require.NotContains(t, again.Text(license.English), "in force")
}

// Without the server, only what works is said to keep working, and only until a
// day to come.
func TestUnreachableSaysWhatWorks(t *testing.T) {
	t.Parallel()
	week := 7 * 24 * time.Hour
	text := func(t *testing.T, c *activation.Client) string {
		_, err := c.CheckOnline(ctx)
		return code(t, err, license.ServerUnreachable).Text(license.English)
	}
	t.Run("nothing is licensed", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		v.Network.Down()
		_, err := v.Client().Enter(ctx, sale.Typed)
		require.NotContains(t, code(t, err, license.ServerUnreachable).Text(license.English), "keeps working")
	})
	t.Run("licensed, then expired", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		c := v.Client()
		enter(t, c, v.Sell(activationtest.Sale{Features: exports("2026-03-31")}).Typed)
		v.Network.Down()
		require.Contains(t, text(t, c), "keeps working as before")
		v.Clock().Set(at("2026-04-02"))
		require.NotContains(t, text(t, c), "keeps working")
	})
	t.Run("one lease has ended", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		c := v.Client()
		enter(t, c, v.Sell(activationtest.Sale{Lease: week, Grace: week}).Typed)
		v.Network.Down()
		require.Contains(t, text(t, c), "keeps working until 2026-03-24")
		v.Clock().Set(at("2026-04-02"))
		require.NotContains(t, text(t, c), "keeps working")
		v.Network.Up()
		enter(t, c, v.Sell(activationtest.Sale{}).Typed)
		v.Network.Down()
		require.Contains(t, text(t, c), "keeps working as before", "not until a day that has passed")
	})
}

// A licence for another product is blamed on the product, and a product without a
// server sends nobody to one.
func TestWrongProductAndNoServer(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Terms: func(l *license.License) { l.Products[0].ID = "acme-cam" }})
	o := v.Options()
	o.Courier = nil
	o.Documents = [][]byte{sale.License}
	c := v.Open(o)
	d := c.Decision("export")
	require.Equal(t, license.OtherProduct, d.Reasons[0].Code)
	require.Equal(t, "acme-cam", d.Reasons[0].Has)
	for i := range d.Reasons {
		require.NotEqual(t, license.FeatureNotLicensed, d.Reasons[i].Code)
	}

	o = v.Options()
	o.Courier = nil
	c = v.Open(o)
	require.True(t, c.Decision("export").Reasons[0].Offline)
	require.Equal(t, license.NoLicense, c.Decision("export").Reasons[0].Code)
	_, err := c.Enter(ctx, sale.Typed)
	require.NotContains(t, code(t, err, license.NeedsServer).Remedy(license.English), "internet")
}

// A reply file that is imported again shares the client's caches with checks of other
// licences that run at the same time. The race detector looks at this test.
func TestReplyImportedAgainDuringChecks(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	first := v.Sell(activationtest.Sale{})
	second := v.Sell(activationtest.Sale{Lease: 365 * 24 * time.Hour}) // each check brings another receipt
	c := v.Client()
	request, err := c.Request(ctx, first.Typed)
	require.NoError(t, err)
	reply := v.Upload(request)
	_, err = c.Import(ctx, bytes.NewReader(reply))
	require.NoError(t, err)
	enter(t, c, second.Typed)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				change, err := c.Import(ctx, bytes.NewReader(reply))
				assert.NoError(t, err)
				assert.NotNil(t, change.Notice)
			}
		})
		all.Go(func() {
			for range 20 {
				v.Clock().Advance(24 * time.Hour)
				_, err := c.CheckOnline(ctx, activation.CheckOnly(second.LicenseID))
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
}
