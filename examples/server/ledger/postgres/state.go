package postgres

import (
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A state is what a transaction has read, and what its jobs have made of it one
// after another.
type state struct{ sales map[ledger.Hash]*sale }

type sale struct {
	before, now *ledger.SaleRow
	activations map[string]*activation
	events      []server.Event
}

// An activation has nil before it where it was not read.
type activation struct{ before, now *ledger.ActivationRow }

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

// edit runs the edits of jobs. One that fails leaves no trace.
func (s *state) edit(n *loads, jobs []job, errs []error) {
	for i, j := range jobs {
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
			s.sales[n.keys[i]].keep(marked)
		}
	}
}

// keep takes over what was marked in an account.
func (s *sale) keep(m *ledger.Marked) {
	if m.Sale != nil {
		s.now = m.Sale
	}
	for _, row := range m.Activations {
		a := s.activations[row.ID]
		if a == nil {
			a = &activation{}
			s.activations[row.ID] = a
		}
		a.now = row
	}
	s.events = append(s.events, m.Events...)
}
