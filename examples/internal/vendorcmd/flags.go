package vendorcmd

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/description"
)

const fileHelp = `With --from, a JSON file has the description; flags override it:

  {
    "kind": "full",
    "licensee": {"name": "Ada Lovelace", "company": "Acme", "email": "ada@acme.example"},
    "products": {
      "acme-cad": {
        "max_version": "4",
        "maintenance": "until=2027-12-31,lapse=keep",
        "features": {"draw": "", "render": "until=2027-12-31,runs=100"}
      }
    }
  }

A product may name an edition, "edition": "Pro", to which its other members add.`

// descriptionFlags are the flags from which a description is made.
type descriptionFlags struct {
	t          *tool
	selling    *selling
	d          description.Terms
	from       string
	product    string
	edition    string
	features   []string
	maxVersion string
	scheme     string
	maintained maintenanceFlags
}

type maintenanceFlags struct{ until, extend, lapse string }

// termFlags declares the flags that licences and updates share.
func (t *tool) termFlags(f *flag.FlagSet) *descriptionFlags {
	d := &descriptionFlags{t: t, selling: t.sellingFlags(f)}
	d.selling.againFlag(f)
	f.StringVar(&d.from, "from", "", "`FILE` with the description in JSON, or -")
	f.StringVar(&d.product, "product", "", "product `ID` that the features belong to")
	f.StringVar(&d.edition, "edition", "", "`NAME` of an edition of the catalogue, to which the other flags add")
	f.Func("feature", "feature and its limits, as in `ID:LIMITS`, or PRODUCT/ID:LIMITS for another product; may be repeated", func(s string) error {
		d.features = append(d.features, s)
		return nil
	})
	f.StringVar(&d.d.Kind, "kind", "", "`full`, provisional, trial or test")
	f.StringVar(&d.d.Window, "window", "", "`TERM` that limits every feature, such as that of a trial: activation=30d")
	f.StringVar(&d.maxVersion, "max-version", "", "highest `VERSION` covered; 4 covers every 4.x")
	f.StringVar(&d.maintained.until, "maintenance-until", "", "last `DATE` of maintenance")
	f.StringVar(&d.maintained.lapse, "lapse", "", "effect of the end of maintenance: `keep` keeps covered versions running, stop ends the product")
	return d
}

// givenIn returns what reports whether a flag was given, once flags are parsed.
func givenIn(f *flag.FlagSet) func(name string) bool {
	return func(name string) bool {
		given := false
		f.Visit(func(g *flag.Flag) { given = given || g.Name == name })
		return given
	}
}

// read returns the description: that of the file, and the flags over it.
func (f *descriptionFlags) read() (*description.Terms, error) {
	d := &description.Terms{}
	if f.from != "" {
		text, err := f.t.read(f.from)
		if err != nil {
			return nil, err
		}
		if err := description.Decode(text, d); err != nil {
			return nil, refused(fmt.Errorf("%s: %w", f.from, err))
		}
	}
	overlay(d, &f.d)
	return d, f.addProducts(d)
}

// overlay puts what flags say over what the file says.
func overlay(d, flags *description.Terms) {
	for _, v := range []struct{ to, from *string }{
		{&d.Kind, &flags.Kind}, {&d.Window, &flags.Window}, {&d.Contact, &flags.Contact}, {&d.Renew, &flags.Renew},
		{&d.Licensee.Name, &flags.Licensee.Name}, {&d.Licensee.Company, &flags.Licensee.Company}, {&d.Licensee.Email, &flags.Licensee.Email},
		{&d.ObtainFrom, &flags.ObtainFrom}, {&d.ObtainUntil, &flags.ObtainUntil}, {&d.CRMID, &flags.CRMID}, {&d.Comment, &flags.Comment}, {&d.Scheme, &flags.Scheme},
	} {
		if *v.from != "" {
			*v.to = *v.from
		}
	}
	d.Rewrite = d.Rewrite || flags.Rewrite
	d.WholeLicense = d.WholeLicense || flags.WholeLicense
	d.NeedsReceipt = d.NeedsReceipt || flags.NeedsReceipt
}

// addProducts adds what --product, --feature and the flags of a product say.
func (f *descriptionFlags) addProducts(d *description.Terms) error {
	if err := f.addEdition(d); err != nil {
		return err
	}
	for _, text := range f.features {
		name, limits, _ := strings.Cut(text, ":")
		product, id, other := strings.Cut(name, "/")
		if !other {
			product, id = f.product, name
		}
		if product == "" {
			return usageProduct("--feature " + id)
		}
		p := productOf(d, product)
		if _, twice := p.Features[id]; twice {
			return refused(fmt.Errorf("the feature %s of %s is described twice", id, product))
		}
		p.Features[id] = limits
	}
	m := f.maintained
	if f.maxVersion == "" && f.scheme == "" && m == (maintenanceFlags{}) {
		return nil
	}
	if f.product == "" {
		return usageProduct("--max-version, --scheme and the flags of maintenance")
	}
	p := productOf(d, f.product)
	if f.maxVersion != "" {
		p.MaxVersion = f.maxVersion
	}
	if f.scheme != "" {
		p.Scheme = f.scheme
	}
	if m != (maintenanceFlags{}) {
		p.Maintenance = m.line()
	}
	return nil
}

// addEdition adds what --edition says, of the product that has such an edition
// unless --product names one.
func (f *descriptionFlags) addEdition(d *description.Terms) (err error) {
	if f.edition == "" {
		return nil
	}
	if f.product == "" {
		if f.product, err = f.selling.productOfEdition(f.edition); err != nil {
			return err
		}
	}
	productOf(d, f.product).Edition = f.edition
	return nil
}

func (m maintenanceFlags) line() string {
	var items []string
	for _, item := range []struct{ name, value string }{{"until", m.until}, {"extend", m.extend}, {"lapse", m.lapse}} {
		if item.value != "" {
			items = append(items, item.name+"="+item.value)
		}
	}
	return strings.Join(items, ",")
}

// productOf returns the description of a product, made if it is not there.
func productOf(d *description.Terms, id string) *description.Product {
	if d.Products == nil {
		d.Products = map[string]*description.Product{}
	}
	if d.Products[id] == nil {
		d.Products[id] = &description.Product{}
	}
	p := d.Products[id]
	if p.Features == nil {
		p.Features = map[string]string{}
	}
	return p
}

// advised adds to what is wrong with a description which flags put it right.
func advised(err error) error { return refused(advice(err)) }

func advice(err error) error {
	switch {
	case errors.Is(err, description.ErrUpdate):
		return fmt.Errorf("%w: \"latchkey update\" makes one", description.ErrUpdate)
	case errors.Is(err, description.ErrNoKind):
		return fmt.Errorf("%w: add --kind full", err)
	case errors.Is(err, description.ErrNoChange):
		return fmt.Errorf("%w: say what with --feature, --maintenance-extend or --from", err)
	case errors.Is(err, description.ErrAddOn):
		return fmt.Errorf("%w, or use --rewrite to set the number", err)
	}
	return err
}
