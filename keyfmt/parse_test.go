package keyfmt

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// bare returns a one-row key without its dashes.
func bare(key Key) []byte { return []byte(strings.ReplaceAll(key.Text(), "-", "")) }

// expectCorrected parses a one-row text and wants the key, and a correction for
// every place where the text is not the key's own.
func expectCorrected(t *testing.T, typed []byte, key Key, own []byte) {
	t.Helper()
	got, corrections, err := Parse(string(typed))
	if err != nil || !got.Equal(key) {
		t.Fatalf("%s for %s: %v", typed, own, err)
	}
	n := 0
	for at := range own {
		if typed[at] == own[at] {
			continue
		}
		want := Correction{1, at/5 + 1, at%5 + 1, Char(typed[at]), Char(own[at])}
		if n >= len(corrections) || corrections[n] != want {
			t.Fatalf("%s for %s: corrections %v, want %v", typed, own, corrections, want)
		}
		n++
	}
	if n != len(corrections) {
		t.Fatalf("%s for %s: corrections %v", typed, own, corrections)
	}
}

// TestEveryPairOfSubstitutions types every two wrong characters in a key of each
// kind, and with them every single one. It is the whole set: 288,300 pairs a key.
func TestEveryPairOfSubstitutions(t *testing.T) {
	t.Parallel()
	for _, kind := range rowKinds {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			key := mustNew(t, kind, count(PayloadSize(kind, 1)))
			own := bare(key)
			tries := 0
			for a := range own {
				for b := range a {
					typed := slices.Clone(own)
					for i := range alphabet {
						for j := range alphabet {
							typed[a], typed[b] = alphabet[i], alphabet[j]
							if typed[a] != own[a] && typed[b] != own[b] {
								tries++
							}
							if !testing.Short() || (i+j)%8 == 0 {
								expectCorrected(t, typed, key, own)
							}
						}
					}
				}
			}
			if tries != 288_300 {
				t.Errorf("%d pairs", tries)
			}
		})
	}
}

// TestEverySingleSlip types, in keys of every kind and size, every single wrong
// character, every swap of neighbours and every unreadable character.
func TestEverySingleSlip(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t, 20) {
		if key.Kind() == Request {
			continue
		}
		own := strings.ReplaceAll(key.Text(), "-", "")
		try := func(typed []byte, changes int) {
			got, corrections, err := Parse(string(typed))
			if err != nil || !got.Equal(key) || len(corrections) != changes {
				t.Fatalf("%s for %s: %v, %v", typed, own, corrections, err)
			}
		}
		for at := range own {
			if own[at] == '\n' {
				continue
			}
			for _, c := range []byte(alphabet + "?") {
				if c != own[at] {
					try([]byte(own[:at]+string(c)+own[at+1:]), 1)
				}
			}
			if at+1 < len(own) && own[at+1] != '\n' && own[at+1] != own[at] {
				try([]byte(own[:at]+own[at+1:at+2]+own[at:at+1]+own[at+2:]), 2)
			}
		}
	}
}

// TestUnreadableReport has four unreadable characters in every place that has
// room for them, and wants them reported.
func TestUnreadableReport(t *testing.T) {
	t.Parallel()
	key := mustNew(t, Serial, count(10))
	own := bare(key)
	for at := range len(own) - 3 {
		typed := slices.Clone(own)
		copy(typed[at:], "????")
		expectCorrected(t, typed, key, own)
	}
	_, corrections, err := Parse("S0\u00df0G-40R40-M3*E2-096ZT-KRU1G")
	want := []Correction{{1, 1, 3, '?', '0'}, {1, 3, 3, '?', '0'}, {1, 5, 3, '?', 'R'}}
	if err != nil || !slices.Equal(corrections, want) {
		t.Errorf("%v, %v", corrections, err)
	}
}

// TestManyWrong types three to ten wrong characters, 200,000 times a kind. No
// serial number is read as another one: with 20 bits of check that happens once in
// four million times. Where less is left to the check, it happens as often as the
// package comment says, and so does a change of kind.
func TestManyWrong(t *testing.T) {
	t.Parallel()
	const tries = 200_000
	for _, kind := range []Kind{Serial, Unlock} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(kind), 3))
			own := bare(mustNew(t, kind, count(PayloadSize(kind, 1))))
			passed, otherKind := 0, 0
			for range tries {
				typed := slices.Clone(own)
				for _, at := range random.Perm(rowSymbols)[:3+random.IntN(8)] {
					old := strings.IndexByte(alphabet, typed[at])
					typed[at] = alphabet[(old+1+random.IntN(31))%32]
				}
				switch key, _, err := Parse(string(typed)); {
				case err != nil:
				case key.Kind() == kind:
					passed++
				default:
					otherKind++
				}
			}
			t.Logf("of %d, %d passed as another %v and %d as a key of another kind", tries, passed, kind, otherKind)
			if kind == Serial && passed > 0 {
				t.Errorf("%d passed as another %v", passed, kind)
			}
			if kind == Unlock && (passed < tries/100 || passed > tries/58) {
				t.Errorf("%d passed as another %v", passed, kind)
			}
			if otherKind > tries/2000 {
				t.Errorf("%d passed as a key of another kind", otherKind)
			}
		})
	}
}

// TestRowOrder types activation keys with their rows in any order, wrapped,
// joined and repeated.
func TestRowOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 11))
	for _, key := range testKeys(t, 11) {
		rows := key.Rows()
		if len(rows) == 1 {
			continue
		}
		for range 20 {
			random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			for _, text := range []string{
				strings.Join(rows, "\n"), strings.Join(rows, "\r\n\r\n"), strings.Join(rows, " "),
				strings.ReplaceAll(strings.Join(rows, ""), "-", ""),
				strings.ReplaceAll(strings.Join(rows, "-"), "-", "\n"),
				strings.Join(append(rows, rows[0]), "\n"),
				"> " + strings.Join(rows, "\n> ") + "\n",
			} {
				got, corrections, err := Parse(text)
				if err != nil || len(corrections) > 0 || !got.Equal(key) {
					t.Fatalf("%s: %v, %v", text, corrections, err)
				}
			}
		}
	}
}

// TestMissingRows leaves out every row of every activation key.
func TestMissingRows(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t, 12) {
		rows := key.Rows()
		for left := range rows {
			if len(rows) == 1 {
				continue
			}
			want := []int{left + 1}
			if left+1 == len(rows) && len(rows) < MaxRows {
				want[0] = 0
			}
			text := strings.Join(slices.Delete(slices.Clone(rows), left, left+1), "\n")
			_, _, err := Parse(text)
			var e *RowError
			if !errors.As(err, &e) || e.Problem != RowMissing || e.Kind != Activation || !slices.Equal(e.Rows, want) {
				t.Errorf("row %d of %d: %v", left+1, len(rows), err)
			}
			id := Identify(text)
			total := len(rows)
			if left+1 == total {
				total = 0
			}
			if id != (Identity{Activation, len(rows) - 1, total, false}) {
				t.Errorf("row %d of %d: %+v", left+1, len(rows), id)
			}
		}
	}
}

func TestRowErrors(t *testing.T) {
	t.Parallel()
	const (
		a = "A000G-40R40-M30E2-09185-GZA04"
		b = "BR38E-1W812-4GK2G-AHC5R-R36A5"
		c = "334D1-P70X3-RFJ08-924CJ-7V1N6"
		s = "S000G-40R40-M30E2-096ZT-KRR1G"
	)
	again := ": compare it with the original and type it again"
	for text, want := range map[string]struct {
		RowError
		message string
	}{
		s[:28]: {
			RowError{Serial, WrongLength, []int{1}, []int{5}, 24, 25},
			"the serial number has 24 characters, not 25, and group 5 does not have five" + again,
		},
		"S000G-400R40-M3E2-096ZT-KRR1GG": {
			RowError{Serial, WrongLength, []int{1}, []int{2, 3, 5}, 26, 25},
			"the serial number has 26 characters, not 25, and groups 2, 3 and 5 do not have five" + again,
		},
		"S000G40R40M30E2096ZTKRR1": {
			RowError{Serial, WrongLength, []int{1}, nil, 24, 25},
			"the serial number has 24 characters, not 25" + again,
		},
		"S000G 40R40": {
			RowError{Serial, WrongLength, []int{1}, nil, 10, 25},
			"the serial number has 10 characters, not 25" + again,
		},
		a + "\n" + b[:3] + b[4:] + "\n" + c: {
			RowError{Activation, WrongLength, []int{2}, []int{1}, 24, 25},
			"row 2 of the activation key has 24 characters, not 25, and group 1 does not have five" + again,
		},
		a + "\n" + b[:3] + b[4:] + "\n" + c + "7": { // 75 in all, and three lines
			RowError{Activation, WrongLength, []int{2}, []int{1}, 24, 25},
			"row 2 of the activation key has 24 characters, not 25, and group 1 does not have five" + again,
		},
		a + " " + b + " " + c[:8] + c[9:]: {
			RowError{Activation, WrongLength, []int{3}, []int{2}, 24, 25},
			"row 3 of the activation key has 24 characters, not 25, and group 2 does not have five" + again,
		},
		a + " " + b + " " + c[:23]: {
			RowError{Kind: Activation, Problem: WrongLength, Count: 70},
			"the activation key has 70 characters, and a row has 25" + again,
		},
		"S998G-40R49-M30E2-096ZT-KRR1G": {
			RowError{Serial, TooManyWrong, []int{1}, nil, 0, 0},
			"the serial number has more wrong characters than can be put right" + again,
		},
		"S?00G-40R4?-?30E?-096ZT-KRR?G": {
			RowError{Serial, TooManyWrong, []int{1}, nil, 0, 0},
			"the serial number has more wrong characters than can be put right" + again,
		},
		"S00G-040R40-M30E2-096ZT-KRR1G": { // the dash is in the wrong place, no more
			RowError{}, "",
		},
		"H00G-0400R4-M30E2-0996Z-TKRR1": {
			RowError{Invalid, TooManyWrong, []int{1}, []int{1, 2}, 0, 0},
			"",
		},
		a + "\nB???E-1?812-4GK2G-AHC5R-R?6A5\n3???1-P?0X3-RFJ08-924CJ-7V?N6": {
			RowError{Activation, TooManyWrong, []int{2, 3}, nil, 0, 0},
			"rows 2 and 3 of the activation key have more wrong characters than can be put right" + again,
		},
		b: {
			RowError{Kind: Activation, Problem: RowMissing, Rows: []int{1, 0}},
			"the activation key is not complete, row 1 and the last row are missing: enter all rows, in any order",
		},
		c: {
			RowError{Kind: Activation, Problem: RowMissing, Rows: []int{1, 2}},
			"the activation key is not complete, rows 1 and 2 are missing: enter all rows, in any order",
		},
		a + "\n" + c: {
			RowError{Kind: Activation, Problem: RowMissing, Rows: []int{2}},
			"the activation key is not complete, row 2 is missing: enter all rows, in any order",
		},
		a + "\n" + b: {
			RowError{Kind: Activation, Problem: RowMissing, Rows: []int{0}},
			"the activation key is not complete, the last row is missing: enter all rows, in any order",
		},
		a + "\n" + c + "\n" + s: {
			RowError{Kind: Activation, Problem: RowsMixed, Rows: []int{1, 3}},
			"rows 1 and 3 do not belong to one key: compare both with the original, and enter the rows of one key only",
		},
		"12345 67849": {
			RowError{Kind: Request, Problem: CheckDigit},
			"the request key has a wrong digit, or two that changed places" + again,
		},
		"12345 6789": {
			RowError{Kind: Request, Problem: WrongLength, Count: 9, Want: 10},
			"the request key has 9 digits, not 10" + again,
		},
		"12345 678944": {
			RowError{Kind: Request, Problem: WrongLength, Count: 11, Want: 10},
			"the request key has 11 digits, not 10" + again,
		},
		"12345 6?894": {
			RowError{Kind: Request, Problem: NotADigit},
			"the request key has a character that is not a digit" + again,
		},
	} {
		_, _, err := Parse(text)
		if want.Problem == 0 {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		var e *RowError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if e.Kind != want.Kind || e.Problem != want.Problem || !slices.Equal(e.Rows, want.Rows) ||
			!slices.Equal(e.Groups, want.Groups) || e.Count != want.Count || e.Want != want.Want {
			t.Errorf("%s:\n got %+v\nwant %+v", text, *e, want.RowError)
		}
		if want.message != "" && e.Error() != want.message {
			t.Errorf("%s:\n got %s\nwant %s", text, e, want.message)
		}
	}
}

// TestRowsOfTwoKeys mixes the rows of two keys of the same size in every way.
func TestRowsOfTwoKeys(t *testing.T) {
	t.Parallel()
	first, second := testKeys(t, 13), testKeys(t, 14)
	for i := range first {
		a, b := first[i].Rows(), second[i].Rows()
		if first[i].Kind() == Request {
			continue
		}
		_, _, err := Parse(strings.Join(append(slices.Clone(a), b[0]), "\n"))
		want := RowsMixed
		if first[i].Kind() == Activation {
			want = RowTwice
		}
		var e *RowError
		if !errors.As(err, &e) || e.Problem != want || !slices.Equal(e.Rows, []int{1, len(a) + 1}) {
			t.Errorf("%v of %d rows, and a row of another: %v", first[i], len(a), err)
		}
		a[0] = b[0]
		_, _, err = Parse(strings.Join(a, "\n"))
		switch got := PayloadSize(Activation, len(a)) * 8 % 100; {
		case len(a) == 1 || got == 0: // the other key, or a key without a check
		case !errors.As(err, &e) || e.Problem != CheckFailed:
			t.Errorf("%v of %d rows, one of another: %v", first[i], len(a), err)
		}
	}
}

func TestUnrecognized(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " \n- -\u200b", "S", "hello", "HELLO WORLD", "123", "????? ????? ?????", "\xff\xfe\xfd", "+++++++++++++++++++++++++",
		"Dear Ada, thank you for your order. A key will follow as soon as the payment has come in.",
		"Не могу найти свой лицензионный ключ, помогите, пожалуйста",
	} {
		if key, _, err := Parse(text); !errors.Is(err, ErrUnrecognized) || !key.IsZero() {
			t.Errorf("%q: %v, %v", text, key, err)
		}
		if id := Identify(text); id != (Identity{}) {
			t.Errorf("%q: %+v", text, id)
		}
	}
	long := strings.Repeat(" ", MaxText)
	if _, _, err := Parse(long); !errors.Is(err, ErrUnrecognized) {
		t.Errorf("%d bytes: %v", len(long), err)
	}
	if _, _, err := Parse(long + " "); !errors.Is(err, ErrTooLong) {
		t.Errorf("%d bytes: %v", len(long)+1, err)
	}
}

// TestIdentify follows keys as they are typed, character by character.
func TestIdentify(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t, 15) {
		text := key.Text()
		for n := range len(text) {
			id := Identify(text[:n])
			symbols := len(strings.NewReplacer("-", "", " ", "", "\n", "").Replace(text[:n]))
			if symbols < 5 && id != (Identity{}) {
				t.Errorf("%q: %+v", text[:n], id)
			}
			if symbols >= 5 && (id.Kind != key.Kind() || id.Complete || id.Rows != symbols/25) {
				t.Errorf("%q: %+v", text[:n], id)
			}
		}
	}
	for text, want := range map[string]Identity{
		"s998g-40r49-m30e2-096zt-krr1g":         {Serial, 0, 1, false}, // beyond repair
		"Q000G-40R40-M30E2-096ZT-KRR1G":         {Serial, 1, 1, true},  // the mark put right
		"12345 67849":                           {Request, 0, 1, false},
		"T000G-40R40":                           {Challenge, 0, 1, false},
		"A000G-40R40-M30E2-09185-GZA04\n\nBR38": {Activation, 1, 0, false},
	} {
		if got := Identify(text); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"one row":             "S000G-40R40-M30E2-096ZT-KRR1G",
		"one row, two errors": "S00GG-40R40-M31E2-096ZT-KRR1G",
		"seven rows":          mustNew(b, Activation, count(MaxPayload)).Text(),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
