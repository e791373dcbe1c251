package rules

import (
	"fmt"

	"github.com/latchkey-go/latchkey/license"
)

// Update finds the mistakes in an update before it is issued. present is the licence
// that is updated, and diff its changes; both are nil if the licence is unknown.
func (c *Check) Update(u *license.Update, present *license.License, diff *license.Diff) Findings {
	found := append(c.key(), c.update(u, present)...)
	if diff != nil {
		found = append(found, c.effect(diff)...)
	}
	return found
}

// effect finds what an update does not change. It is refused where nothing else
// changes.
func (c *Check) effect(diff *license.Diff) (found Findings) {
	for _, change := range diff.Changes {
		if why := c.noEffect(change); why != nil {
			why.Refused = !diff.Changed()
			found = append(found, *why)
		}
	}
	if len(found) == 0 && !diff.Changed() {
		return Findings{refuse(NoEffect, "products", "this update has no effect: the licence already has all of it", "describe a change")}
	}
	return found
}

// noEffect says why one item of an add-on has no effect, nil where it has one.
func (c *Check) noEffect(change license.Change) *Finding {
	path, of, has := "products/"+change.Product, change.Product, ""
	switch {
	case change.Feature != "":
		path, of = featurePath(change.Product, change.Feature), change.Feature+" of "+change.Product
	case change.Product == "":
		path, of = "window", "the licence"
	}
	switch change.Note {
	case license.NothingUnlimited:
		has = of + " " + unlimited(change.Field)
	case license.NothingEarlier:
		has = fmt.Sprintf("the %s of %s reaches further already", change.Field, of)
	default:
		return nil
	}
	f := warn(NoEffect, path, has+", and an add-on takes nothing away", c.Words.Rewrite)
	return &f
}

// unlimited says that something has no limit of a kind.
func unlimited(field string) string {
	switch field {
	case "term":
		return "has no end"
	case "window":
		return "has no window"
	case "maintenance":
		return "has maintenance without an end"
	case "highest version":
		return "covers every version"
	case "concurrent":
		return "has no limit of concurrent use"
	}
	return "has no limit of " + field
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
	if len(p.Features) == 0 && c.stated(u, p, present) {
		found = append(found, noFeatures(p.ID, "after this update the product "+p.ID+" has no feature, so nothing of it can be used"))
	}
	for _, f := range p.Features {
		found = append(found, c.featureChange(p.ID, f, u.Rewrite)...)
	}
	return found
}

// stated reports whether an update states the whole of a product: a rewrite does,
// and so does an add-on with a product that the licence does not have.
func (c *Check) stated(u *license.Update, p license.ProductChange, present *license.License) bool {
	if u.Rewrite || present == nil {
		return u.Rewrite
	}
	_, has := present.Product(p.ID)
	return !has
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
