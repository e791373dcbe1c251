package serverapp

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"time"
)

// observed logs and counts every request to a handler, and answers for it if it
// breaks off. What a client has sent is in no line: paths and queries can hold
// anything, so the pattern stands in for them.
func (r *routes) observed(next *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		began := time.Now()
		o := &observation{ResponseWriter: w, id: newRequestID()}
		w.Header().Set("X-Request-Id", o.id)
		r.metrics.Begin()
		defer func() {
			broken := recover()
			abort := broken != nil && r.brokeOff(q, o, broken)
			r.ended(q, o, time.Since(began))
			if abort {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(o, q)
	})
}

// ended logs and counts a request that was answered.
func (r *routes) ended(q *http.Request, o *observation, took time.Duration) {
	route, status := q.Pattern, strconv.Itoa(o.answered())
	if route == "" {
		route = "none"
	}
	r.metrics.End(route, status, took)
	r.log.LogAttrs(q.Context(), slog.LevelInfo, "request",
		slog.String("method", method(q)), slog.String("route", route), slog.Int("status", o.answered()),
		slog.Duration("took", took), slog.String("id", o.id))
}

// method returns a method that is one; others could hold anything.
func method(q *http.Request) string {
	switch q.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return q.Method
	}
	return "other"
}

// brokeOff logs a panic: where it was and of what type, never its value. The
// client is told; one that has got part of an answer already is cut off, so that
// it does not take that for the whole.
func (r *routes) brokeOff(q *http.Request, o *observation, broken any) (abort bool) {
	if broken == http.ErrAbortHandler {
		return true
	}
	r.metrics.Panic()
	r.log.LogAttrs(q.Context(), slog.LevelError, "a handler broke off",
		slog.String("type", fmt.Sprintf("%T", broken)), slog.Any("at", frames()), slog.String("id", o.id))
	if o.status != 0 {
		return true
	}
	http.Error(o, "The server failed. Its log has more under "+o.id+".", http.StatusInternalServerError)
	return false
}

// frames returns the functions that were running, without their arguments.
func frames() (at []string) {
	pcs := make([]uintptr, 24)
	walk := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	for {
		f, more := walk.Next()
		at = append(at, f.Function+":"+strconv.Itoa(f.Line))
		if !more {
			return at
		}
	}
}

// newRequestID returns the name of a request in the log. What the client calls
// it is not taken: it could be anything.
func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// An observation is an answer of which the status is remembered.
type observation struct {
	http.ResponseWriter
	id     string
	status int
}

// WriteHeader implements http.ResponseWriter.
func (o *observation) WriteHeader(status int) {
	if o.status == 0 && status >= 200 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (o *observation) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	return o.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (o *observation) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// answered returns the status, which is 200 for an answer without a word.
func (o *observation) answered() int {
	if o.status == 0 {
		return http.StatusOK
	}
	return o.status
}
