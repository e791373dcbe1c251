package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/examples/server/ledger/internal/ledgertest"
	"github.com/latchkey-go/latchkey/examples/server/ledger/postgres"
	"github.com/latchkey-go/latchkey/license"
)

func open(t testing.TB, url string) *postgres.Ledger {
	t.Helper()
	l, err := postgres.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// run runs a statement on a connection of its own.
func run(t *testing.T, url, statement string, args ...any) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), statement, args...)
	return err
}

func TestLedger(t *testing.T) {
	t.Parallel()
	activationtest.TestLedger(t, func(t *testing.T) server.Ledger { return open(t, pgtest.URL(t)) })
}

func TestOverrun(t *testing.T) {
	t.Parallel()
	require.NoError(t, activationtest.Overrun(t.Context(), open(t, pgtest.URL(t))))
}

func TestOverrunFourServers(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	require.NoError(t, activationtest.Overrun(t.Context(), open(t, url), open(t, url), open(t, url), open(t, url)))
}

func TestB14_sql_injection(t *testing.T) {
	t.Parallel()
	ledgertest.Hostile(t, open(t, pgtest.URL(t)))
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	ledgertest.Invalid(t, open(t, pgtest.URL(t)))
}

func TestCounts(t *testing.T) {
	t.Parallel()
	ledgertest.Counts(t, open(t, pgtest.URL(t)))
}

func TestCountsFourServers(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	ledgertest.Counts(t, open(t, url), open(t, url), open(t, url), open(t, url))
}

func TestClose(t *testing.T) {
	t.Parallel()
	ledgertest.Close(t, open(t, pgtest.URL(t)))
}

func TestRename(t *testing.T) {
	t.Parallel()
	ledgertest.Rename(t, open(t, pgtest.URL(t)))
}

// A line of history that says what was read is true of what is there when it is
// stored: an edit runs again if another server has changed the sale.
func TestNoteOnly(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	a, b := open(t, url), open(t, url)
	ledgertest.Sell(t, a, 0, 1, 5)
	key := server.Key{Serial: ledgertest.Serial(0)}
	runs := 0
	require.NoError(t, a.Change(t.Context(), key, func(account *server.Account) error {
		if runs++; runs == 1 {
			require.NoError(t, b.Change(t.Context(), key, func(other *server.Account) error {
				other.Sale.Blocked = true
				other.Save()
				return nil
			}))
		}
		account.Note(server.Event{Kind: server.EventUsage, Detail: fmt.Sprint("blocked: ", account.Sale.Blocked)})
		return nil
	}))
	require.Equal(t, 2, runs)
	events, err := a.History(t.Context(), key.Serial, 0, 0)
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, "blocked: true", events[1].Detail)
}

// A change sees the request key that one before it in the same transaction has
// given to the sale.
func TestRequestKeyOfTheGroup(t *testing.T) {
	t.Parallel()
	l := open(t, pgtest.URL(t))
	ledgertest.Sell(t, l, 0, 3, 5)
	began, goOn := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	do := func(at server.Key, edit func(*server.Account)) {
		wg.Go(func() {
			require.NoError(t, l.Change(context.Background(), at, func(a *server.Account) error {
				edit(a)
				return nil
			}))
		})
	}
	for n := range 2 { // both workers
		do(server.Key{Serial: ledgertest.Serial(n)}, func(*server.Account) {
			began <- struct{}{}
			<-goOn
		})
		<-began
	}
	waiting := func(n int) {
		for l.Waiting() < n {
			runtime.Gosched()
		}
	}
	do(server.Key{Serial: ledgertest.Serial(2)}, func(a *server.Account) {
		a.Sale.RequestKey = "1234567897"
		a.Save()
	})
	waiting(1)
	var found license.Serial
	do(server.Key{RequestKey: "1234567897"}, func(a *server.Account) {
		if a.Sale != nil {
			found = a.Sale.Serial
		}
	})
	waiting(2)
	close(goOn)
	wg.Wait()
	require.EqualValues(t, ledgertest.Serial(2), found)
}

// What fails only when it is committed has failed: without a lock, a commit is
// no statement of its own.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	l := open(t, url)
	ledgertest.Sell(t, l, 0, 1, 5)
	require.NoError(t, run(t, url, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			RAISE EXCEPTION 'too late';
		END $$`))
	require.NoError(t, run(t, url, `CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON accounts
		DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`))
	_, err := ledgertest.Grant(l, t, ledgertest.Serial(0), "machine")
	require.ErrorContains(t, err, "too late")
	require.NotErrorIs(t, err, ledger.ErrUnknown)
	require.NoError(t, run(t, url, `DROP TRIGGER late ON accounts`))
	granted, err := ledgertest.Grant(l, t, ledgertest.Serial(0), "machine")
	require.NoError(t, err)
	require.True(t, granted)
	events, err := l.History(t.Context(), ledgertest.Serial(0), 0, 0)
	require.NoError(t, err)
	require.Len(t, events, 2, "sold, and activated once")
}

func TestOtherSteps(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	open(t, url)
	require.NoError(t, run(t, url, "UPDATE migrations SET name = 'sales'"))
	_, err := postgres.Open(t.Context(), url)
	require.ErrorIs(t, err, ledger.ErrOther)
}

func TestApart(t *testing.T) {
	t.Parallel()
	ledgertest.Apart(t, open(t, pgtest.URL(t)))
}

func TestPanic(t *testing.T) {
	t.Parallel()
	ledgertest.Panic(t, open(t, pgtest.URL(t)))
}

// The database asks twice for the transaction to be made again.
func TestSerializationFailure(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		url := pgtest.URL(t)
		l := open(t, url)
		ledgertest.Sell(t, l, 0, 1, 5)
		require.NoError(t, run(t, url, `CREATE SEQUENCE tries`))
		require.NoError(t, run(t, url, `CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				IF nextval('tries') <= 2 THEN
					RAISE EXCEPTION USING ERRCODE = TG_ARGV[0];
				END IF;
				RETURN NEW;
			END $$`))
		require.NoError(t, run(t, url, `CREATE TRIGGER twice BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION twice('`+code+`')`))
		edits := 0
		require.NoError(t, l.Change(t.Context(), server.Key{Serial: ledgertest.Serial(0)}, func(a *server.Account) error {
			edits++
			require.Zero(t, a.Sale.Used, "it begins with a newly loaded account")
			a.Sale.Used++
			a.Save()
			a.Put(&server.Activation{ID: "A"})
			return nil
		}))
		require.Equal(t, 3, edits)
	}
}

// A change that the database refuses fails alone, whatever shares its
// transaction.
func TestOneFails(t *testing.T) {
	t.Parallel()
	const sales = 20
	l := open(t, pgtest.URL(t))
	require.NoError(t, l.Add(t.Context(), &server.Sale{Serial: "S", RequestKey: "taken"}))
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
		require.NotErrorIs(t, err, ledger.ErrUnknown)
	}
}

// All connections are cut while nothing is under way.
func TestConnectionsCut(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	l := open(t, url)
	ledgertest.Sell(t, l, 0, 1, 5)
	for n := range 5 {
		require.NoError(t, run(t, url, cut))
		granted, err := ledgertest.Grant(l, t, ledgertest.Serial(0), fmt.Sprint(n))
		require.NoError(t, err)
		require.True(t, granted)
	}
}

// cut ends all other connections to the database, and so all transactions.
const cut = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

// The connection is cut between reading and writing, so that the writes and
// the commit are sent in vain. Whether they arrived is not known, and so nobody
// is told that they did.
func TestCutBeforeCommit(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	l := open(t, url)
	ledgertest.Sell(t, l, 0, 1, 5)
	edits := 0
	err := l.Change(t.Context(), server.Key{Serial: ledgertest.Serial(0)}, func(a *server.Account) error {
		edits++
		a.Sale.Used++
		a.Save()
		return run(t, url, cut)
	})
	require.ErrorIs(t, err, ledger.ErrUnknown)
	require.Equal(t, 1, edits)
	require.NoError(t, l.Change(t.Context(), server.Key{Serial: ledgertest.Serial(0)}, func(a *server.Account) error {
		require.Zero(t, a.Sale.Used)
		return nil
	}))
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	first := open(t, url)
	ledgertest.Sell(t, first, 0, 3, 5)
	require.NoError(t, first.Close())
	again := open(t, url)
	require.NoError(t, again.Look(t.Context(), server.Key{Serial: ledgertest.Serial(1)}, func(a *server.Account) error {
		require.NotNil(t, a.Sale, "the secret of the database stays")
		return nil
	}))
}

func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	var wg sync.WaitGroup
	ledgers, errs := make([]*postgres.Ledger, 4), make([]error, 4)
	for i := range ledgers {
		wg.Go(func() { ledgers[i], errs[i] = postgres.Open(context.Background(), url) })
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	ledgertest.Sell(t, ledgers[0], 0, 1, 5)
	for _, l := range ledgers {
		require.NoError(t, l.Look(t.Context(), server.Key{Serial: ledgertest.Serial(0)}, func(a *server.Account) error {
			require.NotNil(t, a.Sale, "all agree on the secret")
			return nil
		}))
		require.NoError(t, l.Close())
	}
}

func TestNewer(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	open(t, url)
	require.NoError(t, run(t, url, "INSERT INTO migrations (number, name) VALUES (1000, 'later')"))
	_, err := postgres.Open(t.Context(), url)
	require.ErrorIs(t, err, ledger.ErrNewer)
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://localhost:1/none", "postgres://%"} {
		_, err := postgres.Open(t.Context(), url)
		require.Error(t, err)
	}
}

func TestHistoryStays(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	ledgertest.Sell(t, open(t, url), 0, 3, 5)
	for _, statement := range []string{"UPDATE events SET detail = ''", "DELETE FROM events", "TRUNCATE events"} {
		require.ErrorContains(t, run(t, url, statement), "events are never")
	}
}

// No statement reads a table from end to end, even where the planner knows
// nothing of the tables but that they are empty; and once it knows more, lists
// go by the index of what they list.
func TestPlans(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	l := open(t, url)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), postgres.Session)
	require.NoError(t, err)
	for _, statement := range postgres.Statements {
		require.NotContains(t, explain(t, conn, statement), "Seq Scan", statement)
	}
	ledgertest.Sell(t, l, 0, 5000, 5)
	_, err = conn.Exec(t.Context(), "ANALYZE")
	require.NoError(t, err)
	for index, statement := range postgres.Lists {
		require.Contains(t, explain(t, conn, statement), "Index Scan using "+index, statement)
	}
	found := explain(t, conn, postgres.Search)
	require.Contains(t, found, "using terms_pkey")
	require.NotContains(t, found, "Seq Scan on terms")
}

// explain returns the plan of a statement for whatever arguments.
func explain(t *testing.T, conn *pgx.Conn, statement string) string {
	t.Helper()
	prepared, err := conn.Prepare(t.Context(), "explained", statement)
	require.NoError(t, err)
	arguments := strings.TrimSuffix(strings.Repeat("NULL,", len(prepared.ParamOIDs)), ",")
	rows, err := conn.Query(t.Context(), "EXPLAIN EXECUTE explained ("+arguments+")", pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NoError(t, conn.Deallocate(t.Context(), "explained"))
	return strings.Join(plan, "\n")
}
