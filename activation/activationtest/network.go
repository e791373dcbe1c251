package activationtest

import (
	"context"
	"errors"
	"net/netip"
	"sync"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/server"
)

// A Network is what lies between a product and its vendor's server: an
// activation.Courier that a test breaks. It is up at first.
type Network struct {
	mu       sync.Mutex
	server   *server.Server
	fault    func(deliver func() ([]byte, error)) ([]byte, error)
	address  netip.Addr
	requests int
}

func newNetwork(s *server.Server) *Network {
	return &Network{server: s, address: netip.MustParseAddr("192.0.2.1")}
}

// Errors that a network fails with.
var (
	// ErrDown is wrapped where nothing is reached.
	ErrDown = errors.New("activationtest: the network is down")
	// ErrLost is wrapped where the request was delivered, and its reply lost.
	ErrLost = errors.New("activationtest: the reply was lost")
)

// Exchange delivers a request as the network's present fault has it. As over a real
// connection, nothing is sent once the context has ended, and a reply that comes after
// that is lost.
func (n *Network) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(activation.ErrNotSent, err)
	}
	reply, err := n.exchange(ctx, request)
	if ended := ctx.Err(); ended != nil && err == nil {
		return nil, errors.Join(ErrLost, ended)
	}
	return reply, err
}

func (n *Network) exchange(ctx context.Context, request []byte) ([]byte, error) {
	n.mu.Lock()
	fault := n.fault
	n.mu.Unlock()
	deliver := func() ([]byte, error) { return n.deliver(ctx, request) }
	if fault != nil {
		return fault(deliver)
	}
	return deliver()
}

// deliver brings a request to the server.
func (n *Network) deliver(ctx context.Context, request []byte) ([]byte, error) {
	n.mu.Lock()
	n.requests++
	address, to := n.address, n.server
	n.mu.Unlock()
	answer, err := to.Exchange(ctx, request, address)
	return answer.Reply, err
}

// Requests returns how many requests have reached the server.
func (n *Network) Requests() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests
}

// From sets the address that the server sees from now on.
func (n *Network) From(address netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.address = address
}

// Fault has every request go through fault, which may deliver it, once, twice or
// not at all, and returns what comes back. Nil mends the network.
func (n *Network) Fault(fault func(deliver func() ([]byte, error)) ([]byte, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = fault
}

// Up mends the network.
func (n *Network) Up() { n.Fault(nil) }

// Down has no request leave.
func (n *Network) Down() {
	n.Fault(func(func() ([]byte, error)) ([]byte, error) {
		return nil, errors.Join(activation.ErrNotSent, ErrDown)
	})
}

// LoseReplies delivers every request and loses every reply.
func (n *Network) LoseReplies() {
	n.Fault(func(deliver func() ([]byte, error)) ([]byte, error) {
		if _, err := deliver(); err != nil {
			return nil, err
		}
		return nil, ErrLost
	})
}

// Answer has something else answer in the server's place: a proxy's page, a
// fake server, an old reply.
func (n *Network) Answer(body []byte) {
	n.Fault(func(func() ([]byte, error)) ([]byte, error) { return body, nil })
}

// Duplicate delivers every request twice, and returns the first reply.
func (n *Network) Duplicate() {
	n.Fault(func(deliver func() ([]byte, error)) ([]byte, error) {
		first, err := deliver()
		if _, again := deliver(); err == nil && again != nil {
			return nil, again
		}
		return first, err
	})
}
