package license_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

func TestKeyringRoundTrip(t *testing.T) {
	t.Parallel()
	k := newVendor(t).keyring
	require.Equal(t, "acme", k.Vendor())
	require.EqualValues(t, 1, k.Version())
	require.Equal(t, 2, k.Quorum())
	require.Len(t, k.Keys(), 4)
	text := k.String()
	for name, same := range map[string]string{
		"as written":           text,
		"CRLF":                 strings.ReplaceAll(text, "\n", "\r\n"),
		"no last line end":     strings.TrimSuffix(text, "\n"),
		"blank lines after it": text + "\n \r\n\t\n",
	} {
		again, err := license.ParseKeyring(same)
		require.NoError(t, err, name)
		require.Equal(t, k, again, name)
	}
	k.Keys()[0] = license.Key{}
	require.Equal(t, text, k.String(), "the keys are the caller's own")
	again, err := license.NewKeyring(k.Vendor(), k.Version(), k.Quorum(), k.Keys())
	require.NoError(t, err)
	require.Equal(t, k, again)
}

// keyLine returns the line of a key.
func keyLine(t *testing.T, role license.Role, seed byte) string {
	public := seeded(t, role, seed).Public()
	return "key " + public.ID() + " " + string(role) + " 2031-12-31 " + base64.StdEncoding.EncodeToString(public.Bytes())
}

func TestParseKeyringRefuses(t *testing.T) {
	t.Parallel()
	key, root := keyLine(t, license.RoleLicense, 1), keyLine(t, license.RoleRoot, 3)
	other := strings.Fields(keyLine(t, license.RoleLicense, 2))
	field := func(n int, value string) string {
		fields := strings.Split(key, " ")
		fields[n] = value
		return strings.Join(fields, " ")
	}
	for name, c := range map[string]struct {
		lines []string
		line  int64
	}{
		"empty":                 {[]string{""}, 1},
		"title of version 2":    {[]string{"latchkey keyring 2", "vendor acme", "version 1", key}, 1},
		"BOM":                   {[]string{"\ufefflatchkey keyring 1", "vendor acme", "version 1", key}, 1},
		"title only":            {[]string{"latchkey keyring 1"}, 1},
		"no vendor":             {[]string{"latchkey keyring 1", "version 1", key}, 2},
		"empty vendor":          {[]string{"latchkey keyring 1", "vendor ", "version 1", key}, 2},
		"vendor with a blank":   {[]string{"latchkey keyring 1", "vendor acme inc", "version 1", key}, 2},
		"no version":            {[]string{"latchkey keyring 1", "vendor acme", key}, 3},
		"version 0":             {[]string{"latchkey keyring 1", "vendor acme", "version 0", key}, 3},
		"version 01":            {[]string{"latchkey keyring 1", "vendor acme", "version 01", key}, 3},
		"version -1":            {[]string{"latchkey keyring 1", "vendor acme", "version -1", key}, 3},
		"version of ten digits": {[]string{"latchkey keyring 1", "vendor acme", "version 1000000000", key}, 3},
		"version of many":       {[]string{"latchkey keyring 1", "vendor acme", "version " + strings.Repeat("9", 40), key}, 3},
		"order of the head":     {[]string{"latchkey keyring 1", "version 1", "vendor acme", key}, 2},
		"no keys":               {[]string{"latchkey keyring 1", "vendor acme", "version 1"}, 3},
		"quorum without roots":  {[]string{"latchkey keyring 1", "vendor acme", "version 1", "quorum 1", key}, 5},
		"roots without quorum":  {[]string{"latchkey keyring 1", "vendor acme", "version 1", root}, 4},
		"quorum 0":              {[]string{"latchkey keyring 1", "vendor acme", "version 1", "quorum 0", root}, 4},
		"quorum above roots":    {[]string{"latchkey keyring 1", "vendor acme", "version 1", "quorum 2", root}, 5},
		"quorum after a key":    {[]string{"latchkey keyring 1", "vendor acme", "version 1", root, "quorum 1"}, 5},
		"quorum twice":          {[]string{"latchkey keyring 1", "vendor acme", "version 1", "quorum 1", "quorum 1", root}, 5},
		"vendor twice":          {[]string{"latchkey keyring 1", "vendor acme", "version 1", "vendor bcme", key}, 4},
		"unknown line":          {[]string{"latchkey keyring 1", "vendor acme", "version 1", "insecure yes", key}, 4},
		"blank line":            {[]string{"latchkey keyring 1", "vendor acme", "version 1", "", key}, 4},
		"comment":               {[]string{"latchkey keyring 1", "vendor acme", "version 1", "# ours", key}, 4},
		"key twice":             {[]string{"latchkey keyring 1", "vendor acme", "version 1", key, key}, 5},
		"key in two roles":      {[]string{"latchkey keyring 1", "vendor acme", "version 1", key, strings.Replace(key, " license ", " activation ", 1)}, 5},
		"id of another key":     {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(1, other[1])}, 4},
		"id in capitals":        {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(1, strings.ToUpper(other[1]))}, 4},
		"bytes of another key":  {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(4, other[4])}, 4},
		"unknown role":          {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(2, "admin")}, 4},
		"no last day":           {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(3, "never")}, 4},
		"31 February":           {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(3, "2031-02-31")}, 4},
		"a field more":          {[]string{"latchkey keyring 1", "vendor acme", "version 1", key + " x"}, 4},
		"a field less":          {[]string{"latchkey keyring 1", "vendor acme", "version 1", strings.TrimSuffix(key, " "+strings.Fields(key)[4])}, 4},
		"two blanks":            {[]string{"latchkey keyring 1", "vendor acme", "version 1", strings.Replace(key, " license", "  license", 1)}, 4},
		"a tab":                 {[]string{"latchkey keyring 1", "vendor acme", "version 1", strings.Replace(key, " license", "\tlicense", 1)}, 4},
		"base64 without =":      {[]string{"latchkey keyring 1", "vendor acme", "version 1", strings.TrimRight(key, "=")}, 4},
		"base64 for URLs":       {[]string{"latchkey keyring 1", "vendor acme", "version 1", field(4, strings.Repeat("-", 43)+"=")}, 4},
		"return in base64":      {[]string{"latchkey keyring 1", "vendor acme", "version 1", key[:len(key)-9] + "\r" + key[len(key)-9:], root}, 4},
		"returns at the end":    {[]string{"latchkey keyring 1", "vendor acme", "version 1", key + "\r\r", root}, 4},
	} {
		text := strings.Join(c.lines, "\n") + "\n"
		k, err := license.ParseKeyring(text)
		require.Nil(t, k, name)
		require.ErrorIs(t, err, license.KeyringDamaged, name)
		require.Equal(t, c.line, reasonOf(t, err).N, name)
	}
}

// A key that is not fit to be trusted says why.
func TestParseKeyringRefusesKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  []byte
		want license.Code
	}{
		{make([]byte, 32), license.KeySmallOrder},
		{append([]byte{1}, make([]byte, 31)...), license.KeySmallOrder},
		{append([]byte{0xf0}, append(repeated(0xff, 30), 0x7f)...), license.KeyNotCanonical},
		{make([]byte, 31), license.KeyLength},
		{make([]byte, 33), license.KeyLength},
	} {
		text := "latchkey keyring 1\nvendor acme\nversion 1\nkey 0000000000000000 license 2031-12-31 " +
			base64.StdEncoding.EncodeToString(c.key) + "\n"
		k, err := license.ParseKeyring(text)
		refused(t, anyOf(k), err, c.want, fmt.Sprintf("%x", c.key))
	}
}

func repeated(b byte, n int) []byte { return []byte(strings.Repeat(string([]byte{b}), n)) }

// anyOf returns a pointer as an any that is nil if the pointer is.
func anyOf[T any](p *T) any {
	if p == nil {
		return nil
	}
	return p
}

func TestKeyringLimits(t *testing.T) {
	t.Parallel()
	var keys []license.Key
	for i := range license.MaxKeys + 1 {
		keys = append(keys, license.Key{Public: seeded(t, license.RoleLicense, byte(i+1)).Public(), Role: license.RoleLicense, End: day("2031-12-31")})
	}
	k, err := license.NewKeyring("acme", 1, 0, keys[:license.MaxKeys])
	require.NoError(t, err)
	more, err := license.NewKeyring("acme", 1, 0, keys)
	require.Nil(t, more)
	require.ErrorContains(t, err, "keys: has 65 keys")

	text := k.String() + strings.Repeat("\n", license.MaxKeyring-len(k.String()))
	_, err = license.ParseKeyring(text)
	require.NoError(t, err)
	more, err = license.ParseKeyring(text + "\n")
	require.EqualValues(t, license.MaxKeyring, refused(t, anyOf(more), err, license.TooLarge).Max)

	_, err = license.NewKeyring("acme", 999_999_999, 0, keys[:1])
	require.NoError(t, err)
	more, err = license.NewKeyring("acme", 1_000_000_000, 0, keys[:1])
	require.Nil(t, more)
	require.ErrorContains(t, err, "version: 1000000000 is not from 1 to 999999999")
	more, err = license.NewKeyring("acme", 1, 0, []license.Key{{Public: keys[0].Public, Role: license.RoleLicense}})
	require.ErrorContains(t, err, "keys[0].End: is not set")
	require.Nil(t, more)
	more, err = license.NewKeyring("acme", 1, 0, []license.Key{{Role: license.RoleLicense, End: day("2031-12-31")}})
	require.ErrorContains(t, err, "keys[0].Public: is not a key")
	require.Nil(t, more)
}

// One signature of a known key is enough, wherever it stands among others.
func TestSeveralSignatures(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	ours, stranger := vendorKey(t, license.RoleLicense), seeded(t, license.RoleLicense, 9)
	activation := vendorKey(t, license.RoleActivation)
	good := sealWith(t, license.KindLicense, minLicense, ours).Signatures[0]
	bad := good
	bad.Sig[5] ^= 1
	for name, e := range map[string]struct {
		signatures []byte // o ours, b ours but wrong, s a stranger's, a of the role activation
		want       license.Code
	}{
		"ours and a stranger's":   {[]byte("os"), ""},
		"a stranger's and ours":   {[]byte("so"), ""},
		"wrong and right":         {[]byte("bo"), ""},
		"another role's and ours": {[]byte("ao"), ""},
		"ours twice":              {[]byte("oo"), ""},
		"a stranger's":            {[]byte("s"), license.KeyUnknown},
		"a stranger's, and wrong": {[]byte("sb"), license.SignatureWrong},
		"wrong, and a stranger's": {[]byte("bs"), license.SignatureWrong},
		"another role's":          {[]byte("as"), license.KeyWrongRole},
	} {
		document := sealWith(t, license.KindLicense, minLicense)
		for _, s := range e.signatures {
			switch s {
			case 'o':
				document.Signatures = append(document.Signatures, good)
			case 'b':
				document.Signatures = append(document.Signatures, bad)
			case 's':
				document.Signatures = append(document.Signatures, sealWith(t, license.KindLicense, minLicense, stranger).Signatures...)
			case 'a':
				document.Signatures = append(document.Signatures, sealWith(t, license.KindLicense, minLicense, activation).Signatures...)
			}
		}
		l, err := license.Open(document.Armor(), v.keyring)
		if e.want == "" {
			require.NoError(t, err, name)
			continue
		}
		refused(t, anyOf(l), err, e.want, name)
	}
}

// The zero value of a public key is no key.
func TestZeroPublicKey(t *testing.T) {
	t.Parallel()
	var none license.PublicKey
	require.Equal(t, make([]byte, 32), none.Bytes())
	var sig [64]byte
	for i := range 64 {
		require.False(t, license.Verify(none, []byte{byte(i)}, &sig))
	}
	var empty license.Keyring
	l, err := license.Open(signed(t, license.KindLicense, minLicense), &empty)
	refused(t, anyOf(l), err, license.KeyUnknown)
}
