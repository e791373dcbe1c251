package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// writes are the rows that a transaction writes, column by column.
type writes struct {
	hasher      *ledger.Hasher
	accounts    accountColumns
	renamed     [][]any
	licensed    [][]any
	updates     updateColumns
	dropped     updateColumns
	activations activationColumns
	marks       markColumns
	unmarked    markColumns
	terms       termColumns
	forgotten   termColumns
	events      eventColumns
}

type accountColumns struct {
	sale            [][]byte
	change, version []int64
	data, near      []string
	apart           []bool
}

type updateColumns struct {
	sale  [][]byte
	place []int64
	meta  []string
	text  [][]byte
}

type activationColumns struct {
	sale     [][]byte
	id, data []string
}

type markColumns struct {
	sale, mark [][]byte
	activation []string
}

type termColumns struct {
	kind, term []string
	sale       [][]byte
	activation []string
}

type eventColumns struct {
	sale                            [][]byte
	time                            []int64
	kind, activation, actor, detail []string
}

// sale adds what was made of a sale.
func (w *writes) sale(id ledger.Hash, s *sale) {
	if s.changed() {
		w.accounts.add(id, s.change, s.now)
	}
	if s.now != s.before {
		w.changed(id, s)
	}
	for _, a := range s.activations {
		if a.now != a.before {
			w.activation(id, a)
		}
	}
	for _, e := range s.events {
		w.events.add(id, e)
	}
	w.searched(id, s)
}

// searched adds the terms that are new and those that are gone. Of several jobs
// that change one term, the last counts.
func (w *writes) searched(id ledger.Hash, s *sale) {
	stays := map[server.Term]bool{}
	note := func(c ledger.TermChanges) {
		for _, t := range c.Gone {
			stays[t] = false
		}
		for _, t := range c.Added {
			stays[t] = true
		}
	}
	for _, c := range s.terms {
		note(c)
	}
	for _, a := range s.activations {
		if a.now != a.before {
			note(a.now.Changes(a.before))
		}
	}
	for t, is := range stays {
		if is {
			w.terms.add(id, []server.Term{t})
		} else {
			w.forgotten.add(id, []server.Term{t})
		}
	}
}

func (w *writes) changed(id ledger.Hash, s *sale) {
	if !s.now.SameNames(s.before) {
		w.renamed = append(w.renamed, []any{
			id[:], request(w.hasher, s.now), column(s.now.RequestKey), column(s.now.Product), column(s.now.Order), column(s.now.Customer),
		})
	}
	put, gone := ledger.DocumentChanges(s.before.Documents, s.now.Documents)
	for _, d := range put {
		if d.Place == 0 {
			w.licensed = append(w.licensed, []any{id[:], filled(d.Text)})
		} else {
			w.updates.add(id, d)
		}
	}
	for _, place := range gone {
		if place == 0 {
			w.licensed = append(w.licensed, []any{id[:], nil})
		} else {
			w.dropped.add(id, ledger.Document{Place: place})
		}
	}
}

// request returns the hash of a sale's request key, nil if there is none.
func request(hasher *ledger.Hasher, s *ledger.SaleRow) []byte {
	if s.RequestKey == "" {
		return nil
	}
	h := hasher.RequestKey(s.RequestKey)
	return h[:]
}

// activation adds an activation. One that was there and not read keeps the
// marks it had; they may lead to it, and are then found not to be its own.
func (w *writes) activation(id ledger.Hash, a *activation) {
	var before []string
	if a.before != nil {
		before = a.before.Marks
	}
	name := column(a.now.ID)
	w.activations.sale = append(w.activations.sale, id[:])
	w.activations.id = append(w.activations.id, name)
	w.activations.data = append(w.activations.data, string(a.now.Data))
	added, gone := ledger.MarkChanges(before, a.now.Marks)
	for _, m := range added {
		w.marks.add(id, w.hasher.Mark(m), name)
	}
	for _, m := range gone {
		w.unmarked.add(id, w.hasher.Mark(m), name)
	}
}

func (c *accountColumns) add(sale ledger.Hash, change int64, s *ledger.SaleRow) {
	c.sale, c.change, c.version = append(c.sale, sale[:]), append(c.change, change), append(c.version, s.Version)
	c.data, c.near, c.apart = append(c.data, string(s.Data)), append(c.near, string(s.Near)), append(c.apart, s.Apart)
}

func (c *updateColumns) add(sale ledger.Hash, d ledger.Document) {
	c.sale, c.place = append(c.sale, sale[:]), append(c.place, d.Place)
	c.meta, c.text = append(c.meta, string(d.Meta)), append(c.text, filled(d.Text))
}

// filled returns bytes that are not null.
func filled(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (c *markColumns) add(sale, mark ledger.Hash, activation string) {
	c.sale, c.mark, c.activation = append(c.sale, sale[:]), append(c.mark, mark[:]), append(c.activation, activation)
}

func (c *termColumns) add(sale ledger.Hash, terms []server.Term) {
	for _, t := range terms {
		c.kind, c.term = append(c.kind, column(t.Kind)), append(c.term, column(t.Text))
		c.sale, c.activation = append(c.sale, sale[:]), append(c.activation, column(t.Activation))
	}
}

func (c *eventColumns) add(sale ledger.Hash, e server.Event) {
	c.sale, c.time = append(c.sale, sale[:]), append(c.time, ledger.Seconds(e.Time))
	c.kind, c.activation = append(c.kind, column(e.Kind)), append(c.activation, column(e.Activation))
	c.actor, c.detail = append(c.actor, column(e.Actor)), append(c.detail, column(e.Detail))
}

// batch returns the statements that write it all.
func (w *writes) batch() *pgx.Batch {
	b := &pgx.Batch{}
	if c := &w.accounts; len(c.sale) > 0 {
		b.Queue(updateAccounts, c.sale, c.change, c.version, c.data, c.near, c.apart, len(c.sale))
	}
	for _, r := range w.renamed {
		b.Queue(renameSale, r...)
	}
	for _, r := range w.licensed {
		b.Queue(putLicense, r...)
	}
	if c := &w.updates; len(c.sale) > 0 {
		b.Queue(putUpdates, c.sale, c.place, c.meta, c.text)
	}
	if c := &w.dropped; len(c.sale) > 0 {
		b.Queue(dropUpdates, c.sale, c.place)
	}
	if c := &w.activations; len(c.sale) > 0 {
		b.Queue(putActivations, c.sale, c.id, c.data)
	}
	if c := &w.marks; len(c.sale) > 0 {
		b.Queue(addMarks, c.sale, c.mark, c.activation)
	}
	if c := &w.unmarked; len(c.sale) > 0 {
		b.Queue(dropMarks, c.sale, c.mark, c.activation)
	}
	if c := &w.forgotten; len(c.sale) > 0 {
		b.Queue(dropTerms, c.kind, c.term, c.sale, c.activation)
	}
	if c := &w.terms; len(c.sale) > 0 {
		b.Queue(addTerms, c.kind, c.term, c.sale, c.activation)
	}
	if c := &w.events; len(c.sale) > 0 {
		b.Queue(addEvents, c.sale, c.time, c.kind, c.activation, c.actor, c.detail)
	}
	return b
}
