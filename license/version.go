package license

import "strings"

// compareVersions compares two versions number by number, so that 4.10 is
// later than 4.9. A leading "v" and everything from the first "-" or "+" (a
// pre-release, a build) is left out. Of a part, the digits that it begins with
// count: 11 of "11beta2", and 0 of "beta".
func compareVersions(a, b string) int {
	a, b = versionCore(a), versionCore(b)
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// covers reports whether highest covers version: "10" covers every 10.x.
func covers(highest, version string) bool {
	highest, version = versionCore(highest), versionCore(version)
	parts := strings.Split(version, ".")
	if n := strings.Count(highest, ".") + 1; len(parts) > n {
		parts = parts[:n]
	}
	return compareVersions(strings.Join(parts, "."), highest) <= 0
}

// coversMore reports whether a, as the highest version covered, covers
// versions that b does not: 11 more than 10, and 10 more than 10.3.
func coversMore(a, b string) bool {
	a, b = versionCore(a), versionCore(b)
	for {
		var x, y string
		var longA, longB bool
		x, a, longA = strings.Cut(a, ".")
		y, b, longB = strings.Cut(b, ".")
		if c := compareNumbers(x, y); c != 0 {
			return c > 0
		}
		if !longA || !longB {
			return longB
		}
	}
}

func versionCore(v string) string {
	v = strings.TrimPrefix(v, "v")
	if i := strings.IndexAny(v, "-+"); i >= 0 {
		v = v[:i]
	}
	return v
}

// compareNumbers compares two texts of digits of any length.
func compareNumbers(a, b string) int {
	a, b = number(a), number(b)
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// number returns the digits that s begins with, without leading zeros.
func number(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			s = s[:i]
			break
		}
	}
	return strings.TrimLeft(s, "0")
}
