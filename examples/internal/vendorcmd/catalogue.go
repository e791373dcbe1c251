package vendorcmd

import (
	"flag"
	"fmt"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

// A catalogueDescription is what the file of "latchkey catalogue" has.
type catalogueDescription struct {
	Product  string               `json:"product"`
	Editions []editionDescription `json:"editions"`
}

type editionDescription struct {
	Number  int    `json:"number"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Contact string `json:"contact"`
	Renew   string `json:"renew"`
	description.Product
}

func catalogueCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "catalogue", Summary: "Sign the list of editions that typed activation keys can name.",
		Help: `A typed key has no room for what it grants, so it names an edition of a
catalogue that comes with the product. The file:

  {
    "product": "acme-cad",
    "editions": [
      {"number": 1, "name": "Standard", "features": {"draw": "", "export": "runs=100"}},
      {"number": 2, "name": "Trial", "kind": "trial", "contact": "help@acme.example",
       "max_version": "4", "maintenance": "until=2027-12-31,lapse=keep", "features": {"draw": ""}}
    ]
  }

` + description.LimitsHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			s := t.signingFlags(f, license.RoleLicense, "license.key")
			from := f.String("from", "", "`FILE` with the editions in JSON, or -")
			return func(args []string) error {
				if len(args) > 0 || *from == "" {
					return cli.Usagef("name the file with the editions: --from editions.json")
				}
				return s.catalogue(*from)
			}
		},
	}
}

func (s *signing) catalogue(from string) error {
	if err := free(s.out); err != nil {
		return err
	}
	text, err := s.t.read(from)
	if err != nil {
		return err
	}
	var d catalogueDescription
	if err := description.Decode(text, &d); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	c, err := d.catalogue()
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	c.Issued = s.t.second()
	sign, keys, err := s.open()
	if err != nil {
		return err
	}
	document, err := sign.Catalogue(c)
	if err != nil {
		return cli.At(name(from), err)
	}
	if c, err = license.OpenCatalogue(document, keys); err != nil {
		return err
	}
	return s.deliver(document, describeCatalogue(c), catalogueFields(c))
}

func (d *catalogueDescription) catalogue() (*license.Catalogue, error) {
	if d.Product == "" || len(d.Editions) == 0 {
		return nil, fmt.Errorf("a catalogue names its product and at least one edition")
	}
	c := &license.Catalogue{Product: d.Product}
	seen := map[int]bool{}
	for _, e := range d.Editions {
		product, err := e.Licensed(d.Product)
		switch {
		case err != nil:
			return nil, fmt.Errorf("edition %d: %w", e.Number, err)
		case e.Number < 1 || e.Name == "" || len(product.Features) == 0:
			return nil, fmt.Errorf("edition %d: an edition has a number from 1, a name and features", e.Number)
		case seen[e.Number]:
			return nil, fmt.Errorf("edition %d is there twice", e.Number)
		}
		seen[e.Number] = true
		kind := license.Kind(e.Kind)
		if kind == "" {
			kind = license.Full
		}
		if err := description.CheckKind(kind); err != nil {
			return nil, fmt.Errorf("edition %d: %w", e.Number, err)
		}
		c.Editions = append(c.Editions, license.Edition{
			Number: e.Number, Name: e.Name, Kind: kind, MaxVersion: product.MaxVersion, Maintenance: product.Maintenance,
			Features: product.Features, Hints: license.Hints{Contact: e.Contact, Renew: e.Renew},
		})
	}
	return c, nil
}

func describeCatalogue(c *license.Catalogue) string {
	text := fmt.Sprintf("Catalogue of %s by %s, issued %s.\n", c.Product, c.Vendor, license.DateOf(c.Issued))
	for _, e := range c.Editions {
		text += fmt.Sprintf("  Edition %d, %s (%s)\n", e.Number, e.Name, e.Kind)
		text += describeProduct("    ", license.Product{MaxVersion: e.MaxVersion, Maintenance: e.Maintenance, Features: e.Features})
	}
	return text
}

func catalogueFields(c *license.Catalogue) cli.Fields {
	payload, err := c.Encode()
	return cli.Fields{"kind": "catalogue", "content": content(payload, err, true)}
}
