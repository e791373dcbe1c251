package license

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// A Language is one of the languages in which a Reason can be told. Its zero
// value is English.
//
// A program holds the sentences of the languages that it names, and no others:
// Languages and MatchLanguage name all of them.
type Language struct{ *catalogueOf }

// A catalogueOf is what a language consists of: the templates of every code, the
// words for terms of ours, and whether its plurals are those of Russian.
type catalogueOf struct {
	tag     string
	message func(Code) (text, remedy string)
	word    func(term string) string
	slavic  bool
}

// The languages that there are.
var (
	English = Language{&catalogueOf{tag: "en", message: english, word: englishWord}}
	German  = Language{&catalogueOf{tag: "de", message: german, word: germanWord}}
	Swedish = Language{&catalogueOf{tag: "sv", message: swedish, word: swedishWord}}
	Russian = Language{&catalogueOf{tag: "ru", message: russian, word: russianWord, slavic: true}}
)

// String returns the language's tag: "en", "de", "sv" or "ru".
func (lang Language) String() string { return lang.orEnglish().tag }

func (lang Language) orEnglish() *catalogueOf {
	if lang.catalogueOf == nil {
		return English.catalogueOf
	}
	return lang.catalogueOf
}

// Languages returns the languages that there are, English first.
func Languages() []Language { return []Language{English, German, Swedish, Russian} }

// MatchLanguage returns the language for a tag as systems and browsers have
// them: "de-AT", "sv_FI.UTF-8", "Russian_Russia.1251". It is English for every
// tag of another language, for "C" and for "".
func MatchLanguage(tag string) Language {
	if i := strings.IndexAny(tag, "-_.@:;, "); i >= 0 {
		tag = tag[:i]
	}
	switch strings.ToLower(tag) {
	case "de", "deu", "ger", "german":
		return German
	case "sv", "swe", "swedish":
		return Swedish
	case "ru", "rus", "russian":
		return Russian
	default:
		return English
	}
}

// Text returns one or two plain sentences that say what is wrong, or what
// holds. It is the code
// itself for a code that there is not.
func (r *Reason) Text(lang Language) string {
	text, _ := lang.orEnglish().message(r.Code)
	if text == "" {
		return string(r.Code)
	}
	return r.fill(lang, text)
}

// Remedy returns what to do next, and what works until then.
func (r *Reason) Remedy(lang Language) string {
	text, remedy := lang.orEnglish().message(r.Code)
	if text == "" {
		_, remedy = lang.orEnglish().message("")
	}
	return r.fill(lang, remedy)
}

// plural returns which of the forms "1 day, 2 days" goes with n; Russian has
// three.
func (c *catalogueOf) plural(n int64) int {
	if !c.slavic {
		if n == 1 {
			return 0
		}
		return 1
	}
	switch tens, ones := n/10%10, n%10; {
	case ones == 1 && tens != 1:
		return 0
	case ones >= 2 && ones <= 4 && tens != 1:
		return 1
	default:
		return 2
	}
}

// vocabulary returns the prefix of the terms that a code's values are taken
// from. Without one they are names, numbers or addresses, and stay as they are.
func vocabulary(c Code) string {
	switch c {
	case KeyOfOtherKind, NeedsServer, KeyNotFile, ForVendor:
		return "key:"
	case OtherDocument:
		return "document:"
	case KeyWrongRole:
		return "role:"
	case KindNotLowered:
		return "kind:"
	case HardwareDrift, HardwareChanged, HardwareUnreadable, BindingWeak:
		return "part:"
	case LimitKindChanged:
		return "limit:"
	case KeyMistyped:
		return "place:"
	default:
		return ""
	}
}

// fill puts the values of a reason into a template.
//
//	{until}             the value
//	{days|day|days}     the number, and the form of the word that goes with it
//	{?until}            nothing, but see below; {?working} and {?offline}
//	                    are known if they are true
//	[, until {until}]   left out unless every value in it is known
//	[…|…|…]             the first alternative of which that is true
//
// Groups may hold groups. A value is never read as a template.
func (r *Reason) fill(lang Language, template string) string {
	f := filler{Reason: r, lang: lang.orEnglish()}
	f.run(template)
	return string(f.b)
}

type filler struct {
	*Reason
	lang *catalogueOf
	b    []byte
}

// run writes t as far as the end of the alternative that it stands in. It
// returns what is left, beginning with the delimiter, and whether all values
// were known.
func (f *filler) run(t string) (rest string, known bool) {
	known = true
	for {
		i := strings.IndexAny(t, "{[|]")
		if i < 0 {
			f.b = append(f.b, t...)
			return "", known
		}
		f.b = append(f.b, t[:i]...)
		switch t[i] {
		case '{':
			var name string
			name, t, _ = strings.Cut(t[i+1:], "}")
			known = f.placeholder(name) && known
		case '[':
			t = f.group(t[i+1:])
		default:
			return t[i:], known
		}
	}
}

// group writes the first alternative whose values are known, and returns what
// follows the group.
func (f *filler) group(t string) string {
	for done := false; ; {
		start := len(f.b)
		rest, known := f.run(t)
		if done || !known {
			f.b = f.b[:start]
		}
		done = done || known
		if rest == "" || rest[0] == ']' {
			return strings.TrimPrefix(rest, "]")
		}
		t = rest[1:]
	}
}

// placeholder writes a value and reports whether it is known.
func (f *filler) placeholder(name string) bool {
	if asked, ok := strings.CutPrefix(name, "?"); ok {
		start := len(f.b)
		known := f.placeholder(asked)
		f.b = f.b[:start]
		return known
	}
	name, forms, _ := strings.Cut(name, "|")
	switch name {
	case "subject":
		_, known := f.run(f.lang.word(name))
		return known
	case "n":
		return f.number(f.N, forms, f.N != 0 || f.Max != 0) // none of three is known as well
	case "max":
		return f.number(f.Max, forms, f.Max != 0)
	case "over":
		return f.number(f.N-f.Max, forms, f.N > f.Max)
	case "days":
		return f.number(int64(f.Days), forms, f.Days > 0)
	case "names":
		return f.list(f.Names)
	case "working":
		return f.Working
	case "offline":
		return f.offline()
	default:
		return f.text(f.value(name))
	}
}

// offline reports whether the product has no activation server.
func (r *Reason) offline() bool {
	return r.Offline || r.Code == NoServer || errors.Is(r.Err, NoServer)
}

// value returns the value of a placeholder as text, "" if it is not known.
func (f *filler) value(name string) string {
	switch name {
	case "product":
		return f.Product
	case "feature":
		return f.Feature
	case "contact":
		return f.Contact
	case "has":
		return f.term(f.Has)
	case "needs":
		return f.term(f.Needs)
	case "detail":
		return f.detail()
	case "from":
		return f.From.String()
	case "until":
		return f.Until.String()
	case "now":
		return f.time(f.Now)
	case "mark":
		return f.time(f.Mark)
	case "span":
		return f.span()
	default:
		return ""
	}
}

func (f *filler) number(n int64, forms string, known bool) bool {
	f.b = strconv.AppendInt(f.b, n, 10)
	if forms != "" {
		form, others, _ := strings.Cut(forms, "|")
		for range f.lang.plural(n) {
			form, others, _ = strings.Cut(others, "|")
		}
		f.b = append(append(f.b, ' '), form...)
	}
	return known
}

// maxNames is how many names a sentence lists; the Reason has them all.
const maxNames = 20

// list writes names, those of ours in the language.
func (f *filler) list(names []string) bool {
	for i, name := range names {
		if i > 0 {
			f.b = append(f.b, ", "...)
		}
		if i == maxNames {
			f.b = append(f.b, "… (+"+strconv.Itoa(len(names)-i)+")"...)
			break
		}
		f.text(f.term(name))
	}
	return len(names) > 0
}

// text writes a value. It may come from a file that nobody has verified, so
// characters that move a terminal's cursor or turn the line are left out.
func (f *filler) text(s string) bool {
	for _, r := range s {
		control := r < ' ' || r >= 0x7f && r < 0xa0
		turning := r == 0x61c || r >= 0x200e && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
		if !control && !turning {
			f.b = append(f.b, string(r)...)
		}
	}
	return s != ""
}

// term returns the word for s where s is a term of ours, and s otherwise.
func (f *filler) term(s string) string {
	if prefix := vocabulary(f.Code); prefix != "" && s != "" {
		if word := f.lang.word(prefix + s); word != "" {
			return word
		}
	}
	return s
}

// detail returns the detail in English, but "row 2, group 3" of a typed key
// in the language.
func (f *filler) detail() string {
	if f.Code != KeyMistyped {
		return f.term(f.Detail)
	}
	words := strings.Split(f.Detail, " ")
	for i, word := range words {
		word, comma := strings.CutSuffix(word, ",")
		if _, number := digits(word); !number {
			word = f.lang.word("place:" + word)
		}
		if word == "" {
			return f.Detail
		}
		if comma {
			word += ","
		}
		words[i] = word
	}
	return strings.Join(words, " ")
}

// time returns a moment to the minute. Both moments of a reason are known, or
// neither is.
func (f *filler) time(unix int64) string {
	if f.Now == 0 && f.Mark == 0 {
		return ""
	}
	return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04 UTC")
}

// span returns the span in the language, as Span.String does in English.
func (f *filler) span() string {
	months := filler{Reason: &Reason{N: int64(f.Span.Months)}, lang: f.lang}
	days := filler{Reason: &Reason{N: int64(f.Span.Days)}, lang: f.lang}
	months.run(f.lang.word("months"))
	days.run(f.lang.word("days"))
	switch {
	case f.Span.IsZero():
		return ""
	case f.Span.Months == 0:
		return string(days.b)
	case f.Span.Days == 0:
		return string(months.b)
	default:
		return string(months.b) + " " + f.lang.word("and") + " " + string(days.b)
	}
}
