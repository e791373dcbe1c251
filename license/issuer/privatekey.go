package issuer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// A PrivateKey is an Ed25519 key with its role. It is stored as its 32-byte
// seed; the public half is always derived from that. As a file it is
//
//	latchkey private key 1
//	role license
//	id 1f6f4c9d0be8a7c2
//	seed <32 bytes in base64>
//
// with the mode 0600. The id is that of the public half and must fit the seed.
// A PrivateKey prints as its id and role.
type PrivateKey struct {
	_    [0]func() // == does not compile
	role license.Role
	seed *string // a pointer, and not to an array: fmt then shows none of it in a struct with a PrivateKey
}

const (
	privateTitle = "latchkey private key 1"
	publicTitle  = "latchkey public key " // of a public key file, in any version
	// maxKeyFile is the size of the largest private key file in bytes.
	maxKeyFile = 1 << 10
)

// ErrPermissions is returned for a private key file that others can read.
var ErrPermissions = errors.New("issuer: others than the owner can read the private key file; run chmod 600 on it")

// Generate returns a new key. The random source is crypto/rand.Reader but in
// tests.
func Generate(role license.Role, random io.Reader) (PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return PrivateKey{}, fmt.Errorf("issuer: no randomness for a key: %w", err)
	}
	return fromSeed(role, seed)
}

func fromSeed(role license.Role, seed []byte) (PrivateKey, error) {
	if role != license.RoleLicense && role != license.RoleActivation && role != license.RoleRoot {
		return PrivateKey{}, errors.New("issuer: a key's role is license, activation or root")
	}
	if len(seed) != ed25519.SeedSize {
		return PrivateKey{}, fmt.Errorf("issuer: a seed has %d bytes", ed25519.SeedSize)
	}
	if bytes.Equal(seed, make([]byte, ed25519.SeedSize)) {
		return PrivateKey{}, errors.New("issuer: the seed is all zero: it was never filled, and everybody knows it")
	}
	own := string(seed)
	return PrivateKey{role: role, seed: &own}, nil
}

// Role returns what the key may sign.
func (k PrivateKey) Role() license.Role { return k.role }

// Signer returns the key as what New takes. The zero PrivateKey gives one that
// New refuses.
func (k PrivateKey) Signer() crypto.Signer { return k.private() }

func (k PrivateKey) private() ed25519.PrivateKey {
	if k.seed == nil {
		return nil
	}
	return ed25519.NewKeyFromSeed([]byte(*k.seed))
}

// Public returns the public half.
func (k PrivateKey) Public() license.PublicKey {
	if k.seed == nil {
		return license.PublicKey{}
	}
	public, _ := license.ParsePublicKey(k.private().Public().(ed25519.PublicKey))
	return public
}

// String returns the key's role and id.
func (k PrivateKey) String() string {
	if k.seed == nil {
		return "no private key"
	}
	return "private key " + k.Public().ID() + " (" + string(k.role) + ")"
}

// Format prints String under every verb.
func (k PrivateKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// MarshalText writes String, so that a key is not stored by accident.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// WriteFile stores the key in a new file that only its owner can read. It
// refuses to replace one.
func (k PrivateKey) WriteFile(path string) error {
	if k.seed == nil {
		return errors.New("issuer: there is no key to write")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("issuer: writing a private key: %w", err)
	}
	text := privateTitle + "\nrole " + string(k.role) + "\nid " + k.Public().ID() +
		"\nseed " + base64.StdEncoding.EncodeToString([]byte(*k.seed)) + "\n"
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("issuer: writing a private key: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}

// ErrPublic is returned for a public key file where a private key file is needed.
var ErrPublic = errors.New("issuer: this is the public half of a key; signing needs the private half, the file whose name does not end in .pub")

// ReadKeyFile reads a private key. Where the system has permissions for group
// and others, it refuses a private key that they can read, with ErrPermissions.
// It refuses a public key file with ErrPublic.
func ReadKeyFile(path string) (PrivateKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("issuer: reading a private key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return PrivateKey{}, fmt.Errorf("issuer: reading a private key: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return PrivateKey{}, fmt.Errorf("issuer: reading a private key: %w", err)
	}
	private := strings.HasPrefix(string(text), privateTitle) // others may read files that are not private keys
	if private && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return PrivateKey{}, ErrPermissions
	}
	return ParsePrivateKey(text)
}

// ParsePrivateKey reads the text of a private key file. Its errors never say
// what the seed is. A public key file gives ErrPublic.
func ParsePrivateKey(text []byte) (PrivateKey, error) {
	errForm := errors.New("issuer: this is not a private key file, or it was changed")
	if len(text) > maxKeyFile {
		return PrivateKey{}, errForm
	}
	if strings.HasPrefix(string(text), publicTitle) {
		return PrivateKey{}, ErrPublic
	}
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")), "\n")
	if len(lines) != 4 || lines[0] != privateTitle {
		return PrivateKey{}, errForm
	}
	role, ok1 := strings.CutPrefix(lines[1], "role ")
	id, ok2 := strings.CutPrefix(lines[2], "id ")
	encoded, ok3 := strings.CutPrefix(lines[3], "seed ")
	seed, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok1 || !ok2 || !ok3 || err != nil || base64.StdEncoding.EncodeToString(seed) != encoded {
		return PrivateKey{}, errForm
	}
	k, err := fromSeed(license.Role(role), seed)
	if err != nil {
		return PrivateKey{}, err
	}
	if k.Public().ID() != id {
		return PrivateKey{}, errors.New("issuer: the private key file's id is not that of its seed: one of them was changed")
	}
	return k, nil
}
