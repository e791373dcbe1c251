package vendorcmd

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

const sellingHelp = `Products, features and editions are those of catalogue.json in the current
folder, or of --catalogue; "latchkey catalogue --new" makes a first one. The
command refuses a name that is not in the catalogue unless --new-name is given,
and a date that is over unless --past is given.`

// A selling has the flags and the catalogue of a command that sells.
type selling struct {
	t             *tool
	file          string
	newName, past bool
	again         bool // issue a number or an id once more
	listed        *catalogue.Catalogue
	read          bool
}

// sellingFlags declares the flags of a command that sells.
func (t *tool) sellingFlags(f *flag.FlagSet) *selling {
	s := &selling{t: t}
	f.StringVar(&s.file, "catalogue", "", "`FILE` with the catalogue; default: "+catalogue.FileName+" if it exists")
	f.BoolVar(&s.newName, "new-name", false, "allow names that the catalogue does not have")
	f.BoolVar(&s.past, "past", false, "allow dates that are over")
	return s
}

// againFlag declares the flag of a command that numbers what it issues.
func (s *selling) againFlag(f *flag.FlagSet) {
	f.BoolVar(&s.again, "again", false, "allow a number or an id that the records already have")
}

// catalogue returns the vendor's catalogue, nil if there is none.
func (s *selling) catalogue() (*catalogue.Catalogue, error) {
	if s.read {
		return s.listed, nil
	}
	path := s.file
	if path == "" {
		if _, err := os.Stat(catalogue.FileName); errors.Is(err, fs.ErrNotExist) {
			s.read = true
			return nil, nil
		}
		path = catalogue.FileName
	}
	if path != "-" && !exists(path) {
		return nil, fmt.Errorf("the catalogue: %s: there is no such file: \"latchkey catalogue --new PRODUCT --feature FEATURE\" makes a first one", path)
	}
	text, err := s.t.read(path)
	if err != nil {
		return nil, fmt.Errorf("the catalogue: %w", err)
	}
	if s.listed, err = catalogue.Parse(name(path), text); err != nil {
		return nil, refused(err)
	}
	s.read = true
	return s.listed, nil
}

// check returns the rules for the documents of this run.
func (s *selling) check() (*rules.Check, error) {
	c, err := s.catalogue()
	return &rules.Check{
		Today: s.t.today(), Catalogue: c, NewNames: s.newName, PastMeant: s.past, Words: rules.Command,
	}, err
}

// names refuses names of a description that are not in the catalogue, and expands
// editions.
func (s *selling) names(d *description.Terms, update bool, present *license.License) error {
	check, err := s.check()
	if err != nil {
		return err
	}
	found, err := check.Names(d, update, present)
	if err != nil {
		return refused(err)
	}
	return s.t.found(found)
}

// productOfEdition returns the product that has an edition.
func (s *selling) productOfEdition(edition string) (string, error) {
	check, err := s.check()
	if err != nil {
		return "", err
	}
	product, err := check.Catalogue.ProductWith(edition)
	if err == nil {
		return product, nil
	}
	found, err := check.UnknownEdition(err)
	if err != nil {
		return "", usageOf(err)
	}
	return "", s.t.found(found)
}

// update refuses mistakes in an update.
func (s *selling) update(u *license.Update, present *license.License, diff *license.Diff) error {
	check, err := s.check()
	if err != nil {
		return err
	}
	return s.t.found(check.Update(u, present, diff))
}
