package sqlite

import (
	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// A query is a statement whose parameters are bound one after another. The
// first error stays, and the last call returns it.
type query struct {
	stmt *sqlite.Stmt
	n    int
	err  error
}

// ask begins a query. The connection keeps statements by their text, prepared.
func ask(conn *sqlite.Conn, text string) *query {
	stmt, err := conn.Prepare(text)
	return &query{stmt: stmt, err: err}
}

func (q *query) int(v int64) *query {
	if q.n++; q.err == nil {
		q.stmt.BindInt64(q.n, v)
	}
	return q
}

func (q *query) bool(v bool) *query {
	if v {
		return q.int(1)
	}
	return q.int(0)
}

func (q *query) text(v string) *query {
	if q.n++; q.err == nil {
		q.stmt.BindText(q.n, v)
	}
	return q
}

func (q *query) bytes(v []byte) *query {
	if q.n++; q.err == nil {
		q.stmt.BindBytes(q.n, v)
	}
	return q
}

func (q *query) null() *query {
	if q.n++; q.err == nil {
		q.stmt.BindNull(q.n)
	}
	return q
}

func (q *query) hash(h ledger.Hash) *query { return q.bytes(h[:]) }

// next reports whether there is another row to read from q.stmt.
func (q *query) next() bool {
	if q.err != nil {
		return false
	}
	var row bool
	row, q.err = q.stmt.Step()
	return row
}

// end gives the statement back, and returns the first error.
func (q *query) end() error {
	if q.stmt != nil {
		if err := q.stmt.Reset(); q.err == nil {
			q.err = err
		}
	}
	return q.err
}

// run runs a statement whose rows are of no interest.
func (q *query) run() error {
	for q.next() {
	}
	return q.end()
}

// number runs a statement and returns the number in its first row, 0 if there
// is no row.
func (q *query) number() (n int64, err error) {
	if q.next() {
		n = q.stmt.ColumnInt64(0)
	}
	return n, q.end()
}

// blob returns a column as a copy of its own.
func (q *query) blob(column int) []byte {
	b := make([]byte, q.stmt.ColumnLen(column))
	q.stmt.ColumnBytes(column, b)
	return b
}
