package ledger

import (
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"
)

var errText = errors.New("ledger: a text is not UTF-8")

// encode returns v as JSON. The texts in it are given beside it, since JSON
// would silently replace bytes in them that are no UTF-8.
func encode(v any, texts ...string) ([]byte, error) {
	if err := CheckText(texts...); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// CheckText refuses texts that are not UTF-8.
func CheckText(texts ...string) error {
	for _, t := range texts {
		if !utf8.ValidString(t) {
			return errText
		}
	}
	return nil
}

// seconds are a time, since 1970; 0 is no time.
type seconds int64

func secondsOf(t time.Time) seconds {
	if t.IsZero() {
		return 0
	}
	return seconds(t.Unix())
}

func (s seconds) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}

func allSeconds(times []time.Time) []seconds {
	var all []seconds
	for _, t := range times {
		all = append(all, secondsOf(t))
	}
	return all
}

func allTimes(all []seconds) []time.Time {
	var times []time.Time
	for _, s := range all {
		times = append(times, s.time())
	}
	return times
}

// Seconds returns a time as a column has it, and Time the time of a column.
func Seconds(t time.Time) int64 { return int64(secondsOf(t)) }

// Time returns the time that Seconds was given, to the second.
func Time(n int64) time.Time { return seconds(n).time() }
