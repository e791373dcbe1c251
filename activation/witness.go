package activation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// A witness is the state's counter in a second place: 16 bytes installation, 8
// bytes counter, and 32 bytes HMAC-SHA256 of both under the machine's key.
// State with a lower counter is an old copy that was put back. A crash between
// the two leaves the witness behind, which proves nothing against anybody.
const witnessSize = installationSize + 8 + sha256.Size

// testify returns the witness of a counter.
func (s *sealer) testify(counter int64) []byte {
	b := binary.BigEndian.AppendUint64(append([]byte(nil), s.installation[:]...), uint64(counter))
	return append(b, s.witnessMAC(b)...)
}

func (s *sealer) witnessMAC(b []byte) []byte {
	mac := hmac.New(sha256.New, append([]byte("latchkey witness v1\x00"+s.product+"\x00"), s.machine...))
	mac.Write(b)
	return mac.Sum(nil)
}

// A testimony is what a witness states.
type testimony struct {
	installation [installationSize]byte
	counter      int64
	heard        bool // false: there is none of this machine
}

// hear returns what a witness states.
func (s *sealer) hear(b []byte) (t testimony) {
	if len(b) != witnessSize || !hmac.Equal(s.witnessMAC(b[:installationSize+8]), b[installationSize+8:]) {
		return t
	}
	copy(t.installation[:], b)
	t.counter = int64(binary.BigEndian.Uint64(b[installationSize:]))
	t.heard = t.counter >= 0 && t.counter < strictjson.MaxInt // as far as a state can count
	return t
}
