package docstest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

func TestPageOfEveryMarkup(t *testing.T) {
	t.Parallel()
	Run(t, "testdata/markup.md", Env("FROM_TEST=yes"))
}

func TestPackedPage(t *testing.T) {
	t.Parallel()
	Run(t, "testdata/packed.md", Packed())
}

// TestBackgroundEnds holds what a page has left in the background to have ended
// when the page has, and its last words to be written.
func TestBackgroundEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := "```sh\n(trap 'sleep 0.2; echo ended >\"$OLDPWD/ended\"; exit' TERM; touch ready; while :; do sleep 0.05; done) &\n" +
		"while [ ! -e ready ]; do sleep 0.05; done\n```\n"
	page = strings.ReplaceAll(page, "$OLDPWD", dir)
	if err := runPage(dir, "page.md", page); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ended")); err != nil {
		t.Error("the process had not ended")
	}
}

// TestWrongPages holds every kind of fault in a page to be found.
func TestWrongPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, want string }{
		"command that fails":        {"```sh\ntrue\nfalse\ntrue\n```\n", "page.md:2: this block fails"},
		"command that is not there": {"```sh\nlatchkeyy help\n```\n", "latchkeyy: command not found"},
		"second block fails":        {"```sh\ntrue\n```\n\n```sh\nfalse\n```\n", "page.md:6: this block fails"},
		"page that ends itself":     {"```sh\nexit 0\n```\n", "page.md:2: this block fails"},
		"failure in a pipe":         {"```sh\nfalse | cat\n```\n", "page.md:2: this block fails"},
		"other exit code":           {"```sh fails=2\n(exit 3)\n```\n", "the exit code is 3 and not 2"},
		"no failure":                {"```sh fails=2\ntrue\n```\n", "the exit code is 0 and not 2"},
		"other output":              {"```sh\necho one\n```\n\n```text output\ntwo\n```\n", "page.md:6: the page shows"},
		"output of nothing":         {"```text output\ntwo\n```\n", "there is no block whose output"},
		"nothing listens":           {"```sh background\ntrue\n```\n", "page.md:2: this block fails"},
		"hidden command that fails": {"<!-- docstest sh\nfalse\n-->\n", "page.md:2: this block fails"},
		"no such comment":           {"<!-- docstest outputs\n-->\n", `no comment "outputs"`},
		"no reason":                 {"```sh norun\nfalse\n```\n", "say why this does not run"},
		"no such word":              {"```sh norn=x\nfalse\n```\n", `cannot have the word "norn"`},
		"no end":                    {"```sh\nfalse\n", "does not end"},
		"unknown name":              {"```go\nx := license.Nothing()\n```\n", "page.md:2: undefined: license.Nothing"},
		"unknown name in a file":    {"\n```go\npackage main\n\nfunc main() { nothing() }\n```\n", "page.md:5: undefined: nothing"},
		"unused in a file":          {"```go\npackage main\n\nfunc main() { x := 1 }\n```\n", "declared and not used: x"},
		"wrong type":                {"```go\nvar d license.Date = \"2026\"\n```\n", "page.md:2: cannot use"},
		"no Go":                     {"```go\nif {\n```\n", "page.md:2:"},
		"no Go in a file":           {"```go\npackage main\nfunc {\n```\n", "page.md:3:"},
		"program that fails":        {"```go run\npackage main\n\nfunc main() { panic(\"no\") }\n```\n", "page.md:2: this block fails"},
		"test that fails":           {"```go run\npackage x\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { t.Fatal(\"no\") }\n```\n", "page.md:2: this block fails"},
		"name that is not there":    {"The type `license.Licence`.\n", "page.md:1: license.Licence: the package has no Licence"},
		"field that is not there":   {"\n`activation.Options.Folder`\n", "page.md:2: activation.Options.Folder: Options has no Folder"},
		"around without a place":    {"<!-- docstest around\nfunc f() {}\n-->\n\n```go\nx := 1\n```\n", "has no line SNIPPET"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := runPage(t.TempDir(), "page.md", c.page)
			if err == nil {
				t.Fatal("the page passes")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error has no %q:\n%v", c.want, err)
			}
		})
	}
}

func TestSameOutput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shown, output string
		same          bool
	}{
		{"a\nb", "a\nb\n", true},
		{"a\nb", "a  \nb\r\n", true},
		{"a\nb", "a\nb\nc", false},
		{"a\nb\nc", "a\nb", false},
		{"a\n…\nd", "a\nb\nc\nd", true},
		{"a\n…\nd", "a\nd", true},
		{"a\n…", "a\nb\nc", true},
		{"…\nd", "a\nb\nc", false},
		{"id … is (new)", "id 17 is (new)", true},
		{"id … is (new)", "id 17 is new", false},
		{"until 2026-12-31", "until 2031-02-01", true},
		{"until 2026-12-31", "until today", false},
		{"at 2026-12-31T10:00:00Z", "at 2031-02-01", true},
		{"S000G-40R40-M30E2-096ZT-KRR1G", "S111G-41R40-M30E2-096ZT-KRR1G", true},
		{"S000G-40R40-M30E2-096ZT-KRR1G", "S111G", false},
		{"key c73507bb7628f3f4 of", "key 0123456789abcdef of", true},
		{"key c73507bb7628f3f4 of", "key none of", false},
	} {
		if err := sameOutput(c.shown, c.output); (err == nil) != c.same {
			t.Errorf("%q and %q: %v", c.shown, c.output, err)
		}
	}
}

// TestMoved holds the dates and addresses of a page to those of the day on which
// it is run.
func TestMoved(t *testing.T) {
	t.Parallel()
	s := newShell("", 20000, Day.Add(31*24*time.Hour+time.Hour))
	s.replace = []string{"S….", "$serial"}
	for before, after := range map[string]string{
		"--term until=2026-12-31 --add k:2031-12-31": "--term until=2027-01-31 --add k:2032-01-31",
		"order 2026-0815, 2026-13-40":                "order 2026-0815, 2026-13-40",
		"http://127.0.0.1:8080/v1 localhost:8081":    "http://127.0.0.1:20000/v1 127.0.0.1:20001",
		"activate S….":                               "activate $serial",
	} {
		if got := s.moved(before); got != after {
			t.Errorf("%q became %q, not %q", before, got, after)
		}
	}
	if got := s.shown("on http://127.0.0.1:20000"); got != "on http://127.0.0.1:8080" {
		t.Errorf("the page would show %q", got)
	}
}
