package activation_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

// overHTTP returns a courier to a handler, whose waits are only recorded, and
// which draws a half each time.
func overHTTP(t testing.TB, h http.Handler) (*activation.HTTP, *[]time.Duration) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	courier, err := activation.NewHTTP(s.URL)
	require.NoError(t, err)
	var waits []time.Duration
	courier.Sleep = func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		return nil
	}
	courier.Jitter = func() float64 { return 0.5 }
	return courier, &waits
}

// signedReply is what has the form of a reply; the courier does not verify it.
func signedReply(t testing.TB) []byte {
	t.Helper()
	v := newVendor(t)
	text, err := v.clock.Reply(&license.Reply{
		Product: "acme-cad", Installation: make([]byte, 32), Nonce: make([]byte, 16), Request: [32]byte{1}, Time: noon, Code: license.ServerBusy,
	})
	require.NoError(t, err)
	return text
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	reply := signedReply(t)
	for _, c := range []struct {
		name     string
		answer   func(w http.ResponseWriter, attempt int)
		attempts int
		waits    []time.Duration
		detail   string // "" for a reply
	}{
		{"at once", func(w http.ResponseWriter, _ int) { _, _ = w.Write(reply) }, 1, nil, ""},
		{"a no has another status", func(w http.ResponseWriter, _ int) { w.WriteHeader(429); _, _ = w.Write(reply) }, 1, nil, ""},
		{"busy at first", func(w http.ResponseWriter, n int) {
			if n < 3 {
				w.WriteHeader(503)
				return
			}
			_, _ = w.Write(reply)
		}, 3, []time.Duration{250 * time.Millisecond, 500 * time.Millisecond}, ""},
		{"busy for long", func(w http.ResponseWriter, _ int) { w.WriteHeader(502) }, 3, []time.Duration{250 * time.Millisecond, 500 * time.Millisecond}, "status 502"},
		{"it says when", func(w http.ResponseWriter, n int) {
			if n == 1 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(429)
				return
			}
			_, _ = w.Write(reply)
		}, 2, []time.Duration{7*time.Second + 250*time.Millisecond}, ""},
		{"it says when by a date", func(w http.ResponseWriter, n int) {
			if n == 1 {
				w.Header().Set("Date", "Tue, 10 Mar 2026 12:00:00 GMT")
				w.Header().Set("Retry-After", "Tue, 10 Mar 2026 12:00:05 GMT")
				w.WriteHeader(503)
				return
			}
			_, _ = w.Write(reply)
		}, 2, []time.Duration{5*time.Second + 250*time.Millisecond}, ""},
		{"longer than anybody waits", func(w http.ResponseWriter, _ int) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(503)
		}, 1, nil, "status 503"},
		{"a portal's page", func(w http.ResponseWriter, _ int) { _, _ = io.WriteString(w, "<html>Please log in") }, 1, nil, "status 200"},
		{"not found", func(w http.ResponseWriter, _ int) { w.WriteHeader(404) }, 1, nil, "status 404"},
		{"forbidden", func(w http.ResponseWriter, _ int) {
			w.WriteHeader(403)
			_, _ = io.WriteString(w, `{"error":"license revoked"}`)
		}, 1, nil, "status 403"},
		{"elsewhere", func(w http.ResponseWriter, _ int) { w.Header().Set("Location", "/v2"); w.WriteHeader(302) }, 1, nil, "status 302"},
		{"for ever", func(w http.ResponseWriter, _ int) {
			for range 3 * license.MaxReply / 1024 {
				if _, err := w.Write(make([]byte, 1024)); err != nil {
					return
				}
			}
		}, 1, nil, "status 200"},
		{"cut off", func(w http.ResponseWriter, n int) {
			if n > 1 {
				_, _ = w.Write(reply)
				return
			}
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write(reply)
		}, 2, []time.Duration{250 * time.Millisecond}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var attempts atomic.Int64
			courier, waits := overHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if r.Method != http.MethodPost || r.URL.Path != "/v1/exchange" || string(body) != "the request" {
					t.Errorf("%s %s %q", r.Method, r.URL, body)
				}
				c.answer(w, int(attempts.Add(1)))
			}))
			got, err := courier.Exchange(ctx, []byte("the request"))
			require.EqualValues(t, c.attempts, attempts.Load())
			require.Equal(t, c.waits, *waits)
			if c.detail == "" {
				require.NoError(t, err)
				require.Equal(t, reply, got)
				return
			}
			require.Nil(t, got)
			require.Contains(t, requireReason(t, err, license.ServerUnreachable).Detail, c.detail)
			require.NotErrorIs(t, err, activation.ErrNotSent)
		})
	}
}

func TestHTTPNotReached(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	courier, err := activation.NewHTTP(nobody)
	require.NoError(t, err)
	courier.Sleep = func(context.Context, time.Duration) error { return nil }
	_, err = courier.Exchange(ctx, []byte("x"))
	require.ErrorIs(t, err, activation.ErrNotSent)
	require.ErrorIs(t, err, activation.ErrUnreachable)

	hang := make(chan struct{})
	defer close(hang)
	slow, _ := overHTTP(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	slow.Timeout = 30 * time.Millisecond
	_, err = slow.Exchange(ctx, []byte("x"))
	require.Contains(t, requireReason(t, err, license.ServerUnreachable).Detail, "in time")
	require.NotErrorIs(t, err, activation.ErrNotSent)

	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = slow.Exchange(canceled, []byte("x"))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, activation.ErrUnreachable)
}

// A connection that cannot be secured is told apart: the clock or somebody in
// between is the cause, and not the server.
func TestHTTPInsecure(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	for name, config := range map[string]*tls.Config{
		"nobody knows who signed it": {},
		"the clock stands ahead":     {RootCAs: roots, Time: func() time.Time { return time.Date(2100, 1, 2, 0, 0, 0, 0, time.UTC) }},
		"it is of another name":      {RootCAs: roots, ServerName: "licenses.acme.example.org"},
	} {
		courier, err := activation.NewHTTP(s.URL)
		require.NoError(t, err)
		courier.Client.Transport.(*http.Transport).TLSClientConfig = config
		_, err = courier.Exchange(ctx, []byte("x"))
		requireReason(t, err, license.ServerInsecure)
		require.ErrorIs(t, err, activation.ErrUnreachable, name)
		require.ErrorIs(t, err, activation.ErrNotSent, name)
	}
}

func TestHTTPAddress(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "licenses.acme.example", "http://licenses.acme.example", "ftp://acme.example", "https://", "https://a:b@acme.example", "https://acme.example?x=1", "https://acme.example/#x", "http://127.0.0.1.evil.example", "https://acme.example/v1/exchange", "https://acme.example/v1/exchange/"} {
		_, err := activation.NewHTTP(bad)
		require.Error(t, err, bad)
	}
	for address, want := range map[string]string{
		"https://acme.example":           "https://acme.example/v1/exchange",
		"https://acme.example/licenses/": "https://acme.example/licenses/v1/exchange",
		"http://localhost:8080":          "http://localhost:8080/v1/exchange",
		"http://[::1]:8080":              "http://[::1]:8080/v1/exchange",
	} {
		courier, err := activation.NewHTTP(address)
		require.NoError(t, err)
		require.Equal(t, want, courier.URL)
	}
	o, _ := newVendor(t).options(t)
	o.Server = "http://acme.example"
	_, err := activation.Open(o)
	require.ErrorContains(t, err, "Options.Server")
}

// The proxy that the environment names is used.
func TestHTTPProxy(t *testing.T) {
	connected := make(chan string, 8)
	proxy := ""
	if os.Getenv(aloneVar) == "" {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			connected <- r.Method + " " + r.Host
			w.WriteHeader(http.StatusProxyAuthRequired)
		}))
		defer s.Close()
		proxy = s.URL
	}
	if !alone(t, func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "HTTPS_PROXY="+proxy, "https_proxy="+proxy, "NO_PROXY=", "no_proxy=")
	}) {
		require.Equal(t, "CONNECT licenses.acme.example:443", <-connected)
		return
	}
	courier, err := activation.NewHTTP("https://licenses.acme.example")
	require.NoError(t, err)
	courier.Attempts = 1
	_, err = courier.Exchange(ctx, []byte("x"))
	require.ErrorIs(t, err, activation.ErrUnreachable)
	require.ErrorIs(t, err, activation.ErrNotSent)
}

// An error of the server, of the network or of whatever answers in its place
// echoes nothing that was asked.
func TestHTTPEchoesNothing(t *testing.T) {
	t.Parallel()
	courier, _ := overHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(400)
		_, _ = w.Write(body)
	}))
	_, err := courier.Exchange(ctx, []byte("SECRET"))
	require.Error(t, err)
	for e := err; e != nil; e = errors.Unwrap(e) {
		require.False(t, strings.Contains(e.Error(), "SECRET"))
	}
}
