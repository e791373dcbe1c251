// Package description makes licences and updates from descriptions in JSON, for
// the vendor's command line and for the vendor API, so that both understand the
// same. A licence:
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
// LimitsHelp and ChangeHelp have the language of limits, Terms the members. A
// member that is null is taken as one that says nothing, but
// for a feature, which is refused then.
//
// What is wrong with a description is said in one sentence without a full stop,
// which names the member or what it is about.
package description

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// Errors to which a caller can add what to do about them where its descriptions
// come from.
var (
	ErrUpdate   = errors.New("this describes an update") // where a licence belongs
	ErrNoKind   = errors.New("a rewrite of the whole licence states its kind")
	ErrNoChange = errors.New("this update changes nothing")
	ErrAddOn    = errors.New("an add-on update adds") // and does not set a number
)

// Terms say what a licence grants, or what an update does. Strings are in the
// languages of this package, "" where nothing is said.
type Terms struct {
	Kind     string              `json:"kind"`   // full unless said; in an update, as it is
	Window   string              `json:"window"` // a term that caps every feature
	Products map[string]*Product `json:"products"`

	// Of a licence.
	Licensee     Licensee `json:"licensee"`
	Contact      string   `json:"contact"`
	Renew        string   `json:"renew"`
	NeedsReceipt bool     `json:"needs_receipt"` // it counts only with one of the activation server
	Scheme       string   `json:"scheme"`        // with NeedsReceipt: binds it to the machine that activates it

	// Of an update.
	Rewrite      bool   `json:"rewrite"`
	WholeLicense bool   `json:"whole_license"`
	ObtainFrom   string `json:"obtain_from"`
	ObtainUntil  string `json:"obtain_until"`
	CRMID        string `json:"crm_id"`
	Comment      string `json:"comment"`
}

// A Licensee is who a licence is for.
type Licensee struct {
	Name    string `json:"name"`
	Company string `json:"company"`
	Email   string `json:"email"`
}

// A Product is what is said of one product.
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

// License returns the licence that a description in JSON says. Its head is for
// the caller to fill in: id, serial number, vendor and time of issue. The error
// says what is wrong with the description; where that is only found in the
// licence as a whole, it is a *license.FieldError.
func License(text []byte) (*license.License, error) {
	t, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return t.License()
}

// Update returns the update that a description in JSON says, for a licence as it
// is now: with its vendor, its serial number and the next number. Id and time of
// issue are for the caller to fill in. Errors are those of License; whether the
// update can be applied, license.Apply says.
func Update(text []byte, current *license.License) (*license.Update, error) {
	t, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return t.UpdateOf(current)
}

// UpdateOf is the function Update for a description that was read.
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

// someTime stands in for a time of issue where a document is only tried.
var someTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// CheckKind refuses what is no kind of licence.
func CheckKind(k license.Kind) error {
	if k != license.Full && k != license.Provisional && k != license.Trial && k != license.Test {
		return fmt.Errorf("%q is no kind of licence: it is full, provisional, trial or test", string(k))
	}
	return nil
}

// window returns the term that caps every feature, nil for none.
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

// A member is one that has a text.
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
		return fmt.Errorf("the edition %q of %s is not known: editions are in the vendor's catalogue, and there is none here", p.Edition, id)
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

// checkID refuses what is no identifier.
func checkID(id, what string) error {
	switch {
	case license.IsID(id):
		return nil
	case len(id) > license.MaxID:
		return fmt.Errorf("this is no %s: it has %d bytes, and %d at most are allowed", what, len(id), license.MaxID)
	}
	return fmt.Errorf("%q is no %s: it has 1 to %d letters, digits and . : _ - + @", id, what, license.MaxID)
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
