package serverapp

import (
	"context"
	"errors"
	"log/slog"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/api"
	"github.com/latchkey-go/latchkey/examples/server/metrics"
)

// A watched ledger marks its own failures with api.ErrTrouble, so that they are
// told from what an edit has refused, and logs and counts them.
type watched struct {
	server.Ledger
	metrics *metrics.Metrics
	log     *slog.Logger
}

// Change implements server.Ledger.
func (w *watched) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	var refused error
	err := w.Ledger.Change(ctx, at, func(a *server.Account) error {
		refused = edit(a)
		return refused
	})
	if err == nil || refused != nil && errors.Is(err, refused) {
		return err
	}
	return w.trouble(ctx, err)
}

// Look implements server.Ledger.
func (w *watched) Look(ctx context.Context, at server.Key, read func(*server.Account) error) error {
	var refused error
	err := w.Ledger.Look(ctx, at, func(a *server.Account) error {
		refused = read(a)
		return refused
	})
	if err == nil || refused != nil && errors.Is(err, refused) {
		return err
	}
	return w.trouble(ctx, err)
}

// Add implements server.Ledger.
func (w *watched) Add(ctx context.Context, sales ...*server.Sale) error {
	err := w.Ledger.Add(ctx, sales...)
	if err == nil || errors.Is(err, server.ErrExists) {
		return err
	}
	return w.trouble(ctx, err)
}

// trouble marks an error. A client that has gone away is none of the ledger's.
func (w *watched) trouble(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		w.metrics.Trouble()
		w.log.LogAttrs(ctx, slog.LevelError, "the ledger failed", slog.Any("error", err))
	}
	return errors.Join(api.ErrTrouble, err)
}
