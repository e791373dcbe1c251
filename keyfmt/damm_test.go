package keyfmt

import (
	"errors"
	"fmt"
	"testing"
)

// TestDammTable proves what the check digit promises for keys of any length: a
// Latin square shows each wrong digit, total anti-symmetry each swap, and the
// zeros on the diagonal make the product of a whole key 0.
func TestDammTable(t *testing.T) {
	t.Parallel()
	if len(damm) != 100 {
		t.Fatalf("%d entries", len(damm))
	}
	product := func(a, b int) int { return int(damm[10*a+b] - '0') }
	for a := range 10 {
		var row, column [10]bool
		for b := range 10 {
			row[product(a, b)], column[product(b, a)] = true, true
			for c := range 10 {
				if a != b && product(product(c, a), b) == product(product(c, b), a) {
					t.Errorf("(%d*%d)*%d = (%d*%d)*%d", c, a, b, c, b, a)
				}
			}
		}
		if all := [10]bool{true, true, true, true, true, true, true, true, true, true}; row != all || column != all {
			t.Errorf("row or column %d does not hold each digit", a)
		}
		if product(a, a) != 0 {
			t.Errorf("%d*%d is not 0", a, a)
		}
	}
}

// requestNumbers are a complete range and numbers from all over.
func requestNumbers() []uint64 {
	var numbers []uint64
	for n := range uint64(1000) {
		numbers = append(numbers, n, requestLimit-1-n, n*n*n*999_983%requestLimit, n*7_654_321%requestLimit)
	}
	return numbers
}

// slips calls try for every single wrong digit and every swap of different
// neighbours in the digits.
func slips(digits []byte, try func(wrong string)) {
	for i, was := range digits {
		for d := byte('0'); d <= '9'; d++ {
			if d != was {
				digits[i] = d
				try(string(digits))
			}
		}
		digits[i] = was
		if i+1 < len(digits) && was != digits[i+1] {
			digits[i], digits[i+1] = digits[i+1], was
			try(string(digits))
			digits[i], digits[i+1] = was, digits[i]
		}
	}
}

// TestRequestSlips types every slip in 4,000 keys.
func TestRequestSlips(t *testing.T) {
	t.Parallel()
	tries := 0
	for _, number := range requestNumbers() {
		key, err := NewRequest(number)
		if err != nil {
			t.Fatal(err)
		}
		slips(key.Payload(), func(wrong string) {
			tries++
			_, _, err := Parse(wrong)
			var e *RowError
			if !errors.As(err, &e) || e.Problem != CheckDigit || e.Kind != Request {
				t.Errorf("%s for %s: %v", wrong, key.Text(), err)
			}
		})
	}
	if tries < 4000*90 {
		t.Errorf("%d tries", tries)
	}
}

// TestRequestRange takes all ten-digit texts of a range: one in ten is a key.
func TestRequestRange(t *testing.T) {
	t.Parallel()
	accepted := 0
	for n := range 20_000 {
		text := fmt.Sprintf("12345%05d", n)
		key, _, err := Parse(text)
		if err != nil {
			continue
		}
		accepted++
		if string(key.Payload()) != text || key.Text() != text[:5]+" "+text[5:] {
			t.Errorf("%s was read as %s", text, key.Text())
		}
	}
	if accepted != 2000 {
		t.Errorf("%d of 20,000 texts are keys", accepted)
	}
}
