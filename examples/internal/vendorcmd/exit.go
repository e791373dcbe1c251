package vendorcmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// Exit codes besides those of every program.
const (
	Refused = 3 // a rule forbids the sale or the change
	Damaged = 4 // a document, a key or a file of keys is damaged, not genuine, or of the wrong kind
)

// A refusedError is an error of what is described or asked for, and a
// damagedError one of a file that was given.
type (
	refusedError struct{ error }
	damagedError struct{ error }
)

func (e refusedError) Unwrap() error { return e.error }
func (e damagedError) Unwrap() error { return e.error }

// refused and damaged give an error its exit code; nil stays nil.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return refusedError{err}
}

func damaged(err error) error {
	if err == nil {
		return nil
	}
	return damagedError{err}
}

func refusedf(format string, args ...any) error { return refused(fmt.Errorf(format, args...)) }

func damagedf(format string, args ...any) error { return damaged(fmt.Errorf(format, args...)) }

// usageOf makes an error one of a wrong call.
func usageOf(err error) error { return cli.Usagef("%v", err) }

// exitCode returns the exit code that an error has.
func exitCode(err error) int {
	var (
		usage   *cli.UsageError
		refusal *rules.Refusal
		reason  *license.Reason
		row     *keyfmt.RowError
		no      refusedError
		broken  damagedError
		field   *license.FieldError
	)
	switch {
	case errors.As(err, &usage):
		return cli.Usage
	case errors.Is(err, description.ErrSigned):
		return Damaged
	case errors.As(err, &refusal), errors.As(err, &no), errors.As(err, &field):
		return Refused
	case errors.As(err, &broken), errors.As(err, &row), errors.Is(err, keyfmt.ErrUnrecognized), errors.Is(err, keyfmt.ErrTooLong):
		return Damaged
	case errors.As(err, &reason) && againstRequest(reason.Code):
		return Refused
	case errors.As(err, &reason):
		return Damaged
	}
	return cli.Failed
}

// againstRequest reports whether a reason is one against what was asked for, and not
// one of a damaged file.
func againstRequest(code license.Code) bool {
	switch code {
	case license.OtherLicense, license.AlreadyApplied, license.OutOfOrder, license.ObtainingOver, license.ObtainingNotYet,
		license.SeatExcess, license.OtherScheme, license.UpdateRefused, license.NothingToUpdate, license.KindNotLowered,
		license.ConditionsRaised, license.LimitKindChanged, license.OtherProduct, license.TooLarge, license.NameRequired,
		license.KeyringQuorum, license.KeyringRollback:
		return true
	}
	return false
}

// found keeps the warnings among the findings for the answer, and returns the refusals
// as an error.
func (t *tool) found(f rules.Findings) error {
	for _, w := range f.Warnings() {
		if !t.warned[w] {
			t.warned[w] = true
			t.warnings = append(t.warnings, w)
			if !t.json {
				fmt.Fprintf(t.err, "%s: warning: %s\n", t.called(), w)
			}
		}
	}
	return f.Err()
}

// called returns the program and the command, for messages.
func (t *tool) called() string { return strings.TrimSpace("latchkey " + t.command) }
