// Package issuer is the vendor's half of package license: it signs licences,
// updates, catalogues, keyrings and typed activation keys, and what the
// activation server says: times, receipts and replies.
//
// It belongs in the vendor's back office and never in the product. The key
// with the role "license" decides what customers may use, so it should live
// where few can reach it: in a file that only one account reads (PrivateKey),
// or in an HSM or a key management service, as any crypto.Signer for Ed25519.
//
//	key, err := issuer.ReadKeyFile("license.key")
//	vendor, err := issuer.New("acme", key.Role(), key.Signer())
//	text, err := vendor.License(&license.License{…})
//
// A server that signs much has a Draft of each document, and signs many of them
// at once with SignBatch.
//
// What it signs has been read back first: nothing leaves here that package
// license would refuse for its form. It refuses a value that is not valid with
// a *license.FieldError, which names the field as Go writes it, such as
// License.Products[0].Features[1].ID, and has the remedy.
package issuer

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// An Issuer signs with one key in one role. Any number of goroutines may use
// one if its crypto.Signer allows it, as an ed25519.PrivateKey does.
type Issuer struct {
	vendor string
	role   license.Role
	public license.PublicKey
	signer signFunc
	soft   bool // the signer is an ed25519.PrivateKey, which makes no mistakes
}

// A signFunc is the method Sign of a crypto.Signer. Package fmt prints nothing
// of what is behind a function, in whatever structure it finds one.
type signFunc func(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error)

// ErrRole is returned when a key of another role would have to sign.
var ErrRole = errors.New("issuer: the key has another role")

// New returns an issuer for a vendor, by the name that the keyring has. It
// refuses a private key whose public half is not that of its seed: signing with
// it gives the seed away.
func New(vendor string, role license.Role, signer crypto.Signer) (*Issuer, error) {
	private, soft := signer.(ed25519.PrivateKey)
	if soft && (len(private) != ed25519.PrivateKeySize || !private.Equal(ed25519.NewKeyFromSeed(private.Seed()))) {
		return nil, errors.New("issuer: the private key is not whole")
	}
	public, ok := signer.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("issuer: the signer's key is a %T, not an Ed25519 key", signer.Public())
	}
	if !license.IsID(vendor) {
		return nil, fmt.Errorf("issuer: the vendor's name is an identifier, as in the keyring, and %q is none", vendor)
	}
	checked, err := license.ParsePublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	return &Issuer{vendor: vendor, role: role, public: checked, signer: signer.Sign, soft: soft}, nil
}

// Format prints the vendor, the role and the key's id under every verb, and
// nothing of the signer.
func (i *Issuer) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "issuer %s, key %s (%s)", i.vendor, i.public.ID(), i.role)
}

// Vendor returns the vendor's name.
func (i *Issuer) Vendor() string { return i.vendor }

// Public returns the public key that verifies what i signs.
func (i *Issuer) Public() license.PublicKey { return i.public }

// License signs a licence and returns its armoured text. The licence's vendor
// is set to the issuer's. The error is a *license.FieldError that names the field
// that is wrong, ErrRole, or the signer's own.
func (i *Issuer) License(l *license.License) ([]byte, error) {
	if err := checkLicense(l); err != nil {
		return nil, err
	}
	own := *l
	own.Vendor = i.vendor
	payload, err := own.Encode()
	if err != nil {
		return nil, err
	}
	return i.document(license.KindLicense, payload)
}

// Update signs an update, as License does a licence.
func (i *Issuer) Update(u *license.Update) ([]byte, error) {
	if err := checkUpdate("Update", u); err != nil {
		return nil, err
	}
	own := *u
	own.Vendor = i.vendor
	payload, err := own.Encode()
	if err != nil {
		return nil, err
	}
	return i.document(license.KindUpdate, payload)
}

// Catalogue signs a catalogue, as License does a licence.
func (i *Issuer) Catalogue(c *license.Catalogue) ([]byte, error) {
	if err := checkCatalogue(c); err != nil {
		return nil, err
	}
	own := *c
	own.Vendor = i.vendor
	payload, err := own.Encode()
	if err != nil {
		return nil, err
	}
	return i.document(license.KindCatalogue, payload)
}

// Time signs the answer to a challenge with a key of the role "activation".
func (i *Issuer) Time(t *license.SignedTime) ([]byte, error) {
	own := *t
	own.Vendor = i.vendor
	payload, err := own.Encode()
	if err != nil {
		return nil, err
	}
	return i.document(license.KindTime, payload)
}

// Receipt signs a receipt with a key of the role "activation", as License does
// a licence.
func (i *Issuer) Receipt(r *license.Receipt) ([]byte, error) {
	d, err := i.DraftReceipt(r)
	if err != nil {
		return nil, err
	}
	if err := i.SignBatch(d); err != nil {
		return nil, err
	}
	return d.Armor(), nil
}

// Reply signs a reply with a key of the role "activation" and returns the bare
// envelope, as it goes over HTTP; license.Armor makes a file of it.
func (i *Issuer) Reply(r *license.Reply) ([]byte, error) {
	d, err := i.DraftReply(r)
	if err != nil {
		return nil, err
	}
	if err := i.SignBatch(d); err != nil {
		return nil, err
	}
	return d.Bare(), nil
}

// SealUpdate puts a new unlock code on an update: the licence carries the
// sealed update, the customer gets the code when the update is paid for.
func SealUpdate(u license.Update) (license.Sealed, keyfmt.Key, error) {
	code, err := keyfmt.Generate(keyfmt.Unlock, rand.Reader)
	if err != nil {
		return license.Sealed{}, keyfmt.Key{}, err
	}
	return license.Sealed{CodeHash: license.UnlockHash(code.Payload()), Update: u}, code, nil
}

// Key returns a typed activation key for a product and a licensee's name,
// which must be entered with the key as it is printed. It does not see the
// catalogue, which must have the edition. The error is a *license.FieldError that
// names the term that does not fit into a key, or product or name; ErrRole, or the
// signer's own.
func (i *Issuer) Key(t license.KeyTerms, product, name string) (keyfmt.Key, error) {
	terms, err := t.Encode(product, name)
	if err != nil {
		return keyfmt.Key{}, err
	}
	if i.role != license.RoleLicense {
		return keyfmt.Key{}, ErrRole
	}
	sig, err := i.sign(license.SignedKey(terms, i.vendor, product, name))
	if err != nil {
		return keyfmt.Key{}, err
	}
	return keyfmt.New(keyfmt.Activation, append(terms, sig[:]...))
}

// SignKeyring returns a document that holds a keyring, signed by the root keys
// given. license.Keyring.Rotate says which must sign.
func SignKeyring(k *license.Keyring, roots ...*Issuer) ([]byte, error) {
	if len(roots) == 0 {
		return nil, errors.New("issuer: a keyring is signed by one root key at least")
	}
	payload, err := license.EncodeKeyring(k)
	if err != nil {
		return nil, err
	}
	e := dsse.New(license.KindKeyring, payload)
	for _, root := range roots {
		if err := root.addSignature(&e); err != nil {
			return nil, err
		}
	}
	return e.Armor(), nil
}

// Countersign adds i's signature to a document that another key has signed, so
// that readers with either key accept it while keys are being changed. It does
// not verify that signature: open the document first. The error is ErrRole,
// also for a kind that this package does not sign, one of the envelope, or the
// signer's own.
func (i *Issuer) Countersign(document []byte) ([]byte, error) {
	e, err := dsse.Parse(document)
	if err != nil {
		return nil, err
	}
	if err := i.addSignature(&e); err != nil {
		return nil, err
	}
	return e.Armor(), nil
}

// roles says of which role the key is that signs a kind of document. Other
// kinds are not signed here.
var roles = map[string]license.Role{
	license.KindLicense:   license.RoleLicense,
	license.KindUpdate:    license.RoleLicense,
	license.KindCatalogue: license.RoleLicense,
	license.KindTime:      license.RoleActivation,
	license.KindReceipt:   license.RoleActivation,
	license.KindReply:     license.RoleActivation,
	license.KindKeyring:   license.RoleRoot,
}

// document signs a payload and returns the document's armoured text.
func (i *Issuer) document(kind string, payload []byte) ([]byte, error) {
	e := dsse.New(kind, payload)
	if err := i.addSignature(&e); err != nil {
		return nil, err
	}
	return e.Armor(), nil
}

func (i *Issuer) addSignature(e *dsse.Envelope) error {
	if err := i.maySign(e); err != nil {
		return err
	}
	sig, err := i.sign(e.Signed())
	if err != nil {
		return err
	}
	e.Signatures = append(e.Signatures, dsse.Signature{KeyID: i.public.ID(), Sig: sig})
	return nil
}

// maySign returns why an envelope cannot have a signature of i's.
func (i *Issuer) maySign(e *dsse.Envelope) error {
	role, known := roles[e.Kind]
	if !known {
		return fmt.Errorf("%w: this package signs no %s", ErrRole, e.Kind)
	}
	if i.role != role {
		return fmt.Errorf("%w: a %s is signed by a key of the role %q, this one's is %q", ErrRole, e.Kind, role, i.role)
	}
	if len(e.Signatures) == dsse.MaxSignatures {
		return fmt.Errorf("issuer: a document carries at most %d signatures", dsse.MaxSignatures)
	}
	return nil
}

// sign signs a message. A signature from a device is verified before it leaves.
func (i *Issuer) sign(message []byte) (sig [dsse.SignatureSize]byte, err error) {
	b, err := i.signer(rand.Reader, message, crypto.Hash(0))
	if err != nil {
		return sig, fmt.Errorf("issuer: signing: %w", err)
	}
	if len(b) != len(sig) || !i.soft && !ed25519.Verify(i.public.Bytes(), message, b) {
		return sig, errors.New("issuer: the signer returned what is not a signature of its key")
	}
	return [dsse.SignatureSize]byte(b), nil
}
