package catalogue_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

// sample is the catalogue of the package comment.
func sample(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	source, err := os.ReadFile("catalogue.go")
	require.NoError(t, err)
	var text strings.Builder
	for line := range strings.Lines(string(source)) {
		if strings.HasPrefix(line, "package ") {
			break
		}
		if strings.HasPrefix(line, "//\t") {
			text.WriteString(strings.TrimPrefix(line, "//\t"))
		}
	}
	c, err := catalogue.Parse("catalogue.json", []byte(text.String()))
	require.NoError(t, err)
	return c
}

func TestSample(t *testing.T) {
	t.Parallel()
	c := sample(t)
	require.Equal(t, []string{"acme-cad"}, c.ProductIDs())
	require.Equal(t, []string{"draw", "export"}, c.Products["acme-cad"].FeatureIDs())
	signed, err := c.Signed("acme-cad")
	require.NoError(t, err)
	require.Equal(t, []license.Feature{{ID: "draw"}, {ID: "export", Runs: 100}}, signed.Editions[1].Features)
	require.Equal(t, license.Full, signed.Editions[0].Kind)
	require.Equal(t, license.Hints{Contact: "help@acme.example", Renew: "https://acme.example/renew"}, signed.Editions[1].Hints)
	require.Equal(t, "desktop", c.SchemeOf([]license.Product{{ID: "other"}, {ID: "acme-cad"}}))
	require.Empty(t, (*catalogue.Catalogue)(nil).SchemeOf([]license.Product{{ID: "acme-cad"}}))
}

func TestRefused(t *testing.T) {
	t.Parallel()
	product := func(members string) string { return `{"products":{"a":{` + members + `}}}` }
	edition := func(members string) string {
		return product(`"features":{"draw":{}},"editions":[{` + members + `}]`)
	}
	for text, want := range map[string]string{
		``:                               "it is incomplete",
		`{}`:                             "products is missing or empty",
		`{"products":{"a":null}}`:        "products/a/features is missing or empty",
		product(`"features":{}`):         "products/a/features is missing or empty",
		product(`"featurs":{}`):          `unknown field "featurs" in products/a`,
		product(`"features":{"x y":{}}`): "products/a/features/x y: this is not an id",
		`{"products":{"a b":{"features":{"x":{}}}}}`:                                                               "its name is not an id",
		product(`"features":{"x":{}},"scheme":"A"`):                                                                `products/a/scheme: "A" is not a binding scheme`,
		product(`"features":{"x":{"limits":["run"]}}`):                                                             `products/a/features/x: limits: "run" is not a limit`,
		edition(`"name":"One","features":{"draw":""}`):                                                             `products/a/editions/1 "One": an edition needs a number from 1`,
		edition(`"number":1,"features":{"draw":""}`):                                                               "an edition needs a number from 1, a name and features",
		edition(`"number":1,"name":"One"`):                                                                         "an edition needs a number from 1, a name and features",
		edition(`"number":1,"name":"One","features":{"darw":""}`):                                                  `there is no feature "darw" of a in c.json: did you mean "draw"?`,
		edition(`"number":1,"name":"One","kind":"gratis","features":{"draw":""}`):                                  `"gratis" is not a kind of licence`,
		edition(`"number":1,"name":"One","features":{"draw":"forever"}`):                                           `the feature draw of a: "forever" is not a limit`,
		edition(`"number":1,"name":"One","maintenance":"x","features":{"draw":""}`):                                "the maintenance of a",
		edition(`"number":1,"name":"One","features":{"draw":""}},{"number":1,"name":"Two","features":{"draw":""}`): "the number 1 occurs twice",
		edition(`"number":1,"name":"One","features":{"draw":""}},{"number":2,"name":"ONE","features":{"draw":""}`): "the name occurs twice",
		product(`"features":{"draw":{}},"editions":[null]`):                                                        "an edition needs a number from 1",
	} {
		_, err := catalogue.Parse("c.json", []byte(text))
		require.ErrorContains(t, err, want, text)
		require.True(t, strings.HasPrefix(err.Error(), "c.json: "), err)
	}
}

// A name that is not listed comes with the one that is meant.
func TestUnknown(t *testing.T) {
	t.Parallel()
	c := sample(t)
	for want, err := range map[string]error{
		`there is no product "acme-cda" in catalogue.json: did you mean "acme-cad"?`:         c.UnknownProduct("acme-cda"),
		`there is no product "x" in catalogue.json, which has acme-cad`:                      c.UnknownFeature("x", "draw"),
		`there is no feature "exprot" of acme-cad in catalogue.json: did you mean "export"?`: c.UnknownFeature("acme-cad", "exprot"),
		`there is no feature "mill" of acme-cad in catalogue.json, which has draw, export`:   c.UnknownFeature("acme-cad", "mill"),
		`the product "x" is unknown, because there is no catalogue`:                          (*catalogue.Catalogue)(nil).UnknownProduct("x"),
	} {
		require.EqualError(t, err, want)
		var unknown *catalogue.UnknownError
		require.ErrorAs(t, err, &unknown)
	}
	require.NoError(t, c.UnknownFeature("acme-cad", "draw"))
	e, err := c.Edition("acme-cad", "PRO")
	require.NoError(t, err)
	require.Equal(t, 2, e.Number)
	e, err = c.Edition("acme-cad", "1")
	require.NoError(t, err)
	require.Equal(t, "Standard", e.Name)
	_, err = c.Edition("acme-cad", "Standrad")
	require.EqualError(t, err, `there is no edition "Standrad" of acme-cad in catalogue.json: did you mean "Standard"?`)
}

// What a description says stands over what its edition says.
func TestExpand(t *testing.T) {
	t.Parallel()
	c := sample(t)
	terms := &description.Terms{
		Contact:  "sales@acme.example",
		Products: map[string]*description.Product{"acme-cad": {Edition: "Pro", MaxVersion: "5", Features: map[string]string{"export": "runs=5"}}},
	}
	require.NoError(t, c.Expand(terms, false))
	require.Equal(t, &description.Terms{
		Kind: "full", Contact: "sales@acme.example", Renew: "https://acme.example/renew",
		Products: map[string]*description.Product{"acme-cad": {
			MaxVersion: "5", Maintenance: "until=2027-12-31,lapse=keep", Features: map[string]string{"draw": "", "export": "runs=5"},
		}},
	}, terms)
	require.Equal(t, map[string]string{"draw": "", "export": "runs=100"}, c.Products["acme-cad"].Editions[1].Features, "the catalogue stays")

	update := func(rewrite bool) *description.Terms {
		return &description.Terms{Rewrite: rewrite, Products: map[string]*description.Product{"acme-cad": {Edition: "Pro"}, "other": nil}}
	}
	require.ErrorIs(t, c.Expand(update(false), true), catalogue.ErrEditionAdds)
	rewrite := update(true)
	require.NoError(t, c.Expand(rewrite, true))
	require.Empty(t, rewrite.Contact, "an update does not change the hints")
	require.Len(t, rewrite.Products["acme-cad"].Features, 2)

	_, err := description.License([]byte(`{"products":{"acme-cad":{"edition":"Pro"}}}`))
	require.ErrorContains(t, err, `the edition "Pro" of acme-cad is not known`)
}

func TestNew(t *testing.T) {
	t.Parallel()
	text, err := catalogue.New("acme-cad", []string{"draw", "export"})
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	c, err := catalogue.Parse("c", text)
	require.NoError(t, err)
	e, err := c.Edition("acme-cad", "Standard")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"draw": "", "export": ""}, e.Features)
	_, err = catalogue.New("acme cad", []string{"draw"})
	require.Error(t, err)
	_, err = catalogue.New("acme-cad", nil)
	require.Error(t, err)
}
