package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// read reads the results of a batch, each with its function, or with none where
// the statement returns nothing.
func read(results pgx.BatchResults, scans ...func(pgx.Rows) error) (err error) {
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed
		}
	}()
	for _, scan := range scans {
		if scan == nil {
			_, err = results.Exec()
		} else if rows, failed := results.Query(); failed != nil {
			err = failed
		} else {
			err = scan(rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// saleScan has what the columns of a sale are read into.
type saleScan struct {
	id              []byte
	serial, request string
	license         []byte
	place           *int64
	update          ledger.Document
	names           [3]string // product, order, customer
}

func (c *saleScan) columns() []any {
	c.id, c.license, c.place, c.update = nil, nil, nil, ledger.Document{}
	return []any{
		&c.id, &c.serial, &c.request, &c.names[0], &c.names[1], &c.names[2],
		&c.license, &c.place, &c.update.Meta, &c.update.Text,
	}
}

// put adds what was read: the sale with its licence if this is its first row,
// and an update.
func (c *saleScan) put(r *ledger.SaleRow, first bool) {
	if first {
		r.Serial, r.RequestKey = text[license.Serial](c.serial), text[license.Serial](c.request)
		r.Product, r.Order, r.Customer = text[string](c.names[0]), text[string](c.names[1]), text[string](c.names[2])
		if c.license != nil {
			r.Documents = append(r.Documents, ledger.Document{Meta: []byte("{}"), Text: c.license})
		}
	}
	if c.place != nil {
		c.update.Place = *c.place
		r.Documents = append(r.Documents, c.update)
	}
}

// columns are those of an account.
func (s *sale) columns() []any {
	return []any{&s.change, &s.before.Version, &s.before.Data, (*string)(&s.before.Near), &s.before.Apart}
}

// scan reads rows of a sale and its account.
func (s *state) scan(rows pgx.Rows) error {
	defer rows.Close()
	var c saleScan
	var last *sale
	for rows.Next() {
		one := &sale{before: &ledger.SaleRow{}}
		if err := rows.Scan(append(c.columns(), one.columns()...)...); err != nil {
			return err
		}
		first := last == nil || s.sales[ledger.Hash(c.id)] != last
		if first {
			last = one
			s.add(c.id, one)
		}
		c.put(last.before, first)
	}
	return rows.Err()
}

// scanAccounts reads rows of accounts, and scanSales those of their sales.
func (s *state) scanAccounts(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		one := &sale{before: &ledger.SaleRow{}}
		var id []byte
		if err := rows.Scan(append([]any{&id}, one.columns()...)...); err != nil {
			return err
		}
		s.add(id, one)
	}
	return rows.Err()
}

func (s *state) scanSales(rows pgx.Rows) error {
	defer rows.Close()
	var c saleScan
	var last *sale
	for rows.Next() {
		if err := rows.Scan(c.columns()...); err != nil {
			return err
		}
		if one := s.sales[ledger.Hash(c.id)]; one != nil {
			c.put(one.before, one != last)
			last = one
		}
	}
	return rows.Err()
}

func (s *state) scanActivations(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var id []byte
		var name string
		row := &ledger.ActivationRow{}
		if err := rows.Scan(&id, &name, &row.Data); err != nil {
			return err
		}
		row.ID = text[string](name)
		if one := s.sales[ledger.Hash(id)]; one != nil {
			*one.activation(row.ID) = activation{before: row, now: row}
		}
	}
	return rows.Err()
}
