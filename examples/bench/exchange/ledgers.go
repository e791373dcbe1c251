package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger/postgres"
	"github.com/latchkey-go/latchkey/examples/server/ledger/sqlite"
)

// open opens an empty ledger.
func (b *bench) open(ctx context.Context, name string) (server.Ledger, error) {
	switch name {
	case "memory":
		return server.NewMemoryLedger(), nil
	case "sqlite":
		l, err := sqlite.Open(ctx, filepath.Join(b.dir, "ledger.db"))
		if err != nil {
			return nil, err
		}
		b.closers = append(b.closers, l.Close)
		return l, nil
	case "postgres":
		l, err := postgres.Open(ctx, b.postgres)
		if err != nil {
			return nil, err
		}
		b.closers = append(b.closers, l.Close)
		return l, nil
	default:
		return nil, fmt.Errorf("there is no ledger %q", name)
	}
}

// preload sells serial numbers that nobody activates.
func (b *bench) preload(ctx context.Context, l server.Ledger) error {
	const batch = 10_000
	for done := 0; done < b.sales; done += batch {
		var sales []*server.Sale
		for range batch {
			s, err := b.sale()
			if err != nil {
				return err
			}
			sales = append(sales, s)
		}
		if err := l.Add(ctx, sales...); err != nil {
			return err
		}
	}
	return nil
}
