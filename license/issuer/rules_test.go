package issuer_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// What a vendor forgot is named as the vendor knows it.
func TestMissingFieldsAreNamed(t *testing.T) {
	t.Parallel()
	key, err := issuer.Generate(license.RoleLicense, zeros(7))
	require.NoError(t, err)
	for _, vendor := range []string{"", "Acme GmbH"} {
		_, err := issuer.New(vendor, key.Role(), key.Signer())
		require.ErrorContains(t, err, "vendor's name")
	}
	vendor, err := issuer.New("acme", key.Role(), key.Signer())
	require.NoError(t, err)

	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	whole := func() *license.License {
		return &license.License{ID: "L-1", Kind: license.Full, Issued: now, Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}}}
	}
	_, err = vendor.License(whole())
	require.NoError(t, err)
	for want, spoil := range map[string]func(l *license.License){
		"License.ID":                            func(l *license.License) { l.ID = "" },
		"License.Serial":                        func(l *license.License) { l.Serial = "S 1" },
		"License.Kind":                          func(l *license.License) { l.Kind = "" },
		"License.Issued":                        func(l *license.License) { l.Issued = time.Time{} },
		"License.Products":                      func(l *license.License) { l.Products = nil },
		"License.Binding":                       func(l *license.License) { l.Binding.Scheme = "machine" },
		"License.Products[0].ID":                func(l *license.License) { l.Products[0].ID = "" },
		"License.Products[0].Features[0].ID":    func(l *license.License) { l.Products[0].Features[0].ID = "a b" },
		"License.Products[0].Maintenance.Until": func(l *license.License) { l.Products[0].Maintenance.Lapse = license.Keep },
		"License.Products[0].Features[0].Runs: -1 is below zero": func(l *license.License) { l.Products[0].Features[0].Runs = -1 },
		"License.Products[0].Features[0].Term.Kind: is Extend":   func(l *license.License) { l.Products[0].Features[0].Term.Kind = license.Extend },
	} {
		l := whole()
		spoil(l)
		text, err := vendor.License(l)
		require.ErrorContains(t, err, want)
		require.Nil(t, text)
	}
	for want, u := range map[string]*license.Update{
		"Update.ID":       {Serial: "S", Sequence: 1, Issued: now},
		"Update.Serial":   {ID: "U", Sequence: 1, Issued: now},
		"Update.Sequence": {ID: "U", Serial: "S", Issued: now},
		"Update.Issued":   {ID: "U", Serial: "S", Sequence: 1},
	} {
		_, err := vendor.Update(u)
		require.ErrorContains(t, err, want)
	}
	// A licence that is activated has a serial number, and leaves it to the
	// receipt on which machine.
	l := whole()
	l.NeedsReceipt = true
	_, err = vendor.License(l)
	require.ErrorContains(t, err, "License.Serial")
	l.Serial, l.Binding.Scheme = "S-1", "machine"
	_, err = vendor.License(l)
	require.NoError(t, err)
	l.NeedsReceipt = false
	_, err = vendor.License(l)
	require.ErrorContains(t, err, "License.Binding")

	today := license.DateOf(now)
	for want, k := range map[string]license.KeyTerms{
		"Edition": {Issued: today},
		"Issued":  {Edition: 1},
		"Seats":   {Edition: 1, Issued: today, Seats: license.MaxKeySeats + 1},
		"Number":  {Edition: 1, Issued: today, Number: -1},
		"Term":    {Edition: 1, Issued: today, Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Days: 1}}},
	} {
		_, err := vendor.Key(k, "acme-cad", "Ada")
		require.ErrorContains(t, err, "KeyTerms."+want)
	}
}

// Nor need the activation server's author count bytes of a payload.
func TestMissingFieldsOfTheServerAreNamed(t *testing.T) {
	t.Parallel()
	server := newIssuer(t, license.RoleActivation, 2)
	for want, spoil := range map[string]func(r *license.Receipt){
		"Receipt.ID":             func(r *license.Receipt) { r.ID = "" },
		"Receipt.Serial":         func(r *license.Receipt) { r.Serial = "" },
		"Receipt.Installation":   func(r *license.Receipt) { r.Installation = r.Installation[1:] },
		"Receipt.Binding.Data":   func(r *license.Receipt) { r.Binding.Scheme = "machine" },
		"Receipt.Binding.Scheme": func(r *license.Receipt) { r.Binding.Data = []byte{1} },
		"Receipt.Activated":      func(r *license.Receipt) { r.Activated = time.Time{} },
		"Receipt.Issued":         func(r *license.Receipt) { r.Issued = time.Time{} },
		"Receipt.Sequence":       func(r *license.Receipt) { r.Sequence = 0 },
		"Receipt.Grace":          func(r *license.Receipt) { r.Grace = noon },
		"before Receipt.Until":   func(r *license.Receipt) { r.Until, r.Grace = noon, noon.Add(-time.Second) },
	} {
		r := aReceipt()
		spoil(r)
		text, err := server.Receipt(r)
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, license.Malformed)
		require.NotContains(t, err.Error(), "S1", "the serial number")
		require.Nil(t, text)
	}
	for want, spoil := range map[string]func(r *license.Reply){
		"Reply.Product":      func(r *license.Reply) { r.Product = "acme cad" },
		"Reply.Installation": func(r *license.Reply) { r.Installation = nil },
		"Reply.Nonce":        func(r *license.Reply) { r.Nonce = append(r.Nonce, 0) },
		"Reply.Request":      func(r *license.Reply) { r.Request = [32]byte{} },
		"Reply.Time":         func(r *license.Reply) { r.Time = time.Time{} },
		"Reply.Documents":    func(r *license.Reply) { r.Documents = make([]string, license.MaxReplyDocuments+1) },
	} {
		r := aReply()
		spoil(r)
		text, err := server.Reply(r)
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, license.Malformed)
		require.Nil(t, text)
	}
}

// A highest version that is no version is refused wherever it is issued, and one
// that is read keeps its meaning.
func TestHighestVersionsAreVersions(t *testing.T) {
	t.Parallel()
	vendor := newIssuer(t, license.RoleLicense, 1)
	update := func(v string) license.Update {
		return license.Update{ID: "U-1", Serial: "S-1", Sequence: 1, Issued: noon,
			Products: []license.ProductChange{{ID: "acme-cad"}, {ID: "acme-cam", MaxVersion: v}}}
	}
	issue := map[string]func(v string) error{
		"License.Products[0].MaxVersion": func(v string) error {
			_, err := vendor.License(&license.License{ID: "L-1", Kind: license.Full, Issued: noon, Products: []license.Product{{ID: "acme-cad", MaxVersion: v}}})
			return err
		},
		"License.Sealed[0].Update.Products[1].MaxVersion": func(v string) error {
			_, err := vendor.License(&license.License{ID: "L-1", Serial: "S-1", Kind: license.Full, Issued: noon, Products: []license.Product{{ID: "acme-cad"}},
				Sealed: []license.Sealed{{CodeHash: [32]byte{1}, Update: update(v)}}})
			return err
		},
		"Update.Products[1].MaxVersion": func(v string) error {
			u := update(v)
			_, err := vendor.Update(&u)
			return err
		},
		"Catalogue.Editions[0].MaxVersion": func(v string) error {
			_, err := vendor.Catalogue(&license.Catalogue{Product: "acme-cad", Issued: noon, Editions: []license.Edition{
				{Number: 1, Name: "Standard", Kind: license.Full, MaxVersion: v, Features: []license.Feature{{ID: "draw"}}}}})
			return err
		},
	}
	for field, issue := range issue {
		for _, good := range []string{"", "4", "v4.2", "4.2.0-rc1"} {
			require.NoError(t, issue(good), "%s %s", field, good)
		}
		for _, bad := range []string{"four", "4.x", "(devel)", "-4", "4 or 5"} {
			err := issue(bad)
			var wrong *license.FieldError
			require.ErrorAs(t, err, &wrong, "%s %s", field, bad)
			require.Equal(t, field, wrong.Field)
			require.ErrorIs(t, err, license.Malformed)
		}
	}
	l := &license.License{ID: "L-1", Vendor: "acme", Kind: license.Full, Issued: noon, Products: []license.Product{{ID: "acme-cad", MaxVersion: "four"}}}
	_, err := l.Encode()
	require.NoError(t, err, "what was signed so is read and shown")
}

// What a vendor filled in is the vendor's to put right: no error sends the vendor
// to the vendor, or counts bytes.
func TestIssuerNamesFields(t *testing.T) {
	t.Parallel()
	vendor, server := newIssuer(t, license.RoleLicense, 1), newIssuer(t, license.RoleActivation, 2)
	draw := license.Feature{ID: "draw"}
	today := license.DateOf(noon)
	for field, sign := range map[string]func() ([]byte, error){
		"License.Products[0].Features[1].ID": func() ([]byte, error) {
			return vendor.License(&license.License{ID: "L-1", Kind: license.Full, Issued: noon,
				Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{draw, draw}}}})
		},
		"License.Kind": func() ([]byte, error) {
			return vendor.License(&license.License{ID: "L-1", Kind: "golden", Issued: noon, Products: []license.Product{{ID: "acme-cad"}}})
		},
		"License.Window.Intervals[0].Until": func() ([]byte, error) {
			return vendor.License(&license.License{ID: "L-1", Kind: license.Full, Issued: noon,
				Products: []license.Product{{ID: "acme-cad"}}, Window: license.Between(today, today-1)})
		},
		"Update.Products[0].Features[0].ResetUsage": func() ([]byte, error) {
			return vendor.Update(&license.Update{ID: "U-1", Serial: "S-1", Sequence: 1, Issued: noon,
				Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "draw", ResetUsage: true}}}}})
		},
		"Catalogue.Editions[0].Kind": func() ([]byte, error) {
			return vendor.Catalogue(&license.Catalogue{Product: "acme-cad", Issued: noon,
				Editions: []license.Edition{{Number: 1, Name: "Standard", Features: []license.Feature{draw}}}})
		},
		"SignedTime.Challenge": func() ([]byte, error) { return server.Time(&license.SignedTime{Time: noon}) },
		"Receipt.Hold": func() ([]byte, error) {
			r := aReceipt()
			r.Hold = "annoyed"
			return server.Receipt(r)
		},
		"Reply.Names[1]": func() ([]byte, error) {
			r := aReply()
			r.Names = []string{"cpu", "cpu"}
			return server.Reply(r)
		},
		"KeyTerms.Term.Kind": func() ([]byte, error) {
			_, err := vendor.Key(license.KeyTerms{Edition: 1, Issued: today, Term: license.Term{Kind: license.Extend, Span: license.Span{Days: 3}}}, "acme-cad", "Ada")
			return nil, err
		},
		"product": func() ([]byte, error) {
			_, err := vendor.Key(license.KeyTerms{Edition: 1, Issued: today}, "", "Ada")
			return nil, err
		},
		"name": func() ([]byte, error) {
			_, err := vendor.Key(license.KeyTerms{Edition: 1, Issued: today}, "acme-cad", "")
			return nil, err
		},
	} {
		text, err := sign()
		require.Nil(t, text, field)
		var wrong *license.FieldError
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, field, wrong.Field)
		require.NotRegexp(t, `(?i)\bbyte \d|ask the vendor`, err.Error())
	}
}

// The error for a file that is not a private key says so, whatever its permissions are.
func TestFilesThatAreNoPrivateKeys(t *testing.T) {
	t.Parallel()
	key, err := issuer.Generate(license.RoleLicense, zeros(7))
	require.NoError(t, err)
	public := "latchkey public key 1\nrole license\nid " + key.Public().ID() + "\npublic AAAA\n"
	for text, want := range map[string]string{
		public: "this is the public half of a key", "latchkey keyring 1\nvendor acme\n": "not a private key file", "": "not a private key file",
	} {
		for _, mode := range []os.FileMode{0o644, 0o600} {
			path := filepath.Join(t.TempDir(), "some.key")
			require.NoError(t, os.WriteFile(path, []byte(text), mode))
			got, err := issuer.ReadKeyFile(path)
			require.ErrorContains(t, err, want)
			require.NotErrorIs(t, err, issuer.ErrPermissions)
			require.Equal(t, text == public, errors.Is(err, issuer.ErrPublic))
			require.Zero(t, got.Role())
		}
	}
}

// zeros reads as one byte for ever.
type zeros byte

func (z zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(z)
	}
	return len(b), nil
}
