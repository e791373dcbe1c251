package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/latchkey-go/latchkey/license"
)

// A MemoryLedger is a Ledger that ends with the process: for tests, and for
// trying things out.
type MemoryLedger struct {
	mu       sync.RWMutex // guards all below, and is never held while an edit runs
	sales    map[license.Serial]*memorySale
	requests map[license.Serial]*memorySale
	events   int64 // the last event's id
}

// A memorySale is a sale with all that belongs to it. What it points to is
// replaced and never changed.
type memorySale struct {
	turn        sync.Mutex // of whoever changes it
	sale        *Sale
	activations map[string]*Activation
	marks       map[string]map[string]bool // ids of activations by mark
	events      []Event
}

// NewMemoryLedger returns an empty ledger.
func NewMemoryLedger() *MemoryLedger {
	return &MemoryLedger{sales: map[license.Serial]*memorySale{}, requests: map[license.Serial]*memorySale{}}
}

// Change implements Ledger.
func (l *MemoryLedger) Change(ctx context.Context, at Key, edit func(*Account) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := l.find(at)
	if m == nil {
		return edit(&Account{})
	}
	m.turn.Lock()
	defer m.turn.Unlock()
	account := l.load(m, at)
	if err := edit(account); err != nil {
		return err
	}
	l.store(m, account)
	return nil
}

// Look implements Ledger.
func (l *MemoryLedger) Look(ctx context.Context, at Key, read func(*Account) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := l.find(at)
	if m == nil {
		return read(&Account{})
	}
	return read(l.load(m, at))
}

// Add implements Ledger.
func (l *MemoryLedger) Add(ctx context.Context, sales ...*Sale) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.anyExists(sales) {
		return fmt.Errorf("%w, of the %d to be added", ErrExists, len(sales))
	}
	for _, s := range sales {
		m := &memorySale{sale: s.clone(), activations: map[string]*Activation{}, marks: map[string]map[string]bool{}}
		l.sales[s.Serial] = m
		if s.RequestKey != "" {
			l.requests[s.RequestKey] = m
		}
		l.note(m, s.Sold())
	}
	return nil
}

func (l *MemoryLedger) anyExists(sales []*Sale) bool {
	serials, requests := map[license.Serial]bool{}, map[license.Serial]bool{}
	for _, s := range sales {
		if l.sales[s.Serial] != nil || serials[s.Serial] {
			return true
		}
		if s.RequestKey != "" && (l.requests[s.RequestKey] != nil || requests[s.RequestKey]) {
			return true
		}
		serials[s.Serial], requests[s.RequestKey] = true, true
	}
	return false
}

// History implements Ledger.
func (l *MemoryLedger) History(ctx context.Context, serial license.Serial, after int64, limit int) ([]Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	m := l.sales[serial]
	if m == nil {
		return nil, nil
	}
	first, _ := slices.BinarySearchFunc(m.events, after+1, func(e Event, id int64) int { return int(e.ID - id) })
	events := m.events[first:]
	return slices.Clone(events[:min(len(events), atMost(limit))]), nil
}

// Sales implements Ledger.
func (l *MemoryLedger) Sales(ctx context.Context, f Filter) ([]*Sale, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	var found []license.Serial
	for serial, m := range l.sales {
		if serial > f.After && f.selects(m.sale) && m.has(f.Searches()) {
			found = append(found, serial)
		}
	}
	slices.Sort(found)
	var sales []*Sale
	for _, serial := range found[:min(len(found), atMost(f.Limit))] {
		sales = append(sales, l.sales[serial].sale.clone())
	}
	return sales, nil
}

func (f Filter) selects(s *Sale) bool {
	return (f.Product == "" || f.Product == s.Product) &&
		(f.Order == "" || f.Order == s.Order) &&
		(f.Customer == "" || f.Customer == s.Customer)
}

// has reports whether the sale or an activation of it has a term for each search.
func (m *memorySale) has(searches []Search) bool {
	for _, s := range searches {
		found := s.finds(m.sale.Terms())
		for _, a := range m.activations {
			found = found || s.finds(a.Terms())
		}
		if !found {
			return false
		}
	}
	return true
}

// Activations implements Ledger.
func (l *MemoryLedger) Activations(ctx context.Context, serial license.Serial, after string, limit int) ([]*Activation, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	m := l.sales[serial]
	if m == nil {
		return nil, nil
	}
	var found []*Activation
	for _, id := range slices.Sorted(maps.Keys(m.activations)) {
		if id > after && len(found) < atMost(limit) {
			found = append(found, m.activations[id].clone())
		}
	}
	return found, nil
}

// atMost returns how many are asked for.
func atMost(limit int) int {
	if limit <= 0 {
		return 100
	}
	return limit
}

// find returns the sale that a key names, nil if there is none.
func (l *MemoryLedger) find(at Key) *memorySale {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if at.Serial != "" {
		return l.sales[at.Serial]
	}
	return l.requests[at.RequestKey]
}

// load returns a copy of an account.
func (l *MemoryLedger) load(m *memorySale, at Key) *Account {
	l.mu.RLock()
	defer l.mu.RUnlock()
	ids := map[string]bool{}
	for _, mark := range at.Marks {
		maps.Copy(ids, m.marks[mark])
	}
	if at.ID != "" && m.activations[at.ID] != nil {
		ids[at.ID] = true
	}
	a := &Account{Sale: m.sale.clone()}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		a.Activations = append(a.Activations, m.activations[id].clone())
	}
	return a
}

// store keeps what was marked in an account.
func (l *MemoryLedger) store(m *memorySale, a *Account) {
	saved, activations, events := a.Changes()
	l.mu.Lock()
	defer l.mu.Unlock()
	if saved {
		m.sale = a.Sale.clone()
	}
	for _, changed := range activations {
		m.put(changed.clone())
	}
	for _, e := range events {
		l.note(m, e)
	}
}

func (m *memorySale) put(a *Activation) {
	if old := m.activations[a.ID]; old != nil {
		for _, mark := range old.Marks() {
			delete(m.marks[mark], a.ID)
			if len(m.marks[mark]) == 0 {
				delete(m.marks, mark)
			}
		}
	}
	m.activations[a.ID] = a
	for _, mark := range a.Marks() {
		if m.marks[mark] == nil {
			m.marks[mark] = map[string]bool{}
		}
		m.marks[mark][a.ID] = true
	}
}

func (l *MemoryLedger) note(m *memorySale, e Event) {
	l.events++
	e.ID = l.events
	m.events = append(m.events, e)
}

// clone returns a copy that shares no memory.
func (s *Sale) clone() *Sale {
	c := *s
	c.Also = slices.Clone(s.Also)
	c.GivenUp = slices.Clone(s.GivenUp)
	c.License = slices.Clone(s.License)
	c.Updates = slices.Clone(s.Updates)
	for i, u := range c.Updates {
		c.Updates[i].Text = slices.Clone(u.Text)
	}
	return &c
}

// clone returns a copy that shares no memory.
func (a *Activation) clone() *Activation {
	c := *a
	c.Data = slices.Clone(a.Data)
	c.Machine = slices.Clone(a.Machine)
	c.Used = slices.Clone(a.Used)
	c.Installations = slices.Clone(a.Installations)
	for i, n := range c.Installations {
		c.Installations[i].Links = slices.Clone(n.Links)
		c.Installations[i].Used = slices.Clone(n.Used)
	}
	return &c
}
