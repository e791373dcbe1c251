// Package productcmd is what a product needs around its licence on the command
// line: what is licensed, entering keys, importing files, using a feature, and
// what a customer sends to the vendor. It is there to be copied: the commands
// are thin, and every sentence about a licence comes from package license.
package productcmd

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/license"
)

// A Product is what makes these commands those of one product.
type Product struct {
	ID        string
	Version   string
	Released  time.Time
	Keyring   string
	Server    string // the vendor's activation server, "" for none
	Catalogue []byte

	Machine []machine.Option    // for tests; a product leaves it empty
	Now     func() time.Time    // nil is time.Now
	Getenv  func(string) string // for the language and the machine's label
}

// Exit codes, so that a script can tell what to do: buy, renew, put something
// right, or try again later.
const (
	exitOK          = 0
	exitRefused     = 1
	exitUsage       = 2
	exitUnlicensed  = 3
	exitExpired     = 4
	exitWaits       = 5
	exitWarn        = 6
	exitUnreachable = 7
)

const about = `A small product with licence commands. It has the features draw, export, print
and render, or whatever its licence says.`

const footer = `Exit codes of every command:
  0  success; also for a harmless repetition, such as a key entered again
  1  refused: the input is not accepted, or local state cannot be written
  2  usage error
  7  the activation server was not reached; try again later, or use a file or a
     typed key
Exit codes of status and run:
  0  licensed
  3  not licensed here
  4  the term has ended or the runs are used up
  5  waiting for the clock, the start of the term or local state
  6  licensed, with a warning (status --warn only)

The language is that of --lang, or else of LC_ALL, LC_MESSAGES or LANG. With --json,
standard output has one JSON object, also after a failure.`

// An app is one run of the product.
type app struct {
	product Product
	in      io.Reader
	out     io.Writer
	err     io.Writer
	json    bool
	lang    license.Language
	dir     string
	server  string
	lan     bool // plain HTTP to a server in a private network
	label   string
}

// An exitError ends the program with a code, without a further message.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Run runs the command that the arguments name and returns the exit code.
func Run(p Product, args []string, in io.Reader, out, err io.Writer) int {
	a := &app{product: p, server: p.Server, label: env(p.Getenv, labelVariable), in: in, out: out, err: err, lang: systemLanguage(p.Getenv)}
	program := &program{
		name: "product", version: p.ID + " " + p.Version, help: about, footer: footer, out: out, report: a.report, global: a.global,
		commands: []command{
			statusCommand(a), activateCommand(a), checkCommand(a), deactivateCommand(a), surrenderCommand(a),
			requestCommand(a), importCommand(a), enterCommand(a), runCommand(a), fingerprintCommand(a), challengeCommand(a), setAsideCommand(a),
		},
	}
	return program.run(args)
}

func (a *app) global(f *flag.FlagSet) {
	f.BoolVar(&a.json, "json", a.json, "answer in JSON")
	// For tests. Remove it from your product: a user who can choose the folder of
	// local state gets a new trial with every folder.
	f.StringVar(&a.dir, "dir", a.dir, "`FOLDER` of local state; default: one below the user's configuration folder")
	f.StringVar(&a.server, "server", a.server, "`URL` of the activation server; a real product has it built in")
	f.BoolVar(&a.lan, "insecure-lan", a.lan, "use plain HTTP, in a private network only: a listener there can read serial numbers")
	f.StringVar(&a.label, "label", a.label, "`TEXT` that names this machine for you and the vendor, such as \"render node 3\"; default: "+labelVariable)
	f.Func("lang", "`LANGUAGE` of messages: en, de, sv or ru", func(s string) error {
		lang := license.MatchLanguage(s)
		if lang == license.English && !strings.HasPrefix(strings.ToLower(s), "en") {
			return errors.New("the languages are en, de, sv and ru")
		}
		a.lang = lang
		return nil
	})
}

// labelVariable names the machine's label in the environment.
const labelVariable = "LATCHKEY_LABEL"

// env reads the environment, if there is one.
func env(getenv func(string) string, name string) string {
	if getenv == nil {
		return ""
	}
	return getenv(name)
}

// systemLanguage returns the language that the environment asks for.
func systemLanguage(getenv func(string) string) license.Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if tag := getenv(name); tag != "" {
			return license.MatchLanguage(tag)
		}
	}
	return license.English
}

// report tells of an error in the customer's language.
func (a *app) report(err error) int {
	var exit exitError
	if errors.As(err, &exit) {
		return int(exit)
	}
	code := exitOfError(err)
	if a.json {
		_ = writeJSON(a.out, object{"error": errorFields(err, a.lang)})
		return code
	}
	fmt.Fprintf(a.err, "%s: %s\n", a.product.ID, errorText(err, a.lang))
	return code
}

// say writes a result: its text, or its fields as JSON.
func (a *app) say(text string, fields object) error {
	if a.json {
		return writeJSON(a.out, fields)
	}
	_, err := io.WriteString(a.out, text)
	return err
}

// options are what a product gives to activation.Open. What is left out is as
// most products want it.
func (a *app) options() activation.Options {
	p := a.product
	if dir, err := filepath.Abs(a.dir); err == nil && a.dir != "" { // as somebody types it
		a.dir = dir
	}
	return activation.Options{
		Product: p.ID, Version: p.Version, Released: p.Released,
		Keyring: p.Keyring, Catalogue: p.Catalogue,
		Host:   a.machine(),
		Server: a.server,
		Label:  a.label,
		Dir:    a.dir,
		Now:    p.Now,
	}
}

func (a *app) machine() *machine.Machine { return machine.New(a.product.ID, a.product.Machine...) }

// with opens the client for one command. Closing it gives back what was
// reserved and not used, so its error counts.
func (a *app) with(do func(c *activation.Client) error) (err error) {
	c, err := a.open()
	if err != nil {
		return err
	}
	defer func() {
		if closing := c.Close(); err == nil {
			err = closing
		}
	}()
	return do(c)
}

// open opens the client.
func (a *app) open() (*activation.Client, error) {
	o := a.options()
	if a.lan {
		courier, err := activation.NewInsecureHTTP(a.server)
		if err != nil {
			return nil, usagef("--insecure-lan: %v", err)
		}
		o.Server, o.Courier = "", courier
	}
	return activation.Open(o)
}

// exitOfError returns the exit code for an error.
func exitOfError(err error) int {
	var wrong *usageError
	switch {
	case errors.As(err, &wrong):
		return exitUsage
	case errors.Is(err, activation.ErrUnreachable) && !errors.Is(err, license.NoServer):
		return exitUnreachable
	default:
		return exitRefused
	}
}

// exitOf returns the exit code for a state.
func exitOf(s license.State) int {
	switch {
	case s.Works():
		return exitOK
	case s == license.StateUnlicensed:
		return exitUnlicensed
	case s == license.StateExpired:
		return exitExpired
	default:
		return exitWaits
	}
}

// exit returns the error that ends the program with a code, nil for 0.
func exit(code int) error {
	if code == exitOK {
		return nil
	}
	return exitError(code)
}
