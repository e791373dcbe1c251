package license

import (
	"slices"
	"strings"
	"time"
)

// addProduct returns what an add-on makes of a product.
func (a *applier) addProduct(p Product, c ProductChange) Product {
	old := p
	p.Maintenance = a.addMaintenance(p, c.Maintenance)
	switch {
	case c.MaxVersion == "":
	case p.MaxVersion == "":
		a.note(p.ID, "", "highest version", NothingUnlimited)
	case !coversMore(c.MaxVersion, p.MaxVersion):
		a.note(p.ID, "", "highest version", NothingEarlier)
	default:
		p.MaxVersion = c.MaxVersion
	}
	a.changed(p.ID, "", "maintenance", old.Maintenance.String(), p.Maintenance.String())
	a.changed(p.ID, "", "highest version", old.MaxVersion, p.MaxVersion)
	for _, change := range c.Features {
		a.addFeature(&p, change)
	}
	return p
}

func (a *applier) addMaintenance(p Product, c *MaintenanceChange) Maintenance {
	m := p.Maintenance
	switch {
	case c == nil:
		return m
	case m == (Maintenance{}):
		a.note(p.ID, "", "maintenance", NothingUnlimited)
		return m
	case c.Lapse == Stop && m.Lapse == Keep:
		a.refuse(&Reason{Code: LimitKindChanged, Product: p.ID, Detail: "lapse of maintenance"})
	case c.Lapse != "":
		m.Lapse = c.Lapse
	}
	until := c.Until
	if !c.Extend.IsZero() {
		until = a.after(p.ID, "", max(m.Until, a.today), c.Extend)
	}
	if until <= m.Until {
		a.note(p.ID, "", "maintenance", NothingEarlier)
	}
	m.Until = max(m.Until, until)
	return m
}

// after returns the day a span after d, and refuses one beyond the calendar.
func (a *applier) after(product, feature string, d Date, span Span) Date {
	end := span.After(d)
	if end == 0 {
		a.refuseRule(product, feature, "the term would end beyond the year 9999")
	}
	return end
}

// addFeature adds to a feature of p, or adds the feature.
func (a *applier) addFeature(p *Product, c FeatureChange) {
	i, found := slices.BinarySearchFunc(p.Features, c.ID, func(f Feature, id string) int { return strings.Compare(f.ID, id) })
	if !found {
		if len(p.Features) == MaxFeatures {
			a.refuseRule(p.ID, c.ID, "the product would have too many features")
		}
		p.Features = slices.Insert(p.Features, i, a.newFeature(p.ID, c))
		a.note(p.ID, c.ID, "", Added)
		return
	}
	old := p.Features[i]
	f := old.clone()
	used := a.usage.Features[Ref{p.ID, f.ID}]
	if c.Term != nil {
		f.Term = a.addTerm(p.ID, f.ID, f.Term, *c.Term, start(f.Term, used.FirstUse, a.usage.Activated))
	}
	if c.Runs != nil {
		f.Runs = a.addCount(p.ID, f.ID, "runs", f.Runs, *c.Runs, used.Runs)
	}
	if c.Seats != nil {
		f.Seats = a.addCount(p.ID, f.ID, "seats", f.Seats, *c.Seats, 0)
	}
	if c.Concurrent != nil {
		f.Concurrent = a.addConcurrent(p.ID, f.ID, f.Concurrent, *c.Concurrent)
	}
	if c.Conditions != nil {
		if *c.Conditions&^f.Conditions != 0 {
			a.refuse(&Reason{Code: ConditionsRaised, Product: p.ID, Feature: f.ID})
		}
		f.Conditions &= *c.Conditions
	}
	f.Params = a.setParams(p.ID, f.ID, f.Params, c.Params)
	a.compareFeatures(p.ID, old, f)
	p.Features[i] = f
}

// addCount adds n to a limit of which so many were used.
func (a *applier) addCount(product, feature, field string, limit, n, used int64) int64 {
	switch {
	case n < 0: // no document says so, and the sum could be 0, which is no limit
		a.refuseRule(product, feature, "the number of "+field+" to add would be negative")
		return limit
	case limit == 0:
		a.note(product, feature, field, NothingUnlimited)
		return 0
	case n == 0:
		return 0 // unlimited from now on
	case max(limit, used) > MaxCount-n:
		a.refuseRule(product, feature, "the number of "+field+" would be too large")
	}
	return max(limit, used) + n
}

func (a *applier) addConcurrent(product, feature string, c, more Concurrent) Concurrent {
	if c.N > 0 && more.N > 0 && c.Per != more.Per {
		a.refuse(&Reason{Code: LimitKindChanged, Product: product, Feature: feature, Detail: "counting of concurrent use"})
	}
	if c.N = a.addCount(product, feature, "concurrent", c.N, more.N, 0); c.N == 0 {
		c.Per = ""
	}
	return c
}

// setParams sets the parameters that an update names.
func (a *applier) setParams(product, feature string, params, set []Param) []Param {
	for _, p := range set {
		i, found := slices.BinarySearchFunc(params, p.Name, func(p Param, name string) int { return strings.Compare(p.Name, name) })
		if found {
			params[i] = p
		} else {
			params = slices.Insert(params, i, p)
		}
	}
	if len(params) > MaxParams {
		a.refuseRule(product, feature, "the feature would have too many parameters")
	}
	return params
}

// start returns the day from which a term counts, no date if it has not begun.
func start(t Term, firstUse, activated time.Time) Date {
	switch t.Kind {
	case FromFirstUse:
		return begun(firstUse)
	case FromActivation:
		return begun(activated)
	default:
		return 0
	}
}

// begun returns the day of a moment that was recorded. A clock that stood
// outside the calendar then is no reason not to have begun.
func begun(t time.Time) Date {
	if t.IsZero() {
		return 0
	}
	return min(max(today(t), 1), maxDate)
}

// addTerm returns what an add-on makes of a term that counts from start.
func (a *applier) addTerm(product, feature string, t, more Term, start Date) Term {
	field := "term"
	if product == "" {
		field = "window"
	}
	switch {
	case t.Kind == Perpetual:
		a.note(product, feature, field, NothingUnlimited)
		return t
	case t.Kind == Dates && len(t.Intervals) == 0, more.Kind == Dates && len(more.Intervals) == 0:
		a.refuseRule(product, feature, "a term of dates has no dates")
		return t
	case more.Kind == Perpetual:
		return more
	case t.Kind == Dates && more.Kind == Dates:
		u := a.union(t, more)
		if slices.Equal(u.Intervals, t.Intervals) {
			a.note(product, feature, field, NothingEarlier)
		}
		if len(u.Intervals) > MaxIntervals {
			a.refuseRule(product, feature, "the term would have too many periods")
		}
		return u
	case t.Kind == Dates && more.Kind == Extend:
		t = t.clone()
		last := &t.Intervals[len(t.Intervals)-1]
		last.Until = a.after(product, feature, max(last.Until, a.today), more.Span)
		return t
	case more.Kind == Extend || more.Kind == t.Kind:
		return a.addSpan(product, feature, t, more.Span, start)
	}
	a.refuse(&Reason{Code: LimitKindChanged, Product: product, Feature: feature, Detail: "term"})
	return t
}

// addSpan adds to a term of days or months. One that has begun is counted in
// days from its start, so that the span added is added to its end exactly.
func (a *applier) addSpan(product, feature string, t Term, more Span, start Date) Term {
	if start == 0 {
		t.Span = Span{Months: t.Span.Months + more.Months, Days: t.Span.Days + more.Days}
	} else {
		end := a.after(product, feature, max(a.after(product, feature, start, t.Span), a.today), more)
		t.Span = Span{Days: int(end - start)}
	}
	if t.Span.Days > MaxSpan || t.Span.Months > MaxSpan {
		a.refuseRule(product, feature, "the term would be longer than a hundred years")
	}
	return t
}

// union returns the days of both terms. A period that has begun keeps its
// beginning, and where several become one, the first of them.
func (a *applier) union(t, more Term) Term {
	all := append(slices.Clone(t.Intervals), more.Intervals...)
	slices.SortFunc(all, func(a, b Interval) int { return int(a.From - b.From) })
	var out []Interval
	for _, v := range all {
		if n := len(out); n > 0 && v.From <= out[n-1].Until+1 {
			out[n-1].Until = max(out[n-1].Until, v.Until)
			continue
		}
		out = append(out, v)
	}
	for i := range out {
		for _, was := range t.Intervals {
			if was.From < out[i].From || was.From > out[i].Until {
				continue
			}
			if was.From <= a.today {
				out[i].From = was.From
			}
			break
		}
	}
	return Term{Kind: Dates, Intervals: out}
}
