package license

import (
	"encoding/hex"
	"slices"
	"time"
)

// A Reply is what the activation server answers to a Request, signed by a key
// of the role "activation": a yes as well as a no. It counts once, for the
// installation that asked, and only while that knows of its request.
type Reply struct {
	Vendor       string
	Product      string   // of the request
	Installation []byte   // of the request
	Nonce        []byte   // of the request
	Request      [32]byte // digest of the request
	Time         time.Time
	Sequence     int64 // of what was sold: of two replies, the one with the lower number is old

	Code       Code // why not, "" for a yes
	N, Max     int64
	From       Date
	Until      Date
	Has, Needs string
	Names      []string // in any order; as read: ascending
	Contact    string

	NextCheck time.Time // when to ask again, zero if nobody waits for anything
	Documents []string  // licences, updates and keyrings, each with its own signature, in the order in which they apply
	Receipt   string    // likewise, "" if there is none
	Link      []byte    // the step that the installation's life has come to
	Revision  int64     // of the licence under which Usage was counted
	Usage     Usage     // what the server knows was used there
	Restored  bool      // local state that was put back is accepted as it is
}

// MaxReply is the size of the largest reply in bytes.
const MaxReply = 1 << 20

// MaxReplyDocuments is how many documents a reply may carry beside its receipt.
const MaxReplyDocuments = 320

// maxReplyPayload is the size of the largest payload of a reply that is
// written: as maxPayload, it leaves room for the line ends of the armour.
const maxReplyPayload = MaxReply*3/4 - 32<<10

// Reason returns a reply's no as what there is to tell about it, nil for a yes.
func (r *Reply) Reason() *Reason {
	if r.Code == "" {
		return nil
	}
	return &Reason{
		Code: r.Code, N: r.N, Max: r.Max, From: r.From, Until: r.Until,
		Has: r.Has, Needs: r.Needs, Names: r.Names, Contact: r.Contact, Product: r.Product,
	}
}

// Encode returns the payload of a document that holds r.
func (r *Reply) Encode() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.Grow(r.size())
	w.Object()
	w.StringMember("code", string(r.Code))
	w.StringMember("contact", r.Contact)
	w.StringsMember("documents", r.Documents)
	w.StringMember("from", r.From.String())
	w.StringMember("has", r.Has)
	w.Name("installation").Base64(r.Installation)
	w.bytesMember("link", r.Link)
	w.IntMember("max", r.Max)
	w.IntMember("n", r.N)
	w.StringsMember("names", slices.Sorted(slices.Values(r.Names)))
	w.StringMember("needs", r.Needs)
	w.timeMember("next_check", r.NextCheck)
	w.Name("nonce").Base64(r.Nonce)
	w.Name("product").String(r.Product)
	w.StringMember("receipt", r.Receipt)
	w.Name("request").String(hex.EncodeToString(r.Request[:]))
	w.BoolMember("restored", r.Restored)
	w.IntMember("revision", r.Revision)
	w.IntMember("sequence", r.Sequence)
	w.Name("time").String(formatTime(r.Time))
	w.StringMember("until", r.Until.String())
	w.usage(r.Usage)
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(r.Vendor)
	w.EndObject()
	return checkedWithin("Reply", maxReplyPayload, w, func(payload string) error {
		_, err := decodeReply(payload)
		return err
	})
}

// size returns about how long the payload will be.
func (r *Reply) size() int {
	n := 1024 + len(r.Receipt)
	for _, text := range r.Documents {
		n += len(text) + len(text)/64 + 16
	}
	return n
}

func decodeReply(payload string) (*Reply, error) {
	d := newDecoder(payload)
	r := &Reply{}
	asked := false
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "code":
			r.Code = Code(d.id())
		case "contact":
			r.Contact = d.text()
		case "documents":
			r.Documents = d.documents()
		case "from":
			r.From = d.date()
		case "has":
			r.Has = d.text()
		case "installation":
			r.Installation = d.exactly(InstallationKeySize)
		case "link":
			r.Link = d.exactly(LinkSize)
		case "max":
			r.Max = d.count()
		case "n":
			r.N = d.count()
		case "names":
			r.Names = d.ids(MaxApplied)
		case "needs":
			r.Needs = d.text()
		case "next_check":
			r.NextCheck = d.time()
		case "nonce":
			r.Nonce = d.exactly(NonceSize)
		case "product":
			r.Product = d.id()
		case "receipt":
			r.Receipt = d.long(MaxDocument)
		case "request":
			r.Request, asked = d.hash(), true
		case "restored":
			r.Restored = d.yes()
		case "revision":
			r.Revision = d.count()
		case "sequence":
			r.Sequence = d.count()
		case "time":
			r.Time = d.time()
		case "until":
			r.Until = d.date()
		case "usage":
			r.Usage = d.usage()
		case "v":
			d.version()
		case "vendor":
			r.Vendor = d.id()
		default:
			d.other(m.Name)
		}
	}
	complete := asked && r.Vendor != "" && r.Product != "" && r.Installation != nil && r.Nonce != nil && !r.Time.IsZero()
	if err := d.close(complete); err != nil {
		return nil, err
	}
	return r, nil
}

func (d *decoder) documents() (texts []string) {
	for e := d.Array(); e.Next(); {
		if len(texts) == MaxReplyDocuments {
			d.Fail("the documents are too many")
			return nil
		}
		texts = append(texts, d.long(MaxDocument))
	}
	d.notEmpty(len(texts))
	return texts
}
