package vendorcmd

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/nearest"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/keyfmt"
)

type recordsFlags struct {
	t          *tool
	file       string
	query      records.Query
	serialFrom string
	out        string
	reveal     bool
}

func recordsCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "records", Summary: "List and search the records of signed documents.",
		Help: `  latchkey records --licensee ada
  latchkey records --kind update --serial-from ada.serial
  latchkey records --id L-cmsxk3fnp7vq2ixb --out again.lic

Every command that signs appends one line of JSON to the records before it delivers
the document: the time, the kind (` + strings.Join(records.Kinds, ", ") + `),
the id, the serial number, the licensee, the products, the ids of the keys that
signed, the document with its SHA-256, and your notes. The file, records.jsonl
beside the key, has serial numbers and unlock codes, so only its owner can read it.
Commands only append to it; back it up with the keys.

Serial numbers, unlock codes and documents are withheld without --reveal. With
--out, the command writes the document of the one record found to a file again.
The activation server keeps its signed documents in its database.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			r := &recordsFlags{t: t}
			f.StringVar(&r.file, "records", records.FileName, "`FILE` with the records; default: "+records.FileName)
			f.StringVar(&r.query.Licensee, "licensee", "", "part of a licensee's `NAME`, company or e-mail address")
			f.StringVar(&r.serialFrom, "serial-from", "", "`FILE` that has a serial number, or -")
			f.StringVar(&r.query.ID, "id", "", "`ID` of a licence or an update")
			f.StringVar(&r.query.Kind, "kind", "", "`KIND` of the record")
			f.StringVar(&r.query.KeyID, "key-id", "", "`ID` of the key that signed")
			f.StringVar(&r.out, "out", "", "`FILE` for the document of the record that was found, which must not be there yet")
			f.BoolVar(&r.reveal, "reveal", false, "show serial numbers, unlock codes and documents")
			return func(args []string) error {
				if len(args) > 0 {
					return cli.Usagef("%q is not expected here: see \"latchkey records --help\"", args[0])
				}
				return r.run()
			}
		},
	}
}

func (r *recordsFlags) run() error {
	if kind := r.query.Kind; kind != "" && !slices.Contains(records.Kinds, kind) {
		return cli.Usagef("there is no kind %q%s: use one of %s", kind, nearest.Hint(kind, records.Kinds), strings.Join(records.Kinds, ", "))
	}
	if r.serialFrom != "" {
		key, err := r.t.readTyped(r.serialFrom, keyfmt.Serial)
		if err != nil {
			return err
		}
		r.query.Serial = key.Text()
	}
	if !exists(r.file) {
		return fmt.Errorf("%s: there is no such file: the records are beside the signing key, or where --records of the signing command put them", r.file)
	}
	all, err := records.Read(r.file)
	if err != nil {
		return damaged(err)
	}
	found := r.query.Find(all)
	if r.out != "" {
		return r.restore(found)
	}
	list := []any{}
	text := ""
	for _, one := range found {
		fields, err := r.fields(one)
		if err != nil {
			return err
		}
		list = append(list, fields)
		text += r.describe(one)
	}
	text += fmt.Sprintf("%d of %d records.\n", len(found), len(all))
	return r.t.say(r.t.out, text, cli.Fields{"records": list})
}

// restore writes the document of the one record that was found.
func (r *recordsFlags) restore(found []records.Record) error {
	if len(found) != 1 {
		return refusedf("%d records were found, and --out needs exactly one: narrow the search", len(found))
	}
	if err := write(r.out, []byte(found[0].Document), 0o600); err != nil {
		return err
	}
	return r.t.say(r.t.out, r.describe(found[0])+"Written to "+r.out+".\n", cli.Fields{"file": r.out, "digest": found[0].Digest})
}

// fields is a record for a script.
func (r *recordsFlags) fields(one records.Record) (cli.Fields, error) {
	text, err := json.Marshal(one)
	if err != nil {
		return nil, err
	}
	fields := cli.Fields{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	for _, name := range records.Secret {
		if _, has := fields[name]; has && !r.reveal {
			fields[name] = "(withheld)"
		}
	}
	return fields, nil
}

// describe is a record for people.
func (r *recordsFlags) describe(one records.Record) string {
	var b strings.Builder
	what := list(one.Kind+prefixed(" ", one.ID), prefixed("number ", number(one.Number)), strings.Join(one.Products, " "), one.Edition)
	fmt.Fprintf(&b, "%s  %s\n", one.Time.UTC().Format("2006-01-02 15:04:05"), what)
	line(&b, "Licensee", list(one.Licensee, one.Company, one.Email))
	line(&b, "Licence", one.LicenseID)
	line(&b, "Serial number", withheld(one.Serial, r.reveal))
	line(&b, "Unlock code", withheld(one.Code, r.reveal))
	line(&b, "Signed by", strings.Join(one.KeyIDs, ", "))
	line(&b, "File", one.File)
	line(&b, "CRM id", one.CRMID)
	line(&b, "Comment", one.Comment)
	return b.String()
}

// withheld returns a secret, or what is shown in its place.
func withheld(secret string, reveal bool) string {
	if secret == "" || reveal {
		return secret
	}
	return "(withheld; --reveal shows it)"
}
