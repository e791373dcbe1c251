// Package clitest runs the scripts that test the example programs. In a script,
// latchkey and product are the programs as they ship, but for what they take from
// outside: the clock, the machine, and what a product embeds.
//
//	env NOW=2026-06-01               the clock of both, noon UTC of a day or a time
//	env MACHINE=two                  another machine; MACHINE= is one of which nothing can be read
//	env KEYRING=… CATALOGUE=…        what the product embeds
//	catalogue.json                   what Acme sells, unless the script has one of its own
//	exits 3 product status           a command that must end with an exit code
//	edit FILE OLD NEW                replaces a text that must be in a file
//	mode FILE 0600                   a file's permissions
//	keyid NAME FILE                  sets a variable to the id of a private key
//	export FILE SERIAL ID FILE …     writes documents as "server documents" does
//	tear FILE N                      cuts N bytes off the end of a file
package clitest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/examples/internal/documents"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/examples/product/productcmd"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Main is TestMain of a package with scripts.
func Main(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"latchkey": func() {
			os.Exit(vendorcmd.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, clock))
		},
		"product": func() {
			os.Exit(productcmd.Run(product(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// Run runs every script of a folder, which must have some.
func Run(t *testing.T, dir string) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%s: there are no scripts", dir)
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, RequireExplicitExec: false, RequireUniqueNames: true, Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "edit": edit, "mode": mode, "keyid": keyID, "export": export, "tear": tear},
	})
}

func setup(e *testscript.Env) error {
	home := filepath.Join(e.WorkDir, "home")
	for _, name := range []string{"HOME", "USERPROFILE"} {
		e.Setenv(name, home)
	}
	for _, name := range []string{"AppData", "LocalAppData", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		e.Setenv(name, filepath.Join(home, name))
	}
	e.Setenv("GORACE", "atexit_sleep_ms=0") // else every process ends a second late under -race
	e.Setenv("NOW", "2026-06-01")
	e.Setenv("MACHINE", "one")
	e.Setenv("LANG", "en_GB.UTF-8")
	e.Setenv("LC_ALL", "")
	e.Setenv("KEYRING", "keyring.txt")
	e.Setenv("CATALOGUE", "catalogue.doc")
	listed := filepath.Join(e.WorkDir, "catalogue.json")
	if _, err := os.Stat(listed); errors.Is(err, os.ErrNotExist) {
		if err := os.WriteFile(listed, []byte(Catalogue), 0o600); err != nil {
			return err
		}
	}
	return os.MkdirAll(home, 0o700)
}

// Catalogue is what Acme sells in scripts.
const Catalogue = `{
  "products": {
    "acme-cad": {
      "features": {"draw": {}, "export": {}, "later": {}, "new": {}, "print": {}, "render": {}, "team": {}, "try": {}},
      "editions": [{"number": 1, "name": "Standard", "features": {"draw": ""}}]
    },
    "acme-cam": {"features": {"mill": {}}}
  }
}
`

func clock() time.Time {
	now := os.Getenv("NOW")
	if t, err := time.Parse(time.RFC3339, now); err == nil {
		return t
	}
	t, err := time.Parse("2006-01-02", now)
	if err != nil {
		panic("NOW is no time: " + now)
	}
	return t.Add(12 * time.Hour)
}

func product() productcmd.Product {
	keyring, err := os.ReadFile(os.Getenv("KEYRING"))
	if err != nil {
		panic(err)
	}
	catalogue, err := os.ReadFile(os.Getenv("CATALOGUE"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		panic(err)
	}
	return productcmd.Product{
		ID: "acme-cad", Version: "4.2.0", Released: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
		Keyring: string(keyring), Catalogue: catalogue, Now: clock, Getenv: os.Getenv, Machine: hardware(os.Getenv("MACHINE")),
	}
}

// hardware stands for the machine, so that scripts end alike on every one.
func hardware(name string) (options []machine.Option) {
	for _, part := range []string{"machine", "board", "cpu", "disk", "mac"} {
		options = append(options, machine.WithComponent(part, func(context.Context) ([]string, error) {
			if name == "" {
				return nil, errors.New("nothing can be read")
			}
			if part == "disk" && strings.HasSuffix(name, "-newdisk") {
				return []string{name}, nil
			}
			return []string{strings.TrimSuffix(name, "-newdisk") + " " + part}, nil
		}))
	}
	return options
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, and it should be %d", got, want)
	}
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode FILE 0600")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	if runtime.GOOS != "windows" && uint64(info.Mode().Perm()) != want {
		ts.Fatalf("%s has the mode %o", args[0], info.Mode().Perm())
	}
}

// keyID sets a variable to the id of a private key.
func keyID(ts *testscript.TestScript, _ bool, args []string) {
	key, err := issuer.ReadKeyFile(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Setenv(args[0], key.Public().ID())
}

// export writes licences as "server documents" does.
func export(ts *testscript.TestScript, _ bool, args []string) {
	w, err := documents.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	for rest := args[1:]; len(rest) > 2; rest = rest[3:] {
		ts.Check(w.Write(documents.Line{Serial: rest[0], Kind: license.KindLicense, ID: rest[1], Document: ts.ReadFile(rest[2])}))
	}
	ts.Check(w.Close())
}

// tear cuts the end off a file, as a crash does.
func tear(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:len(text)-n]), 0o600))
}
