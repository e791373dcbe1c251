package productcmd

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

func activateCommand(a *app) command {
	return command{
		name: "activate", args: "[KEY]", summary: "Activate with any key: a serial number, a request key, an activation key from paper.",
		help: `Reads the key from standard input, or from the arguments. A serial number or a
request key goes to the vendor's server; to activate the same machine again uses
no further activation. When the server cannot be reached, the same command accepts
an activation key from paper, with the licensee's name, and "request" makes a file
for the vendor's upload page. With --proof, the serial number moves here from
the machine that made the proof with "surrender".`,
		setup: func(f *flag.FlagSet) func([]string) error {
			name := f.String("name", "", "licensee's `NAME`, as it is printed with an activation key")
			proof := f.String("proof", "", "`FILE` with the proof of another machine that gave the licence up")
			byHand := f.Bool("by-hand", false, "use no server: for an activation key or an unlock code")
			return func(args []string) error {
				typed, err := a.typed(args)
				if err != nil {
					return err
				}
				options := []activation.EnterOption{activation.Licensee(*name)}
				if *byHand {
					options = append(options, activation.ByHand())
				}
				if *proof != "" {
					text, err := os.ReadFile(*proof)
					if err != nil {
						return err
					}
					options = append(options, activation.Proof(text))
				}
				return a.online(func(ctx context.Context, c *activation.Client) error {
					change, err := c.Enter(ctx, typed, options...)
					if err != nil {
						return err
					}
					return a.changed(c, change, wordsOf(a.lang).entered)
				})
			}
		},
	}
}

func checkCommand(a *app) command {
	return command{
		name: "check", args: "[LICENCE]", summary: "Check online for an update or the final licence.",
		help: `The command checks every licence that is activated here, or the one with the id
LICENCE. An update is in force at once. With --look, the command only reports it.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			look := f.Bool("look", false, "report an available update and change nothing")
			return func(args []string) error {
				var options []activation.CheckOption
				switch {
				case len(args) > 1:
					return usagef("name one licence, or none for all")
				case len(args) == 1:
					options = append(options, activation.CheckOnly(args[0]))
				}
				if *look {
					options = append(options, activation.LookOnly())
				}
				return a.online(func(ctx context.Context, c *activation.Client) error {
					change, err := c.CheckOnline(ctx, options...)
					if err != nil && !change.Changed && !change.Available {
						return err
					}
					return errors.Join(a.changed(c, change, a.found(change)), err)
				})
			}
		},
	}
}

// found says what a check has found.
func (a *app) found(change activation.Change) string {
	w := wordsOf(a.lang)
	switch {
	case change.Available:
		return w.available
	case change.RestartRequired:
		return w.restart
	case change.Changed && (change.Diff != nil || change.After.Works()):
		return w.updated
	default:
		return w.nothingNew
	}
}

func deactivateCommand(a *app) command {
	return command{
		name: "deactivate", args: "[LICENCE]", summary: "Give the licence up here, so that another machine can be activated.",
		help: `The licence stops working here. If the request certainly did not reach the
server, nothing changes. If the request may have reached it, the licence waits until
"check" confirms it or "activate" takes it back. The vendor limits how often a licence
may move.`,
		setup: func(*flag.FlagSet) func([]string) error {
			return func(args []string) error {
				id, err := oneOrNone(args)
				if err != nil {
					return err
				}
				return a.online(func(ctx context.Context, c *activation.Client) error {
					change, err := c.Deactivate(ctx, id)
					if err != nil {
						return err
					}
					return a.changed(c, change, wordsOf(a.lang).deactivated)
				})
			}
		},
	}
}

func surrenderCommand(a *app) command {
	return command{
		name: "surrender", args: "[LICENCE]", summary: "Give the licence up here without a network, and print the proof.",
		help: `The licence stops working here before the command prints the proof. Keep the proof,
which exists nowhere else: "activate --proof" moves the licence to another machine.
Until the proof is used, "activate" takes the licence back here.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			sure := f.Bool("yes", false, "confirm that the licence stops working here")
			return func(args []string) error {
				id, err := oneOrNone(args)
				if err != nil {
					return err
				}
				if !*sure {
					return usagef("the licence stops working here: say --yes if it shall")
				}
				return a.online(func(ctx context.Context, c *activation.Client) error {
					proof, err := c.Surrender(ctx, id)
					if err != nil {
						return err
					}
					return a.say(string(proof), object{"product": a.product.ID, "proof": string(proof)})
				})
			}
		},
	}
}

func requestCommand(a *app) command {
	return command{
		name: "request", args: "[KEY]", summary: "Print a request as a file, for a machine that reaches no server.",
		help: `With a serial number or a request key, the request activates it here; without a key,
the request checks the licence that is activated here. Upload the file at the
vendor's upload page on any other machine, and import the reply here.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			id := f.String("license", "", "`ID` of the licence to check, where there are several")
			return func(args []string) error {
				return a.online(func(ctx context.Context, c *activation.Client) error {
					text, err := c.Request(ctx, strings.Join(args, "\n"), activation.LicenseID(*id))
					if err != nil {
						return err
					}
					return a.say(string(text), object{"product": a.product.ID, "request": string(text)})
				})
			}
		},
	}
}

// typed returns what was typed as arguments, or on standard input.
func (a *app) typed(args []string) (string, error) {
	if len(args) > 0 {
		return strings.Join(args, "\n"), nil
	}
	text, err := readAll(a.in, max(keyfmt.MaxText, license.MaxDocument))
	if err != nil {
		return "", &fileError{"standard input", err}
	}
	return string(text), nil
}

func oneOrNone(args []string) (string, error) {
	switch len(args) {
	case 0:
		return "", nil
	case 1:
		return args[0], nil
	default:
		return "", usagef("name one licence, or none where there is only one")
	}
}

// online opens the client for a command that may wait for the network: it ends
// with the patience of whoever started it.
func (a *app) online(do func(ctx context.Context, c *activation.Client) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return a.with(func(c *activation.Client) error { return do(ctx, c) })
}
