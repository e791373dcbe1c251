// Package dsse reads and writes the envelope of a signed document: a payload,
// its type, and signatures over both, after the DSSE protocol 1.0 of
// secure-systems-lab (https://github.com/secure-systems-lab/dsse). It knows no
// keys and judges no signature. A signature is of one document, or of a batch
// that the document is in (batch.go).
//
// An envelope has two forms, and each has exactly one text per envelope. Over
// HTTP it is DSSE's JSON, in the strict form of internal/strictjson:
//
//	{"payload":"eyJ2Ijox…","payloadType":"application/vnd.latchkey.license+json",
//	 "signatures":[{"keyid":"1f6f4c9d0be8a7c2","sig":"Zm9v…"}]}
//
// (in one line). As a file it is armoured, so that it survives e-mail:
//
//	-----BEGIN LATCHKEY LICENSE-----
//	eyJ2Ijox…
//	…fQ==.
//	1f6f4c9d0be8a7c2:
//	Zm9v…
//	-----END LATCHKEY LICENSE-----
//
// that is the payload in base64, then for every signature a full stop, the
// key's id, a colon and the signature in base64. The label is the kind of the
// document in capitals, and so says the type. Lines may end in any way and be
// wrapped at any column, and white space may stand around them: the text is
// read as if it had none. Everything else is exact.
package dsse

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"unsafe"

	"github.com/latchkey-go/latchkey/internal/strictjson"
)

const (
	// SignatureSize is the length of an Ed25519 signature in bytes.
	SignatureSize = 64
	// MaxSignatures is how many signatures an envelope may carry.
	MaxSignatures = 8
	// KeyIDSize is the length of a key's id in hexadecimal digits.
	KeyIDSize = 16
	// MaxKind is the length of the longest name of a kind.
	MaxKind = 24

	typePrefix = "application/vnd.latchkey."
	typeSuffix = "+json"
	begin      = "-----BEGIN LATCHKEY "
	end        = "-----END LATCHKEY "
	dashes     = "-----"
	lineLength = 64
)

// A Signature is one signature of an envelope. KeyID is a hint for whoever
// looks for the key, and proves nothing. What it is a signature of, Message
// tells.
type Signature struct {
	KeyID string
	Sig   [SignatureSize]byte
	Proof []byte // that the document is in the batch that was signed; nil if it was signed itself
}

// An Envelope is a payload of a kind ("license", "update", …) with its
// signatures.
type Envelope struct {
	Kind       string
	Signatures []Signature

	signed  []byte // PAE(type, payload)
	payload int    // where the payload begins in signed
}

// Errors that Parse returns. They say what the text is not; none echoes it.
var (
	ErrNotDocument = errors.New("the text is not a Latchkey document: it does not begin with -----BEGIN LATCHKEY, and is no DSSE envelope")
	ErrTruncated   = errors.New("the document has been cut off: its last line is missing")
	ErrMalformed   = errors.New("the document has been changed or damaged on its way")
)

// New returns an envelope without signatures.
func New(kind string, payload []byte) Envelope {
	e := newEnvelope(kind, len(payload))
	copy(e.Payload(), payload)
	return e
}

// newEnvelope makes room for a payload of n bytes.
func newEnvelope(kind string, n int) Envelope {
	size := len("DSSEv1 ") + len(typePrefix) + len(kind) + len(typeSuffix) + 2*12
	b := append(make([]byte, 0, size+n), "DSSEv1 "...)
	b = strconv.AppendInt(b, int64(len(typePrefix)+len(kind)+len(typeSuffix)), 10)
	b = append(append(append(append(b, ' '), typePrefix...), kind...), typeSuffix...)
	b = strconv.AppendInt(append(b, ' '), int64(n), 10)
	b = append(b, ' ')
	return Envelope{Kind: kind, signed: b[:len(b)+n], payload: len(b)}
}

// Signed returns the bytes that are signed: DSSE's pre-authentication encoding
// of type and payload. The caller must not change them.
func (e Envelope) Signed() []byte { return e.signed }

// Payload returns the payload, a part of Signed.
func (e Envelope) Payload() []byte { return e.signed[e.payload:] }

// Text returns the payload as a string that shares its memory. So what is read
// is the very bytes that were verified; nobody changes them any more.
func (e Envelope) Text() string {
	payload := e.Payload()
	return unsafe.String(unsafe.SliceData(payload), len(payload))
}

// PAE returns DSSE's pre-authentication encoding for a kind and a payload.
func PAE(kind string, payload []byte) []byte { return New(kind, payload).signed }

// Parse reads an envelope in either form. The caller has bounded the text.
func Parse(text []byte) (Envelope, error) {
	text = trim(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	switch {
	case bytes.HasPrefix(text, []byte(begin)):
		return parseArmor(text)
	case len(text) > 0 && text[0] == '{' && bytes.Contains(text, []byte(`"payload`)):
		return parseJSON(text)
	default:
		return Envelope{}, ErrNotDocument
	}
}

// parseArmor reads the armoured form, without white space around it.
func parseArmor(text []byte) (Envelope, error) {
	label, rest, found := bytes.Cut(text[len(begin):], []byte(dashes))
	if !found {
		return Envelope{}, ErrTruncated
	}
	kind, ok := kindOf(string(label))
	if !ok {
		return Envelope{}, ErrMalformed
	}
	body, found := cutEnd(rest, label)
	if !found {
		if bytes.Contains(rest, []byte(end+string(label)+dashes)) {
			return Envelope{}, ErrMalformed // something follows the end
		}
		return Envelope{}, ErrTruncated
	}
	var room [4096]byte // enough for most, and not on the heap
	payload, signatures, found := bytes.Cut(unwrap(room[:0], body), []byte("."))
	if !found {
		return Envelope{}, ErrMalformed
	}
	e, ok := decodePayload(kind, payload)
	for ok && found {
		var one []byte
		one, signatures, found = bytes.Cut(signatures, []byte("."))
		id, sig, colon := bytes.Cut(one, []byte(":"))
		ok = colon && e.addSignature(string(id), sig)
	}
	if !ok {
		return Envelope{}, ErrMalformed
	}
	return e, nil
}

// cutEnd returns what stands before the last line.
func cutEnd(text, label []byte) ([]byte, bool) {
	text, dashed := bytes.CutSuffix(text, []byte(dashes))
	text, labelled := bytes.CutSuffix(text, label)
	text, ended := bytes.CutSuffix(text, []byte(end))
	return text, dashed && labelled && ended
}

// kindOf returns the kind that a label names: "LICENSE" is "license".
func kindOf(label string) (string, bool) {
	if label == "" || len(label) > MaxKind {
		return "", false
	}
	for i := range len(label) {
		if label[i] < 'A' || label[i] > 'Z' {
			return "", false
		}
	}
	return strings.ToLower(label), true
}

// unwrap appends the lines of body to joined without the white space at their
// ends.
func unwrap(joined, body []byte) []byte {
	for len(body) > 0 {
		// Most lines are whole and as Armor writes them.
		if len(body) > lineLength && body[lineLength] == '\n' && !isSpace(body[0]) && !isSpace(body[lineLength-1]) &&
			bytes.IndexByte(body[:lineLength], '\n') < 0 {
			joined = append(joined, body[:lineLength]...)
			body = body[lineLength+1:]
			continue
		}
		var line []byte
		line, body, _ = bytes.Cut(body, []byte("\n"))
		joined = append(joined, trim(line)...)
	}
	return joined
}

// trim removes spaces, tabs and line ends around b.
func trim(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// parseJSON reads the JSON form.
func parseJSON(text []byte) (Envelope, error) {
	r := strictjson.NewReader(string(text))
	var kind, payload string
	var ids, sigs []string
	whole := false
	for m := r.Map(); m.Next(); {
		switch m.Name {
		case "payload":
			payload, whole = r.String(), true
		case "payloadType":
			kind = kindOfType(r.String())
		case "signatures":
			ids, sigs = readSignatures(r)
		default:
			r.Fail("an envelope has payload, payloadType and signatures only")
		}
	}
	if r.Close() != nil || !whole || kind == "" || len(sigs) == 0 {
		return Envelope{}, ErrMalformed
	}
	e, ok := decodePayload(kind, []byte(payload))
	for i := 0; ok && i < len(sigs); i++ {
		ok = e.addSignature(ids[i], []byte(sigs[i]))
	}
	if !ok {
		return Envelope{}, ErrMalformed
	}
	return e, nil
}

// kindOfType returns the kind that a payload type names, "" if it is not ours.
func kindOfType(payloadType string) string {
	rest, ours := strings.CutPrefix(payloadType, typePrefix)
	kind, json := strings.CutSuffix(rest, typeSuffix)
	if !ours || !json || kind != strings.ToLower(kind) {
		return ""
	}
	if _, ok := kindOf(strings.ToUpper(kind)); !ok {
		return ""
	}
	return kind
}

func readSignatures(r *strictjson.Reader) (ids, sigs []string) {
	for e := r.Array(); e.Next(); {
		var id, sig string
		for m := r.Object(); m.Next(); {
			switch m.Name {
			case "keyid":
				id = r.String()
			case "sig":
				sig = r.String()
			default:
				r.Fail("a signature has keyid and sig only")
			}
		}
		if ids, sigs = append(ids, id), append(sigs, sig); len(sigs) > MaxSignatures {
			r.Fail("too many signatures")
		}
	}
	return ids, sigs
}

// decodePayload makes an envelope of a payload in base64.
func decodePayload(kind string, encoded []byte) (Envelope, bool) {
	n, ok := decodedLen(encoded)
	if !ok {
		return Envelope{}, false
	}
	e := newEnvelope(kind, n)
	if !decode(e.Payload(), encoded) {
		return Envelope{}, false
	}
	return e, true
}

// addSignature adds a signature from its text.
func (e *Envelope) addSignature(id string, encoded []byte) bool {
	if len(e.Signatures) == MaxSignatures || !isKeyID(id) {
		return false
	}
	n, ok := decodedLen(encoded)
	if !ok || n < SignatureSize || n > SignatureSize+maxProof {
		return false
	}
	s := Signature{KeyID: id}
	if n == SignatureSize {
		ok = decode(s.Sig[:], encoded)
	} else {
		b := make([]byte, n)
		ok = decode(b, encoded)
		s.Sig, s.Proof = [SignatureSize]byte(b), b[SignatureSize:]
		ok = ok && isProof(s.Proof)
	}
	if ok {
		e.Signatures = append(e.Signatures, s)
	}
	return ok
}

// text returns the bytes that stand for the signature in a document.
func (s *Signature) text() []byte {
	if s.Proof == nil {
		return s.Sig[:]
	}
	return append(append(make([]byte, 0, SignatureSize+len(s.Proof)), s.Sig[:]...), s.Proof...)
}

// room is about how many bytes the signatures of a document take as text.
func (e Envelope) room() (n int) {
	for i := range e.Signatures {
		n += 160 + len(e.Signatures[i].Proof)*3/2
	}
	return n
}

// isKeyID reports whether id is KeyIDSize lower-case hexadecimal digits.
func isKeyID(id string) bool {
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(id) == KeyIDSize
}

// decodedLen returns how many bytes strict base64 of this length and padding
// stands for.
func decodedLen(encoded []byte) (int, bool) {
	if len(encoded)%4 != 0 {
		return 0, false
	}
	n := len(encoded) / 4 * 3
	for i := 1; i <= 2 && n > 0 && encoded[len(encoded)-i] == '='; i++ {
		n--
	}
	return n, true
}

// decode decodes strict base64 into dst, which has the exact length. The
// decoder of the standard library passes over line ends even when it is
// strict; then it finds fewer bytes than the length stands for.
func decode(dst, encoded []byte) bool {
	n, err := base64.StdEncoding.Strict().Decode(dst, encoded)
	return err == nil && n == len(dst)
}

// Armor returns the armoured form, with a line end after its last line.
func (e Envelope) Armor() []byte {
	label := strings.ToUpper(e.Kind) + dashes + "\n"
	encoded := base64.StdEncoding.EncodedLen(len(e.Payload()))
	b := make([]byte, 0, len(begin)+len(end)+2*len(label)+encoded+encoded/lineLength+1+e.room())
	b = append(append(b, begin...), label...)
	b = appendLines(b, e.Payload())
	for i := range e.Signatures {
		b = append(b[:len(b)-1], ".\n"...)
		b = append(b, e.Signatures[i].KeyID+":\n"...)
		b = appendLines(b, e.Signatures[i].text())
	}
	return append(b, end+label...)
}

// appendLines appends base64 of data in lines, each with its end.
func appendLines(b, data []byte) []byte {
	const whole = lineLength / 4 * 3
	for len(data) > whole {
		b = append(base64.StdEncoding.AppendEncode(b, data[:whole]), '\n')
		data = data[whole:]
	}
	return append(base64.StdEncoding.AppendEncode(b, data), '\n')
}

// JSON returns the JSON form.
func (e Envelope) JSON() []byte {
	var w strictjson.Writer
	w.Grow(base64.StdEncoding.EncodedLen(len(e.Payload())) + 96 + e.room())
	w.Object()
	w.Name("payload").Base64(e.Payload())
	w.Name("payloadType").String(typePrefix + e.Kind + typeSuffix)
	w.Name("signatures").Array()
	for i := range e.Signatures {
		w.Object()
		w.Name("keyid").String(e.Signatures[i].KeyID)
		w.Name("sig").Base64(e.Signatures[i].text())
		w.EndObject()
	}
	w.EndArray()
	w.EndObject()
	text, err := w.Bytes()
	if err != nil {
		panic("dsse: an envelope always has a text: " + err.Error())
	}
	return text
}
