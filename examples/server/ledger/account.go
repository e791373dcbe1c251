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

// Rows are an account as it was loaded: a sale, nil if there is none, and
// activations of it. There may be more of these than a key names, as where two
// marks have one hash.
type Rows struct {
	Sale        *SaleRow
	Activations []*ActivationRow
}

// Marked is what an edit has marked to be stored: Sale is nil where the sale
// was not.
type Marked struct {
	Sale        *SaleRow
	Activations []*ActivationRow
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
	sale, err := r.Sale.Sale()
	if err != nil {
		return nil, err
	}
	account.Sale = sale
	for _, row := range r.Activations {
		if row.Marks != nil && !row.named(at) {
			continue
		}
		a, err := DecodeActivation(row.ID, row.Data)
		if err != nil {
			return nil, err
		}
		if row.Marks = a.Marks(); row.named(at) {
			account.Activations = append(account.Activations, a)
		}
	}
	slices.SortFunc(account.Activations, func(a, b *server.Activation) int { return cmp.Compare(a.ID, b.ID) })
	return account, nil
}

// named reports whether a key names the activation.
func (r *ActivationRow) named(at server.Key) bool {
	if at.ID != "" && r.ID == at.ID {
		return true
	}
	return slices.ContainsFunc(r.Marks, func(m string) bool { return slices.Contains(at.Marks, m) })
}

// Edit runs an edit on the account of rows, and returns what it has marked.
func (r *Rows) Edit(at server.Key, edit func(*server.Account) error) (*Marked, error) {
	account, err := r.Account(at)
	if err != nil {
		return nil, err
	}
	if err := guard(edit, account); err != nil {
		return nil, err
	}
	return r.marked(account)
}

func (r *Rows) marked(account *server.Account) (*Marked, error) {
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
	for _, a := range put {
		row, err := EncodeActivation(a)
		if err != nil {
			return nil, err
		}
		m.Activations = append(m.Activations, row)
	}
	if !saved {
		return m, nil
	}
	if account.Sale.Serial != r.Sale.Serial {
		return nil, errSerial
	}
	var err error
	m.Sale, err = EncodeSale(account.Sale)
	return m, err
}

// panicked carries a panic of an edit to the goroutine that asked for it, so
// that it ends a request and not the server.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return "ledger: an edit panicked\n" + string(p.stack) }

func guard(edit func(*server.Account) error, account *server.Account) (err error) {
	returned := false
	defer func() {
		if value := recover(); value != nil && !returned {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	err = edit(account)
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
