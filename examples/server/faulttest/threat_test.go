package faulttest_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
)

func TestThreat(t *testing.T) {
	t.Parallel()
	t.Run("B4_over_activation_race", func(t *testing.T) {
		t.Parallel()
		everySite(t, func(t *testing.T, s *site) {
			require.NoError(t, newRush(t, s, rushSerials).activate(t.Context()))
		})
	})
	// Nobody is turned away with an error, and no place stays empty, also while
	// others give theirs up.
	t.Run("B5_under_grant", func(t *testing.T) {
		t.Parallel()
		everySite(t, func(t *testing.T, s *site) {
			seed, _ := seeded(t)
			require.NoError(t, newRush(t, s, rushSerials/2).mix(t.Context(), seed))
		})
	})
	t.Run("B14_sql_injection", func(t *testing.T) {
		t.Parallel()
		t.Run("sqlite", func(t *testing.T) {
			t.Parallel()
			testInjection(t, filepath.Join(t.TempDir(), "ledger.db"))
		})
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			testInjection(t, pgtest.URL(t))
		})
	})
}

// everySite runs a test on each kind of site.
func everySite(t *testing.T, test func(t *testing.T, s *site)) {
	for _, kind := range sites {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, openSite(t, kind))
		})
	}
}
