// Command product is a small product with licence commands, to copy from: this
// file, the package productcmd, and internal/cli, which has its flags and JSON.
//
//	go run ./product help
//
// What is embedded here belongs to a vendor who does not exist: the keys behind
// embedded/keyring.txt are made from a sentence that anybody can read in
// embedded_test.go, so anybody can license this program. Put your own keyring
// and catalogue there, which "latchkey keyring" and "latchkey catalogue" make, and
// build again. There is no flag for it, in this product or in yours: whoever
// chooses the keyring chooses whose licences count.
package main

import (
	_ "embed"
	"os"
	"time"

	"github.com/latchkey-go/latchkey/examples/product/productcmd"
)

var (
	//go:embed embedded/keyring.txt
	keyring string
	//go:embed embedded/catalogue.doc
	catalogue []byte

	// released is the day on which this version was released. A real build sets
	// it, and maintenance is held against it.
	released = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
)

func main() {
	product := productcmd.Product{
		ID: "acme-cad", Version: "4.2.0", Released: released,
		Keyring: keyring, Catalogue: catalogue,
		Now: time.Now, Getenv: os.Getenv,
	}
	os.Exit(productcmd.Run(product, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
