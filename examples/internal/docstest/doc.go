// Package docstest runs the pages of the documentation as tests: every Go block
// of a Markdown page is type-checked, every command is run, and what a page shows
// as output is compared with the output.
//
//	func TestMain(m *testing.M) { docstest.Main(m) }
//
//	func TestGettingStarted(t *testing.T) {
//		t.Parallel()
//		docstest.Run(t, "../../../docs/getting-started.md")
//	}
//
// # Blocks
//
// A fenced block is treated by the first word behind its fence, its language, and
// by the words after that, which no reader sees:
//
//	```sh                    commands. All blocks of a page run in one bash, with set -e
//	                         and set -o pipefail, in one folder that is empty at first;
//	                         latchkey, server and product are on the PATH.
//	```sh background         one command that keeps running. The next block starts once
//	                         something listens at 127.0.0.1:8080.
//	```sh fails=3            the last command must end with this exit code.
//	```text output           the output, standard error too, of the block that ran last.
//	                         JSON can have the word, too.
//	```go                    a whole file, if it has a package clause; else declarations, or
//	                         statements. It is type-checked.
//	```go run                a whole file that is run as well: a program by "go run", a file
//	                         that imports testing by "go test -v".
//	```go file=main.go       a whole file, which is also written to the folder that the
//	                         commands are in. Any other language can have the word, too.
//	```go file=a_test.go with=main.go   likewise, type-checked together with that file.
//	```sh norun=needs-root   neither run nor checked, and why. Go and sh can have the word.
//
// Blocks of any other language are shown to the reader, and nothing is done with
// them.
//
// # Hidden text
//
// A comment that begins with docstest is not shown to readers:
//
//	<!-- docstest sh              commands, as in a block; file=NAME writes a file
//	cp $OLDPWD/keyring.txt .
//	-->
//
//	<!-- docstest around          what stands around the statements of the Go blocks
//	func f(ctx context.Context, client *activation.Client) error {
//		SNIPPET                   that follow, up to the next such comment
//		return nil
//	}
//	-->
//
//	<!-- docstest replace S…. $serial -->   in the commands and files that follow
//
// In Go blocks without a package clause, … is a comment, packages of the library
// and common ones of the standard library are imported by themselves, and what is
// declared need not be used.
//
// # Names
//
// Names of the library in inline code, such as `license.Update.Sequence`, must be
// there.
//
// # Output
//
// Lines must be equal. In what a page shows, … stands for any text within a line,
// and a line of … for any number of lines; dates, times, typed keys, runs of 16
// or more hexadecimal digits, and ids such as L-xcvsaxa47vjlrknz stand for any of their form.
//
// # Time and place
//
// Pages are written as if it were 1 December 2026. The dates in commands and files
// are moved by as many days as have passed since then, so that a licence that ends
// next year in the page ends next year in the test. The addresses 127.0.0.1:8080
// and 127.0.0.1:8081 become free ports. LATCHKEY_LISTEN has the first one, so that
// a server without --listen has it, too.
//
// The page's folder is a Go module, acme.example/cad, in a workspace with the
// library: "go run ." and "go test" work there without a network. "go mod init"
// and "go get" do not; a page with them takes the option Packed.
package docstest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/examples/product/productcmd"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

// Main is TestMain of a package that calls Run. It makes the test binary stand
// for the commands of the examples.
func Main(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"latchkey": func() { os.Exit(vendorcmd.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, time.Now)) },
		"server":   func() { os.Exit(serverapp.Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) },
		"product":  func() { os.Exit(productcmd.Run(acme(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// acme is the product of the examples, with the keyring and the catalogue that
// lie in the current folder, on a made-up machine.
func acme() productcmd.Product {
	keyring, _ := os.ReadFile("keyring.txt") // without one, the product says so
	catalogue, _ := os.ReadFile("catalogue.doc")
	return productcmd.Product{
		ID: "acme-cad", Version: "4.2.0", Released: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
		Keyring: string(keyring), Catalogue: catalogue, Machine: hardware(), Now: time.Now, Getenv: os.Getenv,
	}
}

// hardware are the components of a made-up machine, so that a page ends alike on
// every machine.
func hardware() (options []machine.Option) {
	for _, part := range []string{"machine", "board", "cpu", "disk", "mac"} {
		options = append(options, machine.WithComponent(part, func(context.Context) ([]string, error) { return []string{"docs " + part}, nil }))
	}
	return options
}
