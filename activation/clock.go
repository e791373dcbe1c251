package activation

import (
	"bytes"
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// Challenge returns a code of one row to read out or send to the vendor; its method
// Text returns the row, and package fmt prints it as well, since it is no secret. The
// answer is a signed time, as a file to Import. It puts right what cannot be
// put right here: a clock that once stood in the future, and old local state
// that was put back. The code stays the same until its answer is imported, and
// an answer counts once.
func (c *Client) Challenge() (keyfmt.Key, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return keyfmt.Key{}, errClosed
	}
	if err := c.catchUp(); err != nil {
		return keyfmt.Key{}, err
	}
	if c.state.Challenge == nil {
		key, err := keyfmt.Generate(keyfmt.Challenge, nil)
		if err != nil {
			return keyfmt.Key{}, err
		}
		err = c.change(func(s *state) error {
			if s.Challenge == nil {
				c.see(s, c.now())
				s.Challenge, s.Asked, s.Signed = key.Payload(), s.Mark, time.Time{}
			}
			return nil
		})
		if err != nil {
			return keyfmt.Key{}, err
		}
	}
	return keyfmt.New(keyfmt.Challenge, c.state.Challenge)
}

// importTime believes a signed time that answers the open challenge.
func (c *Client) importTime(text []byte) (Change, error) {
	return c.commit(func(s *state, change *Change) error {
		t, err := license.OpenTime(text, c.keyring)
		if err != nil {
			return err
		}
		if s.Challenge == nil || !bytes.Equal(t.Challenge, s.Challenge) {
			return &license.Reason{Code: license.ChallengeOther}
		}
		c.believe(s, t.Time, s.Asked, s.Signed)
		s.Challenge, s.Asked, s.Signed = nil, time.Time{}, time.Time{}
		s.Restored = s.Restored && !t.Restored
		return nil
	})
}

// takeOut takes updates out that cannot have been obtained when they now say
// they were, with those after them. They can be applied again in their time.
func (c *Client) takeOut(s *state) {
	for i := range s.Documents {
		d := &s.Documents[i]
		for len(d.Updates) > 0 {
			if _, err := c.hold(i, *d); !errors.Is(err, license.ObtainingNotYet) {
				break
			}
			c.undoReset(s, i)
			d.Updates = d.Updates[:len(d.Updates)-1]
		}
	}
}

// undoReset puts back the usage that the last update of a document has reset,
// and adds what was used since.
func (c *Client) undoReset(s *state, i int) {
	d := s.Documents[i]
	last := d.Updates[len(d.Updates)-1]
	base, err := c.verify(d)
	if err != nil || last.Text == "" {
		return // nothing holds that could be reset, or the update is a sealed one
	}
	u, err := c.updateOf(base, last)
	if err != nil {
		return
	}
	usage := s.usage(base.ID)
	if usage.Features == nil {
		usage.Features = map[license.Ref]license.FeatureUsage{}
	}
	for _, p := range u.Products {
		for _, f := range p.Features {
			if ref := (license.Ref{Product: p.ID, Feature: f.ID}); f.ResetUsage {
				before := last.Usage.Features[ref]
				before.Runs += usage.Features[ref].Runs
				usage.Features[ref] = before
			}
		}
	}
}

// pullBack moves every moment that was recorded after t to t.
func (s *state) pullBack(t time.Time) {
	early := func(at *time.Time) {
		if at.After(t) {
			*at = t
		}
	}
	pull := func(u *license.Usage) {
		early(&u.Activated)
		early(&u.FirstUse)
		for ref, f := range u.Features {
			early(&f.FirstUse)
			u.Features[ref] = f
		}
	}
	for _, u := range s.Usage {
		pull(u)
	}
	for i := range s.Documents {
		for k := range s.Documents[i].Updates {
			a := &s.Documents[i].Updates[k]
			early(&a.At)
			a.Usage = copyUsage(a.Usage)
			pull(&a.Usage)
		}
	}
}
