package vendorcmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/documents"
	"github.com/latchkey-go/latchkey/license"
)

// revokeWord is the word that confirms the revocation of a key.
const revokeWord = "revoke"

// retireKeys sets the last day of keys to today. Documents that they signed stay valid.
func (k *keyringFlags) retireKeys(keys []license.Key) error {
	for _, named := range k.retire {
		i, err := k.indexOf(keys, named, "retire")
		if err != nil {
			return err
		}
		keys[i].End = min(keys[i].End, k.t.today())
	}
	return nil
}

// revokeKeys removes keys after a confirmation.
func (k *keyringFlags) revokeKeys(keys []license.Key) ([]license.Key, error) {
	for _, named := range k.revoke {
		i, err := k.indexOf(keys, named, "revoke")
		if err != nil {
			return nil, err
		}
		keys = slices.Delete(keys, i, i+1)
	}
	if len(k.revoke) == 0 {
		return keys, nil
	}
	return keys, k.confirmRevocation(keys)
}

// indexOf returns the index of the key that is named by its id or its file.
func (k *keyringFlags) indexOf(keys []license.Key, named, what string) (int, error) {
	id := named
	if _, err := os.Stat(named); err == nil {
		key, err := k.t.readPublic(named)
		if err != nil {
			return 0, err
		}
		id = key.Public.ID()
	}
	i := indexOfKey(keys, id)
	if i < 0 {
		return 0, fmt.Errorf("%s: there is no key %s in it to %s", k.base, id, what)
	}
	return i, nil
}

func indexOfKey(keys []license.Key, id string) int {
	return slices.IndexFunc(keys, func(key license.Key) bool { return key.Public.ID() == id })
}

// confirmRevocation prints the consequences of revoking and asks for a confirmation.
func (k *keyringFlags) confirmRevocation(left []license.Key) error {
	consequences, err := k.consequences(left)
	if err != nil {
		return err
	}
	if k.confirm != "" {
		if k.confirm != revokeWord {
			return cli.Usagef("--confirm %s: the word that confirms it is %s", k.confirm, revokeWord)
		}
		fmt.Fprint(k.t.err, consequences)
		return nil
	}
	fmt.Fprintf(k.t.err, "%sType %s to continue: ", consequences, revokeWord)
	word, err := bufio.NewReader(io.LimitReader(k.t.in, 64)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(word) != revokeWord {
		return cli.Usagef("nothing was revoked: type %s, or use --confirm %s; --retire ID ends a key and keeps the documents that it signed valid", revokeWord, revokeWord)
	}
	return nil
}

// consequences describes which documents become void without the keys, and the remedy.
func (k *keyringFlags) consequences(left []license.Key) (string, error) {
	text := "Revoking a key voids every document that it signed, also before today. To end a key and keep them valid, use --retire.\n"
	if len(k.ledgers) == 0 && len(k.documents) == 0 {
		return text + "To count these documents, use --ledger FILE with a file of \"server documents --out FILE\".\n" + cure, nil
	}
	base, err := k.t.openKeyring(k.base)
	if err != nil {
		return "", err
	}
	c := &voidCount{base: base, left: left, next: nextOf(base, left), sales: map[string]bool{}}
	for _, path := range k.ledgers {
		if err := k.t.eachLine(path, func(l documents.Line) error { c.add(l.Serial, []byte(l.Document)); return nil }); err != nil {
			return "", err
		}
	}
	for _, path := range k.documents {
		document, err := k.t.read(path)
		if err != nil {
			return "", err
		}
		c.add(path, document)
	}
	text += fmt.Sprintf("It voids %d of %d documents, in %d sales.\n", c.void, c.all, len(c.sales))
	if c.void == 0 {
		return text, nil
	}
	return text + cure, nil
}

// nextOf returns a keyring of the keys that are left, nil if they make none.
func nextOf(base *license.Keyring, left []license.Key) *license.Keyring {
	quorum := 0
	if slices.ContainsFunc(left, func(key license.Key) bool { return key.Role == license.RoleRoot }) {
		quorum = 1
	}
	next, err := license.NewKeyring(base.Vendor(), base.Version()+1, quorum, left)
	if err != nil {
		return nil
	}
	return next
}

const cure = `Before you distribute the next keyring, countersign these documents: with
"server documents --countersign" if the server has the new licence key, or else with
"latchkey countersign". Activation keys typed from paper cannot be countersigned:
issue new ones. See docs/rotation.md.
`

// A voidCount counts the documents that do not hold under a list of keys.
type voidCount struct {
	base      *license.Keyring
	left      []license.Key
	next      *license.Keyring // of the keys that are left; nil if they make none
	all, void int
	sales     map[string]bool
}

// add counts a document of a sale.
func (c *voidCount) add(sale string, document []byte) {
	c.all++
	_, issued, err := issuedOn(document, c.base)
	if err != nil {
		return // it is void already
	}
	if right, _, err := license.MergeSignatures(document, document, c.base, c.next); err == nil { // an id proves nothing
		document = right
	}
	for _, id := range license.KeyIDs(document) {
		if i := indexOfKey(c.left, id); i >= 0 && c.left[i].Role == license.RoleLicense && c.left[i].End >= issued {
			return
		}
	}
	c.void++
	c.sales[sale] = true
}

// issuedOn verifies a licence, an update or a catalogue, and returns when it was
// issued.
func issuedOn(document []byte, keys *license.Keyring) (kind string, issued license.Date, err error) {
	switch kind = license.KindOf(document); kind {
	case license.KindUpdate:
		u, err := license.OpenUpdate(document, keys)
		if err != nil {
			return kind, 0, err
		}
		return kind, license.DateOf(u.Issued), nil
	case license.KindCatalogue:
		c, err := license.OpenCatalogue(document, keys)
		if err != nil {
			return kind, 0, err
		}
		return kind, license.DateOf(c.Issued), nil
	}
	l, err := license.Open(document, keys)
	if err != nil {
		return kind, 0, err
	}
	return kind, license.DateOf(l.Issued), nil
}

// eachLine reads an export of a server.
func (t *tool) eachLine(path string, each func(documents.Line) error) error {
	f, err := os.Open(path)
	if err != nil {
		return plain(err)
	}
	defer f.Close()
	return cli.At(path, documents.Read(f, each))
}
