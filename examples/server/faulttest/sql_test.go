package faulttest_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/examples/server/store"
	"github.com/latchkey-go/latchkey/license"
)

// hostile is what looks like SQL, or like the end of a text in it.
var hostile = []string{
	`'`, `"`, `;`, `--`, `%`, `_`, `\`, "\x00", `/*`, `*/`, "`", `$1`, `$$`, `?`, `?1`, `:a`, `@a`, `%s`, "\n", "\u2028", "\u02bc", "\uff07",
	`'";--%_\`, `'";--%_` + "\x00", `' OR '1'='1`, `' OR 1=1 --`, `S-0000'--`, `S-0000"; DROP TABLE sales; --`, `'; DELETE FROM accounts; --`,
	`1; UPDATE accounts SET data = '{}'`, `' UNION SELECT value FROM settings --`, `%' OR serial LIKE '%`, `S-%`, `S-____`, `S-000_`, `--S-0000`, `S-0000--`,
	`\'; DROP TABLE accounts; --`, `x'00'`, `E'\\'`, `$$; DROP TABLE events; $$`, `'||(SELECT 1)||'`, `null`, `NULL`, `0`, `-1`, `1e9`, `{}`, `[]`,
	strings.Repeat(`'`, 64), strings.Repeat(`"`, 4096), strings.Repeat("_", 64), strings.Repeat("--", 32),
}

// testInjection asks one serial number's server for everything hostile, as every
// text that reaches the database: whoever asks is told no, under the server's
// name or because that is no request at all, and the tables are as they were.
func testInjection(t *testing.T, database string) {
	s := openSiteWith(t, serverapp.Config{Database: database})
	s.sell(t, s.desk, 2, 2, bound)
	c := newCaller(t, s.vendor, 4)
	known, stranger := machines(t, 2)[0], machines(t, 1)[0]
	a, err := c.do(t.Context(), s.url(0), known, license.OpActivate, serial(0))
	require.NoError(t, err)
	require.Empty(t, a.Code)
	before := tables(t, database)
	require.Contains(t, before, "sales")
	require.Len(t, before["accounts"], 2)
	require.Len(t, before["events"], 3, "two were sold, and one activated")
	signed, unread := 0, 0
	for _, text := range hostile {
		for _, member := range []string{"serial", "request_key", "product", "version", "vendor", "license", "component", "fingerprint"} {
			for _, m := range []*machine{known, stranger} {
				switch hurl(t, c, s.url(0), m, member, text) {
				case http.StatusOK:
					signed++
				default:
					unread++
				}
			}
		}
		hurlAtLedger(t, s.led, text)
	}
	t.Logf("%d signed noes, %d were no requests", signed, unread)
	require.NotZero(t, signed)
	require.NotZero(t, unread)
	require.Equal(t, before, tables(t, database))
	a, err = c.do(t.Context(), s.url(0), known, license.OpCheck, serial(0))
	require.NoError(t, err)
	require.Empty(t, a.Code, "and all goes on")
	keepHostile(t, s)
}

// keepHostile has the desk write every text that a person can, and reads it
// back as it was.
func keepHostile(t *testing.T, s *site) {
	t.Helper()
	for n, text := range hostile {
		if len(text) > license.MaxText {
			continue
		}
		sn := serial(100 + n)
		sale, err := s.sale(sn, 1, nil)
		require.NoError(t, err)
		sale.Order, sale.Customer, sale.Contact = text, text, text
		require.NoError(t, s.desk.Sell(t.Context(), text, sale))
		require.NoError(t, s.desk.Block(t.Context(), text, sn, text))
		for _, f := range []server.Filter{{Order: text}, {Customer: text}} {
			sales, err := s.led.Sales(t.Context(), f)
			require.NoError(t, err)
			require.Len(t, sales, 1, "%q is no pattern", text)
			require.Equal(t, []string{text, text, text, text}, []string{sales[0].Order, sales[0].Customer, sales[0].Contact, sales[0].Actor})
		}
		events, err := s.led.History(t.Context(), sn, 0, 0)
		require.NoError(t, err)
		require.Equal(t, []string{text, text}, []string{events[0].Actor, events[0].Detail})
		require.Equal(t, []string{text, text}, []string{events[1].Actor, events[1].Detail})
	}
}

// hurl asks for an activation with a text in the place of a member, and holds
// that the answer is a signed no, or that this is no request.
func hurl(t *testing.T, c *caller, at string, m *machine, member, text string) int {
	t.Helper()
	status, body, err := c.post(t.Context(), at, forged(t, m, member, text))
	require.NoError(t, err)
	if status == http.StatusBadRequest {
		return status
	}
	require.Equal(t, http.StatusOK, status, "%s %q: %s", member, text, body)
	reply, err := license.OpenReply(body, c.keyring)
	require.NoError(t, err, "%s %q: %s", member, text, body)
	require.NotEmpty(t, reply.Code, "%s %q", member, text)
	require.Empty(t, reply.Receipt, "%s %q", member, text)
	return status
}

// forged is a request that package license would not make, with a signature
// that holds.
func forged(t *testing.T, m *machine, member, text string) []byte {
	t.Helper()
	_, whole, err := m.request(license.OpActivate, serial(1))
	require.NoError(t, err)
	var e envelope
	require.NoError(t, json.Unmarshal(whole, &e))
	var payload map[string]any
	require.NoError(t, json.Unmarshal(e.Payload, &payload))
	switch member {
	case "request_key":
		delete(payload, "serial")
		payload[member] = text
	case "version", "license":
		payload[member] = text
		payload["serial"] = "S-9999" // so that a text that may be one is for nothing
	case "component":
		payload["fingerprint"] = fingerprintOf(text)
	default:
		payload[member] = text
	}
	e.Payload, err = json.Marshal(payload)
	require.NoError(t, err)
	message := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
	e.Signatures[0].Sig = ed25519.Sign(m.private, message)
	whole, err = json.Marshal(e)
	require.NoError(t, err)
	return whole
}

// An envelope is a signed document.
type envelope struct {
	Payload     []byte `json:"payload"`
	PayloadType string `json:"payloadType"`
	Signatures  []struct {
		KeyID string `json:"keyid"`
		Sig   []byte `json:"sig"`
	} `json:"signatures"`
}

// fingerprintOf is the text of a fingerprint with a component of any name, and
// a checksum that holds.
func fingerprintOf(component string) string {
	text := "latchkey fingerprint 1\nproduct " + productName + "\n" + component + " " + strings.Repeat("00", 16) + "\n"
	sum := sha256.Sum256([]byte(text))
	return text + "end " + hex.EncodeToString(sum[:8]) + "\n"
}

// hurlAtLedger uses a text as every name by which the ledger is asked, for what
// the server might once let through.
func hurlAtLedger(t *testing.T, l server.Ledger, text string) {
	t.Helper()
	nothing := errors.New("nothing is to be changed")
	sn := license.Serial(text)
	for _, at := range []server.Key{
		{Serial: sn, Marks: []string{text}, ID: text}, {RequestKey: sn, Marks: []string{"i:" + text, "m:" + text}},
		{Serial: serial(0), Marks: []string{text, "i:" + text, "m:board:" + text}, ID: text},
	} {
		found := func(a *server.Account) error {
			require.Equal(t, at.Serial == serial(0), a.Sale != nil)
			require.Empty(t, a.Activations)
			return nothing
		}
		require.ErrorIs(t, l.Look(t.Context(), at, found), nothing)
		require.ErrorIs(t, l.Change(t.Context(), at, found), nothing)
	}
	for _, f := range []server.Filter{{Product: text}, {Order: text}, {Customer: text}} {
		sales, err := l.Sales(t.Context(), f)
		require.NoError(t, err)
		require.Empty(t, sales)
	}
	activations, err := l.Activations(t.Context(), sn, text, 0)
	require.NoError(t, err)
	require.Empty(t, activations)
	events, err := l.History(t.Context(), sn, 0, 0)
	require.NoError(t, err)
	require.Empty(t, events)
}

// tables reads every row of every table, in no order.
func tables(t *testing.T, database string) map[string][]string {
	t.Helper()
	driver, source, names := "sqlite", database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
	if store.IsPostgres(database) {
		driver, names = "pgx", "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	all := map[string][]string{}
	for _, name := range rows(t, db, names) {
		all[name] = rows(t, db, `SELECT * FROM "`+name+`"`)
		slices.Sort(all[name])
	}
	return all
}

// rows returns the rows of a query, each as one text.
func rows(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	r, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	columns, err := r.Columns()
	require.NoError(t, err)
	for r.Next() {
		values, at := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			at[i] = &values[i]
		}
		require.NoError(t, r.Scan(at...))
		var row []string
		for _, v := range values {
			row = append(row, v.String)
		}
		all = append(all, strings.Join(row, "|"))
	}
	require.NoError(t, r.Err())
	return all
}
