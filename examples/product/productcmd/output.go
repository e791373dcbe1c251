package productcmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/latchkey-go/latchkey/license"
)

// An object is one of JSON; its members are written in ascending order.
type object map[string]any

// writeJSON writes a value as indented JSON, without escaping what only HTML
// would need.
func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// reasonFields returns a reason for a script: the code to branch on, and the
// sentences for the script's log.
func reasonFields(r *license.Reason, lang license.Language) object {
	return object{"code": string(r.Code), "text": r.Text(lang), "remedy": r.Remedy(lang)}
}

// errorFields is an error for a script. Its code is that of the reason in it,
// "usage" for a wrong call, and "error" for all others.
func errorFields(err error, lang license.Language) object {
	var reason *license.Reason
	var wrong *usageError
	switch {
	case errors.As(err, &reason):
		f := reasonFields(reason, lang)
		if file := fileOf(err); file != "" {
			f["where"] = file
		}
		return f
	case errors.As(err, &wrong):
		return object{"code": "usage", "text": wrong.text}
	default:
		return object{"code": "error", "text": err.Error()}
	}
}

// errorText is an error for people: which file it is about, what is wrong, what to
// do.
func errorText(err error, lang license.Language) string {
	var reason *license.Reason
	if lang == license.English || !errors.As(err, &reason) {
		return err.Error()
	}
	text := reason.Text(lang) + " " + reason.Remedy(lang)
	if file := fileOf(err); file != "" {
		return file + ": " + text
	}
	return text
}

// A fileError is an error with the file that it is about.
type fileError struct {
	file string
	err  error
}

func (e *fileError) Error() string { return e.file + ": " + e.err.Error() }

func (e *fileError) Unwrap() error { return e.err }

// fileOf returns the file that an error is about, "" for none.
func fileOf(err error) string {
	var in *fileError
	if errors.As(err, &in) {
		return in.file
	}
	return ""
}

// readAll reads at most limit bytes and refuses more.
func readAll(r io.Reader, limit int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(b) > limit {
		return nil, fmt.Errorf("the input has more than %d bytes, which is the limit here", limit)
	}
	return b, nil
}
