// Program licensefloor is what a program costs that somebody writes by hand to
// verify one signature: it reads a key and a signed message, and nothing else.
//
//	licensefloor KEY SIGNED
package main

import (
	"crypto/ed25519"
	"os"
)

func main() {
	key, err := os.ReadFile(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	signed, err := os.ReadFile(os.Args[2])
	if err != nil {
		os.Exit(1)
	}
	if !ed25519.Verify(key, signed[64:], signed[:64]) {
		os.Exit(3)
	}
	os.Stdout.WriteString("allowed\n")
}
