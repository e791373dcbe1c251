package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

// Names finds the products, features and editions of a description that the
// catalogue does not list, and expands the editions. Names of the present licence are
// known; present is nil for a new or an unknown licence.
func (c *Check) Names(t *description.Terms, update bool, present *license.License) (Findings, error) {
	found := c.editions(t)
	for _, product := range slices.Sorted(maps.Keys(t.Products)) {
		var features []string
		if p := t.Products[product]; p != nil {
			features = slices.Sorted(maps.Keys(p.Features))
		}
		found = append(found, c.names(product, features, present)...)
	}
	if found.Err() != nil {
		return found, nil
	}
	return found, c.Catalogue.Expand(t, update)
}

// editions finds editions that the catalogue does not list. Such an edition has no
// terms, so it cannot be sold as a new name.
func (c *Check) editions(t *description.Terms) (found Findings) {
	for _, product := range slices.Sorted(maps.Keys(t.Products)) {
		p := t.Products[product]
		if p == nil || p.Edition == "" {
			continue
		}
		if _, err := c.Catalogue.Edition(product, p.Edition); err != nil {
			remedy := ""
			if c.Catalogue == nil {
				remedy = c.Words.Editions
			}
			found = append(found, refuse(UnknownName, "products/"+product+"/edition", err.Error(), remedy))
		}
	}
	return found
}

// names finds a product that the catalogue does not list, or else those features
// of it. What no document can have as an id is for others to refuse.
func (c *Check) names(product string, features []string, present *license.License) (found Findings) {
	if c.NewNames || !license.IsID(product) {
		return nil
	}
	var has license.Product
	known := false
	if present != nil {
		has, known = present.Product(product)
	}
	if err := c.Catalogue.UnknownProduct(product); err != nil && !known {
		return Findings{c.unknown("products/"+product, err)}
	}
	for _, feature := range features {
		if _, known := has.Feature(feature); known || !license.IsID(feature) {
			continue
		}
		if err := c.Catalogue.UnknownFeature(product, feature); err != nil {
			found = append(found, c.unknown(featurePath(product, feature), err))
		}
	}
	return found
}

// unknown is the finding for a name that the catalogue does not have.
func (c *Check) unknown(field string, err error) Finding {
	remedy := c.Words.NewName
	if c.Catalogue == nil {
		remedy = c.Words.Catalogue
	}
	return refuse(UnknownName, field, err.Error(), remedy)
}

// UnknownEdition turns the error of a catalogue that does not have an edition
// into findings. Other errors are returned.
func (c *Check) UnknownEdition(err error) (Findings, error) {
	var unknown *catalogue.UnknownError
	if !errors.As(err, &unknown) {
		return nil, err
	}
	remedy := ""
	if c.Catalogue == nil {
		remedy = c.Words.Editions
	}
	return Findings{refuse(UnknownName, "edition", err.Error(), remedy)}, nil
}

func featurePath(product, feature string) string {
	return "products/" + product + "/features/" + feature
}

// limits finds limits of a feature that the catalogue does not list for it.
func (c *Check) limits(product, feature string, has map[string]bool) (found Findings) {
	if c.NewNames || c.Catalogue.UnknownFeature(product, feature) != nil {
		return nil
	}
	listed := c.Catalogue.Products[product].Features[feature].Limits
	for _, limit := range catalogue.Limits {
		if has[limit] && listed != nil && !slices.Contains(listed, limit) {
			text := fmt.Sprintf("the feature %s of %s has no limit of the kind %q in %s", feature, product, limit, c.Catalogue.Name)
			found = append(found, refuse(LimitUnlisted, featurePath(product, feature), text, c.Words.NewName))
		}
	}
	return found
}
