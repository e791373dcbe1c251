package license

import (
	"errors"

	"github.com/latchkey-go/latchkey/internal/dsse"
)

// The kinds of documents. A document of one kind never passes for another:
// its signatures cover the kind.
const (
	KindLicense   = "license"
	KindUpdate    = "update"
	KindCatalogue = "catalogue"
	KindKeyring   = "keyring"
	KindTime      = "time"
	KindReceipt   = "receipt"
	KindRequest   = "request"
	KindReply     = "reply"
	// kindTypedKey is what an activation key that is typed signs. It is never
	// a document, and no document passes for one.
	kindTypedKey = "typedkey"
)

// formatVersion is the "v" of every payload.
const formatVersion = 1

// Open returns the licence that a document holds, once a key of the keyring
// with the role "license" has verified it. The text may be armoured or the
// bare envelope; at most MaxDocument bytes.
//
// The error is a *Reason with one of the codes NotDocument, Truncated,
// Damaged, TooLarge, OtherDocument, KeyUnknown, KeyWrongRole, SignatureWrong,
// KeyEnded, OtherVendor, TooNew or Malformed.
func Open(text []byte, keys *Keyring) (*License, error) {
	payload, signers, err := open(text, keys, KindLicense, RoleLicense)
	if err != nil {
		return nil, err
	}
	l, err := decodeLicense(payload)
	if err != nil {
		return nil, err
	}
	if err := keys.accepts(signers, l.Vendor, l.Issued); err != nil {
		return nil, err
	}
	return l, nil
}

// OpenUpdate returns the update that a document holds, as Open does a licence.
func OpenUpdate(text []byte, keys *Keyring) (*Update, error) {
	payload, signers, err := open(text, keys, KindUpdate, RoleLicense)
	if err != nil {
		return nil, err
	}
	u, err := decodeUpdate(payload)
	if err != nil {
		return nil, err
	}
	if err := keys.accepts(signers, u.Vendor, u.Issued); err != nil {
		return nil, err
	}
	return u, nil
}

// OpenCatalogue returns the catalogue that a document holds, as Open does a
// licence.
func OpenCatalogue(text []byte, keys *Keyring) (*Catalogue, error) {
	payload, signers, err := open(text, keys, KindCatalogue, RoleLicense)
	if err != nil {
		return nil, err
	}
	c, err := decodeCatalogue(payload)
	if err != nil {
		return nil, err
	}
	if err := keys.accepts(signers, c.Vendor, c.Issued); err != nil {
		return nil, err
	}
	return c, nil
}

// OpenTime returns the time that a document holds, once a key with the role
// "activation" has verified it.
func OpenTime(text []byte, keys *Keyring) (*SignedTime, error) {
	payload, signers, err := open(text, keys, KindTime, RoleActivation)
	if err != nil {
		return nil, err
	}
	t, err := decodeTime(payload)
	if err != nil {
		return nil, err
	}
	if err := keys.accepts(signers, t.Vendor, t.Time); err != nil {
		return nil, err
	}
	return t, nil
}

// OpenReceipt returns the receipt that a document holds, once a key with the
// role "activation" has verified it. For which installation it is, the caller
// compares.
func OpenReceipt(text []byte, keys *Keyring) (*Receipt, error) {
	payload, signers, err := open(text, keys, KindReceipt, RoleActivation)
	if err != nil {
		return nil, err
	}
	r, err := decodeReceipt(payload)
	if err != nil {
		return nil, err
	}
	if err := keys.accepts(signers, r.Vendor, r.Issued); err != nil {
		return nil, err
	}
	return r, nil
}

// OpenReply returns the reply that a document of at most MaxReply bytes holds,
// once a key with the role "activation" has verified it. To which request it
// is, the caller compares.
func OpenReply(text []byte, keys *Keyring) (*Reply, error) {
	payload, signers, err := openWithin(MaxReply, text, keys, KindReply, RoleActivation)
	if err != nil {
		return nil, err
	}
	r, err := decodeReply(payload)
	if err != nil {
		return nil, err
	}
	if err := keys.accepts(signers, r.Vendor, r.Time); err != nil {
		return nil, err
	}
	return r, nil
}

// Armor returns a document as it is kept in a file and sent by mail. The error
// has one of the codes NotDocument, Truncated, Damaged or TooLarge.
func Armor(text []byte) ([]byte, error) {
	e, err := parseForm(text)
	if err != nil {
		return nil, err
	}
	return e.Armor(), nil
}

// Bare returns a document as it goes over HTTP, a bare envelope. The error has
// one of the codes NotDocument, Truncated, Damaged or TooLarge.
func Bare(text []byte) ([]byte, error) {
	e, err := parseForm(text)
	if err != nil {
		return nil, err
	}
	return e.JSON(), nil
}

// KindOf returns the kind that a text claims to be, "" if it is no document.
// It has verified nothing, and is for choosing which Open function to call.
func KindOf(text []byte) string {
	if len(text) > MaxReply {
		return ""
	}
	e, err := dsse.Parse(text)
	if err != nil || len(text) > MaxDocument && e.Kind != KindReply {
		return ""
	}
	return e.Kind
}

// KeyIDs returns the ids of the keys that a document names as its signers, in the
// document's order, nil if the text is not a document. Like KindOf, it verifies
// nothing.
func KeyIDs(text []byte) (ids []string) {
	e, err := parseForm(text)
	if err != nil {
		return nil
	}
	for _, s := range e.Signatures {
		ids = append(ids, s.KeyID)
	}
	return ids
}

// open returns the payload of a document of one kind, with the keys of one
// role that signed it.
func open(text []byte, keys *Keyring, kind string, role Role) (payload string, signers []Key, err error) {
	return openWithin(MaxDocument, text, keys, kind, role)
}

func openWithin(limit int64, text []byte, keys *Keyring, kind string, role Role) (payload string, signers []Key, err error) {
	e, err := parseEnvelope(text, kind, limit)
	if err != nil {
		return "", nil, err
	}
	signers, why := keys.verify(e, role)
	if why != nil {
		return "", nil, why
	}
	return e.Text(), signers, nil
}

// parseEnvelope reads a document of at most limit bytes and refuses one of
// another kind.
func parseEnvelope(text []byte, kind string, limit int64) (dsse.Envelope, error) {
	if int64(len(text)) > limit {
		return dsse.Envelope{}, tooLarge(limit)
	}
	e, err := parseForm(text)
	if err != nil {
		return dsse.Envelope{}, err
	}
	if e.Kind != kind {
		return dsse.Envelope{}, &Reason{Code: OtherDocument, Has: e.Kind, Needs: kind}
	}
	return e, nil
}

// parseForm reads a document of any kind.
func parseForm(text []byte) (dsse.Envelope, error) {
	if len(text) > MaxReply {
		return dsse.Envelope{}, tooLarge(MaxReply)
	}
	e, err := dsse.Parse(text)
	switch {
	case errors.Is(err, dsse.ErrNotDocument):
		return dsse.Envelope{}, &Reason{Code: NotDocument}
	case errors.Is(err, dsse.ErrTruncated):
		return dsse.Envelope{}, &Reason{Code: Truncated}
	case err != nil:
		return dsse.Envelope{}, &Reason{Code: Damaged}
	}
	return e, nil
}

func tooLarge(limit int64) *Reason { return &Reason{Code: TooLarge, Max: limit} }
