package description

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// A termParser reads what says until when.
type termParser struct {
	t       license.Term
	said    string // which word said it
	from    license.Date
	hasFrom bool
}

func (p *termParser) knows(name string) bool {
	return slices.Contains([]string{"perpetual", "until", "from", "first-use", "activation", "extend"}, name)
}

func (p *termParser) add(name, value string, has bool) error {
	if has == (name == "perpetual") {
		return fmt.Errorf("%s is written as in until=2027-12-31, first-use=30d or perpetual", name)
	}
	dates := name == "until" || name == "from"
	if p.said != "" && (!dates || p.said != "dates") {
		return fmt.Errorf("%s does not go with what stands before it: a term is of one kind", name)
	}
	p.said = name
	if dates {
		p.said = "dates"
		return p.date(name, value)
	}
	kinds := map[string]license.TermKind{
		"perpetual": license.Perpetual, "first-use": license.FromFirstUse, "activation": license.FromActivation, "extend": license.Extend,
	}
	p.t.Kind = kinds[name]
	if name == "perpetual" {
		return nil
	}
	var err error
	p.t.Span, err = parseSpan(value)
	return err
}

func (p *termParser) date(name, value string) error {
	d, err := ParseDate(value)
	switch {
	case err != nil:
		return err
	case name == "from" && p.hasFrom:
		return fmt.Errorf("from=%s stands where the until of the period before should be", value)
	case name == "from" && len(p.t.Intervals) > 0 && d <= p.t.Intervals[len(p.t.Intervals)-1].Until+1:
		return fmt.Errorf("from=%s leaves no day free after until=%s: one period has both, or the second one begins later", value, p.t.Intervals[len(p.t.Intervals)-1].Until)
	case name == "until" && !p.hasFrom && len(p.t.Intervals) > 0:
		return fmt.Errorf("until=%s is a second end: write one until, or a from before this one", value)
	case name == "from":
		p.from, p.hasFrom = d, true
		return nil
	case d < p.from:
		return fmt.Errorf("until=%s lies before from=%s", value, p.from)
	}
	p.t.Kind = license.Dates
	p.t.Intervals = append(p.t.Intervals, license.Interval{From: p.from, Until: d})
	p.from, p.hasFrom = 0, false
	return nil
}

// term returns what was read, nil for nothing.
func (p *termParser) term() (*license.Term, error) {
	if p.hasFrom {
		return nil, fmt.Errorf("from=%s has no until", p.from)
	}
	if p.said == "" {
		return nil, nil
	}
	return &p.t, nil
}

// ParseTerm reads a line that has a term and nothing else.
func ParseTerm(line string) (*license.Term, error) {
	l, err := parseLimits(line)
	var unknown *unknownLimit
	switch {
	case errors.As(err, &unknown) && unknown.meant() != "":
		return nil, fmt.Errorf("%q is not a term: write %s", line, unknown.meant())
	case err != nil && unknown == nil:
		return nil, err
	}
	if term := l.term; err == nil && term != nil {
		l.term = nil
		if l.empty() {
			return term, nil
		}
	}
	return nil, fmt.Errorf("%q is not a term: write perpetual, until=2027-12-31, activation=3m or first-use=30d", line)
}

func (l limits) empty() bool {
	return l.term == nil && l.runs == nil && l.seats == nil && l.concurrent == nil && l.conditions == nil && l.params == nil && !l.reset
}

// An unknownLimit is the error of what is no limit.
type unknownLimit struct{ item string }

func (u *unknownLimit) Error() string {
	if meant := u.meant(); meant != "" {
		return fmt.Sprintf("%q is not a limit: write %s", u.item, meant)
	}
	return fmt.Sprintf("%q is not a limit: the limits are perpetual, until, from, first-use, activation, extend, runs, seats, concurrent, no-vm, no-remote, any-place, reset-usage and param.NAME", u.item)
}

// meant returns what was meant by a date or a span alone, "" for others.
func (u *unknownLimit) meant() string {
	if _, err := ParseDate(u.item); err == nil {
		return "until=" + u.item
	}
	if _, err := parseSpan(u.item); err == nil {
		return "activation=" + u.item + " or first-use=" + u.item
	}
	return ""
}

// ParseDate reads a day.
func ParseDate(s string) (license.Date, error) {
	d, err := license.ParseDate(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date: write it as 2027-12-31", s)
	}
	return d, nil
}

// parseSpan reads "30d", "3m", "1y" or "3m15d".
func parseSpan(s string) (span license.Span, err error) {
	rest := s
	for rest != "" {
		i := strings.IndexAny(rest, "dmy")
		if i < 1 {
			break
		}
		n, err := strconv.Atoi(rest[:i])
		if err != nil || n < 1 || n > license.MaxSpan {
			break
		}
		switch rest[i] {
		case 'd':
			span.Days += n
		case 'm':
			span.Months += n
		case 'y':
			span.Months += 12 * n
		}
		rest = rest[i+1:]
	}
	if rest != "" || span.IsZero() {
		return license.Span{}, fmt.Errorf("%q is not a length of time: write 30d, 3m, 1y or 3m15d", s)
	}
	return span, nil
}
