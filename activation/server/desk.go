package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/latchkey-go/latchkey/license"
)

// errNoChange has a ledger store nothing, since all is as it was asked for.
var errNoChange = errors.New("server: nothing to change")

// edit changes a sale for somebody at the vendor's desk, who is named in the
// history. The error is ErrUnknown, what change returns, or the ledger's.
func (s *Server) edit(ctx context.Context, actor string, at Key, change func(a *Account, note func(EventKind, string)) error) error {
	now := s.time()
	err := s.ledger.Change(ctx, at, func(a *Account) error {
		if a.Sale == nil {
			return fmt.Errorf("%w: no such sale", ErrUnknown)
		}
		return change(a, func(kind EventKind, detail string) {
			e := Event{Time: now, Kind: kind, Actor: actor, Detail: detail}
			if at.ID != "" {
				e.Activation = at.ID
			}
			a.Note(e)
		})
	})
	if errors.Is(err, errNoChange) {
		return nil
	}
	return err
}

// set changes a yes or no of a sale.
func (s *Server) set(ctx context.Context, actor string, serial license.Serial, field func(*Sale) *bool, to bool, kind EventKind, why string) error {
	return s.edit(ctx, actor, Key{Serial: serial}, func(a *Account, note func(EventKind, string)) error {
		if *field(a.Sale) == to {
			return errNoChange
		}
		*field(a.Sale) = to
		a.Save()
		note(kind, why)
		return nil
	})
}

func blocked(s *Sale) *bool   { return &s.Blocked }
func cancelled(s *Sale) *bool { return &s.Cancelled }
func held(s *Sale) *bool      { return &s.PaymentHold }

// Block has a sale activate nowhere and, from each installation's next check or
// the end of its lease on, count nowhere, until Unblock. Why goes into the
// history and to nobody else. The error of this and of the next methods is
// ErrUnknown, or the ledger's.
func (s *Server) Block(ctx context.Context, actor string, serial license.Serial, why string) error {
	return s.set(ctx, actor, serial, blocked, true, EventBlocked, why)
}

// Unblock ends what Block began.
func (s *Server) Unblock(ctx context.Context, actor string, serial license.Serial, why string) error {
	return s.set(ctx, actor, serial, blocked, false, EventUnblocked, why)
}

// Cancel is Block for good: the order was taken back.
func (s *Server) Cancel(ctx context.Context, actor string, serial license.Serial, why string) error {
	return s.set(ctx, actor, serial, cancelled, true, EventCancelled, why)
}

// HoldPayment has installations get nothing new, updates and the final licence
// above all, and see why; what they have runs to its own end.
func (s *Server) HoldPayment(ctx context.Context, actor string, serial license.Serial, why string) error {
	return s.set(ctx, actor, serial, held, true, EventHeld, why)
}

// RecordPayment ends what HoldPayment began.
func (s *Server) RecordPayment(ctx context.Context, actor string, serial license.Serial, why string) error {
	return s.set(ctx, actor, serial, held, false, EventUnheld, why)
}

// SetLimit sets how many machines may have a sale activated, at least one and
// no fewer than have it now.
func (s *Server) SetLimit(ctx context.Context, actor string, serial license.Serial, limit int64) error {
	return s.edit(ctx, actor, Key{Serial: serial}, func(a *Account, note func(EventKind, string)) error {
		switch was := a.Sale.Limit; {
		case limit == was:
			return errNoChange
		case limit < 1 || limit > license.MaxCount:
			return fmt.Errorf("server: a limit is from 1 to %d machines, and %d is not", int64(license.MaxCount), limit)
		case limit < a.Sale.Used:
			return fmt.Errorf("server: the limit cannot be %d: %d machines have it activated, so free %d of them first", limit, a.Sale.Used, a.Sale.Used-limit)
		default:
			a.Sale.Limit = limit
			a.Save()
			note(EventLimit, fmt.Sprintf("from %d to %d", was, limit))
			return nil
		}
	})
}

// Free ends an activation for a customer who cannot, because the machine is
// gone, say. It takes nothing from the transfer budget, and frees no place of a
// trial. An activation that has ended stays so.
func (s *Server) Free(ctx context.Context, actor string, serial license.Serial, activation string) error {
	now := s.time()
	return s.edit(ctx, actor, Key{Serial: serial, ID: activation}, func(a *Account, note func(EventKind, string)) error {
		one, err := a.only()
		if err != nil {
			return err
		}
		if !one.Active {
			return errNoChange
		}
		a.end(one, now)
		note(EventFreed, "")
		return nil
	})
}

// ForgiveClone takes the mark away that two lives of an installation have left,
// once only one of them goes on.
func (s *Server) ForgiveClone(ctx context.Context, actor string, serial license.Serial, activation string) error {
	return s.edit(ctx, actor, Key{Serial: serial, ID: activation}, func(a *Account, note func(EventKind, string)) error {
		one, err := a.only()
		if err != nil {
			return err
		}
		changed := false
		for k := range one.Installations {
			i := &one.Installations[k]
			if i.Cloned {
				i.Cloned, changed = false, true
				i.Links = i.Links[max(0, len(i.Links)-1):]
			}
		}
		if !changed {
			return errNoChange
		}
		a.Put(one)
		note(EventForgiven, "")
		return nil
	})
}

// SetLabel sets the label of an activation, or removes it with "". A product that sends
// a label sets it again at its next check.
func (s *Server) SetLabel(ctx context.Context, actor string, serial license.Serial, activation, label string) error {
	if label != "" && !license.IsLabel(label) {
		return fmt.Errorf("server: a label is one line of at most %d bytes, without blanks at its ends", license.MaxLabel)
	}
	return s.edit(ctx, actor, Key{Serial: serial, ID: activation}, func(a *Account, note func(EventKind, string)) error {
		one, err := a.only()
		if err != nil {
			return err
		}
		if one.Label == label {
			return errNoChange
		}
		one.Label = label
		a.Put(one)
		note(EventLabel, "")
		return nil
	})
}

// only returns the activation that was asked for by its id.
func (a *Account) only() (*Activation, error) {
	if len(a.Activations) != 1 {
		return nil, fmt.Errorf("%w: no such activation of this sale", ErrUnknown)
	}
	return a.Activations[0], nil
}
