// Program hellohttp is hello with net/http linked in, as a product has it that
// will speak to an activation server.
package main

import (
	"net/http"
	"os"
)

func main() {
	if len(os.Args) > 99 {
		http.Get(os.Args[1])
	}
	os.Stdout.WriteString("hello\n")
}
