// Package rules finds mistakes in what is about to be signed and sold. There is
// one set of rules for every way in: the vendor's commands, the vendor API, what
// is described and what was signed elsewhere.
//
// A finding refuses or warns. Rules work on the documents of package license, so
// that it makes no difference where these came from; Names alone works on a
// description, before it is turned into a document, so that an unknown product is
// not reported as something else.
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
	Past          Code = "past"           // a term, window or maintenance that is over; refused, but in a rewrite warned of
	ObtainingPast Code = "obtaining_over" // an update that nobody can apply any more; refused
	KeyEnded      Code = "key_ended"      // the last day of the signing key, or of one for a keyring, is over; refused
	KeyEndsSoon   Code = "key_ends_soon"  // the signing key's last day is near; warned of
	Zero          Code = "zero"           // 0 where a number is from 1; refused
	NotEnforced   Code = "not_enforced"   // seats or concurrent use, which nothing counts yet; warned of
	NoEffect      Code = "no_effect"      // an update that changes nothing; refused
	NumberTaken   Code = "number_taken"   // an update or revision whose number was issued before; refused
	NumberGap     Code = "number_gap"     // an update whose number is not the next one; refused, but warned of where it fills a gap
	IDTaken       Code = "id_taken"       // an id that was issued before; refused
	SerialKnown   Code = "serial_known"   // another licence for a serial number; warned of
	SameKey       Code = "same_key"       // a typed key that was made before; warned of
	BadVersion    Code = "version"        // a highest version that is none; refused
	BadLink       Code = "link"           // a renewal link that cannot be followed; refused
	BadEmail      Code = "email"          // a licensee's address that is none; warned of
	NoLicensee    Code = "no_licensee"    // a licence without a name; warned of
	BadContact    Code = "contact"        // a contact by which nobody can be reached; warned of
	NoEnd         Code = "no_end"         // a trial or provisional licence without an end; warned of
	NoFeatures    Code = "no_features"    // a product without a feature; warned of
	OtherEdition  Code = "other_edition"  // the signed edition differs from the catalogue's; warned of
)

// All are the codes of all rules.
var All = []Code{
	UnknownName, LimitUnlisted, Past, ObtainingPast, KeyEnded, KeyEndsSoon, Zero, NotEnforced, NoEffect, NumberTaken, NumberGap,
	IDTaken, SerialKnown, SameKey, BadVersion, BadLink, BadEmail, NoLicensee, BadContact, NoEnd, NoFeatures, OtherEdition,
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

// A Refusal is the error of what a rule refuses.
type Refusal struct{ Findings Findings }

// Error returns one line for each finding.
func (r *Refusal) Error() string {
	lines := make([]string, len(r.Findings))
	for i, f := range r.Findings {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Words say how a caller is put right where findings come from: by flags of a
// command, or by members of a call.
type Words struct {
	NewName   string // sells a name that is not in the catalogue
	Catalogue string // makes a catalogue where there is none
	Editions  string // does so where an edition is named, which nobody else knows
	Past      string // sells what is over
	Again     string // issues a number or an id once more
	Applied   string // names what was issued before
	Gap       string // numbers an update after the last
	Rewrite   string // sets a limit where there is none, or a smaller one
	Licensee  string // names the licensee
}

// Command has the words of the vendor's command.
var Command = Words{
	NewName:   "--new-name sells it all the same",
	Catalogue: `make one with "latchkey catalogue --new PRODUCT --feature FEATURE", or sell it all the same with --new-name`,
	Editions:  `make one with "latchkey catalogue --new PRODUCT --feature FEATURE", and add the edition there`,
	Past:      "correct the date, or give --past if it is meant",
	Again:     "give another one, or --again to issue it once more",
	Applied:   "name the newest licence file with --license and each update that was sent since with --applied, or give --again to issue the number once more",
	Gap:       "give that number with --sequence; if updates are missing in the records, name the licence file with --license and each update with --applied, or give --again",
	Rewrite:   "use --rewrite to set one",
	Licensee:  "name one with --licensee",
}

// API has the words of the vendor API.
var API = Words{
	NewName:   `"new_names": true sells it all the same`,
	Catalogue: `start the server with --catalogue catalogue.json, which "latchkey catalogue --new" makes; "new_names": true sells it all the same`,
	Editions:  `start the server with --catalogue catalogue.json, which "latchkey catalogue --new" makes`,
	Past:      `correct the date, or send "past": true if it is meant`,
	Again:     "give another one",
	Applied:   "list the updates of the serial number, and number this one after the last",
	Gap:       "list the updates of the serial number, and number this one after the last",
	Rewrite:   `"rewrite": true sets one`,
	Licensee:  `name one: "licensee": {"name": "Ada Lovelace"}`,
}

// A Check is what documents are held against.
type Check struct {
	Today     license.Date
	Catalogue *catalogue.Catalogue // nil: there is none, and every name is unknown
	NewNames  bool                 // names need not be in the catalogue
	PastMeant bool                 // what is over is sold all the same
	KeyEnd    license.Date         // last day of the key that signs, 0 for what was signed elsewhere
	Words     Words
}

// refuse and warn make findings.
func refuse(code Code, field, text, remedy string) Finding {
	return Finding{Code: code, Field: field, Text: text, Remedy: remedy, Refused: true}
}

func warn(code Code, field, text, remedy string) Finding {
	return Finding{Code: code, Field: field, Text: text, Remedy: remedy}
}
