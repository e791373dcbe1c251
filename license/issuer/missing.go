package issuer

import (
	"fmt"

	"github.com/latchkey-go/latchkey/license"
)

// What a document refuses, it refuses by the byte, which helps who reads one.
// These name the field for who fills one in; what they do not know, the
// document's own rules still hold.

func missingOfLicense(l *license.License) string {
	switch {
	case !license.IsID(l.ID):
		return fmt.Sprintf("License.ID %q is no identifier", l.ID)
	case l.Serial != "" && !license.IsID(string(l.Serial)):
		return "License.Serial is no identifier"
	case l.Kind == "":
		return "License.Kind is empty: it is Full, Provisional, Trial or Test"
	case l.Issued.IsZero():
		return "License.Issued is zero: it is the time of issue"
	case len(l.Products) == 0:
		return "License.Products is empty: a licence is for one product at least"
	case l.NeedsReceipt && l.Serial == "":
		return "License.Serial is empty: a licence that needs a receipt is activated by its serial number"
	case l.Binding.Scheme != "" && len(l.Binding.Data) == 0 && !l.NeedsReceipt:
		return "License.Binding has a scheme and no data: binding.Fingerprint.Bind makes it, or a receipt brings it where NeedsReceipt is set"
	}
	for _, p := range l.Products {
		if missing := missingOfProduct(p); missing != "" {
			return missing
		}
	}
	return ""
}

func missingOfProduct(p license.Product) string {
	switch {
	case !license.IsID(p.ID):
		return fmt.Sprintf("Product.ID %q is no identifier", p.ID)
	case p.Maintenance != (license.Maintenance{}) && (p.Maintenance.Until == 0 || p.Maintenance.Lapse == ""):
		return fmt.Sprintf("the maintenance of the product %q has a date and says what its lapse does, Keep or Stop", p.ID)
	}
	for _, f := range p.Features {
		switch {
		case !license.IsID(f.ID):
			return fmt.Sprintf("Feature.ID %q of the product %q is no identifier", f.ID, p.ID)
		case f.Term.Kind == license.Extend:
			return fmt.Sprintf("the term of the feature %q extends another: only an update can do that", f.ID)
		case f.Runs < 0 || f.Seats < 0 || f.Concurrent.N < 0:
			return fmt.Sprintf("a number of the feature %q is below zero", f.ID)
		}
	}
	return ""
}

func missingOfUpdate(u *license.Update) string {
	switch {
	case !license.IsID(u.ID):
		return fmt.Sprintf("Update.ID %q is no identifier", u.ID)
	case !license.IsID(string(u.Serial)):
		return "Update.Serial is empty or no identifier: it names the licence by its serial number"
	case u.Sequence < 1:
		return "Update.Sequence is below 1: it is one more than the licence's revision"
	case u.Issued.IsZero():
		return "Update.Issued is zero: it is the time of issue"
	}
	return ""
}

func missingOfReceipt(r *license.Receipt) string {
	switch {
	case !license.IsID(r.ID):
		return fmt.Sprintf("Receipt.ID %q is no identifier", r.ID)
	case !license.IsID(string(r.Serial)):
		return "Receipt.Serial is empty or no identifier: it is the serial number of the licence"
	case len(r.Installation) != license.InstallationKeySize:
		return fmt.Sprintf("Receipt.Installation is not a public key of %d bytes: it is that of the request", license.InstallationKeySize)
	case (r.Binding.Scheme == "") != (len(r.Binding.Data) == 0):
		return "Receipt.Binding has a scheme and data, or neither"
	case r.Activated.IsZero():
		return "Receipt.Activated is zero: it is when the machine was first activated"
	case r.Issued.IsZero():
		return "Receipt.Issued is zero: it is the time of issue"
	case r.Sequence < 1:
		return "Receipt.Sequence is below 1: it counts the changes of what was sold"
	case !r.Grace.IsZero() && (r.Until.IsZero() || r.Grace.Before(r.Until)):
		return "Receipt.Grace is before Receipt.Until: it says how long the licence works after that"
	}
	return ""
}

func missingOfReply(r *license.Reply) string {
	switch {
	case !license.IsID(r.Product):
		return fmt.Sprintf("Reply.Product %q is no identifier: it is that of the request", r.Product)
	case len(r.Installation) != license.InstallationKeySize:
		return fmt.Sprintf("Reply.Installation is not a public key of %d bytes: it is that of the request", license.InstallationKeySize)
	case len(r.Nonce) != license.NonceSize:
		return fmt.Sprintf("Reply.Nonce has not %d bytes: it is that of the request", license.NonceSize)
	case r.Request == [32]byte{}:
		return "Reply.Request is zero: it is the digest of the request"
	case r.Time.IsZero():
		return "Reply.Time is zero: it is the time of the answer"
	case len(r.Documents) > license.MaxReplyDocuments:
		return fmt.Sprintf("Reply.Documents are more than %d", license.MaxReplyDocuments)
	}
	return ""
}

func missingOfKey(t license.KeyTerms) string {
	switch {
	case t.Edition < 1:
		return "KeyTerms.Edition is below 1: it is the number of an edition of the catalogue"
	case t.Issued == 0:
		return "KeyTerms.Issued is no date: it is the day of issue, from 2020-01-01 to 2109-09-17"
	case t.Seats < 0 || t.Seats > license.MaxKeySeats:
		return fmt.Sprintf("KeyTerms.Seats is not from 0 to %d", license.MaxKeySeats)
	case t.Number < 0 || t.Number > license.MaxKeyNumber:
		return fmt.Sprintf("KeyTerms.Number is not from 0 to %d", license.MaxKeyNumber)
	case t.Term.Kind == license.FromFirstUse || t.Term.Kind == license.Extend || len(t.Term.Intervals) > 1:
		return "KeyTerms.Term is none that a typed key can carry: perpetual, until a date, or days or months from activation"
	}
	return ""
}
