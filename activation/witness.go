package activation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
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

// heard returns the installation and the counter that a witness states, and
// false if it is none of this machine.
func (s *sealer) heard(b []byte) (installation [installationSize]byte, counter int64, ok bool) {
	if len(b) != witnessSize || !hmac.Equal(s.witnessMAC(b[:installationSize+8]), b[installationSize+8:]) {
		return installation, 0, false
	}
	copy(installation[:], b)
	return installation, int64(binary.BigEndian.Uint64(b[installationSize:])), true
}
