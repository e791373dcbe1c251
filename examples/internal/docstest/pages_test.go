package docstest

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// pages are the pages that this test runs: those of docs, and the READMEs of
// some examples. Pages that need more than Run gives have a test of their own.
func pages(t *testing.T) (paths []string) {
	t.Helper()
	for _, dir := range []string{"../../../docs", "../../latchkey", "../../quickstart", "../../bench", ".."} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "testdata" {
				return fs.SkipDir
			}
			if err == nil && strings.HasSuffix(path, ".md") && d.Name() != "getting-started.md" {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(paths) < 10 {
		t.Fatalf("there are only %d pages", len(paths))
	}
	return paths
}

// TestFirstDay walks through the README and docs/getting-started.md as a stranger
// who has Go and nothing else: the commands are installed, and the library is
// fetched, from both modules as they would be released.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"../../../README.md", "../../../docs/getting-started.md"} {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			Run(t, path, Packed())
		})
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, path := range pages(t) {
		t.Run(filepath.ToSlash(strings.TrimLeft(path, "./\\")), func(t *testing.T) {
			t.Parallel()
			Run(t, path)
		})
	}
}
