package description

import (
	"errors"
	"regexp"
	"strconv"

	"github.com/latchkey-go/latchkey/license"
)

// A memberError is a wrong field of a document, named as a member of its
// description.
type memberError struct {
	member string
	field  *license.FieldError
}

func (e *memberError) Error() string { return e.member + ": " + e.field.Problem }

func (e *memberError) Unwrap() error { return e.field }

// LicenseError names the member of a description where an error about a licence
// that was made from it names a field: products/acme-cad/features/draw. Other
// errors, and nil, are returned as they are.
func LicenseError(err error, l *license.License) error {
	return inMembers(err, func(product, feature int) (string, string) {
		p := l.Products[product]
		if feature < 0 {
			return p.ID, ""
		}
		return p.ID, p.Features[feature].ID
	})
}

// UpdateError is LicenseError for an update.
func UpdateError(err error, u *license.Update) error {
	return inMembers(err, func(product, feature int) (string, string) {
		p := u.Products[product]
		if feature < 0 {
			return p.ID, ""
		}
		return p.ID, p.Features[feature].ID
	})
}

var fieldForm = regexp.MustCompile(`^\w+\.Products\[(\d+)\](?:\.Features\[(\d+)\])?\.?(.*)$`)

// inMembers returns an error with the member that ids are given for.
func inMembers(err error, ids func(product, feature int) (string, string)) error {
	var field *license.FieldError
	if !errors.As(err, &field) {
		return err
	}
	m := fieldForm.FindStringSubmatch(field.Field)
	if m == nil {
		return err
	}
	i, _ := strconv.Atoi(m[1])
	k := -1
	if m[2] != "" {
		k, _ = strconv.Atoi(m[2])
	}
	product, feature := ids(i, k)
	member := "products/" + product
	if feature != "" {
		member += "/features/" + feature
	}
	if m[3] != "" {
		member += " (" + m[3] + ")"
	}
	return &memberError{member, field}
}
