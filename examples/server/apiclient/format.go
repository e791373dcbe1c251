package apiclient

import (
	"fmt"
	"log/slog"
)

// What has a token, a serial number, a request key or a document in it prints
// without, under every verb and in logs; its fields have them.

// Format prints none of the options.
func (o Options) Format(f fmt.State, _ rune) { fmt.Fprint(f, "options of a client of the API") }

// LogValue is Format for package slog.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Format prints what was sold, by the id of its licence.
func (s Sale) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "sale of %s, licence %s, %d of %d activated", s.Product, s.LicenseID, s.Used, s.Limit)
}

// LogValue is Format for package slog.
func (s Sale) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// Format prints how many were sold.
func (s Sold) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d sold", len(s.Sales)) }

// LogValue is Format for package slog.
func (s Sold) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// Format prints how many sales there are on the page.
func (p SalePage) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "page of %d sales", len(p.Sales)) }

// LogValue is Format for package slog.
func (p SalePage) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// Format prints the order's number and status.
func (o Order) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "order %s, %s, %d sales", o.Number, o.Status, len(o.Sales))
}

// LogValue is Format for package slog.
func (o Order) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Format prints the id and the number of the update.
func (u Update) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "update %s, number %d", u.ID, u.Sequence) }

// LogValue is Format for package slog.
func (u Update) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(u)) }

// Format prints how many are to be sold.
func (c Creation) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "creation of %d of %s, order %s", max(c.Count, len(c.Licenses), 1), c.Product, c.Order)
}

// LogValue is Format for package slog.
func (c Creation) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Format prints whether a description or a document is there.
func (r Replacement) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "replacement by a licence (described: %t)", r.Description != nil)
}

// LogValue is Format for package slog.
func (r Replacement) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// Format prints what is searched for, but not after which serial number.
func (s Search) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "search for product %q, order %q, customer %q", s.Product, s.Order, s.Customer)
}

// LogValue is Format for package slog.
func (s Search) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// Format prints how much is asked for.
func (l List[After]) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "list of one sale, limit %d", l.Limit)
}

// LogValue is Format for package slog.
func (l List[After]) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }
