package sqlite_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/examples/server/ledger/internal/ledgertest"
)

func BenchmarkGrant(b *testing.B) {
	l := open(b, file(b))
	ledgertest.Bench(b, l, l.Stats)
}

func BenchmarkCheck(b *testing.B) { ledgertest.BenchCheck(b, open(b, file(b))) }
