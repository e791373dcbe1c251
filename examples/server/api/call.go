package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

// A call is one request, by somebody who may make it.
type call struct {
	ctx     context.Context
	request *http.Request
	writer  http.ResponseWriter
	header  http.Header // of the answer
	token   store.Token
	status  int // of the answer, if not 200

	warnings rules.Findings // for the answer
	warned   map[rules.Finding]bool
}

// actor is who the history of a sale will name.
func (c *call) actor() string { return c.token.Name }

// A raw answer is not JSON.
type raw struct {
	kind string
	body []byte
}

// handle returns what answers a route.
func (a *API) handle(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		c := &call{ctx: q.Context(), request: q, writer: w, header: w.Header(), status: http.StatusOK}
		answer, err := a.answer(r, c)
		if err != nil {
			a.refuse(c, err)
			return
		}
		if text, is := answer.(raw); is {
			w.Header().Set("Content-Type", text.kind)
			_, _ = w.Write(text.body)
			return
		}
		write(w, c.status, answer)
	}
}

// answer does what a route is for, if the bearer of the token may.
func (a *API) answer(r route, c *call) (any, error) {
	if r.role == public {
		return r.do(c)
	}
	token, err := a.authenticate(c)
	if err != nil {
		return nil, err
	}
	if !token.Role.Allows(r.role) {
		return nil, &problem{
			status: http.StatusForbidden, Code: "role",
			Message: "This token has the role " + string(token.Role) + ", and this call takes the role " + string(r.role) + ".",
			Remedy:  "Use a token of that role.",
		}
	}
	c.token = token
	return r.do(c)
}

// authenticate finds out whose token it is.
func (a *API) authenticate(c *call) (store.Token, error) {
	scheme, text, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		text = ""
	}
	token, err := a.store.FindToken(c.ctx, strings.TrimSpace(text))
	if errors.Is(err, store.ErrUnknown) {
		c.header.Set("WWW-Authenticate", `Bearer realm="latchkey"`)
		return token, &problem{
			status: http.StatusUnauthorized, Code: "token", Message: "The request has no valid token.",
			Remedy: "Send \"Authorization: Bearer\" and a token; \"server token add\" makes one.",
		}
	}
	return token, trouble(err)
}

// refuse answers with an error, and logs one that is the server's own.
func (a *API) refuse(c *call, err error) {
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError && c.ctx.Err() == nil {
		a.log.LogAttrs(c.ctx, slog.LevelError, "a call failed", slog.String("route", c.request.Pattern), slog.Any("error", err))
	}
	if p.status == http.StatusServiceUnavailable {
		c.header.Set("Retry-After", "30")
	}
	write(c.writer, p.status, problemAnswer{*p})
}

// write answers with JSON. Nothing of this package that is written has a method
// of package encoding/json that could fail.
func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(answer)
}
