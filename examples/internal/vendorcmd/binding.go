package vendorcmd

import (
	"flag"
	"slices"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// usageProduct returns the error of a flag that needs --product.
func usageProduct(what string) error {
	return cli.Usagef("%s: name the product with --product", what)
}

// machineFlags name a machine by its installation code.
type machineFlags struct{ code, from string }

func (m *machineFlags) declare(f *flag.FlagSet, what string) {
	f.StringVar(&m.code, "machine", "", "installation `CODE` "+what)
	f.StringVar(&m.from, "machine-from", "", "`FILE` that has the installation code, or -")
}

func (m *machineFlags) given() bool { return m.code != "" || m.from != "" }

// payload returns the code's bytes.
func (m *machineFlags) payload(t *tool) ([]byte, error) {
	if m.code != "" && m.from != "" {
		return nil, cli.Usagef("--machine and --machine-from exclude each other: use one of them")
	}
	if m.from != "" {
		key, err := t.readTyped(m.from, keyfmt.Installation)
		return key.Payload(), err
	}
	key, err := parseTyped("--machine", m.code, keyfmt.Installation)
	return key.Payload(), err
}

// A bindingRequest says to which machine a licence is bound: by a scheme and
// a fingerprint, by an installation code, by a scheme and the receipt that
// comes with activation, or to none.
type bindingRequest struct {
	scheme, fingerprint string
	machine             machineFlags
	receipt             bool // the licence needs one
}

func (r bindingRequest) bind(t *tool, products []license.Product) (license.Binding, error) {
	switch {
	case r.machine.given() && (r.scheme != "" || r.fingerprint != ""):
		return license.Binding{}, cli.Usagef("--machine excludes --scheme and --fingerprint: an installation code has its own scheme")
	case r.fingerprint == "" && r.scheme != "" && r.receipt:
		b, err := description.AtActivation(r.scheme)
		return b, refused(err)
	case (r.scheme != "") != (r.fingerprint != ""):
		return license.Binding{}, cli.Usagef("a licence is bound with --scheme and --fingerprint together, or with --scheme and --needs-receipt to the machine that activates it")
	case r.machine.given():
		code, err := r.machine.payload(t)
		return license.Binding{Scheme: binding.InstallationCodeScheme, Data: code}, err
	case r.scheme == "" || r.scheme == description.NoScheme:
		return license.Binding{}, nil
	}
	line, err := description.SchemeLine(r.scheme)
	if err != nil {
		return license.Binding{}, refused(err)
	}
	scheme, err := binding.ParseScheme(line)
	if err != nil {
		return license.Binding{}, refused(err)
	}
	text, err := t.read(r.fingerprint)
	if err != nil {
		return license.Binding{}, err
	}
	var print binding.Fingerprint
	if err := print.ParseText(text); err != nil {
		return license.Binding{}, cli.At(r.fingerprint, damaged(err))
	}
	if !slices.ContainsFunc(products, func(p license.Product) bool { return p.ID == print.Product() }) {
		return license.Binding{}, refusedf("%s: this fingerprint was taken for %s, which the licence does not name: ask the customer for the fingerprint that the licensed product prints", r.fingerprint, print.Product())
	}
	for _, c := range scheme.Components() {
		if !slices.ContainsFunc(print.Components(), func(s binding.ComponentState) bool { return s.Name == c.Name }) {
			return license.Binding{}, refusedf("the scheme %s names %q, which the fingerprint does not have: a scheme is one of %s", line, c.Name, description.Schemes)
		}
	}
	data, err := print.Bind(scheme)
	if err != nil {
		return license.Binding{}, cli.At(r.fingerprint, refused(err))
	}
	return license.Binding{Scheme: line, Data: data}, nil
}
