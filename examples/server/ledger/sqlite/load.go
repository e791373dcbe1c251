package sqlite

import (
	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// rows are an account as it was loaded, with the row number of its sale.
type rows struct {
	ledger.Rows
	sale int64
}

// Whatever reads sales reads these columns of a sale s, its account a, and one
// of its updates u.
const (
	saleBySerial = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text FROM sales s CROSS JOIN accounts a ON a.sale = s.n
		LEFT JOIN updates u ON u.sale = s.n WHERE s.id = ? ORDER BY u.place`
	saleByRequest = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text FROM sales s CROSS JOIN accounts a ON a.sale = s.n
		LEFT JOIN updates u ON u.sale = s.n WHERE s.request = ? ORDER BY u.place`

	activationByMark = `SELECT a.id, a.data FROM marks m CROSS JOIN activations a ON a.sale = m.sale AND a.id = m.activation
		WHERE m.sale = ? AND m.mark = ?`
	activationByID = `SELECT id, data FROM activations WHERE sale = ? AND id = ?`
)

// load reads the account that a key names.
func (l *Ledger) load(conn *sqlite.Conn, at server.Key) (*rows, error) {
	r := &rows{}
	if err := l.loadSale(conn, r, at); err != nil || r.Sale == nil || !r.Sale.Apart {
		return r, err
	}
	for _, m := range at.Marks {
		if err := r.find(ask(conn, activationByMark).int(r.sale).hash(l.hasher.Mark(m))); err != nil {
			return nil, err
		}
	}
	if at.ID != "" {
		if err := r.find(ask(conn, activationByID).int(r.sale).text(at.ID)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (l *Ledger) loadSale(conn *sqlite.Conn, r *rows, at server.Key) error {
	var q *query
	switch {
	case at.Serial != "":
		q = ask(conn, saleBySerial).hash(l.hasher.Serial(at.Serial))
	case at.RequestKey != "":
		q = ask(conn, saleByRequest).hash(l.hasher.RequestKey(at.RequestKey))
	default:
		return nil
	}
	for q.next() {
		if r.Sale == nil {
			r.sale, r.Sale = q.stmt.ColumnInt64(0), q.saleRow()
		}
		q.update(r.Sale)
	}
	return q.end()
}

// saleRow reads the sale in a row.
func (q *query) saleRow() *ledger.SaleRow {
	s := &ledger.SaleRow{
		Serial: license.Serial(q.stmt.ColumnText(1)), RequestKey: license.Serial(q.stmt.ColumnText(2)),
		Product: q.stmt.ColumnText(3), Order: q.stmt.ColumnText(4), Customer: q.stmt.ColumnText(5),
		Version: q.stmt.ColumnInt64(7), Data: q.blob(8), Near: ledger.Near(q.stmt.ColumnText(9)), Apart: q.stmt.ColumnInt64(10) != 0,
	}
	if !q.stmt.ColumnIsNull(6) {
		s.Documents = append(s.Documents, ledger.Document{Meta: []byte("{}"), Text: q.blob(6)})
	}
	return s
}

// update reads the update in a row, if there is one.
func (q *query) update(s *ledger.SaleRow) {
	if !q.stmt.ColumnIsNull(11) {
		s.Documents = append(s.Documents, ledger.Document{Place: q.stmt.ColumnInt64(11), Meta: q.blob(12), Text: q.blob(13)})
	}
}

// find reads activations, those that are not there yet.
func (r *rows) find(q *query) error {
	for q.next() {
		if id := q.stmt.ColumnText(0); r.activation(id) == nil {
			r.Activations = append(r.Activations, &ledger.ActivationRow{ID: id, Data: q.blob(1)})
		}
	}
	return q.end()
}

// activation returns an activation that was read, nil if it was not.
func (r *rows) activation(id string) *ledger.ActivationRow {
	for _, a := range r.Activations {
		if a.ID == id {
			return a
		}
	}
	return nil
}
