package ledgertest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
)

// Counts has 16 machines ask for each of 100 sales at once that may be
// activated on five or on twelve of them, over ledgers with one database.
// Exactly so many get each, and the counts, the activations and the histories
// say so. Five lie with their sale, and twelve are too many for that.
func Counts(t *testing.T, ledgers ...server.Ledger) {
	t.Helper()
	const sales, machines, few, many = 100, 16, 5, 12
	Sell(t, ledgers[0], 0, sales/2, few)
	Sell(t, ledgers[0], sales/2, sales, many)
	var next, granted atomic.Int64
	each(t, 64, func() error {
		for n := next.Add(1) - 1; n < sales*machines; n = next.Add(1) - 1 {
			got, err := Grant(ledgers[int(n)%len(ledgers)], t, Serial(int(n)/machines), fmt.Sprint("machine ", n%machines))
			if err != nil {
				return err
			}
			if got {
				granted.Add(1)
			}
		}
		return nil
	})
	require.EqualValues(t, sales/2*(few+many), granted.Load())
	for n := range sales {
		limit := few
		if n >= sales/2 {
			limit = many
		}
		requireGrants(t, ledgers[n%len(ledgers)], n, limit)
	}
}

// requireGrants requires that a sale was granted so many times, and that all
// that is kept of it agrees.
func requireGrants(t *testing.T, l server.Ledger, n, grants int) {
	t.Helper()
	activations, err := l.Activations(t.Context(), Serial(n), "", 1000)
	require.NoError(t, err)
	require.Len(t, activations, grants)
	events, err := l.History(t.Context(), Serial(n), 0, 1000)
	require.NoError(t, err)
	require.Len(t, events, 1+grants)
	for _, a := range activations {
		require.NoError(t, l.Look(t.Context(), server.Key{Serial: Serial(n), Marks: a.Marks()[:1]}, func(account *server.Account) error {
			require.Len(t, account.Activations, 1)
			require.EqualValues(t, grants, account.Sale.Used)
			require.EqualValues(t, 1+grants, account.Sale.Version)
			return nil
		}))
	}
}
