package activation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// Import takes a document from a file: a licence, an update, a keyring, a
// catalogue, a signed time that answers a challenge of this client, or the
// activation server's reply to a Request of this client, which counts once. What it
// is, the document says. At most license.MaxReply bytes are read.
// If the vendor has countersigned a document that is already here, Import adds the new
// signatures to the stored document, which is a change. Import stores a keyring that
// would stop something that works here, and does not use it yet: the error has the code
// KeyringWaits and names the licences. Nothing stops, and the keyring comes into force
// once the countersigned documents of these licences are here.
//
// A document that is already in force here is not an error: Change.Notice has the code
// AlreadyApplied or AlreadyEntered. Nothing is stored unless the document holds, is
// for this product and this machine, and changes something. The error is a
// *license.Reason of package license's Open functions, of Apply or Rotate;
// OtherProduct, OtherLicense, NoLicense for an update where there is none;
// HardwareChanged, HardwareUnreadable or BindingUnchecked; LicenseReplaced where a
// later licence under the same serial number stays in force; KeyringMismatch for a
// reply signed by a key that is not trusted here; or why local state cannot be written.
func (c *Client) Import(ctx context.Context, from io.Reader) (Change, error) {
	if err := ctx.Err(); err != nil {
		return Change{}, err
	}
	text, err := readDocument(from)
	if err != nil {
		return Change{}, err
	}
	switch license.KindOf(text) {
	case license.KindReply:
		return c.importReply(text)
	case license.KindUpdate:
		return c.importUpdate(text)
	case license.KindKeyring:
		return c.importKeyring(text)
	case license.KindTime:
		return c.importTime(text)
	case license.KindCatalogue:
		return c.importCatalogue(text)
	default: // Open says what is wrong with what is none of ours
		return c.install(func() (document, *license.License, error) {
			d := document{Text: string(text)}
			l, err := c.verify(d)
			if err == nil {
				err = c.holdsLater(func(k *license.Keyring) error { _, err := license.Open(text, k); return err })
			}
			return d, l, err
		})
	}
}

// readDocument reads a document without the white space around it. A reply may
// be longer than the others.
func readDocument(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, license.MaxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(text) <= license.MaxDocument {
		return bytes.TrimSpace(text), nil
	}
	head := bytes.TrimSpace(text)
	if !bytes.HasPrefix(head, []byte("-----BEGIN LATCHKEY REPLY-----")) && !bytes.HasPrefix(head, []byte("{")) {
		return nil, &license.Reason{Code: license.TooLarge, Max: license.MaxDocument}
	}
	rest, err := io.ReadAll(io.LimitReader(from, license.MaxReply))
	if err != nil {
		return nil, err
	}
	if text = append(text, rest...); len(text) > license.MaxReply {
		return nil, &license.Reason{Code: license.TooLarge, Max: license.MaxReply}
	}
	if license.KindOf(text) != license.KindReply {
		return nil, &license.Reason{Code: license.TooLarge, Max: license.MaxDocument}
	}
	return bytes.TrimSpace(text), nil
}

// commit changes the state and works out what is licensed from then on. What
// other processes have stored is taken in first, so that nothing is refused
// for what has changed meanwhile.
func (c *Client) commit(edit func(s *state, change *Change) error) (Change, error) {
	return c.commitFollowing(func() ([]string, error) { return nil, nil }, edit)
}

// commitFollowing is commit that follows the keyrings that are offered, and
// those that wait, if nothing is lost by that.
func (c *Client) commitFollowing(offered func() ([]string, error), edit func(s *state, change *Change) error) (Change, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Change{}, errClosed
	}
	if err := c.catchUp(); err != nil {
		return Change{}, err
	}
	before := c.snap.Load().result
	var change Change
	err := c.change(func(s *state) error {
		texts, err := offered()
		if err != nil {
			return err
		}
		return c.follow(s, texts, func(s *state) error {
			change = Change{}
			return edit(s, &change)
		})
	})
	if err != nil {
		c.rebuild()
		return c.noted(change.LicenseID, err)
	}
	c.dropBlocks()
	c.rebuild()
	after := c.snap.Load().result
	c.announced = after
	change.Before, change.After = before.State(), after.State()
	change.RestartRequired = c.needsRestart(before, after)
	return change, nil
}

// noted returns an error of a change of state: as the notice of a change in which
// nothing happened if what was to come is here already, and else as it is.
func (c *Client) noted(id string, err error) (Change, error) {
	var r *license.Reason
	if !errors.As(err, &r) || r.Code != license.AlreadyEntered && r.Code != license.AlreadyApplied {
		return Change{}, err
	}
	s := c.snap.Load()
	state := s.result.State()
	r.Working = id == "" || s.works(func(l *license.License) bool { return l.ID == id })
	return Change{LicenseID: id, Before: state, After: state, Notice: r}, nil
}

// needsRestart reports whether a feature that the program reads only when it
// starts has changed.
func (c *Client) needsRestart(before, after *license.Result) bool {
	return slices.ContainsFunc(c.opt.AtStart, func(feature string) bool {
		a, b := before.Decision(feature), after.Decision(feature)
		return a.State.Works() != b.State.Works() || !slices.Equal(params(a), params(b))
	})
}

func params(d license.Decision) []license.Param {
	if d.Feature == nil {
		return nil
	}
	return d.Feature.Params
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
		return c.addLicense(s, d, l, change)
	})
}

// addLicense puts a licence that holds into a state.
func (c *Client) addLicense(s *state, d document, l *license.License, change *Change) error {
	if id, more := c.countersigned(s, d.Text); more {
		change.LicenseID, change.Changed = id, true
		return nil
	}
	d.ID, d.Serial = l.ID, string(l.Serial)
	change.LicenseID = l.ID
	if err := c.place(s, d, l); err != nil {
		return err
	}
	c.seeIssued(s, l.Issued)
	c.see(s, c.now())
	if u := s.usage(l.ID); u.Activated.IsZero() {
		u.Activated = s.Mark // a clock that stands behind cannot have it begin before it was issued
	}
	change.Changed = true
	return nil
}

// forUs returns why a licence is not for this product or this machine.
func (c *Client) forUs(l *license.License) error {
	r := license.Check(l, c.env(&state{}, l))
	for i := range r.Reasons {
		switch r.Reasons[i].Code {
		case license.OtherProduct, license.HardwareChanged, license.HardwareUnreadable,
			license.BindingUnchecked, license.BindingDamaged:
			return &r.Reasons[i]
		}
	}
	return nil
}

// importUpdate applies an update file to the licence that it is for.
func (c *Client) importUpdate(text []byte) (Change, error) {
	return c.commit(func(s *state, change *Change) error {
		if err := c.takeUpdate(s, text, change); err != nil {
			return err
		}
		return c.holdsLater(func(k *license.Keyring) error { _, err := license.OpenUpdate(text, k); return err })
	})
}

// takeUpdate applies an update to the licence in a state that it is for.
func (c *Client) takeUpdate(s *state, text []byte, change *Change) error {
	u, err := license.OpenUpdate(text, c.keyring)
	if err != nil {
		return err
	}
	if id, more := c.countersigned(s, string(text)); more {
		change.LicenseID, change.Changed = id, true
		return nil
	}
	all, _ := c.licenses(s)
	for _, h := range all {
		if h.terms.Serial == u.Serial {
			return c.apply(s, h, u, appliedUpdate{Text: string(text)}, change)
		}
	}
	if len(all) == 0 {
		return &license.Reason{Code: license.NoLicense, Product: c.opt.Product, Offline: c.courier == nil}
	}
	return &license.Reason{Code: license.OtherLicense}
}

// apply applies an update to a licence of a state and records it.
func (c *Client) apply(s *state, h held, u *license.Update, a appliedUpdate, change *Change) error {
	change.LicenseID = h.base.ID
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
		d := document{ID: h.base.ID, Serial: string(h.base.Serial), Text: h.text}
		if h.at = s.find(d.ID); h.at < 0 {
			s.Documents = append(s.Documents, d)
			h.at = len(s.Documents) - 1
		}
		s.Documents[h.at] = d
	}
	s.Documents[h.at].Updates = append(s.Documents[h.at].Updates, a)
	for _, ref := range diff.Reset {
		delete(usage.Features, ref)
		s.newEpoch(h.base.ID, ref)
	}
	c.seeIssued(s, u.Issued)
	c.see(s, c.now())
	change.Changed = true
	change.Diff = joined(change.Diff, diff)
	return nil
}

// joined returns what two updates did, one after the other.
func joined(a, b *license.Diff) *license.Diff {
	if a == nil {
		return b
	}
	return &license.Diff{UpdateID: b.UpdateID, Changes: slices.Concat(a.Changes, b.Changes), Reset: slices.Concat(a.Reset, b.Reset)}
}

// effectiveNow is the time that counts for an obtaining period and for what is
// added to a date: a clock that was set back gains nothing.
func (c *Client) effectiveNow(s *state) time.Time {
	if now := c.now(); now.After(s.Mark) {
		return now
	}
	return s.Mark
}
