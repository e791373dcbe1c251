package activationtest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// extra adds a feature to a licence.
func extra(id string) func(*license.Update) {
	return func(u *license.Update) {
		u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: id}}}}
	}
}

func codesOf(reasons []license.Reason) (codes []license.Code) {
	for _, r := range reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

func importing(c *activation.Client, text []byte) (activation.Change, error) {
	return c.Import(ctx, bytes.NewReader(text))
}

// A product and a server with different keyrings: no place is used, and the
// sentence names the keys of both.
func TestKeyringMismatch(t *testing.T) {
	t.Parallel()
	vendor, other := activationtest.New(t), activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	o := vendor.Options()
	o.Keyring, o.Catalogue = other.Keyring(), nil
	c := vendor.Open(o)

	_, err := c.Enter(ctx, sale.Typed)
	require.ErrorIs(t, err, activation.ErrUnreachable)
	var unreachable *activation.UnreachableError
	require.ErrorAs(t, err, &unreachable)
	require.Equal(t, license.KeyringMismatch, unreachable.Reason.Code)
	for _, keyring := range []string{vendor.Keyring(), other.Keyring()} {
		require.Contains(t, err.Error(), activationKeyOf(t, keyring))
	}
	require.NotContains(t, err.Error(), "Check the internet connection")

	account, machines := vendor.Account(sale)
	require.Zero(t, account.Used)
	require.EqualValues(t, 1, account.Version)
	require.Empty(t, machines)

	request, err := c.Request(ctx, sale.Typed)
	require.NoError(t, err)
	_, err = importing(c, vendor.Upload(request))
	require.ErrorIs(t, err, license.KeyringMismatch)

	o.Keyring = vendor.Keyring()
	_, err = vendor.Open(o).Enter(ctx, sale.Typed)
	require.NoError(t, err, "and the place is still there")
}

// A keyring without a key of the role activation can verify no reply, and the
// server is not asked.
func TestKeyringWithoutActivationKey(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	o := vendor.Options()
	var lines []string
	for line := range strings.Lines(o.Keyring) {
		if !strings.Contains(line, " activation ") {
			lines = append(lines, line)
		}
	}
	o.Keyring = strings.Join(lines, "")
	c := vendor.Open(o)
	_, err := c.Enter(ctx, sale.Typed)
	var unreachable *activation.UnreachableError
	require.ErrorAs(t, err, &unreachable)
	require.Equal(t, license.KeyringMismatch, unreachable.Reason.Code)
	require.Zero(t, vendor.Network.Requests())
}

func activationKeyOf(t *testing.T, text string) string {
	k, err := license.ParseKeyring(text)
	require.NoError(t, err)
	for _, key := range k.Keys() {
		if key.Role == license.RoleActivation {
			return key.Public.ID()
		}
	}
	t.Fatal("no activation key")
	return ""
}

// Keys of all roles are retired, twice, and nobody notices: neither who checks in
// between nor who was offline all the time.
func TestRoutineRotation(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{Limit: 3})
	vendor.Update(sale, extra("more"))
	online, offline := vendor.Client(), vendor.Client()
	for _, c := range []*activation.Client{online, offline} {
		_, err := c.Enter(ctx, sale.Typed)
		require.NoError(t, err)
		_, err = c.Enter(ctx, vendor.ActivationKey("Ada", license.KeyTerms{}), activation.Licensee("Ada"))
		require.NoError(t, err)
	}
	for n := range 2 {
		for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
			vendor.Rotate(role)
		}
		vendor.Clock().Advance(48 * time.Hour)
		vendor.Update(sale, extra(fmt.Sprint("new-", n)))
		requireLicensed(t, online, "export", "more")
		_, err := online.CheckOnline(ctx)
		require.NoError(t, err)
		requireLicensed(t, online, "export", "more", fmt.Sprint("new-", n))
	}
	_, err := offline.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, offline, "export", "more", "new-0", "new-1")
	fresh := vendor.Client()
	_, err = fresh.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	requireLicensed(t, fresh, "export", "more", "new-0", "new-1")
}

func requireLicensed(t *testing.T, c *activation.Client, features ...string) {
	t.Helper()
	for _, feature := range features {
		require.True(t, c.Allows(feature), "%s: %v", feature, c.Status().Reasons)
	}
	require.Empty(t, c.Status().Reasons)
}

// A stolen key of the role license: its documents are countersigned, and a check
// brings those together with the keyring that leaves it out, while everything
// that was used and applied stays as it was.
func TestStolenLicenseKey(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	runs := activationtest.Sale{Features: []license.Feature{{ID: "export"}, {ID: "render", Runs: 10}}, Limit: 2}
	sale, other := vendor.Sell(runs), vendor.Sell(activationtest.Sale{})
	o := vendor.Options()
	c := vendor.Open(o)
	for _, typed := range []string{sale.Typed, other.Typed} {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
	}
	vendor.Update(sale, extra("more"))
	_, err := c.CheckOnline(ctx)
	require.NoError(t, err)
	require.NoError(t, c.Consume("render", 4))
	forged := vendor.ActivationKey("Eve", license.KeyTerms{})

	vendor.Revoke(license.RoleLicense)
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	require.True(t, c.Allows("export"), "the ledger was not cured yet")
	require.Equal(t, []license.Code{license.KeyringWaits}, codesOf(c.Status().Reasons))
	_, err = c.Enter(ctx, forged, activation.Licensee("Eve"))
	require.ErrorIs(t, err, license.KeyNotGenuine, "nothing new by the key that is gone")

	vendor.Countersign()
	change, err := c.CheckOnline(ctx)
	require.NoError(t, err)
	require.True(t, change.Changed)
	requireLicensed(t, c, "export", "more")
	require.EqualValues(t, 6, c.Decision("render").Left)
	require.NoError(t, c.Close())

	c = vendor.Open(o)
	requireLicensed(t, c, "export", "more")
	require.EqualValues(t, 6, c.Decision("render").Left)
	_, err = c.Enter(ctx, vendor.ActivationKey("Ada", license.KeyTerms{}), activation.Licensee("Ada"))
	require.NoError(t, err, "the catalogue came with the keyring, and keys are signed with the new key")
	again, err := c.CheckOnline(ctx)
	require.NoError(t, err)
	require.False(t, again.Changed)
}

// The same for who comes back after two keys were stolen, and for one who knows
// nothing but the keyring that is built in.
func TestStolenLicenseKeyTwice(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{Limit: 2})
	vendor.Update(sale, extra("more"))
	offline := vendor.Client()
	_, err := offline.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	for n := range 2 {
		vendor.Revoke(license.RoleLicense)
		vendor.Revoke(license.RoleActivation)
		vendor.Countersign()
		vendor.Clock().Advance(time.Hour)
		vendor.Update(sale, extra(fmt.Sprint("new-", n)))
	}
	fresh := vendor.Client()
	_, err = fresh.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	_, err = offline.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, offline, "export", "more", "new-0", "new-1")
	requireLicensed(t, fresh, "export", "more", "new-0", "new-1")
}

// A stolen key of the role activation, where two sales are activated: the first
// check brings a receipt by both keys, the second lets the keyring in.
func TestStolenActivationKey(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	lease := activationtest.Sale{Lease: 30 * 24 * time.Hour, Grace: 24 * time.Hour}
	one, two := vendor.Sell(lease), vendor.Sell(activationtest.Sale{Features: []license.Feature{{ID: "draw"}}})
	o := vendor.Options()
	c := vendor.Open(o)
	for _, typed := range []string{one.Typed, two.Typed} {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
	}
	vendor.Revoke(license.RoleActivation)
	_, err := c.CheckOnline(ctx, activation.CheckOnly(one.LicenseID))
	require.NoError(t, err)
	require.True(t, c.Allows("draw"))
	require.True(t, c.Allows("export"))
	require.Equal(t, []string{two.LicenseID}, c.Status().Reasons[0].Names)
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, c, "draw", "export")
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	requireLicensed(t, vendor.Open(o), "draw", "export")
}

// A key typed from paper cannot be countersigned. It keeps working, and the
// keyring is used once the key that was issued in its place is entered.
func TestStolenKeyAndTypedKeys(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	c := vendor.Client()
	_, err := c.Enter(ctx, vendor.ActivationKey("Ada", license.KeyTerms{}), activation.Licensee("Ada"))
	require.NoError(t, err)
	vendor.Revoke(license.RoleLicense)
	change, err := importing(c, vendor.NextKeyrings()[0])
	require.ErrorIs(t, err, license.KeyringWaits)
	require.True(t, change.Changed)
	require.Equal(t, change.Before, change.After)
	require.True(t, c.Allows("export"))

	fresh := vendor.ActivationKey("Ada", license.KeyTerms{})
	_, err = c.Enter(ctx, fresh, activation.Licensee("Ada"))
	require.Error(t, err, "its catalogue does not hold under the new keyring")
	catalogue, err := vendor.Issuer.Countersign(vendor.Catalogue())
	require.NoError(t, err)
	_, err = importing(c, catalogue)
	require.NoError(t, err)
	require.True(t, c.Allows("export"))
	_, err = c.Enter(ctx, fresh, activation.Licensee("Ada"))
	require.NoError(t, err)
	require.True(t, c.Allows("export"))
	requireLicensed(t, c, "export")
}

// By files alone: the keyring and the countersigned documents in any order.
func TestStolenLicenseKeyByFiles(t *testing.T) {
	t.Parallel()
	for _, keyringFirst := range []bool{true, false} {
		vendor := activationtest.New(t)
		sale := vendor.Sell(activationtest.Sale{Terms: func(l *license.License) { l.NeedsReceipt = false }, WithoutServer: true})
		u, err := vendor.Issuer.Update(&license.Update{ID: "U-1", Serial: sale.Serial, Sequence: 1, Issued: vendor.Now(),
			Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "more"}}}}})
		require.NoError(t, err)
		c := vendor.Client()
		for _, text := range [][]byte{sale.License, u} {
			_, err := importing(c, text)
			require.NoError(t, err)
		}
		vendor.Revoke(license.RoleLicense)
		keyring := vendor.NextKeyrings()[0]
		if keyringFirst {
			_, err := importing(c, keyring)
			require.ErrorIs(t, err, license.KeyringWaits)
		}
		for _, text := range [][]byte{u, sale.License} {
			countersigned, err := vendor.Issuer.Countersign(text)
			require.NoError(t, err)
			change, err := importing(c, countersigned)
			require.NoError(t, err)
			require.True(t, change.Changed)
			require.Equal(t, sale.LicenseID, change.LicenseID)
			require.True(t, c.Allows("export"))
			require.True(t, c.Allows("more"))
			change, err = importing(c, countersigned)
			require.NoError(t, err)
			require.NotNil(t, change.Notice, "it is here already")
			require.False(t, change.Changed)
		}
		if !keyringFirst {
			_, err := importing(c, keyring)
			require.NoError(t, err)
		}
		requireLicensed(t, c, "export", "more")
	}
}

// A sale with many updates is cured in one step.
func TestStolenLicenseKeyManyUpdates(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	for n := range 100 {
		vendor.Update(sale, extra(fmt.Sprint("f-", n)))
	}
	c := vendor.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	require.True(t, c.Allows("f-99"))
	vendor.Revoke(license.RoleLicense)
	vendor.Countersign()
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, c, "export", "f-0", "f-99")
}

// What a check only looks at leaves the keyring, too.
func TestStolenLicenseKeyLookOnly(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	c := vendor.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	vendor.Revoke(license.RoleLicense)
	vendor.Countersign()
	_, err = c.CheckOnline(ctx, activation.LookOnly())
	require.NoError(t, err)
	require.True(t, c.Allows("export"))
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, c, "export")
}

// A new release whose keyring has none of the old keys asks at once, in the
// background, and has everything that was used and applied.
func TestNewReleaseAfterTheft(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{Features: []license.Feature{{ID: "export"}, {ID: "render", Runs: 10}}})
	vendor.Update(sale, extra("more"))
	o := vendor.Options()
	old := vendor.Open(o)
	_, err := old.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	require.NoError(t, old.Consume("render", 4))
	require.NoError(t, old.Close())
	vendor.Revoke(license.RoleLicense)
	vendor.Revoke(license.RoleActivation)
	vendor.Countersign()

	changes := make(chan activation.Change, 8)
	o.Keyring, o.Catalogue = vendor.NewestKeyring(), nil
	o.AutoCheck, o.Poll = 24*time.Hour, time.Millisecond
	o.OnChange = func(c activation.Change) { changes <- c }
	c := vendor.Open(o)
	require.Equal(t, license.StateActive, (<-changes).After)
	requireLicensed(t, c, "export", "more")
	require.EqualValues(t, 6, c.Decision("render").Left)
	require.NoError(t, c.Close())
}

// What a vendor's server says by a key that a client does not know yet never
// takes a receipt away: every reply of a rotation is lost once, and asked again.
func TestStolenKeysRepliesLost(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	vendor.Update(sale, extra("more"))
	c := vendor.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	vendor.Revoke(license.RoleLicense)
	vendor.Revoke(license.RoleActivation)
	vendor.Countersign()
	vendor.Network.LoseReplies()
	_, err = c.CheckOnline(ctx)
	require.ErrorIs(t, err, activation.ErrUnreachable)
	requireLicensed(t, c, "export", "more")
	vendor.Network.Up()
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, c, "export", "more")
	_, err = c.Deactivate(ctx, "")
	require.NoError(t, err)
	account, _ := vendor.Account(sale)
	require.Zero(t, account.Used)
}

// By the upload page: a reply in a file brings keyring and documents, too.
func TestStolenKeysByRequestFile(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	vendor.Update(sale, extra("more"))
	c := vendor.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	vendor.Network.Down()
	vendor.Revoke(license.RoleLicense)
	vendor.Revoke(license.RoleActivation)
	vendor.Countersign()
	request, err := c.Request(ctx, "")
	require.NoError(t, err)
	_, err = importing(c, vendor.Upload(request))
	require.NoError(t, err)
	requireLicensed(t, c, "export", "more")
}

// A machine that is moved to, a payment that waits and a product that is blocked
// do not keep the cure away.
func TestStolenLicenseKeyWhileHeld(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	held, blocked := vendor.Sell(activationtest.Sale{}), vendor.Sell(activationtest.Sale{Features: []license.Feature{{ID: "draw"}}})
	one, two := vendor.Client(), vendor.Client()
	_, err := one.Enter(ctx, held.Typed)
	require.NoError(t, err)
	_, err = two.Enter(ctx, blocked.Typed)
	require.NoError(t, err)
	require.NoError(t, vendor.Server.HoldPayment(ctx, "test", held.Serial, ""))
	vendor.Block(blocked)
	vendor.Revoke(license.RoleLicense)
	vendor.Countersign()
	_, err = one.CheckOnline(ctx)
	require.ErrorIs(t, err, license.PaymentPending)
	require.True(t, one.Allows("export"))
	_, err = one.Enter(ctx, vendor.ActivationKey("Ada", license.KeyTerms{}), activation.Licensee("Ada"))
	require.NoError(t, err, "it has the new keyring and catalogue")
	_, err = two.CheckOnline(ctx)
	require.ErrorIs(t, err, license.LicenseBlocked)
	vendor.Unblock(blocked)
	_, err = two.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, two, "draw")
}
