package keyfmt

import (
	"strings"
	"testing"
	"unicode"
)

// expectFolds wants every character of from to be read as the symbol at the same
// place of to.
func expectFolds(t *testing.T, from, to string) {
	t.Helper()
	chars := []rune(from)
	if len(chars) != len(to) {
		t.Fatalf("%d characters for %q", len(chars), to)
	}
	for i, r := range chars {
		if got := canonical(r); got != to[i] {
			t.Errorf("%c (%U) is read as %q, not %q", r, r, got, to[i])
		}
	}
}

func TestFoldLetters(t *testing.T) {
	t.Parallel()
	expectFolds(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "ABCDEFGH1JK1MN0PQRST?VWXYZ0123456789")
	expectFolds(t, "abcdefghijklmnopqrstuvwxyz", "ABCDEFGH1JK1MN0PQRST?VWXYZ")
	expectFolds(t, "АВСԀЕЁԌНҺЈКМРԚЅТѴԜХУҮОІЇӀЗЧБ", "ABCDEEGHHJKMPQSTVWXYY0111346")
	expectFolds(t, "авсԁеёԍнһјкмрԛѕтѵԝхуүоіїӏзчб", "ABCDEEGHHJKMPQSTVWXYY0111346")
	expectFolds(t, "ΑΒϹΕΖΗΙͿΚΜΝΟΡΤΥΧ", "ABCEZH1JKMN0PTYX")
	expectFolds(t, "αβϲεζικϳορτχ", "ABCEZ1KJ0PTX")
	expectFolds(t, "ημνυ", "????")
	expectFolds(t, "ØøıİK∅", "0011K0")
	expectFolds(t, "?*ßÜ#+=|!$%&@^~ЖШ中\U0001F511\uFFFD", strings.Repeat("?", 20))
	for r := rune(0xFF01); r <= 0xFF5E; r++ {
		if canonical(r) != canonical(r-0xFEE0) {
			t.Errorf("full-width %c is read as %q", r, canonical(r))
		}
	}
}

// TestFoldCase holds that a key means the same in capitals and small letters:
// no letter changes from one symbol to another with its case.
func TestFoldCase(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			a, b := canonical(r), canonical(other)
			if a != b && strings.IndexByte(alphabet, a) >= 0 && strings.IndexByte(alphabet, b) >= 0 {
				t.Errorf("%c is read as %q and %c as %q", r, a, other, b)
			}
		}
	}
}

// TestFoldDigits reads the decimal digits of all scripts. Unicode names them in
// runs of ten; a library whose tables were otherwise would fail here.
func TestFoldDigits(t *testing.T) {
	t.Parallel()
	runs := 0
	check := func(low, high, stride uint32) {
		if (high-low+1)%10 != 0 || stride != 1 {
			t.Fatalf("%U to %U by %d", low, high, stride)
		}
		for r := low; r <= high; r++ {
			runs++
			if got := canonical(rune(r)); got != '0'+byte((r-low)%10) {
				t.Errorf("%U is read as %q", r, got)
			}
		}
	}
	for _, r := range unicode.Nd.R16 {
		check(uint32(r.Lo), uint32(r.Hi), uint32(r.Stride))
	}
	for _, r := range unicode.Nd.R32 {
		check(r.Lo, r.Hi, r.Stride)
	}
	if runs < 600 {
		t.Errorf("%d digits", runs)
	}
	expectFolds(t, "٠١٢٣۴۵६৭๘９𝟎𝟙", "012345678901")
}

// everyRune calls try for each character of a table.
func everyRune(table *unicode.RangeTable, try func(r rune)) int {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.Is(table, r) {
			try(r)
			n++
		}
	}
	return n
}

// TestFoldSeparators puts every dash, space and so on between the groups of a
// key.
func TestFoldSeparators(t *testing.T) {
	t.Parallel()
	key := mustNew(t, Serial, count(10))
	try := func(r rune) {
		got, corrections, err := Parse(strings.ReplaceAll(key.Text(), "-", string(r)))
		if err != nil || len(corrections) > 0 || !got.Equal(key) {
			t.Errorf("%U: %v, %v", r, corrections, err)
		}
	}
	if n := everyRune(unicode.Pd, try); n < 20 {
		t.Errorf("%d dashes", n)
	}
	if n := everyRune(unicode.White_Space, try); n < 20 {
		t.Errorf("%d spaces", n)
	}
	if n := everyRune(unicode.Cf, try); n < 100 {
		t.Errorf("%d format characters", n)
	}
	for _, r := range "._,/\\:;'\"`()[]{}<>" +
		"\u2212\u00ad\u2043\u02d7\u207b\u208b\u2796\u00af\u203e\u30fc\uff70\u2500\u2501\u23af\u00b7\u2022\u2027\u2219" +
		"\u22c5\u2024\u2026\u3001\u3002\u060c\u2044\u2215\u00ab\u00bb\u201c\u201d\u201e\u2018\u2019\uff0d\u3000" +
		"\u200b\u200c\u200d\u2060\ufeff\ufe0f\u0301\x00\x1d\x1b\x7f" {
		try(r)
	}
}

// TestFoldGroups holds that what is invisible parts no group, and what is
// visible does: the error names the group that is short.
func TestFoldGroups(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"S000G-40R40-M30\u200bE2-096Z-KRR1G":          4,
		"\ufeffS000G 40R4\u0301 M30E2 096ZT KRR1G":    2,
		"S000G\u00ad40R40\u00adM30E\u00ad096ZT-KRR1G": 3,
	} {
		_, _, err := Parse(text)
		if e, ok := err.(*RowError); !ok || len(e.Groups) != 1 || e.Groups[0] != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}
