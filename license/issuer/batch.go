package issuer

import (
	"errors"
	"fmt"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
)

// MaxBatch is how many documents SignBatch signs at once.
const MaxBatch = dsse.MaxBatch

// A Draft is a document that is whole but for its signature. It belongs to one
// goroutine at a time.
type Draft struct {
	e dsse.Envelope
}

// DraftReceipt returns the draft of a receipt, whose vendor is set to the
// issuer's. The error is a *license.FieldError.
func (i *Issuer) DraftReceipt(r *license.Receipt) (*Draft, error) {
	own := *r
	own.Vendor = i.vendor
	payload, err := own.Encode()
	if err != nil {
		return nil, err
	}
	return &Draft{dsse.New(license.KindReceipt, payload)}, nil
}

// DraftReply returns the draft of a reply, as DraftReceipt does.
func (i *Issuer) DraftReply(r *license.Reply) (*Draft, error) {
	if err := checkReply(r); err != nil {
		return nil, err
	}
	own := *r
	own.Vendor = i.vendor
	payload, err := own.Encode()
	if err != nil {
		return nil, err
	}
	return &Draft{dsse.New(license.KindReply, payload)}, nil
}

// SignBatch puts one signature under up to MaxBatch drafts, of which each can be
// verified alone. So a busy server signs once where it would many times, and one
// whose key lies in a device asks that once. Beyond the signature a document
// gets 2 bytes, and 32 for each doubling of the batch; a draft alone is signed
// as it is. The error is ErrRole, one that says that there are too few or too
// many or that one was signed already, or the signer's own; no draft is signed
// then.
func (i *Issuer) SignBatch(drafts ...*Draft) error {
	if len(drafts) == 0 || len(drafts) > MaxBatch {
		return fmt.Errorf("issuer: a batch has 1 to %d documents, not %d", MaxBatch, len(drafts))
	}
	all := make([]dsse.Envelope, len(drafts))
	for n, d := range drafts {
		if len(d.e.Signatures) > 0 {
			return errors.New("issuer: a draft of the batch is signed already")
		}
		if err := i.maySign(&d.e); err != nil {
			return err
		}
		all[n] = d.e
	}
	message, proofs := all[0].Signed(), [][]byte{nil}
	if len(all) > 1 {
		message, proofs = dsse.Batch(all)
	}
	sig, err := i.sign(message)
	if err != nil {
		return err
	}
	id := i.public.ID()
	for n, d := range drafts {
		d.e.Signatures = []dsse.Signature{{KeyID: id, Sig: sig, Proof: proofs[n]}}
	}
	return nil
}

// Armor returns the document, once it is signed, as it is kept in a file.
func (d *Draft) Armor() []byte { return d.e.Armor() }

// Bare returns the document, once it is signed, as it goes over HTTP.
func (d *Draft) Bare() []byte { return d.e.JSON() }
