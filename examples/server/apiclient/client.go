// Package apiclient is a client of the vendor API of the reference activation server,
// which openapi.yaml documents.
//
//	c, err := apiclient.New(apiclient.Options{URL: "https://licenses.acme.example", Token: token})
//	sold, err := c.Sell(ctx, apiclient.Creation{Limit: 3, Description: &apiclient.LicenseTerms{
//		Products: map[string]apiclient.LicenseProduct{"acme-cad": {Features: map[string]string{"draw": ""}}},
//	}})
//	for sale, err := range c.Search(ctx, apiclient.Search{Licensee: "ada"}) { … }
//	client.go   Client, its options, requests
//	problem.go  errors of the API
//	sales.go    selling and changing sales
//	updates.go  updates and orders
//	types.go    types of requests and answers
//	pages.go    lists in pages
//
// Serial numbers may be written as a customer typed them. The package has no state
// except the connections of its http.Client; any number of goroutines may use a
// Client.
package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options are the settings of a Client. URL and Token are required.
type Options struct {
	// URL is the server's address without a path, "https://licenses.acme.example".
	// Plain http sends the token and serial numbers in the clear; it is accepted
	// for this machine ("localhost" or a loopback address), and for others only
	// with InsecureHTTP.
	URL string
	// Token is a bearer token that "server token add" has made.
	Token string
	// HTTP sends the requests, without following redirects; nil is a client with a
	// timeout of a minute. Set it to use a private certificate authority.
	HTTP *http.Client
	// InsecureHTTP allows plain http to another machine: anybody on the network can
	// read the token and use it.
	InsecureHTTP bool
}

// A Client calls one server with one token.
type Client struct {
	base  string
	token string
	http  *http.Client
}

const (
	prefix = "/api/v1/"
	// timeout is the longest duration of a call.
	timeout = time.Minute
	// maxAnswer is the length of the longest answer in bytes: a thousand sales
	// with their licences.
	maxAnswer = 128 << 20
)

// New returns a client. It makes no call yet.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil:
		return nil, errors.New("apiclient: Options.URL is not a server's address without a path, such as https://licenses.acme.example")
	case u.Scheme == "http" && !o.InsecureHTTP && !isLoopback(u.Hostname()):
		return nil, errors.New("apiclient: Options.URL is http of another machine, where the token could be read on the way: use https, or set InsecureHTTP")
	case o.Token == "" || strings.ContainsAny(o.Token, " \r\n\t"):
		return nil, errors.New("apiclient: Options.Token is empty, or has white space in it: give the token alone, as \"server token add\" printed it")
	}
	own := http.Client{Timeout: timeout}
	if o.HTTP != nil {
		own = *o.HTTP
	}
	// The API never redirects; the target of a redirect must not get the token.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: u.Scheme + "://" + u.Host + prefix, token: o.Token, http: &own}, nil
}

// String names the server. It does not show the token.
func (c *Client) String() string { return "client of " + c.base }

// Format prints String for every verb.
func (c *Client) Format(s fmt.State, _ rune) { fmt.Fprint(s, c.String()) }

// A call is one request to the API.
type call struct {
	method, path string
	send         any // nil for none
	idempotency  string
}

// do makes a call and reads its answer into into; it returns the status.
func (c *Client) do(ctx context.Context, q call, into any) (status int, err error) {
	status, text, err := c.fetch(ctx, q)
	if err != nil {
		return status, err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return status, fmt.Errorf("apiclient: %s %s: the answer is not what this API answers: %w", q.method, q.path, err)
	}
	return status, nil
}

// fetch makes a call. If the API refuses it, the error is a *Problem.
func (c *Client) fetch(ctx context.Context, q call) (status int, answer []byte, err error) {
	r, err := c.request(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("apiclient: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("apiclient: the answer to %s %s did not arrive whole: %w", q.method, q.path, err)
	case len(text) > maxAnswer:
		return 0, nil, fmt.Errorf("apiclient: the answer to %s %s has more than %d bytes", q.method, q.path, maxAnswer)
	case response.StatusCode != http.StatusOK && response.StatusCode != http.StatusCreated:
		return response.StatusCode, nil, problemOf(response, text)
	}
	return response.StatusCode, text, nil
}

func (c *Client) request(ctx context.Context, q call) (*http.Request, error) {
	var body io.Reader
	if q.send != nil {
		text, err := json.Marshal(q.send)
		if err != nil {
			return nil, fmt.Errorf("apiclient: %s %s: %w", q.method, q.path, err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, q.method, c.base+q.path, body)
	if err != nil {
		return nil, fmt.Errorf("apiclient: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if q.send != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.idempotency != "" {
		r.Header.Set("Idempotency-Key", q.idempotency)
	}
	return r, nil
}

// post makes a POST call whose answer is a T.
func post[T any](ctx context.Context, c *Client, path string, send any) (*T, error) {
	into := new(T)
	if _, err := c.do(ctx, call{method: http.MethodPost, path: path, send: send}, into); err != nil {
		return nil, err
	}
	return into, nil
}

// Status returns the server's version, and the name and role of the token.
func (c *Client) Status(ctx context.Context) (*Status, error) {
	s := &Status{}
	if _, err := c.do(ctx, call{method: http.MethodGet, path: "status"}, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Document returns the API's openapi.yaml.
func (c *Client) Document(ctx context.Context) ([]byte, error) {
	_, text, err := c.fetch(ctx, call{method: http.MethodGet, path: "openapi.yaml"})
	return text, err
}
