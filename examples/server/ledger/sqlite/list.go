package sqlite

import (
	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// The sales are listed by the index of the first field that a filter has, in
// this order; the others are compared in passing.
const (
	salesByOrder = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text
		FROM (SELECT * FROM sales INDEXED BY sales_by_order WHERE order_number = ?2 AND serial > ?1
			AND (?3 = '' OR customer = ?3) AND (?4 = '' OR product = ?4) ORDER BY serial LIMIT ?5) s
		CROSS JOIN accounts a ON a.sale = s.n LEFT JOIN updates u ON u.sale = s.n ORDER BY s.serial, u.place`
	salesByCustomer = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text
		FROM (SELECT * FROM sales INDEXED BY sales_by_customer WHERE customer = ?3 AND serial > ?1
			AND (?2 = '' OR order_number = ?2) AND (?4 = '' OR product = ?4) ORDER BY serial LIMIT ?5) s
		CROSS JOIN accounts a ON a.sale = s.n LEFT JOIN updates u ON u.sale = s.n ORDER BY s.serial, u.place`
	salesByProduct = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text
		FROM (SELECT * FROM sales INDEXED BY sales_by_product WHERE product = ?4 AND serial > ?1
			AND (?2 = '' OR order_number = ?2) AND (?3 = '' OR customer = ?3) ORDER BY serial LIMIT ?5) s
		CROSS JOIN accounts a ON a.sale = s.n LEFT JOIN updates u ON u.sale = s.n ORDER BY s.serial, u.place`
	allSales = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text
		FROM (SELECT * FROM sales INDEXED BY sales_by_serial WHERE serial > ?1
			AND (?2 = '' OR order_number = ?2) AND (?3 = '' OR customer = ?3) AND (?4 = '' OR product = ?4) ORDER BY serial LIMIT ?5) s
		CROSS JOIN accounts a ON a.sale = s.n LEFT JOIN updates u ON u.sale = s.n ORDER BY s.serial, u.place`
	// Those that are searched for come from the index of the first search.
	salesBySearch = `SELECT s.n, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license,
			a.version, a.data, a.near, a.apart, u.place, u.meta, u.text
		FROM (SELECT * FROM sales NOT INDEXED WHERE n IN (SELECT sale FROM terms WHERE kind = ?6 AND term BETWEEN ?7 AND ?8) AND serial > ?1
			AND (?9 = '' OR n IN (SELECT sale FROM terms WHERE kind = ?9 AND term BETWEEN ?10 AND ?11))
			AND (?12 = '' OR n IN (SELECT sale FROM terms WHERE kind = ?12 AND term BETWEEN ?13 AND ?14))
			AND (?15 = '' OR n IN (SELECT sale FROM terms WHERE kind = ?15 AND term BETWEEN ?16 AND ?17))
			AND (?2 = '' OR order_number = ?2) AND (?3 = '' OR customer = ?3) AND (?4 = '' OR product = ?4) ORDER BY serial LIMIT ?5) s
		CROSS JOIN accounts a ON a.sale = s.n LEFT JOIN updates u ON u.sale = s.n ORDER BY s.serial, u.place`

	nearOf        = `SELECT a.near, a.apart FROM sales s CROSS JOIN accounts a ON a.sale = s.n WHERE s.id = ?`
	activationsOf = `SELECT a.id, a.data FROM sales s JOIN activations a ON a.sale = s.n WHERE s.id = ? AND a.id > ? ORDER BY a.id LIMIT ?`
	eventsOf      = `SELECT e.id, e.time, e.kind, e.activation, e.actor, e.detail
		FROM sales s JOIN events e ON e.sale = s.n WHERE s.id = ? AND e.id > ? ORDER BY e.id LIMIT ?`
)

// choose returns the statement for a filter.
func choose(f server.Filter) string {
	switch {
	case f.Order != "":
		return salesByOrder
	case f.Customer != "":
		return salesByCustomer
	case f.Product != "":
		return salesByProduct
	default:
		return allSales
	}
}

func list(conn *sqlite.Conn, f server.Filter) (sales []*server.Sale, err error) {
	statement := choose(f)
	slots, search := ledger.Slots(f)
	if search {
		statement = salesBySearch
	}
	q := ask(conn, statement).text(string(f.After)).text(f.Order).text(f.Customer).text(f.Product).int(ledger.AtMost(f.Limit))
	for _, s := range slots {
		if search {
			q.text(string(s.Kind)).text(s.From).text(s.To)
		}
	}
	var found []*ledger.SaleRow
	last := int64(0)
	for q.next() {
		if n := q.stmt.ColumnInt64(0); n != last {
			found, last = append(found, q.saleRow()), n
		}
		q.update(found[len(found)-1])
	}
	if err := q.end(); err != nil {
		return nil, err
	}
	for _, row := range found {
		s, err := row.Sale()
		if err != nil {
			return nil, err
		}
		sales = append(sales, s)
	}
	return sales, nil
}

func (l *Ledger) activations(conn *sqlite.Conn, serial license.Serial, after string, limit int) ([]*server.Activation, error) {
	id := l.hasher.Serial(serial)
	row := &ledger.SaleRow{}
	q := ask(conn, nearOf).hash(id)
	found := q.next()
	if found {
		row.Near, row.Apart = ledger.Near(q.stmt.ColumnText(0)), q.stmt.ColumnInt64(1) != 0
	}
	switch err := q.end(); {
	case err != nil || !found:
		return nil, err
	case !row.Apart:
		return row.ActivationsAfter(after, limit)
	}
	return apart(ask(conn, activationsOf).hash(id).text(after).int(ledger.AtMost(limit)))
}

// apart reads activations that lie apart.
func apart(q *query) (found []*server.Activation, err error) {
	for q.next() {
		a, err := ledger.DecodeActivation(q.stmt.ColumnText(0), q.blob(1))
		if err != nil {
			q.err = err
			break
		}
		found = append(found, a)
	}
	return found, q.end()
}

func (l *Ledger) events(conn *sqlite.Conn, serial license.Serial, after int64, limit int) (events []server.Event, err error) {
	q := ask(conn, eventsOf).hash(l.hasher.Serial(serial)).int(after).int(ledger.AtMost(limit))
	for q.next() {
		events = append(events, server.Event{
			ID: q.stmt.ColumnInt64(0), Time: ledger.Time(q.stmt.ColumnInt64(1)), Kind: server.EventKind(q.stmt.ColumnText(2)),
			Activation: q.stmt.ColumnText(3), Actor: q.stmt.ColumnText(4), Detail: q.stmt.ColumnText(5),
		})
	}
	return events, q.end()
}
