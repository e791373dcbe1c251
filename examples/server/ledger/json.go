package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// The records of this package are JSON in the strict form that documents have,
// so that they are read and written in one pass, and anybody can read them in the
// database. Members are only ever added.

var errText = errors.New("ledger: a text is not UTF-8")

// CheckText refuses texts that are not UTF-8.
func CheckText(texts ...string) error {
	for _, t := range texts {
		if !utf8.ValidString(t) {
			return errText
		}
	}
	return nil
}

// text returns what was written. It fails for a text that is not UTF-8, and for
// a number that is not exact in every reader of JSON.
func text(w *strictjson.Writer) ([]byte, error) {
	b, err := w.Bytes()
	if err != nil {
		return nil, fmt.Errorf("ledger: a record: %w", err)
	}
	return b, nil
}

func number(r *strictjson.Reader) int64 { return r.Int(-strictjson.MaxInt, strictjson.MaxInt) }

// putTime writes a time in seconds since 1970, unless it is none.
func putTime(w *strictjson.Writer, name string, t time.Time) { w.IntMember(name, Seconds(t)) }

func readTime(r *strictjson.Reader) time.Time { return Time(number(r)) }

// putDuration writes a duration in seconds, with its nanoseconds in a second
// member, as Go's own unit has no room in JSON's numbers.
func putDuration(w *strictjson.Writer, name, nanoseconds string, d time.Duration) {
	w.IntMember(name, int64(d/time.Second))
	w.IntMember(nanoseconds, int64(d%time.Second))
}

func readDuration(r *strictjson.Reader, unit time.Duration) time.Duration {
	return time.Duration(number(r)) * unit
}

func readTexts(r *strictjson.Reader) (texts []string) {
	for e := r.Array(); e.Next(); {
		texts = append(texts, r.String())
	}
	return texts
}

func readBytes(r *strictjson.Reader) []byte {
	b, err := base64.StdEncoding.DecodeString(r.String())
	if err != nil {
		r.Fail("base64 is expected")
	}
	return b
}

// Seconds returns a time as a column has it, in seconds since 1970; 0 is no
// time.
func Seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// Time returns the time that Seconds was given, to the second.
func Time(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
