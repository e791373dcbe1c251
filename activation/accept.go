package activation

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// accept takes in a reply that is to a request of this installation: the time,
// the receipt, the documents and what the server knows was used. What cannot be
// taken in is left out and told; the rest is kept all the same. With look, what
// it would change is told and only what is not the customer's to decide is kept.
func (c *Client) accept(r *license.Reply, a asked, look bool) (Change, error) {
	var refused error
	serial, again := a.Serial, false
	confirmed := false // that nothing is activated here, where it was given up
	offered := func() ([]string, error) {
		if look {
			return nil, nil
		}
		return c.keyringsIn(r), nil
	}
	change, err := c.commitFollowing(offered, func(s *state, change *Change) error {
		if !c.answers(s, r, a) {
			return &license.Reason{Code: license.ReplyOther} // another process has begun anew
		}
		if i := s.opened(a); i >= 0 {
			a = s.Open[i] // with what came since
			a.file = true
			s.Open = slices.Delete(s.Open, i, i+1)
		} else if a.file {
			return &license.Reason{Code: license.ReplyOther} // it was used meanwhile
		}
		_, givenUp := s.GivenUp[a.Serial]
		confirmed = givenUp && r.Code == license.NotActivated && a.Operation != license.OpDeactivate
		c.see(s, c.now())
		c.believe(s, r.Time, a.Asked, a.Signed)
		restored := s.Restored
		s.Restored = s.Restored && !r.Restored
		serial = c.serialOf(s, r, a)
		again = s.activated(serial)
		take := func(s *state) error {
			*change = Change{}
			if refused = c.takeReceipt(s, r, a); refused == nil {
				refused = c.takeDocuments(s, r, change)
			}
			c.takeUsage(s, r, restored)
			return nil
		}
		if !look {
			return take(s)
		}
		refused = c.tryOut(s, r, take, &refused)
		change.Available, change.Changed = change.Changed, false
		return nil
	})
	if err != nil {
		return Change{}, err
	}
	change.Changed = change.Changed || change.Before != change.After
	if change.LicenseID == "" {
		change.LicenseID = c.licenseID(serial)
	}
	refused = c.whileWaiting(refused)
	if refused == nil && r.Code != "" && !confirmed {
		change.Notice, refused = c.verdict(r, serial)
	}
	if again && !change.Changed && refused == nil && change.Notice == nil && a.activates() {
		change.Notice = &license.Reason{Code: license.AlreadyEntered, Product: c.opt.Product, Working: c.current().worksUnder(serial)}
	}
	if refused != nil && !change.Changed && !change.Available {
		return Change{}, refused
	}
	return change, refused
}

// tryOut does with a copy of a state what a reply would do, with the keyrings in it
// and all, and returns why not all of it can be taken in.
func (c *Client) tryOut(s *state, r *license.Reply, take func(s *state) error, refused *error) error {
	waiting, tried := c.waiting, s.clone()
	defer func() { c.waiting = waiting }()
	if err := c.follow(tried, c.keyringsIn(r), take); err != nil {
		return err
	}
	if why := c.waitsIn(tried); why != nil && byUnknownKey(*refused) {
		return why
	}
	return *refused
}

// licenseID returns the id of the licence under a serial number, "" if there is
// none.
func (c *Client) licenseID(serial string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h, held := c.bySerial(c.state, serial); held {
		return h.base.ID
	}
	return ""
}

// serialOf returns the serial number that a reply is about, "" if it does not say.
func (c *Client) serialOf(s *state, r *license.Reply, a asked) string {
	if receipt, err := c.verifyReceipt(s, r.Receipt); a.Serial == "" && err == nil {
		return string(receipt.Serial)
	}
	return a.Serial
}

// activated reports whether a licence is activated here.
func (s *state) activated(serial string) bool {
	_, givenUp := s.GivenUp[serial]
	return s.Receipts[serial] != "" && !givenUp
}

// activates reports whether a request is to activate something here.
func (a asked) activates() bool {
	return a.Operation == license.OpActivate || a.Operation == license.OpMove
}

// opened returns the index of a request that went out as a file, -1 if it is
// not open.
func (s *state) opened(a asked) int {
	return slices.IndexFunc(s.Open, func(o asked) bool { return bytes.Equal(o.Nonce, a.Nonce) })
}

// verdicts are the reasons with which a server may say no. Another one comes
// from a server that is newer than this.
var verdicts = []license.Code{
	license.SerialUnknown, license.OrderCancelled, license.ActivationLimit, license.TrialUsed, license.RequestNotAccepted,
	license.FinalPending, license.FinalOverdue, license.TransfersUsed, license.NotActivated, license.BindingWeak,
	license.ProofWrong, license.LicenseBlocked, license.PaymentPending, license.HardwareChanged, license.OtherProduct,
	license.HardwareUnreadable, license.ObtainingOver, license.ObtainingNotYet, license.ServerBusy, license.KeyringMismatch, license.OtherVendor, license.OutOfOrder, license.TooNew,
}

// verdict returns the code of a reply: as a notice where there is nothing new yet,
// and as an error where the server refused.
func (c *Client) verdict(r *license.Reply, serial string) (notice *license.Reason, refused error) {
	reason := r.Reason()
	if _, tells := c.opt.Host.(fingerprinter); r.Code == license.BindingWeak && !tells {
		return nil, &license.Reason{Code: license.BindingUnchecked, Contact: r.Contact, Product: r.Product}
	}
	now := c.current()
	reason.Working = now.worksUnder(serial) || r.Code == license.ServerBusy && now.result.State().Works()
	if r.Receipt != "" && (r.Code == license.FinalPending || r.Code == license.ObtainingNotYet) {
		return reason, nil
	}
	if !slices.Contains(verdicts, r.Code) {
		reason.Code, reason.Detail = license.ServerRefused, string(r.Code)
	}
	return nil, reason
}

// believe sets the clock's mark by a time that the vendor has signed in answer
// to this installation: to that, and to what has passed since it was asked for,
// by the mark and by the documents that came since. One that came before and
// claims to have been issued later was dated by a slip. Moments that a wrong
// clock has recorded fall with the mark, and updates whose obtaining period has
// not begun by then fall out, so that nothing is gained by setting it.
func (c *Client) believe(s *state, t, asked, signed time.Time) {
	since := max(s.Mark.Sub(asked), 0) // an answer that was kept gains nothing
	latest := s.Mark
	if t.After(latest) {
		latest = t
	}
	if s.Mark = t.Add(since); s.Mark.After(latest) {
		s.Mark = latest // what passed before the answer was given does not count twice
	}
	c.see(s, signed)
	s.pullBack(s.Mark)
	c.takeOut(s)
}

// life returns the step of this installation's life that the server knows of
// under a serial number, and the one that it proposes.
func (s *state) life(serial string) (link, next []byte) {
	if step, begun := s.Steps[serial]; begun {
		return step.Link, step.Next
	}
	return nil, newLink()
}

// step goes on to the step of this installation's life that the server has
// recorded. What it proposes next is drawn now and kept, so that two copies of
// this state propose the same once, and never again.
// A reply that was overtaken by another one moves nothing back: from is the step
// that its request went on from.
func (s *state) step(serial string, link, from []byte) {
	if at, begun := s.Steps[serial]; begun && !bytes.Equal(link, at.Next) && !bytes.Equal(from, at.Link) {
		return
	}
	if link == nil || serial == "" || bytes.Equal(link, s.Steps[serial].Link) {
		return
	}
	if s.Steps == nil {
		s.Steps = map[string]lifeStep{}
	}
	s.Steps[serial] = lifeStep{Link: link, Next: newLink()}
}

func newLink() []byte {
	link := make([]byte, license.LinkSize)
	_, _ = rand.Read(link)
	return link
}

// takeReceipt keeps the receipt of a reply, or forgets the one that is here
// where the server says that there is no activation any more.
func (c *Client) takeReceipt(s *state, r *license.Reply, a asked) error {
	serial := a.Serial
	if r.Receipt != "" {
		receipt, err := c.verifyReceipt(s, r.Receipt)
		if err != nil {
			return err
		}
		if serial != "" && serial != string(receipt.Serial) {
			return &license.Reason{Code: license.ReplyOther}
		}
		serial = string(receipt.Serial)
		if a.Surrenders[serial] != s.Surrenders[serial] {
			return &license.Reason{Code: license.ReplyOther} // what it confirms was given up meanwhile
		}
		// Asked after the receipt that is here came, it is newer than that, whatever
		// number it has: the server may have been put back from a backup copy.
		after := !a.file && a.Serial != "" && a.held == s.Receipts[serial]
		c.putReceipt(s, receipt, r.Receipt, after)
		if h, held := c.bySerial(s, serial); held {
			s.startedAt(h.base.ID, receipt.Activated)
		}
	}
	s.step(serial, r.Link, a.Link)
	ended := r.Code == "" && a.Operation == license.OpDeactivate || r.Code == license.NotActivated
	switch {
	case serial == "":
	case ended && a.file && c.newerThan(s, serial, r.Time):
	case ended:
		s.dropReceipt(serial)
	case a.Operation == license.OpDeactivate:
		delete(s.GivenUp, serial) // it was refused, and goes on
	case s.Receipts[serial] == "":
	default:
		if s.Checks == nil {
			s.Checks = map[string]check{}
		}
		s.Checks[serial] = check{At: s.Mark, Next: r.NextCheck, Code: r.Code, From: r.From}
	}
	return nil
}

// newerThan reports whether the receipt for a serial number was issued after a
// time.
func (c *Client) newerThan(s *state, serial string, t time.Time) bool {
	receipt, err := c.verifyReceipt(s, s.Receipts[serial])
	return err == nil && receipt.Issued.After(t)
}

// startedAt has the terms of a licence count from when the server says that
// this machine was first activated: a new installation starts nothing anew.
func (s *state) startedAt(id string, activated time.Time) {
	u := s.usage(id)
	if u.Activated.IsZero() || activated.Before(u.Activated) {
		u.Activated = activated
	}
}

// takeDocuments takes in the licences and updates of a reply in their order.
// What is here already is no error. After one that is refused, those that
// follow it are left.
func (c *Client) takeDocuments(s *state, r *license.Reply, change *Change) error {
	for _, text := range r.Documents {
		var err error
		switch license.KindOf([]byte(text)) {
		case license.KindKeyring:
			continue
		case license.KindCatalogue:
			if err = c.takeCatalogue(s, text, change); err != nil {
				continue // the licence does not depend on it, and the next reply has it again
			}
		case license.KindUpdate:
			err = c.takeUpdate(s, []byte(text), change)
		default:
			err = c.takeLicense(s, text, r, change)
		}
		if errors.Is(err, license.AlreadyApplied) || errors.Is(err, license.AlreadyEntered) {
			continue
		}
		if err != nil {
			return err
		}
		change.Changed = true
	}
	return nil
}

// takeLicense puts a licence of a reply into a state.
func (c *Client) takeLicense(s *state, text string, r *license.Reply, change *Change) error {
	d := document{Text: text}
	l, err := c.verify(d)
	if err != nil {
		return err
	}
	if err := c.forUs(l); err != nil {
		return err
	}
	if err := c.addLicense(s, d, l, change); err != nil {
		return err
	}
	if receipt, err := c.verifyReceipt(s, r.Receipt); err == nil && receipt.Serial == l.Serial {
		s.startedAt(l.ID, receipt.Activated)
	}
	return nil
}

// takeUsage takes over what the server knows was used, where it is more than is
// known here: after a new installation, or when old state was put back.
func (c *Client) takeUsage(s *state, r *license.Reply, restored bool) {
	if len(r.Usage.Features) == 0 || r.Receipt == "" {
		return
	}
	receipt, err := c.verifyReceipt(s, r.Receipt)
	if err != nil {
		return
	}
	h, held := c.bySerial(s, string(receipt.Serial))
	if !held || h.terms.Revision != r.Revision {
		return
	}
	u := s.usage(h.base.ID)
	if u.Features == nil {
		u.Features = map[license.Ref]license.FeatureUsage{}
	}
	for ref, known := range r.Usage.Features {
		f := u.Features[ref]
		if known.FirstUse.After(s.Mark) { // a clock that stood in the future has recorded it
			known.FirstUse = s.Mark
		}
		if f.Runs == 0 || restored { // else it may count a block that another process has reserved
			f.Runs = max(f.Runs, known.Runs)
		}
		if f.FirstUse.IsZero() || !known.FirstUse.IsZero() && known.FirstUse.Before(f.FirstUse) {
			f.FirstUse = known.FirstUse
		}
		u.Features[ref] = f
	}
}
