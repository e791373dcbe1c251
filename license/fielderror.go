package license

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// A FieldError names the field of a document whose value is not valid. It is for the
// vendor or the developer who set the value. It never quotes a serial number, a key or
// a digest.
//
// errors.Is reports it as Malformed; as TooLarge if the whole document is too long,
// and as NameRequired if a typed key has no name.
type FieldError struct {
	Field   string `json:"field"`   // as Go writes it: License.Products[0].Features[1].ID
	Problem string `json:"problem"` // the error and its remedy
	code    Code   // "" for Malformed
}

// Error returns the field and the problem.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Is reports whether target is the code that the error counts as.
func (e *FieldError) Is(target error) bool {
	code, ok := target.(Code)
	return ok && (code == e.code || e.code == "" && code == Malformed)
}

// A path is the place of a value inside a document.
type path struct {
	up    *path
	name  string
	index int    // in the list of that name, -1 for none
	key   string // in the map of that name, "" for none
}

func root(name string) *path { return &path{name: name, index: -1} }

// in returns the path of a struct that is a field of p.
func (p *path) in(name string) *path { return &path{up: p, name: name, index: -1} }

// at returns the path of an element of a list that is a field of p.
func (p *path) at(name string, index int) *path { return &path{up: p, name: name, index: index} }

func (p *path) String() string {
	s := p.name
	switch {
	case p.index >= 0:
		s += "[" + strconv.Itoa(p.index) + "]"
	case p.key != "":
		s += "[" + p.key + "]"
	}
	if p.up == nil {
		return s
	}
	return p.up.String() + "." + s
}

// A validator checks a value by the decoder's rules, and keeps the first error.
type validator struct{ err *FieldError }

// result returns the first error.
func (v *validator) result() error {
	if v.err == nil {
		return nil
	}
	return v.err
}

// fail records that a field of p breaks a rule; with "" it is p itself.
func (v *validator) fail(p *path, name, problem string) {
	if v.err != nil {
		return
	}
	field := p.String()
	if name != "" {
		field += "." + name
	}
	v.err = &FieldError{Field: field, Problem: problem}
}

// quoted returns a value to show in an error, cut where it is long.
func quoted(s string) string {
	if len(s) > MaxID {
		s = s[:MaxID] + "…"
	}
	return strconv.Quote(s)
}

const idRule = "1 to 64 letters, digits and . _ - + @ :"

// id checks a required identifier.
func (v *validator) id(p *path, name, s string) {
	switch {
	case IsID(s):
	case s == "":
		v.fail(p, name, "is empty: give an identifier of "+idRule)
	default:
		v.fail(p, name, quoted(s)+" is not an identifier: use "+idRule)
	}
}

// secretID is id for a value that no error quotes.
func (v *validator) secretID(p *path, name string, s Serial) {
	switch {
	case IsID(string(s)):
	case s == "":
		v.fail(p, name, "is empty: give the serial number that the document is for")
	default:
		v.fail(p, name, "is not an identifier: use "+idRule)
	}
}

// version checks an optional version.
func (v *validator) version(p *path, name, s string) {
	if s != "" && !IsID(s) {
		v.fail(p, name, quoted(s)+" is not a version: write numbers separated by points, such as 10 or 4.2")
	}
}

// text checks an optional text for people.
func (v *validator) text(p *path, name, s string) {
	switch {
	case !utf8.ValidString(s):
		v.fail(p, name, "is not UTF-8: convert it first")
	case len(s) > MaxText:
		v.fail(p, name, fmt.Sprintf("is %d bytes long: shorten it to %d", len(s), MaxText))
	}
}

// long checks a longer text that must not be empty.
func (v *validator) long(p *path, name, s string, limit int) {
	switch {
	case s == "":
		v.fail(p, name, "is empty: leave it out")
	case len(s) > limit:
		v.fail(p, name, fmt.Sprintf("is %d bytes long: at most %d fit", len(s), limit))
	case !utf8.ValidString(s):
		v.fail(p, name, "is not UTF-8: give the document or the text as it was made")
	}
}

// count checks a number of which 0 means that there is none.
func (v *validator) count(p *path, name string, n int64) {
	switch {
	case n < 0:
		v.fail(p, name, strconv.FormatInt(n, 10)+" is below zero: give a number from 1 on, or 0 to leave it out")
	case n > MaxCount:
		v.fail(p, name, tooMany(n))
	}
}

// place checks a number that counts from 1.
func (v *validator) place(p *path, name string, n int64, what string) {
	switch {
	case n < 1:
		v.fail(p, name, strconv.FormatInt(n, 10)+" is below 1: "+what)
	case n > MaxCount:
		v.fail(p, name, tooMany(n))
	}
}

func tooMany(n int64) string {
	return fmt.Sprintf("%d is too large: the largest number is %d", n, int64(MaxCount))
}

const dateRule = "a date is from 1970-01-02 to 9999-12-31; make it with NewDate or ParseDate"

// date checks an optional date.
func (v *validator) date(p *path, name string, d Date) {
	if d < 0 || d > maxDate {
		v.fail(p, name, fmt.Sprintf("Date(%d) is outside the calendar: %s", int32(d), dateRule))
	}
}

// moment checks a required time.
func (v *validator) moment(p *path, name string, t time.Time, what string) {
	if t.IsZero() {
		v.fail(p, name, "is zero: it is "+what)
		return
	}
	v.momentOrNone(p, name, t)
}

// momentOrNone checks an optional time.
func (v *validator) momentOrNone(p *path, name string, t time.Time) {
	if !t.IsZero() && DateOf(t) == 0 {
		v.fail(p, name, "is outside the calendar: give a time from 1970-01-02 to 9999-12-31 UTC")
	}
}

// exactly checks bytes that must have the given length.
func (v *validator) exactly(p *path, name string, b []byte, n int, what string) {
	if len(b) != n {
		v.fail(p, name, fmt.Sprintf("has %d bytes and not %d: it is %s", len(b), n, what))
	}
}

// few checks the length of a list.
func (v *validator) few(p *path, name string, n, limit int) {
	if n > limit {
		v.fail(p, name, fmt.Sprintf("has %d items: at most %d fit", n, limit))
	}
}

// once checks that no name occurs twice in a list. field is the field with the name,
// "" if the element is the name itself.
func once[T comparable](v *validator, p *path, list, field string, n int, name func(i int) T) {
	if n < 2 {
		return
	}
	seen := make(map[T]int, n)
	for i := range n {
		first, twice := seen[name(i)]
		if twice {
			v.fail(p.at(list, i), field, fmt.Sprintf("%q occurs twice, first in %s[%d]: remove one, or give it another name", fmt.Sprint(name(i)), list, first))
			return
		}
		seen[name(i)] = i
	}
}

// oneOfThese checks a word that is one of a few.
func oneOfThese[T ~string](v *validator, p *path, name string, s T, rule string, words ...T) {
	for _, w := range words {
		if s == w {
			return
		}
	}
	if s == "" {
		v.fail(p, name, "is empty: it is "+rule)
		return
	}
	v.fail(p, name, quoted(string(s))+" is not known: it is "+rule)
}
