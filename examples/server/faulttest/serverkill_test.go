package faulttest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/license"
)

const (
	killedServers  = 100 // times that a server is killed, over each database
	killSerials    = 8
	killLimit      = 4  // of each
	killMachines   = 48 // 6 of each, so that two always find no place
	killGoroutines = 8  // that work for the machines
)

// A server that is killed at any moment, two hundred times in all, has in its
// database what it acknowledged, and has it once: the ledger's count,
// activations and history agree with each other and with what every client has
// heard.
func TestServerKilled(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { // which flushes at every commit
		testServerKilled(t, filepath.Join(t.TempDir(), "ledger.db"))
	})
	t.Run("postgres", func(t *testing.T) { testServerKilled(t, pgtest.URL(t)) })
}

func testServerKilled(t *testing.T, database string) {
	s := newSiege(t, serverConfig{Database: database}, killedServers)
	require.NoError(t, s.run(t))
	t.Logf("%d kills; %d answers, of them %d grants; %d requests were lost, of them %d after the server may have had them",
		s.kills, s.answers.Load(), s.grants.Load(), s.failed.Load(), s.failed.Load()-s.unsent.Load())
}

// This test would see a ledger that does not store all of a change or nothing.
func TestTornLedger(t *testing.T) {
	s := newSiege(t, serverConfig{Database: filepath.Join(t.TempDir(), "ledger.db"), Torn: true}, 30)
	err := s.run(t)
	require.Error(t, err)
	t.Log(err)
}

// A siege is clients that do not give up on a server that is killed over and
// over.
type siege struct {
	*caller
	config serverConfig
	kills  int
	rng    *rand.Rand
	owners [killGoroutines][]*owner
	rngs   [killGoroutines]*rand.Rand

	url                             atomic.Pointer[string] // of the server, while there is one
	answers, grants, failed, unsent atomic.Int64
}

// An owner is a machine with what it has heard.
type owner struct {
	*machine
	serial license.Serial
	id     string             // of its activation, from its first receipt on
	active bool               // as the server last said
	steps  []server.EventKind // that it was told of, in order
}

func newSiege(t *testing.T, config serverConfig, kills int) *siege {
	_, rng := seeded(t)
	s := &siege{caller: newCaller(t, mustVendor(t), killGoroutines), config: config, kills: kills, rng: rng}
	for n, m := range machines(t, killMachines) {
		g := &s.owners[n%killGoroutines]
		// Machines of one serial number are in different goroutines.
		*g = append(*g, &owner{machine: m, serial: serial((n + n/killGoroutines) % killSerials)})
	}
	for g := range s.rngs {
		s.rngs[g] = source(rng.Uint64(), g)
	}
	return s
}

// run sells, kills servers while clients work, lets the clients finish with one
// that lives, and returns what does not agree then.
func (s *siege) run(t *testing.T) error {
	t.Helper()
	s.overHere(t, func(r *serverapp.Running) { s.sell(t, r.Server, killSerials, killLimit, nil) })
	err := s.endure(t.Context())
	if err == nil {
		s.overHere(t, func(r *serverapp.Running) { err = s.agree(t.Context(), r.Ledger) })
	}
	return err
}

// overHere does something with a server in this process.
func (s *siege) overHere(t *testing.T, do func(*serverapp.Running)) {
	t.Helper()
	r, err := startHere(t.Context(), s.vendor, serverapp.Config{Database: s.config.Database})
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Shutdown(context.Background())) }()
	do(r)
}

// endure has clients work while servers are killed, until something is wrong.
func (s *siege) endure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, eventually)
	defer cancel()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	killing, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	for g := range killGoroutines {
		wg.Go(func() {
			if err := s.work(ctx, killing, g); err != nil {
				fail(err)
			}
		})
	}
	last, err := s.kill(ctx)
	if err != nil {
		fail(err)
	}
	stop()
	wg.Wait()
	if last != nil {
		last.kill()
	}
	return context.Cause(ctx)
}

// kill starts servers and kills them, and returns the last, which lives.
func (s *siege) kill(ctx context.Context) (*child, error) {
	for range s.kills {
		c, err := start("server", s.config)
		if err != nil {
			return nil, err
		}
		if s.rng.IntN(10) == 0 { // before it answers, perhaps
			time.Sleep(time.Duration(s.rng.IntN(60_000)) * time.Microsecond)
		} else if err := s.serve(ctx, c); err != nil {
			return c, err
		}
		c.kill()
		s.url.Store(nil)
	}
	c, err := start("server", s.config)
	if err != nil {
		return nil, err
	}
	url, err := c.ready()
	s.url.Store(&url)
	return c, err
}

// serve lets clients have the server for a number of answers and a moment.
func (s *siege) serve(ctx context.Context, c *child) error {
	url, err := c.ready()
	if err != nil {
		return err
	}
	until := s.answers.Load() + 1 + s.rng.Int64N(60)
	moment := time.Duration(s.rng.IntN(3000)) * time.Microsecond
	s.url.Store(&url)
	for s.answers.Load() < until && ctx.Err() == nil {
		time.Sleep(100 * time.Microsecond)
	}
	time.Sleep(moment)
	return ctx.Err()
}

// work does what one goroutine's machines want for as long as servers are
// killed, and then has each of them activate.
func (s *siege) work(ctx, killing context.Context, g int) error {
	rng := s.rngs[g]
	for killing.Err() == nil {
		o := s.owners[g][rng.IntN(len(s.owners[g]))]
		op := []license.Operation{license.OpActivate, license.OpActivate, license.OpDeactivate, license.OpDeactivate, license.OpCheck}[rng.IntN(5)]
		if err := s.persist(ctx, o, op, rng); err != nil {
			return err
		}
	}
	for _, o := range s.owners[g] {
		if err := s.persist(ctx, o, license.OpActivate, rng); err != nil {
			return err
		}
	}
	return nil
}

// persist asks until there is an answer: the same request again, as it is sent
// again over HTTP, or a new one, as when the program was started anew.
func (s *siege) persist(ctx context.Context, o *owner, op license.Operation, rng *rand.Rand) error {
	r, text, err := o.request(op, o.serial)
	for err == nil {
		var a *answer
		if a, err = s.try(ctx, r, text); a != nil {
			s.answers.Add(1)
			return s.heard(o, op, a)
		}
		if err == nil && rng.IntN(2) == 0 {
			r, text, err = o.request(op, o.serial)
		}
	}
	return err
}

// try asks once. It returns neither an answer nor an error where there is no
// server, or it ended meanwhile.
func (s *siege) try(ctx context.Context, r *license.Request, text []byte) (*answer, error) {
	url := s.url.Load()
	if url == nil {
		time.Sleep(time.Millisecond)
		return nil, ctx.Err()
	}
	a, err := s.ask(ctx, *url, r, text)
	if err == nil {
		return a, nil
	}
	if ctx.Err() != nil || errors.Is(err, errUnsigned) {
		return nil, err // also 503: the database is well
	}
	s.failed.Add(1)
	if refused(err) {
		s.unsent.Add(1)
		time.Sleep(time.Millisecond)
	}
	return nil, nil
}

// heard takes down what a machine was told, and holds that against what it was
// told before.
func (s *siege) heard(o *owner, op license.Operation, a *answer) error {
	is := fmt.Sprintf("%s of a machine with the activation %q, in force %v, is answered with %q", op, o.id, o.active, a.Code)
	switch {
	case a.receipt != nil && a.Code == "" && op != license.OpDeactivate:
		if o.id != "" && o.id != a.receipt.ID {
			return fmt.Errorf("%s is now %s", o.id, a.receipt.ID)
		}
		if !o.active && op != license.OpActivate {
			return errors.New(is)
		}
		if o.id = a.receipt.ID; !o.active {
			o.active, o.steps = true, append(o.steps, server.EventActivated)
			s.grants.Add(1)
		}
	case op == license.OpActivate && a.Code == license.ActivationLimit:
		if o.active || a.N != killLimit || a.Max != killLimit {
			return fmt.Errorf("%s: %d of %d", is, a.N, a.Max)
		}
	case op == license.OpDeactivate && a.Code == "" && o.id != "":
		if o.active {
			o.active, o.steps = false, append(o.steps, server.EventDeactivated)
		}
	case op == license.OpDeactivate && a.Code == license.NotActivated && o.id == "":
	case op == license.OpCheck && a.Code == license.NotActivated && !o.active:
	default:
		return errors.New(is)
	}
	return nil
}

// agree holds the ledger against what every machine has heard: the receipts
// that are held are the activations in force, as many as may be; and each
// machine's steps are the history of its activation, so that nothing took place
// that its client does not know of, or twice.
func (s *siege) agree(ctx context.Context, l server.Ledger) error {
	audits, receipts, known := map[license.Serial]*audit{}, map[license.Serial]map[string]string{}, map[license.Serial]int{}
	for n := range killSerials {
		a, err := newAudit(ctx, l, serial(n))
		if err != nil {
			return fmt.Errorf("serial number %d: %w", n, err)
		}
		audits[serial(n)], receipts[serial(n)] = a, map[string]string{}
	}
	for _, owners := range s.owners {
		for _, o := range owners {
			if o.id != "" {
				known[o.serial]++
			}
			if o.active {
				receipts[o.serial][o.key()] = o.id
			}
			if found := audits[o.serial].steps[o.id]; fmt.Sprint(found) != fmt.Sprint(o.steps) {
				return fmt.Errorf("the history of %s is %v, and its client was told of %v", o.id, found, o.steps)
			}
		}
	}
	for sn, a := range audits {
		if err := a.holds(receipts[sn]); err != nil {
			return err
		}
		if len(a.all) != known[sn] || a.sale.Used != killLimit {
			return fmt.Errorf("there are %d activations, and clients know of %d; %d of %d are in use", len(a.all), known[sn], a.sale.Used, killLimit)
		}
	}
	return nil
}

// refused reports whether a connection was not made, so that the server has
// certainly not got the request.
func refused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
