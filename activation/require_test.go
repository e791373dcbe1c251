package activation_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

// TestRequire holds Require to being Allows with the reasons: the same answer, the
// same use, and every reason by its code.
func TestRequire(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	c := open(t, o)
	require.ErrorIs(t, c.Require("export"), license.NoLicense)
	mustImport(t, c, v.sell(t))
	require.NoError(t, c.Require("export"))

	require.True(t, c.Decision("try").Pending)
	require.NoError(t, c.Require("try"), "it counts from its first use")
	require.False(t, c.Decision("try").Pending, "and this was it")
	require.Equal(t, day("2026-04-09"), c.Decision("try").Until)

	err := c.Require("fly")
	var refused *activation.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "fly", refused.Decision.Feature.ID)
	require.ErrorIs(t, err, license.FeatureNotLicensed)

	clock.set(day("2027-01-01").Start())
	c.Status() // sees what time it is
	for _, feature := range []string{"draw", "export", "try", "print", "fly", ""} {
		err := c.Require(feature)
		require.Equal(t, c.Allows(feature), err == nil, feature)
		if err == nil {
			continue
		}
		d := c.Decision(feature)
		require.NotEmpty(t, d.Reasons)
		for i := range d.Reasons {
			require.ErrorIs(t, err, d.Reasons[i].Code)
			require.ErrorContains(t, err, d.Reasons[i].Text(license.English))
			require.ErrorContains(t, err, d.Reasons[i].Remedy(license.English))
		}
	}
	require.Error(t, c.Require("export"))
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.Require("draw"), license.ClientClosed)
	require.NotErrorIs(t, c.Require("draw"), license.FeatureNotLicensed)
}

// A first use that cannot be recorded is no use, and the error says why.
func TestRequireRecordsBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	store, full := fileStore(t, o.Dir), false
	store.Inject(func(call string) error {
		if full && call == "create" {
			return errors.New("no space left on device")
		}
		return nil
	})
	o.Store, o.Dir, o.WitnessDir = store, "", ""
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	full = true
	require.NoError(t, c.Require("draw"))
	require.ErrorIs(t, c.Require("try"), license.FolderUnwritable)
	require.False(t, c.Allows("try"))
	full = false
	require.NoError(t, c.Consume("print", 1), "which notices that there is space again")
	require.NoError(t, c.Require("try"))
}
