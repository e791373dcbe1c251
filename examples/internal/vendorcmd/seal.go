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
		Name: "seal", Summary: "Put an update into a licence that waits there for its unlock code.",
		Help: `  latchkey seal --license ada.lic --product acme-cad --feature render:until=2027-12-31 --out ada-sealed.lic

The customer imports the new licence file, in which the update lies sealed. When
it is paid for, they get the unlock code, one row to type, which opens it
offline. Print the code that this command prints, or have it written to a file
with --code-out: it is nowhere else, and the licence has only its hash.

The update is described as in "latchkey update". The new licence has one revision
more than the old one, so that products take it in its place; name it as
--license from now on. --applied names the updates that were sent before, so
that the licence has them, too. --crm-id and --comment are kept in the records, as
those of "latchkey update" are.

` + recordsHelp + `

` + description.LimitsHelp + "\n\n" + description.ChangeHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			s := &sealFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key"), terms: t.termFlags(f)}
			s.terms.changeFlags(f)
			f.StringVar(&s.license, "license", "", "`FILE` with the licence as it was issued")
			f.Func("applied", "`FILE` with an update that was sent before, in order; may stand often", appendTo(&s.applied))
			f.StringVar(&s.id, "id", "", "`ID` of the update; a random one unless given")
			f.StringVar(&s.codeOut, "code-out", "", "`FILE` for the unlock code, which must not be there yet")
			f.BoolVar(&s.includeNotes, "include-notes", false, "put CRM id and comment into the customer's file")
			return func(args []string) error {
				if len(args) > 0 || s.license == "" {
					return cli.Usagef("say which licence the update is put into: --license FILE")
				}
				if err := description.CheckID(s.id); err != nil {
					return refused(cli.At("--id", err))
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
	}, "Enter it where the product asks for a key. The licence file that came with it\nmust have been imported before.")
	return s.deliver(document, describeLicense(l, false)+text+"\n"+sheet+"\n", fields)
}
