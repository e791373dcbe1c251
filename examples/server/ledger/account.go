package ledger

import (
	"cmp"
	"errors"
	"runtime/debug"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
)

var (
	errNoSale = errors.New("ledger: nothing can be stored where there is no sale")
	errSerial = errors.New("ledger: a sale keeps its serial number")
)

// Rows are an account as it was loaded: a sale, nil if there is none, and where
// its activations lie apart those that a key named. There may be more of these
// than it names, as where two marks have one hash.
type Rows struct {
	Sale        *SaleRow
	Activations []*ActivationRow
}

// Marked is what an edit has marked to be stored: Sale is nil where the sale
// was not, and Activations are rows to put of a sale whose activations lie
// apart.
type Marked struct {
	Sale        *SaleRow
	Activations []*ActivationRow
	Terms       TermChanges // of the sale and of activations that lie with it
	Events      []server.Event
}

// Empty reports whether nothing was marked.
func (m *Marked) Empty() bool {
	return m.Sale == nil && len(m.Activations) == 0 && len(m.Events) == 0
}

// Account returns the account of rows that a key names. Nothing in it is
// shared with the rows.
func (r *Rows) Account(at server.Key) (*server.Account, error) {
	account := &server.Account{}
	if r.Sale == nil {
		return account, nil
	}
	var err error
	if account.Sale, err = r.Sale.Sale(); err != nil {
		return nil, err
	}
	if r.Sale.Apart {
		account.Activations, err = r.apart(at)
	} else {
		account.Activations, err = r.Sale.Near.named(at)
	}
	return account, err
}

// apart returns the activations that a key names of those that lie apart.
func (r *Rows) apart(at server.Key) (named []*server.Activation, err error) {
	for _, row := range r.Activations {
		if row.Marks != nil && !names(at, row.ID, row.Marks) {
			continue
		}
		a, err := DecodeActivation(row.ID, row.Data)
		if err != nil {
			return nil, err
		}
		row.Marks, row.Terms = a.Marks(), a.Terms()
		if names(at, row.ID, row.Marks) {
			named = append(named, a)
		}
	}
	slices.SortFunc(named, func(a, b *server.Activation) int { return cmp.Compare(a.ID, b.ID) })
	return named, nil
}

// names reports whether a key names the activation with an id and marks.
func names(at server.Key, id string, marks []string) bool {
	if at.ID != "" && id == at.ID {
		return true
	}
	return slices.ContainsFunc(marks, func(m string) bool { return slices.Contains(at.Marks, m) })
}

// Edit runs an edit on the account of rows, and returns what it has marked.
func (r *Rows) Edit(at server.Key, edit func(*server.Account) error) (*Marked, error) {
	account, err := r.Account(at)
	if err != nil {
		return nil, err
	}
	var m *Marked
	before := namesOf(account.Sale)
	err = guard(func() error {
		if err := edit(account); err != nil {
			return err
		}
		m, err = r.marked(account, before)
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (r *Rows) marked(account *server.Account, before server.Sale) (*Marked, error) {
	saved, put, events := account.Changes()
	m := &Marked{Events: events}
	if r.Sale == nil {
		if saved || len(put) > 0 || len(events) > 0 {
			return nil, errNoSale
		}
		return m, nil
	}
	for _, e := range events {
		if err := CheckText(string(e.Kind), e.Activation, e.Actor, e.Detail); err != nil {
			return nil, err
		}
	}
	if saved {
		if err := m.save(r.Sale, account.Sale); err != nil {
			return nil, err
		}
		if before.LicenseID != account.Sale.LicenseID || before.Licensee != account.Sale.Licensee {
			m.Terms.change(before.Terms(), account.Sale.Terms())
		}
	}
	switch {
	case len(put) == 0:
		return m, nil
	case r.Sale.Apart:
		return m, m.put(put)
	default:
		return m, m.putNear(r.Sale, put)
	}
}

// save marks a sale, whose activations stay where they are.
func (m *Marked) save(was *SaleRow, s *server.Sale) (err error) {
	if s.Serial != was.Serial {
		return errSerial
	}
	if m.Sale, err = EncodeSale(s); err != nil {
		return err
	}
	m.Sale.Near, m.Sale.Apart = was.Near, was.Apart
	return nil
}

// putNear marks activations that lie near, or apart from now on.
func (m *Marked) putNear(was *SaleRow, put []*server.Activation) error {
	all, err := was.Near.list()
	if err != nil {
		return err
	}
	if err := m.nearTerms(all, put); err != nil {
		return err
	}
	if all, err = with(all, put); err != nil {
		return err
	}
	if m.Sale == nil {
		same := *was
		m.Sale = &same
	}
	fits := false
	if m.Sale.Near, fits, err = near(all); err != nil || fits {
		return err
	}
	m.Sale.Apart = true
	for i := range all {
		row, err := all[i].row()
		if err != nil {
			return err
		}
		m.Activations = append(m.Activations, row)
	}
	return nil
}

// put marks activations that lie apart. Of two with one id the later counts.
func (m *Marked) put(all []*server.Activation) error {
	for _, a := range all {
		row, err := EncodeActivation(a)
		if err != nil {
			return err
		}
		same := slices.IndexFunc(m.Activations, func(other *ActivationRow) bool { return other.ID == row.ID })
		if same >= 0 {
			m.Activations[same] = row
		} else {
			m.Activations = append(m.Activations, row)
		}
	}
	return nil
}

// panicked carries a panic of an edit to the goroutine that asked for it, so
// that it ends a request and not the server.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return "ledger: an edit panicked\n" + string(p.stack) }

func guard(do func() error) (err error) {
	returned := false
	defer func() {
		if value := recover(); value != nil && !returned {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	err = do()
	returned = true
	return err
}

// AtMost returns how many rows a limit allows.
func AtMost(limit int) int64 {
	if limit <= 0 {
		return 100
	}
	return int64(limit)
}
