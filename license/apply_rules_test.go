package license_test

import (
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// features and changes with one limit each

func hasTerm(t license.Term) license.Feature          { return license.Feature{Term: t} }
func hasRuns(n int64) license.Feature                 { return license.Feature{Runs: n} }
func hasSeats(n int64) license.Feature                { return license.Feature{Seats: n} }
func hasPlaces(set license.Condition) license.Feature { return license.Feature{Conditions: set} }
func setsTerm(t license.Term) license.FeatureChange   { return license.FeatureChange{Term: &t} }
func setsRuns(n int64) license.FeatureChange          { return license.FeatureChange{Runs: &n} }
func setsSeats(n int64) license.FeatureChange         { return license.FeatureChange{Seats: &n} }
func setsPlaces(c license.Condition) license.FeatureChange {
	return license.FeatureChange{Conditions: &c}
}

func hasUses(n int64, per license.Counting) license.Feature {
	return license.Feature{Concurrent: license.Concurrent{N: n, Per: per}}
}

func setsUses(n int64, per license.Counting) license.FeatureChange {
	return license.FeatureChange{Concurrent: &license.Concurrent{N: n, Per: per}}
}

func resets(c license.FeatureChange) license.FeatureChange {
	c.ResetUsage = true
	return c
}

func params(namesAndValues ...string) (p []license.Param) {
	for i := 0; i < len(namesAndValues); i += 2 {
		p = append(p, license.Param{Name: namesAndValues[i], Value: namesAndValues[i+1]})
	}
	return p
}

func firstUse(d string) license.FeatureUsage {
	return license.FeatureUsage{FirstUse: day(d).Start().Add(23 * time.Hour)}
}

func ran(n int64) license.FeatureUsage { return license.FeatureUsage{Runs: n} }

func bound(users ...string) license.FeatureUsage { return license.FeatureUsage{Seats: users} }

const (
	uses      = license.FromFirstUse
	activates = license.FromActivation
	novm      = license.NoVirtualMachine
	noremote  = license.NoRemoteSession
	unlimited = license.NothingUnlimited
	further   = license.NothingEarlier
	maxCount  = license.MaxCount
)

// featureRules take place on 10 March 2026.
var featureRules = []featureRule{
	{row: rowPerpetual, name: "days more", has: hasTerm(license.Term{}), change: setsTerm(extend(30)), want: hasTerm(license.Term{}), note: unlimited},
	{row: rowPerpetual, name: "a date", has: hasTerm(license.Term{}), change: setsTerm(until("2027-01-01")), want: hasTerm(license.Term{}), note: unlimited},
	{row: rowPerpetual, name: "days from first use", has: hasTerm(license.Term{}), change: setsTerm(span(uses, 0, 5)), want: hasTerm(license.Term{}), note: unlimited},
	{row: rowPerpetual, name: "perpetual", has: hasTerm(license.Term{}), change: setsTerm(license.Term{}), want: hasTerm(license.Term{}), note: unlimited},
	{row: rowPerpetual, name: "a date becomes perpetual", has: hasTerm(until("2026-12-31")), change: setsTerm(license.Term{}), want: hasTerm(license.Term{})},
	{row: rowPerpetual, name: "an expired date becomes perpetual", has: hasTerm(until("2025-12-31")), change: setsTerm(license.Term{}), want: hasTerm(license.Term{})},
	{row: rowPerpetual, name: "first use becomes perpetual", has: hasTerm(span(uses, 0, 30)), change: setsTerm(license.Term{}), want: hasTerm(license.Term{})},
	{row: rowPerpetual, name: "activation becomes perpetual", has: hasTerm(span(activates, 1, 0)), change: setsTerm(license.Term{}), want: hasTerm(license.Term{})},
	{row: rowPerpetual, name: "as written", rewrite: true, has: hasTerm(license.Term{}), change: setsTerm(until("2026-06-30")), want: hasTerm(until("2026-06-30"))},
	{row: rowPerpetual, name: "unsaid is perpetual", rewrite: true, has: hasTerm(until("2026-06-30")), change: license.FeatureChange{}, want: hasTerm(license.Term{})},
	{row: rowPerpetual, name: "said", rewrite: true, has: hasTerm(until("2026-06-30")), change: setsTerm(license.Term{}), want: hasTerm(license.Term{})},

	{row: rowExtend, name: "early renewal loses no day", has: hasTerm(until("2026-12-31")), change: setsTerm(extend(30)), want: hasTerm(until("2027-01-30"))},
	{row: rowExtend, name: "an expired base counts from today", has: hasTerm(until("2026-03-09")), change: setsTerm(extend(30)), want: hasTerm(until("2026-04-09"))},
	{row: rowExtend, name: "long expired", has: hasTerm(until("1999-12-31")), change: setsTerm(extend(1)), want: hasTerm(until("2026-03-11"))},
	{row: rowExtend, name: "on its last day", has: hasTerm(until("2026-03-10")), change: setsTerm(extend(1)), want: hasTerm(until("2026-03-11"))},
	{row: rowExtend, name: "months", has: hasTerm(until("2026-11-30")), change: setsTerm(span(license.Extend, 3, 0)), want: hasTerm(until("2027-02-28"))},
	{row: rowExtend, name: "months to a leap day", has: hasTerm(until("2027-11-30")), change: setsTerm(span(license.Extend, 3, 0)), want: hasTerm(until("2028-02-29"))},
	{row: rowExtend, name: "months, then days", has: hasTerm(until("2027-01-31")), change: setsTerm(span(license.Extend, 1, 1)), want: hasTerm(until("2027-03-01"))},
	{row: rowExtend, name: "to the last day of the calendar", has: hasTerm(until("9999-12-01")), change: setsTerm(extend(30)), want: hasTerm(until("9999-12-31"))},
	{row: rowExtend, name: "beyond the calendar", has: hasTerm(until("9999-12-01")), change: setsTerm(extend(31)), code: license.UpdateRefused},
	{row: rowExtend, name: "months beyond the calendar", has: hasTerm(until("9999-12-01")), change: setsTerm(span(license.Extend, license.MaxSpan, 0)), code: license.UpdateRefused},
	{row: rowExtend, name: "may shorten", rewrite: true, has: hasTerm(until("2026-12-31")), change: setsTerm(until("2026-01-01")), want: hasTerm(until("2026-01-01"))},
	{row: rowExtend, name: "may lengthen", rewrite: true, has: hasTerm(until("2025-12-31")), change: setsTerm(until("2027-01-01")), want: hasTerm(until("2027-01-01"))},

	{row: rowDate, name: "a later date", has: hasTerm(until("2026-12-31")), change: setsTerm(until("2027-06-30")), want: hasTerm(until("2027-06-30"))},
	{row: rowDate, name: "an earlier date", has: hasTerm(until("2026-12-31")), change: setsTerm(until("2026-12-30")), want: hasTerm(until("2026-12-31")), note: further},
	{row: rowDate, name: "the same date", has: hasTerm(until("2026-12-31")), change: setsTerm(until("2026-12-31")), want: hasTerm(until("2026-12-31")), note: further},
	{row: rowDate, name: "expired", has: hasTerm(until("2026-01-31")), change: setsTerm(until("2026-05-31")), want: hasTerm(until("2026-05-31"))},
	{row: rowDate, name: "an earlier date", rewrite: true, has: hasTerm(until("2026-12-31")), change: setsTerm(until("2026-03-10")), want: hasTerm(until("2026-03-10"))},

	{row: rowFromTo, name: "begun, days more", has: hasTerm(between("2026-03-10", "2026-06-30")), change: setsTerm(extend(31)), want: hasTerm(between("2026-03-10", "2026-07-31"))},
	{row: rowFromTo, name: "begun, keeps its beginning", has: hasTerm(between("2026-03-10", "2026-06-30")), change: setsTerm(between("2026-01-01", "2026-07-31")), want: hasTerm(between("2026-03-10", "2026-07-31"))},
	{row: rowFromTo, name: "not begun, the earlier beginning", has: hasTerm(between("2026-03-11", "2026-06-30")), change: setsTerm(between("2026-02-01", "2026-04-30")), want: hasTerm(between("2026-02-01", "2026-06-30"))},
	{row: rowFromTo, name: "not begun, a later beginning changes nothing", has: hasTerm(between("2026-05-01", "2026-06-30")), change: setsTerm(between("2026-05-02", "2026-06-30")), want: hasTerm(between("2026-05-01", "2026-06-30")), note: further},
	{row: rowFromTo, name: "not begun, days more", has: hasTerm(between("2026-05-01", "2026-06-30")), change: setsTerm(extend(1)), want: hasTerm(between("2026-05-01", "2026-07-01"))},
	{row: rowFromTo, name: "a gap", has: hasTerm(between("2026-01-01", "2026-03-31")), change: setsTerm(between("2026-06-01", "2026-06-30")), want: hasTerm(between("2026-01-01", "2026-03-31", "2026-06-01", "2026-06-30"))},
	{row: rowFromTo, name: "a gap of a day", has: hasTerm(between("2026-01-01", "2026-03-31")), change: setsTerm(between("2026-04-02", "2026-06-30")), want: hasTerm(between("2026-01-01", "2026-03-31", "2026-04-02", "2026-06-30"))},
	{row: rowFromTo, name: "touching", has: hasTerm(between("2026-01-01", "2026-03-31")), change: setsTerm(between("2026-04-01", "2026-06-30")), want: hasTerm(between("2026-01-01", "2026-06-30"))},
	{row: rowFromTo, name: "a gap is filled", has: hasTerm(between("2026-01-01", "2026-03-31", "2026-06-01", "2026-06-30")), change: setsTerm(between("2026-03-15", "2026-05-31")), want: hasTerm(between("2026-01-01", "2026-06-30"))},
	{row: rowFromTo, name: "the first of several begun keeps its beginning", has: hasTerm(between("2026-01-01", "2026-01-31", "2026-03-01", "2026-03-31")), change: setsTerm(between("2025-06-01", "2026-06-30")), want: hasTerm(between("2026-01-01", "2026-06-30"))},
	{row: rowFromTo, name: "the second of several begun is joined to the first", has: hasTerm(between("2026-01-01", "2026-01-31", "2026-03-01", "2026-03-31")), change: setsTerm(between("2026-01-15", "2026-06-30")), want: hasTerm(between("2026-01-01", "2026-06-30"))},
	{row: rowFromTo, name: "days more go to the last of several", has: hasTerm(between("2026-01-01", "2026-03-31", "2026-06-01", "2026-06-30")), change: setsTerm(extend(1)), want: hasTerm(between("2026-01-01", "2026-03-31", "2026-06-01", "2026-07-01"))},
	{row: rowFromTo, name: "an end alone, begun", has: hasTerm(between("2026-01-01", "2026-03-31")), change: setsTerm(until("2026-06-30")), want: hasTerm(between("2026-01-01", "2026-06-30"))},
	{row: rowFromTo, name: "an end and then a period", has: hasTerm(until("2026-03-31")), change: setsTerm(between("2026-02-01", "2026-06-30")), want: hasTerm(until("2026-06-30"))},
	{row: rowFromTo, name: "both replaced", rewrite: true, has: hasTerm(between("2026-01-01", "2026-03-31")), change: setsTerm(between("2026-06-01", "2026-06-30")), want: hasTerm(between("2026-06-01", "2026-06-30"))},
	{row: rowFromTo, name: "two intervals replaced", rewrite: true, has: hasTerm(between("2026-01-01", "2026-03-31", "2026-06-01", "2026-06-30")), change: setsTerm(until("2026-04-01")), want: hasTerm(until("2026-04-01"))},

	{row: rowFirstUse, name: "not begun", has: hasTerm(span(uses, 0, 30)), change: setsTerm(extend(10)), want: hasTerm(span(uses, 0, 40))},
	{row: rowFirstUse, name: "the same kind", has: hasTerm(span(uses, 0, 30)), change: setsTerm(span(uses, 0, 10)), want: hasTerm(span(uses, 0, 40))},
	{row: rowFirstUse, name: "months and days", has: hasTerm(span(uses, 1, 2)), change: setsTerm(span(license.Extend, 3, 4)), want: hasTerm(span(uses, 4, 6))},
	{row: rowFirstUse, name: "begun, added to its end", has: hasTerm(span(uses, 0, 30)), used: firstUse("2026-03-01"), change: setsTerm(extend(10)), want: hasTerm(span(uses, 0, 40))},
	{row: rowFirstUse, name: "on its last day", has: hasTerm(span(uses, 0, 9)), used: firstUse("2026-03-01"), change: setsTerm(extend(10)), want: hasTerm(span(uses, 0, 19))},
	{row: rowFirstUse, name: "used up, days from today", has: hasTerm(span(uses, 0, 30)), used: firstUse("2026-01-01"), change: setsTerm(extend(10)), want: hasTerm(span(uses, 0, 68+10))},
	{row: rowFirstUse, name: "months begun end as months do", has: hasTerm(span(uses, 1, 0)), used: firstUse("2026-02-28"), change: setsTerm(span(license.Extend, 1, 0)), want: hasTerm(span(uses, 0, 31+28))},
	{row: rowFirstUse, name: "a hundred years", has: hasTerm(span(uses, 0, license.MaxSpan)), change: setsTerm(extend(1)), code: license.UpdateRefused},
	{row: rowFirstUse, name: "a hundred years begun", has: hasTerm(span(uses, 0, license.MaxSpan)), used: firstUse("2026-03-01"), change: setsTerm(extend(1)), code: license.UpdateRefused},
	{row: rowFirstUse, name: "as many months as there can be", has: hasTerm(span(uses, license.MaxSpan, 0)), change: setsTerm(span(uses, 1, 0)), code: license.UpdateRefused},
	{row: rowFirstUse, name: "ends beyond the calendar", has: hasTerm(span(uses, 0, 30)), used: firstUse("9999-12-15"), change: setsTerm(extend(1)), code: license.UpdateRefused},
	{row: rowFirstUse, name: "from activation, not begun", has: hasTerm(span(activates, 3, 0)), change: setsTerm(span(activates, 1, 0)), want: hasTerm(span(activates, 4, 0))},
	{row: rowFirstUse, name: "from activation, begun", has: hasTerm(span(activates, 3, 0)), activated: "2026-01-31", used: firstUse("2026-03-01"), change: setsTerm(extend(1)), want: hasTerm(span(activates, 0, 28+31+30+1))},
	{row: rowFirstUse, name: "from first use, activated does not count", has: hasTerm(span(uses, 0, 30)), activated: "2026-01-01", change: setsTerm(extend(1)), want: hasTerm(span(uses, 0, 31))},
	{row: rowFirstUse, name: "first use kept", rewrite: true, has: hasTerm(span(uses, 0, 30)), used: firstUse("2026-03-01"), change: setsTerm(span(uses, 0, 10)), want: hasTerm(span(uses, 0, 10))},
	{row: rowFirstUse, name: "first use forgotten", rewrite: true, has: hasTerm(span(uses, 0, 30)), used: firstUse("2026-03-01"), change: resets(setsTerm(span(uses, 0, 10))), want: hasTerm(span(uses, 0, 10))},

	{row: rowRuns, name: "more", has: hasRuns(100), used: ran(40), change: setsRuns(10), want: hasRuns(110)},
	{row: rowRuns, name: "exhausted leaves those added", has: hasRuns(100), used: ran(100), change: setsRuns(10), want: hasRuns(110)},
	{row: rowRuns, name: "overdrawn leaves those added", has: hasRuns(100), used: ran(103), change: setsRuns(10), want: hasRuns(113)},
	{row: rowRuns, name: "unlimited stays unlimited", has: hasRuns(0), used: ran(9), change: setsRuns(10), want: hasRuns(0), note: unlimited},
	{row: rowRuns, name: "becomes unlimited", has: hasRuns(100), change: setsRuns(0), want: hasRuns(0)},
	{row: rowRuns, name: "to the largest number", has: hasRuns(100), change: setsRuns(maxCount - 100), want: hasRuns(maxCount)},
	{row: rowRuns, name: "overflow", has: hasRuns(100), change: setsRuns(maxCount - 99), code: license.UpdateRefused},
	{row: rowRuns, name: "overflow of both", has: hasRuns(maxCount), change: setsRuns(maxCount), code: license.UpdateRefused},
	{row: rowRuns, name: "overflow of what was used", has: hasRuns(100), used: ran(1<<63 - 1), change: setsRuns(1), code: license.UpdateRefused},
	{row: rowRuns, name: "as many as written", rewrite: true, has: hasRuns(100), used: ran(40), change: setsRuns(10), want: hasRuns(10)},
	{row: rowRuns, name: "used reset", rewrite: true, has: hasRuns(100), used: ran(40), change: resets(setsRuns(10)), want: hasRuns(10)},
	{row: rowRuns, name: "unlimited", rewrite: true, has: hasRuns(100), change: setsRuns(0), want: hasRuns(0)},

	{row: rowConcurrent, name: "more", has: hasUses(2, license.PerStation), change: setsUses(3, license.PerStation), want: hasUses(5, license.PerStation)},
	{row: rowConcurrent, name: "another counting mode", has: hasUses(2, license.PerStation), change: setsUses(3, license.PerLogin), code: license.LimitKindChanged},
	{row: rowConcurrent, name: "unlimited stays unlimited", has: license.Feature{}, change: setsUses(3, license.PerLogin), want: license.Feature{}, note: unlimited},
	{row: rowConcurrent, name: "becomes unlimited", has: hasUses(2, license.PerStation), change: setsUses(0, ""), want: license.Feature{}},
	{row: rowConcurrent, name: "overflow", has: hasUses(2, license.PerProcess), change: setsUses(maxCount-1, license.PerProcess), code: license.UpdateRefused},
	{row: rowConcurrent, name: "as written", rewrite: true, has: hasUses(5, license.PerStation), change: setsUses(3, license.PerLogin), want: hasUses(3, license.PerLogin)},

	{row: rowSeats, name: "more", has: hasSeats(5), used: bound("a@example.com", "b@example.com"), change: setsSeats(3), want: hasSeats(8)},
	{row: rowSeats, name: "more, though still fewer than bound", has: hasSeats(1), used: bound("a@example.com", "b@example.com", "c@example.com"), change: setsSeats(1), want: hasSeats(2)},
	{row: rowSeats, name: "unlimited stays unlimited", has: hasSeats(0), change: setsSeats(3), want: hasSeats(0), note: unlimited},
	{row: rowSeats, name: "becomes unlimited", has: hasSeats(5), change: setsSeats(0), want: hasSeats(0)},
	{row: rowSeats, name: "overflow", has: hasSeats(5), change: setsSeats(maxCount), code: license.UpdateRefused},
	{row: rowSeats, name: "as written", rewrite: true, has: hasSeats(5), used: bound("a@example.com", "b@example.com"), change: setsSeats(2), want: hasSeats(2)},
	{row: rowSeats, name: "fewer than bound", rewrite: true, has: hasSeats(5), used: bound("a@example.com", "b@example.com"), change: setsSeats(1), code: license.SeatExcess},
	{row: rowSeats, name: "unlimited, whoever is bound", rewrite: true, has: hasSeats(5), used: bound("a@example.com", "b@example.com"), change: setsSeats(0), want: hasSeats(0)},

	{row: rowConditions, name: "one is lifted", has: hasPlaces(novm | noremote), change: setsPlaces(novm), want: hasPlaces(novm)},
	{row: rowConditions, name: "all are lifted", has: hasPlaces(novm | noremote), change: setsPlaces(0), want: hasPlaces(0)},
	{row: rowConditions, name: "the same", has: hasPlaces(novm), change: setsPlaces(novm), want: hasPlaces(novm)},
	{row: rowConditions, name: "one is added", has: hasPlaces(0), change: setsPlaces(novm), code: license.ConditionsRaised},
	{row: rowConditions, name: "one is exchanged", has: hasPlaces(noremote), change: setsPlaces(novm), code: license.ConditionsRaised},
	{row: rowConditions, name: "parameters that are named are set", has: license.Feature{Params: params("b", "1", "d", "2")}, change: license.FeatureChange{Params: params("a", "3", "b", "4", "c", "5")}, want: license.Feature{Params: params("a", "3", "b", "4", "c", "5", "d", "2")}},
	{row: rowConditions, name: "a parameter becomes empty", has: license.Feature{Params: params("b", "1")}, change: license.FeatureChange{Params: params("b", "")}, want: license.Feature{Params: params("b", "")}},
	{row: rowConditions, name: "as written", rewrite: true, has: hasPlaces(noremote), change: setsPlaces(novm), want: hasPlaces(novm)},
	{row: rowConditions, name: "unsaid is none", rewrite: true, has: hasPlaces(noremote | novm), change: license.FeatureChange{}, want: hasPlaces(0)},
	{row: rowConditions, name: "parameters as written", rewrite: true, has: license.Feature{Params: params("b", "1", "d", "2")}, change: license.FeatureChange{Params: params("b", "4")}, want: license.Feature{Params: params("b", "4")}},

	{row: rowKind, name: "a date, then first use", has: hasTerm(until("2026-12-31")), change: setsTerm(span(uses, 0, 30)), code: license.LimitKindChanged},
	{row: rowKind, name: "a date, then activation", has: hasTerm(until("2026-12-31")), change: setsTerm(span(activates, 0, 30)), code: license.LimitKindChanged},
	{row: rowKind, name: "first use, then a date", has: hasTerm(span(uses, 0, 30)), change: setsTerm(until("2026-12-31")), code: license.LimitKindChanged},
	{row: rowKind, name: "first use, then activation", has: hasTerm(span(uses, 0, 30)), change: setsTerm(span(activates, 0, 30)), code: license.LimitKindChanged},
	{row: rowKind, name: "activation, then first use", has: hasTerm(span(activates, 0, 30)), change: setsTerm(span(uses, 0, 30)), code: license.LimitKindChanged},
	{row: rowKind, name: "a date, then first use", rewrite: true, has: hasTerm(until("2026-12-31")), change: setsTerm(span(uses, 0, 30)), want: hasTerm(span(uses, 0, 30))},
	{row: rowKind, name: "first use, then a date", rewrite: true, has: hasTerm(span(uses, 0, 30)), change: setsTerm(until("2026-12-31")), want: hasTerm(until("2026-12-31"))},
	{row: rowKind, name: "one kind of limit for another", rewrite: true, has: hasRuns(10), change: setsSeats(3), want: hasSeats(3)},
}
