package activation

import (
	"bytes"
	"crypto/ed25519"

	"github.com/latchkey-go/latchkey/license"
)

// receipt returns the activation server's receipt for a licence in a state, nil
// if there is none that holds here. One that was given up is none.
func (c *Client) receipt(s *state, l *license.License) *license.Receipt {
	text, received := s.Receipts[string(l.Serial)]
	if _, givenUp := s.GivenUp[string(l.Serial)]; !received || givenUp {
		return nil
	}
	r, err := c.verifyReceipt(s, text)
	if err != nil {
		return nil
	}
	return r
}

// verifyReceipt returns the receipt that a document holds, if it is for this
// installation. Like a licence, it is verified once in a process.
func (c *Client) verifyReceipt(s *state, text string) (*license.Receipt, error) {
	r := c.receipts[text]
	if r == nil {
		var err error
		if r, err = license.OpenReceipt([]byte(text), c.keyring); err != nil {
			return nil, err
		}
		c.receipts[text] = r
	}
	if !bytes.Equal(r.Installation, c.public(s)) {
		return nil, &license.Reason{Code: license.ReplyOther}
	}
	return r, nil
}

// key returns the installation's own key.
func (s *state) key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s.Seed) }

// public returns the public half of a state's key, by which the server knows
// the installation. It is worked out once for each.
func (c *Client) public(s *state) []byte {
	if !bytes.Equal(c.seed, s.Seed) {
		c.seed, c.installation = s.Seed, s.key().Public().(ed25519.PublicKey)
	}
	return c.installation
}

// putReceipt keeps a receipt in the place of an older one. Unless it is known to
// be the newer one, that is the one with the lower number; of two with one number,
// the one issued earlier.
func (c *Client) putReceipt(s *state, r *license.Receipt, text string, newer bool) {
	serial := string(r.Serial)
	if old, err := c.verifyReceipt(s, s.Receipts[serial]); err == nil && !newer {
		if r.Sequence < old.Sequence || r.Sequence == old.Sequence && r.Issued.Before(old.Issued) {
			delete(s.GivenUp, serial) // it was a yes all the same
			return
		}
	}
	if s.Receipts == nil {
		s.Receipts = map[string]string{}
	}
	s.Receipts[serial] = text
	delete(s.GivenUp, serial)
}

// dropReceipt forgets what the server has said about a serial number.
func (s *state) dropReceipt(serial string) {
	delete(s.Receipts, serial)
	delete(s.GivenUp, serial)
	delete(s.Checks, serial)
}

// awaited returns what the server said last of a final licence that is to come.
func (c *Client) awaited(s *snapshot) (reasons []license.Reason) {
	for serial, k := range c.state.Checks {
		if k.Code == license.FinalPending || k.Code == license.FinalOverdue {
			reasons = append(reasons, license.Reason{Code: k.Code, From: k.From, Product: c.opt.Product, Working: s.worksUnder(serial)})
		}
	}
	return reasons
}

// activations returns what the server has confirmed, by serial number.
func (c *Client) activations(s *snapshot) map[string]*Activation {
	if len(c.state.Receipts) == 0 {
		return nil
	}
	all := make(map[string]*Activation, len(c.state.Receipts))
	for serial, text := range c.state.Receipts {
		r, err := c.verifyReceipt(c.state, text)
		if _, givenUp := c.state.GivenUp[serial]; err != nil || givenUp {
			continue
		}
		k := c.state.Checks[serial]
		a := &Activation{
			ID: r.ID, Since: r.Activated, Until: r.Until, Grace: r.Grace, Changes: r.Changes,
			Checked: k.At, NextCheck: k.Next,
		}
		if k.Code != "" {
			a.Waiting = &license.Reason{Code: k.Code, From: k.From, Product: c.opt.Product, Contact: r.Contact, Working: s.worksUnder(serial)}
		}
		all[serial] = a
	}
	return all
}
