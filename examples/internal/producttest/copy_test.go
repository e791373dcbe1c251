package producttest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// blocks returns the commands in the README, block by block.
func blocks(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../product/README.md")
	require.NoError(t, err)
	var all []string
	for _, found := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(text, -1) {
		all = append(all, string(found[1]))
	}
	return all
}

// A workshop is a folder beside the repository's examples, in which commands are
// run with the module cache and without a network.
type workshop struct {
	t   *testing.T
	dir string
	env []string
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	w := &workshop{t: t, dir: t.TempDir()}
	home := t.TempDir()
	w.env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off", "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "LANG=C", "LC_ALL=",
		"GOCACHE="+strings.TrimSpace(goEnv(t, "GOCACHE")), "GOMODCACHE="+strings.TrimSpace(goEnv(t, "GOMODCACHE")))
	require.NoError(t, os.CopyFS(filepath.Join(w.dir, "examples", "product"), os.DirFS(filepath.Join(root, "examples", "product"))))
	// The library is the one in the working tree, since its version may not be
	// released yet.
	w.env = append(w.env, "LIBRARY="+root)
	return w
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return string(out)
}

// run runs commands in a folder, of which none may fail.
func (w *workshop) run(folder, commands string) string {
	w.t.Helper()
	commands = regexp.MustCompile(`(?m)^(go mod init .*)$`).ReplaceAllString(commands, "$1\ngo mod edit -replace \"github.com/latchkey-go/latchkey=$$LIBRARY\"")
	cmd := exec.Command("sh", "-e", "-c", commands)
	cmd.Dir, cmd.Env = filepath.Join(w.dir, folder), w.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(w.t, cmd.Run(), "%s\n%s", commands, out.String())
	return out.String()
}

// TestReadme follows the README in a copy of the one folder, with the keys of
// another vendor.
func TestReadme(t *testing.T) {
	t.Parallel()
	all := blocks(t)
	require.Len(t, all, 5, "look at it, copy it, build a release, use it, test it")
	w := newWorkshop(t)
	w.run("", all[1])
	copied := filepath.Join(w.dir, "myproduct")

	v := activationtest.New(t, activationtest.Start(time.Now()))
	_, file := v.LicenseFile(activationtest.Sale{Features: []license.Feature{{ID: "draw"}}})
	for name, text := range map[string][]byte{"embedded/keyring.txt": []byte(v.Keyring()), "embedded/catalogue.doc": v.Catalogue(), "ada.lic": file.Text} {
		require.NoError(t, os.WriteFile(filepath.Join(copied, name), text, 0o600))
	}
	require.Contains(t, w.run("myproduct", all[2]), "acme-cad 4.3.0")
	out := w.run("myproduct", all[3])
	require.Contains(t, out, "draw: done.")
	require.Contains(t, out, `"state": "active"`)

	w.run("myproduct", all[4])
	module, err := os.ReadFile(filepath.Join(copied, "go.mod"))
	require.NoError(t, err)
	require.NotContains(t, string(module), "latchkey/examples", "the copy needs the library alone")
}

// TestCopyAsItIs builds a copy in which nothing was changed: it imports the
// original's commands, and embeds its own keys.
func TestCopyAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.run("", `cp -r examples/product elsewhere
cd elsewhere
go mod init example.com/elsewhere
go mod edit -replace "github.com/latchkey-go/latchkey/examples=$LIBRARY/examples"
go get github.com/latchkey-go/latchkey/examples
go build
./elsewhere --version`)
}

// TestCopyIsWhole holds the folder to what a copy of it may import: the library and
// itself.
func TestCopyIsWhole(t *testing.T) {
	t.Parallel()
	own := 0
	for _, pattern := range []string{"../../product/*.go", "../../product/*/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, found := range regexp.MustCompile(`"github.com/latchkey-go/latchkey/(examples/[^"]*|internal/[^"]*)"`).FindAllStringSubmatch(string(text), -1) {
				require.True(t, strings.HasPrefix(found[1], "examples/product/"), "%s imports %s", file, found[1])
				own++
			}
		}
	}
	require.NotZero(t, own)
}

// TestExitCodesAreTold holds the README's table to the help.
func TestExitCodesAreTold(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../product/README.md")
	require.NoError(t, err)
	help, err := os.ReadFile("../../product/productcmd/program.go")
	require.NoError(t, err)
	for _, code := range []string{"0", "1", "2", "3", "4", "5", "6", "7"} {
		require.Contains(t, string(readme), "\n| "+code+" | ")
		require.Contains(t, string(help), "\n  "+code+"  ")
	}
}
