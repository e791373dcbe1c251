package vendorcmd

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

type inspectFlags struct {
	t                       *tool
	keyring, embedded, name string
	reveal                  bool
	keys                    *license.Keyring // nil where there is none
}

func inspectCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "inspect", Args: "FILE | -", Summary: "Describe a document, a key or a file, and verify its signature.",
		Help: `The command recognises licences, updates, catalogues, signed times, receipts,
requests, replies, signed keyrings, keyrings, private and public key files,
fingerprints, and every kind of typed key. It does not show a document that no key
of the keyring has signed, because anybody can write one. A request is signed by its
installation, and shown if that signature verifies. An activation key also needs the
licensee's name and the signed catalogue. Serial numbers and request keys are
withheld, and private keys are never shown.

Exit code 4 means that the document does not hold, and 1 that it could not be checked.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			i := &inspectFlags{t: t}
			f.StringVar(&i.keyring, "keyring", "", "`FILE` with the keyring that decides; keyring.txt if that is there")
			f.StringVar(&i.embedded, "embedded", "", "`FILE` with the signed catalogue that the product embeds, for activation keys; catalogue.doc if that is there")
			f.StringVar(&i.name, "licensee", "", "licensee's `NAME`, for activation keys")
			f.BoolVar(&i.reveal, "reveal", false, "show serial numbers and request keys")
			return func(args []string) error {
				if len(args) != 1 {
					return cli.Usagef("name one file, or - for standard input")
				}
				return i.run(args[0])
			}
		},
	}
}

// A finding is what something is.
type finding struct {
	text   string
	fields cli.Fields
}

func (i *inspectFlags) run(path string) error {
	text, err := i.t.readWithin(license.MaxReply, path)
	if err != nil {
		return err
	}
	if i.keyring == "" && exists("keyring.txt") {
		i.keyring = "keyring.txt"
	}
	if i.keyring != "" {
		if i.keys, err = i.t.openKeyring(i.keyring); err != nil {
			return err
		}
	}
	f, err := i.find(text)
	if err != nil {
		return cli.At(name(path), err)
	}
	return i.t.say(i.t.out, f.text, f.fields)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// find tells by its beginning what a text is.
func (i *inspectFlags) find(text []byte) (finding, error) {
	head := strings.TrimSpace(string(text[:min(len(text), 64)]))
	switch {
	case isCut(text):
		return finding{}, cutOff(text)
	case license.KindOf(text) != "":
		return i.document(text, license.KindOf(text))
	case strings.HasPrefix(head, "latchkey keyring "):
		ring, err := license.ParseKeyring(string(text))
		if err != nil {
			return finding{}, err
		}
		return finding{describeKeyring(ring), keyringFields(ring)}, nil
	case strings.HasPrefix(head, "latchkey private key "):
		key, err := issuer.ParsePrivateKey(text)
		if err != nil {
			return finding{}, errors.New(strings.TrimPrefix(err.Error(), "issuer: "))
		}
		return i.key("private key", key.Role(), key.Public()), nil
	case strings.HasPrefix(head, publicTitle):
		role, key, err := parsePublic(string(text))
		if err != nil {
			return finding{}, err
		}
		return i.key("public key", role, key), nil
	case strings.HasPrefix(head, "latchkey fingerprint "):
		return fingerprint(text)
	case isTyped(string(text)):
		return i.typed(string(text))
	}
	_, err := license.Open(text, i.keys) // says what is wrong with what is no document
	return finding{}, err
}

// armour is what a document's file begins and ends with, and what follows in
// either line.
const (
	armourBegin = "-----BEGIN LATCHKEY "
	armourEnd   = "-----END LATCHKEY "
)

// isCut reports whether a text is a part of a document's file.
func isCut(text []byte) bool {
	trimmed := bytes.TrimSpace(text)
	begins := bytes.HasPrefix(trimmed, []byte(armourBegin)) ||
		len(trimmed) > 0 && bytes.HasPrefix([]byte(armourBegin), trimmed) // cut within the first line
	return begins != bytes.Contains(trimmed, []byte("\n"+armourEnd))
}

// cutOff says which part of a document's file is missing.
func cutOff(text []byte) error {
	part := "end"
	if bytes.Contains(text, []byte(armourEnd)) {
		part = "beginning"
	}
	return damagedf("this is a part of a document, whose %s is missing: it goes from a line with BEGIN to a line with END; \"latchkey records\" keeps the text of what was issued", part)
}

// isTyped reports whether a text is a key that is typed, or is meant to be one.
// keyfmt finds a key in any text that begins like one, prose too; what cannot
// be read and has the marks of a sentence or of a file is none.
func isTyped(text string) bool {
	id := keyfmt.Identify(text)
	return id.Complete || id.Rows > 0 || id.Kind != keyfmt.Invalid && !strings.ContainsAny(text, `.,;:<>{}"`)
}

// key says whose private or public half a file has.
func (i *inspectFlags) key(what string, role license.Role, public license.PublicKey) finding {
	fields := cli.Fields{"kind": what, "id": public.ID(), "role": string(role)}
	text := fmt.Sprintf("A %s of the role %s, with the id %s.\n", what, role, public.ID())
	if i.keys != nil {
		where := "It is not in the keyring.\n"
		for _, k := range i.keys.Keys() {
			if k.Public == public {
				where = fmt.Sprintf("It is in the keyring, with the last day %s.\n", k.End)
				fields["end"] = k.End.String()
			}
		}
		text += where
	}
	return finding{text, fields}
}

func fingerprint(text []byte) (finding, error) {
	var print binding.Fingerprint
	if err := print.ParseText(text); err != nil {
		return finding{}, err
	}
	out := fmt.Sprintf("A fingerprint for %s.\n", print.Product())
	components := cli.Fields{}
	for _, c := range print.Components() {
		out += "  " + c.String() + "\n"
		components[c.Name] = string(c.State)
	}
	return finding{out, cli.Fields{"kind": "fingerprint", "product": print.Product(), "components": components}}, nil
}

// document says what a document holds, if the keyring vouches for it.
func (i *inspectFlags) document(text []byte, kind string) (finding, error) {
	if kind == license.KindRequest {
		return i.request(text)
	}
	if i.keys == nil {
		return finding{}, fmt.Errorf("this claims to be a document of the kind %s, which cannot be checked without a keyring: name one with --keyring", kind)
	}
	f, err := openAny(text, kind, i.keys, i.reveal)
	if err != nil {
		return finding{}, err
	}
	signers := i.signers(text, kind)
	f.fields["signed_by"], f.fields["holds"] = signers, true
	if len(signers) > 0 {
		f.text += fmt.Sprintf("It holds: signed by %s of %s.\n", strings.Join(signers, " and "), i.keyring)
	}
	return f, nil
}

func openAny(text []byte, kind string, keys *license.Keyring, reveal bool) (finding, error) {
	switch kind {
	case license.KindUpdate:
		u, err := license.OpenUpdate(text, keys)
		if err != nil {
			return finding{}, err
		}
		payload, err := u.Encode()
		return finding{describeUpdate(u, reveal), cli.Fields{"kind": kind, "id": u.ID, "content": content(payload, err, reveal)}}, nil
	case license.KindCatalogue:
		c, err := license.OpenCatalogue(text, keys)
		if err != nil {
			return finding{}, err
		}
		return finding{describeCatalogue(c), catalogueFields(c)}, nil
	case license.KindTime:
		t, err := license.OpenTime(text, keys)
		if err != nil {
			return finding{}, err
		}
		return finding{describeTime(t), timeFields(t)}, nil
	case license.KindReceipt:
		r, err := license.OpenReceipt(text, keys)
		if err != nil {
			return finding{}, err
		}
		return finding{describeReceipt(r, reveal), receiptFields(r, reveal)}, nil
	case license.KindReply:
		r, err := license.OpenReply(text, keys)
		if err != nil {
			return finding{}, err
		}
		return finding{describeReply(r, keys, reveal), replyFields(r, reveal)}, nil
	case license.KindKeyring:
		next, err := keys.Rotate(text)
		if err != nil {
			return finding{}, err
		}
		return finding{describeKeyring(next) + "It holds: products with this keyring follow it.\n", keyringFields(next)}, nil
	default:
		l, err := license.Open(text, keys)
		if err != nil {
			return finding{}, err
		}
		return finding{describeLicense(l, reveal), licenseFields(l, reveal)}, nil
	}
}

// signers returns the ids of the keys that signed a document: those with which
// alone it holds.
func (i *inspectFlags) signers(text []byte, kind string) (ids []string) {
	for _, key := range i.keys.Keys() {
		if key.Role == license.RoleRoot {
			continue
		}
		alone, err := license.NewKeyring(i.keys.Vendor(), i.keys.Version(), 0, []license.Key{key})
		if err != nil {
			continue
		}
		if _, err := openAny(text, kind, alone, false); err == nil {
			ids = append(ids, key.Public.ID())
		}
	}
	return ids
}

// typed says what a key is that somebody typed.
func (i *inspectFlags) typed(text string) (finding, error) {
	key, corrections, err := keyfmt.Parse(text)
	if err != nil {
		return finding{}, err
	}
	id := keyfmt.Identify(text)
	out := fmt.Sprintf("%s, complete.\n", capital(article(key.Kind())))
	if id.Total > 1 {
		out = fmt.Sprintf("%s of %d rows, complete.\n", capital(article(key.Kind())), id.Total)
	}
	put := []string{}
	for _, c := range corrections {
		out += "  " + c.String() + "\n"
		put = append(put, c.String())
	}
	f := finding{out, cli.Fields{"kind": key.Kind().String(), "rows": id.Total, "corrections": put}}
	if key.Kind() != keyfmt.Activation {
		return f, nil
	}
	return i.activationKey(f, key)
}

func (i *inspectFlags) activationKey(f finding, key keyfmt.Key) (finding, error) {
	if i.embedded == "" && exists("catalogue.doc") {
		i.embedded = "catalogue.doc"
	}
	if i.keys == nil || i.embedded == "" || i.name == "" {
		return finding{}, errors.New("this is a whole activation key, and whether it holds cannot be said without --licensee, --embedded and --keyring")
	}
	c, err := i.t.signedCatalogue(i.embedded, i.keys)
	if err != nil {
		return finding{}, err
	}
	l, err := license.OpenKey(key.Payload(), i.name, i.keys, c)
	if err != nil {
		return finding{}, err
	}
	f.text += describeLicense(l, true) + "It holds: a licence key of " + i.keyring + " signed it, for this name.\n"
	payload, err := l.Encode()
	f.fields["holds"], f.fields["content"] = true, content(payload, err, true)
	return f, nil
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
