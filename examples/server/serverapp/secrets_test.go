package serverapp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// Whatever is asked for, in order or not, the log at its most talkative holds no
// serial number, request key or token.
func noKeyInTheLog(t *testing.T) {
	t.Parallel()
	var broken atomic.Pointer[string]
	ledger := &hooked{Ledger: server.NewMemoryLedger(), hook: func() {
		if s := broken.Load(); s != nil {
			panic(fmt.Sprintf("the sale %s is not as it should be", *s))
		}
	}}
	w := servertest.New(t, func(c *serverapp.Config) { c.Ledger = ledger })
	sale := w.Desk.Sell(object{"request_keys": true, "pending": true, "limit": 5, "scheme": "workstation", "order": "7"})
	serial, request := sale["serial"].(string), sale["request_key"].(string)
	stranger, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(t, err)
	secrets := []string{serial, request, stranger.Text(), w.Desk.Token, w.Read.Token}

	one, two := w.Client("one"), w.Client("two")
	_, err = one.Enter(t.Context(), serial)
	require.NoError(t, err)
	_, err = two.Enter(t.Context(), request)
	require.NoError(t, err)
	_, err = w.Client("three").Enter(t.Context(), stranger.Text())
	require.Equal(t, license.SerialUnknown, reason(t, err))
	for _, path := range []string{"get", "activations", "history", "block", "unblock", "limit", "release", "replace", "hold-payment", "record-payment", "cancel"} {
		for _, caller := range []*servertest.Caller{w.Desk, w.Read, servertest.NewCaller(t, w.Running.URL, serial)} {
			for _, key := range secrets {
				caller.Do(http.MethodPost, "serials/"+path, object{"serial": key})
				caller.Do(http.MethodPost, "serials/"+path, object{"serials": []string{key}})
				caller.Do(http.MethodPost, "serials/"+path, object{key: key})
			}
		}
	}
	for _, key := range secrets {
		w.Desk.Do(http.MethodPost, "request-keys/get", object{"request_key": key})
		w.Desk.Do(http.MethodPost, "request-keys/release", object{"request_key": key, "description": servertest.Terms})
		w.Desk.Do(http.MethodPost, "updates", object{"serial": key, "description": servertest.Update("print", ""), "submit": true})
		w.Desk.Do(http.MethodPost, "serials", object{"description": servertest.Terms}, "Idempotency-Key", key)
	}
	_, _ = one.CheckOnline(t.Context())
	strangeRequests(t, w, secrets)

	broken.Store(&serial)
	status, _ := w.Desk.Do(http.MethodPost, "serials/get", object{"serial": serial})
	require.Equal(t, http.StatusInternalServerError, status)
	_, err = one.CheckOnline(t.Context())
	require.Error(t, err)
	broken.Store(nil)
	require.Equal(t, serial, w.Desk.OK("serials/get", object{"serial": serial})["serial"], "the server goes on")

	_, counters, _ := fetch(t, w.Running.URL+"/metrics")
	log := w.Log.String()
	require.Contains(t, log, `"msg":"exchange"`)
	require.Contains(t, log, `"msg":"a handler broke off"`)
	require.Contains(t, log, `"type":"string"`)
	require.Greater(t, strings.Count(log, `"msg":"request"`), 100)
	for _, key := range secrets {
		for _, form := range forms(key) {
			require.NotContains(t, log, form)
			require.NotContains(t, counters, form)
		}
	}
}

// strangeRequests puts keys where they do not belong.
func strangeRequests(t testing.TB, w *servertest.World, secrets []string) {
	t.Helper()
	for _, key := range secrets {
		for _, path := range []string{"/", "/v1/exchange/", "/api/v1/serials/", "/api/v1/orders/", "/healthz?", "/v1/exchange?key="} {
			for _, method := range []string{http.MethodGet, http.MethodPost, strings.Map(letters, key)} {
				r, err := http.NewRequestWithContext(t.Context(), method, w.Running.URL+path+url.PathEscape(key), bytes.NewReader([]byte(key)))
				require.NoError(t, err)
				for _, name := range []string{"X-Request-Id", "User-Agent", "Referer", "Cookie", "X-Forwarded-For", "Content-Type", "Authorization", "Traceparent"} {
					r.Header.Set(name, key)
				}
				response, err := http.DefaultClient.Do(r)
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
			}
		}
	}
}

// letters leaves of a key what a method may have.
func letters(r rune) rune {
	if r == ' ' || r == '\n' {
		return '-'
	}
	return r
}

// forms are the ways in which a key could be written.
func forms(key string) []string {
	bare := strings.NewReplacer("-", "", " ", "").Replace(key)
	list := []string{
		key, bare, strings.ToLower(key), strings.ToLower(bare), strings.ReplaceAll(key, "-", " "), strings.ReplaceAll(key, " ", "-"),
		url.QueryEscape(key), url.PathEscape(key), hex.EncodeToString([]byte(key)), hex.EncodeToString([]byte(bare)),
	}
	for _, text := range []string{key, bare} {
		for shift := range 3 { // wherever it begins in what was encoded
			encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + text))
			list = append(list, encoded[4:len(encoded)-2])
		}
	}
	return list
}
