package docstest

import (
	"fmt"
	"regexp"
	"strings"
)

// forms are what stands for anything of its form in the output that a page shows.
var forms = []*regexp.Regexp{
	regexp.MustCompile(`20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?`),
	regexp.MustCompile(`[0-9A-TV-Z]{5}(?: ?- ?[0-9A-TV-Z]{5}){4}`),
	regexp.MustCompile(`\d{5} \d{5}`),
	regexp.MustCompile(`[0-9a-f]{16,}`),
	regexp.MustCompile(`\b[A-Z]-[0-9A-Za-z]{12,}\b`),
	regexp.MustCompile(`…`),
}

// anyForm finds the first of the forms.
var anyForm = func() *regexp.Regexp {
	var all []string
	for _, form := range forms {
		all = append(all, "("+form.String()+")")
	}
	return regexp.MustCompile(strings.Join(all, "|"))
}()

// pattern returns the expression that a line of output must match to be the
// line that a page shows.
func pattern(shown string) *regexp.Regexp {
	var expression strings.Builder
	for {
		at := anyForm.FindStringSubmatchIndex(shown)
		if at == nil {
			break
		}
		expression.WriteString(regexp.QuoteMeta(shown[:at[0]]))
		for i, form := range forms {
			if at[2+2*i] < 0 {
				continue
			}
			if form.String() == "…" {
				expression.WriteString(".*")
			} else {
				expression.WriteString("(?:" + form.String() + ")")
			}
		}
		shown = shown[at[1]:]
	}
	return regexp.MustCompile("^" + expression.String() + regexp.QuoteMeta(shown) + "$")
}

// sameOutput returns where output is not what a page shows, nil if it is.
func sameOutput(shown, output string) error {
	want, got := linesOf(shown), linesOf(output)
	if !sameLines(want, got) {
		return fmt.Errorf("the page shows\n\t%s\nand the output is\n\t%s", strings.Join(want, "\n\t"), strings.Join(got, "\n\t"))
	}
	return nil
}

// linesOf returns the lines of a text without white space at their ends.
func linesOf(text string) []string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	return lines
}

func sameLines(want, got []string) bool {
	for i, shown := range want {
		if strings.TrimSpace(shown) == "…" {
			for skipped := range len(got) - i + 1 {
				if sameLines(want[i+1:], got[i+skipped:]) {
					return true
				}
			}
			return false
		}
		if i >= len(got) || !pattern(shown).MatchString(got[i]) {
			return false
		}
	}
	return len(want) == len(got)
}
