package ledger

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// ErrClosed is returned for a job that comes after Close.
	ErrClosed = errors.New("ledger: closed")

	// ErrUnknown says that a commit was sent and its outcome not heard. Doing
	// the jobs again might do them twice, so their callers are told instead.
	ErrUnknown = errors.New("ledger: the database did not say whether it has stored the change")

	errLeft = errors.New("ledger: an edit ended its goroutine")
)

// MaxGroup is how many jobs share a transaction at most, so that the first of
// them does not wait for ever.
const MaxGroup = 256

const (
	// maxPatience is how long a job waits at most for others to share a
	// transaction with, where a worker is free.
	maxPatience = time.Millisecond
	// forget is by how much of the difference the crowd falls with every
	// transaction that saw a smaller one.
	forget = 1.0 / 50
)

// A Group does jobs in groups. Making a transaction durable costs a flush of
// the disk, whatever is in it; so all jobs that come in while one transaction
// is on its way go into the next together.
//
// A worker that is free does not begin with the first job that comes, if there
// were more at once of late: it waits until it has its share of them, though no
// longer than the last transaction took. Otherwise those whom one transaction
// releases would come back to several small ones. Of jobs that come alone, none
// waits.
type Group[J any] struct {
	commit func(jobs []J, errs []error) error
	hands  int // how many workers there are

	mu      sync.Mutex
	wake    *sync.Cond
	waiting []*ticket[J]
	closed  bool
	workers sync.WaitGroup
	stats   stats

	taken int           // jobs whose transactions are on their way
	crowd float64       // how many jobs there were at once, of late
	took  time.Duration // by the last transaction
	late  bool          // a job has waited for long enough
	timer *time.Timer   // that makes it so
	wait  func() time.Duration
}

// A ticket is a job with its outcome, which stands when done is closed.
type ticket[J any] struct {
	job   J
	alone bool // it is to have a transaction of its own
	err   error
	done  chan struct{}
}

// NewGroup starts workers, each of which has at most one transaction on its
// way. commit does jobs in one transaction, in their order. It returns nil once
// what they did is durable, with the errors of single jobs, which do not touch
// the others, in errs; and an error if nothing was stored. It is then called
// again with each job alone, except after ErrUnknown.
func NewGroup[J any](workers int, commit func(jobs []J, errs []error) error) *Group[J] {
	g := &Group[J]{commit: commit, hands: workers}
	g.wake = sync.NewCond(&g.mu)
	g.timer = time.AfterFunc(time.Hour, g.hurry)
	g.timer.Stop()
	g.wait = func() time.Duration { return min(g.took, maxPatience) }
	for range workers {
		g.workers.Add(1)
		go g.work()
	}
	return g
}

// Do has a job done and returns its outcome. If ctx ends before a transaction
// has taken the job up, it is not done and Do returns ctx's error; after that,
// Do waits for the outcome, since it could not be taken back.
func (g *Group[J]) Do(ctx context.Context, job J) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &ticket[J]{job: job, done: make(chan struct{})}
	if !g.enter(t) {
		return ErrClosed
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		if g.withdraw(t) {
			return ctx.Err()
		}
		<-t.done
	}
	var p *panicked
	if errors.As(t.err, &p) {
		panic(p.value)
	}
	return t.err
}

func (g *Group[J]) enter(t *ticket[J]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.waiting = append(g.waiting, t)
	if g.ready() {
		g.wake.Signal()
	} else if len(g.waiting) == 1 {
		g.timer.Reset(g.wait())
	}
	return true
}

// ready reports whether enough jobs wait for a worker to begin: one part of the
// crowd for each worker, and one for those who are yet to come.
func (g *Group[J]) ready() bool {
	enough := int(math.Round(g.crowd)) / (g.hands + 1)
	return len(g.waiting) > 0 && (g.closed || g.late || len(g.waiting) >= enough)
}

// hurry has a worker begin with what there is.
func (g *Group[J]) hurry() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.late = true
	g.wake.Signal()
}

// withdraw reports whether the ticket still waited.
func (g *Group[J]) withdraw(t *ticket[J]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == t {
			g.waiting = append(g.waiting[:i:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// Waiting returns how many jobs wait for a transaction to take them up.
func (g *Group[J]) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// Close finishes what was accepted, and refuses the rest.
func (g *Group[J]) Close() {
	g.mu.Lock()
	g.closed = true
	g.wake.Broadcast()
	g.mu.Unlock()
	g.workers.Wait()
	g.timer.Stop()
}

// work does groups until there are no more. Should an edit end the goroutine,
// as a test's FailNow does, another one takes over.
func (g *Group[J]) work() {
	ended := false
	defer func() {
		if ended {
			g.workers.Done()
		} else {
			go g.work()
		}
	}()
	for group := g.take(); group != nil; group = g.take() {
		g.serve(group)
	}
	ended = true
}

// take waits for jobs and returns all there are, nil after Close.
func (g *Group[J]) take() []*ticket[J] {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.ready() {
		if g.closed {
			return nil
		}
		if len(g.waiting) > 0 { // they were enough when they came, and are not by now
			g.timer.Reset(g.wait())
		}
		g.wake.Wait()
	}
	n := min(len(g.waiting), MaxGroup)
	if g.waiting[0].alone {
		n = 1
	}
	group := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.taken += n
	g.late = false
	g.timer.Stop()
	if len(g.waiting) > 0 { // more than one transaction takes
		g.late = true
		g.wake.Signal()
	}
	return group
}

// learn takes note of how many jobs there were at the end of a transaction, and
// how long it took.
func (g *Group[J]) learn(jobs int, took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := float64(g.taken + len(g.waiting))
	g.crowd = max(now, g.crowd+(now-g.crowd)*forget)
	g.taken -= jobs
	g.took = took
}

// serve does a group, and tells each its outcome.
func (g *Group[J]) serve(group []*ticket[J]) {
	told, began := 0, time.Now()
	learn := sync.OnceFunc(func() { g.learn(len(group), time.Since(began)) })
	defer func() { // only where an edit has ended this goroutine is anything left
		learn()
		if rest := group[told:]; len(group) == 1 && len(rest) == 1 {
			rest[0].finish(errLeft)
		} else if len(rest) > 0 {
			g.again(rest)
		}
	}()
	errs, err := g.try(group)
	learn() // before those who were waiting come with their next
	if err == nil || len(group) == 1 || errors.Is(err, ErrUnknown) {
		for i, t := range group {
			told++
			t.finish(first(err, errs[i]))
		}
		return
	}
	for i := range group {
		g.stats.retries.Add(1)
		errs, err := g.try(group[i : i+1])
		told++
		group[i].finish(first(err, errs[0]))
	}
}

// again has jobs done that shared a transaction with one that ended the worker's
// goroutine, each alone.
func (g *Group[J]) again(rest []*ticket[J]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range rest {
		t.alone = true
	}
	g.waiting = append(slices.Clone(rest), g.waiting...)
	g.late = true
	g.wake.Signal()
}

func (g *Group[J]) try(group []*ticket[J]) ([]error, error) {
	jobs := make([]J, len(group))
	for i, t := range group {
		jobs[i] = t.job
	}
	errs := make([]error, len(group))
	g.stats.groups.Add(1)
	g.stats.jobs.Add(int64(len(group)))
	return errs, g.commit(jobs, errs)
}

func (t *ticket[J]) finish(err error) {
	t.err = err
	close(t.done)
}

// first prefers the error of the transaction: in one that was not stored, a
// job may have failed over what another did there.
func first(group, own error) error {
	if group != nil {
		return group
	}
	return own
}

// Stats counts what a Group has done since it was started.
type Stats struct {
	Groups  int64 // transactions begun
	Jobs    int64 // in them
	Retries int64 // of jobs alone, after a transaction that failed
}

type stats struct{ groups, jobs, retries atomic.Int64 }

// Stats returns the counts.
func (g *Group[J]) Stats() Stats {
	return Stats{Groups: g.stats.groups.Load(), Jobs: g.stats.jobs.Load(), Retries: g.stats.retries.Load()}
}
