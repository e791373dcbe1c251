package keyfmt

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
)

// Limits.
const (
	MaxRows    = 7    // of a key
	MaxPayload = 87   // bytes that a key carries at most: seven rows
	MaxText    = 4096 // bytes that Parse and Identify look at; longer text is refused unread

	requestDigits = 10
	requestLimit  = 1_000_000_000 // numbers of a request key are below
)

// A Kind is what a key is for. The numbers are not part of any format.
type Kind uint8

// The kinds of key. Invalid is the kind of the zero Key and of what is no key.
const (
	Invalid Kind = iota
	Serial
	Request
	Unlock
	Activation
	Installation
	Challenge
)

// String returns the kind's English name, such as "serial number". The names of
// the kinds that have rows are part of the format: the check covers them.
func (k Kind) String() string {
	switch k {
	case Serial:
		return "serial number"
	case Request:
		return "request key"
	case Unlock:
		return "unlock code"
	case Activation:
		return "activation key"
	case Installation:
		return "installation code"
	case Challenge:
		return "challenge code"
	}
	return "key"
}

// PayloadSize returns how many bytes a key of this kind with so many rows
// carries, and 0 when there is no such key. An activation key has 12, 25, 37, 50,
// 62, 75 or 87 bytes in one to seven rows, an unlock code 12 bytes in one row, and
// the other kinds 10. A request key's ten bytes are its digits in ASCII.
func PayloadSize(kind Kind, rows int) int {
	switch {
	case kind == Activation && rows >= 1 && rows <= MaxRows:
		return rows * dataBits / 8
	case rows != 1:
		return 0
	}
	switch kind {
	case Serial, Request, Installation, Challenge:
		return 10
	case Unlock:
		return 12
	}
	return 0
}

// A Key is a whole key of any kind. It is a secret: whatever prints or logs it
// shows its kind and nothing else, and only Payload, Rows and Text reveal it. Keys
// are compared with Equal; == does not compile. The zero Key is none.
type Key struct {
	_       [0]func()
	kind    Kind
	payload *string // a pointer, and not to a slice: fmt then shows none of it in a struct with a Key
}

// Errors of New, NewRequest and Generate.
var (
	// ErrPayload is returned for a payload that no key of the kind carries.
	ErrPayload = errors.New("the payload does not fit this kind of key")

	// ErrKind is returned by Generate for a kind that is not random.
	ErrKind = errors.New("a key of this kind is not random")
)

// New returns the key of a kind that carries a payload, which it copies. The error
// is ErrPayload when the length is not one that PayloadSize gives for the kind, or
// when the payload of a request key is not ten digits of which the last fits.
func New(kind Kind, payload []byte) (Key, error) {
	if rowsFor(kind, len(payload)) == 0 {
		return Key{}, ErrPayload
	}
	if kind == Request && !validRequest(payload) {
		return Key{}, ErrPayload
	}
	own := string(payload)
	return Key{kind: kind, payload: &own}, nil
}

func validRequest(digits []byte) bool {
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return checkDigit(digits) == '0'
}

// NewRequest returns the request key of a number below 1,000,000,000: its nine
// digits and the check digit. The error is ErrPayload for a greater number.
func NewRequest(number uint64) (Key, error) {
	if number >= requestLimit {
		return Key{}, ErrPayload
	}
	digits := make([]byte, requestDigits)
	for i := requestDigits - 2; i >= 0; i-- {
		digits[i] = byte('0' + number%10)
		number /= 10
	}
	digits[requestDigits-1] = checkDigit(digits[:requestDigits-1])
	return New(Request, digits)
}

// Generate returns a random serial number, unlock code, challenge code or request
// key; ErrKind for another kind, whose payload means something. The bytes come
// from random, which is crypto/rand.Reader when nil, and an error of it is handed
// on. A serial number and a challenge code hold 80 random bits, an unlock code 96;
// of request keys there are 10^9, which is few enough to guess at: who answers
// them throttles.
func Generate(kind Kind, random io.Reader) (Key, error) {
	if random == nil {
		random = rand.Reader
	}
	size := PayloadSize(kind, 1)
	switch kind {
	case Serial, Unlock, Challenge:
	case Request:
		size = 16 // far more than 10^9 values, so that the remainder is uniform
	default:
		return Key{}, ErrKind
	}
	buf := make([]byte, size)
	if _, err := io.ReadFull(random, buf); err != nil {
		return Key{}, fmt.Errorf("reading random bytes: %w", err)
	}
	if kind == Request {
		high, low := binary.BigEndian.Uint64(buf), binary.BigEndian.Uint64(buf[8:])
		return NewRequest(bits.Rem64(high, low, requestLimit))
	}
	return New(kind, buf)
}

// Kind returns the key's kind, Invalid for the zero Key.
func (k Key) Kind() Kind { return k.kind }

// IsZero reports whether k is the zero Key, which is none.
func (k Key) IsZero() bool { return k.payload == nil }

// Payload returns a copy of the bytes that the key carries; for a request key its
// ten digits in ASCII.
func (k Key) Payload() []byte {
	if k.payload == nil {
		return nil
	}
	return []byte(*k.payload)
}

// Equal reports whether two keys are of the same kind and carry the same bytes.
// The time it takes does not depend on where they differ.
func (k Key) Equal(other Key) bool {
	return k.kind == other.kind && subtle.ConstantTimeCompare(k.Payload(), other.Payload()) == 1
}

// Rows returns the key as it is printed, each row in five groups of five; a
// request key as one row, "12345 67894".
func (k Key) Rows() []string {
	switch {
	case k.payload == nil:
		return nil
	case k.kind == Request:
		digits := *k.payload
		return []string{digits[:groupSymbols] + " " + digits[groupSymbols:]}
	}
	n := rowsFor(k.kind, len(*k.payload))
	data := dataOf(k.kind, k.Payload(), n)
	rows := make([]string, n)
	for i := range rows {
		m := mark{k.kind, i + 1, i+1 == n}
		rows[i] = printRow(m, data[i*dataSymbols:][:dataSymbols])
	}
	return rows
}

// Text returns the rows, joined by line feeds. It is what people are given, and
// Parse reads it.
func (k Key) Text() string { return strings.Join(k.Rows(), "\n") }

// String returns the key's kind and that the rest is withheld. An installation or
// challenge code is made to be read out, and is no secret: of these it is Text.
func (k Key) String() string {
	switch {
	case k.IsZero():
		return "no key"
	case k.kind == Installation, k.kind == Challenge:
		return k.Text()
	}
	return k.kind.String() + " (withheld)"
}

// GoString is String.
func (k Key) GoString() string { return k.String() }

// Format writes what String returns, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }

// MarshalText returns what String returns, for logs and for structures that are
// printed as JSON.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
