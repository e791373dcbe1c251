package activationtest

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// A File is a document for a customer, in a folder of the test.
type File struct {
	Path string
	Text []byte
}

// LicenseFile sells a licence as a file, which works without the activation server and
// is for Client.Import. A field of the sale that needs the server, such as a lease or
// a request key, ends the test. To bind the file to a machine, set its Binding in
// Sale.Terms.
func (v *Vendor) LicenseFile(s Sale) (*Sold, File) {
	v.t.Helper()
	if fields := onlineFields(s); fields != "" {
		v.t.Fatalf("activationtest: LicenseFile: Sale.%s needs the activation server: use Sell, or leave it out", fields)
	}
	terms := s.Terms
	s.WithoutServer = true
	s.Terms = func(l *license.License) {
		l.NeedsReceipt = false
		if terms != nil {
			terms(l)
		}
	}
	sold := v.Sell(s)
	return sold, v.file(sold.LicenseID+".lic", sold.License)
}

// UpdateFile issues the next update of a sale as a file for Client.Import. edit fills
// in the changes. If the server has the sale, installations also get the update at
// their next check.
func (v *Vendor) UpdateFile(s *Sold, edit func(u *license.Update)) File {
	v.t.Helper()
	if s.offline {
		text := v.signUpdate(s, edit)
		return v.file(v.updateID(s)+".update", text)
	}
	text := v.Update(s, edit)
	return v.file(v.updateID(s)+".update", text)
}

func (v *Vendor) file(name string, text []byte) File {
	v.t.Helper()
	path := filepath.Join(v.t.TempDir(), name)
	v.ok(os.WriteFile(path, text, 0o600))
	return File{Path: path, Text: text}
}

// onlineFields returns the fields of a sale that are set and mean nothing without
// the server.
func onlineFields(s Sale) string {
	s.Features, s.Kind, s.Window, s.Terms, s.WithoutServer = nil, "", license.Term{}, nil, false
	var names []string
	value := reflect.ValueOf(s)
	for i := range value.NumField() {
		if !value.Field(i).IsZero() {
			names = append(names, value.Type().Field(i).Name)
		}
	}
	return strings.Join(names, ", ")
}
