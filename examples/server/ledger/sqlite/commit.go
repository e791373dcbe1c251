package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// commit does jobs in one transaction. Each edit runs on what was loaded for it
// there, and is written once it has succeeded; so one that fails has written
// nothing, and the next one sees all that was written before.
func (l *Ledger) commit(jobs []job, errs []error) error {
	return immediately(context.Background(), l.writer, func() error {
		wrote := 0
		for i, j := range jobs {
			did, err := false, error(nil)
			if j.edit != nil {
				did, errs[i], err = l.change(j)
			} else {
				did, errs[i], err = l.add(j.add)
			}
			if err != nil {
				return err
			}
			if did {
				wrote++
			}
		}
		if wrote > 0 {
			l.committing(wrote)
		}
		return nil
	})
}

// change does one Change. own is an error that concerns no other job.
func (l *Ledger) change(j job) (wrote bool, own, err error) {
	r, err := l.load(l.writer, j.at)
	if err != nil {
		return false, nil, err
	}
	marked, own := r.Edit(j.at, j.edit)
	if own != nil || marked.Empty() {
		return false, own, nil
	}
	return true, nil, l.store(r, marked)
}

// store writes what was marked in an account.
func (l *Ledger) store(r *rows, m *ledger.Marked) error {
	if m.Sale != nil {
		if err := l.storeSale(r, m.Sale); err != nil {
			return err
		}
	}
	if err := storeTerms(l.writer, r.sale, m.Terms); err != nil {
		return err
	}
	for _, a := range m.Activations {
		if err := l.storeActivation(r, a); err != nil {
			return err
		}
	}
	for _, e := range m.Events {
		if err := storeEvent(l.writer, r.sale, e); err != nil {
			return err
		}
	}
	return nil
}

const (
	updateAccount = `UPDATE accounts SET version = ?, data = ?, near = ?, apart = ? WHERE sale = ?`
	renameSale    = `UPDATE sales SET request = ?, request_key = ?, product = ?, order_number = ?, customer = ? WHERE n = ?`
	putLicense    = `UPDATE sales SET license = ? WHERE n = ?`

	putUpdate = `INSERT INTO updates (sale, place, meta, text) VALUES (?, ?, ?, ?)
		ON CONFLICT (sale, place) DO UPDATE SET meta = excluded.meta, text = excluded.text`
	dropUpdate = `DELETE FROM updates WHERE sale = ? AND place = ?`

	addActivation    = `INSERT OR IGNORE INTO activations (sale, id, data) VALUES (?, ?, ?)`
	updateActivation = `UPDATE activations SET data = ? WHERE sale = ? AND id = ?`

	addMark  = `INSERT OR IGNORE INTO marks (sale, mark, activation) VALUES (?, ?, ?)`
	dropMark = `DELETE FROM marks WHERE sale = ? AND mark = ? AND activation = ?`

	addTerm  = `INSERT OR IGNORE INTO terms (kind, term, sale, activation) VALUES (?, ?, ?, ?)`
	dropTerm = `DELETE FROM terms WHERE kind = ? AND term = ? AND sale = ? AND activation = ?`

	addEvent = `INSERT INTO events (sale, time, kind, activation, actor, detail) VALUES (?, ?, ?, ?, ?, ?)`
)

func (l *Ledger) storeSale(r *rows, s *ledger.SaleRow) error {
	q := ask(l.writer, updateAccount).int(s.Version).text(string(s.Data)).text(string(s.Near)).bool(s.Apart)
	if err := q.int(r.sale).run(); err != nil {
		return err
	}
	if !s.SameNames(r.Sale) {
		q := l.request(ask(l.writer, renameSale), s)
		if err := q.text(string(s.RequestKey)).text(s.Product).text(s.Order).text(s.Customer).int(r.sale).run(); err != nil {
			return err
		}
	}
	return storeDocuments(l.writer, r.sale, r.Sale.Documents, s.Documents)
}

// request binds the hash of a sale's request key, or that there is none.
func (l *Ledger) request(q *query, s *ledger.SaleRow) *query {
	if s.RequestKey == "" {
		return q.null()
	}
	return q.hash(l.hasher.RequestKey(s.RequestKey))
}

// storeDocuments writes what has changed of a sale's licence, which stands at
// place 0, and of its updates.
func storeDocuments(conn *sqlite.Conn, sale int64, from, to []ledger.Document) error {
	put, gone := ledger.DocumentChanges(from, to)
	for _, d := range put {
		q := ask(conn, putUpdate).int(sale).int(d.Place).text(string(d.Meta)).bytes(d.Text)
		if d.Place == 0 {
			q = ask(conn, putLicense).bytes(d.Text).int(sale)
		}
		if err := q.run(); err != nil {
			return err
		}
	}
	for _, place := range gone {
		q := ask(conn, dropUpdate).int(sale).int(place)
		if place == 0 {
			q = ask(conn, putLicense).null().int(sale)
		}
		if err := q.run(); err != nil {
			return err
		}
	}
	return nil
}

// storeActivation writes one that lies apart.
func (l *Ledger) storeActivation(r *rows, a *ledger.ActivationRow) error {
	known := r.activation(a.ID)
	if known == nil {
		if err := ask(l.writer, addActivation).int(r.sale).text(a.ID).text(string(a.Data)).run(); err != nil {
			return err
		}
		if l.writer.Changes() > 0 {
			return l.storeFound(r.sale, a, nil)
		}
		// It is there, and was not loaded.
		if err := r.find(ask(l.writer, activationByID).int(r.sale).text(a.ID)); err != nil {
			return err
		}
		known = r.activation(a.ID)
	}
	if err := ask(l.writer, updateActivation).text(string(a.Data)).int(r.sale).text(a.ID).run(); err != nil {
		return err
	}
	if err := known.Read(); err != nil {
		return err
	}
	return l.storeFound(r.sale, a, known)
}

// storeFound writes what an activation is found by: its marks and terms.
func (l *Ledger) storeFound(sale int64, a, before *ledger.ActivationRow) error {
	var marks []string
	if before != nil {
		marks = before.Marks
	}
	if err := l.storeMarks(sale, a.ID, marks, a.Marks); err != nil {
		return err
	}
	return storeTerms(l.writer, sale, a.Changes(before))
}

func storeTerms(conn *sqlite.Conn, sale int64, c ledger.TermChanges) error {
	for _, t := range c.Gone {
		if err := ask(conn, dropTerm).text(string(t.Kind)).text(t.Text).int(sale).text(t.Activation).run(); err != nil {
			return err
		}
	}
	for _, t := range c.Added {
		if err := ask(conn, addTerm).text(string(t.Kind)).text(t.Text).int(sale).text(t.Activation).run(); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) storeMarks(sale int64, activation string, before, after []string) error {
	added, gone := ledger.MarkChanges(before, after)
	for _, m := range added {
		if err := ask(l.writer, addMark).int(sale).hash(l.hasher.Mark(m)).text(activation).run(); err != nil {
			return err
		}
	}
	for _, m := range gone {
		if err := ask(l.writer, dropMark).int(sale).hash(l.hasher.Mark(m)).text(activation).run(); err != nil {
			return err
		}
	}
	return nil
}

func storeEvent(conn *sqlite.Conn, sale int64, e server.Event) error {
	return ask(conn, addEvent).int(sale).int(ledger.Seconds(e.Time)).text(string(e.Kind)).text(e.Activation).text(e.Actor).text(e.Detail).run()
}
