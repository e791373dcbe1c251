package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Jobs that were enough when they came may be too few when a worker looks, after
// a transaction that saw a larger crowd. They do not wait for more for ever.
func TestGroupGrownCrowd(t *testing.T) {
	t.Parallel()
	began, goOn := make(chan int), make(chan struct{})
	g := NewGroup(1, func(jobs []int, _ []error) error {
		began <- len(jobs)
		<-goOn
		return nil
	})
	defer g.Close()
	burst := make([]*ticket[int], 10)
	g.mu.Lock()
	for n := range burst {
		burst[n] = &ticket[int]{done: make(chan struct{})}
	}
	g.waiting = append(g.waiting, burst...) // all before the worker that the first has woken
	g.wake.Signal()
	g.mu.Unlock()
	require.Equal(t, 10, <-began)
	last := &ticket[int]{done: make(chan struct{})}
	require.True(t, g.enter(last))
	goOn <- struct{}{}
	require.Equal(t, 1, <-began)
	goOn <- struct{}{}
	<-last.done
}
