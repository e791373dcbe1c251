package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

const (
	idsByRequest = `SELECT request, id FROM sales WHERE request = ANY($1::bytea[])`

	lockSales = `SELECT id, serial, request_key, product, order_number, customer, version, data
		FROM sales WHERE id = ANY($1::bytea[]) ORDER BY id FOR UPDATE`
	readSales = `SELECT id, serial, request_key, product, order_number, customer, version, data
		FROM sales WHERE id = ANY($1::bytea[])`
	documentsOf = `SELECT sale, place, meta, text FROM documents WHERE sale = ANY($1::bytea[]) ORDER BY sale, place`

	activationsByMark = `SELECT a.sale, a.id, a.data FROM unnest($1::bytea[], $2::bytea[]) AS k (sale, mark)
		JOIN marks m ON m.sale = k.sale AND m.mark = k.mark
		JOIN activations a ON a.sale = m.sale AND a.id = m.activation`
	activationsByID = `SELECT a.sale, a.id, a.data FROM unnest($1::bytea[], $2::text[]) AS k (sale, id)
		JOIN activations a ON a.sale = k.sale AND a.id = k.id`
)

// loads are what jobs need to have read.
type loads struct {
	keys         []ledger.Hash // of the sale of each job
	found        []bool        // whether it has one
	ids          [][]byte      // of all sales
	marked, mark [][]byte      // sales, with a mark of an activation for each
	named        [][]byte      // sales, with the id of an activation for each
	name         []string
}

// loads collects what jobs need. Request keys are looked up at once: when the
// sale is read, it is compared whether it still has the key.
func (l *Ledger) loads(ctx context.Context, conn *pgx.Conn, jobs []job) (*loads, error) {
	requests, err := l.requests(ctx, conn, jobs)
	if err != nil {
		return nil, err
	}
	n := &loads{keys: make([]ledger.Hash, len(jobs)), found: make([]bool, len(jobs))}
	seen := make(map[ledger.Hash]bool, len(jobs))
	for i, j := range jobs {
		id, found := requests[j.at.RequestKey], false
		if j.at.Serial != "" {
			id, found = l.hasher.Serial(j.at.Serial), true
		} else if j.at.RequestKey != "" {
			found = id != ledger.Hash{}
		}
		if n.keys[i], n.found[i] = id, found; !found {
			continue
		}
		if !seen[id] {
			seen[id] = true
			n.ids = append(n.ids, id[:])
		}
		n.add(l.hasher, id, j)
	}
	return n, nil
}

// add collects the activations of a job.
func (n *loads) add(hasher *ledger.Hasher, sale ledger.Hash, j job) {
	for _, m := range j.at.Marks {
		mark := hasher.Mark(m)
		n.marked, n.mark = append(n.marked, sale[:]), append(n.mark, mark[:])
	}
	if j.at.ID != "" {
		n.named, n.name = append(n.named, sale[:]), append(n.name, column(j.at.ID))
	}
}

// requests returns the ids of the sales with the request keys in jobs.
func (l *Ledger) requests(ctx context.Context, conn *pgx.Conn, jobs []job) (map[license.Serial]ledger.Hash, error) {
	var hashes [][]byte
	keys := map[ledger.Hash]license.Serial{}
	for _, j := range jobs {
		if j.at.Serial == "" && j.at.RequestKey != "" {
			h := l.hasher.RequestKey(j.at.RequestKey)
			hashes, keys[h] = append(hashes, h[:]), j.at.RequestKey
		}
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	rows, err := conn.Query(ctx, idsByRequest, hashes)
	if err != nil {
		return nil, err
	}
	found := map[license.Serial]ledger.Hash{}
	var request, id []byte
	_, err = pgx.ForEachRow(rows, []any{&request, &id}, func() error {
		found[keys[ledger.Hash(request)]] = ledger.Hash(id)
		return nil
	})
	return found, err
}

// lock begins a transaction, locks the sales and reads them, in one exchange.
// After an error, the transaction is to be rolled back.
//
// Under READ COMMITTED, each of these statements sees all that was committed
// when it began. The first waits for each sale's lock and then reads the sale
// anew; the others begin when it has all locks; and whoever changes anything of
// a sale, its activations and documents too, has that sale's lock. So what is
// read is the last state, and stays it until the transaction ends. Nothing is
// ever decided by rows that are not there or are counted. Locks are taken in
// ascending order of the ids, so no two transactions wait for each other.
func (n *loads) lock(ctx context.Context, conn *pgx.Conn) (*state, error) {
	b := &pgx.Batch{}
	b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
	b.Queue(lockSales, n.ids)
	return n.read(ctx, conn, b)
}

// snapshot reads the sales as they are at one moment, without a lock.
func (n *loads) snapshot(ctx context.Context, conn *pgx.Conn) (*state, error) {
	b := &pgx.Batch{}
	b.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
	b.Queue(readSales, n.ids)
	defer func() { rollback(conn) }()
	return n.read(ctx, conn, b)
}

// read sends a batch that begins a transaction and reads the sales, with the
// statements that read the rest.
func (n *loads) read(ctx context.Context, conn *pgx.Conn, b *pgx.Batch) (s *state, err error) {
	b.Queue(documentsOf, n.ids)
	if len(n.marked) > 0 {
		b.Queue(activationsByMark, n.marked, n.mark)
	}
	if len(n.named) > 0 {
		b.Queue(activationsByID, n.named, n.name)
	}
	results := conn.SendBatch(ctx, b)
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed
		}
	}()
	if _, err := results.Exec(); err != nil {
		return nil, err
	}
	s = &state{sales: make(map[ledger.Hash]*sale, len(n.ids))}
	if err := s.readSales(results); err != nil {
		return nil, err
	}
	if err := s.readDocuments(results); err != nil {
		return nil, err
	}
	for i := 3; i < b.Len(); i++ {
		if err := s.readActivations(results); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *state) readSales(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		row, err := scanSale(rows, &id)
		if err != nil {
			return err
		}
		s.sales[ledger.Hash(id)] = &sale{before: row, now: row, activations: map[string]*activation{}}
	}
	return rows.Err()
}

// scanSale reads a sale, and what else there is in its row.
func scanSale(rows pgx.Rows, id *[]byte, more ...any) (*ledger.SaleRow, error) {
	r := &ledger.SaleRow{}
	var serial, request string
	err := rows.Scan(append([]any{id, &serial, &request, &r.Product, &r.Order, &r.Customer, &r.Version, &r.Data}, more...)...)
	r.Serial, r.RequestKey = text[license.Serial](serial), text[license.Serial](request)
	r.Product, r.Order, r.Customer = text[string](r.Product), text[string](r.Order), text[string](r.Customer)
	return r, err
}

func (s *state) readDocuments(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		var d ledger.Document
		if err := rows.Scan(&id, &d.Place, &d.Meta, &d.Text); err != nil {
			return err
		}
		if sale := s.sales[ledger.Hash(id)]; sale != nil {
			sale.before.Documents = append(sale.before.Documents, d)
		}
	}
	return rows.Err()
}

func (s *state) readActivations(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		var name string
		row := &ledger.ActivationRow{}
		if err := rows.Scan(&id, &name, &row.Data); err != nil {
			return err
		}
		row.ID = text[string](name)
		if sale := s.sales[ledger.Hash(id)]; sale != nil {
			sale.activations[row.ID] = &activation{before: row, now: row}
		}
	}
	return rows.Err()
}
