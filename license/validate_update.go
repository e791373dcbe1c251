package license

import "fmt"

func (u *Update) validate() error {
	v, p := &validator{}, root("Update")
	v.update(p, u)
	v.secretID(p, "Serial", u.Serial)
	v.place(p, "Sequence", u.Sequence, "it is one more than the licence's revision")
	v.moment(p, "Issued", u.Issued, "the time of issue")
	v.id(p, "Vendor", u.Vendor)
	return v.result()
}

// update checks the fields that sealed and other updates have.
func (v *validator) update(p *path, u *Update) {
	v.id(p, "ID", u.ID)
	if u.Kind != "" {
		v.kind(p, u.Kind)
	}
	v.text(p, "CRMID", u.CRMID)
	v.text(p, "Comment", u.Comment)
	v.date(p.in("Obtain"), "From", u.Obtain.From)
	v.date(p.in("Obtain"), "Until", u.Obtain.Until)
	if o := u.Obtain; o.Until != 0 && o.Until < o.From {
		v.fail(p.in("Obtain"), "Until", fmt.Sprintf("%s is before From, %s: swap them", o.Until, o.From))
	}
	switch {
	case u.WholeLicense && !u.Rewrite:
		v.fail(p, "WholeLicense", "is set without Rewrite: only a rewrite can replace the whole licence")
	case u.WholeLicense && u.Kind == "":
		v.fail(p, "Kind", "is empty: a rewrite of the whole licence needs the new kind")
	}
	if u.Window != nil {
		v.changedTerm(p, "Window", *u.Window, u.Rewrite)
	}
	v.few(p, "Products", len(u.Products), MaxProducts)
	for i := range u.Products {
		v.productChange(p.at("Products", i), &u.Products[i], u.Rewrite)
	}
	once(v, p, "Products", "ID", len(u.Products), func(i int) string { return u.Products[i].ID })
}

// changedTerm checks the term of an update. A rewrite extends nothing.
func (v *validator) changedTerm(p *path, name string, t Term, rewrite bool) {
	v.term(p, name, t, true)
	if rewrite && t.Kind == Extend {
		v.fail(p.in(name), "Kind", "is Extend in a rewrite: a rewrite sets the whole term")
	}
}

func (v *validator) productChange(p *path, c *ProductChange, rewrite bool) {
	v.id(p, "ID", c.ID)
	v.text(p, "Scheme", c.Scheme)
	v.version(p, "MaxVersion", c.MaxVersion)
	if c.Maintenance != nil {
		v.maintenanceChange(p.in("Maintenance"), c.Maintenance, rewrite)
	}
	v.few(p, "Features", len(c.Features), MaxFeatures)
	for i := range c.Features {
		v.featureChange(p.at("Features", i), &c.Features[i], rewrite)
	}
	once(v, p, "Features", "ID", len(c.Features), func(i int) string { return c.Features[i].ID })
}

func (v *validator) maintenanceChange(p *path, c *MaintenanceChange, rewrite bool) {
	v.date(p, "Until", c.Until)
	switch {
	case (c.Until != 0) == !c.Extend.IsZero():
		v.fail(p, "Until", "is set together with Extend, or neither is: set one of them")
	case c.Until == 0 && rewrite:
		v.fail(p, "Extend", "is set in a rewrite: a rewrite sets the date in Until")
	case c.Until == 0:
		v.span(p.in("Extend"), c.Extend)
	}
	if c.Lapse != "" {
		oneOfThese(v, p, "Lapse", c.Lapse, "what happens after Until, Keep or Stop", Keep, Stop)
	}
}

func (v *validator) featureChange(p *path, f *FeatureChange, rewrite bool) {
	v.id(p, "ID", f.ID)
	if f.Term != nil {
		v.changedTerm(p, "Term", *f.Term, rewrite)
	}
	v.count(p, "Runs", deref(f.Runs))
	v.count(p, "Seats", deref(f.Seats))
	v.concurrent(p.in("Concurrent"), deref(f.Concurrent))
	v.conditions(p, deref(f.Conditions))
	v.params(p, f.Params)
	if f.ResetUsage && !rewrite {
		v.fail(p, "ResetUsage", "is set without Update.Rewrite: only a rewrite can reset usage")
	}
}
