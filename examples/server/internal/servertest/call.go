package servertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/apiclient"
)

// JSON is an object.
type JSON = map[string]any

// Terms is a description of a licence that draws without end.
var Terms = JSON{"licensee": JSON{"name": "Ada Lovelace"}, "products": JSON{Product: JSON{"features": JSON{"draw": ""}}}}

// Update returns a description that changes a feature's limits.
func Update(feature, limits string) JSON {
	return JSON{"products": JSON{Product: JSON{"features": JSON{feature: limits}}}}
}

// A Caller calls the API with a token.
type Caller struct {
	URL, Token string
	Client     *http.Client

	// Seen, if set, is told of every answer.
	Seen func(method, path string, status int, request, answer []byte)

	t testing.TB
}

// NewCaller returns a caller of the server at a URL.
func NewCaller(t testing.TB, url, token string) *Caller {
	return &Caller{URL: url, Token: token, Client: http.DefaultClient, t: t}
}

// API returns the typed client for the same calls. Seen is told of its answers,
// too.
func (c *Caller) API() *apiclient.Client {
	c.t.Helper()
	api, err := apiclient.New(apiclient.Options{URL: c.URL, Token: c.Token, HTTP: &http.Client{Transport: seeing{c}}})
	require.NoError(c.t, err)
	return api
}

// seeing carries the calls of a typed client.
type seeing struct{ c *Caller }

// RoundTrip implements http.RoundTripper.
func (s seeing) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	next := s.c.Client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	response, err := next.RoundTrip(r)
	if err != nil || s.c.Seen == nil {
		return response, err
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(answer))
	s.c.Seen(r.Method, strings.TrimPrefix(r.URL.Path, "/api/v1/"), response.StatusCode, sent, answer)
	return response, nil
}

// Do calls a path below /api/v1/, and returns the status and the answer.
func (c *Caller) Do(method, path string, body any, headers ...string) (int, JSON) {
	c.t.Helper()
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(c.t, err)
		headers = append([]string{"Content-Type", "application/json"}, headers...)
	}
	status, answer := c.Send(method, path, text, headers...)
	var object JSON
	if len(answer) > 0 && answer[0] == '{' {
		require.NoError(c.t, json.Unmarshal(answer, &object), "%s", answer)
	}
	return status, object
}

// Send is Do for any body.
func (c *Caller) Send(method, path string, body []byte, headers ...string) (int, []byte) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+"/api/v1/"+path, bytes.NewReader(body))
	require.NoError(c.t, err)
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.Client.Do(r)
	require.NoError(c.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	if c.Seen != nil {
		c.Seen(method, path, response.StatusCode, body, answer)
	}
	return response.StatusCode, answer
}

// OK posts, and fails the test unless it is done.
func (c *Caller) OK(path string, body any) JSON {
	c.t.Helper()
	status, answer := c.Do(http.MethodPost, path, body)
	require.Contains(c.t, []int{http.StatusOK, http.StatusCreated}, status, "%s: %v", path, answer)
	return answer
}

// Refused posts, and fails the test unless it is refused with a status and a
// code.
func (c *Caller) Refused(status int, code, path string, body any) JSON {
	c.t.Helper()
	got, answer := c.Do(http.MethodPost, path, body)
	require.Equal(c.t, status, got, "%s: %v", path, answer)
	why, _ := answer["error"].(JSON)
	require.Equal(c.t, code, why["code"], "%s: %v", path, answer)
	require.NotEmpty(c.t, why["message"])
	return why
}

// Sell makes one serial number, of Terms unless the call says otherwise, and
// returns the sale.
func (c *Caller) Sell(call JSON) JSON {
	c.t.Helper()
	with := JSON{"description": Terms}
	for name, value := range call {
		with[name] = value
	}
	return c.OK("serials", with)["serials"].([]any)[0].(JSON)
}
