package metrics

import (
	"context"
	"log/slog"
)

// Log returns a handler that counts the verdicts which package activation/server
// logs, and hands everything on.
func (m *Metrics) Log(next slog.Handler) slog.Handler { return &counting{next, m} }

type counting struct {
	slog.Handler
	metrics *Metrics
}

// Enabled lets verdicts be counted that are not logged.
func (c *counting) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || c.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (c *counting) Handle(ctx context.Context, r slog.Record) error {
	c.count(r)
	if !c.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

func (c *counting) count(r slog.Record) {
	failed := r.Message == "exchange failed"
	if !failed && r.Message != "exchange" {
		return
	}
	operation, code := "", ""
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "operation":
			operation = a.Value.String()
		case "code":
			code = a.Value.String()
		}
		return true
	})
	if failed {
		code = "failed"
	}
	c.metrics.Exchange(operation, code)
}

// WithAttrs implements slog.Handler.
func (c *counting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &counting{c.Handler.WithAttrs(attrs), c.metrics}
}

// WithGroup implements slog.Handler.
func (c *counting) WithGroup(name string) slog.Handler {
	return &counting{c.Handler.WithGroup(name), c.metrics}
}
