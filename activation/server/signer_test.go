package server

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A slowDevice stands still until it is told how to go on.
type slowDevice struct {
	crypto.Signer
	began chan struct{}
	next  chan func() error
}

func (d slowDevice) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	d.began <- struct{}{}
	if err := (<-d.next)(); err != nil {
		return nil, err
	}
	return d.Signer.Sign(random, message, opts)
}

func (s *signer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

// While a device signs, all that comes waits for the next signature, which is
// one for all of them. Its failure is theirs, and not that of those who come
// after.
func TestSignerShares(t *testing.T) {
	t.Parallel()
	const crowd = 20
	d := slowDevice{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), make(chan struct{}), make(chan func() error)}
	i, err := issuer.New("acme", license.RoleActivation, d)
	require.NoError(t, err)
	s := &signer{issuer: i}
	broken := errors.New("the device was taken out")
	for _, c := range []struct {
		outcome func() error
		want    string
	}{
		{func() error { return nil }, ""},
		{func() error { return broken }, broken.Error()},
		{func() error { panic("a bug in its driver") }, "a bug in its driver"},
		{func() error { return nil }, ""},
	} {
		var wg sync.WaitGroup
		outcomes := make([]error, 1+crowd)
		sign := func(n int) {
			draft, err := i.DraftReply(&license.Reply{Product: "p", Installation: make([]byte, 32), Nonce: make([]byte, 16), Time: time.Unix(1_800_000_000, 0).UTC(), Request: [32]byte{1}})
			require.NoError(t, err)
			wg.Go(func() { outcomes[n] = s.sign(t.Context(), draft) })
		}
		sign(0)
		<-d.began
		for n := range crowd {
			sign(1 + n)
		}
		for s.count() < crowd {
			runtime.Gosched()
		}
		d.next <- func() error { return nil }
		<-d.began
		d.next <- c.outcome
		wg.Wait()
		require.NoError(t, outcomes[0])
		for _, err := range outcomes[1:] {
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
		}
		for s.isBusy() {
			runtime.Gosched() // it ends by itself
		}
	}
}

func (s *signer) isBusy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy
}

// A device that hangs holds nobody for longer than the request lasts, and what
// nobody waits for any more is not signed when it goes on.
func TestSignerHangs(t *testing.T) {
	t.Parallel()
	d := slowDevice{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), make(chan struct{}), make(chan func() error)}
	i, err := issuer.New("acme", license.RoleActivation, d)
	require.NoError(t, err)
	s := &signer{issuer: i}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	outcomes := make([]error, 3)
	for n := range outcomes {
		draft, err := i.DraftReply(&license.Reply{Product: "p", Installation: make([]byte, 32), Nonce: make([]byte, 16), Time: time.Unix(1_800_000_000, 0).UTC(), Request: [32]byte{1}})
		require.NoError(t, err)
		wg.Go(func() { outcomes[n] = s.sign(ctx, draft) })
		if n == 0 {
			<-d.began
		}
	}
	for s.count() < 2 {
		runtime.Gosched()
	}
	cancel()
	wg.Wait()
	for _, err := range outcomes {
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Zero(t, s.count())
	d.next <- func() error { return nil }
	for s.isBusy() {
		runtime.Gosched()
	}
}
