package serverapp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/documents"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// documentsFlags are what the command documents is told.
type documentsFlags struct {
	*tool
	out, in           string
	countersign, void bool
}

func documentsCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "documents", Summary: "Take the licences and updates out of the ledger, or countersigned ones back in.",
		Help: `Before a key that signed licences is revoked, everything that it signed has to be
countersigned. Where the server has the new licence key, one command does it:

  server documents --countersign --keyring keyring.txt --next-keyring next.doc --license-key new.key

Where that key is kept apart, the documents go there and back in files:

  server documents --out documents.jsonl
  latchkey countersign --from documents.jsonl --key new.key --next next.txt --out countersigned.jsonl
  server documents --import countersigned.jsonl --keyring keyring.txt --next-keyring next.doc

With --void, --out takes only what would not hold under --next-keyring. A document is
taken in if it has the same content as the one that is there, and holds under the
next keyring; only its signatures are added, and the history of its sale says so.
All of it can be interrupted and called again, while the server runs.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			d := &documentsFlags{tool: t}
			t.settings.declareKeys(f)
			f.StringVar(&d.out, "out", "", "`FILE` for the documents, which must not be there yet")
			f.StringVar(&d.in, "import", "", "`FILE` with documents that were countersigned")
			f.BoolVar(&d.countersign, "countersign", false, "countersign with --license-key what would not hold under --next-keyring")
			f.BoolVar(&d.void, "void", false, "with --out: only what would not hold under --next-keyring")
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

// verified reports whether a document holds under any of the keyrings.
func (k *keyrings) verified(one server.Document) bool {
	return slices.ContainsFunc(k.all, func(ring *license.Keyring) bool { return one.Verify(ring) == nil })
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
		return nil, cli.Usagef("name the signed keyring that follows with --next-keyring FILE")
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
	_, err = fmt.Fprintf(d.tool.out, "Wrote %d documents to %s. It has serial numbers in it: keep it as you keep the database.\n", n, d.out)
	return err
}

// actor is who the history names.
const actor = "server documents"

// importAll takes countersigned documents into the ledger.
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
	fmt.Fprintf(d.tool.out, "Took in %d documents; %d were there already.\n", taken, there)
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
		if one.Void(k.newest, today) == nil || !k.verified(one) {
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

// left says what still does not hold under the next keyring.
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
