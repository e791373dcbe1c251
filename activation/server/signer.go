package server

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/latchkey-go/latchkey/license/issuer"
)

// A signer signs the documents of many requests together: those that come in
// while a signature is made share the next one. Requests that have waited for
// one flush of the ledger's disk come at the same time; and where the key lies
// in a device, signing takes longer than all else.
type signer struct {
	issuer *issuer.Issuer

	mu      sync.Mutex
	waiting []*unsigned
	busy    bool // a goroutine signs, and will see what waits
}

type unsigned struct {
	draft *issuer.Draft
	done  chan error
}

// sign signs a draft. If ctx ends first it returns ctx's error, and the draft is
// not the caller's any more.
func (s *signer) sign(ctx context.Context, d *issuer.Draft) error {
	u := &unsigned{draft: d, done: make(chan error, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, u)
	idle := !s.busy
	s.busy = true
	s.mu.Unlock()
	if idle {
		go s.work()
	}
	select {
	case err := <-u.done:
		return err
	case <-ctx.Done():
		s.withdraw(u)
		return ctx.Err()
	}
}

// withdraw forgets a draft that nobody waits for any more, unless it is being
// signed.
func (s *signer) withdraw(u *unsigned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiting, u); i >= 0 {
		s.waiting = append(s.waiting[:i:i], s.waiting[i+1:]...)
	}
}

// work signs until nothing waits any more.
func (s *signer) work() {
	for batch := s.take(); batch != nil; batch = s.take() {
		err := s.signBatch(batch)
		for _, u := range batch {
			u.done <- err
		}
	}
}

// take returns what waits, nil if that is nothing.
func (s *signer) take() []*unsigned {
	runtime.Gosched() // others who are about to come do
	s.mu.Lock()
	defer s.mu.Unlock()
	batch := s.waiting[:min(len(s.waiting), issuer.MaxBatch)]
	if s.waiting = s.waiting[len(batch):]; len(batch) == 0 {
		s.waiting, s.busy = nil, false
		return nil
	}
	return batch
}

// signBatch signs a batch. A device's driver that panics must not end the
// server, and whoever waits is told.
func (s *signer) signBatch(batch []*unsigned) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("the signer panicked: %v", value)
		}
	}()
	drafts := make([]*issuer.Draft, len(batch))
	for i, u := range batch {
		drafts[i] = u.draft
	}
	return s.issuer.SignBatch(drafts...)
}
