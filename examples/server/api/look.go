package api

import (
	_ "embed"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/keyfmt"
)

//go:embed openapi.yaml
var document []byte

// maxPage is how many of anything one answer has at most.
const maxPage = 1000

// page returns how many are asked for; 100 unless they say.
func page(limit int) (int, error) {
	switch {
	case limit == 0:
		return 100, nil
	case limit < 0 || limit > maxPage:
		return 0, bad("limit", "A page has 1 to 1000 items.", "")
	}
	return limit, nil
}

type statusAnswer struct {
	Vendor  string `json:"vendor"`
	Version string `json:"version"`
	Signs   bool   `json:"signs"`
	Keyring int64  `json:"keyring_version"`
	Token   string `json:"token"`
	Role    string `json:"role"`
}

// status says what the server is, and who asks.
func (a *API) status(c *call) (any, error) {
	return statusAnswer{
		Vendor: a.keyring.Vendor(), Version: a.version, Signs: a.issuer != nil, Keyring: a.keyring.Version(),
		Token: c.token.Name, Role: string(c.token.Role),
	}, nil
}

func (a *API) openAPI(*call) (any, error) { return raw{"application/yaml", document}, nil }

// linkset has, as RFC 9264 writes it, the API and its document.
const linkset = `{"linkset":[{"anchor":"` + Prefix + `","service-desc":[{"href":"` + Prefix + `openapi.yaml","type":"application/yaml"}]}]}
`

func (a *API) catalog(*call) (any, error) {
	return raw{`application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"`, []byte(linkset)}, nil
}

// search lists sales.
func (a *API) search(c *call) (any, error) {
	var q struct {
		Product    string `json:"product"`
		Order      string `json:"order"`
		Customer   string `json:"customer"`
		Activation string `json:"activation"`
		License    string `json:"license"`
		Licensee   string `json:"licensee"`
		Label      string `json:"label"`
		After      string `json:"after"`
		Limit      int    `json:"limit"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	f := server.Filter{
		Product: q.Product, Order: q.Order, Customer: q.Customer,
		Activation: q.Activation, License: q.License, Licensee: q.Licensee, Label: q.Label,
	}
	err := checkSearches(f)
	if err != nil {
		return nil, err
	}
	if f.Limit, err = page(q.Limit); err != nil {
		return nil, err
	}
	if q.After != "" {
		if f.After, err = serialOf(q.After); err != nil {
			return nil, err
		}
	}
	return a.list(c, f)
}

// checkSearches refuses a search for nothing that could be found.
func checkSearches(f server.Filter) error {
	for _, s := range f.Searches() {
		if s.From == "" {
			return bad("search", "A search text has only blanks or control characters.", "Leave out the fields that you do not search for.")
		}
	}
	return nil
}

// list returns a page of sales; next is where the one after it begins.
func (a *API) list(c *call, f server.Filter) (answer salesAnswer, err error) {
	limit := f.Limit
	f.Limit++
	sales, err := a.ledger.Sales(c.ctx, f)
	if err != nil {
		return answer, trouble(err)
	}
	answer.Serials = []saleView{}
	for i, s := range sales {
		if i == limit {
			answer.Next = answer.Serials[i-1].Serial
			break
		}
		answer.Serials = append(answer.Serials, viewSale(s))
	}
	return answer, nil
}

// get returns one sale.
func (a *API) get(c *call) (any, error) {
	var q struct {
		Serial string `json:"serial"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	serial, corrections, err := typed(q.Serial, keyfmt.Serial)
	if err != nil {
		return nil, err
	}
	v, err := a.sale(c.ctx, server.Key{Serial: serial})
	if err != nil {
		return nil, err
	}
	v.Corrections = corrections
	return v, nil
}

// getByRequestKey returns the sale of a request key.
func (a *API) getByRequestKey(c *call) (any, error) {
	var q struct {
		RequestKey string `json:"request_key"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	key, _, err := typed(q.RequestKey, keyfmt.Request)
	if err != nil {
		return nil, err
	}
	v, err := a.sale(c.ctx, server.Key{RequestKey: key})
	if err != nil {
		return nil, err
	}
	return v, nil
}

type activationsAnswer struct {
	Activations []activationView `json:"activations"`
	Next        string           `json:"next,omitempty"`
}

// activations lists the machines of a sale, the former ones too.
func (a *API) activations(c *call) (any, error) {
	var q struct {
		Serial string `json:"serial"`
		After  string `json:"after"`
		Limit  int    `json:"limit"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	limit, err := page(q.Limit)
	if err != nil {
		return nil, err
	}
	s, err := a.known(c, q.Serial)
	if err != nil {
		return nil, err
	}
	list, err := a.ledger.Activations(c.ctx, s, q.After, limit+1)
	if err != nil {
		return nil, trouble(err)
	}
	answer := activationsAnswer{Activations: []activationView{}}
	for i, one := range list {
		if i == limit {
			answer.Next = list[i-1].ID
			break
		}
		answer.Activations = append(answer.Activations, viewActivation(one))
	}
	return answer, nil
}

type historyAnswer struct {
	Events []eventView `json:"events"`
	Next   int64       `json:"next,omitempty"`
}

// history lists what happened with a sale.
func (a *API) history(c *call) (any, error) {
	var q struct {
		Serial string `json:"serial"`
		After  int64  `json:"after"`
		Limit  int    `json:"limit"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	limit, err := page(q.Limit)
	if err != nil {
		return nil, err
	}
	s, err := a.known(c, q.Serial)
	if err != nil {
		return nil, err
	}
	events, err := a.ledger.History(c.ctx, s, q.After, limit+1)
	if err != nil {
		return nil, trouble(err)
	}
	answer := historyAnswer{Events: []eventView{}}
	for i, e := range events {
		if i == limit {
			answer.Next = events[i-1].ID
			break
		}
		answer.Events = append(answer.Events, viewEvent(e))
	}
	return answer, nil
}
