package faulttest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// An audit is what a ledger has of one sale.
type audit struct {
	sale   *server.Sale
	all    []*server.Activation
	active map[string]string             // ids of activations in force, by installation
	steps  map[string][]server.EventKind // what befell each activation, in order
	events []server.Event
}

// newAudit reads a sale and holds what the ledger has of it against itself: the
// count, the activations and the history are three accounts of one thing.
func newAudit(ctx context.Context, l server.Ledger, sn license.Serial) (*audit, error) {
	a := &audit{active: map[string]string{}, steps: map[string][]server.EventKind{}}
	err := l.Look(ctx, server.Key{Serial: sn}, func(account *server.Account) error {
		sale := *account.Sale
		a.sale = &sale
		return nil
	})
	if err != nil {
		return nil, err
	}
	if a.all, err = l.Activations(ctx, sn, "", 1<<20); err != nil {
		return nil, err
	}
	if a.events, err = l.History(ctx, sn, 0, 1<<20); err != nil {
		return nil, err
	}
	if err := a.count(); err != nil {
		return nil, err
	}
	return a, a.replay()
}

// count holds the sale's count against its activations.
func (a *audit) count() error {
	n := int64(0)
	for _, one := range a.all {
		if one.Active {
			n++
		}
		for _, i := range one.Installations {
			if one.Active && a.active[i.Key] != "" {
				return fmt.Errorf("one installation has the activations %s and %s", one.ID, a.active[i.Key])
			}
			if one.Active {
				a.active[i.Key] = one.ID
			}
			if i.Cloned {
				return fmt.Errorf("an installation of the activation %s is taken for a clone", one.ID)
			}
		}
	}
	if n != a.sale.Used || n > a.sale.Limit {
		return fmt.Errorf("the ledger has %d activations in force and a count of %d, and %d may be", n, a.sale.Used, a.sale.Limit)
	}
	return nil
}

// replay follows the history: at no moment were there more than may be, each
// activation begins and ends in turn, and it ends with what there is.
func (a *audit) replay() error {
	on, limit := map[string]bool{}, a.firstLimit()
	for k, e := range a.events {
		if k > 0 && e.ID <= a.events[k-1].ID {
			return fmt.Errorf("event %d comes after %d", e.ID, a.events[k-1].ID)
		}
		switch e.Kind {
		case server.EventActivated, server.EventDeactivated:
			begins := e.Kind == server.EventActivated
			if on[e.Activation] == begins {
				return fmt.Errorf("event %d: %s was %s twice", e.ID, e.Activation, e.Kind)
			}
			if on[e.Activation] = begins; !begins {
				delete(on, e.Activation)
			}
			a.steps[e.Activation] = append(a.steps[e.Activation], e.Kind)
		case server.EventLimit:
			_, limit = limits(e)
		case server.EventCloned:
			return fmt.Errorf("event %d says that %s was cloned", e.ID, e.Activation)
		}
		if int64(len(on)) > limit {
			return fmt.Errorf("after event %d, %d were in force, and %d might be", e.ID, len(on), limit)
		}
	}
	ids := slices.Sorted(maps.Values(a.active))
	if then := slices.Sorted(maps.Keys(on)); !slices.Equal(slices.Compact(ids), then) {
		return fmt.Errorf("in force are %v, and after the history would be %v", ids, then)
	}
	return nil
}

// firstLimit is the limit with which a sale began.
func (a *audit) firstLimit() int64 {
	for _, e := range a.events {
		if e.Kind == server.EventLimit {
			from, _ := limits(e)
			return from
		}
	}
	return a.sale.Limit
}

// limits reads what a change of the limit says.
func limits(e server.Event) (from, to int64) {
	_, _ = fmt.Sscanf(e.Detail, "from %d to %d", &from, &to)
	return from, to
}

// holds compares the activations in force with those that clients have receipts
// of, as ids by installation.
func (a *audit) holds(receipts map[string]string) error {
	if !maps.Equal(a.active, receipts) {
		return fmt.Errorf("the ledger has %v in force, and receipts are held of %v", a.active, receipts)
	}
	return nil
}
