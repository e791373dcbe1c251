package license

import (
	"slices"
	"strings"
)

// Documents hold their lists in ascending order. Who fills in a licence or an
// update need not: these put copies in order before they are written.

func sortedFeatures(features []Feature) []Feature {
	features = slices.Clone(features)
	slices.SortFunc(features, func(a, b Feature) int { return strings.Compare(a.ID, b.ID) })
	for i := range features {
		features[i].Params = sortedParams(features[i].Params)
	}
	return features
}

func sortedParams(params []Param) []Param {
	params = slices.Clone(params)
	slices.SortFunc(params, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	return params
}

func sortedProducts(products []Product) []Product {
	products = slices.Clone(products)
	slices.SortFunc(products, func(a, b Product) int { return strings.Compare(a.ID, b.ID) })
	for i := range products {
		products[i].Features = sortedFeatures(products[i].Features)
	}
	return products
}

func sortedChanges(changes []ProductChange) []ProductChange {
	changes = slices.Clone(changes)
	slices.SortFunc(changes, func(a, b ProductChange) int { return strings.Compare(a.ID, b.ID) })
	for i := range changes {
		features := slices.Clone(changes[i].Features)
		slices.SortFunc(features, func(a, b FeatureChange) int { return strings.Compare(a.ID, b.ID) })
		for k := range features {
			features[k].Params = sortedParams(features[k].Params)
		}
		changes[i].Features = features
	}
	return changes
}

func sortedEditions(editions []Edition) []Edition {
	editions = slices.Clone(editions)
	slices.SortFunc(editions, func(a, b Edition) int { return a.Number - b.Number })
	return editions
}
