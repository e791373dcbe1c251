package issuer_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func day(t testing.TB, s string) license.Date {
	t.Helper()
	d, err := license.ParseDate(s)
	require.NoError(t, err)
	return d
}

// seeded returns a key whose seed is 32 times b.
func seeded(t testing.TB, role license.Role, b byte) issuer.PrivateKey {
	t.Helper()
	key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte{b}, 32)))
	require.NoError(t, err)
	return key
}

func newIssuer(t testing.TB, role license.Role, b byte) *issuer.Issuer {
	t.Helper()
	i, err := issuer.New("acme", role, seeded(t, role, b).Signer())
	require.NoError(t, err)
	return i
}

// trusting returns a keyring of the issuers' keys.
func trusting(t testing.TB, role license.Role, issuers ...*issuer.Issuer) *license.Keyring {
	t.Helper()
	var keys []license.Key
	for _, i := range issuers {
		keys = append(keys, license.Key{Public: i.Public(), Role: role, End: day(t, "2031-12-31")})
	}
	quorum := 0
	if role == license.RoleRoot {
		quorum = len(keys)
	}
	k, err := license.NewKeyring("acme", 1, quorum, keys)
	require.NoError(t, err)
	return k
}

func aLicense() *license.License {
	return &license.License{ID: "L-1", Serial: "S1", Kind: license.Full, Issued: noon,
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}}}
}

func anUpdate() *license.Update {
	return &license.Update{ID: "U-1", Serial: "S1", Sequence: 1, Issued: noon,
		Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "export"}}}}}
}

func aCatalogue() *license.Catalogue {
	return &license.Catalogue{Product: "acme-cad", Issued: noon, Editions: []license.Edition{
		{Number: 1, Name: "CAD", Kind: license.Full, Features: []license.Feature{{ID: "draw"}}}}}
}

func aTime() *license.SignedTime {
	return &license.SignedTime{Challenge: []byte("0123456789"), Time: noon}
}

func aReceipt() *license.Receipt {
	return &license.Receipt{ID: "A-1", Serial: "S1", Installation: make([]byte, 32), Activated: noon, Issued: noon, Sequence: 1}
}

func aReply() *license.Reply {
	return &license.Reply{Product: "acme-cad", Installation: make([]byte, 32), Nonce: make([]byte, 16), Request: [32]byte{1}, Time: noon}
}

func terms(t testing.TB) license.KeyTerms {
	return license.KeyTerms{Edition: 1, Term: license.Until(day(t, "2026-12-31")), Issued: day(t, "2026-03-10")}
}

// Every kind is signed by a key of one role, opens with it, and is refused to
// keys of the other roles.
func TestSignEveryKind(t *testing.T) {
	t.Parallel()
	next := trusting(t, license.RoleRoot, newIssuer(t, license.RoleRoot, 3))
	for name, c := range map[string]struct {
		role license.Role
		sign func(i *issuer.Issuer) ([]byte, error)
		open func(text []byte, k *license.Keyring) (vendor string, err error)
	}{
		"license": {license.RoleLicense, func(i *issuer.Issuer) ([]byte, error) { return i.License(aLicense()) },
			func(text []byte, k *license.Keyring) (string, error) {
				l, err := license.Open(text, k)
				if err != nil {
					return "", err
				}
				return l.Vendor, nil
			}},
		"update": {license.RoleLicense, func(i *issuer.Issuer) ([]byte, error) { return i.Update(anUpdate()) },
			func(text []byte, k *license.Keyring) (string, error) {
				u, err := license.OpenUpdate(text, k)
				if err != nil {
					return "", err
				}
				return u.Vendor, nil
			}},
		"catalogue": {license.RoleLicense, func(i *issuer.Issuer) ([]byte, error) { return i.Catalogue(aCatalogue()) },
			func(text []byte, k *license.Keyring) (string, error) {
				c, err := license.OpenCatalogue(text, k)
				if err != nil {
					return "", err
				}
				return c.Vendor, nil
			}},
		"time": {license.RoleActivation, func(i *issuer.Issuer) ([]byte, error) { return i.Time(aTime()) },
			func(text []byte, k *license.Keyring) (string, error) {
				s, err := license.OpenTime(text, k)
				if err != nil {
					return "", err
				}
				return s.Vendor, nil
			}},
		"receipt": {license.RoleActivation, func(i *issuer.Issuer) ([]byte, error) { return i.Receipt(aReceipt()) },
			func(text []byte, k *license.Keyring) (string, error) {
				r, err := license.OpenReceipt(text, k)
				if err != nil {
					return "", err
				}
				return r.Vendor, nil
			}},
		"reply": {license.RoleActivation, func(i *issuer.Issuer) ([]byte, error) { return i.Reply(aReply()) },
			func(text []byte, k *license.Keyring) (string, error) {
				r, err := license.OpenReply(text, k)
				if err != nil {
					return "", err
				}
				return r.Vendor, nil
			}},
		"keyring": {license.RoleRoot, func(i *issuer.Issuer) ([]byte, error) { return issuer.SignKeyring(next, i) },
			func(text []byte, k *license.Keyring) (string, error) {
				k, err := k.Rotate(text)
				if err != nil {
					return "", err
				}
				return k.Vendor(), nil
			}},
		"typed key": {license.RoleLicense, func(i *issuer.Issuer) ([]byte, error) {
			key, err := i.Key(terms(t), "acme-cad", "Ada Lovelace")
			return key.Payload(), err
		},
			func(payload []byte, k *license.Keyring) (string, error) {
				c := aCatalogue()
				c.Vendor = "acme"
				l, err := license.OpenKey(payload, "Ada Lovelace", k, c)
				if err != nil {
					return "", err
				}
				return l.Vendor, nil
			}},
	} {
		for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
			i := newIssuer(t, role, 3)
			text, err := c.sign(i)
			if role != c.role {
				require.ErrorIs(t, err, issuer.ErrRole, name)
				require.Empty(t, text, name)
				continue
			}
			require.NoError(t, err, name)
			vendor, err := c.open(text, trusting(t, role, i))
			require.NoError(t, err, name)
			require.Equal(t, "acme", vendor, name)
		}
	}
}

// The issuer's name is on everything; what the caller hands in stays as it was.
func TestVendorIsTheIssuers(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, license.RoleLicense, 1)
	require.Equal(t, "acme", i.Vendor())
	l := aLicense()
	l.Vendor = "bcme"
	text, err := i.License(l)
	require.NoError(t, err)
	got, err := license.Open(text, trusting(t, license.RoleLicense, i))
	require.NoError(t, err)
	require.Equal(t, "acme", got.Vendor)
	require.Equal(t, "bcme", l.Vendor)

	server := newIssuer(t, license.RoleActivation, 2)
	keys := trusting(t, license.RoleActivation, server)
	receipt, reply := aReceipt(), aReply()
	receipt.Vendor, reply.Vendor = "bcme", "bcme"
	text, err = server.Receipt(receipt)
	require.NoError(t, err)
	opened, err := license.OpenReceipt(text, keys)
	require.NoError(t, err)
	require.Equal(t, []string{"acme", "bcme"}, []string{opened.Vendor, receipt.Vendor})
	text, err = server.Reply(reply)
	require.NoError(t, err)
	answer, err := license.OpenReply(text, keys)
	require.NoError(t, err)
	require.Equal(t, []string{"acme", "bcme"}, []string{answer.Vendor, reply.Vendor})
}

// Nothing is signed that nobody could read.
func TestSignRefuses(t *testing.T) {
	t.Parallel()
	i, activation := newIssuer(t, license.RoleLicense, 1), newIssuer(t, license.RoleActivation, 2)
	for name, sign := range map[string]func() ([]byte, error){
		"license":   func() ([]byte, error) { return i.License(&license.License{}) },
		"update":    func() ([]byte, error) { return i.Update(&license.Update{}) },
		"catalogue": func() ([]byte, error) { return i.Catalogue(&license.Catalogue{}) },
		"time":      func() ([]byte, error) { return activation.Time(&license.SignedTime{}) },
		"receipt":   func() ([]byte, error) { return activation.Receipt(&license.Receipt{}) },
		"reply":     func() ([]byte, error) { return activation.Reply(&license.Reply{}) },
		"receipt that names a hold of no kind": func() ([]byte, error) {
			r := aReceipt()
			r.Hold = "annoyed"
			return activation.Receipt(r)
		},
		"reply with an empty document": func() ([]byte, error) {
			r := aReply()
			r.Documents = []string{""}
			return activation.Reply(r)
		},
	} {
		text, err := sign()
		require.ErrorIs(t, err, license.Malformed, name)
		require.Nil(t, text, name)
	}
	large := aLicense()
	for n := range license.MaxParams {
		large.Products[0].Features[0].Params = append(large.Products[0].Features[0].Params,
			license.Param{Name: fmt.Sprintf("p%02d", n), Value: strings.Repeat("x", license.MaxText)})
	}
	text, err := i.License(large)
	require.ErrorIs(t, err, license.TooLarge)
	require.Nil(t, text)
	longest := aReply()
	for range license.MaxReplyDocuments {
		longest.Documents = append(longest.Documents, strings.Repeat("x", license.MaxDocument))
	}
	text, err = activation.Reply(longest)
	require.ErrorIs(t, err, license.TooLarge)
	require.Nil(t, text)
	text, err = issuer.SignKeyring(trusting(t, license.RoleLicense, i))
	require.Error(t, err, "a keyring that nobody signs")
	require.Nil(t, text)
}

func TestKeyRefuses(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, license.RoleLicense, 1)
	for _, name := range []string{"", " \t", "Ren\xe9", strings.Repeat("x", license.MaxText+1)} {
		key, err := i.Key(terms(t), "acme-cad", name)
		require.ErrorIs(t, err, license.NameRequired, "%q", name)
		require.True(t, key.IsZero())
	}
	key, err := i.Key(license.KeyTerms{}, "acme-cad", "Ada Lovelace")
	require.ErrorIs(t, err, license.Malformed)
	require.True(t, key.IsZero())
	key, err = i.Key(terms(t), "acme\xff", "Ada Lovelace")
	require.Error(t, err)
	require.True(t, key.IsZero())
}

// A key of seven rows is the longest; six do without a machine.
func TestKeyRows(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, license.RoleLicense, 1)
	free, err := i.Key(terms(t), "acme-cad", "Ada Lovelace")
	require.NoError(t, err)
	require.Len(t, free.Rows(), 6)
	bound := terms(t)
	bound.Machine = make([]byte, 10)
	tied, err := i.Key(bound, "acme-cad", "Ada Lovelace")
	require.NoError(t, err)
	require.Len(t, tied.Rows(), keyfmt.MaxRows)
	again, err := i.Key(bound, "acme-cad", "ADA  LOVELACE")
	require.NoError(t, err)
	require.True(t, tied.Equal(again), "the same terms and the same name are the same key")
}

func TestCountersign(t *testing.T) {
	t.Parallel()
	old, next := newIssuer(t, license.RoleLicense, 1), newIssuer(t, license.RoleLicense, 2)
	activation := newIssuer(t, license.RoleActivation, 3)
	once, err := old.License(aLicense())
	require.NoError(t, err)
	twice, err := next.Countersign(once)
	require.NoError(t, err)
	for _, keys := range []*license.Keyring{trusting(t, license.RoleLicense, old), trusting(t, license.RoleLicense, next)} {
		_, err = license.Open(twice, keys)
		require.NoError(t, err)
	}
	_, err = license.Open(once, trusting(t, license.RoleLicense, next))
	require.ErrorIs(t, err, license.KeyUnknown)

	text, err := activation.Countersign(once)
	require.ErrorIs(t, err, issuer.ErrRole)
	require.Nil(t, text)
	at, err := activation.Time(aTime())
	require.NoError(t, err)
	text, err = old.Countersign(at)
	require.ErrorIs(t, err, issuer.ErrRole)
	require.Nil(t, text)

	// A server whose key is being changed signs with both.
	renewed := newIssuer(t, license.RoleActivation, 6)
	receipt, err := activation.Receipt(aReceipt())
	require.NoError(t, err)
	reply, err := activation.Reply(aReply())
	require.NoError(t, err)
	for name, document := range map[string][]byte{"receipt": receipt, "reply": reply} {
		text, err := old.Countersign(document)
		require.ErrorIs(t, err, issuer.ErrRole, name)
		require.Nil(t, text, name)
		text, err = renewed.Countersign(document)
		require.NoError(t, err, name)
		for _, i := range []*issuer.Issuer{activation, renewed} {
			if name == "receipt" {
				_, err = license.OpenReceipt(text, trusting(t, license.RoleActivation, i))
			} else {
				_, err = license.OpenReply(text, trusting(t, license.RoleActivation, i))
			}
			require.NoError(t, err, name)
		}
	}

	root1, root2 := newIssuer(t, license.RoleRoot, 4), newIssuer(t, license.RoleRoot, 5)
	now := trusting(t, license.RoleRoot, root1, root2)
	k, err := license.NewKeyring("acme", 2, 2, now.Keys())
	require.NoError(t, err)
	half, err := issuer.SignKeyring(k, root1)
	require.NoError(t, err)
	_, err = now.Rotate(half)
	require.ErrorIs(t, err, license.KeyringQuorum)
	whole, err := root2.Countersign(half)
	require.NoError(t, err)
	got, err := now.Rotate(whole)
	require.NoError(t, err)
	require.Equal(t, k, got)

	text = once
	for range dsse.MaxSignatures - 1 {
		text, err = next.Countersign(text)
		require.NoError(t, err)
	}
	text, err = next.Countersign(text)
	require.Error(t, err, "no room")
	require.Nil(t, text)
	_, err = next.Countersign([]byte("hello"))
	require.ErrorIs(t, err, dsse.ErrNotDocument)
}

// Of another kind, a document is not countersigned: what the key for licences
// signs as the kind of typed keys would be a typed key, and a request is signed
// by the installation that asks.
func TestCountersignOtherKinds(t *testing.T) {
	t.Parallel()
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
		i := newIssuer(t, role, 1)
		for _, kind := range []string{"typedkey", "request", "a"} {
			e := dsse.New(kind, []byte(`{"v":1}`))
			e.Signatures = []dsse.Signature{{KeyID: i.Public().ID()}}
			for _, text := range [][]byte{e.Armor(), e.JSON()} {
				got, err := i.Countersign(text)
				require.ErrorIs(t, err, issuer.ErrRole, kind)
				require.Nil(t, got, kind)
			}
		}
		for _, kind := range []string{"time", "receipt", "reply"} { // those of the activation server
			got, err := i.Countersign(dsse.New(kind, []byte(`{"v":1}`)).JSON())
			require.Error(t, err, "nobody has signed it before")
			require.Nil(t, got)
			e := dsse.New(kind, []byte(`{"v":1}`))
			e.Signatures = []dsse.Signature{{KeyID: i.Public().ID()}}
			got, err = i.Countersign(e.JSON())
			if role == license.RoleActivation {
				require.NoError(t, err, kind)
				continue
			}
			require.ErrorIs(t, err, issuer.ErrRole, kind)
			require.Nil(t, got, kind)
		}
	}
}

func TestSealUpdate(t *testing.T) {
	t.Parallel()
	u := license.Update{ID: "U-S1", Products: anUpdate().Products}
	sealed, code, err := issuer.SealUpdate(u)
	require.NoError(t, err)
	require.Equal(t, keyfmt.Unlock, code.Kind())
	require.Equal(t, license.UnlockHash(code.Payload()), sealed.CodeHash)
	another, other, err := issuer.SealUpdate(u)
	require.NoError(t, err)
	require.False(t, code.Equal(other), "every code is new")
	l := aLicense()
	l.Sealed = []license.Sealed{sealed, another}
	got, err := l.Unseal(code.Payload())
	require.NoError(t, err)
	require.Equal(t, "U-S1", got.ID)
}

// A device is a signer that does what it is told.
type device struct {
	crypto.Signer
	change func(sig []byte) ([]byte, error)
}

func (d device) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	sig, err := d.Signer.Sign(random, message, opts)
	if err != nil {
		return nil, err
	}
	return d.change(sig)
}

// What a device returns is verified before it leaves.
func TestDevice(t *testing.T) {
	t.Parallel()
	key := seeded(t, license.RoleLicense, 1)
	other := seeded(t, license.RoleLicense, 2).Signer()
	broken := errors.New("the device is not there")
	for name, c := range map[string]struct {
		change func(sig []byte) ([]byte, error)
		ok     bool
	}{
		"faithful":       {func(sig []byte) ([]byte, error) { return sig, nil }, true},
		"a bit changed":  {func(sig []byte) ([]byte, error) { sig[40] ^= 1; return sig, nil }, false},
		"nothing":        {func([]byte) ([]byte, error) { return nil, nil }, false},
		"too short":      {func(sig []byte) ([]byte, error) { return sig[:63], nil }, false},
		"too long":       {func(sig []byte) ([]byte, error) { return append(sig, 0), nil }, false},
		"zeros":          {func([]byte) ([]byte, error) { return make([]byte, 64), nil }, false},
		"another key's":  {func([]byte) ([]byte, error) { return other.Sign(nil, []byte("x"), crypto.Hash(0)) }, false},
		"an error":       {func([]byte) ([]byte, error) { return nil, broken }, false},
		"halves swapped": {func(sig []byte) ([]byte, error) { return append(sig[32:64:64], sig[:32]...), nil }, false},
	} {
		i, err := issuer.New("acme", license.RoleLicense, device{key.Signer(), c.change})
		require.NoError(t, err)
		text, err := i.License(aLicense())
		typed, keyErr := i.Key(terms(t), "acme-cad", "Ada Lovelace")
		if c.ok {
			require.NoError(t, errors.Join(err, keyErr))
			_, err = license.Open(text, trusting(t, license.RoleLicense, i))
			require.NoError(t, err)
			continue
		}
		require.Error(t, err, name)
		require.Nil(t, text, name)
		require.Error(t, keyErr, name)
		require.True(t, typed.IsZero(), name)
		require.Equal(t, name == "an error", errors.Is(err, broken), name)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	whole := seeded(t, license.RoleLicense, 1).Signer().(ed25519.PrivateKey)
	otherHalf := append(bytes.Clone(whole[:32]), seeded(t, license.RoleLicense, 2).Public().Bytes()...)
	for name, signer := range map[string]crypto.Signer{
		"a key of another algorithm": p256,
		"a key that was never made":  issuer.PrivateKey{}.Signer(),
		"half a key":                 whole[:32],
		"another key's public half":  ed25519.PrivateKey(otherHalf),
		"no public half":             ed25519.PrivateKey(append(bytes.Clone(whole[:32]), make([]byte, 32)...)),
	} {
		i, err := issuer.New("acme", license.RoleLicense, signer)
		require.Error(t, err, name)
		require.Nil(t, i, name)
	}
}

// Neither does an issuer print its key.
func TestIssuerPrintsNoKey(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, license.RoleLicense, 1)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		text := fmt.Sprintf(verb, i)
		require.Equal(t, "issuer acme, key "+i.Public().ID()+" (license)", text)
	}
}
