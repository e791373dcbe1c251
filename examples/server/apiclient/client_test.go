package apiclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/server/apiclient"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
)

var terms = &apiclient.LicenseTerms{
	Licensee: &apiclient.Licensee{Name: "Ada Lovelace"},
	Products: map[string]apiclient.LicenseProduct{servertest.Product: {Features: map[string]string{"draw": ""}}},
}

// A day at the desk: everything that the API does, through the client.
func TestDesk(t *testing.T) {
	t.Parallel()
	w, ctx := servertest.New(t), t.Context()
	c := w.Desk.API()
	status, err := c.Status(ctx)
	require.NoError(t, err)
	require.Equal(t, "acme", status.Vendor)
	require.Equal(t, "desk", status.Role)
	document, err := c.Document(ctx)
	require.NoError(t, err)
	require.Contains(t, string(document), "openapi: 3.1.0")

	sold, err := c.Sell(ctx, apiclient.Creation{Count: 2, Limit: 2, Order: "2026/0815", RequestKeys: true, Pending: true, Description: terms})
	require.NoError(t, err)
	require.Len(t, sold.Sales, 2)
	require.False(t, sold.Repeated)
	require.Equal(t, servertest.Noon, sold.Sales[0].Created)
	first, second := sold.Sales[0], sold.Sales[1]

	product := w.ClientWith("one", func(o *activation.Options) { o.Label = "render node 3" })
	_, err = product.Enter(ctx, first.Serial)
	require.NoError(t, err)
	id := product.Status().Licenses[0].Activation.ID

	sale, err := c.Sale(ctx, strings.ToLower(first.Serial))
	require.NoError(t, err)
	require.EqualValues(t, 1, sale.Used)
	require.True(t, sale.Pending)
	sale, err = c.SaleByRequestKey(ctx, second.RequestKey)
	require.NoError(t, err)
	require.Equal(t, second.Serial, sale.Serial)

	for by, want := range map[apiclient.Search]int{{}: 2, {Activation: id}: 1, {Licensee: "ada lov"}: 2, {Label: "node 3"}: 1, {Licensee: "ada", Limit: 1}: 2, {License: first.LicenseID}: 1, {Label: "none"}: 0} {
		n := 0
		for sale, err := range c.Search(ctx, by) {
			require.NoError(t, err)
			require.Equal(t, "Ada Lovelace", sale.Licensee.Name)
			n++
		}
		require.Equal(t, want, n, "%+v", by)
	}

	full := *terms
	full.Products = map[string]apiclient.LicenseProduct{servertest.Product: {Features: map[string]string{"draw": "", "render": "runs=10"}}}
	sale, err = c.Release(ctx, first.Serial, apiclient.Replacement{Description: &full})
	require.NoError(t, err)
	require.False(t, sale.Pending)
	_, err = c.ReleaseByRequestKey(ctx, second.RequestKey, apiclient.Replacement{Description: &full})
	require.NoError(t, err)
	w.Clock.Advance(time.Minute)
	_, err = c.Replace(ctx, second.Serial, apiclient.Replacement{Description: &full, Scheme: "desktop"})
	require.NoError(t, err)

	more := apiclient.NewUpdate{Description: &apiclient.UpdateTerms{Products: map[string]apiclient.UpdateProduct{servertest.Product: {Features: map[string]string{"render": "runs=+5"}}}}}
	preview, err := c.PreviewUpdate(ctx, first.Serial, more)
	require.NoError(t, err)
	require.True(t, preview.Changed)
	added, err := c.AddUpdate(ctx, first.Serial, more)
	require.NoError(t, err)
	require.Equal(t, preview.Changes, added.Preview.Changes)
	updates, err := c.WithdrawUpdate(ctx, first.Serial, added.Update.ID)
	require.NoError(t, err)
	require.Empty(t, updates)
	added, err = c.AddUpdate(ctx, first.Serial, more)
	require.NoError(t, err)
	updates, err = c.SubmitUpdate(ctx, first.Serial, added.Update.ID)
	require.NoError(t, err)
	require.True(t, updates[0].Submitted)
	updates, err = c.Updates(ctx, first.Serial)
	require.NoError(t, err)
	require.Contains(t, updates[0].Document, "BEGIN LATCHKEY UPDATE")

	for name, do := range map[string]func(context.Context, string, ...string) ([]apiclient.Sale, error){
		"1 block": c.Block, "2 unblock": c.Unblock, "3 hold": c.HoldPayment, "4 record": c.RecordPayment,
	} {
		_, err := do(ctx, "a test", first.Serial, second.Serial)
		require.NoError(t, err, name)
	}
	changed, err := c.SetLimit(ctx, 7, first.Serial)
	require.NoError(t, err)
	require.EqualValues(t, 7, changed[0].Limit)

	a, err := c.SetLabel(ctx, first.Serial, id, "")
	require.NoError(t, err)
	require.Empty(t, a.Label)
	_, err = c.ForgiveClone(ctx, first.Serial, id)
	require.NoError(t, err)
	a, err = c.Free(ctx, first.Serial, id)
	require.NoError(t, err)
	require.False(t, a.Active)
	require.False(t, a.Ended.IsZero())
	for a, err := range c.Activations(ctx, first.Serial) {
		require.NoError(t, err)
		require.Equal(t, id, a.ID)
		require.Equal(t, "4.2.0", a.Installations[0].Version)
	}
	kinds := map[string]bool{}
	for e, err := range c.History(ctx, first.Serial) {
		require.NoError(t, err)
		kinds[e.Kind] = true
	}
	require.True(t, kinds["sold"] && kinds["activated"] && kinds["freed"] && kinds["label"], "%v", kinds)

	order, err := c.Order(ctx, "2026/0815")
	require.NoError(t, err)
	require.Len(t, order.Sales, 2)
	order, err = c.SetOrder(ctx, "2026/0815", "cancelled")
	require.NoError(t, err)
	require.Equal(t, "cancelled", order.Status)
	require.True(t, order.Sales[0].Cancelled)
	changed, err = c.Cancel(ctx, "", first.Serial)
	require.NoError(t, err)
	require.True(t, changed[0].Cancelled)
}

// A problem is typed, and holds no key.
func TestProblem(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	const serial = "SDHGQ-8RV8D-DJQJ8-35N3C-VQ8AW"
	_, err := w.Desk.API().Sale(t.Context(), serial)
	var p *apiclient.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, http.StatusNotFound, p.Status)
	require.Equal(t, "unknown", p.Code)
	require.NotEmpty(t, p.Message)
	require.NotEmpty(t, p.Remedy)
	require.Equal(t, p.Message+" "+p.Remedy, err.Error())
	_, err = w.Read.API().Sell(t.Context(), apiclient.Creation{Description: terms})
	require.ErrorAs(t, err, &p)
	require.Equal(t, "role", p.Code)
	for range w.Read.API().Search(t.Context(), apiclient.Search{Limit: 5000}) {
		break
	}
	n := 0
	for _, err := range w.Read.API().Search(t.Context(), apiclient.Search{Limit: 5000}) {
		require.ErrorAs(t, err, &p)
		n++
	}
	require.Equal(t, 1, n, "the first error ends it")
}

// Where an answer is lost, the sale is made once.
func TestSellOnce(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	lost := &losing{next: http.DefaultTransport, lose: 2}
	c, err := apiclient.New(apiclient.Options{URL: w.Running.AdminURL, Token: w.Desk.Token, HTTP: &http.Client{Transport: lost}})
	require.NoError(t, err)
	sold, err := c.Sell(t.Context(), apiclient.Creation{Description: terms})
	require.NoError(t, err)
	require.True(t, sold.Repeated)
	lost.lose = 3
	_, err = c.Sell(t.Context(), apiclient.Creation{IdempotencyKey: "mine", Description: terms})
	require.ErrorIs(t, err, errLost)
	sold, err = c.Sell(t.Context(), apiclient.Creation{IdempotencyKey: "mine", Description: terms})
	require.NoError(t, err)
	require.True(t, sold.Repeated)
	n := 0
	for range c.Search(t.Context(), apiclient.Search{}) {
		n++
	}
	require.Equal(t, 2, n)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Sell(ended, apiclient.Creation{Description: terms})
	require.ErrorIs(t, err, context.Canceled)
}

var errLost = errors.New("the answer was lost")

// losing loses the first answers.
type losing struct {
	next http.RoundTripper
	lose int
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(r)
	if l.lose > 0 && err == nil {
		l.lose--
		response.Body.Close()
		return nil, errLost
	}
	return response, err
}

// What answers in the API's place is no problem of it, and gets no token by a
// redirect.
func TestNotTheAPI(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { leaked.Store(true) }))
	defer elsewhere.Close()
	for path, handler := range map[string]http.HandlerFunc{
		"502": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			http.Error(w, "<html>bad gateway", http.StatusBadGateway)
		},
		"302": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"308": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusPermanentRedirect)
		},
	} {
		s := httptest.NewServer(handler)
		c, err := apiclient.New(apiclient.Options{URL: s.URL, Token: "latchkey_secret"})
		require.NoError(t, err)
		_, err = c.Sale(t.Context(), "x")
		var p *apiclient.Problem
		require.ErrorAs(t, err, &p)
		require.Empty(t, p.Code)
		require.Equal(t, path, fmt.Sprint(p.Status))
		require.Equal(t, path == "502", p.RetryAfter == 7*time.Second)
		s.Close()
	}
	require.False(t, leaked.Load())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }))
	defer s.Close()
	c, err := apiclient.New(apiclient.Options{URL: s.URL, Token: "latchkey_secret"})
	require.NoError(t, err)
	_, err = c.Status(t.Context())
	require.ErrorContains(t, err, "not what this API answers")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, c), "secret")
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"https://licenses.acme.example": true, "https://licenses.acme.example/": true, "http://127.0.0.1:8080": true, "http://localhost:8080": true, "http://[::1]:1": true,
		"": false, "licenses.acme.example": false, "ftp://x": false, "https://x/api/v1": false, "https://u:p@x": false, "https://x?y": false, "http://10.0.0.5:8080": false, "http://localhost.evil.example": false,
	} {
		_, err := apiclient.New(apiclient.Options{URL: url, Token: "t"})
		require.Equal(t, ok, err == nil, "%q: %v", url, err)
	}
	_, err := apiclient.New(apiclient.Options{URL: "http://10.0.0.5:8080", Token: "t", InsecureHTTP: true})
	require.NoError(t, err)
	for _, token := range []string{"", "two words", "line\n"} {
		_, err := apiclient.New(apiclient.Options{URL: "https://x", Token: token})
		require.ErrorContains(t, err, "Options.Token")
	}
}
