package ledgertest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
)

// Apart activates a sale on so many machines that their activations lie apart,
// from when some lay with the sale: each is found by its machine and its id, also
// after one that was not loaded has got other marks, and they are listed in
// order.
func Apart(t *testing.T, l server.Ledger) {
	t.Helper()
	const machines = 30
	Sell(t, l, 0, 1, machines)
	at := server.Key{Serial: Serial(0)}
	one := func(n int) *server.Activation {
		return &server.Activation{
			ID: fmt.Sprintf("A-%02d", n), Active: true, First: Now, Machine: []string{fmt.Sprint("board:", n)},
			Installations: []server.Installation{{Key: fmt.Sprint("key ", n)}},
		}
	}
	put := func(at server.Key, all ...*server.Activation) {
		require.NoError(t, l.Change(t.Context(), at, func(a *server.Account) error {
			a.Sale.Used += int64(len(all))
			a.Save()
			for _, a1 := range all {
				a.Put(a1)
				a.Note(server.Event{Time: Now, Kind: server.EventActivated, Activation: a1.ID})
			}
			return nil
		}))
	}
	found := func(at server.Key) (all []*server.Activation) {
		require.NoError(t, l.Look(t.Context(), at, func(a *server.Account) error {
			all = a.Activations
			return nil
		}))
		return all
	}
	for n := range machines {
		put(at, one(n))
		for k := range n + 1 {
			want := []*server.Activation{one(k)}
			require.Equal(t, want, found(server.Key{Serial: Serial(0), Marks: []string{"m:none", fmt.Sprint("m:board:", k)}}), "%d of %d", k, n)
			require.Equal(t, want, found(server.Key{Serial: Serial(0), Marks: []string{fmt.Sprint("i:key ", k)}}))
			require.Equal(t, want, found(server.Key{Serial: Serial(0), ID: want[0].ID}))
		}
		require.Empty(t, found(server.Key{Serial: Serial(0), ID: "A-99", Marks: []string{fmt.Sprint("m:board:", n+1)}}))
	}
	moved := one(7)
	moved.Machine = []string{"board:new"}
	put(at, moved) // which this key does not name
	require.Empty(t, found(server.Key{Serial: Serial(0), Marks: []string{"m:board:7"}}))
	require.Equal(t, []*server.Activation{moved}, found(server.Key{Serial: Serial(0), Marks: []string{"m:board:new"}}))
	require.Equal(t, []*server.Activation{one(3), moved, one(20)},
		found(server.Key{Serial: Serial(0), ID: "A-20", Marks: []string{"i:key 7", "m:board:new", "m:board:3"}}), "in the order of their ids")
	var listed []*server.Activation
	for last := ""; ; last = listed[len(listed)-1].ID {
		page, err := l.Activations(t.Context(), Serial(0), last, 7)
		require.NoError(t, err)
		if listed = append(listed, page...); len(page) < 7 {
			break
		}
	}
	require.Len(t, listed, machines)
	require.Equal(t, moved, listed[7])
	put(at, &server.Activation{ID: "A-09"}, one(9)) // of two with one id, the later counts
	require.Equal(t, []*server.Activation{one(9)}, found(server.Key{Serial: Serial(0), Marks: []string{"m:board:9"}}))
	before := found(server.Key{Serial: Serial(0), ID: "A-05"})
	require.Error(t, l.Change(t.Context(), server.Key{Serial: Serial(0), ID: "A-05"}, func(a *server.Account) error {
		a.Activations[0].Machine = []string{"board:lost"}
		a.Put(a.Activations[0])
		return fmt.Errorf("refused")
	}))
	require.Equal(t, before, found(server.Key{Serial: Serial(0), Marks: []string{"m:board:5"}}))
}
