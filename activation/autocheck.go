package activation

import (
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// An autoCheck is when the server is asked next in the background.
type autoCheck struct {
	at      time.Time     // zero: never
	notYet  time.Time     // not before this, after a failure
	failed  time.Duration // how long is waited after the last failure
	chance  float64       // of this process, in [0, 1)
	running bool
}

const (
	firstRetry = time.Minute
	lastRetry  = 4 * time.Hour
)

// planCheck works out when the server is asked next. A tenth of the time is left
// to chance.
func (c *Client) planCheck() {
	c.auto.at = time.Time{}
	if c.opt.AutoCheck <= 0 || c.courier == nil || c.closed {
		return
	}
	for serial, a := range c.snap.Load().activations {
		at := a.Checked.Add(c.opt.AutoCheck - time.Duration(c.auto.chance*float64(c.opt.AutoCheck)/10))
		if !a.NextCheck.IsZero() && a.NextCheck.Before(at) && a.NextCheck.After(a.Checked) {
			at = a.NextCheck
		}
		if third := a.Until.Sub(a.Checked) / 3; !a.Until.IsZero() && a.Until.Add(-third).Before(at) {
			at = a.Until.Add(-third) // while there is time to try again
		}
		if c.state.Checks[serial].At.IsZero() {
			at = c.now()
		}
		if c.auto.at.IsZero() || at.Before(c.auto.at) {
			c.auto.at = at
		}
	}
	if c.ailing() {
		c.auto.at = c.now()
	}
	if !c.auto.at.IsZero() && c.auto.at.Before(c.auto.notYet) {
		c.auto.at = c.auto.notYet
	}
}

// ailing reports whether an activated licence is signed with a key that this program
// no longer trusts: the server may have it countersigned.
func (c *Client) ailing() bool {
	snap, activated := c.snap.Load(), 0
	for serial := range c.state.Receipts {
		if _, givenUp := c.state.GivenUp[serial]; !givenUp {
			activated++
		}
	}
	return activated > len(snap.activations) || activated > 0 && slices.ContainsFunc(snap.problems, func(r license.Reason) bool {
		return r.Code == license.KeyUnknown || r.Code == license.KeyEnded
	})
}

// startCheck asks the server in the background if it is time to. Close waits
// for it.
func (c *Client) startCheck() {
	if c.auto.at.IsZero() || c.auto.running || c.now().Before(c.auto.at) {
		return
	}
	c.auto.running = true
	c.looks.Add(1)
	go c.checkInBackground()
}

// planAgain plans the next check after one has ended. If that brought nothing
// that puts the next one off, it is tried again after a while.
func (c *Client) planAgain() {
	failed := c.auto.failed
	c.auto.failed = 0
	c.planCheck()
	if !c.auto.at.IsZero() && !c.auto.at.After(c.now()) {
		c.auto.failed = min(max(2*failed, firstRetry), lastRetry)
		c.auto.notYet = c.now().Add(c.auto.failed)
		c.auto.at = c.auto.notYet
	}
}

func (c *Client) checkInBackground() {
	defer c.looks.Done()
	change, err := c.CheckOnline(c.background)
	c.mu.Lock()
	c.auto.running = false
	if err != nil {
		c.opt.Logger.Warn("latchkey: the check in the background", "error", err)
	}
	if !c.closed {
		c.planAgain()
		c.watch()
	}
	closed := c.closed
	c.mu.Unlock()
	if c.opt.OnChange != nil && !closed && (change.Changed || change.Before != change.After) {
		c.turn.Lock()
		defer c.turn.Unlock()
		c.opt.OnChange(change)
	}
}
