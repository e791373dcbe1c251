package vendorcmd

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

func keygenCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "keygen", Summary: "Make a private key.",
		Help: `Writes a new private key to a file that only its owner can read, and its public
half beside it, to FILE.pub, from which keyrings are made. No existing file is
overwritten. Restrict access to private keys: anybody who has the licence key can
make licences.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			role := f.String("role", "", "what the key will sign: `license`, activation or root")
			out := f.String("out", "", "`FILE` for the private key, which must not be there yet")
			return func(args []string) error {
				if len(args) > 0 || *out == "" || *role == "" {
					return cli.Usagef("say the role and the file: --role license --out license.key")
				}
				return t.keygen(license.Role(*role), *out)
			}
		},
	}
}

func (t *tool) keygen(role license.Role, out string) error {
	if role != license.RoleLicense && role != license.RoleActivation && role != license.RoleRoot {
		return cli.Usagef("%q is not a role: use license, activation or root", role)
	}
	if err := free(out, out+".pub"); err != nil {
		return err
	}
	key, err := issuer.Generate(role, rand.Reader)
	if err != nil {
		return err
	}
	if err := key.WriteFile(out); err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			return plain(path)
		}
		return err
	}
	if err := write(out+".pub", []byte(publicText(role, key.Public())), 0o644); err != nil {
		return err
	}
	encoded := base64.StdEncoding.EncodeToString(key.Public().Bytes())
	return t.say(t.out, fmt.Sprintf("Key %s (%s): private half in %s, public half in %s.pub.\nIn a keyring, with a last day of your choice:\nkey %s %s 2031-12-31 %s\n",
		key.Public().ID(), role, out, out, key.Public().ID(), role, encoded),
		cli.Fields{"id": key.Public().ID(), "role": string(role), "public": encoded, "private_file": out, "public_file": out + ".pub"})
}

const publicTitle = "latchkey public key 1"

// publicText is the text of a public key file.
func publicText(role license.Role, key license.PublicKey) string {
	return publicTitle + "\nrole " + string(role) + "\nid " + key.ID() +
		"\npublic " + base64.StdEncoding.EncodeToString(key.Bytes()) + "\n"
}

// parsePublic reads the text of a public key file.
func parsePublic(text string) (license.Role, license.PublicKey, error) {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n")
	if len(lines) != 4 || lines[0] != publicTitle {
		return "", license.PublicKey{}, errors.New("this is not a public key file, or it was changed")
	}
	role, _ := strings.CutPrefix(lines[1], "role ")
	encoded, _ := strings.CutPrefix(lines[3], "public ")
	b, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", license.PublicKey{}, errors.New("this is not a public key file, or it was changed")
	}
	key, err := license.ParsePublicKey(b)
	if err == nil && lines[2] != "id "+key.ID() {
		err = errors.New("the id in this public key file is not that of the key: one of them was changed")
	}
	return license.Role(role), key, err
}
