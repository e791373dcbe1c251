package ledgertest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
)

// A Closer is a ledger as this package's tests use it.
type Closer interface {
	server.Ledger
	Close() error
	Ping(ctx context.Context) error
}

// Close closes a ledger in the middle of a change: it is finished, and what
// comes later is refused.
func Close(t *testing.T, l Closer) {
	t.Helper()
	Sell(t, l, 0, 1, 5)
	require.NoError(t, l.Ping(t.Context()))
	within, goOn := make(chan struct{}), make(chan struct{})
	var changed, closed error
	var wg sync.WaitGroup
	wg.Go(func() {
		changed = l.Change(t.Context(), server.Key{Serial: Serial(0)}, func(a *server.Account) error {
			close(within)
			<-goOn
			a.Save()
			return nil
		})
	})
	<-within
	wg.Go(func() { closed = l.Close() })
	close(goOn)
	wg.Wait()
	require.NoError(t, changed)
	require.NoError(t, closed)
	require.NoError(t, l.Close(), "a second time, it is closed already")
	nothing := func(*server.Account) error { return nil }
	require.Error(t, l.Change(t.Context(), server.Key{Serial: Serial(0)}, nothing))
	require.Error(t, l.Look(t.Context(), server.Key{Serial: Serial(0)}, nothing))
	require.Error(t, l.Add(t.Context(), &server.Sale{Serial: "S-1"}))
	require.Error(t, l.Ping(t.Context()))
	_, err := l.History(t.Context(), Serial(0), 0, 0)
	require.Error(t, err)
}

// Rename changes what a sale is found by, its documents, and an activation that
// was not loaded.
func Rename(t *testing.T, l server.Ledger) {
	t.Helper()
	require.NoError(t, l.Add(t.Context(), &server.Sale{
		Serial: "S-1", RequestKey: "1", Product: "one", Order: "one", Customer: "one",
		License: []byte("first"), Updates: []server.Update{{ID: "U-1", Text: []byte("u")}, {ID: "U-2"}},
	}, &server.Sale{Serial: "S-2", RequestKey: "2"}))
	edit := func(at server.Key, edit func(a *server.Account)) error {
		return l.Change(t.Context(), at, func(a *server.Account) error {
			edit(a)
			return nil
		})
	}
	require.NoError(t, edit(server.Key{RequestKey: "1"}, func(a *server.Account) {
		a.Sale.RequestKey, a.Sale.Product, a.Sale.Order, a.Sale.Customer = "3", "two", "two", "two"
		a.Sale.License, a.Sale.Updates = []byte("second"), a.Sale.Updates[1:]
		a.Save()
		a.Put(&server.Activation{ID: "A", Machine: []string{"old"}})
	}))
	require.Error(t, edit(server.Key{Serial: "S-1"}, func(a *server.Account) {
		a.Sale.RequestKey = "2"
		a.Save()
	}), "another sale has the request key")
	require.NoError(t, edit(server.Key{Serial: "S-1"}, func(a *server.Account) {
		a.Put(&server.Activation{ID: "A", Machine: []string{"new"}})
	}))
	require.NoError(t, l.Look(t.Context(), server.Key{RequestKey: "1"}, func(a *server.Account) error {
		require.Nil(t, a.Sale)
		return nil
	}))
	for mark, n := range map[string]int{"m:old": 0, "m:new": 1} {
		require.NoError(t, l.Look(t.Context(), server.Key{RequestKey: "3", Marks: []string{mark}}, func(a *server.Account) error {
			require.Len(t, a.Activations, n)
			require.Equal(t, "second", string(a.Sale.License))
			require.Len(t, a.Sale.Updates, 1)
			require.Equal(t, "U-2", a.Sale.Updates[0].ID)
			return nil
		}))
	}
	for _, text := range [][]byte{nil, []byte("third"), nil} {
		require.NoError(t, edit(server.Key{Serial: "S-1"}, func(a *server.Account) {
			a.Sale.License = text
			a.Save()
		}))
		require.NoError(t, l.Look(t.Context(), server.Key{Serial: "S-1"}, func(a *server.Account) error {
			require.Equal(t, text, a.Sale.License)
			require.Len(t, a.Sale.Updates, 1)
			return nil
		}))
	}
	found, err := l.Sales(t.Context(), server.Filter{Product: "two", Order: "two", Customer: "two"})
	require.NoError(t, err)
	require.Len(t, found, 1)
	found, err = l.Sales(t.Context(), server.Filter{Product: "one"})
	require.NoError(t, err)
	require.Empty(t, found)
}

// Panic has an edit panic: its caller does, and the ledger goes on.
func Panic(t *testing.T, l server.Ledger) {
	t.Helper()
	Sell(t, l, 0, 1, 5)
	require.PanicsWithValue(t, "mine", func() {
		_ = l.Change(t.Context(), server.Key{Serial: Serial(0)}, func(a *server.Account) error {
			a.Save()
			panic("mine")
		})
	})
	require.Panics(t, func() {
		_ = l.Change(t.Context(), server.Key{Serial: Serial(0)}, func(a *server.Account) error {
			a.Save()
			a.Sale = nil // which cannot be stored
			return nil
		})
	})
	granted, err := Grant(l, t, Serial(0), "machine")
	require.NoError(t, err)
	require.True(t, granted)
	require.Error(t, l.Change(t.Context(), server.Key{Serial: "S-NONE"}, func(a *server.Account) error {
		a.Put(&server.Activation{ID: "A"})
		return nil
	}), "where there is no sale, nothing can be stored")
	mine := errors.New("mine")
	require.Equal(t, mine, l.Change(t.Context(), server.Key{Serial: Serial(0)}, func(*server.Account) error { return mine }))
}
