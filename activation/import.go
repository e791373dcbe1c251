package activation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// Import takes a document from a file: a licence, an update, a keyring, or a
// signed time that answers a challenge of this client. What it is, the
// document says. At most license.MaxDocument bytes are read.
//
// Nothing is stored unless the document holds, is for this product and this
// machine, and changes something. The error is a *license.Reason of package
// license's Open functions, of Apply or Rotate; OtherProduct, OtherLicense,
// NoLicense for an update where there is none;
// HardwareChanged, HardwareUnreadable or BindingUnchecked; AlreadyEntered or
// OutOfOrder for a licence that is here already, as it is or newer; or why
// nothing can be stored.
func (c *Client) Import(ctx context.Context, from io.Reader) (Change, error) {
	if err := ctx.Err(); err != nil {
		return Change{}, err
	}
	text, err := io.ReadAll(io.LimitReader(from, license.MaxDocument+1))
	if err != nil {
		return Change{}, err
	}
	if len(text) > license.MaxDocument {
		return Change{}, &license.Reason{Code: license.TooLarge, Max: license.MaxDocument}
	}
	text = bytes.TrimSpace(text)
	switch license.KindOf(text) {
	case license.KindUpdate:
		return c.importUpdate(text)
	case license.KindKeyring:
		return c.importKeyring(text)
	case license.KindTime:
		return c.importTime(text)
	default: // Open says what is wrong with what is none of ours
		return c.install(func() (document, *license.License, error) {
			d := document{Text: string(text)}
			l, err := c.verify(d)
			return d, l, err
		})
	}
}

// commit changes the state and works out what is licensed from then on. What
// other processes have stored is taken in first, so that nothing is refused
// for what has changed meanwhile.
func (c *Client) commit(edit func(s *state, change *Change) error) (Change, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Change{}, errClosed
	}
	if err := c.catchUp(); err != nil {
		return Change{}, err
	}
	before := c.snap.Load().result.State()
	var change Change
	err := c.change(func(s *state) error {
		change = Change{}
		return edit(s, &change)
	})
	if err != nil {
		c.rebuild()
		return Change{}, err
	}
	if change.Diff != nil {
		c.forget(change.LicenseID, change.Diff.Reset)
	}
	c.rebuild()
	change.Before, change.After = before, c.snap.Load().result.State()
	return change, nil
}

// forget drops the runs that are reserved of features whose usage starts anew.
func (c *Client) forget(id string, reset []license.Ref) {
	for _, ref := range reset {
		if b := c.blocks[ref.Feature]; b != nil && b.license == id && ref.Product == c.opt.Product {
			delete(c.blocks, ref.Feature)
		}
	}
}

// install adds a licence to the state, or puts it in the place of the one that
// it replaces.
func (c *Client) install(read func() (document, *license.License, error)) (Change, error) {
	return c.commit(func(s *state, change *Change) error {
		d, l, err := read()
		if err != nil {
			return err
		}
		if err := c.forUs(l); err != nil {
			return err
		}
		all, _ := c.licenses(s)
		at, err := placeFor(all, l)
		if err != nil {
			return err
		}
		if at < 0 {
			s.Documents = append(s.Documents, d)
		} else {
			s.Documents[at] = d
		}
		now := c.now()
		c.see(s, l.Issued)
		if u := s.usage(l.ID); u.Activated.IsZero() {
			u.Activated = now
		}
		c.see(s, now)
		change.LicenseID = l.ID
		return nil
	})
}

// forUs returns why a licence is not for this product or this machine.
func (c *Client) forUs(l *license.License) error {
	r := license.Check(l, c.env(&state{}, l.ID))
	for i := range r.Reasons {
		switch r.Reasons[i].Code {
		case license.OtherProduct, license.HardwareChanged, license.HardwareUnreadable,
			license.BindingUnchecked, license.BindingDamaged:
			return &r.Reasons[i]
		}
	}
	return nil
}

// placeFor returns the index of the document that a licence replaces, -1 for
// none: one of the same id with fewer updates in it, or one of the same serial
// number that was issued earlier.
func placeFor(all []held, l *license.License) (int, error) {
	for _, h := range all {
		sameSerial := l.Serial != "" && h.base.Serial == l.Serial
		switch {
		case h.base.ID == l.ID && (l.Revision == h.base.Revision || l.Revision == h.terms.Revision):
			return 0, &license.Reason{Code: license.AlreadyEntered}
		case h.base.ID == l.ID && l.Revision < h.terms.Revision,
			h.base.ID != l.ID && sameSerial && l.Issued.Before(h.base.Issued):
			return 0, &license.Reason{Code: license.OutOfOrder, N: l.Revision, Max: h.terms.Revision + 1}
		case h.base.ID == l.ID || sameSerial:
			return h.at, nil
		}
	}
	return -1, nil
}

// importUpdate applies an update file to the licence that it is for.
func (c *Client) importUpdate(text []byte) (Change, error) {
	return c.commit(func(s *state, change *Change) error {
		u, err := license.OpenUpdate(text, c.keyring)
		if err != nil {
			return err
		}
		all, _ := c.licenses(s)
		for _, h := range all {
			if h.terms.Serial == u.Serial {
				return c.apply(s, h, u, appliedUpdate{Text: string(text)}, change)
			}
		}
		if len(all) == 0 {
			return &license.Reason{Code: license.NoLicense}
		}
		return &license.Reason{Code: license.OtherLicense}
	})
}

// apply applies an update to a licence of a state and records it.
func (c *Client) apply(s *state, h held, u *license.Update, a appliedUpdate, change *Change) error {
	usage := s.usage(h.base.ID)
	a.At, a.Usage = c.effectiveNow(s), copyUsage(*usage)
	terms, diff, err := license.Apply(h.terms, u, a.At, a.Usage)
	if err != nil {
		return err
	}
	if err := c.forUs(terms); err != nil {
		return err
	}
	if h.at < 0 { // one that was deployed lies in the state from now on
		text, err := c.deployedText(h.base.ID)
		if err != nil {
			return err
		}
		s.Documents = append(s.Documents, document{Text: text})
		h.at = len(s.Documents) - 1
	}
	s.Documents[h.at].Updates = append(s.Documents[h.at].Updates, a)
	for _, ref := range diff.Reset {
		delete(usage.Features, ref)
	}
	c.see(s, u.Issued)
	c.see(s, c.now())
	change.LicenseID, change.Diff = h.base.ID, diff
	return nil
}

// effectiveNow is the time that counts for an obtaining period and for what is
// added to a date: a clock that was set back gains nothing.
func (c *Client) effectiveNow(s *state) time.Time {
	if now := c.now(); now.After(s.Mark) {
		return now
	}
	return s.Mark
}

// deployedText returns the text of a licence that came with the deployment.
func (c *Client) deployedText(id string) (string, error) {
	for _, text := range c.opt.Documents {
		if l, err := c.verify(document{Text: string(text)}); err == nil && l.ID == id {
			return string(text), nil
		}
	}
	return "", errors.New("activation: the licence is no longer there")
}

// importKeyring takes a newer keyring over.
func (c *Client) importKeyring(text []byte) (Change, error) {
	return c.commit(func(s *state, change *Change) error {
		next, err := c.embedded.Rotate(text)
		if err != nil {
			return err
		}
		if next.Version() <= c.keyring.Version() {
			return &license.Reason{Code: license.AlreadyEntered}
		}
		s.Keyring = string(text) // change follows it
		return nil
	})
}
