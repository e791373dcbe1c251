package api_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

// slow lets two calls of Add meet, as two slow commits do.
type slow struct {
	server.Ledger
	both sync.WaitGroup
	n    int
	mu   sync.Mutex
}

func (s *slow) Add(ctx context.Context, sales ...*server.Sale) error {
	s.mu.Lock()
	s.n++
	wait := s.n <= 2
	s.mu.Unlock()
	if wait {
		s.both.Done()
		s.both.Wait()
	}
	return s.Ledger.Add(ctx, sales...)
}

func TestRegressIdempotencyRace(t *testing.T) {
	t.Parallel()
	l := &slow{Ledger: server.NewMemoryLedger()}
	l.both.Add(2)
	w := newWorld(t, func(c *serverapp.Config) { c.Ledger = l })
	call := object{"count": 2, "request_keys": true, "description": servertest.Terms}
	answers := make(chan int, 2)
	for range 2 {
		go func() {
			status, _ := w.Desk.Do(http.MethodPost, "serials", call, "Idempotency-Key", "one")
			answers <- status
		}()
	}
	for range 2 {
		select {
		case <-answers:
		case <-time.After(20 * time.Second):
			t.Fatal("no answer")
		}
	}
	require.Len(t, w.Desk.OK("serials/search", object{})["serials"], 2, "sold once")
}
