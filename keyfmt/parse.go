package keyfmt

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"
)

const (
	// fragment is how many symbols a text has, at least, before its beginning is
	// taken for the beginning of a key: one group.
	fragment = 5

	// A text shorter than this is too short for a row that lost some symbols; one
	// that is longer than 30 is too long for a row that gained some.
	shortRow, longRow = 20, 30

	// requestLetters is how many characters of a request key may not be digits
	// before it is taken for something else.
	requestLetters = 2
)

// Parse reads a key of any kind as a person typed or pasted it; the package
// comment says what is forgiven. The corrections say which characters were put
// right, in the order of the text; most often there are none. They are worth
// showing to the person who typed.
//
// The error is ErrTooLong, ErrUnrecognized or a *RowError; the key is then zero
// and there are no corrections. Where the error correction went astray because a
// row had three or more wrong characters, the check finds it, in all but one of
// 2^20 cases for the kinds that leave 20 bits to the check, and as the package
// comment says for the others.
func Parse(text string) (Key, []Correction, error) {
	r, err := read(text)
	if err != nil {
		return Key{}, nil, err
	}
	return r.key, r.corrections, nil
}

// An Identity is what a text is, as far as it can be told.
type Identity struct {
	// Kind is the kind of key that the text is, or is part of, or is meant to be;
	// Invalid when it is like none.
	Kind Kind

	// Rows counts the different rows that can be read, a request key being one;
	// Total is how many rows the key has, 0 as long as that is unknown.
	Rows, Total int

	// Complete reports that Parse accepts the text.
	Complete bool
}

// Identify says what kind of key a text is, also when the text is incomplete,
// damaged, or still being typed: from its readable rows, and without those from
// how it begins. It looks at the same limits as Parse.
func Identify(text string) Identity {
	r, err := read(text)
	return Identity{r.kind, r.rows, r.total, err == nil}
}

// A Correction is a character that Parse put right. It shows two characters of
// a key, so it belongs on the screen of who typed it and not in a log.
type Correction struct {
	Row      int  `json:"row"`      // as typed, from 1
	Group    int  `json:"group"`    // from 1 to 5
	Position int  `json:"position"` // within the group, from 1 to 5
	From     Char `json:"from"`     // as typed; '?' for a character that was unreadable or that no row contains
	To       Char `json:"to"`       // what it must be
}

// A Char is one character; in JSON it is a text.
type Char rune

// MarshalText returns the character.
func (c Char) MarshalText() ([]byte, error) { return []byte(string(rune(c))), nil }

// UnmarshalText reads one character.
func (c *Char) UnmarshalText(text []byte) error {
	r, size := utf8.DecodeRune(text)
	if size == 0 || size != len(text) || r == utf8.RuneError && size == 1 {
		return errors.New("keyfmt: this is not one character")
	}
	*c = Char(r)
	return nil
}

// String returns a phrase such as "row 1, group 3, character 4: Q corrected to 0".
func (c Correction) String() string {
	place := "row " + strconv.Itoa(c.Row) + ", group " + strconv.Itoa(c.Group) + ", character " + strconv.Itoa(c.Position)
	if c.From == '?' {
		return place + ": unreadable, filled in as " + string(c.To)
	}
	return place + ": " + string(c.From) + " corrected to " + string(c.To)
}

// A reading is what is known of a text; without an error, all of it.
type reading struct {
	kind        Kind
	rows, total int
	key         Key
	corrections []Correction
}

// read does the work of Parse and Identify. Beside an error, kind, rows and total
// hold what could be found out.
func read(text string) (reading, error) {
	if len(text) > MaxText {
		return reading{}, ErrTooLong
	}
	typed := foldText(text)
	if isRequest(typed) {
		return readRequest(typed)
	}
	r, err := readRows(typed)
	var e *RowError
	if errors.As(err, &e) {
		e.Kind = r.kind
	}
	return r, err
}

// isRequest reports whether a text is meant to be a request key: too short for a
// row, and digits but for a slip or two in a text of the right length. A row that is
// not complete looks otherwise: all kinds but one begin with a letter, and letters
// are two thirds of a row.
func isRequest(typed []glyph) bool {
	if len(typed) < fragment || len(typed) >= shortRow || typed[0].value >= 10 {
		return false
	}
	letters := 0
	for _, g := range typed {
		if g.value >= 10 {
			letters++
		}
	}
	return letters == 0 || letters <= requestLetters && len(typed) >= requestDigits-1
}

func readRequest(typed []glyph) (reading, error) {
	r := reading{kind: Request, total: 1}
	digits := make([]byte, len(typed))
	for i, g := range typed {
		if g.value >= 10 {
			return r, &RowError{Kind: Request, Problem: NotADigit}
		}
		digits[i] = '0' + g.value
	}
	if len(digits) != requestDigits {
		return r, &RowError{Kind: Request, Problem: WrongLength, Count: len(digits), Want: requestDigits}
	}
	key, err := New(Request, digits)
	if err != nil {
		return r, &RowError{Kind: Request, Problem: CheckDigit}
	}
	r.key, r.rows = key, 1
	return r, nil
}

// A decodedRow is a row that the error correction has read.
type decodedRow struct {
	mark
	data  []byte
	typed int // which row of the text, from 1
}

func readRows(typed []glyph) (reading, error) {
	r := reading{kind: guess(typed)}
	if r.kind == Invalid && !rowLike(len(typed)) || mostlyUnreadable(typed) || isProse(typed) {
		return reading{}, ErrUnrecognized
	}
	rows, lengthErr := split(typed)
	decoded, corrections, bad := decode(rows)
	if len(decoded) > 0 {
		r.kind = decoded[0].kind
	}
	set, err := arrange(decoded)
	r.rows, r.total = len(set), total(r.kind, set)
	switch {
	case lengthErr != nil:
		return r, lengthErr
	case err != nil:
		return r, err
	case len(bad) > 0:
		return r, &RowError{Problem: TooManyWrong, Rows: bad, Groups: uneven(rows[bad[0]-1])}
	}
	if gaps := gaps(set); len(gaps) > 0 {
		return r, &RowError{Problem: RowMissing, Rows: gaps}
	}
	r.key, err = join(set)
	r.corrections = corrections
	return r, err
}

// guess takes the kind from how the text begins, or else one of its lines.
func guess(typed []glyph) Kind {
	if len(typed) < fragment {
		return Invalid
	}
	for i, g := range typed {
		if i > 0 && g.line == typed[i-1].line {
			continue
		}
		if m := markOf(g.value); m.kind != Invalid {
			return m.kind
		}
	}
	return Invalid
}

// total returns how many rows a key has: of an activation key its last row tells.
func total(kind Kind, set []decodedRow) int {
	if n := len(set); n > 0 && set[n-1].last {
		return set[n-1].number
	}
	if kind == Activation || kind == Invalid {
		return 0
	}
	return 1
}

// rowLike reports whether a text of n symbols may be rows that do not begin as a
// row does, by its length alone.
func rowLike(n int) bool {
	return n >= shortRow && n <= longRow || n > 0 && n%rowSymbols == 0
}

func mostlyUnreadable(typed []glyph) bool {
	n := 0
	for _, g := range typed {
		if g.value == unreadable {
			n++
		}
	}
	return 2*n > len(typed)
}

// isProse reports whether a text is too long for one row and has no digit, which
// one key of two rows in a hundred million has not.
func isProse(typed []glyph) bool {
	return len(typed) > longRow && !slices.ContainsFunc(typed, func(g glyph) bool { return unicode.IsDigit(g.typed) })
}

// split cuts a text into rows of 25: along its lines where these hold whole rows,
// and otherwise one after the other, as when a text was wrapped. A text that has as
// many lines as rows was not wrapped: one of its lines is too short and another
// too long. Beside an error it returns the lines that are rows.
func split(typed []glyph) ([][]glyph, error) {
	lines := cut(typed, func(g glyph) uint16 { return g.line })
	odd := slices.ContainsFunc(lines, func(line []glyph) bool { return len(line)%rowSymbols != 0 })
	if odd && (len(typed)%rowSymbols != 0 || len(lines) == len(typed)/rowSymbols) {
		err := wrongLength(typed, lines)
		return slices.DeleteFunc(lines, func(line []glyph) bool { return len(line) != rowSymbols }), err
	}
	return slices.Collect(slices.Chunk(typed, rowSymbols)), nil
}

// cut parts a text where the line, or the group, changes.
func cut(typed []glyph, by func(glyph) uint16) [][]glyph {
	var parts [][]glyph
	start := 0
	for i := range typed {
		if i+1 == len(typed) || by(typed[i]) != by(typed[i+1]) {
			parts = append(parts, typed[start:i+1])
			start = i + 1
		}
	}
	return parts
}

// wrongLength says which row has lost or gained characters. It trusts the lines
// if one of them is a row, or all are nearly rows.
func wrongLength(typed []glyph, lines [][]glyph) error {
	switch {
	case slices.ContainsFunc(lines, func(line []glyph) bool { return len(line) == rowSymbols }):
	case len(typed) <= longRow:
		lines = [][]glyph{typed}
	case slices.ContainsFunc(lines, func(line []glyph) bool { return len(line) < shortRow || len(line) > longRow }):
		return wrongGroup(typed)
	}
	at := slices.IndexFunc(lines, func(line []glyph) bool { return len(line) != rowSymbols })
	line := lines[at]
	return &RowError{Problem: WrongLength, Rows: []int{at + 1}, Groups: uneven(line), Count: len(line), Want: rowSymbols}
}

// wrongGroup is wrongLength for a text whose lines mean nothing. If the groups
// make up rows, and all but one are of five characters, it is that one.
func wrongGroup(typed []glyph) error {
	const perRow = rowSymbols / groupSymbols
	groups := cut(typed, func(g glyph) uint16 { return g.group })
	wrong := uneven(typed)
	if len(wrong) != 1 || len(groups)%perRow != 0 {
		return &RowError{Problem: WrongLength, Count: len(typed)}
	}
	at := wrong[0] - 1
	return &RowError{
		Problem: WrongLength,
		Rows:    []int{at/perRow + 1},
		Groups:  []int{at%perRow + 1},
		Count:   rowSymbols - groupSymbols + len(groups[at]),
		Want:    rowSymbols,
	}
}

// uneven lists the groups of a row that were not typed as five characters. A row
// typed in one go has no groups.
func uneven(typed []glyph) []int {
	groups := cut(typed, func(g glyph) uint16 { return g.group })
	if len(groups) == 1 {
		return nil
	}
	var list []int
	for i, group := range groups {
		if len(group) != groupSymbols {
			list = append(list, i+1)
		}
	}
	return list
}

// decode corrects every row. It returns those that begin as a row of a key does,
// what was corrected in them, and the numbers of the others.
func decode(rows [][]glyph) (decoded []decodedRow, corrections []Correction, bad []int) {
	for i, typed := range rows {
		var r row
		for at, g := range typed {
			r[at] = g.value
		}
		ok := r.correct()
		m := markOf(r[0])
		if !ok || m.kind == Invalid {
			bad = append(bad, i+1)
			continue
		}
		decoded = append(decoded, decodedRow{m, r[dataStart : dataStart+dataSymbols], i + 1})
		corrections = append(corrections, compare(i+1, typed, r)...)
	}
	return decoded, corrections, bad
}

// compare lists the symbols in which a row differs from what was typed.
func compare(number int, typed []glyph, r row) []Correction {
	var list []Correction
	for at, g := range typed {
		if g.value == r[at] {
			continue
		}
		c := Correction{number, at/groupSymbols + 1, at%groupSymbols + 1, Char(g.typed), Char(alphabet[r[at]])}
		if g.value == unreadable {
			c.From = '?'
		}
		list = append(list, c)
	}
	return list
}

// arrange puts the rows in their order and drops repeated ones. It refuses rows
// that cannot be of one key, as far as their marks tell.
func arrange(decoded []decodedRow) ([]decodedRow, error) {
	set := slices.Clone(decoded)
	slices.SortStableFunc(set, func(a, b decodedRow) int { return a.number - b.number })
	set = slices.CompactFunc(set, func(a, b decodedRow) bool { return a.mark == b.mark && bytes.Equal(a.data, b.data) })
	for i := 1; i < len(set); i++ {
		a, b := set[i-1], set[i]
		both := []int{min(a.typed, b.typed), max(a.typed, b.typed)}
		switch {
		case a.mark == b.mark && a.kind == Activation:
			return set, &RowError{Problem: RowTwice, Rows: both}
		case a.kind != b.kind || a.last || a.number == b.number:
			return set, &RowError{Problem: RowsMixed, Rows: both}
		}
	}
	return set, nil
}

// gaps lists the numbers that are missing in a sorted set, and 0 for the last
// when it is not there and could have any number.
func gaps(set []decodedRow) []int {
	var list []int
	next := 1
	for _, d := range set {
		for ; next < d.number; next++ {
			list = append(list, next)
		}
		next = d.number + 1
	}
	switch {
	case set[len(set)-1].last:
		return list
	case next == MaxRows:
		return append(list, MaxRows)
	}
	return append(list, 0)
}

// join makes a key of all its rows, in order.
func join(set []decodedRow) (Key, error) {
	kind := set[0].kind
	var data []byte
	for _, d := range set {
		data = append(data, d.data...)
	}
	payload, ok := payloadOf(kind, data)
	if !ok {
		return Key{}, &RowError{Problem: CheckFailed}
	}
	return New(kind, payload)
}
