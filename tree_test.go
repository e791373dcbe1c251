package latchkey

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNamesDifferInMoreThanCase holds that no two files or folders of the
// repository have names that differ in case only: the go command packs no such
// module, and the usual file systems of macOS and Windows hold one of the two.
func TestNamesDifferInMoreThanCase(t *testing.T) {
	t.Parallel()
	var names []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		names = append(names, path)
		return err
	})
	require.NoError(t, err)
	require.Contains(t, names, "license")
	require.Empty(t, collisions(names))
}

// TestCollisions holds that collisions are found.
func TestCollisions(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"LICENSE and license", "a/B and a/b"}, collisions([]string{"LICENSE", "a/B", "a/b", "license", "license/x"}))
}

// collisions returns the pairs of names that differ in case only.
func collisions(names []string) (pairs []string) {
	seen := map[string]string{}
	for _, name := range names {
		folded := strings.ToLower(filepath.ToSlash(name))
		if other, has := seen[folded]; has {
			pairs = append(pairs, other+" and "+name)
		}
		seen[folded] = name
	}
	slices.Sort(pairs)
	return pairs
}

// TestNoFolderNamedVendor holds that no folder is named vendor, which is Go's
// own name for copies of other modules: "go mod vendor" replaces its content.
func TestNoFolderNamedVendor(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			require.NotEqual(t, "vendor", d.Name(), path)
		}
		return err
	})
	require.NoError(t, err)
}
