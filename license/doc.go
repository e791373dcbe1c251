// Package license holds signed documents, the keyring that verifies them, what
// licences say, the rules by which updates change them, and the check. It is
// pure: time, machine and usage are arguments, and it touches neither disk nor
// network.
//
//	keys, err := license.ParseKeyring(text)       // what the application trusts
//	l, err := license.Open(document, keys)        // signed bytes become terms, or a *Reason why not
//	next, diff, err := license.Apply(l, u, now, usage)
//	result := license.Check(l, license.Env{Now: now, Product: "acme-cad", Version: "4.2.0", Released: day})
//	result.Allows("export")
//
// Begin with Open, Check and Apply. A product that keeps its licences on a
// machine wants package activation, which is built on this one; who signs wants
// package issuer.
//
// # A document
//
// A licence for two features, as it is signed. In a file, base64 of this stands
// between -----BEGIN LATCHKEY LICENSE----- and its end, with the signatures:
//
//	{"id":"L-1","issued":"2026-03-10T12:00:00Z","kind":"full",
//	 "licensee":{"name":"Ada Lovelace"},
//	 "products":[{"features":[{"id":"draw"},
//	                          {"id":"export","term":{"until":"2026-12-31"}}],"id":"acme-cad"}],
//	 "serial":"S-1","v":1,"vendor":"acme"}
//
// (in one line and without spaces). docs/formats.md has every member, and the
// folder testdata a vector for every rule.
//
// # Reasons
//
// Errors and what a check finds are Reasons: a Code with values, which tells its
// sentence and its remedy in English, German, Swedish and Russian. errors.Is(err,
// license.ExpiredDate) asks for one.
// A document with a wrong value is refused before it is signed, with a FieldError,
// which is for the vendor and names the field.
//
// # JSON and logs
// Results, decisions, reasons, licences and updates can be marshalled with
// encoding/json. Member names are lower-case words with "_" between them, also in an
// obfuscated program. States and kinds are texts, and dates are "2006-01-02". A Reason
// also has its English sentence and remedy. Serial numbers are masked, and data that
// identifies a machine is left out: a licence in JSON is for display, and not a
// document. Package log/slog shows the same.
package license
