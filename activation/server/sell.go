package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// Sell adds sales, all or none. Of each, Serial, Limit and License are needed:
// a licence that the back office has signed, that needs a receipt and has that
// serial number. What the licence says is filled in: its id, licensee,
// revision and binding scheme, its products, of which Product is the first unless it names
// another one, and Pending for a provisional one; so are Created, Actor and
// Version. Used and Updates begin empty.
//
// The error says which sale does not fit and why, by its place and never by its
// serial number; it wraps ErrExists, a *SaleError or a *license.Reason where there is one.
func (s *Server) Sell(ctx context.Context, actor string, sales ...*Sale) error {
	filled := make([]*Sale, len(sales))
	for i, sale := range sales {
		own := sale.clone()
		own.Created, own.Actor, own.Version = s.time(), actor, 1
		if err := s.fill(own); err != nil {
			return fmt.Errorf("server: sale %d of %d: %w", i+1, len(sales), err)
		}
		filled[i] = own
	}
	if err := s.ledger.Add(ctx, filled...); err != nil {
		return err
	}
	for i, sale := range sales {
		*sale = *filled[i]
	}
	return nil
}

// fill checks a new sale and fills in what its licence says.
func (s *Server) fill(sale *Sale) error {
	if err := checkSale(sale); err != nil {
		return err
	}
	l, err := s.openFor(sale, sale.License)
	if err != nil {
		return err
	}
	if err := sale.take(l, sale.License); err != nil {
		return err
	}
	if sale.Scheme != "" && sale.CountBy != CountMachines {
		return &SaleError{"CountBy", "under a binding scheme machines are counted and not installations"}
	}
	return nil
}

// A SaleError says which field of a Sale no sale can have as it is.
type SaleError struct {
	Field   string // "Limit"
	Problem string
}

// Error returns the field and the problem.
func (e *SaleError) Error() string { return e.Field + ": " + e.Problem }

// checkSale checks what is not the licence's.
func checkSale(s *Sale) error {
	switch {
	case s.Limit < 1 || s.Limit > license.MaxCount:
		return &SaleError{"Limit", fmt.Sprintf("a limit is from 1 to %d machines, and %d is not", int64(license.MaxCount), s.Limit)}
	case s.Used != 0 || len(s.GivenUp) > 0 || len(s.Updates) > 0:
		return errors.New("a new sale has no activations, transfers or updates")
	case s.Transfers < 0:
		return &SaleError{"Transfers", "the number is not negative"}
	case s.Lease == 0 && s.Grace > 0:
		return &SaleError{"Grace", "a grace period follows a lease, and there is none"}
	case s.CountBy != CountMachines && s.CountBy != CountInstallations:
		return &SaleError{"CountBy", fmt.Sprintf("it is server.CountMachines, which is empty, or server.CountInstallations, which is %q", CountInstallations)}
	case len(s.Contact) > license.MaxText || !utf8.ValidString(s.Contact):
		return &SaleError{"Contact", fmt.Sprintf("it is a text of at most %d bytes", license.MaxText)}
	}
	for _, span := range []struct {
		field string
		d     time.Duration
	}{{"Period", s.Period}, {"Lease", s.Lease}, {"Grace", s.Grace}} {
		if span.d < 0 || span.d%time.Second != 0 {
			return &SaleError{span.field, "the time is of whole seconds, and not negative"}
		}
	}
	if s.RequestKey != "" {
		if _, err := keyfmt.New(keyfmt.Request, []byte(s.RequestKey)); err != nil {
			return &SaleError{"RequestKey", "it is ten digits, of which the last is the check digit"}
		}
	}
	return nil
}

// openFor opens a licence that a sale is to have.
func (s *Server) openFor(sale *Sale, text []byte) (*license.License, error) {
	l, err := license.Open(text, s.keyring)
	if err != nil {
		return nil, fmt.Errorf("the licence: %w", err)
	}
	switch {
	case !sameSecret(l.Serial, sale.Serial):
		return nil, fmt.Errorf("the licence has another serial number than the sale (%w)", &license.Reason{Code: license.OtherLicense})
	case !l.NeedsReceipt:
		return nil, errors.New("the licence does not need a receipt, so it would run without being activated")
	case len(l.Products) == 0:
		return nil, errors.New("the licence names no product")
	case l.Binding.Data == nil && l.Binding.Scheme != "":
		if _, err := binding.ParseScheme(l.Binding.Scheme); err != nil {
			return nil, fmt.Errorf("the licence: %w", err)
		}
	}
	return l, nil
}

// take makes a licence the sale's.
func (s *Sale) take(l *license.License, text []byte) error {
	if s.Product == "" {
		s.Product = l.Products[0].ID
	}
	if _, named := l.Product(s.Product); !named {
		return &license.Reason{Code: license.OtherProduct, Has: l.Products[0].ID, Needs: s.Product}
	}
	for _, p := range l.Products {
		s.alsoSells(p.ID)
	}
	s.License, s.LicenseID, s.Revision, s.Pending = text, l.ID, l.Revision, l.Kind == license.Provisional
	s.Licensee = l.Licensee
	s.TrialSpan = license.Span{}
	if s.Trial && l.Window.Kind == license.FromActivation {
		s.TrialSpan = l.Window.Span
	}
	s.Scheme = ""
	if l.Binding.Data == nil {
		s.Scheme = l.Binding.Scheme
	}
	return nil
}

// alsoSells adds a product to those that were sold.
func (s *Sale) alsoSells(product string) {
	if !s.covers(product) {
		s.Also = slices.Sorted(slices.Values(append(s.Also, product)))
	}
}

// Release gives a sale whose licence is provisional the final one, which
// installations get with their next check. It is of the kind "full", has the
// same serial number and another id, or a higher revision, and was issued
// later. The error is ErrUnknown, says what does not fit, or is the ledger's.
func (s *Server) Release(ctx context.Context, actor string, serial license.Serial, text []byte) error {
	return s.replace(ctx, actor, serial, text, EventReleased, func(sale *Sale, l *license.License) error {
		switch {
		case !sale.Pending:
			return errors.New("server: the final licence is there already: put another one in its place as a replacement, and not as a release")
		case l.Kind != license.Full:
			return fmt.Errorf("server: the final licence is of the kind %q, and this one is %q", license.Full, l.Kind)
		}
		return nil
	})
}

// Replace gives a sale another licence, which installations get with their next
// check, as Release does and with its rules, but of any kind.
func (s *Server) Replace(ctx context.Context, actor string, serial license.Serial, text []byte) error {
	return s.replace(ctx, actor, serial, text, EventReplaced, func(*Sale, *license.License) error { return nil })
}

func (s *Server) replace(ctx context.Context, actor string, serial license.Serial, text []byte, kind EventKind, fits func(*Sale, *license.License) error) error {
	text = slices.Clone(text)
	return s.edit(ctx, actor, Key{Serial: serial}, func(a *Account, note func(EventKind, string)) error {
		l, err := s.openFor(a.Sale, text)
		if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		if err := fits(a.Sale, l); err != nil {
			return err
		}
		if l.ID == a.Sale.LicenseID && l.Revision <= a.Sale.Revision {
			return errors.New("server: installations tell licences apart by id and revision, so give this one another id, or a higher revision")
		}
		if old, err := license.Open(a.Sale.License, s.keyring); err == nil && !l.Issued.After(old.Issued) {
			return errors.New("server: the licence was issued no later than the one that it is to replace")
		}
		if err := a.Sale.take(l, text); err != nil {
			return fmt.Errorf("server: %w", err)
		}
		a.Save()
		note(kind, l.ID)
		return nil
	})
}
