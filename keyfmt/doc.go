// Package keyfmt reads and writes the keys that people type: serial numbers,
// request keys, unlock codes, activation keys, installation codes and challenge
// codes. It knows how they are spelled and nothing of what they unlock.
//
// [Parse] reads any of them and forgives what people do to them, [Identify] says
// what a text is that is not a whole key yet, [New], [NewRequest] and [Generate]
// make keys, and [Key.Text] prints them. A [*RowError] says which row is wrong, in
// what way, and what to do. This page is the format's specification.
//
// # Rows
//
// All keys but the request key are printed in rows of 25 symbols of Crockford's
// base 32, 0123456789ABCDEFGHJKMNPQRSTVWXYZ, in five groups of five:
//
//	S000G-40R40-M30E2-096ZT-KRR1G
//
// This is the serial number whose payload is the ten bytes 00 01 02 to 09. An
// activation key of three rows, with the payload 00 01 to 24 (hexadecimal), is
//
//	A000G-40R40-M30E2-09185-GZA04
//	BR38E-1W812-4GK2G-AHC5R-R36A5
//	334D1-P70X3-RFJ08-924CJ-7V1N6
//
// Symbol 0, the first, is the mark. It says of which kind the row is:
//
//	S       serial number
//	V       unlock code
//	N       installation code
//	T       challenge code, which an air-gapped machine asks the vendor to answer
//	A to F  row 1 to 6 of an activation key that goes on
//	1 to 7  the last row of an activation key, and its number
//
// So the seven rows of the longest activation key begin A B C D E F 7, and the
// only row of the shortest begins with 1. There are no other marks.
//
// Symbols 1 to 20 are data: 100 bits, five to a symbol, the most significant
// first. The data of all rows, in order, is the payload and after it, in the bits
// left over, the check. Kind and number of rows give the payload's length:
//
//	kind                                          rows  payload    check
//	serial number, installation code, challenge      1  10 bytes   20 bits
//	unlock code                                      1  12 bytes    4 bits
//	activation key                                   1  12 bytes    4 bits
//	                                                 2  25 bytes       none
//	                                                 3  37 bytes    4 bits
//	                                                 4  50 bytes       none
//	                                                 5  62 bytes    4 bits
//	                                                 6  75 bytes       none
//	                                                 7  87 bytes    4 bits
//
// The check is the first bits of the SHA-256 digest of
//
//	"latchkey key check v1" 00 kind 00 payload
//
// where kind is the name in the list of marks ("activation key" for all rows of
// one) and 00 is a zero byte.
//
// Symbols 21 to 24 are the parity of symbols 0 to 20. The code is Reed-Solomon over
// GF(32) with the primitive polynomial x^5 + x^2 + 1, a symbol's value being the
// coefficients of an element, x^4 first. A row is a multiple of
//
//	(x - a)(x - a^2)(x - a^3)(x - a^4) = x^4 + 30x^3 + 6x^2 + 9x + 17
//
// where a is the element 2 and the coefficients are elements too; the mark is the
// coefficient of x^24. Different rows differ in five symbols at least.
//
// # What is put right and what is noticed
//
// In each row, e wrong symbols and f unreadable ones are put right where
// 2e + f <= 4: any two wrong characters, so any two neighbours that changed places,
// or any four unreadable ones. No lookup and no network is needed for that.
//
// With more wrong characters than that, the row is usually refused and named. But
// 27.6 per cent of all rows are within two symbols of some row of the code (289,076
// of 1,048,576), and would be taken for it. That is what the check is for. With 20
// bits, one badly mistyped serial number in about four million passes as another
// one; without, it would be more than one in four. Where the payload
// leaves four bits or none, one in 58 or one in four passes here, and the payload has
// to tell: an unlock code is compared with a digest, and an activation key is
// signed. In about one case in 10,000, a badly mistyped row is also taken for
// one of another kind, because the mark is put right like any other symbol.
//
// All of this finds slips of the finger. None of it is protection from forgery:
// anybody can compute parity and check. Whether a key is genuine, its issuer's
// records or its signature say.
//
// # Request keys
//
// A request key is ten decimal digits, printed as "12345 67894". The last is
// Damm's check digit, from the totally anti-symmetric quasigroup of order ten in
// Damm's thesis:
//
//	    0 1 2 3 4 5 6 7 8 9        the product so far, at first 0, chooses the
//	0   0 3 1 7 5 9 8 6 4 2        line, the next digit the column; the check
//	1   7 0 9 2 1 5 4 8 6 3        digit is the product of the nine digits, and
//	2   4 2 0 6 8 7 1 3 5 9        that of all ten is 0
//	3   1 7 5 0 9 8 3 4 2 6
//	4   6 1 2 3 0 4 5 9 7 8
//	5   3 6 7 4 2 0 9 5 8 1
//	6   5 8 6 9 7 2 0 1 3 4
//	7   8 9 4 5 3 6 2 0 1 7
//	8   9 4 3 8 6 1 7 2 0 5
//	9   2 5 8 1 4 3 6 7 9 0
//
// It notices every wrong digit and every swap of neighbours, and of anything worse
// nine in ten. Nothing is put right.
//
// # What is read
//
// Before anything is counted, the text is folded (fold.go has every character):
//
//   - Small letters become capitals; O becomes 0; I and L become 1.
//   - White space, every dash and minus sign, dots, commas, colons, slashes,
//     underscores, quotation marks and brackets part groups and mean nothing else. A
//     line break also parts lines.
//   - Zero-width characters, byte order marks, control characters and combining
//     accents are not there.
//   - Full-width forms become ASCII, and decimal digits of any script 0 to 9.
//   - Letters that look like a symbol become it, capital and small letter alike:
//     Cyrillic АВСԀЕЁԌНҺЈКМРԚЅТѴԜХУҮ to ABCDEEGHHJKMPQSTVWXYY, ОІЇӀЗЧБ to 0111346;
//     Greek ΑΒϹΕΖΗΙͿΚΜΝΟΡΤΥΧ to ABCEZH1JKMN0PTYX, but the small η, μ, ν and υ, which
//     look like other letters, are unreadable; Ø becomes 0, the Turkish ı and İ 1.
//   - Everything else, such as ? and * and U, is an unreadable symbol.
//
// Of the result, each line of 25 symbols is a row. Where the lines are not rows, the
// text was wrapped, and each 25 symbols are a row. Rows stand in any order; one that
// is there twice counts once. A text of fewer than 20 symbols that begins with a
// digit and has only digits, or nine or more symbols of which two at most are no
// digits, is read as a request key.
//
// One key has one spelling: what Parse accepts, Key.Text prints in the one way
// that needs no correction.
package keyfmt
