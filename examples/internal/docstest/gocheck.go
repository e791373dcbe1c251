package docstest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
)

const library = "github.com/latchkey-go/latchkey/"

// imports are what a snippet need not import.
var imports = map[string]string{
	"activation": library + "activation", "activationtest": library + "activation/activationtest",
	"server": library + "activation/server", "binding": library + "binding", "machine": library + "binding/machine",
	"keyfmt": library + "keyfmt", "license": library + "license", "issuer": library + "license/issuer",
	"bufio": "bufio", "tls": "crypto/tls", "x509": "crypto/x509", "bytes": "bytes", "context": "context", "rand": "crypto/rand", "json": "encoding/json",
	"errors": "errors", "flag": "flag", "fmt": "fmt", "io": "io", "fs": "io/fs", "log": "log", "slog": "log/slog",
	"http": "net/http", "os": "os", "exec": "os/exec", "signal": "os/signal", "filepath": "path/filepath",
	"debug": "runtime/debug", "slices": "slices", "strconv": "strconv", "strings": "strings", "sync": "sync",
	"testing": "testing", "time": "time",
}

// snippet is where the statements of a block go in the text around them.
const snippet = "SNIPPET"

const plainAround = "func _(ctx context.Context) error {\n" + snippet + "\nreturn nil\n}\n"

// checkGo returns what is wrong with a Go block. Beside is the file of the same
// package that a whole file is checked with, nil for none.
func checkGo(page string, b, beside *block, around string) error {
	fset := token.NewFileSet()
	if whole, err := parseGo(fset, page, b.line, "", b.text); err == nil && strings.Contains("\n"+b.text, "\npackage ") {
		files := []*ast.File{whole}
		if beside != nil {
			other, err := parseGo(fset, page, beside.line, "", beside.text)
			if err != nil {
				return err
			}
			files = append(files, other)
		}
		return typeCheck(fset, files, false)
	} else if strings.Contains("\n"+b.text, "\npackage ") {
		return err
	}
	text := strings.ReplaceAll(b.text, "…", "/* … */")
	file, err := parseGo(fset, page, b.line, "package snippet;", text)
	if err != nil { // no declarations, so statements
		head, tail, there := strings.Cut(around, snippet)
		if !there {
			return fmt.Errorf("%s:%d: the comment \"docstest around\" has no line %s", page, b.line, snippet)
		}
		head += fmt.Sprintf("\n//line %s:%d\n", page, b.line)
		file, err = parseGo(fset, page, b.line, "package snippet;", head+text+tail)
	}
	if err != nil {
		return err
	}
	addImports(file)
	return typeCheck(fset, []*ast.File{file}, true)
}

// parseGo parses a text behind a head, in the lines that it has in the page.
func parseGo(fset *token.FileSet, page string, line int, head, text string) (*ast.File, error) {
	source := fmt.Sprintf("%s//line %s:%d\n%s", strings.ReplaceAll(head, ";", "\n"), page, line, text)
	return parser.ParseFile(fset, page, source, parser.ParseComments)
}

// addImports imports the packages that a snippet uses without importing them.
func addImports(file *ast.File) {
	missing := map[string]bool{}
	unresolved := map[*ast.Ident]bool{}
	for _, name := range file.Unresolved {
		unresolved[name] = true
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, is := n.(*ast.SelectorExpr); is {
			if x, is := s.X.(*ast.Ident); is && unresolved[x] && imports[x.Name] != "" {
				missing[x.Name] = true
			}
		}
		return true
	})
	for name := range missing {
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: fmt.Sprintf("%q", imports[name])}}
		file.Imports = append(file.Imports, spec)
		file.Decls = slices.Insert(file.Decls, 0, ast.Decl(&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}))
	}
}

// typeCheck type-checks the files of a package. In a snippet, what is declared
// need not be used.
func typeCheck(fset *token.FileSet, files []*ast.File, isSnippet bool) error {
	var paths []string
	for _, file := range files {
		for _, spec := range file.Imports {
			paths = append(paths, strings.Trim(spec.Path.Value, `"`))
		}
	}
	open, err := exportData(paths...)
	if err != nil {
		return err
	}
	var faults []error
	config := types.Config{
		Importer: importer.ForCompiler(fset, "gc", open),
		Error: func(err error) {
			if e, is := err.(types.Error); !is || !e.Soft || !isSnippet {
				faults = append(faults, err)
			}
		},
	}
	_, _ = config.Check(files[0].Name.Name, fset, files, nil) // each error went to config.Error
	return errors.Join(faults...)
}

var (
	exportsLock sync.Mutex
	exports     = map[string]string{} // import path to file of export data
)

// exportData returns what opens the export data of packages and those below them.
func exportData(paths ...string) (importer.Lookup, error) {
	exportsLock.Lock()
	defer exportsLock.Unlock()
	var missing []string
	for _, path := range paths {
		if exports[path] == "" && path != "unsafe" {
			missing = append(missing, path)
		}
	}
	if len(missing) > 0 {
		if err := buildExports(missing); err != nil {
			return nil, err
		}
	}
	known := maps.Clone(exports)
	return func(path string) (io.ReadCloser, error) {
		if known[path] == "" {
			return nil, fmt.Errorf("there is no package %q here", path)
		}
		return os.Open(known[path])
	}, nil
}

// buildExports has the go command compile packages and those below them.
func buildExports(paths []string) error {
	cmd := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, paths...)...)
	cmd.Dir = examples()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list: %v\n%s", err, stderr.String())
	}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return nil
}
