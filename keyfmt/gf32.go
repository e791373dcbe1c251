package keyfmt

// Arithmetic in the field of 32 elements, GF(2)[x] modulo x^5 + x^2 + 1. An
// element is a byte below 32; adding, and taking away, is exclusive or. The
// powers of alpha, which is the element 2, run through all 31 but zero.

const (
	order = 31 // alpha^31 = 1

	// exp[n] is alpha^n for n below 62, so that the sum of two logarithms is an
	// index; log[a] is the n below 31 with alpha^n = a, for a > 0.
	exp    = powers + powers
	powers = "\x01\x02\x04\x08\x10\x05\x0a\x14\x0d\x1a\x11\x07\x0e\x1c\x1d\x1f" +
		"\x1b\x13\x03\x06\x0c\x18\x15\x0f\x1e\x19\x17\x0b\x16\x09\x12"
	log = "\x00\x00\x01\x12\x02\x05\x13\x0b\x03\x1d\x06\x1b\x14\x08\x0c\x17" +
		"\x04\x0a\x1e\x11\x07\x16\x1c\x1a\x15\x19\x09\x10\x0d\x0e\x18\x0f"
)

func mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return exp[log[a]+log[b]]
}

// div returns a / b for b > 0.
func div(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return exp[log[a]+order-log[b]]
}
