package ledger_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Statements are constants, and values go to the database beside them: nothing
// here puts texts together but into errors.
func TestB14_sql_injection_placeholders(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{".", "sqlite", "postgres"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(parsed, func(n ast.Node) bool {
				requireConstant(t, file, n)
				return true
			})
		}
	}
}

func requireConstant(t *testing.T, file string, n ast.Node) {
	t.Helper()
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == "fmt" {
			require.Equal(t, "Errorf", n.Sel.Name, file)
		}
		require.NotContains(t, []string{"Builder", "Join", "Buffer"}, n.Sel.Name+joinsErrors(n), file)
	case *ast.BinaryExpr:
		if n.Op != token.ADD {
			return
		}
		for _, side := range []ast.Expr{n.X, n.Y} {
			if text, ok := side.(*ast.BasicLit); ok && text.Kind == token.STRING {
				for _, word := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "WHERE", "FROM", "VALUES"} {
					require.NotContains(t, strings.ToUpper(text.Value), word+" ", file)
				}
			}
		}
	}
}

// joinsErrors tells errors.Join from strings.Join.
func joinsErrors(n *ast.SelectorExpr) string {
	if x, ok := n.X.(*ast.Ident); ok && x.Name == "errors" {
		return " of errors"
	}
	return ""
}
