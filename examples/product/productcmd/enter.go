package productcmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

func enterCommand(a *app) command {
	return command{
		name: "enter", args: "[KEY]", summary: "Enter a key from paper without the server: an activation key or an unlock code.",
		help: `The command reads the key from standard input, or from the arguments, and recognises
its kind. Letter case, spaces and dashes make no difference, rows may come in any
order, and ? stands for a character that cannot be read. An activation key needs the
licensee's name as it is printed with it.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			name := f.String("name", "", "licensee's `NAME`, as it is printed with the activation key")
			return func(args []string) error {
				typed, err := a.typed(args)
				if err != nil {
					return err
				}
				return a.with(func(c *activation.Client) error {
					change, err := c.Enter(context.Background(), typed, activation.Licensee(*name), activation.ByHand())
					if err != nil {
						return err
					}
					return a.changed(c, change, wordsOf(a.lang).entered)
				})
			}
		},
	}
}

func importCommand(a *app) command {
	return command{
		name: "import", args: "FILE | -", summary: "Import a file from the vendor: a licence, an update, the reply to a request, a keyring or a signed time.",
		help: `The command recognises the kind of file. It stores nothing unless the file holds, is
for this product and this machine, and changes something.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			return func(args []string) error {
				if len(args) != 1 {
					return usagef("name one file, or - for standard input")
				}
				return a.importFile(args[0])
			}
		},
	}
}

func (a *app) importFile(path string) error {
	from := a.in
	if path != "-" {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return &fileError{path, errors.New(wordsOf(a.lang).noFile)}
		}
		if err != nil {
			return err
		}
		defer f.Close()
		from = f
	}
	return a.with(func(c *activation.Client) error {
		change, err := c.Import(context.Background(), from)
		switch {
		case err != nil && path != "-":
			return &fileError{path, err}
		case err != nil:
			return err
		}
		return a.changed(c, change, wordsOf(a.lang).imported)
	})
}

// changed says what entering or importing something did, and what is licensed
// from now on.
func (a *app) changed(c *activation.Client, change activation.Change, done string) error {
	w := wordsOf(a.lang)
	if change.Notice != nil {
		done = change.Notice.Text(a.lang) + " " + change.Notice.Remedy(a.lang)
	}
	text := done + "\n"
	corrections, changes := []string{}, []string{}
	for _, k := range change.Corrections {
		line := fmt.Sprintf(w.corrected, k.Row, k.Group, k.Position, string(k.From), string(k.To))
		text += line + "\n"
		corrections = append(corrections, line)
	}
	if change.Diff != nil {
		for _, item := range change.Diff.Changes {
			changes = append(changes, item.String())
			if a.lang == license.English { // the library has these lines in English only
				text += "  " + item.String() + "\n"
			}
		}
	}
	s := c.Status()
	fields := a.statusFields(s)
	fields["corrections"], fields["changes"], fields["license"] = corrections, changes, change.LicenseID
	if change.Notice != nil {
		fields["notice"] = reasonFields(change.Notice, a.lang)
	}
	return a.say(text+a.statusText(s), fields)
}
