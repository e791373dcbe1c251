package binding

import (
	"slices"
	"strconv"
	"strings"
)

// Limits. Each is checked before anything that grows with it is built.
const (
	MaxSchemeComponents      = 16 // components in a scheme
	MaxFingerprintComponents = 24 // components in a fingerprint
	MaxDigests               = 64 // digests of one component
	MaxNameLength            = 32 // bytes in a component's name
	MaxProductLength         = 64 // bytes in a product's name

	// MaxSchemeLength is the longest scheme line, in bytes.
	MaxSchemeLength = MaxSchemeComponents*(MaxNameLength+2) + 2

	// MaxDataLength is the longest binding data, in bytes.
	MaxDataLength = 1 + MaxSchemeComponents*(1+MaxNameLength+1+MaxDigests*digestSize)

	// MaxTextLength is the longest fingerprint text that is read, in bytes.
	MaxTextLength = 64 << 10
)

// A Component is one part of a scheme.
type Component struct {
	Name        string // such as "board"
	Replaceable bool   // written with "~"
}

// A Scheme says which components of a machine a licence is bound to and which
// of them may be replaced. It is made by [ParseScheme], never changes, and is
// comparable: two schemes are equal when their lines are. The zero Scheme has
// no components and binds nothing; every function refuses it.
type Scheme struct{ line string }

// ParseScheme reads a scheme line; the package comment has its grammar. White
// space is not forgiven, since a scheme is signed text and is never typed. An
// error is a [*SchemeError].
func ParseScheme(line string) (Scheme, error) {
	if _, _, err := parseScheme(line); err != nil {
		return Scheme{}, err
	}
	if ready, named := Named(line); named && ready != line {
		return Scheme{}, &SchemeError{"name of a ready-made scheme"}
	}
	return Scheme{line}, nil
}

// String is the scheme line.
func (s Scheme) String() string { return s.line }

// Components lists the components in the order of the line. The caller owns
// the slice.
func (s Scheme) Components() []Component {
	list, _, _ := parseScheme(s.line)
	return list
}

// Tolerance is n: how many of the replaceable components may differ at the
// same time. Without replaceable ones it is 0.
func (s Scheme) Tolerance() int {
	_, n, _ := parseScheme(s.line)
	return n
}

// A SchemeError says why a line is not a scheme.
type SchemeError struct {
	// Problem is one of "empty", "too long", "too many components", "name",
	// "reserved name", "component twice", "tolerance missing", "tolerance
	// without ~", "tolerance not a number", "tolerance too large",
	// "nothing needed" and "name of a ready-made scheme": Named gives its line.
	Problem string
}

func (e *SchemeError) Error() string { return "binding: scheme line: " + e.Problem }

func badScheme(problem string) ([]Component, int, error) {
	return nil, 0, &SchemeError{problem}
}

func parseScheme(line string) ([]Component, int, error) {
	switch {
	case line == "":
		return badScheme("empty")
	case len(line) > MaxSchemeLength:
		return badScheme("too long")
	}
	names, number, limited := strings.Cut(line, "/")
	words := strings.Split(names, "+")
	if len(words) > MaxSchemeComponents {
		return badScheme("too many components")
	}
	list := make([]Component, 0, len(words))
	replaceable := 0
	for _, word := range words {
		name, marked := strings.CutSuffix(word, "~")
		switch {
		case !validName(name):
			return badScheme("name")
		case name == InstallationCodeScheme:
			return badScheme("reserved name")
		case slices.ContainsFunc(list, func(c Component) bool { return c.Name == name }):
			return badScheme("component twice")
		}
		if marked {
			replaceable++
		}
		list = append(list, Component{name, marked})
	}
	n, problem := parseTolerance(number, limited, replaceable, len(list))
	if problem != "" {
		return badScheme(problem)
	}
	return list, n, nil
}

func parseTolerance(number string, limited bool, replaceable, components int) (n int, problem string) {
	switch {
	case !limited && replaceable == 0:
		return 0, ""
	case !limited:
		return 0, "tolerance missing"
	case replaceable == 0:
		return 0, "tolerance without ~"
	}
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n < 1 || strconv.Itoa(n) != number:
		return 0, "tolerance not a number"
	case n > replaceable:
		return 0, "tolerance too large"
	case n >= components:
		return 0, "nothing needed"
	}
	return n, ""
}

func validName(name string) bool {
	if name == "" || len(name) > MaxNameLength || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
