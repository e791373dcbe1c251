package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger/internal/ledgertest"
	"github.com/latchkey-go/latchkey/examples/server/ledger/sqlite"
)

const (
	crashFile  = "LATCHKEY_CRASH_FILE"  // has the test binary work on a file until it is killed
	crashRound = "LATCHKEY_CRASH_ROUND" // tells its activations from those of other rounds
	crashSales = 8
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Println(work(path, os.Getenv(crashRound)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// work activates sales without end, and says so of each once it is stored.
func work(path, round string) error {
	l, err := sqlite.Open(context.Background(), path)
	if err != nil {
		return err
	}
	var out sync.Mutex
	failed := make(chan error)
	for g := range 2 * crashSales {
		go func() {
			for n := 0; ; n++ {
				machine := fmt.Sprint("r", round, "g", g, "n", n)
				if _, err := ledgertest.Grant(l, bare{}, ledgertest.Serial(g%crashSales), machine); err != nil {
					failed <- err
				}
				out.Lock()
				fmt.Println("granted", g%crashSales, machine)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// bare stands for a test where there is none.
type bare struct{ testing.TB }

func (bare) Context() context.Context { return context.Background() }

// A process that works on the file is killed twenty times. What it said is
// stored is there, and nothing is there in part.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := file(t)
	l := open(t, path)
	ledgertest.Sell(t, l, 0, crashSales, 1<<40)
	require.NoError(t, l.Close())
	all := map[string]string{} // sales, by machines
	for round := range 20 {
		stored := map[string]string{}
		killed(t, path, round, 1+rand.IntN(100), stored)
		requireStored(t, path, stored)
		maps.Copy(all, stored)
	}
	requireStored(t, path, all)
}

// killed runs the process until it has stored so many activations and a little
// longer, and takes down all it says.
func killed(t *testing.T, path string, round, after int, stored map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashFile+"="+path, fmt.Sprint(crashRound, "=", round))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines, heard := bufio.NewScanner(out), 0
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		require.True(t, len(words) == 3 && words[0] == "granted", lines.Text())
		stored[words[2]] = words[1]
		if heard++; heard == after {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	require.GreaterOrEqual(t, heard, after)
	require.Error(t, cmd.Wait())
}

func requireStored(t *testing.T, path string, stored map[string]string) {
	t.Helper()
	l, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	there := map[string]bool{}
	for n := range crashSales {
		for _, a := range requireWhole(t, l, n) {
			there[fmt.Sprint(n, " ", a.ID)] = true
		}
	}
	for machine, sale := range stored {
		require.True(t, there[sale+" A-"+machine], "sale %s on %s was acknowledged", sale, machine)
	}
	damage, err := sqlite.Run(path, "PRAGMA integrity_check", 0)
	require.NoError(t, err)
	require.Equal(t, []string{"ok"}, damage)
}

// requireWhole requires that the count, the activations, their marks and the
// history of a sale agree, and returns the activations.
func requireWhole(t *testing.T, l *sqlite.Ledger, n int) []*server.Activation {
	t.Helper()
	activations, err := l.Activations(t.Context(), ledgertest.Serial(n), "", 1<<30)
	require.NoError(t, err)
	events, err := l.History(t.Context(), ledgertest.Serial(n), 0, 1<<30)
	require.NoError(t, err)
	require.Len(t, events, 1+len(activations))
	var marks []string
	for _, a := range activations {
		marks = append(marks, a.Marks()[2])
	}
	require.NoError(t, l.Look(t.Context(), server.Key{Serial: ledgertest.Serial(n), Marks: marks}, func(a *server.Account) error {
		require.EqualValues(t, len(activations), a.Sale.Used)
		require.Len(t, a.Activations, len(activations))
		return nil
	}))
	return activations
}
