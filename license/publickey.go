package license

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
)

// A PublicKey is an Ed25519 public key that passed the checks of
// ParsePublicKey. Its zero value is no key, and verifies nothing.
type PublicKey struct {
	b  [ed25519.PublicKeySize]byte
	ok bool
}

// ParsePublicKey checks a public key: 32 bytes, the canonical encoding of a
// coordinate, and none of the small-order points, under which signatures can
// be made without a private key. A key that is no point of the curve is not
// found out here; it verifies nothing. Neither is the sum of an honest key and
// a small-order point: only who has the private key can sign under it.
//
// The error has the code KeyLength, KeyNotCanonical or KeySmallOrder.
func ParsePublicKey(b []byte) (PublicKey, error) {
	if len(b) != ed25519.PublicKeySize {
		return PublicKey{}, &Reason{Code: KeyLength, N: int64(len(b)), Max: ed25519.PublicKeySize}
	}
	k := PublicKey{ok: true}
	copy(k.b[:], b)
	y := k.b
	y[31] &= 0x7f // the sign of x
	for _, small := range smallOrder {
		if y == small {
			return PublicKey{}, &Reason{Code: KeySmallOrder}
		}
	}
	if !lessThanP(y) {
		return PublicKey{}, &Reason{Code: KeyNotCanonical}
	}
	return k, nil
}

// Bytes returns the 32 bytes of the key.
func (k PublicKey) Bytes() []byte { return append([]byte(nil), k.b[:]...) }

// ID returns the name by which documents refer to the key: the first eight
// bytes of its SHA-256 in hexadecimal digits. It is a hint; the keyring
// decides which key is meant.
func (k PublicKey) ID() string {
	sum := sha256.Sum256(k.b[:])
	return hex.EncodeToString(sum[:8])
}

// MarshalText returns the key in base64, as keyrings have it, and nothing for no
// key.
func (k PublicKey) MarshalText() ([]byte, error) {
	if !k.ok {
		return nil, nil
	}
	return base64.StdEncoding.AppendEncode(nil, k.b[:]), nil
}

// UnmarshalText reads what MarshalText returns. The error is as of ParsePublicKey.
func (k *PublicKey) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*k = PublicKey{}
		return nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(string(text))
	if err != nil {
		return errors.New("license: a public key is 32 bytes in base64")
	}
	*k, err = ParsePublicKey(b)
	return err
}

// verify reports whether sig is this key's signature of message.
func (k PublicKey) verify(message []byte, sig *[64]byte) bool {
	return k.ok && ed25519.Verify(k.b[:], message, sig[:])
}

// lessThanP reports whether the little-endian number y, below 2^255, is below
// the field's prime 2^255-19.
func lessThanP(y [32]byte) bool {
	if y[31] != 0x7f || y[0] < 0xed {
		return true
	}
	for _, b := range y[1:31] {
		if b != 0xff {
			return true
		}
	}
	return false
}

// smallOrder lists the y coordinates of the points whose order divides 8, with
// those that have a second encoding, p and p+1 for 0 and 1. With either sign
// of x they are the 14 encodings that "Taming the many EdDSAs" (Chalkias,
// Garillot, Nikolaenko, 2020), table 6, lists.
var smallOrder = [...][32]byte{
	{},     // 0, order 4
	{0: 1}, // 1, the neutral element
	filled(0xec, 0xff, 0x7f),
	filled(0xed, 0xff, 0x7f),
	filled(0xee, 0xff, 0x7f),
	{ // order 8
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	},
	{ // order 8
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	},
}

// filled returns 32 bytes: the first, thirty of the second, the last.
func filled(first, middle, last byte) (b [32]byte) {
	for i := range b {
		b[i] = middle
	}
	b[0], b[31] = first, last
	return b
}
