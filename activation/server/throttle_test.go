package server_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// attempt sends a request from an address and returns its status.
func (c *client) attempt(from netip.Addr, change func(*license.Request)) int {
	c.v.t.Helper()
	r := c.request(license.OpActivate)
	change(r)
	text, err := r.Sign(c.key)
	require.NoError(c.v.t, err)
	answer, err := c.v.Exchange(c.v.t.Context(), text, from)
	require.NoError(c.v.t, err)
	return answer.Status
}

func unknownSerial(r *license.Request) { r.Serial = "S-OTHER" }

func unknownKey(r *license.Request) { r.Serial, r.RequestKey = "", "0000000000" }

// Serial numbers that are unknown have a budget too, a looser one; what
// succeeds or is refused for another reason draws on none.
func TestThrottleSerials(t *testing.T) {
	t.Parallel()
	v := newVendor(t, func(o *server.Options) {
		o.Throttle = server.Throttle{Window: time.Minute, SerialsPerAddress: 3, SerialsPerNetwork: 5}
	})
	v.sell(bound(board), func(s *server.Sale) { s.Limit = 1 })
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	c := v.client(1)
	for range 10 {
		require.Equal(t, http.StatusOK, c.attempt(a, func(*license.Request) {}))
		require.Equal(t, http.StatusOK, v.client(2).attempt(a, func(*license.Request) {}), "no place left")
	}
	for range 3 {
		require.Equal(t, http.StatusOK, c.attempt(a, unknownSerial))
	}
	require.Equal(t, http.StatusTooManyRequests, c.attempt(a, unknownSerial))
	require.Equal(t, http.StatusTooManyRequests, c.attempt(a, func(*license.Request) {}), "the right one neither")
	require.Equal(t, http.StatusOK, c.attempt(a, unknownKey), "request keys are counted apart")
	for range 2 {
		require.Equal(t, http.StatusOK, c.attempt(b, unknownSerial))
	}
	require.Equal(t, http.StatusTooManyRequests, c.attempt(b, unknownSerial), "the network's budget")
	require.Equal(t, http.StatusOK, c.attempt(netip.MustParseAddr("198.51.100.1"), unknownSerial))
	v.pass(time.Minute)
	require.Equal(t, http.StatusOK, c.attempt(a, func(*license.Request) {}))
}

// A negative budget is none.
func TestThrottleOff(t *testing.T) {
	t.Parallel()
	v := newVendor(t, func(o *server.Options) {
		o.Throttle = server.Throttle{KeysPerAddress: -1, KeysPerNetwork: -1, KeysPerProduct: -1, SerialsPerAddress: -1, SerialsPerNetwork: -1}
	})
	c := v.client(1)
	for range 400 {
		require.Equal(t, http.StatusOK, c.attempt(here, unknownKey))
		require.Equal(t, http.StatusOK, c.attempt(here, unknownSerial))
	}
}

// Many guesses at once do not get through before the first is counted.
func TestThrottleAtOnce(t *testing.T) {
	t.Parallel()
	v := newVendor(t, func(o *server.Options) { o.Throttle.KeysPerAddress = 7 })
	v.sell(aLicense())
	var heard atomic.Int64
	var wg sync.WaitGroup
	for n := range 64 {
		c := v.client(n)
		wg.Go(func() {
			if c.attempt(here, unknownKey) == http.StatusOK {
				heard.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 7, heard.Load())
}

// Whoever makes up product names does not push the counts of others out.
func TestThrottleManyProducts(t *testing.T) {
	t.Parallel()
	v := newVendor(t, func(o *server.Options) { o.Throttle.KeysPerProduct = 2 })
	c := v.client(1)
	product := func(name string) func(*license.Request) {
		return func(r *license.Request) {
			unknownKey(r)
			r.Product = name
		}
	}
	for range 2 {
		require.Equal(t, http.StatusOK, c.attempt(netip.Addr{}, product("acme-cad")))
	}
	for n := range 1023 {
		require.Equal(t, http.StatusOK, c.attempt(netip.Addr{}, product(fmt.Sprint("p-", n))))
	}
	require.Equal(t, http.StatusTooManyRequests, c.attempt(netip.Addr{}, product("acme-cad")))
	for range 2 {
		require.Equal(t, http.StatusOK, c.attempt(netip.Addr{}, product("late")))
	}
	require.Equal(t, http.StatusTooManyRequests, c.attempt(netip.Addr{}, product("later")))
	v.pass(time.Hour)
	require.Equal(t, http.StatusOK, c.attempt(netip.Addr{}, product("later")))
}
