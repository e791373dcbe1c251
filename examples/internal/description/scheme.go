package description

import (
	"fmt"
	"slices"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/license"
)

// Schemes lists the binding schemes, for messages.
const Schemes = "workstation, desktop, server, vm, cloud, container, machine, user, host, or a line such as board+cpu~+disk~/1"

// NoScheme is the name that means no binding scheme.
const NoScheme = "none"

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
		return "", fmt.Errorf("%q is not a binding scheme: use one of %s", name, Schemes)
	}
	return s.String(), nil
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
	for _, c := range scheme.Components() {
		if !slices.Contains(binding.Standard(), c.Name) {
			return license.Binding{}, fmt.Errorf("the scheme %s names %q, which not every product reads: use one of %s", line, c.Name, Schemes)
		}
	}
	return license.Binding{Scheme: line}, nil
}
