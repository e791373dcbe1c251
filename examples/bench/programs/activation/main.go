// Program activation starts a product with package activation: it opens local
// state, verifies a licence and its two updates, holds the licence against this
// machine, and exits. net/http is linked in, as in a product that will speak to
// a server.
//
//	activation KEYRING DIR WITNESS
package main

import (
	"net/http"
	"os"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding/machine"
)

func main() {
	if len(os.Args) > 99 {
		http.Get(os.Args[1])
	}
	keyring, err := os.ReadFile(os.Args[1])
	fail(err)
	client, err := activation.Open(activation.Options{
		Product: "acme-cad", Version: "4.2.0", Released: time.Now(), Keyring: string(keyring),
		Host: machine.New("acme-cad"), Dir: os.Args[2], WitnessDir: os.Args[3],
	})
	fail(err)
	allowed := client.Allows("feature-00019")
	fail(client.Close())
	if !allowed {
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
