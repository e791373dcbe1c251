package activation

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A Courier brings a request to the activation server and its answer back. The
// bytes are a signed document either way, so a courier needs no trust: what it
// brings counts only if it is the server's reply to this very request.
//
// A courier that knows that the request never left wraps ErrNotSent.
// Any number of goroutines may use one.
type Courier interface {
	Exchange(ctx context.Context, request []byte) (reply []byte, err error)
}

// ErrNotSent is what an error of a Courier wraps when the request has certainly
// not reached the server.
var ErrNotSent = errors.New("activation: the request was not sent")

// ErrUnreachable is wrapped by the error of every call that got no answer that
// counts: there is no network, the server is down, or what answered is not the
// server. It is no verdict: what is licensed stays licensed. Only what the
// customer gave up waits, if the server may have heard of it; see Deactivate.
var ErrUnreachable error = license.ServerUnreachable

// An UnreachableError says that the activation server gave no answer that
// counts. It wraps ErrUnreachable.
type UnreachableError struct {
	Reason *license.Reason `json:"reason"` // ServerUnreachable, ServerInsecure, NoServer, CallCancelled if the context ended, or KeyringMismatch if product and server have no key in common
	// ManualEntry says that an activation key can be typed instead, into the
	// same call with the option Licensee; it ends in the same state. The file
	// route, by Request and Import, is always there.
	ManualEntry bool `json:"manual_entry"`
}

// Error returns the reason in English.
func (e *UnreachableError) Error() string { return e.Reason.Error() }

// Unwrap returns the reason.
func (e *UnreachableError) Unwrap() error { return e.Reason }

// An asked request is what is needed to know its reply.
type asked struct {
	Nonce     []byte
	Digest    [32]byte
	Operation license.Operation
	Serial    string    // "" where a request key was given
	Asked     time.Time // the clock's mark when it was made
	Signed    time.Time // the latest issue of what came since
	// Surrenders is what the state's was. A reply that was asked for before a
	// licence was given up, and kept, must not bring it back.
	Surrenders map[string]int64
	Link       []byte // the step that it went on from
	held       string // the receipt that was in force
	file       bool   // it went out as a file, and so is open until its reply comes
}

// maxOpen is how many requests in files can wait for their replies; then the
// oldest is forgotten.
const maxOpen = 16

// A question is a request before the state has put its name under it.
type question struct {
	operation license.Operation
	serial    license.Serial
	request   license.Serial // the digits of a request key
	proof     []byte
}

// ask makes a request from a state.
func (c *Client) ask(ctx context.Context, s *state, q question) ([]byte, asked, error) {
	r := &license.Request{
		Vendor: c.keyring.Vendor(), Product: c.opt.Product, Version: c.opt.Version,
		Operation: q.operation, Serial: q.serial, RequestKey: q.request, Proof: q.proof,
		Nonce: make([]byte, license.NonceSize), Keyring: c.keyring.Version(), Keys: c.serverKeys(s),
	}
	r.Link, r.Next = s.life(string(q.serial))
	r.GivenUp = s.givenUp(string(q.serial))
	if !license.IsID(r.Version) {
		r.Version = ""
	}
	_, _ = rand.Read(r.Nonce)
	if q.operation != license.OpReport && q.operation != license.OpDeactivate {
		r.Fingerprint, r.Label = c.fingerprint(ctx), c.opt.Label
	}
	if err := cancelled(ctx); err != nil { // the fingerprint may be missing by that
		return nil, asked{}, err
	}
	if h, held := c.bySerial(s, string(q.serial)); held {
		r.License, r.Revision = h.base.ID, h.terms.Revision
		if q.operation != license.OpDeactivate { // which may have to fit into another request, as its proof
			r.Usage = c.told(s, h.base.ID)
		}
	}
	text, err := r.Sign(s.key())
	if err != nil {
		return nil, asked{}, err
	}
	return text, asked{
		Nonce: r.Nonce, Digest: r.Digest, Operation: q.operation, Serial: string(q.serial), Asked: c.effectiveNow(s),
		Surrenders: maps.Clone(s.Surrenders), held: s.Receipts[string(q.serial)], Link: r.Link,
	}, nil
}

// A fingerprinter is a Host that can say what its machine is.
type fingerprinter interface {
	FingerprintText(ctx context.Context) ([]byte, error)
}

// fingerprint returns the machine's fingerprint for the server, nil if the host
// has none.
func (c *Client) fingerprint(ctx context.Context) []byte {
	h, ok := c.opt.Host.(fingerprinter)
	if !ok {
		return nil
	}
	text, err := h.FingerprintText(ctx)
	if err != nil && ctx.Err() == nil {
		c.opt.Logger.Warn("latchkey: the machine cannot be read", "error", err)
	}
	if err != nil {
		return nil
	}
	return text
}

// maxTold is of how many features a request tells the use, so that it is never
// too long: first of those whose runs count.
const maxTold = 256

// told returns the usage of a licence that the server is told: runs that are
// reserved and not used are not counted, and who is bound is the server's.
func (c *Client) told(s *state, id string) license.Usage {
	u := s.Usage[id]
	if u == nil {
		return license.Usage{}
	}
	told := copyUsage(c.unspent(id, *u))
	for ref, f := range told.Features {
		f.Seats = nil
		told.Features[ref] = f
	}
	refs := sortedRefs(told.Features)
	slices.SortStableFunc(refs, func(a, b license.Ref) int {
		return cmp.Compare(min(told.Features[b].Runs, 1), min(told.Features[a].Runs, 1))
	})
	for _, ref := range refs[min(len(refs), maxTold):] {
		delete(told.Features, ref)
	}
	return told
}

// bySerial returns the licence in force under a serial number.
func (c *Client) bySerial(s *state, serial string) (held, bool) {
	if serial == "" {
		return held{}, false
	}
	all, _ := c.licenses(s)
	best, found := held{}, false
	for _, h := range all {
		if string(h.base.Serial) == serial && (!found || h.issued.After(best.issued)) {
			best, found = h, true
		}
	}
	return best, found
}

// prepare makes sure that the answer can be kept, and makes a request: nothing
// may be asked for that would then be lost.
func (c *Client) prepare(ctx context.Context, q question) ([]byte, asked, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, asked{}, errClosed
	}
	if err := c.catchUp(); err != nil {
		return nil, asked{}, err
	}
	if err := c.prove(); err != nil {
		return nil, asked{}, err
	}
	return c.ask(ctx, c.state, q)
}

// prove makes sure that state can be written. The installation's key must
// outlive this process before the server hears of it, or a crash would leave
// the server with an activation that nobody has.
func (c *Client) prove() error {
	if c.volatile {
		return c.unwritable
	}
	if c.generation > 0 {
		if store, able := c.store.(interface{ Writable() error }); able {
			return store.Writable()
		}
		return nil
	}
	store, able := c.store.(interface{ begin(data []byte) error })
	if !able {
		return c.change(func(*state) error { return nil })
	}
	for range maxConflicts {
		text, err := c.state.encode()
		if err != nil {
			return err
		}
		sealed, err := c.sealer.seal(text)
		if err != nil {
			return err
		}
		if err = store.begin(sealed); !errors.Is(err, ErrConflict) {
			return err
		}
		if err := c.load(); err != nil { // another process has begun
			return err
		}
		if c.generation > 0 || c.begun {
			return nil
		}
	}
	return &license.Reason{Code: license.RecordBusy}
}

// exchange asks the server and takes its reply in. Nothing is held while the
// network is waited for.
func (c *Client) exchange(ctx context.Context, q question, look bool) (Change, error) {
	if c.courier == nil {
		return Change{}, c.noServer(q)
	}
	if none := c.mismatch(nil, nil); none.Has == "" {
		none.Err = &license.Reason{Code: license.ServerUnreachable, Detail: "Options.Keyring has no key of the role activation"}
		return Change{}, c.unreachable(none)
	}
	text, a, err := c.prepare(ctx, q)
	if err != nil {
		return Change{}, c.unsent(err)
	}
	return c.send(ctx, text, a, look)
}

// noServer says that the product was not given the address of a server.
func (c *Client) noServer(q question) error {
	none := c.unreachable(&license.Reason{Code: license.NoServer, Err: &license.Reason{
		Code: license.ServerUnreachable, Detail: "Options.Server is empty",
	}})
	if q.operation != license.OpActivate && q.operation != license.OpMove {
		return none
	}
	kind := keyfmt.Serial
	if q.request != "" {
		kind = keyfmt.Request
	}
	return &license.Reason{Code: license.NeedsServer, Has: kind.String(), Err: none}
}

// send sends a request that is signed already.
func (c *Client) send(ctx context.Context, text []byte, a asked, look bool) (Change, error) {
	answer, err := c.courier.Exchange(ctx, text)
	if err != nil {
		return Change{}, c.unreachable(err)
	}
	reply, err := c.openReply(answer, a)
	if err != nil {
		return Change{}, c.unreachable(c.unverified(answer, err))
	}
	return c.accept(reply, a, look)
}

// openReply returns the reply in an answer, if it is to this request.
func (c *Client) openReply(text []byte, a asked) (*license.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, err := license.OpenReply(text, c.keyring)
	if err != nil {
		return nil, err
	}
	if !c.answers(c.state, r, a) {
		return nil, &license.Reason{Code: license.ReplyOther}
	}
	return r, nil
}

// answers reports whether a reply is to a request of this installation.
func (c *Client) answers(s *state, r *license.Reply, a asked) bool {
	return bytes.Equal(r.Nonce, a.Nonce) && r.Request == a.Digest && r.Product == c.opt.Product && bytes.Equal(r.Installation, c.public(s))
}

// unreachable returns what to tell when there is no answer that counts.
func (c *Client) unreachable(err error) error {
	var r *license.Reason
	if !errors.As(err, &r) || !errors.Is(r, license.ServerUnreachable) {
		r = &license.Reason{Code: license.ServerUnreachable, Err: err}
	}
	if errors.Is(err, context.Canceled) && r.Code != license.CallCancelled {
		r = &license.Reason{Code: license.CallCancelled, Err: r}
	}
	own := *r
	own.Working, own.Offline = c.current().result.State().Works(), c.courier == nil
	if own.Working {
		own.Until = c.worksUntil()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &UnreachableError{Reason: &own, ManualEntry: c.catalogue != nil}
}

// worksUntil returns the day on which the first grace of the present receipts ends,
// no day if none ends.
func (c *Client) worksUntil() (until license.Date) {
	for _, a := range c.current().activations {
		end := a.Grace
		if a.Until.After(end) {
			end = a.Until
		}
		if d := license.DateOf(end); end.After(c.now()) && (until == 0 || d < until) {
			until = d
		}
	}
	return until
}

// Request returns a request as the text of a file, for a machine that reaches
// no server: it is taken to the vendor's upload page on another one, and what
// that gives is imported with Import. Typed is a serial number or a request
// key; with "" the request is a check of the licence that is activated here, or
// of the one that the option LicenseID names.
//
// The request is remembered until its reply comes, also when the program ends;
// of several that are open, each has its own. The error is a *license.Reason as
// of Enter, that of Deactivate where nothing is activated, or why nothing can be
// stored.
func (c *Client) Request(ctx context.Context, typed string, options ...EnterOption) ([]byte, error) {
	e := entryOf(options)
	var q question
	var err error
	if typed == "" {
		q, err = c.checkOf(e.licenseID)
	} else {
		q, _, err = e.question(typed)
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed
	}
	if err := c.catchUp(); err != nil {
		return nil, err
	}
	var text []byte
	err = c.change(func(s *state) error {
		c.see(s, c.now())
		var a asked
		text, a, err = c.ask(ctx, s, q)
		if err != nil {
			return err
		}
		s.Open = append(s.Open, a)
		if len(s.Open) > maxOpen {
			s.Open = s.Open[len(s.Open)-maxOpen:]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return license.Armor(text)
}

// importReply takes the reply to a request in that went out as a file.
func (c *Client) importReply(text []byte) (Change, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return Change{}, errClosed
	}
	err := c.catchUp()
	s, keyring := c.state, c.keyring
	c.mu.Unlock()
	if err != nil {
		return Change{}, err
	}
	r, err := license.OpenReply(text, keyring)
	if err != nil {
		if why := c.unverified(text, err); why.Code == license.KeyringMismatch {
			return Change{}, why
		}
		return Change{}, err
	}
	c.mu.Lock()
	i := slices.IndexFunc(s.Open, func(a asked) bool { return c.answers(s, r, a) })
	c.mu.Unlock()
	if id := c.broughtBefore(s, r); i < 0 && id != "" {
		return c.noted(id, &license.Reason{Code: license.AlreadyEntered, Product: c.opt.Product})
	}
	if i < 0 {
		return Change{}, &license.Reason{Code: license.ReplyOther}
	}
	a := s.Open[i]
	a.file = true
	return c.accept(r, a, false)
}

// broughtBefore returns the id of the licence here whose receipt in force came to this
// installation in the reply, "" if there is none: then the reply was not imported before.
func (c *Client) broughtBefore(s *state, r *license.Reply) (id string) {
	if r.Receipt == "" || r.Product != c.opt.Product {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	serial := c.serialOf(s, r, asked{})
	h, held := c.bySerial(s, serial)
	if !held || !bytes.Equal(r.Installation, c.public(s)) || s.Receipts[serial] != r.Receipt || !s.activated(serial) {
		return ""
	}
	return h.base.ID
}
