package faulttest_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
)

// A marked change is what an edit wants to have stored.
type marked struct {
	sale   *server.Sale // nil if it is as it was
	put    []*server.Activation
	events []server.Event
}

// decide runs an edit on what is there now, and stores nothing.
func decide(ctx context.Context, l server.Ledger, at server.Key, edit func(*server.Account) error) (m marked, err error) {
	err = l.Look(ctx, at, func(a *server.Account) error {
		if err := edit(a); err != nil || a.Sale == nil {
			return err
		}
		saved, put, events := a.Changes()
		if m = (marked{put: slices.Clone(put), events: slices.Clone(events)}); saved {
			own := *a.Sale
			m.sale = &own
		}
		return nil
	})
	return m, err
}

func (m marked) empty() bool { return m.sale == nil && len(m.put)+len(m.events) == 0 }

// write stores what an edit wanted, over whatever is there.
func (m marked) write(ctx context.Context, l server.Ledger, at server.Key) error {
	if m.empty() {
		return nil
	}
	return l.Change(ctx, at, func(a *server.Account) error {
		if m.sale != nil {
			a.Save()
			*a.Sale = *m.sale
		}
		for _, one := range m.put {
			a.Put(one)
		}
		for _, e := range m.events {
			a.Note(e)
		}
		return nil
	})
}

// A naiveLedger decides on what it has read and then writes, as who counts and
// then inserts: whatever others have done in between, it does not see.
type naiveLedger struct{ server.Ledger }

// Change implements server.Ledger, badly.
func (l naiveLedger) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	m, err := decide(ctx, l.Ledger, at, edit)
	if err != nil || m.empty() {
		return err
	}
	time.Sleep(time.Millisecond) // the way to a database and back
	return m.write(ctx, l.Ledger, at)
}

// A tornLedger lets nobody in between, and stores the count and the activation
// one after the other.
type tornLedger struct {
	server.Ledger
	turn sync.Mutex
}

// Change implements server.Ledger, badly.
func (l *tornLedger) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	m, err := decide(ctx, l.Ledger, at, edit)
	if err != nil {
		return err
	}
	if err := (marked{sale: m.sale}).write(ctx, l.Ledger, at); err != nil {
		return err
	}
	return marked{put: m.put, events: m.events}.write(ctx, l.Ledger, at)
}
