// Package catalogue reads the vendor's catalogue: the list of products, features and
// editions from which every sale takes its names. It is a file in JSON,
// catalogue.json:
//
//	{
//	  "products": {
//	    "acme-cad": {
//	      "description": "Acme CAD",
//	      "scheme": "desktop",
//	      "features": {
//	        "draw": {},
//	        "export": {"description": "DXF and STEP", "limits": ["term", "runs"]}
//	      },
//	      "editions": [
//	        {"number": 1, "name": "Standard", "features": {"draw": ""}},
//	        {"number": 2, "name": "Pro", "kind": "full", "max_version": "4",
//	         "maintenance": "until=2027-12-31,lapse=keep",
//	         "contact": "help@acme.example", "renew": "https://acme.example/renew",
//	         "features": {"draw": "", "export": "runs=100"}}
//	      ]
//	    }
//	  }
//	}
//
// scheme is the binding scheme of licences that need an activation and name no scheme
// themselves. limits lists the limits that a feature may have: term, runs,
// concurrent, seats, conditions, params; without the list, it may have all. An
// activation key names an edition by its number, and a description by its name; the
// default of kind is full.
//
// The catalogue that products embed is another file: the signed document of one
// product's editions. Signed returns its content.
package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

// FileName is the default file of the catalogue.
const FileName = "catalogue.json"

// A Catalogue is what a vendor sells.
type Catalogue struct {
	Name     string // of its file, for messages
	Products map[string]*Product
}

// A Product is one product of a catalogue.
type Product struct {
	Description string              `json:"description,omitempty"`
	Scheme      string              `json:"scheme,omitempty"` // a binding scheme, as description.SchemeLine takes it
	Features    map[string]*Feature `json:"features"`
	Editions    []*Edition          `json:"editions,omitempty"`
}

// A Feature is a feature of a product.
type Feature struct {
	Description string   `json:"description,omitempty"`
	Limits      []string `json:"limits,omitempty"` // that it may have; nil: all
}

// An Edition is a set of features under a name. Strings are in the languages of
// package description.
type Edition struct {
	Number      int               `json:"number"`
	Name        string            `json:"name"`
	Kind        string            `json:"kind,omitempty"`
	Contact     string            `json:"contact,omitempty"`
	Renew       string            `json:"renew,omitempty"`
	MaxVersion  string            `json:"max_version,omitempty"`
	Maintenance string            `json:"maintenance,omitempty"`
	Features    map[string]string `json:"features"`
}

// file is the text of a catalogue.
type file struct {
	Products map[string]*Product `json:"products"`
}

// Limits are the names of limits that a feature of a catalogue may list.
var Limits = []string{"term", "runs", "concurrent", "seats", "conditions", "params"}

// Parse reads a catalogue. The name of its file is for messages only. It refuses
// unknown members, and an edition with a feature that its product does not list.
func Parse(name string, text []byte) (*Catalogue, error) {
	var f file
	if err := description.Decode(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c := &Catalogue{Name: name, Products: f.Products}
	if len(c.Products) == 0 {
		return nil, fmt.Errorf("%s: products is missing or empty: a catalogue needs at least one product", name)
	}
	for _, id := range c.ProductIDs() {
		if err := c.checkProduct(id); err != nil {
			return nil, fmt.Errorf("%s: products/%s/%w", name, id, err)
		}
	}
	return c, nil
}

func (c *Catalogue) checkProduct(id string) error {
	p := c.Products[id]
	if p == nil || len(p.Features) == 0 {
		return errors.New("features is missing or empty: a product needs at least one feature")
	}
	if !license.IsID(id) {
		return errors.New("its name is not an id: an id has letters, digits and . : _ - + @")
	}
	if _, err := description.SchemeLine(p.Scheme); err != nil {
		return fmt.Errorf("scheme: %w", err)
	}
	for _, feature := range p.FeatureIDs() {
		if err := p.checkFeature(feature); err != nil {
			return fmt.Errorf("features/%s: %w", feature, err)
		}
	}
	for i, e := range p.Editions {
		if err := c.checkEdition(id, i); err != nil {
			return fmt.Errorf("editions/%d %q: %w", i+1, e.nameOf(), err)
		}
	}
	return nil
}

func (e *Edition) nameOf() string {
	if e == nil {
		return ""
	}
	return e.Name
}

func (p *Product) checkFeature(id string) error {
	if !license.IsID(id) {
		return errors.New("this is not an id: an id has letters, digits and . : _ - + @")
	}
	if p.Features[id] == nil {
		p.Features[id] = &Feature{}
	}
	for _, limit := range p.Features[id].Limits {
		if !slices.Contains(Limits, limit) {
			return fmt.Errorf("limits: %q is not a limit: use one of %s", limit, strings.Join(Limits, ", "))
		}
	}
	return nil
}

// checkEdition refuses an edition that could not be signed or sold.
func (c *Catalogue) checkEdition(product string, i int) error {
	p := c.Products[product]
	e := p.Editions[i]
	if e == nil || e.Number < 1 || e.Name == "" || len(e.Features) == 0 {
		return errors.New("an edition needs a number from 1, a name and features")
	}
	for _, other := range p.Editions[:i] {
		switch {
		case other.Number == e.Number:
			return fmt.Errorf("the number %d occurs twice", e.Number)
		case strings.EqualFold(other.Name, e.Name):
			return errors.New("the name occurs twice")
		}
	}
	for _, feature := range slices.Sorted(maps.Keys(e.Features)) {
		if err := c.UnknownFeature(product, feature); err != nil {
			return err
		}
	}
	_, err := e.signed(product)
	return err
}

// ProductIDs returns the ids of the products in ascending order.
func (c *Catalogue) ProductIDs() []string { return slices.Sorted(maps.Keys(c.Products)) }

// FeatureIDs returns the ids of the features in ascending order.
func (p *Product) FeatureIDs() []string { return slices.Sorted(maps.Keys(p.Features)) }

// EditionNames returns the names of the editions, as they are listed.
func (p *Product) EditionNames() (names []string) {
	for _, e := range p.Editions {
		names = append(names, e.Name)
	}
	return names
}

// New returns the text of a first catalogue with one product.
func New(product string, features []string) ([]byte, error) {
	p := &Product{Features: map[string]*Feature{}}
	edition := &Edition{Number: 1, Name: "Standard", Features: map[string]string{}}
	for _, id := range features {
		p.Features[id], edition.Features[id] = &Feature{}, ""
	}
	p.Editions = []*Edition{edition}
	text, err := json.MarshalIndent(file{map[string]*Product{product: p}}, "", "  ")
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	_, err = Parse(FileName, text)
	return text, err
}
