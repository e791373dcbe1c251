// Package nearest finds the known name that is nearest to a mistyped one.
package nearest

import (
	"slices"
	"strings"
)

// To returns the name of a list that is closest to a mistyped one, "" where none
// is close. Capital and small letters make no difference. The distance is that of
// Damerau and Levenshtein: a character inserted, removed or replaced, or two
// neighbours swapped, counts one; a third of the characters may be wrong, and one
// of a short name. Of names that are equally close, the first in order is taken.
func To(name string, names []string) string {
	if name == "" {
		return ""
	}
	typed := []rune(strings.ToLower(name))
	best, least := "", max(1, len(typed)/3)+1
	for _, candidate := range slices.Sorted(slices.Values(names)) {
		if d := distance(typed, []rune(strings.ToLower(candidate)), least); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance returns the distance of two texts, or at least bound if it is not
// smaller.
func distance(a, b []rune, bound int) int {
	if abs(len(a)-len(b)) >= bound {
		return bound
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differs(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

func differs(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

func abs(n int) int { return max(n, -n) }

// Hint returns a question that can follow on a sentence about a mistyped name,
// "" where no name is close: `: did you mean "export"?`.
func Hint(name string, names []string) string {
	if meant := To(name, names); meant != "" {
		return `: did you mean "` + meant + `"?`
	}
	return ""
}
