package license

import (
	"cmp"
	"time"
)

// Usage is what happened with one licence on one machine, or as the server
// counts it. It is never part of signed terms.
type Usage struct {
	Activated time.Time            `json:"activated,omitzero"` // when the licence came to this machine
	FirstUse  time.Time            `json:"first_use,omitzero"` // of any of its features
	Features  map[Ref]FeatureUsage `json:"features,omitempty"` // of those that were used
}

// A Ref names a feature of a product. As text it is "acme-cad/export".
type Ref struct {
	Product string `json:"product"`
	Feature string `json:"feature"`
}

// compare orders references by product and feature.
func (r Ref) compare(other Ref) int {
	return cmp.Or(cmp.Compare(r.Product, other.Product), cmp.Compare(r.Feature, other.Feature))
}

// FeatureUsage is what happened with one feature.
type FeatureUsage struct {
	FirstUse time.Time `json:"first_use,omitzero"`
	Runs     int64     `json:"runs,omitzero"`   // used
	Seats    []string  `json:"seats,omitempty"` // e-mail addresses bound
}
