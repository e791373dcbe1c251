package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// A SaleRow is a sale as a table has it: what it is found and listed by, the
// rest as JSON, and its documents, which are long and seldom change and so lie
// in a table of their own.
type SaleRow struct {
	Serial, RequestKey       license.Serial
	Product, Order, Customer string
	Version                  int64
	Data                     []byte
	Documents                []Document
}

// A Document is the licence of a sale, at place 0, or one of its updates, at
// places from 1.
type Document struct {
	Place int64
	Meta  []byte // JSON
	Text  []byte
}

// saleData is the JSON of a sale. Members are only ever added.
type saleData struct {
	Also        []string      `json:"also,omitempty"`
	Actor       string        `json:"actor,omitempty"`
	Created     seconds       `json:"created,omitempty"`
	Limit       int64         `json:"limit,omitempty"`
	Used        int64         `json:"used,omitempty"`
	Trial       bool          `json:"trial,omitempty"`
	TrialMonths int           `json:"trial_months,omitempty"`
	TrialDays   int           `json:"trial_days,omitempty"`
	Blocked     bool          `json:"blocked,omitempty"`
	Cancelled   bool          `json:"cancelled,omitempty"`
	PaymentHold bool          `json:"payment_hold,omitempty"`
	Contact     string        `json:"contact,omitempty"`
	Transfers   int64         `json:"transfers,omitempty"`
	Period      time.Duration `json:"period,omitempty"`
	GivenUp     []seconds     `json:"given_up,omitempty"`
	Lease       time.Duration `json:"lease,omitempty"`
	Grace       time.Duration `json:"grace,omitempty"`
	LicenseID   string        `json:"license_id,omitempty"`
	Revision    int64         `json:"revision,omitempty"`
	Scheme      string        `json:"scheme,omitempty"`
	Pending     bool          `json:"pending,omitempty"`
}

// updateData is the JSON of an update.
type updateData struct {
	ID        string       `json:"id,omitempty"`
	Sequence  int64        `json:"sequence,omitempty"`
	From      license.Date `json:"from,omitempty"`
	Until     license.Date `json:"until,omitempty"`
	Submitted bool         `json:"submitted,omitempty"`
}

// EncodeSale returns the row of a sale.
func EncodeSale(s *server.Sale) (*SaleRow, error) {
	data, err := encode(&saleData{
		Also: s.Also, Actor: s.Actor, Created: secondsOf(s.Created), Limit: s.Limit, Used: s.Used, Trial: s.Trial, Blocked: s.Blocked,
		Cancelled: s.Cancelled, PaymentHold: s.PaymentHold, Contact: s.Contact, Transfers: s.Transfers,
		TrialMonths: s.TrialSpan.Months, TrialDays: s.TrialSpan.Days,
		Period: s.Period, GivenUp: allSeconds(s.GivenUp), Lease: s.Lease, Grace: s.Grace,
		LicenseID: s.LicenseID, Revision: s.Revision, Scheme: s.Scheme, Pending: s.Pending,
	}, append([]string{
		string(s.Serial), string(s.RequestKey), s.Product, s.Actor, s.Order, s.Customer, s.Contact, s.LicenseID, s.Scheme,
	}, s.Also...)...)
	if err != nil {
		return nil, err
	}
	documents, err := encodeDocuments(s)
	if err != nil {
		return nil, err
	}
	return &SaleRow{
		Serial: s.Serial, RequestKey: s.RequestKey, Product: s.Product, Order: s.Order, Customer: s.Customer,
		Version: s.Version, Data: data, Documents: documents,
	}, nil
}

func encodeDocuments(s *server.Sale) ([]Document, error) {
	var documents []Document
	if s.License != nil {
		documents = append(documents, Document{Meta: []byte("{}"), Text: s.License})
	}
	for i, u := range s.Updates {
		meta, err := encode(&updateData{
			ID: u.ID, Sequence: u.Sequence, From: u.Obtain.From, Until: u.Obtain.Until, Submitted: u.Submitted,
		}, u.ID)
		if err != nil {
			return nil, err
		}
		documents = append(documents, Document{Place: int64(i + 1), Meta: meta, Text: u.Text})
	}
	return documents, nil
}

// Sale returns the sale of a row.
func (r *SaleRow) Sale() (*server.Sale, error) {
	var d saleData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return nil, fmt.Errorf("ledger: a sale in the database: %w", err)
	}
	s := &server.Sale{
		Serial: r.Serial, RequestKey: r.RequestKey, Product: r.Product, Order: r.Order, Customer: r.Customer,
		Version: r.Version, Also: d.Also, Actor: d.Actor, Created: d.Created.time(), Limit: d.Limit, Used: d.Used, Trial: d.Trial,
		Blocked: d.Blocked, Cancelled: d.Cancelled, PaymentHold: d.PaymentHold, Contact: d.Contact,
		Transfers: d.Transfers, Period: d.Period, GivenUp: allTimes(d.GivenUp), Lease: d.Lease, Grace: d.Grace,
		TrialSpan: license.Span{Months: d.TrialMonths, Days: d.TrialDays},
		LicenseID: d.LicenseID, Revision: d.Revision, Scheme: d.Scheme, Pending: d.Pending,
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

func (d *Document) update() (server.Update, error) {
	var m updateData
	if err := json.Unmarshal(d.Meta, &m); err != nil {
		return server.Update{}, fmt.Errorf("ledger: an update in the database: %w", err)
	}
	return server.Update{
		ID: m.ID, Sequence: m.Sequence, Obtain: license.Period{From: m.From, Until: m.Until},
		Submitted: m.Submitted, Text: bytes.Clone(d.Text),
	}, nil
}

// SameNames reports whether two rows of a sale agree in what it is found and
// listed by.
func (r *SaleRow) SameNames(other *SaleRow) bool {
	return r.RequestKey == other.RequestKey && r.Product == other.Product && r.Order == other.Order && r.Customer == other.Customer
}

// DocumentChanges returns what must be put and what removed to make one list of
// documents of another.
func DocumentChanges(from, to []Document) (put []Document, gone []int64) {
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
