package serverapp

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/latchkey-go/latchkey/license/issuer"
)

// readKey reads a private key. A file that others than its owner can read is
// refused with issuer.ErrPermissions, unless it is a credential: systemd 254 and
// later give a service its credentials as files of root with an access control list
// for the service's user, which appear as permissions of the group. No other user
// can reach the folder, whose path is in CREDENTIALS_DIRECTORY.
func readKey(name, credentials string) (issuer.PrivateKey, error) {
	key, err := issuer.ReadKeyFile(name)
	if !errors.Is(err, issuer.ErrPermissions) || !isCredential(name, credentials) {
		return key, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return issuer.PrivateKey{}, err
	}
	return issuer.ParsePrivateKey(text)
}

// credentialMode is the mode of a credential with an access list.
const credentialMode fs.FileMode = 0o440

// isCredential reports whether a file lies in the folder of credentials, and has
// the mode of one.
func isCredential(name, credentials string) bool {
	if credentials == "" || filepath.Dir(filepath.Clean(name)) != filepath.Clean(credentials) {
		return false
	}
	info, err := os.Lstat(name)
	return err == nil && info.Mode() == credentialMode
}
