package docstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/keyfmt"
)

// rows returns the rows of the table below a heading of a page: the cells of
// each, by the text of its first one.
func rows(t *testing.T, page, heading string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", page, heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	table := map[string][]string{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		table[cells[0]] = cells[1:]
	}
	return table
}

const glossary = "../../../docs/glossary.md"

// TestGlossaryHasEveryTypedKey holds the glossary to have a row for every kind of
// typed key, with an example that is one.
func TestGlossaryHasEveryTypedKey(t *testing.T) {
	t.Parallel()
	table := rows(t, glossary, "Keys that people type")
	kinds := 0
	for kind := keyfmt.Invalid + 1; kind.String() != keyfmt.Invalid.String(); kind++ {
		kinds++
		cells := table[kind.String()]
		if len(cells) != 4 {
			t.Errorf("there is no row of five cells for the %s", kind)
			continue
		}
		example := strings.Split(cells[0], "`")[1]
		if got := keyfmt.Identify(example).Kind; got != kind {
			t.Errorf("the example of the %s is a %s", kind, got)
		}
		if _, _, err := keyfmt.Parse(example); err != nil && kind != keyfmt.Activation {
			t.Errorf("the example of the %s: %v", kind, err)
		}
	}
	if kinds < 6 || len(table) != kinds+2 { // and the head
		t.Errorf("there are %d kinds, and %d rows", kinds, len(table))
	}
}

// TestGlossaryHasEveryDocument holds the glossary to have a row for every kind of
// document.
func TestGlossaryHasEveryDocument(t *testing.T) {
	t.Parallel()
	table := rows(t, glossary, "Documents")
	kinds := documentKinds(t)
	for _, kind := range kinds {
		if len(table[kind]) != 4 {
			t.Errorf("there is no row of five cells for the document %q", kind)
		}
	}
	if len(kinds) < 8 || len(table) != len(kinds)+2 {
		t.Errorf("there are %d kinds, and %d rows", len(kinds), len(table))
	}
}

// documentKinds returns the constants of package license that begin with Kind and
// have no type, such as KindLicense.
func documentKinds(t *testing.T) (kinds []string) {
	t.Helper()
	files, err := filepath.Glob("../../../license/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name.Name != "license" {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, is := n.(*ast.ValueSpec)
			if !is || spec.Type != nil || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Kind") {
				return true
			}
			if value, is := spec.Values[0].(*ast.BasicLit); is && value.Kind == token.STRING {
				kind, _ := strconv.Unquote(value.Value)
				kinds = append(kinds, kind)
			}
			return true
		})
	}
	return kinds
}
