package docstest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

// TestHiddenCommandsPrepareNothing holds that a reader sees every command that makes
// what a page needs: no command of Latchkey stands in hidden text.
func TestHiddenCommandsPrepareNothing(t *testing.T) {
	t.Parallel()
	for _, path := range append(pages(t), "../../../README.md", "../../../docs/getting-started.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			if b.comment && ourCommand.MatchString(b.text) {
				t.Errorf("%s:%d: a command that the reader does not see", path, b.line)
			}
		}
	}
}

var ourCommand = regexp.MustCompile(`(?m)^\s*(latchkey|server) `)
