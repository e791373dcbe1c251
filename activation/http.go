package activation

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// HTTP is the Courier over HTTPS: POST /v1/exchange below the server's address.
// It goes through the proxy that the environment names (HTTPS_PROXY, NO_PROXY),
// tries again after a moment where that may help, and reads no more than a reply
// may have. It follows no redirects and opens no port.
//
// Its fields may be set until it is first used; NewHTTP fills them in.
type HTTP struct {
	URL      string        // of the exchange
	Client   *http.Client  //
	Attempts int           // in all, where there was no answer or one that says to come again
	Timeout  time.Duration // of each attempt
	// Wait is the longest wait before the second attempt; it doubles with each,
	// and is drawn anew each time, so that machines that failed together do not
	// come again together. A server's Retry-After counts in its place.
	Wait time.Duration
	// MaxWait is the longest that a server can have the caller wait; beyond it,
	// the call ends and says so.
	MaxWait time.Duration
	// Sleep waits; Jitter draws from [0, 1).
	Sleep  func(ctx context.Context, d time.Duration) error
	Jitter func() float64
}

const (
	defaultAttempts = 3
	defaultTimeout  = 15 * time.Second
	defaultWait     = 500 * time.Millisecond
	defaultMaxWait  = 10 * time.Second
	exchangePath    = "v1/exchange"
)

// NewHTTP returns the courier to a server. The address has the scheme https, or
// http if it is an address of this machine; see NewInsecureHTTP for a private
// network. For a private certificate authority, set the transport's RootCAs,
//
//	courier.Client.Transport.(*http.Transport).TLSClientConfig.RootCAs = authority
//
// or name it in the environment variable SSL_CERT_FILE or SSL_CERT_DIR, which Go reads
// on Unix other than macOS.
func NewHTTP(server string) (*HTTP, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("a server's address is like https://licenses.acme.example")
	}
	if u.Scheme == "http" && u.Host != "" && !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("the address of %s must begin with https: over http, others could read the serial number; in a network of your own, where that is no danger, use NewInsecureHTTP as Options.Courier", u.Hostname())
	}
	return newHTTP(u)
}

// newHTTP returns the courier to a server at an address with the scheme https or
// http.
func newHTTP(u *url.URL) (*HTTP, error) {
	switch {
	case strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/"+exchangePath):
		return nil, errors.New("leave /v1/exchange out of the server's address: it is added")
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("a server's address is like https://licenses.acme.example")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("a server's address begins with https://")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // with the proxy of the environment
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.MaxResponseHeaderBytes = 64 << 10
	return &HTTP{
		URL:      u.JoinPath(exchangePath).String(),
		Client:   &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Attempts: defaultAttempts, Timeout: defaultTimeout, Wait: defaultWait, MaxWait: defaultMaxWait,
		Sleep: sleep, Jitter: rand.Float64,
	}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sleep waits until d has passed or ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Exchange sends a request until there is an answer that can be one. What it
// returns nobody has verified.
func (h *HTTP) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	sent := false
	wait := h.Wait
	for attempt := 1; ; attempt++ {
		reply, failure := h.try(ctx, request)
		if failure == nil {
			return reply, nil
		}
		sent = sent || failure.sent
		pause := time.Duration(float64(wait) * h.Jitter())
		if failure.after > 0 {
			pause = failure.after + time.Duration(float64(h.Wait)*h.Jitter())
		}
		wait *= 2
		if failure.final || attempt >= h.Attempts || pause > h.MaxWait || ctx.Err() != nil || h.Sleep(ctx, pause) != nil {
			return nil, failure.reason(sent)
		}
	}
}

// A failure is an attempt that brought no reply.
type failure struct {
	detail string
	err    error
	sent   bool          // the server may have the request
	final  bool          // trying again would not help
	after  time.Duration // when the server wants to be asked again, 0 if it does not say
}

// reason returns what there is to tell of the last attempt.
func (f *failure) reason(sent bool) error {
	cause := f.err
	if !sent {
		cause = errors.Join(ErrNotSent, cause)
	}
	r := &license.Reason{Code: license.ServerUnreachable, Detail: f.detail, Err: cause}
	if isInsecure(f.err) {
		return &license.Reason{Code: license.ServerInsecure, Err: r}
	}
	return r
}

// isInsecure reports whether a connection could not be secured: a certificate
// that nobody here knows, or one whose time is not now.
func isInsecure(err error) bool {
	var verification *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &name) || errors.As(err, &record)
}

// try sends a request once.
func (h *HTTP) try(ctx context.Context, request []byte) ([]byte, *failure) {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true) },
	})
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(request))
	if err != nil {
		return nil, &failure{detail: "the address of the server cannot be used", err: err, final: true}
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("User-Agent", "latchkey/1")
	response, err := h.Client.Do(post)
	if err != nil {
		return nil, &failure{detail: describe(err), err: err, sent: sent.Load(), final: isInsecure(err) || errors.Is(err, errNotPrivate)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, license.MaxReply+1))
	if err != nil {
		return nil, &failure{detail: "the answer broke off", err: err, sent: true}
	}
	return h.judge(response, body)
}

// judge tells a reply from what a proxy, a portal or a broken server answers.
// What has the form of a reply is one, whatever its status.
func (h *HTTP) judge(response *http.Response, body []byte) ([]byte, *failure) {
	if len(body) <= license.MaxReply && license.KindOf(body) == license.KindReply {
		return body, nil
	}
	f := &failure{detail: "the answer is not signed (HTTP status " + strconv.Itoa(response.StatusCode) + ")", sent: true, final: true}
	switch response.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.final = false
		f.after = retryAfter(response)
	case http.StatusProxyAuthRequired:
		f.detail = "the proxy wants a name and a password"
	}
	return nil, f
}

// retryAfter returns how long a server wants to be left alone.
func retryAfter(response *http.Response) time.Duration {
	text := response.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 24*60*60)) * time.Second
	}
	at, err := http.ParseTime(text)
	now, clock := http.ParseTime(response.Header.Get("Date"))
	if err != nil || clock != nil { // this machine's clock may be wrong
		return 0
	}
	return max(at.Sub(now), 0)
}

// describe says in a few words what kept a request from being answered.
func describe(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, errNotPrivate):
		return "the server is not in a private network, and plain HTTP goes no further"
	case errors.As(err, &dns):
		return "the name of the server was not found"
	case errors.Is(err, context.DeadlineExceeded):
		return "the server did not answer in time"
	case errors.Is(err, context.Canceled):
		return "the call was given up"
	case errors.As(err, &op) && op.Op == "dial":
		return "the server cannot be connected to"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the proxy cannot be connected to"
	default:
		return "the connection broke off"
	}
}
