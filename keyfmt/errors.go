package keyfmt

import (
	"errors"
	"strconv"
	"strings"
)

// Errors of Parse, besides *RowError.
var (
	// ErrUnrecognized is returned for text that is no key, nor like one.
	ErrUnrecognized = errors.New("this is not a key: a key has rows of 25 letters and digits, and a request key has ten digits")

	// ErrTooLong is returned for text of more than MaxText bytes.
	ErrTooLong = errors.New("the text is too long for a key: enter the key and nothing else")
)

// A Problem is what keeps a text that is like a key from being one.
type Problem uint8

// The problems. Which fields of a RowError go with each is said there.
const (
	TooManyWrong Problem = iota + 1 // more characters are wrong than can be put right
	WrongLength                     // too few or too many characters
	RowMissing                      // the key has more rows than were typed
	RowTwice                        // the same row, with different contents
	RowsMixed                       // rows of different keys
	CheckFailed                     // each row is fine by itself, the key is not
	CheckDigit                      // a request key's last digit does not fit
	NotADigit                       // a request key has a character that is no digit
)

// String returns the problem's class, a word such as "too-many-wrong".
func (p Problem) String() string {
	switch p {
	case TooManyWrong:
		return "too-many-wrong"
	case WrongLength:
		return "wrong-length"
	case RowMissing:
		return "row-missing"
	case RowTwice:
		return "row-twice"
	case RowsMixed:
		return "rows-mixed"
	case CheckFailed:
		return "check-failed"
	case CheckDigit:
		return "check-digit"
	case NotADigit:
		return "not-a-digit"
	}
	return "problem " + strconv.Itoa(int(p))
}

// A RowError says why a text that is like a key is none, and where to look. It
// holds no character of the key.
type RowError struct {
	// Kind is what the text is most like; Invalid when that cannot be said.
	Kind    Kind
	Problem Problem

	// Rows are the rows concerned, numbered from 1 as they were typed: all that
	// are beyond repair (TooManyWrong), the one with too few or too many characters
	// (WrongLength; none when it cannot be told which), or the two that begin
	// alike and differ (RowTwice) or cannot be of one key (RowsMixed). For
	// RowMissing they are the key's own numbers of the rows missing, and 0 stands
	// for the last row when its number is unknown.
	Rows []int

	// Groups are the groups of row Rows[0], from 1, that were typed with more or
	// fewer than five characters, for TooManyWrong and WrongLength. None when no
	// groups were visible.
	Groups []int

	// Count is how many characters that row has, or the whole text when Rows is
	// empty, and Want how many it should have had, for WrongLength. Want is 0 when
	// it is any multiple of 25.
	Count, Want int
}

// Error returns a sentence that says what is wrong and what to do.
func (e *RowError) Error() string {
	const again = ": compare it with the original and type it again"
	whole := "the " + e.Kind.String()
	switch e.Problem {
	case TooManyWrong:
		has := " has"
		if len(e.Rows) > 1 {
			has = " have"
		}
		return e.where() + has + " more wrong characters than can be put right" + e.look() + again
	case WrongLength:
		return e.where() + " has " + e.length() + e.look() + again
	case RowMissing:
		return whole + " is not complete, " + missing(e.Rows) + ": enter all rows, in any order"
	case RowTwice:
		return "rows " + list(e.Rows) + " begin alike and go on differently: compare both with the original and keep the right one"
	case RowsMixed:
		return "rows " + list(e.Rows) + " do not belong to one key: compare both with the original, and enter the rows of one key only"
	case CheckFailed:
		if e.Kind == Activation {
			return "the rows of the activation key do not fit together, or one has many wrong characters: compare each with the original"
		}
		return whole + " has too many wrong characters" + again
	case CheckDigit:
		return whole + " has a wrong digit, or two that changed places" + again
	case NotADigit:
		return whole + " has a character that is not a digit" + again
	}
	return whole + " is not valid" + again
}

// where names the rows concerned, or the whole key where it has one row.
func (e *RowError) where() string {
	whole := "the " + e.Kind.String()
	switch {
	case len(e.Rows) > 1:
		return "rows " + list(e.Rows) + " of " + whole
	case len(e.Rows) == 1 && (e.Kind == Activation || e.Rows[0] > 1):
		return "row " + list(e.Rows) + " of " + whole
	}
	return whole
}

// look names the groups that are not of five characters.
func (e *RowError) look() string {
	switch len(e.Groups) {
	case 0:
		return ""
	case 1:
		return ", and group " + list(e.Groups) + " does not have five"
	}
	return ", and groups " + list(e.Groups) + " do not have five"
}

func (e *RowError) length() string {
	unit := " characters"
	if e.Kind == Request {
		unit = " digits"
	}
	if e.Count == 1 {
		unit = unit[:len(unit)-1]
	}
	if e.Want == 0 {
		return strconv.Itoa(e.Count) + unit + ", and a row has 25"
	}
	return strconv.Itoa(e.Count) + unit + ", not " + strconv.Itoa(e.Want)
}

func missing(rows []int) string {
	var known []int
	for _, n := range rows {
		if n > 0 {
			known = append(known, n)
		}
	}
	switch {
	case len(known) == 0:
		return "the last row is missing"
	case len(known) < len(rows):
		return "row " + list(known) + " and the last row are missing"
	case len(known) == 1:
		return "row " + list(known) + " is missing"
	}
	return "rows " + list(known) + " are missing"
}

// list writes numbers as "2", "2 and 3" or "2, 3 and 5".
func list(numbers []int) string {
	var text strings.Builder
	for i, n := range numbers {
		switch {
		case i == 0:
		case i == len(numbers)-1:
			text.WriteString(" and ")
		default:
			text.WriteString(", ")
		}
		text.WriteString(strconv.Itoa(n))
	}
	return text.String()
}
