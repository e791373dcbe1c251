package modproxy_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/modproxy"
)

const repo = "../../.."

// TestPack holds that both modules can be packed, which fails for a tree that
// the go command would refuse, and that each zip file has what a stranger needs.
func TestPack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version, err := modproxy.Pack(repo, dir)
	require.NoError(t, err)
	for module, needed := range map[string][]string{
		modproxy.Library:  {"go.mod", "LICENSE.txt", "license/document.go", "activation/client.go", "README.md", "testdata/README.md"},
		modproxy.Examples: {"go.mod", "LICENSE.txt", "latchkey/main.go", "server/main.go", "product/main.go"},
	} {
		at := filepath.Join(dir, filepath.FromSlash(module), "@v")
		goMod, err := os.ReadFile(filepath.Join(at, version+".mod"))
		require.NoError(t, err)
		require.NotContains(t, string(goMod), "replace", "go install refuses a module with a replace")
		names := namesIn(t, filepath.Join(at, version+".zip"))
		for _, name := range needed {
			require.True(t, slices.Contains(names, module+"@"+version+"/"+name), "%s has no %s", module, name)
		}
		for _, name := range names {
			require.NotContains(t, name, "/.git/", name)
		}
	}
	require.False(t, hasPrefix(namesIn(t, filepath.Join(dir, filepath.FromSlash(modproxy.Library), "@v", version+".zip")),
		modproxy.Library+"@"+version+"/examples/"), "the examples are a module of their own")
}

func hasPrefix(names []string, prefix string) bool {
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func namesIn(t *testing.T, path string) (names []string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer z.Close()
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	return names
}
