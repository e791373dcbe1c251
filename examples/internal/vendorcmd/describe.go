package vendorcmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/license"
)

// describeLicense says what a licence grants, in lines.
func describeLicense(l *license.License, reveal bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Licence %s of %s (%s), issued %s", l.ID, l.Vendor, l.Kind, license.DateOf(l.Issued))
	if l.Revision > 0 {
		fmt.Fprintf(&b, ", revision %d", l.Revision)
	}
	b.WriteString(".\n")
	line(&b, "Licensee", list(l.Licensee.Name, l.Licensee.Company, l.Licensee.Email))
	line(&b, "Serial number", serial(l.Serial, reveal))
	if l.NeedsReceipt {
		line(&b, "Activation", "it counts only with a receipt of the activation server")
	}
	if l.Binding.Scheme != "" && l.Binding.Data == nil {
		line(&b, "Bound at activation by", l.Binding.Scheme)
	} else {
		line(&b, "Bound by", l.Binding.Scheme)
	}
	if l.Window.Kind != license.Perpetual {
		line(&b, "Window", l.Window.String())
	}
	line(&b, "Contact", list(l.Hints.Contact, l.Hints.Renew))
	for _, p := range l.Products {
		fmt.Fprintf(&b, "  %s\n%s", p.ID, describeProduct("    ", p))
	}
	for _, s := range l.Sealed {
		fmt.Fprintf(&b, "  waits for its unlock code: update %s\n%s", s.Update.ID, indent(describeChanges(&s.Update)))
	}
	return b.String()
}

func line(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "  %s: %s\n", name, cli.OneLine(value))
	}
}

func list(items ...string) string {
	text := ""
	for _, item := range items {
		if text != "" && item != "" {
			text += ", "
		}
		text += item
	}
	return text
}

// serial returns a serial number, or what is shown in its place: whoever has it
// can activate what was sold.
func serial(s license.Serial, reveal bool) string {
	if s == "" || reveal {
		return string(s)
	}
	return "(withheld; --reveal shows it)"
}

func describeProduct(margin string, p license.Product) string {
	var b strings.Builder
	if p.MaxVersion != "" {
		fmt.Fprintf(&b, "%sversions up to %s\n", margin, p.MaxVersion)
	}
	if p.Maintenance != (license.Maintenance{}) {
		fmt.Fprintf(&b, "%smaintenance %s\n", margin, p.Maintenance)
	}
	for _, f := range p.Features {
		fmt.Fprintf(&b, "%s%s: %s\n", margin, f.ID, describeFeature(f))
	}
	return b.String()
}

func describeFeature(f license.Feature) string {
	items := []string{f.Term.String()}
	if f.Runs > 0 {
		items = append(items, counted(f.Runs, "run"))
	}
	if f.Concurrent.N > 0 {
		items = append(items, f.Concurrent.String()+" at once")
	}
	if f.Seats > 0 {
		items = append(items, counted(f.Seats, "seat"))
	}
	if f.Conditions != 0 {
		items = append(items, f.Conditions.String())
	}
	for _, p := range f.Params {
		items = append(items, p.Name+" = "+p.Value)
	}
	return strings.Join(items, ", ")
}

func counted(n int64, unit string) string {
	if n == 0 {
		return "unlimited " + unit + "s"
	}
	if n != 1 {
		unit += "s"
	}
	return strconv.FormatInt(n, 10) + " " + unit
}

// describeUpdate says what an update is and does, in lines.
func describeUpdate(u *license.Update, reveal bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Update %s of %s (%s), number %d, issued %s.\n", u.ID, u.Vendor, mode(u), u.Sequence, license.DateOf(u.Issued))
	line(&b, "Serial number", serial(u.Serial, reveal))
	if o := u.Obtain; o != (license.Period{}) {
		line(&b, "May be applied", strings.TrimSpace(prefixed("from ", o.From.String())+prefixed(" until ", o.Until.String())))
	}
	line(&b, "CRM id", u.CRMID)
	line(&b, "Comment", u.Comment)
	b.WriteString(describeChanges(u))
	return b.String()
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func mode(u *license.Update) string {
	switch {
	case u.WholeLicense:
		return "rewrite of the whole licence"
	case u.Rewrite:
		return "rewrite"
	default:
		return "add-on"
	}
}

func describeChanges(u *license.Update) string {
	var b strings.Builder
	line(&b, "Kind", string(u.Kind))
	if u.Window != nil {
		line(&b, "Window", u.Window.String())
	}
	for _, p := range u.Products {
		fmt.Fprintf(&b, "  %s\n", p.ID)
		if p.Scheme != "" {
			fmt.Fprintf(&b, "    needs the scheme %s\n", p.Scheme)
		}
		if p.MaxVersion != "" {
			fmt.Fprintf(&b, "    versions up to %s\n", p.MaxVersion)
		}
		if m := p.Maintenance; m != nil {
			fmt.Fprintf(&b, "    maintenance: %s\n", describeMaintenance(m))
		}
		for _, f := range p.Features {
			fmt.Fprintf(&b, "    %s: %s\n", f.ID, describeChange(f, u.Rewrite))
		}
	}
	return b.String()
}

func describeMaintenance(m *license.MaintenanceChange) string {
	text := "until " + m.Until.String()
	if m.Until == 0 {
		text = m.Extend.String() + " more"
	}
	return list(text, prefixed("then ", string(m.Lapse)))
}

// describeChange says what a change states; under rewrite, what it leaves out
// is no limit.
func describeChange(f license.FeatureChange, rewrite bool) string {
	var items []string
	more := ""
	if !rewrite {
		more = "+"
	}
	if f.Term != nil {
		items = append(items, f.Term.String())
	} else if rewrite {
		items = append(items, "perpetual")
	}
	if f.Runs != nil {
		items = append(items, plus(more, *f.Runs, counted(*f.Runs, "run")))
	}
	if f.Concurrent != nil {
		items = append(items, plus(more, f.Concurrent.N, f.Concurrent.String()+" at once"))
	}
	if f.Seats != nil {
		items = append(items, plus(more, *f.Seats, counted(*f.Seats, "seat")))
	}
	if f.Conditions != nil {
		items = append(items, "conditions: "+f.Conditions.String())
	}
	for _, p := range f.Params {
		items = append(items, p.Name+" = "+p.Value)
	}
	if f.ResetUsage {
		items = append(items, "usage starts anew")
	}
	if len(items) == 0 {
		return "named, without a change"
	}
	return strings.Join(items, ", ")
}

func plus(sign string, n int64, text string) string {
	if n == 0 {
		return text
	}
	return sign + text
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

// secrets are the members that are withheld: whoever has a serial number or a
// request key can activate what was sold, and documents may have one.
var secrets = []string{"serial", "request_key", "documents", "receipt", "proof"}

// content is a payload as JSON to embed in another. The serial number, and what
// may hold it, is left out unless it is to be revealed.
func content(payload []byte, err error, reveal bool) any {
	if err != nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	members := cli.Fields{}
	if d.Decode(&members) != nil {
		return nil
	}
	for _, name := range secrets {
		if v, has := members[name]; has && v != true && !reveal { // "receipt":true is a licence's
			members[name] = "(withheld)"
		}
	}
	return members
}
