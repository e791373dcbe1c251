// Command quickstart tells the main story of Latchkey in one run, on this
// machine and in a temporary folder: a vendor makes keys and sells a licence,
// a product checks it, updates change it, and with no server anywhere a key
// typed from paper licenses the product. Then an activation server starts, on
// loopback; a request key brings a provisional licence and a check the final one;
// the server stops, and nothing else does.
//
//	go run ./quickstart
//
// Every step says what happens and which call did it, and is held to what it
// says: if one ends otherwise, the program says which and exits with status 1.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "\nThe story does not end as told:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	folder, err := os.MkdirTemp("", "latchkey-quickstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	s := newStory(out, folder)
	for _, chapter := range []func(*story) error{
		vendorMakesKeys,
		productShowsFingerprint,
		vendorIssuesLicense,
		productImportsIt,
		anotherMachineIsRefused,
		runsAreCounted,
		addOnExtends,
		rewriteReplaces,
		unlockCodeOpensSealedUpdate,
		keyFromPaper,
		timeRunsOut,
		serverStarts,
		requestKeyIsSold,
		requestKeyIsEntered,
		nothingYet,
		finalIsReleased,
		secondMachineIsRefused,
		serverIsGone,
		serverIsBack,
	} {
		if err := chapter(s); err != nil {
			return err
		}
	}
	s.say("\nThat is the whole of it. examples/latchkey, examples/server and examples/product are the same parts as programs to copy from.")
	return nil
}
