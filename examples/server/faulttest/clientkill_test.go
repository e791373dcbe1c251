package faulttest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/license"
)

const (
	killedClients = 300 // times that a client is killed, in all
	clientsOfSale = 15  // machines, for each of two sales
	atOnce        = 4   // clients that live at the same time
)

// Clients are killed at any moment, three hundred times in all. Whatever they
// had said that they have, they have when they start again; and in the end
// each is activated, once, and the server's ledger says the same.
func TestClientsKilled(t *testing.T) {
	_, rng := seeded(t)
	s := openSiteWith(t, serverapp.Config{Database: filepath.Join(t.TempDir(), "ledger.db")})
	var all []*subject
	sales := map[license.Serial][]*subject{}
	for k, edit := range []func(*license.License){bound, nil} {
		typed, sn := s.sellTyped(t, s.desk, clientsOfSale, edit)
		for n := range clientsOfSale {
			one := &subject{
				clientConfig: clientConfig{Server: s.urls[0], Dir: t.TempDir(), Machine: fmt.Sprint("machine ", k, n), Typed: typed},
				rng:          source(rng.Uint64(), n),
			}
			all, sales[sn] = append(all, one), append(sales[sn], one)
		}
	}
	require.NoError(t, torment(t.Context(), all))
	total := subject{}
	for _, one := range all {
		total.lives, total.said, total.acked = total.lives+one.lives, total.said+one.said, total.acked+one.acked
	}
	t.Logf("%d kills; %d answers, %d runs", total.lives, total.said, total.acked)
	require.Equal(t, killedClients, total.lives)
	for sn, subjects := range sales {
		receipts := map[string]string{}
		for _, one := range subjects {
			one.last(t, receipts)
		}
		a, err := newAudit(t.Context(), s.led, sn)
		require.NoError(t, err)
		require.EqualValues(t, clientsOfSale, a.sale.Used)
		require.Len(t, a.all, clientsOfSale)
		require.Len(t, a.active, clientsOfSale, "one installation each")
		ids := map[string]string{}
		for key, id := range a.active {
			ids[id] = key
		}
		for id := range receipts {
			require.Contains(t, ids, id)
		}
		require.Len(t, receipts, clientsOfSale)
	}
}

// torment lives every subject's lives, a few at the same time, until something
// is wrong with one.
func torment(ctx context.Context, all []*subject) error {
	ctx, cancel := context.WithTimeout(ctx, eventually)
	defer cancel()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	room := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for _, one := range all {
		wg.Go(func() {
			for one.lives < killedClients/len(all) && ctx.Err() == nil {
				room <- struct{}{}
				if err := one.live(ctx); err != nil {
					fail(fmt.Errorf("%s, life %d: %w", one.Machine, one.lives, err))
				}
				<-room
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// What is known of whether a client is activated.
type knowledge int

const (
	inactive knowledge = iota
	active
	unknown // it was killed while that changed
)

// A subject is a client that is killed over and over, with what it has said.
type subject struct {
	clientConfig
	rng         *rand.Rand
	lives, said int
	is          knowledge
	id          string // of its activation, for ever
	acked       int64  // runs that it said were used
	most        int64  // runs that can have been used or reserved
	latest      string // what it tried last
}

// live has the client live until it has said something so many times, and a
// moment longer.
func (s *subject) live(ctx context.Context) error {
	s.Seed = s.rng.Uint64()
	until, moment := s.rng.IntN(30), time.Duration(s.rng.IntN(2000))*time.Microsecond
	if until == 0 { // before it says anything, perhaps
		moment = time.Duration(s.rng.IntN(60_000)) * time.Microsecond
	}
	c, err := start("client", s.clientConfig)
	if err != nil {
		return err
	}
	defer c.wait()
	stop := context.AfterFunc(ctx, func() { _ = c.signal() })
	defer stop()
	kill := func() { _ = c.signal() }
	if until == 0 {
		time.AfterFunc(moment, kill)
	}
	for n := 1; ; n++ {
		line, ok := c.line()
		if !ok {
			break
		}
		if n == until {
			time.AfterFunc(moment, kill)
		}
		if err := s.hears(line); err != nil {
			_ = c.signal()
			return err
		}
	}
	s.lives++
	s.most += runBlock + maxRuns // what was reserved is lost
	return ctx.Err()
}

// hears holds what the client says against what it said before.
func (s *subject) hears(line string) error {
	what, rest, _ := strings.Cut(line, " ")
	switch what {
	case "try":
		s.tries(rest)
		return nil
	case "opened":
		id, used, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseInt(used, 10, 64)
		return errors.Join(err, s.opened(id, n))
	case "active":
		s.said++
		return s.activated(rest)
	case "inactive":
		s.said++
		s.is = inactive
		return nil
	case "runs":
		s.said++
		n, err := strconv.ParseInt(rest, 10, 64)
		s.acked += n
		s.most += n
		return err
	}
	return errors.New(line + " (trying to " + s.latest + ")")
}

// tries takes down what may have changed if it is not heard of again.
func (s *subject) tries(what string) {
	switch s.latest = what; {
	case what == "enter" && s.is == inactive, what == "deactivate" && s.is == active:
		s.is = unknown
	}
}

func (s *subject) activated(id string) error {
	if id == "-" {
		return errors.New("it was entered, and is not active")
	}
	if s.id != "" && s.id != id {
		return fmt.Errorf("the activation %s is now %s", s.id, id)
	}
	s.is, s.id = active, id
	return nil
}

// opened holds what a client finds when it starts against what it has said.
func (s *subject) opened(id string, used int64) error {
	switch {
	case s.is == active && id == "-":
		return fmt.Errorf("it said that it was active, and is not; it tried to %s", s.latest)
	case s.is == inactive && id != "-":
		return fmt.Errorf("it said that it was not active, and has %s; it tried to %s", id, s.latest)
	case id == "-":
		return nil
	case used < s.acked || used > s.most:
		return fmt.Errorf("%d runs are counted; it said that %d were used, and with what it reserved it can be %d", used, s.acked, s.most)
	case s.id != "" && s.id != id:
		return fmt.Errorf("the activation %s is now %s", s.id, id)
	}
	s.id = id
	return nil
}

// last opens the client's state for the last time: it is whole, one more Enter
// activates it, and nothing is held against it. What it has is put with the
// receipts.
func (s *subject) last(t *testing.T, receipts map[string]string) {
	t.Helper()
	o, err := s.options()
	require.NoError(t, err)
	c, err := activation.Open(o)
	require.NoError(t, err, s.Machine)
	defer func() { require.NoError(t, c.Close()) }()
	id, used := found(c)
	require.NoError(t, s.opened(id, used), s.Machine)
	_, err = c.Enter(t.Context(), s.Typed)
	require.NoError(t, err, s.Machine)
	id, used = found(c)
	require.NoError(t, s.activated(id), s.Machine)
	require.NoError(t, s.opened(id, used), s.Machine)
	require.Empty(t, c.Status().Reasons, s.Machine)
	require.NoError(t, c.Consume("print", 1))
	_, err = c.CheckOnline(t.Context())
	require.NoError(t, err, s.Machine)
	receipts[id] = s.Machine
}
