package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// The sales are listed by the index of the first field that a filter has, in
// this order; the others are compared in passing.
const (
	salesByOrder = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text,
			a.change, a.version, a.data, a.near, a.apart
		FROM (SELECT * FROM sales WHERE order_number = $2 AND serial > $1
			AND ($3 = '' OR customer = $3) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		JOIN accounts a ON a.sale = s.id LEFT JOIN updates u ON u.sale = s.id ORDER BY s.serial, u.place`
	salesByCustomer = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text,
			a.change, a.version, a.data, a.near, a.apart
		FROM (SELECT * FROM sales WHERE customer = $3 AND serial > $1
			AND ($2 = '' OR order_number = $2) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		JOIN accounts a ON a.sale = s.id LEFT JOIN updates u ON u.sale = s.id ORDER BY s.serial, u.place`
	salesByProduct = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text,
			a.change, a.version, a.data, a.near, a.apart
		FROM (SELECT * FROM sales WHERE product = $4 AND serial > $1
			AND ($2 = '' OR order_number = $2) AND ($3 = '' OR customer = $3) ORDER BY serial LIMIT $5) s
		JOIN accounts a ON a.sale = s.id LEFT JOIN updates u ON u.sale = s.id ORDER BY s.serial, u.place`
	allSales = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text,
			a.change, a.version, a.data, a.near, a.apart
		FROM (SELECT * FROM sales WHERE serial > $1
			AND ($2 = '' OR order_number = $2) AND ($3 = '' OR customer = $3) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		JOIN accounts a ON a.sale = s.id LEFT JOIN updates u ON u.sale = s.id ORDER BY s.serial, u.place`
	// Those that are searched for come from the index of the first search.
	salesBySearch = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text,
			a.change, a.version, a.data, a.near, a.apart
		FROM (SELECT * FROM sales WHERE id IN (SELECT sale FROM terms WHERE kind = $6 AND term BETWEEN $7 AND $8) AND serial > $1
			AND ($9 = '' OR id IN (SELECT sale FROM terms WHERE kind = $9 AND term BETWEEN $10 AND $11))
			AND ($12 = '' OR id IN (SELECT sale FROM terms WHERE kind = $12 AND term BETWEEN $13 AND $14))
			AND ($15 = '' OR id IN (SELECT sale FROM terms WHERE kind = $15 AND term BETWEEN $16 AND $17))
			AND ($2 = '' OR order_number = $2) AND ($3 = '' OR customer = $3) AND ($4 = '' OR product = $4) ORDER BY serial LIMIT $5) s
		JOIN accounts a ON a.sale = s.id LEFT JOIN updates u ON u.sale = s.id ORDER BY s.serial, u.place`

	nearOf        = `SELECT near, apart FROM accounts WHERE sale = $1`
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
	statement := choose(f)
	values := []any{column(f.After), column(f.Order), column(f.Customer), column(f.Product), ledger.AtMost(f.Limit)}
	if slots, search := ledger.Slots(f); search {
		statement = salesBySearch
		for _, s := range slots {
			values = append(values, column(s.Kind), column(s.From), column(s.To))
		}
	}
	rows, err := l.pool.Query(ctx, statement, values...)
	if err != nil {
		return nil, err
	}
	state := newState(0)
	if err := state.scan(rows); err != nil {
		return nil, err
	}
	var sales []*server.Sale
	for _, id := range state.order {
		s, err := state.sales[id].before.Sale()
		if err != nil {
			return nil, err
		}
		sales = append(sales, s)
	}
	return sales, nil
}

func (l *Ledger) activations(ctx context.Context, serial license.Serial, after string, limit int) (found []*server.Activation, err error) {
	id := l.hasher.Serial(serial)
	row := &ledger.SaleRow{}
	err = l.pool.QueryRow(ctx, nearOf, id[:]).Scan((*string)(&row.Near), &row.Apart)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case !row.Apart:
		return row.ActivationsAfter(after, limit)
	}
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
