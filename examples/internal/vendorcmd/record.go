package vendorcmd

import (
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

const recordsHelp = `The command records each document in records.jsonl beside the key, or in --records,
before it delivers the document. "latchkey records" lists and searches the records.`

// record appends a document to the records, after checking it against the earlier
// records. Only after that may the document be delivered.
func (s *signing) record(r records.Record, document []byte) error {
	r.Time, r.Document, r.Digest = s.t.second(), string(document), records.DigestOf(document)
	if len(r.KeyIDs) == 0 {
		r.KeyIDs = []string{s.public.ID()}
	}
	if s.out != "-" {
		r.File = s.out
	}
	return records.Add(s.journal(), r, func(earlier []records.Record) error { return s.issued(r, earlier) })
}

// issued checks a record against the earlier ones.
func (s *signing) issued(r records.Record, earlier []records.Record) error {
	check := rules.Check{Words: rules.Command}
	return s.t.found(check.Issued(r, earlier, s.again))
}

// preflight is issued for a dry run, which records nothing.
func (s *signing) preflight(r records.Record) error {
	earlier, err := records.Read(s.journal())
	if err != nil {
		return err
	}
	return s.issued(r, earlier)
}

func (s *signing) journal() string {
	if s.records != "" {
		return s.records
	}
	return records.Beside(s.key)
}

// recordOf returns the record of a licence.
func recordOf(l *license.License) records.Record {
	r := records.Record{
		Kind: records.License, ID: l.ID, Serial: string(l.Serial), Number: l.Revision,
		Licensee: l.Licensee.Name, Company: l.Licensee.Company, Email: l.Licensee.Email,
	}
	for _, p := range l.Products {
		r.Products = append(r.Products, p.ID)
	}
	return r
}

// recordOfUpdate returns the record of an update, with the vendor's notes. present is
// the licence that is updated, nil if it is unknown.
func recordOfUpdate(u *license.Update, d *description.Terms, present *license.License, diff *license.Diff) records.Record {
	r := records.Record{Kind: records.Update, Number: u.Sequence, Mode: mode(u), CRMID: d.CRMID, Comment: d.Comment}
	if present != nil {
		r.Licensee, r.Company, r.Email = present.Licensee.Name, present.Licensee.Company, present.Licensee.Email
	}
	r.ID, r.Serial = u.ID, string(u.Serial)
	for _, p := range u.Products {
		r.Products = append(r.Products, p.ID)
	}
	if diff != nil {
		r.Preview = diffFields(diff)
	}
	return r
}
