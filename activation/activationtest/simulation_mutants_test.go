package activationtest_test

import (
	"context"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// A simMutant is something broken, for the simulation to find.
type simMutant struct {
	ledger    func(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error
	request   func(s *simulation, request []byte) []byte
	answer    func(s *simulation, r *license.Request, reply []byte) []byte
	lyingDisk bool
}
