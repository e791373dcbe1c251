// Command product is a small product with licence commands, to copy from. README.md
// says how to make it yours.
//
//	go run ./product help
//
// What is embedded here belongs to a vendor who does not exist: the keys behind
// embedded/keyring.txt are made from sentences that anybody can read, so anybody
// can license this program. Put your own keyring and catalogue there, which
// "latchkey keyring" and "latchkey catalogue" make, and build again. There is no
// flag for it, in this product or in yours: a customer who could choose the
// keyring could choose whose licences count.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/product/productcmd"
)

var (
	//go:embed embedded/keyring.txt
	keyring string
	//go:embed embedded/catalogue.doc
	catalogue []byte

	// A release sets both, and licences are held against them:
	//
	//	go build -ldflags "-X main.version=4.3.0 -X main.released=2026-06-01"
	version  = "4.2.0"
	released = "2026-03-02"
)

func main() {
	day, err := activation.ReleaseDate(released)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	product := productcmd.Product{
		ID: "acme-cad", Version: version, Released: day,
		Keyring: keyring, Catalogue: catalogue,
		Now: time.Now, Getenv: os.Getenv,
	}
	os.Exit(productcmd.Run(product, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
