package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/nearest"
)

func TestTo(t *testing.T) {
	t.Parallel()
	names := []string{"draw", "export", "print", "render", "x", "Professional"}
	for typed, want := range map[string]string{
		"exprot":       "export", // swapped
		"xport":        "export", // removed
		"exporrt":      "export", // inserted
		"ezport":       "export", // replaced
		"EXPORT":       "export", // another case
		"proffesional": "Professional",
		"dra":          "draw",
		"drwa":         "draw",
		"mill":         "",
		"dr":           "", // half of it is missing
		"":             "",
		"exrpot-it":    "",
		"größe":        "",
	} {
		require.Equal(t, want, nearest.To(typed, names), "%q", typed)
	}
	require.Empty(t, nearest.To("draw", nil))
	require.Equal(t, "aa", nearest.To("ax", []string{"ab", "aa"}), "the first in order")
	require.Equal(t, `: did you mean "draw"?`, nearest.Hint("darw", names))
	require.Empty(t, nearest.Hint("mill", names))
}
