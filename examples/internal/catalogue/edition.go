package catalogue

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/nearest"
	"github.com/latchkey-go/latchkey/license"
)

// An UnknownError is about a name that the catalogue does not have.
type UnknownError struct {
	Kind string // "product", "feature" or "edition"
	text string
}

func (e *UnknownError) Error() string { return e.text }

func unknown(kind, name, of string, names []string) *UnknownError {
	text := fmt.Sprintf("there is no %s %q %s", kind, name, of)
	if hint := nearest.Hint(name, names); hint != "" {
		return &UnknownError{kind, text + hint}
	}
	if len(names) > 0 && len(names) <= maxListed {
		text += ", which has " + strings.Join(names, ", ")
	}
	return &UnknownError{kind, text}
}

// maxListed is the number of names that a message lists if none is close.
const maxListed = 12

// UnknownProduct returns an *UnknownError unless the catalogue has a product. A
// catalogue that is nil has none.
func (c *Catalogue) UnknownProduct(id string) error {
	if c == nil {
		return &UnknownError{"product", fmt.Sprintf("the product %q is unknown, because there is no catalogue", id)}
	}
	if c.Products[id] == nil {
		return unknown("product", id, "in "+c.Name, c.ProductIDs())
	}
	return nil
}

// UnknownFeature is UnknownProduct for a feature of a product.
func (c *Catalogue) UnknownFeature(product, id string) error {
	if err := c.UnknownProduct(product); err != nil {
		return err
	}
	if p := c.Products[product]; p.Features[id] == nil {
		return unknown("feature", id, "of "+product+" in "+c.Name, p.FeatureIDs())
	}
	return nil
}

// Edition returns the edition of a product by its name, in any case, or by its
// number. The error is an *UnknownError.
func (c *Catalogue) Edition(product, name string) (*Edition, error) {
	if err := c.UnknownProduct(product); err != nil {
		return nil, err
	}
	number, _ := strconv.Atoi(name)
	p := c.Products[product]
	for _, e := range p.Editions {
		if e.Number == number || strings.EqualFold(e.Name, name) {
			return e, nil
		}
	}
	return nil, unknown("edition", name, "of "+product+" in "+c.Name, p.EditionNames())
}

// ProductWith returns the one product that has an edition of a name.
func (c *Catalogue) ProductWith(edition string) (string, error) {
	var with, names []string
	if c != nil {
		for _, id := range c.ProductIDs() {
			if _, err := c.Edition(id, edition); err == nil {
				with = append(with, id)
			}
			names = append(names, c.Products[id].EditionNames()...)
		}
	}
	switch {
	case len(with) == 1:
		return with[0], nil
	case len(with) > 1:
		return "", fmt.Errorf("the edition %q occurs in %s: name the product", edition, strings.Join(with, " and "))
	case c == nil:
		return "", &UnknownError{"edition", fmt.Sprintf("the edition %q is unknown, because there is no catalogue", edition)}
	}
	return "", unknown("edition", edition, "in "+c.Name, names)
}

// ErrEditionAdds is the error of an add-on update that names an edition.
var ErrEditionAdds = errors.New("an add-on cannot name an edition, which sets the terms of a product: make the update a rewrite, or name the features to add")

// Expand replaces each edition that a description names by its terms in the
// catalogue. Members of the description take precedence: limits of a feature, the
// kind, contact and renewal link, the highest version and the maintenance.
func (c *Catalogue) Expand(t *description.Terms, update bool) error {
	for _, id := range slices.Sorted(maps.Keys(t.Products)) {
		p := t.Products[id]
		if p == nil || p.Edition == "" {
			continue
		}
		e, err := c.Edition(id, p.Edition)
		switch {
		case err != nil:
			return err
		case update && !t.Rewrite && !t.WholeLicense:
			return ErrEditionAdds
		}
		p.Edition = ""
		e.fill(t, p, update)
	}
	return nil
}

// fill adds the terms of an edition to a description.
func (e *Edition) fill(t *description.Terms, p *description.Product, update bool) {
	or := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	or(&t.Kind, e.Kind)
	or(&p.MaxVersion, e.MaxVersion)
	or(&p.Maintenance, e.Maintenance)
	if !update { // an update does not change the hints
		or(&t.Contact, e.Contact)
		or(&t.Renew, e.Renew)
	}
	features := maps.Clone(e.Features)
	maps.Copy(features, p.Features)
	p.Features = features
}

// SchemeOf returns the binding scheme of the first product that has one, "" for
// none.
func (c *Catalogue) SchemeOf(products []license.Product) string {
	if c == nil {
		return ""
	}
	for _, p := range products {
		if known := c.Products[p.ID]; known != nil && known.Scheme != "" {
			return known.Scheme
		}
	}
	return ""
}

// Signed returns the document of a product's editions, for the caller to sign.
func (c *Catalogue) Signed(product string) (*license.Catalogue, error) {
	if err := c.UnknownProduct(product); err != nil {
		return nil, err
	}
	p := c.Products[product]
	if len(p.Editions) == 0 {
		return nil, fmt.Errorf("%s: products/%s/editions is missing or empty: typed keys name an edition", c.Name, product)
	}
	d := &license.Catalogue{Product: product}
	for _, e := range p.Editions {
		edition, err := e.signed(product)
		if err != nil {
			return nil, fmt.Errorf("%s: the edition %s: %w", c.Name, e.Name, err)
		}
		d.Editions = append(d.Editions, edition)
	}
	slices.SortFunc(d.Editions, func(a, b license.Edition) int { return a.Number - b.Number })
	return d, nil
}

func (e *Edition) signed(product string) (license.Edition, error) {
	p, err := (&description.Product{MaxVersion: e.MaxVersion, Maintenance: e.Maintenance, Features: e.Features}).Licensed(product)
	if err != nil {
		return license.Edition{}, err
	}
	kind := license.Kind(e.Kind)
	if kind == "" {
		kind = license.Full
	}
	return license.Edition{
		Number: e.Number, Name: e.Name, Kind: kind, MaxVersion: p.MaxVersion, Maintenance: p.Maintenance,
		Features: p.Features, Hints: license.Hints{Contact: e.Contact, Renew: e.Renew},
	}, description.CheckKind(kind)
}
