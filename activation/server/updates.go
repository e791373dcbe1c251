package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/latchkey-go/latchkey/license"
)

// AddUpdate adds an update that the back office has signed, as a draft that
// nobody gets, or submitted at once. It must be for this sale and follow on the
// last one. The error is ErrUnknown, wraps a *license.Reason (one of
// license.OpenUpdate, OtherLicense, OutOfOrder or AlreadyApplied), or is the
// ledger's.
func (s *Server) AddUpdate(ctx context.Context, actor string, serial license.Serial, text []byte, submit bool) (Update, error) {
	u, err := license.OpenUpdate(text, s.keyring)
	if err != nil {
		return Update{}, fmt.Errorf("server: the update: %w", err)
	}
	if !sameSecret(u.Serial, serial) {
		return Update{}, fmt.Errorf("server: %w", &license.Reason{Code: license.OtherLicense})
	}
	added := Update{ID: u.ID, Sequence: u.Sequence, Obtain: u.Obtain, Text: slices.Clone(text)}
	err = s.edit(ctx, actor, Key{Serial: serial}, func(a *Account, note func(EventKind, string)) error {
		sale := a.Sale
		if next := sale.nextSequence(); u.Sequence != next {
			return fmt.Errorf("server: %w", &license.Reason{Code: license.OutOfOrder, N: u.Sequence, Max: next})
		}
		if sale.update(u.ID) != nil {
			return fmt.Errorf("server: %w", &license.Reason{Code: license.AlreadyApplied})
		}
		sale.Updates = append(sale.Updates, added)
		for _, p := range u.Products {
			sale.alsoSells(p.ID)
		}
		a.Save()
		note(EventUpdate, u.ID)
		if submit {
			return sale.submit(u.ID, note)
		}
		return nil
	})
	if err != nil {
		return Update{}, err
	}
	added.Submitted = submit
	return added, nil
}

// Submit has installations get a draft, each when it next asks and only within
// the update's obtaining period. Drafts are submitted in their order; the error
// has the code OutOfOrder otherwise.
func (s *Server) Submit(ctx context.Context, actor string, serial license.Serial, id string) error {
	return s.edit(ctx, actor, Key{Serial: serial}, func(a *Account, note func(EventKind, string)) error {
		switch u := a.Sale.update(id); {
		case u == nil:
			return fmt.Errorf("%w: no such update of this sale", ErrUnknown)
		case u.Submitted:
			return errNoChange
		}
		a.Save()
		return a.Sale.submit(id, note)
	})
}

// Withdraw takes a draft away, the last one only: others follow on it.
func (s *Server) Withdraw(ctx context.Context, actor string, serial license.Serial, id string) error {
	return s.edit(ctx, actor, Key{Serial: serial}, func(a *Account, note func(EventKind, string)) error {
		u, last := a.Sale.update(id), len(a.Sale.Updates)-1
		switch {
		case u == nil:
			return fmt.Errorf("%w: no such update of this sale", ErrUnknown)
		case u.Submitted:
			return errors.New("server: the update was submitted, so somebody may have it: correct it with another one")
		case id != a.Sale.Updates[last].ID:
			return errors.New("server: other updates follow on this one: withdraw those first")
		}
		a.Sale.Updates = a.Sale.Updates[:last]
		a.Save()
		note(EventWithdrawn, id)
		return nil
	})
}

// update returns an update by its id, nil if there is none.
func (s *Sale) update(id string) *Update {
	for i := range s.Updates {
		if s.Updates[i].ID == id {
			return &s.Updates[i]
		}
	}
	return nil
}

// nextSequence returns the place of the update that comes next.
func (s *Sale) nextSequence() int64 {
	next := s.Revision + 1
	if n := len(s.Updates); n > 0 {
		next = max(next, s.Updates[n-1].Sequence+1)
	}
	return next
}

// submit submits a draft, if none before it is one.
func (s *Sale) submit(id string, note func(EventKind, string)) error {
	for i := range s.Updates {
		switch u := &s.Updates[i]; {
		case u.ID == id:
			u.Submitted = true
			note(EventSubmitted, id)
			return nil
		case !u.Submitted:
			return fmt.Errorf("server: an update before this one is a draft: %w", &license.Reason{Code: license.OutOfOrder, N: s.update(id).Sequence, Max: u.Sequence})
		}
	}
	return nil
}
