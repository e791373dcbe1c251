package license_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// editions returns the catalogue that typed keys of these tests name.
func editions() *license.Catalogue {
	return &license.Catalogue{
		Vendor: "acme", Product: "acme-cad", Issued: noon,
		Editions: []license.Edition{
			{Number: 1, Name: "CAD Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}}},
			{Number: 2, Name: "CAD Professional", Kind: license.Full, MaxVersion: "4",
				Maintenance: license.Maintenance{Until: day("2027-12-31"), Lapse: license.Keep},
				Hints:       license.Hints{Contact: "support@acme.example"},
				Features: []license.Feature{
					{ID: "draw"},
					{ID: "export", Term: license.Until(day("2026-06-30")), Runs: 100},
					{ID: "network", Concurrent: license.Concurrent{N: 2, Per: license.PerLogin}, Seats: 3},
					{ID: "render", Params: []license.Param{{Name: "quality", Value: "high"}}},
				}},
			{Number: 4095, Name: "CAD Trial", Kind: license.Trial, Features: []license.Feature{{ID: "draw"}}},
		},
	}
}

// aCatalogue returns the catalogue as the product has it.
func aCatalogue(t testing.TB, c *license.Catalogue) *license.Catalogue {
	t.Helper()
	v := newVendor(t)
	text, err := v.issue.Catalogue(c)
	require.NoError(t, err)
	got, err := license.OpenCatalogue(text, v.keyring)
	require.NoError(t, err)
	return got
}

// signTerms makes a typed key of any terms, even of those that no issuer signs.
func signTerms(t testing.TB, terms []byte, product, name string) []byte {
	t.Helper()
	sig := signature(t, vendorKey(t, license.RoleLicense), license.SignedKey(terms, "acme", product, name))
	return append(bytes.Clone(terms), sig[:]...)
}

const ada = "Ada Lovelace"

func theTerms() license.KeyTerms {
	return license.KeyTerms{Edition: 1, Term: license.Until(day("2026-12-31")), Issued: day("2026-03-10"), Number: 7}
}

func days(n int) license.Term {
	return license.Term{Kind: license.FromActivation, Span: license.Span{Days: n}}
}

func months(n int) license.Term {
	return license.Term{Kind: license.FromActivation, Span: license.Span{Months: n}}
}

func TestCatalogueRoundTrip(t *testing.T) {
	t.Parallel()
	want := editions()
	got := aCatalogue(t, want)
	require.Equal(t, want, got)
	e, found := got.Edition(2)
	require.True(t, found)
	require.Equal(t, "CAD Professional", e.Name)
	_, found = got.Edition(3)
	require.False(t, found)
	want.Editions[0], want.Editions[2] = want.Editions[2], want.Editions[0]
	require.Equal(t, got, aCatalogue(t, want), "editions may be filled in in any order")
}

func TestTypedKeyRoundTrip(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	machine := []byte("0123456789")
	n := 0
	for _, term := range []license.Term{{}, license.Until(day("2026-12-31")), license.Until(day("2020-01-02")), license.Until(day("2199-06-06")),
		days(1), days(30), days(license.MaxSpan), months(1), months(12), months(license.MaxSpan)} {
		for _, seats := range []int{0, 1, license.MaxKeySeats} {
			for _, bound := range [][]byte{nil, machine} {
				want := license.KeyTerms{Edition: 2, Term: term, Issued: day("2026-03-10"), Seats: seats, Number: license.MaxKeyNumber, Machine: bound}
				key, err := v.issue.Key(want, "acme-cad", ada)
				require.NoError(t, err)
				l, err := license.OpenKey(key.Payload(), ada, v.keyring, c)
				require.NoError(t, err)
				n++

				require.Equal(t, term, l.Window)
				require.Equal(t, want.Issued.Start(), l.Issued)
				require.Equal(t, "acme", l.Vendor)
				require.Equal(t, license.Full, l.Kind)
				require.Equal(t, license.Licensee{Name: ada}, l.Licensee)
				require.Equal(t, "support@acme.example", l.Hints.Contact)
				p, _ := l.Product("acme-cad")
				require.Equal(t, license.Maintenance{Until: day("2027-12-31"), Lapse: license.Keep}, p.Maintenance)
				require.Equal(t, "4", p.MaxVersion)
				require.Len(t, p.Features, 4)
				network, _ := p.Feature("network")
				if seats == 0 {
					require.EqualValues(t, []int64{2, 3}, []int64{network.Concurrent.N, network.Seats})
				} else {
					require.EqualValues(t, []int64{int64(seats), int64(seats)}, []int64{network.Concurrent.N, network.Seats})
				}
				draw, _ := p.Feature("draw")
				require.Zero(t, draw.Seats, "what the edition does not count, a key does not either")
				if bound == nil {
					require.Zero(t, l.Binding)
					require.Len(t, key.Rows(), 6)
				} else {
					require.Equal(t, license.Binding{Scheme: license.MachineScheme, Data: machine}, l.Binding)
					require.Len(t, key.Rows(), 7)
				}
				again, err := license.OpenKey(key.Payload(), strings.ToUpper(ada), v.keyring, c)
				require.NoError(t, err)
				require.Equal(t, l.ID, again.ID, "the same key is the same licence")
				_, err = l.Encode()
				require.NoError(t, err, "such a licence can be stored as any other")
			}
		}
	}
	require.Equal(t, 60, n)
	require.Equal(t, editions(), c, "the catalogue is as it was")
}

// A key goes to paper and back through the hands of a customer.
func TestTypedKeyAsTyped(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	rows := key.Rows()
	rows[0], rows[5] = rows[5], rows[0]
	rows[3] = rows[3][:7] + "??" + rows[3][9:]
	typed, corrections, err := keyfmt.Parse(strings.ToLower(strings.ReplaceAll(strings.Join(rows, "\n"), "-", " ")))
	require.NoError(t, err)
	require.NotEmpty(t, corrections)
	require.Equal(t, keyfmt.Activation, typed.Kind())
	_, err = license.OpenKey(typed.Payload(), "  ada   LOVELACE ", v.keyring, c)
	require.NoError(t, err)
}

func TestTypedKeyBoundToAMachine(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	terms := theTerms()
	terms.Machine = []byte("this one..")
	key, err := v.issue.Key(terms, "acme-cad", ada)
	require.NoError(t, err)
	payload := key.Payload()
	l, err := license.OpenKey(payload, ada, v.keyring, c)
	require.NoError(t, err)
	clear(payload)
	require.Equal(t, []byte("this one.."), l.Binding.Data, "the licence has memory of its own")

	env := license.Env{Now: noon, Product: "acme-cad"}
	require.False(t, license.Check(l, env).Allows("draw"), "a bound licence needs a Host")
	env.Host = codeHost("this one..")
	require.True(t, license.Check(l, env).Allows("draw"))
	env.Host = codeHost("another...")
	require.False(t, license.Check(l, env).Allows("draw"))

	for i := range 10 {
		other := bytes.Clone(key.Payload())
		other[11+i] ^= 0x10
		l, err := license.OpenKey(other, ada, v.keyring, c)
		refused(t, anyOf(l), err, license.KeyNotGenuine)
	}
}

// A codeHost is a machine with an installation code.
type codeHost string

func (h codeHost) MatchBinding(scheme string, data []byte) error {
	if scheme != license.MachineScheme || string(data) != string(h) {
		return errors.New("another machine")
	}
	return nil
}

func TestNormalName(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"ada lovelace":        {"Ada Lovelace", "ADA LOVELACE", " ada\tlovelace\r\n", "Ada\u00a0Lovelace", "Ada\u3000\u2003Lovelace", "Ａｄａ Ｌｏｖｅｌａｃｅ"},
		"rené müller ﬁ":       nil,
		"rené müller":         {"René Müller", "Rene\u0301 Mu\u0308ller", "RENÉ MÜLLER"},
		"office gmbh & co kg": {"Oﬃce GmbH & Co KG", "OFFICE GMBH & CO KG"},
		"株式会社":                {"㍿", "株式会社"},
		"":                    {"", " ", "\t\r\n\u00a0", "Ren\xe9", "\xff\xfe", "a\xc3", strings.Repeat("x", license.MaxText+1)},
	} {
		for _, s := range spellings {
			require.Equal(t, want, license.NormalName(s), "%q", s)
		}
	}
	for _, different := range []string{"Ada Lovelace.", "AdaLovelace", "Ada-Lovelace", "Ada Lovelacé", "Аda Lovelace"} {
		require.NotEqual(t, license.NormalName(ada), license.NormalName(different), different)
	}
}

// The normal form of a normal form is itself, for every character but those of
// Chinese and Korean, and with an accent for those of the basic plane. (golang.org/x/text takes a few others
// that have an accent for characters of the basic plane.)
func TestNormalNameIsStable(t *testing.T) {
	t.Parallel()
	n := 0
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !unicode.IsPrint(r) || unicode.In(r, unicode.Han, unicode.Hangul) {
			continue
		}
		spellings := []string{string(r)}
		if r <= 0xffff {
			spellings = append(spellings, "a"+string(r)+"\u0301b")
		}
		for _, s := range spellings {
			if once := license.NormalName(s); license.NormalName(once) != once {
				t.Errorf("%U: %q, and then %q", r, once, license.NormalName(once))
			}
		}
		n++
	}
	require.Greater(t, n, 30_000)
}

// A name that is altered in one letter is never accepted. The eight bits of the
// tag tell it apart from a forged key in all but about one of 256 cases.
func TestTypedKeyNameAltered(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	altered, mismatches := 0, 0
	try := func(name string) {
		if license.NormalName(name) == license.NormalName(ada) {
			return
		}
		altered++
		l, err := license.OpenKey(key.Payload(), name, v.keyring, c)
		require.Nil(t, l, name)
		if errors.Is(err, license.NameMismatch) {
			mismatches++
		} else {
			require.ErrorIs(t, err, license.KeyNotGenuine, name)
		}
	}
	for i := range ada {
		try(ada[:i] + ada[i+1:])
		for _, letter := range "abcdefghijklmnopqrstuvwxyzäöüßéа 1-" {
			try(ada[:i] + string(letter) + ada[i+1:])
			try(ada[:i] + string(letter) + ada[i:])
		}
	}
	require.Greater(t, altered, 700)
	require.Greater(t, mismatches, altered*98/100)
}

func TestOpenKeyRefuses(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	payload := key.Payload()
	open := func(payload []byte, name string, keys *license.Keyring, c *license.Catalogue) (any, error) {
		l, err := license.OpenKey(payload, name, keys, c)
		return anyOf(l), err
	}

	got, err := open(payload, "", v.keyring, c)
	refused(t, got, err, license.NameRequired)
	got, err = open(payload, " \u00a0", v.keyring, c)
	refused(t, got, err, license.NameRequired)
	got, err = open(payload, "Ada\xff", v.keyring, c)
	refused(t, got, err, license.NameRequired)
	got, err = open(payload, "Ada Lovelacf", v.keyring, c)
	refused(t, got, err, license.NameMismatch)
	got, err = open(payload, ada, nil, c)
	refused(t, got, err, license.KeyNotGenuine)
	got, err = open(payload, ada, v.keyring, nil)
	refused(t, got, err, license.KeyNotGenuine)
	got, err = open(payload, ada, rootKeyring(t, 1, 1, 11), c)
	require.NoError(t, err)
	require.NotNil(t, got)

	terms := theTerms()
	terms.Edition = 3
	unknown, err := v.issue.Key(terms, "acme-cad", ada)
	require.NoError(t, err)
	got, err = open(unknown.Payload(), ada, v.keyring, c)
	require.EqualValues(t, 3, refused(t, got, err, license.EditionUnknown).N)

	for _, term := range []license.Term{{}, days(30)} {
		terms = theTerms()
		terms.Issued, terms.Term = day("2032-01-01"), term
		late, err := v.issue.Key(terms, "acme-cad", ada)
		require.NoError(t, err)
		got, err = open(late.Payload(), ada, v.keyring, c)
		r := refused(t, got, err, license.KeyEnded)
		require.Equal(t, []license.Date{day("2031-12-31"), day("2032-01-01")}, []license.Date{r.Until, r.From})
	}

	mine := *c
	mine.Vendor = "bcme"
	got, err = open(payload, ada, v.keyring, &mine)
	refused(t, got, err, license.KeyNotGenuine, "a catalogue of another vendor")

	for _, role := range []license.Role{license.RoleActivation, license.RoleRoot} {
		forged := bytes.Clone(payload[:11])
		sig := signature(t, vendorKey(t, role), license.SignedKey(forged, "acme", "acme-cad", ada))
		got, err = open(append(forged, sig[:]...), ada, v.keyring, c)
		refused(t, got, err, license.KeyNotGenuine, role)
	}
}

// A key of another product is told apart by its tag in all but about one of 256
// cases, and never accepted.
func TestTypedKeyOtherProduct(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	c := aCatalogue(t, editions())
	forUs := 0
	for i := range 600 {
		c.Product = fmt.Sprintf("acme-%d", i)
		l, err := license.OpenKey(key.Payload(), ada, v.keyring, c)
		require.Nil(t, l)
		if errors.Is(err, license.KeyNotForUs) {
			require.Equal(t, c.Product, reasonOf(t, err).Needs)
		} else {
			forUs++
			require.ErrorIs(t, err, license.KeyNotGenuine)
		}
	}
	require.Less(t, forUs, 12)
}

// Every field of the terms is held to its limits, on both sides.
func TestKeyTermsLimits(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(terms *license.KeyTerms){
		"edition 0":             func(terms *license.KeyTerms) { terms.Edition = 0 },
		"edition 4096":          func(terms *license.KeyTerms) { terms.Edition = 4096 },
		"negative seats":        func(terms *license.KeyTerms) { terms.Seats = -1 },
		"too many seats":        func(terms *license.KeyTerms) { terms.Seats = license.MaxKeySeats + 1 },
		"negative number":       func(terms *license.KeyTerms) { terms.Number = -1 },
		"too large a number":    func(terms *license.KeyTerms) { terms.Number = license.MaxKeyNumber + 1 },
		"issued in 2019":        func(terms *license.KeyTerms) { terms.Issued = day("2019-12-31") },
		"issued in 2110":        func(terms *license.KeyTerms) { terms.Issued = day("2110-01-01") },
		"not issued":            func(terms *license.KeyTerms) { terms.Issued = 0 },
		"ends in 2020-01-01":    func(terms *license.KeyTerms) { terms.Term = license.Until(day("2020-01-01")) },
		"ends in 2200":          func(terms *license.KeyTerms) { terms.Term = license.Until(day("2200-01-01")) },
		"from a date to a date": func(terms *license.KeyTerms) { terms.Term = license.Between(day("2026-01-01"), day("2026-12-31")) },
		"from first use":        func(terms *license.KeyTerms) { terms.Term = days(3); terms.Term.Kind = license.FromFirstUse },
		"extends":               func(terms *license.KeyTerms) { terms.Term = days(3); terms.Term.Kind = license.Extend },
		"no days":               func(terms *license.KeyTerms) { terms.Term = days(0) },
		"negative days":         func(terms *license.KeyTerms) { terms.Term = days(-1) },
		"too many days":         func(terms *license.KeyTerms) { terms.Term = days(license.MaxSpan + 1) },
		"too many months":       func(terms *license.KeyTerms) { terms.Term = months(license.MaxSpan + 1) },
		"days and months": func(terms *license.KeyTerms) {
			terms.Term.Kind = license.FromActivation
			terms.Term.Span = license.Span{Months: 1, Days: 1}
		},
		"a machine of no bytes":    func(terms *license.KeyTerms) { terms.Machine = []byte{} },
		"a machine of nine bytes":  func(terms *license.KeyTerms) { terms.Machine = make([]byte, 9) },
		"a machine of eleven":      func(terms *license.KeyTerms) { terms.Machine = make([]byte, 11) },
		"dates of no kind of term": func(terms *license.KeyTerms) { terms.Term.Kind = license.Perpetual },
	} {
		terms := theTerms()
		change(&terms)
		b, err := terms.Encode("acme-cad", ada)
		require.Nil(t, b, name)
		require.ErrorIs(t, err, license.Malformed, name)
	}
	limits := license.KeyTerms{Edition: 4095, Seats: license.MaxKeySeats, Number: license.MaxKeyNumber,
		Issued: day("2109-09-17"), Term: license.Until(day("2199-06-06")), Machine: bytes.Repeat([]byte{0xff}, 10)}
	_, err := limits.Encode("acme-cad", ada)
	require.NoError(t, err)
}

// One set of terms has one encoding: what else the bits could say is refused,
// even with the vendor's signature.
func TestKeyTermsSpareBits(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	plain, err := theTerms().Encode("acme-cad", ada)
	require.NoError(t, err)
	terms := theTerms()
	terms.Machine = make([]byte, 10)
	bound, err := terms.Encode("acme-cad", ada)
	require.NoError(t, err)
	terms.Term = license.Term{}
	perpetual, err := terms.Encode("acme-cad", ada)
	require.NoError(t, err)
	_, err = license.OpenKey(signTerms(t, bound, "acme-cad", ada), ada, v.keyring, c)
	require.NoError(t, err)

	with := func(b []byte, at int, bits byte) []byte {
		b = bytes.Clone(b)
		b[at] ^= bits
		return b
	}
	for name, terms := range map[string][]byte{
		"version 1":                  with(plain, 0, 0x40),
		"version 2":                  with(plain, 0, 0x80),
		"a machine that is missing":  with(plain, 0, 0x20),
		"a machine that is too much": with(bound, 0, 0x20),
		"spare bit":                  with(bound, 22, 0x01),
		"first spare bit":            with(bound, 21, 0x80),
		"perpetual until":            with(perpetual, 2, 0x20),
		"perpetual for":              with(perpetual, 0, 0x01),
		"until no date":              append([]byte{0x08, 0, plain[2] & 0x07}, plain[3:]...),
		"for no days":                append([]byte{0x10, 0, plain[2] & 0x07}, plain[3:]...),
		"for no months":              append([]byte{0x18, 0, plain[2] & 0x07}, plain[3:]...),
		"for more than 100 years":    append([]byte{0x17, 0xff, plain[2]}, plain[3:]...),
		"edition 0":                  append(append(bytes.Clone(plain[:4]), plain[4]&0xf0, 0), plain[6:]...),
	} {
		require.Contains(t, []int{11, 23}, len(terms), name)
		l, err := license.OpenKey(signTerms(t, terms, "acme-cad", ada), ada, v.keyring, c)
		refused(t, anyOf(l), err, license.KeyNotGenuine, name)
	}
}

func TestTypedKeyLengths(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	key, err := v.issue.Key(theTerms(), "acme-cad", ada)
	require.NoError(t, err)
	long := append(key.Payload(), make([]byte, 64)...)
	for n := range long {
		l, err := license.OpenKey(long[:n], ada, v.keyring, c)
		if n == 75 {
			require.NoError(t, err)
		} else {
			refused(t, anyOf(l), err, license.KeyNotGenuine, n)
		}
	}
}

// What seeds/004 tells of keys: row 4.12 of the requirements.
func TestSeed004Keys(t *testing.T) {
	t.Parallel()
	t.Run("4.12_name_and_term_bound_key", func(t *testing.T) {
		t.Parallel()
		v := newVendor(t)
		catalogue, err := v.issue.Catalogue(editions())
		require.NoError(t, err)
		key, err := v.issue.Key(license.KeyTerms{Edition: 1, Term: license.Until(day("2026-12-31")), Issued: day("2026-03-10")},
			"acme-cad", "Müller & Söhne GmbH")
		require.NoError(t, err)
		require.NotContains(t, string(key.Payload()), "ller", "the name is typed and not carried")

		// With neither server nor network: the product holds keyring and catalogue.
		keys, err := license.ParseKeyring(v.keyring.String())
		require.NoError(t, err)
		c, err := license.OpenCatalogue(catalogue, keys)
		require.NoError(t, err)
		typed, _, err := keyfmt.Parse(key.Text())
		require.NoError(t, err)
		l, err := license.OpenKey(typed.Payload(), "Müller & Söhne GmbH", keys, c)
		require.NoError(t, err)

		for _, name := range []string{"Muller & Söhne GmbH", "Müller & Söhne GmbG", "Müller & Sohne GmbH", "üller & Söhne GmbH"} {
			none, err := license.OpenKey(typed.Payload(), name, keys, c)
			refused(t, anyOf(none), err, license.NameMismatch, name)
		}

		check := func(now time.Time) license.Decision {
			return license.Check(l, license.Env{Now: now, Product: "acme-cad"}).Decision("draw")
		}
		require.Equal(t, license.StateActive, check(noon).State)
		require.Equal(t, license.StateActive, check(day("2026-12-31").End()).State)
		after := check(day("2026-12-31").End().Add(time.Second))
		require.Equal(t, license.StateExpired, after.State)
		require.Equal(t, license.ExpiredDate, after.Reasons[0].Code)
		require.Equal(t, day("2026-12-31"), after.Reasons[0].Until)
	})
}
