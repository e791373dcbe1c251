package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/binding/machine"
)

// TestAllSteps runs all steps, each of which checks its own outcome.
func TestAllSteps(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out, true); err != nil {
		t.Fatalf("%v\nafter\n%s", err, out.String())
	}
	for _, text := range []string{"11. Time passes", "19. The server is back, and it is still the same licence", "Licensee: Müller & Söhne GmbH"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the output has no %q", text)
		}
	}
}

// TestFirstStepsFitOnOneScreen runs the first steps on several machines: their
// output has at most 45 lines of 100 characters, and each step shows its Go.
func TestFirstStepsFitOnOneScreen(t *testing.T) {
	t.Parallel()
	for name, hardware := range map[string][]machine.Option{
		"this machine": nil,
		"nothing can be read": {
			machine.WithRoot(emptyMachine()), machine.WithEnvironment(func(string) string { return "" }),
			machine.WithComponent("machine", unreadable), machine.WithComponent("board", unreadable),
			machine.WithComponent("disk", unreadable), machine.WithComponent("mac", unreadable),
		},
		"a pod": {machine.WithEnvironment(func(name string) string {
			return map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}[name]
		})},
		"hardware to bind to": {
			machine.WithRoot(emptyMachine()), machine.WithEnvironment(func(string) string { return "" }),
			machine.WithComponent("machine", another), machine.WithComponent("board", another),
			machine.WithComponent("disk", another), machine.WithComponent("mac", another), machine.WithComponent("cpu", another),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			s := newStory(&out, t.TempDir())
			s.hardware = hardware
			if err := s.tell(t.Context(), firstSteps); err != nil {
				t.Fatalf("%v\nafter\n%s", err, out.String())
			}
			fits(t, "heading\n"+out.String()+"\nthe last line of a run without -all\n")
		})
	}
}

func unreadable(context.Context) ([]string, error) { return nil, errors.New("it cannot be read") }

func fits(t *testing.T, screen string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
	if len(lines) > 45 {
		t.Errorf("there are %d lines:\n%s", len(lines), screen)
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("a line has %d characters: %s", n, line)
		}
	}
	for i, step := range strings.Split(screen, "\n\n")[1:6] { // behind the heading
		if n := strings.Count(step, "\n  > "); n < 2 || n > 3 {
			t.Errorf("step %d shows %d lines of Go:\n%s", i+1, n, step)
		}
	}
}

// TestShownLinesAreInTheSource holds the lines that a screen shows to those of
// first.go, and their marks to be no part of them.
func TestShownLinesAreInTheSource(t *testing.T) {
	t.Parallel()
	marked := strings.Count(firstSource, mark+"\n")
	shown := 0
	for _, function := range []string{"vendorMakesKeys", "machineShowsFingerprint", "vendorIssuesLicense", "productImportsIt", "otherMachineIsRefused"} {
		for _, line := range shownLines(function) {
			shown++
			if strings.Contains(line, mark) || strings.Count(firstSource, line) == 0 {
				t.Errorf("%s shows %q, which is not in the source", function, line)
			}
		}
	}
	if marked != shown || shown == 0 {
		t.Errorf("%d lines are marked, and %d are shown", marked, shown)
	}
}

func TestRunWithoutAllNamesTheRest(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out, false); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "14 more steps (updates, keys typed from paper, a server that goes away): quickstart -all\n") {
		t.Errorf("it ends otherwise:\n%s", out.String())
	}
	if strings.Contains(out.String(), "6. ") {
		t.Error("there is a sixth step")
	}
}

// TestFailingStepIsNamed runs a step that does not end as it should.
func TestFailingStepIsNamed(t *testing.T) {
	t.Parallel()
	s := newStory(&strings.Builder{}, t.TempDir())
	err := s.tell(t.Context(), []step{func(_ context.Context, s *story) error {
		s.title("A step that fails")
		return want(false, "it should not")
	}})
	if err == nil || err.Error() != "step 1: it should not" {
		t.Errorf("the error is %v", err)
	}
}

func TestWrapped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"a few words", "a few|words"}, {"seven", "seven"}, {"wordthatislong", "wordthatislong"}, {"", ""}, {"Söhne ü b", "Söhne|ü b"}, {"  a b c d", "  a b|  c d"}, {"  longer", "  longer"},
	} {
		if got := strings.Join(wrapped(c.text, 6), "|"); got != c.want {
			t.Errorf("%q becomes %q, not %q", c.text, got, c.want)
		}
	}
}
