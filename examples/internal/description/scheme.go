package description

import (
	"fmt"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/examples/internal/nearest"
	"github.com/latchkey-go/latchkey/license"
)

// Schemes lists the binding schemes, for messages.
const Schemes = "workstation, desktop, server, vm, cloud, container, machine, user, host, or a line such as board+cpu~+disk~/1"

// NoScheme is the name that means no binding scheme.
const NoScheme = "none"

// unknownScheme is the error of what is no scheme, with the name that is meant.
func unknownScheme(name string) error {
	if hint := nearest.Hint(name, schemeNames()); hint != "" {
		return fmt.Errorf("there is no binding scheme %q%s", name, hint)
	}
	return fmt.Errorf("%q is not a binding scheme: use one of %s", name, Schemes)
}

// schemeNames returns the names of the ready-made schemes.
func schemeNames() []string {
	names, _, _ := strings.Cut(Schemes, ", or ")
	return strings.Split(names, ", ")
}

// SchemeLine returns the line of a ready-made scheme, or the line itself if it
// is one; "" for "" and NoScheme.
func SchemeLine(name string) (string, error) {
	if name == "" || name == NoScheme {
		return "", nil
	}
	if line, ok := binding.Named(name); ok {
		return line, nil
	}
	s, err := binding.ParseScheme(name)
	if err != nil {
		return "", unknownScheme(name)
	}
	return s.String(), nil
}

// MistypedScheme returns an error where the line of a scheme is one word that is
// close to the name of a ready-made scheme, and no component that every product
// reads: where such a component is not known either, the name was meant.
func MistypedScheme(line string) error {
	if slices.Contains(binding.Standard(), line) || nearest.To(line, schemeNames()) == "" {
		return nil
	}
	return unknownScheme(line)
}

// AtActivation returns a binding to the machine that will activate the licence,
// whose fingerprint is not known yet. So the scheme may have only components that
// every product reads. Without a scheme, the binding is empty.
func AtActivation(name string) (license.Binding, error) {
	line, err := SchemeLine(name)
	if err != nil || line == "" {
		return license.Binding{}, err
	}
	scheme, err := binding.ParseScheme(line)
	if err != nil {
		return license.Binding{}, err
	}
	if err := MistypedScheme(line); err != nil {
		return license.Binding{}, err
	}
	for _, c := range scheme.Components() {
		if !slices.Contains(binding.Standard(), c.Name) {
			return license.Binding{}, fmt.Errorf("the scheme %s names %q, which not every product reads: use one of %s", line, c.Name, Schemes)
		}
	}
	return license.Binding{Scheme: line}, nil
}
