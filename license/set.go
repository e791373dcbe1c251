package license

import "math/bits"

// A Set answers whether a feature is allowed, for any number of features in the
// same few nanoseconds and without an allocation. It does not change.
//
// It is a hash table with open addressing, at most half full.
type Set struct {
	slots []slot
	shift uint8
	slow  bool // hash every byte: too many long names are alike at both ends
}

// A slot is a name and what is to be known of it. The first and the last eight
// bytes stand beside the name, because they are all of it up to 16 bytes.
type slot struct {
	name        string
	first, last uint64
	index       int32 // of the decision
	allowed     bool
	pending     bool // the first use has to be recorded
}

// Allows reports whether a feature may be used.
func (t *Set) Allows(feature string) bool {
	s := t.find(feature)
	return s != nil && s.allowed
}

// Ready is Allows, but for features whose term begins with their first use:
// whoever gets false asks Result.Decision whether that use has to be recorded.
func (t *Set) Ready(feature string) bool {
	s := t.find(feature)
	return s != nil && s.allowed && !s.pending
}

// maxProbe is how many slots a name may lie behind its own under the quick
// hash before the set takes to the slow one.
const maxProbe = 8

// newSet builds the set of decisions. Where several products have a
// feature of one name, it is allowed if any allows it.
func newSet(decisions []Decision) *Set {
	if len(decisions) == 0 {
		return &Set{}
	}
	n := bits.Len(uint(2*len(decisions) - 1))
	t := &Set{slots: make([]slot, 1<<n), shift: uint8(64 - n)}
	if !t.fill(decisions) {
		clear(t.slots)
		t.slow = true
		t.fill(decisions)
	}
	return t
}

// fill reports whether every name found a place near enough.
func (t *Set) fill(decisions []Decision) bool {
	mask := uint64(len(t.slots) - 1)
	for i := range decisions {
		d := &decisions[i]
		name := d.Feature.ID
		first, last := ends(name)
		at := t.hash(name, first, last)
		for probe := 0; t.slots[at].name != "" && t.slots[at].name != name; probe++ {
			if at = (at + 1) & mask; probe == maxProbe && !t.slow {
				return false
			}
		}
		s := &t.slots[at]
		if s.name == "" {
			*s = slot{name: name, first: first, last: last, index: int32(i)}
		}
		if d.State.Works() && (!s.allowed || s.pending) {
			s.allowed, s.pending, s.index = true, d.Pending, int32(i)
		}
	}
	return true
}

// find returns the slot of a name, nil if there is none. It calls nothing,
// which is what makes it fast.
func (t *Set) find(name string) *slot {
	slots := t.slots
	if len(name) > 16 || t.slow || len(slots) == 0 {
		return t.findLong(name)
	}
	var first, last uint64
	if len(name) >= 8 { // as ends does it
		first, last = load8(name), load8(name[len(name)-8:])
	} else {
		for i := range len(name) {
			first |= uint64(name[i]) << (8 * i)
		}
	}
	for at := quickHash(first, last, len(name)) >> (t.shift & 63); ; at++ {
		s := &slots[at&uint64(len(slots)-1)]
		if len(s.name) == 0 {
			return nil
		}
		if s.first == first && s.last == last && len(s.name) == len(name) {
			return s
		}
	}
}

// findLong is find for names that have more than two ends.
func (t *Set) findLong(name string) *slot {
	if len(t.slots) == 0 {
		return nil
	}
	first, last := ends(name)
	for at := t.hash(name, first, last); ; at++ {
		s := &t.slots[at&uint64(len(t.slots)-1)]
		if len(s.name) == 0 {
			return nil
		}
		if s.name == name {
			return s
		}
	}
}

// ends returns the first and the last eight bytes of a name, which overlap in
// one of up to 16 bytes; the bytes of a name of up to 7 are all in the first.
func ends(s string) (first, last uint64) {
	if len(s) >= 8 {
		return load8(s), load8(s[len(s)-8:])
	}
	for i := range len(s) {
		first |= uint64(s[i]) << (8 * i)
	}
	return first, 0
}

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// hash returns the slot where a name belongs.
func (t *Set) hash(s string, first, last uint64) uint64 {
	h := quickHash(first, last, len(s))
	if t.slow {
		h = slowHash(s)
	}
	return h >> (t.shift & 63)
}

const golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio

func quickHash(first, last uint64, n int) uint64 {
	return (first ^ bits.RotateLeft64(last, 32) ^ uint64(n)) * golden
}

func slowHash(s string) (h uint64) {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
		h ^= h >> 29
	}
	return h * golden
}
