package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
)

// A wrongValue is a member of a call, by its path, with a value that its schema
// does not have.
type wrongValue struct {
	path  []string
	value any
}

// wrongValues returns values that do not fit a schema, for it and all its members.
func wrongValues(t *testing.T, at any, path []string) (list []wrongValue) {
	t.Helper()
	s := resolve(t, at)
	add := func(value any) { list = append(list, wrongValue{slices.Clone(path), value}) }
	if len(path) > 0 {
		for _, value := range unfit(s) {
			add(value)
		}
	}
	if s["type"] != "object" {
		return list
	}
	properties, _ := s["properties"].(object)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		list = append(list, wrongValues(t, properties[name], append(path, name))...)
	}
	if others, has := s["additionalProperties"].(object); has {
		key := map[string]string{"products": "acme-cad", "features": "draw"}[path[len(path)-1]]
		require.NotEmpty(t, key, path)
		list = append(list, wrongValues(t, others, append(path, key))...)
	}
	return list
}

// unfit returns values that do not fit one schema, for each of its bounds.
func unfit(s object) (values []any) {
	switch s["type"] {
	case "string":
		values = append(values, 5)
	default:
		values = append(values, "text")
	}
	if s["type"] == "integer" {
		values = append(values, 1.5, json.Number("1"+strings.Repeat("0", 30)))
	}
	for keyword, value := range map[string]func(int) any{
		"minimum":       func(n int) any { return n - 1 },
		"maximum":       func(n int) any { return n + 1 },
		"maxLength":     func(n int) any { return strings.Repeat("x", n+1) },
		"minItems":      func(n int) any { return []any{} },
		"maxItems":      func(n int) any { return slices.Repeat([]any{exampleSerial}, n+1) },
		"minProperties": func(n int) any { return object{} },
	} {
		if bound, has := s[keyword].(int); has {
			values = append(values, value(bound))
		}
	}
	for _, keyword := range []string{"enum", "pattern", "format"} {
		if _, has := s[keyword]; has {
			values = append(values, "no such value")
		}
	}
	return values
}

// put sets a member, and makes the objects around it.
func put(o object, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		child, is := o[name].(object)
		if !is {
			child = object{}
			o[name] = child
		}
		o = child
	}
	o[path[len(path)-1]] = value
}

// Every member of every call that has a value which openapi.yaml does not allow is
// refused with the member's name, what to do, and a finding.
func TestValuesOutOfRange(t *testing.T) {
	t.Parallel()
	list := examples(t)
	creation := list[slices.IndexFunc(list, func(e example) bool { return e.id == "createSerials" })].request
	n := 0
	for _, e := range list {
		if e.request == nil {
			continue
		}
		schema := get(t, e.operation, "requestBody", "content", "application/json", "schema")
		wrong := wrongValues(t, schema, nil)
		n += len(wrong)
		t.Run(e.id, func(t *testing.T) {
			t.Parallel()
			w := newExampleWorld(t, e.id, creation)
			path := strings.Replace(e.path[1:], "{number}", exampleOrder, 1)
			for _, one := range wrong {
				call := asJSON(t, e.request).(object)
				put(call, one.path, one.value)
				body := []byte(w.names.Replace(string(mustJSON(t, call))))
				status, answer := w.Desk.Send(e.method, path, body, "Content-Type", "application/json")
				requireExplained(t, one, status, answer)
			}
		})
	}
	require.Greater(t, n, 250)
}

// So are the header and the path of a call.
func TestHeaderAndPathOutOfRange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := mustJSON(t, object{"description": servertest.Terms})
	status, answer := w.Desk.Send(http.MethodPost, "serials", sale, "Content-Type", "application/json", "Idempotency-Key", strings.Repeat("x", 201))
	requireExplained(t, wrongValue{path: []string{"Idempotency-Key"}}, status, answer)
	for method, body := range map[string]any{http.MethodGet: nil, http.MethodPut: object{"status": "done"}} {
		status, answer := w.Desk.Send(method, "orders/"+strings.Repeat("x", 1025), mustJSON(t, body), "Content-Type", "application/json")
		requireExplained(t, wrongValue{path: []string{"number"}}, status, answer)
	}
}

// requireExplained fails the test unless an answer refuses a value with the name of
// its member, a remedy and a finding.
func requireExplained(t *testing.T, one wrongValue, status int, answer []byte) {
	t.Helper()
	what := fmt.Sprintf("%s = %.60v: %d %.900s", strings.Join(one.path, "/"), one.value, status, answer)
	require.Contains(t, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, status, what)
	var got struct {
		Error struct {
			Message, Remedy string
			Findings        []struct{ Field, Text string }
		}
	}
	require.NoError(t, json.Unmarshal(answer, &got))
	require.NotEmpty(t, got.Error.Remedy, what)
	require.NotEmpty(t, got.Error.Findings, what)
	require.NotEmpty(t, got.Error.Findings[0].Field, what)
	name := one.path[len(one.path)-1]
	require.True(t, strings.Contains(got.Error.Message, name) || strings.HasSuffix(got.Error.Findings[0].Field, name), what)
}

// A sale of nothing is refused, however it is written.
func TestNothingSold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, features := range map[string]string{
		"In the description, products/acme-cad/features/draw is null": `{"draw": null}`,
		"The product acme-cad has no feature":                         `{}`,
		"The product acme-cad has no feature, so":                     `null`,
	} {
		status, answer := w.Desk.Send(http.MethodPost, "serials", []byte(`{"description": {"products": {"acme-cad": {"features": `+features+`}}}}`), "Content-Type", "application/json")
		require.Equal(t, http.StatusUnprocessableEntity, status, "%s", answer)
		require.True(t, bytes.Contains(answer, []byte(want)), "%s", answer)
	}
	require.Empty(t, w.Desk.OK("serials/search", object{})["serials"])
}

// A mistyped scheme is refused with the one that was meant, and a scheme of a
// component of one's own with the way to sell it.
func TestSchemeMistyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for scheme, want := range map[string]string{
		"dekstop":        `There is no scheme "dekstop": did you mean "desktop"?`,
		"dongle":         `The scheme "dongle" has a component that only some products read.`,
		"two words here": `There is no scheme "two words here".`,
	} {
		inside := maps.Clone(servertest.Terms)
		inside["scheme"] = scheme
		for _, call := range []object{{"scheme": scheme, "description": servertest.Terms}, {"description": inside}} {
			why := w.Desk.Refused(http.StatusUnprocessableEntity, "scheme", "serials", call)
			require.Equal(t, want, why["message"])
			require.NotEmpty(t, why["remedy"])
			require.NotContains(t, why["remedy"], "hand in")
		}
	}
}

// A refusal names members of the call, and no field of a Go type.
func TestMembersNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for member, call := range map[string]object{
		"grace_seconds": {"grace_seconds": 60},
		"lease_seconds": {"lease_seconds": -60},
		"count_by":      {"count_by": "installation", "scheme": "desktop"},
		"count":         {"count": 5000},
		"contact":       {"contact": strings.Repeat("x", 2000)},
	} {
		call["description"] = servertest.Terms
		status, answer := w.Desk.Do(http.MethodPost, "serials", call)
		require.Equal(t, http.StatusUnprocessableEntity, status)
		why := answer["error"].(object)
		require.Contains(t, why["message"], member)
		for _, name := range []string{"Grace", "Lease", "CountBy", "Contact"} {
			require.NotContains(t, why["message"], name)
		}
		require.NotEmpty(t, why["remedy"])
		require.Equal(t, member, why["findings"].([]any)[0].(object)["field"])
	}
}

// An update with a date that is over is refused for that alone.
func TestPastUpdateHasOneFinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	why := w.Desk.Refused(http.StatusUnprocessableEntity, "past", "updates", object{"serial": serial, "description": servertest.Update("draw", "until=2020-01-01")})
	require.Len(t, why["findings"], 1, why)
}

// What is no serial number is refused in one sentence.
func TestNoSerialNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	why := w.Desk.Refused(http.StatusUnprocessableEntity, "mistyped", "serials/get", object{"serial": "hello"})
	require.Equal(t, "This is not a serial number: a key has rows of 25 letters and digits, and a request key has ten digits.", why["message"])
}
