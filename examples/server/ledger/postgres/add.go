package postgres

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

const (
	addSales = `INSERT INTO sales (id, request, serial, request_key, product, order_number, customer, license)
		SELECT u.id, u.request, u.serial, u.request_key, u.product, u.order_number, u.customer, u.license
		FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])
			WITH ORDINALITY AS u (id, request, serial, request_key, product, order_number, customer, license, n) ORDER BY u.n
		ON CONFLICT DO NOTHING`
	addAccounts = `INSERT INTO accounts (sale, change, version, data, near, apart)
		SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::boolean[])`
)

// soldRows are sales that are new, column by column.
type soldRows struct {
	accountColumns
	request, license                                   [][]byte
	serial, requestKey, product, orderNumber, customer []string
}

// Add implements server.Ledger.
func (l *Ledger) Add(ctx context.Context, sales ...*server.Sale) error {
	if err := ctx.Err(); err != nil || len(sales) == 0 {
		return err
	}
	sold, w, err := l.sold(sales)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		err := l.insert(ctx, sold, w)
		if err == nil || attempt == attempts || !again(err) {
			return err
		}
	}
}

// sold returns the rows of new sales, in the order of their ids: two that add
// the same sales do not wait for each other.
func (l *Ledger) sold(sales []*server.Sale) (*soldRows, *writes, error) {
	type sale struct {
		id   ledger.Hash
		sale *server.Sale
	}
	var sorted []sale
	for _, s := range sales {
		sorted = append(sorted, sale{l.hasher.Serial(s.Serial), s})
	}
	slices.SortFunc(sorted, func(a, b sale) int { return bytes.Compare(a.id[:], b.id[:]) })
	rows, w := &soldRows{}, &writes{hasher: l.hasher}
	for _, s := range sorted {
		row, err := ledger.EncodeSale(s.sale)
		if err != nil {
			return nil, nil, err
		}
		rows.add(s.id, row, request(l.hasher, row))
		for _, d := range row.Updates() {
			w.updates.add(s.id, d)
		}
		w.terms.add(s.id, s.sale.Terms())
		w.events.add(s.id, s.sale.Sold())
	}
	return rows, w, nil
}

func (c *soldRows) add(id ledger.Hash, r *ledger.SaleRow, request []byte) {
	c.accountColumns.add(id, 0, r)
	c.request, c.license = append(c.request, request), append(c.license, r.License())
	c.serial, c.requestKey = append(c.serial, column(r.Serial)), append(c.requestKey, column(r.RequestKey))
	c.product, c.orderNumber = append(c.product, column(r.Product)), append(c.orderNumber, column(r.Order))
	c.customer = append(c.customer, column(r.Customer))
}

// insert adds sales with their documents and events, if none of them is there.
func (l *Ledger) insert(ctx context.Context, sold *soldRows, w *writes) error {
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	conn := pooled.Conn()
	defer rollback(conn)
	if _, err := conn.Exec(ctx, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); err != nil {
		return err
	}
	tag, err := conn.Exec(ctx, addSales, sold.sale, sold.request, sold.serial, sold.requestKey,
		sold.product, sold.orderNumber, sold.customer, sold.license)
	if err != nil {
		return err
	}
	if int(tag.RowsAffected()) < len(sold.sale) {
		return fmt.Errorf("%w, of the %d to be added", server.ErrExists, len(sold.sale))
	}
	b := w.batch()
	b.Queue(addAccounts, sold.sale, sold.change, sold.version, sold.data, sold.near, sold.apart)
	b.Queue("COMMIT")
	return finish(conn.SendBatch(ctx, b), b.Len())
}
