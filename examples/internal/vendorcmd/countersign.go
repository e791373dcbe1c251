package vendorcmd

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/documents"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

type countersignFlags struct {
	*signing
	from, next, before string
}

func countersignCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "countersign", Summary: "Add a new key's signature to documents that another key has signed.",
		Help: `A document that a new key has countersigned holds under the old keyring and under
the next one; its content does not change. So it stays valid when the old key is
revoked. Customers get it at their next check, or import it.

  latchkey countersign --from documents.jsonl --key new.key --next next.txt --out countersigned.jsonl
  latchkey countersign --from ada.lic --key new.key --next next.txt --out ada-2.lic

--from is a licence, an update or a catalogue, or all documents of a server, as
"server documents --out FILE" writes them; "server documents --import FILE" imports
the result. Each document must hold under --keyring. The new key must be in --next,
the next keyring. An interrupted run continues when the same command is run again.

A thief can sign documents with a stolen key and slip them in: --issued-before DATE
leaves out documents that were issued on the day of the theft or later.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			c := &countersignFlags{signing: t.signingFlags(f, license.RoleLicense, "license.key")}
			f.StringVar(&c.from, "from", "", "`FILE` with the document, or with those of a server")
			f.StringVar(&c.next, "next", "", "`FILE` with the next keyring, which has the new key; default: that of --keyring")
			f.StringVar(&c.before, "issued-before", "", "leave out documents that were issued on `DATE` or later")
			return func(args []string) error {
				if len(args) > 0 || c.from == "" {
					return cli.Usagef("say what to countersign with --from FILE")
				}
				return c.run()
			}
		},
	}
}

func (c *countersignFlags) run() error {
	w, err := c.worker()
	if err != nil {
		return err
	}
	if text, err := c.t.read(c.from); err == nil && license.KindOf(text) != "" {
		return c.one(w, text)
	}
	if c.out == "-" {
		return cli.Usagef("name a file for the documents with --out, so that an interrupted run can continue")
	}
	return c.many(w)
}

// A countersigner adds signatures to documents that hold under a keyring.
type countersigner struct {
	keys   *license.Keyring
	next   *license.Keyring // that has the issuer's key
	issuer *issuer.Issuer
	before license.Date // 0: of any day
}

// errLate is returned for a document that was issued too late.
var errLate = errors.New("it was issued on the day of --issued-before or later")

func (c *countersignFlags) worker() (*countersigner, error) {
	keys, err := c.t.openKeyring(c.keyring)
	if err != nil {
		return nil, err
	}
	w := &countersigner{keys: keys}
	if c.before != "" {
		if w.before, err = description.ParseDate(c.before); err != nil {
			return nil, cli.Usagef("--issued-before %s: %v", c.before, err)
		}
	}
	next := *c.signing
	if next.keyring = c.next; next.keyring == "" {
		next.keyring = c.keyring
	}
	w.issuer, w.next, err = next.open()
	c.public = next.public
	return w, err
}

func (w *countersigner) countersign(document []byte) (_ []byte, already bool, err error) {
	_, issued, err := issuedOn(document, w.keys)
	if err != nil {
		return nil, false, err
	}
	if w.before != 0 && issued >= w.before {
		return nil, false, errLate
	}
	// An id proves nothing, and wrong signatures take the room of good ones.
	if document, _, err = license.MergeSignatures(document, document, w.keys, w.next); err != nil {
		return nil, false, err
	}
	if w.signed(document) {
		return document, true, nil
	}
	text, err := w.issuer.Countersign(document)
	if err == nil {
		return text, false, nil
	}
	// There may be no room beside signatures that nobody here can verify.
	if document, err = license.TrustedSignatures(document, w.keys); err != nil {
		return nil, false, err
	}
	text, err = w.issuer.Countersign(document)
	return text, false, err
}

// signed reports whether a document without wrong signatures has the issuer's.
func (w *countersigner) signed(document []byte) bool {
	return slices.Contains(license.KeyIDs(document), w.issuer.Public().ID())
}

// isOurs refuses a line that an interrupted run with the same key has not written.
func (w *countersigner) isOurs(l documents.Line) error {
	document, _, err := license.MergeSignatures([]byte(l.Document), []byte(l.Document), w.keys, w.next)
	if err != nil || !w.signed(document) {
		return refusedf("it was not signed with this key (%s), so the file is not of an interrupted run of this command: name another one with --out", w.issuer.Public().ID())
	}
	return nil
}

// one countersigns one document.
func (c *countersignFlags) one(w *countersigner, text []byte) error {
	if err := free(c.out); err != nil {
		return err
	}
	document, _, err := w.countersign(text)
	if err != nil {
		if errors.Is(err, errLate) {
			return cli.At(name(c.from), refused(err))
		}
		return cli.At(name(c.from), damaged(err))
	}
	if err := c.record(records.Record{Kind: records.Countersigned, Comment: name(c.from)}, document); err != nil {
		return err
	}
	id := w.issuer.Public().ID()
	return c.deliver(document, fmt.Sprintf("Countersigned with the key %s.\n", id), cli.Fields{"kind": license.KindOf(document), "key": id})
}

// many countersigns the documents of a server.
func (c *countersignFlags) many(w *countersigner) error {
	from, err := os.Open(c.from)
	if err != nil {
		return plain(err)
	}
	defer from.Close()
	out, err := documents.Resume(c.out, w.isOurs)
	if err != nil {
		return plain(err)
	}
	if err := c.record(records.Record{Kind: records.Countersigned, Comment: "documents of " + c.from}, nil); err != nil {
		return errors.Join(err, out.Close())
	}
	signed, there, left := 0, 0, []string{}
	n := 0
	err = documents.Read(from, func(l documents.Line) error {
		n++
		if out.Done(l) {
			there++
			return nil
		}
		text, already, err := w.countersign([]byte(l.Document))
		var why *license.Reason
		switch {
		case errors.As(err, &why), errors.Is(err, errLate):
			left = append(left, fmt.Sprintf("line %d (%s %s): %v", n, l.Kind, l.ID, err))
			return nil
		case err != nil:
			return err
		case already:
			there++
		default:
			signed++
		}
		l.Document = string(text)
		return out.Write(l)
	})
	if err = errors.Join(cli.At(c.from, damaged(err)), out.Close()); err != nil {
		return err
	}
	text := fmt.Sprintf("Countersigned %d documents with the key %s; %d were countersigned before. They are in %s.\n", signed, w.issuer.Public().ID(), there, c.out)
	for _, line := range left {
		text += "Left out: " + line + "\n"
	}
	return c.t.say(c.t.out, text, cli.Fields{"countersigned": signed, "already": there, "left_out": left, "file": c.out})
}
