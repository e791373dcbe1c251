package latchkey

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/latchkey-go/latchkey"

// mayImport is the table of who may import whom, besides the standard library.
// A name that ends in "/..." stands for all below it. docs/design.md shows it
// as a picture.
var mayImport = map[string][]string{
	".":                         {},
	"keyfmt":                    {},
	"internal/dsse":             {"internal/strictjson"},
	"internal/strictjson":       {},
	"internal/vectors":          {},
	"binding":                   {"golang.org/x/crypto/cryptobyte"},
	"binding/machine":           {"binding"},
	"license":                   {"internal/dsse", "internal/strictjson", "golang.org/x/text/unicode/norm"},
	"license/issuer":            {"license", "keyfmt", "internal/dsse", "golang.org/x/crypto/..."},
	"activation":                {"license", "keyfmt", "internal/dsse", "internal/strictjson", "golang.org/x/crypto/...", "golang.org/x/text/...", "github.com/gofrs/flock"},
	"activation/server":         {"activation", "license", "license/issuer", "binding", "keyfmt", "internal/dsse", "internal/strictjson", "golang.org/x/text/..."},
	"activation/activationtest": {"activation/server", "activation", "license", "license/issuer", "keyfmt", "binding", "internal/dsse", "internal/strictjson"},
}

// TestImports holds the sources, tests left out, against the table. It reads
// them itself: what a tool prints is served stale from the test cache.
func TestImports(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || name == "examples" || strings.HasPrefix(name, ".") && name != ".") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(file))
		seen[pkg] = true
		allowed, known := mayImport[pkg]
		require.True(t, known, "package %s is not in the table", pkg)
		for _, imported := range importsOf(t, file) {
			require.True(t, isAllowed(imported, allowed), "%s imports %s, which %s may not", file, imported, pkg)
		}
		return nil
	})
	require.NoError(t, err)
	for pkg := range mayImport {
		require.True(t, seen[pkg], "the table has %s, and there is no such package", pkg)
	}
}

func importsOf(t *testing.T, file string) (paths []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range parsed.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, p)
	}
	return paths
}

// isAllowed reports whether a package may be imported: it is in the standard
// library, which has no dot in its first part, or it is listed.
func isAllowed(imported string, allowed []string) bool {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") && imported != "C" {
		return true
	}
	imported = strings.TrimPrefix(imported, module+"/")
	return slices.ContainsFunc(allowed, func(a string) bool {
		below, all := strings.CutSuffix(a, "/...")
		return imported == a || all && (imported == below || strings.HasPrefix(imported, below+"/"))
	})
}

// TestImportTableIsHeld holds the test itself: what is not listed is found.
func TestImportTableIsHeld(t *testing.T) {
	t.Parallel()
	for imported, want := range map[string]bool{
		"fmt": true, "crypto/ed25519": true, "C": false, "net/http": true,
		module + "/license": true, module + "/license/issuer": false, module + "/binding": false,
		"golang.org/x/crypto/chacha20poly1305": true, "golang.org/x/cryptography": false, "github.com/other/thing": false,
	} {
		require.Equal(t, want, isAllowed(imported, []string{"license", "golang.org/x/crypto/..."}), imported)
	}
}

// TestRootModuleRequires holds that the library's dependencies, which become
// everyone's, are those that were agreed on.
func TestRootModuleRequires(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	agreed := []string{
		"github.com/gofrs/flock", "github.com/stretchr/testify", "golang.org/x/crypto", "golang.org/x/text",
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		name, version, found := strings.Cut(line, " ")
		if !found || !strings.HasPrefix(version, "v") || strings.Contains(line, "// indirect") {
			continue
		}
		require.Contains(t, agreed, name, "go.mod requires a module that was not agreed on")
	}
}
