package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/examples/internal/vendorwords"
	"github.com/latchkey-go/latchkey/license"
)

// A problem is why a call was not done. It holds no key.
type problem struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`

	Findings rules.Findings `json:"findings,omitempty"` // of rules, the first of which is above
}

func (p *problem) Error() string { return p.Message }

type problemAnswer struct {
	Error problem `json:"error"`
}

// bad says that what a call was given makes no sense.
func bad(code, message, remedy string) *problem {
	return &problem{status: http.StatusUnprocessableEntity, Code: code, Message: message, Remedy: remedy}
}

// conflict says that it makes sense, and not as things are.
func conflict(code, message, remedy string) *problem {
	return &problem{status: http.StatusConflict, Code: code, Message: message, Remedy: remedy}
}

// trouble marks an error of the database.
func trouble(err error) error {
	if err == nil || errors.Is(err, ErrTrouble) {
		return err
	}
	return errors.Join(ErrTrouble, err)
}

// problemOf returns what to answer with for an error.
func problemOf(err error) *problem {
	var p *problem
	var reason *license.Reason
	var wrong *license.FieldError
	if p := refusedByRule(err); p != nil {
		return p
	}
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrTrouble), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &problem{status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The database failed.", Remedy: "Try again later; look at the present state before you repeat a call that changes something."}
	case errors.Is(err, server.ErrUnknown):
		return &problem{status: http.StatusNotFound, Code: "unknown", Message: sentence(err), Remedy: "Check the name in the call."}
	case errors.Is(err, server.ErrExists):
		return conflict("exists", "One of the serial numbers or request keys was sold already.", "Sell each once.")
	case errors.As(err, &wrong):
		return bad("field", sentence(err), "")
	case errors.As(err, &reason):
		return &problem{status: statusOf(reason.Code), Code: string(reason.Code), Message: reason.Text(license.English), Remedy: vendorwords.Remedy(reason)}
	}
	return &problem{status: http.StatusInternalServerError, Code: "internal", Message: "The server failed.", Remedy: "Its log has details."}
}

// conflicts are the reasons that another state of the sale would do away with.
var conflicts = []license.Code{
	license.OtherLicense, license.AlreadyApplied, license.OutOfOrder, license.ObtainingOver, license.SeatExcess,
	license.OtherScheme, license.UpdateRefused, license.KindNotLowered, license.ConditionsRaised, license.LimitKindChanged,
	license.OtherProduct,
}

func statusOf(code license.Code) int {
	if slices.Contains(conflicts, code) {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// refusal is what the server's own methods have against a change: what is no
// reason of package license and no failure is a sentence about the sale.
func refusal(err error, otherwise func(code, message, remedy string) *problem) error {
	var reason *license.Reason
	if err == nil || errors.Is(err, ErrTrouble) || errors.Is(err, server.ErrUnknown) || errors.Is(err, server.ErrExists) ||
		errors.As(err, &reason) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return otherwise("refused", sentence(err), "")
}

// described says what is wrong with a description. A reason of package license
// stays one.
func described(err error) error {
	var reason *license.Reason
	var refusal *rules.Refusal
	if err == nil || errors.As(err, &reason) || errors.As(err, &refusal) {
		return err
	}
	return bad("description", capital(err.Error()), adviceOn(err))
}

// adviceOn says how a description is put right, where it does not say so itself.
func adviceOn(err error) string {
	switch {
	case errors.Is(err, description.ErrUpdate):
		return "Leave that out; \"updates\" takes descriptions of updates."
	case errors.Is(err, description.ErrNoKind):
		return "Add the kind, as in \"kind\": \"full\"."
	case errors.Is(err, description.ErrNoChange):
		return "Say what changes in \"products\", \"kind\" or \"window\"."
	case errors.Is(err, description.ErrAddOn):
		return "To set the number, make it a rewrite: \"rewrite\": true."
	}
	return ""
}

// sentence returns an error's text as one.
func sentence(err error) string {
	return capital(strings.ReplaceAll(err.Error(), "server: ", ""))
}

// capital makes a sentence of a text.
func capital(text string) string {
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
