package vendorcmd

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/records"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

func timeCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "time", Args: "[CODE]", Summary: "Answer a challenge code with the signed time.",
		Help: `A customer whose clock was once set to the future, or whose local state was restored
from a backup copy, sends you the challenge code that the product shows. The answer
is a file, which the customer imports. It counts once, and on that machine only.
Without CODE, the command reads it from standard input; it is not secret.
` + recordsHelp + `

--accept-restored also accepts the restored local state: runs and terms continue from
it. Make sure that you want this: the customer may have used more runs.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			s := t.signingFlags(f, license.RoleActivation, "activation.key")
			accept := f.Bool("accept-restored", false, "accept restored local state")
			return func(args []string) error { return s.time(args, *accept) }
		},
	}
}

func (s *signing) time(args []string, accept bool) error {
	if err := free(s.out); err != nil {
		return err
	}
	code, err := s.challenge(args)
	if err != nil {
		return err
	}
	sign, keys, err := s.open()
	if err != nil {
		return err
	}
	document, err := sign.Time(&license.SignedTime{Challenge: code.Payload(), Time: s.t.second(), Restored: accept})
	if err != nil {
		return err
	}
	signed, err := license.OpenTime(document, keys)
	if err != nil {
		return err
	}
	if err := s.record(records.Record{Kind: records.Time, ID: code.Text()}, document); err != nil {
		return err
	}
	return s.deliver(document, describeTime(signed), timeFields(signed))
}

func (s *signing) challenge(args []string) (keyfmt.Key, error) {
	if len(args) == 0 {
		text, err := s.t.read("-")
		if err != nil {
			return keyfmt.Key{}, err
		}
		return parseChallenge(name("-"), strings.TrimSpace(string(text)))
	}
	return parseChallenge("the code", strings.Join(args, " "))
}

// parseChallenge reads a challenge code, as the customer has passed it on.
func parseChallenge(where, text string) (keyfmt.Key, error) {
	key, err := parseTyped(where, text, keyfmt.Challenge)
	var row *keyfmt.RowError
	switch {
	case errors.Is(err, keyfmt.ErrUnrecognized), errors.Is(err, keyfmt.ErrTooLong), err != nil && keyfmt.Identify(text).Kind != keyfmt.Challenge && errors.As(err, &row):
		return key, cli.At(where, damagedf("this is not a challenge code, which begins with T and has 25 characters: ask the customer for the code that the product shows with \"challenge\""))
	case errors.As(err, &row):
		return key, cli.At(where, damagedf("%s: ask the customer to read the code out again; a product shows one with \"challenge\"", strings.TrimSuffix(row.Error(), ": compare it with the original and type it again")))
	case err != nil:
		return key, damagedf("%w: ask the customer for the code that the product shows with \"challenge\"", err)
	}
	return key, nil
}

func describeTime(t *license.SignedTime) string {
	restored := "Restored local state is not accepted."
	if t.Restored {
		restored = "Restored local state is accepted."
	}
	challenge, _ := keyfmt.New(keyfmt.Challenge, t.Challenge)
	return fmt.Sprintf("Signed time %s by %s, in answer to %s. %s\n", t.Time.Format("2006-01-02 15:04:05 UTC"), t.Vendor, challenge.Text(), restored)
}

func timeFields(t *license.SignedTime) cli.Fields {
	payload, err := t.Encode()
	return cli.Fields{"kind": "time", "content": content(payload, err, true)}
}
