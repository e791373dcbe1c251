package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/api"
	"github.com/latchkey-go/latchkey/examples/server/apiclient"
)

// Every route has a method of the typed client, and that has no other. Methods
// are called with empty values, by reflection, so that none is forgotten.
func TestClientHasEveryRoute(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[api.RouteInfo]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		path := strings.TrimPrefix(r.URL.Path, "/api/v1")
		if strings.HasPrefix(path, "/orders/") {
			path = "/orders/{number}"
		}
		asked[api.RouteInfo{Method: r.Method, Path: path}] = true
		_, _ = w.Write([]byte("{}"))
	}))
	defer s.Close()
	c, err := apiclient.New(apiclient.Options{URL: s.URL, Token: "latchkey_x"})
	require.NoError(t, err)
	for i := range reflect.TypeOf(c).NumMethod() {
		if name := reflect.TypeOf(c).Method(i).Name; name != "String" && name != "Format" {
			callWithZeros(t, name, reflect.ValueOf(c).Method(i))
		}
	}
	want := map[api.RouteInfo]bool{}
	for _, r := range api.RouteList() {
		want[api.RouteInfo{Method: r.Method, Path: r.Path}] = true
	}
	require.Equal(t, want, asked)
}

// callWithZeros calls a method, and goes through what it returns if that is a
// sequence.
func callWithZeros(t *testing.T, name string, method reflect.Value) {
	t.Helper()
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	kind := method.Type()
	for i := 1; i < kind.NumIn(); i++ {
		if kind.IsVariadic() && i == kind.NumIn()-1 {
			break
		}
		arguments = append(arguments, reflect.Zero(kind.In(i)))
	}
	results := method.Call(arguments)
	if len(results) == 1 { // a sequence of values and errors
		for _, err := range results[0].Seq2() {
			require.True(t, err.IsNil(), name)
		}
		return
	}
	require.True(t, results[1].IsNil(), "%s: %v", name, results[1])
}

// What the client sends and gets has the members that openapi.yaml has.
func TestClientTypes(t *testing.T) {
	t.Parallel()
	for schema, value := range map[string]any{
		"Status": apiclient.Status{}, "Creation": apiclient.Creation{}, "LicenseTerms": apiclient.LicenseTerms{}, "LicenseProduct": apiclient.LicenseProduct{},
		"Licensee": apiclient.Licensee{}, "UpdateTerms": apiclient.UpdateTerms{}, "UpdateProduct": apiclient.UpdateProduct{}, "Sale": apiclient.Sale{},
		"Sales": apiclient.SalePage{}, "UpdateView": apiclient.Update{}, "Preview": apiclient.Preview{}, "PreviewChange": apiclient.PreviewChange{},
		"Activation": apiclient.Activation{}, "Activations": apiclient.ActivationPage{}, "Installation": apiclient.Installation{}, "Used": apiclient.Used{},
		"Event": apiclient.Event{}, "History": apiclient.EventPage{}, "Order": apiclient.Order{}, "Search": apiclient.Search{}, "AddedUpdate": apiclient.AddedUpdate{},
		"ActivationsPage": apiclient.List[string]{}, "HistoryPage": apiclient.List[int64]{},
	} {
		want := map[string]bool{}
		for member := range get(t, spec(), "components", "schemas", schema, "properties").(object) {
			want[member] = true
		}
		got := map[string]bool{}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(value)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" && !f.Anonymous {
				got[name] = true
			}
		}
		require.Equal(t, want, got, schema)
	}
}
