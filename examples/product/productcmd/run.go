package productcmd

import (
	"errors"
	"flag"
	"fmt"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

func runCommand(a *app) command {
	return command{
		name: "run", args: "FEATURE", summary: "Use a feature, if the licence allows it.",
		help: `The command counts one run of the feature, or --times runs, and starts its term if
the term begins with the first use.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			times := f.Int64("times", 1, "`NUMBER` of runs")
			return func(args []string) error {
				if len(args) != 1 || *times < 1 {
					return usagef("name one feature, and run it once at least")
				}
				return a.with(func(c *activation.Client) error { return a.use(c, args[0], *times) })
			}
		},
	}
}

// use uses a feature. Require is the question before a use, and says why not;
// Allows answers it with yes or no, for the hot path; Consume counts.
func (a *app) use(c *activation.Client, feature string, times int64) error {
	err := c.Require(feature)
	if err == nil {
		err = c.Consume(feature, times)
	}
	var refused *activation.RefusedError
	switch {
	case errors.As(err, &refused):
		return a.refused(refused.Decision)
	case errors.Is(err, license.TooFewRuns):
		return a.tooFew(c.Decision(feature), times)
	case err != nil:
		return err
	}
	d := c.Decision(feature)
	fields := a.decisionFields(d)
	fields["ran"] = times
	return a.say(fmt.Sprintf(wordsOf(a.lang).ran, feature)+"\n"+a.featureLine(d), fields)
}

// tooFew says that fewer runs are left than were asked for.
func (a *app) tooFew(d license.Decision, times int64) error {
	text := fmt.Sprintf(wordsOf(a.lang).tooFew, d.Feature.ID, times, d.Left)
	if a.json {
		fields := a.decisionFields(d)
		fields["exit_code"], fields["ran"] = exitExpired, 0
		return errors.Join(a.say("", fields), exit(exitExpired))
	}
	fmt.Fprintln(a.err, text)
	return exit(exitExpired)
}

// refused says why a feature may not be used.
func (a *app) refused(d license.Decision) error {
	if a.json {
		if err := a.say("", a.decisionFields(d)); err != nil {
			return err
		}
	} else {
		fmt.Fprint(a.err, a.featureLine(d)+a.reasonLines(d.Reasons))
	}
	return exit(exitOf(d.State))
}
