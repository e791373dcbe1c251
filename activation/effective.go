package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A held licence is what documents amount to: a licence as it was received,
// and as the updates applied to it have made it.
type held struct {
	at     int // of its document in the state; -1 for one that was deployed
	base   *license.License
	terms  *license.License
	issued time.Time // of the latest of what it is made of
	text   string    // of one that was deployed
}

// licenses returns every licence that holds in a state, and the reasons of the
// documents that do not.
func (c *Client) licenses(s *state) (all []held, problems []license.Reason) {
	for i, d := range s.Documents {
		h, err := c.hold(i, d)
		if err != nil {
			problems = append(problems, *asReason(err))
			continue
		}
		all = append(all, h)
	}
	for _, text := range c.opt.Documents {
		base, err := c.verify(document{Text: string(text)})
		if err != nil && countersignedIn(s, all, text) {
			continue
		}
		if err != nil {
			problems = append(problems, *asReason(err))
			continue
		}
		all = append(all, held{at: -1, base: base, terms: base, issued: base.Issued, text: string(text)})
	}
	return newest(all), problems
}

// countersignedIn reports whether a licence that holds in a state has the same
// payload as a document that was deployed.
func countersignedIn(s *state, all []held, text []byte) bool {
	return slices.ContainsFunc(all, func(h held) bool {
		if h.at < 0 {
			return false
		}
		_, _, err := license.MergeSignatures([]byte(s.Documents[h.at].Text), text)
		return err == nil
	})
}

// asReason returns an error of package license as what it is.
func asReason(err error) *license.Reason {
	var r *license.Reason
	if errors.As(err, &r) {
		return r
	}
	return &license.Reason{Code: license.Malformed, Detail: err.Error(), Err: err}
}

// hold verifies a document and applies its updates again, each at its time and
// on the usage of then.
func (c *Client) hold(i int, d document) (held, error) {
	base, err := c.verify(d)
	if err != nil {
		return held{}, err
	}
	h := held{at: i, base: base, terms: base, issued: base.Issued}
	for _, a := range d.Updates {
		u, err := c.updateOf(h.terms, a)
		if err != nil {
			return held{}, err
		}
		if h.terms, _, err = license.Apply(h.terms, u, a.At, a.Usage); err != nil {
			return held{}, err
		}
		if u.Issued.After(h.issued) {
			h.issued = u.Issued
		}
	}
	return h, nil
}

// updateOf returns the update that was applied to a licence. Like a licence, it
// is verified once in a process.
func (c *Client) updateOf(l *license.License, a appliedUpdate) (*license.Update, error) {
	if a.Code != nil {
		return l.Unseal(a.Code)
	}
	if u := c.updates[a.Text]; u != nil {
		return u, nil
	}
	u, err := license.OpenUpdate([]byte(a.Text), c.keyring)
	if err != nil {
		return nil, err
	}
	c.updates[a.Text] = u
	return u, nil
}

// verify returns the licence that a document holds. What was verified once in
// this process under this keyring is not verified again.
func (c *Client) verify(d document) (*license.License, error) {
	name := cacheName(d)
	if l := c.verified[name]; l != nil {
		return l, nil
	}
	var l *license.License
	var err error
	if d.Key != nil {
		l, err = license.OpenKey(d.Key, d.Name, c.keyring, c.catalogue)
	} else {
		l, err = license.Open([]byte(d.Text), c.keyring)
	}
	if err != nil {
		return nil, err
	}
	c.verified[name] = l
	return l, nil
}

// cacheName tells documents apart by all that decides what they hold.
func cacheName(d document) string {
	sum := sha256.Sum256([]byte(hex.EncodeToString(d.Key) + "\x00" + d.Name + "\x00" + d.Text))
	return string(sum[:])
}
