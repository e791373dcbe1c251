package postgres_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
	"github.com/latchkey-go/latchkey/examples/server/ledger/internal/ledgertest"
)

func BenchmarkGrant(b *testing.B) {
	l := open(b, pgtest.Durable(b))
	ledgertest.Bench(b, l, l.Stats)
}

func BenchmarkCheck(b *testing.B) { ledgertest.BenchCheck(b, open(b, pgtest.Durable(b))) }
