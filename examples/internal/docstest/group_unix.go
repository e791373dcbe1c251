//go:build unix

package docstest

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// runGroup runs a command, ends what it has left in the background, and returns
// what it said.
func runGroup(cmd *exec.Cmd) (string, error) {
	out, err := os.CreateTemp(filepath.Dir(cmd.Args[len(cmd.Args)-1]), "said")
	if err != nil {
		return "", err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out // a file: what runs in the background would keep a pipe open
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	err = cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	said, _ := os.ReadFile(out.Name())
	return string(said), err
}
