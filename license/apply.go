package license

import (
	"slices"
	"strings"
	"time"
)

// Apply returns the licence that an update makes of l, and what changed. It
// changes neither; at is the time of application and usage what happened with
// l so far. The same rules serve the vendor's preview, the server and the
// client.
//
// An update is all or nothing and applied once, in its place. Products and
// features that it does not name stay as they are, except that a rewrite
// states the whole of each product it names, and with WholeLicense the whole
// licence. The licensee, the id, the vendor and the binding never change.
//
// As an add-on, an update never takes a right away:
//
//   - What has no limit keeps none. A limit that becomes "perpetual" or
//     "unlimited" is lifted.
//   - A span is added to the end of a term, or to the day of application if
//     the term has ended. A date only moves an end later. Periods that neither
//     meet nor touch stand side by side. A term that has begun keeps its
//     beginning.
//   - Runs, concurrent uses and seats are added; runs that were used up leave
//     those that were added.
//   - Conditions can only be lifted. Parameters that it names are set.
//   - The kind of a limit cannot change, nor what counts as one use.
//
// As a rewrite it sets the terms as written, whatever was there. Usage is kept
// unless the update resets it, and a number of seats below those bound is not
// accepted.
//
// The error is a *Reason with the code OtherVendor, OtherLicense,
// AlreadyApplied, OutOfOrder, ObtainingOver, ObtainingNotYet, SeatExcess,
// OtherScheme, KindNotLowered, ConditionsRaised, LimitKindChanged or
// UpdateRefused.
func Apply(l *License, u *Update, at time.Time, usage Usage) (*License, *Diff, error) {
	if err := applicable(l, u, today(at)); err != nil {
		return nil, nil, err
	}
	a := &applier{
		l: l.clone(), u: u, today: today(at), usage: usage,
		diff: &Diff{UpdateID: u.ID},
	}
	a.l.Products = sortedProducts(a.l.Products) // who fills in a licence need not
	a.head()
	a.products()
	a.finish()
	if a.refused != nil {
		return nil, nil, a.refused
	}
	return a.l, a.diff, nil
}

// applicable returns the reason why u cannot be applied to l today at all.
func applicable(l *License, u *Update, today Date) error {
	switch {
	case u.Vendor != l.Vendor:
		return &Reason{Code: OtherVendor, Has: u.Vendor, Needs: l.Vendor}
	case u.Serial != l.Serial:
		return &Reason{Code: OtherLicense}
	case slices.Contains(l.Applied, u.ID):
		return &Reason{Code: AlreadyApplied}
	case u.Sequence != 0 && u.Sequence != l.Revision+1:
		return &Reason{Code: OutOfOrder, N: u.Sequence, Max: l.Revision + 1}
	case u.Obtain.From != 0 && today < u.Obtain.From:
		return &Reason{Code: ObtainingNotYet, From: u.Obtain.From}
	case u.Obtain.Until != 0 && today > u.Obtain.Until:
		return &Reason{Code: ObtainingOver, Until: u.Obtain.Until}
	case u.WholeLicense && (!u.Rewrite || u.Kind == ""), u.Rewrite && u.Window != nil && u.Window.Kind == Extend:
		return &Reason{Code: UpdateRefused, Detail: "it rewrites the licence and does not state its terms in full"}
	case len(l.Applied) == MaxApplied:
		return &Reason{Code: UpdateRefused, Detail: "the licence holds as many updates as it can; a new licence takes their place"}
	}
	return nil
}

// An applier makes one licence. The first refusal stands.
type applier struct {
	l       *License // the copy that becomes the new licence
	u       *Update
	today   Date
	usage   Usage
	diff    *Diff
	refused error
}

func (a *applier) refuse(r *Reason) {
	if a.refused == nil {
		a.refused = r
	}
}

func (a *applier) refuseRule(product, feature, rule string) {
	a.refuse(&Reason{Code: UpdateRefused, Product: product, Feature: feature, Detail: rule})
}

func (a *applier) note(product, feature, field string, note Note) {
	a.diff.Changes = append(a.diff.Changes, Change{Product: product, Feature: feature, Field: field, Note: note})
}

// changed records a value that is not what it was.
func (a *applier) changed(product, feature, field, old, new string) {
	if old != new {
		a.diff.Changes = append(a.diff.Changes,
			Change{Product: product, Feature: feature, Field: field, Old: old, New: new, Note: Changed})
	}
}

// head applies what the update says of the licence itself.
func (a *applier) head() {
	oldKind, oldWindow := a.l.Kind, a.l.Window
	if kind := a.u.Kind; kind != "" {
		if !a.u.Rewrite && kind.rank() < oldKind.rank() {
			a.refuse(&Reason{Code: KindNotLowered, Has: string(oldKind), Needs: string(kind)})
		}
		a.l.Kind = kind
		if kind == Full && oldKind != Full && a.u.Window == nil {
			a.l.Window = Term{} // a trial's window ends with the trial
		}
	}
	switch w := a.u.Window; {
	case w != nil && a.u.Rewrite:
		a.l.Window = w.clone()
	case w != nil:
		a.l.Window = a.addTerm("", "", oldWindow, *w, start(oldWindow, a.usage.FirstUse, a.usage.Activated))
	case a.u.WholeLicense:
		a.l.Window = Term{}
	}
	a.changed("", "", "kind", string(oldKind), string(a.l.Kind))
	a.changed("", "", "window", oldWindow.String(), a.l.Window.String())
}

// products applies the changes of every product.
func (a *applier) products() {
	old := slices.Clone(a.l.Products) // what is put in its place below moves the others
	if a.u.WholeLicense {
		a.l.Products = nil
	}
	for _, change := range a.u.Products {
		if s := change.Scheme; s != "" && s != a.l.Binding.Scheme {
			a.refuse(&Reason{Code: OtherScheme, Product: change.ID, Has: a.l.Binding.Scheme, Needs: s})
		}
		i := slices.IndexFunc(old, func(p Product) bool { return p.ID == change.ID })
		switch {
		case i < 0:
			p := a.newProduct(change)
			a.diff.Changes = append(a.diff.Changes, Change{Product: p.ID, Note: Added})
			a.setProduct(p)
		case a.u.Rewrite:
			p := a.newProduct(change)
			a.compareProducts(old[i], p)
			a.setProduct(p)
		default:
			a.setProduct(a.addProduct(old[i], change))
		}
	}
	for _, p := range old {
		if _, stays := a.l.Product(p.ID); !stays {
			a.note(p.ID, "", "", Removed)
		}
	}
	if len(a.l.Products) == 0 {
		a.refuseRule("", "", "the licence would have no product left")
	}
}

// setProduct puts a product in its place.
func (a *applier) setProduct(p Product) {
	i, found := slices.BinarySearchFunc(a.l.Products, p, func(a, b Product) int { return strings.Compare(a.ID, b.ID) })
	if found {
		a.l.Products[i] = p
		return
	}
	if len(a.l.Products) == MaxProducts {
		a.refuseRule(p.ID, "", "the licence would have too many products")
		return
	}
	a.l.Products = slices.Insert(a.l.Products, i, p)
}

// newProduct returns the product that a change states in full.
func (a *applier) newProduct(c ProductChange) Product {
	p := Product{ID: c.ID, MaxVersion: c.MaxVersion}
	if m := c.Maintenance; m != nil {
		if m.Lapse == "" || m.Until == 0 {
			a.refuseRule(c.ID, "", "new maintenance must have a date and say what its lapse does")
		}
		p.Maintenance = Maintenance{Until: m.Until, Lapse: m.Lapse}
	}
	for _, f := range c.Features {
		p.Features = append(p.Features, a.newFeature(c.ID, f))
	}
	p.Features = sortedFeatures(p.Features)
	return p
}

// newFeature returns the feature that a change states in full.
func (a *applier) newFeature(product string, c FeatureChange) Feature {
	f := Feature{ID: c.ID, Params: sortedParams(c.Params)}
	if c.Term != nil {
		if c.Term.Kind == Extend {
			a.refuseRule(product, c.ID, "there is no such feature whose term could be extended; a new one needs a term of its own")
		}
		f.Term = c.Term.clone()
	}
	f.Runs, f.Seats = deref(c.Runs), deref(c.Seats)
	f.Concurrent, f.Conditions = deref(c.Concurrent), deref(c.Conditions)
	ref := Ref{product, c.ID}
	if bound := a.usage.Features[ref].Seats; f.Seats > 0 && int64(len(bound)) > f.Seats {
		a.refuse(&Reason{Code: SeatExcess, Product: product, Feature: c.ID,
			N: int64(len(bound)), Max: f.Seats, Names: slices.Clone(bound)})
	}
	if c.ResetUsage {
		a.diff.Reset = append(a.diff.Reset, ref)
	}
	return f
}

func deref[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}

// compareProducts records what a rewrite changed.
func (a *applier) compareProducts(old, new Product) {
	a.changed(new.ID, "", "maintenance", old.Maintenance.String(), new.Maintenance.String())
	a.changed(new.ID, "", "highest version", old.MaxVersion, new.MaxVersion)
	for _, f := range new.Features {
		if was, had := old.Feature(f.ID); had {
			a.compareFeatures(new.ID, was, f)
		} else {
			a.note(new.ID, f.ID, "", Added)
		}
	}
	for _, f := range old.Features {
		if _, stays := new.Feature(f.ID); !stays {
			a.note(new.ID, f.ID, "", Removed)
		}
	}
}

// compareFeatures records what an update changed.
func (a *applier) compareFeatures(product string, old, new Feature) {
	a.changed(product, new.ID, "term", old.Term.String(), new.Term.String())
	a.changed(product, new.ID, "runs", countText(old.Runs), countText(new.Runs))
	a.changed(product, new.ID, "concurrent", old.Concurrent.String(), new.Concurrent.String())
	a.changed(product, new.ID, "seats", countText(old.Seats), countText(new.Seats))
	a.changed(product, new.ID, "conditions", old.Conditions.String(), new.Conditions.String())
	for _, p := range new.Params {
		was, _ := param(old.Params, p.Name)
		a.changed(product, new.ID, "parameter "+p.Name, was, p.Value)
	}
	for _, p := range old.Params {
		if _, stays := param(new.Params, p.Name); !stays {
			a.changed(product, new.ID, "parameter "+p.Name, p.Value, "")
		}
	}
}

func param(params []Param, name string) (value string, has bool) {
	for _, p := range params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// finish records the update in the licence.
func (a *applier) finish() {
	if a.u.Sequence != 0 {
		a.l.Revision = a.u.Sequence
	}
	i, _ := slices.BinarySearch(a.l.Applied, a.u.ID)
	a.l.Applied = slices.Insert(a.l.Applied, i, a.u.ID)
	a.l.Sealed = slices.DeleteFunc(a.l.Sealed, func(s Sealed) bool { return s.Update.ID == a.u.ID })
	if len(a.l.Sealed) == 0 {
		a.l.Sealed = nil
	}
}
