package issuer

import (
	"fmt"

	"github.com/latchkey-go/latchkey/license"
)

// These rules refuse values that package license can read and nobody should sign.
// Encode of package license refuses values that it cannot read.

// checkVersions returns an error for the first highest version that is not a
// version: no running program could be compared with it.
func checkVersions(list string, n int, maxVersion func(i int) string) error {
	for i := range n {
		if v := maxVersion(i); v != "" && !license.IsVersion(v) {
			return &license.FieldError{
				Field:   fmt.Sprintf("%s[%d].MaxVersion", list, i),
				Problem: fmt.Sprintf("%q is not a version: write numbers with points between them, such as 10 or 4.2, or leave it out to cover every version", v),
			}
		}
	}
	return nil
}

func checkLicense(l *license.License) error {
	if err := checkVersions("License.Products", len(l.Products), func(i int) string { return l.Products[i].MaxVersion }); err != nil {
		return err
	}
	for i := range l.Sealed {
		if err := checkUpdate(fmt.Sprintf("License.Sealed[%d].Update", i), &l.Sealed[i].Update); err != nil {
			return err
		}
	}
	return nil
}

func checkUpdate(field string, u *license.Update) error {
	return checkVersions(field+".Products", len(u.Products), func(i int) string { return u.Products[i].MaxVersion })
}

func checkCatalogue(c *license.Catalogue) error {
	return checkVersions("Catalogue.Editions", len(c.Editions), func(i int) string { return c.Editions[i].MaxVersion })
}

func checkReply(r *license.Reply) error {
	if r.Request == [32]byte{} {
		return &license.FieldError{Field: "Reply.Request", Problem: "is zero: it is the digest of the request"}
	}
	return nil
}
