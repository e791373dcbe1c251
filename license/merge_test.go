package license_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Signatures over one payload become one document's, those of a batch as they
// are; those of another payload do not.
func TestMergeSignatures(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(bytes.Repeat([]byte{77}, 32)))
	require.NoError(t, err)
	other, err := issuer.New("acme", license.RoleLicense, key.Signer())
	require.NoError(t, err)
	l := licenceOf(license.Feature{ID: "f"})
	l.ID, l.Serial, l.Issued = "L-1", "S-1", noon
	one, err := v.issue.License(l)
	require.NoError(t, err)
	two, err := other.License(l)
	require.NoError(t, err)
	countersigned, err := other.Countersign(one)
	require.NoError(t, err)
	first, second := v.issue.Public().ID(), other.Public().ID()
	require.Equal(t, []string{first, second}, license.KeyIDs(countersigned))
	bare, err := license.Bare(one)
	require.NoError(t, err)

	for _, c := range []struct {
		a, b []byte
		ids  []string
		more bool
	}{
		{one, one, []string{first}, false},
		{one, bare, []string{first}, false},
		{two, one, []string{second, first}, true},
		{two, bare, []string{second, first}, true},
		{countersigned, one, []string{first, second}, true},
		{one, countersigned, []string{first, second}, false},
	} {
		merged, more, err := license.MergeSignatures(c.a, c.b)
		require.NoError(t, err)
		require.Equal(t, c.more, more)
		require.Equal(t, c.ids, license.KeyIDs(merged))
		got, err := license.Open(merged, v.keyring)
		require.NoError(t, err)
		require.Equal(t, "L-1", got.ID)
	}
	l.ID = "L-2"
	stranger, err := v.issue.License(l)
	require.NoError(t, err)
	for _, text := range [][]byte{stranger, nil, []byte("{}"), one[:len(one)/2]} {
		_, _, err := license.MergeSignatures(one, text)
		require.Error(t, err)
		_, _, err = license.MergeSignatures(text, one)
		require.Error(t, err)
	}
	require.Nil(t, license.KeyIDs([]byte("no document")))

	// No more signatures than a document may have.
	e, err := dsse.Parse(one)
	require.NoError(t, err)
	for n := len(e.Signatures); n < dsse.MaxSignatures; n++ {
		e.Signatures = append(e.Signatures, dsse.Signature{KeyID: fmt.Sprintf("%016x", n)})
	}
	merged, more, err := license.MergeSignatures(two, e.Armor())
	require.NoError(t, err)
	require.True(t, more)
	ids := license.KeyIDs(merged)
	require.Equal(t, second, ids[0])
	require.Len(t, ids, dsse.MaxSignatures)
}

// A receipt out of a batch keeps its proof beside a signature of another key.
func TestMergeSignaturesOfBatch(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	ring := v.keyring
	texts := map[string][]byte{}
	for name, seed := range map[string]byte{"one": 41, "two": 42} {
		key, err := issuer.Generate(license.RoleActivation, bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
		require.NoError(t, err)
		i, err := issuer.New("acme", license.RoleActivation, key.Signer())
		require.NoError(t, err)
		ring, err = license.NewKeyring("acme", ring.Version()+1, ring.Quorum(), append(ring.Keys(), license.Key{Public: key.Public(), Role: license.RoleActivation, End: day("2039-12-31")}))
		require.NoError(t, err)
		var drafts []*issuer.Draft
		for n := range 3 {
			r := &license.Receipt{ID: "A-1", Serial: "S-1", Installation: publicOf(installation), Activated: noon, Issued: noon, Sequence: int64(n + 1)}
			draft, err := i.DraftReceipt(r)
			require.NoError(t, err)
			drafts = append(drafts, draft)
		}
		require.NoError(t, i.SignBatch(drafts...))
		texts[name] = drafts[1].Armor()
	}
	merged, more, err := license.MergeSignatures(texts["one"], texts["two"])
	require.NoError(t, err)
	require.True(t, more)
	for _, k := range ring.Keys()[len(ring.Keys())-2:] {
		alone, err := license.NewKeyring("acme", 1, 0, []license.Key{k})
		require.NoError(t, err)
		got, err := license.OpenReceipt(merged, alone)
		require.NoError(t, err)
		require.EqualValues(t, 2, got.Sequence)
	}
}

// With keyrings, what verifies goes first, what is wrong is left out, and what
// nobody can verify yet takes the room that is left.
func TestMergeSignaturesUnderKeyrings(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(bytes.Repeat([]byte{77}, 32)))
	require.NoError(t, err)
	other, err := issuer.New("acme", license.RoleLicense, key.Signer())
	require.NoError(t, err)
	next, err := license.NewKeyring("acme", 9, 0, []license.Key{{Public: key.Public(), Role: license.RoleLicense, End: day("2039-12-31")}})
	require.NoError(t, err)
	l := licenceOf(license.Feature{ID: "f"})
	l.ID, l.Serial, l.Issued = "L-1", "S-1", noon
	one, err := v.issue.License(l)
	require.NoError(t, err)
	both, err := other.Countersign(one)
	require.NoError(t, err)
	edited := func(edit func(e *dsse.Envelope)) []byte {
		e, err := dsse.Parse(both)
		require.NoError(t, err)
		edit(&e)
		return e.Armor()
	}
	strange := func(e *dsse.Envelope) {
		for n := len(e.Signatures); n < dsse.MaxSignatures; n++ {
			e.Signatures = append(e.Signatures, dsse.Signature{KeyID: fmt.Sprintf("%016x", n)})
		}
	}
	wrong := edited(func(e *dsse.Envelope) { e.Signatures[1].Sig[0] ^= 1 })
	full := edited(func(e *dsse.Envelope) { e.Signatures = e.Signatures[:1]; strange(e) })
	allWrong := edited(func(e *dsse.Envelope) { e.Signatures[0].Sig[0] ^= 1; e.Signatures[1].Sig[0] ^= 1 })
	first, second := v.issue.Public().ID(), other.Public().ID()
	for name, c := range map[string]struct {
		a, b     []byte
		keyrings []*license.Keyring
		ids      []string // the first ones
		n        int
		more     bool
	}{
		"wrong, and the right one comes":       {both, wrong, []*license.Keyring{v.keyring, next}, []string{second, first}, 2, true},
		"right, and a wrong one comes":         {wrong, both, []*license.Keyring{v.keyring, next}, []string{first, second}, 2, false},
		"wrong, and nobody knows yet":          {both, wrong, []*license.Keyring{v.keyring}, []string{first, second, second}, 3, true},
		"full, and the right one comes":        {both, full, []*license.Keyring{v.keyring, nil, next}, []string{second, first}, 8, true},
		"full, and nobody knows yet":           {both, full, []*license.Keyring{v.keyring}, []string{first, second}, 8, true},
		"right, and a full one comes":          {full, both, []*license.Keyring{v.keyring, next}, []string{first, second}, 8, true},
		"again":                                {both, both, []*license.Keyring{v.keyring, next}, []string{first, second}, 2, false},
		"nothing but wrong ones, over another": {allWrong, both, []*license.Keyring{v.keyring, next}, []string{first, second}, 2, false},
		"nothing but wrong ones":               {allWrong, allWrong, []*license.Keyring{v.keyring, next}, []string{first, second}, 2, false},
	} {
		merged, more, err := license.MergeSignatures(c.a, c.b, c.keyrings...)
		require.NoError(t, err, name)
		require.Equal(t, c.more, more, name)
		ids := license.KeyIDs(merged)
		require.Len(t, ids, c.n, name)
		require.Equal(t, c.ids, ids[:len(c.ids)], name)
		if name == "nothing but wrong ones" {
			continue
		}
		for _, k := range c.keyrings {
			if k != nil {
				_, err = license.Open(merged, k)
				require.NoError(t, err, name)
			}
		}
	}

	trusted, err := license.TrustedSignatures(edited(strange), next)
	require.NoError(t, err)
	require.Equal(t, []string{second}, license.KeyIDs(trusted))
	_, err = license.Open(trusted, next)
	require.NoError(t, err)
	_, err = license.TrustedSignatures(allWrong, v.keyring, next)
	require.ErrorIs(t, err, license.KeyUnknown)
	_, err = license.TrustedSignatures(nil, next)
	require.ErrorIs(t, err, license.NotDocument)
}
