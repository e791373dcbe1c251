package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/server/store"
)

// A route is one call of the API, with the role that it takes.
type route struct {
	method, path string     // the path below Prefix
	role         store.Role // public for everybody
	do           func(*call) (any, error)
}

// public is the role of what everybody may see, without a token.
const public store.Role = ""

func (r route) pattern() string { return r.method + " " + Prefix + r.path }

// routes is the whole API.
func (a *API) routes() []route {
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	return []route{
		{get, "status", store.Read, a.status},
		{get, "openapi.yaml", public, a.openAPI},

		{post, "serials", store.Desk, a.create},
		{post, "serials/search", store.Read, a.search},
		{post, "serials/get", store.Read, a.get},
		{post, "serials/activations", store.Read, a.activations},
		{post, "serials/history", store.Read, a.history},
		{post, "serials/block", store.Desk, a.each(a.server.Block)},
		{post, "serials/unblock", store.Desk, a.each(a.server.Unblock)},
		{post, "serials/cancel", store.Desk, a.each(a.server.Cancel)},
		{post, "serials/hold-payment", store.Desk, a.each(a.server.HoldPayment)},
		{post, "serials/record-payment", store.Desk, a.each(a.server.RecordPayment)},
		{post, "serials/limit", store.Desk, a.limit},
		{post, "serials/release", store.Desk, a.release},
		{post, "serials/replace", store.Desk, a.replace},
		{post, "serials/free", store.Desk, a.oneActivation(a.server.Free)},
		{post, "serials/label", store.Desk, a.setLabel},
		{post, "serials/forgive-clone", store.Desk, a.oneActivation(a.server.ForgiveClone)},

		{post, "request-keys/get", store.Read, a.getByRequestKey},
		{post, "request-keys/release", store.Desk, a.releaseByRequestKey},

		{post, "updates", store.Desk, a.addUpdate},
		{post, "updates/preview", store.Read, a.previewUpdate},
		{post, "updates/list", store.Read, a.listUpdates},
		{post, "updates/submit", store.Desk, a.oneUpdate(a.server.Submit)},
		{post, "updates/withdraw", store.Desk, a.oneUpdate(a.server.Withdraw)},

		{get, "orders/{number}", store.Read, a.order},
		{put, "orders/{number}", store.Desk, a.setOrder},
	}
}

// Discovery lists the paths outside Prefix at which the API's document is found
// by those who know nothing but the host.
var Discovery = []string{"/openapi.yaml", "/.well-known/api-catalog"}

// discovery is what answers there: the document, and the catalogue of RFC 9727
// that names it.
func (a *API) discovery() []route {
	return []route{
		{path: Discovery[0], role: public, do: a.openAPI},
		{path: Discovery[1], role: public, do: a.catalog},
	}
}

// mux returns what answers all routes, and says so of the rest in JSON as well.
func (a *API) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range a.routes() {
		mux.HandleFunc(r.pattern(), a.handle(r))
	}
	for _, r := range a.discovery() {
		mux.HandleFunc("GET "+r.path, a.handle(r))
	}
	mux.HandleFunc(Prefix, a.handle(route{role: store.Read, do: func(c *call) (any, error) { return nil, nowhere(mux, c) }}))
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusForbidden, problemAnswer{problem{Code: "cross_origin", Message: "A page of another site sent this call, so it was refused."}})
	}))
	return secured(protection.Handler(mux))
}

// nowhere answers what has no route: 405 if another method has one.
func nowhere(mux *http.ServeMux, c *call) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
		other := c.request.Clone(c.request.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return &problem{status: http.StatusNotFound, Code: "no_route", Message: "The API has no such route.", Remedy: "See " + Prefix + "openapi.yaml."}
	}
	slices.Sort(allowed)
	c.header.Set("Allow", strings.Join(allowed, ", "))
	return &problem{status: http.StatusMethodNotAllowed, Code: "method", Message: "The method is not one of this route: use " + strings.Join(allowed, " or ") + "."}
}

// secured sets what keeps browsers from making more of an answer than it is.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Link", "<"+Prefix+"openapi.yaml>; rel=\"service-desc\"; type=\"application/yaml\"")
		next.ServeHTTP(w, r)
	})
}
