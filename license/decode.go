package license

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// A decoder reads payloads. It knows the rules that every kind shares.
type decoder struct {
	*strictjson.Reader
	sawVersion bool
	unknown    string     // the first critical feature that this reader does not know
	periods    []Interval // room that terms share
	lastDate   string     // many features have the same
	lastDay    Date
}

func newDecoder(payload string) *decoder {
	return &decoder{Reader: strictjson.NewReader(payload)}
}

// critical lists the features of the format that this reader knows beyond the
// first version. There are none yet.
var critical []string

// version reads the member "v", which every payload has.
func (d *decoder) version() {
	if v := d.Int(formatVersion, MaxCount); v > formatVersion && d.unknown == "" {
		d.unknown = "v" + strconv.FormatInt(v, 10)
	}
	d.sawVersion = true
}

// other reads a member that the caller does not know: it is refused where the
// payload calls it critical, and otherwise passed over.
func (d *decoder) other(name string) {
	if name != "critical" {
		d.Skip()
		return
	}
	for _, feature := range d.ids(MaxApplied) {
		if !slices.Contains(critical, feature) && d.unknown == "" {
			d.unknown = feature
		}
	}
}

// close returns the reason why the payload is refused, if it is: complete says
// whether every member that must be there was. Whoever lacks a critical feature
// may also find what it brings malformed, so that it is missing comes first.
func (d *decoder) close(complete bool) error {
	err := d.Close()
	if d.unknown != "" {
		return &Reason{Code: TooNew, Needs: d.unknown}
	}
	if err != nil {
		var broken *strictjson.Error
		errors.As(err, &broken)
		return &Reason{Code: Malformed, N: int64(broken.Offset), Detail: broken.Rule}
	}
	if !d.sawVersion || !complete {
		return &Reason{Code: Malformed, Detail: "a member is missing that every such document has"}
	}
	return nil
}

// IsID reports whether s can name a thing: 1 to 64 letters, digits and
// . _ - + @ : and nothing else.
func IsID(s string) bool {
	for i := range len(s) {
		if !inID[s[i]] {
			return false
		}
	}
	return len(s) > 0 && len(s) <= MaxID
}

// inID marks the bytes that identifiers are made of.
var inID = func() (t [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@:" {
		t[c] = true
	}
	return t
}()

// id reads an identifier.
func (d *decoder) id() string {
	s := d.String()
	if d.Err() == nil && !IsID(s) {
		d.Fail("an identifier has 1 to 64 letters, digits and . _ - + @ :")
	}
	return s
}

// text reads a text for people.
func (d *decoder) text() string {
	s := d.String()
	if !isText(s) {
		d.Fail("a text has 1 to 1024 bytes")
	}
	return s
}

func isText(s string) bool { return len(s) > 0 && len(s) <= MaxText && utf8.ValidString(s) }

// ids reads identifiers in ascending order.
func (d *decoder) ids(limit int) (ids []string) {
	for e := d.Array(); e.Next(); {
		id := d.id()
		if len(ids) == limit || len(ids) > 0 && id <= ids[len(ids)-1] {
			d.Fail("identifiers must ascend, and not be too many")
		}
		ids = append(ids, id)
	}
	d.notEmpty(len(ids))
	return ids
}

// notEmpty refuses an array or an object that has nothing in it: it is left
// out instead.
func (d *decoder) notEmpty(n int) {
	if n == 0 {
		d.Fail("what is empty is left out")
	}
}

// count reads a number of things, at least 1.
func (d *decoder) count() int64 { return d.Int(1, MaxCount) }

// yes reads a member that is there only when it is true.
func (d *decoder) yes() bool {
	if !d.Bool() {
		d.Fail("what is false is left out")
	}
	return true
}

func (d *decoder) date() Date {
	s := d.String()
	if s == d.lastDate && s != "" {
		return d.lastDay
	}
	date, ok := parseDate(s)
	if !ok {
		d.Fail("a date is a day from 1970 to 9999 as 2006-01-02")
		return 0
	}
	d.lastDate, d.lastDay = s, date
	return date
}

func (d *decoder) time() time.Time {
	t, ok := parseTime(d.String())
	if !ok {
		d.Fail("a time is in UTC as 2006-01-02T15:04:05Z")
	}
	return t
}

// oneOf reads one of a few words.
func oneOf[T ~string](d *decoder, words ...T) T {
	s := T(d.String())
	if !slices.Contains(words, s) {
		d.Fail("the word is not one of those that may stand here")
	}
	return s
}

func (d *decoder) base64(limit int) []byte {
	s := d.String()
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) == 0 || len(b) > limit || base64.StdEncoding.EncodedLen(len(b)) != len(s) {
		d.Fail("bytes are in strict base64, and not too many")
		return nil
	}
	return b
}

func (d *decoder) hash() (h [32]byte) {
	s := d.String()
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) || hex.EncodeToString(b) != s {
		d.Fail("a hash is 64 lower-case hexadecimal digits")
		return h
	}
	return [32]byte(b)
}

// decodeLicense reads the payload of a licence.
func decodeLicense(payload string) (*License, error) {
	d := newDecoder(payload)
	l := &License{}
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "applied":
			l.Applied = d.ids(MaxApplied)
		case "binding":
			l.Binding = d.binding()
		case "hints":
			l.Hints = d.hints()
		case "id":
			l.ID = d.id()
		case "issued":
			l.Issued = d.time()
		case "kind":
			l.Kind = d.kind()
		case "licensee":
			l.Licensee = d.licensee()
		case "products":
			l.Products = d.products()
		case "receipt":
			l.NeedsReceipt = d.yes()
		case "revision":
			l.Revision = d.Int(1, MaxCount)
		case "sealed":
			l.Sealed = d.sealed()
		case "serial":
			l.Serial = Serial(d.id())
		case "v":
			d.version()
		case "vendor":
			l.Vendor = d.id()
		case "window":
			l.Window = d.term(false)
		default:
			d.other(m.Name)
		}
	}
	if l.Binding.Scheme != "" && !l.NeedsReceipt {
		d.bound(l.Binding)
	}
	if l.NeedsReceipt && l.Serial == "" {
		d.Fail("a licence that needs a receipt has a serial number")
	}
	if err := d.close(l.ID != "" && l.Vendor != "" && l.Kind != "" && !l.Issued.IsZero() && len(l.Products) > 0); err != nil {
		return nil, err
	}
	return l, nil
}

func (d *decoder) kind() Kind { return oneOf(d, Full, Provisional, Trial, Test) }

func (d *decoder) binding() (b Binding) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "data":
			b.Data = d.base64(MaxDocument)
		case "scheme":
			b.Scheme = d.text()
		default:
			d.Skip()
		}
	}
	if b.Scheme == "" {
		d.Fail("a binding has a scheme")
	}
	return b
}

// bound refuses a binding without data, which nothing else brings.
func (d *decoder) bound(b Binding) {
	if b.Data == nil {
		d.Fail("a binding has a scheme and data")
	}
}

func (d *decoder) hints() (h Hints) {
	n := 0
	for m := d.Object(); m.Next(); n++ {
		switch m.Name {
		case "contact":
			h.Contact = d.text()
		case "renew":
			h.Renew = d.text()
		default:
			d.Skip()
		}
	}
	d.notEmpty(n)
	return h
}

func (d *decoder) licensee() (l Licensee) {
	n := 0
	for m := d.Object(); m.Next(); n++ {
		switch m.Name {
		case "company":
			l.Company = d.text()
		case "email":
			l.Email = d.text()
		case "name":
			l.Name = d.text()
		default:
			d.Skip()
		}
	}
	d.notEmpty(n)
	return l
}

func (d *decoder) products() (products []Product) {
	for e := d.Array(); e.Next(); {
		p := d.product()
		if n := len(products); n == MaxProducts || n > 0 && p.ID <= products[n-1].ID {
			d.Fail("products must ascend by id, and not be too many")
		}
		products = append(products, p)
	}
	d.notEmpty(len(products))
	return products
}

func (d *decoder) product() (p Product) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "features":
			p.Features = d.features()
		case "id":
			p.ID = d.id()
		case "maintenance":
			p.Maintenance = d.maintenance()
		case "max_version":
			p.MaxVersion = d.id()
		default:
			d.Skip()
		}
	}
	if p.ID == "" {
		d.Fail("a product has an id")
	}
	return p
}

func (d *decoder) maintenance() (m Maintenance) {
	for o := d.Object(); o.Next(); {
		switch o.Name {
		case "lapse":
			m.Lapse = oneOf(d, Keep, Stop)
		case "until":
			m.Until = d.date()
		default:
			d.Skip()
		}
	}
	if m.Until == 0 || m.Lapse == "" {
		d.Fail("maintenance has a date and says what its lapse does")
	}
	return m
}

func (d *decoder) features() (features []Feature) {
	features = make([]Feature, 0, 24)
	for e := d.Array(); e.Next(); {
		n := len(features)
		features = append(features, Feature{})
		d.feature(&features[n])
		if n == MaxFeatures || n > 0 && features[n].ID <= features[n-1].ID {
			d.Fail("features must ascend by id, and not be too many")
		}
	}
	d.notEmpty(len(features))
	return features
}

func (d *decoder) feature(f *Feature) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "concurrent":
			f.Concurrent = d.concurrent(1)
		case "conditions":
			f.Conditions = d.conditions()
			d.notEmpty(int(f.Conditions))
		case "id":
			f.ID = d.id()
		case "params":
			f.Params = d.params()
		case "runs":
			f.Runs = d.count()
		case "seats":
			f.Seats = d.count()
		case "term":
			f.Term = d.term(false)
		default:
			d.Skip()
		}
	}
	if f.ID == "" {
		d.Fail("a feature has an id")
	}
}

// concurrent reads a limit of at least min; 0 is no limit, in updates.
func (d *decoder) concurrent(min int64) (c Concurrent) {
	seen := false
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "n":
			c.N, seen = d.Int(min, MaxCount), true
		case "per":
			c.Per = oneOf(d, PerStation, PerLogin, PerProcess)
		default:
			d.Skip()
		}
	}
	if !seen || (c.N > 0) != (c.Per != "") {
		d.Fail("concurrent use has a number and what is counted")
	}
	return c
}

// conditionWords are the words for conditions, in ascending order.
var conditionWords = [...]struct {
	word      string
	condition Condition
}{{"no_remote_session", NoRemoteSession}, {"no_virtual_machine", NoVirtualMachine}}

func (d *decoder) conditions() (set Condition) {
	last := ""
	for e := d.Array(); e.Next(); {
		word := d.String()
		if word <= last {
			d.Fail("conditions must ascend")
		}
		last = word
		known := false
		for _, c := range conditionWords {
			if c.word == word {
				set, known = set|c.condition, true
			}
		}
		if !known { // a right with a condition that cannot be held is no right
			d.Fail("the condition is not known")
		}
	}
	return set
}

func (d *decoder) params() (params []Param) {
	for m := d.Map(); m.Next(); {
		if len(params) == MaxParams || !isText(m.Name) {
			d.Fail("parameters have names, and are not too many")
		}
		value := d.String()
		if len(value) > MaxText {
			d.Fail("a text has at most 1024 bytes")
		}
		params = append(params, Param{Name: m.Name, Value: value})
	}
	d.notEmpty(len(params))
	return params
}

// term reads a term. Only an update says that a term is perpetual or extends
// another: in a licence, a term that is perpetual is left out. One period
// stands in the term itself, and several in "dates".
func (d *decoder) term(update bool) (t Term) {
	if d.Accept(`{"until":`) { // most of them
		t = Term{Kind: Dates, Intervals: d.one(Interval{Until: d.date()})}
		if !d.Accept("}") {
			d.Fail("a term that has always begun has an end and nothing else")
		}
		return t
	}
	kinds := 0
	var period Interval
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "from":
			period.From = d.date()
			continue // the two go together
		case "until":
			period.Until = d.date()
			continue
		case "dates":
			t = Term{Kind: Dates, Intervals: d.intervals()}
		case "first_use":
			t = Term{Kind: FromFirstUse, Span: d.span()}
		case "activation":
			t = Term{Kind: FromActivation, Span: d.span()}
		case "extend":
			t = Term{Kind: Extend, Span: d.span()}
		case "perpetual":
			d.yes()
		default: // what limits a right cannot be passed over
			d.Fail("the kind of the term is not known here")
		}
		kinds++
	}
	if period != (Interval{}) {
		t = Term{Kind: Dates, Intervals: d.one(period)}
		kinds++
	}
	switch {
	case kinds != 1 || t.Kind == Dates && !areIntervals(t.Intervals):
		d.Fail("a term is of one kind, and its periods have an end")
	case !update && (t.Kind == Extend || t.Kind == Perpetual):
		d.Fail("only an update extends a term or says that it is perpetual")
	}
	return t
}

// one returns the only period of a term, in the room that terms share.
func (d *decoder) one(period Interval) []Interval {
	if len(d.periods) == cap(d.periods) {
		d.periods = make([]Interval, 0, 32)
	}
	d.periods = append(d.periods, period)
	return d.periods[len(d.periods)-1 : len(d.periods) : len(d.periods)]
}

// intervals reads the periods of a term that has several.
func (d *decoder) intervals() (intervals []Interval) {
	for e := d.Array(); e.Next(); {
		var v Interval
		for m := d.Object(); m.Next(); {
			switch m.Name {
			case "from":
				v.From = d.date()
			case "until":
				v.Until = d.date()
			default:
				d.Fail("a period has from and until")
			}
		}
		if len(intervals) == MaxIntervals {
			d.Fail("too many periods")
		}
		intervals = append(intervals, v)
	}
	if len(intervals) < 2 || !areIntervals(intervals) {
		d.Fail("periods are several, have an end, ascend, and leave a day free between them")
	}
	return intervals
}

func areIntervals(intervals []Interval) bool {
	for i, v := range intervals {
		if v.Until <= 0 || v.Until > maxDate || v.From < 0 || v.From > v.Until || i > 0 && v.From <= intervals[i-1].Until+1 {
			return false
		}
	}
	return len(intervals) > 0 && len(intervals) <= MaxIntervals
}

func (d *decoder) span() (s Span) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "days":
			s.Days = int(d.Int(1, MaxSpan))
		case "months":
			s.Months = int(d.Int(1, MaxSpan))
		default:
			d.Fail("a span has days and months")
		}
	}
	if s.IsZero() {
		d.Fail("a span has days or months")
	}
	return s
}

func (d *decoder) sealed() (sealed []Sealed) {
	for e := d.Array(); e.Next(); {
		var s Sealed
		ok := false
		for m := d.Object(); m.Next(); {
			switch m.Name {
			case "code_hash":
				s.CodeHash, ok = d.hash(), true
			case "update":
				d.update(&s.Update, true)
			default:
				d.Skip()
			}
		}
		if !ok || s.Update.ID == "" || len(sealed) == MaxSealed {
			d.Fail("a sealed update has a hash and an update, and there are not too many")
		}
		sealed = append(sealed, s)
	}
	d.notEmpty(len(sealed))
	return sealed
}
