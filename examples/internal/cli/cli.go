// Package cli runs commands for the example programs: flags in any position, help,
// exit codes, and output as text or JSON.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/nearest"
)

// Exit codes that mean the same in every program.
const (
	OK     = 0
	Failed = 1
	Usage  = 2 // usage error
)

// A Command is one command of a program.
type Command struct {
	Name    string
	Args    string // what follows the flags, as help shows it: "FILE | -"
	Summary string // one line
	Help    string // paragraphs
	// Setup declares the command's flags and returns what runs it.
	Setup func(f *flag.FlagSet) func(args []string) error
}

// A Program is a set of commands.
type Program struct {
	Name     string
	Version  string // printed by --version and version; without it there are neither
	Help     string // description, above the list of commands
	Footer   string // exit codes and the like, below it
	Commands []Command
	// Global declares the flags that every command has, and that may stand
	// before its name too. Their defaults are the present values of what they set.
	Global func(f *flag.FlagSet)
	// Report writes an error and returns the exit code.
	Report func(command string, err error) int

	Out io.Writer // for requested help
}

// A UsageError says that a command was called in a wrong way.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// Run runs the command that the arguments name and returns the exit code.
func (p *Program) Run(args []string) int {
	flags := newFlags(p.Name)
	p.Global(flags)
	asked := new(bool)
	if p.Version != "" {
		flags.BoolVar(asked, "version", false, "")
	}
	err := flags.Parse(args)
	args = flags.Args()
	switch {
	case err == nil && p.Version != "" && (*asked || len(args) == 1 && args[0] == "version"):
		fmt.Fprintln(p.Out, p.Name, p.Version)
		return OK
	case errors.Is(err, flag.ErrHelp), err == nil && len(args) == 1 && args[0] == "help":
		p.overview()
		return OK
	case err != nil:
		return p.Report("", usage(err, flags, p.Name))
	case len(args) == 0:
		return p.Report("", Usagef("name a command: %s, or \"%s help\"", p.names(), p.Name))
	}
	name, args := args[0], args[1:]
	if name == "help" {
		name, args = args[0], []string{"--help"}
	}
	i := slices.IndexFunc(p.Commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		if hint := nearest.Hint(name, p.list()); hint != "" {
			return p.Report("", Usagef("there is no command %q%s", name, hint))
		}
		return p.Report("", Usagef("there is no command %q: use one of %s", name, p.names()))
	}
	return p.run(p.Commands[i], args)
}

func (p *Program) run(c Command, args []string) int {
	flags := newFlags(c.Name)
	action := c.Setup(flags)
	own := newFlags(c.Name) // without the global flags, for help
	c.Setup(own)
	p.Global(flags)
	rest, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		p.help(c, own)
		return OK
	case err != nil:
		err = usage(err, flags, p.Name+" "+c.Name)
	default:
		err = action(rest)
	}
	if err != nil {
		return p.Report(c.Name, err)
	}
	return OK
}

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// usage returns the error of wrong flags, with the nearest known flag.
func usage(err error, flags *flag.FlagSet, command string) error {
	text := err.Error()
	if name, unknown := strings.CutPrefix(text, "flag provided but not defined: -"); unknown {
		name = strings.TrimPrefix(name, "-")
		var names []string
		flags.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		if meant := nearest.To(name, names); meant != "" {
			return Usagef("there is no flag --%s: did you mean --%s? See \"%s --help\"", name, meant, command)
		}
		return Usagef("there is no flag --%s: see \"%s --help\"", name, command)
	}
	text = strings.NewReplacer(": -", ": --", " for -", " for --", " for flag -", " for --").Replace(text)
	return Usagef("%s: see \"%s --help\"", text, command)
}

// parse reads flags wherever they stand, up to "--", and returns the rest.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	var tail []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, tail = args[:i], args[i+1:]
	}
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if args = flags.Args(); len(args) == 0 {
			return append(rest, tail...), nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// list returns the names of the commands.
func (p *Program) list() []string {
	names := make([]string, len(p.Commands))
	for i, c := range p.Commands {
		names[i] = c.Name
	}
	return names
}

func (p *Program) names() string { return strings.Join(p.list(), ", ") }

func (p *Program) overview() {
	fmt.Fprintf(p.Out, "%s\n\nUsage: %s COMMAND [flags]\n\n", p.Help, p.Name)
	for _, c := range p.Commands {
		fmt.Fprintf(p.Out, "  %-12s %s\n", c.Name, c.Summary)
	}
	fmt.Fprintf(p.Out, "\nFlags of every command:\n")
	flags := newFlags(p.Name)
	p.Global(flags)
	p.flags(flags)
	if p.Version != "" {
		fmt.Fprintf(p.Out, "\n\"%s --version\" prints the version.\n", p.Name)
	}
	fmt.Fprintf(p.Out, "\n\"%s COMMAND --help\" describes a command.\n\n%s\n", p.Name, p.Footer)
}

func (p *Program) help(c Command, own *flag.FlagSet) {
	call := strings.TrimSpace(p.Name + " " + c.Name + " [flags] " + c.Args)
	fmt.Fprintf(p.Out, "%s\n\nUsage: %s\n\n%s\n", c.Summary, call, strings.Trim(c.Help, "\n"))
	any := false
	own.VisitAll(func(*flag.Flag) { any = true })
	if any {
		fmt.Fprintf(p.Out, "\nFlags:\n")
		p.flags(own)
	}
}

func (p *Program) flags(flags *flag.FlagSet) {
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(p.Out, "  %s\n        %s\n", strings.TrimSpace("--"+f.Name+" "+value), strings.ReplaceAll(text, "\n", "\n        "))
	})
}
