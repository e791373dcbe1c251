package serverapp_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// exchange posts a request that a product would, through a proxy.
func exchange(t testing.TB, url, typed, forwarded string, w *servertest.World) (int, string) {
	t.Helper()
	text, err := w.Client("guesser").Request(t.Context(), typed)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+server.Path, bytes.NewReader(text))
	require.NoError(t, err)
	r.Header.Set("X-Forwarded-For", forwarded)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header.Get("Retry-After")
}

func guess(t testing.TB, n int) string {
	t.Helper()
	key, err := keyfmt.NewRequest(uint64(900_000_000 + n))
	require.NoError(t, err)
	return key.Text()
}

// Who guesses at request keys has to wait, also with a right one; others behind
// the same trusted proxy have not, until there are too many of them.
func guessingIsSlow(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, func(c *serverapp.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		c.Throttle = server.Throttle{KeysPerAddress: 3, KeysPerNetwork: 100, KeysPerProduct: 8}
	})
	right := w.Desk.Sell(object{"request_keys": true, "limit": 9})["request_key"].(string)
	for n := range 3 {
		status, _ := exchange(t, w.Running.URL, guess(t, n), "192.0.2.1", w)
		require.Equal(t, http.StatusOK, status)
	}
	for _, key := range []string{guess(t, 3), right} {
		// What stands left of the guesser's own address is the guesser's invention.
		status, wait := exchange(t, w.Running.URL, key, "203.0.113.9, 192.0.2.1", w)
		require.Equal(t, http.StatusTooManyRequests, status)
		require.NotEmpty(t, wait)
	}
	status, _ := exchange(t, w.Running.URL, right, "198.51.100.1", w)
	require.Equal(t, http.StatusOK, status)
	for n := range 5 {
		status, _ = exchange(t, w.Running.URL, guess(t, 10+n), fmt.Sprintf("198.51.%d.1", n), w)
		require.Equal(t, http.StatusOK, status)
	}
	status, _ = exchange(t, w.Running.URL, right, "198.51.200.1", w)
	require.Equal(t, http.StatusTooManyRequests, status, "the product's budget is used up")
	require.Contains(t, counters(t, w), `latchkey_exchanges_total{code="server_busy",operation="activate"} 3`)
}

// A header that no trusted proxy has written is not believed.
func forwardedByStrangers(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, func(c *serverapp.Config) { c.Throttle = server.Throttle{KeysPerAddress: 3} })
	for n := range 4 {
		status, _ := exchange(t, w.Running.URL, guess(t, n), fmt.Sprintf("192.0.2.%d", n), w)
		require.Equal(t, n == 3, status == http.StatusTooManyRequests)
	}
	_, err := w.Client("one").Enter(t.Context(), guess(t, 9))
	require.Equal(t, license.ServerBusy, reason(t, err))
}

func counters(t testing.TB, w *servertest.World) string {
	t.Helper()
	status, text, _ := fetch(t, w.Running.AdminURL+"/metrics")
	require.Equal(t, http.StatusOK, status)
	return text
}

// What is too large is not read to its end.
func largeBodies(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for path, limit := range map[string]int{"/v1/exchange": 10 << 20, "/api/v1/serials": 20 << 20} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Running.URL+path, strings.NewReader(`{"order":"`+strings.Repeat("x", limit)+`"}`))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+w.Desk.Token)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode, path)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Running.URL+"/healthz", nil)
	require.NoError(t, err)
	r.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)
}

// Who sends a header byte by byte is cut off while others are served.
func slowHeaders(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.Running.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /v1/exchange HTTP/1.1\r\nHost: x\r\n")
	require.NoError(t, err)
	cut := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		close(cut)
	}()
	for done := false; !done; {
		status, _, _ := fetch(t, w.Running.URL+"/healthz")
		require.Equal(t, http.StatusOK, status)
		select {
		case <-cut:
			done = true
		case <-time.After(200 * time.Millisecond):
			_, _ = io.WriteString(conn, "x")
		}
	}
}
