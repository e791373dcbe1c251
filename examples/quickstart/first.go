package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// In this file, lines that end with the mark "shown" are printed by the program:
// see shownLines.

func vendorMakesKeys(_ context.Context, s *story) error {
	s.title("The vendor makes keys, and the product embeds their public halves")
	var keys []license.Key
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
		key, err := issuer.Generate(role, rand.Reader) // shown
		if err != nil {
			return err
		}
		if err := key.WriteFile(s.file(string(role) + ".key")); err != nil {
			return err
		}
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: s.today() + 5*365}) // shown
	}
	keyring, err := license.NewKeyring("acme", 1, 1, keys) // shown
	if err != nil {
		return err
	}
	s.keyring = keyring
	if err := s.readKeys(); err != nil {
		return err
	}
	text := strings.Split(keyring.String(), "\n")
	s.say("%s", text[4])
	s.say("… and two more: for the activation server, and for later keyrings.")
	return s.makeCatalogue()
}

// readKeys reads the private keys as the programs that use them do.
func (s *story) readKeys() error {
	for role, to := range map[license.Role]**issuer.Issuer{license.RoleLicense: &s.vendor, license.RoleActivation: &s.answers} {
		key, err := issuer.ReadKeyFile(s.file(string(role) + ".key"))
		if err != nil {
			return err
		}
		if *to, err = issuer.New("acme", key.Role(), key.Signer()); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) makeCatalogue() (err error) {
	s.catalogue, err = s.vendor.Catalogue(&license.Catalogue{Product: product, Issued: s.now(), Editions: []license.Edition{
		{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}, {ID: "export"}, {ID: "print"}}},
	}})
	return err
}

func machineShowsFingerprint(ctx context.Context, s *story) error {
	s.title("The customer's machine shows its fingerprint")
	host := machine.New(product, s.hardware...) // shown
	fingerprint, err := host.Fingerprint(ctx)   // shown
	if err != nil {
		return err
	}
	s.machine = host
	where := host.Environment()
	if s.scheme, err = firstThatBinds(fingerprint, where.Scheme); err != nil {
		s.machine = machine.New(product, append(s.hardware, machine.WithInstance("quickstart-1"))...)
		if fingerprint, err = s.machine.Fingerprint(ctx); err != nil {
			return err
		}
		s.scheme = binding.SchemeInstance
	}
	if s.fingerprint, err = fingerprint.Text(); err != nil {
		return err
	}
	s.say("Each part as a digest, such as: %s", firstDigest(string(s.fingerprint)))
	s.say("This is: %s. The licence is bound by the scheme %q.", where.Kind, s.scheme)
	return nil
}

// firstDigest returns the first line of a fingerprint that has a digest.
func firstDigest(fingerprint string) string {
	for line := range strings.Lines(fingerprint) {
		if words := strings.Fields(line); len(words) > 1 && len(words[1]) == 32 {
			return words[0] + " " + words[1]
		}
	}
	return ""
}

// firstThatBinds returns the scheme that is advised for such a machine, or one
// that asks for less, if this machine can satisfy it.
func firstThatBinds(f binding.Fingerprint, advised string) (string, error) {
	lines := []string{}
	if line, named := binding.Named(advised); named {
		lines = append(lines, line)
	}
	if advised != "container" && advised != "cloud" { // clones of those share a machine id
		lines = append(lines, binding.SchemeMachine)
	}
	failures := []error{errors.New("no scheme fits")}
	for _, line := range lines {
		scheme, err := binding.ParseScheme(line)
		if err == nil {
			_, err = f.Bind(scheme)
		}
		if err == nil {
			return line, nil
		}
		failures = append(failures, err)
	}
	return "", errors.Join(failures...)
}

func vendorIssuesLicense(_ context.Context, s *story) error {
	s.title("The vendor signs a licence: one feature for ever, one for a year, one for a hundred runs")
	end := license.Until(s.today() + 365)                                                            // shown
	features := []license.Feature{{ID: "draw"}, {ID: "export", Term: end}, {ID: "print", Runs: 100}} // shown
	sold, err := s.newLicense(features)
	if err != nil {
		return err
	}
	s.sold = sold
	text, err := s.vendor.License(sold) // shown
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	s.say("%s", lines[0])
	s.say("%s … (%d bytes)", lines[1], len(text))
	return os.WriteFile(s.file("acme.license"), text, 0o600)
}

// newLicense returns the terms of a licence for the customer's machine, with an
// update in it that an unlock code opens later.
func (s *story) newLicense(features []license.Feature) (*license.License, error) {
	data, err := bindTo(s.fingerprint, s.scheme)
	if err != nil {
		return nil, err
	}
	serial, err := keyfmt.Generate(keyfmt.Serial, rand.Reader)
	if err != nil {
		return nil, err
	}
	sealed, code, err := issuer.SealUpdate(license.Update{ID: "U-sealed", Products: []license.ProductChange{{ID: product,
		Features: []license.FeatureChange{{ID: "render"}}}}})
	if err != nil {
		return nil, err
	}
	s.unlock = code
	return &license.License{
		ID: "L-1001", Serial: license.Serial(serial.Text()), Vendor: "acme", Kind: license.Full, Issued: s.now(),
		Licensee: license.Licensee{Name: name},
		Binding:  license.Binding{Scheme: s.scheme, Data: data},
		Hints:    license.Hints{Contact: "support@acme.example"},
		Sealed:   []license.Sealed{sealed},
		Products: []license.Product{{ID: product, Features: features}},
	}, nil
}

// bindTo returns the binding data of a licence, from the fingerprint that a
// customer sent.
func bindTo(text []byte, line string) ([]byte, error) {
	var fingerprint binding.Fingerprint
	if err := fingerprint.ParseText(text); err != nil {
		return nil, err
	}
	if fingerprint.Product() != product {
		return nil, fmt.Errorf("the fingerprint is for %s, and a licence bound to it would never match here", fingerprint.Product())
	}
	scheme, err := binding.ParseScheme(line)
	if err != nil {
		return nil, err
	}
	return fingerprint.Bind(scheme)
}

func productImportsIt(ctx context.Context, s *story) error {
	s.title("The product starts without a licence, and then has one")
	file, err := os.Open(s.file("acme.license"))
	if err != nil {
		return err
	}
	defer file.Close()
	client, err := activation.Open(s.options()) // shown
	if err != nil {
		return err
	}
	defer client.Close()
	before := client.Status()
	_, err = client.Import(ctx, file) // shown
	if err != nil {
		return err
	}
	allowed := client.Allows("draw") // shown
	s.say("Before: %s", before.Reasons[0].Text(license.English))
	s.say("Now:    %s. draw %s; export %s; print %s.", client.Status().State,
		limits(client.Decision("draw")), limits(client.Decision("export")), limits(client.Decision("print")))
	return want(before.State == license.StateUnlicensed && allowed, "the licence should make the difference")
}

// limits says in a few words what is left of a feature.
func limits(d license.Decision) string {
	var parts []string
	if d.Until != 0 {
		parts = append(parts, "until "+d.Until.String())
	}
	if d.Feature.Runs > 0 {
		parts = append(parts, plural(d.Left, "run")+" left")
	}
	if len(parts) == 0 {
		return "for ever"
	}
	return strings.Join(parts, ", ")
}

func otherMachineIsRefused(ctx context.Context, s *story) error {
	s.title("A copy of the licence on another machine is refused, with what to do about it")
	text, err := os.ReadFile(s.file("acme.license"))
	if err != nil {
		return err
	}
	copied := bytes.NewReader(text)
	other := []machine.Option{machine.WithInstance("quickstart-2"), machine.WithRoot(emptyMachine())}
	options := s.options()
	options.Dir, options.WitnessDir = "", ""
	options.Store, options.Witness = &activation.MemoryStore{}, &activation.MemoryStore{}
	options.Host = machine.New(product, other...) // shown
	client, err := activation.Open(options)       // shown
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Import(ctx, copied) // shown
	s.say("%v", err)
	return want(errors.Is(err, license.HardwareChanged) || errors.Is(err, license.HardwareUnreadable), "the machine should be the reason")
}
