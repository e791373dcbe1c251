package vendorcmd

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// read returns the content of a file, or of standard input for "-".
func (t *tool) read(path string) ([]byte, error) { return t.readWithin(license.MaxDocument, path) }

func (t *tool) readWithin(limit int, path string) ([]byte, error) {
	if path == "-" {
		b, err := cli.ReadAll(t.in, limit)
		return b, cli.At(name(path), err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	b, err := cli.ReadAll(f, limit)
	return b, cli.At(name(path), err)
}

// name returns the name of a file for messages; "-" is standard input.
func name(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// plain returns the error of a file without the name of the system call.
func plain(err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) {
		return err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file", path.Path)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: the file exists and is not overwritten: choose another name, or remove it first", path.Path)
	}
	return fmt.Errorf("%s: %w", path.Path, path.Err)
}

// write writes a new file.
func write(path string, b []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return plain(err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(plain(err), os.Remove(path))
	}
	return nil
}

// A signing has the flags and the key of a command that signs with one key.
type signing struct {
	t            *tool
	key, keyring string
	out          string
	records      string
	role         license.Role
	public       license.PublicKey // of the key that signs, once it is open
	again        bool              // issue a number or an id once more
}

// signingFlags declares the flags of a command that signs a document.
func (t *tool) signingFlags(f *flag.FlagSet, role license.Role, keyFile string) *signing {
	s := &signing{t: t, role: role}
	f.StringVar(&s.key, "key", keyFile, "`FILE` with the private key of the role "+string(role)+"; default: "+keyFile)
	f.StringVar(&s.keyring, "keyring", "keyring.txt", "`FILE` with the keyring that products embed; default: keyring.txt")
	f.StringVar(&s.records, "records", "", "`FILE` of the records; default: records.jsonl beside the key")
	f.StringVar(&s.out, "out", "-", "`FILE` for the document, which must not be there yet; default: standard output")
	return s
}

// open reads keyring and key, and refuses a key that products would refuse.
func (s *signing) open() (*issuer.Issuer, *license.Keyring, error) {
	keys, err := s.t.openKeyring(s.keyring)
	if err != nil {
		return nil, nil, err
	}
	sign, err := openIssuer(s.key, s.role, keys.Vendor())
	if err != nil {
		return nil, nil, err
	}
	for _, k := range keys.Keys() {
		if k.Public == sign.Public() {
			s.public = k.Public
			check := rules.Check{Today: s.t.today(), KeyEnd: k.End, Words: rules.Command}
			return sign, keys, cli.At(s.key, s.t.found(check.SigningKey()))
		}
	}
	return nil, nil, damagedf("%s: this key (%s) is not in %s, so no product would accept its signature: use the keyring that products embed, or add the key to it", s.key, sign.Public().ID(), s.keyring)
}

func (t *tool) openKeyring(path string) (*license.Keyring, error) {
	text, err := t.read(path)
	if err != nil {
		return nil, fmt.Errorf("the keyring: %w", err)
	}
	keys, err := license.ParseKeyring(string(text))
	return keys, cli.At(name(path), damaged(err))
}

// openIssuer reads a private key that must have a role.
func openIssuer(path string, role license.Role, vendor string) (*issuer.Issuer, error) {
	key, err := readKey(path)
	if err != nil {
		return nil, err
	}
	if key.Role() != role {
		return nil, damagedf("%s: this key has the role %s, and a key of the role %s must sign", path, key.Role(), role)
	}
	return issuer.New(vendor, role, key.Signer())
}

func readKey(path string) (issuer.PrivateKey, error) {
	if isPublic(path) {
		return issuer.PrivateKey{}, damagedf("%s: this is a public key, and only the private key can sign: name the file without .pub, which \"latchkey keygen\" made beside it", path)
	}
	key, err := issuer.ReadKeyFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return key, fmt.Errorf("%s: there is no such file: \"latchkey keygen\" makes a private key", path)
	case errors.Is(err, issuer.ErrPermissions):
		return key, damagedf("%s: others than the owner can read this private key, so it may have been copied: run chmod 600 %s, and consider a new key", path, path)
	case err != nil:
		return key, damagedf("%s: %s", path, strings.TrimPrefix(err.Error(), "issuer: "))
	}
	return key, nil
}

// isPublic reports whether a file has the public half of a key.
func isPublic(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(publicTitle))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == publicTitle
}

// deliver writes a recorded document, and its description.
func (s *signing) deliver(document []byte, text string, fields cli.Fields) error {
	switch {
	case s.out != "-":
		if err := write(s.out, document, 0o644); err != nil {
			return err
		}
		fields["file"] = s.out
		return s.t.say(s.t.out, text+"Written to "+s.out+".\n", fields)
	case s.t.json:
		fields["document"] = string(document)
	default:
		if _, err := s.t.out.Write(document); err != nil {
			return err
		}
	}
	return s.t.say(s.t.err, text, fields)
}

// free refuses a file that exists, before anything is signed.
func free(paths ...string) error {
	for _, path := range paths {
		if path == "" || path == "-" {
			continue
		}
		if _, err := os.Lstat(path); err == nil {
			return plain(&fs.PathError{Path: path, Err: fs.ErrExist})
		}
	}
	return nil
}

// writeSecret writes a code or a key to a file that only its owner can read, if a file
// was named.
func writeSecret(path string, key keyfmt.Key) error {
	if path == "" {
		return nil
	}
	return write(path, []byte(key.Text()+"\n"), 0o600)
}

// readTyped reads a key of one kind from a file, as somebody typed it.
func (t *tool) readTyped(path string, kind keyfmt.Kind) (keyfmt.Key, error) {
	text, err := t.read(path)
	if err != nil {
		return keyfmt.Key{}, err
	}
	return parseTyped(name(path), string(bytes.TrimSpace(text)), kind)
}

func parseTyped(where, text string, kind keyfmt.Kind) (keyfmt.Key, error) {
	key, _, err := keyfmt.Parse(text)
	if err != nil {
		return keyfmt.Key{}, cli.At(where, err)
	}
	if key.Kind() != kind {
		return keyfmt.Key{}, cli.At(where, damagedf("this is %s, and %s is needed here", article(key.Kind()), article(kind)))
	}
	return key, nil
}

func article(k keyfmt.Kind) string {
	if strings.ContainsRune("aeiou", rune(k.String()[0])) {
		return "an " + k.String()
	}
	return "a " + k.String()
}
