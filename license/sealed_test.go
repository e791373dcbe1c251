package license_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// sealedLicense returns a licence as a customer has it, with n sealed updates
// of thirty more exports each, and their unlock codes.
func sealedLicense(t testing.TB, n int) (*license.License, []keyfmt.Key) {
	t.Helper()
	v, l := newVendor(t), sample()
	l.Sealed = nil
	var codes []keyfmt.Key
	runs := int64(30)
	for i := range n {
		s, code, err := issuer.SealUpdate(license.Update{ID: "U-S" + string(rune('a'+i)), Products: []license.ProductChange{
			{ID: "acme-cad", Features: []license.FeatureChange{{ID: "export", Runs: &runs}}}}})
		require.NoError(t, err)
		l.Sealed, codes = append(l.Sealed, s), append(codes, code)
	}
	text, err := v.issue.License(l)
	require.NoError(t, err)
	got, err := license.Open(text, v.keyring)
	require.NoError(t, err)
	return got, codes
}

func TestUnlockHash(t *testing.T) {
	t.Parallel()
	require.Equal(t, sha256.Sum256([]byte("latchkey unlock code v1\x00abcdefghijkl")), license.UnlockHash([]byte("abcdefghijkl")))
}

func TestUnseal(t *testing.T) {
	t.Parallel()
	l, codes := sealedLicense(t, 3)
	for i, code := range codes {
		require.Len(t, code.Payload(), 12)
		u, err := l.Unseal(code.Payload())
		require.NoError(t, err)
		require.Equal(t, l.Sealed[i].Update.ID, u.ID)
		require.Equal(t, "acme", u.Vendor)
		require.Equal(t, l.Serial, u.Serial)
		require.Zero(t, u.Sequence)
	}
	for name, code := range map[string][]byte{
		"none": nil, "zero": make([]byte, 12), "a byte less": codes[0].Payload()[:11], "a byte more": append(codes[0].Payload(), 0),
	} {
		u, err := l.Unseal(code)
		refused(t, anyOf(u), err, license.UnlockUnknown, name)
	}
	other, _ := sealedLicense(t, 1)
	u, err := other.Unseal(codes[0].Payload())
	refused(t, anyOf(u), err, license.UnlockUnknown, "a code of another licence")
}

// A sealed update is applied once, in any order, and by its own code only.
func TestSealedUpdateIsAppliedOnce(t *testing.T) {
	t.Parallel()
	l, codes := sealedLicense(t, 2)
	runs := func(l *license.License) int64 {
		f, _ := l.Products[0].Feature("export")
		return f.Runs
	}
	second, err := l.Unseal(codes[1].Payload())
	require.NoError(t, err)
	after, _, err := license.Apply(l, second, noon, license.Usage{})
	require.NoError(t, err)
	require.EqualValues(t, 130, runs(after))
	require.EqualValues(t, 100, runs(l))
	require.Equal(t, l.Revision, after.Revision, "a sealed update has no place in the sequence")

	none, _, err := license.Apply(after, second, noon, license.Usage{})
	refused(t, anyOf(none), err, license.AlreadyApplied)
	u, err := after.Unseal(codes[1].Payload())
	refused(t, anyOf(u), err, license.UnlockUnknown, "it no longer waits")

	first, err := after.Unseal(codes[0].Payload())
	require.NoError(t, err)
	both, _, err := license.Apply(after, first, noon, license.Usage{})
	require.NoError(t, err)
	require.EqualValues(t, 160, runs(both))
	require.Empty(t, both.Sealed)
	require.Equal(t, []string{"U-Sa", "U-Sb"}, both.Applied)

	// The licence as it was signed says that the update was applied before.
	again := *l
	again.Applied = both.Applied
	for _, code := range codes {
		u, err := again.Unseal(code.Payload())
		refused(t, anyOf(u), err, license.AlreadyApplied)
	}
}

// An update that was sealed cannot be changed without the licence's signature,
// and is no document by itself.
func TestSealedUpdateIsSigned(t *testing.T) {
	t.Parallel()
	l, _ := sealedLicense(t, 1)
	b, err := l.Sealed[0].Update.Encode()
	require.Nil(t, b)
	require.ErrorIs(t, err, license.Malformed)
	require.NotContains(t, l.Sealed[0].String(), string(l.Sealed[0].CodeHash[:]))
}
