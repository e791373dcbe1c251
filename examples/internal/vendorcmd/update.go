package vendorcmd

import (
	"flag"
	"fmt"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

type updateFlags struct {
	*signing
	terms        *descriptionFlags
	license      string
	applied      []string
	serialFrom   string
	sequence     int64
	id           string
	includeNotes bool
	dryRun       bool
}

func updateCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "update", Summary: "Change a licence that a customer has.",
		Help: `  latchkey update --license ada.lic --product acme-cad \
      --feature export:extend=30d --feature print:runs=+100 --out ada-1.update

An update is an add-on unless --rewrite is given. An add-on never takes anything
away, and leaves everything that it does not name as it is. A rewrite replaces the
terms of each product that it names, and with --whole-license the whole licence.

With --license, and --applied for each earlier update, the command numbers the
update and previews the changes for a customer who applies it today and has used
nothing yet. Without --license, name the licence and the number:
--serial-from FILE --sequence 3.

--edition with --rewrite sets the product to that edition.

--crm-id and --comment are your own notes. The records keep them; the customer's
file has them only with --include-notes.

` + description.LimitsHelp + "\n\n" + description.ChangeHelp + "\n\n" + fileHelp + `
In an update the file may also have rewrite, whole_license, obtain_from,
obtain_until, crm_id and comment, and a product may have the scheme that it needs.
An update never changes the licensee.

` + sellingHelp + "\n\n" + recordsHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			u := &updateFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key"), terms: t.termFlags(f)}
			u.terms.changeFlags(f)
			f.StringVar(&u.license, "license", "", "`FILE` with the licence that is updated, for the number and a preview")
			f.Func("applied", "`FILE` with an earlier update, in order; may be repeated", appendTo(&u.applied))
			f.StringVar(&u.serialFrom, "serial-from", "", "without --license: `FILE` that has the serial number, or -")
			f.Int64Var(&u.sequence, "sequence", 0, "`NUMBER` of this update, one more than that of the last")
			f.StringVar(&u.id, "id", "", "`ID` of the update; default: a random one")
			f.BoolVar(&u.includeNotes, "include-notes", false, "put CRM id and comment into the customer's file, too")
			f.BoolVar(&u.dryRun, "dry-run", false, "only show the preview")
			return func(args []string) error {
				switch {
				case len(args) > 0:
					return cli.Usagef("%q is not expected here: see \"latchkey update --help\"", args[0])
				case u.license == "" && (u.serialFrom == "" || u.sequence < 1):
					return cli.Usagef("say which licence is updated: --license FILE, or --serial-from FILE and --sequence NUMBER")
				case u.license != "" && u.serialFrom != "":
					return cli.Usagef("--license has the serial number already: leave --serial-from out")
				case u.license == "" && (u.dryRun || len(u.applied) > 0):
					return cli.Usagef("--dry-run and --applied need --license")
				}
				return u.run()
			}
		},
	}
}

// changeFlags declares the flags that only updates have.
func (d *descriptionFlags) changeFlags(f *flag.FlagSet) {
	f.BoolVar(&d.d.Rewrite, "rewrite", false, "replace the terms of each product that is named")
	f.BoolVar(&d.d.WholeLicense, "whole-license", false, "rewrite, and remove every product that is not named; needs --kind")
	f.StringVar(&d.d.ObtainFrom, "obtain-from", "", "first `DATE` on which the customer may apply it")
	f.StringVar(&d.d.ObtainUntil, "obtain-until", "", "last `DATE` on which the customer may apply it")
	f.StringVar(&d.maintained.extend, "maintenance-extend", "", "`SPAN` by which maintenance is extended: 12m")
	f.StringVar(&d.scheme, "needs-scheme", "", "binding `SCHEME` that the product needs")
	f.StringVar(&d.d.CRMID, "crm-id", "", "`ID` of the order in your own records")
	f.StringVar(&d.d.Comment, "comment", "", "`TEXT` for your own records")
}

func (f *updateFlags) run() error {
	d, err := f.terms.read()
	if err != nil {
		return err
	}
	f.again = f.terms.selling.again
	if err := free(f.out); err != nil {
		return err
	}
	sign, keys, err := f.open()
	if err != nil {
		return err
	}
	l, err := f.current(keys)
	if err != nil {
		return err
	}
	u, diff, err := f.described(d, l)
	if err != nil {
		return err
	}
	u.Vendor = keys.Vendor()
	text, fields := preview(diff, onDay(u, f.t.today()))
	if f.dryRun {
		return f.tried(u, l, text, fields)
	}
	if err := f.terms.selling.update(u, l, diff); err != nil {
		return err
	}
	document, err := sign.Update(u)
	if err != nil {
		return description.UpdateError(err, u)
	}
	if u, err = license.OpenUpdate(document, keys); err != nil {
		return err
	}
	if err := f.record(recordOfUpdate(u, d, l, diff), document); err != nil {
		return err
	}
	payload, err := u.Encode()
	fields["kind"], fields["id"], fields["sequence"], fields["content"] = "update", u.ID, u.Sequence, content(payload, err, false)
	return f.deliver(document, describeUpdate(u, false)+text, fields)
}

// described returns the described update and its changes to the licence, which are
// nil without the licence.
func (f *updateFlags) described(d *description.Terms, l *license.License) (*license.Update, *license.Diff, error) {
	if err := f.terms.selling.names(d, true, l); err != nil {
		return nil, nil, err
	}
	u, err := d.Update(l)
	if err != nil {
		return nil, nil, advised(err)
	}
	if u.ID = f.id; u.ID == "" {
		u.ID = newID("U")
	}
	u.Issued = f.t.second()
	if l != nil {
		u.Vendor = l.Vendor
	}
	if !f.includeNotes {
		u.CRMID, u.Comment = "", ""
	}
	diff, err := f.place(u, l)
	return u, diff, err
}

// tried prints the preview of a dry run. An update without effect is not refused
// here, since the preview shows it.
func (f *updateFlags) tried(u *license.Update, l *license.License, text string, fields cli.Fields) error {
	if err := f.terms.selling.update(u, l, nil); err != nil {
		return err
	}
	if err := f.preflight(recordOfUpdate(u, &description.Terms{}, l, nil)); err != nil {
		return err
	}
	return f.t.say(f.t.out, text, fields)
}

// current returns the licence that is updated, nil without --license.
func (f *updateFlags) current(keys *license.Keyring) (*license.License, error) {
	if f.license == "" {
		return nil, nil
	}
	l, err := f.t.licenseOf(f.license, f.applied, keys)
	if err == nil && l.Serial == "" {
		err = fmt.Errorf("%s: this licence has no serial number, which updates need: issue a new licence", f.license)
	}
	return l, err
}

// place sets the update's serial number and sequence, and returns its changes, nil
// without --license.
func (f *updateFlags) place(u *license.Update, l *license.License) (*license.Diff, error) {
	if l == nil {
		number, err := f.t.readTyped(f.serialFrom, keyfmt.Serial)
		u.Serial, u.Sequence = license.Serial(number.Text()), f.sequence
		return nil, err
	}
	u.Serial, u.Sequence = l.Serial, f.sequence
	if u.Sequence == 0 {
		u.Sequence = l.Revision + 1
	}
	return try(l, u, f.t.today())
}

// try returns the changes of an update to a licence on the first day from today on
// which it may be applied.
func try(l *license.License, u *license.Update, today license.Date) (*license.Diff, error) {
	_, diff, err := license.Apply(l, u, onDay(u, today).Start(), license.Usage{})
	if err != nil {
		return nil, cli.At("this update would be refused", err)
	}
	return diff, nil
}

// onDay returns the first day from today on which an update may be applied.
func onDay(u *license.Update, today license.Date) license.Date { return max(today, u.Obtain.From) }

// preview describes the changes of an update.
func preview(diff *license.Diff, day license.Date) (string, cli.Fields) {
	if diff == nil {
		return "No preview without the licence: name it with --license.\n", cli.Fields{}
	}
	text := fmt.Sprintf("Preview for a customer who applies it on %s and has used nothing yet:\n", day)
	for _, c := range diff.Changes {
		text += "  " + c.String() + "\n"
	}
	for _, ref := range diff.Reset {
		text += fmt.Sprintf("  %s/%s usage: starts anew\n", ref.Product, ref.Feature)
	}
	if !diff.Changed() {
		text += "  nothing: the licence has all of that already\n"
	}
	return text, cli.Fields{"preview": diffFields(diff)}
}

func diffFields(diff *license.Diff) cli.Fields {
	changes := []cli.Fields{}
	for _, c := range diff.Changes {
		changes = append(changes, cli.Fields{
			"product": c.Product, "feature": c.Feature, "field": c.Field, "old": c.Old, "new": c.New, "note": string(c.Note), "text": c.String(),
		})
	}
	return cli.Fields{"changed": diff.Changed(), "changes": changes}
}
