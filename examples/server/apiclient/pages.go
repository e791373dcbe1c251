package apiclient

import (
	"context"
	"iter"
)

// A Search selects sales; an empty field selects all. The first three fields must be
// equal. Activation and License are ids, regardless of case. Licensee is the beginning
// of a licensee's name, company or e-mail address, or of a word in one of them; Label
// likewise of the label of a machine.
type Search struct {
	Product    string `json:"product,omitempty"`
	Order      string `json:"order,omitempty"`
	Customer   string `json:"customer,omitempty"`
	Activation string `json:"activation,omitempty"`
	License    string `json:"license,omitempty"`
	Licensee   string `json:"licensee,omitempty"`
	Label      string `json:"label,omitempty"`
	After      string `json:"after,omitempty"` // a serial number: those with greater ones
	Limit      int    `json:"limit,omitempty"` // of one page, at most 1000; 0 is 100
}

// A SalePage is one page of sales. Next is the After of the next page, "" on the
// last one.
type SalePage struct {
	Sales    []Sale    `json:"serials"`
	Next     string    `json:"next"`
	Warnings []Finding `json:"warnings"` // of Sell
}

// SearchPage returns one page of sales, in the order of their serial numbers.
func (c *Client) SearchPage(ctx context.Context, s Search) (*SalePage, error) {
	return post[SalePage](ctx, c, "serials/search", s)
}

// Search iterates over the selected sales, and loads one page at a time. It ends after
// the first error.
func (c *Client) Search(ctx context.Context, s Search) iter.Seq2[Sale, error] {
	return pages(func() ([]Sale, bool, error) {
		page, err := c.SearchPage(ctx, s)
		if err != nil {
			return nil, false, err
		}
		s.After = page.Next
		return page.Sales, page.Next != "", nil
	})
}

// A List selects a page of the activations or events of one sale.
type List[After any] struct {
	Serial string `json:"serial"`
	After  After  `json:"after,omitempty"` // Next of the page before
	Limit  int    `json:"limit,omitempty"` // of one page, at most 1000; 0 is 100
}

// An ActivationPage is one page of activations.
type ActivationPage struct {
	Activations []Activation `json:"activations"`
	Next        string       `json:"next"`
}

// ActivationsPage returns one page of a sale's machines, the former ones too.
func (c *Client) ActivationsPage(ctx context.Context, l List[string]) (*ActivationPage, error) {
	return post[ActivationPage](ctx, c, "serials/activations", l)
}

// Activations iterates over the machines of a sale, including former ones. It ends
// after the first error.
func (c *Client) Activations(ctx context.Context, serial string) iter.Seq2[Activation, error] {
	l := List[string]{Serial: serial}
	return pages(func() ([]Activation, bool, error) {
		page, err := c.ActivationsPage(ctx, l)
		if err != nil {
			return nil, false, err
		}
		l.After = page.Next
		return page.Activations, page.Next != "", nil
	})
}

// An EventPage is one page of a history.
type EventPage struct {
	Events []Event `json:"events"`
	Next   int64   `json:"next"`
}

// HistoryPage returns one page of a sale's history, in its order.
func (c *Client) HistoryPage(ctx context.Context, l List[int64]) (*EventPage, error) {
	return post[EventPage](ctx, c, "serials/history", l)
}

// History iterates over the history of a sale, in its order. It ends after the first
// error.
func (c *Client) History(ctx context.Context, serial string) iter.Seq2[Event, error] {
	l := List[int64]{Serial: serial}
	return pages(func() ([]Event, bool, error) {
		page, err := c.HistoryPage(ctx, l)
		if err != nil {
			return nil, false, err
		}
		l.After = page.Next
		return page.Events, page.Next != 0, nil
	})
}

// pages goes through pages until there is no more, or an error.
func pages[T any](next func() (page []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for more := true; more; {
			var page []T
			var err error
			if page, more, err = next(); err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range page {
				if !yield(one, nil) {
					return
				}
			}
		}
	}
}
