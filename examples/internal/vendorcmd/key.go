package vendorcmd

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/nearest"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

type keyFlags struct {
	*signing
	selling                       *selling
	embedded, edition, name, term string
	machine                       machineFlags
	seats, number                 int
	given                         func(flag string) bool
}

func keyCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "key", Summary: "Make an activation key that is typed from paper.",
		Help: `  latchkey key --edition Standard --term until=2027-12-31 --licensee "Müller & Söhne"

An activation key is a complete licence in six rows, or seven if it is bound to a
machine. It needs no file and no server, only a product that embeds the signed
catalogue of "latchkey catalogue". The signature covers the licensee's name: the
customer types it as it is printed with the key. Standard output has a page to
print; --out writes only the rows, to a file that only its owner can read.

` + sellingHelp + "\n\n" + recordsHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			k := &keyFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key"), selling: t.sellingFlags(f)}
			k.given = givenIn(f)
			f.Lookup("out").Usage = "`FILE` for the rows of the key, which must not be there yet"
			f.StringVar(&k.embedded, "embedded", "catalogue.doc", "`FILE` with the signed catalogue that the product embeds; default: catalogue.doc")
			f.StringVar(&k.edition, "edition", "", "`NAME` or number of the edition")
			f.StringVar(&k.name, "licensee", "", "the licensee's `NAME`, as it will be printed and typed")
			f.StringVar(&k.term, "term", "perpetual", "`TERM`: perpetual, until=2027-12-31, activation=30d or activation=3m")
			f.IntVar(&k.seats, "seats", 0, "`NUMBER` of seats or concurrent uses; default: that of the edition")
			f.IntVar(&k.number, "number", 0, "`NUMBER` from 0 to 1023 that distinguishes keys with the same terms")
			k.machine.declare(f, "of the only machine on which the key works")
			return func(args []string) error {
				if len(args) > 0 || k.edition == "" || k.name == "" {
					return cli.Usagef("name the edition and the licensee: --edition Standard --licensee \"Ada Lovelace\"")
				}
				return k.run()
			}
		},
	}
}

func (k *keyFlags) run() error {
	if err := free(k.out); err != nil {
		return err
	}
	sign, keys, err := k.open()
	if err != nil {
		return err
	}
	c, err := k.t.signedCatalogue(k.embedded, keys)
	if err != nil {
		return err
	}
	terms, edition, err := k.terms(c)
	if err != nil {
		return err
	}
	if err := k.check(c.Product, edition, terms); err != nil {
		return err
	}
	key, err := sign.Key(terms, c.Product, k.name)
	if err != nil {
		return err
	}
	l, err := license.OpenKey(key.Payload(), k.name, keys, c)
	if err != nil {
		return err
	}
	record := records.Record{Kind: records.TypedKey, Licensee: k.name, Products: []string{c.Product}, Edition: edition.Name}
	if err := k.record(record, []byte(key.Text()+"\n")); err != nil {
		return err
	}
	fields := licenseFields(l, true)
	fields["kind"], fields["rows"], fields["edition"], fields["licensee"] = "activation key", key.Rows(), edition.Name, l.Licensee.Name
	if k.out != "-" {
		if err := writeSecret(k.out, key); err != nil {
			return err
		}
		fields["file"] = k.out
	}
	return k.t.say(k.t.out, k.sheet(key, c, edition, l), fields)
}

func (k *keyFlags) terms(c *license.Catalogue) (license.KeyTerms, license.Edition, error) {
	t := license.KeyTerms{Issued: k.t.today(), Seats: k.seats, Number: k.number}
	edition, err := findEdition(c, k.edition)
	if err != nil {
		return t, edition, cli.At(k.embedded, refused(err))
	}
	t.Edition = edition.Number
	term, err := description.ParseTerm(k.term)
	if err != nil {
		return t, edition, refused(err)
	}
	t.Term = *term
	if k.machine.given() {
		if t.Machine, err = k.machine.payload(k.t); err != nil {
			return t, edition, err
		}
	}
	if k.seats < 0 || k.seats > license.MaxKeySeats || k.number < 0 || k.number > license.MaxKeyNumber {
		return t, edition, cli.Usagef("a typed key carries up to %d seats and numbers up to %d", license.MaxKeySeats, license.MaxKeyNumber)
	}
	if _, err := t.Encode(c.Product, k.name); err != nil {
		return t, edition, refusedf("a typed key cannot carry the term %s: it can be perpetual, end on one date, or last days or months from activation", term)
	}
	return t, edition, nil
}

// signedCatalogue reads the catalogue that a product embeds.
func (t *tool) signedCatalogue(path string, keys *license.Keyring) (*license.Catalogue, error) {
	text, err := t.read(path)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") && license.KindOf(text) == "" {
		return nil, damagedf("%s: this is a catalogue in JSON, and the signed catalogue is needed here: sign it with \"latchkey catalogue\"", name(path))
	}
	c, err := license.OpenCatalogue(text, keys)
	return c, cli.At(name(path), err)
}

func findEdition(c *license.Catalogue, name string) (license.Edition, error) {
	var names []string
	number, _ := strconv.Atoi(name)
	for _, e := range c.Editions {
		if e.Number == number || strings.EqualFold(e.Name, name) {
			return e, nil
		}
		names = append(names, e.Name)
	}
	if hint := nearest.Hint(name, names); hint != "" {
		return license.Edition{}, fmt.Errorf("there is no edition %q%s", name, hint)
	}
	return license.Edition{}, fmt.Errorf("there is no edition %q: it has %s", name, strings.Join(names, ", "))
}

// check checks a key against the rules.
func (k *keyFlags) check(product string, edition license.Edition, terms license.KeyTerms) error {
	check, err := k.selling.check()
	if err != nil {
		return err
	}
	found := check.Key(product, edition, terms.Term, terms.Seats)
	found = append(found, rules.NotZero("--seats", int64(k.seats), k.given("seats"), "leave it out for the seats of the edition, or give a number from 1")...)
	return k.t.found(found)
}

func (k *keyFlags) sheet(key keyfmt.Key, c *license.Catalogue, e license.Edition, l *license.License) string {
	about := []string{
		"Product:  " + c.Product + ", " + e.Name,
		"Licensee: " + l.Licensee.Name,
		"Valid:    " + l.Window.String(),
	}
	if k.seats > 0 {
		about = append(about, "Seats:    "+strconv.Itoa(k.seats))
	}
	if k.machine.given() {
		about = append(about, "Machine:  only the machine with the given installation code")
	}
	return keySheet(key, about, "Enter it where the product asks for a key, with the licensee's name exactly as above.")
}
