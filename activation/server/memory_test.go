package server_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
)

func TestMemoryLedger(t *testing.T) {
	t.Parallel()
	activationtest.TestLedger(t, func(*testing.T) server.Ledger { return server.NewMemoryLedger() })
}
