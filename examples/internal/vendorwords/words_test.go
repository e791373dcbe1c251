package vendorwords

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// codes returns every code of package license, from its source.
func codes(t *testing.T) (all []license.Code) {
	t.Helper()
	p, err := build.Import("github.com/latchkey-go/latchkey/license", ".", build.FindOnly)
	require.NoError(t, err)
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, "reason.go"), nil, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		if v, is := n.(*ast.ValueSpec); is && len(v.Values) == 1 {
			if kind, named := v.Type.(*ast.Ident); named && kind.Name == "Code" {
				code, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				all = append(all, license.Code(code))
			}
		}
		return true
	})
	require.Greater(t, len(all), 90)
	return all
}

// No reason sends the vendor to the vendor.
func TestNeverAskTheVendor(t *testing.T) {
	t.Parallel()
	for _, code := range codes(t) {
		r := &license.Reason{Code: code}
		require.NotContains(t, strings.ToLower(Remedy(r)), "vendor[", "%s", code)
		require.NotRegexp(t, `(?i)(ask|contact|from|with|to) the vendor`, Sentences(r), "%s", code)
		require.NotEmpty(t, Sentences(r))
	}
}

// What stands in the way of issuing a document comes with what to do.
func TestRemedies(t *testing.T) {
	t.Parallel()
	for _, code := range []license.Code{
		license.NotDocument, license.Truncated, license.Damaged, license.KeyUnknown, license.SignatureWrong, license.OutOfOrder,
		license.UpdateRefused, license.OtherScheme, license.KindNotLowered, license.KeyNotGenuine,
	} {
		require.NotEmpty(t, Remedy(&license.Reason{Code: code}), "%s", code)
	}
}
