package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A world is servertest.World with a back office.
type world struct{ *servertest.World }

// license returns terms with a new serial number, to be signed.
func (w world) license(t testing.TB) *license.License {
	t.Helper()
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(t, err)
	return &license.License{
		ID: "L-1", Serial: license.Serial(key.Rows()[0]), Kind: license.Full, Issued: w.Clock.Now(), NeedsReceipt: true,
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: servertest.Product, Features: []license.Feature{{ID: "draw"}}}},
	}
}

// signed returns a licence that the back office has signed.
func (w world) signed(t testing.TB, edit func(*license.License)) (serial, document string) {
	t.Helper()
	l := w.license(t)
	if edit != nil {
		edit(l)
	}
	text, err := w.World.License.License(l)
	require.NoError(t, err)
	return string(l.Serial), string(text)
}

// newWorld is servertest.New with every answer held against the document.
func newWorld(t testing.TB, edit ...func(*serverapp.Config)) world {
	t.Helper()
	w := servertest.New(t, edit...)
	documented(t, w.Desk, w.Read)
	return world{w}
}

func TestSeed002(t *testing.T) {
	t.Parallel()
	t.Run("2.9_serial_management", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		var serials []any
		for _, one := range w.Desk.OK("serials", object{"count": 3, "limit": 2, "lease_seconds": 86400, "description": servertest.Terms})["serials"].([]any) {
			serials = append(serials, one.(object)["serial"])
		}
		c := w.Client("one")
		enter(t, c, serials[0])
		enter(t, w.Client("two"), serials[0])

		blocked := w.Desk.OK("serials/block", object{"serials": serials, "why": "the invoice is open"})["serials"].([]any)
		require.Len(t, blocked, 3)
		_, err := c.CheckOnline(t.Context())
		require.Equal(t, license.LicenseBlocked, reason(t, err))
		require.False(t, c.Allows("draw"))
		_, err = w.Client("three").Enter(t.Context(), serials[1].(string))
		require.Equal(t, license.LicenseBlocked, reason(t, err))
		w.Desk.OK("serials/unblock", object{"serials": serials})
		_, err = c.CheckOnline(t.Context())
		require.NoError(t, err)
		require.True(t, c.Allows("draw"))

		why := w.Desk.Refused(http.StatusConflict, "refused", "serials/limit", object{"serials": serials, "limit": 1})
		require.Contains(t, why["message"], "2 machines have it activated")
		w.Desk.Refused(http.StatusUnprocessableEntity, "zero", "serials/limit", object{"serials": serials, "limit": 0})
		w.Desk.Refused(http.StatusUnprocessableEntity, "limit", "serials/limit", object{"serials": serials})
		raised := w.Desk.OK("serials/limit", object{"serials": serials, "limit": 3})["serials"].([]any)
		require.EqualValues(t, 3, raised[2].(object)["limit"])
		enter(t, w.Client("three"), serials[0])

		w.Desk.OK("serials/cancel", object{"serials": serials[:1], "why": "taken back"})
		_, err = c.CheckOnline(t.Context())
		require.Equal(t, license.OrderCancelled, reason(t, err))

		events := w.Read.OK("serials/history", object{"serial": serials[0]})["events"].([]any)
		var kinds []any
		for _, e := range events {
			kinds = append(kinds, e.(object)["kind"])
			if e.(object)["kind"] == "blocked" {
				require.Equal(t, "orders", e.(object)["actor"])
				require.Equal(t, "the invoice is open", e.(object)["detail"])
			}
		}
		require.Equal(t, []any{"sold", "activated", "activated", "blocked", "unblocked", "limit", "activated", "cancelled"}, kinds)
	})
	t.Run("2.4_statuses", orderStatuses)
	t.Run("2.7_order_by_link", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.Desk.OK("serials", object{"count": 2, "order": "2026/0815 ä", "description": servertest.Terms})
		status, order := w.Read.Do(http.MethodGet, "orders/2026%2F0815%20%C3%A4", nil)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, "2026/0815 ä", order["number"])
		require.Len(t, order["serials"], 2)
		require.NotContains(t, order, "status")
		status, _ = w.Read.Do(http.MethodGet, "orders/none", nil)
		require.Equal(t, http.StatusNotFound, status)
		status, _ = w.Read.Do(http.MethodGet, "orders/%00", nil)
		require.Equal(t, http.StatusUnprocessableEntity, status)
	})
}

// Row 2.4, as far as activation goes.
func orderStatuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(status string) (int, object) {
		return w.Desk.Do(http.MethodPut, "orders/7", object{"status": status})
	}
	code, answer := set("placed")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "orders", answer["actor"])
	call := object{"order": "7", "count": 3, "description": servertest.Terms}
	w.Desk.Refused(http.StatusConflict, "order_status", "serials", call)
	code, _ = set("invoiced")
	require.Equal(t, http.StatusOK, code)
	w.Desk.Refused(http.StatusConflict, "order_status", "serials", call)
	code, answer = set("placed")
	require.Equal(t, http.StatusConflict, code)
	require.Contains(t, answer["error"].(object)["remedy"], "done or cancelled")
	for range 2 {
		code, _ = set("done")
		require.Equal(t, http.StatusOK, code)
	}
	made := w.Desk.OK("serials", call)["serials"].([]any)
	other := w.Desk.Sell(object{"order": "8"})
	serial := made[0].(object)["serial"]
	c := w.Client("one")
	enter(t, c, serial)

	code, answer = set("cancelled")
	require.Equal(t, http.StatusOK, code)
	for _, one := range answer["serials"].([]any) {
		require.Equal(t, true, one.(object)["cancelled"])
	}
	_, err := w.Client("two").Enter(t.Context(), made[1].(object)["serial"].(string))
	require.Equal(t, license.OrderCancelled, reason(t, err))
	enter(t, w.Client("three"), other["serial"])
	for _, status := range []string{"placed", "invoiced", "done"} {
		code, _ = set(status)
		require.Equal(t, http.StatusConflict, code)
	}
	for _, status := range []string{"", "lost"} {
		code, _ = set(status)
		require.Equal(t, http.StatusUnprocessableEntity, code)
	}
	w.Desk.Refused(http.StatusConflict, "order_status", "serials", call)
}

// Nothing is changed of a list in which one is wrong.
func TestListsAreLookedUpFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	elsewhere, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(t, err)
	why := w.Desk.Refused(http.StatusNotFound, "unknown", "serials/block", object{"serials": []any{serial, elsewhere.Text()}})
	require.Contains(t, why["message"], "Serial number 2 of 2")
	w.Desk.Refused(http.StatusUnprocessableEntity, "mistyped", "serials/block", object{"serials": []any{serial, "x"}})
	w.Desk.Refused(http.StatusUnprocessableEntity, "serials", "serials/block", object{"serials": []any{}})
	w.Desk.Refused(http.StatusUnprocessableEntity, "control_character", "serials/block", object{"serials": []any{serial}, "why": "a\nb"})
	require.Equal(t, false, w.Read.OK("serials/get", object{"serial": serial})["blocked"])
}

// A held payment stops what is new, and its record lets it through.
func TestPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	c := w.Client("one")
	enter(t, c, serial)
	held := w.Desk.OK("serials/hold-payment", object{"serials": []any{serial}})
	require.Equal(t, true, held["serials"].([]any)[0].(object)["payment_hold"])
	w.Desk.OK("updates", object{"serial": serial, "description": servertest.Update("print", ""), "submit": true})
	_, _ = c.CheckOnline(t.Context())
	require.False(t, c.Allows("print"))
	require.True(t, c.Allows("draw"))
	w.Desk.OK("serials/record-payment", object{"serials": []any{serial}})
	_, err := c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, c.Allows("print"))
}

// Request key, provisional licence, release, final licence.
func TestRequestKeyAndRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := w.Desk.Sell(object{"request_keys": true, "pending": true})
	require.Equal(t, true, sale["pending"])
	c := w.Client("one")
	enter(t, c, sale["request_key"])
	require.Equal(t, license.StateProvisional, c.Status().State)
	seen := w.Read.OK("request-keys/get", object{"request_key": sale["request_key"]})
	require.Equal(t, sale["serial"], seen["serial"])
	w.Read.Refused(http.StatusUnprocessableEntity, "mistyped", "request-keys/get", object{"request_key": "1234567890"})
	w.Read.Refused(http.StatusUnprocessableEntity, "key_of_other_kind", "request-keys/get", object{"request_key": sale["serial"]})
	unknown, err := keyfmt.NewRequest(1)
	require.NoError(t, err)
	w.Read.Refused(http.StatusNotFound, "unknown", "request-keys/get", object{"request_key": unknown.Text()})

	provisional := object{"kind": "provisional", "window": "activation=3m", "products": servertest.Terms["products"]}
	w.Desk.Refused(http.StatusConflict, "refused", "request-keys/release", object{"request_key": sale["request_key"], "description": provisional})
	w.Desk.Refused(http.StatusUnprocessableEntity, "terms", "request-keys/release", object{"request_key": sale["request_key"]})
	released := w.Desk.OK("request-keys/release", object{"request_key": sale["request_key"], "description": servertest.Terms})
	require.Equal(t, false, released["pending"])
	why := w.Desk.Refused(http.StatusConflict, "refused", "serials/release", object{"serial": sale["serial"], "description": servertest.Terms})
	require.Contains(t, why["message"], "The final licence is there already")
	w.Clock.Advance(72 * time.Hour)
	_, err = c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.Equal(t, license.StateActive, c.Status().State)
}

// Another licence takes the place of one, bound as that was.
func TestReplace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := w.Desk.Sell(object{"scheme": "workstation"})
	c := w.Client("one")
	enter(t, c, sale["serial"])
	terms := object{"licensee": object{"name": "Ada King"}, "products": object{servertest.Product: object{"features": object{"print": ""}}}}
	replaced := w.Desk.OK("serials/replace", object{"serial": sale["serial"], "description": terms})
	require.NotEqual(t, sale["license_id"], replaced["license_id"])
	require.Equal(t, sale["scheme"], replaced["scheme"])
	w.Clock.Advance(time.Hour)
	_, err := c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, c.Allows("print"))

	_, document := w.signed(t, nil) // of another serial number
	w.Desk.Refused(http.StatusConflict, "other_license", "serials/replace", object{"serial": sale["serial"], "license": document})
	w.Desk.Refused(http.StatusUnprocessableEntity, "terms", "serials/replace", object{"serial": sale["serial"], "license": document, "scheme": "vm"})
}

// A place of a machine that is gone is freed; a copy that was noticed is forgiven.
func TestActivations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	c := w.Client("one")
	enter(t, c, serial)
	list := w.Read.OK("serials/activations", object{"serial": serial})["activations"].([]any)
	one := list[0].(object)["id"]
	require.Equal(t, true, list[0].(object)["active"])
	freed := w.Desk.OK("serials/free", object{"serial": serial, "activation": one})
	require.Equal(t, false, freed["active"])
	enter(t, w.Client("two"), serial)
	w.Desk.OK("serials/forgive-clone", object{"serial": serial, "activation": one})
	for _, path := range []string{"serials/free", "serials/forgive-clone"} {
		w.Desk.Refused(http.StatusNotFound, "unknown", path, object{"serial": serial, "activation": "A-none"})
		w.Desk.Refused(http.StatusUnprocessableEntity, "activation", path, object{"serial": serial})
	}
}
