package license

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
)

// codesInSource returns the codes that the package declares, with the comments
// that say which values each has.
func codesInSource(t *testing.T) map[Code]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, parser.ParseComments)
	require.NoError(t, err)
	codes := map[Code]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Code" {
			return true
		}
		for _, v := range spec.Values {
			s, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			require.NoError(t, err)
			require.NotContains(t, codes, Code(s), "a code stands for one thing")
			codes[Code(s)] = spec.Comment.Text()
		}
		return true
	})
	require.GreaterOrEqual(t, len(codes), 50)
	return codes
}

func messageDate(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	require.NoError(t, err)
	return d
}

func messageMoment(t *testing.T, s string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at.Unix()
}

// reasonWithAll has every value. Has, Needs and Detail are no terms of ours.
func reasonWithAll(t *testing.T, c Code) *Reason {
	return &Reason{
		Code: c, Product: "acme-cad", Feature: "export", Names: []string{"name1", "name2"},
		N: 12, Max: 10, From: messageDate(t, "2027-02-01"), Until: messageDate(t, "2027-03-31"),
		Now: messageMoment(t, "2027-01-02T03:04:05Z"), Mark: messageMoment(t, "2027-01-05T06:07:08Z"),
		Days: 3, Span: Span{Months: 2, Days: 5}, Has: "has1", Needs: "needs1",
		Detail: "detail1", Contact: "help@acme.example", Working: true, Offline: true,
	}
}

func TestMessagesOfEveryCode(t *testing.T) {
	t.Parallel()
	for c := range codesInSource(t) {
		for _, r := range []*Reason{reasonWithAll(t, c), {Code: c}} {
			for _, lang := range Languages() {
				for what, s := range map[string]string{"text": r.Text(lang), "remedy": r.Remedy(lang)} {
					name := fmt.Sprint(c, " ", lang, " ", what, ": ", s)
					require.NotEmpty(t, s, name)
					require.NotEqual(t, string(c), s, name)
					require.NotContains(t, s, "!", name)
					require.False(t, strings.ContainsAny(s, "{}[]|"), name)
					for _, hole := range []string{"  ", " .", " ,", " ;", " :", "()", "( ", " )", "“”", "„“", "””", "«»", "..", ":.", ";.", ",.", ".;", ":,", ": ;"} {
						require.NotContains(t, s, hole, name)
					}
					require.True(t, strings.HasSuffix(s, "."), name)
					require.False(t, unicode.IsLower([]rune(s)[0]), name)
					require.Equal(t, strings.TrimSpace(s), s, name)
				}
				if lang != English {
					require.NotEqual(t, r.Text(English), r.Text(lang))
					require.NotEqual(t, r.Remedy(English), r.Remedy(lang))
				}
			}
		}
	}
}

func TestMessagesAreDistinct(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{true, false} {
		for _, lang := range Languages() {
			seen := map[string]Code{}
			for c := range codesInSource(t) {
				r := &Reason{Code: c}
				if full {
					r = reasonWithAll(t, c)
				}
				for _, s := range []string{r.Text(lang), r.Remedy(lang)} {
					require.NotContains(t, seen, s, "%s and %s", c, seen[s])
					seen[s] = c
				}
			}
		}
	}
}

// A value that is not known leaves no hole, whichever it is.
func TestMessagesWithoutOneValue(t *testing.T) {
	t.Parallel()
	forget := []func(*Reason){
		func(r *Reason) { r.Product = "" }, func(r *Reason) { r.Feature = "" }, func(r *Reason) { r.Names = nil },
		func(r *Reason) { r.N = 0 }, func(r *Reason) { r.Max = 0 }, func(r *Reason) { r.From = 0 },
		func(r *Reason) { r.Until = 0 }, func(r *Reason) { r.Now, r.Mark = 0, 0 }, func(r *Reason) { r.Days = 0 },
		func(r *Reason) { r.Span = Span{} }, func(r *Reason) { r.Has = "" }, func(r *Reason) { r.Needs = "" },
		func(r *Reason) { r.Detail = "" }, func(r *Reason) { r.Contact = "" }, func(r *Reason) { r.Working = false }, func(r *Reason) { r.Offline = false },
	}
	holes := regexp.MustCompile(`  | [.,;:)]|\( |\(\)|[:;,]\.|“”|„“|””|«»|[{}\[\]|]`)
	for c := range codesInSource(t) {
		for i, f := range forget {
			r := reasonWithAll(t, c)
			f(r)
			for _, lang := range Languages() {
				require.NotRegexp(t, holes, r.Text(lang)+" "+r.Remedy(lang), "%s %s %d", c, lang, i)
			}
		}
	}
}

var placeholderPattern = regexp.MustCompile(`\{([^{}|]*)(\|[^{}]*)?\}`)

func placeholdersIn(template string) (names []string) {
	for _, m := range placeholderPattern.FindAllStringSubmatch(template, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Every language tells the same values, all that the code's comment names, and
// has as many forms of each word as it needs.
func TestMessageTemplates(t *testing.T) {
	t.Parallel()
	known := strings.Fields("subject product feature ?feature ?names ?working ?offline ?until names n max over days span from until now mark has needs detail contact")
	values := regexp.MustCompile(`\b(N|Max|Names|From|Until|Now|Mark|Days|Span|Has|Needs|Detail|Working)\b`)
	for c, comment := range codesInSource(t) {
		text, remedy := English.message(c)
		for _, lang := range Languages() {
			of, todo := lang.message(c)
			require.Equal(t, placeholdersIn(text), placeholdersIn(of), "%s %s", c, lang)
			require.Equal(t, placeholdersIn(remedy), placeholdersIn(todo), "%s %s", c, lang)
			require.Equal(t, strings.Count(of+todo, "["), strings.Count(of+todo, "]"), "%s %s", c, lang)
			for _, m := range placeholderPattern.FindAllStringSubmatch(of+todo, -1) {
				require.Contains(t, known, m[1], c)
				if want := map[bool]int{false: 2, true: 3}[lang == Russian]; m[2] != "" {
					require.Equal(t, want, strings.Count(m[2], "|"), "%s %s %s", c, lang, m[0])
				}
			}
		}
		for _, value := range values.FindAllString(comment, -1) {
			require.Contains(t, placeholdersIn(text), map[bool]string{true: "?"}[value == "Working"]+strings.ToLower(value), "%s: the comment says that it has %s", c, value)
		}
	}
}

func TestMessagesOfUnknownCodeAndLanguage(t *testing.T) {
	t.Parallel()
	for _, lang := range append(Languages(), Language{}) {
		r := &Reason{Code: "never_heard", Contact: "help@acme.example"}
		require.Equal(t, "never_heard", r.Text(lang))
		require.Contains(t, r.Remedy(lang), "(help@acme.example)")
		require.NotPanics(t, func() { (&Reason{}).Text(lang); (&Reason{}).Remedy(lang) })
	}
	r := reasonWithAll(t, ExpiredDate)
	require.Equal(t, r.Text(English), r.Text(Language{}))
	require.Equal(t, r.Remedy(English), r.Remedy(Language{}))
}

func TestMessagePlurals(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 дней", 1: "1 день", 2: "2 дня", 4: "4 дня", 5: "5 дней", 11: "11 дней", 12: "12 дней", 14: "14 дней",
		20: "20 дней", 21: "21 день", 22: "22 дня", 25: "25 дней", 101: "101 день", 111: "111 дней", 112: "112 дней", 121: "121 день",
	} {
		require.Equal(t, want, (&Reason{N: n}).fill(Russian, russianWord("days")))
	}
	for _, c := range []struct {
		lang     Language
		one, two string
	}{
		{English, "1 day", "21 days"}, {German, "1 Tag", "21 Tage"}, {Swedish, "1 dag", "21 dagar"},
	} {
		require.Equal(t, c.one, (&Reason{N: 1}).fill(c.lang, c.lang.word("days")))
		require.Equal(t, c.two, (&Reason{N: 21}).fill(c.lang, c.lang.word("days")))
	}

	seats := func(n, limit int64) string { return (&Reason{Code: SeatExcess, N: n, Max: limit}).Text(Russian) }
	require.Contains(t, seats(2, 1), "Занято 2 места, новое количество: 1; освободить нужно 1 место.")
	require.Contains(t, seats(111, 100), "Занято 111 мест, новое количество: 100; освободить нужно 11 мест.")
	require.Contains(t, (&Reason{Code: SeatExcess, N: 2, Max: 1}).Text(English), "2 seats are in use, and the new number is 1; 1 seat has to be released.")
}

func TestMessageSpans(t *testing.T) {
	t.Parallel()
	for lang, want := range map[Language][]string{
		English: {"30 days", "1 month", "3 months and 1 day"},
		German:  {"30 Tage", "1 Monat", "3 Monate und 1 Tag"},
		Swedish: {"30 dagar", "1 månad", "3 månader och 1 dag"},
		Russian: {"30 дней", "1 месяц", "3 месяца и 1 день"},
	} {
		for i, span := range []Span{{Days: 30}, {Months: 1}, {Months: 3, Days: 1}} {
			require.Contains(t, (&Reason{Code: ExpiredSpan, Span: span}).Text(lang), want[i])
		}
	}
}

func TestMessageFill(t *testing.T) {
	t.Parallel()
	r := &Reason{Feature: "export", N: 1}
	for template, want := range map[string]string{
		"":                           "",
		"a":                          "a",
		"{feature}{product}":         "export",
		"a[ {product}]b":             "ab",
		"a[ {feature}[ {product}]]b": "a exportb",
		"[{product}|{feature}]":      "export",
		"[{feature}|{product}|c]d":   "exportd",
		"[{product}|{until}|c]d":     "cd",
		"[{product}|{until}]d":       "d",
		"[[{product}|x]|y]":          "x",
		"[{?feature}a][{?until}b]":   "a",
		"{n|a|b}[{max|a|b}]":         "1 a",
		"{unknown}":                  "",
		// Not well-formed: nothing to rely on, but no panic and an end.
		"[": "", "{": "", "[a": "a", "a]b": "a", "{n|": "1", "[{product}|": "",
	} {
		require.Equal(t, want, r.fill(English, template), template)
	}
}

// A value is a value: not a template, not a way to write on a terminal, and
// not a term of ours where names are meant.
func TestMessageValuesStayValues(t *testing.T) {
	t.Parallel()
	r := &Reason{Code: OtherVendor, Has: "{contact}[", Needs: "a\x1b[31m\nb\u202ec\u009bd", Contact: "x"}
	require.Contains(t, r.Text(English), "from {contact}[, not from a[31mbcd.")
	r = &Reason{Code: OtherVendor, Has: "test", Needs: "license"}
	require.Contains(t, r.Text(German), "von test statt von license")
	r = &Reason{Code: SeatNotBound, Names: []string{"user"}}
	require.Contains(t, r.Text(German), "an user gebunden")
}

func TestMessageOfManyNames(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 25 {
		names = append(names, fmt.Sprint("user", i+1, "@acme.example"))
	}
	text := (&Reason{Code: SeatExcess, N: 25, Max: 10, Names: names}).Text(English)
	require.Contains(t, text, "user20@acme.example, … (+5).")
	require.NotContains(t, text, "user21")
}

func TestMessageTermsAreTranslated(t *testing.T) {
	t.Parallel()
	terms := map[Code][]string{
		KeyOfOtherKind:   {"serial number", "request key", "activation key", "unlock code", "installation code", "challenge code"},
		NeedsServer:      {"serial number", "request key"},
		KeyNotFile:       {"serial number", "request key", "activation key", "unlock code", "installation code", "challenge code"},
		ForVendor:        {"request file", "installation code", "challenge code"},
		OtherDocument:    {KindLicense, KindUpdate, KindCatalogue, KindKeyring, KindTime, "request", "reply", "receipt", "lease", "notice"},
		KeyWrongRole:     {string(RoleLicense), string(RoleActivation), string(RoleRoot)},
		KindNotLowered:   {string(Full), string(Provisional), string(Trial), string(Test)},
		HardwareChanged:  {"machine", "board", "cpu", "disk", "mac", "os", "host", "ip", "user", "instance", "tpm"},
		BindingWeak:      {"machine", "instance"},
		LimitKindChanged: {"term", "lapse of maintenance", "counting of concurrent use"},
	}
	for c, list := range terms {
		for _, term := range list {
			for _, lang := range Languages() {
				word := lang.word(vocabulary(c) + term)
				require.NotEmpty(t, word, "%s %s", lang, term)
				r := &Reason{Code: c, Has: term, Needs: term, Names: []string{term, "dongle"}, Detail: term}
				require.Contains(t, r.Text(lang), word)
				if c == HardwareChanged {
					require.Contains(t, r.Text(lang), word+", dongle")
				}
			}
		}
	}
}

func TestMessageOfMistypedKey(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]string{
		"group 3":          "Gruppe 3",
		"row 2, group 3":   "Reihe 2, Gruppe 3",
		"rows 2, 4 and 5":  "Reihen 2, 4 und 5",
		"the check digit":  "the check digit",
		"row 2, check {n}": "row 2, check {n}",
	} {
		require.Equal(t, "Einige Zeichen des Schlüssels stimmen nicht: "+want+".", (&Reason{Code: KeyMistyped, Detail: detail}).Text(German))
	}
	require.Equal(t, "Einige Zeichen des Schlüssels stimmen nicht.", (&Reason{Code: KeyMistyped}).Text(German))
}

// The rows of "what people must be told" that have a code in this package.
func TestReasonTable(t *testing.T) {
	t.Parallel()
	until, from := messageDate(t, "2027-03-31"), messageDate(t, "2027-02-01")
	for _, row := range []struct {
		name   string
		r      Reason
		text   []string // in every language
		en     string   // in the English text
		remedy string   // in the English remedy
	}{
		{"typed key wrong char", Reason{Code: KeyMistyped, Detail: "row 2, group 3"}, []string{"2", "3"}, "row 2, group 3", "type it again"},
		{"wrong kind of key in field", Reason{Code: KeyOfOtherKind, Has: "request key", Needs: "activation key"}, nil,
			"This is a request key, not an activation key.", "Enter each key in the field that is meant for it"},
		{"request key without the server", Reason{Code: NeedsServer, Has: "request key"}, nil,
			"This is a request key. It can only be used online", "an activation key that is typed in by hand or a licence file"},
		{"obtaining period over", Reason{Code: ObtainingOver, Until: until}, []string{"2027-03-31"}, "is over", "issue the update again"},
		{"obtaining period not begun", Reason{Code: ObtainingNotYet, From: from}, []string{"2027-02-01"}, "has not begun", "from 2027-02-01 on"},
		{"nothing to update", Reason{Code: NothingToUpdate}, nil, "no update", "stays as it is"},
		{"update already applied", Reason{Code: AlreadyApplied}, nil, "already contains", "nothing more to do"},
		{"already entered", Reason{Code: AlreadyEntered, Working: true, N: 2}, []string{"2"}, "in force, with 2 updates since", "need not be entered again"},
		{"a later licence in force", Reason{Code: LicenseReplaced}, nil, "stays in force", "nothing to do"},
		{"for another licence", Reason{Code: OtherLicense}, nil, "another licence", "Choose"},
		{"seats in use", Reason{Code: SeatExcess, N: 10, Max: 8, Names: []string{"ada@acme.example", "bob@acme.example"}},
			[]string{"10", "8", "2", "ada@acme.example, bob@acme.example"}, "2 seats have to be released", "Release 2 seats"},
		{"running version newer than covered", Reason{Code: VersionNotCovered, Has: "11.2", Needs: "10", Until: until},
			[]string{"11.2", "10", "2027-03-31"}, "nothing to do with expiry", "Install a version that is covered, or renew"},
		{"name mismatch", Reason{Code: NameMismatch}, nil, "another spelling", "exactly as it is printed on the certificate"},
		{"hardware changed within tolerance", Reason{Code: HardwareDrift, Names: []string{"dongle"}, N: 1, Max: 2},
			[]string{"dongle", "1", "2"}, "Changes used: 1 of 2", "Nothing has to be done"},
		{"beyond tolerance", Reason{Code: HardwareChanged, Names: []string{"dongle", "board"}}, []string{"dongle"}, "dongle, mainboard", "deactivate the licence here and activate it again"},
		{"hardware unreadable", Reason{Code: HardwareUnreadable, Names: []string{"dongle"}}, []string{"dongle"},
			"cannot be read on this computer: dongle. That does not mean that it has changed", "right to read it"},
		{"file damaged", Reason{Code: Damaged}, nil, "hardware have nothing to do with it", "original"},
		{"file cut off", Reason{Code: Truncated}, nil, "The end of the document is missing", "in full"},
		{"virtual machine", Reason{Code: VirtualMachineFound, Has: "VMware"}, []string{"VMware"}, "virtual machine", "physical computer"},
		{"remote session", Reason{Code: RemoteSessionFound, Has: "RDP"}, []string{"RDP"}, "remote session", "directly at the computer"},
		{"not yet valid", Reason{Code: NotYetValid, From: from}, []string{"2027-02-01"}, "begins on", "Wait until 2027-02-01"},
		{"expired date", Reason{Code: ExpiredDate, Feature: "export", Until: until}, []string{"export", "2027-03-31"}, "Other features are not affected.", "renewal"},
		{"expired days", Reason{Code: ExpiredSpan, Until: until, Span: Span{Days: 30}}, []string{"30", "2027-03-31"}, "30 days", "extension"},
		{"expired runs", Reason{Code: RunsUsedUp, Max: 50}, []string{"50"}, "no uses left; 50 uses were included", "more uses"},
		{"trial", Reason{Code: TrialRunning, Until: until, Days: 21}, []string{"2027-03-31", "21"}, "21 days left", "order"},
		{"trial ended", Reason{Code: TrialEnded, Until: until}, []string{"2027-03-31"}, "ended", "order"},
		{"about to expire", Reason{Code: AboutToExpire, Until: until, Days: 1}, []string{"2027-03-31", "1"}, "1 more day.", "Renew"},
		{"provisional, final pending", Reason{Code: LicenseProvisional, Until: until, Working: true}, []string{"2027-03-31"}, "works in full", "three working days"},
		{"provisional ended", Reason{Code: ProvisionalEnded, Until: until}, []string{"2027-03-31"}, "ended", "type in an activation key or load a licence file"},
		{"maintenance lapsed, continues", Reason{Code: MaintenanceKept, Until: until, Working: true}, []string{"2027-03-31"}, "keeps running", "Nothing has to be done"},
		{"maintenance lapsed, stops", Reason{Code: MaintenanceStopped, Until: until}, []string{"2027-03-31"}, "only while maintenance lasts", "Renew"},
		{"clock set back", Reason{Code: ClockSetBack, Now: messageMoment(t, "2027-01-02T03:04:05Z"), Mark: messageMoment(t, "2027-01-05T06:07:08Z")},
			[]string{"2027-01-02 03:04 UTC", "2027-01-05 06:07 UTC", "24"}, "last known time", "returns by itself"},
		{"cannot write", Reason{Code: FolderUnwritable, Detail: "/var/lib/acme: write"}, []string{"/var/lib/acme: write"}, "nothing is used up", "right to write"},
		{"application too old for the licence", Reason{Code: TooNew, Needs: "floating"}, []string{"floating"}, "does not know yet", "Update"},
		{"nothing installed", Reason{Code: NoLicense, Product: "acme-cad"}, []string{"acme-cad"}, "No licence for acme-cad", "serial number"},
		{"old copy put back", Reason{Code: RestoreDetected}, nil, "uses or days are counted here wait", "Check online"},
		{"lease in grace", Reason{Code: LeaseGrace, Until: until, Working: true}, []string{"2027-03-31"}, "keeps working until 2027-03-31", "by 2027-03-31"},
		{"lease ended", Reason{Code: LeaseEnded, Until: until}, []string{"2027-03-31"}, "has not confirmed", "works again"},
		{"seat not bound", Reason{Code: SeatNotBound, Names: []string{"ada@acme.example"}}, []string{"ada@acme.example"}, "bound to ada@acme.example", "exactly this e-mail address"},
		{"key ended", Reason{Code: KeyEnded, From: until, Until: from}, []string{"2027-03-31", "2027-02-01"}, "after the last day", "newer file, or update"},
		{"code opens nothing", Reason{Code: UnlockUnknown}, nil, "holds no update", "belongs to this licence"},
		{"activation needed", Reason{Code: ActivationRequired}, nil, "has to be activated on this computer", "Enter the serial number, or send a request file"},
		{"serial unknown", Reason{Code: SerialUnknown}, nil, "no sale on record", "Compare it with the certificate"},
		{"serial blocked", Reason{Code: LicenseBlocked}, nil, "blocked", "Ask the vendor"},
		{"limit used up", Reason{Code: ActivationLimit, N: 3, Max: 3}, []string{"3"}, "in use: 3 of 3", "old computer, or ask the vendor to release a computer that is gone or to raise the limit"},
		{"order cancelled", Reason{Code: OrderCancelled}, nil, "was cancelled", "new order"},
		{"payment not recorded", Reason{Code: PaymentPending, Until: until, Working: true}, []string{"2027-03-31"}, "keeps working until 2027-03-31", "how the payment stands"},
		{"payment not recorded, no end", Reason{Code: PaymentPending, Working: true}, nil, "keeps working as before.", "how the payment stands"},
		{"server not found", Reason{Code: ServerUnreachable, Detail: "licenses.acme.example", Until: until, Working: true}, []string{"licenses.acme.example", "2027-03-31"},
			"What is licensed on this computer keeps working until 2027-03-31.", "the proxy settings, and try again. Without a connection, send a request file"},
		{"server not found, no end", Reason{Code: ServerUnreachable, Working: true}, nil, "keeps working as before.", "type in an activation key by hand"},
		{"connection not secure", Reason{Code: ServerInsecure}, nil, "the clock of this computer is wrong", "have its certificate added"},
		{"no key in common", Reason{Code: KeyringMismatch, Has: "1f6f4c9d0be8a7c2", Needs: "9a0c2d3b5e7f1846"}, []string{"1f6f4c9d0be8a7c2", "9a0c2d3b5e7f1846"},
			"no key in common", "embed the keyring that the server was started with"},
		{"no key in common, none at all", Reason{Code: KeyringMismatch}, nil, "cannot be verified. The internet connection works.", "Update the application"},
		{"a keyring waits", Reason{Code: KeyringWaits, N: 4, Names: []string{"L-1"}}, []string{"4", "L-1"}, "They stay as they are.", "load the licence files"},
		{"too many attempts", Reason{Code: ServerBusy, N: 1}, []string{"1"}, "no more for 1 minute.", "Wait that long"},
		{"too many attempts, for some time", Reason{Code: ServerBusy}, nil, "no more for a while.", "Wait that long"},
		{"refused for another reason", Reason{Code: ServerRefused, Detail: "sunspots"}, []string{"sunspots"}, "does not know: sunspots.", "Update the application"},
		{"trial used", Reason{Code: TrialUsed, Until: until}, []string{"2027-03-31"}, "already had its trial, which ended on 2027-03-31", "order a licence"},
		{"request key not accepted", Reason{Code: RequestNotAccepted}, nil, "did not accept this request key.", "Compare its ten digits"},
		{"final pending", Reason{Code: FinalPending, From: from, Working: true}, []string{"2027-02-01"}, "The provisional one works in full", "Check online again from 2027-02-01 on"},
		{"final overdue", Reason{Code: FinalOverdue}, nil, "should have arrived by now", "Ask the vendor for the final licence"},
		{"moves used up", Reason{Code: TransfersUsed, N: 2, Max: 2, From: from}, []string{"2", "2027-02-01"},
			"moves used: 2 of 2; the next move is possible from 2027-02-01 on", "permit one more move"},
		{"not activated", Reason{Code: NotActivated}, nil, "no longer, activated", "enter its serial number again"},
		{"too little to bind to", Reason{Code: BindingWeak, Names: []string{"dongle", "board"}}, []string{"dongle"}, "missing or unreadable: dongle, mainboard.", "an identity of its own"},
		{"reply to something else", Reason{Code: ReplyOther}, nil, "another request", "newest request file"},
		{"proof does not hold", Reason{Code: ProofWrong}, nil, "does not prove", "Deactivate the licence on the other computer"},
		{"request key by hand", Reason{Code: ManualNotForRequest}, nil, "needs the activation server", "activation keys, unlock codes and files"},
		{"no server", Reason{Code: NoServer}, nil, "without an activation server", "request file"},
		{"given up, not confirmed", Reason{Code: DeactivationPending}, nil, "has not confirmed that yet", "Check online"},
		{"a file needs no activation", Reason{Code: ActivationNotNeeded, Working: true}, nil, "none needs that", "Nothing has to be done. What is new"},
		{"a file that has ended", Reason{Code: ActivationNotNeeded}, nil, "none needs that", "What is new, such as a renewal"},
		{"no such licence", Reason{Code: LicenseUnknown, Has: "L-7", Names: []string{"L-1", "L-2"}}, []string{"L-7", "L-1", "L-2"}, "has the id L-7; the ids here: L-1, L-2.", "or none for all"},
		{"a request that is imported", Reason{Code: ForVendor, Has: "request file"}, nil, "This is a request file: it was made for the vendor", "upload it on the vendor's page"},
		{"a key that is imported", Reason{Code: KeyNotFile, Has: "serial number"}, nil, "This is a serial number, and not a licence file.", "Enter it in the field for keys"},
		{"the caller gave up", Reason{Code: CallCancelled, Working: true, Until: until}, []string{"2027-03-31"}, "was cancelled before it was finished. What is licensed", "Start it again"},
		{"no home folder", Reason{Code: NoHomeFolder, Detail: "$HOME is not defined"}, []string{"$HOME is not defined"}, "no home folder ($HOME is not defined)", "set the environment variable HOME"},
		{"a deployed file that is none", Reason{Code: NotDocument, Detail: "Options.Documents[0]"}, []string{"Options.Documents[0]"}, "belongs to a licence: Options.Documents[0].", "as the vendor sent it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, lang := range Languages() {
				for _, part := range row.text {
					require.Contains(t, row.r.Text(lang), part, lang)
				}
			}
			require.Contains(t, row.r.Text(English), row.en)
			require.Contains(t, row.r.Remedy(English), row.remedy)
		})
	}
}

// A sentence says that something keeps working only if Reason.Working is set.
func TestMessagesSayOnlyOfWhatWorksThatItWorks(t *testing.T) {
	t.Parallel()
	codes := 0
	for c := range codesInSource(t) {
		saying := 0
		for _, lang := range Languages() {
			r := &Reason{Code: c, Working: true}
			says := r.Text(lang) + r.Remedy(lang)
			r.Working = false
			silent := r.Text(lang) + r.Remedy(lang)
			if says != silent {
				saying++
				require.Less(t, len(silent), len(says), "%s %s", c, lang)
			}
			if lang == English {
				require.NotRegexp(t, "keeps? (working|running)|features go on|works in full|works as before|[Ee]verything .*works|can still be used", silent, c)
			}
		}
		require.Contains(t, []int{0, len(Languages())}, saying, "%s: all languages say it, or none does", c)
		codes += min(saying, 1)
	}
	require.GreaterOrEqual(t, codes, 9)
}

// Customers have no way to load a catalogue, so none is sent for one.
func TestMessagesSendNobodyForACatalogue(t *testing.T) {
	t.Parallel()
	for c := range codesInSource(t) {
		if c != CatalogueNeeded { // which says what its developer has to do
			require.NotContains(t, (&Reason{Code: c}).Remedy(English), "catalogue", c)
		}
	}
}

// A product without a server sends nobody to it: neither to go online, nor to enter
// what only a server can use. Reasons that only a server or the way to it can give
// are left out.
func TestMessagesWithoutAServer(t *testing.T) {
	t.Parallel()
	online := regexp.MustCompile(`(?i)\bonline|internet|proxy|онлайн|интернет|прокси`)
	serial := regexp.MustCompile(`(?i)enter (the|its) serial|Seriennummer|serienumret|dess serienummer|серийный номер`)
	differ := 0
	for c := range codesInSource(t) {
		if strings.HasPrefix(string(c), "server_") {
			continue
		}
		for _, lang := range Languages() {
			r := reasonWithAll(t, c)
			require.NotRegexp(t, online, r.Remedy(lang), "%s %s", c, lang)
			if c == NoLicense || c == ActivationRequired || c == NotActivated || c == TrialUsed {
				require.NotRegexp(t, serial, r.Remedy(lang), "%s %s", c, lang)
			}
			with := reasonWithAll(t, c)
			with.Offline = false
			if r.Remedy(lang) != with.Remedy(lang) {
				differ++
			}
		}
	}
	require.GreaterOrEqual(t, differ, 20*len(Languages()))
	require.Zero(t, differ%len(Languages()), "all languages differ for the same codes")
	for _, r := range []*Reason{
		{Code: NeedsServer, Has: "serial number", Offline: true},
		{Code: NeedsServer, Has: "serial number", Err: &Reason{Code: NoServer}},
	} {
		require.Contains(t, r.Text(English), "this application was set up without one")
		require.Equal(t, "Load a licence file, or enter an activation key. If you have neither, ask the vendor for one.", r.Remedy(English))
	}
	require.Contains(t, (&Reason{Code: NeedsServer}).Remedy(English), "Connect this computer to the internet")
}

func TestMessageContact(t *testing.T) {
	t.Parallel()
	r := &Reason{Code: ObtainingOver}
	require.Equal(t, "Ask the vendor to issue the update again. Until then the licence stays as it is.", r.Remedy(English))
	r.Contact = "help@acme.example"
	require.Equal(t, "Ask the vendor (help@acme.example) to issue the update again. Until then the licence stays as it is.", r.Remedy(English))
}

func TestMatchLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]Language{
		"de": German, "de-AT": German, "de_DE.UTF-8": German, "DE": German, "de@euro": German, "German_Germany.1252": German,
		"sv": Swedish, "sv-FI": Swedish, "sv_SE.ISO8859-1": Swedish, "swe": Swedish,
		"ru": Russian, "ru_RU.KOI8-R": Russian, "ru-Latn": Russian, "Russian_Russia.1251": Russian,
		"en": English, "en-GB": English, "C": English, "C.UTF-8": English, "POSIX": English, "": English, "-": English,
		"fr": English, "da": English, "rue": English, "dev": English, "desktop": English,
		"de:en": German, "de-AT,de;q=0.9,en;q=0.5": German,
	} {
		require.Equal(t, want, MatchLanguage(tag), tag)
	}
	require.Len(t, Languages(), 4)
	for _, lang := range Languages() {
		require.Equal(t, lang, MatchLanguage(lang.String()))
	}
}

func ExampleReason_Text() {
	why := &Reason{Code: ExpiredDate, Feature: "export", Until: NewDate(2027, time.March, 31), Contact: "help@acme.example"}
	for _, lang := range []Language{English, MatchLanguage("de_AT.UTF-8")} {
		fmt.Println(why.Text(lang))
		fmt.Println(why.Remedy(lang))
	}
	// Output:
	// The feature “export” has expired; it was valid until 2027-03-31. Other features are not affected.
	// Ask the vendor (help@acme.example) for a renewal, then check online or load the new file.
	// Die Funktion „export“ ist abgelaufen; sie galt bis 2027-03-31. Andere Funktionen sind nicht betroffen.
	// Bitten Sie den Anbieter (help@acme.example) um eine Verlängerung, und prüfen Sie dann online oder laden Sie die neue Datei.
}
