// Command latchkey is the vendor's back office on the command line: it makes
// keys, signs licences, updates and typed keys, and says what any of them is.
//
//	go install github.com/latchkey-go/latchkey/examples/latchkey@latest
//	latchkey help
package main

import (
	"os"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
)

func main() {
	os.Exit(vendorcmd.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, time.Now))
}
