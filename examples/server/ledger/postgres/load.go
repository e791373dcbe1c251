package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

const (
	idsByRequest = `SELECT request, id FROM sales WHERE request = ANY($1::bytea[])`

	readAccounts = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text,
			a.change, a.version, a.data, a.near, a.apart
		FROM sales s JOIN accounts a ON a.sale = s.id LEFT JOIN updates u ON u.sale = s.id
		WHERE s.id = ANY($1::bytea[]) ORDER BY s.id, u.place`

	lockAccounts = `SELECT sale, change, version, data, near, apart FROM accounts WHERE sale = ANY($1::bytea[]) ORDER BY sale FOR UPDATE`
	readSales    = `SELECT s.id, s.serial, s.request_key, s.product, s.order_number, s.customer, s.license, u.place, u.meta, u.text
		FROM sales s LEFT JOIN updates u ON u.sale = s.id WHERE s.id = ANY($1::bytea[]) ORDER BY s.id, u.place`

	activationsByMark = `SELECT a.sale, a.id, a.data FROM unnest($1::bytea[], $2::bytea[]) AS k (sale, mark)
		JOIN marks m ON m.sale = k.sale AND m.mark = k.mark
		JOIN activations a ON a.sale = m.sale AND a.id = m.activation`
	activationsByID = `SELECT a.sale, a.id, a.data FROM unnest($1::bytea[], $2::text[]) AS k (sale, id)
		JOIN activations a ON a.sale = k.sale AND a.id = k.id`
)

// loads are what jobs need to have read.
type loads struct {
	keys  []ledger.Hash // of the sale of each job
	found []bool        // whether it has one
	ids   [][]byte      // of all sales
}

// loads collects what jobs need. Request keys are looked up at once: when the
// sale is read, it is compared whether it still has the key.
func (l *Ledger) loads(ctx context.Context, conn *pgx.Conn, jobs []job) (*loads, error) {
	requests, err := l.requests(ctx, conn, jobs)
	if err != nil {
		return nil, err
	}
	n := &loads{keys: make([]ledger.Hash, len(jobs)), found: make([]bool, len(jobs))}
	for i, j := range jobs {
		id, found := requests[j.at.RequestKey], false
		if j.at.Serial != "" {
			id, found = l.hasher.Serial(j.at.Serial), true
		} else if j.at.RequestKey != "" {
			found = id != ledger.Hash{}
		}
		first := found && !slices.Contains(n.keys[:i], id)
		if n.keys[i], n.found[i] = id, found; first {
			n.ids = append(n.ids, id[:])
		}
	}
	return n, nil
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

// peek reads the accounts as they are at one moment, in one exchange and
// without a lock. What lies apart is not read.
func (n *loads) peek(ctx context.Context, conn *pgx.Conn) (*state, error) {
	rows, err := conn.Query(ctx, readAccounts, n.ids)
	if err != nil {
		return nil, err
	}
	s := newState(len(n.ids))
	return s, s.scan(rows)
}

// lock begins a transaction, locks the accounts and reads all there is, in one
// exchange, and another for what lies apart. After an error, the transaction is
// to be rolled back.
//
// Under READ COMMITTED, each of these statements sees all that was committed
// when it began. The first waits for each account's lock and then reads it anew;
// the others begin when it has all locks; and whoever changes anything of a
// sale, its names, documents and activations too, changes the account. So what
// is read is the last state, and stays it until the transaction ends. Nothing is
// ever decided by rows that are not there or are counted. Locks are taken in
// ascending order of the ids, so no two transactions wait for each other.
func (l *Ledger) lock(ctx context.Context, conn *pgx.Conn, n *loads, jobs []job) (*state, error) {
	b := &pgx.Batch{}
	b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
	b.Queue(lockAccounts, n.ids)
	b.Queue(readSales, n.ids)
	s := newState(len(n.ids))
	if err := read(conn.SendBatch(ctx, b), nil, s.scanAccounts, s.scanSales); err != nil {
		return nil, err
	}
	return s, l.apart(ctx, conn, s, n, jobs)
}

// snapshot reads all there is as it is at one moment, without a lock, in a
// transaction that is to be rolled back.
func (l *Ledger) snapshot(ctx context.Context, conn *pgx.Conn, n *loads, jobs []job) (*state, error) {
	if _, err := conn.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return nil, err
	}
	s, err := n.peek(ctx, conn)
	if err != nil {
		return nil, err
	}
	return s, l.apart(ctx, conn, s, n, jobs)
}

// apart reads the activations that jobs name of sales whose activations lie
// apart.
func (l *Ledger) apart(ctx context.Context, conn *pgx.Conn, s *state, n *loads, jobs []job) error {
	var marked, mark, named [][]byte
	var name []string
	for i, j := range jobs {
		id := n.keys[i]
		if sale := s.sales[id]; sale == nil || !sale.now.Apart {
			continue
		}
		for _, m := range j.at.Marks {
			h := l.hasher.Mark(m)
			marked, mark = append(marked, id[:]), append(mark, h[:])
		}
		if j.at.ID != "" {
			named, name = append(named, id[:]), append(name, column(j.at.ID))
		}
	}
	if len(marked) == 0 && len(named) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(activationsByMark, marked, mark)
	b.Queue(activationsByID, named, name)
	return read(conn.SendBatch(ctx, b), s.scanActivations, s.scanActivations)
}
