package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	descriptions "github.com/latchkey-go/latchkey/examples/server/internal/terms"
	"github.com/latchkey-go/latchkey/license"
)

// A problem is why a call was not done. It holds no key.
type problem struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
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
	var described *descriptions.Error
	var reason *license.Reason
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrTrouble), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &problem{status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The database did not do its part.", Remedy: "Try again in a while; look before you repeat what changes something."}
	case errors.Is(err, server.ErrUnknown):
		return &problem{status: http.StatusNotFound, Code: "unknown", Message: sentence(err), Remedy: "Check what you have named."}
	case errors.Is(err, server.ErrExists):
		return conflict("exists", "One of the serial numbers or request keys was sold already.", "Sell each once.")
	case errors.As(err, &described):
		return &problem{status: statusOf(license.Code(described.Code)), Code: described.Code, Message: described.Text, Remedy: described.Remedy}
	case errors.As(err, &reason):
		return &problem{status: statusOf(reason.Code), Code: string(reason.Code), Message: reason.Text(license.English), Remedy: reason.Remedy(license.English)}
	}
	return &problem{status: http.StatusInternalServerError, Code: "internal", Message: "The server could not do that.", Remedy: "Its log says more."}
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

// sentence returns an error's text as one.
func sentence(err error) string {
	text := strings.ReplaceAll(err.Error(), "server: ", "")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
