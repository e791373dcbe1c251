package faulttest_test

import (
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

// These tests would see a ledger that counts and inserts: both fail it.
func TestNaiveLedger(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) *site {
		return openSiteWith(t, serverapp.Config{Ledger: naiveLedger{server.NewMemoryLedger()}})
	}
	t.Run("count", func(t *testing.T) {
		t.Parallel()
		err := newRush(t, open(t), rushSerials).activate(t.Context())
		require.ErrorContains(t, err, "machines were granted what was sold for 500")
		t.Log(err)
	})
	t.Run("linearizable", func(t *testing.T) {
		t.Parallel()
		seed, _ := seeded(t)
		h := newRecorder(t, open(t), false)
		require.NoError(t, h.run(t.Context(), seed, 20))
		require.Equal(t, porcupine.Illegal, h.check())
	})
}
