package activationtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

const (
	simProduct = "acme-cad"
	simDay     = 24 * time.Hour
	simRuns    = 20 // of the feature "render", and as many more with each update
	simTrial   = 14 // days
)

// What goes wrong in the world, in words that are the same in every run.
var (
	errSimLedger = errors.New("ledger fails")
	errSimDisk   = errors.New("disk fails")
	errSimDead   = errors.New("process has ended")
	errSimLost   = errors.New("no answer")
	errSimAgain  = errors.New("begin again")
)

// A simSale is what the vendor sold, and what it has signed for it.
type simSale struct {
	name           string
	typed, request string // as they are printed
	serial         license.Serial
	requestKey     license.Serial
	scheme         string
	trial          bool
	issued         *license.License
	updates        int64 // issued; each has its place
}

// sell sells something.
func (s *simulation) sell(i int) {
	key, err := keyfmt.Generate(keyfmt.Serial, simRandom{s.rng})
	s.ok(err)
	sale := &simSale{name: fmt.Sprintf("S%d", i), typed: key.Text(), serial: license.Serial(key.Rows()[0])}
	sale.scheme = simOne(s, []string{"", "machine+board~/1", "board~+cpu~+disk~+mac~/2"})
	l := &license.License{
		ID: "L-" + sale.name, Serial: sale.serial, Kind: license.Full, Issued: s.now, NeedsReceipt: true,
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: simProduct, Features: []license.Feature{{ID: "export"}, {ID: "render", Runs: simRuns}}}},
	}
	record := &server.Sale{Serial: sale.serial, Limit: int64(1 + s.rng.IntN(3))}
	switch s.rng.IntN(4) {
	case 0:
		sale.trial, record.Trial, l.Kind = true, true, license.Trial
		l.Window = license.Term{Kind: license.FromActivation, Span: license.Span{Days: simTrial}}
		sale.scheme = simOne(s, []string{"", "machine+board~/1", "board~+cpu~+disk~+mac~/2"})
	case 1:
		l.Kind, l.Window = license.Provisional, license.Term{Kind: license.FromActivation, Span: license.Span{Months: 3}}
	}
	if l.Kind == license.Provisional || s.rng.IntN(3) == 0 {
		key, err := keyfmt.Generate(keyfmt.Request, simRandom{s.rng})
		s.ok(err)
		sale.request, sale.requestKey = key.Text(), license.Serial(key.Payload())
		record.RequestKey = sale.requestKey
	}
	if s.rng.IntN(2) == 0 {
		record.Lease = time.Duration(1+s.rng.IntN(30)) * simDay
		record.Grace = time.Duration(s.rng.IntN(10)) * simDay
	}
	if s.rng.IntN(3) == 0 {
		record.Transfers, record.Period = int64(1+s.rng.IntN(2)), time.Duration(s.rng.IntN(3))*30*simDay
	}
	l.Binding.Scheme, sale.issued = sale.scheme, l
	record.License, err = simVendor().backOffice.License(l)
	s.ok(err)
	s.ok(s.servers[0].Sell(simContext, "orders", record))
	s.sales = append(s.sales, sale)
	s.model.books[sale.serial] = s.book(sale.serial)
	s.say("%s is sold: %s, scheme %q, limit %d, lease %s and %s, transfers %d in %s, request key %v",
		sale.name, l.Kind, sale.scheme, record.Limit, record.Lease, record.Grace, record.Transfers, record.Period, sale.request != "")
}

// startServer starts one of the two servers, which forgets all that a process
// knows. Their clocks are not quite alike.
func (s *simulation) startServer(i int) {
	var err error
	s.servers[i], err = server.New(server.Options{
		Issuer: simVendor().activation, Keyring: simVendor().keyring, Ledger: s.ledger,
		Now:    func() time.Time { return s.now.Add(time.Duration(i) * simSkew) },
		Random: simRandom{s.rng},
	})
	s.ok(err)
	s.dead[i] = false
}

// simSkew is how far the second server's clock is ahead.
const simSkew = 2 * time.Minute

// A simLedger is a ledger that fails: before or after it has stored, or in the
// middle, so that it asks for the edit again.
type simLedger struct {
	*server.MemoryLedger
	s *simulation
}

func (l *simLedger) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	s := l.s
	switch {
	case s.chance(15):
		return errSimLedger
	case s.chance(20):
		_ = l.MemoryLedger.Change(ctx, at, func(a *server.Account) error {
			if err := edit(a); err != nil {
				return err
			}
			return errSimAgain
		})
	}
	change := l.MemoryLedger.Change
	if s.mutant.ledger != nil {
		change = func(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
			return s.mutant.ledger(s, ctx, at, edit)
		}
	}
	err := change(ctx, at, edit)
	s.model.committed(at)
	if err == nil && s.chance(25) {
		s.say("ledger: stored, and says it is not")
		return errSimLedger
	}
	return err
}

func (l *simLedger) Look(ctx context.Context, at server.Key, read func(*server.Account) error) error {
	if l.s.chance(10) {
		return errSimLedger
	}
	return l.MemoryLedger.Look(ctx, at, read)
}

// A simPlace is where one record lies on a disk.
type simPlace struct{ record activation.Record }

func (p simPlace) copy() simPlace {
	p.record.Data = bytes.Clone(p.record.Data)
	return p
}

// A simDisk is what an installation has stored, with what the model knows of it,
// which goes where a copy goes.
type simDisk struct {
	state, witness simPlace
	known          simKnown
}

func (d simDisk) copy() simDisk {
	return simDisk{state: d.state.copy(), witness: d.witness.copy(), known: d.known}
}

// A simStore is one process's way to a disk.
type simStore struct {
	p       *simProcess
	at      *simPlace
	witness bool
}

func (st *simStore) Load() (activation.Record, error) {
	s := st.p.node.s
	switch {
	case st.p.dead:
		return activation.Record{}, errSimDead
	case s.chance(4):
		st.p.stale = true
		return activation.Record{}, errSimDisk
	}
	return st.at.copy().record, nil
}

func (st *simStore) Swap(generation uint64, data []byte) error {
	s := st.p.node.s
	switch {
	case st.p.dead:
		return errSimDead
	case s.chance(8):
		return &license.Reason{Code: license.FolderUnwritable, Detail: "disk full"}
	case s.chance(5):
		st.p.crash("before it has stored")
		return errSimDead
	case generation != st.at.record.Generation:
		return activation.ErrConflict
	}
	if s.mutant.lyingDisk && !st.witness && s.chance(100) {
		return nil
	}
	st.at.record = activation.Record{Generation: generation + 1, Data: bytes.Clone(data)}
	if !st.witness {
		st.p.node.othersAreStale(st.p)
	}
	if s.call != nil {
		s.call.full = false
	}
	switch {
	case s.chance(8):
		st.p.crash("after it has stored")
		return errSimDead
	case s.chance(8):
		st.p.stale = true
		return errSimDisk
	}
	return nil
}

// Writable says whether a file could be stored. What the server is asked while
// it says no, could be lost.
func (st *simStore) Writable() error {
	s := st.p.node.s
	switch {
	case st.p.dead:
		return errSimDead
	case s.chance(10):
		if s.call != nil {
			s.call.full = true
		}
		return &license.Reason{Code: license.FolderUnwritable, Detail: "disk full"}
	}
	if s.call != nil {
		s.call.full = false
	}
	return nil
}

// A simNode is a customer's machine, with its disk, its clock and the processes
// that run on it.
type simNode struct {
	s         *simulation
	name      string
	machine   *activationtest.Machine
	parts     map[string]string
	broken    string // a component that cannot be read just now
	disk      *simDisk
	offset    time.Duration // of its clock
	address   netip.Addr
	processes []*simProcess
	wants     []*simSale // that were entered here
}

func (n *simNode) now() time.Time { return n.s.now.Add(n.offset) }

// othersAreStale notes that what the other processes have read is not the newest.
func (n *simNode) othersAreStale(than *simProcess) {
	for _, p := range n.processes {
		p.stale = p.stale || p != than
	}
}

// newNode sets a machine up, on which nothing runs yet.
func (s *simulation) newNode() *simNode {
	i := len(s.nodes) + 1
	n := &simNode{s: s, name: fmt.Sprintf("N%d", i), disk: &simDisk{}, address: netip.AddrFrom4([4]byte{192, 0, byte(i), 1})}
	s.otherMachine(n)
	s.nodes = append(s.nodes, n)
	s.start(n)
	return n
}

// otherMachine puts a machine in the place of another one.
func (s *simulation) otherMachine(n *simNode) {
	s.parts++
	name := fmt.Sprintf("machine-%d", s.parts)
	n.machine, n.parts, n.broken = activationtest.NewMachine(simProduct, name), map[string]string{}, ""
	for _, component := range simComponents {
		n.parts[component] = component + " of " + name
	}
}

var simComponents = []string{"board", "cpu", "disk", "mac", "machine"}

// otherPart replaces a component, by one that there never was.
func (s *simulation) otherPart(n *simNode, component string) {
	s.parts++
	n.parts[component] = fmt.Sprintf("%s %d", component, s.parts)
	n.machine.Set(component, n.parts[component])
	if n.broken == component {
		n.broken = ""
	}
}

// A simProcess is the product, running. It is the network as that sees it.
type simProcess struct {
	node   *simNode
	client *activation.Client
	dead   bool // it has crashed: nothing that it does has an effect any more
	closed bool
	stale  bool // it may not have read what is stored
}

// crash ends the process in the middle of what it does.
func (p *simProcess) crash(when string) {
	p.node.s.say("%s crashes %s", p.node.name, when)
	p.dead = true
	p.node.drop(p)
}

// drop forgets a process that has ended.
func (n *simNode) drop(p *simProcess) {
	n.processes = slices.DeleteFunc(n.processes, func(o *simProcess) bool { return o == p })
}

// start opens the product on a machine. State from another machine is wiped, as
// a customer would after being told.
func (s *simulation) start(n *simNode) {
	p := &simProcess{node: n}
	client, err := activation.Open(p.options())
	if errors.Is(err, license.RecordForeign) && !p.dead {
		s.say("%s: state is of another machine, and is set aside", n.name)
		n.disk.state, n.disk.known = simPlace{}, simKnown{restored: true}
		client, err = activation.Open(p.options())
	}
	switch {
	case p.dead && client != nil:
		_ = client.Close() // its disk is gone
		return
	case p.dead:
		return
	case err != nil:
		s.say("%s does not start: %s", n.name, simCode(err))
		s.must(!s.calm, "%s does not start: %v", n.name, err)
		return
	}
	p.client = client
	n.processes = append(n.processes, p)
	s.model.started(p)
}

// stop closes a process.
func (s *simulation) stop(p *simProcess) {
	s.model.stopping(p)
	err := p.client.Close()
	p.closed = true
	p.node.drop(p)
	s.say("%s is closed: %s", p.node.name, simCode(err))
}

// bury lets go of a process that has crashed.
func (p *simProcess) bury() {
	if p.client != nil {
		_ = p.client.Close() // it has no disk to write to
	}
}

// A simLetter is a request that is still under way.
type simLetter struct {
	text    []byte
	from    netip.Addr
	subject string
}

// A simFile is a request in a file, or the answer to one.
type simFile struct {
	text []byte
	node *simNode
	made int // the place of the request among all that were made
}

// A simProof is a machine's word that it gave something up.
type simProof struct {
	text []byte
	sale *simSale
	from string
}

// A simCopy is a disk as it once was.
type simCopy struct {
	disk simDisk
	of   *simNode
}

// Exchange is the network: it delivers, or does what networks do.
func (p *simProcess) Exchange(_ context.Context, request []byte) ([]byte, error) {
	s := p.node.s
	if p.dead {
		return nil, errors.Join(activation.ErrNotSent, errSimDead)
	}
	s.model.asks(p, request)
	call := s.call
	s.must(!call.full, "%s asks the server while nothing can be stored", p.node.name)
	call.exchanges++
	text, err := s.carry(p, request, call)
	if err == nil && s.chance(120) && s.depth == 0 {
		s.meanwhile()
	}
	if p.dead || p.closed {
		return nil, errSimDead
	}
	if err != nil {
		s.say("network: %v", err)
		return nil, err
	}
	return text, nil
}

// meanwhile lets something else happen while somebody waits.
func (s *simulation) meanwhile() {
	call := s.call
	s.call = nil
	s.depth++
	for range 1 + s.rng.IntN(2) {
		s.step()
	}
	s.depth--
	s.call = call
}

// carry brings a request to the server and an answer back, more or less.
func (s *simulation) carry(p *simProcess, request []byte, call *simCall) ([]byte, error) {
	from := p.node.address
	fate := s.rng.IntN(100)
	if s.calm {
		fate = 99
	}
	late := func(text []byte, err error) error {
		if err == nil {
			s.replies = append(s.replies, text)
		}
		return errSimLost
	}
	switch {
	case fate < 4:
		return nil, errors.Join(activation.ErrNotSent, errSimLost)
	case fate < 7:
		return nil, errSimLost
	case fate < 13:
		return nil, late(s.deliver(request, from))
	case fate < 19:
		s.letters = append(s.letters, simLetter{text: bytes.Clone(request), from: from, subject: p.node.name})
		return nil, errSimLost
	case fate < 24:
		first, err := s.deliver(request, from)
		again, errAgain := s.deliver(request, from)
		if s.rng.IntN(2) == 0 {
			first, err = again, errAgain
		}
		if err == nil {
			call.genuine++
		}
		return first, err
	case fate < 34:
		call.lies++
		return s.lie(request, from), nil
	}
	text, err := s.deliver(request, from)
	if err == nil {
		s.replies = append(s.replies, text)
		call.genuine++
	}
	return text, err
}

// lie answers in the server's place: what it does not say to this very request.
func (s *simulation) lie(request []byte, from netip.Addr) []byte {
	kind := s.rng.IntN(6)
	switch {
	case kind == 0:
		return []byte("<html>Please log in to the hotel's network</html>")
	case kind == 1:
		return []byte("503 Service Unavailable")
	case kind == 2 && len(s.replies) > 0:
		s.say("network: an old answer")
		return bytes.Clone(simOne(s, s.replies))
	}
	text, err := s.deliver(request, from)
	if err != nil {
		return []byte("500")
	}
	reply, err := license.OpenReply(text, simVendor().keyring)
	s.ok(err)
	if kind == 3 {
		s.say("network: an answer in another's name")
		forged, err := simVendor().impostor.Reply(reply)
		s.ok(err)
		return forged
	}
	s.say("network: a damaged answer")
	torn := bytes.Clone(text)
	at := len(torn) / 4 * (1 + s.rng.IntN(2)) // in the payload
	if torn[at]++; kind == 5 {
		torn = torn[:at]
	}
	return torn
}

// deliver brings a request to one of the servers.
func (s *simulation) deliver(request []byte, from netip.Addr) ([]byte, error) {
	i := s.rng.IntN(len(s.servers))
	if s.dead[i] || s.chance(8) {
		s.say("server %d is started again", i)
		s.startServer(i)
	}
	v := s.model.arrives(request)
	s.say("server %d is asked: %s %s by %s", i, v.request.Operation, s.name(v.request), s.model.life(v.request))
	answer, err := s.servers[i].Exchange(simContext, request, from)
	if err != nil {
		s.say("server %d: %s %s: %s", i, v.request.Operation, s.name(v.request), simCode(errors.Unwrap(err)))
		s.must(errors.Is(err, errSimLedger), "the server fails: %v", err)
		s.dead[i] = s.dead[i] || s.chance(300)
		s.model.visit = v.outer
		return nil, err
	}
	if s.mutant.answer != nil {
		answer.Reply = s.mutant.answer(s, v.request, answer.Reply)
	}
	s.model.answered(v, answer.Reply)
	return answer.Reply, nil
}

// name says what a request is about, in words that are the same in every run.
func (s *simulation) name(r *license.Request) string {
	for _, sale := range s.sales {
		if r.Serial == sale.serial {
			return sale.name
		}
		if r.RequestKey != "" && r.RequestKey == sale.requestKey {
			return sale.name + "'s request key"
		}
	}
	return "?"
}
