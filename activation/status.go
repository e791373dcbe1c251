package activation

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A Status is all that there is to tell about what is licensed.
type Status struct {
	State       license.State
	Level       license.Level       // the sign to show
	Maintenance license.Maintenance // until when updates are covered
	Features    []license.Decision  // ascending, each with its reasons
	Reasons     []license.Reason    // for the licences as a whole, and of local state
	Licenses    []LicenseStatus     // what was imported, entered or deployed
}

// A LicenseStatus is one licence as it stands now.
type LicenseStatus struct {
	ID         string
	Kind       license.Kind
	Revision   int64 // updates applied
	Licensee   license.Licensee
	State      license.State    // the best of its features
	Level      license.Level    // the sign to show
	Until      license.Date     // the last day of its last feature, no date for one without an end
	Activation *Activation      // at the activation server, nil if there is none here
	Terms      *license.License // in full; not to be changed
}

// Format prints the licence's id, kind and state under every verb. Package fmt
// masks a serial number in most places, but not behind a pointer under a verb
// that pointers do not have, as Terms is under %q.
func (l LicenseStatus) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s (%s, revision %d): %s", l.ID, l.Kind, l.Revision, l.State)
}

// An Activation is what the activation server last confirmed of a licence.
type Activation struct {
	ID        string          // to name it to the vendor
	Since     time.Time       // when this machine was first activated
	Until     time.Time       // when it wants to be confirmed again, zero for never
	Grace     time.Time       // until when the licence works without
	Changes   int64           // of hardware that were followed
	Checked   time.Time       // when the server was last asked
	NextCheck time.Time       // when it wants to be asked again, zero if it does not say
	Waiting   *license.Reason // what it said last, such as FinalPending; nil for nothing
}

// Status tells what is licensed now. It touches neither disk nor network, and
// does not count as use.
func (c *Client) Status() Status {
	s := c.current()
	status := Status{
		State: s.result.State(), Level: s.result.State().Level(), Maintenance: s.result.Maintenance,
		Features: s.result.Decisions,
		Reasons:  slices.Concat(s.result.Reasons, s.problems, s.own),
	}
	for i, l := range s.licenses {
		state := s.results[i].State()
		status.Licenses = append(status.Licenses, LicenseStatus{
			ID: l.ID, Kind: l.Kind, Revision: l.Revision, Licensee: l.Licensee, Terms: l,
			State: state, Level: state.Level(), Until: lastDay(s.results[i]), Activation: s.activations[string(l.Serial)],
		})
	}
	return status
}

// lastDay returns the day on which the last feature ends, no date if one has no
// end.
func lastDay(r *license.Result) (last license.Date) {
	for _, d := range r.Decisions {
		if d.Until == 0 {
			return 0
		}
		last = max(last, d.Until)
	}
	return last
}

// Decision tells what holds of one feature now. Like Status, it does not count
// as use.
func (c *Client) Decision(feature string) license.Decision {
	return c.current().result.Decision(feature)
}

// Notices returns what is about to end and was not spoken of yet: once for
// each feature, end and number of days in Options.Notice. That it was spoken
// of is recorded, so that it is not repeated at the next start; where nothing
// can be recorded, it is.
func (c *Client) Notices() ([]license.Reason, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed
	}
	due := c.due(c.state)
	if len(due) == 0 {
		return nil, nil
	}
	var fresh []license.Reason
	err := c.change(func(s *state) error {
		fresh = nil
		for _, d := range c.due(s) {
			fresh = append(fresh, d.reason)
			at, _ := slices.BinarySearch(s.Notices, d.name)
			s.Notices = slices.Insert(s.Notices, at, d.name)
		}
		return nil
	})
	if errors.Is(err, license.FolderUnwritable) {
		fresh = nil
		for _, d := range due {
			fresh = append(fresh, d.reason)
		}
		return fresh, nil
	}
	return fresh, err
}

type notice struct {
	name   string // of what is recorded
	reason license.Reason
}

// due returns the notices that a state has not recorded.
func (c *Client) due(s *state) (due []notice) {
	thresholds := c.opt.Notice
	if thresholds == nil {
		thresholds = license.DefaultNotice()
	}
	for _, d := range c.snap.Load().result.Decisions {
		for _, r := range d.Reasons {
			if r.Code != license.AboutToExpire {
				continue
			}
			reached := -1 // the closest threshold
			for _, n := range thresholds {
				if r.Days <= n && (reached < 0 || n < reached) {
					reached = n
				}
			}
			name := d.Product + "/" + d.Feature.ID + " " + r.Until.String() + " " + strconv.Itoa(reached)
			if _, known := slices.BinarySearch(s.Notices, name); !known {
				due = append(due, notice{name: name, reason: r})
			}
		}
	}
	return due
}

// SetAside moves local state that cannot be used out of the way, so that Open
// begins anew, and returns where it lies now: nothing is deleted. What was
// licensed must be imported or entered again, and what was measured waits until
// the vendor answers a Challenge.
func SetAside(o Options) (string, error) {
	if o.Product == "" || o.Store != nil {
		return "", errors.New("activation: SetAside needs Options.Product, and state in a folder")
	}
	dir, err := o.stateDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Clean(dir)
	if o.Now == nil {
		o.Now = time.Now
	}
	for n := 0; n < 1000; n++ {
		aside := fmt.Sprintf("%s.aside-%s", dir, o.Now().UTC().Format("20060102-150405"))
		if n > 0 {
			aside += "-" + strconv.Itoa(n)
		}
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return aside, os.Rename(dir, aside)
		}
	}
	return "", errors.New("activation: there are too many states set aside beside " + dir)
}
