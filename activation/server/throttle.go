package server

import (
	"maps"
	"net/netip"
	"sync"
	"time"
)

// A Throttle says how many attempts may fail within a window before no more are
// accepted, right ones neither, until the window has passed. A request key has
// nine digits that count, so it can be guessed by who may try often enough; all
// products' keys are one space, but a key counts for its own product only, so
// there is a budget for each product besides those for who asks. A serial
// number cannot be guessed. Its budget keeps noise down, and there is none for
// a product: it would let anybody lock all customers out.
//
// An address is also part of a network: of an IPv4 /24, or an IPv6 /48. An IPv6
// address stands for its /64.
//
// Counts are kept in memory, and each process counts for itself: behind n
// processes, n times as many attempts may fail.
//
// Zero is the default, which stands beside each; a negative number is no limit.
type Throttle struct {
	Window time.Duration // 1 hour

	KeysPerAddress int // 10 request keys
	KeysPerNetwork int // 50
	KeysPerProduct int // 300

	SerialsPerAddress int // 100 serial numbers
	SerialsPerNetwork int // 1000
}

// maxCounted is how many addresses and networks, and how many products, are
// counted at once.
const (
	maxCounted         = 1 << 16
	maxCountedProducts = 1 << 10
)

type throttle struct {
	Throttle
	mu       sync.Mutex
	places   map[counted]*count
	products map[counted]*count
}

// counted is what has a budget of its own.
type counted struct {
	keys    bool // for request keys, not serial numbers
	place   netip.Prefix
	product string
}

// A count is how many attempts failed in the window that began then.
type count struct {
	since time.Time
	n     int
}

func newThrottle(t Throttle) *throttle {
	orDefault := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	if t.Window <= 0 {
		t.Window = time.Hour
	}
	orDefault(&t.KeysPerAddress, 10)
	orDefault(&t.KeysPerNetwork, 50)
	orDefault(&t.KeysPerProduct, 300)
	orDefault(&t.SerialsPerAddress, 100)
	orDefault(&t.SerialsPerNetwork, 1000)
	return &throttle{Throttle: t, places: map[counted]*count{}, products: map[counted]*count{}}
}

// A budget is something counted with its limit.
type budget struct {
	counted
	limit int
}

// budgets returns the budgets that an attempt draws on.
func (t *throttle) budgets(v *visit, from netip.Addr) (budgets []budget) {
	keys := v.RequestKey != ""
	address, network := t.SerialsPerAddress, t.SerialsPerNetwork
	if keys {
		address, network = t.KeysPerAddress, t.KeysPerNetwork
	}
	add := func(c counted, limit int) {
		if limit > 0 {
			budgets = append(budgets, budget{c, limit})
		}
	}
	if near, far, ok := prefixes(from); ok {
		add(counted{keys: keys, place: near}, address)
		add(counted{keys: keys, place: far}, network)
	}
	if keys {
		add(counted{keys: true, product: v.Product}, t.KeysPerProduct)
	}
	return budgets
}

// prefixes returns who asks, and the network that this is part of.
func prefixes(a netip.Addr) (near, far netip.Prefix, ok bool) {
	a = a.Unmap().WithZone("")
	bits := [2]int{32, 24}
	if a.Is6() {
		bits = [2]int{64, 48}
	}
	near, err := a.Prefix(bits[0])
	if err != nil || !a.IsValid() {
		return near, far, false
	}
	far, err = a.Prefix(bits[1])
	return near, far, err == nil
}

// An attempt is one that was let through.
type attempt struct {
	t       *throttle
	budgets []budget
	taken   bool // it was counted in advance
}

// begin lets an attempt through, or tells how long to wait. An attempt with a
// request key counts from the beginning, so that many at once find no gap; one
// with a serial number only when it has failed, so that many customers at once
// do not stand in each other's way.
func (t *throttle) begin(v *visit, from netip.Addr) (attempt, time.Duration) {
	a := attempt{t: t, budgets: t.budgets(v, from), taken: v.RequestKey != ""}
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	for _, b := range a.budgets {
		if c := t.find(b.counted, v.now); c != nil && c.n >= b.limit {
			wait = max(wait, c.since.Add(t.Window).Sub(v.now), time.Second)
		}
	}
	if wait == 0 && a.taken {
		t.count(a.budgets, v.now)
	}
	return a, wait
}

// end counts a failure; what was counted in advance and did not fail is given
// back.
func (a attempt) end(now time.Time, failed bool) {
	if failed == a.taken {
		return
	}
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	if failed {
		a.t.count(a.budgets, now)
		return
	}
	for _, b := range a.budgets {
		if c := a.t.find(b.counted, now); c != nil && c.n > 0 {
			c.n--
		}
	}
}

// count adds a failure to every budget.
func (t *throttle) count(budgets []budget, now time.Time) {
	for _, b := range budgets {
		c := t.find(b.counted, now)
		if c == nil {
			c = t.begun(b.counted, now)
		}
		c.n++
	}
}

// find returns the count of a window that has not passed, nil if there is none.
func (t *throttle) find(what counted, now time.Time) *count {
	table := t.table(what)
	c := table[what]
	if c == nil && what.product != "" && len(table) >= maxCountedProducts {
		c = table[otherProducts]
	}
	if c == nil || t.over(c, now) {
		return nil
	}
	return c
}

// otherProducts is counted for products that are beyond counting. No product
// has that name.
var otherProducts = counted{keys: true, product: "*"}

func (t *throttle) over(c *count, now time.Time) bool { return now.Sub(c.since) >= t.Window }

func (t *throttle) table(what counted) map[counted]*count {
	if what.product != "" {
		return t.products
	}
	return t.places
}

// begun begins a count. Where there are too many, those whose window has passed
// are forgotten; if that does not help, some other address is. Products, which
// anybody can make up, do not push each other out: there is one count for the
// rest of them.
func (t *throttle) begun(what counted, now time.Time) *count {
	table, limit := t.table(what), maxCounted
	if what.product != "" {
		limit = maxCountedProducts
	}
	if len(table) >= limit {
		maps.DeleteFunc(table, func(_ counted, c *count) bool { return t.over(c, now) })
	}
	switch {
	case len(table) < limit:
	case what.product != "":
		what = otherProducts
	default:
		for some := range table {
			delete(table, some)
			break
		}
	}
	c := &count{since: now}
	table[what] = c
	return c
}
