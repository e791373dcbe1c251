package main

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

func runsAreCounted(_ context.Context, s *story) error {
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
		return want(left == 70, "70 runs should be left")
	})
}

func addOnExtends(ctx context.Context, s *story) error {
	s.title("An add-on update extends")
	before := s.today() + 365
	u := &license.Update{
		ID: "U-1", Vendor: "acme", Serial: s.sold.Serial, Sequence: s.sold.Revision + 1, Issued: s.now(),
		Products: []license.ProductChange{{ID: product, Features: []license.FeatureChange{
			{ID: "export", Term: &license.Term{Kind: license.Extend, Span: license.Span{Months: 12}}},
			{ID: "print", Runs: ptr(int64(50))},
			{ID: "draw", Term: &license.Term{Kind: license.Extend, Span: license.Span{Months: 12}}},
		}}},
	}
	if err := s.send(ctx, u); err != nil {
		return err
	}
	return s.with(func(c *activation.Client) error {
		export, print := c.Decision("export"), c.Decision("print")
		if err := want(export.Until == (license.Span{Months: 12}).After(before), "no day is lost"); err != nil {
			return err
		}
		return want(print.Left == 120, "the fifty runs come on top of the seventy")
	})
}

// send previews an update in the vendor's books, signs it, and takes it to the
// product as a file; a second time it is refused, and nothing changes.
func (s *story) send(ctx context.Context, u *license.Update) error {
	after, diff, err := license.Apply(s.sold, u, s.now(), license.Usage{})
	if err != nil {
		return err
	}
	s.say("The vendor sees what it will do before signing it, license.Apply:")
	for _, change := range diff.Changes {
		s.say("  %s", change)
	}
	text, err := s.vendor.Update(u)
	if err != nil {
		return err
	}
	err = s.with(func(c *activation.Client) error {
		change, err := c.Import(ctx, bytes.NewReader(text))
		if err != nil {
			return err
		}
		s.say("client.Import on the customer's machine: %d changes, now revision %d.", len(change.Diff.Changes), c.Status().Licenses[0].Revision)
		again, err := c.Import(ctx, bytes.NewReader(text))
		s.say("The same file again: %v", again.Notice)
		return errors.Join(err, noticed(again, license.AlreadyApplied))
	})
	s.sold = after
	return err
}

func rewriteReplaces(ctx context.Context, s *story) error {
	s.title("A rewrite replaces")
	u := &license.Update{
		ID: "U-2", Vendor: "acme", Serial: s.sold.Serial, Sequence: s.sold.Revision + 1, Issued: s.now(), Rewrite: true,
		Products: []license.ProductChange{{ID: product, Features: []license.FeatureChange{
			{ID: "draw"},
			{ID: "export", Term: ptr(license.Until(s.today() + 60))},
		}}},
	}
	if err := s.send(ctx, u); err != nil {
		return err
	}
	return s.with(func(c *activation.Client) error {
		s.say("print was not named, and is gone: %v.", !c.Allows("print"))
		return want(!c.Allows("print") && c.Decision("export").Until == s.today()+60, "the terms are as written")
	})
}

func unlockCodeOpensSealedUpdate(ctx context.Context, s *story) error {
	s.title("An unlock code opens what the licence already carries")
	return s.with(func(c *activation.Client) error {
		if err := want(!c.Allows("render"), "render is sealed"); err != nil {
			return err
		}
		s.say("The vendor reads one row out over the telephone; client.Enter:")
		s.show(s.unlock.Text())
		if _, err := c.Enter(ctx, s.unlock.Text()); err != nil {
			return err
		}
		again, err := c.Enter(ctx, s.unlock.Text())
		s.say("render is allowed: %v. The same code again: %v", c.Allows("render"), again.Notice)
		return errors.Join(err, want(c.Allows("render"), "render is unlocked"), noticed(again, license.AlreadyApplied))
	})
}

func keyFromPaper(ctx context.Context, s *story) error {
	s.title("No server, no network, no stick: a key from paper")
	key, err := s.vendor.Key(license.KeyTerms{Edition: 1, Issued: s.today(), Term: license.Until(s.today() + 400)}, product, name)
	if err != nil {
		return err
	}
	s.say("The vendor prints a whole licence, signature and all, in %d rows: issuer.Key.", len(key.Rows()))
	s.show("Licensee: " + name + "\n" + key.Text())
	typed := mistype(key)
	s.say("The administrator types it in a hurry:")
	s.show(typed)
	return s.with(func(c *activation.Client) error {
		_, err := c.Enter(ctx, typed)
		if err := refused(err, license.NameRequired); err != nil {
			return err
		}
		if _, err = c.Enter(ctx, typed, activation.Licensee("Möller & Söhne GmbH")); err == nil {
			return errors.New("another name is refused")
		}
		s.say("With a wrong name: %v", err)
		change, err := c.Enter(ctx, typed, activation.Licensee(" müller & söhne  GMBH"))
		if err != nil {
			return err
		}
		for _, correction := range change.Corrections {
			s.say("Put right: %s.", correction)
		}
		s.say("Licensed: print is allowed: %v, export %s.", c.Allows("print"), limits(c.Decision("export")))
		return want(len(change.Corrections) == 2 && c.Allows("print") && c.Decision("export").Until == s.today()+400, "the key licenses the product")
	})
}

// mistype returns a key as somebody types it who is in a hurry: in lower case,
// without dashes, the rows in another order, one character wrong and one that
// could not be read.
func mistype(key keyfmt.Key) string {
	rows := key.Rows()
	first := []byte(rows[0])
	first[8] = map[bool]byte{true: 'X', false: 'Y'}[first[8] != 'X']
	first[20] = '?'
	rows[0] = string(first)
	rows[0], rows[1] = rows[1], rows[0]
	return strings.ToLower(strings.ReplaceAll(strings.Join(rows, "\n"), "-", " "))
}

func timeRunsOut(_ context.Context, s *story) error {
	s.title("Time passes")
	s.time = s.time.AddDate(0, 0, 401)
	return s.with(func(c *activation.Client) error {
		d := c.Decision("export")
		s.say("401 days later, export is %s:", d.State)
		for _, lang := range []license.Language{license.English, license.German} {
			r := d.Reasons[len(d.Reasons)-1]
			s.say("  [%s] %s %s", lang, r.Text(lang), r.Remedy(lang))
		}
		s.say("draw was bought for ever, and still works: %v.", c.Allows("draw"))
		return want(!c.Allows("export") && c.Allows("draw"), "export has ended and draw has not")
	})
}

// emptyMachine is a machine on which nothing can be read.
func emptyMachine() fstest.MapFS { return fstest.MapFS{} }

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatInt(n, 10) + " " + unit + "s"
}
