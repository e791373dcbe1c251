package productcmd

import (
	"context"
	"flag"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
)

func fingerprintCommand(a *app) command {
	return command{
		name: "fingerprint", summary: "Print what the vendor needs to bind a licence to this machine.",
		help: `The text has keyed digests and no hardware serial number. Send it as a file. With
--code, the command prints one row that you can read out over the telephone.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			code := f.Bool("code", false, "print the installation code")
			return func(args []string) error {
				if len(args) > 0 {
					return usagef("%q is not expected here", args[0])
				}
				if *code {
					return a.installationCode()
				}
				text, err := a.machine().FingerprintText(context.Background())
				if err != nil {
					return err
				}
				return a.say(string(text), object{"product": a.product.ID, "fingerprint": string(text)})
			}
		},
	}
}

func (a *app) installationCode() error {
	payload, err := a.machine().InstallationCode()
	if err != nil {
		return err
	}
	code, err := keyfmt.New(keyfmt.Installation, payload)
	if err != nil {
		return err
	}
	return a.say(code.Text()+"\n", object{"product": a.product.ID, "installation_code": code.Text()})
}

func challengeCommand(a *app) command {
	return command{
		name: "challenge", summary: "Print the code that asks the vendor for the signed time.",
		help: `Use it if the clock was once set to the future, or if local state was restored from a
backup copy. The vendor's answer is a file to import; it counts once.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			return func(args []string) error {
				if len(args) > 0 {
					return usagef("%q is not expected here", args[0])
				}
				return a.with(func(c *activation.Client) error {
					code, err := c.Challenge()
					if err != nil {
						return err
					}
					return a.say(code.Text()+"\n", object{"product": a.product.ID, "challenge": code.Text()})
				})
			}
		},
	}
}

func setAsideCommand(a *app) command {
	return command{
		name: "set-aside", summary: "Move unusable local state away, and start with an empty one.",
		help: `Nothing is deleted. Import or enter the licences again. Features with a limit on
runs wait until the vendor has answered a challenge.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			return func(args []string) error {
				if len(args) > 0 {
					return usagef("%q is not expected here", args[0])
				}
				where, err := activation.SetAside(a.options())
				if err != nil {
					return err
				}
				return a.say(where+"\n", object{"product": a.product.ID, "moved_to": where})
			}
		},
	}
}
