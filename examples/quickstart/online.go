package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A renewal is the state of the steps with a server.
type renewal struct {
	ledger     *server.MemoryLedger
	server     *server.Server
	http       *http.Server
	url        string
	serial     license.Serial
	requestKey keyfmt.Key
	place      string // folder of the installation
	machine    *machine.Machine
	licenseID  string
}

// online returns the options of the second customer's product: those of the
// first, and a server.
func (s *story) online() activation.Options {
	o := s.options()
	o.Server, o.Host = s.renewal.url, s.renewal.machine
	o.Dir, o.WitnessDir = s.file(s.renewal.place+"/state"), s.file(s.renewal.place+"/witness")
	return o
}

func (s *story) withOnline(do func(*activation.Client) error) error {
	client, err := activation.Open(s.online())
	if err != nil {
		return err
	}
	return errors.Join(do(client), client.Close())
}

func serverStarts(_ context.Context, s *story) error {
	s.title("The vendor starts an activation server")
	s.time = s.started
	s.renewal.place = "office"
	s.renewal.machine = s.machine
	s.renewal.ledger = server.NewMemoryLedger()
	if err := s.startServer(); err != nil {
		return err
	}
	s.say("It holds the key that signs replies and receipts: server.New, over a ledger in memory; examples/server has SQLite and PostgreSQL.")
	s.say("The key that signs licences stays in the back office, so a stolen server cannot make a licence.")
	s.say("It listens: %s", s.renewal.url)
	return nil
}

// startServer starts the activation server on loopback, over the ledger that
// there is.
func (s *story) startServer() error {
	answers, err := server.New(server.Options{Issuer: s.answers, Keyring: s.keyring, Ledger: s.renewal.ledger, Now: s.now})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.renewal.server = answers
	s.renewal.http = server.NewHTTPServer(listener.Addr().String(), answers)
	s.renewal.url = "http://" + listener.Addr().String()
	go func(running *http.Server) { _ = running.Serve(listener) }(s.renewal.http)
	return nil
}

// stopServer stops the activation server, whose ledger stays.
func (s *story) stopServer(ctx context.Context) error {
	running := s.renewal.http
	s.renewal.http = nil
	if running == nil {
		return nil
	}
	return running.Shutdown(ctx)
}

// end stops what still runs.
func (s *story) end(ctx context.Context) { _ = s.stopServer(ctx) }

func requestKeyIsSold(ctx context.Context, s *story) error {
	s.title("A customer renews, and gets a certificate with a request key")
	serial, err := keyfmt.Generate(keyfmt.Serial, nil)
	if err != nil {
		return err
	}
	if s.renewal.requestKey, err = keyfmt.NewRequest(uint64(s.started.UnixNano()) % 1_000_000_000); err != nil {
		return err
	}
	s.renewal.serial = license.Serial(serial.Rows()[0])
	text, err := s.vendor.License(s.renewed(license.Provisional))
	if err != nil {
		return err
	}
	err = s.renewal.server.Sell(ctx, "back office", &server.Sale{
		Serial: s.renewal.serial, RequestKey: license.Serial(s.renewal.requestKey.Payload()),
		Limit: 1, License: text, Pending: true, Contact: "support@acme.example",
	})
	if err != nil {
		return err
	}
	s.say("The back office signs a provisional licence, for three calendar months, and puts it on the server: server.Sell.")
	s.say("On the certificate:")
	s.show("Licensee: " + name + "\nRequest key: " + s.renewal.requestKey.Rows()[0])
	return nil
}

// renewed returns the licence that is renewed.
func (s *story) renewed(kind license.Kind) *license.License {
	l := &license.License{
		ID: "L-2-" + string(kind), Serial: s.renewal.serial, Kind: kind, Issued: s.now(), NeedsReceipt: true,
		Licensee: license.Licensee{Name: name}, Binding: license.Binding{Scheme: s.scheme},
		Products: []license.Product{{ID: product, Features: []license.Feature{{ID: "draw"}, {ID: "export"}}}},
	}
	if kind == license.Provisional {
		l.Window = license.Term{Kind: license.FromActivation, Span: license.Span{Months: 3}}
		return l
	}
	l.Products[0].Maintenance = license.Maintenance{Until: s.today() + 365, Lapse: license.Keep}
	return l
}

func requestKeyIsEntered(ctx context.Context, s *story) error {
	s.title("The request key brings the provisional licence")
	return s.withOnline(func(c *activation.Client) error {
		_, byHand := c.Enter(ctx, s.renewal.requestKey.Text(), activation.ByHand())
		s.say("Entered by hand: %v", byHand)
		change, err := c.Enter(ctx, s.renewal.requestKey.Text())
		if err != nil {
			return err
		}
		s.say("Entered online, one round trip: client.Enter. %s -> %s, until %s, with a warning sign.",
			change.Before, change.After, c.Decision("export").Until)
		return errors.Join(
			refused(byHand, license.ManualNotForRequest),
			want(c.Allows("export") && c.Status().Level == license.Warn, "it works fully, with a warning"),
			want(c.Decision("export").Until == license.Span{Months: 3}.After(s.today()), "for three calendar months"),
		)
	})
}

func nothingYet(ctx context.Context, s *story) error {
	s.title("The administrator checks online: nothing yet")
	s.time = s.time.Add(time.Hour)
	return s.withOnline(func(c *activation.Client) error {
		change, err := c.CheckOnline(ctx)
		if err != nil {
			return err
		}
		s.say("%v", change.Notice)
		next := c.Status().Licenses[0].Activation.NextCheck
		s.say("Next check: %s, three working days on.", next.Format("Monday, 2 January 2006"))
		return errors.Join(noticed(change, license.FinalPending), want(c.Allows("export"), "it works meanwhile"))
	})
}

func finalIsReleased(ctx context.Context, s *story) error {
	s.title("The vendor releases the final licence")
	s.time = s.time.AddDate(0, 0, 2)
	l := s.renewed(license.Full)
	text, err := s.vendor.License(l)
	if err != nil {
		return err
	}
	if err := s.renewal.server.Release(ctx, "back office", s.renewal.serial, text); err != nil {
		return err
	}
	s.renewal.licenseID = l.ID
	return s.withOnline(func(c *activation.Client) error {
		change, err := c.CheckOnline(ctx)
		if err != nil {
			return err
		}
		status := c.Status()
		s.say("client.CheckOnline: %s -> %s. Maintenance until %s.", change.Before, change.After, status.Maintenance.Until)
		return want(change.After == license.StateActive && status.Level == license.OK && status.Maintenance.Until == s.today()+365, "the licence is active")
	})
}

func secondMachineIsRefused(ctx context.Context, s *story) error {
	s.title("What was sold once cannot be activated twice")
	own := s.renewal
	defer func() { s.renewal = own }()
	s.renewal.place = "elsewhere"
	s.renewal.machine = machine.New(product, machine.WithRoot(emptyMachine()), machine.WithInstance("another"),
		machine.WithComponent("machine", another), machine.WithComponent("board", another), machine.WithComponent("disk", another))
	return s.withOnline(func(c *activation.Client) error {
		_, err := c.Enter(ctx, string(s.renewal.serial))
		s.say("Another machine, with the serial number: %v", err)
		return refused(err, license.ActivationLimit)
	})
}

// another is a component of a machine that is not this one.
func another(context.Context) ([]string, error) { return []string{"another"}, nil }

func serverIsGone(ctx context.Context, s *story) error {
	s.title("The server goes away, and nobody is locked out")
	if err := s.stopServer(ctx); err != nil {
		return err
	}
	s.time = s.time.AddDate(0, 2, 0)
	err := s.withOnline(func(c *activation.Client) error {
		_, err := c.CheckOnline(ctx)
		s.say("%v", err)
		s.say("export is allowed: %v.", c.Allows("export"))
		return errors.Join(want(errors.Is(err, activation.ErrUnreachable), "the server is unreachable"), want(c.Allows("export"), "it works on"))
	})
	if err != nil {
		return err
	}
	s.say("A third computer has no licence yet. The serial number cannot be asked about; the same call takes a key from paper:")
	own := s.renewal
	defer func() { s.renewal = own }()
	s.renewal.place = "third"
	key, err := s.vendor.Key(license.KeyTerms{Edition: 1, Issued: s.today(), Term: license.Until(s.today() + 30)}, product, name)
	if err != nil {
		return err
	}
	return s.withOnline(func(c *activation.Client) error {
		_, gone := c.Enter(ctx, string(s.renewal.serial))
		var unreachable *activation.UnreachableError
		if !errors.As(gone, &unreachable) || !unreachable.ManualEntry {
			return fmt.Errorf("a key by hand was to be offered, and it was: %w", gone)
		}
		if _, err := c.Enter(ctx, key.Text(), activation.Licensee(name)); err != nil {
			return err
		}
		s.say("export is allowed there: %v.", c.Allows("export"))
		return want(c.Allows("export"), "the key licenses it")
	})
}

func serverIsBack(ctx context.Context, s *story) error {
	s.title("The server is back, and it is still the same licence")
	if err := s.startServer(); err != nil {
		return err
	}
	err := s.withOnline(func(c *activation.Client) error {
		if _, err := c.CheckOnline(ctx); err != nil {
			return err
		}
		l := c.Status().Licenses[0]
		s.say("%s, activation %s since %s: %s.", l.ID, l.Activation.ID, l.Activation.Since.Format(time.DateOnly), l.State)
		return want(l.ID == s.renewal.licenseID && l.State == license.StateActive, "it is the same licence")
	})
	return errors.Join(err, s.stopServer(ctx))
}
