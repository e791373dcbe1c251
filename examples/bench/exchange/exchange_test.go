package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// The measurement itself works, and everything that it asks is answered with a
// yes.
func TestExchange(t *testing.T) {
	t.Parallel()
	require.NoError(t, run(context.Background(), plan{ledgers: []string{"memory"}, dir: t.TempDir(), clients: 4, n: 40, rounds: 1}))
}

// BenchmarkExchange is one activation without HTTP, beside the floor's work.
func BenchmarkExchange(b *testing.B) {
	bench, err := newBench(plan{clients: 1})
	require.NoError(b, err)
	defer bench.close()
	l := server.NewMemoryLedger()
	s, err := server.New(server.Options{Issuer: bench.answers, Keyring: bench.keyring, Ledger: l})
	require.NoError(b, err)
	callers, err := bench.sell(context.Background(), l, b.N+4)
	require.NoError(b, err)
	requests, err := asked(callers, license.OpActivate)
	require.NoError(b, err)
	answer, err := s.Exchange(context.Background(), requests[b.N], zero)
	require.NoError(b, err)
	floor, err := newFloor(bench.private, answer.Reply)
	require.NoError(b, err)
	b.Run("memory", func(b *testing.B) {
		callers, err := bench.sell(context.Background(), l, b.N)
		require.NoError(b, err)
		requests, err := asked(callers, license.OpActivate)
		require.NoError(b, err)
		b.ReportAllocs()
		b.ResetTimer()
		for _, r := range requests {
			_, err := s.Exchange(context.Background(), r, zero)
			require.NoError(b, err)
		}
	})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, err := floor.answer(requests[0])
			require.NoError(b, err)
		}
	})
}
