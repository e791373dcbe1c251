package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/license"
)

// Row 0.15: a product that an update adds is there after the next check.
func newProduct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	c := w.Client("one")
	enter(t, c, serial)
	added := w.Desk.OK("updates", object{
		"serial": serial, "submit": true,
		"description": object{"products": object{"acme-cam": object{"features": object{"mill": ""}}}},
	})
	preview := added["preview"].(object)
	require.Equal(t, true, preview["changed"])
	require.Contains(t, preview["changes"].([]any)[0].(object)["text"], "acme-cam")
	sale := w.Read.OK("serials/get", object{"serial": serial})
	require.Equal(t, []any{"acme-cam"}, sale["also"])
	change, err := c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, change.Changed)
	_, has := c.Status().Licenses[0].Terms.Product("acme-cam")
	require.True(t, has)
}

// Row 0.16: a product that needs another binding scheme is another order.
func sameScheme(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(object{"scheme": "workstation"})["serial"]
	before := w.Read.OK("serials/get", object{"serial": serial})
	with := func(scheme string) object {
		return object{"serial": serial, "description": object{"products": object{"acme-cam": object{"scheme": scheme, "features": object{"mill": ""}}}}}
	}
	for _, path := range []string{"updates", "updates/preview"} {
		why := w.Desk.Refused(http.StatusConflict, "other_scheme", path, with("server"))
		require.Contains(t, why["message"], "binding scheme")
	}
	require.Equal(t, before, w.Read.OK("serials/get", object{"serial": serial}))

	signed, err := w.License.Update(&license.Update{
		ID: "U-1", Serial: license.Serial(serial.(string)), Sequence: 1, Issued: w.Clock.Now(),
		Products: []license.ProductChange{{ID: "acme-cam", Scheme: "machine", Features: []license.FeatureChange{{ID: "mill"}}}},
	})
	require.NoError(t, err)
	w.Desk.Refused(http.StatusConflict, "other_scheme", "updates", object{"serial": serial, "document": string(signed)})
	require.Equal(t, before, w.Read.OK("serials/get", object{"serial": serial}))
	w.Desk.OK("updates", with("workstation"))
}

// Row 0.19: a draft reaches nobody, and what was submitted everybody.
func submitOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	c := w.Client("one")
	enter(t, c, serial)
	first := w.Desk.OK("updates", object{"serial": serial, "description": servertest.Update("print", "")})["update"].(object)
	second := w.Desk.OK("updates", object{"serial": serial, "description": servertest.Update("export", "")})["update"].(object)
	require.EqualValues(t, 1, first["sequence"])
	require.EqualValues(t, 2, second["sequence"])
	change, err := c.CheckOnline(t.Context(), activation.LookOnly())
	require.NoError(t, err)
	require.False(t, change.Available)

	why := w.Desk.Refused(http.StatusConflict, "out_of_order", "updates/submit", object{"serial": serial, "id": second["id"]})
	require.NotEmpty(t, why["remedy"])
	w.Desk.Refused(http.StatusConflict, "refused", "updates/withdraw", object{"serial": serial, "id": first["id"]})
	left := w.Desk.OK("updates/withdraw", object{"serial": serial, "id": second["id"]})["updates"].([]any)
	require.Len(t, left, 1)
	submitted := w.Desk.OK("updates/submit", object{"serial": serial, "id": first["id"]})["updates"].([]any)
	require.Equal(t, true, submitted[0].(object)["submitted"])
	w.Desk.Refused(http.StatusNotFound, "unknown", "updates/submit", object{"serial": serial, "id": second["id"]})
	w.Desk.Refused(http.StatusConflict, "refused", "updates/withdraw", object{"serial": serial, "id": first["id"]})

	change, err = c.CheckOnline(t.Context(), activation.LookOnly())
	require.NoError(t, err)
	require.True(t, change.Available)
	require.False(t, c.Allows("print"))
	_, err = c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, c.Allows("print"))
	require.False(t, c.Allows("export"))
	listed := w.Read.OK("updates/list", object{"serial": serial})["updates"].([]any)
	require.Contains(t, listed[0].(object)["document"], "BEGIN LATCHKEY UPDATE")
}

// Row 0.6: an update without a period may be obtained at any time.
func obtainingDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	c := w.Client("one")
	enter(t, c, serial)
	w.Desk.OK("updates", object{"serial": serial, "description": servertest.Update("print", ""), "submit": true})
	w.Clock.Advance(10 * 365 * 24 * time.Hour)
	_, err := c.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, c.Allows("print"))
}

// Row 0.7: outside of its period an update is obtained by nobody.
func obtainingOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(object{"limit": 3})["serial"]
	early, late := w.Client("early"), w.Client("late")
	enter(t, early, serial)
	enter(t, late, serial)
	d := servertest.Update("print", "")
	d["obtain_from"], d["obtain_until"] = "2026-03-12", "2026-03-20"
	added := w.Desk.OK("updates", object{"serial": serial, "description": d, "submit": true})
	require.Equal(t, "2026-03-12", added["preview"].(object)["day"])
	require.Equal(t, "2026-03-20", added["update"].(object)["obtain_until"])
	change, err := early.CheckOnline(t.Context())
	require.NoError(t, err)
	require.Equal(t, license.ObtainingNotYet, change.Notice.Code)
	require.False(t, early.Allows("print"))
	w.Clock.Set(time.Date(2026, 3, 20, 23, 0, 0, 0, time.UTC))
	_, err = early.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, early.Allows("print"))
	w.Clock.Set(time.Date(2026, 3, 21, 0, 1, 0, 0, time.UTC))
	_, err = late.CheckOnline(t.Context())
	require.Equal(t, license.ObtainingOver, reason(t, err))
	require.False(t, late.Allows("print"))

	d["obtain_from"], d["obtain_until"] = "", "2026-03-20"
	w.Desk.Refused(http.StatusConflict, "obtaining_over", "updates", object{"serial": serial, "description": d})
}

// What could not be applied is refused at the desk, and not at the customer's.
func TestUpdateRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.Desk.Sell(nil)["serial"]
	update := func(description any) object { return object{"serial": serial, "description": description} }
	w.Desk.Refused(http.StatusConflict, "conditions_raised", "updates", update(servertest.Update("draw", "no-vm")))
	w.Desk.Refused(http.StatusUnprocessableEntity, "description", "updates", update(servertest.Update("draw", "nonsense")))
	w.Desk.Refused(http.StatusUnprocessableEntity, "description", "updates", update(object{}))
	w.Desk.Refused(http.StatusUnprocessableEntity, "terms", "updates", object{"serial": serial})
	w.Desk.Refused(http.StatusUnprocessableEntity, "not_document", "updates", object{"serial": serial, "document": "x"})

	noted := servertest.Update("print", "")
	noted["crm_id"], noted["comment"] = "C-1", "for Ada"
	w.Desk.Refused(http.StatusUnprocessableEntity, "description", "updates", update(noted))
	with := update(noted)
	with["include_notes"] = true
	w.Desk.OK("updates/preview", with)
	require.Empty(t, w.Read.OK("updates/list", object{"serial": serial})["updates"])
	w.Desk.OK("updates", with)
	document := w.Read.OK("updates/list", object{"serial": serial})["updates"].([]any)[0].(object)["document"].(string)
	u, err := license.OpenUpdate([]byte(document), w.Keyring)
	require.NoError(t, err)
	require.Equal(t, "C-1", u.CRMID)

	other := w.Desk.Sell(nil)["serial"]
	w.Desk.Refused(http.StatusConflict, "other_license", "updates", object{"serial": other, "document": document})
}
