package activation_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

// A host is a machine that the test makes up.
type host struct {
	key      []byte // names it to the seal; nil: it cannot be read
	mismatch error  // what it says to every binding
}

func (h host) MatchBinding(string, []byte) error { return h.mismatch }

func (h host) StateKey() ([]byte, error) {
	if h.key == nil {
		return nil, errors.New("the id of the machine cannot be read")
	}
	return h.key, nil
}

func machineA() host { return host{key: bytes.Repeat([]byte("A"), 32)} }
func machineB() host { return host{key: bytes.Repeat([]byte("B"), 32)} }

// tree returns everything below folders, byte for byte, by path.
func tree(t testing.TB, dirs ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			content := ""
			if info.Mode().IsRegular() {
				b, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				content = string(b)
			}
			if info.Mode()&fs.ModeSymlink != 0 {
				content, _ = os.Readlink(path)
			}
			all[path] = info.Mode().String() + " " + content
			return nil
		})
		require.True(t, err == nil || errors.Is(err, fs.ErrNotExist), "%v", err)
	}
	return all
}

// unchanged runs what must leave folders byte for byte as they are.
func unchanged(t testing.TB, dirs []string, run func()) {
	t.Helper()
	before := tree(t, dirs...)
	run()
	require.Equal(t, before, tree(t, dirs...))
}

// copyDir makes to a copy of from, whatever was there before.
func copyDir(t testing.TB, from, to string) {
	t.Helper()
	require.NoError(t, os.RemoveAll(to))
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	require.NoError(t, os.Chmod(to, 0o700))
}

// visit opens a client, shows it and closes it.
func visit(t testing.TB, o activation.Options, show func(c *activation.Client)) {
	t.Helper()
	c, err := activation.Open(o)
	require.NoError(t, err)
	show(c)
	require.NoError(t, c.Close())
}

// has reports whether a decision lists a reason.
func has(d license.Decision, code license.Code) bool { return lists(d.Reasons, code) }

func lists(reasons []license.Reason, code license.Code) bool {
	for i := range reasons {
		if reasons[i].Code == code {
			return true
		}
	}
	return false
}

// requireReason fails unless an error has a code and is a *license.Reason.
func requireReason(t testing.TB, err error, code license.Code) *license.Reason {
	t.Helper()
	var r *license.Reason
	require.ErrorAs(t, err, &r)
	require.Equal(t, code, r.Code, "%v", err)
	return r
}

// importing returns the error of importing a text.
func importing(c *activation.Client, text []byte) error {
	_, err := c.Import(context.Background(), bytes.NewReader(text))
	return err
}

// answer returns the vendor's signed time for the client's open challenge.
func (v vendor) answer(t testing.TB, c *activation.Client, at time.Time, restored bool) []byte {
	t.Helper()
	key, err := c.Challenge()
	require.NoError(t, err)
	text, err := v.clock.Time(&license.SignedTime{Challenge: key.Payload(), Time: at, Restored: restored})
	require.NoError(t, err)
	return text
}

func extend(id string, days int) func(u *license.Update) {
	return func(u *license.Update) {
		u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{
			{ID: id, Term: &license.Term{Kind: license.Extend, Span: license.Span{Days: days}}},
		}}}
	}
}

const (
	aloneVar = "LATCHKEY_TEST_ALONE"
	childVar = "LATCHKEY_TEST_CHILD"
	dirVar   = "LATCHKEY_TEST_DIR"
)

// alone runs the test that calls it in a process of its own, which setup may
// change before it starts. It returns true in that process, and false in the
// first one when the test has passed there.
func alone(t *testing.T, setup func(cmd *exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(aloneVar) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.v", "-test.run=^"+strings.ReplaceAll(regexp.QuoteMeta(t.Name()), "/", "$/^")+"$")
	cmd.Env = append(os.Environ(), aloneVar+"="+t.Name())
	setup(cmd)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: "+t.Name()+" ")
	return false
}

// A child is a process that TestChild runs. It writes a dot for each thing done.
type child struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	dots int
}

func startChild(t testing.TB, mode, dir string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childVar+"="+mode, dirVar+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return &child{cmd: cmd, out: bufio.NewReader(out)}
}

// await reads dots until there are n, or all there will be for n < 0.
func (c *child) await(t testing.TB, n int) {
	t.Helper()
	for n < 0 || c.dots < n {
		b, err := c.out.ReadByte()
		if n < 0 && errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err, "the child ended after %d", c.dots)
		if b == '.' {
			c.dots++
		}
	}
}

// kill ends the process at once and returns how many things it had done.
func (c *child) kill(t testing.TB) int {
	t.Helper()
	require.NoError(t, c.cmd.Process.Kill())
	c.await(t, -1)
	require.Error(t, c.cmd.Wait())
	return c.dots
}

func dot() { fmt.Print(".") }

// childOptions are those of the clients of every process over one folder.
func (v vendor) childOptions(t testing.TB, dir string) activation.Options {
	o, _ := v.optionsIn(t, dir) // a process that is killed removes none of its own
	o.RunBlock = 16
	return o
}

// TestChild is what other processes of the tests run. On its own it has
// nothing to do.
func TestChild(t *testing.T) {
	dir := os.Getenv(dirVar)
	switch mode := os.Getenv(childVar); mode {
	case "":
	case "consume":
		childConsume(t, dir)
	case "consume for ever":
		c, err := activation.Open(newVendor(t).childOptions(t, dir))
		require.NoError(t, err)
		for c.Consume("print", 1) == nil {
			dot()
		}
	case "import for ever":
		childImport(t, dir)
	case "hold the lock":
		childLock(t, dir)
	default:
		t.Fatal("no such mode: ", mode)
	}
}

// childConsume uses a hundred runs. Where those left are in another process's
// block, it waits for that one to give them back.
func childConsume(t *testing.T, dir string) {
	c, err := activation.Open(newVendor(t).childOptions(t, dir))
	require.NoError(t, err)
	waits := 0
	for done := 0; done < 100; {
		err := c.Consume("print", 1)
		if errors.Is(err, license.RunsUsedUp) {
			waits++
			require.Less(t, waits, 4000, "nobody gives any back")
			require.NoError(t, c.Close())
			time.Sleep(5 * time.Millisecond)
			c, err = activation.Open(newVendor(t).childOptions(t, dir))
			require.NoError(t, err)
			continue
		}
		require.NoError(t, err)
		done++
		dot()
	}
	require.NoError(t, c.Close())
}

// childImport imports one revision of a licence after the other.
func childImport(t *testing.T, dir string) {
	v := newVendor(t)
	c, err := activation.Open(v.childOptions(t, dir))
	require.NoError(t, err)
	for revision := c.Status().Licenses[0].Revision + 1; ; revision++ {
		mustImport(t, c, v.revision(t, revision))
		dot()
	}
}

// revision returns a licence as it stands after a number of updates.
func (v vendor) revision(t testing.TB, n int64) []byte {
	return v.sell(t, func(l *license.License) { l.Revision = n })
}
