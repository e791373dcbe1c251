package license

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/internal/dsse"
)

// An Operation is what a Request asks for.
type Operation string

const (
	OpActivate   Operation = "activate"   // to use here what was sold under a serial number or a request key
	OpCheck      Operation = "check"      // whether there is anything new
	OpDeactivate Operation = "deactivate" // to use it here no more; also the proof of that
	OpMove       Operation = "move"       // to use it here, with the proof that it is used elsewhere no more
	OpReport     Operation = "report"     // only that it was used
)

// A Request is what an installation asks of the vendor's activation server.
// It is signed by the installation's own key, whose public half it holds: that
// proves who asks, and nothing else. The same bytes go over HTTP, in a file or
// through the vendor's upload page.
type Request struct {
	Vendor       string
	Product      string // that asks
	Version      string // of it
	Operation    Operation
	Serial       Serial   // the serial number, or
	RequestKey   Serial   // the ten digits of a request key
	Installation []byte   // public key
	Nonce        []byte   // NonceSize random bytes, which the reply must hold
	Fingerprint  []byte   // of the machine, in the form of package binding; nil if the product sends none
	Label        string   // the customer's label of this machine, see IsLabel; "" if none is sent. Personal data
	License      string   // id of the stored licence, "" if there is none
	Revision     int64    // revision of that licence, and the one under which Usage was counted
	Keyring      int64    // version of the keyring in force
	Keys         []string // ids of that keyring's keys of the role "activation", in any order, at most MaxRequestKeys; as read: ascending
	Link, Next   []byte   // LinkSize bytes each: tokens that detect clones, this installation's present one and its next
	Usage        Usage    // since the licence came to this machine, without seats
	GivenUp      int64    // highest deactivation number of this installation; once an activation carries it, deactivations up to it are void
	Proof        []byte   // of OpMove: the other machine's signed request for OpDeactivate

	Digest [32]byte // of the document that it was opened from: what the reply names
}

const (
	// NonceSize is the length of a request's nonce in bytes.
	NonceSize = 16
	// MaxRequestKeys is the most ids of keys that a request may name.
	MaxRequestKeys = 32
	// LinkSize is the length of a link in bytes.
	LinkSize = 16
	// maxProof and maxFingerprint are how long these may be in a request.
	maxProof, maxFingerprint = 24 << 10, 16 << 10
)

// Sign returns the document that holds r as a bare envelope, signed by the
// installation's key, and puts the key's public half and the document's digest
// into r. It refuses a key whose public half is not that of its seed: signing
// with it gives the seed away.
func (r *Request) Sign(key ed25519.PrivateKey) ([]byte, error) {
	if len(key) != ed25519.PrivateKeySize || !key.Equal(ed25519.NewKeyFromSeed(key.Seed())) {
		return nil, errors.New("license: the installation's private key is not whole")
	}
	r.Installation = []byte(key.Public().(ed25519.PublicKey))
	public, err := ParsePublicKey(r.Installation)
	if err != nil {
		return nil, err
	}
	payload, err := r.encode()
	if err != nil {
		return nil, err
	}
	e := dsse.New(KindRequest, payload)
	r.Digest = sha256.Sum256(e.Signed())
	e.Signatures = []dsse.Signature{{KeyID: public.ID(), Sig: [dsse.SignatureSize]byte(ed25519.Sign(key, e.Signed()))}}
	return e.JSON(), nil
}

// OpenRequest returns the request that a document holds, once the key in it has
// verified it: whoever sent it has that installation's private key. That it was
// ever heard of, this does not say.
//
// The error is a *Reason with one of the codes NotDocument, Truncated, Damaged,
// TooLarge, OtherDocument, SignatureWrong, KeyNotCanonical, KeySmallOrder,
// TooNew or Malformed.
func OpenRequest(text []byte) (*Request, error) {
	e, err := parseEnvelope(text, KindRequest, MaxDocument)
	if err != nil {
		return nil, err
	}
	r, err := decodeRequest(e.Text())
	if err != nil {
		return nil, err
	}
	public, err := ParsePublicKey(r.Installation)
	if err != nil {
		return nil, err
	}
	if len(e.Signatures) != 1 || e.Signatures[0].KeyID != public.ID() || !public.verify(e.Message(0), &e.Signatures[0].Sig) {
		return nil, &Reason{Code: SignatureWrong}
	}
	r.Digest = sha256.Sum256(e.Signed())
	return r, nil
}

func (r *Request) encode() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.Object()
	w.StringMember("fingerprint", string(r.Fingerprint))
	w.IntMember("given_up", r.GivenUp)
	w.Name("installation").Base64(r.Installation)
	w.IntMember("keyring", r.Keyring)
	w.StringsMember("keys", slices.Sorted(slices.Values(r.Keys)))
	w.StringMember("label", r.Label)
	w.StringMember("license", r.License)
	w.bytesMember("link", r.Link)
	w.bytesMember("next", r.Next)
	w.bytesMember("nonce", r.Nonce)
	w.Name("operation").String(string(r.Operation))
	w.Name("product").String(r.Product)
	w.StringMember("proof", string(r.Proof))
	w.StringMember("request_key", string(r.RequestKey))
	w.IntMember("revision", r.Revision)
	w.StringMember("serial", string(r.Serial))
	w.usage(r.Usage)
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(r.Vendor)
	w.StringMember("version", r.Version)
	w.EndObject()
	return checked("Request", w, func(payload string) error {
		_, err := decodeRequest(payload)
		return err
	})
}

func decodeRequest(payload string) (*Request, error) {
	d := newDecoder(payload)
	r := &Request{}
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "fingerprint":
			r.Fingerprint = []byte(d.long(maxFingerprint))
		case "given_up":
			r.GivenUp = d.count()
		case "installation":
			r.Installation = d.exactly(InstallationKeySize)
		case "keyring":
			r.Keyring = d.count()
		case "keys":
			r.Keys = d.keyIDs()
		case "label":
			r.Label = d.label()
		case "license":
			r.License = d.id()
		case "link":
			r.Link = d.exactly(LinkSize)
		case "next":
			r.Next = d.exactly(LinkSize)
		case "nonce":
			r.Nonce = d.exactly(NonceSize)
		case "operation":
			r.Operation = oneOf(d, OpActivate, OpCheck, OpDeactivate, OpMove, OpReport)
		case "product":
			r.Product = d.id()
		case "proof":
			r.Proof = []byte(d.long(maxProof))
		case "request_key":
			r.RequestKey = Serial(d.id())
		case "revision":
			r.Revision = d.count()
		case "serial":
			r.Serial = Serial(d.id())
		case "usage":
			r.Usage = d.usage()
		case "v":
			d.version()
		case "vendor":
			r.Vendor = d.id()
		case "version":
			r.Version = d.id()
		default:
			d.other(m.Name)
		}
	}
	switch {
	case (r.Serial == "") == (r.RequestKey == ""):
		d.Fail("a request names a serial number or a request key")
	case (r.Proof != nil) != (r.Operation == OpMove):
		d.Fail("a proof goes with a move, and with nothing else")
	}
	complete := r.Installation != nil && r.Nonce != nil && r.Operation != "" && r.Product != "" && r.Vendor != ""
	if err := d.close(complete); err != nil {
		return nil, err
	}
	return r, nil
}

// isKeyID reports whether s is an id as PublicKey.ID gives it.
func isKeyID(s string) bool {
	return len(s) == dsse.KeyIDSize && strings.Trim(s, "0123456789abcdef") == ""
}

// keyIDs reads ids of keys.
func (d *decoder) keyIDs() []string {
	ids := d.ids(MaxRequestKeys)
	for _, id := range ids {
		if !isKeyID(id) {
			d.Fail("the id of a key has 16 hexadecimal digits")
		}
	}
	return ids
}

// IsLabel reports whether s can be a machine's label: 1 to MaxLabel bytes of UTF-8
// without control characters, line and paragraph separators, controls of the
// direction of text, and blanks at its ends.
func IsLabel(s string) bool {
	if s == "" || len(s) > MaxLabel || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Bidi_Control, r)
	})
}

func (d *decoder) label() string {
	s := d.String()
	if d.Err() == nil && !IsLabel(s) {
		d.Fail("a label has 1 to 128 bytes, and no control characters")
	}
	return s
}

// bytesMember writes bytes in base64, and leaves out what is empty.
func (w *encoder) bytesMember(name string, b []byte) {
	if len(b) > 0 {
		w.Name(name).Base64(b)
	}
}

// long reads a text that is longer than those for people.
func (d *decoder) long(limit int) string {
	s := d.String()
	if len(s) == 0 || len(s) > limit {
		d.Fail("the text is empty or too long")
		return ""
	}
	return s
}

// usage writes the member "usage" unless nothing was used. Seats are not told.
func (w *encoder) usage(u Usage) {
	if u.Activated.IsZero() && u.FirstUse.IsZero() && len(u.Features) == 0 {
		return
	}
	w.Name("usage").Object()
	w.timeMember("activated", u.Activated)
	if len(u.Features) > 0 {
		w.Name("features").Array()
		for _, ref := range slices.SortedFunc(maps.Keys(u.Features), Ref.compare) {
			f := u.Features[ref]
			w.Object()
			w.Name("feature").String(ref.Feature)
			w.timeMember("first_use", f.FirstUse)
			w.Name("product").String(ref.Product)
			w.IntMember("runs", f.Runs)
			w.EndObject()
		}
		w.EndArray()
	}
	w.timeMember("first_use", u.FirstUse)
	w.EndObject()
}

func (d *decoder) usage() (u Usage) {
	n := 0
	for m := d.Object(); m.Next(); n++ {
		switch m.Name {
		case "activated":
			u.Activated = d.time()
		case "features":
			u.Features = d.usedFeatures()
		case "first_use":
			u.FirstUse = d.time()
		default:
			d.Skip()
		}
	}
	d.notEmpty(n)
	return u
}

func (d *decoder) usedFeatures() map[Ref]FeatureUsage {
	used := map[Ref]FeatureUsage{}
	var last Ref
	for e := d.Array(); e.Next(); {
		var ref Ref
		var f FeatureUsage
		for m := d.Object(); m.Next(); {
			switch m.Name {
			case "feature":
				ref.Feature = d.id()
			case "first_use":
				f.FirstUse = d.time()
			case "product":
				ref.Product = d.id()
			case "runs":
				f.Runs = d.count()
			default:
				d.Skip()
			}
		}
		if ref.Product == "" || ref.Feature == "" || len(used) == MaxFeatures || len(used) > 0 && ref.compare(last) <= 0 {
			d.Fail("used features must have names, ascend, and not be too many")
			return nil
		}
		used[ref], last = f, ref
	}
	d.notEmpty(len(used))
	return used
}
