package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// Path is where a Server answers.
const Path = "/v1/exchange"

const (
	// maxUpload is the size of the largest upload in bytes, a document with the
	// form around it.
	maxUpload = license.MaxDocument + 8<<10
	// retryAfterTrouble is when to ask again after a trouble of the ledger's.
	retryAfterTrouble = 30 * time.Second
	// replyFile is how a browser names what it got.
	replyFile = "reply.latchkey"
)

// ServeHTTP answers at Path:
//
//   - POST of a request in either form of a document, with any content type:
//     the reply as a bare envelope. The status is 200 for every verdict, a no
//     too, or 429 with Retry-After.
//   - POST of a form (multipart/form-data) whose field "request" is a file or
//     a text: the reply as a file to save.
//   - GET: a page with that form.
//
// What is not a verdict is plain text and unsigned: 400 for what is no request,
// 413 for what is too large for one, 503 with Retry-After where the ledger
// could not do its part; 404, 405.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path != Path {
		http.Error(w, "There is nothing here: the activation server is at "+Path+".", http.StatusNotFound)
		return
	}
	switch r.Method {
	case http.MethodPost:
		s.post(w, r)
	case http.MethodGet, http.MethodHead:
		servePage(w)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "A request comes with POST.", http.StatusMethodNotAllowed)
	}
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	upload := kind == "multipart/form-data"
	request, err := readRequest(w, r, upload)
	if err != nil {
		refuse(w, fmt.Errorf("%w: %w", errUnread, err))
		return
	}
	answer, err := s.Exchange(r.Context(), request, s.clientAddr(r))
	if err != nil {
		refuse(w, err)
		return
	}
	reply := answer.Reply
	w.Header().Set("Content-Type", "application/json")
	if upload {
		if reply, err = license.Armor(reply); err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="`+replyFile+`"`)
	}
	if answer.RetryAfter > 0 {
		setRetryAfter(w, answer.RetryAfter)
	}
	w.WriteHeader(answer.Status)
	_, _ = w.Write(reply)
}

// readRequest reads what was posted, and no more than a request can have.
func readRequest(w http.ResponseWriter, r *http.Request, upload bool) ([]byte, error) {
	if !upload {
		expected := min(max(r.ContentLength, 0), license.MaxDocument)
		text := bytes.NewBuffer(make([]byte, 0, expected+bytes.MinRead)) // of the size that reads without growing
		_, err := text.ReadFrom(http.MaxBytesReader(w, r.Body, license.MaxDocument))
		return text.Bytes(), err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errEmptyForm
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != "request" {
			continue
		}
		text, err := io.ReadAll(part)
		if err != nil || len(text) > 0 {
			return text, err
		}
	}
}

// errUnread is wrapped by every error of reading what was posted.
var errUnread = errors.New("server: reading the request")

var errEmptyForm = errors.New("no request was chosen: choose the file that the product has written, or paste its text")

// refuse answers without a verdict.
func refuse(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	var why *license.Reason
	switch {
	case errors.As(err, &large):
		http.Error(w, "This is too large for a request.", http.StatusRequestEntityTooLarge)
	case errors.Is(err, ErrUnreadable) && errors.As(err, &why):
		http.Error(w, why.Error(), http.StatusBadRequest)
	case errors.Is(err, errEmptyForm):
		http.Error(w, "Sorry, "+err.Error()+".", http.StatusBadRequest)
	case errors.Is(err, errUnread):
		http.Error(w, "The request did not arrive whole.", http.StatusBadRequest)
	default:
		setRetryAfter(w, retryAfterTrouble)
		http.Error(w, "The activation server cannot answer now. Nothing was decided; please try again.", http.StatusServiceUnavailable)
	}
}

func setRetryAfter(w http.ResponseWriter, d time.Duration) {
	w.Header().Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
}

// remoteAddr returns the connection's other end, the zero address if it has
// none.
func remoteAddr(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr()
}

// NewHTTPServer returns an HTTP server for a handler whose requests are small
// and soon answered: who sends or reads slowly is cut off, and headers are
// bounded. Callers may change what they need otherwise.
func NewHTTPServer(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
}
