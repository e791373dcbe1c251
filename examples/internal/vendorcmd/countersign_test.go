package vendorcmd_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/documents"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/license"
)

// A countersigning is a folder with a licence by an old key, and a new key.
type countersigning struct {
	t   *testing.T
	dir string
}

func newCountersigning(t *testing.T) *countersigning {
	t.Helper()
	c := &countersigning{t, t.TempDir()}
	for _, key := range []string{"old", "new"} {
		c.run("keygen", "--role", "license", "--out", key+".key")
	}
	c.run("keygen", "--role", "root", "--out", "root.key")
	c.run("keyring", "--vendor", "acme", "--add", "old.key:2031-12-31", "--add", "root.key:2031-12-31", "--out", "keyring.txt")
	c.run("keyring", "--base", "keyring.txt", "--add", "new.key:2031-12-31", "--revoke", "old.key", "--confirm", "revoke", "--out", "next.txt")
	c.run("issue", "--key", "old.key", "--keyring", "keyring.txt", "--product", "acme-cad", "--feature", "draw", "--licensee", "Ada Lovelace", "--new-name", "--out", "ada.lic")
	return c
}

func (c *countersigning) file(name string) string { return filepath.Join(c.dir, name) }

// try runs the command; arguments with a full stop are files.
func (c *countersigning) try(args ...string) (code int, said string) {
	for i, arg := range args {
		if strings.Contains(arg, ".") && !strings.Contains(arg, "/") {
			args[i] = c.file(arg)
		}
	}
	var out, diagnostics bytes.Buffer
	now := func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }
	code = vendorcmd.Run(args, strings.NewReader(""), &out, &diagnostics, now)
	return code, out.String() + diagnostics.String()
}

func (c *countersigning) run(args ...string) string {
	c.t.Helper()
	code, said := c.try(args...)
	require.Zero(c.t, code, "%v: %s", args, said)
	return said
}

func (c *countersigning) sign(from, to string) {
	c.t.Helper()
	c.run("countersign", "--from", from, "--keyring", "keyring.txt", "--key", "new.key", "--next", "next.txt", "--out", to)
}

// A signature of the new key that verifies nothing is no reason not to sign, and
// does not stay.
func TestCountersignWrongSignature(t *testing.T) {
	t.Parallel()
	c := newCountersigning(t)
	file, run, sign := c.file, c.run, c.sign
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
			"--document", name, "--out", "of-"+name+".txt"), "voids "+void)
	}
	sign("wrong.lic", "again.lic")
	again, err := os.ReadFile(file("again.lic"))
	require.NoError(t, err)
	require.Equal(t, string(good), string(again))

	// Signatures by keys that nobody knows leave room for the new one.
	var strange []byte
	for n := range 7 {
		strange = fmt.Appendf(strange, `,{"keyid":"%016x","sig":"%s"}`, n, base64.StdEncoding.EncodeToString(make([]byte, 64)))
	}
	text, err := os.ReadFile(file("ada.lic"))
	require.NoError(t, err)
	bare, err = license.Bare(text)
	require.NoError(t, err)
	full, err := license.Armor(append(append(bytes.TrimSuffix(bytes.TrimSpace(bare), []byte("]}")), strange...), "]}"...))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file("full.lic"), full, 0o600))
	sign("full.lic", "not-full.lic")
	again, err = os.ReadFile(file("not-full.lic"))
	require.NoError(t, err)
	require.Equal(t, string(good), string(again))
}

// An interrupted run continues with the same key. An output file with other content,
// or one that is also the input, is refused and stays as it is.
func TestCountersignResumes(t *testing.T) {
	t.Parallel()
	c := newCountersigning(t)
	text, err := os.ReadFile(c.file("ada.lic"))
	require.NoError(t, err)
	var lines []byte
	for _, id := range []string{"L-1", "L-2"} {
		line, err := json.Marshal(documents.Line{Serial: "S-1", Kind: license.KindLicense, ID: id, Document: string(text)})
		require.NoError(t, err)
		lines = append(lines, append(line, '\n')...)
	}
	require.NoError(t, os.WriteFile(c.file("documents.jsonl"), lines, 0o600))
	c.sign("documents.jsonl", "whole.jsonl")
	whole, err := os.ReadFile(c.file("whole.jsonl"))
	require.NoError(t, err)
	first := bytes.IndexByte(whole, '\n') + 1
	for _, cut := range []int{0, 1, first - 1, first, first + 7, len(whole)} {
		require.NoError(t, os.WriteFile(c.file("cut.jsonl"), whole[:cut], 0o600))
		c.sign("documents.jsonl", "cut.jsonl")
		got, err := os.ReadFile(c.file("cut.jsonl"))
		require.NoError(t, err)
		require.Equal(t, string(whole), string(got), cut)
	}
	code, said := c.try("countersign", "--from", "documents.jsonl", "--keyring", "keyring.txt", "--key", "new.key", "--next", "next.txt", "--out", "documents.jsonl")
	require.Equal(t, vendorcmd.Refused, code)
	require.Contains(t, said, "documents.jsonl: line 1: it was not signed with this key")
	got, err := os.ReadFile(c.file("documents.jsonl"))
	require.NoError(t, err)
	require.Equal(t, string(lines), string(got))
}
