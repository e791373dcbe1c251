package license

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// An Update changes a licence that a customer has. Apply says by which rules.
type Update struct {
	ID       string    `json:"id"` // names this update; it is applied once
	Vendor   string    `json:"vendor,omitempty"`
	Serial   Serial    `json:"serial,omitempty"`  // the licence that it is for
	Sequence int64     `json:"sequence,omitzero"` // its number: one more than the revision of the licence that it is applied to
	Issued   time.Time `json:"issued,omitzero"`

	Rewrite      bool            `json:"rewrite,omitzero"`       // replaces terms; otherwise the update is an add-on
	WholeLicense bool            `json:"whole_license,omitzero"` // with Rewrite: products that it does not name are removed
	Obtain       Period          `json:"obtain,omitzero"`        // when the customer may apply it
	Kind         Kind            `json:"kind,omitempty"`         // of the licence from now on; "" leaves it
	Window       *Term           `json:"window,omitempty"`       // of the licence; nil leaves it
	Products     []ProductChange `json:"products,omitempty"`

	CRMID   string `json:"crm_id,omitempty"`  // the vendor's order id, only on request
	Comment string `json:"comment,omitempty"` // the vendor's comment, only on request
}

// A Period is when a customer may receive and apply an update. It never
// affects how long the licence runs. A date that is zero is no limit.
type Period struct {
	From  Date `json:"from,omitzero"`
	Until Date `json:"until,omitzero"`
}

// A ProductChange is what an update does to one product, or a new product.
type ProductChange struct {
	ID          string             `json:"id"`
	Scheme      string             `json:"scheme,omitempty"`      // the binding scheme that the product needs; "" for any
	MaxVersion  string             `json:"max_version,omitempty"` // "" leaves it, under rewrite covers all
	Maintenance *MaintenanceChange `json:"maintenance,omitempty"`
	Features    []FeatureChange    `json:"features,omitempty"`
}

// A MaintenanceChange sets the date of maintenance, or adds to it.
type MaintenanceChange struct {
	Until  Date  `json:"until,omitzero"`
	Extend Span  `json:"extend,omitzero"` // instead of Until, in an add-on
	Lapse  Lapse `json:"lapse,omitempty"` // "" leaves it; new maintenance must say it
}

// A FeatureChange is what an update does to one feature, or a new feature.
// Under add-on, Runs, Concurrent and Seats are how many more; under rewrite,
// how many. A nil value leaves the limit as it is under add-on, and is no
// limit under rewrite.
type FeatureChange struct {
	ID         string      `json:"id"`
	Term       *Term       `json:"term,omitempty"`
	Runs       *int64      `json:"runs,omitempty"` // 0: unlimited
	Concurrent *Concurrent `json:"concurrent,omitempty"`
	Seats      *int64      `json:"seats,omitempty"`
	Conditions *Condition  `json:"conditions,omitempty"`
	Params     []Param     `json:"params,omitempty"`
	ResetUsage bool        `json:"reset_usage,omitzero"` // in a rewrite: resets first use and runs used
}

// UnlockHash returns what a sealed update records of its unlock code, the
// SHA-256 of the code's 12 bytes behind a prefix of its own.
func UnlockHash(code []byte) [32]byte {
	return sha256.Sum256(append([]byte("latchkey unlock code v1\x00"), code...))
}

// Unseal returns the sealed update that an unlock code opens. The error has
// the code UnlockUnknown, or AlreadyApplied.
func (l *License) Unseal(code []byte) (*Update, error) {
	hash := UnlockHash(code)
	for i := range l.Sealed {
		if s := &l.Sealed[i]; s.CodeHash == hash {
			if slices.Contains(l.Applied, s.Update.ID) {
				return nil, &Reason{Code: AlreadyApplied}
			}
			u := s.Update
			u.Vendor, u.Serial = l.Vendor, l.Serial
			return &u, nil
		}
	}
	return nil, &Reason{Code: UnlockUnknown}
}

// Encode returns the payload of a document that holds u.
func (u *Update) Encode() ([]byte, error) {
	if err := u.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.update(u, false)
	return checked("Update", w, func(payload string) error {
		_, err := decodeUpdate(payload)
		return err
	})
}

// update writes an update; a sealed one goes without what its licence says.
func (w *encoder) update(u *Update, sealed bool) {
	w.Object()
	w.StringMember("comment", u.Comment)
	w.StringMember("crm_id", u.CRMID)
	w.Name("id").String(u.ID)
	if !sealed {
		w.Name("issued").String(formatTime(u.Issued))
	}
	w.StringMember("kind", string(u.Kind))
	if u.Rewrite {
		w.Name("mode").String("rewrite")
	}
	if u.Obtain != (Period{}) {
		w.Name("obtain").Object()
		w.StringMember("from", u.Obtain.From.String())
		w.StringMember("until", u.Obtain.Until.String())
		w.EndObject()
	}
	if len(u.Products) > 0 {
		w.Name("products").Array()
		for _, p := range sortedChanges(u.Products) {
			w.productChange(p)
		}
		w.EndArray()
	}
	if !sealed {
		w.Name("sequence").Int(u.Sequence)
		w.Name("serial").String(string(u.Serial))
		w.Name("v").Int(formatVersion)
		w.Name("vendor").String(u.Vendor)
	}
	w.BoolMember("whole_license", u.WholeLicense)
	if u.Window != nil {
		w.Name("window")
		w.term(*u.Window)
	}
	w.EndObject()
}

func (w *encoder) productChange(p ProductChange) {
	w.Object()
	if len(p.Features) > 0 {
		w.Name("features").Array()
		for _, f := range p.Features {
			w.featureChange(f)
		}
		w.EndArray()
	}
	w.Name("id").String(p.ID)
	if p.Maintenance != nil {
		w.Name("maintenance").Object()
		if !p.Maintenance.Extend.IsZero() {
			w.Name("extend")
			w.span(p.Maintenance.Extend)
		}
		w.StringMember("lapse", string(p.Maintenance.Lapse))
		w.StringMember("until", p.Maintenance.Until.String())
		w.EndObject()
	}
	w.StringMember("max_version", p.MaxVersion)
	w.StringMember("scheme", p.Scheme)
	w.EndObject()
}

func (w *encoder) featureChange(f FeatureChange) {
	w.Object()
	if f.Concurrent != nil {
		w.Name("concurrent")
		w.concurrent(*f.Concurrent)
	}
	if f.Conditions != nil {
		w.Name("conditions")
		w.conditions(*f.Conditions)
	}
	w.Name("id").String(f.ID)
	w.params(f.Params)
	w.BoolMember("reset_usage", f.ResetUsage)
	if f.Runs != nil {
		w.Name("runs").Int(*f.Runs)
	}
	if f.Seats != nil {
		w.Name("seats").Int(*f.Seats)
	}
	if f.Term != nil {
		w.Name("term")
		w.term(*f.Term)
	}
	w.EndObject()
}

// decodeUpdate reads the payload of an update.
func decodeUpdate(payload string) (*Update, error) {
	d := newDecoder(payload)
	u := &Update{}
	d.update(u, false)
	if err := d.close(u.ID != "" && u.Vendor != "" && u.Serial != "" && u.Sequence > 0 && !u.Issued.IsZero()); err != nil {
		return nil, err
	}
	return u, nil
}

func (d *decoder) update(u *Update, sealed bool) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "comment":
			u.Comment = d.text()
		case "crm_id":
			u.CRMID = d.text()
		case "id":
			u.ID = d.id()
		case "kind":
			u.Kind = d.kind()
		case "mode":
			u.Rewrite = oneOf(d, "addon", "rewrite") == "rewrite"
			if !u.Rewrite {
				d.Fail("an update is an add-on unless it says otherwise, so the mode is left out")
			}
		case "obtain":
			u.Obtain = d.period()
		case "products":
			u.Products = d.productChanges()
		case "whole_license":
			u.WholeLicense = d.yes()
		case "window":
			t := d.term(true)
			u.Window = &t
		case "licensee", "binding", "license_id":
			d.Fail("an update never changes the licensee, the binding or the id: that is a new licence")
		default:
			d.updateHead(u, sealed, m.Name)
		}
	}
	if u.WholeLicense && (!u.Rewrite || u.Kind == "") {
		d.Fail("only a rewrite can replace the whole licence, and it states the kind")
	}
	d.checkUpdate(u)
}

// updateHead reads what a sealed update does not have, since its licence says it.
func (d *decoder) updateHead(u *Update, sealed bool, name string) {
	switch {
	case sealed:
		d.other(name)
	case name == "issued":
		u.Issued = d.time()
	case name == "sequence":
		u.Sequence = d.Int(1, MaxCount)
	case name == "serial":
		u.Serial = Serial(d.id())
	case name == "v":
		d.version()
	case name == "vendor":
		u.Vendor = d.id()
	default:
		d.other(name)
	}
}

// checkUpdate refuses what only an add-on, or only a rewrite, can say.
func (d *decoder) checkUpdate(u *Update) {
	if !u.Rewrite {
		for _, p := range u.Products {
			for _, f := range p.Features {
				if f.ResetUsage {
					d.Fail("only a rewrite can reset usage")
				}
			}
		}
		return
	}
	extends := u.Window != nil && u.Window.Kind == Extend
	for _, p := range u.Products {
		extends = extends || p.Maintenance != nil && !p.Maintenance.Extend.IsZero()
		for _, f := range p.Features {
			extends = extends || f.Term != nil && f.Term.Kind == Extend
		}
	}
	if extends {
		d.Fail("a rewrite states terms in full: it does not extend what was there")
	}
}

func (d *decoder) period() (p Period) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "from":
			p.From = d.date()
		case "until":
			p.Until = d.date()
		default:
			d.Fail("a period has from and until")
		}
	}
	if p == (Period{}) || p.Until != 0 && p.Until < p.From {
		d.Fail("a period has a beginning or an end, in that order")
	}
	return p
}

func (d *decoder) productChanges() (changes []ProductChange) {
	for e := d.Array(); e.Next(); {
		var p ProductChange
		for m := d.Object(); m.Next(); {
			switch m.Name {
			case "features":
				p.Features = d.featureChanges()
			case "id":
				p.ID = d.id()
			case "maintenance":
				p.Maintenance = d.maintenanceChange()
			case "max_version":
				p.MaxVersion = d.id()
			case "scheme":
				p.Scheme = d.text()
			default:
				d.Skip()
			}
		}
		if n := len(changes); n == MaxProducts || p.ID == "" || n > 0 && p.ID <= changes[n-1].ID {
			d.Fail("products must ascend by id, and not be too many")
		}
		changes = append(changes, p)
	}
	d.notEmpty(len(changes))
	return changes
}

func (d *decoder) maintenanceChange() *MaintenanceChange {
	c := &MaintenanceChange{}
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "extend":
			c.Extend = d.span()
		case "lapse":
			c.Lapse = oneOf(d, Keep, Stop)
		case "until":
			c.Until = d.date()
		default:
			d.Skip()
		}
	}
	if (c.Until != 0) == !c.Extend.IsZero() {
		d.Fail("maintenance is set to a date or extended by a span")
	}
	return c
}

func (d *decoder) featureChanges() (changes []FeatureChange) {
	for e := d.Array(); e.Next(); {
		f := d.featureChange()
		if n := len(changes); n == MaxFeatures || f.ID == "" || n > 0 && f.ID <= changes[n-1].ID {
			d.Fail("features must ascend by id, and not be too many")
		}
		changes = append(changes, f)
	}
	d.notEmpty(len(changes))
	return changes
}

func (d *decoder) featureChange() (f FeatureChange) {
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "concurrent":
			c := d.concurrent(0)
			f.Concurrent = &c
		case "conditions":
			set := d.conditions()
			f.Conditions = &set
		case "id":
			f.ID = d.id()
		case "params":
			f.Params = d.params()
		case "reset_usage":
			f.ResetUsage = d.yes()
		case "runs":
			n := d.Int(0, MaxCount)
			f.Runs = &n
		case "seats":
			n := d.Int(0, MaxCount)
			f.Seats = &n
		case "term":
			t := d.term(true)
			f.Term = &t
		default:
			d.Skip()
		}
	}
	return f
}

// String returns the hash in hexadecimal digits. It tells nothing of the code.
func (s Sealed) String() string { return "sealed update " + hex.EncodeToString(s.CodeHash[:4]) }
