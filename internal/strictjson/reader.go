// Package strictjson reads and writes the one JSON text that a value has.
//
// Payloads of signed documents are JSON in a subset of the canonical form of
// RFC 8785, so that one value has one text and no two readers can see two
// things in the same bytes:
//
//   - no white space outside strings, nothing before or after the value
//   - members of an object stand in ascending byte order of their names, so
//     none can be there twice
//   - names are lower-case letters, digits and "_", except in maps of free
//     names, so "Seats" beside "seats" cannot be read as the same thing
//   - numbers are integers without fraction, exponent or "-0", at most 2^53-1
//     from zero
//   - strings are valid UTF-8; only the quotation mark, the backslash and the
//     control characters are escaped, each in the one form RFC 8785 gives it
//   - no null, and nothing nested deeper than MaxDepth
//
// For example:
//
//	{"id":"L-1","products":[{"features":[{"id":"export"}],"id":"acme-cad"}],"v":1}
//
// The same rules make the reader fast: it goes over the text once, compares a
// name with the one before it, and returns strings that share the text's
// memory. Errors give an offset and a rule, and never echo the text.
package strictjson

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// MaxDepth is how deep objects and arrays may be nested.
	MaxDepth = 32
	// MaxInt is the largest distance from zero that an integer may have,
	// the largest that every JSON reader represents exactly.
	MaxInt = 1<<53 - 1
)

// An Error is a broken rule at a byte offset of the text.
type Error struct {
	Offset int
	Rule   string
}

func (e *Error) Error() string {
	return "JSON at byte " + strconv.Itoa(e.Offset) + ": " + e.Rule
}

// A Reader goes over one text. The first broken rule stops it: from then on
// every call returns a zero value at once, and Close returns the error.
type Reader struct {
	s     string
	i     int
	depth int
	err   error
}

// NewReader returns a Reader of text.
func NewReader(text string) *Reader { return &Reader{s: text} }

// Close returns the first error, or one if the text goes on after its value.
func (r *Reader) Close() error {
	if r.err == nil && r.i != len(r.s) {
		r.Fail("nothing may follow the value")
	}
	return r.err
}

// Err returns the first error so far.
func (r *Reader) Err() error { return r.err }

// Fail stops the reader with a rule of the caller's, at the present offset.
func (r *Reader) Fail(rule string) {
	if r.err == nil {
		r.err = &Error{Offset: r.i, Rule: rule}
	}
}

// Members goes over an object's members:
//
//	for m := r.Object(); m.Next(); {
//		switch m.Name {
//		case "id":
//			id = r.String()
//		default:
//			r.Skip()
//		}
//	}
type Members struct {
	Name string // the member that Next has come to

	r     *Reader
	free  bool
	begun bool
}

// Object begins an object with names from a schema.
func (r *Reader) Object() Members {
	r.open('{', "an object is expected")
	return Members{r: r}
}

// Map begins an object whose names are data, and so any string.
func (r *Reader) Map() Members {
	r.open('{', "an object is expected")
	return Members{r: r, free: true}
}

// Next goes to the next member and reports whether there is one.
//
// A name of a schema that is as it should be is read here, since that is what
// a payload mostly is. Everything else is left to nextSlow, which also says
// what is wrong.
func (m *Members) Next() bool {
	r := m.r
	s, i := r.s, r.i
	if m.begun && i < len(s) && s[i] == ',' {
		i++
	} else if m.begun {
		return m.nextSlow()
	}
	if m.free || r.err != nil || i >= len(s) || s[i] != '"' {
		return m.nextSlow()
	}
	start := i + 1
	for i = start; i < len(s) && inName[s[i]]; i++ {
	}
	if i+1 >= len(s) || s[i] != '"' || s[i+1] != ':' || m.begun && !ascends(m.Name, s[start:i]) {
		return m.nextSlow()
	}
	m.Name, m.begun = s[start:i], true
	r.i = i + 2
	return true
}

// ascends reports whether b comes after a. Mostly the first bytes tell.
func ascends(a, b string) bool {
	if len(a) > 0 && len(b) > 0 && a[0] != b[0] {
		return a[0] < b[0]
	}
	return a < b
}

// nextSlow is Next for every member, step by step.
func (m *Members) nextSlow() bool {
	r := m.r
	if !r.more('}', m.begun) {
		return false
	}
	name := r.name(m.free)
	if m.begun && name <= m.Name {
		r.Fail("names must ascend, each once")
	}
	r.expect(':', "a colon is expected")
	m.Name, m.begun = name, true
	return r.err == nil
}

// inName marks the bytes that names of a schema are made of.
var inName = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
	}
	return t
}()

// Elements goes over an array's elements: for e := r.Array(); e.Next(); { … }
type Elements struct {
	r     *Reader
	begun bool
}

// Array begins an array.
func (r *Reader) Array() Elements {
	r.open('[', "an array is expected")
	return Elements{r: r}
}

// Next goes to the next element and reports whether there is one.
func (e *Elements) Next() bool {
	if !e.r.more(']', e.begun) {
		return false
	}
	e.begun = true
	return true
}

// Peek returns the first byte of the next value, 0 at the end of the text or
// after an error. It tells a string ('"') from a number or an object.
func (r *Reader) Peek() byte {
	if r.err != nil || r.i >= len(r.s) {
		return 0
	}
	return r.s[r.i]
}

// Accept reads a piece of text if it is what comes next, and reports whether it
// was. It is for what a payload is mostly made of, where reading it member by
// member takes longer.
func (r *Reader) Accept(text string) bool {
	if r.err != nil || !strings.HasPrefix(r.s[r.i:], text) {
		return false
	}
	r.i += len(text)
	return true
}

// Bool reads true or false.
func (r *Reader) Bool() bool {
	switch rest := r.s[r.i:]; {
	case r.err != nil:
	case len(rest) >= 4 && rest[:4] == "true":
		r.i += 4
		return true
	case len(rest) >= 5 && rest[:5] == "false":
		r.i += 5
	default:
		r.Fail("true or false is expected")
	}
	return false
}

// Int reads an integer from min to max, which must lie within ±MaxInt.
func (r *Reader) Int(min, max int64) int64 {
	start := r.i
	negative := r.Peek() == '-'
	if negative {
		r.i++
	}
	first := r.i
	var n int64
	for r.err == nil && r.i < len(r.s) && r.s[r.i]-'0' <= 9 && r.i-first < 17 {
		n = n*10 + int64(r.s[r.i]-'0')
		r.i++
	}
	switch digits := r.i - first; {
	case r.err != nil:
		return 0
	case digits == 0:
		r.i = start
		r.Fail("an integer is expected")
	case digits > 1 && r.s[first] == '0', negative && n == 0:
		r.i = start
		r.Fail("an integer has no needless zero or sign")
	}
	if negative {
		n = -n
	}
	if r.err == nil && (n < min || n > max) {
		r.i = start
		r.Fail("the integer is not from " + strconv.FormatInt(min, 10) + " to " + strconv.FormatInt(max, 10))
	}
	if r.err != nil {
		return 0
	}
	return n
}

// plain marks the bytes of a string that stand for themselves: ASCII but the
// quotation mark, the backslash and the control characters below U+0020.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// String reads a string. What it returns shares the text's memory unless it
// held an escape.
func (r *Reader) String() string {
	if r.err != nil {
		return ""
	}
	if r.i >= len(r.s) || r.s[r.i] != '"' {
		r.Fail("a string is expected")
		return ""
	}
	s, start := r.s, r.i+1
	i := start
	for i < len(s) && plain[s[i]] {
		i++
	}
	if i < len(s) && s[i] == '"' {
		r.i = i + 1
		return s[start:i]
	}
	return r.stringSlow(start)
}

// stringSlow reads a string that is not plain ASCII.
func (r *Reader) stringSlow(start int) string {
	var unescaped strings.Builder
	from := start
	for i := start; ; {
		for i < len(r.s) && plain[r.s[i]] {
			i++
		}
		if i == len(r.s) {
			break
		}
		switch c := r.s[i]; {
		case c == '"':
			r.i = i + 1
			if unescaped.Len() == 0 {
				return r.s[start:i]
			}
			unescaped.WriteString(r.s[from:i])
			return unescaped.String()
		case c == '\\':
			b, n := unescape(r.s[i:])
			if n == 0 {
				r.i = i
				r.Fail("an escape is only for the quotation mark, the backslash and control characters, in its shortest form")
				return ""
			}
			if unescaped.Len() == 0 {
				unescaped.Grow(room(r.s[start:]))
			}
			unescaped.WriteString(r.s[from:i])
			unescaped.WriteByte(b)
			i += n
			from = i
		case c < 0x20:
			r.i = i
			r.Fail("a control character must be escaped")
			return ""
		default:
			ru, n := utf8.DecodeRuneInString(r.s[i:])
			if ru == utf8.RuneError && n == 1 {
				r.i = i
				r.Fail("the text is not UTF-8")
				return ""
			}
			i += n
		}
	}
	r.i = len(r.s)
	r.Fail("the string has no end")
	return ""
}

// room returns how long the string is at most that s begins with, as far as that
// can be told at a glance.
func room(s string) int {
	if end := strings.IndexByte(s, '"'); end >= 0 {
		return end
	}
	return 0
}

// shortEscapes are the control characters with an escape of two characters,
// as RFC 8785, section 3.2.2.2, lists them.
const shortEscapes = "b\bt\tn\nf\fr\r\"\"\\\\"

// unescape returns the byte that the escape at the beginning of s stands for
// and the escape's length, 0 if it is none or not the shortest.
func unescape(s string) (b byte, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	for k := 0; k < len(shortEscapes); k += 2 {
		if s[1] == shortEscapes[k] {
			return shortEscapes[k+1], 2
		}
	}
	if len(s) < 6 || s[1:4] != "u00" || s[4] != '0' && s[4] != '1' {
		return 0, 0
	}
	low := byte(0)
	switch c := s[5]; {
	case c >= '0' && c <= '9':
		low = c - '0'
	case c >= 'a' && c <= 'f':
		low = c - 'a' + 10
	default:
		return 0, 0
	}
	b = (s[4]-'0')<<4 | low
	for k := 1; k < len(shortEscapes); k += 2 {
		if b == shortEscapes[k] {
			return 0, 0
		}
	}
	return b, 6
}

// Skip reads a value of any kind, under the same rules.
func (r *Reader) Skip() {
	switch c := r.Peek(); {
	case c == '"':
		_ = r.String()
	case c == '{':
		for m := r.Map(); m.Next(); {
			r.Skip()
		}
	case c == '[':
		for e := r.Array(); e.Next(); {
			r.Skip()
		}
	case c == 't', c == 'f':
		r.Bool()
	default:
		r.Int(-MaxInt, MaxInt)
	}
}

// open consumes the bracket that begins an object or an array.
// Raw is Skip, and returns the text of the value.
func (r *Reader) Raw() string {
	start := r.i
	if r.Skip(); r.err != nil {
		return ""
	}
	return r.s[start:r.i]
}

func (r *Reader) open(bracket byte, rule string) {
	r.expect(bracket, rule)
	if r.depth++; r.depth > MaxDepth {
		r.Fail("nested too deep")
	}
}

// more consumes the comma before the next item or the bracket that ends the
// object or array, and reports whether an item follows.
func (r *Reader) more(end byte, begun bool) bool {
	if r.err != nil {
		return false
	}
	if r.i < len(r.s) && r.s[r.i] == end {
		r.i++
		r.depth--
		return false
	}
	if begun {
		r.expect(',', "a comma or the closing bracket is expected")
	}
	return r.err == nil
}

// name reads the name of a member.
func (r *Reader) name(free bool) string {
	start := r.i
	name := r.String()
	if free || r.err != nil {
		return name
	}
	for k := 0; k < len(name); k++ {
		if !inName[name[k]] {
			r.i = start
			r.Fail("a name is lower-case letters, digits and _")
			return ""
		}
	}
	return name
}

func (r *Reader) expect(c byte, rule string) {
	if r.err != nil {
		return
	}
	if r.i >= len(r.s) || r.s[r.i] != c {
		r.Fail(rule)
		return
	}
	r.i++
}
