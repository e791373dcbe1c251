package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// enter has a product activate, which must work.
func enter(t testing.TB, c *activation.Client, key any) activation.Change {
	t.Helper()
	change, err := c.Enter(t.Context(), key.(string))
	require.NoError(t, err)
	return change
}

// reason returns the code of the reason in an error.
func reason(t testing.TB, err error) license.Code {
	t.Helper()
	var why *license.Reason
	require.ErrorAs(t, err, &why)
	return why.Code
}

// What was sold can be activated as often as it was sold, and the desk sees it.
func TestSellAndActivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := w.Desk.Sell(object{"limit": 2, "scheme": "workstation", "order": "7", "customer": "Ödland", "contact": "help@acme.example"})
	require.Equal(t, "orders", sale["actor"])
	require.Equal(t, "board+cpu~+disk~+mac~/2", sale["scheme"])
	for _, machine := range []string{"one", "two"} {
		c := w.Client(machine)
		enter(t, c, sale["serial"])
		require.True(t, c.Allows("draw"))
	}
	_, err := w.Client("three").Enter(t.Context(), sale["serial"].(string))
	require.Equal(t, license.ActivationLimit, reason(t, err))
	seen := w.Read.OK("serials/get", object{"serial": sale["serial"]})
	require.EqualValues(t, 2, seen["used"])
	require.Len(t, w.Read.OK("serials/activations", object{"serial": sale["serial"]})["activations"], 2)
}

// A thousand of different sizes, in one call each.
func TestQuantities(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[any]bool{}
	for _, pack := range []struct{ count, limit int }{{50, 1}, {10, 3}, {5, 5}, {1000, 1}} {
		made := w.Desk.OK("serials", object{"count": pack.count, "limit": pack.limit, "description": servertest.Terms})["serials"].([]any)
		require.Len(t, made, pack.count)
		for _, one := range made {
			require.EqualValues(t, pack.limit, one.(object)["limit"])
			seen[one.(object)["serial"]] = true
		}
	}
	require.Len(t, seen, 1065)
}

// Calls that make no sense are refused, and sell nothing.
func TestCreateRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for code, call := range map[string]object{
		"limit":     {"limit": -1},
		"count":     {"count": 1001},
		"transfers": {"transfers": -1},
		"span":      {"lease_seconds": -1},
		"scheme":    {"scheme": "no scheme"},
		"count_by":  {"count_by": "core"},
		"too_long":  {"customer": strings.Repeat("x", 2000)},
		"grace":     {"grace_seconds": 60}, // without a lease
		"terms":     {"licenses": []string{"x"}},
	} {
		call["description"] = servertest.Terms
		w.Desk.Refused(http.StatusUnprocessableEntity, code, "serials", call)
	}
	w.Desk.Refused(http.StatusConflict, "other_product", "serials", object{"description": servertest.Terms, "product": "acme-cam"})
	trial := object{"kind": "trial", "products": servertest.Terms["products"]}
	w.Desk.Refused(http.StatusUnprocessableEntity, "pending", "serials", object{"description": trial, "pending": true})
	require.Empty(t, w.Desk.OK("serials/search", object{})["serials"])
}

// What is likely a mistake of the call itself is warned of, or refused.
func TestMistakesOfTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	warned := func(call object) (codes []any) {
		call["description"] = servertest.Terms
		warnings, _ := w.Desk.OK("serials", call)["warnings"].([]any)
		for _, one := range warnings {
			codes = append(codes, one.(object)["code"])
		}
		return codes
	}
	require.Empty(t, warned(object{}))
	require.Equal(t, []any{"no_end"}, warned(object{"trial": true}))
	require.Equal(t, []any{"contact"}, warned(object{"contact": "the desk"}))
	for _, member := range []string{"count", "limit"} {
		why := w.Desk.Refused(http.StatusUnprocessableEntity, "zero", "serials", object{member: 0, "description": servertest.Terms})
		require.Contains(t, why["message"], member)
		require.NotEmpty(t, why["remedy"])
	}
	why := w.Desk.Refused(http.StatusUnprocessableEntity, "unknown_name", "serials",
		object{"description": object{"products": object{"acme-cda": object{"features": object{"darw": ""}}}}})
	require.Equal(t, `There is no product "acme-cda" in catalogue.json: did you mean "acme-cad"?`, why["message"])
	require.Len(t, why["findings"], 1, "the feature is not to blame")
}

// An edition of the catalogue is sold by its name, and what the call says adds to it.
func TestEditionOfCatalogue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := w.Desk.Sell(object{"description": object{"products": object{"acme-cad": object{"edition": "pro", "features": object{"render": ""}}}}})
	c := w.Client("one")
	enter(t, c, sale["serial"])
	for _, feature := range []string{"draw", "export", "render"} {
		require.True(t, c.Allows(feature), feature)
	}
	require.False(t, c.Allows("print"))
	light := object{"rewrite": true, "products": object{"acme-cad": object{"edition": "Standard"}}}
	w.Desk.OK("updates", object{"serial": sale["serial"], "description": light, "submit": true})
	_, err := c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.False(t, c.Allows("export"))
	delete(light, "rewrite")
	why := w.Desk.Refused(http.StatusUnprocessableEntity, "description", "updates", object{"serial": sale["serial"], "description": light})
	require.Contains(t, why["message"], "which sets the terms of a product")
}

// A description says itself by which scheme machines are bound, or the call does.
func TestSchemeOfDescription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	with := func(scheme string) object {
		return object{"products": servertest.Terms["products"], "needs_receipt": true, "scheme": scheme}
	}
	sale := w.Desk.Sell(object{"description": with("machine")})
	require.Equal(t, "machine", sale["scheme"])
	w.Desk.Refused(http.StatusUnprocessableEntity, "scheme", "serials", object{"description": with("machine"), "scheme": "machine"})
	why := w.Desk.Refused(http.StatusUnprocessableEntity, "scheme", "serials", object{"description": with("workstatoin")})
	require.Contains(t, why["message"], `did you mean "workstation"?`)
	replaced := w.Desk.OK("serials/replace", object{"serial": sale["serial"], "description": with("workstation")})
	require.Equal(t, "board+cpu~+disk~+mac~/2", replaced["scheme"])
}

// What is wrong with a description is said in words of JSON.
func TestAdviceOnDescription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	for remedy, d := range map[string]object{
		`"rewrite": true`:       servertest.Update("draw", "runs=5"),
		`"kind": "full"`:        {"whole_license": true},
		`"products"`:            {},
		`"include_notes": true`: {"comment": "for Ada", "products": servertest.Terms["products"]},
	} {
		for _, path := range []string{"updates", "updates/preview"} {
			why := w.Desk.Refused(http.StatusUnprocessableEntity, "description", path, object{"serial": serial, "description": d})
			require.Contains(t, why["remedy"], remedy)
			require.NotContains(t, why["message"], "--")
		}
	}
	update := object{"rewrite": true, "products": servertest.Terms["products"]}
	why := w.Desk.Refused(http.StatusUnprocessableEntity, "description", "serials", object{"description": update})
	require.Equal(t, "A licence has no rewrite: this describes an update.", why["message"])
}

// Row 0.5: any form in which somebody types a serial number finds the sale.
func TestSeed000(t *testing.T) {
	t.Parallel()
	t.Run("0.5_search", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.Desk.Sell(nil)
		serial := w.Desk.Sell(nil)["serial"].(string)
		another := func(at int) string { // with another symbol there
			other := byte('A')
			if serial[at] == other {
				other = 'B'
			}
			return serial[:at] + string(other) + serial[at+1:]
		}
		one := another(7)
		two := another(7)[:13] + another(13)[13:]
		for form, corrected := range map[string]int{
			serial: 0, strings.ToLower(serial): 0, strings.ReplaceAll(serial, "-", " "): 0, strings.ReplaceAll(serial, "-", ""): 0,
			"  " + serial + "\r\n": 0, strings.ReplaceAll(serial, "-", "–"): 0, one: 1, two: 2,
		} {
			found := w.Read.OK("serials/get", object{"serial": form})
			require.Equal(t, serial, found["serial"], "%q", form)
			said, _ := found["corrections"].([]any)
			require.Len(t, said, corrected, "%q", form)
		}
		three := two[:19] + another(19)[19:]
		for _, form := range []string{three, serial[:20], "nonsense", "", strings.Repeat("A", 4000)} {
			why := w.Read.Refused(http.StatusUnprocessableEntity, "mistyped", "serials/get", object{"serial": form})
			require.NotContains(t, why["message"], "-")
		}
		key, err := keyfmt.NewRequest(12345678)
		require.NoError(t, err)
		w.Read.Refused(http.StatusUnprocessableEntity, "key_of_other_kind", "serials/get", object{"serial": key.Text()})
		elsewhere, err := keyfmt.Generate(keyfmt.Serial, nil)
		require.NoError(t, err)
		w.Read.Refused(http.StatusNotFound, "unknown", "serials/get", object{"serial": elsewhere.Text()})
	})
	t.Run("0.15_new_product", newProduct)
	t.Run("0.16_same_scheme", sameScheme)
	t.Run("0.19_submit_order", submitOrder)
	t.Run("0.6_obtaining_period_default", obtainingDefault)
	t.Run("0.7_obtaining_period_over", obtainingOver)
}

// With a lost answer, the call is made again and nothing is sold twice.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := object{"count": 3, "order": "7", "request_keys": true, "description": servertest.Terms}
	status, first := w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", "one")
	require.Equal(t, http.StatusCreated, status)
	status, again := w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", "one")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, first, again)
	call["count"] = 4
	status, _ = w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", "one")
	require.Equal(t, http.StatusConflict, status)
	status, _ = w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", strings.Repeat("x", 201))
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Len(t, w.Desk.OK("serials/search", object{"order": "7"})["serials"], 3)
	status, _ = w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", "two")
	require.Equal(t, http.StatusCreated, status)
}

// Many who make the same call at once sell once.
func TestIdempotencyKeyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := object{"count": 2, "request_keys": true, "description": servertest.Terms}
	answers := make(chan int, 8)
	for range cap(answers) {
		go func() {
			status, _ := w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", "one")
			answers <- status
		}()
	}
	for range cap(answers) {
		require.Contains(t, []int{http.StatusOK, http.StatusCreated}, <-answers)
	}
	require.Len(t, w.Desk.OK("serials/search", object{})["serials"], 2)
}

// Lists go on where they ended.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Desk.OK("serials", object{"count": 5, "customer": "Acme", "order": "7", "description": servertest.Terms})
	w.Desk.OK("serials", object{"count": 2, "customer": "Acme", "order": "8", "description": servertest.Terms})
	w.Desk.OK("serials", object{"count": 2, "customer": "Bolt", "order": "9", "description": servertest.Terms})
	page := func(call object) (serials []any) {
		after := ""
		for {
			call["after"] = after
			answer := w.Read.OK("serials/search", call)
			for _, one := range answer["serials"].([]any) {
				serials = append(serials, one.(object)["serial"])
				require.NotContains(t, one, "license")
			}
			next, more := answer["next"].(string)
			if !more {
				return serials
			}
			after = next
		}
	}
	require.Len(t, page(object{"limit": 2}), 9)
	require.Len(t, page(object{"limit": 7, "customer": "Acme"}), 7)
	require.Len(t, page(object{"limit": 1, "customer": "Acme", "order": "8"}), 2)
	require.Len(t, page(object{"limit": 1000, "product": servertest.Product}), 9)
	require.Empty(t, page(object{"product": "acme-cam"}))
	for _, limit := range []int{-1, 1001} {
		w.Read.Refused(http.StatusUnprocessableEntity, "limit", "serials/search", object{"limit": limit})
	}
	w.Read.Refused(http.StatusUnprocessableEntity, "mistyped", "serials/search", object{"after": "x"})

	serial := w.Desk.Sell(object{"limit": 3})["serial"]
	for _, machine := range []string{"one", "two", "three"} {
		enter(t, w.Client(machine), serial)
	}
	first := w.Read.OK("serials/activations", object{"serial": serial, "limit": 2})
	require.Len(t, first["activations"], 2)
	second := w.Read.OK("serials/activations", object{"serial": serial, "limit": 2, "after": first["next"]})
	require.Len(t, second["activations"], 1)
	require.NotContains(t, second, "next")
	events := w.Read.OK("serials/history", object{"serial": serial, "limit": 3})
	require.Len(t, events["events"], 3)
	events = w.Read.OK("serials/history", object{"serial": serial, "limit": 3, "after": events["next"]})
	require.Len(t, events["events"], 1)
	require.NotContains(t, events, "next")
}

// A server without the licence key sells what the back office has signed, and
// says that it signs nothing.
func TestBackOfficeSigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *serverapp.Config) { c.License = nil })
	_, status := w.Desk.Do(http.MethodGet, "status", nil)
	require.Equal(t, false, status["signs"])
	why := w.Desk.Refused(http.StatusConflict, "no_license_key", "serials", object{"description": servertest.Terms})
	require.Contains(t, why["remedy"], "back office")

	serial, document := w.signed(t, nil)
	sale := w.Desk.OK("serials", object{"licenses": []string{document}})["serials"].([]any)[0].(object)
	require.Equal(t, serial, sale["serial"])
	c := w.Client("one")
	enter(t, c, serial)
	require.True(t, c.Allows("draw"))
	w.Desk.Refused(http.StatusConflict, "exists", "serials", object{"licenses": []string{document}})
	w.Desk.Refused(http.StatusConflict, "no_license_key", "updates", object{"serial": serial, "description": servertest.Update("print", "")})
	w.Desk.Refused(http.StatusConflict, "no_license_key", "serials/replace", object{"serial": serial, "description": servertest.Terms})

	update, err := w.License.Update(&license.Update{
		ID: "U-1", Serial: license.Serial(serial), Sequence: 1, Issued: w.Clock.Now(),
		Products: []license.ProductChange{{ID: servertest.Product, Features: []license.FeatureChange{{ID: "print"}}}},
	})
	require.NoError(t, err)
	added := w.Desk.OK("updates", object{"serial": serial, "document": string(update), "submit": true})
	require.Equal(t, true, added["update"].(object)["submitted"])
	_, err = c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, c.Allows("print"))

	for code, edit := range map[string]func(*license.License){
		"refused": func(l *license.License) { l.NeedsReceipt = false },
		"serial":  func(l *license.License) { l.Serial = "S-1" },
	} {
		_, document := w.signed(t, edit)
		w.Desk.Refused(http.StatusUnprocessableEntity, code, "serials", object{"licenses": []string{document}})
	}
	stranger := servertest.NewKeys(t)
	document2, err := stranger.License.License(w.license(t))
	require.NoError(t, err)
	w.Desk.Refused(http.StatusUnprocessableEntity, "key_unknown", "serials", object{"licenses": []string{string(document2)}})
}

// Two requests with one period between them: only so many transfers.
func TestLeaseAndTransfers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := w.Desk.Sell(object{"transfers": 1, "period_seconds": 86400, "lease_seconds": 3600, "grace_seconds": 60, "trial": false})
	require.EqualValues(t, 86400, sale["period_seconds"])
	c := w.Client("one")
	enter(t, c, sale["serial"])
	w.Clock.Advance(30 * time.Minute)
	require.True(t, c.Allows("draw"))
	_, err := c.Deactivate(t.Context(), sale["license_id"].(string))
	require.NoError(t, err)
	given := w.Read.OK("serials/get", object{"serial": sale["serial"]})["given_up"]
	require.Equal(t, []any{"2026-03-10T12:30:00Z"}, given)
}

// A sale without a scheme counts machines, or installations where it says so.
func TestCountBy(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	documented(t, w.Desk)
	require.Equal(t, "machine", w.Desk.Sell(nil)["count_by"])
	for by, again := range map[string]bool{"machine": true, "installation": false} {
		sale := w.Desk.Sell(object{"count_by": by})
		require.Equal(t, by, sale["count_by"])
		for i, allowed := range []bool{true, again} {
			_, err := w.Client("one").Enter(t.Context(), sale["serial"].(string))
			require.Equal(t, allowed, err == nil, "%q, %d: %v", by, i, err)
		}
	}
	w.Desk.Refused(http.StatusUnprocessableEntity, "refused", "serials", object{"description": servertest.Terms, "count_by": "installation", "scheme": "desktop"})
}

// What a customer names finds the sale: the activation's id, the licence's, the
// licensee, the label of the machine.
func TestSearchByWhatCustomersName(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	documented(t, w.Desk, w.Read)
	sale := w.Desk.Sell(object{"description": object{
		"licensee": object{"name": "Ada Lovelace", "company": "Ödland & Söhne", "email": "ada@acme.example"}, "products": servertest.Terms["products"],
	}})
	w.Desk.Sell(object{"description": object{"licensee": object{"company": "Elsewhere"}, "products": servertest.Terms["products"]}})
	c := w.ClientWith("one", func(o *activation.Options) { o.Label = "Render node 3" })
	_, err := c.Enter(t.Context(), sale["serial"].(string))
	require.NoError(t, err)
	id := c.Status().Licenses[0].Activation.ID
	found := func(by object) (serials []string) {
		for _, s := range w.Read.OK("serials/search", by)["serials"].([]any) {
			serials = append(serials, s.(object)["serial"].(string))
		}
		return serials
	}
	for _, by := range []object{
		{"activation": id}, {"activation": " " + strings.ToUpper(id)}, {"license": sale["license_id"]}, {"licensee": "ada love"},
		{"licensee": "ÖDLAND"}, {"licensee": "acme.ex"}, {"label": "node 3"}, {"licensee": "ada", "label": "RENDER", "product": servertest.Product},
	} {
		require.Equal(t, []string{sale["serial"].(string)}, found(by), "%v", by)
	}
	require.Empty(t, found(object{"licensee": "ada", "label": "nothing"}))
	require.Empty(t, found(object{"activation": "A-none"}))
	w.Read.Refused(http.StatusUnprocessableEntity, "search", "serials/search", object{"label": " \t"})

	one := object{"serial": sale["serial"], "activation": id}
	w.Desk.OK("serials/label", object{"serial": sale["serial"], "activation": id, "label": "Büro 2"})
	list := w.Read.OK("serials/activations", object{"serial": sale["serial"]})["activations"].([]any)
	require.Equal(t, "Büro 2", list[0].(object)["label"])
	require.Equal(t, []string{sale["serial"].(string)}, found(object{"label": "büro"}))
	w.Desk.Refused(http.StatusUnprocessableEntity, "label", "serials/label", object{"serial": sale["serial"], "activation": id, "label": "a\tb"})
	w.Desk.Refused(http.StatusNotFound, "unknown", "serials/label", object{"serial": sale["serial"], "activation": "A-none", "label": "x"})
	one["label"] = ""
	require.NotContains(t, w.Desk.OK("serials/label", one), "label")
	require.Empty(t, found(object{"label": "büro"}))
}
