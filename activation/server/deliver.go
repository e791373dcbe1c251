package server

import (
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// What a reply carries at most, so that it fits with its receipt and usage; the
// rest comes with the next.
const (
	maxDelivered      = 60
	maxDeliveredBytes = 448 << 10
	maxKeyringBytes   = 96 << 10 // more, for keyrings and catalogues
)

// serve is the yes to an installation that is activated: its receipt, and the
// documents that it does not have.
func (v *visit) serve(a *Account, one *Activation, i *Installation, link []byte) outcome {
	out := outcome{receipt: v.receipt(a, one), activation: one.ID}
	out.reply.Restored = true
	out.reply.Link = link
	out.reply.Revision, out.reply.Usage = i.Revision, i.told()
	out.reply.Usage.Activated = one.First
	if a.Sale.Pending {
		out.reply.NextCheck = v.nextCheck(one)
	}
	documents, more := v.deliver(a.Sale)
	out.reply.Documents = v.withKeyrings(a.Sale, documents)
	if more {
		out.reply.NextCheck = v.now
	}
	out.delivered = len(documents) > 0
	return out
}

func (v *visit) receipt(a *Account, one *Activation) *license.Receipt {
	s := a.Sale
	r := &license.Receipt{
		ID: one.ID, Serial: s.Serial, Installation: v.Installation,
		Activated: one.First, Issued: v.now, Sequence: max(s.Version, 1), Contact: s.Contact,
	}
	if s.Scheme != "" {
		r.Changes = one.Changes
		r.Binding = license.Binding{Scheme: s.Scheme, Data: append([]byte(nil), one.Data...)}
	}
	if s.Lease > 0 {
		r.Until = v.now.Add(s.Lease)
		r.Grace = r.Until.Add(s.Grace)
	}
	switch {
	case s.closed() != nil:
		r.Hold = license.HoldBlocked
	case s.PaymentHold:
		r.Hold = license.HoldPayment
	}
	return r
}

// deliver returns what the installation does not have: the licence, then the
// updates in order, as far as each can be obtained today. Before a payment is
// recorded, one that has the licence gets nothing, and one that has not gets
// the licence alone. More says that there was no room for the rest.
func (v *visit) deliver(s *Sale) (documents []string, more bool) {
	revision, held := v.Revision, v.License == s.LicenseID || v.License != "" && v.Operation == license.OpCheck
	if s.PaymentHold && held {
		return nil, false
	}
	size := 0
	if v.License != s.LicenseID || revision < s.Revision {
		documents, size, revision = append(documents, string(s.License)), len(s.License), s.Revision
	}
	if s.PaymentHold {
		return documents, false
	}
	for _, u := range s.due(revision) {
		if !obtainable(u.Obtain, v.now) {
			break
		}
		if size += len(u.Text); len(documents) == maxDelivered || size > maxDeliveredBytes {
			return documents, true
		}
		documents = append(documents, string(u.Text))
	}
	return documents, false
}

// withKeyrings returns the documents of a reply with the keyrings that the client
// does not have, and with every document that the client may have without a signature
// that holds under the newest keyring. If these do not fit into one reply, the client
// keeps its keyring, and its licences keep working.
func (v *visit) withKeyrings(s *Sale, documents []string) []string {
	if len(v.keyrings) == 0 {
		return documents
	}
	all := slices.Concat(v.keyrings, v.catalogues)
	for _, text := range v.heldBy(s) {
		if newlySigned(v.newest, text) && !slices.Contains(documents, text) {
			all = append(all, text)
		}
	}
	size := 0
	for _, text := range slices.Concat(all, documents) {
		size += len(text)
	}
	if len(all)+len(documents) > license.MaxReplyDocuments || size > maxDeliveredBytes+maxKeyringBytes {
		return documents
	}
	return append(all, documents...)
}

// heldBy returns the documents of a sale that the client of a request may have: the
// licence, and the updates up to its revision. The server cannot verify the revision.
// So heldBy leaves out an update whose obtaining period has not begun, and all updates
// before a payment is recorded: a false revision brings no further documents.
func (v *visit) heldBy(s *Sale) (documents []string) {
	if v.License == "" {
		return nil
	}
	documents = append(documents, string(s.License))
	if s.PaymentHold {
		return documents
	}
	today := license.DateOf(v.now)
	for _, u := range s.Updates {
		if u.Submitted && u.Sequence <= v.Revision && today >= u.Obtain.From {
			documents = append(documents, string(u.Text))
		}
	}
	return documents
}

// due returns the updates that follow on a revision, without a gap.
func (s *Sale) due(revision int64) (due []Update) {
	for _, u := range s.Updates {
		if u.Sequence <= revision {
			continue
		}
		if !u.Submitted || u.Sequence != revision+1 {
			break
		}
		revision++
		due = append(due, u)
	}
	return due
}

// obtainable reports whether today, in UTC, lies within a period.
func obtainable(p license.Period, now time.Time) bool {
	today := license.DateOf(now)
	return today >= p.From && (p.Until == 0 || today <= p.Until)
}

// waits returns what an installation waits for that asked for what is new and
// got its receipt: nil if for nothing.
func (v *visit) waits(s *Sale, one *Activation, delivered bool) *license.Reason {
	switch {
	case s.PaymentHold:
		return &license.Reason{Code: license.PaymentPending, Contact: s.Contact}
	case delivered:
		return nil
	case s.Pending && v.now.Before(firstCheck(one)):
		return &license.Reason{Code: license.FinalPending, From: license.DateOf(firstCheck(one))}
	case s.Pending:
		return &license.Reason{Code: license.FinalOverdue, Contact: s.Contact}
	}
	due := s.due(v.Revision)
	if len(due) == 0 {
		return nil
	}
	period := due[0].Obtain
	if license.DateOf(v.now) < period.From {
		return &license.Reason{Code: license.ObtainingNotYet, From: period.From}
	}
	return &license.Reason{Code: license.ObtainingOver, Until: period.Until}
}

// workingDaysToFinal is after how many working days the final licence should be
// there.
const workingDaysToFinal = 3

// firstCheck returns when an installation that has the provisional licence asks
// for the final one.
func firstCheck(one *Activation) time.Time { return workingDays(one.Since, workingDaysToFinal) }

// nextCheck is firstCheck, and once that has passed the next working day.
func (v *visit) nextCheck(one *Activation) time.Time {
	if first := firstCheck(one); v.now.Before(first) {
		return first
	}
	return workingDays(v.now, 1)
}

// workingDays returns nine o'clock, UTC, of the nth day after t that is from
// Monday to Friday. Holidays, which each country has of its own, count as
// working days.
func workingDays(t time.Time, n int) time.Time {
	d := t.UTC().Truncate(24 * time.Hour)
	for n > 0 {
		d = d.AddDate(0, 0, 1)
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			n--
		}
	}
	return d.Add(9 * time.Hour)
}
