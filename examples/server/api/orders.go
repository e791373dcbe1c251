package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

// The statuses of an order.
const (
	placed    = "placed"
	invoiced  = "invoiced"
	finished  = "done"
	cancelled = "cancelled"
)

// follows says which statuses may follow on one; "" is that of an order that has
// none yet.
var follows = map[string][]string{
	"":        {placed, invoiced, finished, cancelled},
	placed:    {invoiced, finished, cancelled},
	invoiced:  {finished, cancelled},
	finished:  {cancelled},
	cancelled: {},
}

type orderAnswer struct {
	Number  string     `json:"number"`
	Status  string     `json:"status,omitempty"` // of an order that was given one
	Actor   string     `json:"actor,omitempty"`
	Changed string     `json:"changed,omitempty"`
	Serials []saleView `json:"serials"`
	Next    string     `json:"next,omitempty"`
}

// orderStatus returns an order's status, "" for one that has none.
func (a *API) orderStatus(ctx context.Context, number string) (store.Order, error) {
	o, err := a.store.Order(ctx, number)
	if errors.Is(err, store.ErrUnknown) {
		return store.Order{Number: number}, nil
	}
	return o, trouble(err)
}

// order returns an order with the sales that name it.
func (a *API) order(c *call) (any, error) {
	number, err := orderNumber(c)
	if err != nil {
		return nil, err
	}
	return a.orderAnswer(c, number)
}

func orderNumber(c *call) (string, error) {
	number := c.request.PathValue("number")
	return number, checkText("number", number)
}

func (a *API) orderAnswer(c *call, number string) (any, error) {
	o, err := a.orderStatus(c.ctx, number)
	if err != nil {
		return nil, err
	}
	list, err := a.list(c, server.Filter{Order: number, Limit: maxPage})
	if err != nil {
		return nil, err
	}
	if o.Status == "" && len(list.Serials) == 0 {
		return nil, &problem{status: http.StatusNotFound, Code: "unknown", Message: "There is no such order.", Remedy: "Check its number."}
	}
	return orderAnswer{o.Number, o.Status, o.Actor, stamp(o.Changed), list.Serials, list.Next}, nil
}

// setOrder moves an order on. To cancel one cancels its sales.
func (a *API) setOrder(c *call) (any, error) {
	var q struct {
		Status string `json:"status"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	number, err := orderNumber(c)
	if err != nil {
		return nil, err
	}
	if _, known := follows[q.Status]; !known || q.Status == "" {
		return nil, bad("status", "This is not a status of an order.", "Use placed, invoiced, done or cancelled.")
	}
	if err := a.move(c, number, q.Status); err != nil {
		return nil, err
	}
	if q.Status == cancelled {
		if err := a.cancelOrder(c, number); err != nil {
			return nil, err
		}
	}
	return a.orderAnswer(c, number)
}

// move gives an order a status that may follow on the one that it has, or that
// it has already.
func (a *API) move(c *call, number, to string) error {
	o, err := a.orderStatus(c.ctx, number)
	if err != nil || o.Status == to {
		return err
	}
	if !slices.Contains(follows[o.Status], to) {
		remedy := "A cancelled order stays cancelled: place another one."
		if next := follows[o.Status]; len(next) > 0 {
			remedy = "It can become " + strings.Join(next, " or ") + "."
		}
		return conflict("order_status", "The order is "+o.Status+" and cannot become "+to+".", remedy)
	}
	err = a.store.SetOrder(c.ctx, o.Status, store.Order{Number: number, Status: to, Actor: c.actor(), Changed: a.now()})
	if errors.Is(err, store.ErrConflict) {
		return conflict("order_status", "Another call has just changed the order.", "Get the order again.")
	}
	return trouble(err)
}

// cancelOrder cancels all sales of an order.
func (a *API) cancelOrder(c *call, number string) error {
	f := server.Filter{Order: number, Limit: maxPage}
	for {
		sales, err := a.ledger.Sales(c.ctx, f)
		if err != nil {
			return trouble(err)
		}
		for _, s := range sales {
			if err := a.server.Cancel(c.ctx, c.actor(), s.Serial, "the order was cancelled"); err != nil {
				return err
			}
			f.After = s.Serial
		}
		if len(sales) < f.Limit {
			return nil
		}
	}
}

// orderOpen refuses sales of an order that has a status and is not done.
func (a *API) orderOpen(ctx context.Context, number string) error {
	if err := checkText("order", number); err != nil || number == "" {
		return err
	}
	o, err := a.orderStatus(ctx, number)
	if err != nil || o.Status == "" || o.Status == finished {
		return err
	}
	return conflict("order_status", "The order is "+o.Status+", and serial numbers can be made only when it is done.", "Set its status first.")
}

// cancelledMeanwhile cancels what was sold for an order that was cancelled at the
// same time.
func (a *API) cancelledMeanwhile(c *call, number string, keys []sold) error {
	if number == "" {
		return nil
	}
	o, err := a.orderStatus(c.ctx, number)
	if err != nil || o.Status != cancelled {
		return err
	}
	for _, k := range keys {
		if err := a.server.Cancel(c.ctx, c.actor(), k.serial, "the order was cancelled"); err != nil {
			return err
		}
	}
	return nil
}
