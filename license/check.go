package license

import (
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// A Host reports whether the machine at hand satisfies a binding. The
// fingerprints and machines of package binding are Hosts; so can a dongle be,
// a TPM or the identity of a cloud instance.
//
// An error may say more through methods of its own: ChangedComponents and
// UnreadableComponents, both without arguments and with a []string of names.
// One without either means that the binding itself makes no sense.
//
// Three more methods are used where a Host has them:
//
//	BindingDrift(scheme string, data []byte) (changed []string, allowed int, err error)
//	VirtualMachine() (what string, err error) // "" for none
//	RemoteSession() (what string, err error)  // "" for none
type Host interface {
	MatchBinding(scheme string, data []byte) error
}

// Env is everything around a licence that decides what it allows.
type Env struct {
	Now        time.Time
	Product    string    // "" decides for every product of the licence
	Version    string    // of the running program; if it is not a version (see IsVersion), no highest version covers it
	Released   time.Time // when that version was released; zero counts as today
	Host       Host      // nil refuses a licence that is bound
	User       string    // e-mail address of who uses it; "" if the product does not ask
	Usage      Usage
	Receipt    *Receipt  // of the activation server, for this installation; nil if there is none
	Mark       time.Time // the latest time that is known to have passed
	Restored   bool      // an old copy of local state was put back
	Offline    bool      // the product was set up without an activation server
	Unwritable *Reason   // why local state cannot be written, FolderUnwritable or NoHomeFolder; nil if it can
	Notice     []int     // how many days before an end to say so; nil: 30, 14, 7 and 1
}

// ClockTolerance is how far the clock may be set back behind the latest time
// known before terms pause.
const ClockTolerance = 24 * time.Hour

// DefaultNotice returns the days that count where Env.Notice is nil.
func DefaultNotice() []int { return []int{30, 14, 7, 1} }

var defaultNotice = DefaultNotice()

// Check says what a licence allows in an environment. It is pure: the same
// arguments always give the same result. A nil licence allows nothing.
func Check(l *License, env Env) *Result {
	if l == nil {
		return &Result{Reasons: []Reason{{Code: NoLicense, Product: env.Product, Offline: env.Offline}}}
	}
	c := &checker{l: l, env: env, today: today(env.Now), r: &Result{}, all: StateActive, soon: -1}
	if env.Notice == nil {
		c.env.Notice = defaultNotice
	}
	for _, n := range c.env.Notice {
		c.soon = max(c.soon, n)
	}
	c.right = env.Mark.Add(-ClockTolerance)
	c.behind = env.Now.Before(c.right)
	c.whole()
	for i := range l.Products {
		if p := &l.Products[i]; env.Product == "" || p.ID == env.Product {
			c.product(p)
		}
	}
	if c.next != 0 {
		c.wake(c.next.Start())
	}
	if slices.ContainsFunc(c.r.Reasons, saysWorking) {
		c.r.Reasons = marked(c.r.Reasons, c.r.State().Works())
	}
	return c.r
}

// A checker decides one licence.
type checker struct {
	l       *License
	env     Env
	today   Date
	r       *Result
	all     State // what every feature is at most
	until   Date  // the end of every feature, no date for none
	pending bool  // the window begins with the first use
	next    Date  // the next day on which something changes, no date for none
	woken   Date  // the end for which that was seen to last
	soon    int   // so many days before an end it is near
	behind  bool  // the clock was set back, and is right again from
	right   time.Time

	vm, remote    string // what was detected, once asked
	vmErr, rmtErr error
	asked         Condition
}

// add records a reason for the whole licence, and the state that it means.
func (c *checker) add(s State, r *Reason) {
	if known(c.r.Reasons, r.Code) {
		return
	}
	r.Contact, r.Offline = c.contact(), c.env.Offline
	c.all = min(c.all, s)
	c.r.Reasons = append(c.r.Reasons, *r)
}

// contact returns whom to ask, by the receipt if that says.
func (c *checker) contact() string {
	if r := c.env.Receipt; r != nil && r.Contact != "" {
		return r.Contact
	}
	return c.l.Hints.Contact
}

// say records a reason for one feature, or for the whole licence without one.
func (c *checker) say(d *Decision, s State, r *Reason) {
	if d == nil {
		c.add(s, r)
		return
	}
	r.Product, r.Feature, r.Contact = d.Product, d.Feature.ID, c.contact()
	r.Offline = c.env.Offline
	d.State = min(d.State, s)
	if !known(d.Reasons, r.Code) {
		d.Reasons = append(d.Reasons, *r)
	}
}

// known reports whether reasons have one already that is of the machine and not
// of one limit, and so need not be said of each.
func known(reasons []Reason, c Code) bool {
	return (c == ClockSetBack || c == RestoreDetected || c == FolderUnwritable || c == NoHomeFolder) &&
		slices.ContainsFunc(reasons, func(r Reason) bool { return r.Code == c })
}

// wakeOn asks for another check at the beginning of a day that lies ahead.
func (c *checker) wakeOn(d Date) {
	if d > c.today && (c.next == 0 || d < c.next) {
		c.next = d
	}
}

// wake asks for another check at a moment that lies ahead.
func (c *checker) wake(t time.Time) {
	if t.After(c.env.Now) && (c.r.Next.IsZero() || t.Before(c.r.Next)) {
		c.r.Next = t
	}
}

// whole decides what holds for every feature.
func (c *checker) whole() {
	if _, has := c.l.Product(c.env.Product); c.env.Product != "" && !has {
		c.add(StateUnlicensed, &Reason{Code: OtherProduct, Has: c.productNames(), Needs: c.env.Product})
	}
	c.receipt()
	if c.l.Binding.Scheme != "" && (c.l.Binding.Data != nil || c.env.Receipt != nil || !c.l.NeedsReceipt) {
		c.binding()
	}
	if c.l.Window.Kind != Perpetual || c.l.Kind != Full {
		c.window()
	}
	if r := c.env.Receipt; r != nil && !r.Until.IsZero() {
		c.lease(r.Lease)
	}
}

func (c *checker) productNames() string {
	names := make([]string, len(c.l.Products))
	for i, p := range c.l.Products {
		names[i] = p.ID
	}
	return strings.Join(names, ", ")
}

// receipt decides what the activation server's receipt means, and its lack. A
// receipt for something else is none.
func (c *checker) receipt() {
	r := c.env.Receipt
	if r != nil && r.Serial != c.l.Serial {
		r, c.env.Receipt = nil, nil
	}
	switch {
	case r == nil && c.l.NeedsReceipt:
		c.add(StateUnlicensed, &Reason{Code: ActivationRequired})
	case r == nil:
	case r.Hold == HoldBlocked:
		c.add(StateBlocked, &Reason{Code: LicenseBlocked})
	case r.Hold == HoldPayment:
		c.add(StateActive, &Reason{Code: PaymentPending, Until: c.l.Window.last()})
	}
}

// saysWorking reports whether the sentence of a reason can say that something keeps
// working.
func saysWorking(r Reason) bool {
	return r.Code == PaymentPending || r.Code == LeaseGrace || r.Code == LicenseProvisional || r.Code == HardwareDrift || r.Code == MaintenanceKept
}

// marked returns reasons with Working set in those whose sentence uses it.
func marked(reasons []Reason, works bool) []Reason {
	own := slices.Clip(slices.Clone(reasons))
	for i := range own {
		own[i].Working = works && saysWorking(own[i])
	}
	return own
}

// markWorking sets Working in the reasons of features, after everything else has been
// decided. Features without reasons of their own share those of the licence.
func (c *checker) markWorking(decisions []Decision) {
	shared := c.r.Reasons
	if !slices.ContainsFunc(shared, saysWorking) {
		return
	}
	var working, stopped []Reason
	for i := range decisions {
		d := &decisions[i]
		of := &stopped
		if d.State.Works() {
			of = &working
		}
		switch {
		case len(d.Reasons) > len(shared):
			d.Reasons = marked(d.Reasons, d.State.Works())
			continue
		case *of == nil:
			*of = marked(shared, d.State.Works())
		}
		d.Reasons = *of
	}
}

// last returns the last day of a term with dates, no date for another.
func (t Term) last() Date {
	if t.Kind != Dates || len(t.Intervals) == 0 {
		return 0
	}
	return t.Intervals[len(t.Intervals)-1].Until
}

// bindingInForce returns what the machine must satisfy: where the licence names
// a scheme only, what the receipt holds under that scheme.
func (c *checker) bindingInForce() Binding {
	b := c.l.Binding
	if r := c.env.Receipt; b.Data == nil && r != nil && r.Binding.Scheme == b.Scheme {
		return r.Binding
	}
	return b
}

func (c *checker) binding() {
	b := c.bindingInForce()
	if b.Data == nil {
		c.add(StateDamaged, &Reason{Code: BindingDamaged, Detail: "the receipt is not bound under the licence's scheme"})
		return
	}
	if c.env.Host == nil {
		c.add(StateUnlicensed, &Reason{Code: BindingUnchecked})
		return
	}
	err := c.env.Host.MatchBinding(b.Scheme, b.Data)
	if err != nil {
		c.mismatch(err)
		return
	}
	if d, ok := c.env.Host.(interface {
		BindingDrift(scheme string, data []byte) ([]string, int, error)
	}); ok {
		if changed, allowed, err := d.BindingDrift(b.Scheme, b.Data); err == nil && len(changed) > 0 {
			c.add(StateActive, &Reason{Code: HardwareDrift, Names: changed, N: int64(len(changed)), Max: int64(allowed)})
		}
	}
}

// mismatch records why the machine at hand is not the one licensed.
func (c *checker) mismatch(err error) {
	var changed interface{ ChangedComponents() []string }
	var unreadable interface{ UnreadableComponents() []string }
	var known bool
	if errors.As(err, &changed) && len(changed.ChangedComponents()) > 0 {
		c.add(StateUnlicensed, &Reason{Code: HardwareChanged, Names: changed.ChangedComponents()})
		known = true
	}
	if errors.As(err, &unreadable) && len(unreadable.UnreadableComponents()) > 0 {
		c.add(StateUnlicensed, &Reason{Code: HardwareUnreadable, Names: unreadable.UnreadableComponents()})
		known = true
	}
	if !known {
		c.add(StateDamaged, &Reason{Code: BindingDamaged, Detail: err.Error()})
	}
}

// window decides the licence's own term, which caps that of every feature.
func (c *checker) window() {
	running, ended, working := TrialRunning, TrialEnded, StateActive
	switch c.l.Kind {
	case Provisional:
		running, ended, working = LicenseProvisional, ProvisionalEnded, StateProvisional
	case Full:
		running, ended = "", ExpiredDate
	}
	t := c.term(c.l.Window, start(c.l.Window, c.env.Usage.FirstUse, c.env.Usage.Activated))
	c.until, c.pending = t.until, t.pending
	switch {
	case t.state == StateExpired:
		c.add(StateExpired, &Reason{Code: ended, Until: t.until, Span: c.l.Window.Span})
	case t.state == StateNotYetValid:
		c.add(StateNotYetValid, &Reason{Code: NotYetValid, From: t.from})
	case running != "":
		c.add(working, &Reason{Code: running, Until: t.until, Days: t.days(c.today)})
	}
	c.metered(c.l.Window, t.pending, nil)
}

func (c *checker) lease(l Lease) {
	until, grace := l.Until, l.Grace
	c.clock(nil)
	c.wake(until)
	c.wake(grace)
	switch {
	case c.env.Now.Before(until):
	case c.env.Now.Before(grace):
		c.add(StateGrace, &Reason{Code: LeaseGrace, Until: DateOf(grace)})
	default:
		c.add(StateExpired, &Reason{Code: LeaseEnded, Until: DateOf(later(until, grace))})
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// metered records what pauses a term: a clock that was set back, or for what
// local state measures, old state that was put back or state that cannot be
// written before the term has begun.
func (c *checker) metered(t Term, pending bool, d *Decision) {
	if t.Kind == Perpetual {
		return
	}
	c.clock(d)
	if t.Kind != Dates && c.env.Restored {
		c.say(d, StateBlocked, &Reason{Code: RestoreDetected})
	}
	if pending {
		c.unwritable(d)
	}
}

// clock records that the clock was set back, for what is limited in time.
func (c *checker) clock(d *Decision) {
	if c.behind {
		c.wake(c.right)
		c.say(d, StateBlocked, &Reason{Code: ClockSetBack, Now: c.env.Now.Unix(), Mark: c.env.Mark.Unix()})
	}
}

// A termResult is what holds of a term on a day.
type termResult struct {
	state       State // StateActive, StateNotYetValid or StateExpired
	from, until Date
	pending     bool
}

// days returns how many days are left after today.
func (t termResult) days(today Date) int { return int(max(t.until-today, 0)) }

// term decides a term that counts from start.
func (c *checker) term(t Term, start Date) (r termResult) {
	r.state = StateActive
	switch {
	case t.Kind == Dates:
		r = intervalOn(t.Intervals, c.today)
	case t.Kind == Perpetual:
	case start == 0:
		r.pending = true
	default:
		if r.until = t.Span.After(start); r.until < c.today && r.until != 0 {
			r.state = StateExpired
		}
	}
	if r.until >= c.today && r.until != 0 && r.until != c.woken {
		c.woken = r.until // many features end on one day
		c.wakeOn(r.until + 1)
		for _, n := range c.env.Notice {
			c.wakeOn(r.until - Date(n))
		}
	}
	if r.state == StateNotYetValid {
		c.wakeOn(r.from)
	}
	return r
}

// intervalOn returns what holds on a day: the period it falls into, or the
// next one, or the end of the last.
func intervalOn(intervals []Interval, today Date) termResult {
	var last Date
	for _, v := range intervals {
		switch {
		case today < v.From:
			return termResult{state: StateNotYetValid, from: v.From, until: v.Until}
		case today <= v.Until:
			return termResult{state: StateActive, from: v.From, until: v.Until}
		}
		last = v.Until
	}
	return termResult{state: StateExpired, until: last}
}

// product decides the features of a product.
func (c *checker) product(p *Product) {
	outer, reasons := c.all, c.r.Reasons
	c.version(p)
	c.r.Maintenance = p.Maintenance
	first := len(c.r.Decisions)
	c.r.Decisions = slices.Grow(c.r.Decisions, len(p.Features))
	for i := range p.Features {
		c.feature(p.ID, &p.Features[i])
	}
	c.markWorking(c.r.Decisions[first:])
	if c.env.Product == "" { // what holds for this product does not for the next
		c.all, c.r.Reasons = outer, slices.Clip(reasons)
	}
}

// programRuns reports whether the check is for a running program. A check for every
// product of a licence has no version.
func (c *checker) programRuns() bool { return c.env.Product != "" || c.env.Version != "" }

// version decides whether the licence covers the version that runs.
func (c *checker) version(p *Product) {
	m := p.Maintenance
	if m.Until != 0 {
		c.wakeOn(m.Until + 1)
	}
	released := DateOf(c.env.Released)
	if released == 0 {
		released = c.today
	}
	uncovered := &Reason{Code: VersionNotCovered, Product: p.ID, Has: c.env.Version, Needs: p.MaxVersion, Until: m.Until}
	switch {
	case p.MaxVersion != "" && c.programRuns() && !IsVersion(c.env.Version):
		c.add(StateUnlicensed, &Reason{Code: VersionUnknown, Product: p.ID, Has: c.env.Version, Needs: p.MaxVersion})
	case p.MaxVersion != "" && c.programRuns() && !covers(p.MaxVersion, c.env.Version):
		c.add(StateUnlicensed, uncovered)
	case m.Lapse == Keep && released > m.Until:
		c.add(StateUnlicensed, uncovered)
	case m.Lapse == Keep && c.today > m.Until:
		c.add(StateActive, &Reason{Code: MaintenanceKept, Product: p.ID, Until: m.Until})
	}
	if m.Lapse == Stop {
		c.clock(nil)
	}
	if m.Lapse == Stop && c.today > m.Until {
		c.add(StateExpired, &Reason{Code: MaintenanceStopped, Product: p.ID, Until: m.Until})
	}
}

// feature decides one feature.
func (c *checker) feature(product string, f *Feature) {
	used := c.env.Usage.Features[Ref{product, f.ID}]
	n := len(c.r.Decisions)
	c.r.Decisions = append(c.r.Decisions, Decision{})
	d := &c.r.Decisions[n]
	d.Product, d.Feature, d.State, d.Left, d.Reasons = product, f, c.all, -1, slices.Clip(c.r.Reasons)
	t := c.term(f.Term, start(f.Term, used.FirstUse, c.env.Usage.Activated))
	d.Until, d.Pending = earlier(t.until, c.until), t.pending || c.pending
	switch {
	case t.state == StateNotYetValid:
		c.say(d, StateNotYetValid, &Reason{Code: NotYetValid, From: t.from})
	case t.state == StateExpired && f.Term.Kind == Dates:
		c.say(d, StateExpired, &Reason{Code: ExpiredDate, Until: t.until})
	case t.state == StateExpired:
		c.say(d, StateExpired, &Reason{Code: ExpiredSpan, Until: t.until, Span: f.Term.Span})
	}
	c.metered(f.Term, t.pending, d)
	c.runs(f, used, d)
	c.place(f.Conditions, d)
	c.seat(f, used, d)
	c.notice(d)
	if !d.State.Works() {
		d.Left = max(d.Left, 0)
	}
}

// earlier returns the earlier of two ends, of which no date is the latest.
func earlier(a, b Date) Date {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

func (c *checker) runs(f *Feature, used FeatureUsage, d *Decision) {
	if f.Runs == 0 {
		return
	}
	if d.Left = max(f.Runs-used.Runs, 0); d.Left == 0 {
		c.say(d, StateExpired, &Reason{Code: RunsUsedUp, Max: f.Runs})
	}
	if c.env.Restored && f.Term.Kind != FromFirstUse && f.Term.Kind != FromActivation {
		c.say(d, StateBlocked, &Reason{Code: RestoreDetected})
	}
	if !d.Pending {
		c.unwritable(d)
	}
}

// unwritable blocks a feature whose use has to be recorded where nothing can be.
func (c *checker) unwritable(d *Decision) {
	if c.env.Unwritable != nil {
		why := *c.env.Unwritable
		c.say(d, StateBlocked, &why)
	}
}

// place holds a feature's conditions against where the program runs.
func (c *checker) place(set Condition, d *Decision) {
	if set == 0 {
		return
	}
	c.ask(set)
	if set&NoVirtualMachine != 0 {
		c.placed(d, c.vm, c.vmErr, VirtualMachineFound)
	}
	if set&NoRemoteSession != 0 {
		c.placed(d, c.remote, c.rmtErr, RemoteSessionFound)
	}
}

func (c *checker) placed(d *Decision, what string, err error, found Code) {
	switch {
	case err != nil:
		c.say(d, StateUnlicensed, &Reason{Code: PlaceUnknown, Detail: err.Error()})
	case what != "":
		c.say(d, StateUnlicensed, &Reason{Code: found, Has: what})
	}
}

var errNoDetection = errors.New("the host does not tell")

// ask asks the Host once for what the conditions are about.
func (c *checker) ask(set Condition) {
	set &^= c.asked
	c.asked |= set
	if set&NoVirtualMachine != 0 {
		c.vmErr = errNoDetection
		if h, ok := c.env.Host.(interface{ VirtualMachine() (string, error) }); ok {
			c.vm, c.vmErr = h.VirtualMachine()
		}
	}
	if set&NoRemoteSession != 0 {
		c.rmtErr = errNoDetection
		if h, ok := c.env.Host.(interface{ RemoteSession() (string, error) }); ok {
			c.remote, c.rmtErr = h.RemoteSession()
		}
	}
}

// seat holds the user against those bound to the feature.
func (c *checker) seat(f *Feature, used FeatureUsage, d *Decision) {
	if f.Seats == 0 || c.env.User == "" {
		return
	}
	user := NormalEmail(c.env.User)
	if !slices.ContainsFunc(used.Seats, func(s string) bool { return NormalEmail(s) == user }) {
		c.say(d, StateUnlicensed, &Reason{Code: SeatNotBound, Names: []string{user}})
	}
}

// NormalEmail returns the form of an e-mail address that counts: NFKC, lower
// case, without white space around it. Addresses that differ in anything else,
// such as a part after "+", are different users.
func NormalEmail(address string) string {
	return strings.TrimSpace(norm.NFKC.String(strings.ToLower(norm.NFKC.String(address))))
}

// notice says that the end is near.
func (c *checker) notice(d *Decision) {
	if !d.State.Works() || d.Until == 0 {
		return
	}
	if left := int(d.Until - c.today); left <= c.soon {
		c.say(d, StateActive, &Reason{Code: AboutToExpire, Until: d.Until, Days: left})
	}
}
