package main

import (
	"strings"
	"testing"
)

// TestStory runs the whole story, which checks each of its steps itself.
func TestStory(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatalf("%v\nafter\n%s", err, out.String())
	}
	for _, told := range []string{"11. Time passes", "19. The server is back, and it is still the same licence", "Licensee: Müller & Söhne GmbH", "latchkey keyring 1"} {
		if !strings.Contains(out.String(), told) {
			t.Errorf("the story does not tell %q", told)
		}
	}
}
