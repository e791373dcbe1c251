package ledger

// Closed reports whether Close was called.
func Closed[J any](g *Group[J]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}
