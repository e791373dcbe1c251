package vendorcmd

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

type keyringFlags struct {
	t                       *tool
	vendor, base, out, sign string
	version, quorum         int
	add, roots              []string
	retire, revoke          []string // ids
	confirm                 string
	ledgers, documents      []string // files whose void documents are counted for --revoke
	past                    bool     // a key's last day may be over
	records                 string   // file of the records
}

func keyringCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "keyring", Summary: "Make the list of public keys that products trust, or sign the next one.",
		Help: `The first keyring, which products embed:

  latchkey keyring --vendor acme --add license.key:2031-12-31 \
      --add activation.key.pub:2031-12-31 --add root.key:2041-12-31 --out keyring.txt

--add accepts private and public key files; a keyring contains public keys only.
The date is the key's last day: documents issued after that day are refused, and
documents issued up to that day stay valid.

The next keyring, with a new key and a retired one, and the same keyring as a
signed document, which installed products follow:

  latchkey keyring --base keyring.txt --add new.key:2036-12-31 --retire old.key --out next.txt
  latchkey keyring --base keyring.txt --sign next.txt --root root.key --out next.doc

A key is named by its id or by either of its files. The last day of a retired key is
today, and the documents that it signed stay valid. The new keyring must be signed by a
quorum of the root keys of the old keyring, and by a quorum of its own; the command
checks this before it writes anything.

Revoke a stolen key: the new keyring leaves it out, and every document that it signed
is void unless it was countersigned with "latchkey countersign". With --ledger the
command counts these documents. It asks for a confirmation:

  latchkey keyring --base keyring.txt --add new.key:2036-12-31 --revoke old.key.pub \
      --ledger documents.jsonl --out next.txt

docs/rotation.md describes each change of keys, step by step.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			k := &keyringFlags{t: t}
			f.StringVar(&k.vendor, "vendor", "", "the vendor's `NAME`, as documents carry it; default: that of --base")
			f.IntVar(&k.version, "version", 0, "`NUMBER` of this keyring; default: 1, or one more than that of --base")
			f.IntVar(&k.quorum, "quorum", 0, "`NUMBER` of root keys that must sign the next keyring; default: 1")
			f.StringVar(&k.base, "base", "", "`FILE` with the keyring that this one follows")
			f.StringVar(&k.sign, "sign", "", "`FILE` with a keyring to sign; the result is a document that products import")
			f.StringVar(&k.out, "out", "-", "`FILE` for the result, which must not be there yet; default: standard output")
			f.Func("add", "key file and last day, as in `FILE:DATE`; may be repeated", appendTo(&k.add))
			f.Func("retire", "`KEY` of --base, its id or its file, whose last day becomes today; documents that it signed stay valid; may be repeated", appendTo(&k.retire))
			f.Func("revoke", "`KEY` of --base, its id or its file, that is left out, which voids the documents that it signed; may be repeated", appendTo(&k.revoke))
			f.StringVar(&k.confirm, "confirm", "", "the `WORD` revoke, instead of the prompt")
			f.Func("ledger", "with --revoke: `FILE` of \"server documents\" whose void documents are counted; may be repeated", appendTo(&k.ledgers))
			f.Func("document", "with --revoke: `FILE` with a licence, an update or a catalogue to count; may be repeated", appendTo(&k.documents))
			f.BoolVar(&k.past, "past", false, "add a key whose last day is over")
			f.StringVar(&k.records, "records", "", "with --sign: `FILE` of the records; default: records.jsonl beside the first root key")
			f.Func("root", "with --sign: `FILE` with a private root key; may be repeated", appendTo(&k.roots))
			return func(args []string) error {
				switch {
				case len(args) > 0:
					return cli.Usagef("%q is not expected here: keys are named with --add", args[0])
				case k.sign == "" && len(k.roots) > 0:
					return cli.Usagef("--root is for signing: add --sign FILE")
				case k.sign != "" && (len(k.roots) == 0 || k.base == ""):
					return cli.Usagef("to sign a keyring, name the one that products have with --base and the keys with --root")
				case k.sign != "" && (len(k.add)+len(k.retire)+len(k.revoke) > 0 || k.vendor != "" || k.version != 0 || k.quorum != 0):
					return cli.Usagef("--sign takes a keyring as it is: make it first, then sign it")
				case k.sign != "":
					return k.signNext()
				case k.base == "" && len(k.retire)+len(k.revoke) > 0:
					return cli.Usagef("--retire and --revoke change a key of another keyring: name that one with --base")
				case len(k.revoke) == 0 && (k.confirm != "" || len(k.ledgers)+len(k.documents) > 0):
					return cli.Usagef("--confirm, --ledger and --document go with --revoke ID")
				}
				return k.make()
			}
		},
	}
}

func appendTo(list *[]string) func(string) error {
	return func(s string) error {
		*list = append(*list, s)
		return nil
	}
}

func (k *keyringFlags) make() error {
	if err := free(k.out); err != nil {
		return err
	}
	keys, err := k.baseKeys()
	if err != nil {
		return err
	}
	for _, item := range k.add {
		key, err := k.t.keyWithEnd(item)
		if err != nil {
			return err
		}
		check := rules.Check{Today: k.t.today(), PastMeant: k.past, Words: rules.Command}
		if err := k.t.found(check.KeyringEnd("add", key.End)); err != nil {
			return cli.At("--add "+item, err)
		}
		keys = append(keys, key)
	}
	if keys, err = k.revokeKeys(keys); err != nil {
		return err
	}
	switch {
	case k.vendor == "":
		return cli.Usagef("say whose keys these are with --vendor")
	case len(keys) == 0:
		return cli.Usagef("a keyring has keys: add some with --add license.key:2031-12-31")
	}
	if k.quorum == 0 && slices.ContainsFunc(keys, func(key license.Key) bool { return key.Role == license.RoleRoot }) {
		k.quorum = 1
	}
	ring, err := license.NewKeyring(k.vendor, int64(max(k.version, 1)), k.quorum, keys)
	if err != nil {
		return fmt.Errorf("these keys make no keyring: check that no key is there twice, that the quorum is at most the number of root keys, and that the vendor's name has letters, digits and . _ - only")
	}
	return k.deliver([]byte(ring.String()), ring)
}

// baseKeys returns the keys of the keyring before, some of them retired.
func (k *keyringFlags) baseKeys() ([]license.Key, error) {
	if k.base == "" {
		return nil, nil
	}
	base, err := k.t.openKeyring(k.base)
	if err != nil {
		return nil, err
	}
	if k.vendor == "" {
		k.vendor = base.Vendor()
	}
	if k.version == 0 {
		k.version = int(base.Version()) + 1
	}
	if k.quorum == 0 {
		k.quorum = base.Quorum()
	}
	keys := base.Keys()
	return keys, k.retireKeys(keys)
}

// keyWithEnd reads "FILE:DATE".
func (t *tool) keyWithEnd(item string) (license.Key, error) {
	i := strings.LastIndex(item, ":")
	if i < 1 {
		return license.Key{}, cli.Usagef("--add %s: write the file and the key's last day, as in license.key:2031-12-31", item)
	}
	path, date := item[:i], item[i+1:]
	end, err := description.ParseDate(date)
	if err != nil {
		return license.Key{}, cli.Usagef("--add %s: %v", item, err)
	}
	key, err := t.readPublic(path)
	key.End = end
	return key, err
}

// readPublic reads the public half of a key from either of its files.
func (t *tool) readPublic(path string) (license.Key, error) {
	text, err := t.read(path)
	if err != nil {
		return license.Key{}, err
	}
	if bytes.HasPrefix(text, []byte(publicTitle)) {
		role, public, err := parsePublic(string(text))
		return license.Key{Public: public, Role: role}, cli.At(name(path), err)
	}
	private, err := readKey(path)
	if err != nil {
		return license.Key{}, err
	}
	return license.Key{Public: private.Public(), Role: private.Role()}, nil
}

func (k *keyringFlags) signNext() error {
	if err := free(k.out); err != nil {
		return err
	}
	next, err := k.t.openKeyring(k.sign)
	if err != nil {
		return err
	}
	old, err := k.t.openKeyring(k.base)
	if err != nil {
		return err
	}
	var roots []*issuer.Issuer
	for _, path := range k.roots {
		root, err := openIssuer(path, license.RoleRoot, next.Vendor())
		if err != nil {
			return err
		}
		roots = append(roots, root)
	}
	document, err := issuer.SignKeyring(next, roots...)
	if err != nil {
		return err
	}
	if _, err := old.Rotate(document); err != nil {
		return cli.At("products that have "+k.base+" would not follow", err)
	}
	if err := k.record(document, next, roots); err != nil {
		return err
	}
	return k.deliver(document, next)
}

// record appends a signed keyring to the journal.
func (k *keyringFlags) record(document []byte, next *license.Keyring, roots []*issuer.Issuer) error {
	s := &signing{t: k.t, out: k.out, key: k.roots[0], records: k.records}
	r := records.Record{Kind: records.Keyring, Number: next.Version()}
	for _, root := range roots {
		r.KeyIDs = append(r.KeyIDs, root.Public().ID())
	}
	return s.record(r, document)
}

func (k *keyringFlags) deliver(document []byte, ring *license.Keyring) error {
	s := &signing{t: k.t, out: k.out}
	return s.deliver(document, describeKeyring(ring), keyringFields(ring))
}

func describeKeyring(ring *license.Keyring) string {
	text := fmt.Sprintf("Keyring of %s, version %d", ring.Vendor(), ring.Version())
	if ring.Quorum() > 0 {
		text += fmt.Sprintf("; the next one needs %d of its root keys", ring.Quorum())
	}
	text += ".\n"
	if ring.Quorum() == 0 {
		text += "It has no root key, so products that embed it can never follow another keyring.\n"
	}
	for _, key := range ring.Keys() {
		text += fmt.Sprintf("  %s  %-10s  until %s\n", key.Public.ID(), key.Role, key.End)
	}
	return text
}

func keyringFields(ring *license.Keyring) cli.Fields {
	keys := []cli.Fields{}
	for _, key := range ring.Keys() {
		keys = append(keys, cli.Fields{"id": key.Public.ID(), "role": string(key.Role), "end": key.End.String()})
	}
	return cli.Fields{"kind": "keyring", "vendor": ring.Vendor(), "version": ring.Version(), "quorum": ring.Quorum(), "keys": keys}
}
