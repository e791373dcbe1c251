package api

import (
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A saleView is a sale as answers have it.
type saleView struct {
	Serial     string   `json:"serial"`
	RequestKey string   `json:"request_key,omitempty"` // as it is printed
	Product    string   `json:"product"`
	Also       []string `json:"also,omitempty"`
	Order      string   `json:"order,omitempty"`
	Customer   string   `json:"customer,omitempty"`
	Contact    string   `json:"contact,omitempty"`
	Created    string   `json:"created"`
	Actor      string   `json:"actor"`
	Version    int64    `json:"version"`

	CountBy     string `json:"count_by"`
	Limit       int64  `json:"limit"`
	Used        int64  `json:"used"`
	Trial       bool   `json:"trial"`
	Blocked     bool   `json:"blocked"`
	Cancelled   bool   `json:"cancelled"`
	PaymentHold bool   `json:"payment_hold"`
	Pending     bool   `json:"pending"`

	Transfers     int64    `json:"transfers"`
	PeriodSeconds int64    `json:"period_seconds"`
	GivenUp       []string `json:"given_up,omitempty"`
	LeaseSeconds  int64    `json:"lease_seconds"`
	GraceSeconds  int64    `json:"grace_seconds"`

	LicenseID string       `json:"license_id"`
	Licensee  licenseeView `json:"licensee"`
	Revision  int64        `json:"revision"`
	Scheme    string       `json:"scheme,omitempty"`
	Updates   []updateView `json:"updates,omitempty"`

	License     string   `json:"license,omitempty"`     // the document, where one sale was asked for
	Corrections []string `json:"corrections,omitempty"` // of what was typed

	Warnings rules.Findings `json:"warnings,omitempty"` // of the call that gave it another licence
}

// A licenseeView is who a licence was granted to, as answers have it.
type licenseeView struct {
	Name    string `json:"name,omitempty"`
	Company string `json:"company,omitempty"`
	Email   string `json:"email,omitempty"`
}

// An updateView is an update as answers have it.
type updateView struct {
	ID          string `json:"id"`
	Sequence    int64  `json:"sequence"`
	Submitted   bool   `json:"submitted"`
	ObtainFrom  string `json:"obtain_from,omitempty"`
	ObtainUntil string `json:"obtain_until,omitempty"`
	Document    string `json:"document,omitempty"`
}

func viewSale(s *server.Sale) saleView {
	v := saleView{
		Serial: string(s.Serial), RequestKey: printed(s.RequestKey), Product: s.Product, Also: slices.Clone(s.Also),
		Order: s.Order, Customer: s.Customer, Contact: s.Contact, Created: stamp(s.Created), Actor: s.Actor, Version: s.Version,
		CountBy: countMachines, Limit: s.Limit, Used: s.Used, Trial: s.Trial, Blocked: s.Blocked, Cancelled: s.Cancelled,
		PaymentHold: s.PaymentHold, Pending: s.Pending,
		Transfers: s.Transfers, PeriodSeconds: seconds(s.Period), LeaseSeconds: seconds(s.Lease), GraceSeconds: seconds(s.Grace),
		LicenseID: s.LicenseID, Licensee: licenseeView(s.Licensee), Revision: s.Revision, Scheme: s.Scheme,
	}
	if s.CountBy != server.CountMachines {
		v.CountBy = string(s.CountBy)
	}
	for _, t := range s.GivenUp {
		v.GivenUp = append(v.GivenUp, stamp(t))
	}
	for _, u := range s.Updates {
		v.Updates = append(v.Updates, viewUpdate(u))
	}
	return v
}

func viewUpdate(u server.Update) updateView {
	return updateView{
		ID: u.ID, Sequence: u.Sequence, Submitted: u.Submitted,
		ObtainFrom: day(u.Obtain.From), ObtainUntil: day(u.Obtain.Until),
	}
}

// printed returns a request key as it is printed.
func printed(digits license.Serial) string {
	key, err := keyfmt.New(keyfmt.Request, []byte(digits))
	if err != nil {
		return string(digits)
	}
	return key.Rows()[0]
}

// An activationView is an activation as answers have it: nothing that tells one
// machine or installation from others elsewhere.
type activationView struct {
	ID            string             `json:"id"`
	Label         string             `json:"label,omitempty"` // that the customer has given it
	Active        bool               `json:"active"`
	First         string             `json:"first"`
	Since         string             `json:"since"`
	Ended         string             `json:"ended,omitempty"`
	Changes       int64              `json:"changes"`
	Cloned        bool               `json:"cloned"`
	Installations []installationView `json:"installations"`
}

type installationView struct {
	Seen     string     `json:"seen"`
	Version  string     `json:"version,omitempty"`
	Cloned   bool       `json:"cloned"`
	Revision int64      `json:"revision"`
	Used     []usedView `json:"used,omitempty"`
}

type usedView struct {
	Product  string `json:"product"`
	Feature  string `json:"feature"`
	Runs     int64  `json:"runs"`
	FirstUse string `json:"first_use,omitempty"`
}

func viewActivation(a *server.Activation) activationView {
	v := activationView{
		ID: a.ID, Label: a.Label, Active: a.Active, First: stamp(a.First), Since: stamp(a.Since), Ended: stamp(a.Ended),
		Changes: a.Changes, Installations: []installationView{},
	}
	for _, i := range a.Installations {
		one := installationView{Seen: stamp(i.Seen), Version: i.Version, Cloned: i.Cloned, Revision: i.Revision}
		for _, u := range i.Used {
			one.Used = append(one.Used, usedView{u.Product, u.Feature, u.Runs, stamp(u.FirstUse)})
		}
		v.Cloned = v.Cloned || i.Cloned
		v.Installations = append(v.Installations, one)
	}
	return v
}

// An eventView is an event of a sale's history as answers have it.
type eventView struct {
	ID         int64  `json:"id"`
	Time       string `json:"time"`
	Kind       string `json:"kind"`
	Activation string `json:"activation,omitempty"`
	Actor      string `json:"actor,omitempty"`
	Detail     string `json:"detail,omitempty"`
}

func viewEvent(e server.Event) eventView {
	return eventView{e.ID, stamp(e.Time), string(e.Kind), e.Activation, e.Actor, e.Detail}
}

// stamp returns a time in RFC 3339, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func day(d license.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
