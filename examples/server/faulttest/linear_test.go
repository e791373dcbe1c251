package faulttest_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

const (
	hotSerials  = 4
	hotMachines = 8 // on each serial number, fewer than goroutines: some ask twice at once
	hotWorkers  = 16
	hotLimit    = 3
)

// An operation of the desk; the others are a license.Operation.
const (
	opLimit   license.Operation = "limit"
	opBlock   license.Operation = "block"
	opUnblock license.Operation = "unblock"
)

// A call is what was asked: the input of an operation.
type call struct {
	serial  int
	op      license.Operation
	machine int
	limit   int64
}

// A result is what was answered: the output of an operation.
type result struct {
	unknown  bool // the connection was cut, so nobody knows
	code     license.Code
	n, max   int64
	receipt  bool
	hold     license.Hold
	sequence int64 // of the sale; 0 where the desk asked, who is not told
}

// A saleState is a sale as the model has it. Machines are bits.
type saleState struct {
	version, limit int64
	blocked        bool
	active, known  uint32
}

func (s saleState) used() (n int64) {
	for set := s.active; set != 0; set &= set - 1 {
		n++
	}
	return n
}

// next is the sequential specification of one sale, from what is documented:
// what is answered to a call, and the state after it.
func (s saleState) next(c call) (saleState, result) {
	if c.op == opLimit || c.op == opBlock || c.op == opUnblock {
		return s.atDesk(c)
	}
	bit := uint32(1) << c.machine
	active := s.active&bit != 0
	var r result
	switch {
	case c.op == license.OpDeactivate && s.known&bit == 0:
		r = result{code: license.NotActivated}
	case c.op == license.OpDeactivate:
		if active {
			s.active &^= bit
			s.version++
		}
	case c.op == license.OpCheck && !active:
		r = result{code: license.NotActivated}
	case s.blocked:
		if r = (result{code: license.LicenseBlocked}); active {
			r.receipt, r.hold = true, license.HoldBlocked
		}
	case active:
		r = result{receipt: true}
	case s.used() >= s.limit:
		r = result{code: license.ActivationLimit, n: s.used(), max: s.limit}
	default:
		s.active, s.known = s.active|bit, s.known|bit
		s.version++
		r = result{receipt: true}
	}
	r.sequence = s.version
	return s, r
}

// refusedLimit stands for the desk's error.
const refusedLimit license.Code = "the limit is too low"

func (s saleState) atDesk(c call) (saleState, result) {
	switch {
	case c.op == opLimit && c.limit < s.used() && c.limit != s.limit:
		return s, result{code: refusedLimit}
	case c.op == opLimit && c.limit != s.limit:
		s.limit = c.limit
		s.version++
	case c.op != opLimit && s.blocked != (c.op == opBlock):
		s.blocked = !s.blocked
		s.version++
	}
	return s, result{}
}

// model is what histories are checked against: each serial number by itself.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := make([][]porcupine.Operation, hotSerials)
		for _, o := range history {
			n := o.Input.(call).serial
			parts[n] = append(parts[n], o)
		}
		return parts
	},
	Init: func() any { return saleState{version: 1, limit: hotLimit} },
	Step: func(state, input, output any) (bool, any) {
		after, want := state.(saleState).next(input.(call))
		got := output.(result)
		return got.unknown || got == want, after
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
	DescribeState:     func(state any) string { return fmt.Sprintf("%+v", state) },
}

// A recorder has goroutines work on a few serial numbers, and writes the history
// of that.
type recorder struct {
	*site
	*caller
	machines []*machine
	cuts     bool // connections are cut

	clock atomic.Int64 // orders calls and returns

	mu      sync.Mutex // guards what follows
	history []porcupine.Operation
	ids     map[[2]int]string // of activations, by serial number and machine
	renamed []string          // activations that got another id, which is for ever
	cut     int
}

func newRecorder(t *testing.T, s *site, cuts bool) *recorder {
	t.Helper()
	s.sell(t, s.desk, hotSerials, hotLimit, nil)
	return &recorder{
		site: s, caller: newCaller(t, s.vendor, hotWorkers), machines: machines(t, hotMachines), cuts: cuts, ids: map[[2]int]string{},
	}
}

// run has each goroutine do so many operations.
func (h *recorder) run(ctx context.Context, seed uint64, each int) error {
	errs := make([]error, hotWorkers)
	var wg sync.WaitGroup
	for w := range hotWorkers {
		wg.Go(func() {
			rng := source(seed, w)
			for range each {
				if errs[w] = h.one(ctx, w, rng); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// one does an operation and records it. Nobody knows of one that was cut whether
// it took place, or ever will, so it returns at the end of time.
func (h *recorder) one(ctx context.Context, w int, rng *rand.Rand) error {
	c := draw(rng)
	called := h.clock.Add(1)
	r, err := h.perform(ctx, w, c, rng)
	if err != nil {
		return err
	}
	o := porcupine.Operation{ClientId: w, Input: c, Call: called, Output: r, Return: h.clock.Add(1)}
	if r.unknown {
		o.Return = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.history = append(h.history, o); r.unknown {
		h.cut++
	}
	return nil
}

func draw(rng *rand.Rand) call {
	c := call{serial: rng.IntN(hotSerials), machine: rng.IntN(hotMachines)}
	switch p := rng.IntN(100); {
	case p < 45:
		c.op = license.OpActivate
	case p < 75:
		c.op = license.OpDeactivate
	case p < 90:
		c.op = license.OpCheck
	case p < 94:
		c.op, c.limit = opLimit, 1+rng.Int64N(5)
	case p < 96:
		c.op = opBlock
	default:
		c.op = opUnblock
	}
	return c
}

func (h *recorder) perform(ctx context.Context, w int, c call, rng *rand.Rand) (result, error) {
	switch c.op {
	case opLimit:
		err := h.desk.SetLimit(ctx, "test", serial(c.serial), c.limit)
		if err != nil && strings.Contains(err.Error(), "free") {
			return result{code: refusedLimit}, nil
		}
		return result{}, err
	case opBlock:
		return result{}, h.desk.Block(ctx, "test", serial(c.serial), "")
	case opUnblock:
		return result{}, h.desk.Unblock(ctx, "test", serial(c.serial), "")
	}
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	if h.cuts && rng.IntN(8) == 0 {
		timer := time.AfterFunc(time.Duration(rng.IntN(4000))*time.Microsecond, cancel)
		defer timer.Stop()
	}
	a, err := h.do(asking, h.url(w+rng.IntN(2)), h.machines[c.machine], c.op, serial(c.serial))
	if err != nil && asking.Err() != nil && ctx.Err() == nil && !errors.Is(err, errUnsigned) {
		return result{unknown: true}, nil
	}
	if err != nil {
		return result{}, err
	}
	return h.resultOf(c, a), nil
}

// resultOf is what the model wants to know of an answer.
func (h *recorder) resultOf(c call, a *answer) result {
	r := result{code: a.Code, n: a.N, max: a.Max, sequence: a.Sequence}
	if a.receipt == nil {
		return r
	}
	r.receipt, r.hold = true, a.receipt.Hold
	h.mu.Lock()
	defer h.mu.Unlock()
	at := [2]int{c.serial, c.machine}
	if id := h.ids[at]; id != "" && id != a.receipt.ID {
		h.renamed = append(h.renamed, id+" is now "+a.receipt.ID)
	}
	h.ids[at] = a.receipt.ID
	return r
}

// check looks for an order in which the history could have happened.
func (h *recorder) check() porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(model, h.history, eventually)
}

func TestLinearizable(t *testing.T) {
	t.Parallel()
	everySite(t, func(t *testing.T, s *site) {
		seed, _ := seeded(t)
		h := newRecorder(t, s, true)
		require.NoError(t, h.run(t.Context(), seed, 100))
		t.Logf("%d operations, of which %d were cut", len(h.history), h.cut)
		require.Equal(t, porcupine.Ok, h.check())
		require.Empty(t, h.renamed)
		for n := range hotSerials {
			_, err := newAudit(t.Context(), h.led, serial(n))
			require.NoError(t, err)
		}
	})
}
