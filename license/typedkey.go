package license

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// KeyTerms is what a typed activation key carries: a complete tiny licence, in
// 11 bytes, or 23 with a machine. With the 64 bytes of the signature that is
// six or seven rows to type. Big-endian, the bits are
//
//	 2  version, 0
//	 1  whether a machine follows
//	 2  term: 0 perpetual, 1 until a date, 2 days or 3 months from activation
//	16  its value; a date counts days from 1 January 2020
//	15  day of issue, from 1 January 2020
//	12  edition of the catalogue
//	14  seats, 0 for those of the edition
//	10  number, to tell keys with the same terms apart
//	 8  tag of the product: first byte of SHA-256 of its id
//	 8  tag of the name: first byte of SHA-256 of its normal form
//	80  the machine's installation code, and 16 bits that are 0
//
// The tags only serve to say what is wrong. What binds the key to the vendor,
// the product and the licensee's name is the signature: it covers the DSSE
// encoding of the kind "typedkey" and
//
//	{"key":"<the bytes above in hexadecimal>","name":"<normal form>","product":"…","v":1,"vendor":"…"}
type KeyTerms struct {
	Edition int    `json:"edition"`
	Term    Term   `json:"term,omitzero"` // perpetual, until a date, or days or months from activation
	Issued  Date   `json:"issued"`
	Seats   int    `json:"seats,omitzero"`  // 0: as in the edition
	Number  int    `json:"number,omitzero"` // 0 to MaxKeyNumber
	Machine []byte `json:"-"`               // 10 bytes, see package binding; nil: any machine
}

const (
	// MaxKeyNumber is the largest number of a typed key.
	MaxKeyNumber = 1<<10 - 1
	// MaxKeySeats is the largest number of seats that a typed key can carry.
	MaxKeySeats = 1<<14 - 1
	maxEdition  = 1<<12 - 1

	keySize      = 11
	boundKeySize = 23
	machineSize  = 10
	epoch        = Date(18262) // 1 January 2020
)

// MachineScheme is the scheme of the binding that a typed key with a machine
// has. Package binding knows it.
const MachineScheme = "installation-code"

// NormalName returns the form of a licensee's name that counts: NFKC, lower
// case, with one space between words and none around them. So a customer need
// not guess how the vendor's system stores a space or an accent. What is not
// UTF-8 or longer than MaxText bytes is no name, "".
func NormalName(name string) string {
	if !isText(name) {
		return ""
	}
	name = norm.NFKC.String(name)
	return norm.NFKC.String(strings.Join(strings.FieldsFunc(strings.ToLower(name), unicode.IsSpace), " "))
}

// Encode returns the payload of a typed key for a product and the licensee's name. The error is a *FieldError.
func (t KeyTerms) Encode(product, name string) ([]byte, error) {
	if err := t.validate(product, name); err != nil {
		return nil, err
	}
	kind, value := t.encodeTerm()
	b := make([]byte, keySize, boundKeySize)
	bound := 0
	if t.Machine != nil {
		bound = 1
	}
	at := 2 // version 0
	put := func(v, bits int) {
		for i := bits - 1; i >= 0; i-- {
			b[at/8] |= byte(v>>i&1) << (7 - at%8)
			at++
		}
	}
	put(bound, 1)
	put(kind, 2)
	put(value, 16)
	put(int(t.Issued-epoch), 15)
	put(t.Edition, 12)
	put(t.Seats, 14)
	put(t.Number, 10)
	put(tag(product), 8)
	put(tag(NormalName(name)), 8)
	if t.Machine != nil {
		b = append(append(b, t.Machine...), 0, 0)
	}
	return b, nil
}

func tag(s string) int {
	sum := sha256.Sum256([]byte(s))
	return int(sum[0])
}

// encodeTerm returns the two fields of a term that has been validated.
func (t KeyTerms) encodeTerm() (kind, value int) {
	switch s := t.Term.Span; {
	case t.Term.Kind == Perpetual:
		return 0, 0
	case t.Term.Kind == Dates:
		return 1, int(t.Term.Intervals[0].Until - epoch)
	case s.Months == 0:
		return 2, s.Days
	default:
		return 3, s.Months
	}
}

// decodeKeyTerms reads what a typed key carries.
func decodeKeyTerms(b []byte) (t KeyTerms, productTag, nameTag int, ok bool) {
	at := 0
	get := func(bits int) (v int) {
		for range bits {
			v = v<<1 | int(b[at/8]>>(7-at%8)&1)
			at++
		}
		return v
	}
	version, bound, kind, value := get(2), get(1), get(2), get(16)
	t = KeyTerms{Issued: epoch + Date(get(15)), Edition: get(12), Seats: get(14), Number: get(10)}
	productTag, nameTag = get(8), get(8)
	switch kind {
	case 0:
		ok = value == 0
	case 1:
		t.Term, ok = Until(epoch+Date(value)), value > 0
	case 2:
		t.Term, ok = Term{Kind: FromActivation, Span: Span{Days: value}}, value > 0 && value <= MaxSpan
	case 3:
		t.Term, ok = Term{Kind: FromActivation, Span: Span{Months: value}}, value > 0 && value <= MaxSpan
	}
	ok = ok && version == 0 && t.Edition > 0 && (bound == 1) == (len(b) == boundKeySize)
	if ok && bound == 1 {
		t.Machine = b[keySize : keySize+machineSize]
		ok = b[boundKeySize-2] == 0 && b[boundKeySize-1] == 0
	}
	return t, productTag, nameTag, ok
}

// SignedKey returns the bytes that the signature of a typed key covers.
func SignedKey(terms []byte, vendor, product, name string) []byte {
	var w strictjson.Writer
	w.Object()
	w.Name("key").String(hex.EncodeToString(terms))
	w.Name("name").String(NormalName(name))
	w.Name("product").String(product)
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(vendor)
	w.EndObject()
	b, err := w.Bytes()
	if err != nil {
		return nil // a product that is not UTF-8: nothing is its signature
	}
	return dsse.PAE(kindTypedKey, b)
}

// OpenKey returns the licence that a typed activation key is: key is what the
// rows carry, name the licensee's name as it was typed. The keyring verifies
// it and the catalogue says what its edition grants.
//
// The error is a *Reason with the code KeyNotForUs, NameMismatch,
// KeyNotGenuine, KeyEnded, EditionUnknown or NameRequired.
func OpenKey(key []byte, name string, keys *Keyring, catalogue *Catalogue) (*License, error) {
	terms, sig, ok := splitKey(key)
	if !ok || keys == nil || catalogue == nil || catalogue.Vendor != keys.vendor {
		return nil, &Reason{Code: KeyNotGenuine}
	}
	t, productTag, nameTag, ok := decodeKeyTerms(terms)
	switch {
	case !ok:
		return nil, &Reason{Code: KeyNotGenuine}
	case productTag != tag(catalogue.Product):
		return nil, &Reason{Code: KeyNotForUs, Needs: catalogue.Product}
	case NormalName(name) == "":
		return nil, &Reason{Code: NameRequired}
	case nameTag != tag(NormalName(name)):
		return nil, &Reason{Code: NameMismatch}
	}
	signed := SignedKey(terms, keys.vendor, catalogue.Product, name)
	signer, found := keys.signerOf(signed, sig)
	if !found {
		return nil, &Reason{Code: KeyNotGenuine}
	}
	if err := keys.accepts([]Key{signer}, keys.vendor, t.Issued.Start()); err != nil {
		return nil, err
	}
	edition, found := catalogue.Edition(t.Edition)
	if !found {
		return nil, &Reason{Code: EditionUnknown, N: int64(t.Edition)}
	}
	return t.license(signed, name, catalogue, edition), nil
}

// splitKey parts what the rows carry into terms and signature.
func splitKey(key []byte) (terms []byte, sig *[64]byte, ok bool) {
	if len(key) != keySize+dsse.SignatureSize && len(key) != boundKeySize+dsse.SignatureSize {
		return nil, nil, false
	}
	n := len(key) - dsse.SignatureSize
	return key[:n], (*[64]byte)(key[n:]), true
}

// signerOf returns the licence key that made sig. A typed key has no room for
// a key's id, so all are tried.
func (k *Keyring) signerOf(signed []byte, sig *[64]byte) (Key, bool) {
	for _, key := range k.keys {
		if signed != nil && key.Role == RoleLicense && key.Public.verify(signed, sig) {
			return key, true
		}
	}
	return Key{}, false
}

// license returns the licence of verified terms. Its id is made of what was
// signed, never of the signature, so the same key is the same licence.
func (t KeyTerms) license(signed []byte, name string, c *Catalogue, e Edition) *License {
	sum := sha256.Sum256(signed)
	l := &License{
		ID: "key-" + hex.EncodeToString(sum[:12]), Vendor: c.Vendor, Kind: e.Kind, Issued: t.Issued.Start(),
		Licensee: Licensee{Name: strings.Join(strings.Fields(name), " ")}, Window: t.Term, Hints: e.Hints,
		Products: []Product{{ID: c.Product, MaxVersion: e.MaxVersion, Maintenance: e.Maintenance, Features: e.Features}},
	}
	if t.Machine != nil {
		l.Binding = Binding{Scheme: MachineScheme, Data: t.Machine}
	}
	l = l.clone()
	for i := range l.Products[0].Features {
		f := &l.Products[0].Features[i]
		if t.Seats > 0 && f.Seats > 0 {
			f.Seats = int64(t.Seats)
		}
		if t.Seats > 0 && f.Concurrent.N > 0 {
			f.Concurrent.N = int64(t.Seats)
		}
	}
	return l
}
