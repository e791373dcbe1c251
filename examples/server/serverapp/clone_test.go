package serverapp_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A clone is a copy of the repository, in whose folder examples a stranger runs
// commands.
type clone struct {
	t       testing.TB
	dir     string // examples
	address string // where the server listens, in place of 127.0.0.1:8080
	env     []string
}

func newClone(t testing.TB) *clone {
	t.Helper()
	root := t.TempDir()
	copyRepository(t, "../../..", root)
	c := &clone{t: t, dir: filepath.Join(root, "examples"), address: freePort(t)}
	c.env = append(os.Environ(), "GOWORK=", "GOFLAGS=-trimpath", "LANG=C.UTF-8", "LC_ALL=", "LATCHKEY_LISTEN="+c.address)
	c.newHome()                                                        // -trimpath lets packages come from the build cache, wherever the clone is
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} { // which are in the real home
		value, err := exec.Command("go", "env", name).Output()
		require.NoError(t, err)
		c.env = append(c.env, name+"="+strings.TrimSpace(string(value)))
	}
	return c
}

// newHome gives the stranger a home without the state of an earlier product.
func (c *clone) newHome() {
	home := c.t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "AppData", "LocalAppData"} {
		c.env = append(c.env, name+"="+home)
	}
}

// copyRepository copies what "git clone" has, but for what builds nothing.
func copyRepository(t testing.TB, from, to string) {
	t.Helper()
	skipped := []string{".git", ".ci", "bin", "docs", "testdata"}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(skipped, d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		case !d.Type().IsRegular() || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
	require.NoError(t, err)
}

// run runs commands in one shell, in the folder examples, and returns what they
// print. The lines are those that a reader sees; what the reader does himself is
// added: to wait until the server listens, and to copy the serial number. The
// address is another one, because tests run at the same time.
func (c *clone) run(lines []string) string {
	c.t.Helper()
	script := "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"
	for _, line := range lines {
		line = strings.ReplaceAll(line, "127.0.0.1:8080", c.address)
		line = regexp.MustCompile(`S….|\bSERIAL\b`).ReplaceAllString(line, `"$(cat serial)"`)
		switch {
		case strings.HasPrefix(line, "server sell "):
			line += " >serial"
		case strings.HasPrefix(line, "server --dir "):
			line = strings.TrimSuffix(line, " &") + " &\n" +
				fmt.Sprintf("for n in $(seq 600); do (exec 3<>/dev/tcp/%s) 2>/dev/null && break; sleep 0.1; done", strings.Replace(c.address, ":", "/", 1))
		}
		script += line + "\n"
	}
	cmd := exec.Command("bash", "-e", "-c", script)
	cmd.Dir, cmd.Env = c.dir, c.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(c.t, cmd.Run(), "%s\n%s", script, out.String())
	return out.String()
}

// The README's four commands, as they stand there, lead from a clone of the
// repository to a product that works.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	four := commandsOf(t, "first day")
	require.Len(t, four, 4)
	c := newClone(t)
	c.requireActive(c.run(append(commandsOf(t, "build"), four...)))
}

// requireActive fails the test unless the product said last that it can draw.
func (c *clone) requireActive(out string) {
	c.t.Helper()
	require.Regexp(c.t, `(?m)^\s*draw: active$`, out)
}

// The commands that "server init" prints work as they are printed, whether it puts
// its files into the product or not.
func TestInitPrintsWhatWorks(t *testing.T) {
	t.Parallel()
	c := newClone(t)
	build := commandsOf(t, "build")
	c.run([]string{build[0]})
	for name, more := range map[string]string{"with": " --embed myproduct/embedded", "without": ""} {
		c.newHome()
		before := []string{`PATH="$PWD/bin:$PATH"`}
		if more != "" {
			before = append(before, build[1])
		}
		out := c.run(append(before, "server init --dir 'my acme' --vendor acme --product acme-cad --feature draw"+more))
		var printed []string
		for _, found := range regexp.MustCompile(`(?m)^  ((?:server|cp|go) .*)$`).FindAllStringSubmatch(out, -1) {
			printed = append(printed, found[1])
		}
		require.GreaterOrEqual(t, len(printed), 3, "%s: %s", name, out)
		c.requireActive(c.run(append(before[:1], printed...)))
		for _, folder := range []string{"my acme", "myproduct"} {
			require.NoError(t, os.RemoveAll(filepath.Join(c.dir, folder)))
		}
	}
}
