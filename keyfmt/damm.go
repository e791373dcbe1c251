package keyfmt

// Damm's check digit (H. Michael Damm, "Total anti-symmetrische
// Quasigruppen", 2004). damm[10*a+b] is the product a*b in a quasigroup of
// order ten: every row and every column holds each digit once, so one wrong
// digit always shows; (c*x)*y = (c*y)*x only for x = y, so does a swap of
// neighbours; and a*a = 0, so that the digit that ends a number well is the
// product so far.
const damm = "0317598642" +
	"7092154863" +
	"4206871359" +
	"1750983426" +
	"6123045978" +
	"3674209581" +
	"5869720134" +
	"8945362017" +
	"9438617205" +
	"2581436790"

// checkDigit returns the digit that completes the digits, given in ASCII; it is
// '0' for digits that are complete.
func checkDigit[T string | []byte](digits T) byte {
	sum := byte('0')
	for i := range len(digits) {
		sum = damm[10*int(sum-'0')+int(digits[i]-'0')]
	}
	return sum
}
