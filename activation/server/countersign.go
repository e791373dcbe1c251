package server

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// opened returns the day of issue of a licence or an update that holds under a
// keyring.
func opened(text []byte, k *license.Keyring) (id string, issued time.Time, err error) {
	if license.KindOf(text) == license.KindUpdate {
		u, err := license.OpenUpdate(text, k)
		if err != nil {
			return "", time.Time{}, err
		}
		return u.ID, u.Issued, nil
	}
	l, err := license.Open(text, k)
	if err != nil {
		return "", time.Time{}, err
	}
	return l.ID, l.Issued, nil
}

// newlySigned reports whether a document holds under a keyring and also has a
// signature that is void there: a client may have the document with that signature
// alone.
func newlySigned(k *license.Keyring, text string) bool {
	_, issued, err := opened([]byte(text), k)
	return err == nil && slices.ContainsFunc(license.KeyIDs([]byte(text)), func(id string) bool {
		return !counts(k, id, license.DateOf(issued))
	})
}

// counts reports whether a key of a keyring may sign a licence or an update of a
// day.
func counts(k *license.Keyring, id string, issued license.Date) bool {
	return slices.ContainsFunc(k.Keys(), func(key license.Key) bool {
		return key.Role == license.RoleLicense && key.End >= issued && key.Public.ID() == id
	})
}

// A Document is a signed document of a sale.
type Document struct {
	Serial license.Serial
	ID     string // of the licence or the update
	Kind   string // license.KindLicense or license.KindUpdate
	Text   []byte
}

// Documents calls each for every licence and update in a ledger, including drafts, in
// ascending order of serial numbers, until each returns an error. It loads one page
// of sales at a time.
func Documents(ctx context.Context, l Ledger, each func(Document) error) error {
	const page = 100
	for after := license.Serial(""); ; {
		sales, err := l.Sales(ctx, Filter{After: after, Limit: page})
		if err != nil {
			return err
		}
		for _, sale := range sales {
			if err := sale.eachDocument(each); err != nil {
				return err
			}
			after = sale.Serial
		}
		if len(sales) < page {
			return nil
		}
	}
}

func (s *Sale) eachDocument(each func(Document) error) error {
	if err := each(Document{s.Serial, s.LicenseID, license.KindLicense, s.License}); err != nil {
		return err
	}
	for _, u := range s.Updates {
		if err := each(Document{s.Serial, u.ID, license.KindUpdate, u.Text}); err != nil {
			return err
		}
	}
	return nil
}

// Void returns why a document does not hold under a keyring, nil if it does. For
// speed, it verifies signatures only if one is by a key that is not in the keyring or
// has ended: a ledger contains only documents that were verified when they were added.
func (d Document) Void(k *license.Keyring, today license.Date) error {
	ids := license.KeyIDs(d.Text)
	if len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return !counts(k, id, today) }) {
		return nil
	}
	_, _, err := opened(d.Text, k)
	return err
}

// Verify returns why a document does not hold under a keyring, nil if it does.
func (d Document) Verify(k *license.Keyring) error {
	_, _, err := opened(d.Text, k)
	return err
}

// Countersigned adds the signatures of a document to the licence or update of a sale
// that has the same payload, and records this in the history. The document must hold
// under the newest keyring; Countersigned leaves out those of its signatures that do
// not. changed is false if the sale's document already has the signatures. The error is
// ErrUnknown, wraps a *license.Reason, or is the ledger's.
func Countersigned(ctx context.Context, l Ledger, k *license.Keyring, now time.Time, actor string, serial license.Serial, document []byte) (changed bool, err error) {
	id, _, err := opened(document, k)
	if err != nil {
		return false, fmt.Errorf("server: the document: %w", err)
	}
	if document, err = license.TrustedSignatures(document, k); err != nil {
		return false, fmt.Errorf("server: the document: %w", err)
	}
	err = l.Change(ctx, Key{Serial: serial}, func(a *Account) error {
		changed = false
		if a.Sale == nil {
			return fmt.Errorf("%w: no such sale", ErrUnknown)
		}
		found, more := a.Sale.merge(document, k)
		switch {
		case !found:
			return fmt.Errorf("%w: the sale has no document with this content", ErrUnknown)
		case more:
			changed = true
			a.Save()
			a.Note(Event{Time: now.UTC().Truncate(time.Second), Kind: EventCountersigned, Actor: actor, Detail: id})
		}
		return nil
	})
	return changed && err == nil, err
}

// Countersigned is the function Countersigned for this server's ledger and newest
// keyring.
func (s *Server) Countersigned(ctx context.Context, actor string, serial license.Serial, document []byte) (changed bool, err error) {
	return Countersigned(ctx, s.ledger, s.keyring, s.time(), actor, serial, document)
}

// merge adds the signatures of a document, which hold under a keyring, to the
// document with the same payload. More reports whether there were any that it did
// not have.
func (s *Sale) merge(document []byte, k *license.Keyring) (found, more bool) {
	texts := []*[]byte{&s.License}
	for i := range s.Updates {
		texts = append(texts, &s.Updates[i].Text)
	}
	for _, text := range texts {
		merged, fresh, err := license.MergeSignatures(document, *text, k)
		if err != nil {
			continue
		}
		if fresh {
			*text = merged
		}
		return true, fresh
	}
	return false, false
}
