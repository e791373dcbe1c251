package api_test

import (
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/api"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

func TestThreat(t *testing.T) {
	t.Parallel()
	t.Run("B13_routes_are_authorised", routesAreAuthorised)
	t.Run("B13_cross_site", crossSite)
	t.Run("B14_sql_injection", hostileTexts)
}

// Every route, from the table that makes the mux, answers 401 without a token
// that counts, and 403 to one who may only read where it writes.
func routesAreAuthorised(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	revoked, err := w.Running.Store.AddToken(t.Context(), "former", store.Desk, w.Clock.Now())
	require.NoError(t, err)
	require.NoError(t, w.Running.Store.RevokeToken(t.Context(), "former", w.Clock.Now()))
	writing := 0
	for _, r := range api.RouteList() {
		if r.Role == "" {
			require.Equal(t, "/openapi.yaml", r.Path, "everybody may see the document, and nothing else")
			continue
		}
		path := strings.Replace(r.Path[1:], "{number}", "7", 1)
		var body any
		if r.Method != http.MethodGet {
			body = object{}
		}
		for _, token := range []string{"", "latchkey_", "latchkey_wrong", w.Desk.Token + "x", w.Desk.Token[1:], revoked} {
			c := servertest.NewCaller(t, w.Running.URL, token)
			documented(t, c)
			status, answer := c.Do(r.Method, path, body)
			require.Equal(t, http.StatusUnauthorized, status, "%s %s", r.Method, r.Path)
			require.Equal(t, "token", answer["error"].(object)["code"])
		}
		status, _ := w.Read.Do(r.Method, path, body)
		if r.Role == string(store.Desk) {
			writing++
			require.Equal(t, http.StatusForbidden, status, "%s %s", r.Method, r.Path)
		} else {
			require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, status, "%s %s", r.Method, r.Path)
		}
	}
	require.Greater(t, writing, 10)
}

// What has no route is nobody's business either, and says so in JSON.
func TestNoRoute(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, path := range []string{"", "nothing", "serials/x", "serials/", "orders/"} {
		stranger := servertest.NewCaller(t, w.Running.URL, "")
		status, _ := stranger.Do(http.MethodPost, path, object{})
		require.Equal(t, http.StatusUnauthorized, status, path)
		status, answer := w.Desk.Do(http.MethodPost, path, object{})
		require.Equal(t, http.StatusNotFound, status, path)
		require.Equal(t, "no_route", answer["error"].(object)["code"])
	}
	status, answer := w.Desk.Do(http.MethodDelete, "orders/7", nil)
	require.Equal(t, http.StatusMethodNotAllowed, status)
	require.Contains(t, answer["error"].(object)["message"], "GET or PUT")
}

// A page of another site cannot call, whatever it knows.
func crossSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status, answer := w.Desk.Do(http.MethodPost, "serials", object{"description": servertest.Terms}, "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, status)
	require.Equal(t, "cross_origin", answer["error"].(object)["code"])
	require.Empty(t, w.Desk.OK("serials/search", object{})["serials"])
}

// What would be a statement in a database is a text here.
func hostileTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *serverapp.Config) { c.Database = filepath.Join(t.TempDir(), "latchkey.db") })
	for _, text := range []string{`'"; DROP TABLE sales; --`, `%_\`, `' OR 1=1 --`, "$1 ? :a"} {
		sale := w.Desk.Sell(object{"order": text, "customer": text})
		for _, f := range []object{{"order": text}, {"customer": text}} {
			found := w.Read.OK("serials/search", f)["serials"].([]any)
			require.Len(t, found, 1, "%q", text)
			require.Equal(t, sale["serial"], found[0].(object)["serial"])
		}
		status, order := w.Desk.Do(http.MethodPut, "orders/"+url.PathEscape(text), object{"status": "done"})
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, text, order["number"])
		w.Desk.OK("serials/block", object{"serials": []any{sale["serial"]}, "why": text})
		status, _ = w.Desk.Do(http.MethodPost, "serials", object{"description": servertest.Terms}, "Idempotency-Key", strings.ToValidUTF8(text[:1], "x"))
		require.Contains(t, []int{http.StatusOK, http.StatusCreated}, status)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, path := range []string{"status", "nothing"} {
		response, err := http.Get(w.Running.URL + "/api/v1/" + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
		require.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, `Bearer realm="latchkey"`, response.Header.Get("WWW-Authenticate"))
	}
}

// Bodies are read strictly, and what is refused changes nothing.
func TestStrictJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const json = "application/json"
	for _, test := range []struct {
		body, kind string
		status     int
		code       string
	}{
		{`{"count":1}`, "text/plain", 415, "content_type"},
		{`{"count":1}`, "", 415, "content_type"},
		{``, json, 400, "json"},
		{`{`, json, 400, "json"},
		{`[]`, json, 400, "json"},
		{`{"count":"1"}`, json, 400, "json"},
		{`{"count":1,"count":2}`, json, 400, "json"},
		{`{"Count":1}`, json, 400, "json"},
		{`{"kount":1}`, json, 400, "json"},
		{`{"count":1}{}`, json, 400, "json"},
		{`{"description":{"kind":"full","kind":"test"}}`, json, 400, "json"},
		{strings.Repeat("[", 1<<20), json, 400, "json"},
		{`{"order":"` + strings.Repeat("x", 9<<20) + `"}`, json, 413, "too_large"},
		{`{}`, json, 422, "terms"},
		{`null`, json, 422, "terms"},
		{`{"description":{"products":{}}}`, json, 422, "description"},
		{`{"description":{"Kind":"full","nonsense":1}}`, json, 422, "description"},
		{`{"description":{"products":{"acme-cad":{"features":{"draw":"until=never"}}}}}`, json, 422, "description"},
		{`{"description":{"products":{"acme cad":{"features":{"draw":""}}}}}`, json, 422, "description"},
		{`{"description":{"products":{"acme-cad":{"features":["draw"]}}}}`, json, 422, "description"},
		{`{"description":{"comment":"an update","products":{"acme-cad":{}}}}`, json, 422, "description"},
		{`{"description":null}`, json, 422, "description"},
		{`{"licenses":["nonsense"]}`, json, 422, "not_document"},
	} {
		headers := []string{"Content-Type", test.kind}
		status, text := w.Desk.Send(http.MethodPost, "serials", []byte(test.body), headers...)
		name := test.body[:min(len(test.body), 60)]
		require.Equal(t, test.status, status, "%s: %s", name, text)
		require.Equal(t, test.code, decoded(t, text).(object)["error"].(object)["code"], "%s: %s", name, text)
	}
	require.Empty(t, w.Desk.OK("serials/search", object{})["serials"])
}

// The document is there for everybody, where the API says it is and where those
// look who know the host alone. No page of another site gets more of it.
func TestDocumentIsPublic(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, func(c *serverapp.Config) { c.AdminListen = "127.0.0.1:0" })
	get := func(base, path string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		require.NoError(t, err)
		r.Header.Set("Origin", "https://elsewhere.example")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Empty(t, answer.Header.Get("Access-Control-Allow-Origin"))
		return answer, string(text)
	}
	for _, path := range []string{"/api/v1/openapi.yaml", "/openapi.yaml"} {
		answer, text := get(w.Running.AdminURL, path)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.Equal(t, "application/yaml", answer.Header.Get("Content-Type"))
		require.Equal(t, string(api.Document), text)
		answer, _ = get(w.Running.URL, path)
		require.Equal(t, http.StatusNotFound, answer.StatusCode, "customers have no API")
	}
	_, text := get(w.Running.AdminURL, "/.well-known/api-catalog")
	require.JSONEq(t, `{"linkset":[{"anchor":"/api/v1/","service-desc":[{"href":"/api/v1/openapi.yaml","type":"application/yaml"}]}]}`, text)
	answer, _ := get(w.Running.AdminURL, "/api/v1/status")
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	require.Equal(t, `</api/v1/openapi.yaml>; rel="service-desc"; type="application/yaml"`, answer.Header.Get("Link"))
}
