package serverapp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/documents"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// documentsFlags are the flags of the command documents.
type documentsFlags struct {
	*tool
	out, in           string
	countersign, void bool
}

func documentsCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "documents", Summary: "Export the licences and updates of the ledger, or import countersigned ones.",
		Help: `Before you revoke a key that signed licences, countersign every document that it
signed. If the server has the new licence key, one command does this:

  server documents --countersign --keyring keyring.txt --next-keyring next.doc --license-key new.key

If the new licence key is on another machine, the documents go there and back in files:

  server documents --out documents.jsonl
  latchkey countersign --from documents.jsonl --key new.key --next next.txt --out countersigned.jsonl
  server documents --import countersigned.jsonl --keyring keyring.txt --next-keyring next.doc

With --void, --out exports only documents that would not hold under --next-keyring.
--import accepts a document if it has the same content as the one in the ledger and
holds under the next keyring; it adds only the signatures, and records this in the
history of the sale. These commands can be interrupted and run again, while the
server runs.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			d := &documentsFlags{tool: t}
			t.settings.declareKeys(f)
			f.StringVar(&d.out, "out", "", "`FILE` for the documents, which must not be there yet")
			f.StringVar(&d.in, "import", "", "`FILE` with countersigned documents")
			f.BoolVar(&d.countersign, "countersign", false, "countersign with --license-key the documents that would not hold under --next-keyring")
			f.BoolVar(&d.void, "void", false, "with --out: only documents that would not hold under --next-keyring")
			return func(args []string) error {
				asked := 0
				for _, is := range []bool{d.out != "", d.in != "", d.countersign} {
					if is {
						asked++
					}
				}
				if len(args) > 0 || asked != 1 || d.void && d.out == "" {
					return cli.Usagef("say what to do: documents --out FILE, documents --import FILE, or documents --countersign")
				}
				return d.run()
			}
		},
	}
}

func (d *documentsFlags) run() (err error) {
	ctx := context.Background()
	do := d.export
	switch {
	case d.in != "":
		do = d.importAll
	case d.countersign:
		do = d.countersignAll
	}
	rings := &keyrings{}
	if d.out == "" || d.void {
		if rings, err = d.settings.keyrings(); err != nil {
			return err
		}
	}
	db, err := openDatabase(ctx, d.settings.database, nil)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, db.ledger, rings), db.Close())
}

// keyrings are the keyring that products embed, with those that follow it.
type keyrings struct {
	all    []*license.Keyring
	newest *license.Keyring // the last of them
}

// verified returns a document with the signatures by keys of the first keyring
// under which it holds, nil if there is none. Others may be wrong, and take room.
func (k *keyrings) verified(one server.Document) []byte {
	for _, ring := range k.all {
		if one.Verify(ring) != nil {
			continue
		}
		if text, err := license.TrustedSignatures(one.Text, ring); err == nil {
			return text
		}
	}
	return nil
}

func (s *settings) keyrings() (*keyrings, error) {
	first, err := s.readKeyring()
	if err != nil {
		return nil, err
	}
	k := &keyrings{all: []*license.Keyring{first}, newest: first}
	for _, name := range s.nextKeyrings.values {
		text, err := readFile(s.at("next-keyring", name), name)
		if err != nil {
			return nil, err
		}
		if k.newest, err = k.newest.Rotate(text); err != nil {
			return nil, cli.At(s.at("next-keyring", name), err)
		}
		k.all = append(k.all, k.newest)
	}
	if k.newest == first {
		return nil, cli.Usagef("name the next signed keyring with --next-keyring FILE")
	}
	return k, nil
}

// export writes the documents of the ledger to a file.
func (d *documentsFlags) export(ctx context.Context, ledger server.Ledger, k *keyrings) error {
	w, err := documents.Create(d.out)
	if err != nil {
		return err
	}
	n, today := 0, license.DateOf(d.now())
	err = server.Documents(ctx, ledger, func(one server.Document) error {
		if d.void && one.Void(k.newest, today) == nil {
			return nil
		}
		n++
		return w.Write(documents.Line{Serial: string(one.Serial), Kind: one.Kind, ID: one.ID, Document: string(one.Text)})
	})
	if err = errors.Join(err, w.Close()); err != nil {
		return errors.Join(err, os.Remove(d.out))
	}
	_, err = fmt.Fprintf(d.tool.out, "Wrote %d documents to %s. The file has serial numbers: protect it like the database.\n", n, d.out)
	return err
}

// actor is the name that the history records.
const actor = "server documents"

// importAll imports countersigned documents into the ledger.
func (d *documentsFlags) importAll(ctx context.Context, ledger server.Ledger, k *keyrings) error {
	f, err := os.Open(d.in)
	if err != nil {
		return unreadable("--import "+d.in, err)
	}
	defer f.Close()
	taken, there := 0, 0
	err = documents.Read(f, func(l documents.Line) error {
		changed, err := server.Countersigned(ctx, ledger, k.newest, d.now(), actor, license.Serial(l.Serial), []byte(l.Document))
		if changed {
			taken++
		} else if err == nil {
			there++
		}
		return err
	})
	fmt.Fprintf(d.tool.out, "Imported %d documents; %d were imported before.\n", taken, there)
	return errors.Join(cli.At("--import "+d.in, err), d.left(ctx, ledger, k))
}

// countersignAll countersigns the documents of the ledger in place.
func (d *documentsFlags) countersignAll(ctx context.Context, ledger server.Ledger, k *keyrings) error {
	sign, err := d.settings.readIssuer("license-key", d.settings.licenseKey, license.RoleLicense, k.newest.Vendor())
	if err != nil {
		return err
	}
	n, today := 0, license.DateOf(d.now())
	err = server.Documents(ctx, ledger, func(one server.Document) error {
		if one.Void(k.newest, today) == nil {
			return nil
		}
		if one.Text = k.verified(one); one.Text == nil {
			return nil
		}
		if err := d.countersignOne(ctx, ledger, k, sign, one); err != nil {
			return err
		}
		n++
		return nil
	})
	fmt.Fprintf(d.tool.out, "Countersigned %d documents with the key %s.\n", n, sign.Public().ID())
	return errors.Join(err, d.left(ctx, ledger, k))
}

func (d *documentsFlags) countersignOne(ctx context.Context, ledger server.Ledger, k *keyrings, sign *issuer.Issuer, one server.Document) error {
	text, err := sign.Countersign(one.Text)
	if err != nil {
		return err
	}
	_, err = server.Countersigned(ctx, ledger, k.newest, d.now(), actor, one.Serial, text)
	return err
}

// left reports the documents that still do not hold under the next keyring.
func (d *documentsFlags) left(ctx context.Context, ledger server.Ledger, k *keyrings) error {
	v, err := countVoid(ctx, ledger, k.newest, license.DateOf(d.now()))
	if err != nil {
		return err
	}
	if v.documents > 0 {
		return fmt.Errorf("%d documents of %d sales still do not hold under the next keyring", v.documents, v.sales)
	}
	_, err = fmt.Fprintln(d.tool.out, "Every document in the ledger holds under the next keyring.")
	return err
}
