package faulttest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/latchkey-go/latchkey/license"
)

const (
	rushSerials = 100 // serial numbers; half as many where more is done with each
	rushLimit   = 5   // machines that may activate each
	rushClients = 16  // machines that want to, at the same time
	rushTurns   = 2   // what each does afterwards
)

// A rush is many machines that come at once.
type rush struct {
	*site
	*caller
	machines []*machine          // rushClients for each serial number, one after the other
	receipts []map[string]string // ids of activations that are held, by installation, for each serial number
	mu       sync.Mutex          // guards receipts
}

func newRush(t *testing.T, s *site, serials int) *rush {
	t.Helper()
	s.sell(t, s.desk, serials, rushLimit, bound)
	r := &rush{
		site: s, caller: newCaller(t, s.vendor, 256/len(s.urls)),
		machines: machines(t, serials*rushClients), receipts: make([]map[string]string, serials),
	}
	for i := range r.receipts {
		r.receipts[i] = map[string]string{}
	}
	return r
}

// each has every machine do something, all at the same time.
func (r *rush) each(do func(n int) error) error {
	errs := make([]error, len(r.machines))
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for n := range r.machines {
		wg.Go(func() {
			<-begin
			errs[n] = do(n)
		})
	}
	close(begin)
	wg.Wait()
	return errors.Join(errs...)
}

// activate has every machine activate its serial number: rushLimit of each have
// it then, and the others are told why not, in the right figures.
func (r *rush) activate(ctx context.Context) error {
	if err := r.each(func(n int) error { return r.turn(ctx, n, license.OpActivate) }); err != nil {
		return err
	}
	granted := 0
	for _, held := range r.receipts {
		granted += len(held)
	}
	if sold := len(r.receipts) * rushLimit; granted != sold {
		return fmt.Errorf("%d machines were granted what was sold for %d", granted, sold)
	}
	return r.check(ctx, rushLimit)
}

// mix has every machine activate, check and deactivate, and in the end those
// that have nothing activate: every place that was given up is given again.
func (r *rush) mix(ctx context.Context, seed uint64) error {
	err := r.each(func(n int) error {
		rng := source(seed, n)
		for range rushTurns {
			op := license.OpActivate
			if r.held(n) != "" {
				op = []license.Operation{license.OpDeactivate, license.OpDeactivate, license.OpCheck, license.OpActivate}[rng.IntN(4)]
			}
			if err := r.turn(ctx, n, op); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = r.check(ctx, 0)
	}
	if err != nil {
		return err
	}
	return r.activate(ctx)
}

// turn has a machine do one thing, and holds the answer against what it has.
func (r *rush) turn(ctx context.Context, n int, op license.Operation) error {
	m, before := r.machines[n], r.held(n)
	a, err := r.do(ctx, r.url(n), m, op, serial(n/rushClients))
	if err != nil {
		return err
	}
	switch {
	case op == license.OpDeactivate && a.Code == "":
		r.keep(n, "")
	case before == "" && a.Code == license.ActivationLimit && a.receipt == nil:
		if a.N != rushLimit || a.Max != rushLimit {
			return fmt.Errorf("the limit of %d is said to be %d, of which %d are taken", rushLimit, a.Max, a.N)
		}
	case a.Code != "" || a.receipt == nil:
		return fmt.Errorf("%s is answered with %q", op, a.Code)
	case before != "" && before != a.receipt.ID:
		return fmt.Errorf("the activation %s is now %s", before, a.receipt.ID)
	default:
		r.keep(n, a.receipt.ID)
	}
	return nil
}

// held returns the activation that a machine has a receipt of, "" for none.
func (r *rush) held(n int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.receipts[n/rushClients][r.machines[n].key()]
}

// keep puts a receipt in the place of the one before; "" is none.
func (r *rush) keep(n int, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id == "" {
		delete(r.receipts[n/rushClients], r.machines[n].key())
		return
	}
	r.receipts[n/rushClients][r.machines[n].key()] = id
}

// check holds the ledger against the receipts. With used above 0, exactly so
// many of each serial number are in force.
func (r *rush) check(ctx context.Context, used int64) error {
	for i, held := range r.receipts {
		a, err := newAudit(ctx, r.led, serial(i))
		if err == nil {
			err = a.holds(held)
		}
		if err == nil && used > 0 && a.sale.Used != used {
			err = fmt.Errorf("%d of %d are in use", a.sale.Used, used)
		}
		if err != nil {
			return fmt.Errorf("serial number %d: %w", i, err)
		}
	}
	return nil
}
