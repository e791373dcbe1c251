package apiclient

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A Problem is why the server did not do a call. It holds no key.
type Problem struct {
	// Status is that of HTTP: 422 where what was sent makes no sense, 409 where it
	// does and not as things are, 404, 403, 401, 503 where the database failed.
	Status int
	// Code is for programs: a reason's code of package license, or one of the
	// API's own, such as "unknown" or "token". It is empty where what answered is
	// not the API: a proxy, say.
	Code string
	// Message says what is wrong, and Remedy what to do, for people.
	Message, Remedy string
	// Findings are all mistakes where rules refused the call; the first of them is
	// above.
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

// problemOf reads why a call was not done.
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
