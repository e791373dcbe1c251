package productcmd

import (
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

func statusCommand(a *app) command {
	return command{
		name: "status", args: "[FEATURE]", summary: "Show the licence: states, last days and remedies.",
		help: `This does not count as use: no term begins and no run is counted. With FEATURE, the
output and the exit code are about that feature.`,
		setup: func(f *flag.FlagSet) func([]string) error {
			warn := f.Bool("warn", false, "exit with 6 if the product is licensed and there is a warning")
			return func(args []string) error {
				if len(args) > 1 {
					return usagef("name one feature, or none for all")
				}
				return a.with(func(c *activation.Client) error {
					if len(args) == 1 {
						return a.decision(c.Decision(args[0]), *warn)
					}
					return a.status(c.Status(), *warn)
				})
			}
		},
	}
}

func (a *app) status(s activation.Status, warn bool) error {
	if err := a.say(a.statusText(s), a.statusFields(s)); err != nil {
		return err
	}
	code := exitOf(s.State)
	if code == exitOK && warn && len(a.notes(s)) > 0 {
		code = exitWarn
	}
	return exit(code)
}

func (a *app) decision(d license.Decision, warn bool) error {
	if err := a.say(a.featureLine(d)+a.reasonLines(d.Reasons), a.decisionFields(d)); err != nil {
		return err
	}
	code := exitOf(d.State)
	if code == exitOK && warn && len(d.Reasons) > 0 {
		code = exitWarn
	}
	return exit(code)
}

// notes returns every reason of a status, each once.
func (a *app) notes(s activation.Status) []license.Reason {
	seen := map[string]bool{}
	var out []license.Reason
	add := func(reasons []license.Reason) {
		for _, r := range reasons {
			if text := r.Text(a.lang); !seen[text] {
				seen[text] = true
				out = append(out, r)
			}
		}
	}
	add(s.Reasons)
	for _, d := range s.Features {
		add(d.Reasons)
	}
	return out
}

func (a *app) statusText(s activation.Status) string {
	w := wordsOf(a.lang)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n", a.product.ID, a.product.Version, w.states[s.State])
	for _, l := range s.Licenses {
		fmt.Fprintf(&b, "%s: %s (%s)\n", w.licensee, licensee(l), w.kinds[l.Kind])
	}
	if s.Maintenance != (license.Maintenance{}) {
		fmt.Fprintf(&b, "%s: %s %s\n", w.maintenance, w.until, s.Maintenance.Until)
	}
	for _, d := range s.Features {
		b.WriteString("  " + a.featureLine(d))
	}
	b.WriteString(a.reasonLines(a.notes(s)))
	return b.String()
}

func licensee(l activation.LicenseStatus) string {
	name := l.Licensee.Name
	if name != "" && l.Licensee.Company != "" {
		name += ", "
	}
	if name += l.Licensee.Company; name == "" {
		name = l.ID
	}
	return name
}

// featureLine says in one line what holds of a feature.
func (a *app) featureLine(d license.Decision) string {
	w := wordsOf(a.lang)
	text := fmt.Sprintf("%s: %s", d.Feature.ID, w.states[d.State])
	if d.Until != 0 {
		text += fmt.Sprintf(", %s %s", w.until, d.Until)
	}
	if d.Pending {
		text += ", " + w.pending
	}
	if d.Feature.Runs > 0 {
		text += ", " + fmt.Sprintf(w.left, d.Left, d.Feature.Runs)
	}
	return text + "\n"
}

// reasonLines says what holds and what to do about it.
func (a *app) reasonLines(reasons []license.Reason) string {
	var b strings.Builder
	for i := range reasons {
		fmt.Fprintf(&b, "* %s\n  -> %s\n", reasons[i].Text(a.lang), reasons[i].Remedy(a.lang))
	}
	return b.String()
}

func (a *app) statusFields(s activation.Status) object {
	licenses, features := []object{}, []object{}
	for _, l := range s.Licenses {
		licenses = append(licenses, object{
			"id": l.ID, "kind": string(l.Kind), "revision": l.Revision,
			"licensee": object{"name": l.Licensee.Name, "company": l.Licensee.Company, "email": l.Licensee.Email},
			"state":    l.State.String(), "until": l.Until.String(), "activation": a.activationFields(l.Activation),
		})
	}
	for _, d := range s.Features {
		features = append(features, a.decisionFields(d))
	}
	return object{
		"product": a.product.ID, "version": a.product.Version,
		"state": s.State.String(), "works": s.State.Works(), "exit_code": exitOf(s.State),
		"maintenance_until": s.Maintenance.Until.String(),
		"licenses":          licenses, "features": features, "reasons": a.reasonList(s.Reasons),
	}
}

// activationFields returns what the server last confirmed, null if nothing.
func (a *app) activationFields(c *activation.Activation) any {
	if c == nil {
		return nil
	}
	f := object{"id": c.ID, "since": stamp(c.Since), "until": stamp(c.Until), "grace": stamp(c.Grace), "next_check": stamp(c.NextCheck)}
	if c.Waiting != nil {
		f["waiting"] = reasonFields(c.Waiting, a.lang)
	}
	return f
}

// stamp writes a time, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (a *app) decisionFields(d license.Decision) object {
	f := object{
		"feature": d.Feature.ID, "state": d.State.String(), "works": d.State.Works(), "exit_code": exitOf(d.State),
		"until": d.Until.String(), "begins_with_first_use": d.Pending, "reasons": a.reasonList(d.Reasons),
	}
	if d.Feature.Runs > 0 {
		f["runs_left"] = d.Left
	}
	return f
}

func (a *app) reasonList(reasons []license.Reason) []object {
	out := []object{}
	for i := range reasons {
		out = append(out, reasonFields(&reasons[i], a.lang))
	}
	return out
}
