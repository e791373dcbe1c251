package description

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// LimitsHelp describes the language of limits.
const LimitsHelp = `Limits are written in one line, with commas between them:

  perpetual               no end (the default)
  until=2027-12-31        to the end of that day, UTC
  from=2027-01-01         begins that day; needs an until, and may be repeated
  first-use=30d           30 days from the first use; 3m is three calendar months, 1y is 12m
  activation=3m           three months from the day of activation on the machine
  runs=100                a hundred runs
  concurrent=5/station    five at once, counted per station, login or process
  seats=5                 five users, bound by e-mail address
  no-vm, no-remote        not in a virtual machine, not in a remote session
  param.NAME=VALUE        for the application; \, is a comma in a value`

// ChangeHelp describes the limits that only updates have.
const ChangeHelp = `In an update:

  extend=30d              30 days more (add-on)
  runs=+100 seats=+5 concurrent=+5/station
                          so many more than the licence has (add-on); a rewrite
                          and a new feature have the number without a +
  runs=unlimited          lifts a limit
  any-place               lifts no-vm and no-remote; no-vm alone keeps that one
  reset-usage             resets runs used and first use (rewrite)`

// A count is how many, or how many more.
type count struct {
	n    int64
	more bool // written with a +
}

// limits has the values of one line of limits; a limit that the line does not mention is nil.
type limits struct {
	term       *license.Term
	runs       *count
	seats      *count
	concurrent *count
	per        license.Counting
	conditions *license.Condition
	params     []license.Param
	reset      bool
}

// parseLimits reads a line of limits.
func parseLimits(line string) (limits, error) {
	var l limits
	var p termParser
	for _, item := range splitLimits(line) {
		name, value, has := strings.Cut(item, "=")
		var err error
		switch {
		case p.knows(name):
			err = p.add(name, value, has)
		case strings.HasPrefix(name, "param."):
			err = l.param(strings.TrimPrefix(name, "param."), value, has)
		default:
			err = l.add(name, value)
		}
		if err != nil {
			return limits{}, err
		}
	}
	var err error
	l.term, err = p.term()
	return l, err
}

// splitLimits splits a line at its commas, but for those after a backslash.
func splitLimits(line string) (items []string) {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	item := ""
	for part := range strings.SplitSeq(line, ",") {
		item += part
		if head, escaped := strings.CutSuffix(item, `\`); escaped {
			item = head + ","
			continue
		}
		items = append(items, strings.TrimSpace(item))
		item = ""
	}
	return items
}

func (l *limits) add(name, value string) (err error) {
	switch name {
	case "runs":
		l.runs, err = parseCount(name, value, l.runs)
	case "seats":
		l.seats, err = parseCount(name, value, l.seats)
	case "concurrent":
		number, per, _ := strings.Cut(value, "/")
		l.per = license.Counting(per)
		if number != "unlimited" && !slices.Contains([]license.Counting{license.PerStation, license.PerLogin, license.PerProcess}, l.per) {
			return fmt.Errorf("concurrent=%s does not name what is counted: write concurrent=%s/station, /login or /process", value, number)
		}
		l.concurrent, err = parseCount(name, number, l.concurrent)
	case "no-vm":
		l.condition(license.NoVirtualMachine)
	case "no-remote":
		l.condition(license.NoRemoteSession)
	case "any-place":
		l.condition(0)
	case "reset-usage":
		l.reset = true
	default:
		return fmt.Errorf("%q is not a limit: the limits are perpetual, until, from, first-use, activation, extend, runs, seats, concurrent, no-vm, no-remote, any-place, reset-usage and param.NAME", name)
	}
	return err
}

func (l *limits) condition(c license.Condition) {
	if l.conditions == nil {
		l.conditions = new(license.Condition)
	}
	*l.conditions |= c
}

func (l *limits) param(name, value string, has bool) error {
	if name == "" || !has {
		return errors.New("a parameter is written as param.NAME=VALUE")
	}
	if slices.ContainsFunc(l.params, func(p license.Param) bool { return p.Name == name }) {
		return fmt.Errorf("param.%s occurs twice", name)
	}
	l.params = append(l.params, license.Param{Name: name, Value: value})
	return nil
}

// parseCount reads a number of things: "5", "+5" or "unlimited", which is 0.
func parseCount(name, value string, before *count) (*count, error) {
	if before != nil {
		return nil, fmt.Errorf("%s occurs twice", name)
	}
	if value == "unlimited" {
		return &count{}, nil
	}
	digits, more := strings.CutPrefix(value, "+")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > license.MaxCount {
		return nil, fmt.Errorf("%s=%s is not a number from 1: write %s=5, or %s=+5 to add 5 in an add-on update", name, value, name, name)
	}
	return &count{n: n, more: more}, nil
}

// feature returns the feature of a licence that a line describes.
func (l limits) feature(id string) (license.Feature, error) {
	f := license.Feature{ID: id, Params: l.params}
	if l.reset || l.term != nil && l.term.Kind == license.Extend {
		return f, errors.New("extend and reset-usage are for updates only")
	}
	for _, c := range []*count{l.runs, l.seats, l.concurrent} {
		if c != nil && c.more {
			return f, errors.New("a + is only for add-on updates: write the number alone")
		}
	}
	if l.term != nil {
		f.Term = *l.term
	}
	if l.runs != nil {
		f.Runs = l.runs.n
	}
	if l.seats != nil {
		f.Seats = l.seats.n
	}
	if l.concurrent != nil && l.concurrent.n > 0 {
		f.Concurrent = license.Concurrent{N: l.concurrent.n, Per: l.per}
	}
	if l.conditions != nil {
		f.Conditions = *l.conditions
	}
	return f, nil
}

// change returns the change of an update to a feature; has is whether the licence
// already has the feature.
func (l limits) change(id string, rewrite, has bool) (license.FeatureChange, error) {
	c := license.FeatureChange{ID: id, Term: l.term, Conditions: l.conditions, Params: l.params, ResetUsage: l.reset}
	for _, n := range []*count{l.runs, l.seats, l.concurrent} {
		switch {
		case n == nil || n.n == 0:
		case rewrite && n.more:
			return c, errors.New("a rewrite sets limits: write the number without +")
		case !rewrite && has && !n.more:
			return c, fmt.Errorf("%w: write +%d for %d more", ErrAddOn, n.n, n.n)
		}
	}
	switch {
	case rewrite && l.term != nil && l.term.Kind == license.Extend:
		return c, errors.New("a rewrite sets terms: write until= or another term instead of extend")
	case !rewrite && l.reset:
		return c, errors.New("only a rewrite can reset usage")
	}
	if l.runs != nil {
		c.Runs = &l.runs.n
	}
	if l.seats != nil {
		c.Seats = &l.seats.n
	}
	if l.concurrent != nil {
		c.Concurrent = &license.Concurrent{N: l.concurrent.n}
		if l.concurrent.n > 0 {
			c.Concurrent.Per = l.per
		}
	}
	return c, nil
}
