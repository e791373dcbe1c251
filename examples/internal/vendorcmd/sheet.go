package vendorcmd

import (
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/keyfmt"
)

// keySheet lays a key out to print: a heading, what it is, its rows with their
// numbers, and how to enter it.
func keySheet(key keyfmt.Key, about []string, how string) string {
	var b strings.Builder
	b.WriteString("  " + strings.ToUpper(key.Kind().String()) + "\n\n")
	for _, line := range about {
		if line != "" {
			b.WriteString("  " + line + "\n")
		}
	}
	b.WriteString("\n")
	rows := key.Rows()
	for i, row := range rows {
		b.WriteString(strings.TrimRight(fmt.Sprintf("    %d    %s", i+1, strings.ReplaceAll(row, "-", " - ")), " ") + "\n\n")
	}
	help := how + "\nCapital or small letters, spaces and dashes make no difference, and neither does\nO for 0, or I and L for 1. For a character that cannot be read, type ?."
	if len(rows) > 1 {
		help += "\nThe rows may be entered in any order, without their numbers."
	}
	b.WriteString("  " + strings.ReplaceAll(help, "\n", "\n  ") + "\n")
	return b.String()
}
