package description

import (
	"errors"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// Update returns the update described, without its head, for a licence, which is
// nil if it is not at hand. It has the vendor's notes of any length, which may
// be more than a document can have.
func (t *Terms) Update(l *license.License) (*license.Update, error) {
	if err := t.checkUpdate(); err != nil {
		return nil, err
	}
	u := &license.Update{
		Rewrite: t.Rewrite || t.WholeLicense, WholeLicense: t.WholeLicense, Kind: license.Kind(t.Kind),
		CRMID: t.CRMID, Comment: t.Comment,
	}
	var err error
	if u.Window, err = t.window(); err != nil {
		return nil, err
	}
	if u.Obtain, err = t.obtain(); err != nil {
		return nil, err
	}
	err = t.each(func(id string, p *Product) error {
		change, err := p.change(id, u.Rewrite, l)
		u.Products = append(u.Products, change)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(u.Products) == 0 && u.Kind == "" && u.Window == nil {
		return nil, ErrNoChange
	}
	return u, nil
}

// checkUpdate refuses what an update cannot say.
func (t *Terms) checkUpdate() error {
	switch {
	case t.Licensee != (Licensee{}) || t.Contact != "" || t.Renew != "":
		return errors.New("an update never changes the licensee or the hints: that is a new licence")
	case t.Scheme != "" || t.NeedsReceipt:
		return errors.New("an update never changes scheme or needs_receipt: that is a new licence; which scheme a product needs is said of the product")
	case t.WholeLicense && t.Kind == "":
		return ErrNoKind
	}
	if t.Kind != "" {
		if err := CheckKind(license.Kind(t.Kind)); err != nil {
			return err
		}
	}
	return nil
}

// obtain returns when the update may be applied.
func (t *Terms) obtain() (p license.Period, err error) {
	for _, day := range []struct {
		name, text string
		to         *license.Date
	}{{"obtain_from", t.ObtainFrom, &p.From}, {"obtain_until", t.ObtainUntil, &p.Until}} {
		if day.text == "" {
			continue
		}
		if *day.to, err = ParseDate(day.text); err != nil {
			return p, fmt.Errorf("%s: %w", day.name, err)
		}
	}
	if p.Until != 0 && p.Until < p.From {
		return p, fmt.Errorf("the obtaining period ends on %s, before it begins on %s", p.Until, p.From)
	}
	return p, nil
}

// change returns what an update does to a product.
func (p *Product) change(id string, rewrite bool, l *license.License) (license.ProductChange, error) {
	c := license.ProductChange{ID: id, MaxVersion: p.MaxVersion}
	var err error
	if c.Scheme, err = SchemeLine(p.Scheme); err != nil {
		return c, fmt.Errorf("the scheme of %s: %w", id, err)
	}
	if l != nil && c.Scheme != "" && c.Scheme != l.Binding.Scheme {
		if err := MistypedScheme(c.Scheme); err != nil {
			return c, fmt.Errorf("the scheme of %s: %w", id, err)
		}
	}
	if c.Maintenance, err = parseMaintenance(p.Maintenance); err != nil {
		return c, fmt.Errorf("the maintenance of %s: %w", id, err)
	}
	err = p.eachFeature(id, func(feature string, limits limits) error {
		f, err := limits.change(feature, rewrite, mayHave(l, id, feature))
		c.Features = append(c.Features, f)
		return err
	})
	return c, err
}

// mayHave reports whether a licence has a feature, or is not at hand.
func mayHave(l *license.License, product, feature string) bool {
	if l == nil {
		return true
	}
	p, _ := l.Product(product)
	_, has := p.Feature(feature)
	return has
}

// parseMaintenance reads "until=2027-12-31,lapse=keep" or "extend=12m".
func parseMaintenance(line string) (*license.MaintenanceChange, error) {
	if line == "" {
		return nil, nil
	}
	m := &license.MaintenanceChange{}
	for _, item := range splitLimits(line) {
		name, value, _ := strings.Cut(item, "=")
		var err error
		switch {
		case name == "until":
			m.Until, err = ParseDate(value)
		case name == "extend":
			m.Extend, err = parseSpan(value)
		case name == "lapse" && (value == "keep" || value == "stop"):
			m.Lapse = license.Lapse(value)
		case name == "lapse":
			err = fmt.Errorf("%q is not what the end of maintenance can do: say keep or stop", value)
		default:
			err = fmt.Errorf("%q is not said of maintenance: it has until, extend and lapse", name)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case m.Until == 0 && m.Extend.IsZero():
		return nil, ErrNoDate
	case m.Until != 0 && !m.Extend.IsZero():
		return nil, errors.New("until and extend do not go together: one of them says when it ends")
	}
	return m, nil
}
