package machine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/binding"
)

// DefaultTimeout is how long one component may take to read.
const DefaultTimeout = 500 * time.Millisecond

const (
	// StateKeySize is the length of a state key in bytes.
	StateKeySize = 32

	stateKeyPrefix  = "latchkey state key v1\x00"
	maxInstanceFile = 4 << 10 // bytes
)

// Names in the environment.
const (
	// InstanceVariable holds the value of the component "instance".
	InstanceVariable = "LATCHKEY_INSTANCE"
	// InstanceFileVariable names a file of at most 4 KiB that holds it. It
	// counts only when InstanceVariable is empty.
	InstanceFileVariable = "LATCHKEY_INSTANCE_FILE"
)

// A ReadFunc reads one component: its values, none when the machine has no such
// thing. Beside values an error says that there may be more of them. It should
// return when ctx ends; if it does not, it is no longer waited for. A panic in
// it counts as an error.
type ReadFunc func(ctx context.Context) ([]string, error)

// An Option changes what [New] makes.
type Option func(*config)

type config struct {
	custom   map[string]ReadFunc
	shared   bool
	timeout  time.Duration
	instance string
	root     fs.FS // nil: the machine itself
	getenv   func(string) string
	addrs    func() ([]net.Addr, error)
	user     func() (string, error)
}

// WithComponent adds a component of the application's own, a dongle, say, or
// takes the place of a standard one, "tpm" for example. A malformed name is an
// error of [Machine.Fingerprint].
func WithComponent(name string, read ReadFunc) Option {
	return func(c *config) { c.custom[name] = read }
}

// WithTimeout sets how long each component may take; [DefaultTimeout] unless it
// is positive.
func WithTimeout(limit time.Duration) Option {
	return func(c *config) {
		if limit > 0 {
			c.timeout = limit
		}
	}
}

// WithInstance sets the component "instance", before what the environment says.
func WithInstance(value string) Option {
	return func(c *config) { c.instance = value }
}

// WithRoot reads a Linux machine from a file tree instead of "/", on any
// operating system: a recorded machine for a test, or the host's root where a
// container has it mounted. "ip" and "user", which are in no file, are then
// unreadable.
func WithRoot(root fs.FS) Option {
	return func(c *config) {
		unsupported := errors.ErrUnsupported
		c.root = root
		c.addrs = func() ([]net.Addr, error) { return nil, unsupported }
		c.user = func() (string, error) { return "", unsupported }
	}
}

// WithEnvironment reads environment variables from getenv instead of os.Getenv.
func WithEnvironment(getenv func(name string) string) Option {
	return func(c *config) { c.getenv = getenv }
}

// Shared says that the name is that of several products, such as the vendor's,
// under which their licences are bound together. [Machine.Product] is then "".
func Shared() Option { return func(c *config) { c.shared = true } }

// A system is what one operating system can tell.
type system struct {
	components map[string]ReadFunc
	// environment says what this is. Where it cannot be known, Kind is Unknown.
	environment func() Env
	// hypervisor is "" when there is none.
	hypervisor func() (string, error)
	// remote is a session that only the system knows of; may be nil.
	remote func() (string, error)
}

// A Machine is the machine at hand, for one product. Goroutines may share it.
type Machine struct {
	product string // the name that salts the fingerprint
	shared  bool   // by several products
	timeout time.Duration
	getenv  func(string) string
	system  system

	mu     sync.Mutex
	probes map[string]*probe
	env    *Env
}

// New returns the machine at hand for a product, whose name is 1 to 64
// printable ASCII characters without blanks (another is an error of
// [Machine.Fingerprint]). It reads nothing yet.
//
// The name salts the fingerprint, so a licence for several products must be
// bound, and checked, under one name that they share, such as the vendor's, with
// the option [Shared].
func New(product string, options ...Option) *Machine {
	c := config{
		custom:  map[string]ReadFunc{},
		timeout: DefaultTimeout,
		getenv:  os.Getenv,
		addrs:   net.InterfaceAddrs,
		user:    currentUser,
	}
	for _, option := range options {
		option(&c)
	}
	var s system
	if c.root != nil {
		s = treeSystem(c.root, c.getenv)
	} else {
		s = newSystem(c.getenv)
	}
	for _, name := range binding.Standard() {
		if s.components[name] == nil {
			s.components[name] = unsupported
		}
	}
	s.components["instance"] = c.readInstance
	s.components["ip"] = c.readIP
	s.components["user"] = c.readUser
	maps.Copy(s.components, c.custom)
	return &Machine{product: product, shared: c.shared, timeout: c.timeout, getenv: c.getenv, system: s, probes: map[string]*probe{}}
}

// Product returns the name of the product that the machine was made for, "" if
// several products share it ([Shared]).
func (m *Machine) Product() string {
	if m.shared {
		return ""
	}
	return m.product
}

func unsupported(context.Context) ([]string, error) { return nil, errors.ErrUnsupported }

func (c config) readInstance(context.Context) ([]string, error) {
	value := c.instance
	if value == "" {
		value = c.getenv(InstanceVariable)
	}
	if name := c.getenv(InstanceFileVariable); value == "" && name != "" {
		text, err := c.readInstanceFile(name)
		if err != nil {
			return nil, err
		}
		value = string(text)
	}
	return one(strings.TrimSpace(value)), nil
}

func (c config) readInstanceFile(name string) ([]byte, error) {
	if c.root != nil {
		return readFile(c.root, strings.TrimPrefix(name, "/"), maxInstanceFile)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, maxInstanceFile)
}

func (c config) readIP(context.Context) ([]string, error) {
	addrs, err := c.addrs()
	if err != nil {
		return nil, err
	}
	return globalAddresses(addrs), nil
}

func (c config) readUser(context.Context) ([]string, error) {
	id, err := c.user()
	return one(id), err
}

// one is a value as a list, empty when there is none.
func one(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// Fingerprint reads every component, or takes what was read before. What cannot
// be read is in the fingerprint as unreadable and is no error; errors are a
// malformed product or component name, and ctx's when it ends first.
func (m *Machine) Fingerprint(ctx context.Context) (binding.Fingerprint, error) {
	return m.fingerprint(ctx, slices.Sorted(maps.Keys(m.system.components)))
}

func (m *Machine) fingerprint(ctx context.Context, names []string) (binding.Fingerprint, error) {
	readings, err := m.read(ctx, names)
	if err != nil {
		return binding.Fingerprint{}, err
	}
	return binding.NewFingerprint(m.product, readings)
}

// named reads the components that a scheme names, of those that there are.
func (m *Machine) named(scheme string) (binding.Fingerprint, error) {
	var names []string
	if scheme == binding.InstallationCodeScheme {
		names = binding.CodeComponents()
	} else if s, err := binding.ParseScheme(scheme); err == nil {
		for _, c := range s.Components() {
			names = append(names, c.Name)
		}
	}
	return m.fingerprint(context.Background(), names)
}

// MatchBinding compares this machine with a licence's binding; see
// [binding.Fingerprint.MatchBinding] for its errors. It reads only the
// components that the scheme names.
func (m *Machine) MatchBinding(scheme string, data []byte) error {
	_, _, err := m.BindingDrift(scheme, data)
	return err
}

// BindingDrift is MatchBinding that also tells which components have changed
// within tolerance and how many may.
func (m *Machine) BindingDrift(scheme string, data []byte) (changed []string, allowed int, err error) {
	f, err := m.named(scheme)
	if err != nil {
		return nil, 0, err
	}
	return f.BindingDrift(scheme, data)
}

// FingerprintText is the text of the whole fingerprint, which the customer
// sends to the vendor.
func (m *Machine) FingerprintText(ctx context.Context) ([]byte, error) {
	f, err := m.Fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	return f.Text()
}

// InstallationCode is this machine's fingerprint folded into ten bytes; see
// [binding.Fingerprint.InstallationCode] for its errors.
func (m *Machine) InstallationCode() ([]byte, error) {
	f, err := m.named(binding.InstallationCodeScheme)
	if err != nil {
		return nil, err
	}
	return f.InstallationCode()
}

// StateKey derives a key of [StateKeySize] bytes to seal local state: from the
// instance identity where one is given, since a container's machine id may change
// with every start, and else from the operating system's machine id. Either
// outlives every change of hardware.
// The key is HMAC-SHA256 with the key "latchkey state key v1", a zero byte and
// the product's name, over the id, and has nothing in common with a fingerprint.
// Anybody on the machine can compute it. When there is no machine id, as in some
// containers, or it cannot be read, the answer is an error that says so.
func (m *Machine) StateKey() ([]byte, error) {
	readings, err := m.read(context.Background(), []string{"instance", "machine"})
	if err != nil {
		return nil, err
	}
	r := readings[1]
	if len(readings[0].Values) > 0 {
		r = readings[0]
	}
	switch {
	case len(r.Values) == 0 && r.Err == nil:
		return nil, errors.New("binding/machine: this system has no machine id")
	case len(r.Values) == 0:
		return nil, fmt.Errorf("binding/machine: the machine id cannot be read: %w", r.Err)
	}
	mac := hmac.New(sha256.New, []byte(stateKeyPrefix+m.product))
	mac.Write([]byte(slices.Min(r.Values)))
	return mac.Sum(nil), nil
}

// Refresh forgets what was read, so that the next question reads the machine
// again: after hardware was changed under a running process, say.
func (m *Machine) Refresh() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.probes = map[string]*probe{}
	m.env = nil
}

// String is "machine for acme-cad". It shows no value.
func (m *Machine) String() string { return "machine for " + m.product }

// Format prints String for every verb.
func (m *Machine) Format(s fmt.State, _ rune) { fmt.Fprint(s, m.String()) }
