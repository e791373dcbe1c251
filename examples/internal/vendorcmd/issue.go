package vendorcmd

import (
	"crypto/rand"
	"encoding/base32"
	"flag"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

type issueFlags struct {
	*signing
	terms                     *descriptionFlags
	binding                   bindingRequest
	id, serialFrom, serialOut string
}

func issueCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "issue", Summary: "Issue a licence.",
		Help: `  latchkey issue --edition Pro --licensee "Ada Lovelace" --out ada.lic
  latchkey issue --product acme-cad --feature export \
      --feature 'render:until=2027-12-31,runs=100,seats=5' \
      --licensee "Ada Lovelace" --company Acme --email ada@acme.example \
      --scheme workstation --fingerprint ada.fingerprint --out ada.lic

The command makes and prints a new serial number, unless --serial-from names a file
that has one. Updates name the licence by it, and anybody who has it can activate
the licence. A licence is bound to a machine by a scheme and the fingerprint that the
product printed there, or by the machine's installation code; without either it works
on every machine.

With --needs-receipt the licence works only with a receipt of the activation server:
the customer enters the serial number, and the receipt names the installation and the
end of its lease. Then --scheme alone binds the licence to the machine that activates
it:

  latchkey issue --product acme-cad --feature draw --needs-receipt --scheme workstation

` + description.LimitsHelp + "\n\n" + fileHelp + `
For a licence the file may also have needs_receipt, as in "needs_receipt": true,
and the scheme.

` + sellingHelp + "\n\n" + recordsHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			i := &issueFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key"), terms: t.termFlags(f)}
			d := &i.terms.d
			f.StringVar(&d.Licensee.Name, "licensee", "", "`NAME` of the licensee")
			f.StringVar(&d.Licensee.Company, "company", "", "`NAME` of the licensee's company")
			f.StringVar(&d.Licensee.Email, "email", "", "e-mail `ADDRESS` of the licensee")
			f.StringVar(&d.Contact, "contact", "", "`ADDRESS` or telephone number of your support, shown in remedies")
			f.StringVar(&d.Renew, "renew-link", "", "`LINK` to the page where the customer can renew")
			f.StringVar(&d.Scheme, "scheme", "", "binding scheme: one of "+description.Schemes+"; with --needs-receipt, the default is that of the catalogue, and none means no binding")
			f.StringVar(&i.binding.fingerprint, "fingerprint", "", "`FILE` with the text that \"product fingerprint\" printed, or -")
			i.binding.machine.declare(f, "instead of scheme and fingerprint")
			f.BoolVar(&d.NeedsReceipt, "needs-receipt", false, "the licence counts only with a receipt of the activation server")
			f.StringVar(&i.id, "id", "", "`ID` of the licence; default: a random one")
			f.StringVar(&i.serialFrom, "serial-from", "", "`FILE` that has the serial number, or -; default: a new one")
			f.StringVar(&i.serialOut, "serial-out", "", "`FILE` for the serial number, which must not be there yet")
			return func(args []string) error {
				if len(args) > 0 {
					return cli.Usagef("%q is not expected here: see \"latchkey issue --help\"", args[0])
				}
				return i.run()
			}
		},
	}
}

func (i *issueFlags) run() error {
	if err := free(i.out, i.serialOut); err != nil {
		return err
	}
	d, err := i.terms.read()
	if err != nil {
		return err
	}
	l, err := i.described(d)
	if err != nil {
		return err
	}
	number, err := i.serialNumber()
	if err != nil {
		return err
	}
	l.ID, l.Serial, l.Issued = i.id, license.Serial(number.Text()), i.t.second()
	if l.ID == "" {
		l.ID = newID("L")
	}
	sign, keys, err := i.open()
	if err != nil {
		return err
	}
	document, err := sign.License(l)
	if err != nil {
		return description.LicenseError(err, l)
	}
	if l, err = license.Open(document, keys); err != nil {
		return err
	}
	if err := i.record(recordOf(l), document); err != nil {
		return err
	}
	if err := writeSecret(i.serialOut, number); err != nil {
		return err
	}
	fields := licenseFields(l, true)
	fields["serial"] = number.Text()
	return i.deliver(document, describeLicense(l, true), fields)
}

// described returns the licence that a description says, without its head.
func (i *issueFlags) described(d *description.Terms) (*license.License, error) {
	i.again = i.terms.selling.again
	if err := i.terms.selling.names(d, false, nil); err != nil {
		return nil, err
	}
	l, err := d.Unbound()
	if err != nil {
		return nil, advised(err)
	}
	if len(l.Products) == 0 {
		return nil, cli.Usagef("say what is licensed: --edition Pro, --product acme-cad --feature export, or --from terms.json")
	}
	check, err := i.terms.selling.check()
	if err != nil {
		return nil, err
	}
	i.binding.scheme, i.binding.receipt = d.Scheme, d.NeedsReceipt
	if d.Scheme == "" && d.NeedsReceipt && i.binding.fingerprint == "" && !i.binding.machine.given() {
		i.binding.scheme = check.Catalogue.SchemeOf(l.Products)
	}
	if l.Binding, err = i.binding.bind(i.t, l.Products); err != nil {
		return nil, err
	}
	l.NeedsReceipt = d.NeedsReceipt
	return l, i.t.found(check.License(l))
}

// serialNumber returns the one of --serial-from, or a new one.
func (i *issueFlags) serialNumber() (keyfmt.Key, error) {
	if i.serialFrom != "" {
		return i.t.readTyped(i.serialFrom, keyfmt.Serial)
	}
	return keyfmt.Generate(keyfmt.Serial, rand.Reader)
}

// newID returns a random id.
func newID(prefix string) string {
	b := make([]byte, 10)
	_, _ = rand.Read(b)
	return prefix + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

func licenseFields(l *license.License, reveal bool) cli.Fields {
	payload, err := l.Encode()
	return cli.Fields{"kind": "license", "id": l.ID, "content": content(payload, err, reveal)}
}

// licenseOf opens a licence of our own and returns what it is after the updates
// that were sent for it.
func (t *tool) licenseOf(path string, updates []string, keys *license.Keyring) (*license.License, error) {
	text, err := t.read(path)
	if err != nil {
		return nil, err
	}
	l, err := license.Open(text, keys)
	if err != nil {
		return nil, cli.At(name(path), err)
	}
	for _, path := range updates {
		text, err := t.read(path)
		if err != nil {
			return nil, err
		}
		u, err := license.OpenUpdate(text, keys)
		if err != nil {
			return nil, cli.At(path, err)
		}
		at := max(license.DateOf(u.Issued), u.Obtain.From)
		if l, _, err = license.Apply(l, u, at.Start(), license.Usage{}); err != nil {
			return nil, cli.At(path+": it cannot be applied to the licence before it", err)
		}
	}
	return l, nil
}
