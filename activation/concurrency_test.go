package activation_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

// TestManyGoroutines uses two clients of one folder from many goroutines at
// once. No run is lost or used twice, and every call is safe, Close too.
func TestManyGoroutines(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	o.Poll = time.Millisecond
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t, func(l *license.License) { l.Products[0].Features[2].Runs = 10_000 }))
	})
	clients := []*activation.Client{open(t, o), open(t, o)}
	var wg sync.WaitGroup
	var used, applied atomic.Int64
	for i := range 8 {
		c := clients[i%2]
		wg.Go(func() {
			for range 150 {
				if err := c.Consume("print", 1); err == nil {
					used.Add(1)
				} else {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 50 {
				if !c.Allows("draw") || !c.Allows("try") || c.Allows("nothing") {
					t.Error("not allowed")
				}
				if d := c.Decision("print"); d.State != license.StateActive || d.Left < 0 {
					t.Error(d)
				}
				if s := c.Status(); s.State != license.StateActive || len(s.Reasons) > 0 {
					t.Error(s.Reasons)
				}
				if _, err := c.Notices(); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for n := range 5 {
				change, err := c.Import(context.Background(), bytes.NewReader(v.update(t, int64(n+1), extend("export", 1))))
				switch {
				case err == nil && change.Changed:
					applied.Add(1)
				case err != nil && !errors.Is(err, license.OutOfOrder):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1200), used.Load())
	require.Equal(t, int64(5), applied.Load(), "each update once, by whoever came first")
	for _, c := range clients {
		for range 4 { // goroutines that close
			wg.Go(func() { _ = c.Close() })
			wg.Go(func() { _ = c.Consume("print", 1) })
			wg.Go(func() { c.Allows("print"); c.Status() })
		}
	}
	wg.Wait()
	visit(t, o, func(c *activation.Client) {
		left := c.Decision("print").Left
		require.LessOrEqual(t, left, int64(10_000-1200))
		require.GreaterOrEqual(t, left, int64(10_000-1200-8))
		require.Equal(t, day("2027-01-05"), c.Decision("export").Until)
	})
}

// TestManyStart has many clients come up at once where there is nothing yet.
func TestManyStart(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	o.Documents = [][]byte{v.sell(t, func(l *license.License) {
		l.Window = license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}}
	})}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c, err := activation.Open(o)
			if err != nil {
				t.Error(err)
				return
			}
			if err := c.Consume("print", 1); err != nil {
				t.Error(err)
			}
			if !c.Allows("draw") || !c.Allows("try") {
				t.Error("not allowed")
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	visit(t, o, func(c *activation.Client) {
		require.Equal(t, int64(92), c.Decision("print").Left)
		require.Empty(t, c.Status().Reasons)
		require.Equal(t, day("2026-04-09"), c.Decision("draw").Until)
	})
}

// TestTwoClients has two clients on one folder in turn: what one has changed,
// the other builds upon.
func TestTwoClients(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	a, b := open(t, o), open(t, o)
	mustImport(t, a, v.sell(t))
	require.False(t, b.Allows("draw"), "it has not looked yet")
	mustImport(t, b, v.update(t, 1, extend("export", 1)))
	require.True(t, b.Allows("draw"))
	requireNotice(t, a, v.update(t, 1, extend("export", 1)), license.AlreadyApplied)
	require.NoError(t, a.Consume("print", 60))
	require.NoError(t, b.Consume("print", 35))
	require.ErrorIs(t, a.Consume("print", 6), license.TooFewRuns)
	require.NoError(t, b.Consume("print", 5))
	require.ErrorIs(t, a.Consume("print", 1), license.RunsUsedUp)
	require.ErrorIs(t, b.Consume("print", 1), license.RunsUsedUp)
	var refused *activation.RefusedError
	require.ErrorAs(t, b.Consume("print", 1), &refused)
	require.Equal(t, license.StateExpired, refused.Decision.State)
	require.Contains(t, refused.Error(), "print")
	require.NotEqual(t, refused.Error(), refused.Text(license.Russian))
}

func TestConsumeEdges(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	require.ErrorIs(t, c.Consume("print", 1), license.NoLicense)
	mustImport(t, c, v.sell(t))
	unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
		for _, n := range []int64{0, -1, -1 << 63} {
			require.ErrorContains(t, c.Consume("print", n), "cannot be consumed")
		}
		for _, n := range []int64{101, 1 << 62, 1<<63 - 1} {
			r := requireReason(t, c.Consume("print", n), license.TooFewRuns)
			require.Equal(t, int64(100), r.N)
			require.Equal(t, n, r.Max)
		}
		require.NoError(t, c.Consume("draw", 1<<40), "what is not limited is used all the same")
		require.ErrorIs(t, c.Consume("nothing", 1), license.FeatureNotLicensed)
	})
	require.NoError(t, c.Consume("try", 1))
	require.Equal(t, day("2026-04-09"), c.Decision("try").Until, "its first use is recorded")

	// Two licences with runs of the same feature.
	mustImport(t, c, v.sell(t, func(l *license.License) {
		l.ID, l.Serial, l.Products[0].Features = "L-2", "SERIAL-2", []license.Feature{{ID: "print", Runs: 5}}
	}))
	require.ErrorIs(t, c.Consume("print", 101), license.TooFewRuns)
	require.NoError(t, c.Consume("print", 99))
	require.NoError(t, c.Consume("print", 4))
	require.NoError(t, c.Consume("print", 1))
	require.NoError(t, c.Consume("print", 1))
	require.ErrorIs(t, c.Consume("print", 1), license.RunsUsedUp)
	require.False(t, c.Allows("print"))
}

// TestResetUsage has a rewrite start the count anew while runs are reserved:
// they are gone with the usage, unless the rewrite cannot be stored.
func TestResetUsage(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	store := &fullStore{}
	o.Store, o.Dir, o.WitnessDir = store, "", ""
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	require.NoError(t, c.Consume("print", 1))
	runs := int64(50)
	rewrite := v.update(t, 1, func(u *license.Update) {
		u.Rewrite = true
		u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "print", Runs: &runs, ResetUsage: true}}}}
	})
	store.full = true
	requireReason(t, importing(c, rewrite), license.FolderUnwritable)
	store.full = false
	require.NoError(t, c.Consume("print", 1))
	require.Equal(t, int64(98), c.Decision("print").Left, "what could not be stored has changed nothing")
	mustImport(t, c, rewrite)
	require.Equal(t, int64(50), c.Decision("print").Left)
	require.NoError(t, c.Consume("print", 1))
	require.NoError(t, c.Close())
	require.Equal(t, int64(49), open(t, o).Decision("print").Left)
}

// inBubble runs a test in which time passes by itself, from 1 January 2000.
func inBubble(t *testing.T, test func(t *testing.T, v vendor, o activation.Options, licence []byte)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		o, _ := v.options(t)
		o.Store, o.Witness, o.Dir, o.WitnessDir = &activation.MemoryStore{}, &activation.MemoryStore{}, "", ""
		o.Now, o.Released = time.Now, time.Now()
		test(t, v, o, v.sell(t, func(l *license.License) {
			l.Issued = time.Now()
			l.Products[0].Features[1].Term = license.Between(day("2000-01-03"), day("2000-01-05"))
		}))
	})
}

// A journal is written by what a client calls by itself.
type journal[T any] struct {
	mu      sync.Mutex
	entries []T
}

func (j *journal[T]) add(e T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
}

// take returns the entries since the last call.
func (j *journal[T]) take() []T {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := j.entries
	j.entries = nil
	return all
}

func TestNoticesItsOwnExpiry(t *testing.T) {
	inBubble(t, func(t *testing.T, v vendor, o activation.Options, licence []byte) {
		var changes journal[string]
		o.OnChange = func(c activation.Change) {
			changes.add(time.Now().UTC().Format("2006-01-02 15:04:05 ") + c.Before.String() + " " + c.After.String())
		}
		o.Poll = 1000 * time.Hour
		c := open(t, o)
		mustImport(t, c, licence)
		until := func(date string) { time.Sleep(time.Until(day(date).Start()) - time.Second) }
		until("2000-01-03")
		require.False(t, c.Allows("export"))
		require.True(t, has(c.Decision("export"), license.NotYetValid))
		time.Sleep(time.Second)
		synctest.Wait()
		require.True(t, c.Allows("export"))
		until("2000-01-06")
		require.True(t, c.Allows("export"))
		time.Sleep(time.Second)
		synctest.Wait()
		require.False(t, c.Allows("export"))
		require.True(t, has(c.Decision("export"), license.ExpiredDate))
		require.True(t, c.Allows("draw"))
		require.Equal(t, []string{"2000-01-03 00:00:00 active active", "2000-01-06 00:00:00 active active"}, changes.take())
	})
}

func TestNoticesAnotherProcess(t *testing.T) {
	inBubble(t, func(t *testing.T, v vendor, o activation.Options, licence []byte) {
		var changes journal[activation.Change]
		watching := o
		watching.OnChange = changes.add
		c := open(t, watching)
		other := open(t, o)
		mustImport(t, other, licence)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.True(t, c.Allows("draw"))
		require.Equal(t, []activation.Change{{Before: license.StateUnlicensed, After: license.StateActive}}, changes.take())

		time.Sleep(time.Until(day("2000-01-06").Start()))
		synctest.Wait()
		require.False(t, c.Allows("export"))
		mustImport(t, other, v.update(t, 1, func(u *license.Update) { u.Issued = time.Now(); extend("export", 2)(u) }))
		changes.take()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.True(t, c.Allows("export"), "a renewal is noticed without a restart")
		require.Equal(t, day("2000-01-08"), c.Decision("export").Until)
		require.Len(t, changes.take(), 1)
	})
}

// TestMarkMoves has a program run for long: the latest time that it has seen
// is known when it is killed, to about an hour.
func TestMarkMoves(t *testing.T) {
	inBubble(t, func(t *testing.T, _ vendor, o activation.Options, licence []byte) {
		c := open(t, o)
		mustImport(t, c, licence)
		time.Sleep(80 * time.Hour)
		synctest.Wait()
		back := o // without Close, as after a crash
		now := time.Now()
		back.Now = func() time.Time { return now.Add(-26 * time.Hour) }
		visit(t, back, func(c *activation.Client) {
			require.True(t, has(c.Decision("export"), license.ClockSetBack))
			require.True(t, c.Allows("draw"))
		})
	})
}

// TestClockPutRight has the clock stand back while the program runs: what is
// paused returns by itself.
func TestClockPutRight(t *testing.T) {
	inBubble(t, func(t *testing.T, _ vendor, o activation.Options, licence []byte) {
		var shift atomic.Int64
		o.Now = func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
		c := open(t, o)
		time.Sleep(60 * time.Hour)
		mustImport(t, c, licence)
		require.True(t, c.Allows("export"))
		shift.Store(-int64(48 * time.Hour))
		time.Sleep(2 * time.Minute)
		require.False(t, c.Allows("export"))
		require.True(t, c.Allows("draw"))
		shift.Store(0)
		time.Sleep(2 * time.Minute)
		require.True(t, c.Allows("export"))
	})
}

// A brokenStore cannot be read for a while.
type brokenStore struct {
	activation.MemoryStore
	broken atomic.Bool
}

func (s *brokenStore) Load() (activation.Record, error) {
	if s.broken.Load() {
		return activation.Record{}, &license.Reason{Code: license.RecordUnreadable, Detail: "broken"}
	}
	return s.MemoryStore.Load()
}

func TestUnreadableForAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, _ vendor, o activation.Options, licence []byte) {
		store := &brokenStore{}
		o.Store = store
		c := open(t, o)
		mustImport(t, c, licence)
		store.broken.Store(true)
		time.Sleep(time.Until(day("2000-01-04").Start()))
		synctest.Wait()
		require.True(t, c.Allows("draw"), "what was read last stays in force")
		require.True(t, c.Allows("export"), "and time goes on")
		_, err := activation.Open(o)
		requireReason(t, err, license.RecordUnreadable)
		store.broken.Store(false)
		require.True(t, c.Allows("try"))
	})
}

// TestCloseEnds holds that nothing runs on: a bubble that is left with a
// goroutine in it fails.
func TestCloseEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, v vendor, o activation.Options, licence []byte) {
		c, err := activation.Open(o)
		require.NoError(t, err)
		mustImport(t, c, licence)
		before := runtime.NumGoroutine()
		require.NoError(t, c.Close())
		synctest.Wait()
		require.Less(t, runtime.NumGoroutine(), before+1)
		require.NoError(t, c.Close(), "twice is once")
		require.False(t, c.Allows("draw"))
		require.Equal(t, license.StateUnlicensed, c.Status().State)
		require.Equal(t, license.StateUnlicensed, c.Decision("draw").State)
		requireReason(t, c.Consume("print", 1), license.ClientClosed)
		requireReason(t, importing(c, licence), license.ClientClosed)
		requireReason(t, entering(c, v.key(t, "Ada", license.KeyTerms{Edition: 1}), "Ada"), license.ClientClosed)
		_, err = c.Notices()
		requireReason(t, err, license.ClientClosed)
		_, err = c.Challenge()
		requireReason(t, err, license.ClientClosed)
		time.Sleep(100 * time.Hour)
		for _, edit := range []func(o *activation.Options){
			func(o *activation.Options) { o.Keyring = "" },
			func(o *activation.Options) {
				o.Store = &brokenStore{}
				o.Store.(*brokenStore).broken.Store(true)
			},
		} {
			failing := o
			edit(&failing)
			_, err := activation.Open(failing)
			require.Error(t, err)
		}
	})
}

func TestLogsNoKeys(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, typed := range []string{v.key(t, "Ada", license.KeyTerms{Edition: 1}), v.key(t, "Ada", license.KeyTerms{Edition: 9})} {
		o, _ := v.options(t)
		c := open(t, o)
		err := entering(c, typed, "Bea")
		require.Error(t, err)
		for _, row := range strings.Fields(typed) {
			require.NotContains(t, err.Error(), row)
		}
	}
}
