package vendorcmd

import (
	"flag"
	"fmt"
	"slices"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

type sealFlags struct {
	*signing
	terms        *descriptionFlags
	license      string
	applied      []string
	id, codeOut  string
	includeNotes bool
}

func sealCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "seal", Summary: "Seal an update into a licence, to be opened by an unlock code.",
		Help: `  latchkey seal --license ada.lic --product acme-cad --feature render:until=2027-12-31 --out ada-sealed.lic

The customer imports the new licence file, which contains the sealed update. After
payment, you send the unlock code, one row to type, which opens the update offline.
The command prints the code, or writes it to a file with --code-out. The records keep
the code too; the licence has only its hash.

The update is described as in "latchkey update". The revision of the new licence is
one higher, so that products accept it in place of the old one; name the new licence
with --license from now on. --applied names the earlier updates, which become part of
the new licence. The records keep --crm-id and --comment.

` + recordsHelp + `

` + description.LimitsHelp + "\n\n" + description.ChangeHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			s := &sealFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key"), terms: t.termFlags(f)}
			s.terms.changeFlags(f)
			f.StringVar(&s.license, "license", "", "`FILE` with the licence as it was issued")
			f.Func("applied", "`FILE` with an earlier update, in order; may be repeated", appendTo(&s.applied))
			f.StringVar(&s.id, "id", "", "`ID` of the update; default: a random one")
			f.StringVar(&s.codeOut, "code-out", "", "`FILE` for the unlock code, which must not be there yet")
			f.BoolVar(&s.includeNotes, "include-notes", false, "put CRM id and comment into the customer's file")
			return func(args []string) error {
				if len(args) > 0 || s.license == "" {
					return cli.Usagef("name the licence for the sealed update: --license FILE")
				}
				return s.run()
			}
		},
	}
}

func (s *sealFlags) run() error {
	if err := free(s.out, s.codeOut); err != nil {
		return err
	}
	s.again = s.terms.selling.again
	d, err := s.terms.read()
	if err != nil {
		return err
	}
	sign, keys, err := s.open()
	if err != nil {
		return err
	}
	l, err := s.t.licenseOf(s.license, s.applied, keys)
	if err != nil {
		return err
	}
	u, diff, err := s.update(d, l)
	if err != nil {
		return err
	}
	carrier, code, err := s.carrier(l, u)
	if err != nil {
		return err
	}
	document, err := sign.License(carrier)
	if err != nil {
		return err
	}
	if l, err = license.Open(document, keys); err != nil {
		return err
	}
	record := recordOfUpdate(u, d, l, diff)
	record.Kind, record.LicenseID, record.Number, record.Code = records.SealedUpdate, l.ID, l.Revision, code.Text()
	if err := s.record(record, document); err != nil {
		return err
	}
	if err := writeSecret(s.codeOut, code); err != nil {
		return err
	}
	return s.tell(document, l, u, diff, code)
}

// update returns the update that is described, as it will be once it is opened,
// and what it does to the licence.
func (s *sealFlags) update(d *description.Terms, l *license.License) (*license.Update, *license.Diff, error) {
	if err := s.terms.selling.names(d, true, l); err != nil {
		return nil, nil, err
	}
	u, err := d.Update(l)
	if err != nil {
		return nil, nil, advised(err)
	}
	if u.ID = s.id; u.ID == "" {
		u.ID = newID("U")
	}
	if !s.includeNotes {
		u.CRMID, u.Comment = "", ""
	}
	u.Vendor, u.Serial = l.Vendor, l.Serial
	diff, err := try(l, u, s.t.today())
	if err != nil {
		return nil, nil, err
	}
	return u, diff, s.terms.selling.update(u, l, diff)
}

// carrier returns the licence with the update sealed in it, and the code that
// opens it. A sealed update goes without what its licence says.
func (s *sealFlags) carrier(l *license.License, u *license.Update) (*license.License, keyfmt.Key, error) {
	bare := *u
	bare.Vendor, bare.Serial = "", ""
	sealed, code, err := issuer.SealUpdate(bare)
	if err != nil {
		return nil, code, err
	}
	carrier := *l
	carrier.Revision++
	carrier.Issued = s.t.second()
	carrier.Sealed = append(slices.Clone(l.Sealed), sealed)
	return &carrier, code, nil
}

// tell delivers the licence, with a preview and a sheet that has the code.
func (s *sealFlags) tell(document []byte, l *license.License, u *license.Update, diff *license.Diff, code keyfmt.Key) error {
	text, fields := preview(diff, onDay(u, s.t.today()))
	for name, value := range licenseFields(l, false) {
		fields[name] = value
	}
	fields["update_id"], fields["code"] = u.ID, code.Text()
	sheet := keySheet(code, []string{
		fmt.Sprintf("Update %s of licence %s", u.ID, l.ID),
		prefixed("Licensee: ", list(l.Licensee.Name, l.Licensee.Company)),
	}, "Enter it where the product asks for a key, after importing the licence file\nthat came with it.")
	return s.deliver(document, describeLicense(l, false)+text+"\n"+sheet+"\n", fields)
}
