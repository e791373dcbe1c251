package activation

import (
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A block is runs of a feature that are reserved in the state and not used.
type block struct {
	license string
	left    int64
	last    bool  // the licence has no more
	epoch   int64 // of the usage that it is a part of
}

// epochName names the usage of one feature under one licence, whose epoch grows
// when it is reset. A block that is older than its usage is worth nothing.
func epochName(id string, ref license.Ref) string {
	return id + " " + ref.Product + "/" + ref.Feature
}

func (s *state) epoch(id string, ref license.Ref) int64 { return s.Epochs[epochName(id, ref)] }

func (s *state) newEpoch(id string, ref license.Ref) {
	if s.Epochs == nil {
		s.Epochs = map[string]int64{}
	}
	s.Epochs[epochName(id, ref)]++
}

// dropBlocks drops the blocks whose usage was reset.
func (c *Client) dropBlocks() {
	for feature, b := range c.blocks {
		if b.epoch != c.state.epoch(b.license, license.Ref{Product: c.opt.Product, Feature: feature}) {
			delete(c.blocks, feature)
		}
	}
}

// Consume uses n runs of a feature. Runs are counted durably: they are taken
// from a block that is reserved in local state ahead, so that most calls touch
// no disk, none is spent twice by two processes, and a crash costs at most
// what is left of the block. Close gives that back.
//
// A feature whose runs are not limited is used all the same: its first use is
// recorded. The error is a *RefusedError, or a *license.Reason with the code
// TooFewRuns if there are fewer than n left, in which case none is used, or
// why nothing can be recorded.
func (c *Client) Consume(feature string, n int64) error {
	if n < 1 {
		return fmt.Errorf("activation: %d runs cannot be consumed", n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	b := c.blocks[feature]
	if b == nil || b.left < n || !c.snap.Load().set.Ready(feature) {
		return c.reserve(feature, n)
	}
	if b.left -= n; b.left == 0 && b.last {
		c.rebuild()
		return nil
	}
	c.stale.Store(true)
	return nil
}

// reserve takes n runs of a feature and, if there are more, a block ahead.
func (c *Client) reserve(feature string, n int64) error {
	if c.unwritable != nil {
		c.retry()
		c.rebuild()
	}
	if err := refusal(c.snap.Load().result, feature); err != nil {
		return err
	}
	d := c.snap.Load().result.Decision(feature)
	if d.Left < 0 && !d.Pending {
		return nil
	}
	var taken *block
	err := c.change(func(s *state) error {
		c.giveBack(s, feature)
		var err error
		taken, err = c.take(s, feature, n)
		return err
	})
	if err == nil {
		delete(c.blocks, feature)
		if taken != nil {
			c.blocks[feature] = taken
		}
	}
	c.rebuild()
	return err
}

// giveBack puts what is left of a block back into a state.
func (c *Client) giveBack(s *state, feature string) {
	b := c.blocks[feature]
	if b == nil || b.left == 0 {
		return
	}
	u := s.usage(b.license)
	ref := license.Ref{Product: c.opt.Product, Feature: feature}
	f, used := u.Features[ref]
	if !used || b.epoch != s.epoch(b.license, ref) {
		return
	}
	f.Runs = max(f.Runs-b.left, 0)
	u.Features[ref] = f
}

// take counts n runs and a block ahead in the first licence that has as many,
// rather in one whose term has begun. It returns no block if a licence does not
// limit them.
func (c *Client) take(s *state, feature string, n int64) (*block, error) {
	all, _ := c.licenses(s)
	results := make([]*license.Result, len(all))
	var most int64
	for _, pending := range []bool{false, true} {
		for i, h := range all {
			e := c.env(s, h.base)
			if u := s.Usage[h.base.ID]; u != nil {
				e.Usage = *u // giveBack has put our own block into it
			}
			results[i] = license.Check(h.terms, e)
			d := results[i].Decision(feature)
			if !d.State.Works() || d.Pending != pending {
				continue
			}
			if most = max(most, d.Left); d.Left >= 0 && d.Left < n {
				continue
			}
			if pending {
				c.beginTerm(s, h, feature)
			}
			return c.takeFrom(s, h, feature, d.Left, n), nil
		}
	}
	if err := refusal(c.merged(results), feature); err != nil {
		return nil, err
	}
	return nil, &license.Reason{Code: license.TooFewRuns, Product: c.opt.Product, Feature: feature, N: most, Max: n}
}

// takeFrom counts n runs and a block ahead in a licence that has so many left,
// below 0 for any number.
func (c *Client) takeFrom(s *state, h held, feature string, left, n int64) *block {
	if left < 0 {
		return nil
	}
	ahead := max(n, min(left/8, c.opt.RunBlock))
	u, ref := s.usage(h.base.ID), license.Ref{Product: c.opt.Product, Feature: feature}
	if u.Features == nil {
		u.Features = map[license.Ref]license.FeatureUsage{}
	}
	f := u.Features[ref]
	f.Runs += ahead
	u.Features[ref] = f
	return &block{license: h.base.ID, left: ahead - n, last: ahead == left, epoch: s.epoch(h.base.ID, ref)}
}

// markAge is how far the clock's mark may lie behind before it is worth a
// write of its own.
const markAge = time.Hour

// settle puts every block back and moves the clock's mark, if either is worth
// a write.
func (c *Client) settle() error {
	owed := false
	for _, b := range c.blocks {
		owed = owed || b.left > 0
	}
	if c.volatile || !owed && !(c.timed() && c.now().Sub(c.state.Mark) >= markAge) {
		return nil
	}
	err := c.change(func(s *state) error {
		for feature := range c.blocks {
			c.giveBack(s, feature)
		}
		c.see(s, c.now())
		return nil
	})
	switch {
	case err == nil:
		clear(c.blocks)
	case !owed && errors.Is(err, license.FolderUnwritable):
		return nil // the mark alone can wait
	}
	return err
}

// timed reports whether any licence runs out, so that the clock matters.
func (c *Client) timed() bool {
	for _, l := range c.snap.Load().licenses {
		if l.Window.Kind != license.Perpetual {
			return true
		}
		for _, p := range l.Products {
			if p.Maintenance.Lapse == license.Stop {
				return true
			}
			for _, f := range p.Features {
				if f.Term.Kind != license.Perpetual {
					return true
				}
			}
		}
	}
	return false
}
