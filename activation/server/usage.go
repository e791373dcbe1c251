package server

import (
	"cmp"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// tellsMore reports whether a request tells of use that is worth storing at
// once: all that is new in a report; in anything else, that another revision of
// the licence is counted.
func (v *visit) tellsMore(i *Installation) bool {
	if v.Operation != license.OpReport {
		return v.Revision > i.Revision && len(v.Usage.Features) > 0
	}
	would := *i
	v.keepUsage(&would)
	return would.Revision != i.Revision || !slices.EqualFunc(would.Used, i.Used, func(a, b Used) bool {
		return a.Product == b.Product && a.Feature == b.Feature && a.Runs == b.Runs && a.FirstUse.Equal(b.FirstUse)
	})
}

// keepUsage takes over what a request says was used. A count never falls, but
// with a revision of the licence all counts begin anew, and those of an earlier
// one come too late.
func (v *visit) keepUsage(i *Installation) {
	if len(v.Usage.Features) == 0 || v.Revision < i.Revision {
		return
	}
	told := make([]Used, 0, len(v.Usage.Features))
	for ref, f := range v.Usage.Features {
		if f.FirstUse.After(v.now) { // by a clock that stands in the future
			f.FirstUse = v.now
		}
		told = append(told, Used{Product: ref.Product, Feature: ref.Feature, Runs: f.Runs, FirstUse: f.FirstUse})
	}
	slices.SortFunc(told, Used.compare)
	if v.Revision > i.Revision {
		i.Revision, i.Used = v.Revision, told
		return
	}
	i.Used = mergeUsed(i.Used, told)
}

func (u Used) compare(other Used) int {
	return cmp.Or(cmp.Compare(u.Product, other.Product), cmp.Compare(u.Feature, other.Feature))
}

// mergeUsed returns the greater counts of two lists and the earlier first uses,
// of license.MaxFeatures features at most.
func mergeUsed(a, b []Used) []Used {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, Used.compare)
	merged := all[:0]
	for _, u := range all {
		if n := len(merged); n > 0 && merged[n-1].compare(u) == 0 {
			last := &merged[n-1]
			last.Runs, last.FirstUse = max(last.Runs, u.Runs), earlier(last.FirstUse, u.FirstUse)
			continue
		}
		merged = append(merged, u)
	}
	return merged[:min(len(merged), license.MaxFeatures)]
}

// earlier returns the earlier of two times, of which one may be missing.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// usage returns what was used on a machine, by all who are or were on it.
func (a *Activation) usage() (revision int64, used []Used) {
	revision = a.Revision
	for _, i := range a.Installations {
		revision = max(revision, i.Revision)
	}
	if a.Revision == revision {
		used = a.Used
	}
	for _, i := range a.Installations {
		if i.Revision == revision {
			used = mergeUsed(used, i.Used)
		}
	}
	return revision, used
}

// told returns what an installation used, as a reply tells it.
func (i *Installation) told() (u license.Usage) {
	if len(i.Used) == 0 {
		return u
	}
	u.Features = make(map[license.Ref]license.FeatureUsage, len(i.Used))
	for _, used := range i.Used {
		u.Features[license.Ref{Product: used.Product, Feature: used.Feature}] = license.FeatureUsage{FirstUse: used.FirstUse, Runs: used.Runs}
		u.FirstUse = earlier(u.FirstUse, used.FirstUse)
	}
	return u
}
