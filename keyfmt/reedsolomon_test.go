package keyfmt

import (
	"math/rand/v2"
	"testing"
)

func TestField(t *testing.T) {
	t.Parallel()
	// The tables, against multiplication of polynomials done by hand.
	slow := func(a, b byte) byte {
		var product int
		for i := range 5 {
			if b>>i&1 == 1 {
				product ^= int(a) << i
			}
		}
		for i := 8; i >= 5; i-- {
			if product>>i&1 == 1 {
				product ^= 0b100101 << (i - 5)
			}
		}
		return byte(product)
	}
	for a := byte(0); a < 32; a++ {
		for b := byte(0); b < 32; b++ {
			if mul(a, b) != slow(a, b) {
				t.Errorf("%d * %d = %d, not %d", a, b, mul(a, b), slow(a, b))
			}
			if b > 0 && div(mul(a, b), b) != a {
				t.Errorf("%d * %d / %d is not %d", a, b, b, a)
			}
		}
	}
}

// testRows returns rows of every mark, with arbitrary data.
func testRows(seed uint64) []row {
	random := rand.New(rand.NewPCG(seed, 25))
	var rows []row
	for value := range byte(32) {
		if markOf(value).kind == Invalid {
			continue
		}
		r := row{value}
		for i := dataStart; i < dataStart+dataSymbols; i++ {
			r[i] = byte(random.IntN(32))
		}
		r.fill()
		rows = append(rows, r)
	}
	return rows
}

// TestParity computes the parity as the package comment has it, by division by
// the generator polynomial.
func TestParity(t *testing.T) {
	t.Parallel()
	generator := [...]byte{1, 30, 6, 9, 17}
	for _, r := range testRows(1) {
		rest := r
		copy(rest[rowSymbols-parity:], make([]byte, parity))
		for i := range rowSymbols - parity {
			factor := rest[i]
			for j, c := range generator {
				rest[i+j] ^= mul(factor, c)
			}
		}
		if [parity]byte(rest[rowSymbols-parity:]) != [parity]byte(r[rowSymbols-parity:]) {
			t.Errorf("row %v: division leaves %v", r, rest[rowSymbols-parity:])
		}
	}
}

// TestDistance proves what the code repairs for every row, and not only for those
// tried here. The code is linear, so rows differ in five symbols at least when no
// four places, wrong by any amounts, leave all syndromes zero: when what is left of
// each place after the other three are struck out is never zero.
func TestDistance(t *testing.T) {
	t.Parallel()
	for a := range rowSymbols {
		for b := range a {
			for c := range b {
				for d := range c {
					places := []int{a, b, c, d}
					for _, place := range places {
						pattern := row{}
						pattern[place] = 1
						q := pattern.syndromes()
						for _, other := range places {
							if other != place {
								q = q.strike(other)
							}
						}
						if q.zero() {
							t.Fatalf("places %v depend on each other", places)
						}
					}
				}
			}
		}
	}
}

// repaired reports that the row typed, in which wrong symbols may be
// unreadable, is corrected to want.
func repaired(typed, want row) bool { return typed.correct() && typed == want }

// TestEveryUnreadablePattern tries all sets of one to four places.
func TestEveryUnreadablePattern(t *testing.T) {
	t.Parallel()
	for _, want := range testRows(2) {
		patterns := 0
		var try func(typed row, from, left int)
		try = func(typed row, from, left int) {
			for i := from; i < rowSymbols && left > 0; i++ {
				next := typed
				next[i] = unreadable
				patterns++
				if !repaired(next, want) {
					t.Fatalf("%v for %v: not filled in", next, want)
				}
				try(next, i+1, left-1)
			}
		}
		try(want, 0, parity)
		if patterns != 25+300+2300+12650 {
			t.Fatalf("%d patterns", patterns)
		}
	}
}

func TestFiveUnreadableAreRefused(t *testing.T) {
	t.Parallel()
	r := testRows(3)[0]
	for i := range parity + 1 {
		r[3*i] = unreadable
	}
	if r.correct() {
		t.Error("five unreadable symbols were filled in")
	}
}

// TestOneWrongAndUpToTwoUnreadable tries all places, and all wrong values.
func TestOneWrongAndUpToTwoUnreadable(t *testing.T) {
	t.Parallel()
	for _, want := range testRows(4)[:4] {
		for wrong := range rowSymbols {
			for delta := byte(1); delta < 32; delta++ {
				for a := range rowSymbols {
					for b := range a + 1 {
						if a == wrong || b == wrong {
							continue
						}
						typed := want
						typed[wrong] ^= delta
						typed[a], typed[b] = unreadable, unreadable
						if !repaired(typed, want) {
							t.Fatalf("row %v: wrong at %d, unreadable at %d and %d", want, wrong, a, b)
						}
					}
				}
			}
		}
	}
}

// TestEveryRowOrNone corrects symbols that may be anything. Whatever comes out is
// a row of the code and in reach, of which there is one at most; and that something
// comes out as often as the package comment says shows that none is missed.
func TestEveryRowOrNone(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 25))
	accepted := 0
	const tries = 200_000
	for range tries {
		var typed row
		f := random.IntN(3)
		for i := range typed {
			typed[i] = byte(random.IntN(32))
		}
		for range f {
			typed[random.IntN(rowSymbols)] = unreadable
		}
		got := typed
		if !got.correct() {
			continue
		}
		if f == 0 {
			accepted++
		}
		wrong, missing := 0, 0
		for i := range got {
			switch {
			case typed[i] == unreadable:
				missing++
			case typed[i] != got[i]:
				wrong++
			}
		}
		if syndromes := got.syndromes(); !syndromes.zero() || 2*wrong+missing > parity {
			t.Fatalf("%v was corrected to %v", typed, got)
		}
	}
	// 27.57 per cent of the third that had no unreadable symbol.
	if rate := float64(accepted) / (tries / 3); rate < 0.265 || rate > 0.287 {
		t.Errorf("%.4f of random rows are in reach of the code", rate)
	}
}
