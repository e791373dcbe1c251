package vendorcmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/clitest"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
)

// Of several who issue the next update at the same time, one does; the others are
// refused, and every document that was delivered is in the records.
func TestUpdatesAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) (int, string) {
		var out, diagnostics bytes.Buffer
		code := vendorcmd.Run(args, strings.NewReader(""), &out, &diagnostics, func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) })
		return code, diagnostics.String()
	}
	ok := func(args ...string) {
		code, diagnostics := run(args...)
		require.Zero(t, code, diagnostics)
	}
	require.NoError(t, os.WriteFile(file("catalogue.json"), []byte(clitest.Catalogue), 0o600))
	ok("keygen", "--role", "license", "--out", file("license.key"))
	ok("keyring", "--vendor", "acme", "--add", file("license.key")+":2031-12-31", "--out", file("keyring.txt"))
	common := []string{"--key", file("license.key"), "--keyring", file("keyring.txt"), "--catalogue", file("catalogue.json"), "--product", "acme-cad"}
	ok(append([]string{"issue", "--feature", "draw", "--out", file("a.lic")}, common...)...)

	codes := make([]int, 8)
	var all sync.WaitGroup
	for i := range codes {
		all.Go(func() {
			out := file(string(rune('a'+i)) + ".update")
			codes[i], _ = run(append([]string{"update", "--license", file("a.lic"), "--feature", "export", "--out", out}, common...)...)
		})
	}
	all.Wait()
	delivered, err := filepath.Glob(file("*.update"))
	require.NoError(t, err)
	require.Len(t, delivered, 1)
	done := 0
	for _, code := range codes {
		if code == 0 {
			done++
			continue
		}
		require.Equal(t, vendorcmd.Refused, code)
	}
	require.Equal(t, 1, done)
	kept, err := records.Read(file("records.jsonl"))
	require.NoError(t, err)
	require.Len(t, kept, 2)
	document, err := os.ReadFile(delivered[0])
	require.NoError(t, err)
	require.Equal(t, string(document), kept[1].Document)
	require.Equal(t, records.DigestOf(document), kept[1].Digest)
}
