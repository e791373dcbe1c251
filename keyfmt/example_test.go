package keyfmt_test

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/latchkey-go/latchkey/keyfmt"
)

// A person typed small letters, spaces, O for 0, one wrong character, and one
// that could not be read.
func ExampleParse() {
	key, corrections, err := keyfmt.Parse("s0o0g 4or40 m3?e2 096zt krr1q")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key) // a secret: only its kind is printed
	fmt.Println(key.Text())
	for _, c := range corrections {
		fmt.Println(c)
	}
	// Output:
	// serial number (withheld)
	// S000G-40R40-M30E2-096ZT-KRR1G
	// row 1, group 3, character 3: unreadable, filled in as 0
	// row 1, group 5, character 5: q corrected to G
}

// The error says where to look, as a sentence and as data.
func ExampleParse_refused() {
	_, _, err := keyfmt.Parse("A000G-40R40-M30E2-09185-GZA04\n2R38E-1W12-4GK2G-AHC5R-R14R9")
	fmt.Println(err)
	var e *keyfmt.RowError
	if errors.As(err, &e) {
		fmt.Println(e.Problem, e.Rows, e.Groups)
	}
	// Output:
	// row 2 of the activation key has 24 characters, not 25, and group 2 does not have five: compare it with the original and type it again
	// wrong-length [2] [2]
}

// A key in the wrong field is told apart, even before it is complete.
func ExampleIdentify() {
	for _, text := range []string{
		"12345 67894",
		"S000G-40R40",
		"A000G-40R40-M30E2-09185-GZA04",
		"hello, world",
	} {
		id := keyfmt.Identify(text)
		fmt.Printf("%v, rows: %d of %d, complete: %t\n", id.Kind, id.Rows, id.Total, id.Complete)
	}
	// Output:
	// request key, rows: 1 of 1, complete: true
	// serial number, rows: 0 of 1, complete: false
	// activation key, rows: 1 of 0, complete: false
	// key, rows: 0 of 0, complete: false
}

// The reader makes this example come out the same each time. Where it matters, it
// is nil, which stands for crypto/rand.
func ExampleGenerate() {
	reader := bytes.NewReader([]byte("not random, but always the same"))
	key, err := keyfmt.Generate(keyfmt.Serial, reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key.Text())
	// Output:
	// SDSQQ-883JC-5Q68V-VD2W6-G88Z1
}

// The payload of a key is bytes; what they mean is its users' business.
func ExampleNew() {
	key, err := keyfmt.New(keyfmt.Activation, []byte("twenty-five bytes payload"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key.Text())
	// Output:
	// AEHVP-AVKMF-4PPCT-BPCMG-63BZ4
	// 24YBM-CNSJ0-W31F5-P6YRB-45KQR
}
