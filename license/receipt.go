package license

import (
	"time"
)

// A Receipt is what the activation server confirmed to one installation: that
// what was sold under a serial number may be used there, and until when without
// asking again. It can say where and until when, never what: that is the
// licence's alone. A licence with NeedsReceipt counts only together with one.
type Receipt struct {
	ID           string    `json:"id"` // names the activation; never changes
	Vendor       string    `json:"vendor"`
	Serial       Serial    `json:"serial,omitempty"`   // as in the licence
	Installation []byte    `json:"installation"`       // public key of the installation that it is for
	Binding      Binding   `json:"binding,omitzero"`   // the machine, where the licence names a scheme only
	Changes      int64     `json:"changes,omitzero"`   // number of hardware changes accepted so far
	Activated    time.Time `json:"activated,omitzero"` // when this machine was first activated; terms from activation count from then, also after a new installation
	Issued       time.Time `json:"issued,omitzero"`    // by the server's clock
	Sequence     int64     `json:"sequence"`           // a receipt with a lower number is older
	Lease
	Hold    Hold   `json:"hold,omitempty"`    // the vendor's hold, if any
	Contact string `json:"contact,omitempty"` // whom to ask about the hold
}

// A Lease says how long a receipt holds without a new one. Its zero value is
// for ever.
type Lease struct {
	Until time.Time `json:"until,omitzero"` // end of the lease: the product should check online by then
	Grace time.Time `json:"grace,omitzero"` // end of the grace: features keep working until then
}

// A Hold is what a vendor has against an activation.
type Hold string

const (
	HoldBlocked Hold = "blocked" // may not be used until the vendor lifts it
	HoldPayment Hold = "payment" // a payment is not recorded; what is there runs to its own end
)

// InstallationKeySize is the length of an installation's public key in bytes.
const InstallationKeySize = 32

// Encode returns the payload of a document that holds r.
func (r *Receipt) Encode() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.Object()
	w.Name("activated").String(formatTime(r.Activated))
	if r.Binding.Scheme != "" || len(r.Binding.Data) > 0 {
		w.binding(r.Binding)
	}
	w.IntMember("changes", r.Changes)
	w.StringMember("contact", r.Contact)
	w.timeMember("grace", r.Grace)
	w.StringMember("hold", string(r.Hold))
	w.Name("id").String(r.ID)
	w.Name("installation").Base64(r.Installation)
	w.Name("issued").String(formatTime(r.Issued))
	w.Name("sequence").Int(r.Sequence)
	w.Name("serial").String(string(r.Serial))
	w.timeMember("until", r.Until)
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(r.Vendor)
	w.EndObject()
	return checked("Receipt", w, func(payload string) error {
		_, err := decodeReceipt(payload)
		return err
	})
}

func decodeReceipt(payload string) (*Receipt, error) {
	d := newDecoder(payload)
	r := &Receipt{}
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "activated":
			r.Activated = d.time()
		case "binding":
			r.Binding = d.binding()
			d.bound(r.Binding)
		case "changes":
			r.Changes = d.count()
		case "contact":
			r.Contact = d.text()
		case "grace":
			r.Grace = d.time()
		case "hold":
			r.Hold = oneOf(d, HoldBlocked, HoldPayment)
		case "id":
			r.ID = d.id()
		case "installation":
			r.Installation = d.exactly(InstallationKeySize)
		case "issued":
			r.Issued = d.time()
		case "sequence":
			r.Sequence = d.count()
		case "serial":
			r.Serial = Serial(d.id())
		case "until":
			r.Until = d.time()
		case "v":
			d.version()
		case "vendor":
			r.Vendor = d.id()
		default:
			d.other(m.Name)
		}
	}
	if !r.Grace.IsZero() && (r.Until.IsZero() || r.Grace.Before(r.Until)) {
		d.Fail("grace follows the time until which a receipt holds")
	}
	complete := r.ID != "" && r.Vendor != "" && r.Serial != "" && r.Installation != nil && r.Sequence > 0 && !r.Activated.IsZero() && !r.Issued.IsZero()
	if err := d.close(complete); err != nil {
		return nil, err
	}
	return r, nil
}

// timeMember writes a time, and leaves the zero time out.
func (w *encoder) timeMember(name string, t time.Time) {
	if !t.IsZero() {
		w.Name(name).String(formatTime(t))
	}
}

// exactly reads bytes of a length that is given.
func (d *decoder) exactly(n int) []byte {
	b := d.base64(n)
	if len(b) != n {
		d.Fail("the bytes are too few")
		return nil
	}
	return b
}
