package license_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// A checkCase is one feature, "f" of the product "cad", in one environment.
type checkCase struct {
	name    string
	f       license.Feature
	licence func(l *license.License)
	env     func(e *license.Env)
	state   license.State
	codes   string // of the reasons, in their order
	until   string
	next    string // a day or a time; "" for never
	reason  license.Reason
	also    func(t *testing.T, r *license.Result, d license.Decision)
}

func (c checkCase) arguments() (*license.License, license.Env) {
	c.f.ID = "f"
	l := licenceOf(c.f)
	env := license.Env{Now: noon, Product: "cad", Version: "10.2"}
	if c.licence != nil {
		c.licence(l)
	}
	if c.env != nil {
		c.env(&env)
	}
	return l, env
}

func at(s string) func(e *license.Env) { return func(e *license.Env) { e.Now = moment(s) } }

// moment reads a time, or a day as its first moment.
func moment(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic(s)
}

func usedBy(u license.FeatureUsage) func(e *license.Env) {
	return func(e *license.Env) {
		e.Usage.Features = map[license.Ref]license.FeatureUsage{{Product: "cad", Feature: "f"}: u}
	}
}

func and[T any](all ...func(*T)) func(*T) {
	return func(v *T) {
		for _, f := range all {
			f(v)
		}
	}
}

func kindOf(k license.Kind, window license.Term) func(l *license.License) {
	return func(l *license.License) { l.Kind, l.Window = k, window }
}

func isBound(l *license.License) { l.Binding = license.Binding{Scheme: "board", Data: []byte{1}} }

func needsReceipt(scheme string) func(l *license.License) {
	return func(l *license.License) { l.NeedsReceipt, l.Binding.Scheme = true, scheme }
}

var boardReceipt = license.Receipt{Serial: "S-1", Binding: license.Binding{Scheme: "board", Data: []byte{1}}}

func receipt(r license.Receipt) func(e *license.Env) {
	return func(e *license.Env) { e.Receipt = &r }
}

func on(h license.Host) func(e *license.Env) { return func(e *license.Env) { e.Host = h } }

func covered(version, date string, lapse license.Lapse) func(l *license.License) {
	return func(l *license.License) {
		l.Products[0].MaxVersion = version
		if date != "" {
			l.Products[0].Maintenance = license.Maintenance{Until: day(date), Lapse: lapse}
		}
	}
}

func runs(version, released string) func(e *license.Env) {
	return func(e *license.Env) {
		e.Version = version
		if released != "" {
			e.Released = moment(released)
		}
	}
}

func marked(s string) func(e *license.Env) { return func(e *license.Env) { e.Mark = moment(s) } }
func restored(e *license.Env)              { e.Restored = true }
func unwritable(e *license.Env) {
	e.Unwritable = &license.Reason{Code: license.FolderUnwritable, Detail: "/nowhere"}
}
func user(s string) func(e *license.Env) { return func(e *license.Env) { e.User = s } }
func notices(n ...int) func(e *license.Env) {
	return func(e *license.Env) { e.Notice = append([]int{}, n...) }
}

func leased(until, grace string) func(e *license.Env) {
	return func(e *license.Env) {
		e.Receipt = &license.Receipt{Serial: "S-1", Lease: license.Lease{Until: moment(until)}}
		if grace != "" {
			e.Receipt.Grace = moment(grace)
		}
	}
}

// fakeHost answers as it is told.
type fakeHost struct {
	err     error
	drift   []string
	allowed int
	badly   error // of asking for drift
}

func (h fakeHost) MatchBinding(scheme string, data []byte) error {
	if scheme != "board" || string(data) != "\x01" {
		return fmt.Errorf("asked for %q %q", scheme, data)
	}
	return h.err
}

func (h fakeHost) BindingDrift(string, []byte) ([]string, int, error) {
	return h.drift, h.allowed, h.badly
}

// plainHost can only match.
type plainHost struct{ err error }

func (h plainHost) MatchBinding(string, []byte) error { return h.err }

// unsure does not know where it is.
type unsure struct{ place }

func (unsure) VirtualMachine() (string, error) { return "", errors.New("the processor does not say") }

type mismatch struct{ changed, unreadable []string }

func (mismatch) Error() string                    { return "another machine" }
func (m mismatch) ChangedComponents() []string    { return m.changed }
func (m mismatch) UnreadableComponents() []string { return m.unreadable }

func TestCheckReceiptSaysWhomToAsk(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f"})
	l.Hints.Contact = "sales@acme.example"
	env := license.Env{Now: noon, Product: "cad", Receipt: &license.Receipt{Serial: "S-1", Hold: license.HoldBlocked}}
	require.Equal(t, "sales@acme.example", license.Check(l, env).Decision("f").Reasons[0].Contact)
	env.Receipt.Contact = "+49 30 1"
	require.Equal(t, "+49 30 1", license.Check(l, env).Decision("f").Reasons[0].Contact)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	seen := map[license.Code]bool{}
	states := map[license.State]bool{}
	record := func(reasons []license.Reason) {
		for _, r := range reasons {
			seen[r.Code] = true
		}
	}
	for _, c := range checkCases {
		l, env := c.arguments()
		r := license.Check(l, env)
		d := r.Decision("f")
		record(d.Reasons)
		record(r.Reasons)
		states[d.State] = true
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, l, r, d)
		})
	}
	record(license.Check(nil, license.Env{}).Reasons)
	for _, code := range codesOf(t, "What holds of a licence") {
		require.True(t, seen[code], "no test reaches %s", code)
	}
	require.True(t, seen[license.FolderUnwritable])
	for s := license.StateUnlicensed; s <= license.StateActive; s++ {
		require.True(t, states[s], "no test reaches the state %q", s)
	}
}

func (c checkCase) test(t *testing.T, l *license.License, r *license.Result, d license.Decision) {
	_, err := l.Encode()
	require.NoError(t, err, "the licence could be signed")
	var codes []string
	for _, reason := range d.Reasons {
		codes = append(codes, string(reason.Code))
		require.Equal(t, l.Hints.Contact, reason.Contact)
	}
	require.Equal(t, c.codes, strings.Join(codes, " "))
	require.Equal(t, c.state, d.State, "%v", d.State)
	if d.Product != "" {
		require.Equal(t, c.state, r.State())
	}
	require.Equal(t, c.state.Works(), r.Allows("f"))
	require.Equal(t, c.state.Works() && !d.Pending, r.Set().Ready("f"))
	require.Equal(t, c.until, d.Until.String())
	if c.next == "" {
		require.True(t, r.Next.IsZero(), "%v", r.Next)
	} else {
		require.Equal(t, moment(c.next), r.Next)
	}
	if c.reason.Code != "" {
		require.Contains(t, d.Reasons, c.reason)
	}
	if c.also != nil {
		c.also(t, r, d)
	}
}

// codesOf returns the codes of the section of reason.go that begins with a
// comment.
func codesOf(t *testing.T, comment string) (codes []license.Code) {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, parser.ParseComments)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST || !strings.HasPrefix(g.Doc.Text(), comment) {
			continue
		}
		for _, s := range g.Specs {
			text, err := strconv.Unquote(s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			codes = append(codes, license.Code(text))
		}
	}
	require.NotEmpty(t, codes, "reason.go has no section %q", comment)
	return codes
}

func pending(t *testing.T, _ *license.Result, d license.Decision) { require.True(t, d.Pending) }

func left(n int64) func(*testing.T, *license.Result, license.Decision) {
	return func(t *testing.T, _ *license.Result, d license.Decision) { require.Equal(t, n, d.Left) }
}

const (
	active      = license.StateActive
	blocked     = license.StateBlocked
	expired     = license.StateExpired
	notYet      = license.StateNotYetValid
	unlicensed  = license.StateUnlicensed
	damaged     = license.StateDamaged
	grace       = license.StateGrace
	provisional = license.StateProvisional
)

var (
	year   = license.Feature{Term: until("2026-12-31")}
	thirty = license.Feature{Term: span(uses, 0, 30)}
)

// checkCases take place at noon on 10 March 2026 unless they say otherwise.
var checkCases = []checkCase{
	{name: "perpetual", state: active, also: left(-1)},
	{name: "until a date", f: year, state: active, until: "2026-12-31", next: "2026-12-01"},
	{name: "a month before", f: hasTerm(until("2026-04-09")), state: active, codes: "about_to_expire", until: "2026-04-09", next: "2026-03-26",
		reason: license.Reason{Code: license.AboutToExpire, Product: "cad", Feature: "f", Until: day("2026-04-09"), Days: 30}},
	{name: "a month and a day before", f: hasTerm(until("2026-04-10")), state: active, until: "2026-04-10", next: "2026-03-11"},
	{name: "the day before", f: hasTerm(until("2026-03-11")), state: active, codes: "about_to_expire", until: "2026-03-11", next: "2026-03-12"},
	{name: "no notices", f: hasTerm(until("2026-03-11")), env: notices(), state: active, until: "2026-03-11", next: "2026-03-12"},
	{name: "a notice of its own", f: hasTerm(until("2026-03-20")), env: notices(5), state: active, until: "2026-03-20", next: "2026-03-15"},
	{name: "a notice on the last day", f: hasTerm(until("2026-03-12")), env: notices(0), state: active, until: "2026-03-12", next: "2026-03-12"},
	{name: "the last second", f: hasTerm(until("2026-03-10")), env: at("2026-03-10T23:59:59Z"), state: active, codes: "about_to_expire", until: "2026-03-10", next: "2026-03-11"},
	{name: "the last nanosecond", f: hasTerm(until("2026-03-10")), env: at("2026-03-10T23:59:59.999999999Z"), state: active, codes: "about_to_expire", until: "2026-03-10", next: "2026-03-11"},
	{name: "the first second after", f: hasTerm(until("2026-03-10")), env: at("2026-03-11"), state: expired, codes: "expired_date", until: "2026-03-10",
		reason: license.Reason{Code: license.ExpiredDate, Product: "cad", Feature: "f", Until: day("2026-03-10")}},
	{name: "midnight elsewhere", f: hasTerm(until("2026-03-10")), env: at("2026-03-11T00:30:00+01:00"), state: active, codes: "about_to_expire", until: "2026-03-10", next: "2026-03-11"},
	{name: "the clock stands after the calendar", f: hasTerm(until("9999-12-31")), env: func(e *license.Env) { e.Now = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, state: expired, codes: "expired_date", until: "9999-12-31"},
	{name: "the clock stands before the calendar", f: hasTerm(between("2026-01-01", "2026-12-31")), env: func(e *license.Env) { e.Now = time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC) }, state: notYet, codes: "not_yet_valid", until: "2026-12-31", next: "2026-01-01"},
	{name: "the last second before its term", f: hasTerm(between("2026-03-11", "2026-12-31")), env: at("2026-03-10T23:59:59Z"), state: notYet, codes: "not_yet_valid", until: "2026-12-31", next: "2026-03-11",
		reason: license.Reason{Code: license.NotYetValid, Product: "cad", Feature: "f", From: day("2026-03-11")}},
	{name: "the first second of its term", f: hasTerm(between("2026-03-11", "2026-12-31")), env: at("2026-03-11"), state: active, until: "2026-12-31", next: "2026-12-01"},
	{name: "between two periods", f: hasTerm(between("2026-01-01", "2026-03-09", "2026-03-11", "2026-03-12")), env: notices(), state: notYet, codes: "not_yet_valid", until: "2026-03-12", next: "2026-03-11"},
	{name: "after two periods", f: hasTerm(between("2026-01-01", "2026-01-31", "2026-03-01", "2026-03-09")), state: expired, codes: "expired_date", until: "2026-03-09"},

	{name: "before its first use", f: thirty, state: active, also: pending},
	{name: "after its first use", f: thirty, env: usedBy(firstUse("2026-03-01")), state: active, codes: "about_to_expire", until: "2026-03-31", next: "2026-03-17", also: func(t *testing.T, _ *license.Result, d license.Decision) { require.False(t, d.Pending) }},
	{name: "its days are used up", f: thirty, env: usedBy(firstUse("2026-02-07")), state: expired, codes: "expired_span", until: "2026-03-09",
		reason: license.Reason{Code: license.ExpiredSpan, Product: "cad", Feature: "f", Until: day("2026-03-09"), Span: license.Span{Days: 30}}},
	{name: "before activation", f: hasTerm(span(activates, 1, 0)), state: active, also: pending},
	{name: "after activation", f: hasTerm(span(activates, 1, 0)), env: and(notices(), func(e *license.Env) { e.Usage.Activated = moment("2026-02-28T23:00:00Z") }), state: active, until: "2026-03-28", next: "2026-03-29"},

	{name: "runs", f: hasRuns(10), env: usedBy(ran(9)), state: active, also: left(1)},
	{name: "runs used up", f: hasRuns(10), env: usedBy(ran(10)), state: expired, codes: "runs_used_up", also: left(0),
		reason: license.Reason{Code: license.RunsUsedUp, Product: "cad", Feature: "f", Max: 10}},
	{name: "runs overdrawn", f: hasRuns(10), env: usedBy(ran(12)), state: expired, codes: "runs_used_up", also: left(0)},
	{name: "nothing is counted that is unlimited", env: usedBy(ran(1 << 62)), state: active, also: left(-1)},

	{name: "restored, perpetual", env: restored, state: active},
	{name: "restored, until a date", f: year, env: restored, state: active, until: "2026-12-31", next: "2026-12-01"},
	{name: "restored, runs", f: hasRuns(10), env: restored, state: blocked, codes: "restore_detected"},
	{name: "restored, first use", f: thirty, env: restored, state: blocked, codes: "restore_detected", also: pending},
	{name: "restored, first use and runs", f: license.Feature{Term: thirty.Term, Runs: 10}, env: restored, state: blocked, codes: "restore_detected"},
	{name: "restored, until a date and runs", f: license.Feature{Term: year.Term, Runs: 10}, env: restored, state: blocked, codes: "restore_detected", until: "2026-12-31", next: "2026-12-01"},
	{name: "restored, a window from first use", licence: kindOf(license.Trial, thirty.Term), env: restored, state: blocked, codes: "trial_running restore_detected"},
	{name: "unwritable, perpetual", env: unwritable, state: active},
	{name: "unwritable, runs", f: hasRuns(10), env: unwritable, state: blocked, codes: "folder_unwritable",
		reason: license.Reason{Code: license.FolderUnwritable, Product: "cad", Feature: "f", Detail: "/nowhere"}},
	{name: "unwritable, before its first use", f: license.Feature{Term: thirty.Term, Runs: 10}, env: unwritable, state: blocked, codes: "folder_unwritable"},
	{name: "unwritable, after its first use", f: thirty, env: and(unwritable, notices(), usedBy(firstUse("2026-03-01"))), state: active, until: "2026-03-31", next: "2026-04-01"},

	{name: "a day back", f: year, env: marked("2026-03-11T12:00:00Z"), state: active, until: "2026-12-31", next: "2026-12-01"},
	{name: "more than a day back", f: year, env: marked("2026-03-11T12:00:00.000000001Z"), state: blocked, codes: "clock_set_back", until: "2026-12-31", next: "2026-03-10T12:00:00.000000001Z",
		reason: license.Reason{Code: license.ClockSetBack, Product: "cad", Feature: "f", Now: noon.Unix(), Mark: noon.Unix() + 86400}},
	{name: "right again by itself", f: year, env: and(marked("2026-03-20T12:00:00Z"), at("2026-03-19T12:00:00Z")), state: active, until: "2026-12-31", next: "2026-12-01"},
	{name: "years back, perpetual", env: marked("2030-01-01"), state: active},
	{name: "years back, runs", f: hasRuns(10), env: marked("2030-01-01"), state: active, also: left(10)},
	{name: "years back, first use", f: thirty, env: marked("2030-01-01"), state: blocked, codes: "clock_set_back", next: "2029-12-31"},
	{name: "years back, a trial", licence: kindOf(license.Trial, year.Term), env: and(marked("2030-01-01"), notices()), state: blocked, codes: "trial_running clock_set_back", until: "2026-12-31", next: "2027-01-01"},

	{name: "provisional", licence: kindOf(license.Provisional, until("2026-06-10")), env: notices(), state: provisional, codes: "license_provisional", until: "2026-06-10", next: "2026-06-11",
		reason: license.Reason{Code: license.LicenseProvisional, Until: day("2026-06-10"), Days: 92, Working: true}},
	{name: "provisional without a window", licence: kindOf(license.Provisional, license.Term{}), state: provisional, codes: "license_provisional"},
	{name: "provisional ended", licence: kindOf(license.Provisional, until("2026-03-09")), state: expired, codes: "provisional_ended", until: "2026-03-09"},
	{name: "trial", licence: kindOf(license.Trial, until("2026-03-12")), env: notices(), state: active, codes: "trial_running", until: "2026-03-12", next: "2026-03-13",
		reason: license.Reason{Code: license.TrialRunning, Until: day("2026-03-12"), Days: 2}},
	{name: "trial ended", licence: kindOf(license.Trial, until("2026-03-09")), state: expired, codes: "trial_ended", until: "2026-03-09"},
	{name: "trial not yet begun", licence: kindOf(license.Trial, between("2026-04-01", "2026-04-02")), env: notices(), state: notYet, codes: "not_yet_valid", until: "2026-04-02", next: "2026-04-01"},
	{name: "trial before its first use", licence: kindOf(license.Trial, thirty.Term), state: active, codes: "trial_running", also: pending},
	{name: "trial used up", licence: kindOf(license.Trial, thirty.Term), env: func(e *license.Env) { e.Usage.FirstUse = moment("2026-01-01") }, state: expired, codes: "trial_ended", until: "2026-01-31",
		reason: license.Reason{Code: license.TrialEnded, Until: day("2026-01-31"), Span: license.Span{Days: 30}}},
	{name: "a trial's window caps", f: year, licence: kindOf(license.Trial, until("2026-06-30")), env: notices(), state: active, codes: "trial_running", until: "2026-06-30", next: "2026-07-01"},
	{name: "a trial's window does not lengthen", f: hasTerm(until("2026-05-31")), licence: kindOf(license.Trial, until("2026-06-30")), env: notices(), state: active, codes: "trial_running", until: "2026-05-31", next: "2026-06-01"},
	{name: "test", licence: kindOf(license.Test, until("2026-03-31")), env: notices(), state: active, codes: "trial_running", until: "2026-03-31", next: "2026-04-01"},
	{name: "a full licence with a window", licence: kindOf(license.Full, until("2026-03-31")), env: notices(), state: active, until: "2026-03-31", next: "2026-04-01"},
	{name: "a full licence whose window ended", licence: kindOf(license.Full, until("2026-03-09")), state: expired, codes: "expired_date", until: "2026-03-09"},

	{name: "leased", env: leased("2026-03-10T12:00:00.000000001Z", "2026-03-20"), state: active, next: "2026-03-10T12:00:00.000000001Z"},
	{name: "in grace", env: leased("2026-03-10T12:00:00Z", "2026-03-20T08:00:00Z"), state: grace, codes: "lease_grace", next: "2026-03-20T08:00:00Z",
		reason: license.Reason{Code: license.LeaseGrace, Until: day("2026-03-20"), Working: true}},
	{name: "grace ended", env: leased("2026-03-01", "2026-03-10T12:00:00Z"), state: expired, codes: "lease_ended",
		reason: license.Reason{Code: license.LeaseEnded, Until: day("2026-03-10")}},
	{name: "leased without grace", env: leased("2026-03-10T12:00:00Z", ""), state: expired, codes: "lease_ended"},
	{name: "provisional in grace", licence: kindOf(license.Provisional, license.Term{}), env: leased("2026-03-09", "2026-03-20"), state: grace, codes: "license_provisional lease_grace", next: "2026-03-20"},

	{name: "without its receipt", licence: needsReceipt(""), state: unlicensed, codes: "activation_required"},
	{name: "bound at activation, without its receipt", licence: needsReceipt("board"), env: on(plainHost{}), state: unlicensed, codes: "activation_required"},
	{name: "with its receipt", licence: needsReceipt(""), env: receipt(license.Receipt{Serial: "S-1"}), state: active},
	{name: "with the receipt of another serial number", licence: needsReceipt(""), env: receipt(license.Receipt{Serial: "S-2", Lease: license.Lease{Until: moment("2026-01-01")}}), state: unlicensed, codes: "activation_required"},
	{name: "a receipt of another serial number, and none needed", env: receipt(license.Receipt{Serial: "S-2", Hold: license.HoldBlocked}), state: active},
	{name: "bound by its receipt", licence: needsReceipt("board"), env: and(on(plainHost{}), receipt(boardReceipt)), state: active},
	{name: "bound by its receipt, elsewhere", licence: needsReceipt("board"), env: and(on(fakeHost{err: mismatch{changed: []string{"board"}}}), receipt(boardReceipt)), state: unlicensed, codes: "hardware_changed"},
	{name: "bound by its receipt, no host", licence: needsReceipt("board"), env: receipt(boardReceipt), state: unlicensed, codes: "binding_unchecked"},
	{name: "bound, and its receipt is not", licence: needsReceipt("board"), env: and(on(plainHost{}), receipt(license.Receipt{Serial: "S-1"})), state: damaged, codes: "binding_damaged"},
	{name: "bound, and its receipt under another scheme", licence: needsReceipt("board"), env: and(on(plainHost{}), receipt(license.Receipt{Serial: "S-1", Binding: license.Binding{Scheme: "disk", Data: []byte{1}}})), state: damaged, codes: "binding_damaged"},
	{name: "bound by itself, whatever its receipt says", licence: and(needsReceipt("board"), isBound), env: and(on(plainHost{}), receipt(license.Receipt{Serial: "S-1", Binding: license.Binding{Scheme: "board", Data: []byte{2}}})), state: active},
	{name: "blocked by the vendor", licence: needsReceipt(""), env: receipt(license.Receipt{Serial: "S-1", Hold: license.HoldBlocked}), state: blocked, codes: "license_blocked"},
	{name: "payment pending", licence: and(needsReceipt(""), kindOf(license.Full, until("2026-12-31"))), env: receipt(license.Receipt{Serial: "S-1", Hold: license.HoldPayment}), state: active, codes: "payment_pending",
		until: "2026-12-31", reason: license.Reason{Code: license.PaymentPending, Until: day("2026-12-31"), Working: true}, next: "2026-12-01"},

	{name: "bound, no host", licence: isBound, state: unlicensed, codes: "binding_unchecked"},
	{name: "bound, here", licence: isBound, env: on(plainHost{}), state: active},
	{name: "bound, drifted", licence: isBound, env: on(fakeHost{drift: []string{"cpu"}, allowed: 2}), state: active, codes: "hardware_drift",
		reason: license.Reason{Code: license.HardwareDrift, Names: []string{"cpu"}, N: 1, Max: 2, Working: true}},
	{name: "bound, not drifted", licence: isBound, env: on(fakeHost{allowed: 2}), state: active},
	{name: "bound, drift unknown", licence: isBound, env: on(fakeHost{drift: []string{"cpu"}, badly: errors.New("no")}), state: active},
	{name: "bound, elsewhere", licence: isBound, env: on(fakeHost{err: mismatch{changed: []string{"board"}}}), state: unlicensed, codes: "hardware_changed",
		reason: license.Reason{Code: license.HardwareChanged, Names: []string{"board"}}},
	{name: "bound, unreadable", licence: isBound, env: on(plainHost{mismatch{unreadable: []string{"disk"}}}), state: unlicensed, codes: "hardware_unreadable",
		reason: license.Reason{Code: license.HardwareUnreadable, Names: []string{"disk"}}},
	{name: "bound, both, wrapped", licence: isBound, env: on(fakeHost{err: fmt.Errorf("host: %w", mismatch{[]string{"board"}, []string{"disk"}})}), state: unlicensed, codes: "hardware_changed hardware_unreadable"},
	{name: "bound, nonsense", licence: isBound, env: on(plainHost{errors.New("what scheme is this?")}), state: damaged, codes: "binding_damaged",
		reason: license.Reason{Code: license.BindingDamaged, Detail: "what scheme is this?"}},
	{name: "bound, neither changed nor unreadable", licence: isBound, env: on(plainHost{mismatch{}}), state: damaged, codes: "binding_damaged"},
	{name: "a host that nothing asks for", env: on(plainHost{errors.New("never asked")}), state: active},

	{name: "no place forbidden", env: on(place{"kvm", "rdp"}), state: active},
	{name: "not in a virtual machine", f: hasPlaces(novm), env: on(place{"", "rdp"}), state: active},
	{name: "in a virtual machine", f: hasPlaces(novm), env: on(place{"kvm", "rdp"}), state: unlicensed, codes: "virtual_machine_found",
		reason: license.Reason{Code: license.VirtualMachineFound, Product: "cad", Feature: "f", Has: "kvm"}},
	{name: "in a remote session", f: hasPlaces(noremote), env: on(place{"kvm", "rdp"}), state: unlicensed, codes: "remote_session_found",
		reason: license.Reason{Code: license.RemoteSessionFound, Product: "cad", Feature: "f", Has: "rdp"}},
	{name: "in both", f: hasPlaces(novm | noremote), env: on(place{"kvm", "rdp"}), state: unlicensed, codes: "virtual_machine_found remote_session_found"},
	{name: "no host to tell the place", f: hasPlaces(novm | noremote), state: unlicensed, codes: "place_unknown place_unknown"},
	{name: "a host that cannot tell the place", f: hasPlaces(noremote), env: on(plainHost{}), state: unlicensed, codes: "place_unknown"},
	{name: "a host that is not sure", f: hasPlaces(novm), env: on(unsure{}), state: unlicensed, codes: "place_unknown",
		reason: license.Reason{Code: license.PlaceUnknown, Product: "cad", Feature: "f", Detail: "the processor does not say"}},

	{name: "a seat", f: hasSeats(2), env: and(user(" ADA@Example.COM\t"), usedBy(bound("ada@example.com"))), state: active},
	{name: "a seat that was bound as typed", f: hasSeats(2), env: and(user("ada@example.com"), usedBy(bound("bob@example.com", " Ada@EXAMPLE.com"))), state: active},
	{name: "no seat", f: hasSeats(2), env: and(user("Eve@example.com"), usedBy(bound("ada@example.com"))), state: unlicensed, codes: "seat_not_bound",
		reason: license.Reason{Code: license.SeatNotBound, Product: "cad", Feature: "f", Names: []string{"eve@example.com"}}},
	{name: "a plus address is somebody else", f: hasSeats(2), env: and(user("ada+cad@example.com"), usedBy(bound("ada@example.com"))), state: unlicensed, codes: "seat_not_bound"},
	{name: "nobody is bound", f: hasSeats(2), env: user("ada@example.com"), state: unlicensed, codes: "seat_not_bound"},
	{name: "nobody is asked", f: hasSeats(2), state: active},
	{name: "no seats, whoever it is", env: user("eve@example.com"), state: active},

	{name: "version covered", licence: covered("10", "", ""), env: runs("10.99.3", ""), state: active},
	{name: "version not covered", licence: covered("10", "", ""), env: runs("11", ""), state: unlicensed, codes: "version_not_covered",
		reason: license.Reason{Code: license.VersionNotCovered, Product: "cad", Has: "11", Needs: "10"}},
	{name: "version unknown", licence: covered("10", "", ""), env: runs("", ""), state: unlicensed, codes: "version_unknown",
		reason: license.Reason{Code: license.VersionUnknown, Product: "cad", Needs: "10"}},
	{name: "version is none", licence: covered("10", "", ""), env: runs("(devel)", ""), state: unlicensed, codes: "version_unknown",
		reason: license.Reason{Code: license.VersionUnknown, Product: "cad", Has: "(devel)", Needs: "10"}},
	{name: "maintained", licence: covered("", "2026-03-10", license.Keep), state: active, next: "2026-03-11"},
	{name: "kept", licence: covered("", "2026-03-09", license.Keep), env: runs("10.2", "2026-03-09T23:59:59Z"), state: active, codes: "maintenance_kept",
		reason: license.Reason{Code: license.MaintenanceKept, Product: "cad", Until: day("2026-03-09"), Working: true}},
	{name: "released too late to be kept", licence: covered("", "2026-03-09", license.Keep), env: runs("10.2", "2026-03-10"), state: unlicensed, codes: "version_not_covered",
		reason: license.Reason{Code: license.VersionNotCovered, Product: "cad", Has: "10.2", Until: day("2026-03-09")}},
	{name: "released nobody says when", licence: covered("", "2026-03-09", license.Keep), state: unlicensed, codes: "version_not_covered"},
	{name: "maintained until it stops", licence: covered("", "2026-03-10", license.Stop), state: active, next: "2026-03-11"},
	{name: "stopped", licence: covered("", "2026-03-09", license.Stop), env: runs("10.2", "2020-01-01"), state: expired, codes: "maintenance_stopped",
		reason: license.Reason{Code: license.MaintenanceStopped, Product: "cad", Until: day("2026-03-09")}},

	{name: "another product", env: func(e *license.Env) { e.Product = "cam" }, state: unlicensed, codes: "other_product",
		reason: license.Reason{Code: license.OtherProduct, Has: "cad", Needs: "cam"}},
	{name: "no such feature", licence: func(l *license.License) { l.Products[0].Features[0].ID = "g" }, state: unlicensed,
		codes: "feature_not_licensed", also: func(t *testing.T, r *license.Result, d license.Decision) {
			require.Equal(t, "f", d.Feature.ID)
			require.Zero(t, d.Left, "not unlimited: it does not work")
		}},

	{name: "a date and runs", f: license.Feature{Term: until("2026-03-09"), Runs: 3}, env: usedBy(ran(3)), state: expired, codes: "expired_date runs_used_up", until: "2026-03-09"},
	{name: "everything at once", f: license.Feature{Term: until("2026-03-09"), Runs: 3, Seats: 1, Conditions: novm},
		licence: and(isBound, kindOf(license.Trial, until("2026-03-08")), covered("9", "2026-03-07", license.Stop)),
		env:     and(usedBy(ran(3)), user("eve@example.com"), leased("2026-03-01", ""), marked("2027-01-01"), restored), state: unlicensed, until: "2026-03-08", next: "2026-12-31",
		codes: "binding_unchecked trial_ended clock_set_back lease_ended version_not_covered maintenance_stopped " +
			"expired_date runs_used_up restore_detected place_unknown seat_not_bound"},
	{name: "the worst state is what counts", f: license.Feature{Term: between("2026-04-01", "2026-04-02"), Runs: 3}, env: and(notices(), usedBy(ran(3))), state: expired,
		codes: "not_yet_valid runs_used_up", until: "2026-04-02", next: "2026-04-01"},
	{name: "who to ask", f: hasRuns(1), licence: func(l *license.License) { l.Hints.Contact = "support@acme.example" }, env: and(usedBy(ran(1)), leased("2026-03-01", "")),
		state: expired, codes: "lease_ended runs_used_up"},
}
