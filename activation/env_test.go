package activation_test

import (
	"os"
	"os/exec"
	"strings"
)

// inFolder starts a process in a folder.
func inFolder(dir string) func(cmd *exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Path, _ = os.Executable()
		cmd.Dir = dir
	}
}

// withHome gives a process a home folder, and none for "".
func withHome(home string) func(cmd *exec.Cmd) {
	return func(cmd *exec.Cmd) {
		var env []string
		for _, e := range cmd.Env {
			name, _, _ := strings.Cut(e, "=")
			switch name {
			case "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "AppData", "LocalAppData", "home":
			default:
				env = append(env, e)
			}
		}
		if home != "" {
			env = append(env, "HOME="+home, "AppData="+home, "LocalAppData="+home, "home="+home)
		}
		cmd.Env = env
	}
}
