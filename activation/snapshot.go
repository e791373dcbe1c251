package activation

import (
	"errors"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A snapshot is what is licensed, worked out once and never changed. A new one
// takes its place when anything changes.
type snapshot struct {
	at          time.Time
	result      *license.Result
	set         *license.Set // of result
	licenses    []*license.License
	results     []*license.Result      // of each of them
	activations map[string]*Activation // by serial number
	problems    []license.Reason
	own         []license.Reason // of the local state
	closed      bool
}

// rebuild works out what is licensed now.
func (c *Client) rebuild() {
	c.stale.Store(false)
	all, problems := c.licenses(c.state)
	s := &snapshot{at: c.opt.Now(), problems: problems}
	results := make([]*license.Result, len(all))
	for i, h := range all {
		results[i] = license.Check(h.terms, c.env(c.state, h.base))
		s.licenses = append(s.licenses, h.terms)
	}
	s.results = results
	s.own, s.activations = c.ownReasons(s), c.activations(s)
	s.result = c.merged(results)
	if len(s.result.Decisions) == 0 { // of a feature that lacks, these are the causes
		s.result.Reasons = slices.Concat(s.result.Reasons, problems)
	}
	s.set = s.result.Set()
	c.snap.Store(s)
	c.planCheck()
	c.watch()
}

// merged returns what several licences allow together.
func (c *Client) merged(results []*license.Result) *license.Result {
	if len(results) == 0 {
		return license.Check(nil, license.Env{Product: c.opt.Product, Offline: c.courier == nil})
	}
	return license.Merge(results...)
}

// worksUnder reports whether anything of a licence under a serial number may be used.
func (s *snapshot) worksUnder(serial string) bool {
	return s.works(func(l *license.License) bool { return string(l.Serial) == serial })
}

// works reports whether anything of a licence that is meant may be used.
func (s *snapshot) works(meant func(*license.License) bool) bool {
	for i, l := range s.licenses {
		if meant(l) && s.results[i].State().Works() {
			return true
		}
	}
	return false
}

// past reports whether a snapshot does not hold any more, by a clock that was
// moved or a timer that comes late.
func (s *snapshot) past(now time.Time) bool {
	next := s.result.Next
	return now.Before(s.at) || !next.IsZero() && !now.Before(next)
}

// current returns a snapshot of now that counts every run.
func (c *Client) current() *snapshot {
	if c.stale.Load() || c.snap.Load().past(c.opt.Now()) {
		c.mu.Lock()
		if !c.closed {
			c.rebuild()
		}
		c.mu.Unlock()
	}
	return c.snap.Load()
}

// env returns the environment of a licence in a state.
func (c *Client) env(s *state, l *license.License) license.Env {
	e := license.Env{
		Receipt: c.receipt(s, l),
		Now:     c.now(), Product: c.opt.Product, Version: c.opt.Version, Released: c.opt.Released,
		Host: c.opt.Host, User: c.opt.User, Notice: c.opt.Notice,
		Mark: s.Mark, Restored: s.Restored, Offline: c.courier == nil,
	}
	if u := s.Usage[l.ID]; u != nil {
		e.Usage = c.unspent(l.ID, *u)
	}
	if c.unwritable != nil {
		e.Unwritable = asReason(c.unwritable)
	}
	return e
}

// unspent returns usage without the runs that this process has reserved and
// not used.
func (c *Client) unspent(id string, u license.Usage) license.Usage {
	for feature, b := range c.blocks {
		ref := license.Ref{Product: c.opt.Product, Feature: feature}
		if f, used := u.Features[ref]; used && b.license == id && b.left > 0 && b.epoch == c.state.epoch(id, ref) {
			u = copyUsage(u)
			f.Runs = max(f.Runs-b.left, 0) // a rewrite may have reset it meanwhile
			u.Features[ref] = f
		}
	}
	return u
}

// ownReasons returns what is to be said of the local state.
func (c *Client) ownReasons(s *snapshot) (reasons []license.Reason) {
	if c.unwritable != nil {
		reasons = append(reasons, *asReason(c.unwritable))
	}
	if c.recovered {
		reasons = append(reasons, license.Reason{Code: license.RecordRecovered})
	}
	if c.generation > 0 && c.witnessMissing {
		reasons = append(reasons, license.Reason{Code: license.WitnessMissing})
	}
	if why := c.waits(); why != nil {
		reasons = append(reasons, *why)
	}
	for range c.state.GivenUp {
		reasons = append(reasons, license.Reason{Code: license.DeactivationPending, Product: c.opt.Product})
	}
	return append(reasons, c.awaited(s)...)
}

// Allows reports whether a feature may be used now. It takes no lock and
// allocates nothing, so it can be asked before every use.
//
// Asking counts as use: the first time, the term of a feature that runs from
// its first use begins, which is recorded before the answer. Status tells what
// is licensed without using it.
func (c *Client) Allows(feature string) bool {
	s := c.snap.Load()
	if s.set.Ready(feature) {
		return true
	}
	return s.set.Allows(feature) && c.begin(feature) == nil
}

// Require is Allows with the reasons: it returns nil if a feature may be used now,
// which counts as use in the same way, and else a *RefusedError, whose text says
// what is wrong and what to do.
//
//	if err := client.Require("export"); err != nil {
//		return fmt.Errorf("exporting: %w", err)
//	}
//
// errors.Is finds each reason by its code, such as license.ExpiredDate. Where the
// first use cannot be recorded, the error is the *license.Reason of that.
func (c *Client) Require(feature string) error {
	s := c.snap.Load()
	switch {
	case s.set.Ready(feature):
		return nil
	case s.set.Allows(feature):
		return c.begin(feature)
	case s.closed:
		return errClosed
	}
	return refusal(s.result, feature)
}

// begin records the first use of a feature.
func (c *Client) begin(feature string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	err := c.change(func(s *state) error { return c.recordFirstUse(s, feature) })
	c.rebuild()
	if err != nil {
		return err
	}
	return refusal(c.snap.Load().result, feature)
}

// refusal returns why a feature may not be used, nil if it may.
func refusal(r *license.Result, feature string) error {
	d := r.Decision(feature)
	if d.State.Works() {
		return nil
	}
	return &RefusedError{Decision: d}
}

// recordFirstUse records the first use of a feature, unless a licence whose
// term for it has begun allows it: of several that wait, one begins.
func (c *Client) recordFirstUse(s *state, feature string) error {
	all, _ := c.licenses(s)
	var waiting *held
	for i, h := range all {
		d := license.Check(h.terms, c.env(s, h.base)).Decision(feature)
		switch {
		case !d.State.Works():
		case !d.Pending:
			return nil
		case waiting == nil:
			waiting = &all[i]
		}
	}
	if waiting != nil {
		c.beginTerm(s, *waiting, feature)
	}
	return nil
}

// beginTerm records the first use of a feature under a licence. A clock that
// stands behind cannot have it begin before the licence was issued.
func (c *Client) beginTerm(s *state, h held, feature string) {
	c.see(s, h.issued)
	c.see(s, c.now())
	u := s.usage(h.base.ID)
	for _, at := range []*time.Time{&u.FirstUse, &u.Activated} {
		if at.IsZero() {
			*at = s.Mark
		}
	}
	if u.Features == nil {
		u.Features = map[license.Ref]license.FeatureUsage{}
	}
	ref := license.Ref{Product: c.opt.Product, Feature: feature}
	if f := u.Features[ref]; f.FirstUse.IsZero() {
		f.FirstUse = s.Mark
		u.Features[ref] = f
	}
}

// activateDeployed records when licences that came with the deployment came to
// this machine, where that matters.
func (c *Client) activateDeployed() error {
	if len(c.opt.Documents) == 0 {
		return nil
	}
	var ids []string
	all, _ := c.licenses(c.state)
	for _, h := range all {
		if u := c.state.Usage[h.base.ID]; countsFromActivation(h.terms) && (u == nil || u.Activated.IsZero()) {
			ids = append(ids, h.base.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	err := c.change(func(s *state) error {
		for _, h := range all {
			c.see(s, h.issued)
		}
		c.see(s, c.now())
		for _, id := range ids {
			if u := s.usage(id); u.Activated.IsZero() {
				u.Activated = s.Mark
			}
		}
		return nil
	})
	if errors.Is(err, license.FolderUnwritable) {
		return nil // the status says it
	}
	return err
}

// warnOfDeployed logs which documents of Options.Documents cannot be used.
func (c *Client) warnOfDeployed() {
	all, _ := c.licenses(c.state)
	for i, text := range c.opt.Documents {
		if _, err := c.verify(document{Text: string(text)}); err != nil && !countersignedIn(c.state, all, text) {
			c.opt.Logger.Warn("latchkey: a document of Options.Documents cannot be used", "index", i, "error", err)
		}
	}
}

func countsFromActivation(l *license.License) bool {
	return l.Window.Kind == license.FromActivation || slices.ContainsFunc(l.Products, func(p license.Product) bool {
		return slices.ContainsFunc(p.Features, func(f license.Feature) bool { return f.Term.Kind == license.FromActivation })
	})
}

// see raises the clock's mark to a time that has passed.
func (c *Client) see(s *state, t time.Time) {
	if t.After(s.Mark) {
		s.Mark = t
	}
}

// seeIssued raises the clock's mark to when a document was issued that has come.
func (c *Client) seeIssued(s *state, t time.Time) {
	c.see(s, t)
	for i := range s.Open {
		if t.After(s.Open[i].Signed) {
			s.Open[i].Signed = t
		}
	}
	if t.After(s.Signed) {
		s.Signed = t
	}
}
