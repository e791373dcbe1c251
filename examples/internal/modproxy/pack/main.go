// Command pack packs the library and the examples as they would be released,
// and lays them out as a module proxy in a folder.
//
//	go -C examples run ./internal/modproxy/pack REPOSITORY FOLDER
package main

import (
	"fmt"
	"os"

	"github.com/latchkey-go/latchkey/examples/internal/modproxy"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pack REPOSITORY FOLDER")
		os.Exit(2)
	}
	version, err := modproxy.Pack(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
	fmt.Println(version)
}
