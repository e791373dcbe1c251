package license

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// Encode returns the payload of a document that holds l, the bytes that an
// issuer signs. The error is a *FieldError that names the field for which Open
// would not read the licence.
func (l *License) Encode() ([]byte, error) {
	if err := l.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.Object()
	w.StringsMember("applied", l.Applied)
	if l.Binding.Scheme != "" || len(l.Binding.Data) > 0 {
		w.binding(l.Binding)
	}
	w.hints(l.Hints)
	w.Name("id").String(l.ID)
	w.Name("issued").String(formatTime(l.Issued))
	w.Name("kind").String(string(l.Kind))
	if l.Licensee != (Licensee{}) {
		w.Name("licensee").Object()
		w.StringMember("company", l.Licensee.Company)
		w.StringMember("email", l.Licensee.Email)
		w.StringMember("name", l.Licensee.Name)
		w.EndObject()
	}
	w.Name("products").Array()
	for _, p := range sortedProducts(l.Products) {
		w.product(p)
	}
	w.EndArray()
	w.BoolMember("receipt", l.NeedsReceipt)
	w.IntMember("revision", l.Revision)
	if len(l.Sealed) > 0 {
		w.Name("sealed").Array()
		for _, s := range l.Sealed {
			w.Object()
			w.Name("code_hash").String(hex.EncodeToString(s.CodeHash[:]))
			w.Name("update")
			w.update(&s.Update, true)
			w.EndObject()
		}
		w.EndArray()
	}
	w.StringMember("serial", string(l.Serial))
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(l.Vendor)
	if l.Window.Kind != Perpetual {
		w.Name("window")
		w.term(l.Window)
	}
	w.EndObject()
	return checked("License", w, func(payload string) error {
		_, err := decodeLicense(payload)
		return err
	})
}

// maxPayload is the size of the largest payload that is written. In base64, in
// lines that end in CRLF, and with as many signatures as an envelope can carry,
// it is within MaxDocument.
const maxPayload = MaxDocument*3/4 - 4<<10

// checked returns the encoded document if it is short enough and can be decoded again.
func checked(document string, w *encoder, decode func(payload string) error) ([]byte, error) {
	return checkedWithin(document, maxPayload, w, decode)
}

func checkedWithin(document string, limit int, w *encoder, decode func(payload string) error) ([]byte, error) {
	b, err := w.Bytes()
	if err != nil {
		return nil, unreadable(document, err)
	}
	if len(b) > limit {
		problem := fmt.Sprintf("is too large: its payload has %d bytes, and at most %d fit; leave something out, or make several", len(b), limit)
		return nil, &FieldError{Field: document, Problem: problem, code: TooLarge}
	}
	if err := decode(string(b)); err != nil {
		return nil, unreadable(document, err)
	}
	return b, nil
}

// unreadable is the error for a document that passed the validator and that the
// decoder refuses. It shows a rule that the validator lacks.
func unreadable(document string, err error) error {
	detail := err.Error()
	var r *Reason
	if errors.As(err, &r) {
		detail = r.Detail
	}
	return &FieldError{Field: document, Problem: unreadableProblem + detail}
}

const unreadableProblem = "could not be read back: "

// An encoder writes payloads.
type encoder struct{ strictjson.Writer }

func (w *encoder) product(p Product) {
	w.Object()
	if len(p.Features) > 0 {
		w.Name("features").Array()
		for _, f := range p.Features {
			w.feature(f)
		}
		w.EndArray()
	}
	w.Name("id").String(p.ID)
	w.maintenance(p.Maintenance)
	w.StringMember("max_version", p.MaxVersion)
	w.EndObject()
}

func (w *encoder) binding(b Binding) {
	w.Name("binding").Object()
	w.bytesMember("data", b.Data)
	w.Name("scheme").String(b.Scheme)
	w.EndObject()
}

func (w *encoder) hints(h Hints) {
	if h == (Hints{}) {
		return
	}
	w.Name("hints").Object()
	w.StringMember("contact", h.Contact)
	w.StringMember("renew", h.Renew)
	w.EndObject()
}

func (w *encoder) maintenance(m Maintenance) {
	if m == (Maintenance{}) {
		return
	}
	w.Name("maintenance").Object()
	w.Name("lapse").String(string(m.Lapse))
	w.Name("until").String(m.Until.String())
	w.EndObject()
}

func (w *encoder) feature(f Feature) {
	w.Object()
	if f.Concurrent != (Concurrent{}) {
		w.Name("concurrent")
		w.concurrent(f.Concurrent)
	}
	if f.Conditions != 0 {
		w.Name("conditions")
		w.conditions(f.Conditions)
	}
	w.Name("id").String(f.ID)
	w.params(f.Params)
	w.IntMember("runs", f.Runs)
	w.IntMember("seats", f.Seats)
	if f.Term.Kind != Perpetual {
		w.Name("term")
		w.term(f.Term)
	}
	w.EndObject()
}

func (w *encoder) concurrent(c Concurrent) {
	w.Object()
	w.Name("n").Int(c.N)
	w.StringMember("per", string(c.Per))
	w.EndObject()
}

func (w *encoder) conditions(set Condition) {
	w.Array()
	for _, c := range conditionWords {
		if set&c.condition != 0 {
			w.String(c.word)
		}
	}
	w.EndArray()
}

func (w *encoder) params(params []Param) {
	if len(params) == 0 {
		return
	}
	w.Name("params").Object()
	for _, p := range params {
		w.Name(p.Name).String(p.Value)
	}
	w.EndObject()
}

func (w *encoder) term(t Term) {
	w.Object()
	switch {
	case t.Kind == Perpetual:
		w.Name("perpetual").Bool(true)
	case t.Kind == Dates && len(t.Intervals) == 1:
		w.StringMember("from", t.Intervals[0].From.String())
		w.Name("until").String(t.Intervals[0].Until.String())
	case t.Kind == Dates:
		w.Name("dates").Array()
		for _, v := range t.Intervals {
			w.Object()
			w.StringMember("from", v.From.String())
			w.Name("until").String(v.Until.String())
			w.EndObject()
		}
		w.EndArray()
	case t.Kind == FromFirstUse:
		w.Name("first_use")
		w.span(t.Span)
	case t.Kind == FromActivation:
		w.Name("activation")
		w.span(t.Span)
	case t.Kind == Extend:
		w.Name("extend")
		w.span(t.Span)
	}
	w.EndObject()
}

func (w *encoder) span(s Span) {
	w.Object()
	w.IntMember("days", int64(s.Days))
	w.IntMember("months", int64(s.Months))
	w.EndObject()
}
