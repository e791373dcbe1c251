package vendorcmd

import (
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

const recordsHelp = `Each signature is recorded in records.jsonl beside the key, or in --records, before
the document is delivered: "latchkey records" lists and searches it.`

// record appends what is about to be delivered to the journal, and refuses what
// must not be issued beside what it has already. Only after that may anything be
// delivered.
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

// issued holds a record against the earlier ones.
func (s *signing) issued(r records.Record, earlier []records.Record) error {
	check := rules.Check{Words: rules.Command}
	return s.t.found(check.Issued(r, earlier, s.again))
}

// preflight is issued for what will not be recorded, since it is only tried.
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

// recordOf is what a licence's record has.
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

// recordOfUpdate is what an update's record has, with the vendor's own notes.
// present is the licence that it is for, nil if it is not at hand.
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
