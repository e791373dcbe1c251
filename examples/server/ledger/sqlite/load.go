package sqlite

import (
	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// rows are an account as it was loaded, with the row numbers.
type rows struct {
	ledger.Rows
	sale        int64
	activations map[string]int64 // by id
}

const (
	saleBySerial = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.version, s.data, d.place, d.meta, d.text
		FROM sales s LEFT JOIN documents d ON d.sale = s.n WHERE s.id = ? ORDER BY d.place`
	saleByRequest = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.version, s.data, d.place, d.meta, d.text
		FROM sales s LEFT JOIN documents d ON d.sale = s.n WHERE s.request = ? ORDER BY d.place`
	activationByMark = `SELECT a.n, a.id, a.data FROM marks m CROSS JOIN activations a ON a.n = m.activation WHERE m.sale = ? AND m.mark = ?`
	activationByID   = `SELECT n, id, data FROM activations WHERE sale = ? AND id = ?`
)

// load reads the account that a key names.
func (l *Ledger) load(conn *sqlite.Conn, at server.Key) (*rows, error) {
	r := &rows{}
	if err := l.loadSale(conn, r, at); err != nil || r.Sale == nil {
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
		q.document(r.Sale)
	}
	return q.end()
}

// saleRow reads the sale of a row.
func (q *query) saleRow() *ledger.SaleRow {
	return &ledger.SaleRow{
		Serial: license.Serial(q.stmt.ColumnText(1)), RequestKey: license.Serial(q.stmt.ColumnText(2)),
		Product: q.stmt.ColumnText(3), Order: q.stmt.ColumnText(4), Customer: q.stmt.ColumnText(5),
		Version: q.stmt.ColumnInt64(6), Data: q.blob(7),
	}
}

// document reads the document in a row of its sale, if there is one.
func (q *query) document(s *ledger.SaleRow) {
	if !q.stmt.ColumnIsNull(8) {
		s.Documents = append(s.Documents, ledger.Document{Place: q.stmt.ColumnInt64(8), Meta: q.blob(9), Text: q.blob(10)})
	}
}

// find reads activations, those that are not there yet.
func (r *rows) find(q *query) error {
	for q.next() {
		n, id := q.stmt.ColumnInt64(0), q.stmt.ColumnText(1)
		if _, known := r.activations[id]; known {
			continue
		}
		if r.activations == nil {
			r.activations = map[string]int64{}
		}
		r.activations[id] = n
		r.Activations = append(r.Activations, &ledger.ActivationRow{ID: id, Data: q.blob(2)})
	}
	return q.end()
}
