package apiclient

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Sell makes serial numbers with their licences. It needs the role desk, like every
// call that changes something. It sends an IdempotencyKey, so that nothing is sold
// twice: if no answer comes or the database failed, Sell repeats the call a few times
// until ctx ends. To repeat it later, set the same key.
func (c *Client) Sell(ctx context.Context, s Creation) (*Sold, error) {
	if s.IdempotencyKey == "" {
		s.IdempotencyKey = rand.Text()
	}
	for attempt := 1; ; attempt++ {
		var page SalePage
		status, err := c.do(ctx, call{method: http.MethodPost, path: "serials", send: s, idempotency: s.IdempotencyKey}, &page)
		if err == nil {
			return &Sold{Sales: page.Sales, Warnings: page.Warnings, Repeated: status == http.StatusOK}, nil
		}
		if attempt == attempts || !again(err) || !wait(ctx, time.Duration(attempt)*pause) {
			return nil, err
		}
	}
}

const (
	attempts = 3
	pause    = 250 * time.Millisecond
)

// again reports whether a failed call should be repeated.
func again(err error) bool {
	var p *Problem
	return !errors.As(err, &p) || p.Status >= http.StatusInternalServerError && p.Code != "internal"
}

// wait reports whether there is time left after a pause.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// A one names a sale, or one object of it.
type one struct {
	Serial     string  `json:"serial,omitempty"`
	RequestKey string  `json:"request_key,omitempty"`
	Activation string  `json:"activation,omitempty"`
	ID         string  `json:"id,omitempty"`
	Label      *string `json:"label,omitempty"`
}

// Sale returns one sale with its licence.
func (c *Client) Sale(ctx context.Context, serial string) (*Sale, error) {
	return post[Sale](ctx, c, "serials/get", one{Serial: serial})
}

// SaleByRequestKey returns the sale of a request key with its licence.
func (c *Client) SaleByRequestKey(ctx context.Context, requestKey string) (*Sale, error) {
	return post[Sale](ctx, c, "request-keys/get", one{RequestKey: requestKey})
}

// A change is about up to a thousand sales.
type change struct {
	Serials []string `json:"serials"`
	Why     string   `json:"why,omitempty"`
	Limit   int64    `json:"limit,omitempty"`
}

// each changes sales, and returns them as they are then.
func (c *Client) each(ctx context.Context, path string, q change) ([]Sale, error) {
	page, err := post[SalePage](ctx, c, path, q)
	if err != nil {
		return nil, err
	}
	return page.Sales, nil
}

// Block blocks sales: they cannot be activated, and stop at the next check. The
// history records why, which may be empty, here and in the following calls.
func (c *Client) Block(ctx context.Context, why string, serials ...string) ([]Sale, error) {
	return c.each(ctx, "serials/block", change{Serials: serials, Why: why})
}

// Unblock ends a block.
func (c *Client) Unblock(ctx context.Context, why string, serials ...string) ([]Sale, error) {
	return c.each(ctx, "serials/unblock", change{Serials: serials, Why: why})
}

// Cancel blocks sales for good.
func (c *Client) Cancel(ctx context.Context, why string, serials ...string) ([]Sale, error) {
	return c.each(ctx, "serials/cancel", change{Serials: serials, Why: why})
}

// HoldPayment delivers nothing new until RecordPayment.
func (c *Client) HoldPayment(ctx context.Context, why string, serials ...string) ([]Sale, error) {
	return c.each(ctx, "serials/hold-payment", change{Serials: serials, Why: why})
}

// RecordPayment ends HoldPayment.
func (c *Client) RecordPayment(ctx context.Context, why string, serials ...string) ([]Sale, error) {
	return c.each(ctx, "serials/record-payment", change{Serials: serials, Why: why})
}

// SetLimit sets the number of machines that may activate each sale.
func (c *Client) SetLimit(ctx context.Context, limit int64, serials ...string) ([]Sale, error) {
	return c.each(ctx, "serials/limit", change{Serials: serials, Limit: limit})
}

// A Replacement is the next licence of a sale: a description, which the server signs,
// or a document that was signed elsewhere. Scheme is for a description; "" keeps the
// present binding scheme.
type Replacement struct {
	Description *LicenseTerms `json:"description,omitempty"`
	License     string        `json:"license,omitempty"`
	Scheme      string        `json:"scheme,omitempty"`
	Overrides
}

type replacement struct {
	one
	Replacement
}

// Release gives a provisional sale its final licence.
func (c *Client) Release(ctx context.Context, serial string, r Replacement) (*Sale, error) {
	return post[Sale](ctx, c, "serials/release", replacement{one{Serial: serial}, r})
}

// ReleaseByRequestKey is Release for the sale of a request key.
func (c *Client) ReleaseByRequestKey(ctx context.Context, requestKey string, r Replacement) (*Sale, error) {
	return post[Sale](ctx, c, "request-keys/release", replacement{one{RequestKey: requestKey}, r})
}

// Replace gives a sale another licence.
func (c *Client) Replace(ctx context.Context, serial string, r Replacement) (*Sale, error) {
	return post[Sale](ctx, c, "serials/replace", replacement{one{Serial: serial}, r})
}

// Free ends an activation for a customer whose machine is gone.
func (c *Client) Free(ctx context.Context, serial, activation string) (*Activation, error) {
	return post[Activation](ctx, c, "serials/free", one{Serial: serial, Activation: activation})
}

// ForgiveClone removes the mark of a cloned installation.
func (c *Client) ForgiveClone(ctx context.Context, serial, activation string) (*Activation, error) {
	return post[Activation](ctx, c, "serials/forgive-clone", one{Serial: serial, Activation: activation})
}

// SetLabel sets the label of an activation, or removes it with "".
func (c *Client) SetLabel(ctx context.Context, serial, activation, label string) (*Activation, error) {
	return post[Activation](ctx, c, "serials/label", one{Serial: serial, Activation: activation, Label: &label})
}

// Order returns an order with its first thousand sales.
func (c *Client) Order(ctx context.Context, number string) (*Order, error) {
	return c.order(ctx, call{method: http.MethodGet, path: "orders/" + url.PathEscape(number)})
}

// SetOrder sets the status of an order: placed, invoiced, done or cancelled, which
// cancels its sales.
func (c *Client) SetOrder(ctx context.Context, number, status string) (*Order, error) {
	send := struct {
		Status string `json:"status"`
	}{status}
	return c.order(ctx, call{method: http.MethodPut, path: "orders/" + url.PathEscape(number), send: send})
}

func (c *Client) order(ctx context.Context, q call) (*Order, error) {
	o := &Order{}
	if _, err := c.do(ctx, q, o); err != nil {
		return nil, err
	}
	return o, nil
}
