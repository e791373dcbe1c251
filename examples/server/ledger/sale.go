package ledger

import (
	"bytes"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/internal/strictjson"
	"github.com/latchkey-go/latchkey/license"
)

// A SaleRow is a sale as the tables have it: what it is found and listed by and
// its documents, which seldom change; and its account, which does with every
// activation.
type SaleRow struct {
	Serial, RequestKey       license.Serial
	Product, Order, Customer string
	Documents                []Document

	Version int64
	Data    []byte // the rest of the sale, JSON
	// Near are the sale's activations. Once they are many they lie Apart, in rows
	// of their own that are found by their marks, and Near is empty.
	Near  Near
	Apart bool
}

// A Document is the licence of a sale, at place 0, or one of its updates, at
// places from 1.
type Document struct {
	Place int64
	Meta  []byte // JSON
	Text  []byte
}

// EncodeSale returns the row of a sale that has no activations.
func EncodeSale(s *server.Sale) (*SaleRow, error) {
	err := CheckText(string(s.Serial), string(s.RequestKey), s.Product, s.Order, s.Customer)
	if err != nil {
		return nil, err
	}
	row := &SaleRow{
		Serial: s.Serial, RequestKey: s.RequestKey, Product: s.Product, Order: s.Order, Customer: s.Customer,
		Version: s.Version, Near: nothingNear,
	}
	if row.Data, err = encodeData(s); err != nil {
		return nil, err
	}
	row.Documents, err = encodeDocuments(s)
	return row, err
}

func encodeData(s *server.Sale) ([]byte, error) {
	var w strictjson.Writer
	w.Grow(256)
	w.Object()
	w.StringMember("actor", s.Actor)
	w.StringsMember("also", s.Also)
	w.BoolMember("blocked", s.Blocked)
	w.BoolMember("cancelled", s.Cancelled)
	w.StringMember("contact", s.Contact)
	w.StringMember("count_by", string(s.CountBy))
	putTime(&w, "created", s.Created)
	putGivenUp(&w, s.GivenUp)
	putDuration(&w, "grace", "grace_ns", s.Grace)
	putDuration(&w, "lease", "lease_ns", s.Lease)
	w.StringMember("license_id", s.LicenseID)
	w.StringMember("licensee_company", s.Licensee.Company)
	w.StringMember("licensee_email", s.Licensee.Email)
	w.StringMember("licensee_name", s.Licensee.Name)
	w.IntMember("limit", s.Limit)
	w.BoolMember("payment_hold", s.PaymentHold)
	w.BoolMember("pending", s.Pending)
	putDuration(&w, "period", "period_ns", s.Period)
	w.IntMember("revision", s.Revision)
	w.StringMember("scheme", s.Scheme)
	w.IntMember("transfers", s.Transfers)
	w.BoolMember("trial", s.Trial)
	w.IntMember("trial_days", int64(s.TrialSpan.Days))
	w.IntMember("trial_months", int64(s.TrialSpan.Months))
	w.IntMember("used", s.Used)
	w.EndObject()
	return text(&w)
}

func putGivenUp(w *strictjson.Writer, times []time.Time) {
	if len(times) == 0 {
		return
	}
	w.Name("given_up").Array()
	for _, t := range times {
		w.Int(Seconds(t))
	}
	w.EndArray()
}

// readMember reads one member of a sale's JSON.
func readMember(r *strictjson.Reader, name string, s *server.Sale) {
	switch name {
	case "actor":
		s.Actor = r.String()
	case "also":
		s.Also = readTexts(r)
	case "blocked":
		s.Blocked = r.Bool()
	case "cancelled":
		s.Cancelled = r.Bool()
	case "contact":
		s.Contact = r.String()
	case "count_by":
		s.CountBy = server.CountBy(r.String())
	case "created":
		s.Created = readTime(r)
	case "given_up":
		for e := r.Array(); e.Next(); {
			s.GivenUp = append(s.GivenUp, readTime(r))
		}
	case "grace":
		s.Grace += readDuration(r, time.Second)
	case "grace_ns":
		s.Grace += readDuration(r, time.Nanosecond)
	case "lease":
		s.Lease += readDuration(r, time.Second)
	case "lease_ns":
		s.Lease += readDuration(r, time.Nanosecond)
	case "license_id":
		s.LicenseID = r.String()
	case "licensee_company":
		s.Licensee.Company = r.String()
	case "licensee_email":
		s.Licensee.Email = r.String()
	case "licensee_name":
		s.Licensee.Name = r.String()
	case "limit":
		s.Limit = number(r)
	case "payment_hold":
		s.PaymentHold = r.Bool()
	case "pending":
		s.Pending = r.Bool()
	case "period":
		s.Period += readDuration(r, time.Second)
	case "period_ns":
		s.Period += readDuration(r, time.Nanosecond)
	case "revision":
		s.Revision = number(r)
	case "scheme":
		s.Scheme = r.String()
	case "transfers":
		s.Transfers = number(r)
	case "trial":
		s.Trial = r.Bool()
	case "trial_days":
		s.TrialSpan.Days = int(number(r))
	case "trial_months":
		s.TrialSpan.Months = int(number(r))
	case "used":
		s.Used = number(r)
	default:
		r.Skip()
	}
}

// Sale returns the sale of a row.
func (r *SaleRow) Sale() (*server.Sale, error) {
	s := &server.Sale{
		Serial: r.Serial, RequestKey: r.RequestKey, Product: r.Product, Order: r.Order, Customer: r.Customer, Version: r.Version,
	}
	data := strictjson.NewReader(string(r.Data))
	for m := data.Object(); m.Next(); {
		readMember(data, m.Name, s)
	}
	if err := data.Close(); err != nil {
		return nil, fmt.Errorf("ledger: a sale in the database: %w", err)
	}
	for _, doc := range r.Documents {
		if doc.Place == 0 {
			s.License = bytes.Clone(doc.Text)
			continue
		}
		u, err := doc.update()
		if err != nil {
			return nil, err
		}
		s.Updates = append(s.Updates, u)
	}
	return s, nil
}

// License returns the licence among the documents, nil if there is none.
func (r *SaleRow) License() []byte {
	if len(r.Documents) == 0 || r.Documents[0].Place != 0 {
		return nil
	}
	return r.Documents[0].Text
}

// Updates returns the documents that are updates.
func (r *SaleRow) Updates() []Document {
	if r.License() == nil {
		return r.Documents
	}
	return r.Documents[1:]
}

func encodeDocuments(s *server.Sale) ([]Document, error) {
	var documents []Document
	if s.License != nil {
		documents = append(documents, Document{Meta: []byte("{}"), Text: s.License})
	}
	for i := range s.Updates {
		meta, err := encodeUpdate(&s.Updates[i])
		if err != nil {
			return nil, err
		}
		documents = append(documents, Document{Place: int64(i + 1), Meta: meta, Text: s.Updates[i].Text})
	}
	return documents, nil
}

func encodeUpdate(u *server.Update) ([]byte, error) {
	var w strictjson.Writer
	w.Object()
	w.IntMember("from", int64(u.Obtain.From))
	w.StringMember("id", u.ID)
	w.IntMember("sequence", u.Sequence)
	w.BoolMember("submitted", u.Submitted)
	w.IntMember("until", int64(u.Obtain.Until))
	w.EndObject()
	return text(&w)
}

func (d *Document) update() (server.Update, error) {
	u := server.Update{Text: bytes.Clone(d.Text)}
	r := strictjson.NewReader(string(d.Meta))
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "from":
			u.Obtain.From = license.Date(number(r))
		case "id":
			u.ID = r.String()
		case "sequence":
			u.Sequence = number(r)
		case "submitted":
			u.Submitted = r.Bool()
		case "until":
			u.Obtain.Until = license.Date(number(r))
		default:
			r.Skip()
		}
	}
	if err := r.Close(); err != nil {
		return server.Update{}, fmt.Errorf("ledger: an update in the database: %w", err)
	}
	return u, nil
}

// SameNames reports whether two rows of a sale agree in what it is found and
// listed by.
func (r *SaleRow) SameNames(other *SaleRow) bool {
	return r.RequestKey == other.RequestKey && r.Product == other.Product && r.Order == other.Order && r.Customer == other.Customer
}

// DocumentChanges returns what must be put and what removed to make one list of
// documents of another.
func DocumentChanges(from, to []Document) (put []Document, gone []int64) {
	if len(from) == 0 && len(to) == 0 {
		return nil, nil
	}
	old := map[int64]Document{}
	for _, d := range from {
		old[d.Place] = d
	}
	for _, d := range to {
		o, had := old[d.Place]
		if !had || !bytes.Equal(o.Meta, d.Meta) || !bytes.Equal(o.Text, d.Text) {
			put = append(put, d)
		}
		delete(old, d.Place)
	}
	for _, d := range from {
		if _, left := old[d.Place]; left {
			gone = append(gone, d.Place)
		}
	}
	return put, gone
}
