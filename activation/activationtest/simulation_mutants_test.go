package activationtest_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// A simMutant is something broken, for the simulation to find. Its zero value
// is nothing.
type simMutant struct {
	ledger    func(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error
	answer    func(s *simulation, r *license.Request, reply []byte) []byte
	lyingDisk bool // one store in ten is said to be done, and is not
}

// simSeeking is how many seeds a mutant may live through.
const simSeeking = 400

// What is wrong in a way that is known is found: the simulation proves something
// when it finds nothing.
func TestSimulationFindsMutants(t *testing.T) {
	t.Parallel()
	if simReplaying() {
		return
	}
	for name, mutant := range map[string]simMutant{
		"counts_then_inserts":          {ledger: simCountThenInsert},
		"forgets_who_was_there":        {ledger: simForgetsWhoWasThere},
		"says_it_has_stored":           {ledger: simLosesChanges},
		"stores_half":                  {ledger: simStoresHalf},
		"keeps_what_was_refused":       {ledger: simKeepsRefusals},
		"says_yes_beyond_the_limit":    {answer: simAlwaysYes},
		"answers_from_a_cache":         {answer: simFromCache()},
		"disk_says_that_it_has_stored": {lyingDisk: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(simSeeking) {
				if r := simulate(seed, mutant); r.failure != "" {
					t.Logf("seed %d: %s", seed, r.failure)
					return
				}
			}
			require.Fail(t, "not found", "in %d seeds", simSeeking)
		})
	}
}

// simDecide calls edit on an account as it is now, and stores nothing.
func simDecide(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) (*server.Account, error) {
	var decided *server.Account
	err := s.ledger.MemoryLedger.Change(ctx, at, func(a *server.Account) error {
		if err := edit(a); err != nil {
			return err
		}
		decided = a
		return errSimAgain
	})
	if errors.Is(err, errSimAgain) {
		err = nil
	}
	return decided, err
}

// simStoreDecided stores what was decided, over whatever is there by now.
func simStoreDecided(s *simulation, ctx context.Context, at server.Key, decided *server.Account, activations bool) error {
	return s.ledger.MemoryLedger.Change(ctx, at, func(a *server.Account) error {
		saved, put, notes := decided.Changes()
		if saved {
			*a.Sale = *decided.Sale
			a.Sale.Version--
			a.Save()
		}
		for _, one := range put {
			if activations {
				a.Put(one)
			}
		}
		for _, e := range notes {
			a.Note(e)
		}
		return nil
	})
}

// simCountThenInsert decides, lets others go on, and stores: a count and an
// insert without isolation.
func simCountThenInsert(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	decided, err := simDecide(s, ctx, at, edit)
	if err != nil || decided == nil {
		return err
	}
	if s.depth == 0 && s.chance(500) && s.call != nil {
		visit := s.model.visit
		s.model.visit = nil
		s.meanwhile()
		s.model.visit = visit
	}
	return simStoreDecided(s, ctx, at, decided, true)
}

// simForgetsWhoWasThere loses the way from an installation to its activation, by
// which a reply that was lost is asked for again at no cost.
func simForgetsWhoWasThere(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	if s.chance(100) {
		at.Marks = nil
	}
	return s.ledger.MemoryLedger.Change(ctx, at, edit)
}

// simLosesChanges acknowledges before it has stored, and then crashes.
func simLosesChanges(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	if s.chance(50) {
		_, err := simDecide(s, ctx, at, edit)
		return err
	}
	return s.ledger.MemoryLedger.Change(ctx, at, edit)
}

// simStoresHalf stores the sale without its activations.
func simStoresHalf(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	decided, err := simDecide(s, ctx, at, edit)
	if err != nil || decided == nil {
		return err
	}
	return simStoreDecided(s, ctx, at, decided, !s.chance(50))
}

// simKeepsRefusals stores what was marked although the edit has ended with an
// error.
func simKeepsRefusals(s *simulation, ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	var refused error
	err := s.ledger.MemoryLedger.Change(ctx, at, func(a *server.Account) error {
		if refused = edit(a); refused != nil && a.Sale != nil {
			a.Sale.Used++
			a.Save()
			return nil
		}
		return refused
	})
	if refused != nil {
		return refused
	}
	return err
}

// simAlwaysYes answers those for whom there is no room with a receipt all the
// same, in the vendor's own name.
func simAlwaysYes(s *simulation, r *license.Request, text []byte) []byte {
	reply, err := license.OpenReply(text, simVendor().keyring)
	s.ok(err)
	if reply.Code != license.ActivationLimit {
		return text
	}
	receipt, err := simVendor().activation.Receipt(&license.Receipt{
		ID: "A-00000000000000000000", Serial: s.saleOf(r).serial, Installation: r.Installation, Activated: s.now, Issued: s.now, Sequence: max(reply.Sequence, 1),
	})
	s.ok(err)
	reply.Code, reply.N, reply.Max, reply.Receipt = "", 0, 0, string(receipt)
	text, err = simVendor().activation.Reply(reply)
	s.ok(err)
	return text
}

// simFromCache answers checks with the receipt of the last yes, as a cache
// before the server would that can sign.
func simFromCache() func(s *simulation, r *license.Request, text []byte) []byte {
	return func(s *simulation, r *license.Request, text []byte) []byte {
		reply, err := license.OpenReply(text, simVendor().keyring)
		s.ok(err)
		issued := s.model.receipts[simKey(r)]
		if reply.Receipt != "" || r.Operation != license.OpCheck || len(issued) == 0 {
			return text
		}
		last := *issued[len(issued)-1]
		last.Installation, last.Contact = bytes.Clone(r.Installation), ""
		if last.Binding.Data == nil {
			last.Binding = license.Binding{}
		}
		receipt, err := simVendor().activation.Receipt(&last)
		s.ok(err)
		reply.Code, reply.Names, reply.Receipt = "", nil, string(receipt)
		text, err = simVendor().activation.Reply(reply)
		s.ok(err)
		return text
	}
}
