package issuer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// TestThreat has the attack on signed data that concerns private keys; the
// others are in package license.
func TestThreat(t *testing.T) {
	t.Parallel()
	t.Run("A16_private_keys", func(t *testing.T) {
		t.Parallel()
		t.Run("altered", alteredKeyFiles)
		t.Run("all_zero", allZeroSeeds)
		t.Run("permissions", keyFilePermissions)
		t.Run("redacted", redacted)
		t.Run("not_overwritten", notOverwritten)
	})
}

// keyText returns the text of a private key file.
func keyText(t testing.TB, key issuer.PrivateKey) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	require.NoError(t, key.WriteFile(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func alteredKeyFiles(t *testing.T) {
	t.Parallel()
	key := seeded(t, license.RoleLicense, 7)
	text := keyText(t, key)
	seed := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	require.Equal(t, "latchkey private key 1\nrole license\nid "+key.Public().ID()+"\nseed "+seed+"\n", text)
	other := seeded(t, license.RoleLicense, 8)
	for name, altered := range map[string]string{
		"empty":               "",
		"id of another key":   strings.Replace(text, key.Public().ID(), other.Public().ID(), 1),
		"seed of another key": strings.Replace(text, seed, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{8}, 32)), 1),
		"no id":               strings.Replace(text, "id "+key.Public().ID()+"\n", "", 1),
		"an empty id":         strings.Replace(text, key.Public().ID(), "", 1),
		"id in capitals":      strings.Replace(text, key.Public().ID(), strings.ToUpper(key.Public().ID()), 1),
		"short seed":          strings.Replace(text, seed, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 31)), 1),
		"seed and public":     strings.Replace(text, seed, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 64)), 1),
		"loose base64":        strings.Replace(text, "c=\n", "d=\n", 1),
		"return in base64":    strings.Replace(text, seed, seed[:8]+"\r"+seed[8:], 1),
		"unknown role":        strings.Replace(text, "role license", "role admin", 1),
		"next title":          strings.Replace(text, "key 1", "key 2", 1),
		"a line more":         text + "public x\n",
		"a line less":         strings.Join(strings.SplitAfter(text, "\n")[:3], ""),
		"other order":         strings.Join([]string{"latchkey private key 1", "id " + key.Public().ID(), "role license", "seed " + seed, ""}, "\n"),
		"too large":           text + strings.Repeat("\n", 1024),
		"PEM":                 "-----BEGIN PRIVATE KEY-----\n" + seed + "\n-----END PRIVATE KEY-----\n",
	} {
		require.NotEqual(t, text, altered, name)
		got, err := issuer.ParsePrivateKey([]byte(altered))
		require.Error(t, err, name)
		require.Zero(t, got.Role(), name)
		require.Zero(t, got.Public(), name)
		require.NotContains(t, err.Error(), seed[:10], name)
	}
	for name, same := range map[string]string{"as written": text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "blank lines": "\n" + text + "\n\n"} {
		got, err := issuer.ParsePrivateKey([]byte(same))
		require.NoError(t, err, name)
		require.Equal(t, key, got, name)
	}
	// Every change of a bit is refused, but in the role, which the id does not
	// cover; no two roles are a bit apart.
	for i := range text {
		for bit := range 8 {
			changed := []byte(text)
			changed[i] ^= 1 << bit
			if got, err := issuer.ParsePrivateKey(changed); err == nil && got.String() != key.String() {
				t.Fatalf("bit %d of byte %d: another key", bit, i)
			}
		}
	}
}

func allZeroSeeds(t *testing.T) {
	t.Parallel()
	key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(make([]byte, 32)))
	require.Error(t, err)
	require.Zero(t, key.Role())
	// The public half of an all-zero seed has this id: nothing else is wrong.
	key, err = issuer.ParsePrivateKey([]byte("latchkey private key 1\nrole license\nid 139e3940e64b5491\nseed " +
		base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"))
	require.ErrorContains(t, err, "all zero")
	require.Zero(t, key.Role())

	_, err = issuer.Generate(license.RoleLicense, bytes.NewReader(make([]byte, 31)))
	require.Error(t, err, "not enough randomness")
	_, err = issuer.Generate("admin", bytes.NewReader(bytes.Repeat([]byte{1}, 32)))
	require.Error(t, err, "unknown role")
}

func keyFilePermissions(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permissions for group and others")
	}
	key := seeded(t, license.RoleRoot, 7)
	path := filepath.Join(t.TempDir(), "root.key")
	require.NoError(t, key.WriteFile(path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	got, err := issuer.ReadKeyFile(path)
	require.NoError(t, err)
	require.Equal(t, key, got)
	require.Equal(t, license.RoleRoot, got.Role())

	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o660, 0o601, 0o610, 0o620, 0o602, 0o777} {
		require.NoError(t, os.Chmod(path, mode))
		got, err := issuer.ReadKeyFile(path)
		require.ErrorIs(t, err, issuer.ErrPermissions, mode)
		require.Zero(t, got.Role())
	}
	require.NoError(t, os.Chmod(path, 0o400))
	_, err = issuer.ReadKeyFile(path)
	require.NoError(t, err)

	_, err = issuer.ReadKeyFile(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	large := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(large, make([]byte, 1<<20), 0o600))
	_, err = issuer.ReadKeyFile(large)
	require.Error(t, err)
}

// A PrivateKey shows its role and id, and nothing of the seed, however it is
// printed, and in whatever it is.
func redacted(t *testing.T) {
	t.Parallel()
	seed := []byte("an unlikely text of 32 bytes!!!!")
	key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(seed))
	require.NoError(t, err)
	signer, err := issuer.New("acme", license.RoleLicense, key.Signer())
	require.NoError(t, err)
	type settings struct {
		Name string
		Key  issuer.PrivateKey
		own  issuer.PrivateKey
		list []issuer.PrivateKey
		by   *issuer.Issuer
	}
	in := settings{"x", key, key, []issuer.PrivateKey{key}, signer}
	secrets := []string{string(seed), string(seed[:8]), base64.StdEncoding.EncodeToString(seed)[:12], hex.EncodeToString(seed)[:12],
		strings.ToUpper(hex.EncodeToString(seed)[:12]), strings.Trim(fmt.Sprint(seed[:6]), "[]"), strings.Trim(fmt.Sprintf("%#v", seed[:6]), "[]byte{}")}
	hidden := func(what, text string) {
		t.Helper()
		require.NotEmpty(t, text, what)
		for _, secret := range secrets {
			require.NotContains(t, text, secret, what)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%U", "%c", "%08d"} {
		for _, value := range []any{key, &key, in, &in, []issuer.PrivateKey{key}, map[string]issuer.PrivateKey{"k": key}, signer, any(key)} {
			hidden(verb, fmt.Sprintf(verb, value))
		}
		require.Equal(t, "private key "+key.Public().ID()+" (license)", fmt.Sprintf(verb, key))
	}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	hidden("JSON", string(text))
	require.Contains(t, string(text), key.Public().ID())
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("key", "key", key, "in", in, "signer", signer)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("key", "key", key, "in", in, "signer", signer)
	hidden("slog", logged.String())
	require.Equal(t, "no private key", issuer.PrivateKey{}.String())
}

func notOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "license.key")
	first, second := seeded(t, license.RoleLicense, 7), seeded(t, license.RoleLicense, 8)
	require.NoError(t, first.WriteFile(path))
	require.ErrorIs(t, second.WriteFile(path), os.ErrExist)
	got, err := issuer.ReadKeyFile(path)
	require.NoError(t, err)
	require.Equal(t, first, got)

	link := filepath.Join(dir, "link")
	if os.Symlink(filepath.Join(dir, "elsewhere"), link) == nil {
		require.Error(t, second.WriteFile(link), "a link that leads nowhere is not followed")
		_, err = os.Lstat(filepath.Join(dir, "elsewhere"))
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	require.Error(t, issuer.PrivateKey{}.WriteFile(filepath.Join(dir, "none")))
	_, err = os.Stat(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
