package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger/postgres"
	"github.com/latchkey-go/latchkey/examples/server/ledger/sqlite"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
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

// preload puts serial numbers into a ledger that nobody activates. They share one
// licence, since signing millions would take longer than all else.
func (b *bench) preload(ctx context.Context, l server.Ledger) error {
	const batch = 100_000
	model, err := b.sale()
	if err != nil {
		return err
	}
	for done := 0; done < b.sales; done += batch {
		sales := make([]*server.Sale, 0, batch)
		for range min(batch, b.sales-done) {
			key, err := keyfmt.Generate(keyfmt.Serial, nil)
			if err != nil {
				return err
			}
			s := *model
			s.Serial = license.Serial(key.Rows()[0])
			sales = append(sales, &s)
		}
		if err := l.Add(ctx, sales...); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\r%d serial numbers", done+len(sales))
	}
	if b.sales > 0 {
		fmt.Fprintln(os.Stderr)
	}
	return nil
}
