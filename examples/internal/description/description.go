// Package description makes licences and updates from descriptions in JSON, for
// the vendor's command and for the vendor API, so that both have the same language.
// A licence:
//
//	{
//	  "kind": "full",
//	  "licensee": {"name": "Ada Lovelace", "company": "Acme", "email": "ada@acme.example"},
//	  "needs_receipt": true,
//	  "scheme": "workstation",
//	  "products": {
//	    "acme-cad": {
//	      "max_version": "4",
//	      "maintenance": "until=2027-12-31,lapse=keep",
//	      "features": {"draw": "", "render": "until=2027-12-31,runs=100"}
//	    }
//	  }
//	}
//
// LimitsHelp and ChangeHelp describe the language of limits, Terms the members. A
// member that is null counts as absent; a feature that is null is refused.
//
// An error about a description is one sentence without a full stop, which names the
// member.
package description

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// Errors to which a caller can add a remedy.
var (
	ErrUpdate   = errors.New("this describes an update") // where a licence belongs
	ErrNoKind   = errors.New("a rewrite of the whole licence states its kind")
	ErrNoChange = errors.New("this update changes nothing")
	ErrNoDate   = errors.New("its last day is missing: until=2027-12-31, or in an update extend=12m")
	ErrNoLapse  = errors.New("what its end does is missing: lapse=keep lets covered versions run on, lapse=stop ends the product")
	ErrAddOn    = errors.New("an add-on update adds") // and does not set a number
)

// Terms describe a licence or an update. Strings are in the languages of this
// package, "" where the member is absent.
type Terms struct {
	Kind     string              `json:"kind"`   // default: full; in an update, unchanged
	Window   string              `json:"window"` // a term that limits every feature
	Products map[string]*Product `json:"products"`

	// Members of a licence.
	Licensee     Licensee `json:"licensee"`
	Contact      string   `json:"contact"`
	Renew        string   `json:"renew"`
	NeedsReceipt bool     `json:"needs_receipt"` // the licence counts only with a receipt of the activation server
	Scheme       string   `json:"scheme"`        // with NeedsReceipt: binds it to the machine that activates it

	// Members of an update.
	Rewrite      bool   `json:"rewrite"`
	WholeLicense bool   `json:"whole_license"`
	ObtainFrom   string `json:"obtain_from"`
	ObtainUntil  string `json:"obtain_until"`
	CRMID        string `json:"crm_id"`
	Comment      string `json:"comment"`
}

// A Licensee is the person or company that a licence is for.
type Licensee struct {
	Name    string `json:"name"`
	Company string `json:"company"`
	Email   string `json:"email"`
}

// A Product describes one product of a licence or an update.
type Product struct {
	Edition     string            `json:"edition"` // of the vendor's catalogue, which fills in the rest
	MaxVersion  string            `json:"max_version"`
	Maintenance string            `json:"maintenance"` // "until=2027-12-31,lapse=keep", "extend=12m"
	Scheme      string            `json:"scheme"`      // that the product needs; in updates
	Features    map[string]string `json:"features"`    // id to limits
}

// Parse reads a description in JSON, as Decode does.
func Parse(text []byte) (*Terms, error) {
	t := &Terms{}
	return t, Decode(text, t)
}

// License returns the licence that a description in JSON describes. The caller fills
// in id, serial number, vendor and time of issue. The error names the wrong member; a
// mistake that shows only in the licence as a whole is a *license.FieldError.
func License(text []byte) (*license.License, error) {
	t, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return t.License()
}

// Update returns the update that a description in JSON describes, for the current
// licence: with its vendor, its serial number and the next number. The caller fills
// in id and time of issue. Errors are those of License. Update does not check whether
// the update can be applied; license.Apply does.
func Update(text []byte, current *license.License) (*license.Update, error) {
	t, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return t.UpdateOf(current)
}

// UpdateOf is the function Update for a parsed description.
func (t *Terms) UpdateOf(current *license.License) (*license.Update, error) {
	u, err := t.Update(current)
	if err != nil {
		return nil, err
	}
	if err := checkTexts(member{"crm_id", u.CRMID}, member{"comment", u.Comment}); err != nil {
		return nil, err
	}
	u.Vendor, u.Serial, u.Sequence = current.Vendor, current.Serial, current.Revision+1
	whole := *u
	whole.ID, whole.Issued = "U-1", someTime
	if _, err := whole.Encode(); err != nil {
		return nil, UpdateError(err, u)
	}
	return u, nil
}

// someTime replaces the time of issue in a document that is only encoded for a check.
var someTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// CheckKind refuses a text that is not a kind of licence.
func CheckKind(k license.Kind) error {
	if k != license.Full && k != license.Provisional && k != license.Trial && k != license.Test {
		return fmt.Errorf("%q is not a kind of licence: use full, provisional, trial or test", string(k))
	}
	return nil
}

// window returns the term that limits every feature, nil for none.
func (t *Terms) window() (*license.Term, error) {
	if t.Window == "" {
		return nil, nil
	}
	term, err := ParseTerm(t.Window)
	if err != nil {
		return nil, fmt.Errorf("the window: %w", err)
	}
	return term, nil
}

// A member is a member with a text.
type member struct{ name, text string }

// checkTexts refuses texts that are too long for a document.
func checkTexts(members ...member) error {
	for _, m := range members {
		if len(m.text) > license.MaxText {
			return fmt.Errorf("%s has more than %d bytes", m.name, license.MaxText)
		}
	}
	return nil
}

// each calls do for every product, in the order of their ids.
func (t *Terms) each(do func(id string, p *Product) error) error {
	for _, id := range slices.Sorted(maps.Keys(t.Products)) {
		p := t.Products[id]
		if p == nil {
			p = &Product{}
		}
		if err := p.check(id); err != nil {
			return err
		}
		if err := do(id, p); err != nil {
			return err
		}
	}
	return nil
}

// check refuses ids that a document cannot have.
func (p *Product) check(id string) error {
	if p.Edition != "" {
		return fmt.Errorf("the edition %q of %s is not known: editions are in the vendor's catalogue, which is missing here", p.Edition, id)
	}
	if err := checkID(id, "id of a product"); err != nil {
		return fmt.Errorf("products: %w", err)
	}
	if p.MaxVersion == "" {
		return nil
	}
	if err := checkID(p.MaxVersion, "version"); err != nil {
		return fmt.Errorf("the max_version of %s: %w", id, err)
	}
	return nil
}

// CheckID refuses what cannot be the id of a licence or an update; "" is none.
func CheckID(id string) error {
	if id == "" {
		return nil
	}
	return checkID(id, "id")
}

// checkID refuses a text that is not an identifier.
func checkID(id, what string) error {
	switch {
	case license.IsID(id):
		return nil
	case len(id) > license.MaxID:
		return fmt.Errorf("this is not a valid %s: it has %d bytes, and at most %d are allowed", what, len(id), license.MaxID)
	}
	return fmt.Errorf("%q is not a valid %s: use 1 to %d letters, digits and . : _ - + @", id, what, license.MaxID)
}

// eachFeature reads the limits of every feature, in the order of their ids.
func (p *Product) eachFeature(product string, do func(id string, l limits) error) error {
	for _, id := range slices.Sorted(maps.Keys(p.Features)) {
		if err := checkID(id, "id of a feature"); err != nil {
			return fmt.Errorf("the features of %s: %w", product, err)
		}
		l, err := parseLimits(p.Features[id])
		if err == nil {
			err = do(id, l)
		}
		if err != nil {
			return fmt.Errorf("the feature %s of %s: %w", id, product, err)
		}
	}
	return nil
}
