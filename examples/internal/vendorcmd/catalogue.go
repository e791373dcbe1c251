package vendorcmd

import (
	"flag"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/license"
)

type catalogueFlags struct {
	*signing
	selling       *selling
	from, product string
	first         string
	features      []string
}

func catalogueCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "catalogue", Summary: "Make the list of what you sell, or sign a product's editions for typed keys.",
		Help: `The catalogue is the list of your products, features and editions: every sale takes
its names from it. It is a JSON file, which you keep and edit. This command makes a
first one, catalogue.json, with an edition that has all features:

  latchkey catalogue --new acme-cad --feature draw --feature export

  {
    "products": {
      "acme-cad": {
        "description": "Acme CAD", "scheme": "desktop",
        "features": {"draw": {}, "export": {"description": "DXF and STEP", "limits": ["term", "runs"]}},
        "editions": [
          {"number": 1, "name": "Standard", "features": {"draw": "", "export": "runs=100"}},
          {"number": 2, "name": "Trial", "kind": "trial", "contact": "help@acme.example", "renew": "https://acme.example",
           "max_version": "4", "maintenance": "until=2027-12-31,lapse=keep", "features": {"draw": ""}}
        ]
      }
    }
  }

scheme is the binding scheme of licences that are activated, unless a sale has
another one. limits lists the limits that a feature may have: ` + strings.Join(catalogue.Limits, ", ") + `;
without the list, it may have all. Descriptions, scheme, limits and editions are optional.

An activation key has no room for features, so it names an edition by number. Products
embed a signed document of their editions, which this command makes:

  latchkey catalogue --from catalogue.json --product acme-cad --out catalogue.doc

` + description.LimitsHelp,
		Setup: func(f *flag.FlagSet) func([]string) error {
			c := &catalogueFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key"), selling: &selling{t: t}}
			f.StringVar(&c.from, "from", catalogue.FileName, "`FILE` with the catalogue in JSON, or -; default: "+catalogue.FileName)
			f.StringVar(&c.product, "product", "", "`ID` of the product whose editions are signed; optional if there is only one")
			f.StringVar(&c.first, "new", "", "make a first catalogue of the product `ID`, at --out or "+catalogue.FileName)
			f.Func("feature", "with --new: `ID` of a feature; may be repeated", appendTo(&c.features))
			f.BoolVar(&c.selling.past, "past", false, "allow dates that are over")
			return func(args []string) error {
				switch {
				case len(args) > 0:
					return cli.Usagef("%q is not expected here: see \"latchkey catalogue --help\"", args[0])
				case c.first != "":
					return c.makeFirst()
				case len(c.features) > 0:
					return cli.Usagef("--feature is for a first catalogue: add --new PRODUCT")
				}
				return c.signEditions()
			}
		},
	}
}

// makeFirst writes a first catalogue.
func (c *catalogueFlags) makeFirst() error {
	if len(c.features) == 0 {
		return cli.Usagef("name the features of %s: --feature draw --feature export", c.first)
	}
	text, err := catalogue.New(c.first, c.features)
	if err != nil {
		return refused(err)
	}
	if c.out == "-" {
		c.out = catalogue.FileName
	}
	about := fmt.Sprintf("Catalogue of %s.\n  Features: %s\n  Edition 1, Standard: all of them\n", c.first, strings.Join(c.features, ", "))
	return c.deliver(text, about, cli.Fields{"product": c.first, "features": c.features})
}

// signEditions signs the editions of one product.
func (c *catalogueFlags) signEditions() error {
	if err := free(c.out); err != nil {
		return err
	}
	c.selling.file = c.from
	check, err := c.selling.check()
	if err != nil {
		return err
	}
	d, err := c.editions(check.Catalogue)
	if err != nil {
		return err
	}
	d.Issued = c.t.second()
	if err := c.t.found(check.Editions(d)); err != nil {
		return err
	}
	sign, keys, err := c.open()
	if err != nil {
		return err
	}
	document, err := sign.Catalogue(d)
	if err != nil {
		return cli.At(name(c.from), err)
	}
	if d, err = license.OpenCatalogue(document, keys); err != nil {
		return err
	}
	if err := c.record(records.Record{Kind: records.Catalogue, Products: []string{d.Product}}, document); err != nil {
		return err
	}
	return c.deliver(document, describeCatalogue(d), catalogueFields(d))
}

// editions returns the editions of the product that is named, or of the only one.
func (c *catalogueFlags) editions(listed *catalogue.Catalogue) (*license.Catalogue, error) {
	product := c.product
	if product == "" {
		ids := listed.ProductIDs()
		if len(ids) > 1 {
			return nil, cli.Usagef("%s has several products: say which one with --product: %s", listed.Name, strings.Join(ids, ", "))
		}
		product = ids[0]
	}
	d, err := listed.Signed(product)
	return d, refused(err)
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
