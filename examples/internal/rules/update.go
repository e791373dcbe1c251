package rules

import "github.com/latchkey-go/latchkey/license"

// Update finds the mistakes in an update before it is issued. present is the licence
// that is updated, and diff its changes; both are nil if the licence is unknown.
func (c *Check) Update(u *license.Update, present *license.License, diff *license.Diff) Findings {
	found := append(c.key(), c.update(u, present)...)
	if diff != nil && !diff.Changed() {
		found = append(found, refuse(NoEffect, "products", "this update has no effect: the licence already has all of it", "describe a change"))
	}
	return found
}

func (c *Check) update(u *license.Update, present *license.License) (found Findings) {
	for _, p := range u.Products {
		found = append(found, c.productChange(u, p, present)...)
	}
	if u.Window != nil {
		found = append(found, c.window(*u.Window, u.Rewrite)...)
	}
	if u.Obtain.Until != 0 && u.Obtain.Until < c.Today {
		found = append(found, refuse(ObtainingPast, "obtain_until", "the last day on which the customer could apply this update, "+u.Obtain.Until.String()+", is over", "choose a later day"))
	}
	if u.Rewrite {
		found = append(found, noEnd(u.Kind, windowOf(u), endlessChange(u.Products))...)
	}
	return found
}

func (c *Check) productChange(u *license.Update, p license.ProductChange, present *license.License) Findings {
	var ids []string
	for _, f := range p.Features {
		ids = append(ids, f.ID)
	}
	found := c.names(p.ID, ids, present)
	path := "products/" + p.ID
	found = append(found, version(path, p.MaxVersion)...)
	if p.Maintenance != nil {
		found = append(found, c.maintenance(path, p.Maintenance.Until, u.Rewrite)...)
	}
	for _, f := range p.Features {
		found = append(found, c.featureChange(p.ID, f, u.Rewrite)...)
	}
	return found
}

func (c *Check) featureChange(product string, f license.FeatureChange, rewrite bool) (found Findings) {
	path, what := featurePath(product, f.ID), f.ID+" of "+product
	if f.Term != nil {
		found = c.term(path, what, *f.Term, rewrite)
	}
	var seats, concurrent int64
	if f.Seats != nil {
		seats = *f.Seats
	}
	if f.Concurrent != nil {
		concurrent = f.Concurrent.N
	}
	found = append(found, notEnforced(path, what, seats, concurrent)...)
	return append(found, c.limits(product, f.ID, map[string]bool{
		"term": f.Term != nil && f.Term.Kind != license.Perpetual, "runs": f.Runs != nil && *f.Runs > 0, "concurrent": concurrent > 0,
		"seats": seats > 0, "conditions": f.Conditions != nil && *f.Conditions != 0, "params": len(f.Params) > 0,
	})...)
}

// windowOf returns the window that a rewrite states.
func windowOf(u *license.Update) license.Term {
	if u.Window == nil {
		return license.Term{}
	}
	return *u.Window
}

// endlessChange is endless for what a rewrite states.
func endlessChange(products []license.ProductChange) bool {
	for _, p := range products {
		for _, f := range p.Features {
			if f.Term == nil || f.Term.Kind == license.Perpetual {
				return true
			}
		}
	}
	return false
}
