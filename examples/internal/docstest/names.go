package docstest

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"sync"
)

// goName is a name of the library in inline code, such as `license.Update.Sequence`.
var goName = regexp.MustCompile(`\b(activation|activationtest|binding|issuer|keyfmt|license|machine)((?:\.[A-Z]\w*)+)`)

var inlineCode = regexp.MustCompile("`[^`\n]+`")

// checkNames returns an error for each name of the library in the page's inline
// code that the library does not have.
func checkNames(page, text string) (faults []error) {
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), fence) {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		for _, code := range inlineCode.FindAllString(line, -1) {
			for _, m := range goName.FindAllStringSubmatch(code, -1) {
				if err := resolve(imports[m[1]], strings.Split(m[2][1:], ".")); err != nil {
					faults = append(faults, fmt.Errorf("%s:%d: %s: %w", page, i+1, m[0], err))
				}
			}
		}
	}
	return faults
}

// resolve returns an error if a package does not have a name, or that name a
// field or a method.
func resolve(path string, names []string) error {
	pkg, err := loadPackage(path)
	if err != nil {
		return err
	}
	object := pkg.Scope().Lookup(names[0])
	if object == nil {
		return fmt.Errorf("the package has no %s", names[0])
	}
	for _, name := range names[1:] {
		member, _, _ := types.LookupFieldOrMethod(object.Type(), true, pkg, name)
		if member == nil {
			return fmt.Errorf("%s has no %s", object.Name(), name)
		}
		object = member
	}
	return nil
}

var (
	packagesLock sync.Mutex
	packages     = map[string]*types.Package{}
)

// loadPackage returns the types of a package.
func loadPackage(path string) (*types.Package, error) {
	packagesLock.Lock()
	defer packagesLock.Unlock()
	if pkg := packages[path]; pkg != nil {
		return pkg, nil
	}
	open, err := exportData(path)
	if err != nil {
		return nil, err
	}
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", open).Import(path)
	if err != nil {
		return nil, err
	}
	packages[path] = pkg
	return pkg, nil
}
