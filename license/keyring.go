package license

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/internal/dsse"
)

// A Role is what a key may sign.
type Role string

const (
	// RoleLicense signs licences, updates, catalogues and typed activation
	// keys: everything that says what may be used.
	RoleLicense Role = "license"
	// RoleActivation signs what the activation server says: receipts, replies,
	// notices and the time. It can say where and until when, never what.
	RoleActivation Role = "activation"
	// RoleRoot signs keyrings.
	RoleRoot Role = "root"
)

// A Key is one key of a keyring. A document that says it was issued after the
// last day is refused.
type Key struct {
	Public PublicKey `json:"public"`
	Role   Role      `json:"role"`
	End    Date      `json:"end,omitzero"` // its last day
}

// A Keyring holds the public keys that an application trusts, and no others
// are: a key or an algorithm that came with a document is never used. It is a
// text that the application embeds:
//
//	latchkey keyring 1
//	vendor acme
//	version 3
//	quorum 2
//	key 1f6f4c9d0be8a7c2 license 2031-12-31 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
//	key 9a0c2d3b5e7f1846 activation 2028-12-31 …
//	key …                root 2036-12-31 …
//	key …                root 2036-12-31 …
//
// The vendor's name must be that of every document. The version grows with
// every change. The quorum is how many root keys must sign the next keyring, at
// most the eight signatures that a document has room for; the line is there if
// and only if there are root keys. A key line has the
// key's id, its role, its last day and its 32 bytes in base64. No key stands
// twice, not even under two roles. Lines may end in CRLF.
//
// A Keyring does not change; any number of goroutines may use it.
type Keyring struct {
	vendor  string
	version int64
	quorum  int
	keys    []Key
	ids     []string
}

const keyringTitle = "latchkey keyring 1"

// ParseKeyring reads a keyring. The error has the code KeyringDamaged, or that
// of the key that is not fit to be trusted.
func ParseKeyring(text string) (*Keyring, error) {
	if len(text) > MaxKeyring {
		return nil, tooLarge(MaxKeyring)
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), " \t\n"), "\n")
	if lines[0] != keyringTitle {
		return nil, keyringDamaged(1)
	}
	k := &Keyring{}
	for i, line := range lines[1:] {
		name, value, _ := strings.Cut(line, " ")
		ok := true
		switch {
		case i == 0:
			ok = name == "vendor" && IsID(value)
			k.vendor = value
		case i == 1:
			ok = name == "version"
			k.version, ok = smallNumber(value, ok)
		case i == 2 && name == "quorum":
			var n int64
			n, ok = smallNumber(value, true)
			k.quorum = int(n)
		case name == "key":
			if err := k.addKey(value, i+2); err != nil {
				return nil, err
			}
		default:
			ok = false
		}
		if !ok {
			return nil, keyringDamaged(i + 2)
		}
	}
	roots := k.count(RoleRoot)
	if k.version == 0 || len(k.keys) == 0 || (roots > 0) != (k.quorum > 0) || k.quorum > roots || k.quorum > dsse.MaxSignatures {
		return nil, keyringDamaged(len(lines))
	}
	return k, nil
}

// addKey reads the value of a key line.
func (k *Keyring) addKey(value string, line int) error {
	fields := strings.Split(value, " ")
	if len(fields) != 4 || len(k.keys) == MaxKeys {
		return keyringDamaged(line)
	}
	role := Role(fields[1])
	end, ok := parseDate(fields[2])
	b, err := base64.StdEncoding.Strict().DecodeString(fields[3])
	if !ok || err != nil || base64.StdEncoding.EncodeToString(b) != fields[3] || // a decoder passes over \r
		role != RoleLicense && role != RoleActivation && role != RoleRoot {
		return keyringDamaged(line)
	}
	public, err := ParsePublicKey(b)
	if err != nil {
		return err
	}
	id := public.ID()
	if _, twice := k.find(id); twice || id != fields[0] {
		return keyringDamaged(line)
	}
	k.keys = append(k.keys, Key{Public: public, Role: role, End: end})
	k.ids = append(k.ids, id)
	return nil
}

// smallNumber reads a positive decimal number of up to nine digits.
func smallNumber(s string, ok bool) (int64, bool) {
	n, isNumber := digits(s)
	ok = ok && isNumber && len(s) > 0 && len(s) < 10 && s[0] != '0'
	return int64(n), ok
}

func keyringDamaged(line int) error { return &Reason{Code: KeyringDamaged, N: int64(line)} }

// maxKeyringVersion is the largest version of a keyring.
const maxKeyringVersion = 999_999_999

// NewKeyring makes a keyring, as ParseKeyring would read it from its text. The
// error is a *FieldError that names the argument: vendor, version, quorum or a
// field of one of the keys.
func NewKeyring(vendor string, version int64, quorum int, keys []Key) (*Keyring, error) {
	if err := validateKeyring(vendor, version, quorum, keys); err != nil {
		return nil, err
	}
	return ParseKeyring((&Keyring{vendor: vendor, version: version, quorum: quorum, keys: keys}).String())
}

// String returns the keyring's text.
func (k *Keyring) String() string {
	var b strings.Builder
	b.WriteString(keyringTitle + "\nvendor " + k.vendor + "\nversion " + strconv.FormatInt(k.version, 10) + "\n")
	if k.quorum > 0 {
		b.WriteString("quorum " + strconv.Itoa(k.quorum) + "\n")
	}
	for _, key := range k.keys {
		b.WriteString("key " + key.Public.ID() + " " + string(key.Role) + " " + key.End.String() + " " +
			base64.StdEncoding.EncodeToString(key.Public.b[:]) + "\n")
	}
	return b.String()
}

// Vendor returns whose keys these are.
func (k *Keyring) Vendor() string { return k.vendor }

// Version returns the keyring's version.
func (k *Keyring) Version() int64 { return k.version }

// Quorum returns how many root keys must sign the next keyring, 0 if there can
// be none.
func (k *Keyring) Quorum() int { return k.quorum }

// Keys returns the keys in their order.
func (k *Keyring) Keys() []Key { return append([]Key(nil), k.keys...) }

func (k *Keyring) find(id string) (Key, bool) {
	for i, known := range k.ids {
		if known == id {
			return k.keys[i], true
		}
	}
	return Key{}, false
}

func (k *Keyring) count(role Role) (n int) {
	for _, key := range k.keys {
		if key.Role == role {
			n++
		}
	}
	return n
}

// verify returns the keys of a role that signed an envelope: all that did,
// each once. The reason says why there is none. No keyring verifies nothing.
func (k *Keyring) verify(e dsse.Envelope, role Role) ([]Key, *Reason) {
	signers := make([]Key, 0, 1)
	why := &Reason{Code: KeyUnknown}
	if k == nil {
		return nil, why
	}
	for i := range e.Signatures {
		s := &e.Signatures[i]
		key, known := k.find(s.KeyID)
		switch {
		case !known:
		case key.Role != role:
			why = &Reason{Code: KeyWrongRole, Has: string(key.Role), Needs: string(role)}
		case !key.Public.verify(e.Message(i), &s.Sig):
			why = &Reason{Code: SignatureWrong}
		case !contains(signers, key):
			signers = append(signers, key)
		}
	}
	if len(signers) == 0 {
		return nil, why
	}
	return signers, nil
}

func contains(keys []Key, key Key) bool {
	for _, k := range keys {
		if k.Public == key.Public {
			return true
		}
	}
	return false
}

// accepts returns an error if the document is another vendor's, or if every
// signer's key ended before the document says it was issued. A document keeps what it grants when its key ends later:
// who bought a perpetual licence has it for ever.
func (k *Keyring) accepts(signers []Key, vendor string, issued time.Time) error {
	if vendor != k.vendor {
		return &Reason{Code: OtherVendor, Has: vendor, Needs: k.vendor}
	}
	for _, key := range signers {
		if DateOf(issued) <= key.End {
			return nil
		}
	}
	return &Reason{Code: KeyEnded, Until: signers[0].End, From: DateOf(issued)}
}
