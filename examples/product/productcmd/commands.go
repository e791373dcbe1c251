package productcmd

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// This file is the frame of a program with commands: flags may stand anywhere, and
// every command has help. It is a part of the product, so that a copy of the folder
// needs nothing else.

// A command is one command of the product.
type command struct {
	name    string
	args    string // what follows the flags, as help shows it: "FILE | -"
	summary string // one line
	help    string // paragraphs
	// setup declares the command's flags and returns what runs it.
	setup func(f *flag.FlagSet) func(args []string) error
}

// A program is a set of commands.
type program struct {
	name     string
	version  string // what --version prints
	help     string // what it is, above the list of commands
	footer   string // exit codes and the like, below it
	commands []command
	// global declares the flags that every command has, and that may stand before
	// its name too. Their defaults are the present values of what they set.
	global func(f *flag.FlagSet)
	// report writes an error and returns the exit code.
	report func(err error) int

	out io.Writer // where help goes that was asked for
}

// A usageError says that a command was called in a way that it cannot be.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// run runs the command that the arguments name and returns the exit code.
func (p *program) run(args []string) int {
	flags := newFlags(p.name)
	p.global(flags)
	version := flags.Bool("version", false, "print the version")
	err := flags.Parse(args)
	args = flags.Args()
	switch {
	case errors.Is(err, flag.ErrHelp), err == nil && len(args) == 1 && args[0] == "help":
		p.overview()
		return exitOK
	case err != nil:
		return p.report(wrongFlag(err, p.name))
	case *version:
		fmt.Fprintln(p.out, p.version)
		return exitOK
	case len(args) == 0:
		return p.report(usagef("say what to do: %s, or \"%s help\"", p.names(), p.name))
	}
	name, args := args[0], args[1:]
	if name == "help" {
		name, args = args[0], []string{"--help"}
	}
	i := slices.IndexFunc(p.commands, func(c command) bool { return c.name == name })
	if i < 0 {
		return p.report(usagef("there is no command %q: use one of %s", name, p.names()))
	}
	return p.runCommand(p.commands[i], args)
}

func (p *program) runCommand(c command, args []string) int {
	flags, own := newFlags(c.name), newFlags(c.name)
	action := c.setup(flags)
	c.setup(own) // without the global flags, for help
	p.global(flags)
	rest, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		p.commandHelp(c, own)
		return exitOK
	case err != nil:
		err = wrongFlag(err, p.name+" "+c.name)
	default:
		err = action(rest)
	}
	if err != nil {
		return p.report(err)
	}
	return exitOK
}

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// wrongFlag returns what package flag says with two dashes, and where help is.
func wrongFlag(err error, command string) error {
	text := strings.NewReplacer(": -", ": --", " for -", " for --", " for flag -", " for --").Replace(err.Error())
	return usagef("%s: see \"%s --help\"", text, command)
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

func (p *program) names() string {
	names := make([]string, len(p.commands))
	for i, c := range p.commands {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

func (p *program) overview() {
	fmt.Fprintf(p.out, "%s\n\nUsage: %s COMMAND [flags]\n       %s --version\n\n", p.help, p.name, p.name)
	for _, c := range p.commands {
		fmt.Fprintf(p.out, "  %-12s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(p.out, "\nFlags of every command:\n")
	flags := newFlags(p.name)
	p.global(flags)
	p.flags(flags)
	fmt.Fprintf(p.out, "\n\"%s COMMAND --help\" tells more.\n\n%s\n", p.name, p.footer)
}

func (p *program) commandHelp(c command, own *flag.FlagSet) {
	call := strings.TrimSpace(p.name + " " + c.name + " [flags] " + c.args)
	fmt.Fprintf(p.out, "%s\n\nUsage: %s\n\n%s\n", c.summary, call, strings.Trim(c.help, "\n"))
	any := false
	own.VisitAll(func(*flag.Flag) { any = true })
	if any {
		fmt.Fprintf(p.out, "\nFlags:\n")
		p.flags(own)
	}
}

func (p *program) flags(flags *flag.FlagSet) {
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(p.out, "  %s\n        %s\n", strings.TrimSpace("--"+f.Name+" "+value), strings.ReplaceAll(text, "\n", "\n        "))
	})
}
