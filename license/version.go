package license

import "strings"

// compareVersions compares two versions number by number, so that 4.10 is
// later than 4.9. A leading "v" and everything from the first "-" or "+" (a
// pre-release, a build) is left out, and a part that is no number counts as 0.
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

// number returns the digits of s without leading zeros, "" if s is no number.
func number(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return ""
		}
	}
	return strings.TrimLeft(s, "0")
}
