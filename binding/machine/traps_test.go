package machine

import (
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// The traps of gopsutil v3 and machineid, each with the test that we do not
// fall in.

// host.Info starts lsb_release, machineid starts ioreg and kenv. Nothing from
// which a process could be started is linked in, on any system, directly or
// through others. (That none is started: TestTrapProcess, on Linux.)
func TestTrapNoWayToStartAProcess(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64", "darwin/amd64", "darwin/arm64",
		"freebsd/amd64", "freebsd/arm64", "js/wasm",
	} {
		system, arch, _ := strings.Cut(target, "/")
		ctx := build.Default
		ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = system, arch, false
		seen := map[string]bool{}
		for _, folder := range []string{".", ".."} {
			p, err := ctx.ImportDir(folder, 0)
			require.NoError(t, err, target)
			require.Empty(t, p.CgoFiles)
			for _, name := range p.Imports {
				walk(t, ctx, name, seen)
			}
		}
		require.True(t, seen["net"], "the walk has lost its way")
		for _, forbidden := range []string{"os/exec", "plugin", "runtime/cgo", "net/http"} {
			require.False(t, seen[forbidden], "%s on %s", forbidden, target)
		}
	}
}

func walk(t *testing.T, ctx build.Context, name string, seen map[string]bool) {
	if seen[name] || name == "unsafe" || name == "C" {
		return
	}
	seen[name] = true
	if strings.HasPrefix(name, "github.com/latchkey-go/latchkey/") {
		require.Equal(t, "github.com/latchkey-go/latchkey/binding", name)
		return // walked by its folder
	}
	source := filepath.Join(ctx.GOROOT, "src", name)
	if strings.HasPrefix(name, "golang.org/x/") {
		source = filepath.Join(ctx.GOROOT, "src", "vendor", name)
	}
	p, err := ctx.ImportDir(source, 0)
	require.NoError(t, err, "%s: only the standard library and cryptobyte", name)
	for _, imported := range p.Imports {
		walk(t, ctx, imported, seen)
	}
}

// No source names an absolute program or the call that starts one.
func TestTrapNoRawExec(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	require.Greater(t, len(sources), 10)
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, word := range []string{"StartProcess", "ForkExec", "syscall.Exec", "CreateProcess", "import \"C\"", "go:linkname"} {
			require.NotContains(t, string(text), word, name)
		}
	}
}

// watched records which files are opened.
type watched struct {
	fstest.MapFS
	opened *[]string
}

func (w watched) Open(name string) (fs.File, error) {
	*w.opened = append(*w.opened, name)
	return w.MapFS.Open(name)
}

// HostID falls back in silence to boot_id, which is new at each boot.
func TestTrapBootID(t *testing.T) {
	t.Parallel()
	tree := bareMetal()
	delete(tree, "etc/machine-id")
	delete(tree, "sys/class/dmi/id/product_uuid")
	m := on(tree)
	got := states(t, m)
	require.Equal(t, "absent", got["machine"])
	require.Equal(t, "absent", got["os"])
	_, err := m.StateKey()
	require.Error(t, err)

	var opened []string
	for _, component := range []string{"machine", "os", "board"} {
		_, err := values(t, on(watched{bareMetal(), &opened}), component)
		require.NoError(t, err)
	}
	require.NotEmpty(t, opened)
	require.False(t, slices.ContainsFunc(opened, func(name string) bool { return strings.Contains(name, "boot_id") }))
}

// HostID is product_uuid to root and machine-id to everybody else.
func TestTrapRootAndUserDiffer(t *testing.T) {
	t.Parallel()
	root, err := values(t, on(bareMetal()), "machine")
	require.NoError(t, err)
	user, err := values(t, on(asUser{bareMetal()}), "machine")
	require.NoError(t, err)
	require.Equal(t, root, user)
	got, err := values(t, on(asUser{bareMetal()}), "board")
	require.ErrorIs(t, err, fs.ErrPermission)
	require.Empty(t, got)
}

// disk.SerialNumber looks a name up in udev's database by device number, finds
// nothing without udev, and takes the serial of whatever has that number.
func TestTrapDiskSerialOfAnotherDisk(t *testing.T) {
	t.Parallel()
	tree := bareMetal()
	tree["run/udev/data/b8:0"] = file("E:ID_SERIAL=ANOTHER_DISK\nE:ID_SERIAL_SHORT=ANOTHER\n")
	got, err := values(t, on(tree), "disk")
	require.NoError(t, err)
	require.NotContains(t, strings.Join(got, " "), "another")
	require.Contains(t, got, "disk:wd-wcc4e1234567")
}

// net.Interfaces lists every address: bridges', containers', VPNs', made-up ones.
func TestTrapAddressesThatAreNoIdentity(t *testing.T) {
	t.Parallel()
	got, err := values(t, on(bareMetal()), "mac")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"8c:16:45:aa:bb:01", "8c:16:45:aa:bb:02"}, got)
	for name, tree := range map[string]fs.FS{"virtual machine": virtualMachine(), "container": containerTree(), "cloud": cloudInstance()} {
		got, err := values(t, on(tree), "mac")
		require.NoError(t, err, name)
		require.Empty(t, got, name)
	}
}

// A container has no machine id, or a new one, or its image's: it is told, and
// the advice is another component.
func TestTrapContainerMachineID(t *testing.T) {
	t.Parallel()
	m := on(containerTree())
	require.Equal(t, "absent", states(t, m)["machine"])
	baked := containerTree()
	baked["etc/machine-id"] = file("3d1219c7c4c5404aaa1f6d2a48adfda4\n")
	env := on(baked).Environment()
	require.Equal(t, Container, env.Kind)
	require.Contains(t, env.Advice, InstanceVariable)
}

// cpu.Info reads the whole of /proc/cpuinfo, hundreds of processors' worth.
func TestTrapWholeCPUInfo(t *testing.T) {
	t.Parallel()
	tree := bareMetal()
	tree["proc/cpuinfo"] = file(strings.Repeat(xeonBlock, 512))
	text, err := readFile(tree, "proc/cpuinfo", maxCPUInfo)
	require.NoError(t, err)
	require.Len(t, text, maxCPUInfo)
	want, err := values(t, on(bareMetal()), "cpu")
	require.NoError(t, err)
	got, err := values(t, on(tree), "cpu")
	require.NoError(t, err)
	require.Equal(t, want, got)
}
