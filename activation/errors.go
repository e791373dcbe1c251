package activation

import (
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// A RefusedError says why a feature may not be used: its decision with every
// reason. errors.Is(err, license.ExpiredDate) asks for one of them.
type RefusedError struct {
	Decision license.Decision `json:"decision"`
}

// Error returns every reason in English.
func (e *RefusedError) Error() string { return e.Text(license.English) }

// Text returns every reason in a language, with what to do about it.
func (e *RefusedError) Text(lang license.Language) string {
	var lines []string
	for i := range e.Decision.Reasons {
		r := &e.Decision.Reasons[i]
		lines = append(lines, r.Text(lang)+" "+r.Remedy(lang))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the reasons.
func (e *RefusedError) Unwrap() []error {
	out := make([]error, len(e.Decision.Reasons))
	for i := range e.Decision.Reasons {
		out[i] = &e.Decision.Reasons[i]
	}
	return out
}
