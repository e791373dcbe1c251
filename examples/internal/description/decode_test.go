package description_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const no = "this is not a description in JSON: "
	for text, want := range map[string]string{
		``:                                      no + "it is incomplete",
		`{"kind":`:                              no + "it is incomplete",
		`{"products":{"a":{}`:                   no + "it is incomplete",
		`kind: full`:                            no + "invalid character 'k' looking for beginning of value",
		`{"kind":"full",}`:                      no + "invalid character '}'",
		"{\"kind\":\"f\xfcll\"}":                no + "it is not in UTF-8",
		`{} {}`:                                 "something follows the description",
		`{}}`:                                   "something follows the description",
		"-----BEGIN LATCHKEY UPDATE-----\n":     "this is a signed document, and a file in JSON is needed here",
		`[]`:                                    no + "the whole has to be an object, not a list",
		`"full"`:                                no + "the whole has to be an object, not a text",
		`{"kind":1}`:                            no + "kind has to be a text, not a whole number",
		`{"rewrite":"yes"}`:                     no + "rewrite has to be true or false, not a text",
		`{"needs_receipt":1.5}`:                 no + "needs_receipt has to be true or false, not another number",
		`{"products":{"a":{"features":["b"]}}}`: no + "products/a/features has to be an object, not a list",
		`{"products":{"a":{"features":{"b":{}}}}}`:        no + "products/a/features/b has to be a text, not an object",
		`{"licencee":{}}`:                                 no + `unknown field "licencee"`,
		`{"Kind":"full"}`:                                 no + `unknown field "Kind"`,
		`{"licensee":{"Name":"Ada"}}`:                     no + `unknown field "Name" in licensee`,
		`{"products":{"a":{"maxversion":"4"}}}`:           no + `unknown field "maxversion" in products/a`,
		`{"kind":"full","kind":"test"}`:                   `the member "kind" occurs twice`,
		`{"kind":"full","k\u0069nd":"test"}`:              `the member "kind" occurs twice`,
		`{"products":{"a":{"features":{"b":"","b":""}}}}`: `the member "b" occurs twice`,
		strings.Repeat("[", license.MaxDocument):          no + "the whole has to be an object, not a list",
		strings.Repeat(" ", license.MaxDocument) + "{}":   "the input has more than 65536 bytes, which is the limit here",
	} {
		_, err := description.Parse([]byte(text))
		require.Error(t, err, "%.80s", text)
		require.True(t, strings.HasPrefix(err.Error(), want), "%.80s: %s", text, err)
	}
}

// Null says nothing, wherever it stands.
func TestParseNull(t *testing.T) {
	t.Parallel()
	terms, err := description.Parse([]byte(`{"kind":null,"rewrite":null,"licensee":null,"products":{"a":null,"b":{"features":null}}}`))
	require.NoError(t, err)
	require.Equal(t, &description.Terms{Products: map[string]*description.Product{"a": nil, "b": {}}}, terms)
}

// Other structures are read as strictly: lists, numbers, embedded structures.
func TestDecode(t *testing.T) {
	t.Parallel()
	type edition struct {
		Number int `json:"number"`
		description.Product
	}
	type catalogue struct {
		Editions []edition `json:"editions"`
	}
	var c catalogue
	require.NoError(t, description.Decode([]byte(`{"editions":[{"number":1,"max_version":"4"},{"number":2}]}`), &c))
	require.Equal(t, catalogue{[]edition{{1, description.Product{MaxVersion: "4"}}, {Number: 2}}}, c)
	for text, want := range map[string]string{
		`{"editions":{}}`: "editions has to be a list, not an object",
		`{"editions":[{"number":1},{"number":2.5}]}`: "editions/2/number has to be a whole number, not another number",
		`{"editions":[{"number":1e9999}]}`:           "editions/1/number has to be a whole number, not another number",
		`{"editions":[{"Product":{}}]}`:              `unknown field "Product" in editions/1`,
		`{"editions":[`:                              "it is incomplete",
	} {
		require.ErrorContains(t, description.Decode([]byte(text), &c), want, text)
	}
}
