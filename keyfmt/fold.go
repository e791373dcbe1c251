package keyfmt

import (
	"strings"
	"unicode"
)

// A glyph is one character of a typed text that stands for a symbol.
type glyph struct {
	typed rune
	value byte   // below 32, or unreadable
	line  uint16 // lines and groups are counted from 0 and never go back
	group uint16
}

// What canonical returns for a character that is not a symbol.
const (
	nothing   = 0    // not seen when printed
	separator = ' '  // parts groups
	newline   = '\n' // parts lines and groups
	illegible = '?'  // in no row: something else was meant
)

// foldText reads a text as symbols. Group numbers count visible groups through
// the whole text; lines without a symbol do not count.
func foldText(text string) []glyph {
	glyphs := make([]glyph, 0, len(text))
	var line, group uint16
	for _, r := range text {
		switch c := canonical(r); c {
		case nothing:
		case separator, newline:
			if n := len(glyphs); n > 0 {
				group = glyphs[n-1].group + 1
				if c == newline {
					line = glyphs[n-1].line + 1
				}
			}
		default:
			value := byte(unreadable)
			if c != illegible {
				value = byte(strings.IndexByte(alphabet, c))
			}
			glyphs = append(glyphs, glyph{r, value, line, group})
		}
	}
	return glyphs
}

// canonical folds a character to the symbol that it stands for, or to one of the
// four classes above.
func canonical(r rune) byte {
	const letters = "ABCDEFGH1JK1MN0PQRST?VWXYZ"
	switch {
	case r >= '0' && r <= '9':
		return byte(r)
	case r >= 'A' && r <= 'Z':
		return letters[r-'A']
	case r >= 'a' && r <= 'z':
		return letters[r-'a']
	case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
		return newline
	case r < 0x80:
		return asciiSign(r)
	case r >= 0xFF01 && r <= 0xFF5E: // full-width ASCII
		return canonical(r - 0xFEE0)
	}
	if c := lookAlike(r); c != illegible {
		return c
	}
	switch {
	case unicode.Is(unicode.Nd, r):
		return decimal(r)
	case isSeparator(r):
		return separator
	case isInvisible(r):
		return nothing
	}
	return illegible
}

func asciiSign(r rune) byte {
	switch {
	case strings.ContainsRune("\t -_.,;:/\\'\"`()[]{}<>", r):
		return separator
	case r < ' ' || r == 0x7F: // what a bar code reader sends between fields
		return nothing
	}
	return illegible
}

// decimal returns the value of a decimal digit of any script as an ASCII digit.
// Unicode encodes them in runs of ten, from zero up, and a run may follow a run.
func decimal(r rune) byte {
	n := rune(0)
	for unicode.Is(unicode.Nd, r-n-1) {
		n++
	}
	return '0' + byte(n%10)
}

// isSeparator reports white space, every dash, bracket and quotation mark, and
// what is typed or printed in place of a dash or a dot.
func isSeparator(r rune) bool {
	switch r {
	case 0x2212, 0x00AD, 0x2043, // minus, soft hyphen, hyphen bullet
		0x02D7, 0x207B, 0x208B, 0x2796, // modifier, superscript, subscript and heavy minus
		0x00AF, 0x203E, // macron, overline
		0x30FC, 0xFF70, // what Japanese keyboards give for a dash
		0x2500, 0x2501, 0x23AF, // drawn lines
		0x00B7, 0x2022, 0x2027, 0x2219, 0x22C5, // dots in the middle
		0x2024, 0x2026, 0x3001, 0x3002, 0x060C, // dots and commas
		0x2044, 0x2215: // slashes
		return true
	}
	return unicode.IsSpace(r) ||
		unicode.In(r, unicode.Pd, unicode.Pc, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf)
}

// isInvisible reports what takes no place in print: zero-width characters, byte
// order marks, direction marks, variation selectors and combining accents.
func isInvisible(r rune) bool {
	return r >= 0x0300 && r <= 0x036F || r >= 0x20D0 && r <= 0x20F0 || r >= 0xFE00 && r <= 0xFE0F ||
		r == 0x115F || r == 0x3164 || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// lookAlike folds letters that look like a symbol and are not it. Keys are
// printed in capitals, so the capital's shape counts and the small letter goes
// with it. The small Greek letters that look like a Latin letter other than their
// capital (eta, mu, nu, upsilon) are ambiguous and stay illegible: the error
// correction fills one in at half the price of a wrong one.
func lookAlike(r rune) byte {
	switch r {
	case 0x0410, 0x0430, 0x0391, 0x03B1: // А а Α α
		return 'A'
	case 0x0412, 0x0432, 0x0392, 0x03B2: // В в Β β
		return 'B'
	case 0x0421, 0x0441, 0x03F9, 0x03F2: // С с Ϲ ϲ
		return 'C'
	case 0x0500, 0x0501: // Ԁ ԁ
		return 'D'
	case 0x0415, 0x0435, 0x0401, 0x0451, 0x0395, 0x03B5: // Е е Ё ё Ε ε
		return 'E'
	case 0x050C, 0x050D: // Ԍ ԍ
		return 'G'
	case 0x041D, 0x043D, 0x04BA, 0x04BB, 0x0397: // Н н Һ һ Η
		return 'H'
	case 0x0408, 0x0458, 0x037F, 0x03F3: // Ј ј Ϳ ϳ
		return 'J'
	case 0x041A, 0x043A, 0x039A, 0x03BA, 0x212A: // К к Κ κ, Kelvin sign
		return 'K'
	case 0x041C, 0x043C, 0x039C: // М м Μ
		return 'M'
	case 0x039D: // Ν
		return 'N'
	case 0x0420, 0x0440, 0x03A1, 0x03C1: // Р р Ρ ρ
		return 'P'
	case 0x051A, 0x051B: // Ԛ ԛ
		return 'Q'
	case 0x0405, 0x0455: // Ѕ ѕ
		return 'S'
	case 0x0422, 0x0442, 0x03A4, 0x03C4: // Т т Τ τ
		return 'T'
	case 0x0474, 0x0475: // Ѵ ѵ
		return 'V'
	case 0x051C, 0x051D: // Ԝ ԝ
		return 'W'
	case 0x0425, 0x0445, 0x03A7, 0x03C7: // Х х Χ χ
		return 'X'
	case 0x0423, 0x0443, 0x04AE, 0x04AF, 0x03A5: // У у Ү ү Υ
		return 'Y'
	case 0x0396, 0x03B6: // Ζ ζ
		return 'Z'
	case 0x041E, 0x043E, 0x039F, 0x03BF, 0x00D8, 0x00F8, 0x2205: // О о Ο ο Ø ø, empty set
		return '0'
	case 0x0406, 0x0456, 0x0407, 0x0457, 0x04C0, 0x04CF, // І і Ї ї Ӏ ӏ
		0x0399, 0x03B9, 0x0130, 0x0131: // Ι ι İ ı
		return '1'
	case 0x0417, 0x0437: // З з
		return '3'
	case 0x0427, 0x0447: // Ч ч
		return '4'
	case 0x0411, 0x0431: // Б б
		return '6'
	}
	return illegible
}
