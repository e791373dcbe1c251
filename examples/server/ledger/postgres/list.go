package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// The sales are listed by the index of the first field that a filter has, in
// this order; the others are compared in passing.
const (
	salesByOrder = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.version, s.data, d.place, d.meta, d.text
		FROM (SELECT * FROM sales WHERE order_number = $2 AND serial > $1
			AND ($3 = '' OR customer = $3) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		LEFT JOIN documents d ON d.sale = s.id ORDER BY s.serial, d.place`
	salesByCustomer = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.version, s.data, d.place, d.meta, d.text
		FROM (SELECT * FROM sales WHERE customer = $3 AND serial > $1
			AND ($2 = '' OR order_number = $2) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		LEFT JOIN documents d ON d.sale = s.id ORDER BY s.serial, d.place`
	salesByProduct = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.version, s.data, d.place, d.meta, d.text
		FROM (SELECT * FROM sales WHERE product = $4 AND serial > $1
			AND ($2 = '' OR order_number = $2) AND ($3 = '' OR customer = $3) ORDER BY serial LIMIT $5) s
		LEFT JOIN documents d ON d.sale = s.id ORDER BY s.serial, d.place`
	allSales = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.version, s.data, d.place, d.meta, d.text
		FROM (SELECT * FROM sales WHERE serial > $1
			AND ($2 = '' OR order_number = $2) AND ($3 = '' OR customer = $3) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		LEFT JOIN documents d ON d.sale = s.id ORDER BY s.serial, d.place`

	activationsOf = `SELECT id, data FROM activations WHERE sale = $1 AND id > $2 ORDER BY id LIMIT $3`
	eventsOf      = `SELECT id, time, kind, activation, actor, detail FROM events WHERE sale = $1 AND id > $2 ORDER BY id LIMIT $3`
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

func (l *Ledger) list(ctx context.Context, f server.Filter) ([]*server.Sale, error) {
	rows, err := l.pool.Query(ctx, choose(f), column(f.After), column(f.Order), column(f.Customer), column(f.Product), ledger.AtMost(f.Limit))
	if err != nil {
		return nil, err
	}
	found, err := scanSales(rows)
	if err != nil {
		return nil, err
	}
	var sales []*server.Sale
	for _, row := range found {
		s, err := row.Sale()
		if err != nil {
			return nil, err
		}
		sales = append(sales, s)
	}
	return sales, nil
}

// scanSales reads sales, each with a row for every document.
func scanSales(rows pgx.Rows) (found []*ledger.SaleRow, err error) {
	defer rows.Close()
	var last ledger.Hash
	for rows.Next() {
		var id []byte
		var place *int64
		var d ledger.Document
		row, err := scanSale(rows, &id, &place, &d.Meta, &d.Text)
		if err != nil {
			return nil, err
		}
		if h := ledger.Hash(id); len(found) == 0 || h != last {
			found, last = append(found, row), h
		}
		if place != nil {
			d.Place = *place
			sale := found[len(found)-1]
			sale.Documents = append(sale.Documents, d)
		}
	}
	return found, rows.Err()
}

func (l *Ledger) activations(ctx context.Context, serial license.Serial, after string, limit int) (found []*server.Activation, err error) {
	id := l.hasher.Serial(serial)
	rows, err := l.pool.Query(ctx, activationsOf, id[:], column(after), ledger.AtMost(limit))
	if err != nil {
		return nil, err
	}
	var name string
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&name, &data}, func() error {
		a, err := ledger.DecodeActivation(text[string](name), data)
		found = append(found, a)
		return err
	})
	return found, err
}

func (l *Ledger) events(ctx context.Context, serial license.Serial, after int64, limit int) (events []server.Event, err error) {
	id := l.hasher.Serial(serial)
	rows, err := l.pool.Query(ctx, eventsOf, id[:], after, ledger.AtMost(limit))
	if err != nil {
		return nil, err
	}
	var n, seconds int64
	var kind, activation, actor, detail string
	_, err = pgx.ForEachRow(rows, []any{&n, &seconds, &kind, &activation, &actor, &detail}, func() error {
		events = append(events, server.Event{
			ID: n, Time: ledger.Time(seconds), Kind: text[server.EventKind](kind),
			Activation: text[string](activation), Actor: text[string](actor), Detail: text[string](detail),
		})
		return nil
	})
	return events, err
}
