package main

import (
	_ "embed"
	"strings"
)

//go:embed first.go
var firstSource string

const mark = "// shown"

// shownLines returns the lines of a function in first.go that end with the mark,
// without it, and indented by no more than their difference.
func shownLines(function string) (lines []string) {
	_, body, _ := strings.Cut(firstSource, "\nfunc "+function+"(")
	body, _, _ = strings.Cut(body, "\n}\n")
	for line := range strings.Lines(body) {
		if code, shown := strings.CutSuffix(strings.TrimSpace(line), mark); shown {
			lines = append(lines, strings.TrimSpace(code))
		}
	}
	return lines
}
