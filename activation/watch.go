package activation

import (
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// watch sees to it that what is licensed is worked out anew at the next moment
// that changes it. A timer costs nothing until it fires, so a program that ends
// at once has not even started a goroutine.
func (c *Client) watch() {
	if c.timer == nil {
		c.timer = time.AfterFunc(c.pause(), c.look)
		return
	}
	c.timer.Reset(c.pause())
}

// pause returns how long nothing changes by itself. The system's clock may be
// set, and a machine may sleep, so it is never longer than the time between
// two looks at the state.
func (c *Client) pause() time.Duration {
	pause := c.opt.Poll
	for _, next := range []time.Time{c.snap.Load().result.Next, c.auto.at} {
		if !next.IsZero() && !(c.auto.running && next.Equal(c.auto.at)) {
			pause = min(pause, next.Sub(c.opt.Now()))
		}
	}
	return max(pause, time.Millisecond)
}

// look takes in what has changed, tells whoever asked, and looks again later.
// Close waits for it.
func (c *Client) look() {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.looks.Add(1)
	defer c.looks.Done()
	before := c.announced
	c.refresh()
	c.rebuild()
	c.startCheck()
	after := c.snap.Load().result
	c.announced = after
	c.mu.Unlock()
	if c.opt.OnChange != nil && differ(before, after) {
		c.opt.OnChange(Change{Before: before.State(), After: after.State()})
	}
}

// differ reports whether two results allow different things.
func differ(a, b *license.Result) bool {
	if len(a.Decisions) != len(b.Decisions) {
		return true
	}
	for i := range a.Decisions {
		if a.Decisions[i].State != b.Decisions[i].State || a.Decisions[i].Product != b.Decisions[i].Product ||
			a.Decisions[i].Feature.ID != b.Decisions[i].Feature.ID {
			return true
		}
	}
	return false
}

// catchUp reads the state if another process has changed it.
func (c *Client) catchUp() error {
	record, err := c.store.Load()
	if err != nil || record.Generation == c.generation {
		return err
	}
	return c.load()
}

// refresh reads the state if another process has changed it, and moves the
// clock's mark about once an hour.
func (c *Client) refresh() {
	if err := c.catchUp(); err != nil {
		c.opt.Logger.Warn("latchkey: local state cannot be read; what was read last stays in force", "error", err)
		return
	}
	c.retry()
	c.keepTime()
}

// keepTime moves the clock's mark when it lies far enough behind to be worth a
// write of its own: an hour where something runs out, and a day elsewhere.
func (c *Client) keepTime() {
	age := 24 * time.Hour
	if c.timed() {
		age = markAge
	}
	behind := c.now().Sub(c.state.Mark)
	if c.unwritable != nil || behind < age || len(c.snap.Load().licenses) == 0 {
		return
	}
	err := c.change(func(s *state) error {
		c.see(s, c.now())
		return nil
	})
	switch {
	case err == nil, errors.Is(err, license.RecordBusy):
	case errors.Is(err, license.FolderUnwritable) && (c.generation == 0 || !c.timed()):
		c.unwritable = nil // nothing that is licensed needs it
	default:
		c.opt.Logger.Warn("latchkey: local state cannot be written", "error", err)
	}
	c.rebuild()
}
