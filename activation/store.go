package activation

import (
	"errors"
	"sync"
)

// A Store keeps one record for one product on one machine. A record is
// replaced by compare-and-swap, and never otherwise:
//
//   - Load returns the newest record that was stored whole, and its generation,
//     which is 0 before anything was stored.
//   - Swap stores data as the generation after the one given, if that is still
//     the newest, and returns ErrConflict if it is not. When it returns nil the
//     record survives a crash of the machine; when it returns another error the
//     record is the old one or the new one, and nothing in between.
//
// Neither keeps the data it was given, nor returns data that it keeps.
//
// Any number of goroutines and processes may use stores of the same place.
// activationtest.TestStore holds an implementation to these rules.
type Store interface {
	Load() (Record, error)
	Swap(generation uint64, data []byte) error
}

// A Record is what a Store holds.
type Record struct {
	Generation uint64
	Data       []byte
	Recovered  bool // a newer one was there and is not whole
}

// ErrConflict is returned by Swap when another record was stored meanwhile.
var ErrConflict = errors.New("activation: the record was changed by another process")

// A MemoryStore is a Store that ends with the process. Its zero value is
// ready.
type MemoryStore struct {
	mu     sync.Mutex
	record Record
}

// Load returns the record.
func (m *MemoryStore) Load() (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record
	r.Data = append([]byte(nil), r.Data...)
	return r, nil
}

// Swap replaces the record.
func (m *MemoryStore) Swap(generation uint64, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation != m.record.Generation {
		return ErrConflict
	}
	m.record = Record{Generation: generation + 1, Data: append([]byte(nil), data...)}
	return nil
}
