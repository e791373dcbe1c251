package serverapp

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/license"
)

const about = `server is the reference activation server of a licence vendor.

It answers products at /v1/exchange, and the vendor's API is at /api/v1. Without a
command it serves. These commands lead from nothing to a first sale:

  server init --dir acme --vendor acme --product acme-cad --feature draw
  server --dir acme
  server sell --dir acme --product acme-cad --feature draw --licensee "Ada Lovelace"

The API needs a bearer token, which this command makes:

  server token add reports --role read`

const footer = `The environment and server.settings take the same settings as the flags of serve:
--activation-key is LATCHKEY_ACTIVATION_KEY there. Flags take precedence over the
environment, and the environment over the file. Put the URL of a database with a
password into the environment, because other users of the machine can see a command
line.

Exit codes: 0 success, or stopped by SIGINT or SIGTERM after answering all requests;
1 failure; 2 usage error.`

// A tool is one run of the program.
type tool struct {
	env      func(string) string
	out, err io.Writer
	now      func() time.Time
	dir      string // folder of the settings
	settings settings
}

// Main runs the program and returns its exit code.
func Main(args []string, env func(string) string, out, err io.Writer) int {
	t := &tool{env: env, out: out, err: err, now: time.Now, dir: folderOf(args)}
	folder, failure := readSettings(t.dir)
	if failure != nil && !asksForHelp(args) {
		return t.report("", failure)
	}
	t.settings = t.fromEnvironment(folder)
	p := &cli.Program{
		Name: "server", Version: cli.Version(), Help: about, Footer: footer, Out: out, Report: t.report,
		Global: func(f *flag.FlagSet) {
			f.StringVar(&t.dir, "dir", t.dir, "`FOLDER` with "+settingsFile+", which \"server init\" makes; default: the current folder")
			f.StringVar(&t.settings.database, "database", t.settings.database,
				"path of an SQLite `FILE`, or the postgres:// URL of a database; default: latchkey.db")
		},
		Commands: []cli.Command{initCommand(t)},
	}
	for _, c := range []cli.Command{serveCommand(t), sellCommand(t), tokenCommand(t), documentsCommand(t), migrateCommand(t)} {
		p.Commands = append(p.Commands, inFolder(t, c))
	}
	return p.Run(orServe(args))
}

// asksForHelp reports whether the arguments only ask for help, which needs no settings.
func asksForHelp(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		return slices.Contains([]string{"help", "-h", "-help", "--help", "version", "--version"}, arg)
	})
}

// orServe adds the command serve if no command is named.
func orServe(args []string) []string {
	if len(args) == 0 {
		return []string{"serve"}
	}
	switch first := args[0]; {
	case first == "-h", first == "-help", first == "--help", first == "--version", !strings.HasPrefix(first, "-"):
		return args
	}
	for _, arg := range args {
		if slices.Contains([]string{"init", "serve", "sell", "token", "documents", "migrate", "version", "help"}, arg) {
			return args
		}
	}
	return append([]string{"serve"}, args...)
}

// report tells of an error.
func (t *tool) report(command string, err error) int {
	code := cli.Failed
	if _, wrong := err.(*cli.UsageError); wrong {
		code = cli.Usage
	}
	name := "server"
	if command != "" {
		name += " " + command
	}
	fmt.Fprintf(t.err, "%s: %s\n", name, cli.ErrorText(err, license.English))
	return code
}
