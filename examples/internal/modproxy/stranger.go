package modproxy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Environment returns the environment in which a command fetches the packed
// modules from the proxy in a folder: a stranger's, who has Go and nothing else.
// Modules of others come from the module cache of this machine, or from where it
// gets them. What is fetched and built lies below home, with the commands that
// go install builds in home/bin, which is on the PATH.
func Environment(proxy, home string) ([]string, error) {
	known, err := goEnv("GOMODCACHE", "GOPROXY", "GOCACHE")
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(home, "bin")
	set := map[string]string{
		"HOME": home, "USERPROFILE": home, "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "XDG_CACHE_HOME": filepath.Join(home, ".cache"),
		"PATH":  bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"GOBIN": bin, "GOCACHE": known["GOCACHE"], "GOMODCACHE": filepath.Join(home, "modules"),
		"GOPROXY": fileURL(proxy) + "," + fileURL(filepath.Join(known["GOMODCACHE"], "cache", "download")) + "," + known["GOPROXY"],
		// The packed modules are in no checksum database. Without paths of this
		// machine in what is built, the build cache serves every run.
		"GOSUMDB": "off", "GOFLAGS": "-modcacherw -trimpath", "GOWORK": "off", "GO111MODULE": "", "GOENV": "off",
	}
	var env []string
	for _, item := range os.Environ() {
		name, _, _ := strings.Cut(item, "=")
		if _, ours := set[name]; !ours && !strings.HasPrefix(name, "LATCHKEY_") {
			env = append(env, item)
		}
	}
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env, os.MkdirAll(bin, 0o755)
}

func fileURL(path string) string { return "file://" + filepath.ToSlash(path) }

// goEnv returns settings of the go command.
func goEnv(names ...string) (map[string]string, error) {
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	values := strings.Split(strings.TrimRight(string(out), "\r\n"), "\n")
	if len(values) != len(names) {
		return nil, fmt.Errorf("go env answered %d lines, and %d were asked for", len(values), len(names))
	}
	known := map[string]string{}
	for i, name := range names {
		known[name] = strings.TrimSpace(values[i])
	}
	return known, nil
}
