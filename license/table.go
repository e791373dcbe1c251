package license

import "math/bits"

// A table answers "is this feature allowed?" for any number of features in the
// same few nanoseconds: open addressing, at most half full, never changed once
// it is built.
type table struct {
	slots []slot
	shift uint8
	slow  bool // hash every byte: the quick hash met with names that collide
}

type slot struct {
	name    string
	allowed bool
	pending bool // the first use has to be recorded
	index   int32
}

// maxProbe is how many slots a name may lie behind its own under the quick
// hash before the table takes to the slow one.
const maxProbe = 8

// newTable builds the table of decisions. Where several products have a
// feature of one name, it is allowed if any allows it.
func newTable(decisions []Decision) table {
	if len(decisions) == 0 {
		return table{}
	}
	n := bits.Len(uint(2*len(decisions) - 1))
	t := table{slots: make([]slot, 1<<n), shift: uint8(64 - n)}
	if !t.fill(decisions) {
		clear(t.slots)
		t.slow = true
		t.fill(decisions)
	}
	return t
}

// fill reports whether every name found a place near enough.
func (t *table) fill(decisions []Decision) bool {
	mask := uint64(len(t.slots) - 1)
	for i := range decisions {
		d := &decisions[i]
		if d.Feature.ID == "" { // the name of a slot that is free
			continue
		}
		at := t.hash(d.Feature.ID)
		for probe := 0; t.slots[at].name != "" && t.slots[at].name != d.Feature.ID; probe++ {
			if at = (at + 1) & mask; probe == maxProbe && !t.slow {
				return false
			}
		}
		if t.slots[at].name == "" {
			t.slots[at] = slot{name: d.Feature.ID, index: int32(i)}
		}
		if d.State.Works() && (!t.slots[at].allowed || t.slots[at].pending) {
			t.slots[at].allowed, t.slots[at].pending, t.slots[at].index = true, d.Pending, int32(i)
		}
	}
	return true
}

// find returns the slot of a name, nil if there is none.
func (t *table) find(name string) *slot {
	if len(t.slots) == 0 || name == "" {
		return nil
	}
	mask := uint64(len(t.slots) - 1)
	for at := t.hash(name); ; at++ {
		s := &t.slots[at&mask]
		if s.name == name {
			return s
		}
		if s.name == "" {
			return nil
		}
	}
}

// hash returns the slot of a name. Quickly, it is made of the length and the
// first, middle and last bytes.
func (t *table) hash(s string) uint64 {
	const k = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
	h := uint64(len(s))
	switch {
	case t.slow:
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * k
			h ^= h >> 29
		}
	case len(s) >= 8:
		h ^= load8(s[:8])*0xbf58476d1ce4e5b9 ^ bits.RotateLeft64(load8(s[len(s)-8:]), 31) ^ bits.RotateLeft64(load8(s[len(s)/2-4:]), 17)
	default:
		h ^= uint64(s[0])<<8 | uint64(s[len(s)/4])<<16 | uint64(s[len(s)/2])<<24 | uint64(s[len(s)*3/4])<<32 | uint64(s[len(s)-1])<<40
	}
	return h * k >> t.shift
}

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
