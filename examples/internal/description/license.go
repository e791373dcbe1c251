package description

import (
	"errors"
	"fmt"

	"github.com/latchkey-go/latchkey/license"
)

// License returns the described licence, as the function License does.
func (t *Terms) License() (*license.License, error) {
	l, err := t.Unbound()
	if err != nil {
		return nil, err
	}
	if len(l.Products) == 0 {
		return nil, errors.New("products is missing or empty: a licence needs at least one product")
	}
	if t.Scheme != "" && !t.NeedsReceipt {
		return nil, errors.New("scheme needs needs_receipt: only a licence that needs a receipt can be bound by a scheme alone")
	}
	l.NeedsReceipt = t.NeedsReceipt
	if l.Binding, err = AtActivation(t.Scheme); err != nil {
		return nil, err
	}
	whole := *l
	whole.ID, whole.Serial, whole.Vendor, whole.Issued = "L-1", "S-1", "vendor", someTime
	if _, err := whole.Encode(); err != nil {
		return nil, LicenseError(err, l)
	}
	return l, nil
}

// Unbound is License without NeedsReceipt and Scheme, and without requiring a product,
// for callers that bind the licence themselves.
func (t *Terms) Unbound() (*license.License, error) {
	if member := t.onlyOfUpdates(); member != "" {
		return nil, fmt.Errorf("a licence has no %s: %w", member, ErrUpdate)
	}
	err := checkTexts(
		member{"licensee/name", t.Licensee.Name}, member{"licensee/company", t.Licensee.Company}, member{"licensee/email", t.Licensee.Email},
		member{"contact", t.Contact}, member{"renew", t.Renew},
	)
	if err != nil {
		return nil, err
	}
	l := &license.License{
		Kind:     license.Kind(t.Kind),
		Licensee: license.Licensee(t.Licensee),
		Hints:    license.Hints{Contact: t.Contact, Renew: t.Renew},
	}
	if l.Kind == "" {
		l.Kind = license.Full
	}
	if err := CheckKind(l.Kind); err != nil {
		return nil, err
	}
	window, err := t.window()
	if err != nil {
		return nil, err
	}
	if window != nil {
		l.Window = *window
	}
	err = t.each(func(id string, p *Product) error {
		product, err := p.Licensed(id)
		l.Products = append(l.Products, product)
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// onlyOfUpdates returns the name of a present member that only updates may have.
func (t *Terms) onlyOfUpdates() string {
	for _, m := range []struct {
		name string
		said bool
	}{
		{"rewrite", t.Rewrite}, {"whole_license", t.WholeLicense}, {"obtain_from", t.ObtainFrom != ""},
		{"obtain_until", t.ObtainUntil != ""}, {"crm_id", t.CRMID != ""}, {"comment", t.Comment != ""},
	} {
		if m.said {
			return m.name
		}
	}
	return ""
}

// Licensed returns the product of a licence, or of an edition in a catalogue.
func (p *Product) Licensed(id string) (license.Product, error) {
	product := license.Product{ID: id, MaxVersion: p.MaxVersion}
	if err := p.check(id); err != nil {
		return product, err
	}
	if p.Scheme != "" {
		return product, fmt.Errorf("the scheme of %s: only an update can name the scheme that a product needs; a licence has one scheme for all its products", id)
	}
	m, err := parseMaintenance(p.Maintenance)
	if err != nil {
		return product, fmt.Errorf("the maintenance of %s: %w", id, err)
	}
	if m != nil {
		if m.Until == 0 || m.Lapse == "" {
			return product, fmt.Errorf("the maintenance of %s: write its last day and the effect of its end, as in until=2027-12-31,lapse=keep", id)
		}
		product.Maintenance = license.Maintenance{Until: m.Until, Lapse: m.Lapse}
	}
	err = p.eachFeature(id, func(feature string, l limits) error {
		f, err := l.feature(feature)
		product.Features = append(product.Features, f)
		return err
	})
	return product, err
}
