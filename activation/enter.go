package activation

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A Change is the outcome of a call, or of a check in the background.
type Change struct {
	// LicenseID is the id of the new or changed licence, or of the licence that
	// Notice is about. It is empty if no licence is concerned, as for a keyring. If
	// a check changes several licences, it is the first one.
	LicenseID string        `json:"license_id,omitempty"`
	Before    license.State `json:"before"`
	After     license.State `json:"after"`
	Changed   bool          `json:"changed"`            // a new document was stored, or Before and After differ
	Available bool          `json:"available,omitzero"` // with LookOnly: a check would change something
	Diff      *license.Diff `json:"diff,omitempty"`     // of updates, item by item
	// Notice says why a harmless call changed little or nothing; nil otherwise. It
	// needs no action. Its codes are AlreadyEntered (the key or document is already in
	// force here), AlreadyApplied (the licence already contains the update),
	// NotActivated (from Deactivate: the licence was deactivated here before),
	// FinalPending and ObtainingNotYet (the server has nothing new yet; From is the
	// day of the next attempt).
	Notice *license.Reason `json:"notice,omitempty"`
	// RestartRequired says that a feature of Options.AtStart changed, which the
	// program reads when it starts.
	RestartRequired bool                `json:"restart_required,omitzero"`
	Corrections     []keyfmt.Correction `json:"corrections,omitempty"` // corrected typing mistakes
}

// Format prints the change in one line, under every verb.
func (c Change) Format(f fmt.State, _ rune) {
	if c.LicenseID != "" {
		_, _ = fmt.Fprintf(f, "%s: ", c.LicenseID)
	}
	_, _ = fmt.Fprintf(f, "%s -> %s", c.Before, c.After)
	for _, part := range []struct {
		holds bool
		text  string
	}{{c.Changed, "changed"}, {c.Available, "something new is available"}, {c.RestartRequired, "restart required"}} {
		if part.holds {
			_, _ = fmt.Fprintf(f, ", %s", part.text)
		}
	}
	if c.Diff != nil {
		for _, item := range c.Diff.Changes {
			_, _ = fmt.Fprintf(f, "; %s", item.String())
		}
	}
	for _, k := range c.Corrections {
		_, _ = fmt.Fprintf(f, "; %s", k.String())
	}
	if c.Notice != nil {
		_, _ = fmt.Fprintf(f, "; %s", c.Notice.Error())
	}
}

// An EnterOption goes with what is entered.
type EnterOption func(*entry)

type entry struct {
	name      string
	licenseID string
	proof     []byte
	byHand    bool
}

func entryOf(options []EnterOption) (e entry) {
	for _, option := range options {
		option(&e)
	}
	return e
}

// Proof gives the proof that another machine gave the licence up, which
// Surrender has made there, so that the serial number moves here.
func Proof(text []byte) EnterOption { return func(e *entry) { e.proof = text } }

// ByHand keeps Enter from asking the server: for machines that never reach one.
// An activation key or an unlock code needs none; a request key is refused with
// ManualNotForRequest, a serial number with NeedsServer.
func ByHand() EnterOption { return func(e *entry) { e.byHand = true } }

// LicenseID names the licence that a Request is to check, where there are
// several.
func LicenseID(id string) EnterOption { return func(e *entry) { e.licenseID = id } }

// Licensee gives the licensee's name, which an activation key is bound to: as
// it is printed with the key.
func Licensee(name string) EnterOption { return func(e *entry) { e.name = name } }

// Enter takes a key that somebody typed, of any kind, and does what it is for:
//
//   - an activation key is a licence; it needs the option Licensee
//   - an unlock code applies the update that a licence here carries sealed
//   - a serial number or a request key is activated at the server; a machine
//     that is activated already may be, again, at no cost
//   - the text of a document that was pasted is imported
//
// A key that is already in force here is not an error: Change.Notice says so. Typing
// mistakes are corrected where the correction is certain, and reported in the change.
// Enter stores and uses up nothing before the key is complete and verified.
//
// The error is a *license.Reason: KeyUnrecognized, KeyMistyped or KeyIncomplete around
// an error of package keyfmt; KeyOfOtherKind; for an activation key those of
// license.OpenKey, and why it is not for this machine; for an unlock code
// UnlockUnknown and those of license.Apply; or why nothing can be stored, which is
// found out before the server is asked. Without an answer that counts it is an
// *UnreachableError, which wraps ErrUnreachable, and nothing was used up. Otherwise
// it is the server's signed refusal: SerialUnknown, RequestNotAccepted,
// ActivationLimit, OrderCancelled, LicenseBlocked, TrialUsed, OtherProduct,
// BindingWeak, ProofWrong, TransfersUsed or ServerBusy.
func (c *Client) Enter(ctx context.Context, typed string, options ...EnterOption) (Change, error) {
	if err := ctx.Err(); err != nil {
		return Change{}, err
	}
	e := entryOf(options)
	if isDocument(typed) {
		return c.Import(ctx, strings.NewReader(typed))
	}
	key, corrections, err := keyfmt.Parse(typed)
	if err != nil {
		return Change{}, mistyped(err)
	}
	change, err := c.enter(ctx, key, e)
	change.Corrections = corrections
	return zeroBeside(change, err)
}

// isDocument reports whether what was typed is the text of a file.
func isDocument(typed string) bool {
	text := strings.TrimSpace(typed)
	return strings.HasPrefix(text, "-----BEGIN") || strings.HasPrefix(text, "{")
}

// mistyped returns what is wrong with a key that cannot be read.
func mistyped(err error) error {
	var row *keyfmt.RowError
	if errors.As(err, &row) && row.Problem == keyfmt.RowMissing {
		return &license.Reason{Code: license.KeyIncomplete, Detail: where(row), Err: err}
	}
	if row != nil {
		return &license.Reason{Code: license.KeyMistyped, Detail: where(row), Err: err}
	}
	return &license.Reason{Code: license.KeyUnrecognized, Err: err}
}

func (c *Client) enter(ctx context.Context, key keyfmt.Key, e entry) (Change, error) {
	switch key.Kind() {
	case keyfmt.Activation:
		return c.enterActivationKey(key, e.name)
	case keyfmt.Unlock:
		return c.enterUnlockCode(key)
	case keyfmt.Serial, keyfmt.Request:
		q, err := e.questionOf(key)
		if err != nil {
			return Change{}, err
		}
		return c.exchange(ctx, q, false)
	default:
		return Change{}, &license.Reason{Code: license.KeyOfOtherKind, Has: key.Kind().String(), Needs: keyfmt.Activation.String()}
	}
}

func (c *Client) enterActivationKey(key keyfmt.Key, name string) (Change, error) {
	d := document{Key: key.Payload(), Name: name}
	return c.install(func() (document, *license.License, error) {
		if c.catalogue == nil {
			return d, nil, &license.Reason{Code: license.CatalogueNeeded}
		}
		l, err := c.verify(d)
		if err == nil {
			err = c.holdsLater(func(k *license.Keyring) error { _, err := license.OpenKey(d.Key, d.Name, k, c.catalogue); return err })
		}
		return d, l, err
	})
}

// enterUnlockCode applies the sealed update that a code opens.
func (c *Client) enterUnlockCode(key keyfmt.Key) (Change, error) {
	code := key.Payload()
	return c.commit(func(s *state, change *Change) error {
		all, _ := c.licenses(s)
		for _, h := range all {
			u, err := h.terms.Unseal(code)
			if err != nil {
				if _, err := h.base.Unseal(code); err == nil {
					change.LicenseID = h.base.ID
					return &license.Reason{Code: license.AlreadyApplied} // and so no more in the terms
				}
				continue
			}
			return c.apply(s, h, u, appliedUpdate{Code: code}, change)
		}
		return &license.Reason{Code: license.UnlockUnknown}
	})
}

// where says where to look in a mistyped key: "row 2, group 3", "rows 2, 4 and
// 5", or "" for the whole of it.
func where(e *keyfmt.RowError) string {
	switch n := len(e.Rows); {
	case n == 1 && len(e.Groups) == 1:
		return "row " + strconv.Itoa(e.Rows[0]) + ", group " + strconv.Itoa(e.Groups[0])
	case n == 1 && e.Rows[0] == 0:
		return "" // the last row, whose number is not known
	case n == 1:
		return "row " + strconv.Itoa(e.Rows[0])
	case n > 1:
		text := "rows " + strconv.Itoa(e.Rows[0])
		for _, row := range e.Rows[1 : n-1] {
			text += ", " + strconv.Itoa(row)
		}
		return text + " and " + strconv.Itoa(e.Rows[n-1])
	}
	return ""
}
