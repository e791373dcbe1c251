package serverapp

import "strings"

// A list is the value of a flag that may be repeated. The first flag replaces the
// values of the environment, which are separated by commas.
type list struct {
	values []string
	given  bool
}

func listOf(text string) list {
	var l list
	for value := range strings.SplitSeq(text, ",") {
		if value = strings.TrimSpace(value); value != "" {
			l.values = append(l.values, value)
		}
	}
	return l
}

// String returns the values with commas between them.
func (l *list) String() string { return strings.Join(l.values, ",") }

// Set adds a value.
func (l *list) Set(value string) error {
	if !l.given {
		l.values, l.given = nil, true
	}
	l.values = append(l.values, value)
	return nil
}
