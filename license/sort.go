package license

import (
	"slices"
	"sort"
)

// Documents hold their lists in ascending order. Who fills in a licence or an
// update need not: these put copies in order before they are written.

// sorted returns a copy of a list in ascending order of what its items are
// called.
func sorted[T any](list []T, name func(*T) string) []T {
	list = slices.Clone(list)
	sort.SliceStable(list, func(i, k int) bool { return name(&list[i]) < name(&list[k]) })
	return list
}

func sortedParams(params []Param) []Param {
	return sorted(params, func(p *Param) string { return p.Name })
}

func sortedFeatures(features []Feature) []Feature {
	features = sorted(features, func(f *Feature) string { return f.ID })
	for i := range features {
		features[i].Params = sortedParams(features[i].Params)
	}
	return features
}

func sortedProducts(products []Product) []Product {
	products = sorted(products, func(p *Product) string { return p.ID })
	for i := range products {
		products[i].Features = sortedFeatures(products[i].Features)
	}
	return products
}

func sortedChanges(changes []ProductChange) []ProductChange {
	changes = sorted(changes, func(c *ProductChange) string { return c.ID })
	for i := range changes {
		features := sorted(changes[i].Features, func(f *FeatureChange) string { return f.ID })
		for k := range features {
			features[k].Params = sortedParams(features[k].Params)
		}
		changes[i].Features = features
	}
	return changes
}

func sortedEditions(editions []Edition) []Edition {
	editions = slices.Clone(editions)
	sort.SliceStable(editions, func(i, k int) bool { return editions[i].Number < editions[k].Number })
	return editions
}
