package serverapp

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/server/store"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

func initCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "init", Summary: "Make everything that a first server needs: keys, keyring, catalogue, token, settings.",
		Help: `  server init --dir acme --vendor acme --product acme-cad --feature draw --embed myproduct/embedded
  server --dir acme
  server sell --dir acme --product acme-cad --feature draw --licensee "Ada Lovelace"

The command writes into the folder --dir, by default the current folder. It
overwrites nothing: if one of its files exists, it writes none. Only their owner can
read the private keys and the token, and the command does not show them. The product
embeds keyring.txt and catalogue.doc; --embed copies them into the product's folder,
and renames existing files to keyring.txt.before and catalogue.doc.before.

This setup is for a first try on one machine: the server signs licences itself.
Before you sell for real, move root.key into a safe and license.key into the back
office, and remove LATCHKEY_LICENSE_KEY from server.settings.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			n := &first{t: t}
			f.StringVar(&n.vendor, "vendor", "", "`NAME` of the vendor in every document, such as acme")
			f.StringVar(&n.product, "product", "", "`ID` of the product, as in its activation.Options")
			f.Func("feature", "`ID` of a feature of the product; may be repeated", appendTo(&n.features))
			f.StringVar(&n.embed, "embed", "", "`FOLDER` in which the product embeds keyring.txt and catalogue.doc")
			return func(args []string) error {
				if err := n.check(args); err != nil {
					return err
				}
				return n.make()
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

// A first is one run of "server init".
type first struct {
	t               *tool
	vendor, product string
	features        []string
	embed           string

	written  []string       // files written so far
	replaced []func() error // undo the files that were replaced
}

// The files that "server init" makes.
const (
	keyringFile    = "keyring.txt"
	catalogueFile  = catalogue.FileName
	signedFile     = "catalogue.doc"
	licenseFile    = "license.key"
	activationFile = "activation.key"
	rootFile       = "root.key"
	ordersFile     = "orders.token"
	databaseFile   = "latchkey.db"
	// tokenName is the name of the token of "server sell" in the history of a sale.
	tokenName = "orders"
	// keyYears is the number of years for which the keys may sign.
	keyYears = 5
)

func (n *first) check(args []string) error {
	switch {
	case len(args) > 0:
		return cli.Usagef("%q is not expected here: see \"server init --help\"", args[0])
	case !license.IsID(n.vendor):
		return cli.Usagef("name the vendor with --vendor: a name has letters, digits and . _ -, such as acme")
	case !n.isURL() && n.t.settings.database != databaseFile && n.t.settings.database != n.file(databaseFile):
		return cli.Usagef("the database is made as %s in the folder: omit --database, or name a postgres:// URL", databaseFile)
	case !license.IsID(n.product):
		return cli.Usagef("name the product with --product: an id has letters, digits and . _ -, such as acme-cad")
	}
	if len(n.features) == 0 {
		return cli.Usagef("name each feature of the product with --feature: --feature draw")
	}
	seen := map[string]bool{}
	for _, id := range n.features {
		if !license.IsID(id) || seen[id] {
			return cli.Usagef("--feature %s: it is given twice, or is not an id, which has letters, digits and . _ -", id)
		}
		seen[id] = true
	}
	return nil
}

// isURL reports whether the settings name an existing database by its URL.
func (n *first) isURL() bool { return strings.Contains(path(n.t.settings.database), "://") }

func (n *first) file(name string) string { return filepath.Join(n.t.dir, name) }

// make writes everything; after an error it removes the files that it wrote.
func (n *first) make() (err error) {
	if err := n.free(); err != nil {
		return err
	}
	if err := os.MkdirAll(n.t.dir, 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.takeBack())
		}
	}()
	for _, step := range []func() error{n.keys, n.token, n.settings, n.embedded} {
		if err := step(); err != nil {
			return err
		}
	}
	return n.say()
}

// takeBack removes what was written, and puts back what was moved aside.
func (n *first) takeBack() (err error) {
	for i := len(n.replaced) - 1; i >= 0; i-- {
		err = errors.Join(err, n.replaced[i]())
	}
	for i := len(n.written) - 1; i >= 0; i-- {
		err = errors.Join(err, os.Remove(n.written[i]))
	}
	return err
}

// free refuses to overwrite anything.
func (n *first) free() error {
	names := []string{keyringFile, catalogueFile, signedFile, licenseFile, activationFile, rootFile, ordersFile, settingsFile}
	if !n.isURL() {
		names = append(names, databaseFile)
	}
	for _, name := range names {
		if _, err := os.Lstat(n.file(name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s exists, and nothing is overwritten: name another folder with --dir, or start the server with the existing files: \"server --dir %s\"", n.file(name), n.t.dir)
		}
	}
	if n.embed == "" {
		return nil
	}
	if info, err := os.Stat(n.embed); err != nil || !info.IsDir() {
		return cli.Usagef("--embed %s: there is no such folder", n.embed)
	}
	for _, name := range []string{keyringFile + asideSuffix, signedFile + asideSuffix} {
		if _, err := os.Lstat(filepath.Join(n.embed, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s exists, and nothing is overwritten: move it away first", filepath.Join(n.embed, name))
		}
	}
	return nil
}

// asideSuffix is the suffix of a file that --embed renames.
const asideSuffix = ".before"

// keys makes the private keys, the keyring and the catalogue.
func (n *first) keys() error {
	end := license.DateOf(n.t.now().AddDate(keyYears, 0, 0))
	var public []license.Key
	var signer *issuer.Issuer
	for _, k := range []struct {
		role license.Role
		file string
	}{{license.RoleLicense, licenseFile}, {license.RoleActivation, activationFile}, {license.RoleRoot, rootFile}} {
		private, err := issuer.Generate(k.role, rand.Reader)
		if err != nil {
			return err
		}
		if err := private.WriteFile(n.file(k.file)); err != nil {
			return err
		}
		n.written = append(n.written, n.file(k.file))
		if k.role == license.RoleLicense {
			if signer, err = issuer.New(n.vendor, k.role, private.Signer()); err != nil {
				return err
			}
		}
		public = append(public, license.Key{Public: private.Public(), Role: k.role, End: end})
	}
	keyring, err := license.NewKeyring(n.vendor, 1, 1, public)
	if err != nil {
		return err
	}
	if err := n.write(keyringFile, []byte(keyring.String()), 0o644); err != nil {
		return err
	}
	return n.catalogue(signer)
}

// catalogue writes the catalogue, and the signed catalogue for the product.
func (n *first) catalogue(signer *issuer.Issuer) error {
	text, err := catalogue.New(n.product, n.features)
	if err != nil {
		return err
	}
	if err := n.write(catalogueFile, text, 0o644); err != nil {
		return err
	}
	listed, err := catalogue.Parse(catalogueFile, text)
	if err != nil {
		return err
	}
	signed, err := listed.Signed(n.product)
	if err != nil {
		return err
	}
	signed.Issued = n.t.now().UTC().Truncate(time.Second)
	document, err := signer.Catalogue(signed)
	if err != nil {
		return err
	}
	return n.write(signedFile, document, 0o644)
}

// token makes the database, and in it the token of "server sell".
func (n *first) token() (err error) {
	name := n.t.settings.database
	if !n.isURL() {
		name = n.file(databaseFile)
		for _, suffix := range []string{"-shm", "-wal", ""} { // SQLite removes the first two when it closes properly
			n.written = append(n.written, name+suffix)
		}
	}
	ctx := context.Background()
	d, err := openDatabase(ctx, name, nil)
	if err != nil {
		return n.notMade(err)
	}
	text, err := d.store.AddToken(ctx, tokenName, store.Desk, n.t.now())
	if err = errors.Join(err, d.Close()); err != nil {
		return n.notMade(err)
	}
	n.made()
	return n.write(ordersFile, []byte(text+"\n"), 0o600)
}

// made forgets files that SQLite has removed itself.
func (n *first) made() {
	kept := n.written[:0]
	for _, file := range n.written {
		if _, err := os.Lstat(file); err == nil {
			kept = append(kept, file)
		}
	}
	n.written = kept
}

func (n *first) notMade(err error) error {
	n.made()
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("the database already has a token named %s: it belongs to another server", tokenName)
	}
	return err
}

// settings writes the server's settings. The URL of a database may contain a
// password, and stays in the environment.
func (n *first) settings() error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Settings of the activation server of %s, for \"server --dir FOLDER\" and systemd.\n# They are the same as in the environment: see \"server serve --help\".\n", n.vendor)
	line := func(name, value string) { fmt.Fprintf(&b, "%s%s=%s\n", envPrefix, name, value) }
	line("KEYRING", keyringFile)
	line("ACTIVATION_KEY", activationFile)
	line("CATALOGUE", catalogueFile)
	fmt.Fprintf(&b, "\n# With this key the server signs licences itself. Remove it when the back office signs them.\n")
	line("LICENSE_KEY", licenseFile)
	fmt.Fprintln(&b)
	if !n.isURL() {
		line("DATABASE", databaseFile)
	}
	line(tokenFile, ordersFile)
	return n.write(settingsFile, b.Bytes(), 0o600)
}

// embedded writes the files that the product embeds into the folder --embed.
func (n *first) embedded() error {
	if n.embed == "" {
		return nil
	}
	for _, name := range []string{keyringFile, signedFile} {
		text, err := os.ReadFile(n.file(name))
		if err != nil {
			return err
		}
		if err := n.replace(filepath.Join(n.embed, name), text); err != nil {
			return fmt.Errorf("--embed: %w", err)
		}
	}
	return nil
}

// replace writes a file, and renames an existing one first.
func (n *first) replace(path string, text []byte) error {
	switch err := os.Rename(path, path+asideSuffix); {
	case err == nil:
		n.replaced = append(n.replaced, func() error { return os.Rename(path+asideSuffix, path) })
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := writeNew(path, text, 0o644); err != nil {
		return err
	}
	n.replaced = append(n.replaced, func() error { return os.Remove(path) })
	return nil
}

// write writes one of the files.
func (n *first) write(name string, text []byte, mode fs.FileMode) error {
	if err := writeNew(n.file(name), text, mode); err != nil {
		return err
	}
	n.written = append(n.written, n.file(name))
	return nil
}

// writeNew writes a file that does not exist.
func writeNew(path string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// say lists the files, the secrets and the next commands.
func (n *first) say() error {
	flags := ""
	if n.t.dir != "." {
		flags = " --dir " + quoted(n.t.dir)
	}
	sell := "server sell" + flags + " --product " + n.product
	for _, id := range n.features {
		sell += " --feature " + id
	}
	_, err := fmt.Fprintf(n.t.out, `Made for %s:
  keyring.txt      the public keys, which the product embeds
  catalogue.doc    the product's signed editions, which it embeds, too
  catalogue.json   the catalogue: products, features, editions; after editing it,
                   restart the server
  server.settings  the settings of the server
%s
Secret, readable by you alone, and not shown:
  root.key         signs the next keyring: move it off this machine, into a safe
  license.key      signs licences: move it to the back office before you sell for
                   real
  activation.key   stays with the server
  orders.token     calls the server's API; "server sell" uses it

Start the server:
  server%s

Sell, in another terminal:
  %s --licensee "Ada Lovelace"

%s`, n.vendor, n.aboutDatabase(), flags, sell, n.aboutProduct())
	return err
}

// sampleProduct is what the sample product in examples/product is called in licences.
const sampleProduct = "acme-cad"

// aboutProduct says how a product gets the keyring, and activates.
func (n *first) aboutProduct() string {
	activate := func(folder string) string {
		return "  go -C " + quoted(folder) + " run . activate --server " + n.url() + " SERIAL\n"
	}
	const then = "The product takes the serial number that \"server sell\" prints, in place of SERIAL:\n"
	if n.embed != "" {
		return fmt.Sprintf("The product in %s embeds the keyring and the catalogue now.\n", quoted(n.productFolder())) + n.aboutID() + then + activate(n.productFolder())
	}
	return "The product has to embed keyring.txt and catalogue.doc; with another keyring it refuses\n" +
		"the serial number. To try it in the folder \"examples\" with a copy of the sample product:\n" +
		"  cp -r product myproduct\n" +
		"  cp " + quoted(n.file(keyringFile)) + " " + quoted(n.file(signedFile)) + " myproduct/embedded/\n" +
		n.aboutID() + then + activate("myproduct")
}

// aboutID says where the sample product has its id, if that is another one.
func (n *first) aboutID() string {
	if n.product == sampleProduct {
		return ""
	}
	return "In its main.go, put the id " + n.product + " in place of " + sampleProduct + ".\n"
}

// productFolder returns the folder of the product that embeds files of n.embed.
func (n *first) productFolder() string { return filepath.Join(n.embed, "..") }

// url returns where products on this machine reach the server.
func (n *first) url() string {
	s := settings{listen: n.t.settings.listen, tlsCert: n.t.settings.tlsCert}
	if url, err := s.url(); err == nil {
		return url
	}
	return "http://" + DefaultListen
}

// aboutDatabase says where sales are stored.
func (n *first) aboutDatabase() string {
	if n.isURL() {
		return "  Set LATCHKEY_DATABASE for the server, too: its URL may contain a password, so no\n  file has it.\n"
	}
	return "  latchkey.db      the sales and the customers; keep backups, as secret as the keys\n"
}

// quoted returns a path, quoted for a shell where needed.
func quoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
