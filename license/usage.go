package license

import (
	"cmp"
	"time"
)

// Usage is what happened with one licence on one machine, or as the server
// counts it. It is never part of signed terms.
type Usage struct {
	Activated time.Time            // when the licence came to this machine
	FirstUse  time.Time            // of any of its features
	Features  map[Ref]FeatureUsage // of those that were used
}

// A Ref names a feature of a product.
type Ref struct {
	Product, Feature string
}

// compare orders references by product and feature.
func (r Ref) compare(other Ref) int {
	return cmp.Or(cmp.Compare(r.Product, other.Product), cmp.Compare(r.Feature, other.Feature))
}

// FeatureUsage is what happened with one feature.
type FeatureUsage struct {
	FirstUse time.Time
	Runs     int64    // used
	Seats    []string // e-mail addresses bound
}
