package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/keyfmt"
)

// What the examples of openapi.yaml call the things that have another name in
// every world.
const (
	exampleSerial     = "SDHGQ-8RV8D-DJQJ8-35N3C-VQ8AW"
	exampleRequestKey = "12345 67894"
	exampleRandom     = "k7w3mq5xd2ra6ytn" // the end of the ids of licences and updates
	exampleActivation = "A-7c1f0e9b24d85a6631e0"
	exampleVersion    = "v1.0.0"
	exampleOrder      = "2026-0815"
)

var (
	randomID = regexp.MustCompile(`\b([LU])-[a-z2-7]{16}\b`)
	document = regexp.MustCompile(`(-----BEGIN LATCHKEY [A-Z]+-----\\n).*?(\\n-----END LATCHKEY [A-Z]+-----\\n)`)
)

// An example is one operation with what openapi.yaml says is sent and answered.
type example struct {
	method, path, id string
	operation        object
	request          any // nil for none
	status           int
	answer           any
}

// examples returns the examples of all operations that answer with JSON.
func examples(t *testing.T) (list []example) {
	t.Helper()
	for path, item := range get(t, spec(), "paths").(object) {
		for method, o := range item.(object) {
			operation, is := o.(object)
			if method == "parameters" || !is || path == "/openapi.yaml" {
				continue
			}
			e := example{method: strings.ToUpper(method), path: path, id: operation["operationId"].(string), operation: operation, status: http.StatusOK}
			if body, has := operation["requestBody"].(object); has {
				e.request = get(t, body, "content", "application/json", "example")
			}
			if _, created := get(t, operation, "responses").(object)["201"]; created {
				e.status = http.StatusCreated
			}
			e.answer = get(t, operation, "responses", strconv.Itoa(e.status), "content", "application/json", "example")
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b example) int { return strings.Compare(a.id, b.id) })
	return list
}

// An exampleWorld is a server on which examples are replayed.
type exampleWorld struct {
	*servertest.World
	names *strings.Replacer // of the examples, to those of this world
	back  *strings.Replacer
}

// newExampleWorld sells what the example of createSerials sells, to a machine that
// has activated it; as far as the operation leaves room for it.
func newExampleWorld(t *testing.T, id string, creation any) *exampleWorld {
	t.Helper()
	w := &exampleWorld{World: servertest.New(t)}
	pairs := []string{}
	if id != "createSerials" && id != "setOrder" {
		body := maps.Clone(creation.(object))
		body["pending"] = strings.HasPrefix(id, "release")
		sale := w.Desk.OK("serials", body)["serials"].([]any)[0].(object)
		pairs = append(pairs, exampleSerial, sale["serial"].(string), exampleRequestKey, sale["request_key"].(string))
		c := w.ClientWith("one", func(o *activation.Options) { o.Label = "render node 3" })
		_, err := c.Enter(t.Context(), sale["serial"].(string))
		require.NoError(t, err)
		list := w.Desk.OK("serials/activations", object{"serial": sale["serial"]})["activations"].([]any)
		pairs = append(pairs, exampleActivation, list[0].(object)["id"].(string))
		if strings.Contains(strings.ToLower(id), "update") && id != "addUpdate" && id != "previewUpdate" {
			body := object{"serial": sale["serial"], "description": servertest.Update("render", "runs=+100")}
			draft := w.Desk.OK("updates", body)["update"].(object)
			pairs = append(pairs, "U-"+exampleRandom, draft["id"].(string))
		}
	}
	w.names = strings.NewReplacer(pairs...)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i], pairs[i+1] = pairs[i+1], pairs[i]
	}
	w.back = strings.NewReplacer(pairs...)
	return w
}

// replay sends what an example sends, and returns the answer in the names of
// the examples.
func (w *exampleWorld) replay(t *testing.T, e example) (int, any) {
	t.Helper()
	var body []byte
	var headers []string
	if e.request != nil {
		text, err := json.Marshal(e.request)
		require.NoError(t, err)
		body, headers = []byte(w.names.Replace(string(text))), []string{"Content-Type", "application/json"}
	}
	status, answer := w.Desk.Send(e.method, strings.Replace(e.path[1:], "{number}", exampleOrder, 1), body, headers...)
	return status, w.renamed(t, e.id, answer)
}

// renamed returns an answer in the names of the examples.
func (w *exampleWorld) renamed(t *testing.T, id string, answer []byte) any {
	t.Helper()
	text := w.back.Replace(string(answer))
	text = document.ReplaceAllString(text, "${1}…${2}")
	text = randomID.ReplaceAllString(text, "${1}-"+exampleRandom)
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value), "%s", answer)
	switch o := value.(object); id {
	case "status":
		require.NotEmpty(t, o["version"])
		o["version"] = exampleVersion
	case "createSerials":
		sale := o["serials"].([]any)[0].(object)
		sale["serial"], sale["request_key"] = exampleSerial, exampleRequestKey
	}
	return value
}

// Every operation has an example of what is sent and answered, which fits its
// schema; and the server, asked so, answers so.
func TestExamples(t *testing.T) {
	t.Parallel()
	list := examples(t)
	require.Greater(t, len(list), 25)
	var creation any
	for _, e := range list {
		if e.id == "createSerials" {
			creation = e.request
		}
	}
	for _, e := range list {
		t.Run(e.id, func(t *testing.T) {
			t.Parallel()
			status, answer := newExampleWorld(t, e.id, creation).replay(t, e)
			require.Equal(t, e.status, status, "%v", answer)
			require.Equal(t, asJSON(t, e.answer), answer)
			fits(t, e.id, get(t, e.operation, "responses", strconv.Itoa(e.status), "content", "application/json", "schema"), asJSON(t, e.answer))
			if e.request != nil {
				fits(t, e.id, get(t, e.operation, "requestBody", "content", "application/json", "schema"), asJSON(t, e.request))
			}
		})
	}
}

// asJSON returns a value of YAML as JSON has it.
func asJSON(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return decoded(t, text)
}

// The keys of the examples are keys.
func TestExampleKeys(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]keyfmt.Kind{exampleSerial: keyfmt.Serial, exampleRequestKey: keyfmt.Request} {
		key, corrections, err := keyfmt.Parse(text)
		require.NoError(t, err)
		require.Empty(t, corrections)
		require.Equal(t, kind, key.Kind())
		require.Equal(t, text, key.Rows()[0])
	}
}

// Every problem that a caller can cause has an example, which is what the server
// answers.
func TestExampleProblems(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	stranger := servertest.NewCaller(t, w.Running.URL, "")
	sale := w.Desk.Sell(object{"pending": true})["serial"]
	for name, call := range map[string]func() (int, []byte){
		"NoToken":   func() (int, []byte) { return stranger.Send(http.MethodGet, "status", nil) },
		"Forbidden": func() (int, []byte) { return sendJSON(t, w.Read, "serials", object{}) },
		"Malformed": func() (int, []byte) { return sendJSON(t, w.Desk, "serials/get", object{"seril": "x"}) },
		"NotJSON":   func() (int, []byte) { return w.Desk.Send(http.MethodPost, "serials/get", []byte("{}")) },
		"TooLarge": func() (int, []byte) {
			return w.Desk.Send(http.MethodPost, "serials/get", make([]byte, 9<<20), "Content-Type", "application/json")
		},
		"Unknown": func() (int, []byte) { return sendJSON(t, w.Desk, "serials/get", object{"serial": exampleSerial}) },
		"Refused": func() (int, []byte) {
			return sendJSON(t, w.Desk, "serials", object{"description": servertest.Terms, "limit": -1})
		},
		"Conflict": func() (int, []byte) {
			return sendJSON(t, w.Desk, "serials/release", object{"serial": sale, "description": object{"kind": "trial", "products": servertest.Terms["products"]}})
		},
	} {
		status, answer := call()
		response := get(t, spec(), "components", "responses", name)
		example := get(t, response, "content", "application/json", "example")
		require.JSONEq(t, string(mustJSON(t, example)), string(answer), "%s, %d", name, status)
		fits(t, name, get(t, response, "content", "application/json", "schema"), asJSON(t, example))
	}
}

func sendJSON(t *testing.T, c *servertest.Caller, path string, body any) (int, []byte) {
	t.Helper()
	return c.Send(http.MethodPost, path, mustJSON(t, body), "Content-Type", "application/json")
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

// The examples of schemas fit them.
func TestSchemaExamples(t *testing.T) {
	t.Parallel()
	n := 0
	var walk func(where string, at any)
	walk = func(where string, at any) {
		switch v := at.(type) {
		case object:
			if list, has := v["examples"].([]any); has {
				for _, value := range list {
					n++
					fits(t, where, v, asJSON(t, value))
				}
			}
			for name, child := range v {
				walk(where+"/"+name, child)
			}
		case []any:
			for i, child := range v {
				walk(fmt.Sprint(where, "/", i), child)
			}
		}
	}
	walk("schemas", get(t, spec(), "components", "schemas"))
	require.Greater(t, n, 15)
}
