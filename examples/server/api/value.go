package api

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

// valueCode is the code of the finding for a member whose value no call can have.
const valueCode rules.Code = "value"

// wrong says that the value of one member makes no sense. It is bad with a finding
// that has the member's path.
func wrong(code, field, message, remedy string) *problem {
	p := bad(code, message, remedy)
	p.Findings = rules.Findings{{Code: valueCode, Field: field, Text: message, Remedy: remedy}}
	return p
}

// A number is the value of a member that has a range.
type number struct {
	code, field    string
	n, least, most int64
	remedy         string
}

// check refuses a number that is out of its range.
func (n number) check() error {
	if n.n >= n.least && n.n <= n.most {
		return nil
	}
	return wrong(n.code, n.field, fmt.Sprintf("The value of %s is %d, and it is from %d to %d.", n.field, n.n, n.least, n.most), n.remedy)
}

// checkNumbers returns the problem of the first number that is out of its range.
func checkNumbers(numbers ...number) error {
	for _, n := range numbers {
		if err := n.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkText refuses a text that is no line of the history, or too long for one.
func checkText(field, text string) error {
	if len(text) > license.MaxText || !utf8.ValidString(text) {
		return wrong("too_long", field, fmt.Sprintf("%q is a text of at most %d bytes.", field, license.MaxText), "Shorten it.")
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return wrong("control_character", field, fmt.Sprintf("%q is one line, without control characters.", field), "Write it in one line.")
		}
	}
	return nil
}

// checkChoice refuses what is none of several values.
func checkChoice(code, field, text string, values ...string) error {
	if slices.Contains(values, text) {
		return nil
	}
	list := ""
	for i, v := range values {
		switch {
		case i > 0 && i == len(values)-1:
			list += " or "
		case i > 0:
			list += ", "
		}
		list += v
	}
	return wrong(code, field, fmt.Sprintf("There is no such value of %s.", field), "It is "+list+".")
}
