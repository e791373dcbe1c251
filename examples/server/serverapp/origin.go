package serverapp

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/license"
)

// An origin is where a setting comes from that no flag has set.
type origin struct{ value, name string }

// flagOf returns the flag that a setting can also be given by: ACTIVATION_KEY is
// --activation-key.
func flagOf(setting string) string { return strings.ToLower(strings.ReplaceAll(setting, "_", "-")) }

// named returns how the caller has given the value of a setting: by its flag, by
// the variable in the environment, or by the line in server.settings.
func (s *settings) named(flag, value string) string {
	o, has := s.origins[flag]
	if has && (o.value == value || slices.Contains(listOf(o.value).values, value)) {
		return o.name
	}
	return "--" + flag
}

// at returns how the caller has given a setting, with its value.
func (s *settings) at(flag, value string) string { return s.named(flag, value) + " " + value }

// unreadable says why a file of the settings cannot be read.
func unreadable(at string, err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file", at)
	case errors.As(err, &path):
		return fmt.Errorf("%s: %w", at, path.Err)
	}
	return fmt.Errorf("%s: %w", at, err)
}

// checkFolder refuses a folder of settings that is not there.
func (t *tool) checkFolder() error {
	info, err := os.Stat(t.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cli.Usagef("--dir %s: there is no such folder: \"server init --dir %s\" makes one; see \"server init --help\"", t.dir, quoted(t.dir))
	case err != nil:
		return unreadable("--dir "+t.dir, err)
	case !info.IsDir():
		return cli.Usagef("--dir %s: this is a file, and the folder with %s belongs here", t.dir, settingsFile)
	}
	return nil
}

// inFolder returns a command that is refused where there is no folder of settings.
func inFolder(t *tool, c cli.Command) cli.Command {
	setup := c.Setup
	c.Setup = func(f *flag.FlagSet) func([]string) error {
		run := setup(f)
		return func(args []string) error {
			if err := t.checkFolder(); err != nil {
				return err
			}
			return run(args)
		}
	}
	return c
}

// noSettings says that a folder has no settings, where --dir has named one.
func (t *tool) noSettings() string {
	if _, err := os.Stat(filepath.Join(t.dir, settingsFile)); t.dir == "." || err == nil {
		return ""
	}
	return "there is no " + settingsFile + " in " + t.dir + ": "
}

// A whole is the value of a flag with a whole number.
type whole struct {
	n    *int64
	name string
}

// number declares a flag with a whole number.
func number(f *flag.FlagSet, n *int64, name, usage string) { f.Var(&whole{n, name}, name, usage) }

// String implements flag.Value.
func (w *whole) String() string {
	if w.n == nil {
		return ""
	}
	return strconv.FormatInt(*w.n, 10)
}

// Get implements flag.Getter.
func (w *whole) Get() any { return *w.n }

// Set implements flag.Value.
func (w *whole) Set(text string) (err error) {
	if *w.n, err = strconv.ParseInt(text, 10, 64); err != nil {
		return fmt.Errorf("write a whole number, as in --%s 3", w.name)
	}
	return nil
}

// started explains, in the words of the settings, why the server did not start.
func (s *settings) started(err error) error {
	var key *server.UntrustedError
	if !errors.As(err, &key) {
		return err
	}
	name := map[license.Role]string{license.RoleActivation: "activation-key", license.RoleLicense: "license-key"}[key.Role]
	values := map[string]string{"activation-key": s.activationKeys.String(), "license-key": s.licenseKey}
	keyring, advice := s.keyring, `; "latchkey keyring" makes a keyring with it`
	if n := len(s.nextKeyrings.values); n > 0 {
		keyring, advice = s.nextKeyrings.values[n-1], ""
	}
	return fmt.Errorf("%s: the key %s is not in %s, or its last day is over: name a key of the role %s that is in that keyring%s",
		s.named(name, values[name]), key.Key, keyring, key.Role, advice)
}
