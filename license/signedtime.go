package license

import (
	"encoding/hex"
	"time"
)

// A SignedTime is the vendor's answer to a challenge from one machine: what
// time it was when it answered. It forgives a clock that once stood in the
// future and, where the vendor says so, an old copy of local state that was
// put back. The challenge is random and counts once, so an old answer brings
// nothing back to life.
type SignedTime struct {
	Vendor    string    `json:"vendor"`
	Challenge []byte    `json:"-"` // the 10 bytes of the challenge code
	Time      time.Time `json:"time,omitzero"`
	Restored  bool      `json:"restored,omitzero"` // the vendor accepts the local state as it is
}

// ChallengeSize is the length of a challenge in bytes.
const ChallengeSize = 10

// Encode returns the payload of a document that holds t.
func (t *SignedTime) Encode() ([]byte, error) {
	if err := t.validate(); err != nil {
		return nil, err
	}
	w := &encoder{}
	w.Object()
	w.Name("challenge").String(hex.EncodeToString(t.Challenge))
	w.BoolMember("restored", t.Restored)
	w.Name("time").String(formatTime(t.Time))
	w.Name("v").Int(formatVersion)
	w.Name("vendor").String(t.Vendor)
	w.EndObject()
	return checked("SignedTime", w, func(payload string) error {
		_, err := decodeTime(payload)
		return err
	})
}

func decodeTime(payload string) (*SignedTime, error) {
	d := newDecoder(payload)
	t := &SignedTime{}
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "challenge":
			t.Challenge = d.challenge()
		case "restored":
			t.Restored = d.yes()
		case "time":
			t.Time = d.time()
		case "v":
			d.version()
		case "vendor":
			t.Vendor = d.id()
		default:
			d.other(m.Name)
		}
	}
	if err := d.close(t.Challenge != nil && !t.Time.IsZero() && t.Vendor != ""); err != nil {
		return nil, err
	}
	return t, nil
}

func (d *decoder) challenge() []byte {
	s := d.String()
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != ChallengeSize || hex.EncodeToString(b) != s {
		d.Fail("a challenge is 20 lower-case hexadecimal digits")
		return nil
	}
	return b
}
