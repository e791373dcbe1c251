// Package vectors reads the test vectors under the repository's testdata
// folder: one file a vector, so that an implementation in another language
// can run the same files.
//
// A vector is a UTF-8 text: header lines "name: value", one line "--", and a
// body, which is every byte after that line. Two headers are always there:
//
//	format: scheme-line
//	expect: refused
//	note: a component may be named once only
//	--
//	board+board
//
// "format" names the format, "expect" the outcome class; "note" is for people.
// Which other headers a format has, testdata/README.md says. A header that the
// runner does not know is fatal, and so is a folder without vectors: a vector
// that is skipped in silence proves nothing.
package vectors

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A Vector is one file.
type Vector struct {
	Name   string            // the file's name without its folder
	Header map[string]string // every header line
	Body   []byte            // what stands after the line "--"
}

// Expect is the outcome class that the file states.
func (v Vector) Expect() string { return v.Header["expect"] }

// Run runs check as a parallel subtest for every vector in dir. Each must be
// of the format named and have no header but format, expect, note and those
// listed in headers.
func Run(t *testing.T, dir, format string, headers []string, check func(t *testing.T, v Vector)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("no vectors in %s: the folder moved, or it is empty", dir)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Parse(text, append([]string{"format", "expect", "note"}, headers...))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if v.Header["format"] != format {
			t.Fatalf("%s: format is %q, not %q", path, v.Header["format"], format)
		}
		v.Name = filepath.Base(path)
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			check(t, v)
		})
	}
}

// Parse reads one vector and refuses a header that is not among those known,
// a header given twice, and a vector that does not state format and expect.
func Parse(text []byte, known []string) (Vector, error) {
	v := Vector{Header: map[string]string{}}
	rest := text
	for {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			return Vector{}, fmt.Errorf("no line -- ends the headers")
		}
		rest = after
		if string(line) == "--" {
			break
		}
		name, value, found := strings.Cut(string(line), ": ")
		switch {
		case !found:
			return Vector{}, fmt.Errorf("header line %q is not \"name: value\"", line)
		case !slices.Contains(known, name):
			return Vector{}, fmt.Errorf("unknown header %q", name)
		case v.Header[name] != "":
			return Vector{}, fmt.Errorf("header %q twice", name)
		}
		v.Header[name] = value
	}
	v.Body = rest
	for _, name := range []string{"format", "expect"} {
		if v.Header[name] == "" {
			return Vector{}, fmt.Errorf("no header %q", name)
		}
	}
	return v, nil
}
