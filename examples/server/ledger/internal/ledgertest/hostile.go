package ledgertest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// hostile are texts that would do something in a statement that they became a
// part of, or that a column or an encoding may not hold.
var hostile = []string{
	`'`, `"`, `;`, `--`, `%`, `_`, `\0`, "\x00", "a\x00b", "\x01", "\x01\x01", "\x00\x01", `'";--%_\0`, "'\";--%_\x00",
	`' OR '1'='1`, `'; DROP TABLE sales; --`, `x', 1); DELETE FROM events; --`, `$1`, `?1`, `:serial`, `@a`, `%s`, `%00`,
	`{"used":0}`, `{a,b}`, `\x00`, `\\`, "E'\\047'", "`", "[x]", "/* */", "\r\n", "\u2028", "\ufffd", "😀", "NULL", "*", " ", "　",
}

// Hostile stores such texts in every place, finds what it stored by them, and
// nothing else.
func Hostile(t *testing.T, l server.Ledger) {
	t.Helper()
	for i, text := range hostile {
		sale := &server.Sale{
			Serial: license.Serial(text), RequestKey: license.Serial(text), Product: text, Order: text, Customer: text,
			Actor: text, Contact: text, Scheme: text, LicenseID: text, Also: []string{text}, Version: 1, License: []byte(text),
			Updates: []server.Update{{ID: text, Text: []byte(text)}},
		}
		require.NoError(t, l.Add(t.Context(), sale))
		one := &server.Activation{ID: text, Machine: []string{text}, Installations: []server.Installation{{Key: text, Version: text}}}
		event := server.Event{Kind: server.EventKind(text), Activation: text, Actor: text, Detail: text}
		require.NoError(t, l.Change(t.Context(), server.Key{RequestKey: sale.RequestKey}, func(a *server.Account) error {
			a.Sale.Used++
			a.Save()
			a.Put(one)
			a.Note(event)
			return nil
		}))
		sale.Used, sale.Version = 1, 2
		requireHostile(t, l, sale, one, event)
		all, err := l.Sales(t.Context(), server.Filter{Limit: 1000})
		require.NoError(t, err)
		require.Len(t, all, i+1, "after %q", text)
	}
	requireOrder(t, l)
}

func requireHostile(t *testing.T, l server.Ledger, sale *server.Sale, one *server.Activation, event server.Event) {
	t.Helper()
	for _, at := range []server.Key{{Serial: sale.Serial, ID: one.ID}, {RequestKey: sale.RequestKey, Marks: one.Marks()}} {
		require.NoError(t, l.Look(t.Context(), at, func(a *server.Account) error {
			require.Equal(t, sale, a.Sale)
			require.Equal(t, []*server.Activation{one}, a.Activations)
			return nil
		}))
	}
	for _, f := range []server.Filter{{Product: sale.Product}, {Order: sale.Order}, {Customer: sale.Customer}} {
		found, err := l.Sales(t.Context(), f)
		require.NoError(t, err)
		require.Equal(t, []*server.Sale{sale}, found)
	}
	events, err := l.History(t.Context(), sale.Serial, 0, 0)
	require.NoError(t, err)
	require.Len(t, events, 2)
	event.ID = events[1].ID
	require.Equal(t, event, events[1])
	activations, err := l.Activations(t.Context(), sale.Serial, "", 0)
	require.NoError(t, err)
	require.Equal(t, []*server.Activation{one}, activations)
}

// requireOrder lists the sales page by page: they are ordered by their bytes.
func requireOrder(t *testing.T, l server.Ledger) {
	t.Helper()
	var last license.Serial
	for n := range hostile {
		page, err := l.Sales(t.Context(), server.Filter{After: last, Limit: 1})
		require.NoError(t, err)
		require.Len(t, page, 1, fmt.Sprint(n))
		require.Greater(t, string(page[0].Serial), string(last))
		last = page[0].Serial
	}
}

// Invalid gives texts that are not UTF-8: they are refused, by the side that
// gave them alone, since what is stored must be what was given.
func Invalid(t *testing.T, l server.Ledger) {
	t.Helper()
	const bad = "a\xffb"
	require.Error(t, l.Add(t.Context(), &server.Sale{Serial: "S-1", Customer: bad}))
	require.NoError(t, l.Add(t.Context(), &server.Sale{Serial: "S-1"}))
	for _, edit := range []func(*server.Account){
		func(a *server.Account) { a.Sale.Contact = bad; a.Save() },
		func(a *server.Account) { a.Put(&server.Activation{ID: bad}) },
		func(a *server.Account) { a.Put(&server.Activation{ID: "A", Machine: []string{bad}}) },
		func(a *server.Account) {
			a.Put(&server.Activation{ID: "A", Installations: []server.Installation{{Key: bad}}})
		},
		func(a *server.Account) { a.Note(server.Event{Detail: bad}) },
		func(a *server.Account) { a.Sale.Serial = "S-2"; a.Save() },
	} {
		require.Error(t, l.Change(t.Context(), server.Key{Serial: "S-1"}, func(a *server.Account) error {
			edit(a)
			return nil
		}))
	}
	events, err := l.History(t.Context(), "S-1", 0, 0)
	require.NoError(t, err)
	require.Len(t, events, 1)
}
