package activationtest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A simulation is a vendor, its servers and ledger, a few customers' machines
// with disks and clocks, and what lies between them, all of which fail as one
// seed has it. It runs on one goroutine, step by step, and knows no other time
// than its own, so that a seed always ends alike.
//
//	steps      what may happen next             simulation_steps_test.go
//	world      ledger, disks, network, vendor   simulation_world_test.go
//	model      what must hold after each step   simulation_model_test.go
//	mutants    what the model finds             simulation_mutants_test.go
//
// LATCHKEY_SEED=n go test -run TestSimulation/replay shows what happens under one
// seed.
type simulation struct {
	rng    *rand.Rand
	mutant simMutant
	now    time.Time // of the vendor; always a whole minute, as is every other time
	calm   bool      // nothing fails any more
	depth  int       // of steps that happen within a step
	nested int       // how many steps did, so far

	ledger  *simLedger
	servers [2]*server.Server
	dead    [2]bool // a server that is to be started again
	sales   []*simSale
	nodes   []*simNode
	parts   int // hardware parts made so far

	letters    []simLetter // requests that are delivered later
	replies    [][]byte    // what the server answered, to be replayed
	files      []*simFile  // requests in files
	replyFiles []simFile   // and their answers
	proofs     []simProof
	copies     []simCopy

	model simModel
	tally map[string]int
	trace []string
	call  *simCall // the innermost that is under way
}

const (
	simSteps = 36 // of a run, before its faults stop
	simCalls = 5  // that a customer makes at most until all is well again
)

// A simResult is what came of a seed.
type simResult struct {
	failure string // "" if everything held
	trace   []string
	tally   map[string]int
}

// A simViolation is what the model panics with.
type simViolation string

// simulate runs one seed.
func simulate(seed uint64, mutant simMutant) (r simResult) {
	s := newSimulation(seed, mutant)
	defer func() {
		switch p := recover().(type) {
		case nil:
		case simViolation:
			r.failure = string(p)
		default:
			r.failure = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
		s.shut()
		r.trace, r.tally = s.trace, s.tally
	}()
	for range simSteps {
		s.step()
	}
	s.settle()
	return r
}

// shut closes what is open, so that no timer outlives the run.
func (s *simulation) shut() {
	s.calm = true
	for _, n := range s.nodes {
		for _, p := range n.processes {
			p.dead = true
			_ = p.client.Close() // its disk is gone
		}
	}
}

func newSimulation(seed uint64, mutant simMutant) *simulation {
	s := &simulation{
		rng: rand.New(rand.NewPCG(seed, 0x6c61746368)), mutant: mutant, tally: map[string]int{},
		now: time.Date(2026, time.March, 10, 12, 0, 0, 0, time.UTC),
	}
	s.ledger = &simLedger{MemoryLedger: server.NewMemoryLedger(), s: s}
	s.model = newSimModel(s)
	s.calm = true // while the stage is set
	for i := range s.servers {
		s.startServer(i)
	}
	for i := range 1 + s.rng.IntN(3) {
		s.sell(i)
	}
	for range 2 + s.rng.IntN(3) {
		s.newNode()
	}
	s.calm = false
	return s
}

// say adds a line to the trace.
func (s *simulation) say(format string, args ...any) {
	s.trace = append(s.trace, strings.Repeat("    ", s.depth)+fmt.Sprintf(format, args...))
}

// must ends the run where something does not hold.
func (s *simulation) must(holds bool, format string, args ...any) {
	if !holds {
		panic(simViolation(fmt.Sprintf(format, args...)))
	}
}

// ok ends the run on an error that cannot be.
func (s *simulation) ok(err error) {
	if err != nil {
		panic(simViolation("unexpected: " + err.Error()))
	}
}

// chance is true n times of a thousand, and never once all is calm.
func (s *simulation) chance(n int) bool { return !s.calm && s.rng.IntN(1000) < n }

// one draws one of several.
func simOne[T any](s *simulation, of []T) T { return of[s.rng.IntN(len(of))] }

// simCode says what an error is in a word that is the same in every run.
func simCode(err error) string {
	if err == nil {
		return "ok"
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var codes []string
		for _, e := range joined.Unwrap() {
			codes = append(codes, simCode(e))
		}
		return strings.Join(slices.Compact(codes), "+")
	}
	var r *license.Reason
	if errors.As(err, &r) {
		return string(r.Code)
	}
	return err.Error()
}

// A simAuthority is the keys of the vendor, and of one who would like to be it.
// They are the same for all seeds: no decision depends on them.
type simAuthority struct {
	backOffice, activation, impostor *issuer.Issuer
	keyring                          *license.Keyring
	text                             string
}

var simVendor = sync.OnceValue(func() simAuthority {
	var a simAuthority
	var keys []license.Key
	generate := func(role license.Role) (*issuer.Issuer, license.Key) {
		key, err := issuer.Generate(role, simRandom{rand.New(rand.NewPCG(uint64(len(keys)), uint64(len(role))))})
		if err != nil {
			panic(err)
		}
		i, err := issuer.New("acme", role, key.Signer())
		if err != nil {
			panic(err)
		}
		return i, license.Key{Public: key.Public(), Role: role, End: license.DateOf(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))}
	}
	var key license.Key
	a.backOffice, key = generate(license.RoleLicense)
	keys = append(keys, key)
	a.activation, key = generate(license.RoleActivation)
	keys = append(keys, key)
	_, key = generate(license.RoleRoot)
	keys = append(keys, key)
	a.impostor, _ = generate(license.RoleActivation)
	var err error
	if a.keyring, err = license.NewKeyring("acme", 1, 1, keys); err != nil {
		panic(err)
	}
	a.text = a.keyring.String()
	return a
})

// simRandom is random bytes that a seed decides.
type simRandom struct{ *rand.Rand }

func (r simRandom) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return len(b), nil
}

// simSeeds is how many seeds are run.
func simSeeds() uint64 {
	switch {
	case testing.Short():
		return 500
	case simRace:
		return 1000
	}
	return simAllSeeds
}

const simAllSeeds = 10_000

// simReplaying reports whether one seed is looked into, and nothing else is run
// by a pattern that happens to fit.
func simReplaying() bool { return os.Getenv("LATCHKEY_SEED") != "" }

// TestSimulation runs many seeds, or with LATCHKEY_SEED one of them, whose trace
// it shows.
func TestSimulation(t *testing.T) {
	t.Parallel()
	if text := os.Getenv("LATCHKEY_SEED"); text != "" {
		t.Run("replay", func(t *testing.T) {
			seed, err := strconv.ParseUint(text, 10, 64)
			require.NoError(t, err)
			r := simulate(seed, simMutant{})
			t.Logf("seed %d\n%s", seed, strings.Join(r.trace, "\n"))
			require.Empty(t, r.failure)
		})
		return
	}
	const ranges = 10
	each := simSeeds() / ranges
	var mu sync.Mutex
	all := map[string]int{}
	t.Cleanup(func() { reached(t, all) })
	for i := range uint64(ranges) {
		t.Run(fmt.Sprintf("seeds_%d_to_%d", i*each, (i+1)*each-1), func(t *testing.T) {
			t.Parallel()
			for seed := i * each; seed < (i+1)*each; seed++ {
				r := simulate(seed, simMutant{})
				mu.Lock()
				for what, n := range r.tally {
					all[what] += n
				}
				mu.Unlock()
				if r.failure != "" {
					t.Fatalf("seed %d: %s\n\n%s\n\nLATCHKEY_SEED=%d go test ./activation/activationtest -run TestSimulation/replay -v",
						seed, r.failure, strings.Join(r.trace, "\n"), seed)
				}
			}
		})
	}
}

// One seed always ends alike, which a failure that is to be looked into needs.
func TestSimulationReplays(t *testing.T) {
	t.Parallel()
	if simReplaying() {
		return
	}
	for seed := range uint64(20) {
		first, again := simulate(seed, simMutant{}), simulate(seed, simMutant{})
		require.Equal(t, first.trace, again.trace, "seed %d", seed)
		require.Equal(t, first.failure, again.failure)
		require.NotEqual(t, first.trace, simulate(seed+1000, simMutant{}).trace)
	}
}

// reached sees to it that all seeds together got to everything that the simulation
// is to prove something about.
func reached(t *testing.T, all map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Logf("%6d  %s", all[name], name)
	}
	for _, name := range simReached {
		require.True(t, all[name] > 0 || simSeeds() < simAllSeeds || t.Failed(), "%s did not happen under any seed", name)
	}
}

// simReached is what must have happened under some seed.
var simReached = []string{
	"enter serial: ok", "enter serial: activation_limit", "enter serial: license_blocked", "enter serial: server_unreachable",
	"enter request key: ok", "enter request key: request_not_accepted",
	"check: ok", "check: final_pending", "check: payment_pending", "check: license_blocked", "check: not_activated", "check: hardware_changed",
	"deactivate: ok", "deactivate: transfers_used", "surrender: ok", "move: ok", "move: proof_wrong",
	"request: ok", "import: ok", "import: reply_other", "report: ok", "consume: ok",
}

// simOptions are what a product is opened with.
func (p *simProcess) options() activation.Options {
	n := p.node
	return activation.Options{
		Product: simProduct, Version: "4.2.0", Released: time.Date(2026, time.February, 1, 0, 0, 0, 0, time.UTC),
		Keyring: simVendor().text, Host: n.machine, Courier: p, Now: n.now,
		Store: &simStore{p: p, at: &n.disk.state}, Witness: &simStore{p: p, at: &n.disk.witness, witness: true},
		Poll: 10_000 * time.Hour, RunBlock: 4,
	}
}

var simContext = context.Background()
