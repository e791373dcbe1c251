package api

import (
	"cmp"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A creation is what POST /serials takes.
type creation struct {
	overrides
	Count         *int            `json:"count"` // 1 unless given
	Order         string          `json:"order"`
	Customer      string          `json:"customer"`
	Contact       string          `json:"contact"`
	Product       string          `json:"product"`
	Limit         *int64          `json:"limit"` // 1 unless given
	CountBy       string          `json:"count_by"`
	Trial         bool            `json:"trial"`
	Transfers     int64           `json:"transfers"`
	PeriodSeconds int64           `json:"period_seconds"`
	LeaseSeconds  int64           `json:"lease_seconds"`
	GraceSeconds  int64           `json:"grace_seconds"`
	RequestKeys   bool            `json:"request_keys"`
	Pending       bool            `json:"pending"`
	Scheme        string          `json:"scheme"`
	Description   json.RawMessage `json:"description"`
	Licenses      []string        `json:"licenses"`

	count int // what Count and Limit say
	limit int64
}

type salesAnswer struct {
	Serials  []saleView     `json:"serials"`
	Next     string         `json:"next,omitempty"`
	Warnings rules.Findings `json:"warnings,omitempty"`
}

// create sells.
func (a *API) create(c *call) (any, error) {
	var q creation
	if err := c.read(&q); err != nil {
		return nil, err
	}
	if err := q.check(a.issuer != nil); err != nil {
		return nil, err
	}
	if err := c.found(rules.Contact(q.Contact)); err != nil {
		return nil, err
	}
	if err := a.orderOpen(c.ctx, q.Order); err != nil {
		return nil, err
	}
	keys, repeated, err := a.sell(c, &q)
	if err != nil {
		return nil, err
	}
	if err := a.cancelledMeanwhile(c, q.Order, keys); err != nil {
		return nil, err
	}
	c.status = http.StatusCreated
	if repeated {
		c.status = http.StatusOK
	}
	answer := salesAnswer{Serials: []saleView{}, Warnings: c.warnings}
	for _, k := range keys {
		v, err := a.sale(c.ctx, server.Key{Serial: k.serial})
		if err != nil {
			return nil, err
		}
		answer.Serials = append(answer.Serials, v)
	}
	return answer, nil
}

// maxSpan is the longest lease, grace or period: a hundred years.
const maxSpan = 100 * 366 * 24 * 60 * 60

// check fills in what was left out, and says what does not fit.
func (q *creation) check(canSign bool) error {
	if err := q.numbers(); err != nil {
		return err
	}
	switch {
	case (len(q.Licenses) > 0) == (len(q.Description) > 0):
		return bad("terms", "The terms are missing or given twice.", "Send either \"description\", to be signed here, or \"licenses\" that the back office has signed.")
	case len(q.Description) > 0 && !canSign:
		return errCannotSign
	case len(q.Licenses) > 0 && q.count != len(q.Licenses):
		return bad("count", fmt.Sprintf("There are %d licences, and the count is %d.", len(q.Licenses), q.count), "Send one licence for each serial number, and leave \"count\" out.")
	case len(q.Licenses) > 0 && (q.Scheme != "" || q.Pending):
		return bad("terms", "A signed licence already has its binding scheme and its kind.", "Leave \"scheme\" and \"pending\" out.")
	case q.count < 1 || q.count > maxBatch:
		return bad("count", fmt.Sprintf("The count is %d, and 1 to %d serial numbers can be made at once.", q.count, maxBatch), "")
	case q.limit < 1 || q.limit > license.MaxCount:
		return bad("limit", fmt.Sprintf("The limit is %d, and must be at least 1.", q.limit), "")
	case q.CountBy != "" && q.CountBy != countMachines && q.CountBy != string(server.CountInstallations):
		return bad("count_by", "This is not a value of count_by.", "Use machine, the default, or installation.")
	case len(q.Order) > license.MaxText || len(q.Customer) > license.MaxText:
		return bad("too_long", fmt.Sprintf("The order or customer has more than %d bytes.", license.MaxText), "")
	case q.Transfers < 0 || q.Transfers > license.MaxCount:
		return bad("transfers", "The number of transfers is not valid.", "")
	}
	for _, span := range []int64{q.PeriodSeconds, q.LeaseSeconds, q.GraceSeconds} {
		if span < 0 || span > maxSpan {
			return bad("span", "A number of seconds is below zero, or more than a hundred years.", "")
		}
	}
	return nil
}

// numbers fills in count and limit. To say 0 is no way to leave them out.
func (q *creation) numbers() error {
	q.count, q.limit = max(len(q.Licenses), 1), 1
	var found rules.Findings
	if q.Count != nil {
		q.count = *q.Count
		found = append(found, rules.NotZero("count", int64(q.count), true, "leave it out for one serial number, or give how many")...)
	}
	if q.Limit != nil {
		q.limit = *q.Limit
		found = append(found, rules.NotZero("limit", q.limit, true, rightLimit)...)
	}
	return found.Err()
}

// rightLimit is what to give in place of a limit of 0.
const rightLimit = "leave it out for one machine, or give how many may have it activated; for as many as anybody has, give 1000000"

var errCannotSign = conflict("no_license_key", "This server has no licence key, so it cannot sign descriptions.",
	"Send documents that the back office has signed, or start the server with --license-key, on a well-protected machine.")

// A sold is the keys of one sale.
type sold struct{ serial, request license.Serial }

// draws is how often keys are drawn anew because one of them was sold already.
const draws = 10

// sell adds the sales; repeated says that they were sold under the same
// Idempotency-Key before.
func (a *API) sell(c *call, q *creation) (keys []sold, repeated bool, err error) {
	sign, err := a.signer(c, q)
	if err != nil {
		return nil, false, err
	}
	for n := range draws {
		if keys, err = a.draw(q); err != nil {
			return nil, false, err
		}
		if keys, repeated, err = a.remember(c, q, n, keys); err != nil || repeated {
			return keys, repeated, err
		}
		sales, err := q.sales(keys, sign)
		if err != nil {
			return nil, false, err
		}
		err = a.server.Sell(c.ctx, c.actor(), sales...)
		switch again := errors.Is(err, server.ErrExists) && (q.RequestKeys || len(q.Licenses) == 0); {
		case err == nil:
			return keys, false, nil
		case !again:
			return nil, false, refusal(err, bad)
		}
		// The keys were drawn by chance, or another call with the same
		// Idempotency-Key was faster.
		if repeated, err = a.wasSold(c.ctx, keys[0]); err != nil || repeated && c.repeats() {
			return keys, repeated, err
		}
	}
	return nil, false, server.ErrExists
}

// draw makes keys; of what is signed already, the serial number stands there.
func (a *API) draw(q *creation) ([]sold, error) {
	keys := make([]sold, q.count)
	for i := range keys {
		var err error
		if len(q.Licenses) > 0 {
			keys[i].serial, err = a.serialIn([]byte(q.Licenses[i]))
		} else {
			keys[i].serial, err = random(keyfmt.Serial)
		}
		if err == nil && q.RequestKeys {
			keys[i].request, err = random(keyfmt.Request)
		}
		if err != nil {
			return nil, at(err, "Licence", i, len(keys))
		}
	}
	return keys, nil
}

func random(kind keyfmt.Kind) (license.Serial, error) {
	key, err := keyfmt.Generate(kind, rand.Reader)
	if err != nil {
		return "", err
	}
	if kind == keyfmt.Request {
		return license.Serial(key.Payload()), nil
	}
	return license.Serial(key.Rows()[0]), nil
}

// serialIn returns the serial number of a signed licence, which has to be one
// that can be typed.
func (a *API) serialIn(document []byte) (license.Serial, error) {
	l, err := license.Open(document, a.keyring)
	if err != nil {
		return "", err
	}
	serial, err := serialOf(string(l.Serial))
	if err != nil || serial != l.Serial {
		return "", bad("serial", "The licence's serial number cannot be typed.", "Make serial numbers in the back office with keyfmt.Generate, or with \"latchkey issue\".")
	}
	return serial, nil
}

// signer returns what gives each sale its licence.
func (a *API) signer(c *call, q *creation) (func(i int, k sold) ([]byte, error), error) {
	if len(q.Licenses) > 0 {
		if err := a.checkSigned(c, q); err != nil {
			return nil, err
		}
		return func(i int, _ sold) ([]byte, error) { return []byte(q.Licenses[i]), nil }, nil
	}
	check := a.rules(q.overrides, true)
	l, err := a.describedLicense(c, check, q.Description, q.Scheme, a.listed.SchemeOf)
	if err != nil {
		return nil, err
	}
	if q.Pending {
		if err := makeProvisional(l); err != nil {
			return nil, err
		}
	}
	if err := c.found(append(check.License(l), q.trial(l)...)); err != nil {
		return nil, err
	}
	return func(_ int, k sold) ([]byte, error) { return a.sign(l, k.serial, a.second()) }, nil
}

// checkSigned holds licences that were signed elsewhere against the rules.
func (a *API) checkSigned(c *call, q *creation) error {
	check := a.rules(q.overrides, false)
	for i, text := range q.Licenses {
		l, err := license.Open([]byte(text), a.keyring)
		if err == nil {
			err = c.found(append(check.License(l), q.trial(l)...))
		}
		if err != nil {
			return at(err, "Licence", i, len(q.Licenses))
		}
	}
	return nil
}

// trial finds the mistake of a sale as a trial without an end.
func (q *creation) trial(l *license.License) rules.Findings {
	if !q.Trial {
		return nil
	}
	return rules.NoEndOfTrial(l)
}

// makeProvisional has a licence run for three calendar months from activation,
// unless its description says for how long.
func makeProvisional(l *license.License) error {
	if l.Kind != license.Full && l.Kind != license.Provisional {
		return bad("pending", "A licence of the kind "+string(l.Kind)+" is not a provisional one.", "Leave \"kind\" out of the description, or \"pending\" out of the call.")
	}
	l.Kind = license.Provisional
	if l.Window.Kind == license.Perpetual {
		l.Window = license.Term{Kind: license.FromActivation, Span: license.Span{Months: 3}}
	}
	return nil
}

// describedLicense returns the terms of a description, for any machine that
// activates or for one by a scheme: that of the call or of the description, or
// else the one that otherwise returns.
func (a *API) describedLicense(c *call, check *rules.Check, text []byte, scheme string, otherwise func([]license.Product) string) (*license.License, error) {
	t, err := c.named(check, text, false, nil)
	switch {
	case err != nil:
		return nil, err
	case t.Scheme != "" && scheme != "":
		return nil, bad("scheme", "Both the call and its description have a scheme.", "Leave one of them out.")
	}
	t.NeedsReceipt = true
	l, err := t.License()
	if err != nil {
		return nil, described(err)
	}
	if t.Scheme == "" {
		l.Binding, err = bindingOf(cmp.Or(scheme, otherwise(l.Products)))
	}
	return l, err
}

// bindingOf returns the binding of a licence to the machine that will activate
// it. A mistyped component would sell what no machine can activate.
func bindingOf(name string) (license.Binding, error) {
	b, err := description.AtActivation(name)
	if err != nil {
		return b, bad("scheme", "This is not a binding scheme with components that every product can read.",
			"Name a ready-made one, such as desktop, server or vm, or write a line such as board+cpu~+disk~/1. For a component of your own, send signed licences.")
	}
	return b, nil
}

// sign returns a licence for a serial number, with an id of its own.
func (a *API) sign(terms *license.License, serial license.Serial, issued time.Time) ([]byte, error) {
	own := *terms
	own.ID, own.Serial, own.Issued = newID("L"), serial, issued
	return a.issuer.License(&own)
}

// newID returns a random id.
func newID(prefix string) string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return prefix + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// sales returns what is to be sold.
func (q *creation) sales(keys []sold, sign func(int, sold) ([]byte, error)) ([]*server.Sale, error) {
	sales := make([]*server.Sale, len(keys))
	for i, k := range keys {
		document, err := sign(i, k)
		if err != nil {
			return nil, err
		}
		sales[i] = &server.Sale{
			Serial: k.serial, RequestKey: k.request, Product: q.Product, Order: q.Order, Customer: q.Customer, Contact: q.Contact,
			Limit: q.limit, CountBy: countBy(q.CountBy), Trial: q.Trial, Transfers: q.Transfers, License: document,
			Period: span(q.PeriodSeconds), Lease: span(q.LeaseSeconds), Grace: span(q.GraceSeconds),
		}
	}
	return sales, nil
}

// countMachines is how the API writes server.CountMachines.
const countMachines = "machine"

func countBy(name string) server.CountBy {
	if name == countMachines {
		return server.CountMachines
	}
	return server.CountBy(name)
}

func span(seconds int64) time.Duration { return time.Duration(seconds) * time.Second }
