package license

import "strings"

// A version is numbers with points between them: 10, 4.2, 4.2.0. It may begin
// with "v". Everything from the first "-" or "+" on (a pre-release, a build) is
// left out when two are compared, and so is what follows the digits of a part:
// 11beta2 counts as 11. Numbers compare as numbers, so that 4.10 is later than
// 4.9, and a part that one version lacks is 0.

// IsVersion reports whether s is a version, which can be compared with others:
// "4.2.0", "v4.2.0-rc1" and "11beta2" are, and "(devel)", "four", "4.x", "1.0 beta"
// and "" are not: it has no white space, and no characters but ASCII letters, digits
// and . - + _ ~.
func IsVersion(s string) bool {
	if strings.ContainsFunc(s, isOutsideVersion) {
		return false
	}
	rest, more := versionCore(s), true
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		if part == "" || part[0] < '0' || part[0] > '9' {
			return false
		}
	}
	return true
}

// isOutsideVersion reports whether no version has a character.
func isOutsideVersion(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	return !letter && (r < '0' || r > '9') && !strings.ContainsRune(".-+_~", r)
}

// compareVersions compares two versions part by part. A part that does not begin
// with a digit counts as 0.
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

// covers reports whether highest covers version: "10" covers every 10.x. A document
// may have been signed with a highest version that is not a version, such as "four":
// it counts as 0, and so covers no version from 1 on.
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
