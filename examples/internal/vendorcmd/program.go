// Package vendorcmd is the vendor's command line: one file for each command,
// what they share, and the small language in which limits are written
// (limits.go).
package vendorcmd

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/license"
)

const about = `latchkey is a licence vendor's back office on the command line.

It needs three kinds of keys, each a file that only its owner can read: a
licence key signs what customers may use, an activation key signs what the
activation server says (the time, for instance), root keys sign keyrings. The
keyring lists their public halves, and products embed it. The usual order is

  latchkey keygen --role license --out license.key
  latchkey keyring --vendor acme --add license.key:2031-12-31 --out keyring.txt
  latchkey catalogue --new acme-cad --feature draw
  latchkey issue --product acme-cad --feature draw --licensee "Ada" --out ada.lic

Commands look for license.key, activation.key, keyring.txt and catalogue.json in
the present folder unless --key, --keyring and --catalogue say otherwise.`

const footer = `No secret is ever taken from the command line, where other users of the machine
could see it: private keys are files, serial numbers and unlock codes come from
files or standard input. A document goes to the file that --out names, and what
there is to say about it to standard output; without --out the document goes to
standard output, and the rest to standard error. With --json, standard output
has one JSON object, also when something failed.

Exit codes: 0 done; 1 failed, as a full disk or a missing file does; 2 called in a
wrong way; 3 refused, since what is to be sold or changed makes no sense or a rule
forbids it; 4 a document, key or file that was given is damaged, not genuine, or
of another kind. Warnings go to standard error, or into "warnings" with --json, and
do not change the exit code.`

// A tool is one run of the program.
type tool struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	json     bool
	command  string // that is run
	warnings rules.Findings
	warned   map[rules.Finding]bool
}

// Run runs the command that the arguments name and returns the exit code.
func Run(args []string, in io.Reader, out, err io.Writer, now func() time.Time) int {
	t := &tool{in: in, out: out, err: err, now: now, warned: map[rules.Finding]bool{}}
	p := &cli.Program{
		Name: "latchkey", Version: cli.Version(), Help: about, Footer: footer, Out: out, Report: t.report,
		Global: func(f *flag.FlagSet) { f.BoolVar(&t.json, "json", t.json, "answer in JSON") },
		Commands: []cli.Command{
			keygenCommand(t), keyringCommand(t), countersignCommand(t), catalogueCommand(t),
			issueCommand(t), updateCommand(t), sealCommand(t),
			keyCommand(t), timeCommand(t), inspectCommand(t), recordsCommand(t),
		},
	}
	for i, c := range p.Commands {
		p.Commands[i].Setup = t.named(c)
	}
	return p.Run(args)
}

// report tells of an error.
func (t *tool) report(command string, err error) int {
	if t.json {
		_ = cli.WriteJSON(t.out, t.withWarnings(cli.Fields{"error": errorFields(err)}))
		return exitCode(err)
	}
	t.command = command
	for line := range strings.SplitSeq(errorText(err), "\n") {
		fmt.Fprintf(t.err, "%s: %s\n", t.called(), line)
	}
	return exitCode(err)
}

// named has a command know its name when it runs.
func (t *tool) named(c cli.Command) func(*flag.FlagSet) func([]string) error {
	return func(f *flag.FlagSet) func([]string) error {
		do := c.Setup(f)
		return func(args []string) error {
			t.command = c.Name
			return do(args)
		}
	}
}

// withWarnings adds what the rules warned of to an answer.
func (t *tool) withWarnings(fields cli.Fields) cli.Fields {
	if len(t.warnings) > 0 {
		fields["warnings"] = t.warnings
	}
	return fields
}

// say writes a result: its text, or its fields as JSON.
func (t *tool) say(w io.Writer, text string, fields cli.Fields) error {
	if t.json {
		return cli.WriteJSON(t.out, t.withWarnings(fields))
	}
	_, err := io.WriteString(w, cli.Shown(text))
	return err
}

// second returns the time to the second, as documents have it.
func (t *tool) second() time.Time { return t.now().UTC().Truncate(time.Second) }

func (t *tool) today() license.Date { return license.DateOf(t.now()) }
