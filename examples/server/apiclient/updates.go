package apiclient

import "context"

// A NewUpdate is an update of a sale: a description, which the server signs, or a
// document that was signed elsewhere.
type NewUpdate struct {
	Description  *UpdateTerms `json:"description,omitempty"`
	Document     string       `json:"document,omitempty"`
	IncludeNotes bool         `json:"include_notes,omitempty"` // put CRMID and Comment into the customer's document
	Submit       bool         `json:"submit,omitempty"`        // else it is a draft
	Overrides
}

type newUpdate struct {
	one
	NewUpdate
}

// An AddedUpdate is an added update with its changes.
type AddedUpdate struct {
	Update   Update    `json:"update"`
	Preview  Preview   `json:"preview"`
	Warnings []Finding `json:"warnings"`
}

// AddUpdate adds an update, as a draft unless Submit is set. If no answer comes,
// AddUpdate does not repeat the call: check Updates first.
func (c *Client) AddUpdate(ctx context.Context, serial string, u NewUpdate) (*AddedUpdate, error) {
	return post[AddedUpdate](ctx, c, "updates", newUpdate{one{Serial: serial}, u})
}

// PreviewUpdate returns the changes of an update. It signs and stores nothing.
func (c *Client) PreviewUpdate(ctx context.Context, serial string, u NewUpdate) (*Preview, error) {
	answer, err := post[AddedUpdate](ctx, c, "updates/preview", newUpdate{one{Serial: serial}, u})
	if err != nil {
		return nil, err
	}
	return &answer.Preview, nil
}

type updates struct {
	Updates []Update `json:"updates"`
}

func (c *Client) updates(ctx context.Context, path string, q one) ([]Update, error) {
	list, err := post[updates](ctx, c, path, q)
	if err != nil {
		return nil, err
	}
	return list.Updates, nil
}

// Updates returns a sale's updates with their documents.
func (c *Client) Updates(ctx context.Context, serial string) ([]Update, error) {
	return c.updates(ctx, "updates/list", one{Serial: serial})
}

// SubmitUpdate submits a draft to customers, and returns the sale's updates.
func (c *Client) SubmitUpdate(ctx context.Context, serial, id string) ([]Update, error) {
	return c.updates(ctx, "updates/submit", one{Serial: serial, ID: id})
}

// WithdrawUpdate withdraws a draft, which must be the last update, and returns the
// remaining updates.
func (c *Client) WithdrawUpdate(ctx context.Context, serial, id string) ([]Update, error) {
	return c.updates(ctx, "updates/withdraw", one{Serial: serial, ID: id})
}
