package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/examples/server/ledger/internal/ledgertest"
	"github.com/latchkey-go/latchkey/examples/server/ledger/sqlite"
)

func open(t testing.TB, path string) *sqlite.Ledger {
	t.Helper()
	l, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "ledger.db") }

func TestLedger(t *testing.T) {
	t.Parallel()
	activationtest.TestLedger(t, func(t *testing.T) server.Ledger { return open(t, file(t)) })
}

func TestOverrun(t *testing.T) {
	t.Parallel()
	require.NoError(t, activationtest.Overrun(t.Context(), open(t, file(t))))
}

func TestOverrunTwoHandles(t *testing.T) {
	t.Parallel()
	path := file(t)
	require.NoError(t, activationtest.Overrun(t.Context(), open(t, path), open(t, path)))
}

func TestB14_sql_injection(t *testing.T) {
	t.Parallel()
	ledgertest.Hostile(t, open(t, file(t)))
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	ledgertest.Invalid(t, open(t, file(t)))
}

func TestCounts(t *testing.T) {
	t.Parallel()
	ledgertest.Counts(t, open(t, file(t)))
}

// Two processes are two sets of connections, which know nothing of each other.
func TestCountsTwoHandles(t *testing.T) {
	t.Parallel()
	path := file(t)
	ledgertest.Counts(t, open(t, path), open(t, path))
}

func TestClose(t *testing.T) {
	t.Parallel()
	ledgertest.Close(t, open(t, file(t)))
}

func TestRename(t *testing.T) {
	t.Parallel()
	ledgertest.Rename(t, open(t, file(t)))
}

func TestOtherSteps(t *testing.T) {
	t.Parallel()
	path := file(t)
	open(t, path)
	_, err := sqlite.Run(path, "UPDATE migrations SET name = 'sales'", 0)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), path)
	require.ErrorIs(t, err, ledger.ErrOther)
}

func TestApart(t *testing.T) {
	t.Parallel()
	ledgertest.Apart(t, open(t, file(t)))
}

func TestPanic(t *testing.T) {
	t.Parallel()
	ledgertest.Panic(t, open(t, file(t)))
}

// While one commit stands still, all changes that come in wait for the next.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	const changes = 20
	l := open(t, file(t))
	ledgertest.Sell(t, l, 0, changes, 5)
	var commits []int
	began, goOn := make(chan struct{}), make(chan struct{})
	l.OnCommit(func(jobs int) {
		if commits = append(commits, jobs); len(commits) == 1 {
			close(began)
			<-goOn
		}
	})
	outcomes := make([]error, changes)
	var wg sync.WaitGroup
	grant := func(n int) {
		wg.Go(func() { _, outcomes[n] = ledgertest.Grant(l, t, ledgertest.Serial(n), "machine") })
	}
	grant(0)
	<-began
	for n := range changes - 1 {
		grant(n + 1)
	}
	for l.Waiting() < changes-1 {
		runtime.Gosched()
	}
	close(goOn)
	wg.Wait()
	for _, err := range outcomes {
		require.NoError(t, err)
	}
	require.Equal(t, []int{1, changes - 1}, commits)
	_, err := ledgertest.Grant(l, t, ledgertest.Serial(0), "machine")
	require.NoError(t, err)
	require.Len(t, commits, 2, "a change that marks nothing writes nothing")
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	path := file(t)
	first := open(t, path)
	ledgertest.Sell(t, first, 0, 3, 5)
	require.NoError(t, first.Close())
	again := open(t, path)
	sales, err := again.Sales(t.Context(), server.Filter{})
	require.NoError(t, err)
	require.Len(t, sales, 3)
	require.NoError(t, again.Look(t.Context(), server.Key{Serial: ledgertest.Serial(1)}, func(a *server.Account) error {
		require.NotNil(t, a.Sale, "the secret of the file stays")
		return nil
	}))
}

func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	path := file(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			l, err := sqlite.Open(context.Background(), path)
			if errs[i] = err; err == nil {
				errs[i] = l.Add(context.Background(), &server.Sale{Serial: ledgertest.Serial(i)})
				_ = l.Close()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	l := open(t, path)
	for i := range errs {
		require.NoError(t, l.Look(t.Context(), server.Key{Serial: ledgertest.Serial(i)}, func(a *server.Account) error {
			require.NotNil(t, a.Sale, "all agree on the secret")
			return nil
		}))
	}
}

func TestNewer(t *testing.T) {
	t.Parallel()
	path := file(t)
	open(t, path)
	_, err := sqlite.Run(path, "INSERT INTO migrations VALUES (1000, 'later', 0)", 0)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), path)
	require.ErrorIs(t, err, ledger.ErrNewer)
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", ":memory:", filepath.Join(t.TempDir(), "none", "x.db"), t.TempDir()} {
		_, err := sqlite.Open(t.Context(), path)
		require.Error(t, err, path)
	}
	other := file(t)
	require.NoError(t, os.WriteFile(other, []byte(strings.Repeat("not a database ", 1000)), 0o600))
	_, err := sqlite.Open(t.Context(), other)
	require.Error(t, err)
}

func TestMode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // where files have no such mode
	}
	path := file(t)
	open(t, path)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), suffix)
	}
}

func TestHistoryStays(t *testing.T) {
	t.Parallel()
	path := file(t)
	ledgertest.Sell(t, open(t, path), 0, 3, 5)
	for _, statement := range []string{"UPDATE events SET detail = ''", "DELETE FROM events"} {
		_, err := sqlite.Run(path, statement, 0)
		require.ErrorContains(t, err, "events are never")
	}
}

// No statement reads a table from end to end, or sorts what it reads.
func TestPlans(t *testing.T) {
	t.Parallel()
	path := file(t)
	open(t, path)
	for _, statement := range sqlite.Statements {
		plan, err := sqlite.Run(path, "EXPLAIN QUERY PLAN "+statement, 3)
		require.NoError(t, err)
		for _, step := range plan {
			scan := strings.HasPrefix(step, "SCAN") && step != "SCAN s" // the few sales that a list has found
			require.False(t, scan, "%s\n%s", statement, strings.Join(plan, "\n"))
			require.NotContains(t, step, "AUTOMATIC", statement)
			if !strings.Contains(statement, "LIMIT ?5") {
				require.NotContains(t, step, "TEMP B-TREE", statement)
			}
		}
	}
}

func TestOneFails(t *testing.T) {
	t.Parallel()
	l := open(t, file(t))
	require.NoError(t, l.Add(t.Context(), &server.Sale{Serial: "S", RequestKey: "taken"}))
	const sales = 20
	ledgertest.Sell(t, l, 0, sales, 5)
	var wg sync.WaitGroup
	outcomes := make([]error, sales)
	for n := range sales {
		wg.Go(func() {
			outcomes[n] = l.Change(context.Background(), server.Key{Serial: ledgertest.Serial(n)}, func(a *server.Account) error {
				a.Sale.RequestKey = "taken"
				if n%4 > 0 {
					a.Sale.RequestKey = ledgertest.Serial(n)
				}
				a.Save()
				return nil
			})
		})
	}
	wg.Wait()
	for n, err := range outcomes {
		require.Equal(t, n%4 == 0, err != nil, fmt.Sprint(n, err))
	}
}
