package vendorcmd_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A licensee's name, which comes from an order, writes no line of its own and
// controls no terminal.
func TestNamesControlNothing(t *testing.T) {
	t.Parallel()
	c := newCountersigning(t)
	c.run("issue", "--key", "old.key", "--keyring", "keyring.txt", "--product", "acme-cad", "--feature", "draw",
		"--licensee", "Eve\x1b[2J\n  Serial number: none\u202e", "--new-name", "--out", "eve.lic")
	for _, args := range [][]string{
		{"records", "--records", "records.jsonl", "--licensee", "eve"},
		{"inspect", "--keyring", "keyring.txt", "eve.lic"},
	} {
		said := c.run(args...)
		require.Contains(t, said, "Eve")
		for _, hidden := range []string{"\x1b", "\u202e", "\n  Serial number: none"} {
			require.NotContains(t, said, hidden, args[0])
		}
	}
}
