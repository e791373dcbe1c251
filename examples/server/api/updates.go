package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

// An updateCall is what POST /updates takes.
type updateCall struct {
	overrides
	Serial       string          `json:"serial"`
	Document     string          `json:"document"`
	Description  json.RawMessage `json:"description"`
	IncludeNotes bool            `json:"include_notes"`
	Submit       bool            `json:"submit"`
}

func (q *updateCall) check() error {
	if (q.Document != "") == (len(q.Description) > 0) {
		return bad("terms", "The update is missing or given twice.", "Send either \"description\", to be signed here, or a \"document\" that the back office has signed.")
	}
	return nil
}

type updateAnswer struct {
	Update   updateView     `json:"update"`
	Preview  previewView    `json:"preview"`
	Warnings rules.Findings `json:"warnings,omitempty"`
}

type previewAnswer struct {
	Preview  previewView    `json:"preview"`
	Warnings rules.Findings `json:"warnings,omitempty"`
}

// A previewView says what an update does for a customer who applies it on the
// first day that they can, and has used nothing yet.
type previewView struct {
	Day     string       `json:"day"`
	Changed bool         `json:"changed"`
	Changes []changeView `json:"changes"`
}

type changeView struct {
	Product string `json:"product"`
	Feature string `json:"feature,omitempty"`
	Field   string `json:"field,omitempty"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	Note    string `json:"note"`
	Text    string `json:"text"`
}

// addUpdate adds an update, as a draft unless it is to be submitted.
func (a *API) addUpdate(c *call) (any, error) {
	var q updateCall
	u, preview, err := a.planned(c, &q, true)
	if err != nil {
		return nil, err
	}
	document := []byte(q.Document)
	if q.Document == "" {
		if a.issuer == nil {
			return nil, errCannotSign
		}
		if document, err = a.issuer.Update(u); err != nil {
			return nil, err
		}
	}
	added, err := a.server.AddUpdate(c.ctx, c.actor(), u.Serial, document, q.Submit)
	if err != nil {
		return nil, refusal(err, conflict)
	}
	c.status = http.StatusCreated
	return updateAnswer{viewUpdate(added), preview, c.warnings}, nil
}

// previewUpdate says what an update would do, and keeps nothing.
func (a *API) previewUpdate(c *call) (any, error) {
	var q updateCall
	_, preview, err := a.planned(c, &q, false)
	if err != nil {
		return nil, err
	}
	return previewAnswer{preview, c.warnings}, nil
}

// planned reads an update and tries it on what the customer will have by then:
// what could not be applied is refused here and not at the customer's. keep is
// whether it will be added, and then it must have an effect.
func (a *API) planned(c *call, q *updateCall, keep bool) (*license.Update, previewView, error) {
	if err := c.read(q); err != nil {
		return nil, previewView{}, err
	}
	if err := q.check(); err != nil {
		return nil, previewView{}, err
	}
	serial, err := serialOf(q.Serial)
	if err != nil {
		return nil, previewView{}, err
	}
	current, err := a.current(c, serial)
	if err != nil {
		return nil, previewView{}, err
	}
	check := a.rules(q.overrides, q.Document == "")
	u, err := a.update(c, check, q, current)
	if err != nil {
		return nil, previewView{}, err
	}
	day := max(license.DateOf(a.now()), u.Obtain.From)
	_, diff, err := license.Apply(current, u, day.Start(), license.Usage{})
	if err != nil {
		return nil, previewView{}, err
	}
	preview := viewPreview(day, diff)
	if !keep {
		diff = nil
	}
	return u, preview, c.found(check.Update(u, current, diff))
}

// update returns the update that a call is about.
func (a *API) update(c *call, check *rules.Check, q *updateCall, current *license.License) (*license.Update, error) {
	if q.Document != "" {
		return license.OpenUpdate([]byte(q.Document), a.keyring)
	}
	t, err := c.named(check, q.Description, true, current)
	if err != nil {
		return nil, err
	}
	u, err := t.UpdateOf(current)
	switch {
	case err != nil:
		return nil, described(err)
	case !q.IncludeNotes && (u.CRMID != "" || u.Comment != ""):
		return nil, bad("description", "The description has a crm_id or a comment, which the server does not store.", "Leave it out, or put it into the customer's document: \"include_notes\": true.")
	}
	u.ID, u.Issued = newID("U"), a.second()
	return u, nil
}

// current returns a sale's licence with all its updates, drafts too, each
// applied on the first day that it could be.
func (a *API) current(c *call, serial license.Serial) (*license.License, error) {
	var text []byte
	var updates []server.Update
	err := a.look(c.ctx, server.Key{Serial: serial}, func(s *server.Sale) error {
		text = slices.Clone(s.License)
		updates = slices.Clone(s.Updates)
		for i := range updates {
			updates[i].Text = slices.Clone(updates[i].Text)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l, err := license.Open(text, a.keyring)
	if err != nil {
		return nil, err
	}
	for _, u := range updates {
		if u.Sequence > l.Revision {
			if l, err = a.apply(l, u.Text); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

func (a *API) apply(l *license.License, text []byte) (*license.License, error) {
	u, err := license.OpenUpdate(text, a.keyring)
	if err != nil {
		return nil, err
	}
	l, _, err = license.Apply(l, u, firstDay(u, u.Issued), license.Usage{})
	return l, err
}

// firstDay is when an update could be applied first.
func firstDay(u *license.Update, from time.Time) time.Time {
	return max(license.DateOf(from), u.Obtain.From).Start()
}

func viewPreview(day license.Date, diff *license.Diff) previewView {
	v := previewView{Day: day.String(), Changed: diff.Changed(), Changes: []changeView{}}
	for _, c := range diff.Changes {
		v.Changes = append(v.Changes, changeView{c.Product, c.Feature, c.Field, c.Old, c.New, string(c.Note), c.String()})
	}
	for _, ref := range diff.Reset {
		v.Changes = append(v.Changes, changeView{
			Product: ref.Product, Feature: ref.Feature, Field: "usage", Note: string(license.Changed),
			Text: ref.Product + "/" + ref.Feature + " usage: starts anew",
		})
	}
	return v
}

type updatesAnswer struct {
	Updates []updateView `json:"updates"`
}

// listUpdates lists a sale's updates with their documents.
func (a *API) listUpdates(c *call) (any, error) {
	var q struct {
		Serial string `json:"serial"`
	}
	if err := c.read(&q); err != nil {
		return nil, err
	}
	serial, err := serialOf(q.Serial)
	if err != nil {
		return nil, err
	}
	return a.updates(c, serial)
}

func (a *API) updates(c *call, serial license.Serial) (any, error) {
	answer := updatesAnswer{Updates: []updateView{}}
	err := a.look(c.ctx, server.Key{Serial: serial}, func(s *server.Sale) error {
		answer.Updates = answer.Updates[:0]
		for _, u := range s.Updates {
			v := viewUpdate(u)
			v.Document = string(u.Text)
			answer.Updates = append(answer.Updates, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// oneUpdate returns what changes one update; it answers with what is there then.
func (a *API) oneUpdate(change func(ctx context.Context, actor string, serial license.Serial, id string) error) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var q struct {
			Serial string `json:"serial"`
			ID     string `json:"id"`
		}
		if err := c.read(&q); err != nil {
			return nil, err
		}
		serial, err := a.known(c, q.Serial)
		if err != nil {
			return nil, err
		}
		if err := change(c.ctx, c.actor(), serial, q.ID); err != nil {
			return nil, refusal(err, conflict)
		}
		return a.updates(c, serial)
	}
}
