// Command server is the reference activation server: it activates what a vendor
// has sold, over SQLite or PostgreSQL, and has an API for the vendor's desk.
//
//	go run ./server help
package main

import (
	"os"

	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

func main() {
	os.Exit(serverapp.Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
