package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/license"
)

// Fields is a JSON object; its members are written in ascending order.
type Fields map[string]any

// WriteJSON writes a value as indented JSON, without escaping what only HTML
// would need.
func WriteJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// ReasonFields is a reason for a script, which goes by its code, and for whoever
// reads the script's log.
func ReasonFields(r *license.Reason, lang license.Language) Fields {
	return Fields{"code": string(r.Code), "text": r.Text(lang), "remedy": r.Remedy(lang)}
}

// ErrorFields is an error for a script. Its code is that of the reason in it,
// "field" for a wrong value, whose field it names, "usage" for a wrong call, and
// "error" for all others.
func ErrorFields(err error, lang license.Language) Fields {
	var reason *license.Reason
	var usage *UsageError
	var wrong *license.FieldError
	switch {
	case errors.As(err, &wrong):
		return Fields{"code": "field", "field": wrong.Field, "text": err.Error()}
	case errors.As(err, &reason):
		f := ReasonFields(reason, lang)
		if where := Where(err); where != "" {
			f["where"] = where
		}
		return f
	case errors.As(err, &usage):
		return Fields{"code": "usage", "text": usage.Text}
	default:
		return Fields{"code": "error", "text": err.Error()}
	}
}

// ErrorText is an error for people: where it is, what is wrong, what to do.
func ErrorText(err error, lang license.Language) string {
	var reason *license.Reason
	if lang == license.English || !errors.As(err, &reason) {
		return err.Error()
	}
	text := reason.Text(lang) + " " + reason.Remedy(lang)
	if where := Where(err); where != "" {
		return where + ": " + text
	}
	return text
}

// An AtError is an error with the file or the place that it is about.
type AtError struct {
	At  string
	Err error
}

// At says where an error is; nil stays nil.
func At(where string, err error) error {
	if err == nil {
		return nil
	}
	return &AtError{where, err}
}

func (e *AtError) Error() string { return e.At + ": " + e.Err.Error() }

func (e *AtError) Unwrap() error { return e.Err }

// Where returns what At said, from the outside in.
func Where(err error) string {
	where := ""
	var at *AtError
	for errors.As(err, &at) {
		if where != "" {
			where += ": "
		}
		where += at.At
		err = at.Err
	}
	return where
}

// OneLine returns a text with every character replaced that would end its line or
// control a terminal: names come from customers.
func OneLine(text string) string { return shown(text, "") }

// Shown is OneLine for a text of several lines.
func Shown(text string) string { return shown(text, "\n\t") }

func shown(text, kept string) string {
	return strings.Map(func(r rune) rune {
		hidden := unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
		if hidden && !strings.ContainsRune(kept, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// ReadAll reads at most limit bytes and refuses more.
func ReadAll(r io.Reader, limit int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(b) > limit {
		return nil, fmt.Errorf("the input has more than %d bytes, which is the limit here", limit)
	}
	return b, nil
}
