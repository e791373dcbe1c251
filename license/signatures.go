package license

import (
	"bytes"
	"slices"

	"github.com/latchkey-go/latchkey/internal/dsse"
)

// MergeSignatures returns the armoured document that has the signatures of two
// documents with the same payload, up to the eight that a document may have: first
// those that verify under one of the keyrings, one of each key; then those by keys
// of none of the keyrings, of a before those of b. Signatures by keys of the
// keyrings that do not verify are left out. More reports whether one of a's counts
// that b does not have. The error is as of Armor, or OtherDocument if the payloads
// differ. Without keyrings, it has verified nothing.
func MergeSignatures(a, b []byte, keyrings ...*Keyring) (merged []byte, more bool, err error) {
	x, err := parseForm(a)
	if err != nil {
		return nil, false, err
	}
	y, err := parseForm(b)
	if err != nil {
		return nil, false, err
	}
	if !bytes.Equal(x.Signed(), y.Signed()) {
		return nil, false, &Reason{Code: OtherDocument, Has: x.Kind, Needs: y.Kind}
	}
	xGood, xUnknown := sortSignatures(x, keyrings)
	yGood, yUnknown := sortSignatures(y, keyrings)
	good := slices.DeleteFunc(xGood, func(s dsse.Signature) bool { return signed(yGood, s.KeyID) })
	unknown := slices.DeleteFunc(yUnknown, func(s dsse.Signature) bool { return contained(xUnknown, s) })
	x.Signatures = slices.Concat(good, yGood, xUnknown, unknown)
	x.Signatures = x.Signatures[:min(len(x.Signatures), dsse.MaxSignatures)]
	if len(x.Signatures) == 0 { // a document has one at least
		return y.Armor(), false, nil
	}
	more = slices.ContainsFunc(x.Signatures, func(s dsse.Signature) bool { return !contained(y.Signatures, s) })
	return x.Armor(), more, nil
}

// TrustedSignatures returns the armoured document that has only those signatures
// of a document that verify under one of the keyrings. The error is as of Armor, or
// KeyUnknown if there are none.
func TrustedSignatures(text []byte, keyrings ...*Keyring) ([]byte, error) {
	e, err := parseForm(text)
	if err != nil {
		return nil, err
	}
	if e.Signatures, _ = sortSignatures(e, keyrings); len(e.Signatures) == 0 {
		return nil, &Reason{Code: KeyUnknown}
	}
	return e.Armor(), nil
}

// sortSignatures returns the signatures of a document that verify under one of the
// keyrings, one of each key, and those by keys that are in none of them, each once.
func sortSignatures(e dsse.Envelope, keyrings []*Keyring) (good, unknown []dsse.Signature) {
	for i, s := range e.Signatures {
		key, known := findIn(keyrings, s.KeyID)
		switch {
		case !known && !contained(unknown, s):
			unknown = append(unknown, s)
		case known && !signed(good, s.KeyID) && key.Public.verify(e.Message(i), &s.Sig):
			good = append(good, s)
		}
	}
	return good, unknown
}

// findIn returns the key with an id. An id is made of its key, so keyrings do not
// differ about it.
func findIn(keyrings []*Keyring, id string) (Key, bool) {
	for _, k := range keyrings {
		if k == nil {
			continue
		}
		if key, known := k.find(id); known {
			return key, true
		}
	}
	return Key{}, false
}

func signed(all []dsse.Signature, id string) bool {
	return slices.ContainsFunc(all, func(s dsse.Signature) bool { return s.KeyID == id })
}

func contained(all []dsse.Signature, s dsse.Signature) bool {
	return slices.ContainsFunc(all, func(o dsse.Signature) bool {
		return o.KeyID == s.KeyID && o.Sig == s.Sig && bytes.Equal(o.Proof, s.Proof)
	})
}
