package activation

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/latchkey-go/latchkey/license"
)

// A sealer encrypts state with XChaCha20-Poly1305. Sealed state is
//
//	"LKS1"  16 bytes installation  8 bytes tag of the machine  24 bytes nonce  ciphertext
//
// with everything before the ciphertext and the product's id as additional
// data. The key is HKDF-SHA256 of the machine's key, with the installation as
// salt. It deters from copying state to another machine and from editing it by
// hand. It is no more than that: whoever can debug the product can find the
// key, as with every lock whose key hangs beside it.
type sealer struct {
	product      string
	machine      []byte // the machine's key; nil where a machine has none
	installation [installationSize]byte
}

const (
	sealMagic        = "LKS1"
	installationSize = 16
	tagSize          = 8
	seedSize         = 32
	sealHeader       = len(sealMagic) + installationSize + tagSize
)

// errOpen is returned where a seal does not hold.
var errOpen = errors.New("the state was changed")

// A stateKeyer is a Host that can name its machine in 32 secret bytes.
type stateKeyer interface{ StateKey() ([]byte, error) }

// newInstallation draws a name for this installation.
func (s *sealer) newInstallation() { _, _ = rand.Read(s.installation[:]) }

// tag names the machine to those who know its key, so that state from another
// machine can be told from state that was changed. It is zero without a key.
func (s *sealer) tag() (tag [tagSize]byte) {
	if s.machine == nil {
		return tag
	}
	mac := hmac.New(sha256.New, s.machine)
	mac.Write([]byte("latchkey state tag v1\x00"))
	mac.Write(s.installation[:])
	copy(tag[:], mac.Sum(nil))
	return tag
}

// seal returns text under the seal.
func (s *sealer) seal(text []byte) ([]byte, error) {
	key, err := s.key(s.machine)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, sealHeader+aead.NonceSize()+len(text)+aead.Overhead())
	tag := s.tag()
	out = append(append(append(out, sealMagic...), s.installation[:]...), tag[:]...)
	nonce := out[len(out) : len(out)+aead.NonceSize()]
	_, _ = rand.Read(nonce)
	out = out[:len(out)+len(nonce)]
	return aead.Seal(out, nonce, text, s.additional(out[:sealHeader])), nil
}

func (s *sealer) key(machine []byte) ([]byte, error) {
	return hkdf.Key(sha256.New, append([]byte("latchkey machine\x00"), machine...), s.installation[:],
		"latchkey state v1 "+s.product, chacha20poly1305.KeySize)
}

func (s *sealer) additional(header []byte) []byte {
	return append(append([]byte(nil), header...), s.product...)
}

// open returns what is under a seal, and takes over the installation's name.
// The error is a *license.Reason with the code RecordForeign or RecordLocked,
// or errOpen.
func (s *sealer) open(sealed []byte) ([]byte, error) {
	if len(sealed) < sealHeader+chacha20poly1305.NonceSizeX || string(sealed[:len(sealMagic)]) != sealMagic {
		return nil, errOpen
	}
	own := *s
	own.installation = [installationSize]byte(sealed[len(sealMagic):])
	machine := s.machine
	switch tag := [tagSize]byte(sealed[sealHeader-tagSize:]); {
	case tag == [tagSize]byte{}:
		machine = nil // sealed where the machine had no key
	case machine == nil:
		return nil, &license.Reason{Code: license.RecordLocked}
	case tag != own.tag():
		return nil, &license.Reason{Code: license.RecordForeign}
	}
	key, err := own.key(machine)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	nonce, ciphertext := sealed[sealHeader:sealHeader+aead.NonceSize()], sealed[sealHeader+aead.NonceSize():]
	text, err := aead.Open(nil, nonce, ciphertext, own.additional(sealed[:sealHeader]))
	if err != nil {
		return nil, errOpen
	}
	s.installation = own.installation
	return text, nil
}
