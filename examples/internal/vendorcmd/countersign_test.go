package vendorcmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/license"
)

// A signature of the new key that verifies nothing is no reason not to sign, and
// does not stay.
func TestCountersignWrongSignature(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }
	file := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) string {
		t.Helper()
		for i, arg := range args {
			if strings.Contains(arg, ".") && !strings.Contains(arg, "/") {
				args[i] = file(arg)
			}
		}
		var out, said bytes.Buffer
		require.Zero(t, vendorcmd.Run(args, strings.NewReader(""), &out, &said, now), "%v: %s", args, said.String())
		return out.String() + said.String()
	}
	for _, key := range []string{"old", "new"} {
		run("keygen", "--role", "license", "--out", key+".key")
	}
	run("keygen", "--role", "root", "--out", "root.key")
	run("keyring", "--vendor", "acme", "--add", "old.key:2031-12-31", "--add", "root.key:2031-12-31", "--out", "keyring.txt")
	run("keyring", "--base", "keyring.txt", "--add", "new.key:2031-12-31", "--revoke", "old.key", "--confirm", "revoke", "--out", "next.txt")
	run("issue", "--key", "old.key", "--keyring", "keyring.txt", "--product", "acme-cad", "--feature", "draw", "--licensee", "Ada Lovelace", "--new-name", "--out", "ada.lic")
	sign := func(from, to string) {
		run("countersign", "--from", from, "--keyring", "keyring.txt", "--key", "new.key", "--next", "next.txt", "--out", to)
	}
	sign("ada.lic", "good.lic")

	good, err := os.ReadFile(file("good.lic"))
	require.NoError(t, err)
	bare, err := license.Bare(good)
	require.NoError(t, err)
	at := bytes.LastIndex(bare, []byte(`"sig":"`)) + len(`"sig":"`)
	bare[at+4] = map[bool]byte{true: 'B', false: 'A'}[bare[at+4] == 'A']
	wrong, err := license.Armor(bare)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file("wrong.lic"), wrong, 0o600))
	for name, void := range map[string]string{"good.lic": "0", "wrong.lic": "1"} {
		require.Contains(t, run("keyring", "--base", "keyring.txt", "--add", "new.key:2031-12-31", "--revoke", "old.key", "--confirm", "revoke",
			"--document", name, "--out", "of-"+name+".txt"), "Of 1 documents it voids "+void)
	}
	sign("wrong.lic", "again.lic")
	again, err := os.ReadFile(file("again.lic"))
	require.NoError(t, err)
	require.Equal(t, string(good), string(again))
}
