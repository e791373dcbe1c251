package license_test

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// The smallest payload of each kind of document. A test changes what it is
// about and has the result signed, so that only the decoder can refuse it.
const (
	minLicense   = `{"id":"L-1","issued":"2026-03-10T12:00:00Z","kind":"full","products":[{"features":[{"id":"draw"}],"id":"acme-cad"}],"v":1,"vendor":"acme"}`
	minUpdate    = `{"id":"U-1","issued":"2026-03-10T12:00:00Z","products":[{"features":[{"id":"draw"}],"id":"acme-cad"}],"sequence":1,"serial":"S0001-TEST","v":1,"vendor":"acme"}`
	minCatalogue = `{"editions":[{"features":[{"id":"draw"}],"kind":"full","name":"CAD","number":1}],"issued":"2026-03-10T12:00:00Z","product":"acme-cad","v":1,"vendor":"acme"}`
	minTime      = `{"challenge":"000102030405060708ff","time":"2026-03-10T12:00:00Z","v":1,"vendor":"acme"}`
	minReceipt   = `{"activated":"2026-03-10T12:00:00Z","id":"A-1","installation":"` + installation64 + `","issued":"2026-03-10T12:00:00Z","sequence":1,"serial":"S0001-TEST","v":1,"vendor":"acme"}`
	minRequest   = `{"installation":"` + installation64 + `","nonce":"AAECAwQFBgcICQoLDA0ODw==","operation":"check","product":"acme-cad","serial":"S0001-TEST","v":1,"vendor":"acme"}`
	minReply     = `{"installation":"` + installation64 + `","nonce":"AAECAwQFBgcICQoLDA0ODw==","product":"acme-cad","request":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff","time":"2026-03-10T12:00:00Z","v":1,"vendor":"acme"}`

	// installation64 is the public half of the installation's key in base64.
	installation64 = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw="
)

// byInstallation stands for the role of the key that signs a request: the
// installation's own, which is in no keyring.
const byInstallation license.Role = "installation"

// The keys of newVendor, by role, and the installation's.
func vendorKey(t testing.TB, role license.Role) issuer.PrivateKey {
	t.Helper()
	switch role {
	case license.RoleLicense:
		return seeded(t, role, 1)
	case license.RoleActivation:
		return seeded(t, role, 2)
	case byInstallation:
		return seeded(t, license.RoleActivation, 7)
	default:
		return seeded(t, license.RoleRoot, 3)
	}
}

// signersOf returns the keys that sign a document for newVendor.
func signersOf(t testing.TB, role license.Role) []issuer.PrivateKey {
	t.Helper()
	keys := []issuer.PrivateKey{vendorKey(t, role)}
	if role == license.RoleRoot {
		keys = append(keys, seeded(t, license.RoleRoot, 4))
	}
	return keys
}

// A documentKind is a kind with the role that signs it and what opens it.
type documentKind struct {
	kind    string
	role    license.Role
	payload string
	open    func(text []byte, keys *license.Keyring) (any, error)
}

// documentKinds lists every kind that a keyring opens.
func documentKinds(t testing.TB) []documentKind {
	rotated, err := license.EncodeKeyring(newVendor(t).keyring)
	require.NoError(t, err)
	return []documentKind{
		{license.KindLicense, license.RoleLicense, minLicense, opener(license.Open)},
		{license.KindUpdate, license.RoleLicense, minUpdate, opener(license.OpenUpdate)},
		{license.KindCatalogue, license.RoleLicense, minCatalogue, opener(license.OpenCatalogue)},
		{license.KindTime, license.RoleActivation, minTime, opener(license.OpenTime)},
		{license.KindReceipt, license.RoleActivation, minReceipt, opener(license.OpenReceipt)},
		{license.KindReply, license.RoleActivation, minReply, opener(license.OpenReply)},
		{license.KindKeyring, license.RoleRoot, string(rotated), opener(func(text []byte, keys *license.Keyring) (*license.Keyring, error) {
			return keys.Rotate(text)
		})},
	}
}

// allKinds lists every kind: also requests, which no keyring opens.
func allKinds(t testing.TB) []documentKind {
	return append(documentKinds(t), documentKind{license.KindRequest, byInstallation, minRequest,
		opener(func(text []byte, _ *license.Keyring) (*license.Request, error) { return license.OpenRequest(text) })})
}

// limit is the size of the largest document of the kind.
func (k documentKind) limit() int {
	if k.kind == license.KindReply {
		return license.MaxReply
	}
	return license.MaxDocument
}

// opener hides what an Open function returns; nil stays nil.
func opener[T any](open func([]byte, *license.Keyring) (*T, error)) func([]byte, *license.Keyring) (any, error) {
	return func(text []byte, keys *license.Keyring) (any, error) {
		got, err := open(text, keys)
		if got == nil {
			return nil, err
		}
		return got, err
	}
}

// sealWith signs a payload with any keys, whatever it says.
func sealWith(t testing.TB, kind, payload string, keys ...issuer.PrivateKey) dsse.Envelope {
	t.Helper()
	e := dsse.New(kind, []byte(payload))
	for _, key := range keys {
		e.Signatures = append(e.Signatures, dsse.Signature{KeyID: key.Public().ID(), Sig: signature(t, key, e.Signed())})
	}
	return e
}

// sealBatch signs a batch of documents of one kind, of which the one at a place
// has the payload, and returns that one.
func sealBatch(t testing.TB, kind, payload string, key issuer.PrivateKey, at, n int) dsse.Envelope {
	t.Helper()
	all := make([]dsse.Envelope, n)
	for i := range all {
		all[i] = dsse.New(kind, fmt.Appendf(nil, `{"other":%d}`, i))
	}
	all[at] = dsse.New(kind, []byte(payload))
	message, proofs := dsse.Batch(all)
	all[at].Signatures = []dsse.Signature{{KeyID: key.Public().ID(), Sig: signature(t, key, message), Proof: proofs[at]}}
	return all[at]
}

func signature(t testing.TB, key issuer.PrivateKey, message []byte) [64]byte {
	t.Helper()
	sig, err := key.Signer().Sign(nil, message, crypto.Hash(0))
	require.NoError(t, err)
	return [64]byte(sig)
}

// signed returns a document of a kind with any payload, signed by the key of
// newVendor, or of the installation, that signs such documents.
func signed(t testing.TB, kind, payload string) []byte {
	t.Helper()
	role := license.RoleLicense
	switch kind {
	case license.KindTime, license.KindReceipt, license.KindReply:
		role = license.RoleActivation
	case license.KindRequest:
		role = byInstallation
	}
	return sealWith(t, kind, payload, vendorKey(t, role)).Armor()
}

// reasonOf returns the reason that an error is.
func reasonOf(t testing.TB, err error) *license.Reason {
	t.Helper()
	var r *license.Reason
	require.ErrorAs(t, err, &r)
	return r
}

// refused holds that there is an error with a code, and nothing beside it.
func refused(t testing.TB, got any, err error, code license.Code, about ...any) *license.Reason {
	t.Helper()
	require.Nil(t, got, about...)
	require.ErrorIs(t, err, code, about...)
	return reasonOf(t, err)
}

func TestOpenEveryKind(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, k := range allKinds(t) {
		e := sealWith(t, k.kind, k.payload, signersOf(t, k.role)...)
		armoured, err := k.open(e.Armor(), v.keyring)
		require.NoError(t, err, k.kind)
		bare, err := k.open(e.JSON(), v.keyring)
		require.NoError(t, err, k.kind)
		require.Equal(t, armoured, bare, k.kind)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	text, err := v.issue.License(sample())
	require.NoError(t, err)
	armour := string(text)
	stranger := seeded(t, license.RoleLicense, 9)
	e := sealWith(t, license.KindLicense, minLicense, vendorKey(t, license.RoleLicense))

	for name, c := range map[string]struct {
		text string
		want license.Reason
	}{
		"empty":            {"", license.Reason{Code: license.NotDocument}},
		"white space":      {" \r\n\t\n", license.Reason{Code: license.NotDocument}},
		"binary":           {"\x7fELF\x02\x01\x01\x00\x00\xff\xfe", license.Reason{Code: license.NotDocument}},
		"HTML":             {"<!DOCTYPE html>\n<title>502 Bad Gateway</title>", license.Reason{Code: license.NotDocument}},
		"UTF-16":           {"\xff\xfe-\x00-\x00-\x00", license.Reason{Code: license.NotDocument}},
		"a certificate":    {strings.ReplaceAll(armour, "LATCHKEY LICENSE", "CERTIFICATE"), license.Reason{Code: license.NotDocument}},
		"a keyring":        {v.keyring.String(), license.Reason{Code: license.NotDocument}},
		"cut in the head":  {armour[:25], license.Reason{Code: license.Truncated}},
		"cut in half":      {armour[:len(armour)/2], license.Reason{Code: license.Truncated}},
		"last line cut":    {armour[:len(armour)-5], license.Reason{Code: license.Truncated}},
		"JSON cut":         {string(e.JSON()[:100]), license.Reason{Code: license.Damaged}},
		"other JSON":       {`{"error":"not found"}`, license.Reason{Code: license.NotDocument}},
		"a letter changed": {strings.Replace(armour, "\n", "\n*", 1), license.Reason{Code: license.Damaged}},
		"too large": {armour + strings.Repeat("\n", license.MaxDocument),
			license.Reason{Code: license.TooLarge, Max: license.MaxDocument}},
		"an update": {string(signed(t, license.KindUpdate, minUpdate)),
			license.Reason{Code: license.OtherDocument, Has: license.KindUpdate, Needs: license.KindLicense}},
		"of a kind that nobody knows": {string(signed(t, "horoscope", minLicense)),
			license.Reason{Code: license.OtherDocument, Has: "horoscope", Needs: license.KindLicense}},
		"critical feature": {string(signed(t, license.KindLicense, strings.Replace(minLicense, `{"id"`, `{"critical":["lunar-terms"],"id"`, 1))),
			license.Reason{Code: license.TooNew, Needs: "lunar-terms"}},
		"what a critical feature brings": {string(signed(t, license.KindLicense, strings.NewReplacer(
			`{"id":"L-1"`, `{"critical":["lunar-terms"],"id":"L-1"`,
			`{"id":"draw"}`, `{"id":"draw","term":{"moons":3}}`).Replace(minLicense))),
			license.Reason{Code: license.TooNew, Needs: "lunar-terms"}},
		"next version of the format": {string(signed(t, license.KindLicense, strings.Replace(minLicense, `"v":1`, `"v":2`, 1))),
			license.Reason{Code: license.TooNew, Needs: "v2"}},
		"unknown key": {string(sealWith(t, license.KindLicense, minLicense, stranger).Armor()),
			license.Reason{Code: license.KeyUnknown}},
		"key of the role activation": {string(sealWith(t, license.KindLicense, minLicense, vendorKey(t, license.RoleActivation)).Armor()),
			license.Reason{Code: license.KeyWrongRole, Has: "activation", Needs: "license"}},
		"key of the role root": {string(sealWith(t, license.KindLicense, minLicense, vendorKey(t, license.RoleRoot)).Armor()),
			license.Reason{Code: license.KeyWrongRole, Has: "root", Needs: "license"}},
		"changed after it was signed": {string(withSignatures(dsse.New(license.KindLicense, []byte(strings.Replace(minLicense, "L-1", "L-2", 1))), e.Signatures).Armor()),
			license.Reason{Code: license.SignatureWrong}},
		"key that had ended": {string(signed(t, license.KindLicense, strings.Replace(minLicense, "2026-03-10T12", "2032-01-01T00", 1))),
			license.Reason{Code: license.KeyEnded, Until: day("2031-12-31"), From: day("2032-01-01")}},
		"another vendor": {string(signed(t, license.KindLicense, strings.Replace(minLicense, `"acme"`, `"bcme"`, 1))),
			license.Reason{Code: license.OtherVendor, Has: "bcme", Needs: "acme"}},
	} {
		got, err := license.Open([]byte(c.text), v.keyring)
		r := refused(t, got, err, c.want.Code, name)
		require.Equal(t, c.want, *r, name)
	}
}

func withSignatures(e dsse.Envelope, signatures []dsse.Signature) dsse.Envelope {
	e.Signatures = signatures
	return e
}

// A key's last day counts where a document is issued, not where it is read:
// what was bought for ever is not lost when a key is retired.
func TestKeyEnd(t *testing.T) {
	t.Parallel()
	old, next := seeded(t, license.RoleLicense, 5), seeded(t, license.RoleLicense, 6)
	keyring, err := license.NewKeyring("acme", 1, 0, []license.Key{
		{Public: old.Public(), Role: license.RoleLicense, End: day("2026-03-10")},
		{Public: next.Public(), Role: license.RoleLicense, End: day("2036-03-10")},
	})
	require.NoError(t, err)
	issuedOn := func(moment string, keys ...issuer.PrivateKey) []byte {
		return sealWith(t, license.KindLicense, strings.Replace(minLicense, "2026-03-10T12:00:00Z", moment, 1), keys...).Armor()
	}

	last, err := license.Open(issuedOn("2026-03-10T23:59:59Z", old), keyring)
	require.NoError(t, err)
	later := license.Check(last, license.Env{Now: noon.AddDate(50, 0, 0), Product: "acme-cad"})
	require.True(t, later.Allows("draw"))

	got, err := license.Open(issuedOn("2026-03-11T00:00:00Z", old), keyring)
	refused(t, got, err, license.KeyEnded)
	_, err = license.Open(issuedOn("2026-03-11T00:00:00Z", old, next), keyring)
	require.NoError(t, err, "one of two keys had not ended")

	for _, k := range documentKinds(t) {
		if k.role == license.RoleRoot {
			continue
		}
		late := strings.NewReplacer("2026-03-10T12", "2032-01-01T12").Replace(k.payload)
		got, err := k.open(signed(t, k.kind, late), newVendor(t).keyring)
		refused(t, got, err, license.KeyEnded, k.kind)
	}
}

// Malformed says at which byte the payload breaks which rule.
func TestMalformed(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, c := range []struct{ kind, old, new, at string }{
		{license.KindLicense, `"kind":"full"`, `"kind":"fool"`, `"kind":"fool"`},
		{license.KindLicense, `"v":1`, `"v":"1"`, `"v":`},
		{license.KindLicense, `"v":1`, `"v":0`, `"v":`},
		{license.KindLicense, `"v":1`, `"v":1.0`, `"v":1`},
		{license.KindLicense, `T12:00:00Z`, `T12:00:00+01:00`, `T12:00:00+01:00"`},
		{license.KindLicense, `2026-03-10T`, `2026-02-30T`, `2026-02-30T12:00:00Z"`},
		{license.KindLicense, `"acme-cad"`, `"acme cad"`, `"acme cad"`},
		{license.KindLicense, `"acme-cad"`, `""`, `"id":""`},
		{license.KindLicense, `"acme-cad"`, "\"acme\xffcad\"", `"acme`},
		{license.KindLicense, `"kind":`, ` "kind":`, `"issued":"2026-03-10T12:00:00Z",`},
		{license.KindUpdate, `"sequence":1`, `"sequence":0`, `"sequence":`},
		{license.KindUpdate, `{"id":"U-1"`, `{"binding":{},"id":"U-1"`, `{"binding":`},
		{license.KindUpdate, `"products"`, `"mode":"addon","products"`, `"mode":"addon"`},
		{license.KindCatalogue, `"number":1`, `"number":4096`, `"number":`},
		{license.KindTime, `8ff"`, `8FF"`, `8FF"`},
		{license.KindReceipt, `"sequence":1`, `"sequence":0`, `"sequence":`},
		{license.KindReceipt, installation64, installation64[:40], installation64[:40] + `"`},
		{license.KindReceipt, installation64, "AAAA" + installation64, installation64 + `"`},
		{license.KindReceipt, `"id":"A-1"`, `"hold":"maybe","id":"A-1"`, `"hold":"maybe"`},
		{license.KindReceipt, `"id":"A-1"`, `"changes":0,"id":"A-1"`, `"changes":`},
		{license.KindRequest, `"operation":"check"`, `"operation":"steal"`, `"operation":"steal"`},
		{license.KindRequest, `DA0ODw==`, `DA0ODx==`, `DA0ODx=="`},
		{license.KindRequest, `DA0ODw==`, `DA0O`, `DA0O"`},
		{license.KindRequest, `"nonce"`, `"link":"AAAA","nonce"`, `"link":"AAAA"`},
		{license.KindRequest, `"nonce"`, `"next":"","nonce"`, `"next":""`},
		{license.KindReply, `1eff"`, `1eFF"`, `1eFF"`},
		{license.KindReply, `1eff"`, `1e"`, `1e"`},
		{license.KindReply, `"nonce"`, `"names":["b","a"],"nonce"`, `["b","a"`},
		{license.KindReply, `{"inst`, `{"documents":[],"inst`, `"documents":[]`},
		{license.KindReply, `{"inst`, `{"documents":[""],"inst`, `"documents":[""`},
		{license.KindReply, `"time"`, `"restored":false,"time"`, `"restored":false`},
	} {
		for _, k := range allKinds(t) {
			if k.kind != c.kind {
				continue
			}
			require.Contains(t, k.payload, c.old)
			payload := strings.Replace(k.payload, c.old, c.new, 1)
			got, err := k.open(signed(t, k.kind, payload), v.keyring)
			r := refused(t, got, err, license.Malformed, payload)
			require.Equal(t, strings.Index(payload, c.at)+len(c.at), int(r.N), "%s: %s", payload, r.Detail)
			require.NotEmpty(t, r.Detail)
		}
	}
}

// Every member that must be there is missed.
func TestMissingMember(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for kind, members := range map[string][]string{
		license.KindLicense: {`"id":"L-1",`, `"issued":"2026-03-10T12:00:00Z",`, `"kind":"full",`,
			`"products":[{"features":[{"id":"draw"}],"id":"acme-cad"}],`, `"v":1,`, `,"vendor":"acme"`, `,"id":"acme-cad"`, `"id":"draw"`},
		license.KindUpdate:    {`"id":"U-1",`, `"issued":"2026-03-10T12:00:00Z",`, `"sequence":1,`, `"serial":"S0001-TEST",`, `"v":1,`, `,"vendor":"acme"`},
		license.KindCatalogue: {`"editions":[{"features":[{"id":"draw"}],"kind":"full","name":"CAD","number":1}],`, `"features":[{"id":"draw"}],`, `"kind":"full",`, `"name":"CAD",`, `,"number":1`, `"product":"acme-cad",`, `"v":1,`, `,"vendor":"acme"`},
		license.KindTime:      {`"challenge":"000102030405060708ff",`, `"time":"2026-03-10T12:00:00Z",`, `"v":1,`, `,"vendor":"acme"`},
		license.KindReceipt: {`"activated":"2026-03-10T12:00:00Z",`, `"id":"A-1",`, `"installation":"` + installation64 + `",`,
			`"issued":"2026-03-10T12:00:00Z",`, `"sequence":1,`, `"serial":"S0001-TEST",`, `"v":1,`, `,"vendor":"acme"`},
		license.KindRequest: {`"installation":"` + installation64 + `",`, `"nonce":"AAECAwQFBgcICQoLDA0ODw==",`, `"operation":"check",`,
			`"product":"acme-cad",`, `"serial":"S0001-TEST",`, `"v":1,`, `,"vendor":"acme"`},
		license.KindReply: {`"installation":"` + installation64 + `",`, `"nonce":"AAECAwQFBgcICQoLDA0ODw==",`, `"product":"acme-cad",`,
			`"request":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff",`, `"time":"2026-03-10T12:00:00Z",`, `"v":1,`, `,"vendor":"acme"`},
	} {
		for _, k := range allKinds(t) {
			if k.kind != kind {
				continue
			}
			for _, member := range members {
				require.Contains(t, k.payload, member)
				got, err := k.open(signed(t, kind, strings.Replace(k.payload, member, "", 1)), v.keyring)
				refused(t, got, err, license.Malformed, member)
			}
			got, err := k.open(signed(t, kind, "{}"), v.keyring)
			refused(t, got, err, license.Malformed)
			got, err = k.open(signed(t, kind, ""), v.keyring)
			refused(t, got, err, license.Malformed)
		}
	}
}

// What later versions of the format add is passed over, wherever they add it,
// unless it is called critical.
func TestUnknownMembersAreIgnored(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	text, err := v.issue.License(sample())
	require.NoError(t, err)
	want, err := license.Open(text, v.keyring)
	require.NoError(t, err)
	payload, err := want.Encode()
	require.NoError(t, err)
	for _, before := range []string{
		`{"code_hash":`, `{"company":`, `{"contact":`, `{"data":`, `{"features":`, `{"id":"draw"}`, `{"lapse":`, `{"n":2`, `{"id":"U-S1"`,
	} {
		for _, member := range []string{`"a":{"b":[1,"c",true,{}]}`, `"a0":""`} {
			more := strings.Replace(string(payload), before, "{"+member+","+before[1:], 1)
			require.NotEqual(t, string(payload), more, before)
			got, err := license.Open(signed(t, license.KindLicense, more), v.keyring)
			require.NoError(t, err, more)
			require.Equal(t, want, got)
		}
	}
	for _, before := range []string{`{"id":"L-1"`, `{"id":"U-1"`, `{"editions":`, `{"challenge":`, `{"activated":`, `{"installation":`} {
		for _, k := range allKinds(t) {
			if more := strings.Replace(k.payload, before, `{"a":[[]],`+before[1:], 1); more != k.payload {
				_, err := k.open(signed(t, k.kind, more), v.keyring)
				require.NoError(t, err, more)
			}
		}
	}
}

// What limits a right is never passed over.
func TestUnknownLimitsAreRefused(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, term := range []string{
		`{"moons":3}`, `{}`, `{"moons":3,"until":"2027-01-01"}`, `{"until":"2027-01-01","weekdays":5}`, `{"from":"2027-01-01"}`,
		`{"from":"2027-01-02","until":"2027-01-01"}`, `{"until":"2027-01-01","until":"2028-01-01"}`, `{"until":""}`, `{"until":[]}`,
		`{"activation":{"days":3},"until":"2027-01-01"}`, `{"first_use":{"days":3},"until":"2027-01-01"}`, `{"perpetual":true,"until":"2027-01-01"}`,
		`{"extend":{"days":3},"until":"2027-01-01"}`, `{"first_use":{"days":3},"from":"2026-01-01","until":"2027-01-01"}`,
		`{"dates":[]}`, `{"dates":[{}]}`, `{"dates":[{"until":"2027-01-01"}]}`, `{"dates":[{"from":"2027-01-01","until":"2027-01-02"}]}`,
		`{"dates":[{"until":"2027-01-01"},{"from":"2027-01-02","until":"2027-02-01"}]}`,
		`{"dates":[{"until":"2027-01-01"},{"from":"2027-01-03","moons":3,"until":"2027-02-01"}]}`,
		`{"dates":[{"until":"2027-01-01"},{"from":"2027-01-03","until":"2027-02-01"}],"until":"2027-03-01"}`,
		`{"dates":[{"until":"2027-01-01"},{"from":"2027-01-03","until":"2027-02-01"}],"first_use":{"days":3}}`,
		`{"first_use":{"hours":3}}`, `{"first_use":{}}`, `{"first_use":{"days":0}}`, `{"activation":{"days":1,"hours":1}}`,
		`{"first_use":{"days":3},"first_usf":{"days":3}}`, `{"perpetual":true}`, `{"extend":{"days":3}}`,
	} {
		payload := strings.Replace(minLicense, `{"id":"draw"}`, `{"id":"draw","term":`+term+`}`, 1)
		got, err := license.Open(signed(t, license.KindLicense, payload), v.keyring)
		refused(t, got, err, license.Malformed, term)
	}
	for _, conditions := range []string{`["only_on_sundays"]`, `[]`, `["no_virtual_machine","no_remote_session"]`,
		`["no_remote_session","no_remote_session"]`, `[""]`, `"no_remote_session"`} {
		payload := strings.Replace(minLicense, `{"id":"draw"}`, `{"conditions":`+conditions+`,"id":"draw"}`, 1)
		got, err := license.Open(signed(t, license.KindLicense, payload), v.keyring)
		refused(t, got, err, license.Malformed, conditions)
	}
}

// list returns n items made by one, in ascending order, in brackets.
func list(n int, one func(i int) string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = one(i)
	}
	return "[" + strings.Join(items, ",") + "]"
}

// Every limit is accepted, and one more is not.
func TestLimits(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	in := func(old string, new func(n int) string) func(n int) string {
		return func(n int) string { return strings.Replace(minLicense, old, new(n), 1) }
	}
	feature := func(member func(n int) string) func(n int) string {
		return in(`{"id":"draw"}`, func(n int) string { return `{"id":"draw",` + member(n) + `}` })
	}
	for name, c := range map[string]struct {
		max     int
		payload func(n int) string
	}{
		"MaxProducts": {license.MaxProducts, in(`[{"features":[{"id":"draw"}],"id":"acme-cad"}]`, func(n int) string {
			return list(n, func(i int) string { return fmt.Sprintf(`{"id":"p%04d"}`, i) })
		})},
		"MaxFeatures": {license.MaxFeatures, in(`[{"id":"draw"}]`, func(n int) string {
			return list(n, func(i int) string { return fmt.Sprintf(`{"id":"f%04d"}`, i) })
		})},
		"MaxParams": {license.MaxParams, feature(func(n int) string {
			params := list(n, func(i int) string { return fmt.Sprintf(`"p%02d":""`, i) })
			return `"params":{` + params[1:len(params)-1] + `}`
		})},
		"MaxIntervals": {license.MaxIntervals, feature(func(n int) string {
			return `"term":{"dates":` + list(n, func(i int) string { return fmt.Sprintf(`{"from":"%d-01-01","until":"%d-06-30"}`, 2027+i, 2027+i) }) + `}`
		})},
		"MaxSealed": {license.MaxSealed, in(`,"v":1`, func(n int) string {
			return `,"sealed":` + list(n, func(i int) string { return fmt.Sprintf(`{"code_hash":"%064x","update":{"id":"u%d"}}`, i, i) }) + `,"v":1`
		})},
		"MaxApplied": {license.MaxApplied, in(`{"id":"L-1"`, func(n int) string {
			return `{"applied":` + list(n, func(i int) string { return fmt.Sprintf(`"u%04d"`, i) }) + `,"id":"L-1"`
		})},
		"MaxID": {license.MaxID, in(`L-1`, func(n int) string { return strings.Repeat("x", n) })},
		"MaxText": {license.MaxText, in(`"products"`, func(n int) string {
			return `"licensee":{"name":"` + strings.Repeat("é", n/2) + strings.Repeat("x", n%2) + `"},"products"`
		})},
		"MaxText of a parameter's name": {license.MaxText, feature(func(n int) string { return `"params":{"` + strings.Repeat("x", n) + `":""}` })},
		"MaxText of a parameter":        {license.MaxText, feature(func(n int) string { return `"params":{"x":"` + strings.Repeat("x", n) + `"}` })},
		"MaxCount of runs":              {license.MaxCount, feature(func(n int) string { return fmt.Sprintf(`"runs":%d`, n) })},
		"MaxCount of seats":             {license.MaxCount, feature(func(n int) string { return fmt.Sprintf(`"seats":%d`, n) })},
		"MaxSpan":                       {license.MaxSpan, feature(func(n int) string { return fmt.Sprintf(`"term":{"first_use":{"days":%d}}`, n) })},
		"MaxSpan of months":             {license.MaxSpan, feature(func(n int) string { return fmt.Sprintf(`"term":{"activation":{"months":%d}}`, n) })},
		"nesting": {32, in(`{"id":"L-1"`, func(n int) string {
			return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `,"id":"L-1"`
		})},
	} {
		got, err := license.Open(signed(t, license.KindLicense, c.payload(c.max)), v.keyring)
		require.NoError(t, err, name)
		require.NotNil(t, got, name)
		got, err = license.Open(signed(t, license.KindLicense, c.payload(c.max+1)), v.keyring)
		refused(t, got, err, license.Malformed, name)
	}
}

// More editions than a catalogue may list do not fit into a document either, so
// its payload is read by itself.
func TestMaxEditions(t *testing.T) {
	t.Parallel()
	for n, ok := range map[int]bool{license.MaxEditions: true, license.MaxEditions + 1: false} {
		payload := strings.Replace(minCatalogue, `[{"features":[{"id":"draw"}],"kind":"full","name":"CAD","number":1}]`,
			list(n, func(i int) string {
				return fmt.Sprintf(`{"features":[{"id":"draw"}],"kind":"full","name":"CAD","number":%d}`, i+1)
			}), 1)
		c, err := license.DecodeCatalogue(payload)
		if ok {
			require.NoError(t, err)
			require.Len(t, c.Editions, n)
		} else {
			refused(t, c, err, license.Malformed)
		}
	}
}

func TestMaxDocument(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, k := range allKinds(t) {
		e := sealWith(t, k.kind, k.payload, signersOf(t, k.role)...)
		for _, text := range [][]byte{e.Armor(), e.JSON()} {
			full := append(bytes.Clone(text), bytes.Repeat([]byte("\n"), k.limit()-len(text))...)
			_, err := k.open(full, v.keyring)
			require.NoError(t, err, k.kind)
			require.Equal(t, k.kind, license.KindOf(full))
			got, err := k.open(append(full, '\n'), v.keyring)
			r := refused(t, got, err, license.TooLarge, k.kind)
			require.EqualValues(t, k.limit(), r.Max)
			require.Empty(t, license.KindOf(append(full, '\n')))
		}
	}
}

// The largest licence that is written fits into a document with every signature
// that one can carry, and still does when mail gives its lines another end.
func TestLargestLicense(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	large := func(n int) *license.License {
		l := withFeatures(1)
		for i := range n / 512 {
			l.Products[0].Features = append(l.Products[0].Features, license.Feature{
				ID: fmt.Sprintf("large-%03d", i), Params: []license.Param{{Name: "x", Value: strings.Repeat("x", 468)}}})
		}
		return l
	}
	n, text := 40<<10, []byte(nil)
	for ; ; n += 512 {
		more, err := v.issue.License(large(n))
		if err != nil {
			require.ErrorIs(t, err, license.TooLarge)
			break
		}
		text = more
	}
	require.NotNil(t, text)
	e, err := dsse.Parse(text)
	require.NoError(t, err)
	for len(e.Signatures) < dsse.MaxSignatures {
		e.Signatures = append(e.Signatures, e.Signatures[0])
	}
	mailed := bytes.ReplaceAll(e.Armor(), []byte("\n"), []byte("\r\n"))
	_, err = license.Open(mailed, v.keyring)
	require.NoError(t, err)
}

func TestMaxSignatures(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	var keys []issuer.PrivateKey
	for i := range byte(dsse.MaxSignatures - 1) {
		keys = append(keys, seeded(t, license.RoleLicense, 100+i))
	}
	keys = append(keys, vendorKey(t, license.RoleLicense))
	_, err := license.Open(sealWith(t, license.KindLicense, minLicense, keys...).Armor(), v.keyring)
	require.NoError(t, err, "the last of eight keys is the one that the keyring knows")
	got, err := license.Open(sealWith(t, license.KindLicense, minLicense, append(keys, keys[0])...).Armor(), v.keyring)
	refused(t, got, err, license.Damaged)
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for _, k := range allKinds(t) {
		e := sealWith(t, k.kind, k.payload, vendorKey(t, k.role))
		require.Equal(t, k.kind, license.KindOf(e.Armor()))
		require.Equal(t, k.kind, license.KindOf(e.JSON()))
		require.Equal(t, k.kind, license.KindOf(append([]byte("\ufeff\r\n "), e.Armor()...)))
		require.Empty(t, license.KindOf(e.Armor()[:50]))
	}
	require.Empty(t, license.KindOf(nil))
	require.Empty(t, license.KindOf([]byte("hello")))
}

// Whoever fills in a licence finds out at once what nobody could read, and
// what would not say what was meant.
func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(l *license.License){
		"no id":                       func(l *license.License) { l.ID = "" },
		"blank in the id":             func(l *license.License) { l.ID = "L 1" },
		"no vendor":                   func(l *license.License) { l.Vendor = "" },
		"no kind":                     func(l *license.License) { l.Kind = "" },
		"no products":                 func(l *license.License) { l.Products = nil },
		"not issued":                  func(l *license.License) { l.Issued = noon.AddDate(-2000, 0, 0) },
		"a product twice":             func(l *license.License) { l.Products = append(l.Products, l.Products[0]) },
		"a feature twice":             func(l *license.License) { l.Products[0].Features[0].ID = "export" },
		"name not UTF-8":              func(l *license.License) { l.Licensee.Name = "Ren\xe9" },
		"binding without a scheme":    func(l *license.License) { l.Binding.Scheme = "" },
		"binding without data":        func(l *license.License) { l.Binding.Data = nil },
		"receipt without a serial":    func(l *license.License) { l.Serial, l.NeedsReceipt = "", true },
		"data without a scheme":       func(l *license.License) { l.Binding.Scheme, l.NeedsReceipt = "", true },
		"maintenance without a date":  func(l *license.License) { l.Products[0].Maintenance.Until = 0 },
		"maintenance without a lapse": func(l *license.License) { l.Products[0].Maintenance.Lapse = "" },
		"negative runs":               func(l *license.License) { l.Products[0].Features[0].Runs = -1 },
		"negative revision":           func(l *license.License) { l.Revision = -1 },
		"concurrent without counting": func(l *license.License) { l.Products[0].Features[0].Concurrent.N = 3 },
		"concurrent without a number": func(l *license.License) { l.Products[0].Features[0].Concurrent.Per = license.PerLogin },
		"a parameter twice":           func(l *license.License) { l.Products[0].Features[2].Params[0].Name = "quality" },
		"dates of no kind":            func(l *license.License) { l.Products[0].Features[1].Term.Kind = license.Perpetual },
		"span of no kind":             func(l *license.License) { l.Products[0].Features[2].Term.Kind = license.Perpetual },
		"span beside dates":           func(l *license.License) { l.Products[0].Features[1].Term.Span.Days = 3 },
		"dates beside a span": func(l *license.License) {
			l.Window = license.Until(day("2027-01-01"))
			l.Window.Kind = license.FromFirstUse
		},
		"window of no kind": func(l *license.License) {
			l.Window = license.Until(day("2027-01-01"))
			l.Window.Kind = license.Perpetual
		},
		"a term that extends":           func(l *license.License) { l.Products[0].Features[2].Term.Kind = license.Extend },
		"a kind of term that is none":   func(l *license.License) { l.Products[0].Features[2].Term.Kind = 99 },
		"updates applied, out of order": func(l *license.License) { l.Applied = []string{"b", "a"} },
		"sealed update without an id":   func(l *license.License) { l.Sealed[0].Update.ID = "" },
		"sealed dates of no kind": func(l *license.License) {
			l.Sealed[0].Update.Products[0].Features[0].Term = &license.Term{Intervals: license.Until(day("2027-01-01")).Intervals}
		},
	} {
		l := sample()
		change(l)
		b, err := l.Encode()
		require.Nil(t, b, name)
		require.ErrorIs(t, err, license.Malformed, name)
	}
}

// Lists may be filled in in any order; the caller's are left alone.
func TestEncodeSorts(t *testing.T) {
	t.Parallel()
	l := sample()
	want, err := l.Encode()
	require.NoError(t, err)
	f := l.Products[0].Features
	f[0], f[2] = f[2], f[0]
	f[0].Params[0], f[0].Params[1] = f[0].Params[1], f[0].Params[0]
	got, err := l.Encode()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	require.Equal(t, "render", f[0].ID)
	require.Equal(t, "quality", f[0].Params[0].Name)
}

func TestSignedTime(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	challenge, err := hex.DecodeString("000102030405060708ff")
	require.NoError(t, err)
	for _, restored := range []bool{false, true} {
		want := &license.SignedTime{Vendor: "acme", Challenge: challenge, Time: noon, Restored: restored}
		text, err := v.activate.Time(want)
		require.NoError(t, err)
		got, err := license.OpenTime(text, v.keyring)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, challenge := range [][]byte{nil, challenge[:9], append(bytes.Clone(challenge), 0)} {
		_, err := v.activate.Time(&license.SignedTime{Challenge: challenge, Time: noon})
		require.ErrorIs(t, err, license.Malformed)
	}
}

// Errors never hold what they are about.
func TestErrorsEchoNothing(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	const secret = "S3CRETS3CRET"
	n := 0
	for _, k := range allKinds(t) {
		for _, text := range []string{
			secret, "-----BEGIN LATCHKEY " + secret, `{"` + secret + `":1}`,
			string(signed(t, k.kind, `{"id":"`+secret+` "}`)), string(signed(t, k.kind, `{"`+secret+`":1}`)),
			string(signed(t, k.kind, strings.NewReplacer(`"serial":"`, `"serial":" `+secret, `"id":"`, `"id":"`+secret+" ").Replace(k.payload))),
		} {
			if _, err := k.open([]byte(text), v.keyring); err != nil {
				n++
				require.NotContains(t, err.Error(), secret)
				require.NotContains(t, fmt.Sprintf("%+v", *reasonOf(t, err)), secret)
				require.False(t, errors.Is(err, license.Code("")))
			}
		}
	}
	require.Greater(t, n, 20)
}
