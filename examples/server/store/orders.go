package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// An Order is how far the vendor has come with an order.
type Order struct {
	Number  string
	Status  string
	Actor   string // who has put it there
	Changed time.Time
}

// Order returns an order that has a status; ErrUnknown where it has none.
func (s *Store) Order(ctx context.Context, number string) (Order, error) {
	o := Order{Number: number}
	var changed int64
	err := s.db.QueryRowContext(ctx, s.q("SELECT status, actor, changed FROM api_orders WHERE number = ?"), number).
		Scan(&o.Status, &o.Actor, &changed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Order{}, ErrUnknown
	case err != nil:
		return Order{}, fmt.Errorf("store: %w", err)
	}
	o.Changed = time.Unix(changed, 0).UTC()
	return o, nil
}

// SetOrder gives an order a status if it still has the one that is named, which
// is "" for an order that has none; ErrConflict if not.
func (s *Store) SetOrder(ctx context.Context, from string, o Order) error {
	var n int64
	var err error
	if from == "" {
		n, err = s.changed(ctx, "INSERT INTO api_orders (number, status, actor, changed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			o.Number, o.Status, o.Actor, o.Changed.Unix())
	} else {
		n, err = s.changed(ctx, "UPDATE api_orders SET status = ?, actor = ?, changed = ? WHERE number = ? AND status = ?",
			o.Status, o.Actor, o.Changed.Unix(), o.Number, from)
	}
	if err == nil && n == 0 {
		return ErrConflict
	}
	return err
}
