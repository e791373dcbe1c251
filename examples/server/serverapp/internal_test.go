package serverapp

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/metrics"
)

func TestClientAddr(t *testing.T) {
	t.Parallel()
	trusted, err := parseNetworks("--trusted-proxies", " 10.0.0.0/8, 192.0.2.7,2001:db8::/32 ,")
	require.NoError(t, err)
	require.Len(t, trusted, 3)
	for _, test := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"198.51.100.1:5", nil, "198.51.100.1"},
		{"198.51.100.1:5", []string{"203.0.113.1"}, "198.51.100.1"}, // a stranger's word
		{"10.1.2.3:5", nil, "10.1.2.3"},
		{"10.1.2.3:5", []string{"203.0.113.1"}, "203.0.113.1"},
		{"10.1.2.3:5", []string{"8.8.8.8, 203.0.113.1"}, "203.0.113.1"},
		{"10.1.2.3:5", []string{"8.8.8.8, 203.0.113.1, 192.0.2.7"}, "203.0.113.1"},
		{"10.1.2.3:5", []string{"8.8.8.8", "203.0.113.1", "10.9.9.9"}, "203.0.113.1"},
		{"10.1.2.3:5", []string{"10.0.0.9, 10.0.0.8"}, "10.0.0.9"},
		{"10.1.2.3:5", []string{"8.8.8.8, nonsense, 10.0.0.8"}, "10.0.0.8"},
		{"10.1.2.3:5", []string{"203.0.113.1:4711"}, "203.0.113.1"},
		{"10.1.2.3:5", []string{"[2001:db9::1]:4711"}, "2001:db9::1"},
		{"[2001:db8::1]:5", []string{"2001:db9::2"}, "2001:db9::2"},
		{"[::ffff:10.1.2.3]:5", []string{"::ffff:203.0.113.1"}, "203.0.113.1"},
		{"10.1.2.3:5", []string{""}, "10.1.2.3"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.RemoteAddr = test.peer
		r.Header["X-Forwarded-For"] = test.forwarded
		require.Equal(t, test.want, clientAddr(trusted)(r).String(), "%v", test)
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.RemoteAddr = "@"
	require.False(t, clientAddr(trusted)(r).IsValid())
	_, err = parseNetworks("--trusted-proxies", "10.0.0.0/8,nonsense")
	require.Error(t, err)
}

// A handler that breaks off is answered for, unless part of an answer is out:
// then the client is cut off, so that it does not take that for the whole.
func TestBrokenHandlers(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	r := &routes{metrics: metrics.New(), log: slog.New(slog.NewTextHandler(&log, nil))}
	mux := http.NewServeMux()
	mux.HandleFunc("/before", func(http.ResponseWriter, *http.Request) { panic("the secret") })
	mux.HandleFunc("/after", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("the secret")
	})
	mux.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	handler := r.observed(mux)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/before", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Contains(t, w.Body.String(), w.Header().Get("X-Request-Id"))
	for _, path := range []string{"/after", "/abort"} {
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		})
	}
	require.NotContains(t, log.String(), "the secret")
	require.Contains(t, log.String(), "TestBrokenHandlers")
	require.Equal(t, 3, strings.Count(log.String(), "msg=request"))
	require.Contains(t, log.String(), "status=500")
}

// A certificate that was renewed is read again; one that is damaged is not used.
func TestCertificateAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &certificate{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), log: slog.New(slog.DiscardHandler)}
	require.Error(t, c.load())
	WriteCertificate(t, c.cert, c.key)
	require.NoError(t, c.load())
	first := c.current
	look := func() {
		c.looked = time.Time{}
		got, err := c.get(nil)
		require.NoError(t, err)
		require.Same(t, c.current, got)
	}
	look()
	require.Same(t, first, c.current)
	require.NoError(t, os.WriteFile(c.cert, []byte("damaged"), 0o600))
	require.NoError(t, os.Chtimes(c.cert, time.Time{}, time.Now().Add(time.Hour)))
	look()
	require.Same(t, first, c.current)
	WriteCertificate(t, c.cert, c.key)
	require.NoError(t, os.Chtimes(c.cert, time.Time{}, time.Now().Add(2*time.Hour)))
	look()
	require.NotSame(t, first, c.current)
}
