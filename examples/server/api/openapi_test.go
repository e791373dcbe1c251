package api_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/latchkey-go/latchkey/examples/server/api"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
)

type object = map[string]any

var spec = sync.OnceValue(func() object {
	var d object
	if err := yaml.Unmarshal(api.Document, &d); err != nil {
		panic(err)
	}
	return d
})

// get walks down a document.
func get(t testing.TB, at any, names ...string) any {
	t.Helper()
	for _, name := range names {
		o, is := at.(object)
		require.True(t, is, "nothing at %s of %v", name, names)
		at = o[name]
	}
	return at
}

// resolve follows a $ref.
func resolve(t testing.TB, at any) object {
	t.Helper()
	o, is := at.(object)
	require.True(t, is, "%v", at)
	ref, has := o["$ref"].(string)
	if !has {
		return o
	}
	o, is = get(t, spec(), strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(object)
	require.True(t, is, "%s is not there", ref)
	return o
}

// operation returns what the document says of a call.
func operation(t testing.TB, method, path string) object {
	t.Helper()
	path, _, _ = strings.Cut("/"+path, "?")
	if strings.HasPrefix(path, "/orders/") {
		path = "/orders/{number}"
	}
	o, is := get(t, spec(), "paths", path, strings.ToLower(method)).(object)
	require.True(t, is, "openapi.yaml has no %s %s", method, path)
	return o
}

// The document has every route, and no other.
func TestOpenAPIRoutes(t *testing.T) {
	t.Parallel()
	documented := map[api.RouteInfo]bool{}
	ids := map[any]bool{}
	for path, item := range get(t, spec(), "paths").(object) {
		for method, o := range item.(object) {
			if method == "parameters" {
				continue
			}
			role, _ := o.(object)["x-role"].(string)
			documented[api.RouteInfo{Method: strings.ToUpper(method), Path: path, Role: role}] = true
			id := o.(object)["operationId"]
			require.False(t, ids[id], "two calls have the id %v", id)
			ids[id] = true
		}
	}
	routes := map[api.RouteInfo]bool{}
	for _, r := range api.RouteList() {
		routes[r] = true
	}
	require.Greater(t, len(routes), 20)
	require.Equal(t, routes, documented)
}

// Every $ref leads somewhere, and every component is used.
func TestOpenAPIReferences(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	var walk func(any)
	walk = func(at any) {
		switch v := at.(type) {
		case object:
			if ref, is := v["$ref"].(string); is {
				used[ref] = true
				resolve(t, v)
			}
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(spec())
	for _, kind := range []string{"schemas", "responses"} {
		for name := range get(t, spec(), "components", kind).(object) {
			require.True(t, used["#/components/"+kind+"/"+name], "%s is not used", name)
		}
	}
}

// documented has every answer to a caller held against the document: its status
// is there, and it has no member that is not, and all that are promised. So has
// what was sent, where it was accepted.
func documented(t testing.TB, callers ...*servertest.Caller) {
	for _, c := range callers {
		c.Seen = func(method, path string, status int, request, answer []byte) {
			t.Helper()
			if status == http.StatusMethodNotAllowed {
				return // no route
			}
			o := operation(t, method, path)
			response, has := get(t, o, "responses").(object)[strconv.Itoa(status)]
			require.True(t, has, "%s %s answered %d, which openapi.yaml does not have: %s", method, path, status, answer)
			content, has := resolve(t, response)["content"].(object)["application/json"]
			if !has {
				return
			}
			fits(t, path, content.(object)["schema"], decoded(t, answer))
			if status < 300 && len(request) > 0 {
				body := get(t, o, "requestBody", "content", "application/json", "schema")
				fits(t, path, body, withoutEmpty(decoded(t, request)))
			}
		}
	}
}

// withoutEmpty returns a call without the members of its description that say
// nothing: those that are empty, but for the limits of features.
func withoutEmpty(call any) any {
	o, is := call.(object)
	if d, has := o["description"].(object); is && has {
		o["description"] = saying(d)
	}
	return call
}

func saying(o object) object {
	said := object{}
	for name, value := range o {
		if child, is := value.(object); is && name != "features" {
			child = saying(child)
			if value = child; name == "licensee" && len(child) == 0 {
				continue
			}
		}
		if value != nil && value != "" && value != false {
			said[name] = value
		}
	}
	return said
}

func decoded(t testing.TB, text []byte) (value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &value), "%s", text)
	return value
}

// fits holds a value against a schema, as far as openapi.yaml uses schemas.
func fits(t testing.TB, where string, at, value any) {
	t.Helper()
	s := resolve(t, at)
	switch s["type"] {
	case "object":
		fitsObject(t, where, s, value)
	case "array":
		fitsArray(t, where, s, value)
	case "string":
		fitsString(t, where, s, value)
	case "boolean":
		require.IsType(t, true, value, where)
	case "integer":
		fitsInteger(t, where, s, value)
	default:
		require.Fail(t, "a schema without a type", where)
	}
	if allowed, has := s["enum"].([]any); has {
		require.Contains(t, allowed, value, where)
	}
}

func fitsArray(t testing.TB, where string, s object, value any) {
	t.Helper()
	list, is := value.([]any)
	require.True(t, is, "%s is no array", where)
	requireAtLeast(t, where, s["minItems"], len(list))
	requireAtMost(t, where, s["maxItems"], len(list))
	for _, item := range list {
		fits(t, where+"[]", s["items"], item)
	}
}

func fitsString(t testing.TB, where string, s object, value any) {
	t.Helper()
	text, is := value.(string)
	require.True(t, is, "%s is no string: %v", where, value)
	requireAtMost(t, where, s["maxLength"], len(text))
	if pattern, has := s["pattern"].(string); has {
		require.Regexp(t, pattern, text, where)
	}
	if layout, has := map[any]string{"date": time.DateOnly, "date-time": time.RFC3339}[s["format"]]; has {
		_, err := time.Parse(layout, text)
		require.NoError(t, err, where)
	}
}

func fitsInteger(t testing.TB, where string, s object, value any) {
	t.Helper()
	require.IsType(t, float64(0), value, where)
	n := value.(float64)
	require.Equal(t, float64(int64(n)), n, where)
	requireAtLeast(t, where, s["minimum"], int(n))
	requireAtMost(t, where, s["maximum"], int(n))
}

func requireAtLeast(t testing.TB, where string, bound any, n int) {
	t.Helper()
	if least, has := bound.(int); has {
		require.GreaterOrEqual(t, n, least, where)
	}
}

func requireAtMost(t testing.TB, where string, bound any, n int) {
	t.Helper()
	if most, has := bound.(int); has {
		require.LessOrEqual(t, n, most, where)
	}
}

func fitsObject(t testing.TB, where string, s object, value any) {
	t.Helper()
	o, is := value.(object)
	require.True(t, is, "%s is no object: %v", where, value)
	requireAtLeast(t, where, s["minProperties"], len(o))
	properties, _ := s["properties"].(object)
	others, _ := s["additionalProperties"].(object)
	for name, member := range o {
		schema, has := properties[name]
		if !has && others != nil {
			schema, has = others, true
		}
		require.True(t, has, "%s has no member %s", where, name)
		fits(t, where+"."+name, schema, member)
	}
	required, _ := s["required"].([]any)
	for _, name := range required {
		require.Contains(t, o, name, where)
	}
}
