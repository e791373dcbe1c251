package license_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// TestThreat has one subtest for each attack on signed data. A16 is in package
// issuer. It is not parallel, so that A12_size can count bytes.
func TestThreat(t *testing.T) {
	for _, threat := range []struct {
		name string
		test func(t *testing.T)
	}{
		{"A1_small_order_keys", smallOrderKeys},
		{"A2_non_canonical_keys", nonCanonicalKeys},
		{"A3_signature_malleability", signatureMalleability},
		{"A4_lengths", lengths},
		{"A5_trust_all", trustAll},
		{"A6_algorithm_confusion", algorithmConfusion},
		{"A7_cross_kind", crossKind},
		{"A8_outside_the_signature", outsideTheSignature},
		{"A9_strict_decoding", strictDecoding},
		{"A10_zero_value_beside_error", zeroValueBesideError},
		{"A11_one_text", oneText},
		{"A12_size", size},
		{"A13_rollback", rollback},
		{"A14_quorum", quorum},
		{"A15_split_key", splitKey},
		{"C11_forged_keys", forgedKeys},
	} {
		t.Run(threat.name, func(t *testing.T) {
			if threat.name != "A12_size" {
				t.Parallel()
			}
			threat.test(t)
		})
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// smallOrderEncodings are the 14 encodings of points whose order divides 8.
var smallOrderEncodings = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

func smallOrderKeys(t *testing.T) {
	// Under each of them, crypto/ed25519 takes this for a signature of about
	// every eighth message at least, and nobody needs a private key for it.
	forged := append([]byte{1}, make([]byte, 63)...)
	seen := map[string]bool{}
	for _, encoded := range smallOrderEncodings {
		key := unhex(t, encoded)
		seen[encoded] = true
		accepted := 0
		for i := range 64 {
			if ed25519.Verify(key, []byte{byte(i)}, forged) {
				accepted++
			}
		}
		require.Greater(t, accepted, 2, "not of small order: %s", encoded)

		public, err := license.ParsePublicKey(key)
		require.Zero(t, public)
		code := reasonOf(t, err).Code
		require.Contains(t, []license.Code{license.KeySmallOrder, license.KeyNotCanonical}, code)

		_, err = issuer.New("acme", license.RoleLicense, deviceOf(key))
		require.ErrorIs(t, err, code)
		k, err := license.ParseKeyring("latchkey keyring 1\nvendor acme\nversion 1\nkey " + sumID(key) + " license 2031-12-31 " +
			base64.StdEncoding.EncodeToString(key) + "\n")
		refused(t, anyOf(k), err, code)

		// A request of nobody: without the check, one in eight would pass.
		passes := 0
		for i := range 64 {
			e := dsse.New(license.KindRequest, []byte(requestOf(key, i)))
			e.Signatures = []dsse.Signature{{KeyID: sumID(key), Sig: [64]byte(forged)}}
			if ed25519.Verify(key, e.Signed(), forged) {
				passes++
			}
			r, err := license.OpenRequest(e.JSON())
			refused(t, anyOf(r), err, code)
		}
		require.Greater(t, passes, 2)
	}
	require.Len(t, seen, 14)

	for i := range 128 {
		public := seeded(t, license.RoleLicense, byte(i+1)).Public()
		again, err := license.ParsePublicKey(public.Bytes())
		require.NoError(t, err)
		require.Equal(t, public, again)
	}
	n := 0
	for _, group := range wycheproof(t) {
		for _, c := range group.Tests {
			if c.Result == "valid" {
				_, err := license.ParsePublicKey(unhex(t, group.PublicKey.PK))
				require.NoError(t, err, c.ID)
				n++
			}
		}
	}
	require.Equal(t, 88, n)
}

// requestOf returns a request's payload with any bytes as the installation's
// key; each n gives another one.
func requestOf(key []byte, n int) string {
	return strings.NewReplacer(installation64, base64.StdEncoding.EncodeToString(key),
		`"product":"acme-cad"`, `"product":"acme-cad","revision":`+strconv.Itoa(n+1)).Replace(minRequest)
}

func sumID(key []byte) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// The vectors of Project Wycheproof.
type wycheproofGroup struct {
	PublicKey struct {
		PK string `json:"pk"`
	} `json:"publicKey"`
	Tests []struct {
		ID     int      `json:"tcId"`
		Flags  []string `json:"flags"`
		Msg    string   `json:"msg"`
		Sig    string   `json:"sig"`
		Result string   `json:"result"`
	} `json:"tests"`
}

func wycheproof(t testing.TB) []wycheproofGroup {
	var file struct {
		NumberOfTests int               `json:"numberOfTests"`
		TestGroups    []wycheproofGroup `json:"testGroups"`
	}
	readJSON(t, "wycheproof.json", &file)
	n := 0
	for _, g := range file.TestGroups {
		n += len(g.Tests)
	}
	require.Equal(t, 151, n)
	require.Equal(t, file.NumberOfTests, n)
	return file.TestGroups
}

func readJSON(t testing.TB, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(testdata + "ed25519/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, v))
}

// verifies loads a key and verifies a signature as documents are verified. A
// signature of another length never gets that far: the envelope refuses it.
func verifies(t *testing.T, key, message, sig []byte) bool {
	t.Helper()
	public, err := license.ParsePublicKey(key)
	if err != nil {
		return false
	}
	if len(sig) != 64 {
		_, err := dsse.Parse(envelopeJSON(minLicense, base64.StdEncoding.EncodeToString(sig)))
		require.ErrorIs(t, err, dsse.ErrMalformed)
		return false
	}
	return license.Verify(public, message, (*[64]byte)(sig))
}

// envelopeJSON returns a bare licence with one signature, whatever it is.
func envelopeJSON(payload, sig string) []byte {
	return []byte(`{"payload":"` + base64.StdEncoding.EncodeToString([]byte(payload)) +
		`","payloadType":"application/vnd.latchkey.license+json","signatures":[{"keyid":"34750f98bd59fcfc","sig":"` + sig + `"}]}`)
}

func nonCanonicalKeys(t *testing.T) {
	var cases []struct {
		Message   string `json:"message"`
		Key       string `json:"pub_key"`
		Signature string `json:"signature"`
	}
	readJSON(t, "speccheck.json", &cases)
	require.Len(t, cases, 12)
	var ours, theirs []int
	for i, c := range cases {
		key, message, sig := unhex(t, c.Key), unhex(t, c.Message), unhex(t, c.Signature)
		if verifies(t, key, message, sig) {
			ours = append(ours, i)
		}
		if ed25519.Verify(key, message, sig) {
			theirs = append(theirs, i)
		}
	}
	require.Equal(t, []int{0, 1, 2, 3, 11}, theirs, "what crypto/ed25519 accepts by itself")
	// The keys of cases 2 and 3 are the sum of an honest key and a point of small
	// order. Only who has the private key can make such signatures, and only a
	// multiplication by the group's order finds such keys, which would cost more
	// than the verification.
	require.Equal(t, []int{2, 3}, ours)

	right := 0
	for _, group := range wycheproof(t) {
		for _, c := range group.Tests {
			got := verifies(t, unhex(t, group.PublicKey.PK), unhex(t, c.Msg), unhex(t, c.Sig))
			require.Equal(t, c.Result == "valid", got, c.ID)
			right++
		}
	}
	require.Equal(t, 151, right)

	// All 19 encodings from p to 2^255-1, with either sign.
	for low := 0xed; low <= 0xff; low++ {
		for _, high := range []byte{0x7f, 0xff} {
			key := append(append([]byte{byte(low)}, repeated(0xff, 30)...), high)
			_, err := license.ParsePublicKey(key)
			code := reasonOf(t, err).Code
			require.Contains(t, []license.Code{license.KeySmallOrder, license.KeyNotCanonical}, code)
			r, err := license.OpenRequest(signedAs(license.KindRequest, requestOf(key, 0), sumID(key), [64]byte{}))
			refused(t, anyOf(r), err, code)
		}
	}
}

// signedAs returns a document with one signature, whatever it is.
func signedAs(kind, payload, id string, sig [64]byte) []byte {
	return withSignatures(dsse.New(kind, []byte(payload)), []dsse.Signature{{KeyID: id, Sig: sig}}).JSON()
}

func signatureMalleability(t *testing.T) {
	v := newVendor(t)
	e := sealWith(t, license.KindLicense, minLicense, vendorKey(t, license.RoleLicense))
	_, err := license.Open(e.Armor(), v.keyring)
	require.NoError(t, err)
	for _, k := range allKinds(t) {
		if k.role == license.RoleRoot {
			continue
		}
		e := sealWith(t, k.kind, k.payload, vendorKey(t, k.role))
		s := e.Signatures[0]
		for range 8 { // as long as it fits into 32 bytes
			addOrder(s.Sig[32:])
			got, err := k.open(withSignatures(e, []dsse.Signature{s}).Armor(), v.keyring)
			refused(t, got, err, license.SignatureWrong, k.kind)
		}
	}
	n := 0
	for _, group := range wycheproof(t) {
		for _, c := range group.Tests {
			if c.Flags[0] == "SignatureMalleability" {
				require.False(t, verifies(t, unhex(t, group.PublicKey.PK), unhex(t, c.Msg), unhex(t, c.Sig)), c.ID)
				n++
			}
		}
	}
	require.Equal(t, 8, n)
}

func lengths(t *testing.T) {
	v := newVendor(t)
	good := sealWith(t, license.KindLicense, minLicense, vendorKey(t, license.RoleLicense)).Signatures[0].Sig
	public := v.issue.Public().Bytes()
	for n := range 129 {
		key := bytes.Repeat(public, 5)[:n]
		_, err := license.ParsePublicKey(key)
		require.Equal(t, n == 32, err == nil, n)
		k, err := license.ParseKeyring("latchkey keyring 1\nvendor acme\nversion 1\nkey " + v.issue.Public().ID() +
			" license 2031-12-31 " + base64.StdEncoding.EncodeToString(key) + "\n")
		require.Equal(t, n == 32, err == nil, n)
		require.Equal(t, n == 32, k != nil, n)

		r, err := license.OpenRequest(signed(t, license.KindRequest, requestOf(bytes.Repeat(vendorKey(t, byInstallation).Public().Bytes(), 5)[:n], 0)))
		if n == 32 {
			require.NoError(t, err)
		} else {
			refused(t, anyOf(r), err, license.Malformed, n)
		}

		sig := base64.StdEncoding.EncodeToString(bytes.Repeat(good[:], 3)[:n])
		for _, text := range [][]byte{envelopeJSON(minLicense, sig), []byte("-----BEGIN LATCHKEY LICENSE-----" +
			base64.StdEncoding.EncodeToString([]byte(minLicense)) + ".34750f98bd59fcfc:" + sig + "-----END LATCHKEY LICENSE-----")} {
			l, err := license.Open(text, v.keyring)
			if n == 64 {
				require.NoError(t, err)
			} else {
				refused(t, anyOf(l), err, license.Damaged, n)
			}
		}
	}
}

func trustAll(t *testing.T) {
	v := newVendor(t)
	attacker := seeded(t, license.RoleLicense, 66)
	ours := v.issue.Public().ID()
	embedded := base64.StdEncoding.EncodeToString(attacker.Public().Bytes())
	bare := string(sealWith(t, license.KindLicense, minLicense, attacker).JSON())
	withKey := strings.Replace(minLicense, `"issued"`, `"id_key":"`+embedded+`","issued"`, 1)
	borrowed := sealWith(t, license.KindLicense, minLicense, attacker)
	borrowed.Signatures[0].KeyID = ours
	attackers, err := license.NewKeyring("acme", 9, 0, []license.Key{{Public: attacker.Public(), Role: license.RoleLicense, End: day("2031-12-31")}})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		text string
		want license.Code
	}{
		"the attacker's key":                {bare, license.KeyUnknown},
		"embedded in the envelope":          {strings.Replace(bare, `{"payload":`, `{"key":"`+embedded+`","payload":`, 1), license.Damaged},
		"embedded beside the signature":     {strings.Replace(bare, `{"keyid":`, `{"key":"`+embedded+`","keyid":`, 1), license.Damaged},
		"embedded as the key's id":          {strings.Replace(bare, attacker.Public().ID(), embedded, 1), license.Damaged},
		"embedded in the payload":           {string(sealWith(t, license.KindLicense, withKey, attacker).JSON()), license.KeyUnknown},
		"under the vendor's key id":         {string(borrowed.JSON()), license.SignatureWrong},
		"with a keyring of the attacker's":  {attackers.String() + bare, license.NotDocument},
		"as a keyring document in one file": {string(sealWith(t, license.KindKeyring, mustEncode(t, attackers), attacker).Armor()) + bare, license.Damaged},
	} {
		l, err := license.Open([]byte(c.text), v.keyring)
		refused(t, anyOf(l), err, c.want, name)
	}
	for _, k := range documentKinds(t) {
		text := signed(t, k.kind, k.payload)
		for _, none := range []*license.Keyring{nil, {}} {
			got, err := k.open(text, none)
			refused(t, got, err, license.KeyUnknown, k.kind)
		}
	}
	empty, err := license.NewKeyring("acme", 1, 0, nil)
	require.Nil(t, empty)
	require.ErrorContains(t, err, "keys: is empty")
	trustOwn(t)
}

// trustOwn holds that a request is that of the installation whose key it holds,
// and of no other.
func trustOwn(t *testing.T) {
	ours, other := vendorKey(t, byInstallation), seeded(t, license.RoleActivation, 66)
	e := sealWith(t, license.KindRequest, minRequest, ours)
	good := e.Signatures[0]
	theirs := sealWith(t, license.KindRequest, minRequest, other).Signatures[0]
	under := func(s dsse.Signature, id string) dsse.Signature { s.KeyID = id; return s }
	otherInside := requestOf(other.Public().Bytes(), 0)
	for name, c := range map[string]struct {
		payload    string
		signatures []dsse.Signature
	}{
		"another key's signature":              {minRequest, []dsse.Signature{theirs}},
		"under the installation's id":          {minRequest, []dsse.Signature{under(theirs, good.KeyID)}},
		"the right signature under another id": {minRequest, []dsse.Signature{under(good, theirs.KeyID)}},
		"under an id of zeros":                 {minRequest, []dsse.Signature{under(good, "0000000000000000")}},
		"another installation's key inside":    {otherInside, []dsse.Signature{good}},
		"and under its id":                     {otherInside, []dsse.Signature{under(good, theirs.KeyID)}},
		"and signed by ours":                   {otherInside, sealWith(t, license.KindRequest, otherInside, ours).Signatures},
		"the vendor's key":                     {minRequest, sealWith(t, license.KindRequest, minRequest, vendorKey(t, license.RoleActivation)).Signatures},
		"twice":                                {minRequest, []dsse.Signature{good, good}},
		"another signature after it":           {minRequest, []dsse.Signature{good, theirs}},
		"another signature before it":          {minRequest, []dsse.Signature{theirs, good}},
		"zeros":                                {minRequest, []dsse.Signature{{KeyID: good.KeyID}}},
		"changed after it was signed":          {strings.Replace(minRequest, "check", "report", 1), []dsse.Signature{good}},
		"another nonce":                        {strings.Replace(minRequest, "AAEC", "BBEC", 1), []dsse.Signature{good}},
		"of the payload without its type":      {minRequest, []dsse.Signature{{KeyID: good.KeyID, Sig: signature(t, ours, []byte(minRequest))}}},
	} {
		bad := withSignatures(dsse.New(license.KindRequest, []byte(c.payload)), c.signatures)
		for _, text := range [][]byte{bad.JSON(), bad.Armor()} {
			r, err := license.OpenRequest(text)
			refused(t, anyOf(r), err, license.SignatureWrong, name)
		}
	}
	r, err := license.OpenRequest(e.JSON())
	require.NoError(t, err)
	require.Equal(t, ours.Public().Bytes(), r.Installation)

	// Its key is not the vendor's: it signs nothing that a keyring opens, not even
	// where an attacker has put the vendor's id beside the signature.
	v := newVendor(t)
	for _, k := range documentKinds(t) {
		e := sealWith(t, k.kind, k.payload, ours)
		got, err := k.open(e.JSON(), v.keyring)
		refused(t, got, err, license.KeyUnknown, k.kind)
		got, err = k.open(withSignatures(e, []dsse.Signature{under(e.Signatures[0], vendorKey(t, k.role).Public().ID())}).JSON(), v.keyring)
		refused(t, got, err, license.SignatureWrong, k.kind)
	}
}

func mustEncode(t *testing.T, k *license.Keyring) string {
	b, err := license.EncodeKeyring(k)
	require.NoError(t, err)
	return string(b)
}

func algorithmConfusion(t *testing.T) {
	v := newVendor(t)
	e := sealWith(t, license.KindLicense, minLicense, vendorKey(t, license.RoleLicense))
	bare := string(e.JSON())
	refuse := func(text string, codes ...license.Code) {
		t.Helper()
		l, err := license.Open([]byte(text), v.keyring)
		require.Nil(t, l, text)
		require.Contains(t, codes, reasonOf(t, err).Code, text)
	}
	for _, alg := range []string{`"none"`, `"NONE"`, `""`, `"HS256"`, `"EdDSA"`, `"ed25519"`, `"Ed25519ph"`, `null`, `0`} {
		for _, member := range []string{"alg", "algorithm", "scheme", "typ"} {
			for _, before := range []string{`{"payload":`, `{"keyid":`} {
				refuse(strings.Replace(bare, before, `{"`+member+`":`+alg+","+before[1:], 1), license.Damaged)
			}
		}
		for _, sig := range []string{"", base64.StdEncoding.EncodeToString(make([]byte, 64))} {
			none := strings.Replace(minLicense, `{"id"`, `{"alg":`+alg+`,"id"`, 1)
			refuse(string(envelopeJSON(none, sig)), license.Damaged, license.SignatureWrong)
		}
	}
	for _, payloadType := range []string{
		"", "license", "application/json", "application/vnd.latchkey.license", "application/vnd.latchkey.license+cbor",
		"application/vnd.latchkey.license+json ", "application/vnd.latchkey.LICENSE+json", "Application/vnd.latchkey.license+json",
		"application/vnd.latchkey.+json", "application/vnd.latchkey.license+jsonx", "application/vnd.latchkey.licens%65+json",
		"application/vnd.in-toto+json", "application/vnd.latchkey.update+json", "application/vnd.latchkey.time+json",
	} {
		refuse(strings.Replace(bare, "application/vnd.latchkey.license+json", payloadType, 1), license.Damaged, license.OtherDocument)
	}
	for _, version := range []string{`"v":0,`, `"v":2,`, `"v":"1",`, `"v":-1,`, `"v":1.0,`, `"v":[1],`, `"v":true,`, `"v":"",`, ``} {
		refuse(string(signed(t, license.KindLicense, strings.Replace(minLicense, `"v":1,`, version, 1))), license.Malformed, license.TooNew)
	}

	public := v.issue.Public().Bytes()
	mac512, mac256 := hmac.New(sha512.New, public), hmac.New(sha256.New, public)
	for _, message := range [][]byte{e.Signed(), []byte(minLicense)} {
		mac512.Reset()
		mac256.Reset()
		mac512.Write(message)
		mac256.Write(message)
		short := mac256.Sum(nil)
		for _, sig := range [][]byte{mac512.Sum(nil), append(short, short...), append(bytes.Clone(public), short...)} {
			require.Len(t, sig, 64)
			refuse(string(envelopeJSON(minLicense, base64.StdEncoding.EncodeToString(sig))), license.SignatureWrong)
		}
	}

	// Signed with the right key in another way: without the type, or as a digest.
	key := seedKey(1)
	digest := sha512.Sum512(e.Signed())
	ph, err := key.Sign(nil, digest[:], &ed25519.Options{Hash: 7}) // crypto.SHA512
	require.NoError(t, err)
	ctx, err := key.Sign(nil, e.Signed(), &ed25519.Options{Context: "latchkey"})
	require.NoError(t, err)
	for _, sig := range [][]byte{ed25519.Sign(key, []byte(minLicense)), ed25519.Sign(key, digest[:]), ph, ctx} {
		refuse(string(envelopeJSON(minLicense, base64.StdEncoding.EncodeToString(sig))), license.SignatureWrong)
	}
	_, err = license.Open(envelopeJSON(minLicense, base64.StdEncoding.EncodeToString(ed25519.Sign(key, e.Signed()))), v.keyring)
	require.NoError(t, err)
}

// seedKey is the key of seeded with the standard library's type.
func seedKey(b byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(repeated(b, 32)) }

func crossKind(t *testing.T) {
	v := newVendor(t)
	kinds := allKinds(t)
	cells, tried := 0, 0
	for _, from := range kinds {
		e := sealWith(t, from.kind, from.payload, signersOf(t, from.role)...)
		for _, to := range kinds {
			cells++
			got, err := to.open(e.Armor(), v.keyring)
			if from.kind == to.kind {
				require.NoError(t, err)
				continue
			}
			r := refused(t, got, err, license.OtherDocument)
			require.Equal(t, []string{from.kind, to.kind}, []string{r.Has, r.Needs})

			// Under the other kind's name, with its own payload and with the other's.
			codes := []license.Code{license.SignatureWrong, license.KeyWrongRole}
			switch license.KindRequest {
			case from.kind:
				codes = []license.Code{license.KeyUnknown}
			case to.kind: // whose payload says by which key it is signed
				codes = []license.Code{license.SignatureWrong, license.Malformed}
			}
			for _, payload := range []string{from.payload, to.payload} {
				relabelled := withSignatures(dsse.New(to.kind, []byte(payload)), e.Signatures)
				for _, text := range [][]byte{relabelled.Armor(), relabelled.JSON()} {
					got, err := to.open(text, v.keyring)
					require.Nil(t, got)
					require.Contains(t, codes, reasonOf(t, err).Code)
					tried++
				}
			}
		}
	}
	require.Equal(t, 64, cells)
	require.Equal(t, 224, tried)

	// Every kind signed by the key of every role.
	for _, k := range kinds {
		for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot, byInstallation} {
			got, err := k.open(sealWith(t, k.kind, k.payload, signersOf(t, role)...).Armor(), v.keyring)
			switch {
			case role == k.role:
				require.NoError(t, err)
			case k.role == byInstallation:
				refused(t, got, err, license.SignatureWrong, role)
			case role == byInstallation:
				refused(t, got, err, license.KeyUnknown, k.kind)
			default:
				r := refused(t, got, err, license.KeyWrongRole, k.kind)
				require.Equal(t, []string{string(role), string(k.role)}, []string{r.Has, r.Needs})
			}
		}
	}
	sameKeyCrossKind(t)
	typedKeyCrossKind(t, documentKinds(t))
}

// What one key has signed as one kind is no other, also where a payload would
// do for several: of a receipt, a reply, a time and a request that the
// activation server's key has signed, none passes for another.
func sameKeyCrossKind(t *testing.T) {
	v := newVendor(t)
	key := vendorKey(t, license.RoleActivation)
	own := base64.StdEncoding.EncodeToString(key.Public().Bytes())
	const all = `{"activated":"2026-03-10T12:00:00Z","challenge":"000102030405060708ff","id":"A-1","installation":"KEY",` +
		`"issued":"2026-03-10T12:00:00Z","nonce":"AAECAwQFBgcICQoLDA0ODw==",OPERATION"product":"acme-cad",REQUEST"sequence":1,` +
		`"serial":"S0001-TEST","time":"2026-03-10T12:00:00Z","v":1,"vendor":"acme"}`
	payload := strings.NewReplacer("KEY", own, "OPERATION", `"operation":"check",`,
		"REQUEST", `"request":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff",`).Replace(all)
	var kinds []documentKind
	for _, k := range allKinds(t) {
		if k.role == license.RoleActivation || k.role == byInstallation {
			kinds = append(kinds, k)
		}
	}
	require.Len(t, kinds, 4)
	for _, from := range kinds {
		e := sealWith(t, from.kind, payload, key)
		got, err := from.open(e.JSON(), v.keyring)
		require.NoError(t, err, from.kind)
		require.NotNil(t, got)
		for _, to := range kinds {
			if to.kind == from.kind {
				continue
			}
			got, err := to.open(e.JSON(), v.keyring)
			refused(t, got, err, license.OtherDocument)
			relabelled := withSignatures(dsse.New(to.kind, []byte(payload)), e.Signatures)
			for _, text := range [][]byte{relabelled.JSON(), relabelled.Armor()} {
				got, err = to.open(text, v.keyring)
				refused(t, got, err, license.SignatureWrong, from.kind+" as "+to.kind)
			}
		}
	}
}

// A typed key's signature makes no document, and no document's a typed key.
func typedKeyCrossKind(t *testing.T, kinds []documentKind) {
	v, c := newVendor(t), aCatalogue(t, editions())
	terms, err := theTerms().Encode("acme-cad", ada)
	require.NoError(t, err)
	signedKey := license.SignedKey(terms, "acme", "acme-cad", ada)
	typed := dsse.Signature{KeyID: v.issue.Public().ID(), Sig: signature(t, vendorKey(t, license.RoleLicense), signedKey)}
	_, err = license.OpenKey(append(bytes.Clone(terms), typed.Sig[:]...), ada, v.keyring, c)
	require.NoError(t, err)
	payload := signedKey[bytes.IndexByte(signedKey, '{'):]
	require.Equal(t, dsse.PAE("typedkey", payload), signedKey)

	for _, k := range kinds {
		for _, p := range [][]byte{payload, []byte(k.payload)} {
			for _, kind := range []string{k.kind, "typedkey"} {
				got, err := k.open(withSignatures(dsse.New(kind, p), []dsse.Signature{typed}).Armor(), v.keyring)
				require.Nil(t, got)
				require.Contains(t, []license.Code{license.SignatureWrong, license.KeyWrongRole, license.OtherDocument}, reasonOf(t, err).Code)
			}
		}
		// A document that says what a typed key would sign, signed as that document.
		sig := sealWith(t, k.kind, string(payload), vendorKey(t, license.RoleLicense)).Signatures[0].Sig
		l, err := license.OpenKey(append(bytes.Clone(terms), sig[:]...), ada, v.keyring, c)
		refused(t, anyOf(l), err, license.KeyNotGenuine)
	}
	require.Equal(t, []string{"license", "update", "catalogue", "keyring", "time", "receipt", "request", "reply"},
		[]string{license.KindLicense, license.KindUpdate, license.KindCatalogue, license.KindKeyring, license.KindTime,
			license.KindReceipt, license.KindRequest, license.KindReply})
}

func outsideTheSignature(t *testing.T) {
	for _, k := range allKinds(t) {
		if k.role != license.RoleRoot {
			outsideTheSignatureOf(t, k)
		}
	}
}

func outsideTheSignatureOf(t *testing.T, k documentKind) {
	v := newVendor(t)
	e := sealWith(t, k.kind, k.payload, vendorKey(t, k.role))
	want, err := k.open(e.JSON(), v.keyring)
	require.NoError(t, err)
	identical, other := 0, 0
	try := func(text string) {
		got, err := k.open([]byte(text), v.keyring)
		if err != nil {
			require.Nil(t, got)
			other++
			return
		}
		require.Equal(t, want, got, text)
		identical++
	}
	bare, armour := string(e.JSON()), string(e.Armor())

	// A member added at every place in the JSON form, one removed, one renamed.
	for i, c := range bare {
		if strings.ContainsRune(`{}[],"`, c) {
			for _, add := range []string{`"a":1,`, `,"z":1`, `"signed":"2026-03-10",`, `"payload":"e30=",`, `,"payload":"e30="`, `{},`, `null,`} {
				try(bare[:i] + add + bare[i:])
				try(bare[:i+1] + add + bare[i+1:])
			}
		}
	}
	for _, name := range []string{"payload", "payloadType", "signatures", "keyid", "sig"} {
		try(strings.Replace(bare, `"`+name+`":`, `"`+strings.ToUpper(name)+`":`, 1))
		try(strings.Replace(bare, `"`+name+`":`, `"x`+name+`":`, 1))
	}
	require.Zero(t, identical, "the JSON form has no room for anything")

	// Every value: the key's id, and more signatures, before and after.
	other = 0
	s := e.Signatures[0]
	stranger, otherRole := seeded(t, license.RoleLicense, 66), vendorKey(t, license.RoleActivation)
	if k.role == license.RoleActivation {
		otherRole = vendorKey(t, license.RoleLicense)
	}
	for _, id := range []string{otherRole.Public().ID(), v.root1.Public().ID(), "0000000000000000", "ffffffffffffffff"} {
		hinted := s
		hinted.KeyID = id
		try(string(withSignatures(e, []dsse.Signature{hinted}).JSON()))
		try(string(withSignatures(e, []dsse.Signature{hinted}).Armor()))
	}
	require.Equal(t, 8, other)
	more := sealWith(t, k.kind, k.payload, stranger, otherRole).Signatures
	for _, signatures := range [][]dsse.Signature{{s, more[0]}, {more[0], s}, {s, more[1]}, {more[1], s}, {s, s}, {more[1], more[0], s}} {
		try(string(withSignatures(e, signatures).JSON()))
		try(string(withSignatures(e, signatures).Armor()))
	}
	if k.role == byInstallation {
		require.Zero(t, identical, "a request has one signature")
	} else {
		require.Equal(t, 12, identical, "a signature more changes nothing")
	}

	// Text added at every line of the armour.
	identical = 0
	lines := strings.SplitAfter(armour, "\n")
	for i := range lines {
		for _, add := range []string{"Comment: x\n", "Proc-Type: 4,ENCRYPTED\n", "e30=\n", ".\n", ":\n", "=\n", "# x\n", lines[0], lines[len(lines)-2]} {
			try(strings.Join(lines[:i], "") + add + strings.Join(lines[i:], ""))
		}
	}
	require.Zero(t, identical)
	for i := range lines {
		try(strings.Join(lines[:i], "") + " \t\r\n" + strings.Join(lines[i:], ""))
	}
	require.Equal(t, len(lines), identical, "white space between lines is no part of the text")
}

func strictDecoding(t *testing.T) {
	v := newVendor(t)
	const feature = `{"id":"draw","seats":5}`
	payload := strings.Replace(minLicense, `{"id":"draw"}`, feature, 1)
	l, err := license.Open(signed(t, license.KindLicense, payload), v.keyring)
	require.NoError(t, err)
	require.EqualValues(t, 5, l.Products[0].Features[0].Seats)

	faults := map[string]func(object string) string{ // each spoils one object that ends in a member
		"the member twice": func(o string) string {
			return o[:len(o)-1] + "," + o[strings.LastIndex(o, `,"`)+1:]
		},
		"the first member twice": func(o string) string {
			first, _, _ := strings.Cut(o[1:], ",")
			return "{" + first + "," + o[1:]
		},
		"a member in capitals": func(o string) string { return `{"ID":"x",` + o[1:] },
		"a member with one":    func(o string) string { return `{"Seats":9,` + o[1:] },
		"a name with U+017F":   func(o string) string { return o[:len(o)-1] + `,"ſeatſ":9}` },
		"a name with U+212A":   func(o string) string { return o[:len(o)-1] + `,"\u212Aind":"full"}` },
		"an escaped name":      func(o string) string { return strings.Replace(o, `"id"`, `"\u0069d"`, 1) },
		"null over a value":    func(o string) string { return o[:strings.LastIndex(o, ":")+1] + "null}" },
		"null as a value":      func(o string) string { return o[:len(o)-1] + `,"zz":null}` },
		"not UTF-8":            func(o string) string { return o[:len(o)-1] + ",\"zz\":\"\xff\"}" },
		"a lone surrogate":     func(o string) string { return o[:len(o)-1] + `,"zz":"\ud800"}` },
		"overlong UTF-8":       func(o string) string { return o[:len(o)-1] + ",\"zz\":\"\xc0\x80\"}" },
		"a name not UTF-8":     func(o string) string { return o[:len(o)-1] + ",\"zz\xff\":1}" },
		"trailing comma":       func(o string) string { return o[:len(o)-1] + ",}" },
		"trailing brace":       func(o string) string { return o + "}" },
		"trailing value":       func(o string) string { return o + "{}" },
		"white space":          func(o string) string { return "{ " + o[1:] },
		"white space after":    func(o string) string { return o + " " },
		"line end":             func(o string) string { return o + "\n" },
		"byte order mark":      func(o string) string { return "\ufeff" + o },
		"comment":              func(o string) string { return "/**/" + o },
		"fraction":             func(o string) string { return o[:len(o)-1] + `,"zz":1.5}` },
		"exponent":             func(o string) string { return o[:len(o)-1] + `,"zz":1e3}` },
		"minus zero":           func(o string) string { return o[:len(o)-1] + `,"zz":-0}` },
		"2^53":                 func(o string) string { return o[:len(o)-1] + `,"zz":9007199254740992}` },
		"single quotes":        func(o string) string { return strings.Replace(o, `"id"`, `'id'`, 1) },
		"control character":    func(o string) string { return o[:len(o)-1] + ",\"zz\":\"\n\"}" },
		"needless escape":      func(o string) string { return o[:len(o)-1] + `,"zz":"\/"}` },
	}
	product := payload[strings.Index(payload, `[{"features"`)+1 : strings.Index(payload, `],"v"`)]
	require.True(t, json.Valid([]byte(product)))
	for place, object := range map[string]string{"top": payload, "product": product, "feature": feature} {
		for name, fault := range faults {
			bad := strings.Replace(payload, object, fault(object), 1)
			require.NotEqual(t, payload, bad, name)
			l, err := license.Open(signed(t, license.KindLicense, bad), v.keyring)
			refused(t, anyOf(l), err, license.Malformed, place+": "+name)
		}
	}
	for _, k := range allKinds(t) { // the other kinds, at the top
		for name, fault := range faults {
			if bad := fault(k.payload); bad != k.payload && k.role != license.RoleRoot {
				got, err := k.open(signed(t, k.kind, bad), v.keyring)
				refused(t, got, err, license.Malformed, k.kind+": "+name)
			}
		}
	}

	// What was used is in requests and replies alike, below the top.
	const used = `{"feature":"draw","product":"acme-cad"}`
	const usage = `{"activated":"2026-03-10T12:00:00Z","features":[` + used + `],"first_use":"2026-03-10T12:00:00Z"}`
	const bound = `{"data":"AAAA","scheme":"board"}`
	for _, k := range allKinds(t) {
		objects := []string{used, usage}
		withAll := strings.Replace(k.payload, `"v":1`, `"usage":`+usage+`,"v":1`, 1)
		switch k.kind {
		case license.KindReceipt:
			objects, withAll = []string{bound}, strings.Replace(k.payload, `,"id"`, `,"binding":`+bound+`,"id"`, 1)
		case license.KindRequest, license.KindReply:
		default:
			continue
		}
		_, err := k.open(signed(t, k.kind, withAll), v.keyring)
		require.NoError(t, err, k.kind)
		for _, object := range objects {
			for name, fault := range faults {
				spoilt := fault(object)
				if spoilt == object { // it has no "id" to be misspelt
					continue
				}
				got, err := k.open(signed(t, k.kind, strings.Replace(withAll, object, spoilt, 1)), v.keyring)
				refused(t, got, err, license.Malformed, k.kind+": "+object+": "+name)
			}
		}
	}
}

func zeroValueBesideError(t *testing.T) {
	v, c := newVendor(t), aCatalogue(t, editions())
	n := 0
	for _, k := range allKinds(t) {
		// Payloads that break off, and those with a byte that fits nowhere: the
		// decoder has seen all that stands before.
		step := 1 + len(k.payload)/150
		for i := 0; i < len(k.payload); i += step {
			for _, payload := range []string{k.payload[:i], k.payload[:i] + "\x00" + k.payload[i+1:]} {
				got, err := k.open(sealWith(t, k.kind, payload, signersOf(t, k.role)...).JSON(), v.keyring)
				require.Error(t, err)
				require.Nil(t, got)
				n++
			}
		}
	}
	require.Greater(t, n, 1600)

	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	payload := key.Payload()
	for i := range payload {
		payload[i] ^= 0x80
		l, err := license.OpenKey(payload, ada, v.keyring, c)
		require.Error(t, err)
		require.Nil(t, l)
		payload[i] ^= 0x80
	}
	for _, b := range [][]byte{nil, make([]byte, 31), make([]byte, 32)} {
		public, err := license.ParsePublicKey(b)
		require.Error(t, err)
		require.Zero(t, public)
	}
	text := v.keyring.String()
	for i := range len(text) - 1 {
		if k, err := license.ParseKeyring(text[:i]); err != nil {
			require.Nil(t, k)
		}
	}
	l := goldenLicense()
	result, diff, err := license.Apply(l, &license.Update{Vendor: "bcme"}, noon, license.Usage{})
	require.Error(t, err)
	require.Nil(t, result)
	require.Nil(t, diff)
	u, err := l.Unseal(nil)
	require.Error(t, err)
	require.Nil(t, u)
	d, err := license.ParseDate("2026-02-30")
	require.Error(t, err)
	require.Zero(t, d)
}

func oneText(t *testing.T) {
	v := newVendor(t)
	for n := range 3 { // payloads that need no padding, one "=" and two
		payload := strings.Replace(minLicense, `"L-1"`, `"L-1`+strings.Repeat("x", n)+`"`, 1)
		e := sealWith(t, license.KindLicense, payload, vendorKey(t, license.RoleLicense))
		bare, armour := string(e.JSON()), string(e.Armor())
		for _, text := range []string{bare, armour} {
			again, err := dsse.Parse([]byte(text))
			require.NoError(t, err)
			require.Equal(t, bare, string(again.JSON()))
			require.Equal(t, armour, string(again.Armor()))
		}
		l, err := license.Open([]byte(armour), v.keyring)
		require.NoError(t, err)
		b, err := l.Encode()
		require.NoError(t, err)
		require.Equal(t, payload, string(b))

		encoded := base64.StdEncoding.EncodeToString([]byte(payload))
		sig := base64.StdEncoding.EncodeToString(e.Signatures[0].Sig[:])
		texts := map[string]string{
			"leading garbage":        "x" + armour,
			"leading line":           "Here is your licence:\n\n" + armour,
			"trailing line":          armour + "Kind regards\n",
			"a header":               strings.Replace(armour, "-----\n", "-----\nVersion: 1\n\n", 1),
			"CR within a line":       armour[:60] + "\r" + armour[60:],
			"blank within a line":    armour[:60] + " " + armour[60:],
			"NUL within a line":      armour[:60] + "\x00" + armour[60:],
			"zero-width space":       armour[:60] + "\u200b" + armour[60:],
			"no-break space":         armour[:60] + "\u00a0" + armour[60:],
			"a dash less":            armour[1:],
			"a dash more":            "-" + armour,
			"twice":                  armour + armour,
			"a second bare form":     bare + bare,
			"LF in the payload":      strings.Replace(bare, encoded, encoded[:8]+`\n`+encoded[8:], 1),
			"CR in the payload":      strings.Replace(bare, encoded, encoded[:8]+`\r`+encoded[8:], 1),
			"raw LF in the payload":  strings.Replace(bare, encoded, encoded[:8]+"\n"+encoded[8:], 1),
			"four LF in the payload": strings.Replace(bare, encoded, encoded[:8]+`\n\n\n\n`+encoded[8:], 1),
			"LF in the signature":    strings.Replace(bare, sig, sig[:8]+`\n`+sig[8:], 1),
			"escaped letter":         strings.Replace(bare, encoded, `\u0065`+encoded[1:], 1),
			"escaped slash":          strings.Replace(bare, "application/vnd", `application\/vnd`, 1),
			"base64 for URLs":        strings.Replace(bare, sig, strings.NewReplacer("+", "-", "/", "_").Replace(sig), 1),
			"signature unpadded":     strings.Replace(bare, sig, strings.TrimRight(sig, "="), 1),
			"signature padded more":  strings.Replace(bare, sig, sig+"====", 1),
			"loose signature":        strings.Replace(bare, sig, sig[:85]+string(sig[85]+1)+"==", 1),
			"upper-case id":          strings.ReplaceAll(bare, "34750f98bd59fcfc", "34750F98BD59FCFC"),
			"lower-case label":       strings.ReplaceAll(armour, "LICENSE", "license"),
		}
		if n := strings.Count(encoded, "="); n > 0 {
			last := len(encoded) - n - 1
			texts["payload unpadded"] = strings.Replace(bare, encoded, encoded[:last+1], 1)
			texts["loose payload"] = strings.Replace(bare, encoded, encoded[:last]+string(encoded[last]+1)+encoded[last+1:], 1)
			_, err := base64.StdEncoding.DecodeString(encoded[:last] + string(encoded[last]+1) + encoded[last+1:])
			require.NoError(t, err, "other readers take the loose bits")
		}
		for name, text := range texts {
			if text == bare || text == armour {
				require.Equal(t, "base64 for URLs", name)
				continue
			}
			l, err := license.Open([]byte(text), v.keyring)
			require.Error(t, err, name)
			require.Nil(t, l)
			require.Contains(t, []license.Code{license.NotDocument, license.Truncated, license.Damaged}, reasonOf(t, err).Code, name)
		}
	}
}

// allocated returns how many bytes f allocated.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func size(t *testing.T) {
	v, c := newVendor(t), aCatalogue(t, editions())
	const mib = 1 << 20
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	inPayload := func(s string) string { return strings.Replace(minLicense, `{"id"`, `{"a":`+s+`,"id"`, 1) }
	deep := strings.Repeat("[", 33) + strings.Repeat("]", 33)
	bomb := strings.Repeat("{},", 10*mib/3)
	for name, in := range map[string]struct {
		text []byte
		want license.Code
		max  uint64
	}{
		"64 KiB and a byte":            {repeated('-', license.MaxDocument+1), license.TooLarge, 64 << 10},
		"64 KiB and a byte of armour":  {append([]byte("-----BEGIN LATCHKEY LICENSE-----\n"), repeated('A', license.MaxDocument)...), license.TooLarge, 64 << 10},
		"10 MiB of {},":                {[]byte(bomb), license.TooLarge, 64 << 10},
		"10 MiB of {}, in an envelope": {[]byte(`{"payload":[` + bomb), license.TooLarge, 64 << 10},
		"64 KiB of [":                  {[]byte(`{"payload":` + strings.Repeat("[", license.MaxDocument-11)), license.Damaged, mib},
		"64 KiB of {},":                {[]byte(`{"payload":[` + bomb[:license.MaxDocument-12]), license.Damaged, mib},
		"64 KiB of signatures":         {[]byte(`{"payload":"","payloadType":"application/vnd.latchkey.license+json","signatures":[` + strings.Repeat(`{},`, 21000)), license.Damaged, mib},
		"64 KiB of armoured colons":    {[]byte("-----BEGIN LATCHKEY LICENSE-----" + strings.Repeat(".:", 32700) + "-----END LATCHKEY LICENSE-----"), license.Damaged, mib},
		"64 KiB of line ends":          {repeated('\n', license.MaxDocument), license.NotDocument, mib},
		"signed: depth 33":             {signed(t, license.KindLicense, inPayload(deep)), license.Malformed, mib},
		"signed: [":                    {signed(t, license.KindLicense, inPayload(strings.Repeat("[", 40_000))), license.Malformed, mib},
		"signed: {},":                  {signed(t, license.KindLicense, inPayload("["+bomb[:40_002]+"]")), license.Malformed, mib},
		"signed: products of nothing":  {signed(t, license.KindLicense, strings.Replace(minLicense, `[{"features"`, "["+bomb[:40_002]+`{"features"`, 1)), license.Malformed, mib},
		"signed: applied":              {signed(t, license.KindLicense, strings.Replace(minLicense, `{"id"`, `{"applied":[`+strings.Repeat(`"",`, 13_000)+`""],"id"`, 1)), license.Malformed, mib},
	} {
		var l *license.License
		var err error
		bytes := allocated(func() { l, err = license.Open(in.text, v.keyring) })
		refused(t, anyOf(l), err, in.want, name)
		require.Less(t, bytes, in.max, name)
		require.Less(t, testing.AllocsPerRun(1, func() { _, _ = license.Open(in.text, v.keyring) }), 100.0, name)
	}
	for _, k := range allKinds(t) {
		require.Less(t, allocated(func() {
			got, err := k.open([]byte(bomb), v.keyring)
			refused(t, got, err, license.TooLarge)
		}), uint64(11*mib), k.kind) // the copy that the test makes of it
	}
	exchangeSize(t, bomb)
	require.Less(t, allocated(func() { _, err = license.ParseKeyring(bomb) }), uint64(64<<10))
	require.ErrorIs(t, err, license.TooLarge)
	require.Less(t, allocated(func() { _, err = license.OpenKey(key.Payload(), bomb, v.keyring, c) }), uint64(64<<10))
	require.ErrorIs(t, err, license.NameRequired)
}

// exchangeSize does the same to requests, which anybody may send, and replies,
// which may be larger than other documents.
func exchangeSize(t *testing.T, bomb string) {
	v := newVendor(t)
	const mib = 1 << 20
	openReply := opener(license.OpenReply)
	openRequest := func(text []byte, _ *license.Keyring) (any, error) {
		r, err := license.OpenRequest(text)
		return anyOf(r), err
	}
	replied := func(member string) []byte {
		return signed(t, license.KindReply, strings.Replace(minReply, `{"inst`, `{`+member+`,"inst`, 1))
	}
	asks := func(member string) []byte {
		return signed(t, license.KindRequest, strings.Replace(minRequest, `"v":1`, member+`,"v":1`, 1))
	}
	envelope := `{"payload":"","payloadType":"application/vnd.latchkey.reply+json","signatures":[`
	deep := strings.Repeat("[", 33) + strings.Repeat("]", 33)
	for name, in := range map[string]struct {
		open func([]byte, *license.Keyring) (any, error)
		text []byte
		want license.Code
		max  uint64
	}{
		"reply: 1 MiB and a byte":            {openReply, repeated('-', license.MaxReply+1), license.TooLarge, 64 << 10},
		"reply: 1 MiB and a byte of armour":  {openReply, append([]byte("-----BEGIN LATCHKEY REPLY-----\n"), repeated('A', license.MaxReply)...), license.TooLarge, 64 << 10},
		"reply: 1 MiB of [":                  {openReply, []byte(`{"payload":` + strings.Repeat("[", license.MaxReply-11)), license.Damaged, 3 * mib},
		"reply: 1 MiB of {},":                {openReply, []byte(`{"payload":[` + bomb[:license.MaxReply-12]), license.Damaged, 3 * mib},
		"reply: 1 MiB of signatures":         {openReply, []byte(envelope + bomb[:license.MaxReply-len(envelope)]), license.Damaged, 3 * mib},
		"reply: 1 MiB of armoured colons":    {openReply, []byte("-----BEGIN LATCHKEY REPLY-----" + strings.Repeat(".:", 520_000) + "-----END LATCHKEY REPLY-----"), license.Damaged, 8 * mib},
		"reply: 1 MiB of line ends":          {openReply, repeated('\n', license.MaxReply), license.NotDocument, mib},
		"reply: a licence of 1 MiB":          {openReply, signed(t, license.KindLicense, strings.Repeat("x", 700_000)), license.OtherDocument, 8 * mib},
		"signed reply: depth 33":             {openReply, replied(`"a":` + deep), license.Malformed, 8 * mib},
		"signed reply: {},":                  {openReply, replied(`"a":[` + bomb[:700_002] + `]`), license.Malformed, 8 * mib},
		"signed reply: documents of nothing": {openReply, replied(`"documents":[` + strings.Repeat(`"",`, 200_000) + `""]`), license.Malformed, 8 * mib},
		"signed reply: documents":            {openReply, replied(`"documents":[` + strings.Repeat(`"x",`, 150_000) + `"x"]`), license.Malformed, 8 * mib},
		"request: 64 KiB and a byte":         {openRequest, repeated('-', license.MaxDocument+1), license.TooLarge, 64 << 10},
		"request: 64 KiB of {},":             {openRequest, []byte(`{"payload":[` + bomb[:license.MaxDocument-12]), license.Damaged, mib},
		"signed request: depth 33":           {openRequest, asks(`"u":` + deep), license.Malformed, mib},
		"signed request: features":           {openRequest, asks(`"usage":{"features":[` + bomb[:40_002] + `{}]}`), license.Malformed, mib},
		"signed request: usage of nothing":   {openRequest, asks(`"usage":{` + strings.Repeat(`"":{},`, 6_000) + `"":1}`), license.Malformed, mib},
	} {
		var got any
		var err error
		bytes := allocated(func() { got, err = in.open(in.text, v.keyring) })
		refused(t, got, err, in.want, name)
		require.Less(t, bytes, in.max, name)
	}
	for _, text := range [][]byte{repeated('-', license.MaxReply+1), []byte(bomb), []byte(`{"payload":[` + bomb)} {
		require.Less(t, allocated(func() { require.Empty(t, license.KindOf(text)) }), uint64(64<<10))
	}
}

func rollback(t *testing.T) {
	t.Run("keyring_version_rollback", func(t *testing.T) {
		now := rootKeyring(t, 5, 1, 11)
		for version := int64(1); version < 5; version++ {
			k, err := now.Rotate(rotation(t, rootKeyring(t, version, 1, 11), 11))
			r := refused(t, anyOf(k), err, license.KeyringRollback)
			require.Equal(t, []int64{version, 5}, []int64{r.N, r.Max})
		}
	})
	t.Run("new_keyring_same_version_different_bytes", func(t *testing.T) {
		now := rootKeyring(t, 5, 1, 11)
		k, err := now.Rotate(rotation(t, rootKeyring(t, 5, 1, 11, 12), 11, 12))
		refused(t, anyOf(k), err, license.KeyringRollback)
		same, err := now.Rotate(rotation(t, rootKeyring(t, 5, 1, 11), 11))
		require.NoError(t, err)
		require.Same(t, now, same)
	})
	t.Run("fast_forward_recovery", func(t *testing.T) {
		// Thieves of a root key give the keyring the last version that there is.
		// No rotation follows it; a keyring that is shipped with the product does.
		now := rootKeyring(t, 5, 1, 11)
		stolen, err := now.Rotate(rotation(t, rootKeyring(t, 999_999_999, 1, 11), 11))
		require.NoError(t, err)
		k, err := stolen.Rotate(rotation(t, rootKeyring(t, 6, 1, 12), 11, 12))
		refused(t, anyOf(k), err, license.KeyringRollback)
		shipped, err := license.ParseKeyring(rootKeyring(t, 6, 1, 12).String())
		require.NoError(t, err)
		k, err = shipped.Rotate(rotation(t, rootKeyring(t, 999_999_999, 1, 11), 11))
		refused(t, anyOf(k), err, license.KeyUnknown, "the stolen key signs no more")
		k, err = shipped.Rotate(rotation(t, rootKeyring(t, 7, 1, 12, 13), 12))
		require.NoError(t, err)
		require.EqualValues(t, 7, k.Version())
	})
	t.Run("expired_local_root_then_rotate", func(t *testing.T) {
		now := rootKeyringUntil(t, "2020-12-31", 5, 1, 11)
		k, err := now.Rotate(rotation(t, rootKeyringUntil(t, "2021-12-31", 6, 1, 12), 11, 12))
		require.NoError(t, err)
		k, err = k.Rotate(rotation(t, rootKeyring(t, 7, 1, 13), 12, 13))
		require.NoError(t, err)
		require.EqualValues(t, 7, k.Version())
	})
	t.Run("nonconsecutive_version", func(t *testing.T) {
		k, err := rootKeyring(t, 5, 1, 11).Rotate(rotation(t, rootKeyring(t, 9, 1, 11), 11))
		require.NoError(t, err)
		require.EqualValues(t, 9, k.Version())
	})

	// Updates, by the licence that the customer has.
	l := goldenLicense()
	l.Vendor = "acme"
	add := func(id string, sequence, runs int64) *license.Update {
		return &license.Update{ID: id, Vendor: "acme", Serial: l.Serial, Sequence: sequence, Issued: noon, Products: []license.ProductChange{
			{ID: "acme-cad", Features: []license.FeatureChange{{ID: "export", Runs: &runs}}}}}
	}
	apply := func(l *license.License, u *license.Update) (*license.License, error) {
		got, _, err := license.Apply(l, u, noon, license.Usage{})
		return got, err
	}
	runs := func(l *license.License) int64 { f, _ := l.Products[0].Feature("export"); return f.Runs }
	one, err := apply(l, add("U-1", 1, 10))
	require.NoError(t, err)
	two, err := apply(one, add("U-2", 2, 10))
	require.NoError(t, err)
	require.EqualValues(t, []int64{110, 120}, []int64{runs(one), runs(two)})
	t.Run("add_on_applied_twice", func(t *testing.T) {
		got, err := apply(one, add("U-1", 1, 10))
		refused(t, anyOf(got), err, license.AlreadyApplied)
		got, err = apply(one, add("U-1", 2, 10))
		refused(t, anyOf(got), err, license.AlreadyApplied, "with a new place in the sequence")
	})
	t.Run("old_update_re_applied", func(t *testing.T) {
		got, err := apply(two, add("U-1", 1, 10))
		refused(t, anyOf(got), err, license.AlreadyApplied)
		got, err = apply(two, add("U-3", 1, 10))
		refused(t, anyOf(got), err, license.OutOfOrder, "under another id")
	})
	t.Run("same_sequence_different_bytes", func(t *testing.T) {
		got, err := apply(two, add("U-3", 2, 99))
		refused(t, anyOf(got), err, license.OutOfOrder)
	})
	t.Run("out_of_order", func(t *testing.T) {
		got, err := apply(l, add("U-2", 2, 10))
		r := refused(t, anyOf(got), err, license.OutOfOrder)
		require.Equal(t, []int64{2, 1}, []int64{r.N, r.Max})
		got, err = apply(one, add("U-9", 9, 10))
		refused(t, anyOf(got), err, license.OutOfOrder, "fast forward")
		rewrite := add("U-3", 1, 5)
		rewrite.Rewrite = true
		got, err = apply(two, rewrite)
		refused(t, anyOf(got), err, license.OutOfOrder, "an old rewrite")
	})
	t.Run("refused_changes_nothing", func(t *testing.T) {
		before, err := two.Encode()
		require.NoError(t, err)
		_, err = apply(two, add("U-3", 2, 99))
		require.Error(t, err)
		after, err := two.Encode()
		require.NoError(t, err)
		require.Equal(t, string(before), string(after))
	})
}

func quorum(t *testing.T) {
	now, next := rootKeyring(t, 1, 2, 11, 12, 13), rootKeyring(t, 2, 2, 11, 12, 13)
	payload := mustEncode(t, next)
	rotate := func(signatures ...dsse.Signature) error {
		k, err := now.Rotate(withSignatures(dsse.New(license.KindKeyring, []byte(payload)), signatures).Armor())
		require.Equal(t, err == nil, k != nil)
		return err
	}
	s := sealWith(t, license.KindKeyring, payload, roots(t, 11, 12, 13, 66)...).Signatures
	under := func(s dsse.Signature, id string) dsse.Signature { s.KeyID = id; return s }
	wrong := s[1]
	wrong.Sig[0] ^= 1

	require.NoError(t, rotate(s[0], s[1]))
	require.NoError(t, rotate(s[2], s[0]))
	for name, signatures := range map[string][]dsse.Signature{
		"test_duplicate_keys":                  {s[0], s[0]},
		"eight times the same key":             {s[0], s[0], s[0], s[0], s[0], s[0], s[0], s[0]},
		"test_duplicate_sig_keyids":            {s[0], under(s[0], s[1].KeyID)},
		"the same signature under all ids":     {s[0], under(s[0], s[1].KeyID), under(s[0], s[2].KeyID)},
		"the same signature under a strange":   {s[0], under(s[0], "0123456789abcdef")},
		"a wrong signature":                    {s[0], wrong},
		"a stranger's signature":               {s[0], s[3]},
		"a stranger's signature under our id":  {s[0], under(s[3], s[1].KeyID)},
		"two keys, each under the other's id ": {under(s[1], s[0].KeyID), s[2]},
	} {
		require.ErrorIs(t, rotate(signatures...), license.KeyringQuorum, name)
	}
	require.ErrorIs(t, rotate(under(s[1], s[0].KeyID), under(s[0], s[1].KeyID)), license.SignatureWrong)

	k, err := now.Rotate(rotation(t, rootKeyring(t, 2, 2, 14, 15), 11, 12, 14))
	refused(t, anyOf(k), err, license.KeyringQuorum, "the new keyring's quorum is missing")

	// A key cannot stand in a keyring twice, so that it could count twice.
	root := keyLine(t, license.RoleRoot, 11)
	k, err = license.ParseKeyring("latchkey keyring 1\nvendor acme\nversion 1\nquorum 2\n" + root + "\n" + root + "\n")
	refused(t, anyOf(k), err, license.KeyringDamaged)
	k, err = license.ParseKeyring("latchkey keyring 1\nvendor acme\nversion 1\nquorum 2\n" + root + "\n" +
		strings.Replace(root, sumID(seeded(t, license.RoleRoot, 11).Public().Bytes()), "0123456789abcdef", 1) + "\n")
	refused(t, anyOf(k), err, license.KeyringDamaged)
}

// Nothing stops who can change the program. An application that wants to make
// a search for the key's bytes fail can put its keyring together at run time.
func splitKey(t *testing.T) {
	text := newVendor(t).keyring.String()
	halves := [2][]byte{make([]byte, len(text)), make([]byte, len(text))}
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(halves[0])
	for i := range text {
		halves[1][i] = text[i] ^ halves[0][i]
	}
	require.NotContains(t, string(halves[1]), "latchkey")

	var b strings.Builder
	for i := range halves[0] {
		b.WriteByte(halves[0][i] ^ halves[1][i])
	}
	keys, err := license.ParseKeyring(b.String())
	require.NoError(t, err)
	_, err = license.Open(signed(t, license.KindLicense, minLicense), keys)
	require.NoError(t, err)

	keys, err = license.NewKeyring("ac"+"me", 1, 0, []license.Key{{Public: newVendor(t).issue.Public(), Role: license.RoleLicense, End: day("2031-12-31")}})
	require.NoError(t, err)
	_, err = license.Open(signed(t, license.KindLicense, minLicense), keys)
	require.NoError(t, err)
}

// forgeries is how many forged keys of each sort are tried. LATCHKEY_FORGERIES
// in the environment changes it.
func forgeries(t *testing.T) int {
	s := os.Getenv("LATCHKEY_FORGERIES")
	if s == "" {
		return 1500
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

func forgedKeys(t *testing.T) {
	v, c := newVendor(t), aCatalogue(t, editions())
	n := forgeries(t)
	random := rand.NewChaCha8([32]byte{2})
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	genuine := key.Payload()
	tried := map[license.Code]int{}
	for i := range n {
		forged := make([]byte, []int{75, 87}[i%2])
		_, _ = random.Read(forged)
		for _, mend := range []func(){
			func() {}, // random in every bit
			func() { // terms that make sense, with the tags of product and name
				copy(forged, genuine[:11])
				_, _ = random.Read(forged[3:9])
				forged[3], forged[4] = forged[3]&0x7f, forged[4]|1
				if len(forged) == 87 {
					forged[0] |= 0x20
					forged[21], forged[22] = 0, 0
				}
			},
		} {
			mend()
			l, err := license.OpenKey(forged, ada, v.keyring, c)
			require.Nil(t, l, "accepted: %x", forged)
			tried[reasonOf(t, err).Code]++
		}
	}
	require.Greater(t, tried[license.KeyNotGenuine], n, "few came as far as the signature: %v", tried)

	l, codes := sealedLicense(t, 8)
	code := make([]byte, 12)
	for i := range 10 * n {
		_, _ = random.Read(code)
		if i%2 == 1 { // near a genuine one
			copy(code, codes[i%8].Payload()[:11])
			if code[11] == codes[i%8].Payload()[11] {
				continue
			}
		}
		u, err := l.Unseal(code)
		if u != nil || !errors.Is(err, license.UnlockUnknown) {
			t.Fatalf("accepted: %x", code)
		}
	}
}

// A device is a signer whose key nobody sees.
type device struct{ public ed25519.PublicKey }

func deviceOf(public []byte) device { return device{public} }

func (d device) Public() crypto.PublicKey { return d.public }

func (d device) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, fmt.Errorf("not today")
}
