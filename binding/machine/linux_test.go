//go:build linux

package machine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// children counts what child processes have left behind: the page faults of
// those that were waited for, and whether there are any others.
func children(t *testing.T) (faults int64, any bool) {
	t.Helper()
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
	return usage.Minflt + usage.Majflt, err != syscall.ECHILD
}

// No process is started: a child always leaves page faults behind, even one
// that does nothing. Programs that others call are spies in PATH beside. The
// gauge is tried on a child, and where there is an lsb_release, on gopsutil's
// host.Info, which does fall in.
func TestTrapProcess(t *testing.T) {
	folder := t.TempDir()
	log := filepath.Join(folder, "started")
	spy := "#!/bin/sh\necho $0 $@ >>" + log + "\n"
	for _, name := range []string{"lsb_release", "dmidecode", "ioreg", "kenv", "sh", "uname", "hostname", "ip", "lsblk", "udevadm"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(spy), 0o755))
	}
	t.Setenv("PATH", folder)

	before, other := children(t)
	require.False(t, other, "the test has children of its own")
	m := New("acme-cad")
	_, err := m.Fingerprint(t.Context())
	require.NoError(t, err)
	m.Environment()
	_, err = m.RemoteSession()
	require.NoError(t, err)
	_, _ = m.VirtualMachine()
	_, _ = m.StateKey()
	after, other := children(t)
	require.False(t, other, "a child is left")
	require.Equal(t, before, after, "a process was started")
	require.NoFileExists(t, log)

	require.NoError(t, exec.Command(filepath.Join(folder, "lsb_release")).Run())
	control, _ := children(t)
	require.Greater(t, control, after, "the gauge does not see a child")
}

// What systemd keeps is the id, as it stands there.
func TestMachineIDIsThatOfTheSystem(t *testing.T) {
	t.Parallel()
	text, _ := os.ReadFile("/etc/machine-id")
	got, err := values(t, New("acme-cad"), "machine")
	if id := strings.TrimSpace(string(text)); id != "" {
		require.NoError(t, err)
		require.Contains(t, got, "id:"+id)
	}
}

// The short way to a file reads what the long one does.
func TestRoot(t *testing.T) {
	t.Parallel()
	folder := t.TempDir() + "/"
	text := make([]byte, 10_000)
	for i := range text {
		text[i] = byte(i)
	}
	require.NoError(t, os.WriteFile(folder+"file", text, 0o600))
	require.NoError(t, os.Symlink("../devices/virtual/x", folder+"link"))
	for _, limit := range []int{0, 1, 511, 512, 513, 4096, 9999, 10_000, 20_000} {
		short, err := readFile(root{folder}, "file", limit)
		require.NoError(t, err)
		long, err := readFile(os.DirFS(folder), "file", limit)
		require.NoError(t, err)
		require.Equal(t, len(long), len(short))
		require.Equal(t, text[:min(limit, len(text))], append([]byte{}, short...)[:len(short)])
	}
	for _, name := range []string{"none", "."} {
		_, err := readFile(root{folder}, name, 10)
		require.Error(t, err)
	}
	_, err := readFile(root{folder}, "none", 10)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, "../devices/virtual/x", tree{files: root{folder}}.device("link"))
	names, err := tree{files: root{folder}}.list(".")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"file", "link"}, names)
	f, err := root{folder}.Open("file")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = root{folder}.Lstat("link")
	require.NoError(t, err)
}

// A full fingerprint of the machine that runs the test, whatever it is.
func TestThisMachine(t *testing.T) {
	t.Parallel()
	m := New("acme-cad")
	text, err := m.FingerprintText(t.Context())
	require.NoError(t, err)
	m.Refresh()
	again, err := m.FingerprintText(t.Context())
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
}
