// Command quickstart shows Latchkey at work, on this machine and in a temporary
// folder. Its first five steps fit on one screen, each with the lines of Go that
// did it: a vendor makes keys and sells a licence, and a product checks it.
// With -all, fourteen more follow: updates change the licence, a key typed from
// paper licenses a product without any server, and an activation server on
// loopback is started and stopped.
//
//	go run ./quickstart
//	go run ./quickstart -all
//
// Every step checks its own outcome: if one ends otherwise than it says, the
// program names it and exits with status 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	all := flag.Bool("all", false, "show all nineteen steps")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *all); err != nil {
		fmt.Fprintln(os.Stderr, "\nThis step did not end as it should:", err)
		os.Exit(1)
	}
}

// A step is one step of the story, which returns an error if it does not end as
// it should.
type step func(ctx context.Context, s *story) error

var firstSteps = []step{
	vendorMakesKeys,
	machineShowsFingerprint,
	vendorIssuesLicense,
	productImportsIt,
	otherMachineIsRefused,
}

var moreSteps = []step{
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
}

func run(ctx context.Context, out io.Writer, all bool) error {
	folder, err := os.MkdirTemp("", "latchkey-quickstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	s := newStory(out, folder)
	defer s.end(ctx)
	fmt.Fprintln(out, "A vendor sells a licence, and a product checks it. Lines after > are of this program's source.")
	if err := s.tell(ctx, firstSteps); err != nil {
		return err
	}
	if !all {
		fmt.Fprintf(out, "\n%d more steps (updates, keys typed from paper, a server that goes away): quickstart -all\n", len(moreSteps))
		return nil
	}
	if err := s.tell(ctx, moreSteps); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nexamples/latchkey, examples/server and examples/product are the same parts as programs to copy from.")
	return nil
}
