package strictjson

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Writer writes the text that a Reader accepts. Its zero value is ready.
// Members must be written in ascending order of their names; Bytes returns an
// error if they were not, or if a value has no text under the rules.
type Writer struct {
	b     []byte
	names []string // the last name in every open object, "" in an array
	begun []bool   // whether the open object or array has an item
	named bool     // a name was written and its value was not
	err   error
}

var errWriter = errors.New("JSON: a name out of order, or a string that is not UTF-8, or an integer beyond 2^53-1")

// Bytes returns the text.
func (w *Writer) Bytes() ([]byte, error) {
	if w.err != nil || len(w.begun) != 0 {
		return nil, errWriter
	}
	return w.b, nil
}

// Object begins an object.
func (w *Writer) Object() { w.open('{') }

// EndObject ends it.
func (w *Writer) EndObject() { w.close('}') }

// Array begins an array.
func (w *Writer) Array() { w.open('[') }

// EndArray ends it.
func (w *Writer) EndArray() { w.close(']') }

// Name writes the name of the next member.
func (w *Writer) Name(name string) *Writer {
	top := len(w.names) - 1
	if top < 0 || w.begun[top] && name <= w.names[top] {
		w.err = errWriter
		return w
	}
	w.comma()
	w.names[top] = name
	w.quote(name)
	w.b = append(w.b, ':')
	w.named = true
	return w
}

// String writes a string.
func (w *Writer) String(s string) {
	w.comma()
	w.quote(s)
}

// Int writes an integer.
func (w *Writer) Int(n int64) {
	if n < -MaxInt || n > MaxInt {
		w.err = errWriter
	}
	w.comma()
	w.b = strconv.AppendInt(w.b, n, 10)
}

// Bool writes true or false.
func (w *Writer) Bool(v bool) {
	w.comma()
	w.b = strconv.AppendBool(w.b, v)
}

// Raw writes a value whose text a Reader has returned, or a Writer.
func (w *Writer) Raw(text string) {
	w.comma()
	w.b = append(w.b, text...)
}

// StringMember writes a member unless its value is empty.
func (w *Writer) StringMember(name, value string) {
	if value != "" {
		w.Name(name).String(value)
	}
}

// IntMember writes a member unless its value is 0.
func (w *Writer) IntMember(name string, value int64) {
	if value != 0 {
		w.Name(name).Int(value)
	}
}

// BoolMember writes a member unless its value is false.
func (w *Writer) BoolMember(name string, value bool) {
	if value {
		w.Name(name).Bool(value)
	}
}

// StringsMember writes a member that is an array, unless it is empty.
func (w *Writer) StringsMember(name string, values []string) {
	if len(values) == 0 {
		return
	}
	w.Name(name).Array()
	for _, v := range values {
		w.String(v)
	}
	w.EndArray()
}

func (w *Writer) open(bracket byte) {
	w.comma()
	w.b = append(w.b, bracket)
	w.names = append(w.names, "")
	w.begun = append(w.begun, false)
}

func (w *Writer) close(bracket byte) {
	if len(w.begun) == 0 {
		w.err = errWriter
		return
	}
	w.names = w.names[:len(w.names)-1]
	w.begun = w.begun[:len(w.begun)-1]
	w.b = append(w.b, bracket)
}

// comma writes what stands between the last item and the next.
func (w *Writer) comma() {
	top := len(w.begun) - 1
	if w.named || top < 0 {
		w.named = false
		return
	}
	if w.begun[top] {
		w.b = append(w.b, ',')
	}
	w.begun[top] = true
}

func (w *Writer) quote(s string) {
	if !utf8.ValidString(s) {
		w.err = errWriter
	}
	if len(s) > roomFrom { // at most one in roomFrom of a document's text is a line end
		w.Grow(len(s) + len(s)/roomFrom + 2)
	}
	w.b = append(w.b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; !plain[c] && c < utf8.RuneSelf {
			w.b = append(w.b, s[from:i]...)
			w.b = appendEscape(w.b, c)
			from = i + 1
		}
	}
	w.b = append(append(w.b, s[from:]...), '"')
}

// Base64 writes bytes as a string in base64.
func (w *Writer) Base64(b []byte) {
	w.comma()
	w.Grow(base64.StdEncoding.EncodedLen(len(b)) + 2)
	w.b = append(w.b, '"')
	w.b = append(base64.StdEncoding.AppendEncode(w.b, b), '"')
}

// roomFrom is how long a string is for which room is made ahead.
const roomFrom = 64

// Grow makes room for n bytes more, where the caller knows that they come.
func (w *Writer) Grow(n int) { w.b = slices.Grow(w.b, n) }

func appendEscape(b []byte, c byte) []byte {
	for k := 1; k < len(shortEscapes); k += 2 {
		if c == shortEscapes[k] {
			return append(b, '\\', shortEscapes[k-1])
		}
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
