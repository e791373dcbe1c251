package license_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// codesIn returns the codes of reasons in their order.
func codesIn(reasons []license.Reason) (codes []license.Code) {
	for _, r := range reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

func TestCheckNoLicence(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*license.Result{"nil": license.Check(nil, license.Env{Now: noon}), "nothing merged": license.Merge()} {
		require.Equal(t, []license.Reason{{Code: license.NoLicense}}, r.Reasons, name)
		require.Equal(t, license.StateUnlicensed, r.State())
		require.False(t, r.Allows("f"))
		require.False(t, r.Allows(""))
		require.Equal(t, []license.Code{license.NoLicense}, codesIn(r.Decision("f").Reasons), "a feature is not missing from a licence that is not there")
		require.Len(t, r.Reasons, 1, "asking does not change the result")
		require.True(t, r.Next.IsZero())
	}
	require.False(t, new(license.Result).Allows("f"))
	require.Equal(t, license.StateUnlicensed, new(license.Result).Decision("f").State)
}

// Asking for what is not there leaves the answers given before as they are.
func TestDecisionOfUnknownFeatures(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f"})
	isBound(l)
	l.Kind = license.Trial
	r := license.Check(l, license.Env{Now: noon, Product: "cad", Receipt: &license.Receipt{Lease: license.Lease{Until: noon}}})
	for n := 1; n <= 4; n++ {
		r.Reasons = slices.Grow(r.Reasons[:n:n], 4)
		a := r.Decision("a")
		r.Decision("b")
		require.Equal(t, license.Reason{Code: license.FeatureNotLicensed, Feature: "a"}, a.Reasons[n])
	}
}

// What blames a feature is said only where there is a licence for the product.
func TestDecisionWithoutALicenceForTheProduct(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f"})
	other := license.Check(l, license.Env{Now: noon, Product: "cam"})
	require.Equal(t, []license.Code{license.OtherProduct}, codesIn(other.Decision("f").Reasons))
	require.Equal(t, []license.Code{license.OtherProduct}, codesIn(license.Merge(other, other).Decision("f").Reasons)[:1])
	require.NotContains(t, codesIn(license.Merge(other, other).Decision("f").Reasons), license.FeatureNotLicensed)
	has := license.Check(l, license.Env{Now: noon, Product: "cad", Offline: true})
	lacking := license.Merge(other, has).Decision("g")
	require.Contains(t, codesIn(lacking.Reasons), license.FeatureNotLicensed)
	none := license.Check(nil, license.Env{Product: "cad", Offline: true}).Decision("f").Reasons
	require.Equal(t, []license.Reason{{Code: license.NoLicense, Product: "cad", Offline: true}}, none)
}

// Nothing is said to keep working that does not, of the whole licence or of a
// feature.
func TestSentencesOfWhatWorks(t *testing.T) {
	t.Parallel()
	ended := license.Until(license.DateOf(noon) - 1)
	check := func(window license.Term) *license.Result {
		l := licenceOf(license.Feature{ID: "f"}, license.Feature{ID: "g", Term: ended}, license.Feature{ID: "h"})
		l.Kind, l.Window = license.Provisional, window
		l.Products[0].Maintenance = license.Maintenance{Until: license.DateOf(noon) - 1, Lapse: license.Keep}
		isBound(l)
		return license.Check(l, license.Env{
			Now: noon, Product: "cad", Released: noon.AddDate(0, -1, 0), Host: fakeHost{drift: []string{"cpu"}, allowed: 2},
			Receipt: &license.Receipt{Serial: "S-1", Hold: license.HoldPayment, Lease: license.Lease{Until: noon, Grace: noon.AddDate(0, 1, 0)}},
		})
	}
	say := regexp.MustCompile("keeps (working|running)|works in full")
	says := func(reasons []license.Reason) (n int) {
		for i := range reasons {
			if say.MatchString(reasons[i].Text(license.English) + reasons[i].Remedy(license.English)) {
				n++
			}
		}
		return n
	}
	r := check(license.Term{})
	require.Equal(t, 5, says(r.Reasons))
	require.Equal(t, 5, says(r.Decision("f").Reasons))
	require.Equal(t, 0, says(r.Decision("g").Reasons), "it has expired")
	require.Len(t, r.Decision("g").Reasons, 6)
	require.Equal(t, 5, says(r.Decision("h").Reasons))
	_ = append(r.Decisions[0].Reasons, license.Reason{Code: "a"})
	require.Len(t, append(r.Decisions[2].Reasons, license.Reason{Code: "b"}), 6)

	r = check(ended)
	require.Equal(t, license.StateExpired, r.State())
	require.Equal(t, 0, says(r.Reasons))
	for _, d := range r.Decisions {
		require.Equal(t, 0, says(d.Reasons), d.Feature.ID)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		state license.State
		text  string
		level license.Level
	}{
		{unlicensed, "unlicensed", license.Stopped}, {damaged, "damaged", license.Stopped}, {blocked, "blocked", license.Stopped},
		{expired, "expired", license.Stopped}, {notYet, "not yet valid", license.Stopped}, {grace, "grace", license.Warn},
		{provisional, "provisional", license.Warn}, {active, "active", license.OK},
	}
	for _, test := range tests {
		require.Equal(t, test.text, test.state.String())
		require.Equal(t, test.level, test.state.Level())
		require.Equal(t, test.level != license.Stopped, test.state.Works())
	}
}

// Where every product is decided, none is decided by what holds of another.
func TestCheckEveryProduct(t *testing.T) {
	t.Parallel()
	l := licenceOf()
	isBound(l)
	f := []license.Feature{{ID: "f"}, {ID: "own"}}
	l.Products = []license.Product{
		{ID: "a", Features: f, Maintenance: license.Maintenance{Until: day("2026-03-09"), Lapse: license.Stop}},
		{ID: "b", Features: f},
		{ID: "c", Features: f, MaxVersion: "9"},
		{ID: "d", Features: f, Maintenance: license.Maintenance{Until: day("2026-03-09"), Lapse: license.Keep}},
		{ID: "e", Features: f},
	}
	env := license.Env{Now: noon, Version: "10", Released: noon.AddDate(-1, 0, 0), Host: fakeHost{drift: []string{"cpu"}, allowed: 1}}
	want := map[string][]license.Code{
		"a": {license.HardwareDrift, license.MaintenanceStopped}, "b": {license.HardwareDrift}, "c": {license.HardwareDrift, license.VersionNotCovered},
		"d": {license.HardwareDrift, license.MaintenanceKept}, "e": {license.HardwareDrift},
	}
	states := map[string]license.State{"a": expired, "b": active, "c": unlicensed, "d": active, "e": active}
	r := license.Check(l, env)
	require.Len(t, r.Decisions, 10)
	for _, d := range r.Decisions {
		require.Equal(t, want[d.Product], codesIn(d.Reasons), d.Product)
		require.Equal(t, states[d.Product], d.State, d.Product)
	}
	require.Equal(t, []license.Code{license.HardwareDrift}, codesIn(r.Reasons))
	require.True(t, r.Allows("f"))
	require.Equal(t, active, r.Decision("f").State, "the best decides, as it does for Allows")

	for product, codes := range want {
		env.Product = product
		r := license.Check(l, env)
		require.Len(t, r.Decisions, 2)
		require.Equal(t, codes, codesIn(r.Reasons), product)
		require.Equal(t, states[product].Works(), r.Allows("f"))
		p, _ := l.Product(product)
		require.Equal(t, p.Maintenance, r.Maintenance)
	}
}

// A Host is asked for each place once, however many features ask.
func TestCheckAsksOnce(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "a", Conditions: novm}, license.Feature{ID: "b", Conditions: novm | noremote}, license.Feature{ID: "c", Conditions: noremote})
	h := &counter{}
	r := license.Check(l, license.Env{Now: noon, Host: h})
	require.Equal(t, counter{1, 1}, *h)
	require.False(t, r.Allows("a"))
	require.False(t, r.Allows("b"))
	require.True(t, r.Allows("c"))
	require.Equal(t, []license.Code{license.VirtualMachineFound}, codesIn(r.Decision("b").Reasons))
}

type counter struct{ vms, remotes int }

func (c *counter) MatchBinding(string, []byte) error { panic("the licence is not bound") }
func (c *counter) VirtualMachine() (string, error)   { c.vms++; return "kvm", nil }
func (c *counter) RemoteSession() (string, error)    { c.remotes++; return "", nil }

func TestMerge(t *testing.T) {
	t.Parallel()
	env := license.Env{Now: noon, Notice: []int{}}
	check := func(features ...license.Feature) *license.Result { return license.Check(licenceOf(features...), env) }
	f := func(t license.Term) license.Feature { return license.Feature{ID: "f", Term: t} }
	expiredEarly, expiredLate := check(f(until("2026-01-31"))), check(f(until("2026-02-28")))
	future := check(f(between("2026-04-01", "2026-12-31")))
	short, long, forever := check(f(until("2026-06-30"))), check(f(until("2026-12-31"))), check(f(license.Term{}))
	few, many := check(license.Feature{ID: "f", Runs: 5}), check(license.Feature{ID: "f", Runs: 50})
	waits := check(f(span(uses, 0, 30)))
	trial := license.Check(func() *license.License { l := licenceOf(f(license.Term{})); l.Kind = license.Provisional; return l }(), env)

	tests := []struct {
		name    string
		results []*license.Result
		state   license.State
		until   string
		left    int64
		codes   []license.Code
		next    string
	}{
		{"one", []*license.Result{short}, active, "2026-06-30", -1, nil, "2026-07-01"},
		{"the longer", []*license.Result{short, long}, active, "2026-12-31", -1, nil, "2026-07-01"},
		{"for ever", []*license.Result{long, forever}, active, "", -1, nil, "2027-01-01"},
		{"an expired one says nothing beside one that works", []*license.Result{expiredLate, short}, active, "2026-06-30", -1, nil, "2026-07-01"},
		{"nor one to come", []*license.Result{future, short}, active, "2026-06-30", -1, nil, "2026-04-01"},
		{"active before provisional", []*license.Result{trial, short}, active, "2026-06-30", -1, nil, "2026-07-01"},
		{"provisional works", []*license.Result{trial, expiredLate}, provisional, "", -1, []license.Code{license.LicenseProvisional}, ""},
		{"more runs", []*license.Result{few, many}, active, "", 50, nil, ""},
		{"runs without a limit", []*license.Result{few, forever}, active, "", -1, nil, ""},
		{"what has begun before what begins with this use", []*license.Result{waits, short}, active, "2026-06-30", -1, nil, "2026-07-01"},
		{"none works: all say why", []*license.Result{expiredEarly, expiredLate}, expired, "2026-02-28", 0, []license.Code{license.ExpiredDate, license.ExpiredDate}, ""},
		{"none works: the best state", []*license.Result{expiredEarly, future}, notYet, "2026-12-31", 0, []license.Code{license.ExpiredDate, license.NotYetValid}, "2026-04-01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := deepCopy(decisionsOf(test.results))
			r := license.Merge(test.results...)
			d := r.Decision("f")
			require.Len(t, r.Decisions, 1)
			require.Equal(t, test.state, d.State)
			require.Equal(t, test.until, d.Until.String())
			require.Equal(t, test.left, d.Left)
			require.Equal(t, test.codes, codesIn(d.Reasons))
			require.Equal(t, test.state.Works(), r.Allows("f"))
			if test.next == "" {
				require.True(t, r.Next.IsZero())
			} else {
				require.Equal(t, moment(test.next), r.Next)
			}
			back := slices.Clone(test.results)
			slices.Reverse(back)
			require.Equal(t, d.State, license.Merge(back...).Decision("f").State)
			require.Equal(t, d.Until, license.Merge(back...).Decision("f").Until)
			require.Equal(t, d.Left, license.Merge(back...).Decision("f").Left)
			require.Equal(t, before, decisionsOf(test.results), "Merge changed what it merged")
		})
	}
	t.Run("features of all", func(t *testing.T) {
		t.Parallel()
		r := license.Merge(check(license.Feature{ID: "b"}), check(license.Feature{ID: "a"}, license.Feature{ID: "c", Term: until("2026-01-31")}))
		for feature, works := range map[string]bool{"a": true, "b": true, "c": false, "d": false} {
			require.Equal(t, works, r.Allows(feature), feature)
		}
	})
	t.Run("two merges of one result", func(t *testing.T) {
		t.Parallel()
		why := license.Feature{ID: "f", Term: until("2026-01-31"), Runs: 1, Seats: 1} // three reasons, and room for one more
		a := license.Check(licenceOf(why), license.Env{Now: noon, User: "eve@example.com",
			Usage: license.Usage{Features: map[license.Ref]license.FeatureUsage{{Product: "cad", Feature: "f"}: {Runs: 1}}}})
		require.Len(t, a.Decision("f").Reasons, 3)
		first := license.Merge(a, expiredLate).Decision("f").Reasons
		before := deepCopy(first)
		license.Merge(a, future)
		require.Equal(t, before, first)
	})
	t.Run("products do not mix", func(t *testing.T) {
		t.Parallel()
		other := licenceOf(f(until("2026-01-31")))
		other.Products[0].ID = "cam"
		r := license.Merge(license.Check(other, env), short)
		require.Len(t, r.Decisions, 2)
		require.Equal(t, []string{"cad", "cam"}, []string{r.Decisions[0].Product, r.Decisions[1].Product})
		require.Equal(t, []license.State{active, expired}, []license.State{r.Decisions[0].State, r.Decisions[1].State})
		require.True(t, r.Allows("f"))
	})
	t.Run("the later maintenance", func(t *testing.T) {
		t.Parallel()
		a := license.Check(maintained("2026-06-30", license.Keep, ""), env)
		b := license.Check(maintained("2026-12-31", license.Keep, ""), env)
		require.Equal(t, day("2026-12-31"), license.Merge(b, a).Maintenance.Until)
	})
	t.Run("the reasons of each whole licence", func(t *testing.T) {
		t.Parallel()
		unbound := license.Check(func() *license.License { l := licenceOf(f(license.Term{})); isBound(l); return l }(), env)
		require.Equal(t, []license.Code{license.BindingUnchecked}, codesIn(license.Merge(short, unbound).Reasons))
	})
}

func decisionsOf(results []*license.Result) (d [][]license.Decision) {
	for _, r := range results {
		d = append(d, r.Decisions)
	}
	return d
}

// Between a check and the time at which it asks for another, nothing changes.
func TestCheckNext(t *testing.T) {
	t.Parallel()
	changes := 0
	forSeeds(t, cases/4, func(g generator) {
		l := g.licence()
		env := g.environments(l, g.usage(l))[0]
		env.Product = pick(g, "", "p00", "p01")
		if g.chance(30) {
			env.Mark = env.Now.Add(time.Duration(g.IntN(100*24)) * time.Hour)
		}
		if g.chance(30) {
			env.Receipt = g.receipt(l, env.Now)
			env.Receipt.Until = env.Now.Add(time.Duration(g.IntN(2000)-500) * time.Hour)
			env.Receipt.Grace = env.Receipt.Until.Add(time.Duration(g.IntN(500)-100) * time.Hour)
		}
		for range 8 { // from one check to the next
			now := license.Check(l, env)
			for _, moment := range g.moments(env) {
				if !moment.After(env.Now) || !now.Next.IsZero() && !moment.Before(now.Next) {
					continue
				}
				then := env
				then.Now = moment
				same(t, now, license.Check(l, then))
			}
			if now.Next.IsZero() {
				break
			}
			require.True(t, now.Next.After(env.Now))
			changes++
			env.Now = now.Next
		}
	})
	require.Greater(t, changes, cases/4, "too little happened to tell")
}

// moments returns times at which something might change, and those just
// before.
func (g generator) moments(env license.Env) (moments []time.Time) {
	for d := license.Date(-1); d < 8; d++ {
		moments = append(moments, (license.DateOf(env.Now) + d).Start())
	}
	for range 25 {
		moments = append(moments, g.date().Start(), (g.date() + license.Date(g.IntN(400))).Start())
	}
	if env.Receipt != nil {
		moments = append(moments, env.Receipt.Until, env.Receipt.Grace)
	}
	moments = append(moments, env.Mark.Add(-license.ClockTolerance), env.Mark)
	for _, m := range moments {
		moments = append(moments, m.Add(-1))
	}
	if next := license.DateOf(env.Now); next > 0 {
		moments = append(moments, (next + 1).Start(), (next + 1).End())
	}
	return moments
}

// same fails unless two results say the same but for how many days are left.
func same(t *testing.T, a, b *license.Result) {
	t.Helper()
	require.Len(t, b.Decisions, len(a.Decisions))
	require.Equal(t, codesIn(a.Reasons), codesIn(b.Reasons))
	for i, d := range a.Decisions {
		require.Equal(t, d.State, b.Decisions[i].State)
		require.Equal(t, d.Until, b.Decisions[i].Until)
		require.Equal(t, codesIn(d.Reasons), codesIn(b.Decisions[i].Reasons))
		require.Equal(t, a.Allows(d.Feature.ID), b.Allows(d.Feature.ID))
		require.Equal(t, a.Set().Ready(d.Feature.ID), b.Set().Ready(d.Feature.ID))
	}
}

// The same arguments give the same result, and stay as they are.
func TestCheckIsPure(t *testing.T) {
	t.Parallel()
	forSeeds(t, cases/10, func(g generator) {
		l := g.licence()
		env := g.environments(l, g.usage(l))[0]
		before, usage := deepCopy(l), deepCopy(env.Usage)
		a := license.Check(l, env)
		require.Equal(t, a, license.Check(before, env))
		require.Equal(t, before, l)
		require.Equal(t, usage, env.Usage)
	})
}

func TestNormalEmail(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"ada@example.com":                "ada@example.com",
		" \tAda@Example.COM\r\n":         "ada@example.com",
		"\u00a0ada@example.com\u3000":    "ada@example.com",
		"\uff41\uff24a\uff20example.com": "ada@example.com", // full width
		"a\u0301da@example.com":          "áda@example.com", // combining
		"ÁDA@example.com":                "áda@example.com",
		"\ufb01ona@example.com":          "fiona@example.com", // ligature
		"Ада@пример.рф":                  "ада@пример.рф",
		"ada+cad@example.com":            "ada+cad@example.com",
		"a.d.a@example.com":              "a.d.a@example.com",
		"":                               "",
	} {
		require.Equal(t, want, license.NormalEmail(address), "%q", address)
	}
	require.NotEqual(t, license.NormalEmail("ada@example.com"), license.NormalEmail("\u0430da@example.com"), "a Cyrillic a is another letter")
	for r := rune(0); r < 0x20000; r++ { // what is stored in its normal form is still found
		if r == 0x3100 { // from here on come ideographs, until the forms for compatibility
			r = 0xf900
		}
		for _, s := range []string{string(r) + "a@b", "a" + string(r) + "@b", "a@b" + string(r)} {
			once := license.NormalEmail(s)
			require.Equal(t, once, license.NormalEmail(once), "%U", r)
		}
	}
}

func TestVersionCovered(t *testing.T) {
	t.Parallel()
	tests := []struct {
		highest, version string
		covered          bool
	}{
		{"10", "10", true}, {"10", "11", false}, {"10", "9.99", true}, {"10", "10.3", true}, {"10", "10.99.99", true}, {"10", "100", false},
		{"10.3", "10", true}, {"10.3", "10.3.9", true}, {"10.3", "10.4", false}, {"10.3", "11", false}, {"10.3", "9.4", true},
		{"4.9", "4.10", false}, {"4.10", "4.9", true}, {"4.9", "4.9.0", true}, {"4.09", "4.9", true}, {"4.0", "4.1", false},
		{"10", "10.4-beta", true}, {"10", "11-beta.1", false}, {"10", "11.0.0-rc.1+build.5", false}, {"10", "10+2026", true}, {"10.3-rc1", "10.3", true},
		{"v10", "10.1", true}, {"10", "v11", false}, {"10", "v10.1", true},
		{"10", "11beta2", false}, {"10", "10beta2", true}, {"10", "beta", false}, {"10.3", "10.4rc1", false},
		{"99999999999999999999", "100000000000000000000", false}, {"100000000000000000000", "99999999999999999999", true},
		{"0", "0.1", true}, {"0", "1", false}, {"10", "10..5", false}, {"10", ".", false},
		{"4", "(devel)", false}, {"4", "four", false}, {"4", "", true}, {"4", "-1", false}, {"4", "v", false}, {"4", "3.x", false}, {"", "(devel)", true},
		{"four", "0.9", true}, {"four", "1", false}, {"four", "(devel)", false},
	}
	for _, test := range tests {
		l := licenceOf(license.Feature{ID: "f"})
		l.Products[0].MaxVersion = test.highest
		r := license.Check(l, license.Env{Now: noon, Version: test.version})
		require.Equal(t, test.covered, r.Allows("f"), "%s covers %s", test.highest, test.version)
	}
}

// A version that is none is within no highest version, and the sentence says so.
func TestVersionThatIsNone(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f"})
	l.Products[0].MaxVersion = "4"
	for _, version := range []string{"(devel)", "four", "", "v", "3.x", "-rc1", ".3", "3.", "unknown", "1.0 beta", "3.0 (build 7)", "3.0,1", "3.0-béta"} {
		require.False(t, license.IsVersion(version), version)
		r := license.Check(l, license.Env{Now: noon, Product: "cad", Version: version})
		require.False(t, r.Allows("f"), version)
		require.Equal(t, []license.Code{license.VersionUnknown}, codesIn(r.Reasons))
		require.Contains(t, r.Reasons[0].Text(license.English), "does not know its own version")
		if version != "" {
			require.Contains(t, r.Reasons[0].Text(license.English), "“"+version+"” is not a version number")
		}
	}
	require.True(t, license.Check(l, license.Env{Now: noon}).Allows("f"), "a check of every product is not for a program that runs")
	for _, version := range []string{"0", "3", "v3.1", "3.2.1-rc.1+build", "3beta2", "3.2rc1"} {
		require.True(t, license.IsVersion(version), version)
		require.True(t, license.Check(l, license.Env{Now: noon, Product: "cad", Version: version}).Allows("f"), version)
	}

	// What was signed with a highest version that is none keeps its meaning.
	l.Products[0].MaxVersion = "four"
	r := license.Check(l, license.Env{Now: noon, Product: "cad", Version: "4.2"})
	require.Equal(t, []license.Code{license.VersionNotCovered}, codesIn(r.Reasons))
	require.Contains(t, r.Reasons[0].Text(license.English), "versions up to four")
}

// A clock that was set back gains nothing where only a lease or maintenance
// runs out, and where nothing does, it is not noticed.
func TestCheckClockSetBackForWholeLicence(t *testing.T) {
	t.Parallel()
	back := license.Env{Now: noon, Product: "cad", Released: noon, Mark: noon.AddDate(1, 0, 0)}
	perpetual := func() *license.License { return licenceOf(license.Feature{ID: "f"}) }
	require.True(t, license.Check(perpetual(), back).Allows("f"))

	leased := back
	leased.Receipt = &license.Receipt{Serial: "S-1", Lease: license.Lease{Until: noon.AddDate(0, 1, 0), Grace: noon.AddDate(0, 2, 0)}}
	d := license.Check(perpetual(), leased).Decision("f")
	require.Equal(t, license.StateBlocked, d.State)
	require.Equal(t, license.ClockSetBack, d.Reasons[0].Code)

	maintained := perpetual()
	maintained.Products[0].Maintenance = license.Maintenance{Until: day("2026-12-31"), Lapse: license.Stop}
	require.Equal(t, license.StateBlocked, license.Check(maintained, back).State())
	maintained.Products[0].Maintenance.Lapse = license.Keep
	require.Equal(t, license.StateActive, license.Check(maintained, back).State())
}

// Whoever forgets to say what time it is gets nothing that ends.
func TestCheckWithoutTime(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "f"}, license.Feature{ID: "g", Term: license.Until(day("2099-12-31"))})
	r := license.Check(l, license.Env{Product: "cad"})
	require.True(t, r.Allows("f"))
	require.False(t, r.Allows("g"))
}
