package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

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

// A story is what its chapters hand on to each other.
type story struct {
	out     io.Writer
	folder  string
	chapter int
	time    time.Time // the story's clock stands still but where a chapter moves it

	vendor      *issuer.Issuer
	keyring     *license.Keyring
	catalogue   []byte
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

func (s *story) title(text string) {
	s.chapter++
	fmt.Fprintf(s.out, "\n%d. %s\n", s.chapter, text)
}

func (s *story) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Fprintln(s.out, "   "+strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n   "))
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

// want returns an error if what is told does not hold.
func want(holds bool, told string) error {
	if holds {
		return nil
	}
	return errors.New(told)
}

// refused returns an error if err has not the code that is told.
func refused(err error, code license.Code) error {
	if errors.Is(err, code) {
		return nil
	}
	return fmt.Errorf("%s was to be the answer, and it was: %w", code, err)
}

// noticed returns an error unless a change has a notice with a code.
func noticed(change activation.Change, code license.Code) error {
	if change.Notice != nil && change.Notice.Code == code {
		return nil
	}
	return fmt.Errorf("%s was to be the notice, and it was: %v", code, change.Notice)
}

func ptr[T any](v T) *T { return &v }
