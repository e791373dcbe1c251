package ledger

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"hash"
	"sync"

	"github.com/latchkey-go/latchkey/license"
)

// SecretSize is how many bytes of secret a database is made with.
const SecretSize = 32

// NewSecret returns the secret for a new database.
func NewSecret() []byte {
	secret := make([]byte, SecretSize)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// A Hash is what an index has in place of a serial number, request key or mark.
// How long a search in an index takes tells something about how far a guess
// agreed with what is there; of a keyed hash, that is of no use to anybody.
type Hash [16]byte

// A Hasher makes hashes under the secret of one database.
type Hasher struct{ pool sync.Pool }

// NewHasher returns the hasher for a secret.
func NewHasher(secret []byte) *Hasher {
	h := &Hasher{}
	h.pool.New = func() any { return hmac.New(sha256.New, secret) }
	return h
}

// Serial returns the hash of a serial number.
func (h *Hasher) Serial(s license.Serial) Hash { return h.sum('s', string(s)) }

// RequestKey returns the hash of a request key.
func (h *Hasher) RequestKey(k license.Serial) Hash { return h.sum('r', string(k)) }

// Mark returns the hash of an activation's mark.
func (h *Hasher) Mark(m string) Hash { return h.sum('m', m) }

// sum is HMAC-SHA256, cut to the length of a Hash, over what kind of text it is
// and the text.
func (h *Hasher) sum(kind byte, text string) (sum Hash) {
	mac := h.pool.Get().(hash.Hash)
	defer h.pool.Put(mac)
	mac.Reset()
	var space [128]byte
	buf := append(append(space[:0], kind), text...)
	mac.Write(buf)
	copy(sum[:], mac.Sum(space[:0]))
	return sum
}
