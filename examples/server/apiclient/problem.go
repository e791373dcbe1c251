package apiclient

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A Problem is the error of a call that the server refused. It contains no key.
type Problem struct {
	// Status is the HTTP status: 422 if a value is not valid, 409 if the present state
	// does not allow the call, 404, 403, 401, or 503 if the database failed.
	Status int
	// Code is for programs: a reason's code of package license, or one of the
	// API's own, such as "unknown" or "token". It is empty if the answer
	// does not come from the API but from a proxy, for example.
	Code string
	// Message and Remedy are sentences for people.
	Message, Remedy string
	// Findings are all mistakes, if rules refused the call; Message and Remedy are of
	// the first.
	Findings []Finding
	// RetryAfter is how long to wait before the call is made again, 0 if the server
	// does not say.
	RetryAfter time.Duration
}

// Error returns message and remedy.
func (p *Problem) Error() string {
	if p.Remedy == "" {
		return p.Message
	}
	return p.Message + " " + p.Remedy
}

// problemOf reads the error of a refused call.
func problemOf(r *http.Response, text []byte) *Problem {
	var answer struct {
		Error struct {
			Code, Message, Remedy string
			Findings              []Finding
		}
	}
	p := &Problem{Status: r.StatusCode}
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Error.Code == "" || answer.Error.Message == "" {
		p.Message = fmt.Sprintf("What answered, with the status %d, is not the API of an activation server.", r.StatusCode)
		p.Remedy = "Check the address, and what is on the way to it."
		return p
	}
	p.Code, p.Message, p.Remedy, p.Findings = answer.Error.Code, answer.Error.Message, answer.Error.Remedy, answer.Error.Findings
	return p
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
