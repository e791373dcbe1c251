package activation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// A witness is what an old copy of the state would hide, in a second place: 16
// bytes installation, 8 bytes counter, 8 bytes the clock's mark in Unix seconds,
// and 32 bytes HMAC-SHA256 of these under the machine's key. State with a lower
// counter is an old copy that was put back. A crash between the two leaves the
// witness behind, which proves nothing against anybody.
const (
	witnessed   = installationSize + 8 + 8
	witnessSize = witnessed + sha256.Size
)

// testify returns the witness of a state.
func (s *sealer) testify(of *state) []byte {
	b := binary.BigEndian.AppendUint64(append([]byte(nil), s.installation[:]...), uint64(of.Counter))
	var mark int64
	if !of.Mark.IsZero() {
		mark = of.Mark.Unix()
	}
	b = binary.BigEndian.AppendUint64(b, uint64(mark))
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
	mark         time.Time
	heard        bool // false: there is none of this machine
}

// hear returns what a witness states.
func (s *sealer) hear(b []byte) (t testimony) {
	if len(b) != witnessSize || !hmac.Equal(s.witnessMAC(b[:witnessed]), b[witnessed:]) {
		return t
	}
	copy(t.installation[:], b)
	t.counter = int64(binary.BigEndian.Uint64(b[installationSize:]))
	if mark := int64(binary.BigEndian.Uint64(b[installationSize+8:])); mark != 0 {
		t.mark = time.Unix(mark, 0).UTC()
	}
	t.heard = t.counter >= 0 && t.counter < strictjson.MaxInt // as far as a state can count
	return t
}
