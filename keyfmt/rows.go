package keyfmt

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
)

const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's base 32

	groupSymbols = 5
	dataSymbols  = rowSymbols - dataStart - parity // 20 in a row
	dataBits     = 5 * dataSymbols                 // 100 in a row

	checkDomain = "latchkey key check v1\x00"
	checkBytes  = 3 // enough for the 20 bits that may be left over
)

// A mark is what the first symbol of a row says.
type mark struct {
	kind   Kind
	number int  // of the row, from 1
	last   bool // no row has a greater number
}

// markOf reads a row's first symbol. The kind is Invalid for one that begins
// no row.
func markOf(value byte) mark {
	if value >= byte(len(alphabet)) {
		return mark{}
	}
	switch c := alphabet[value]; {
	case c >= 'A' && c <= 'F':
		return mark{Activation, int(c-'A') + 1, false}
	case c >= '1' && c <= '7':
		return mark{Activation, int(c - '0'), true}
	case c == 'S':
		return mark{Serial, 1, true}
	case c == 'V':
		return mark{Unlock, 1, true}
	case c == 'N':
		return mark{Installation, 1, true}
	case c == 'T':
		return mark{Challenge, 1, true}
	}
	return mark{}
}

// value is the first symbol of a row: markOf backwards.
func (m mark) value() byte {
	c := byte('0' + m.number)
	switch {
	case !m.last:
		c = byte('A' + m.number - 1)
	case m.kind == Serial:
		c = 'S'
	case m.kind == Unlock:
		c = 'V'
	case m.kind == Installation:
		c = 'N'
	case m.kind == Challenge:
		c = 'T'
	}
	return byte(strings.IndexByte(alphabet, c))
}

// rowsFor returns how many rows carry a payload of size bytes, and 0 when no
// number of rows does.
func rowsFor(kind Kind, size int) int {
	for rows := 1; rows <= MaxRows; rows++ {
		if size > 0 && PayloadSize(kind, rows) == size {
			return rows
		}
	}
	return 0
}

// dataOf spreads a payload and the check that follows it over the data symbols
// of a number of rows.
func dataOf(kind Kind, payload []byte, rows int) []byte {
	sum := checkOf(kind, payload)
	bits := slices.Concat(payload, sum[:checkBytes], []byte{0})
	data := make([]byte, rows*dataSymbols)
	for i := range data {
		at := 5 * i
		pair := uint(bits[at/8])<<8 | uint(bits[at/8+1])
		data[i] = byte(pair>>(11-at%8)) & 31
	}
	return data
}

// checkOf is the checksum of which a key carries the first bits, as many as its
// payload leaves free.
func checkOf(kind Kind, payload []byte) [sha256.Size]byte {
	return sha256.Sum256(slices.Concat([]byte(checkDomain), []byte(kind.String()), []byte{0}, payload))
}

// payloadOf is dataOf backwards, and reports whether the check holds. What it
// accepts is what dataOf makes, so a payload has one spelling.
func payloadOf(kind Kind, data []byte) ([]byte, bool) {
	rows := len(data) / dataSymbols
	payload := make([]byte, PayloadSize(kind, rows))
	for i := range payload {
		at := 8 * i / 5
		bits := uint(data[at])<<5 | uint(data[at+1])
		have := 10 - 8*i%5
		if have < 8 {
			bits, have = bits<<5|uint(data[at+2]), have+5
		}
		payload[i] = byte(bits >> (have - 8))
	}
	return payload, bytes.Equal(dataOf(kind, payload, rows), data)
}

// printRow gives a row of data symbols its mark and its parity, and writes it as
// it is printed.
func printRow(m mark, data []byte) string {
	var r row
	r[0] = m.value()
	copy(r[dataStart:], data)
	r.fill()
	var text strings.Builder
	for i, v := range r {
		if i > 0 && i%groupSymbols == 0 {
			text.WriteByte('-')
		}
		text.WriteByte(alphabet[v])
	}
	return text.String()
}
