package serverapp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
)

// settingsFile is the file in a server's folder that has its settings: lines
// NAME=VALUE with the names of the environment, blank lines, and comments after
// "#". Relative paths are relative to the folder. systemd reads the same file as an
// EnvironmentFile, with the folder as the WorkingDirectory.
const settingsFile = "server.settings"

// tokenFile is the setting that names the file with the token of "server sell".
const tokenFile = "TOKEN_FILE"

// settingNames are the names of the settings, without envPrefix.
var settingNames = map[string]settingKind{
	"DATABASE": onePath, "KEYRING": onePath, "CATALOGUE": onePath, "LICENSE_KEY": onePath, "TLS_CERT": onePath, "TLS_KEY": onePath, tokenFile: onePath,
	"ACTIVATION_KEY": paths, "NEXT_KEYRING": paths, "SEND_CATALOGUE": paths,
	"LISTEN": noPath, "ADMIN_LISTEN": noPath, "TRUSTED_PROXIES": noPath, "LOG_FORMAT": noPath, "LOG_LEVEL": noPath, "SHUTDOWN_TIMEOUT": noPath,
}

// A settingKind says which part of a setting's value is a path.
type settingKind int

const (
	noPath  settingKind = iota
	onePath             // all of it
	paths               // each value between commas
)

// maxSettings is the size limit of a settings file in bytes.
const maxSettings = 64 << 10

// folderOf returns the folder --dir, "." by default. It runs before the other flags
// are read, whose defaults come from that folder.
func folderOf(args []string) string {
	for i, arg := range args {
		name, value, has := strings.Cut(arg, "=")
		switch {
		case arg == "--":
			return "."
		case name != "--dir" && name != "-dir":
		case has && value != "":
			return value
		case !has && i+1 < len(args):
			return args[i+1]
		}
	}
	return "."
}

// readSettings returns the settings of a folder by their names in the
// environment; none where there is no file.
func readSettings(dir string) (map[string]string, error) {
	path := filepath.Join(dir, settingsFile)
	f, err := os.Open(path)
	if info, _ := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || info != nil && !info.IsDir() {
		return nil, nil // checkFolder says more
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := cli.ReadAll(f, maxSettings)
	if err != nil {
		return nil, cli.At(path, err)
	}
	settings, err := parseSettings(string(text), dir)
	return settings, cli.At(path, err)
}

func parseSettings(text, dir string) (map[string]string, error) {
	settings := map[string]string{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, has := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		short, prefixed := strings.CutPrefix(name, envPrefix)
		kind, known := settingNames[short]
		_, twice := settings[name]
		switch {
		case !has:
			return nil, fmt.Errorf("line %d: this is not a setting: write NAME=VALUE", n)
		case !prefixed || !known:
			return nil, fmt.Errorf("line %d: there is no setting %q: they are %s", n, name, settingList())
		case twice:
			return nil, fmt.Errorf("line %d: %s is set twice", n, name)
		}
		settings[name] = kind.within(dir, value)
	}
	return settings, nil
}

func settingList() string {
	var names []string
	for name := range settingNames {
		names = append(names, envPrefix+name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// within returns a value with its paths as seen from outside the folder.
func (k settingKind) within(dir, value string) string {
	switch k {
	case onePath:
		return within(dir, value)
	case paths:
		list := strings.Split(value, ",")
		for i, path := range list {
			list[i] = within(dir, strings.TrimSpace(path))
		}
		return strings.Join(list, ",")
	}
	return value
}

// within returns a path as seen from outside its folder. URLs, of a database, and
// absolute paths stay.
func within(dir, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(dir, path)
}
