// Command server is the reference activation server: it activates what a vendor
// has sold, over SQLite or PostgreSQL, and has an API for the vendor's desk.
//
//	go run ./server help
package main

import (
	"os"
	"runtime/debug"

	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // what lives is a few megabytes, so that collecting less often costs little memory
	}
	os.Exit(serverapp.Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
