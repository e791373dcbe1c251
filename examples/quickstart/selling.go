package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

func vendorMakesKeys(s *story) error {
	s.title("The vendor makes keys")
	end := s.today() + 5*365
	var keys []license.Key
	var private issuer.PrivateKey
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
		key, err := issuer.Generate(role, rand.Reader)
		if err != nil {
			return err
		}
		if err := key.WriteFile(s.file(string(role) + ".key")); err != nil {
			return err
		}
		switch role {
		case license.RoleLicense:
			private = key
		case license.RoleActivation:
			if s.answers, err = issuer.New("acme", role, key.Signer()); err != nil {
				return err
			}
		}
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: end})
	}
	var err error
	if s.keyring, err = license.NewKeyring("acme", 1, 1, keys); err != nil {
		return err
	}
	if s.vendor, err = issuer.New("acme", private.Role(), private.Signer()); err != nil {
		return err
	}
	s.say("Three private keys, each a 32-byte seed in a file that only its owner reads: issuer.Generate, WriteFile.")
	s.say("The product embeds their public halves, the keyring: license.NewKeyring.")
	s.show(s.keyring.String())
	s.catalogue, err = s.vendor.Catalogue(&license.Catalogue{Product: product, Issued: s.now(), Editions: []license.Edition{
		{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}, {ID: "export"}, {ID: "print"}}},
	}})
	return err
}

func productShowsFingerprint(s *story) error {
	s.title("The customer's machine says who it is")
	s.machine = machine.New(product)
	where := s.machine.Environment()
	fingerprint, err := s.machine.Fingerprint(context.Background())
	if err != nil {
		return err
	}
	if s.scheme, err = firstThatBinds(fingerprint, where.Scheme); err != nil {
		s.say("This is a %s, and has nothing of its own to bind to.", where.Kind)
		s.say("%s", where.Advice)
		s.say("It gets an identity from whoever runs it, as containers do: machine.WithInstance.")
		s.machine = machine.New(product, machine.WithInstance("quickstart-1"))
		if fingerprint, err = s.machine.Fingerprint(context.Background()); err != nil {
			return err
		}
		s.scheme = binding.SchemeInstance
	}
	if s.fingerprint, err = fingerprint.Text(); err != nil {
		return err
	}
	s.say("machine.New(%q).Fingerprint reads it: digests only, no serial number leaves the machine.", product)
	s.show(string(s.fingerprint))
	s.say("This is: %s. A licence for it is bound with the scheme %q.", where.Kind, s.scheme)
	return nil
}

// firstThatBinds returns the scheme that is advised for such a machine, or one
// that asks for less, if this machine can satisfy it.
func firstThatBinds(f binding.Fingerprint, advised string) (string, error) {
	lines := []string{}
	if line, named := binding.Named(advised); named {
		lines = append(lines, line)
	}
	if advised != "container" && advised != "cloud" { // their machine id may be that of their sisters
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

func vendorIssuesLicense(s *story) error {
	s.title("The vendor issues a licence")
	var fingerprint binding.Fingerprint
	if err := fingerprint.ParseText(s.fingerprint); err != nil {
		return err
	}
	if fingerprint.Product() != product {
		return errors.New("the fingerprint was taken for another product, and no licence bound to it would ever match")
	}
	scheme, err := binding.ParseScheme(s.scheme)
	if err != nil {
		return err
	}
	data, err := fingerprint.Bind(scheme)
	if err != nil {
		return err
	}
	serial, err := keyfmt.Generate(keyfmt.Serial, rand.Reader)
	if err != nil {
		return err
	}
	sealed, code, err := issuer.SealUpdate(license.Update{ID: "U-sealed", Products: []license.ProductChange{{ID: product,
		Features: []license.FeatureChange{{ID: "render"}}}}})
	if err != nil {
		return err
	}
	s.unlock = code
	s.sold = &license.License{
		ID: "L-1001", Serial: license.Serial(serial.Text()), Vendor: "acme", Kind: license.Full, Issued: s.now(),
		Licensee: license.Licensee{Name: name},
		Binding:  license.Binding{Scheme: s.scheme, Data: data},
		Hints:    license.Hints{Contact: "support@acme.example"},
		Sealed:   []license.Sealed{sealed},
		Products: []license.Product{{ID: product, Features: []license.Feature{
			{ID: "draw"},
			{ID: "export", Term: license.Until(s.today() + 365)},
			{ID: "print", Runs: 100},
		}}},
	}
	text, err := s.vendor.License(s.sold)
	if err != nil {
		return err
	}
	s.say("draw for ever, export for a year, print a hundred times, on this machine: issuer.License.")
	s.show(shortened(string(text)))
	return os.WriteFile(s.file("acme.license"), text, 0o600)
}

// shortened leaves out the middle of a document.
func shortened(text string) string {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) < 9 {
		return text
	}
	return strings.Join(lines[:3], "") + "… " + strings.Join(lines[len(lines)-5:], "")
}

func productImportsIt(s *story) error {
	s.title("The product starts without a licence, and then with one")
	return s.with(func(c *activation.Client) error {
		none := c.Status().Reasons[0]
		s.say("Status: %s %s", none.Text(license.English), none.Remedy(license.English))
		if err := want(!c.Allows("draw"), "draw is not allowed without a licence"); err != nil {
			return err
		}
		if err := s.importFile(c, "acme.license"); err != nil {
			return err
		}
		s.say("client.Import: the product is %s.", c.Status().State)
		for _, d := range c.Status().Features {
			s.say("  %-7s %s", d.Feature.ID, limits(d))
		}
		return want(c.Allows("draw") && c.Allows("export"), "draw and export are allowed")
	})
}

func (s *story) importFile(c *activation.Client, name string) error {
	f, err := os.Open(s.file(name))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = c.Import(context.Background(), f)
	return err
}

// limits says in a few words what is left of a feature.
func limits(d license.Decision) string {
	text := "for ever"
	if d.Until != 0 {
		text = "until " + d.Until.String()
	}
	if d.Left >= 0 {
		text += ", " + plural(d.Left, "run") + " left"
	}
	return text
}

func anotherMachineIsRefused(s *story) error {
	s.title("A copy on another machine")
	text, err := os.ReadFile(s.file("acme.license"))
	if err != nil {
		return err
	}
	other := machine.New(product, machine.WithInstance("quickstart-2"), machine.WithRoot(emptyMachine()))
	client, err := activation.Open(activation.Options{
		Product: product, Version: "4.2.0", Released: s.now(), Keyring: s.keyring.String(), Host: other,
		Store: &activation.MemoryStore{}, Witness: &activation.MemoryStore{}, Now: s.now,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Import(context.Background(), bytes.NewReader(text))
	if err == nil {
		return errors.New("the copy is refused")
	}
	s.say("client.Import: %v", err)
	return want(errors.Is(err, license.HardwareChanged) || errors.Is(err, license.HardwareUnreadable), "the machine is the reason")
}

func runsAreCounted(s *story) error {
	s.title("Runs are counted, and last")
	err := s.with(func(c *activation.Client) error {
		for range 30 {
			if err := c.Consume("print", 1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.with(func(c *activation.Client) error {
		left := c.Decision("print").Left
		s.say("Thirty times client.Consume(\"print\", 1), then a restart: %d are left.", left)
		return want(left == 70, "70 runs are left")
	})
}
