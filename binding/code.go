package binding

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// InstallationCodeScheme stands in the place of a scheme line when a licence
// is bound to an installation code; the data is the code's bytes.
const InstallationCodeScheme = "installation-code"

const (
	// InstallationCodeSize is the length of an installation code in bytes, one
	// row of a typed key.
	InstallationCodeSize = 10

	// minCodeComponents is how many of the five must be readable. Two is what
	// a virtual machine has without privilege: its machine id and its
	// processor (its board is for root, its disk has no serial number, its
	// network card's address is made up). With two both must match, so this
	// is no weaker than the machine id alone.
	minCodeComponents = 2

	foldPrefix = "latchkey installation code v1\x00"
)

// codeComponents lists the components of an installation code, in the order of
// its slots.
var codeComponents = []string{"machine", "board", "cpu", "disk", "mac"}

// CodeComponents lists the five components that an installation code stands
// for, in order.
func CodeComponents() []string { return slices.Clone(codeComponents) }

// InstallationCode folds the fingerprint into [InstallationCodeSize] bytes:
// five 16-bit big-endian slots for machine, board, cpu, disk and mac. A slot is
// the first two bytes of SHA-256 over "latchkey installation code v1", a zero
// byte and the component's smallest digest, 1 where that would be 0; it is 0
// when the component is absent or unreadable.
//
// At least two must be there, else the answer is a [*BindError]. In a match,
// with k slots filled, at most (k-1)/2, rounded down, may differ or be
// unreadable: none of two, one of three or four, two of five. Sixteen bits a
// component tell machines apart in a conversation over the telephone; they do
// not resist somebody who looks for a match.
func (f Fingerprint) InstallationCode() ([]byte, error) {
	var code []byte
	var lacking []ComponentState
	for _, name := range codeComponents {
		r := f.component(name)
		if len(r.digests) == 0 {
			lacking = append(lacking, r.state())
			code = binary.BigEndian.AppendUint16(code, 0)
			continue
		}
		code = binary.BigEndian.AppendUint16(code, fold(r.digests[0]))
	}
	if len(codeComponents)-len(lacking) < minCodeComponents {
		return nil, &BindError{Scheme: InstallationCodeScheme, Lacking: lacking}
	}
	return code, nil
}

func fold(d digest) uint16 {
	sum := sha256.Sum256(append([]byte(foldPrefix), d[:]...))
	return max(1, binary.BigEndian.Uint16(sum[:]))
}

// matchCode compares the machine with an installation code.
func (f Fingerprint) matchCode(code []byte) (Match, error) {
	if len(code) != InstallationCodeSize {
		return Match{}, damaged("installation code: not ten bytes")
	}
	var m Match
	filled := 0
	for i, name := range codeComponents {
		slot := binary.BigEndian.Uint16(code[2*i:])
		if slot == 0 {
			continue
		}
		filled++
		m.addSlot(slot, f.component(name))
	}
	if filled < minCodeComponents {
		return Match{}, damaged("installation code: too few components")
	}
	m.Tolerance = (filled - 1) / 2
	return m, nil
}

func (m *Match) addSlot(slot uint16, now reading) {
	switch {
	case slices.ContainsFunc(now.digests, func(d digest) bool { return fold(d) == slot }):
		return
	case now.why != "":
		m.Unreadable = append(m.Unreadable, now.name)
	default:
		m.Changed = append(m.Changed, now.name)
		m.changed++
	}
	m.Used++
}
