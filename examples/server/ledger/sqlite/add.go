package sqlite

import (
	"fmt"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

const (
	countSale = `SELECT count(*) FROM sales WHERE id = ?1 OR request = ?2`
	addSale   = `INSERT INTO sales (id, request, serial, request_key, product, order_number, customer, license)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	addAccount = `INSERT INTO accounts (sale, version, data, near, apart) VALUES (?, ?, ?, ?, ?)`
)

// add does one Add.
func (l *Ledger) add(sales []*server.Sale) (wrote bool, own, err error) {
	rows := make([]*ledger.SaleRow, len(sales))
	for i, s := range sales {
		if rows[i], own = ledger.EncodeSale(s); own != nil {
			return false, own, nil
		}
	}
	exists, err := l.anyExists(rows)
	if err != nil {
		return false, nil, err
	}
	if exists {
		return false, fmt.Errorf("%w, of the %d to be added", server.ErrExists, len(sales)), nil
	}
	for i, row := range rows {
		if err := l.insert(row, sales[i]); err != nil {
			return false, nil, err
		}
	}
	return len(sales) > 0, nil, nil
}

// anyExists reports whether a sale is there already, or twice among the rows.
func (l *Ledger) anyExists(rows []*ledger.SaleRow) (bool, error) {
	seen := map[ledger.Hash]bool{}
	for _, r := range rows {
		id := l.hasher.Serial(r.Serial)
		q := l.request(ask(l.writer, countSale).hash(id), r)
		n, err := q.number()
		if err != nil || n > 0 || seen[id] {
			return true, err
		}
		seen[id] = true
		if r.RequestKey != "" {
			request := l.hasher.RequestKey(r.RequestKey)
			if seen[request] {
				return true, nil
			}
			seen[request] = true
		}
	}
	return false, nil
}

func (l *Ledger) insert(r *ledger.SaleRow, s *server.Sale) error {
	q := l.request(ask(l.writer, addSale).hash(l.hasher.Serial(r.Serial)), r)
	q.text(string(r.Serial)).text(string(r.RequestKey)).text(r.Product).text(r.Order).text(r.Customer)
	if text := r.License(); text != nil {
		q.bytes(text)
	} else {
		q.null()
	}
	if err := q.run(); err != nil {
		return err
	}
	n := l.writer.LastInsertRowID()
	err := ask(l.writer, addAccount).int(n).int(r.Version).text(string(r.Data)).text(string(r.Near)).bool(r.Apart).run()
	if err != nil {
		return err
	}
	if err := storeDocuments(l.writer, n, nil, r.Updates()); err != nil {
		return err
	}
	if err := storeTerms(l.writer, n, ledger.TermChanges{Added: s.Terms()}); err != nil {
		return err
	}
	return storeEvent(l.writer, n, s.Sold())
}
