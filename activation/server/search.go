package server

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A Term is a text by which a search finds a sale. A Ledger with an index stores
// the terms of each sale and of its activations. For a Search, it returns the sales
// that have a term of its kind in its range.
type Term struct {
	Kind       TermKind
	Text       string // folded, at most MaxTerm bytes of UTF-8 without control characters
	Activation string // id of the activation that has the term, "" for the sale itself
}

// A TermKind says which field a Term comes from.
type TermKind string

// The kinds of terms.
const (
	TermActivation TermKind = "a" // an activation's id
	TermLicense    TermKind = "i" // the licence's id
	TermLicensee   TermKind = "l" // the licensee's name, company or e-mail, from a word on
	TermLabel      TermKind = "n" // an activation's label, from a word on
)

const (
	// MaxTerm is the length of the longest term in bytes.
	MaxTerm = 200
	// maxWords is the number of words of a text at which a search may begin.
	maxWords = 32
)

// A Search selects the sales that have a term of a kind, or an activation that
// has one, from From to To in the order of bytes, both included.
type Search struct {
	Kind     TermKind
	From, To string
}

// Terms returns the terms of the sale without its activations, each once.
func (s *Sale) Terms() []Term {
	terms := whole(nil, TermLicense, s.LicenseID, "")
	for _, text := range []string{s.Licensee.Name, s.Licensee.Company, s.Licensee.Email} {
		terms = words(terms, TermLicensee, text, "")
	}
	return terms
}

// Terms returns the terms of an activation, each once.
func (a *Activation) Terms() []Term {
	return words(whole(nil, TermActivation, a.ID, a.ID), TermLabel, a.Label, a.ID)
}

// Searches returns the searches of a filter. A sale is selected if it has a term for
// every one of them.
func (f Filter) Searches() (searches []Search) {
	for _, exact := range []struct {
		kind TermKind
		text string
	}{{TermActivation, f.Activation}, {TermLicense, f.License}} {
		if exact.text != "" {
			text := fold(exact.text)
			searches = append(searches, Search{exact.kind, text, text})
		}
	}
	for _, prefix := range []struct {
		kind TermKind
		text string
	}{{TermLicensee, f.Licensee}, {TermLabel, f.Label}} {
		if prefix.text != "" {
			from, to := fold(prefix.text), ""
			if from != "" {
				to = from + string(unicode.MaxRune) // which no term has
			}
			searches = append(searches, Search{prefix.kind, from, to})
		}
	}
	return searches
}

// finds reports whether a search selects one of these terms.
func (s Search) finds(terms []Term) bool {
	for _, t := range terms {
		if t.Kind == s.Kind && s.From <= t.Text && t.Text <= s.To {
			return true
		}
	}
	return false
}

// fold normalises a text for terms: case and equivalent Unicode forms make no
// difference, white space is one blank, and there is none at the ends.
func fold(text string) string {
	if isPlain(text) { // as ids are, of which there is one for each activation
		return cut(strings.ToLower(text))
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == unicode.MaxRune, r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	folded := norm.NFKC.String(cases.Fold().String(norm.NFKC.String(clean)))
	return cut(strings.Join(strings.Fields(folded), " "))
}

// isPlain reports whether a text has only ASCII characters that can be seen, and no
// blanks.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// cut returns at most MaxTerm bytes of a text, whole characters.
func cut(text string) string {
	if len(text) <= MaxTerm {
		return text
	}
	end := MaxTerm
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// whole adds a text as one term.
func whole(terms []Term, kind TermKind, text, activation string) []Term {
	return addTerm(terms, Term{kind, fold(text), activation})
}

// words adds the rest of a text from each word on, so that a search that begins
// at a word finds it by the beginning of a term.
func words(terms []Term, kind TermKind, text, activation string) []Term {
	if text == "" {
		return terms
	}
	folded := foldLong(text)
	before, n := ' ', 0
	for i, r := range folded {
		if n < maxWords && (i == 0 || beginsWord(before, r)) {
			terms = addTerm(terms, Term{kind, strings.TrimSpace(cut(folded[i:])), activation})
			n++
		}
		before = r
	}
	return terms
}

// foldLong is fold for a text whose end may be beyond MaxTerm.
func foldLong(text string) string {
	var b strings.Builder
	for _, part := range strings.Fields(text) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(fold(part))
	}
	return b.String()
}

// beginsWord reports whether a word begins at a character: at a letter or digit
// after something else, and at each character of scripts without blanks.
func beginsWord(before, r rune) bool {
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
		return true
	}
	return isWord(r) && !isWord(before)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func addTerm(terms []Term, t Term) []Term {
	if t.Text == "" {
		return terms
	}
	for _, known := range terms {
		if known == t {
			return terms
		}
	}
	return append(terms, t)
}
