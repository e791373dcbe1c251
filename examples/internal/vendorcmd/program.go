// Package vendorcmd is the code of the vendor's command, latchkey: one file for each
// command, and the code that the commands share.
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

It uses three kinds of private keys, each in a file that only its owner can read:
a licence key signs licences and updates, an activation key signs the activation
server's replies and the signed time, and root keys sign keyrings. The keyring
lists the public keys, and products embed it. The usual order is

  latchkey keygen --role license --out license.key
  latchkey keyring --vendor acme --add license.key:2031-12-31 --out keyring.txt
  latchkey catalogue --new acme-cad --feature draw
  latchkey issue --product acme-cad --feature draw --licensee "Ada" --out ada.lic

Commands look for license.key, activation.key, keyring.txt and catalogue.json in
the current folder unless --key, --keyring and --catalogue name other files.`

const footer = `No command takes a secret from the command line, where other users of the machine
could see it: private keys are files, and serial numbers and unlock codes come
from files or standard input. A document goes to the file that --out names, and its
description to standard output; without --out the document goes to standard output,
and the description to standard error. With --json, standard output has one JSON
object, also after a failure.

Exit codes: 0 success; 1 failure, such as a full disk or a missing file; 2 usage
error; 3 refused, because a rule forbids the sale or the change; 4 an input document,
key or file is damaged, not genuine, or of the wrong kind. Warnings go to standard
error, or into "warnings" with --json, and do not change the exit code.`

// A tool is one run of the program.
type tool struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	json     bool
	command  string // name of the running command
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

// report writes an error and returns its exit code.
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

// named wraps a command's Setup so that the tool knows the command's name when it runs.
func (t *tool) named(c cli.Command) func(*flag.FlagSet) func([]string) error {
	return func(f *flag.FlagSet) func([]string) error {
		do := c.Setup(f)
		return func(args []string) error {
			t.command = c.Name
			return do(args)
		}
	}
}

// withWarnings adds the warnings of the rules to an answer.
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
