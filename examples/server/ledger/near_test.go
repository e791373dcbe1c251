package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// activation returns one that a key can name by its id, its installation and
// its machine.
func activation(id string) *server.Activation {
	return &server.Activation{
		ID: id, Active: true, First: time.Unix(1_700_000_000, 0).UTC(),
		Installations: []server.Installation{{Key: "key of " + id}}, Machine: []string{"board:" + id},
	}
}

// change runs an edit on rows, and returns them as they are afterwards.
func change(t *testing.T, r *ledger.Rows, at server.Key, edit func(*server.Account)) (*ledger.Rows, *ledger.Marked) {
	t.Helper()
	marked, err := r.Edit(at, func(a *server.Account) error {
		edit(a)
		return nil
	})
	require.NoError(t, err)
	next := *r
	if marked.Sale != nil {
		next.Sale = marked.Sale
	}
	return &next, marked
}

func sold(t *testing.T) *ledger.Rows {
	t.Helper()
	row, err := ledger.EncodeSale(&server.Sale{Serial: "S", Version: 1})
	require.NoError(t, err)
	return &ledger.Rows{Sale: row}
}

// Few activations lie in the row of their sale, each found by what names it;
// those that nobody has marked stay as they were to the letter.
func TestNear(t *testing.T) {
	t.Parallel()
	rows := sold(t)
	ids := []string{"A", "", `"quoted"\`, "line\nend", "ü", "\x00"}
	for n, id := range ids {
		was := string(rows.Sale.Near)
		var marked *ledger.Marked
		rows, marked = change(t, rows, server.Key{Serial: "S", ID: "A"}, func(a *server.Account) {
			for _, known := range a.Activations {
				known.Active = false // and is not marked
			}
			a.Put(activation(id))
		})
		require.Empty(t, marked.Activations)
		require.False(t, rows.Sale.Apart)
		require.EqualValues(t, 1, rows.Sale.Version, "a sale that is not saved stays")
		if n > 0 {
			kept := strings.SplitAfter(strings.Trim(was, "{}"), "}],")[0]
			require.Contains(t, string(rows.Sale.Near), strings.TrimSuffix(kept, ","))
		}
	}
	for _, id := range ids {
		for name, at := range map[string]server.Key{
			"id": {ID: id}, "installation": {Marks: []string{"i:key of " + id}}, "machine": {Marks: []string{"m:none", "m:board:" + id}},
		} {
			if id == "" && name == "id" {
				continue // an empty id names nothing
			}
			account, err := rows.Account(at)
			require.NoError(t, err)
			require.Equal(t, []*server.Activation{activation(id)}, account.Activations, "%s %q", name, id)
		}
	}
	for _, at := range []server.Key{{}, {ID: "B"}, {Marks: []string{"", "i", "i:", "m:A", "i:board:A", "m:key of A", "m:board:B"}}} {
		account, err := rows.Account(at)
		require.NoError(t, err)
		require.Empty(t, account.Activations, "%q", at)
	}
	all, err := rows.Sale.ActivationsAfter("", 0)
	require.NoError(t, err)
	require.Len(t, all, len(ids)-1, "after the empty id")
	page, err := rows.Sale.ActivationsAfter("A", 1)
	require.NoError(t, err)
	require.Equal(t, []*server.Activation{activation("line\nend")}, page)
}

// Once they are many, or long, all lie apart, and stay there.
func TestApart(t *testing.T) {
	t.Parallel()
	long := activation("long")
	long.Scheme = strings.Repeat("x", 6<<10)
	rows, marked := change(t, sold(t), server.Key{}, func(a *server.Account) { a.Put(activation("A")) })
	require.Empty(t, marked.Activations)
	rows, marked = change(t, rows, server.Key{}, func(a *server.Account) { a.Put(long) })
	require.True(t, rows.Sale.Apart)
	require.Len(t, marked.Activations, 2, "those too that were near")

	rows = sold(t)
	for n := range 9 {
		require.False(t, rows.Sale.Apart, "with %d", n)
		rows, marked = change(t, rows, server.Key{}, func(a *server.Account) { a.Put(activation(fmt.Sprint("A", n))) })
	}
	require.True(t, rows.Sale.Apart)
	require.Len(t, marked.Activations, 9)
	require.Equal(t, []string{"i:key of A0", "m:board:A0"}, marked.Activations[0].Marks)
	require.EqualValues(t, "{}", rows.Sale.Near)
	rows, marked = change(t, rows, server.Key{}, func(a *server.Account) {
		a.Sale.Used++
		a.Save()
		a.Put(activation("B"))
	})
	require.True(t, rows.Sale.Apart)
	require.Len(t, marked.Activations, 1)
	rows.Activations = marked.Activations
	account, err := rows.Account(server.Key{ID: "B"})
	require.NoError(t, err)
	require.Equal(t, []*server.Activation{activation("B")}, account.Activations)
	account, err = rows.Account(server.Key{Marks: []string{"m:board:other"}})
	require.NoError(t, err)
	require.Empty(t, account.Activations, "two marks may have one hash")
}
