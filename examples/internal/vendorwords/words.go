// Package vendorwords says reasons of package license to the vendor. Package
// license speaks to the customer, who is told to ask the vendor.
package vendorwords

import (
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// remedies are what a vendor can do, where the customer's remedy does not fit.
// Those that are empty have nothing to add to the text.
var remedies = map[license.Code]string{
	license.NotDocument:        "Choose the file as it was issued, or paste its text from the line with BEGIN to the line with END.",
	license.Truncated:          `Take the file again as it was issued; "latchkey records" keeps its text.`,
	license.Damaged:            `Take the file again as it was issued; "latchkey records" keeps its text.`,
	license.TooLarge:           "Put less into it: fewer products, features or parameters, or shorter texts.",
	license.Malformed:          "Correct what is named.",
	license.TooNew:             "Use a newer version of this program.",
	license.OtherVendor:        "Choose a document of this vendor, or that vendor's keyring.",
	license.KeyUnknown:         "Use the keyring that has the key that signed it, or issue the document again.",
	license.KeyWrongRole:       "Sign it with a key of the right role.",
	license.KeyEnded:           "Issue it again with a key that has not ended.",
	license.SignatureWrong:     `Take the file again as it was issued; "latchkey records" keeps its text.`,
	license.KeyLength:          "Take the public key from the key file again, in full.",
	license.KeyNotCanonical:    "Take the public key from the key file again.",
	license.KeySmallOrder:      "Make a new key.",
	license.KeyringDamaged:     `Take the keyring as "latchkey keyring" made it.`,
	license.KeyringRollback:    "Give the next keyring a higher version.",
	license.KeyringQuorum:      "Sign it with more of the root keys, of the old keyring and of the new one.",
	license.NameMismatch:       "Give the name exactly as it was given when the key was made.",
	license.KeyNotForUs:        "Use the catalogue of the product that the key was made for.",
	license.KeyNotGenuine:      "Compare every row of the key with the records. If they agree, the keyring lacks the key that signed it.",
	license.EditionUnknown:     "Use the signed catalogue that has this edition.",
	license.UnlockUnknown:      "Use the newest licence file, and the code of the update that waits in it.",
	license.NameRequired:       "Give the licensee's name.",
	license.ChallengeOther:     "Answer the challenge code that the product shows now.",
	license.KeyMistyped:        "Compare the key with the original and type it again.",
	license.OtherLicense:       "Use the licence that the update is for, or an update for this serial number.",
	license.AlreadyApplied:     "Nothing has to be issued.",
	license.OutOfOrder:         "Name every update that was issued before, in order, and number this one after the last.",
	license.ObtainingOver:      "Give it a later last day.",
	license.ObtainingNotYet:    "Give it an earlier first day.",
	license.SeatExcess:         "Leave at least as many seats as are bound.",
	license.OtherScheme:        "Issue a second licence for this scheme.",
	license.UpdateRefused:      "Change what the update says.",
	license.KindNotLowered:     "If that is meant, make it a rewrite.",
	license.ConditionsRaised:   "Leave the restriction out, or make it a rewrite.",
	license.LimitKindChanged:   "Make it a rewrite, which states the limit anew.",
	license.OtherProduct:       "Name a product that the licence has.",
	license.BindingDamaged:     "Take the fingerprint again.",
	license.HardwareUnreadable: "Choose a scheme of components that this machine lets the product read.",
	license.BindingWeak:        "Choose a scheme of components that this machine lets the product read.",
}

// Remedy returns what the vendor can do about a reason, "" where there is nothing
// to say. It never sends the vendor to the vendor.
func Remedy(r *license.Reason) string {
	if remedy, has := remedies[r.Code]; has {
		return remedy
	}
	if remedy := r.Remedy(license.English); !strings.Contains(remedy, "vendor") {
		return remedy
	}
	return ""
}

// Sentences returns the text of a reason and what the vendor can do.
func Sentences(r *license.Reason) string {
	return strings.TrimSpace(r.Text(license.English) + " " + Remedy(r))
}
