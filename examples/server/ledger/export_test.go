package ledger

import "time"

// Wait has jobs wait for others as long as this.
func Wait[J any](g *Group[J], d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wait = func() time.Duration { return d }
}

// Closed reports whether Close was called.
func Closed[J any](g *Group[J]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}
