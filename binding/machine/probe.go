package machine

import (
	"context"
	"errors"

	"github.com/latchkey-go/latchkey/binding"
)

// A probe is one component being read, or read.
type probe struct {
	limit  context.Context // ends when the component's time is up
	done   chan struct{}   // closed when values and err are there
	values []string
	err    error
}

var errPanic = errors.New("binding/machine: the function that reads a component panicked")

// read reads the components named, in parallel, each once. Names that nobody
// can read are left out. The only error is ctx's.
func (m *Machine) read(ctx context.Context, names []string) ([]binding.Reading, error) {
	probes := make([]*probe, len(names))
	for i, name := range names {
		probes[i] = m.start(ctx, name)
	}
	readings := make([]binding.Reading, 0, len(names))
	for i, p := range probes {
		if p == nil {
			continue
		}
		values, err := p.wait(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		readings = append(readings, binding.Reading{Component: names[i], Values: values, Err: err})
	}
	return readings, nil
}

// start begins to read a component unless that was begun before. The reading
// does not end with ctx, since other callers may wait for it too.
func (m *Machine) start(ctx context.Context, name string) *probe {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.probes[name]; p != nil {
		return p
	}
	read := m.system.components[name]
	if read == nil {
		return nil
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.timeout)
	p := &probe{limit: limit, done: make(chan struct{})}
	m.probes[name] = p
	go func() {
		defer cancel()
		defer close(p.done)
		defer func() {
			if recover() != nil {
				p.values, p.err = nil, errPanic
			}
		}()
		p.values, p.err = read(limit)
	}()
	return p
}

// wait waits until the component is read, its time is up, or ctx ends. What
// comes too late for one caller is there for the next.
func (p *probe) wait(ctx context.Context) ([]string, error) {
	select {
	case <-p.done:
	case <-p.limit.Done():
	case <-ctx.Done():
	}
	select {
	case <-p.done:
		return p.values, p.err
	default:
		return nil, context.DeadlineExceeded
	}
}
