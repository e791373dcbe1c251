package license_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// rootKeyring returns a keyring of acme whose root keys have the seeds given.
// All that it opens is signed by the key of newVendor.
func rootKeyring(t testing.TB, version int64, quorum int, seeds ...byte) *license.Keyring {
	t.Helper()
	return rootKeyringUntil(t, "2031-12-31", version, quorum, seeds...)
}

func rootKeyringUntil(t testing.TB, end string, version int64, quorum int, seeds ...byte) *license.Keyring {
	t.Helper()
	keys := []license.Key{{Public: vendorKey(t, license.RoleLicense).Public(), Role: license.RoleLicense, End: day("2031-12-31")}}
	for _, seed := range seeds {
		keys = append(keys, license.Key{Public: seeded(t, license.RoleRoot, seed).Public(), Role: license.RoleRoot, End: day(end)})
	}
	k, err := license.NewKeyring("acme", version, quorum, keys)
	require.NoError(t, err)
	return k
}

// rotation returns a document that holds a keyring, signed by root keys.
func rotation(t testing.TB, k *license.Keyring, seeds ...byte) []byte {
	t.Helper()
	payload, err := license.EncodeKeyring(k)
	require.NoError(t, err)
	return sealWith(t, license.KindKeyring, string(payload), roots(t, seeds...)...).Armor()
}

func roots(t testing.TB, seeds ...byte) (keys []issuer.PrivateKey) {
	for _, seed := range seeds {
		keys = append(keys, seeded(t, license.RoleRoot, seed))
	}
	return keys
}

func TestRotate(t *testing.T) {
	t.Parallel()
	old := rootKeyring(t, 3, 2, 11, 12, 13)
	for name, c := range map[string]struct {
		next *license.Keyring
		by   []byte
		want license.Code
		n    int64 // of signatures, or version
	}{
		"a root key replaced":                       {rootKeyring(t, 4, 2, 11, 12, 14), []byte{11, 12}, "", 0},
		"two replaced":                              {rootKeyring(t, 4, 2, 11, 14, 15), []byte{11, 12, 14}, "", 0},
		"all replaced":                              {rootKeyring(t, 4, 2, 14, 15), []byte{11, 13, 14, 15}, "", 0},
		"versions left out":                         {rootKeyring(t, 90, 2, 11, 12, 13), []byte{13, 11}, "", 0},
		"quorum raised":                             {rootKeyring(t, 4, 3, 11, 12, 13), []byte{11, 12, 13}, "", 0},
		"quorum lowered":                            {rootKeyring(t, 4, 1, 14), []byte{11, 12, 14}, "", 0},
		"no more rotations":                         {rootKeyring(t, 4, 0), []byte{11, 12}, license.KeyringQuorum, 0},
		"one of the old":                            {rootKeyring(t, 4, 1, 11), []byte{11}, license.KeyringQuorum, 1},
		"none of the old":                           {rootKeyring(t, 4, 1, 14), []byte{14, 15}, license.KeyUnknown, 0},
		"none of the new":                           {rootKeyring(t, 4, 2, 14, 15), []byte{11, 12, 13}, license.KeyringQuorum, 0},
		"one of the new":                            {rootKeyring(t, 4, 2, 14, 15), []byte{11, 12, 14}, license.KeyringQuorum, 1},
		"raised quorum not met":                     {rootKeyring(t, 4, 3, 11, 12, 13), []byte{11, 12}, license.KeyringQuorum, 2},
		"an older version":                          {rootKeyring(t, 2, 2, 11, 12, 13), []byte{11, 12}, license.KeyringRollback, 2},
		"the same version, with other keys":         {rootKeyring(t, 3, 2, 11, 12, 14), []byte{11, 12}, license.KeyringRollback, 3},
		"the same version, with another quorum":     {rootKeyring(t, 3, 1, 11, 12, 13), []byte{11, 12}, license.KeyringRollback, 3},
		"the same version and text, quorum not met": {old, []byte{11}, license.KeyringQuorum, 1},
	} {
		got, err := old.Rotate(rotation(t, c.next, c.by...))
		if c.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, c.next, got, name)
			continue
		}
		require.Equal(t, c.n, refused(t, anyOf(got), err, c.want, name).N, name)
	}
	same, err := old.Rotate(rotation(t, old, 11, 12))
	require.NoError(t, err)
	require.Same(t, old, same)
}

func TestRotateRefuses(t *testing.T) {
	t.Parallel()
	old := rootKeyring(t, 3, 1, 11)
	good := rotation(t, rootKeyring(t, 4, 1, 11), 11)
	withPayload := func(payload string) []byte {
		return sealWith(t, license.KindKeyring, payload, roots(t, 11)...).Armor()
	}
	payload, err := license.EncodeKeyring(rootKeyring(t, 4, 1, 11))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		document []byte
		want     license.Code
	}{
		"a keyring's text":       {[]byte(rootKeyring(t, 4, 1, 11).String()), license.NotDocument},
		"cut":                    {good[:len(good)-4], license.Truncated},
		"a licence by the root":  {sealWith(t, license.KindLicense, minLicense, roots(t, 11)...).Armor(), license.OtherDocument},
		"signed as a licence":    {sealWith(t, license.KindKeyring, string(payload), vendorKey(t, license.RoleLicense)).Armor(), license.KeyWrongRole},
		"another vendor":         {withPayload(strings.Replace(string(payload), "vendor acme", "vendor bcme", 1)), license.OtherVendor},
		"a keyring with a fault": {withPayload(strings.Replace(string(payload), "quorum 1", "quorum 2", 1)), license.KeyringDamaged},
		"no keyring":             {withPayload(`{"v":1}`), license.Malformed},
		"an empty keyring":       {withPayload(`{"keyring":"","v":1}`), license.Malformed},
		"no version":             {withPayload(strings.Replace(string(payload), `,"v":1`, "", 1)), license.Malformed},
		"critical feature":       {withPayload(strings.Replace(string(payload), `{"keyring"`, `{"critical":["threshold-keys"],"keyring"`, 1)), license.TooNew},
	} {
		got, err := old.Rotate(c.document)
		refused(t, anyOf(got), err, c.want, name)
	}
	got, err := old.Rotate(withPayload(strings.Replace(string(payload), `{"keyring"`, `{"a":1,"keyring"`, 1)))
	require.NoError(t, err, "what is unknown and not critical is passed over")
	require.EqualValues(t, 4, got.Version())

	noRoots := rootKeyring(t, 1, 0)
	got, err = noRoots.Rotate(good)
	refused(t, anyOf(got), err, license.KeyUnknown, "a keyring without root keys never changes")
	got, err = (*license.Keyring)(nil).Rotate(good)
	refused(t, anyOf(got), err, license.KeyUnknown, "no keyring")
}

// What the new keyring no longer has, it no longer opens.
func TestRotateRetiresKeys(t *testing.T) {
	t.Parallel()
	old := newVendor(t).keyring
	document := signed(t, license.KindLicense, minLicense)
	_, err := license.Open(document, old)
	require.NoError(t, err)
	next, err := license.NewKeyring("acme", 2, 2, old.Keys()[1:])
	require.NoError(t, err)
	got, err := old.Rotate(rotation(t, next, 3, 4))
	require.NoError(t, err)
	l, err := license.Open(document, got)
	refused(t, anyOf(l), err, license.KeyUnknown)
}
