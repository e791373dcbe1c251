package postgres

import "strings"

// PostgreSQL has no texts with a NUL byte in them. Such a one is written with
// two bytes in its place, and so is the byte that begins these, in a way that
// keeps the order of texts.
var (
	escape   = strings.NewReplacer("\x00", "\x01\x01", "\x01", "\x01\x02")
	unescape = strings.NewReplacer("\x01\x01", "\x00", "\x01\x02", "\x01")
)

// column returns a text as a column has it, and text the text of a column.
func column[S ~string](text S) string {
	if strings.IndexByte(string(text), 0) < 0 && strings.IndexByte(string(text), 1) < 0 {
		return string(text)
	}
	return escape.Replace(string(text))
}

func text[S ~string](column string) S {
	if strings.IndexByte(column, 1) < 0 {
		return S(column)
	}
	return S(unescape.Replace(column))
}
