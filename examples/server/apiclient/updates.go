package apiclient

import "context"

// A NewUpdate is an update of a sale: a description to be signed by the server,
// or a document that was signed elsewhere.
type NewUpdate struct {
	Description  *UpdateTerms `json:"description,omitempty"`
	Document     string       `json:"document,omitempty"`
	IncludeNotes bool         `json:"include_notes,omitempty"` // have CRMID and Comment stand in the customer's document
	Submit       bool         `json:"submit,omitempty"`        // else it is a draft
	Overrides
}

type newUpdate struct {
	one
	NewUpdate
}

// An AddedUpdate is an update that was added, with what it does.
type AddedUpdate struct {
	Update   Update    `json:"update"`
	Preview  Preview   `json:"preview"`
	Warnings []Finding `json:"warnings"`
}

// AddUpdate adds an update, as a draft unless it is submitted at once. It is not
// made again by itself where no answer comes: look at Updates first.
func (c *Client) AddUpdate(ctx context.Context, serial string, u NewUpdate) (*AddedUpdate, error) {
	return post[AddedUpdate](ctx, c, "updates", newUpdate{one{Serial: serial}, u})
}

// PreviewUpdate says what an update would do. Nothing is signed or kept.
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

// SubmitUpdate has customers get a draft, and returns the sale's updates.
func (c *Client) SubmitUpdate(ctx context.Context, serial, id string) ([]Update, error) {
	return c.updates(ctx, "updates/submit", one{Serial: serial, ID: id})
}

// WithdrawUpdate takes away a draft, the last one only, and returns those that
// are left.
func (c *Client) WithdrawUpdate(ctx context.Context, serial, id string) ([]Update, error) {
	return c.updates(ctx, "updates/withdraw", one{Serial: serial, ID: id})
}
