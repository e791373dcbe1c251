package postgres

import (
	"errors"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A state is what a transaction has read, and what its jobs have made of it one
// after another.
type state struct {
	sales map[ledger.Hash]*sale
	order []ledger.Hash // in which they were read
}

func newState(sales int) *state { return &state{sales: make(map[ledger.Hash]*sale, sales)} }

type sale struct {
	change      int64 // of the account, when it was read
	before, now *ledger.SaleRow
	activations map[string]*activation // those that lie apart
	terms       []ledger.TermChanges
	events      []server.Event
}

// An activation has nil before it where it was not read.
type activation struct{ before, now *ledger.ActivationRow }

// add takes in what was read of a sale.
func (s *state) add(id []byte, one *sale) {
	one.now = one.before
	s.sales[ledger.Hash(id)] = one
	s.order = append(s.order, ledger.Hash(id))
}

// activation returns one by its id, empty if it is new.
func (s *sale) activation(id string) *activation {
	a := s.activations[id]
	if a == nil {
		a = &activation{}
		if s.activations == nil {
			s.activations = map[string]*activation{}
		}
		s.activations[id] = a
	}
	return a
}

// changed reports whether anything is to be written. A line of history alone is
// written with the account, too, so that it is true of what was read.
func (s *sale) changed() bool {
	if s.now != s.before || len(s.events) > 0 {
		return true
	}
	for _, a := range s.activations {
		if a.now != a.before {
			return true
		}
	}
	return false
}

// anyApart reports whether activations of a sale lie apart.
func (s *state) anyApart() bool {
	for _, one := range s.sales {
		if one.now.Apart {
			return true
		}
	}
	return false
}

// rows returns the account that a job sees.
func (s *state) rows(id ledger.Hash, at server.Key) *ledger.Rows {
	sale := s.sales[id]
	if sale == nil || at.Serial == "" && sale.now.RequestKey != at.RequestKey {
		return &ledger.Rows{}
	}
	rows := &ledger.Rows{Sale: sale.now}
	for _, a := range sale.activations {
		rows.Activations = append(rows.Activations, a.now)
	}
	return rows
}

// errRenamed has jobs done each in a transaction of its own, where one asks by
// a request key and another has given one away or got one: whom a key names was
// looked up before all of them.
var errRenamed = errors.New("postgres: a request key has changed within a transaction")

// edit runs the edits of jobs. One that fails leaves no trace.
func (s *state) edit(n *loads, jobs []job, errs []error) error {
	renamed := false
	for i, j := range jobs {
		if renamed && j.at.Serial == "" && j.at.RequestKey != "" {
			return errRenamed
		}
		rows := &ledger.Rows{}
		if n.found[i] {
			rows = s.rows(n.keys[i], j.at)
		}
		marked, err := rows.Edit(j.at, j.edit)
		if err != nil {
			errs[i] = err
			continue
		}
		if !marked.Empty() {
			renamed = renamed || marked.Sale != nil && marked.Sale.RequestKey != rows.Sale.RequestKey
			s.sales[n.keys[i]].keep(marked)
		}
	}
	return nil
}

// keep takes over what was marked in an account.
func (s *sale) keep(m *ledger.Marked) {
	if m.Sale != nil {
		s.now = m.Sale
	}
	for _, row := range m.Activations {
		s.activation(row.ID).now = row
	}
	s.terms = append(s.terms, m.Terms)
	s.events = append(s.events, m.Events...)
}
