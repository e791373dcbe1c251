package docstest

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/modproxy"
)

// An Option changes how a page is run.
type Option func(*page)

// Env adds variables, as NAME=VALUE, to the environment of a page's commands.
func Env(variables ...string) Option {
	return func(p *page) { p.env = append(p.env, variables...) }
}

// Packed runs the commands of a page as those of a stranger, who has Go and
// nothing else: the page's folder is empty and no module, and "go get" and "go
// install" fetch the library and the examples as they would be released, see
// package modproxy.
func Packed() Option {
	return func(p *page) { p.packed = true }
}

// Run runs a page of the documentation, and fails the test where the page is
// wrong. With go test -v it logs the output of every block.
func Run(t *testing.T, path string, options ...Option) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	logged := func(p *page) { p.log = t.Logf }
	if err := runPage(t.TempDir(), filepath.Base(path), string(text), append(options, logged)...); err != nil {
		t.Fatal(err)
	}
}

// A page is one run of a page.
type page struct {
	name    string
	env     []string
	packed  bool
	log     func(format string, args ...any)
	scratch string // the test's own files
	folder  string // the page's folder
	shell   *shell
	around  string
	last    int            // the step whose output an output block shows
	lines   map[int]int    // of steps
	outputs map[int]*block // what the page shows of a step's output, by step
	files   map[string]*block
	faults  []error
}

// runPage runs the text of a page in an empty folder, and returns what is wrong.
func runPage(dir, name, text string, options ...Option) error {
	blocks, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p := &page{
		name: name, scratch: filepath.Join(dir, "scratch"), folder: filepath.Join(dir, "work"), around: plainAround,
		lines: map[int]int{}, outputs: map[int]*block{}, files: map[string]*block{}, log: func(string, ...any) {},
	}
	for _, option := range options {
		option(p)
	}
	port, err := freePorts()
	if err != nil {
		return err
	}
	p.shell = newShell(p.scratch, port, time.Now())
	if err := p.prepare(dir); err != nil {
		return err
	}
	for _, b := range blocks {
		if err := p.add(b); err != nil {
			p.faults = append(p.faults, err)
		}
	}
	p.faults = append(p.faults, checkNames(name, text)...)
	if len(p.faults) == 0 {
		p.faults = append(p.faults, p.execute())
	}
	return errors.Join(p.faults...)
}

// prepare makes the page's folder and the environment of its commands.
func (p *page) prepare(dir string) error {
	home := filepath.Join(dir, "home")
	for _, folder := range []string{p.scratch, p.folder, home} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	if p.packed {
		return p.preparePacked(filepath.Join(dir, "proxy"), home)
	}
	p.env = append(p.environment(home), p.env...)
	work, err := workspace(p.folder)
	return errors.Join(err,
		os.WriteFile(filepath.Join(p.folder, "go.mod"), []byte("module acme.example/cad\n\ngo 1.25.0\n"), 0o600),
		os.WriteFile(filepath.Join(p.scratch, "go.work"), []byte(work), 0o600),
	)
}

func (p *page) preparePacked(proxy, home string) error {
	if _, err := modproxy.Pack(filepath.Dir(examples()), proxy); err != nil {
		return err
	}
	env, err := modproxy.Environment(proxy, home)
	p.env = append(append(env, p.variables()...), p.env...)
	return err
}

// variables are those that every page has.
func (p *page) variables() []string {
	return []string{"LANG=C.UTF-8", "LC_ALL=", "EXAMPLES=" + examples(), "LATCHKEY_INSTANCE=docs", fmt.Sprint("LATCHKEY_LISTEN=127.0.0.1:", p.shell.port)}
}

var workReplace = regexp.MustCompile(`(?m)^replace .* => \.\.$`)

// workspace returns the workspace of the examples with one folder more.
func workspace(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(examples(), "go.work"))
	if err != nil {
		return "", err
	}
	root := filepath.Dir(examples())
	replace := strings.TrimSuffix(string(workReplace.Find(text)), "..")
	if replace == "" {
		return "", errors.New("docstest: go.work does not replace the library")
	}
	return fmt.Sprintf("go 1.25.0\n\nuse (\n\t%q\n\t%q\n\t%q\n)\n\n%s%q\n", folder, root, examples(), replace, root), nil
}

// add checks a block, and adds it to what is run.
func (p *page) add(b *block) error {
	if b.has("norun") {
		return nil
	}
	switch {
	case b.comment && b.lang == "around":
		p.around = b.text
		return nil
	case b.comment && b.lang == "replace":
		before, after, _ := strings.Cut(b.text, " ")
		p.shell.replace = append([]string{before, after}, p.shell.replace...)
		return nil
	case b.lang == "sh":
		p.command(b)
		return nil
	case b.has("output"):
		if p.last == 0 || p.outputs[p.last] != nil {
			return p.at(b, "there is no block whose output this could be")
		}
		p.outputs[p.last] = b
		return nil
	case b.comment && !b.has("file"):
		return p.at(b, "there is no comment %q: it is sh, around, replace or file=NAME", b.lang)
	}
	if b.lang == "go" {
		beside, err := p.beside(b)
		if err == nil {
			err = checkGo(p.name, b, beside, p.around)
		}
		if err != nil {
			return err
		}
	}
	return p.keep(b)
}

// beside returns the file with which a block is checked, nil for none.
func (p *page) beside(b *block) (*block, error) {
	name, there := b.word("with")
	if there && p.files[name] == nil {
		return nil, p.at(b, "there is no file %s above, with which this could be checked", name)
	}
	return p.files[name], nil
}

// command adds a block of commands.
func (p *page) command(b *block) {
	code, fails := b.word("fails")
	switch {
	case fails:
		p.last = p.shell.fails(b.text, code)
	case b.has("background"):
		p.last = p.shell.background(b.text)
	default:
		p.last = p.shell.run(b.text)
	}
	p.lines[p.last] = b.line
}

// keep adds the file that a block is, and what runs it.
func (p *page) keep(b *block) error {
	name, named := b.word("file")
	run := b.has("run")
	if !named && !run {
		return nil
	}
	command := ""
	if run {
		folder := fmt.Sprintf("run-%d", b.line)
		name, command = folder+"/main.go", "go run ./"+folder
		if importsTesting(b.text) {
			name, command = folder+"/run_test.go", "go test -v ./"+folder
		}
	}
	p.files[name] = b
	ready := filepath.Join(p.scratch, fmt.Sprint("file-", b.line))
	p.shell.file(ready, name)
	if err := os.WriteFile(ready, []byte(p.shell.moved(b.text)), 0o600); err != nil || !run {
		return err
	}
	p.last = p.shell.run(command)
	p.lines[p.last] = b.line
	return nil
}

func importsTesting(text string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly)
	if err != nil {
		return false
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"testing"` {
			return true
		}
	}
	return false
}

// execute runs the script, and compares what it says with what the page shows.
func (p *page) execute() error {
	p.shell.end()
	script := filepath.Join(p.scratch, "script")
	if err := os.WriteFile(script, []byte(p.shell.script.String()), 0o600); err != nil {
		return err
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", script)
	cmd.Dir, cmd.Env = p.folder, p.env
	said, err := runGroup(cmd)
	at, _ := os.ReadFile(filepath.Join(p.scratch, "at"))
	if where := strings.TrimSpace(string(at)); err != nil || where != "end" {
		step, _ := strconv.Atoi(where)
		return fmt.Errorf("%s:%d: this block fails (%v):\n%s%s", p.name, p.lines[step], err, p.output(step), said)
	}
	for step := 1; step <= p.shell.steps; step++ {
		p.log("%s:%d:\n%s", p.name, p.lines[step], p.output(step))
	}
	var faults []error
	for step, shown := range p.outputs {
		if err := sameOutput(shown.text, p.shell.shown(p.output(step))); err != nil {
			faults = append(faults, p.at(shown, "%v", err))
		}
	}
	return errors.Join(faults...)
}

// output returns what a step has written.
func (p *page) output(step int) string {
	text, _ := os.ReadFile(filepath.Join(p.scratch, fmt.Sprint("output-", step)))
	return string(text)
}

// environment returns the variables of commands in the workspace: a home of their
// own, and the caches of the go command.
func (p *page) environment(home string) []string {
	env := append(os.Environ(),
		"HOME="+home, "XDG_CONFIG_HOME="+home+"/.config", "XDG_CACHE_HOME="+home+"/.cache", "XDG_DATA_HOME="+home+"/.local/share",
		"GORACE=atexit_sleep_ms=0", "GOWORK="+filepath.Join(p.scratch, "go.work"), "GOPROXY=off",
	)
	return append(append(env, p.variables()...), goEnv()...)
}

// goEnv returns the places of the go command's caches, which follow HOME
// otherwise.
func goEnv() (env []string) {
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		out, err := exec.Command("go", "env", name).Output()
		if err == nil {
			env = append(env, name+"="+strings.TrimSpace(string(out)))
		}
	}
	return env
}

// at returns an error at a block of the page.
func (p *page) at(b *block, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.name, b.line, fmt.Sprintf(format, args...))
}

// freePorts returns a port of this machine that nothing listens at, and neither
// at the one above it.
func freePorts() (int, error) {
	for range 100 {
		port := 20000 + 2*rand.IntN(5000) // below what systems give to outgoing connections
		free := func(port int) bool {
			l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
			return err == nil && l.Close() == nil
		}
		if slices.IndexFunc([]int{port, port + 1}, func(p int) bool { return !free(p) }) < 0 {
			return port, nil
		}
	}
	return 0, errors.New("docstest: there are no free ports")
}

// examples returns the folder of the module examples, in which tests run.
func examples() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	panic("docstest: no folder above has a go.work: run this in the module examples")
}
