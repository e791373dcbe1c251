//go:build !unix

package docstest

import "os/exec"

// runGroup runs a command and returns what it said. What it has left in the
// background goes on.
func runGroup(cmd *exec.Cmd) (string, error) {
	said, err := cmd.CombinedOutput()
	return string(said), err
}
