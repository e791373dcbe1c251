package license

import (
	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// Rotate returns the keyring that a document of the kind "keyring" holds, if
// it may follow k. The rule is that of The Update Framework (TUF
// specification 1.0.33, section 5.3): signed by a quorum of the root keys of
// the old keyring, by a quorum of those of the new one, and of a later
// version. Each key counts once. The last day of a root key does not matter
// here, so an application that slept for years can still follow.
//
// A document of the version that k has, with the same text, gives k itself.
// The error has one of the codes of a document, or KeyringRollback,
// KeyringQuorum or OtherVendor.
func (k *Keyring) Rotate(document []byte) (*Keyring, error) {
	e, err := parseEnvelope(document, KindKeyring, MaxDocument)
	if err != nil {
		return nil, err
	}
	signers, why := k.verify(e, RoleRoot)
	if why != nil {
		return nil, why
	}
	if len(signers) < k.quorum {
		return nil, &Reason{Code: KeyringQuorum, N: int64(len(signers)), Max: int64(k.quorum)}
	}
	next, err := decodeKeyring(e.Text())
	if err != nil {
		return nil, err
	}
	switch {
	case next.vendor != k.vendor:
		return nil, &Reason{Code: OtherVendor, Has: next.vendor, Needs: k.vendor}
	case next.version == k.version && next.String() == k.String():
		return k, nil
	case next.version <= k.version:
		return nil, &Reason{Code: KeyringRollback, N: next.version, Max: k.version}
	}
	if signers, _ = next.verify(e, RoleRoot); len(signers) < next.quorum || next.quorum == 0 {
		return nil, &Reason{Code: KeyringQuorum, N: int64(len(signers)), Max: int64(next.quorum)}
	}
	return next, nil
}

// EncodeKeyring returns the payload of a document that holds a keyring.
func EncodeKeyring(k *Keyring) ([]byte, error) {
	var w strictjson.Writer
	w.Object()
	w.Name("keyring").String(k.String())
	w.Name("v").Int(formatVersion)
	w.EndObject()
	return w.Bytes()
}

func decodeKeyring(payload string) (*Keyring, error) {
	d := newDecoder(payload)
	text := ""
	for m := d.Object(); m.Next(); {
		switch m.Name {
		case "keyring":
			text = d.String()
		case "v":
			d.version()
		default:
			d.other(m.Name)
		}
	}
	if err := d.close(text != ""); err != nil {
		return nil, err
	}
	return ParseKeyring(text)
}
