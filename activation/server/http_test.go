package server_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// threatSlowAndHuge sends a header one byte at a time, and bodies that are too
// large.
func threatSlowAndHuge(t *testing.T) {
	v := newVendor(t)
	web := server.NewHTTPServer("", v)
	require.Positive(t, web.ReadHeaderTimeout)
	require.Positive(t, web.ReadTimeout)
	require.Positive(t, web.WriteTimeout)
	require.Positive(t, web.IdleTimeout)
	require.Positive(t, web.MaxHeaderBytes)

	web.ReadHeaderTimeout = 50 * time.Millisecond // for the test
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = web.Serve(listener) }()
	t.Cleanup(func() { _ = web.Close() })
	slow, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer slow.Close()
	_, err = io.WriteString(slow, "P") // and the next byte in a second, if it were not cut off
	require.NoError(t, err)
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err = io.ReadAll(slow)
	require.NoError(t, err, "the connection ends before anybody would wait for it")

	for _, kind := range []string{"application/json", "text/plain", ""} {
		response := post(v, kind, bytes.NewReader(make([]byte, 10<<20)))
		require.Equal(t, http.StatusRequestEntityTooLarge, response.Code)
	}
	kind, body := form(t, "request", "r.txt", make([]byte, 10<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, post(v, kind, body).Code)
	kind, body = form(t, "other", "r.txt", make([]byte, 10<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, post(v, kind, body).Code)
	require.Equal(t, http.StatusBadRequest, post(v, "", bytes.NewReader(make([]byte, license.MaxDocument))).Code)
}

func post(h http.Handler, kind string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, server.Path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// form returns a form with one field, a file if it has a name.
func form(t testing.TB, field, file string, value []byte) (kind string, body io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, file)
	if file == "" {
		part, err = w.CreateFormField(field)
	}
	require.NoError(t, err)
	_, err = part.Write(value)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return w.FormDataContentType(), &b
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	r := c.request(license.OpActivate)
	bare, err := r.Sign(c.key)
	require.NoError(t, err)
	armoured, err := license.Armor(bare)
	require.NoError(t, err)
	for _, text := range [][]byte{bare, armoured, bytes.ReplaceAll(armoured, []byte("\n"), []byte("\r\n"))} {
		for _, kind := range []string{"", "application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "nonsense/;"} {
			w := post(v, kind, bytes.NewReader(text))
			require.Equal(t, http.StatusOK, w.Code)
			require.Equal(t, "application/json", w.Header().Get("Content-Type"))
			require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			require.Equal(t, byte('{'), w.Body.Bytes()[0])
			require.Empty(t, c.open(r, w.Body.Bytes()).Code)
		}
	}
}

// Row 0.21: the same bytes go through the upload page.
func TestUpload(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	r := c.request(license.OpActivate)
	bare, err := r.Sign(c.key)
	require.NoError(t, err)
	armoured, err := license.Armor(bare)
	require.NoError(t, err)
	for _, file := range []string{"", "request.latchkey", "../../CON", `..\x`, "a\"b"} {
		kind, body := form(t, "request", file, armoured)
		w := post(v, kind, body)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, `attachment; filename="reply.latchkey"`, w.Header().Get("Content-Disposition"))
		require.True(t, strings.HasPrefix(w.Body.String(), "-----BEGIN LATCHKEY "))
		require.Empty(t, c.open(r, w.Body.Bytes()).Code)
	}
	// A browser sends the file's field too when only the text was filled in.
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_, err = m.CreateFormFile("request", "")
	require.NoError(t, err)
	require.NoError(t, m.WriteField("request", string(armoured)))
	require.NoError(t, m.Close())
	require.Equal(t, http.StatusOK, post(v, m.FormDataContentType(), &b).Code)

	kind, body := form(t, "other", "", armoured)
	require.Equal(t, http.StatusBadRequest, post(v, kind, body).Code)
	kind, body = form(t, "request", "", nil)
	w := post(v, kind, body)
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Contains(t, w.Body.String(), "no request was chosen")
	require.Equal(t, http.StatusBadRequest, post(v, "multipart/form-data", strings.NewReader("x")).Code)
	require.Equal(t, http.StatusBadRequest, post(v, kind, strings.NewReader("no form")).Code)
}

func TestPage(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	w := httptest.NewRecorder()
	v.ServeHTTP(w, httptest.NewRequest(http.MethodGet, server.Path+"?<script>", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `<form method="post" enctype="multipart/form-data"`)
	require.NotContains(t, w.Body.String(), "script")
	policy := w.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.Contains(t, policy, "form-action 'self'")
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}

func TestHTTPRefusals(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, path := range []string{"/", "/v1/exchange/", "/v1/Exchange", "/v2/exchange"} {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		require.Equal(t, http.StatusNotFound, w.Code)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodConnect} {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(method, server.Path, nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code)
		require.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"))
	}
	for _, body := range []string{"", "{}", "<html>", "-----BEGIN LATCHKEY REQUEST-----\n"} {
		w := post(v, "", strings.NewReader(body))
		require.Equal(t, http.StatusBadRequest, w.Code)
		require.True(t, strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain"))
		require.NotEmpty(t, w.Body.String())
	}
	reply, err := v.options.Issuer.Time(&license.SignedTime{Challenge: make([]byte, license.ChallengeSize), Time: noon})
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, post(v, "", bytes.NewReader(reply)).Code, "a document of another kind")

	v.sell(aLicense())
	text, err := v.client(1).request(license.OpActivate).Sign(v.client(1).key)
	require.NoError(t, err)
	v.ledger.fail = io.ErrUnexpectedEOF
	w := post(v, "", bytes.NewReader(text))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "30", w.Header().Get("Retry-After"))
	require.NotContains(t, w.Body.String(), "EOF")
}

// Over HTTP, the connection's other end is throttled, whatever a header says;
// unless the vendor knows better.
func TestClientAddr(t *testing.T) {
	t.Parallel()
	proxied := func(r *http.Request) netip.Addr { return netip.MustParseAddr(r.Header.Get("X-Forwarded-For")) }
	for want, with := range map[int]func(*http.Request) netip.Addr{http.StatusTooManyRequests: nil, http.StatusOK: proxied} {
		v := newVendor(t, func(o *server.Options) { o.Throttle.KeysPerAddress, o.ClientAddr = 1, with })
		v.sell(aLicense(), withRequestKey)
		c := v.client(1)
		code := 0
		for _, from := range []string{"198.51.100.1", "203.0.113.1"} {
			text, err := func() ([]byte, error) {
				r := c.request(license.OpActivate)
				r.Serial, r.RequestKey = "", "0000000000"
				return r.Sign(c.key)
			}()
			require.NoError(t, err)
			r := httptest.NewRequest(http.MethodPost, server.Path, bytes.NewReader(text))
			r.Header.Set("X-Forwarded-For", from)
			w := httptest.NewRecorder()
			v.ServeHTTP(w, r)
			code = w.Code
			if code == http.StatusTooManyRequests {
				require.Equal(t, "3600", w.Header().Get("Retry-After"))
			}
		}
		require.Equal(t, want, code)
	}
}
