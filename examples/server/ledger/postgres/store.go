package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

const (
	updateAccounts = `WITH changed AS (
		UPDATE accounts a SET change = a.change + 1, version = u.version, data = u.data, near = u.near, apart = u.apart
		FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::boolean[]) AS u (sale, change, version, data, near, apart)
		WHERE a.sale = u.sale AND a.change = u.change RETURNING 1
	) SELECT agreed(count(*), $7) FROM changed`
	renameSale = `UPDATE sales SET request = $2, request_key = $3, product = $4, order_number = $5, customer = $6 WHERE id = $1`
	putLicense = `UPDATE sales SET license = $2 WHERE id = $1`

	putUpdates = `INSERT INTO updates (sale, place, meta, text)
		SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::bytea[])
		ON CONFLICT (sale, place) DO UPDATE SET meta = excluded.meta, text = excluded.text`
	dropUpdates = `DELETE FROM updates d USING unnest($1::bytea[], $2::bigint[]) AS u (sale, place)
		WHERE d.sale = u.sale AND d.place = u.place`

	putActivations = `INSERT INTO activations (sale, id, data)
		SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[])
		ON CONFLICT (sale, id) DO UPDATE SET data = excluded.data`

	addMarks = `INSERT INTO marks (sale, mark, activation)
		SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[]) ON CONFLICT DO NOTHING`
	dropMarks = `DELETE FROM marks m USING unnest($1::bytea[], $2::bytea[], $3::text[]) AS u (sale, mark, activation)
		WHERE m.sale = u.sale AND m.mark = u.mark AND m.activation = u.activation`

	addTerms = `INSERT INTO terms (kind, term, sale, activation)
		SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) ON CONFLICT DO NOTHING`
	dropTerms = `DELETE FROM terms t USING unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) AS u (kind, term, sale, activation)
		WHERE t.kind = u.kind AND t.term = u.term AND t.sale = u.sale AND t.activation = u.activation`

	addEvents = `INSERT INTO events (sale, time, kind, activation, actor, detail)
		SELECT u.sale, u.time, u.kind, u.activation, u.actor, u.detail
		FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
			WITH ORDINALITY AS u (sale, time, kind, activation, actor, detail, n) ORDER BY u.n`
)

// store writes what jobs have made of a state and commits it, in one exchange.
// Where they have made nothing, nothing is sent. Statements that are sent at once
// are one transaction, also where none was begun before.
func (l *Ledger) store(ctx context.Context, conn *pgx.Conn, s *state) error {
	w := &writes{hasher: l.hasher}
	for _, id := range slices.SortedFunc(maps.Keys(s.sales), func(a, b ledger.Hash) int { return bytes.Compare(a[:], b[:]) }) {
		w.sale(id, s.sales[id])
	}
	b := w.batch()
	if b.Len() == 0 {
		return nil
	}
	if conn.PgConn().TxStatus() != 'I' {
		b.Queue("COMMIT")
	}
	return finish(conn.SendBatch(ctx, b), b.Len())
}

var errRolledBack = errors.New("postgres: the transaction was rolled back")

// finish reads the results of writes and the commit after them. The server
// skips all that comes after a statement that failed; so an error that it has
// reported says that nothing was committed. Without its word, that is not known.
func finish(results pgx.BatchResults, n int) (err error) {
	defer func() {
		closed := results.Close()
		if err == nil {
			err = closed
		}
		var refused *pgconn.PgError
		if err != nil && (!errors.As(err, &refused) || refused.SeverityUnlocalized != "ERROR") {
			err = fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
		}
	}()
	for range n {
		tag, err := results.Exec()
		if err != nil {
			return err
		}
		if tag.String() == "ROLLBACK" {
			return errRolledBack
		}
	}
	return nil
}
