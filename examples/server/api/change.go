package api

import (
	"context"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// known reads a serial number that something was sold under.
func (a *API) known(c *call, text string) (license.Serial, error) {
	serial, err := serialOf(text)
	if err != nil {
		return "", err
	}
	return serial, a.look(c.ctx, server.Key{Serial: serial}, func(*server.Sale) error { return nil })
}

// each returns what changes every sale of a list alike. It is made sure of all
// of them before the first is changed, and to do it again does no harm.
func (a *API) each(change func(ctx context.Context, actor string, serial license.Serial, why string) error) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var q struct {
			Serials []string `json:"serials"`
			Why     string   `json:"why"`
		}
		if err := c.read(&q); err != nil {
			return nil, err
		}
		if err := checkText("why", q.Why); err != nil {
			return nil, err
		}
		return a.changeAll(c, q.Serials, func(serial license.Serial) error { return change(c.ctx, c.actor(), serial, q.Why) })
	}
}

// limit sets how many machines may have sales activated.
func (a *API) limit(c *call) (any, error) {
	var q struct {
		Serials []string `json:"serials"`
		Limit   *int64   `json:"limit"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	var limit int64
	if q.Limit != nil {
		limit = *q.Limit
	}
	if err := rules.NotZero("limit", limit, q.Limit != nil, "give how many machines may have it activated; for as many as anybody has, give 1000000").Err(); err != nil {
		return nil, err
	}
	if limit < 1 || limit > license.MaxCount {
		return nil, bad("limit", fmt.Sprintf("The limit is %d, and must be at least 1.", limit), "")
	}
	return a.changeAll(c, q.Serials, func(serial license.Serial) error {
		return a.server.SetLimit(c.ctx, c.actor(), serial, limit)
	})
}

// changeAll changes sales and returns them as they are then.
func (a *API) changeAll(c *call, texts []string, change func(license.Serial) error) (any, error) {
	serials, err := serialsOf(texts)
	if err != nil {
		return nil, err
	}
	for i, serial := range serials {
		if err := a.look(c.ctx, server.Key{Serial: serial}, func(*server.Sale) error { return nil }); err != nil {
			return nil, at(err, "Serial number", i, len(serials))
		}
	}
	answer := salesAnswer{Serials: []saleView{}}
	for i, serial := range serials {
		if err := change(serial); err != nil {
			return nil, done(at(refusal(err, conflict), "Serial number", i, len(serials)), i)
		}
		v, err := a.sale(c.ctx, server.Key{Serial: serial})
		if err != nil {
			return nil, done(err, i)
		}
		v.License = ""
		answer.Serials = append(answer.Serials, v)
	}
	return answer, nil
}

// done says how many were changed before a problem.
func done(err error, n int) error {
	if n == 0 {
		return err
	}
	p := *problemOf(err)
	p.Remedy = fmt.Sprintf("%d before it are done; the same call may be made again. %s", n, p.Remedy)
	return &p
}

// checkText refuses what does not belong into a line of the history.
func checkText(name, text string) error {
	if len(text) > license.MaxText || !utf8.ValidString(text) {
		return bad("too_long", fmt.Sprintf("%q is a text of at most %d bytes.", name, license.MaxText), "")
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return bad("control_character", fmt.Sprintf("%q is one line, without control characters.", name), "")
		}
	}
	return nil
}

// oneActivation returns what changes one machine's activation.
func (a *API) oneActivation(change func(ctx context.Context, actor string, serial license.Serial, activation string) error) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var q struct {
			Serial     string `json:"serial"`
			Activation string `json:"activation"`
		}
		if err := c.read(&q); err != nil {
			return nil, err
		}
		serial, err := a.known(c, q.Serial)
		if err != nil {
			return nil, err
		}
		if !license.IsID(q.Activation) {
			return nil, bad("activation", "This is not the id of an activation.", "\"serials/activations\" lists them.")
		}
		if err := change(c.ctx, c.actor(), serial, q.Activation); err != nil {
			return nil, refusal(err, conflict)
		}
		return a.activationAnswer(c, serial, q.Activation)
	}
}

// setLabel sets or removes the label of an activation.
func (a *API) setLabel(c *call) (any, error) {
	var q struct {
		Serial     string `json:"serial"`
		Activation string `json:"activation"`
		Label      string `json:"label"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	if q.Label != "" && !license.IsLabel(q.Label) {
		return nil, bad("label", fmt.Sprintf("A label is one line of at most %d bytes, without blanks at its ends.", license.MaxLabel), "")
	}
	serial, err := a.known(c, q.Serial)
	if err != nil {
		return nil, err
	}
	if err := a.server.SetLabel(c.ctx, c.actor(), serial, q.Activation, q.Label); err != nil {
		return nil, refusal(err, conflict)
	}
	return a.activationAnswer(c, serial, q.Activation)
}

// activationAnswer returns an activation as it is.
func (a *API) activationAnswer(c *call, serial license.Serial, id string) (any, error) {
	var v activationView
	err := a.ledger.Look(c.ctx, server.Key{Serial: serial, ID: id}, func(account *server.Account) error {
		for _, one := range account.Activations {
			v = viewActivation(one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// A replacement is what another licence is made of.
type replacement struct {
	terms
	Serial string `json:"serial"`
}

// release gives a provisional sale its final licence.
func (a *API) release(c *call) (any, error) { return a.anotherLicense(c, a.server.Release) }

// replace gives a sale another licence.
func (a *API) replace(c *call) (any, error) { return a.anotherLicense(c, a.server.Replace) }

type putLicense func(ctx context.Context, actor string, serial license.Serial, text []byte) error

func (a *API) anotherLicense(c *call, put putLicense) (any, error) {
	var q replacement
	if err := c.read(&q); err != nil {
		return nil, err
	}
	serial, err := serialOf(q.Serial)
	if err != nil {
		return nil, err
	}
	return a.putLicense(c, server.Key{Serial: serial}, q.terms, put)
}

// releaseByRequestKey is release for the sale of a request key.
func (a *API) releaseByRequestKey(c *call) (any, error) {
	var q struct {
		terms
		RequestKey string `json:"request_key"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	key, _, err := typed(q.RequestKey, keyfmt.Request)
	if err != nil {
		return nil, err
	}
	return a.putLicense(c, server.Key{RequestKey: key}, q.terms, a.server.Release)
}

func (a *API) putLicense(c *call, key server.Key, t terms, put putLicense) (any, error) {
	serial, document, err := a.nextLicense(c, key, t)
	if err != nil {
		return nil, err
	}
	if err := put(c.ctx, c.actor(), serial, document); err != nil {
		return nil, refusal(err, conflict)
	}
	v, err := a.sale(c.ctx, server.Key{Serial: serial})
	if err != nil {
		return nil, err
	}
	v.Warnings = c.warnings
	return v, nil
}

// nextLicense returns the document that a sale is to have. One that is signed
// here was issued a second later than the present one at least, and is bound as
// that is unless the call says otherwise.
func (a *API) nextLicense(c *call, key server.Key, t terms) (serial license.Serial, document []byte, err error) {
	var current []byte
	var scheme string
	err = a.look(c.ctx, key, func(s *server.Sale) error {
		serial, current, scheme = s.Serial, append(current, s.License...), s.Scheme
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	if err := t.check(a.issuer != nil); err != nil {
		return "", nil, err
	}
	check := a.rules(t.overrides, t.License == "")
	if t.License != "" {
		l, err := license.Open([]byte(t.License), a.keyring)
		if err == nil {
			err = c.found(check.License(l))
		}
		return serial, []byte(t.License), err
	}
	l, err := a.describedLicense(c, check, t.Description, t.Scheme, func([]license.Product) string { return scheme })
	if err != nil {
		return "", nil, err
	}
	if err := c.found(check.License(l)); err != nil {
		return "", nil, err
	}
	issued := a.second()
	if old, err := license.Open(current, a.keyring); err == nil {
		if least := old.Issued.Add(time.Second); issued.Before(least) {
			issued = least
		}
	}
	document, err = a.sign(l, serial, issued)
	return serial, document, err
}
