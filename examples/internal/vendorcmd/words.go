package vendorcmd

import (
	"errors"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/examples/internal/vendorwords"
	"github.com/latchkey-go/latchkey/license"
)

// errorText returns the text of an error. Reasons of package license address
// customers; here they address the vendor.
func errorText(err error) string {
	var reason *license.Reason
	if !errors.As(err, &reason) {
		return err.Error()
	}
	return strings.Replace(err.Error(), reason.Error(), vendorwords.Sentences(reason), 1)
}

// errorFields is an error for a script.
func errorFields(err error) cli.Fields {
	var reason *license.Reason
	var refusal *rules.Refusal
	fields := cli.ErrorFields(err, license.English)
	switch {
	case errors.As(err, &refusal):
		fields["code"], fields["text"], fields["findings"] = string(refusal.Findings[0].Code), err.Error(), refusal.Findings
	case errors.As(err, &reason):
		fields["text"], fields["remedy"] = reason.Text(license.English), vendorwords.Remedy(reason)
	}
	return fields
}
