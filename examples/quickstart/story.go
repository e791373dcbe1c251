package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

const (
	product = "acme-cad"
	name    = "Müller & Söhne GmbH"
)

// A story is the state that its steps share.
type story struct {
	out    io.Writer
	folder string
	step   int
	time   time.Time // the story's clock, which only steps move

	vendor      *issuer.Issuer
	keyring     *license.Keyring
	catalogue   []byte
	hardware    []machine.Option // how the customer's machine is read; tests set it
	machine     *machine.Machine
	fingerprint []byte // as text
	scheme      string
	sold        *license.License // as the vendor's books have it
	unlock      keyfmt.Key
	started     time.Time
	answers     *issuer.Issuer // of the activation server
	renewal     renewal
}

func newStory(out io.Writer, folder string) *story {
	now := time.Now()
	return &story{out: out, folder: folder, time: now, started: now}
}

func (s *story) now() time.Time { return s.time }

func (s *story) today() license.Date { return license.DateOf(s.now()) }

// tell runs steps in their order.
func (s *story) tell(ctx context.Context, steps []step) error {
	for _, step := range steps {
		if err := step(ctx, s); err != nil {
			return fmt.Errorf("step %d: %w", s.step, err)
		}
	}
	return nil
}

// title begins a step, and prints the lines of Go that it shows.
func (s *story) title(text string) {
	s.step++
	fmt.Fprintf(s.out, "\n%d. %s\n", s.step, text)
	caller, _, _, _ := runtime.Caller(1)
	function := runtime.FuncForPC(caller).Name()
	for _, line := range shownLines(function[strings.LastIndexByte(function, '.')+1:]) {
		fmt.Fprintln(s.out, "  > "+line)
	}
}

// say prints a text, in lines of 100 characters at most.
func (s *story) say(format string, args ...any) {
	for line := range strings.Lines(strings.TrimRight(fmt.Sprintf(format, args...), "\n")) {
		for _, part := range wrapped(strings.TrimRight(line, "\n"), 97) {
			fmt.Fprintln(s.out, "   "+part)
		}
	}
}

// wrapped breaks a line at spaces into lines of at most width characters, which
// are indented alike.
func wrapped(line string, width int) (lines []string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	for utf8.RuneCountInString(line) > width {
		end := len(string([]rune(line)[:width+1]))
		space := strings.LastIndexByte(line[:end], ' ')
		if space <= len(indent) {
			break
		}
		lines, line = append(lines, line[:space]), indent+line[space+1:]
	}
	return append(lines, line)
}

// show prints a document or a key as it is.
func (s *story) show(text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		fmt.Fprint(s.out, "   | "+line)
	}
	fmt.Fprintln(s.out)
}

// file is a path in the story's folder.
func (s *story) file(name string) string { return filepath.Join(s.folder, name) }

// open starts the product, as it would start on the customer's machine.
func (s *story) open() (*activation.Client, error) {
	return activation.Open(s.options())
}

// options are those of the customer's product.
func (s *story) options() activation.Options {
	return activation.Options{
		Product: product, Version: "4.2.0", Released: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Keyring: s.keyring.String(), Catalogue: s.catalogue,
		Host: s.machine,
		Dir:  s.file("customer/state"), WitnessDir: s.file("customer/witness"),
		Now: s.now,
	}
}

// with starts the product, does something with it, and ends it.
func (s *story) with(do func(*activation.Client) error) error {
	client, err := s.open()
	if err != nil {
		return err
	}
	return errors.Join(do(client), client.Close())
}

// want returns an error with a text if a condition does not hold.
func want(holds bool, text string) error {
	if holds {
		return nil
	}
	return errors.New(text)
}

// refused returns an error if err does not have a code.
func refused(err error, code license.Code) error {
	if errors.Is(err, code) {
		return nil
	}
	return fmt.Errorf("the answer should be %s, and it is: %w", code, err)
}

// noticed returns an error unless a change has a notice with a code.
func noticed(change activation.Change, code license.Code) error {
	if change.Notice != nil && change.Notice.Code == code {
		return nil
	}
	return fmt.Errorf("%s was to be the notice, and it was: %v", code, change.Notice)
}

func ptr[T any](v T) *T { return &v }
