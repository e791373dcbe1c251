package vendorcmd

import (
	"encoding/json"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

// recordFile returns where the vendor's record of an update goes, "" for one
// that goes to standard output. There, notes would be lost that the customer's
// file does not have.
func (s *signing) recordFile(d *description.Terms, kept bool) (string, error) {
	if s.out == "-" {
		if !kept && (d.CRMID != "" || d.Comment != "") {
			return "", cli.Usagef("CRM id and comment are kept beside the file: name one with --out, or add --include-notes")
		}
		return "", nil
	}
	path := s.out + ".record.json"
	return path, free(s.out, path)
}

// writeRecord keeps what the vendor wants to know of an update later. It has
// the serial number, so only its owner can read it.
func (s *signing) writeRecord(path string, u *license.Update, d *description.Terms, diff *license.Diff, fields cli.Fields) error {
	if path == "" {
		return nil
	}
	record := cli.Fields{
		"id": u.ID, "serial": string(u.Serial), "sequence": u.Sequence, "mode": mode(u), "file": s.out,
		"issued": s.t.second(), "crm_id": d.CRMID, "comment": d.Comment,
	}
	if diff != nil {
		record["preview"] = diffFields(diff)
	}
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return err
	}
	fields["record"] = path
	return write(path, append(text, '\n'), 0o600)
}
