package store_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

var noon = time.Date(2026, time.March, 10, 12, 0, 0, 0, time.UTC)

// onEach runs a test in memory, in a file and on PostgreSQL. open opens the
// same tables again and again, but for those in memory.
func onEach(t *testing.T, test func(t *testing.T, open func() *store.Store)) {
	t.Helper()
	for name, place := range map[string]func(t *testing.T) string{
		"memory":   func(*testing.T) string { return "" },
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "latchkey.db") },
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := place(t)
			var memory *store.Store
			test(t, func() *store.Store {
				if memory != nil {
					return memory
				}
				s, err := store.Open(t.Context(), database)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, s.Close()) })
				if database == "" {
					memory = s
				}
				return s
			})
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		text, err := s.AddToken(t.Context(), "orders", store.Desk, noon)
		require.NoError(t, err)
		require.Len(t, text, len("latchkey_")+43)
		other, err := s.AddToken(t.Context(), "auditor", store.Read, noon)
		require.NoError(t, err)
		require.NotEqual(t, text, other)

		found, err := open().FindToken(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, store.Token{Name: "orders", Role: store.Desk, Created: noon}, found)
		for _, wrong := range []string{"", "latchkey_", text[:len(text)-1], text + "x", strings.ToUpper(text), "' OR 1=1 --"} {
			_, err = s.FindToken(t.Context(), wrong)
			require.ErrorIs(t, err, store.ErrUnknown)
		}

		require.NoError(t, open().RevokeToken(t.Context(), "orders", noon.Add(time.Hour)))
		_, err = s.FindToken(t.Context(), text)
		require.ErrorIs(t, err, store.ErrUnknown)
		require.ErrorIs(t, s.RevokeToken(t.Context(), "orders", noon), store.ErrUnknown)
		_, err = s.AddToken(t.Context(), "orders", store.Desk, noon)
		require.ErrorIs(t, err, store.ErrExists)
		list, err := s.Tokens(t.Context())
		require.NoError(t, err)
		require.Equal(t, []store.Token{
			{Name: "auditor", Role: store.Read, Created: noon},
			{Name: "orders", Role: store.Desk, Created: noon, Revoked: noon.Add(time.Hour)},
		}, list)

		for _, name := range []string{"", "two words", "a\x00b", "'; DROP TABLE api_tokens; --"} {
			_, err = s.AddToken(t.Context(), name, store.Desk, noon)
			require.Error(t, err)
		}
		_, err = s.AddToken(t.Context(), "somebody", "admin", noon)
		require.Error(t, err)
	})
}

func TestOrders(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		_, err := s.Order(t.Context(), "7")
		require.ErrorIs(t, err, store.ErrUnknown)
		o := store.Order{Number: `'";--%_\ä`, Status: "placed", Actor: "orders", Changed: noon}
		require.NoError(t, s.SetOrder(t.Context(), "", o))
		require.ErrorIs(t, s.SetOrder(t.Context(), "", o), store.ErrConflict)
		require.ErrorIs(t, s.SetOrder(t.Context(), "done", o), store.ErrConflict)
		o.Status = "done"
		require.NoError(t, open().SetOrder(t.Context(), "placed", o))
		got, err := s.Order(t.Context(), o.Number)
		require.NoError(t, err)
		require.Equal(t, o, got)
	})
}

// Of many attempts under one id, one is kept.
func TestAttempts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, open func() *store.Store) {
		var all sync.WaitGroup
		kept := make([]store.Attempt, 8)
		for i := range kept {
			s := open()
			all.Go(func() {
				kept[i], _ = s.Attempt(t.Context(), store.Attempt{ID: "one", Digest: "d", Keys: strings.Repeat("k", i+1)}, noon)
			})
		}
		all.Wait()
		require.NotEmpty(t, kept[0].Keys)
		for _, k := range kept {
			require.Equal(t, kept[0], k)
		}
		later, err := open().Attempt(t.Context(), store.Attempt{ID: "one", Digest: "d", Keys: "new"}, noon.Add(store.AttemptLife))
		require.NoError(t, err)
		require.Equal(t, kept[0], later)
		later, err = open().Attempt(t.Context(), store.Attempt{ID: "one", Digest: "d", Keys: "new"}, noon.Add(store.AttemptLife+time.Second))
		require.NoError(t, err)
		require.Equal(t, "new", later.Keys, "after that it is forgotten")
		other, err := open().Attempt(t.Context(), store.Attempt{ID: "two", Keys: "k"}, noon)
		require.NoError(t, err)
		require.Equal(t, "k", other.Keys)
	})
}

// Many processes may make the tables at once.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, open func() *store.Store) {
		first := open()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { _, _ = open().Tokens(t.Context()) })
		}
		all.Wait()
		_, err := first.Tokens(t.Context())
		require.NoError(t, err)
	})
}

func TestOpenRefused(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "what?"))
	require.ErrorContains(t, err, "question mark")
	_, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "no", "folder"))
	require.Error(t, err)
	_, err = store.Open(t.Context(), "postgres://nobody:secret@127.0.0.1:1/none")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}
