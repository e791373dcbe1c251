// Package rules finds likely mistakes in documents before they are signed or sold.
// The same rules apply to the vendor's command and the vendor API, to described
// documents and to documents that were signed elsewhere.
//
// A finding refuses or warns. Rules check the documents of package license,
// regardless of their source. Only Names checks a description, before it becomes a
// document, so that an unknown product is not reported as another mistake.
package rules

import (
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/license"
)

// A Code names a rule.
type Code string

// The rules.
const (
	UnknownName   Code = "unknown_name"   // a product, feature or edition that the catalogue does not list; refused
	LimitUnlisted Code = "limit_unlisted" // a limit that the catalogue does not list for a feature; refused
	Past          Code = "past"           // a term, window or maintenance that is over; refused, in a rewrite a warning
	ObtainingPast Code = "obtaining_over" // an update whose last day for applying it is over; refused
	KeyEnded      Code = "key_ended"      // the last day of the signing key, or of one for a keyring, is over; refused
	KeyEndsSoon   Code = "key_ends_soon"  // the signing key's last day is near; a warning
	Zero          Code = "zero"           // 0 where a number is from 1; refused
	NotEnforced   Code = "not_enforced"   // seats or concurrent use, which nothing enforces yet; a warning
	NoEffect      Code = "no_effect"      // an update that changes nothing; refused
	NumberTaken   Code = "number_taken"   // an update or revision whose number was issued before; refused
	IDTaken       Code = "id_taken"       // an id that was issued before; refused
	SerialKnown   Code = "serial_known"   // another licence for a serial number; a warning
	SameKey       Code = "same_key"       // a typed key that was made before; a warning
	BadVersion    Code = "version"        // a highest version that is not a version; refused
	BadLink       Code = "link"           // a renewal link that is not a link; refused
	BadEmail      Code = "email"          // a licensee's e-mail address that is malformed; a warning
	BadContact    Code = "contact"        // a contact without an address, a telephone number or a link; a warning
	NoEnd         Code = "no_end"         // a trial or provisional licence without an end; a warning
	NoFeatures    Code = "no_features"    // a product without a feature; a warning
	OtherEdition  Code = "other_edition"  // the signed edition differs from that of the catalogue; a warning
)

// All are the codes of all rules.
var All = []Code{
	UnknownName, LimitUnlisted, Past, ObtainingPast, KeyEnded, KeyEndsSoon, Zero, NotEnforced, NoEffect, NumberTaken,
	IDTaken, SerialKnown, SameKey, BadVersion, BadLink, BadEmail, BadContact, NoEnd, NoFeatures, OtherEdition,
}

// A Finding is one mistake. Text and Remedy are sentences without a capital and a
// full stop.
type Finding struct {
	Code    Code   `json:"code"`
	Field   string `json:"field"` // as a path in a description: products/acme-cad/features/draw
	Text    string `json:"text"`
	Remedy  string `json:"remedy,omitempty"` // "" where Text says what to do
	Refused bool   `json:"-"`
}

// String returns the text with the remedy.
func (f Finding) String() string {
	switch {
	case f.Remedy == "":
		return f.Text
	case strings.HasSuffix(f.Text, "?"):
		return f.Text + " " + f.Remedy
	}
	return f.Text + ": " + f.Remedy
}

// Findings are what the rules found.
type Findings []Finding

// Err returns the findings that refuse as a *Refusal, nil where there are none.
func (f Findings) Err() error {
	refused := f.only(true)
	if len(refused) == 0 {
		return nil
	}
	return &Refusal{refused}
}

// Warnings returns the findings that only warn.
func (f Findings) Warnings() Findings { return f.only(false) }

func (f Findings) only(refused bool) (some Findings) {
	for _, one := range f {
		if one.Refused == refused {
			some = append(some, one)
		}
	}
	return some
}

// A Refusal is the error of refused findings.
type Refusal struct{ Findings Findings }

// Error returns one line for each finding.
func (r *Refusal) Error() string {
	lines := make([]string, len(r.Findings))
	for i, f := range r.Findings {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Words are the remedies of a caller: flags of a command, or members of an API call.
type Words struct {
	NewName   string // allows a name that is not in the catalogue
	Catalogue string // makes a catalogue if there is none
	Editions  string // makes a catalogue if there is none and an edition is named
	Past      string // allows dates that are over
	Again     string // allows a number or an id that was issued before
	Applied   string // names the documents that were issued before
}

// Command has the remedies of the vendor's command.
var Command = Words{
	NewName:   "use --new-name if the name is new",
	Catalogue: `make one with "latchkey catalogue --new PRODUCT --feature FEATURE", or use --new-name if the name is new`,
	Editions:  `make one with "latchkey catalogue --new PRODUCT --feature FEATURE", and add the edition there`,
	Past:      "correct the date, or use --past if it is intended",
	Again:     "choose another one, or use --again to issue it once more",
	Applied:   "name the newest licence file with --license and each later update with --applied, or use --again to issue the number once more",
}

// API has the remedies of the vendor API.
var API = Words{
	NewName:   `send "new_names": true if the name is new`,
	Catalogue: `start the server with --catalogue catalogue.json, which "latchkey catalogue --new" makes, or send "new_names": true if the name is new`,
	Editions:  `start the server with --catalogue catalogue.json, which "latchkey catalogue --new" makes`,
	Past:      `correct the date, or send "past": true if it is intended`,
	Again:     "choose another one",
	Applied:   "list the updates of the serial number, and number this one after the last",
}

// A Check has the settings of the rules.
type Check struct {
	Today     license.Date
	Catalogue *catalogue.Catalogue // nil: there is none, and every name is unknown
	NewNames  bool                 // names need not be in the catalogue
	PastMeant bool                 // dates that are over are allowed
	KeyEnd    license.Date         // last day of the signing key, 0 for documents that were signed elsewhere
	Words     Words
}

// refuse and warn make findings.
func refuse(code Code, field, text, remedy string) Finding {
	return Finding{Code: code, Field: field, Text: text, Remedy: remedy, Refused: true}
}

func warn(code Code, field, text, remedy string) Finding {
	return Finding{Code: code, Field: field, Text: text, Remedy: remedy}
}
