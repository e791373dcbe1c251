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

// A Status says all that there is to say about what is licensed. As JSON it is what
// a service answers: states, kinds and levels are words, and every reason has its
// sentence and remedy. Serial numbers are masked in every form.
type Status struct {
	State       license.State       `json:"state"`
	Level       license.Level       `json:"level"`                // the sign to show
	Maintenance license.Maintenance `json:"maintenance,omitzero"` // until when updates are covered
	Features    []license.Decision  `json:"features"`             // ascending, each with its reasons
	Reasons     []license.Reason    `json:"reasons"`              // for the licences as a whole, and of local state
	Licenses    []LicenseStatus     `json:"licenses"`             // what was imported, entered or deployed
}

// A LicenseStatus is one licence as it stands now.
type LicenseStatus struct {
	ID         string           `json:"id"`
	Kind       license.Kind     `json:"kind"`
	Revision   int64            `json:"revision"` // updates applied
	Licensee   license.Licensee `json:"licensee,omitzero"`
	State      license.State    `json:"state"`                // the best of its features
	Level      license.Level    `json:"level"`                // the sign to show
	Until      license.Date     `json:"until,omitzero"`       // the last day of its last feature, no date for one without an end
	Activation *Activation      `json:"activation,omitempty"` // at the activation server, nil if there is none here
	Terms      *license.License `json:"terms,omitempty"`      // in full; not to be changed
}

// Format prints in one line, under every verb, the state, that of each feature, and
// the reasons with their remedies.
func (s Status) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s", s.State)
	for _, d := range s.Features {
		_, _ = fmt.Fprintf(f, "; %s: %s", d.Feature.ID, d.State)
		if d.Until != 0 {
			_, _ = fmt.Fprintf(f, " until %s", d.Until)
		}
	}
	for _, l := range s.Licenses {
		_, _ = fmt.Fprintf(f, "; %v", l)
	}
	for i := range s.Reasons {
		_, _ = fmt.Fprintf(f, "; %s", s.Reasons[i].Error())
	}
}

// Format prints the activation's id and its times in one line, under every verb.
func (a Activation) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprint(f, a.ID)
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"since", a.Since}, {"until", a.Until}, {"grace", a.Grace}, {"checked", a.Checked}, {"next check", a.NextCheck}} {
		if !t.at.IsZero() {
			_, _ = fmt.Fprintf(f, ", %s %s", t.name, t.at.UTC().Format(time.RFC3339))
		}
	}
	if a.Waiting != nil {
		_, _ = fmt.Fprintf(f, ": %s", a.Waiting.Error())
	}
}

// Format prints the licence's id, kind and state under every verb. Package fmt
// masks a serial number in most places, but not behind a pointer under a verb
// that pointers do not have, as Terms is under %q.
func (l LicenseStatus) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s (%s, revision %d): %s", l.ID, l.Kind, l.Revision, l.State)
}

// An Activation is what the activation server last confirmed of a licence.
type Activation struct {
	ID        string          `json:"id"`                  // to name it to the vendor
	Since     time.Time       `json:"since,omitzero"`      // when this machine was first activated
	Until     time.Time       `json:"until,omitzero"`      // when it wants to be confirmed again, zero for never
	Grace     time.Time       `json:"grace,omitzero"`      // until when the licence works without
	Changes   int64           `json:"changes"`             // of hardware that were followed
	Checked   time.Time       `json:"checked,omitzero"`    // when the server was last asked
	NextCheck time.Time       `json:"next_check,omitzero"` // when it wants to be asked again, zero if it does not say
	Waiting   *license.Reason `json:"waiting,omitempty"`   // what it said last, such as FinalPending; nil for nothing
}

// Status tells what is licensed now. It touches neither disk nor network, and
// does not count as use.
func (c *Client) Status() Status {
	s := c.current()
	status := Status{
		State: s.result.State(), Level: s.result.State().Level(), Maintenance: s.result.Maintenance,
		Features: append([]license.Decision{}, s.result.Decisions...), // lists are never null in JSON
		Reasons:  append([]license.Reason{}, slices.Concat(s.result.Reasons, s.apart(), s.own)...),
		Licenses: []LicenseStatus{},
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

// apart returns the problems of documents that the result does not have.
func (s *snapshot) apart() []license.Reason {
	if len(s.result.Decisions) == 0 {
		return nil
	}
	return s.problems
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
	if err := o.checkDir(); err != nil {
		return "", fmt.Errorf("activation: Options.Dir %w", err)
	}
	dir, err := o.stateDir()
	if err != nil {
		return "", noHomeFolder(err)
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
