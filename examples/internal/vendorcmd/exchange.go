package vendorcmd

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/license"
)

// moment returns a time as people read it, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

// installation returns the id of an installation's public key, as documents
// name keys.
func installation(key []byte) string {
	public, err := license.ParsePublicKey(key)
	if err != nil {
		return "(no public key)"
	}
	return public.ID()
}

// number returns a number that is told unless it is zero.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// describeReceipt says what a receipt confirms, in lines.
func describeReceipt(r *license.Receipt, reveal bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Receipt %s of %s, number %d, issued %s.\n", r.ID, r.Vendor, r.Sequence, moment(r.Issued))
	line(&b, "Serial number", serial(r.Serial, reveal))
	line(&b, "Installation", installation(r.Installation))
	line(&b, "Activated", moment(r.Activated))
	line(&b, "Bound by", r.Binding.Scheme)
	line(&b, "Changes of hardware followed", number(r.Changes))
	if r.Until.IsZero() {
		line(&b, "Holds", "for ever")
	} else {
		line(&b, "Holds until", moment(r.Until))
		line(&b, "Works until", moment(r.Grace))
	}
	switch r.Hold {
	case license.HoldBlocked:
		line(&b, "Held", "blocked by the vendor")
	case license.HoldPayment:
		line(&b, "Held", "a payment is not recorded; what is there works on")
	}
	line(&b, "Contact", r.Contact)
	return b.String()
}

func receiptFields(r *license.Receipt, reveal bool) cli.Fields {
	payload, err := r.Encode()
	return cli.Fields{"kind": "receipt", "id": r.ID, "installation": installation(r.Installation), "content": content(payload, err, reveal)}
}

// describeReply says what the activation server answered, in lines, with what
// each document in the answer is.
func describeReply(r *license.Reply, keys *license.Keyring, reveal bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Reply of %s to %s, given %s.\n", r.Vendor, r.Product, moment(r.Time))
	if why := r.Reason(); why != nil {
		line(&b, "Answer", "no, "+string(r.Code)+": "+strings.TrimSpace(why.Text(license.English)))
	} else {
		line(&b, "Answer", "yes")
	}
	line(&b, "Installation", installation(r.Installation))
	line(&b, "Request", hex.EncodeToString(r.Request[:]))
	line(&b, "Number", number(r.Sequence))
	line(&b, "Contact", r.Contact)
	line(&b, "Ask again", moment(r.NextCheck))
	if r.Restored {
		line(&b, "Local state", "accepted as it is")
	}
	b.WriteString(describeUsage(r.Usage))
	for _, text := range append(slices.Clone(r.Documents), r.Receipt) {
		if text != "" {
			b.WriteString(indent(within([]byte(text), keys, reveal)))
		}
	}
	return b.String()
}

// within says what a document is that lies in another.
func within(text []byte, keys *license.Keyring, reveal bool) string {
	f, err := openAny(text, license.KindOf(text), keys, reveal)
	if err != nil {
		return "A document that does not hold: " + errorText(err) + "\n"
	}
	return f.text
}

func replyFields(r *license.Reply, reveal bool) cli.Fields {
	kinds := []string{}
	for _, text := range r.Documents {
		kinds = append(kinds, license.KindOf([]byte(text)))
	}
	if r.Receipt != "" {
		kinds = append(kinds, license.KindReceipt)
	}
	payload, err := r.Encode()
	return cli.Fields{
		"kind": "reply", "yes": r.Code == "", "installation": installation(r.Installation),
		"request": hex.EncodeToString(r.Request[:]), "contains": kinds, "content": content(payload, err, reveal),
	}
}

var operations = map[license.Operation]string{
	license.OpActivate:   "activate a licence",
	license.OpCheck:      "learn what is new",
	license.OpDeactivate: "give a licence up",
	license.OpMove:       "activate a licence that another machine gave up",
	license.OpReport:     "report what was used",
}

// request says what an installation asks, if that is who signed it.
func (i *inspectFlags) request(text []byte) (finding, error) {
	r, err := license.OpenRequest(text)
	if err != nil {
		return finding{}, err
	}
	if i.keys != nil && r.Vendor != i.keys.Vendor() {
		return finding{}, &license.Reason{Code: license.OtherVendor, Has: r.Vendor, Needs: i.keys.Vendor()}
	}
	id := installation(r.Installation)
	payload, err := payloadOf(text)
	out := describeRequest(r, i.reveal) + "It holds: signed by the installation itself. Whether that is activated, the activation server knows.\n"
	return finding{out, cli.Fields{
		"kind": "request", "operation": string(r.Operation), "installation": id, "digest": hex.EncodeToString(r.Digest[:]),
		"signed_by": []string{id}, "holds": true, "content": content(payload, err, i.reveal),
	}}, nil
}

// payloadOf returns the payload of a document that was opened before.
func payloadOf(text []byte) ([]byte, error) {
	bare, err := license.Bare(text)
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Payload []byte `json:"payload"`
	}
	err = json.Unmarshal(bare, &envelope)
	return envelope.Payload, err
}

// describeRequest says what an installation asks, in lines.
func describeRequest(r *license.Request, reveal bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Request to %s, by %s for %s.\n", operations[r.Operation], strings.TrimSpace(r.Product+" "+r.Version), r.Vendor)
	line(&b, "Serial number", serial(r.Serial, reveal))
	line(&b, "Request key", serial(r.RequestKey, reveal))
	line(&b, "Installation", installation(r.Installation))
	line(&b, "Digest", hex.EncodeToString(r.Digest[:]))
	if r.License != "" {
		line(&b, "Licence", list(r.License, prefixed("revision ", number(r.Revision))))
	}
	line(&b, "Keyring", prefixed("version ", number(r.Keyring)))
	b.WriteString(describeUsage(r.Usage))
	if r.Fingerprint != nil {
		b.WriteString("  Machine:\n" + indent(indent(describeFingerprint(r.Fingerprint))))
	}
	if r.Proof != nil {
		b.WriteString("  Proof:\n" + indent(indent(describeProof(r.Proof, reveal))))
	}
	return b.String()
}

func describeFingerprint(text []byte) string {
	f, err := fingerprint(text)
	if err != nil {
		return "A fingerprint that cannot be read.\n"
	}
	return f.text
}

// describeProof says what a machine has signed that gave a licence up.
func describeProof(text []byte, reveal bool) string {
	r, err := license.OpenRequest(text)
	if err != nil {
		return "A document that does not hold: " + errorText(err) + "\n"
	}
	r.Proof = nil // of a proof there is none
	return describeRequest(r, reveal)
}

// describeUsage says what was used, in lines.
func describeUsage(u license.Usage) string {
	var b strings.Builder
	line(&b, "Used from", moment(u.FirstUse))
	for _, ref := range refs(u) {
		f := u.Features[ref]
		items := prefixed("from ", moment(f.FirstUse))
		if f.Runs > 0 {
			items = list(items, counted(f.Runs, "run"))
		}
		if items == "" {
			items = "not yet"
		}
		line(&b, "Used "+ref.Product+"/"+ref.Feature, items)
	}
	return b.String()
}

// refs returns the features that were used, in ascending order.
func refs(u license.Usage) []license.Ref {
	return slices.SortedFunc(maps.Keys(u.Features), func(a, b license.Ref) int {
		return strings.Compare(a.Product+"/"+a.Feature, b.Product+"/"+b.Feature)
	})
}
