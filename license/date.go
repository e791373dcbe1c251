package license

import (
	"errors"
	"strconv"
	"time"
)

// A Date is a day in UTC: the number of days since 1 January 1970. Its zero
// value is no date. A right that runs until a date runs to 23:59:59 UTC of
// that day, and one from a date begins with it. As text and in JSON it is
// "2006-01-02", and "" for no date.
type Date int32

// maxDate is 31 December 9999, the last day with a four-digit year.
const maxDate Date = 2932896

// DateOf returns the day in UTC on which t falls, and no date for the zero
// time and for times before 1970 or after 9999.
func DateOf(t time.Time) Date {
	const day = 24 * 60 * 60
	if t.IsZero() || t.Unix() < day || t.Unix() >= (int64(maxDate)+1)*day {
		return 0
	}
	return Date(t.Unix() / day)
}

// NewDate returns a day, such as NewDate(2027, time.December, 31). It returns 0 for a
// day that the calendar does not have, such as 30 February, and for a day outside
// 1970-01-02 to 9999-12-31.
func NewDate(year int, month time.Month, day int) Date {
	if year < 1970 || year > 9999 || month < time.January || month > time.December || day < 1 || day > daysIn(year, int(month)) {
		return 0
	}
	return civil(year, int(month), day)
}

// today returns the day on which t falls, where time is compared with dates: a
// clock that stands before 1970 comes before every date, and one that stands
// after 9999 after every date, as does a time that nobody has set.
func today(t time.Time) Date {
	if d := DateOf(t); d != 0 || t.Before(maxDate.Start()) && !t.IsZero() {
		return d
	}
	return maxDate + 1
}

// ParseDate reads a date as 2006-01-02, from 1970-01-02 to 9999-12-31.
func ParseDate(s string) (Date, error) {
	if d, ok := parseDate(s); ok {
		return d, nil
	}
	return 0, errDate
}

var errDate = errors.New("a date is a day from 1970-01-02 to 9999-12-31, written as 2006-01-02")

// parseDate reads a date without an allocation. The calendar's arithmetic is
// that of "days from civil" by Howard Hinnant, for the proleptic Gregorian
// calendar.
func parseDate(s string) (Date, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:])
	if !ok1 || !ok2 || !ok3 || y < 1970 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false
	}
	date := civil(y, m, d)
	return date, date > 0
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func civil(y, m, d int) Date {
	if m <= 2 {
		y--
	}
	era := y / 400
	yearOfEra := y % 400
	dayOfYear := (153*((m+9)%12)+2)/5 + d - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return Date(era*146097 + dayOfEra - 719468)
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// Start returns the first moment of the day.
func (d Date) Start() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// End returns the last second of the day, 23:59:59 UTC.
func (d Date) End() time.Time { return (d + 1).Start().Add(-time.Second) }

// String returns the date as 2006-01-02, and "" for no date. A number beyond
// the calendar gives a text that ParseDate refuses, so that it is never
// written as the absence of a date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	y, m, day := d.Start().Date()
	b := make([]byte, 0, 10)
	b = strconv.AppendInt(b, int64(y), 10)
	return string(appendTwo(appendTwo(b, int(m)), day))
}

func appendTwo(b []byte, n int) []byte {
	return append(b, '-', byte('0'+n/10), byte('0'+n%10))
}

// A Span is a length of time: calendar months, then days. As JSON it is
// {"months":3,"days":1}.
type Span struct {
	Months int `json:"months,omitzero"`
	Days   int `json:"days,omitzero"`
}

// Days returns a span of n days.
func Days(n int) Span { return Span{Days: n} }

// Months returns a span of n calendar months.
func Months(n int) Span { return Span{Months: n} }

// IsZero reports whether the span has no length.
func (s Span) IsZero() bool { return s == Span{} }

// After returns the day that lies s after d. A month that is too short gives
// its last day: three months after 31 January is 30 April. No date stands for
// a day beyond the calendar.
func (s Span) After(d Date) Date {
	y, m, day := d.Start().Date()
	month := int(m) - 1 + s.Months
	year := y + month/12
	if year > 9999 {
		return 0
	}
	month = month%12 + 1
	end := int64(civil(year, month, min(day, daysIn(year, month)))) + int64(s.Days)
	if end <= 0 || end > int64(maxDate) {
		return 0
	}
	return Date(end)
}

// String returns the span as "3 months", "30 days" or "3 months 1 day".
func (s Span) String() string {
	text := ""
	if s.Months != 0 || s.Days == 0 {
		text = plural(s.Months, "month")
	}
	if s.Days != 0 {
		if text != "" {
			text += " "
		}
		text += plural(s.Days, "day")
	}
	return text
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// parseTime reads a time in UTC as 2006-01-02T15:04:05Z, its one form in
// documents.
func parseTime(s string) (time.Time, bool) {
	if len(s) != 20 || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' {
		return time.Time{}, false
	}
	d, ok := parseDate(s[:10])
	h, ok1 := digits(s[11:13])
	m, ok2 := digits(s[14:16])
	sec, ok3 := digits(s[17:19])
	if !ok || !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || sec > 59 {
		return time.Time{}, false
	}
	return time.Unix(int64(d)*24*60*60+int64(h*3600+m*60+sec), 0).UTC(), true
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
