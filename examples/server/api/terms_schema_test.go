package api_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

// The members that openapi.yaml gives to descriptions are those that package
// description has.
func TestDescriptionMembers(t *testing.T) {
	t.Parallel()
	members := func(schemas ...string) map[string]bool {
		all := map[string]bool{}
		for _, name := range schemas {
			for member := range get(t, spec(), "components", "schemas", name, "properties").(object) {
				all[member] = true
			}
		}
		return all
	}
	fields := func(of any) map[string]bool {
		all := map[string]bool{}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			all[f.Tag.Get("json")] = true
		}
		return all
	}
	require.Equal(t, fields(description.Terms{}), members("LicenseTerms", "UpdateTerms"))
	require.Equal(t, fields(description.Product{}), members("LicenseProduct", "UpdateProduct"))
	require.Equal(t, fields(description.Licensee{}), members("Licensee"))
}

// What package description understands fits the patterns, and what it does not
// understand does not.
func TestDescriptionPatterns(t *testing.T) {
	t.Parallel()
	current := &license.License{Vendor: "acme", Serial: "S-1", Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw", Runs: 5}}}}}
	one := func(member string, value string) []byte {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return []byte(`{"products":{"acme-cad":{"` + member + `":` + string(text) + `}}}`)
	}
	feature := func(value string) []byte {
		text, err := json.Marshal(object{"products": object{"acme-cad": object{"features": object{"draw": value}}}})
		require.NoError(t, err)
		return text
	}
	window := func(value string) []byte {
		text, err := json.Marshal(object{"window": value, "products": object{"acme-cad": object{}}})
		require.NoError(t, err)
		return text
	}
	limits := []string{
		"", " ", "perpetual", "until=2027-12-31", "from=2027-01-01,until=2027-12-31", "from=2027-01-01 , until=2027-06-30,from=2028-01-01,until=2028-06-30",
		"first-use=30d", "activation=3m15d", "activation=1y", "runs=100", "runs=unlimited", "concurrent=5/station", "concurrent=5/login", "concurrent=unlimited",
		"seats=5", "no-vm,no-remote", "any-place", `param.colours=red\,green`, "param.x=", "first-use=30d, runs=100, param.a=b",
		"extend=30d", "runs=+100", "seats=+5,concurrent=+5/process",
		"until=tomorrow", "until", "runs=0", "runs=-1", "runs", "concurrent=5", "concurrent=5/core", "seats=five", "no-wm", "perpetual=1", "first-use=30", "activation=", "param.=x", "param.x", ",", "runs=100,",
	}
	for _, c := range []struct {
		schema string
		in     func(string) []byte
		update bool
		values []string
	}{
		{"Limits", feature, false, limits},
		{"LimitChange", feature, true, limits},
		{"Term", window, false, append(limits[2:7:7], "extend=30d", "forever", "runs=5", "first-use=30d")},
		{"TermChange", window, true, append(limits[2:7:7], "extend=30d", "forever", "runs=5")},
		{"LicenseProduct/maintenance", func(v string) []byte { return one("maintenance", v) }, false,
			[]string{"until=2027-12-31,lapse=keep", "lapse=stop, until=2027-12-31", "until=2027-12-31", "extend=12m", "until=2027-12-31,lapse=end"}},
		{"UpdateProduct/maintenance", func(v string) []byte { return one("maintenance", v) }, true,
			[]string{"until=2027-12-31,lapse=keep", "extend=12m", "lapse=keep,extend=12m", "lapse=keep", "extend=12"}},
		{"LicenseProduct/max_version", func(v string) []byte { return one("max_version", v) }, false, []string{"4", "4.2", "4 or 5", "é"}},
	} {
		pattern := patternOf(t, c.schema)
		accepted := 0
		for _, value := range c.values {
			_, err := description.License(c.in(value))
			if c.update {
				_, err = description.Update(c.in(value), current)
				if err != nil && addsToWhatIsThere(err) {
					continue // which the pattern cannot know
				}
			}
			require.Equal(t, err == nil, pattern.MatchString(value), "%s: %q: %v", c.schema, value, err)
			if err == nil {
				accepted++
			}
		}
		require.Greater(t, accepted, 1, c.schema)
	}
}

// addsToWhatIsThere reports whether all that is wrong is a missing +.
func addsToWhatIsThere(err error) bool {
	return regexp.MustCompile(description.ErrAddOn.Error()).MatchString(err.Error())
}

func patternOf(t *testing.T, schema string) *regexp.Regexp {
	t.Helper()
	name, member, _ := strings.Cut(schema, "/")
	at := get(t, spec(), "components", "schemas", name)
	if member != "" {
		at = get(t, at, "properties", member)
	}
	return regexp.MustCompile(get(t, at, "pattern").(string))
}
