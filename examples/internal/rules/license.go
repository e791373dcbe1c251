package rules

import (
	"fmt"

	"github.com/latchkey-go/latchkey/license"
)

// License finds the mistakes in a licence that is to be sold. It must be as it
// will be signed, but for its id, its serial number and the time of issue.
func (c *Check) License(l *license.License) Findings {
	found := c.key()
	for _, p := range l.Products {
		found = append(found, c.product(p)...)
	}
	found = append(found, c.window(l.Window, false)...)
	found = append(found, noEnd(l.Kind, l.Window, endless(l.Products))...)
	found = append(found, email(l.Licensee.Email)...)
	found = append(found, hints(l.Hints)...)
	for i := range l.Sealed {
		found = append(found, c.update(&l.Sealed[i].Update, l)...)
	}
	return found
}

// product finds the mistakes in one product of a licence.
func (c *Check) product(p license.Product) Findings {
	var ids []string
	for _, f := range p.Features {
		ids = append(ids, f.ID)
	}
	found := c.names(p.ID, ids, nil)
	path := "products/" + p.ID
	found = append(found, version(path, p.MaxVersion)...)
	found = append(found, c.maintenance(path, p.Maintenance.Until, false)...)
	if len(p.Features) == 0 {
		found = append(found, warn(NoFeatures, path+"/features", "the product "+p.ID+" has no feature, so the licence grants nothing of it", "name its features"))
	}
	return append(found, c.features(p)...)
}

func (c *Check) features(p license.Product) (found Findings) {
	for _, f := range p.Features {
		path := featurePath(p.ID, f.ID)
		found = append(found, c.term(path, f.ID+" of "+p.ID, f.Term, false)...)
		found = append(found, notEnforced(path, f.ID+" of "+p.ID, f.Seats, f.Concurrent.N)...)
		found = append(found, c.limits(p.ID, f.ID, map[string]bool{
			"term": f.Term.Kind != license.Perpetual, "runs": f.Runs > 0, "concurrent": f.Concurrent.N > 0,
			"seats": f.Seats > 0, "conditions": f.Conditions != 0, "params": len(f.Params) > 0,
		})...)
	}
	return found
}

// Editions finds the mistakes in the editions of a product, which are to be
// signed. Their names are those of the catalogue.
func (c *Check) Editions(d *license.Catalogue) Findings {
	found := c.key()
	for _, e := range d.Editions {
		p := license.Product{ID: d.Product, MaxVersion: e.MaxVersion, Maintenance: e.Maintenance, Features: e.Features}
		for _, f := range append(c.product(p), hints(e.Hints)...) {
			f.Text = "the edition " + e.Name + ": " + f.Text
			found = append(found, f)
		}
	}
	return found
}

// Key finds the mistakes in a typed key for an edition that a signed catalogue
// has.
func (c *Check) Key(product string, e license.Edition, term license.Term, seats int) Findings {
	found := c.key()
	found = append(found, c.editionOf(product, e)...)
	found = append(found, c.term("term", "the key", term, false)...)
	found = append(found, noEnd(e.Kind, term, endless([]license.Product{{Features: e.Features}}))...)
	if seats > 0 {
		found = append(found, notEnforced("seats", "the key", int64(seats), 0)...)
	}
	for _, f := range e.Features {
		path := featurePath(product, f.ID)
		found = append(found, c.term(path, f.ID+" of "+product, f.Term, false)...)
		found = append(found, notEnforced(path, f.ID+" of "+product, f.Seats, f.Concurrent.N)...)
	}
	return found
}

// editionOf finds whether the catalogue has a signed edition, and as it was
// signed.
func (c *Check) editionOf(product string, e license.Edition) Findings {
	if c.NewNames {
		return nil
	}
	listed, err := c.Catalogue.Edition(product, e.Name)
	if err != nil {
		return Findings{c.unknown("edition", err)}
	}
	if signed, err := c.Catalogue.Signed(product); err == nil {
		now, _ := signed.Edition(listed.Number)
		if !sameEdition(now, e) {
			return Findings{warn(OtherEdition, "edition", fmt.Sprintf("the edition %s of %s in %s has changed since the catalogue that products embed was signed", e.Name, product, c.Catalogue.Name),
				`the key grants the signed edition; sign the new catalogue with "latchkey catalogue"`)}
		}
	}
	return nil
}

// sameEdition reports whether two editions are signed as the same bytes.
func sameEdition(a, b license.Edition) bool {
	encoded := func(e license.Edition) string {
		d := license.Catalogue{Vendor: "vendor", Product: "product", Issued: license.Date(20000).Start(), Editions: []license.Edition{e}}
		payload, err := d.Encode()
		if err != nil {
			return err.Error()
		}
		return string(payload)
	}
	return encoded(a) == encoded(b)
}

// endless reports whether a feature has no end of its own.
func endless(products []license.Product) bool {
	for _, p := range products {
		for _, f := range p.Features {
			if f.Term.Kind == license.Perpetual {
				return true
			}
		}
	}
	return false
}
