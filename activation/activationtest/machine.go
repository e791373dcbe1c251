package activationtest

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"

	"github.com/latchkey-go/latchkey/binding"
)

// A Machine is a made-up machine, as package binding/machine reads real ones. A
// test changes its hardware.
type Machine struct {
	product string
	id      string

	mu         sync.Mutex
	values     map[string][]string
	unreadable map[string]error
}

// NewMachine returns a machine with a board, a processor, a disk, a network card
// and a machine id, unlike those of every machine with another name.
func NewMachine(product, name string) *Machine {
	m := &Machine{product: product, id: name, values: map[string][]string{}, unreadable: map[string]error{}}
	for _, component := range []string{"board", "cpu", "disk", "mac", "machine", "os"} {
		m.values[component] = []string{component + " of " + name}
	}
	return m
}

// Set replaces what a component is; without values there is none. A new machine
// has board, cpu, disk, mac, machine and os; any other name is a component more.
func (m *Machine) Set(component string, values ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[component] = values
	delete(m.unreadable, component)
}

// Unreadable has a component not be readable from now on.
func (m *Machine) Unreadable(component string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unreadable[component] = err
}

// Clone returns a copy, as of a virtual machine: until one of them is changed,
// nothing tells them apart.
func (m *Machine) Clone() *Machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Machine{product: m.product, id: m.id, values: maps.Clone(m.values), unreadable: maps.Clone(m.unreadable)}
}

// Fingerprint returns what the machine is now.
func (m *Machine) Fingerprint() (binding.Fingerprint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var readings []binding.Reading
	for _, component := range slices.Sorted(maps.Keys(m.values)) {
		r := binding.Reading{Component: component, Values: m.values[component], Err: m.unreadable[component]}
		if r.Err != nil {
			r.Values = nil
		}
		readings = append(readings, r)
	}
	return binding.NewFingerprint(m.product, readings)
}

// FingerprintText returns the text of the machine's fingerprint.
func (m *Machine) FingerprintText(context.Context) ([]byte, error) {
	f, err := m.Fingerprint()
	if err != nil {
		return nil, err
	}
	return f.Text()
}

// MatchBinding compares the machine with a licence's binding.
func (m *Machine) MatchBinding(scheme string, data []byte) error {
	f, err := m.Fingerprint()
	if err != nil {
		return err
	}
	return f.MatchBinding(scheme, data)
}

// BindingDrift is MatchBinding that also tells how far the machine has drifted.
func (m *Machine) BindingDrift(scheme string, data []byte) (changed []string, allowed int, err error) {
	f, err := m.Fingerprint()
	if err != nil {
		return nil, 0, err
	}
	return f.BindingDrift(scheme, data)
}

// Product returns the product that the machine was made for.
func (m *Machine) Product() string { return m.product }

// StateKey returns the key that local state is sealed under.
func (m *Machine) StateKey() ([]byte, error) {
	sum := sha256.Sum256([]byte("activationtest machine " + m.id))
	return sum[:], nil
}
