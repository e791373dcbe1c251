package activationtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// To look what there is stops nothing, and does not keep the keyring waiting once
// it is taken.
func TestLookOnlyAcrossRotation(t *testing.T) {
	t.Parallel()
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{})
	c := vendor.Client()
	_, err := c.Enter(ctx, sale.Typed)
	require.NoError(t, err)
	vendor.Update(sale, extra("more"))
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	vendor.Revoke(license.RoleLicense)
	vendor.Revoke(license.RoleActivation)
	vendor.Countersign()
	vendor.Update(sale, extra("new"))
	for range 2 {
		change, err := c.CheckOnline(ctx, activation.LookOnly())
		require.NoError(t, err)
		require.True(t, change.Available)
		require.False(t, change.Changed)
		require.Len(t, change.Diff.Changes, 1)
		require.Empty(t, c.Status().Reasons)
		require.True(t, c.Allows("export"))
		require.True(t, c.Allows("more"))
		require.False(t, c.Allows("new"))
	}
	_, err = c.CheckOnline(ctx)
	require.NoError(t, err)
	requireLicensed(t, c, "export", "more", "new")
}
