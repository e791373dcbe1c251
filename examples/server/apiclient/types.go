package apiclient

import (
	"strings"
	"time"
)

// Status describes the server and the token.
type Status struct {
	Vendor         string `json:"vendor"`
	Version        string `json:"version"` // version of the server program
	Signs          bool   `json:"signs"`   // whether the server signs descriptions
	KeyringVersion int64  `json:"keyring_version"`
	Token          string `json:"token"` // its name
	Role           string `json:"role"`  // "read" or "desk"
}

// A Creation describes a sale. Set either Description or Licenses; the zero value of
// every other field is the default of the API.
type Creation struct {
	// IdempotencyKey identifies the call: repeated calls with the same key sell once.
	// If it is empty, Sell makes one.
	IdempotencyKey string `json:"-"`

	Count         int           `json:"count,omitempty"` // serial numbers; 0 is 1
	Order         string        `json:"order,omitempty"`
	Customer      string        `json:"customer,omitempty"`
	Contact       string        `json:"contact,omitempty"`
	Product       string        `json:"product,omitempty"`
	Limit         int64         `json:"limit,omitempty"`    // machines for each; 0 is 1
	CountBy       string        `json:"count_by,omitempty"` // "machine" or "installation"
	Trial         bool          `json:"trial,omitempty"`
	Transfers     int64         `json:"transfers,omitempty"`
	PeriodSeconds int64         `json:"period_seconds,omitempty"`
	LeaseSeconds  int64         `json:"lease_seconds,omitempty"`
	GraceSeconds  int64         `json:"grace_seconds,omitempty"`
	RequestKeys   bool          `json:"request_keys,omitempty"`
	Pending       bool          `json:"pending,omitempty"`
	Scheme        string        `json:"scheme,omitempty"`
	Description   *LicenseTerms `json:"description,omitempty"`
	Licenses      []string      `json:"licenses,omitempty"` // documents that were signed elsewhere
	Overrides
}

// Overrides allow sales that rules refuse otherwise.
type Overrides struct {
	NewNames bool `json:"new_names,omitempty"` // names that the vendor's catalogue does not have
	Past     bool `json:"past,omitempty"`      // dates that are over
}

// A Finding is a likely mistake that a rule found in a sale or an update: in a Problem
// it is the cause of the refusal, and in an answer a warning.
type Finding struct {
	Code   string `json:"code"`
	Field  string `json:"field"` // a path in the call: products/acme-cad/features/draw
	Text   string `json:"text"`
	Remedy string `json:"remedy"`
}

// String returns text and remedy.
func (f Finding) String() string { return strings.TrimSpace(f.Text + " " + f.Remedy) }

// Sold is the result of a Creation.
type Sold struct {
	Sales    []Sale
	Warnings []Finding
	Repeated bool // an earlier call with the same IdempotencyKey made the sale
}

// LicenseTerms describe a licence. The keys of products and features are their ids;
// limits, terms and maintenance are in the language of openapi.yaml, such as
// "until=2027-12-31,runs=100".
type LicenseTerms struct {
	Kind         string                    `json:"kind,omitempty"` // full, provisional, trial or test
	Licensee     *Licensee                 `json:"licensee,omitempty"`
	Contact      string                    `json:"contact,omitempty"`
	Renew        string                    `json:"renew,omitempty"`
	Window       string                    `json:"window,omitempty"`
	NeedsReceipt bool                      `json:"needs_receipt,omitempty"`
	Scheme       string                    `json:"scheme,omitempty"`
	Products     map[string]LicenseProduct `json:"products,omitempty"`
}

// A LicenseProduct describes one product of a licence.
type LicenseProduct struct {
	Edition     string            `json:"edition,omitempty"` // of the vendor's catalogue, which fills in the rest
	MaxVersion  string            `json:"max_version,omitempty"`
	Maintenance string            `json:"maintenance,omitempty"`
	Features    map[string]string `json:"features,omitempty"` // limits by id
}

// A Licensee is the person or company that a licence is for.
type Licensee struct {
	Name    string `json:"name,omitempty"`
	Company string `json:"company,omitempty"`
	Email   string `json:"email,omitempty"`
}

// UpdateTerms describe an update.
type UpdateTerms struct {
	Kind         string                   `json:"kind,omitempty"`
	Window       string                   `json:"window,omitempty"`
	Rewrite      bool                     `json:"rewrite,omitempty"`
	WholeLicense bool                     `json:"whole_license,omitempty"`
	ObtainFrom   string                   `json:"obtain_from,omitempty"` // dates as 2027-12-31
	ObtainUntil  string                   `json:"obtain_until,omitempty"`
	CRMID        string                   `json:"crm_id,omitempty"`
	Comment      string                   `json:"comment,omitempty"`
	Products     map[string]UpdateProduct `json:"products,omitempty"`
}

// An UpdateProduct describes the changes of one product.
type UpdateProduct struct {
	Edition     string            `json:"edition,omitempty"` // of the vendor's catalogue, in a rewrite
	MaxVersion  string            `json:"max_version,omitempty"`
	Maintenance string            `json:"maintenance,omitempty"`
	Scheme      string            `json:"scheme,omitempty"`
	Features    map[string]string `json:"features,omitempty"` // limits by id
}

// A Sale has the state of one serial number.
type Sale struct {
	Serial     string    `json:"serial"`
	RequestKey string    `json:"request_key"`
	Product    string    `json:"product"`
	Also       []string  `json:"also"`
	Order      string    `json:"order"`
	Customer   string    `json:"customer"`
	Contact    string    `json:"contact"`
	Created    time.Time `json:"created"`
	Actor      string    `json:"actor"`
	Version    int64     `json:"version"`

	CountBy     string `json:"count_by"`
	Limit       int64  `json:"limit"`
	Used        int64  `json:"used"`
	Trial       bool   `json:"trial"`
	Blocked     bool   `json:"blocked"`
	Cancelled   bool   `json:"cancelled"`
	PaymentHold bool   `json:"payment_hold"`
	Pending     bool   `json:"pending"`

	Transfers     int64       `json:"transfers"`
	PeriodSeconds int64       `json:"period_seconds"`
	GivenUp       []time.Time `json:"given_up"`
	LeaseSeconds  int64       `json:"lease_seconds"`
	GraceSeconds  int64       `json:"grace_seconds"`

	LicenseID string   `json:"license_id"`
	Licensee  Licensee `json:"licensee"`
	Revision  int64    `json:"revision"`
	Scheme    string   `json:"scheme"`
	Updates   []Update `json:"updates"`

	License     string    `json:"license"`     // the signed licence, if the call was for one sale
	Corrections []string  `json:"corrections"` // of a serial number that was mistyped
	Warnings    []Finding `json:"warnings"`    // of Release and Replace
}

// An Update is an update of a sale's licence.
type Update struct {
	ID          string `json:"id"`
	Sequence    int64  `json:"sequence"`
	Submitted   bool   `json:"submitted"` // else it is a draft
	ObtainFrom  string `json:"obtain_from"`
	ObtainUntil string `json:"obtain_until"`
	Document    string `json:"document"`
}

// A Preview has the changes of an update for a customer who applies it on Day and has
// used nothing yet.
type Preview struct {
	Day     string          `json:"day"`
	Changed bool            `json:"changed"`
	Changes []PreviewChange `json:"changes"`
}

// A PreviewChange is one change of an update.
type PreviewChange struct {
	Product string `json:"product"`
	Feature string `json:"feature"`
	Field   string `json:"field"`
	Old     string `json:"old"`
	New     string `json:"new"`
	Note    string `json:"note"`
	Text    string `json:"text"`
}

// An Activation is a machine on which a sale is or was activated.
type Activation struct {
	ID            string         `json:"id"`
	Label         string         `json:"label"` // the customer's label of the machine; personal data
	Active        bool           `json:"active"`
	First         time.Time      `json:"first"`
	Since         time.Time      `json:"since"`
	Ended         time.Time      `json:"ended"` // zero if it has not
	Changes       int64          `json:"changes"`
	Cloned        bool           `json:"cloned"`
	Installations []Installation `json:"installations"`
}

// An Installation is one local state on a machine.
type Installation struct {
	Seen     time.Time `json:"seen"`
	Version  string    `json:"version"`
	Cloned   bool      `json:"cloned"`
	Revision int64     `json:"revision"`
	Used     []Used    `json:"used"`
}

// Used is the usage of one feature.
type Used struct {
	Product  string    `json:"product"`
	Feature  string    `json:"feature"`
	Runs     int64     `json:"runs"`
	FirstUse time.Time `json:"first_use"`
}

// An Event is one line of a sale's history.
type Event struct {
	ID         int64     `json:"id"`
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"`
	Activation string    `json:"activation"`
	Actor      string    `json:"actor"` // a token's name, "" for an installation
	Detail     string    `json:"detail"`
}

// An Order is an order's status with its first thousand sales.
type Order struct {
	Number  string    `json:"number"`
	Status  string    `json:"status"` // placed, invoiced, done, cancelled; "" if it was given none
	Actor   string    `json:"actor"`
	Changed time.Time `json:"changed"`
	Sales   []Sale    `json:"serials"`
	Next    string    `json:"next"` // if there are more sales: Search.After
}
