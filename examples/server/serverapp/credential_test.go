//go:build unix

package serverapp

import (
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// TestKeyAsCredential reads keys with the modes that systemd gives to credentials,
// and with others.
func TestKeyAsCredential(t *testing.T) {
	t.Parallel()
	folder, other := t.TempDir(), t.TempDir()
	for _, c := range []struct {
		mode        fs.FileMode
		credentials string
		fine        bool
	}{
		{0o400, "", true},
		{0o400, folder, true},
		{0o440, folder, true},
		{0o440, folder + "/", true},
		{0o440, "", false},
		{0o440, other, false},
		{0o440, filepath.Dir(folder), false},
		{0o444, folder, false},
		{0o640, folder, false},
		{0o460, folder, false},
	} {
		name := filepath.Join(folder, "activation.key")
		key, err := issuer.Generate(license.RoleActivation, rand.Reader)
		require.NoError(t, err)
		require.NoError(t, key.WriteFile(name))
		require.NoError(t, os.Chmod(name, c.mode))
		got, err := readKey(name, c.credentials)
		require.Equal(t, c.fine, err == nil, "%o in %q: %v", c.mode, c.credentials, err)
		if c.fine {
			require.Equal(t, key.Public(), got.Public())
		} else {
			require.ErrorIs(t, err, issuer.ErrPermissions)
		}
		require.NoError(t, os.Remove(name))
	}
}

// TestSettingsTakeCredentials holds the server to take its keys from the folder
// that its environment names.
func TestSettingsTakeCredentials(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	name := filepath.Join(folder, "activation.key")
	key, err := issuer.Generate(license.RoleActivation, rand.Reader)
	require.NoError(t, err)
	require.NoError(t, key.WriteFile(name))
	require.NoError(t, os.Chmod(name, 0o440))
	ring, err := license.NewKeyring("acme", 1, 0, []license.Key{{Public: key.Public(), Role: license.RoleActivation, End: 40000}})
	require.NoError(t, err)
	keyring := filepath.Join(folder, "keyring.txt")
	require.NoError(t, os.WriteFile(keyring, []byte(ring.String()), 0o600))
	for credentials, fine := range map[string]bool{folder: true, "": false} {
		env := map[string]string{"LATCHKEY_KEYRING": keyring, "LATCHKEY_ACTIVATION_KEY": name, "CREDENTIALS_DIRECTORY": credentials}
		settings := (&tool{env: func(name string) string { return env[name] }}).fromEnvironment(nil)
		_, err := settings.config(nil)
		require.Equal(t, fine, err == nil, "%q: %v", credentials, err)
	}
}
