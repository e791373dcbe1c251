package serverapp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
)

func serveCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "serve", Summary: "Answer products and the vendor's desk; this is the command where none is named.",
		Help: `  server --keyring keyring.txt --activation-key activation.key
  server --listen :443 --tls-cert cert.pem --tls-key key.pem …
  server --listen 10.0.0.5:8080 --trusted-proxies 10.0.0.1 …

The database's tables are made or brought up to date first. SIGINT and SIGTERM
stop it: it accepts nothing new, answers what is under way, and closes the
database; a second signal ends it at once.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			t.settings.declare(f)
			return func(args []string) error {
				if len(args) > 0 {
					return cli.Usagef("%q is not expected here: see \"server serve --help\"", args[0])
				}
				return t.serve()
			}
		},
	}
}

// serve runs the server until a signal comes.
func (t *tool) serve() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logger, err := t.settings.logger(t)
	if err != nil {
		return err
	}
	timeout, err := t.settings.timeout()
	if err != nil {
		return err
	}
	config, err := t.settings.config(logger)
	if err != nil {
		return err
	}
	running, err := Start(ctx, config)
	if err != nil {
		return t.settings.started(err)
	}
	var failure error
	select {
	case <-ctx.Done():
		logger.Info("stopping")
	case failure = <-running.Failed():
	}
	stop() // from here on, a second signal ends the process
	bounded, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return errors.Join(failure, running.Shutdown(bounded))
}

func migrateCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "migrate", Summary: "Make or upgrade the tables of the database, and end.",
		Help: `serve does the same when it starts. Use this command to upgrade the tables before
you replace the servers, for example with an account that may change tables.`,
		Setup: func(*flag.FlagSet) func([]string) error {
			return func([]string) error {
				d, err := openDatabase(context.Background(), t.settings.database, nil)
				if err != nil {
					return err
				}
				fmt.Fprintln(t.out, "The database is up to date.")
				return d.Close()
			}
		},
	}
}
