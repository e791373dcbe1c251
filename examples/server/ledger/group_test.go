package ledger_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A medium stores numbers as a database would, and stands still on demand.
type medium struct {
	mu     sync.Mutex
	groups [][]int
	hold   chan struct{} // closed, commits go through
	began  chan struct{}
	fail   func(jobs []int) error
}

func newMedium() *medium {
	return &medium{hold: make(chan struct{}), began: make(chan struct{}, 1000), fail: func([]int) error { return nil }}
}

var errOdd = errors.New("odd")

// commit refuses odd numbers.
func (m *medium) commit(jobs []int, errs []error) error {
	m.began <- struct{}{}
	<-m.hold
	if err := m.fail(jobs); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.groups = append(m.groups, jobs)
	for i, j := range jobs {
		if j%2 == 1 {
			errs[i] = errOdd
		}
	}
	return nil
}

// begin does jobs, of which the first is under way and the others wait when it
// returns. The outcomes are there when wait returns.
func begin(t *testing.T, m *medium, jobs int) (g *ledger.Group[int], outcomes []error, wait func()) {
	t.Helper()
	g = ledger.NewGroup(1, m.commit)
	outcomes = make([]error, jobs)
	var wg sync.WaitGroup
	do := func(i int) { wg.Go(func() { outcomes[i] = g.Do(context.Background(), i) }) }
	do(0)
	<-m.began
	for i := range jobs - 1 {
		do(i + 1)
	}
	for g.Waiting() < jobs-1 {
		runtime.Gosched()
	}
	return g, outcomes, wg.Wait
}

func TestGroupShares(t *testing.T) {
	t.Parallel()
	m := newMedium()
	g, outcomes, wait := begin(t, m, 20)
	close(m.hold)
	wait()
	g.Close()
	require.Len(t, m.groups, 2, "all that waited for the first share a transaction")
	require.Len(t, m.groups[1], 19)
	for i, err := range outcomes {
		require.Equal(t, i%2 == 1, errors.Is(err, errOdd))
	}
	require.Equal(t, ledger.Stats{Groups: 2, Jobs: 20}, g.Stats())
}

func TestGroupFailsAlone(t *testing.T) {
	t.Parallel()
	m := newMedium()
	broken := errors.New("broken")
	m.fail = func(jobs []int) error {
		for _, j := range jobs {
			if j == 7 {
				return broken
			}
		}
		return nil
	}
	g, outcomes, wait := begin(t, m, 20)
	close(m.hold)
	wait()
	g.Close()
	for i, err := range outcomes {
		switch {
		case i == 7:
			require.Equal(t, broken, err)
		case i%2 == 1:
			require.Equal(t, errOdd, err)
		default:
			require.NoError(t, err)
		}
	}
	require.EqualValues(t, 19, g.Stats().Retries)
}

func TestGroupUnknown(t *testing.T) {
	t.Parallel()
	m := newMedium()
	m.fail = func(jobs []int) error {
		if len(jobs) > 1 {
			return ledger.ErrUnknown
		}
		return nil
	}
	g, outcomes, wait := begin(t, m, 20)
	close(m.hold)
	wait()
	g.Close()
	require.NoError(t, outcomes[0])
	for _, err := range outcomes[1:] {
		require.ErrorIs(t, err, ledger.ErrUnknown, "what may be stored is not done again")
	}
	require.Zero(t, g.Stats().Retries)
}

func TestGroupContext(t *testing.T) {
	t.Parallel()
	m := newMedium()
	g := ledger.NewGroup(1, m.commit)
	taken, stop := context.WithCancel(t.Context())
	waiting, leave := context.WithCancel(t.Context())
	outcome := make(chan error, 2)
	go func() { outcome <- g.Do(taken, 0) }()
	<-m.began
	stop() // it is under way, and cannot be taken back
	go func() { outcome <- g.Do(waiting, 2) }()
	for g.Waiting() == 0 {
		runtime.Gosched()
	}
	leave()
	require.ErrorIs(t, <-outcome, context.Canceled)
	require.ErrorIs(t, g.Do(waiting, 4), context.Canceled)
	close(m.hold)
	require.NoError(t, <-outcome)
	g.Close()
	require.Equal(t, [][]int{{0}}, m.groups)
}

func TestGroupClose(t *testing.T) {
	t.Parallel()
	m := newMedium()
	g, outcomes, wait := begin(t, m, 20)
	closed := make(chan struct{})
	go func() {
		g.Close()
		close(closed)
	}()
	for !ledger.Closed(g) {
		runtime.Gosched()
	}
	require.ErrorIs(t, g.Do(t.Context(), 99), ledger.ErrClosed)
	close(m.hold)
	wait()
	<-closed
	require.NoError(t, outcomes[18])
	require.Len(t, m.groups[1], 19, "what was accepted is finished")
}

func TestGroupGoexit(t *testing.T) {
	t.Parallel()
	ended := false
	g := ledger.NewGroup(1, func([]int, []error) error {
		if !ended {
			ended = true
			runtime.Goexit()
		}
		return nil
	})
	require.Error(t, g.Do(t.Context(), 0))
	require.NoError(t, g.Do(t.Context(), 1), "another worker takes over")
	g.Close()
}

// Whoever shared a transaction with an edit that ended its goroutine is served
// all the same, and that edit's caller alone is told.
func TestGroupGoexitAlone(t *testing.T) {
	t.Parallel()
	m := newMedium()
	m.fail = func(jobs []int) error {
		if slices.Contains(jobs, 3) {
			runtime.Goexit()
		}
		return nil
	}
	g, outcomes, wait := begin(t, m, 7)
	close(m.hold)
	wait()
	g.Close()
	for i, err := range outcomes {
		switch {
		case i == 3:
			require.Error(t, err)
			require.NotErrorIs(t, err, errOdd)
		case i%2 == 1:
			require.ErrorIs(t, err, errOdd)
		default:
			require.NoError(t, err)
		}
	}
	require.Len(t, m.groups, 6, "each was done once")
}

// After a crowd of eight, a worker waits until its half of one has come, and
// those who came share a transaction.
func TestGroupGathers(t *testing.T) {
	t.Parallel()
	m := newMedium()
	g, _, wait := begin(t, m, 8)
	ledger.Wait(g, time.Hour)
	close(m.hold)
	wait()
	require.Len(t, m.groups, 2)
	var wg sync.WaitGroup
	do := func(i int) { wg.Go(func() { _ = g.Do(context.Background(), i) }) }
	for i := range 3 {
		do(i)
	}
	for g.Waiting() < 3 {
		runtime.Gosched()
	}
	do(3)
	wg.Wait()
	require.Len(t, m.groups, 3)
	require.Len(t, m.groups[2], 4)

	ledger.Wait(g, time.Nanosecond)
	require.NoError(t, g.Do(context.Background(), 0), "nobody waits for ever")

	ledger.Wait(g, time.Hour)
	do(4)
	for g.Waiting() < 1 {
		runtime.Gosched()
	}
	g.Close()
	wg.Wait()
	require.Len(t, m.groups, 5, "what was accepted is done before the end")
}
