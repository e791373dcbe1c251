package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

// overrides are members of a call with which it sells what a rule refuses.
type overrides struct {
	NewNames bool `json:"new_names"` // names that the catalogue does not have
	Past     bool `json:"past"`      // what has ended already
}

// rules returns what a call's documents are held against. here is whether they
// are signed by this server.
func (a *API) rules(o overrides, here bool) *rules.Check {
	c := &rules.Check{
		Today: license.DateOf(a.now()), Catalogue: a.listed, NewNames: o.NewNames, PastMeant: o.Past, Words: rules.API,
	}
	if here && a.issuer != nil {
		for _, k := range a.keyring.Keys() {
			if k.Public == a.issuer.Public() {
				c.KeyEnd = k.End
			}
		}
	}
	return c
}

// found keeps the warnings of what the rules found for the answer, each once, and
// returns what they refuse.
func (c *call) found(f rules.Findings) error {
	for _, w := range f.Warnings() {
		if !c.warned[w] {
			if c.warned == nil {
				c.warned = map[rules.Finding]bool{}
			}
			c.warned[w] = true
			c.warnings = append(c.warnings, findingOf(w))
		}
	}
	return f.Err()
}

// usable refuses a description of a product without features, which the flags of
// commands cannot write either.
func usable(f rules.Findings) rules.Findings {
	for i := range f {
		if f[i].Code == rules.NoFeatures {
			f[i].Refused = true
		}
	}
	return f
}

// findingOf returns a finding in whole sentences.
func findingOf(f rules.Finding) rules.Finding {
	f.Text, f.Remedy = asSentence(f.Text), asSentence(f.Remedy)
	return f
}

func asSentence(text string) string {
	switch {
	case text == "":
		return ""
	case strings.HasSuffix(text, "?"):
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return capital(text)
}

// forbidden is the problem of a refusal: its code, text and remedy are those of
// the first finding.
func forbidden(r *rules.Refusal) *problem {
	p := &problem{status: http.StatusUnprocessableEntity}
	for _, f := range r.Findings {
		p.Findings = append(p.Findings, findingOf(f))
	}
	p.Code, p.Message, p.Remedy = string(p.Findings[0].Code), p.Findings[0].Text, p.Findings[0].Remedy
	if p.Remedy == "" && r.Findings[0].Code == rules.UnknownName {
		p.Remedy = "Name one that the catalogue lists."
	}
	return p
}

// named reads a description, refuses names in it that the catalogue does not
// have, and puts what editions are in their place.
func (c *call) named(check *rules.Check, text []byte, update bool, present *license.License) (*description.Terms, error) {
	t, err := description.Parse(text)
	if err != nil {
		return nil, described(err)
	}
	found, err := check.Names(t, update, present)
	if err != nil {
		return nil, described(err)
	}
	return t, c.found(found)
}

// refusedByRule returns the problem in an error of the rules, nil for others.
func refusedByRule(err error) *problem {
	var r *rules.Refusal
	if errors.As(err, &r) {
		return forbidden(r)
	}
	return nil
}
