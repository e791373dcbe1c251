// Program license checks a licence with package license alone and exits.
//
//	license KEYRING LICENCE
package main

import (
	"os"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

func main() {
	keyring, err := os.ReadFile(os.Args[1])
	fail(err)
	text, err := os.ReadFile(os.Args[2])
	fail(err)
	keys, err := license.ParseKeyring(string(keyring))
	fail(err)
	l, err := license.Open(text, keys)
	fail(err)
	now := time.Now()
	if !license.Check(l, license.Env{Now: now, Product: "acme-cad", Version: "4.2.0", Released: now}).Allows("feature-00019") {
		os.Exit(3)
	}
	os.Stdout.WriteString("allowed\n")
}

func fail(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}
