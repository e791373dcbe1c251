package license

import "time"

// A Catalogue lists the editions of a product that typed activation keys can
// name. It is signed and comes with the product, so that a key need not carry
// what an edition contains.
type Catalogue struct {
	Vendor   string    `json:"vendor"`
	Product  string    `json:"product"`
	Issued   time.Time `json:"issued,omitzero"`
	Editions []Edition `json:"editions"` // as read: in ascending order of their numbers
}

// An Edition is what an activation key with its number grants. Its features
// have terms of their own only where these are shorter than the key's.
type Edition struct {
	Number      int         `json:"number"`
	Name        string      `json:"name"`
	Kind        Kind        `json:"kind"`
	MaxVersion  string      `json:"max_version,omitempty"`
	Maintenance Maintenance `json:"maintenance,omitzero"`
	Features    []Feature   `json:"features"`
	Hints       Hints       `json:"hints,omitzero"`
}

// Edition returns the edition with a number.
func (c *Catalogue) Edition(number int) (Edition, bool) {
	for _, e := range c.Editions {
		if e.Number == number {
			return e, true
		}
	}
	return Edition{}, false
}

// Encode returns the payload of a document that holds c.
func (c *Catalogue) Encode() ([]byte, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.Object()
	w.Name("editions").Array()
	for _, e := range sortedEditions(c.Editions) {
		w.edition(e)
	}
	w.EndArray()
	w.Name("issued").String(formatTime(c.Issued))
	w.Name("product").String(c.Product)
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(c.Vendor)
	w.EndObject()
	return checked("Catalogue", w, func(payload string) error {
		_, err := decodeCatalogue(payload)
		return err
	})
}

func (w *encoder) edition(e Edition) {
	w.Object()
	w.Name("features").Array()
	for _, f := range sortedFeatures(e.Features) {
		w.feature(f)
	}
	w.EndArray()
	w.hints(e.Hints)
	w.Name("kind").String(string(e.Kind))
	w.maintenance(e.Maintenance)
	w.StringMember("max_version", e.MaxVersion)
	w.Name("name").String(e.Name)
	w.Name("number").Int(int64(e.Number))
	w.EndObject()
}

func decodeCatalogue(payload string) (*Catalogue, error) {
	d := newDecoder(payload)
	c := &Catalogue{}
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "editions":
			c.Editions = d.editions()
		case "issued":
			c.Issued = d.time()
		case "product":
			c.Product = d.id()
		case "v":
			d.version()
		case "vendor":
			c.Vendor = d.id()
		default:
			d.other(m.Name)
		}
	}
	if err := d.close(c.Vendor != "" && c.Product != "" && !c.Issued.IsZero() && len(c.Editions) > 0); err != nil {
		return nil, err
	}
	return c, nil
}

func (d *decoder) editions() (editions []Edition) {
	for a := d.Array(); a.Next(); {
		e := d.edition()
		if n := len(editions); n == MaxEditions || n > 0 && e.Number <= editions[n-1].Number {
			d.Fail("editions must ascend by number, and not be too many")
		}
		editions = append(editions, e)
	}
	d.notEmpty(len(editions))
	return editions
}

func (d *decoder) edition() (e Edition) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "features":
			e.Features = d.features()
		case "hints":
			e.Hints = d.hints()
		case "kind":
			e.Kind = d.kind()
		case "maintenance":
			e.Maintenance = d.maintenance()
		case "max_version":
			e.MaxVersion = d.id()
		case "name":
			e.Name = d.text()
		case "number":
			e.Number = int(d.Int(1, maxEdition))
		default:
			d.Skip()
		}
	}
	if e.Number == 0 || e.Kind == "" || e.Name == "" || len(e.Features) == 0 {
		d.Fail("an edition has a number, a name, a kind and features")
	}
	return e
}
