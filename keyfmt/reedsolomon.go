package keyfmt

import "slices"

// The code of a row: Reed-Solomon over GF(32) with the roots alpha^1 to
// alpha^4, shortened from (31, 27) to (25, 21). Two rows of the code differ in
// five places or more. So at most one of them is reached from what was typed by
// changing e symbols and filling in f unreadable ones with 2e + f <= 4, and
// whatever finds one has found the right one.
//
// Everything here rests on one observation. The four syndromes
//
//	S(j) = sum over wrong places k of Y(k) * X(k)^j,   j = 1 to 4
//
// hold an amount Y(k) and a locator X(k) = alpha^(24-k) for each wrong place.
// The shorter sequence S(j+1) - X*S(j) has lost the term whose locator is X, and
// each other term is there still, Y(k) being multiplied by X(k) - X. Striking
// out the unreadable places leaves the wrong ones to be found, and striking out
// all places but one leaves that one's amount.

const (
	rowSymbols = 25 // in a row
	dataStart  = 1  // the first symbol after the mark of kind and row
	parity     = 4  // symbols at the end of a row

	unreadable = 0xFF // in place of a symbol's value
)

// A row is the values of a row's symbols, each below 32, or unreadable.
type row [rowSymbols]byte

// correct makes r a row of the code by changing e symbols and filling in its f
// unreadable ones, where 2e + f <= 4. Where that cannot be, it returns false and
// the row is worth nothing.
func (r *row) correct() bool {
	var buf [parity]int
	places := buf[:0]
	for i, v := range r {
		if v != unreadable {
			continue
		}
		if len(places) == parity {
			return false
		}
		places = append(places, i)
		r[i] = 0
	}
	syndromes := r.syndromes()
	rest := syndromes
	for _, place := range places {
		rest = rest.strike(place)
	}
	places, ok := rest.locate(places)
	if !ok {
		return false
	}
	for _, place := range places {
		r[place] ^= syndromes.amount(place, places)
	}
	return true
}

// fill sets the parity of a row: its four parity symbols are unreadable, which
// is what the code can repair.
func (r *row) fill() {
	for i := rowSymbols - parity; i < rowSymbols; i++ {
		r[i] = unreadable
	}
	r.correct()
}

// A sequence is the syndromes, or what is left of them after some were struck
// out: n values, one fewer for each.
type sequence struct {
	s [parity]byte
	n int
}

// syndromes evaluates the row at alpha^1 to alpha^4; the first symbol is the
// coefficient of x^24.
func (r *row) syndromes() sequence {
	q := sequence{n: parity}
	for j := range q.s {
		for _, v := range r {
			q.s[j] = mul(q.s[j], exp[j+1]) ^ v
		}
	}
	return q
}

func locator(place int) byte { return exp[rowSymbols-1-place] }

// strike removes the term of one place.
func (q sequence) strike(place int) sequence {
	x := locator(place)
	q.n--
	for j := range q.n {
		q.s[j] = q.s[j+1] ^ mul(x, q.s[j])
	}
	q.s[q.n] = 0
	return q
}

func (q sequence) zero() bool { return q.s == [parity]byte{} }

// locate appends to places, which have been struck out of q, the places of the
// wrong symbols that explain q: none, one or two, as few as will do.
func (q sequence) locate(places []int) ([]int, bool) {
	if q.zero() {
		return places, true
	}
	if place, ok := q.single(places); ok {
		return append(places, place), true
	}
	if q.n < parity {
		return nil, false
	}
	for first := range rowSymbols {
		places = append(places[:0], first)
		if second, ok := q.strike(first).single(places); ok {
			return append(places, second), true
		}
	}
	return nil, false
}

// single returns the one place whose term alone makes up the whole of q. That is
// a geometric series, and its ratio is the locator. A place outside the row, or
// one that has been struck out before, is no answer. Two values are needed: one
// alone fits any place.
func (q sequence) single(struck []int) (int, bool) {
	if q.n < 2 || q.s[0] == 0 || q.s[1] == 0 {
		return 0, false
	}
	place := rowSymbols - 1 - int(log[div(q.s[1], q.s[0])])
	if place < 0 || slices.Contains(struck, place) {
		return 0, false
	}
	return place, q.strike(place).zero()
}

// amount returns what is to be added to the symbol at place, when the places
// given are the only ones that may be wrong.
func (q sequence) amount(place int, places []int) byte {
	x := locator(place)
	scale := x
	for _, other := range places {
		if other != place {
			q = q.strike(other)
			scale = mul(scale, x^locator(other))
		}
	}
	return div(q.s[0], scale)
}
