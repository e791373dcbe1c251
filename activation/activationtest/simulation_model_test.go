package activationtest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/license"
)

// A simModel knows what the ledger holds for good, what the server has said and
// what was acknowledged, and ends the run when these do not fit.
type simModel struct {
	s         *simulation
	books     map[license.Serial]*simBook
	opened    map[string]*license.Request   // by its text
	receipts  map[string][]*license.Receipt // that were issued, by installation
	order     map[string]int                // in which requests were made, by nonce
	confirmed map[string]int                // the last request that was answered yes, by installation and serial number
	forked    map[string]bool               // installations of which there was more than one
	cloned    bool                          // there were two machines that nothing tells apart
	names     map[string]string             // of installations, as traces have them
	links     map[string]int                // steps of lives, in the order in which they were seen
	visit     *simVisit
}

func newSimModel(s *simulation) simModel {
	return simModel{
		s: s, books: map[license.Serial]*simBook{}, opened: map[string]*license.Request{}, receipts: map[string][]*license.Receipt{},
		order: map[string]int{}, confirmed: map[string]int{}, forked: map[string]bool{}, names: map[string]string{}, links: map[string]int{},
	}
}

// A simBook is an account as the ledger holds it.
type simBook struct {
	sale        server.Sale
	activations []*server.Activation
}

// book reads an account from the ledger, past everything that could fail.
func (s *simulation) book(serial license.Serial) *simBook {
	b := &simBook{}
	s.ok(s.ledger.MemoryLedger.Look(simContext, server.Key{Serial: serial}, func(a *server.Account) error {
		b.sale = *a.Sale
		return nil
	}))
	var err error
	b.activations, err = s.ledger.Activations(simContext, serial, "", 1000)
	s.ok(err)
	return b
}

// activation returns an activation by its id, nil if there is none.
func (b *simBook) activation(id string) *server.Activation {
	for _, a := range b.activations {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// has returns an active activation that an installation belongs to, nil if there
// is none.
func (b *simBook) has(key string) *server.Activation {
	for _, a := range b.activations {
		if a.Active && simInstalled(a, key) {
			return a
		}
	}
	return nil
}

func simInstalled(a *server.Activation, key string) bool {
	return slices.ContainsFunc(a.Installations, func(i server.Installation) bool { return i.Key == key })
}

func (b *simBook) active() (n int64) {
	for _, a := range b.activations {
		if a.Active {
			n++
		}
	}
	return n
}

// A simVisit is a request that the server works on, or something at the vendor's
// desk.
type simVisit struct {
	outer   *simVisit
	request *license.Request
	desk    string
	before  *simBook // nil where the server does not know what was asked for
	commits int      // that changed something
}

// operation says what may change on a visit.
func (v *simVisit) operation() string {
	if v.request == nil {
		return v.desk
	}
	return string(v.request.Operation)
}

// asks notes a request that an installation has made.
func (m *simModel) asks(p *simProcess, text []byte) {
	r := m.open(text)
	key := simKey(r)
	p.node.disk.known.key = key
	m.forked[key] = m.forked[key] || p.node.disk.known.copied
	if m.names[key] == "" {
		m.names[key] = fmt.Sprintf("installation %d on %s", len(m.names)+1, p.node.name)
	}
	m.order[string(r.Nonce)] = len(m.order) + 1
	if c := m.s.call; c != nil {
		c.made = m.order[string(r.Nonce)]
	}
}

// open reads a request.
func (m *simModel) open(text []byte) *license.Request {
	if r := m.opened[string(text)]; r != nil {
		return r
	}
	var w struct {
		Operation                       license.Operation
		Serial                          license.Serial
		RequestKey                      license.Serial `json:"request_key"`
		Installation, Nonce, Link, Next []byte
		Fingerprint, Proof              string
	}
	m.s.read(text, &w)
	r := &license.Request{
		Operation: w.Operation, Serial: w.Serial, RequestKey: w.RequestKey, Installation: w.Installation, Nonce: w.Nonce,
		Link: w.Link, Next: w.Next, Fingerprint: []byte(w.Fingerprint), Proof: []byte(w.Proof),
	}
	m.opened[string(text)] = r
	return r
}

// read reads what a document says, and verifies nothing: clients and server do,
// and it is most of what they cost.
func (s *simulation) read(text []byte, into any) {
	bare, err := license.Bare(text)
	s.ok(err)
	var envelope struct{ Payload []byte }
	s.ok(json.Unmarshal(bare, &envelope))
	s.ok(json.Unmarshal(envelope.Payload, into))
}

// A simReply is a reply, as far as the model goes into it.
type simReply struct {
	Code                license.Code
	Nonce, Installation []byte
	Receipt             string
}

func simKey(r *license.Request) string { return base64.StdEncoding.EncodeToString(r.Installation) }

// saleOf returns what a request is about, nil if there is no such thing.
func (s *simulation) saleOf(r *license.Request) *simSale {
	for _, sale := range s.sales {
		if r.Serial == sale.serial || r.RequestKey != "" && r.RequestKey == sale.requestKey {
			return sale
		}
	}
	return nil
}

// arrives notes that the server gets a request.
func (m *simModel) arrives(text []byte) *simVisit {
	v := &simVisit{outer: m.visit, request: m.open(text)}
	if sale := m.s.saleOf(v.request); sale != nil {
		v.before = m.books[sale.serial]
	}
	m.visit = v
	return v
}

// committed holds what a ledger has stored against what may have happened.
func (m *simModel) committed(at server.Key) {
	s := m.s
	i := slices.IndexFunc(s.sales, func(sale *simSale) bool {
		return at.Serial == sale.serial || at.Serial == "" && at.RequestKey != "" && at.RequestKey == sale.requestKey
	})
	if i < 0 {
		return
	}
	serial := s.sales[i].serial
	before, after := m.books[serial], s.book(serial)
	m.books[serial] = after
	if m.visit != nil && !reflect.DeepEqual(before, after) {
		m.visit.commits++
	}
	m.counts(before, after)
	m.turns(s.sales[i], before, after)
	m.installations(before, after)
}

// counts holds the numbers of an account to what was sold.
func (m *simModel) counts(before, after *simBook) {
	s, sale := m.s, after.sale
	s.must(sale.Used <= sale.Limit, "%d machines are counted, and the limit is %d", sale.Used, sale.Limit)
	if sale.Trial {
		s.must(sale.Used >= before.sale.Used, "a trial's machines fell from %d to %d", before.sale.Used, sale.Used)
		s.must(sale.Used == int64(len(after.activations)), "a trial counts %d of %d machines", sale.Used, len(after.activations))
	} else {
		s.must(sale.Used == after.active(), "%d machines are counted, and %d are active", sale.Used, after.active())
	}
	s.must(after.active() <= sale.Limit, "%d machines are active, and the limit is %d", after.active(), sale.Limit)
	was, is := before.sale, sale
	was.Version, is.Version = 0, 0
	if !reflect.DeepEqual(was, is) {
		s.must(sale.Version > before.sale.Version, "a sale has changed, and its version has not")
	}
	s.must(sale.Version >= before.sale.Version, "a sale's version has fallen")
	if sale.Transfers > 0 {
		s.must(int64(len(sale.GivenUp)) <= max(sale.Transfers, int64(len(before.sale.GivenUp))), "%d transfers of %d", len(sale.GivenUp), sale.Transfers)
	}
}

// turns holds what began and what ended to what was asked for.
func (m *simModel) turns(sale *simSale, before, after *simBook) {
	s, v := m.s, m.visit
	var began, ended []*server.Activation
	for _, a := range after.activations {
		was := before.activation(a.ID)
		switch {
		case a.Active && (was == nil || !was.Active):
			began = append(began, a)
		case !a.Active && was != nil && was.Active:
			ended = append(ended, a)
		}
		s.must(was == nil || was.First.Equal(a.First), "%s began for the first time again", a.ID)
	}
	for _, was := range before.activations {
		s.must(after.activation(was.ID) != nil, "%s is gone", was.ID)
	}
	allowed := map[string][2]int{"activate": {1, 0}, "move": {1, 1}, "deactivate": {0, 1}, "free": {0, 1}}[v.operation()]
	s.must(len(began) <= allowed[0] && len(ended) <= allowed[1], "%s began %d and ended %d", v.operation(), len(began), len(ended))
	for _, a := range began {
		m.countedOnce(sale, before, a, ended)
	}
	for _, a := range ended {
		m.given(sale, a)
	}
}

// countedOnce sees to it that a machine that gets a place has none.
func (m *simModel) countedOnce(sale *simSale, before *simBook, began *server.Activation, ended []*server.Activation) {
	r := m.visit.request
	for _, other := range before.activations {
		if other.ID == began.ID || slices.ContainsFunc(ended, func(e *server.Activation) bool { return e.ID == other.ID }) || !other.Active && !sale.trial {
			continue
		}
		if sale.scheme == "" {
			m.s.must(!simInstalled(other, simKey(r)), "an installation is counted in %s and in %s", other.ID, began.ID)
			m.s.must(m.cloned || !simCounted(r.Fingerprint, other), "a machine is counted in %s and in %s", other.ID, began.ID)
		} else if !m.cloned {
			m.s.must(!simMatches(sale.scheme, r.Fingerprint, other.Data), "a machine is counted in %s and in %s", other.ID, began.ID)
		}
	}
}

// simMatches reports whether a machine is the one that data is of.
func simMatches(scheme string, fingerprint, data []byte) bool {
	var f binding.Fingerprint
	return f.ParseText(fingerprint) == nil && f.MatchBinding(scheme, data) == nil
}

// simCounted reports whether a machine is the one of an activation that is not
// bound: two of four components agree, of them the board, or else the disk.
func simCounted(fingerprint []byte, a *server.Activation) bool {
	var f binding.Fingerprint
	scheme, err := binding.ParseScheme("machine~+board~+disk~+mac~/2")
	if err != nil || f.ParseText(fingerprint) != nil {
		return false
	}
	m, err := f.Match(scheme, a.Data)
	if err != nil || !m.OK() {
		return false
	}
	differs := slices.Concat(m.Changed, m.Unreadable, m.Missing)
	return !slices.Contains(differs, "board") || !slices.Contains(m.Changed, "board") && !slices.Contains(differs, "disk")
}

// given sees to it that an activation ended by a word that still counts: not by
// one that was given before its installation was told yes again.
func (m *simModel) given(sale *simSale, ended *server.Activation) {
	r := m.visit.request
	if r == nil {
		return
	}
	if r.Operation == license.OpMove {
		r = m.open(r.Proof)
	}
	key := simKey(r)
	m.s.must(simInstalled(ended, key), "%s was ended by another installation", ended.ID)
	if confirmed := m.confirmed[key+string(sale.serial)]; !m.forked[key] {
		m.s.must(m.order[string(r.Nonce)] > confirmed, "%s was ended by a word that its installation took back, and was told yes", ended.ID)
	}
}

// installations sees to it that each belongs to one machine, that what it used
// does not fall, and that none is taken for two.
func (m *simModel) installations(before, after *simBook) {
	s := m.s
	known := map[string]server.Installation{}
	for _, a := range before.activations {
		for _, i := range a.Installations {
			known[i.Key] = i
		}
	}
	seen := map[string]string{}
	for _, a := range after.activations {
		for _, i := range a.Installations {
			s.must(seen[i.Key] == "", "an installation is in %s and in %s", seen[i.Key], a.ID)
			seen[i.Key] = a.ID
			s.must(!i.Cloned || m.forked[i.Key], "%s is taken for two, and there was never but one: %s", m.names[i.Key], m.steps(i))
			was := known[i.Key]
			s.must(i.Revision >= was.Revision, "a revision has fallen in %s", a.ID)
			s.must(i.Revision > was.Revision || simRunsOf(i) >= simRunsOf(was), "runs have fallen in %s", a.ID)
		}
	}
}

// life says which steps of whose life a request tells, by the order in which they
// were first seen.
func (m *simModel) life(r *license.Request) string {
	step := func(link []byte) int {
		if link == nil {
			return 0
		}
		if m.links[string(link)] == 0 {
			m.links[string(link)] = len(m.links) + 1
		}
		return m.links[string(link)]
	}
	text := fmt.Sprintf("%s, step %d to %d", m.names[simKey(r)], step(r.Link), step(r.Next))
	if len(r.Proof) > 0 {
		text += ", with the word of " + m.life(m.open(r.Proof))
	}
	return text
}

// steps says where in an installation's life a request stands.
func (m *simModel) steps(i server.Installation) string {
	r := m.visit.request
	if r == nil {
		return m.visit.desk
	}
	place := func(link []byte) int { return slices.Index(i.Links, hex.EncodeToString(link)) }
	return fmt.Sprintf("%s number %d goes from step %d to step %d of %d", r.Operation, m.order[string(r.Nonce)], place(r.Link), place(r.Next), len(i.Links))
}

// simRunsOf returns the runs that the server knows of.
func simRunsOf(i server.Installation) int64 {
	for _, u := range i.Used {
		if u.Feature == "render" {
			return u.Runs
		}
	}
	return 0
}

// answered holds a reply against the ledger.
func (m *simModel) answered(v *simVisit, text []byte) {
	s, r := m.s, v.request
	m.visit = v.outer
	reply := &simReply{}
	s.read(text, reply)
	s.say("server: %s %s: %s", r.Operation, s.name(r), simYes(string(reply.Code)))
	s.must(bytes.Equal(reply.Nonce, r.Nonce) && bytes.Equal(reply.Installation, r.Installation), "a reply to another request")
	if v.before == nil {
		s.must(reply.Code == license.SerialUnknown || reply.Code == license.RequestNotAccepted || reply.Code == license.ServerBusy, "an unknown key is %q", reply.Code)
		return
	}
	s.must(reply.Receipt != "" || reply.Code == "" || v.commits == 0, "%s was refused with %s, and has changed something", r.Operation, reply.Code)
	after, key := m.books[v.before.sale.Serial], simKey(r)
	if reply.Receipt != "" {
		m.issued(after, key, reply)
	}
	own := v.before.has(key)
	scheme := v.before.sale.Scheme
	switch reply.Code {
	case license.ActivationLimit:
		s.must(v.before.sale.Used >= v.before.sale.Limit, "refused with room for more")
		s.must(own == nil || scheme != "" && !simMatches(scheme, r.Fingerprint, own.Data), "refused, with a place of its own")
		for _, a := range v.before.activations {
			s.must(scheme != "" || !a.Active || !simCounted(r.Fingerprint, a), "refused, with its machine counted in %s", a.ID)
		}
	case license.NotActivated:
		s.must(own == nil, "not activated, and there is %v", own)
	case license.LicenseBlocked:
		if s.call != nil && reply.Receipt != "" {
			s.call.blocked = append(s.call.blocked, v.before.sale.Serial)
		}
	case "":
		m.yes(after, key, reply, r)
	}
}

func simYes(code string) string {
	if code == "" {
		return "yes"
	}
	return code
}

// yes sees to it that what was said yes to is so for good.
func (m *simModel) yes(after *simBook, key string, reply *simReply, r *license.Request) {
	switch r.Operation {
	case license.OpDeactivate:
		m.s.must(after.has(key) == nil, "deactivated, and still active")
	case license.OpReport:
	default:
		m.s.must(reply.Receipt != "" && after.has(key) != nil, "%s was answered yes, and is not in the ledger", r.Operation)
	}
}

// issued holds a receipt against the ledger.
func (m *simModel) issued(after *simBook, key string, reply *simReply) {
	s, sale := m.s, after.sale
	receipt := &license.Receipt{}
	s.read([]byte(reply.Receipt), receipt)
	var bound struct{ Binding struct{ Data []byte } } // which a Binding in JSON does not show
	s.read([]byte(reply.Receipt), &bound)
	receipt.Binding.Data = bound.Binding.Data
	a := after.activation(receipt.ID)
	s.must(a != nil && a.Active && simInstalled(a, key), "a receipt for %s, which is not in force in the ledger", receipt.ID)
	s.must(receipt.Activated.Equal(a.First), "a receipt says that %s began at %s", receipt.ID, receipt.Activated)
	s.must((receipt.Hold == license.HoldBlocked) == (sale.Blocked || sale.Cancelled), "a receipt with the hold %q", receipt.Hold)
	s.must(receipt.Sequence == sale.Version && base64.StdEncoding.EncodeToString(receipt.Installation) == key, "a receipt of another state")
	s.must(receipt.Until.IsZero() == (sale.Lease == 0) && !receipt.Until.After(s.now.Add(simSkew+sale.Lease)), "a receipt until %s", receipt.Until)
	m.receipts[key] = append(m.receipts[key], receipt)
}

// A simKnown is what the model knows of an installation. It goes where its disk
// goes.
type simKnown struct {
	key       string                 // "" until it has asked for something
	latest    time.Time              // that it can have seen
	spent     int64                  // runs that were acknowledged
	sold      int64                  // runs, at most
	revisions map[string]int64       // of its licences
	gaveUp    map[license.Serial]int // how many requests were made before it was given up
	copied    bool                   // there is, or was, another copy of it
	restored  bool                   // an old copy was put back
	summary   string                 // of what was licensed when it was last closed
	closed    bool                   // summary is of now
}

func (d *simDisk) fork() simDisk {
	d.known.copied = true
	own := d.copy()
	own.known.revisions, own.known.gaveUp = maps.Clone(d.known.revisions), maps.Clone(d.known.gaveUp)
	own.known.closed = false
	return own
}

// raise notes what a machine's clock says.
func (k *simKnown) raise(t time.Time) {
	if t.After(k.latest) {
		k.latest = t
	}
}

// simSummary is what a process has, whatever it allows now.
func simSummary(p *simProcess) string {
	var b strings.Builder
	for _, l := range p.client.Status().Licenses {
		fmt.Fprintf(&b, "%s %s %d", l.ID, l.Kind, l.Revision)
		if a := l.Activation; a != nil {
			fmt.Fprintf(&b, " %s %d %d %d", a.ID, a.Until.Unix(), a.Grace.Unix(), a.Changes)
		}
		b.WriteString("; ")
	}
	return b.String()
}

// stopping notes what a process has that is about to end.
func (m *simModel) stopping(p *simProcess) {
	if len(p.node.processes) == 1 && !p.stale {
		p.node.disk.known.summary, p.node.disk.known.closed = simSummary(p), true
	}
}

// started sees to it that a process has what the one before it had.
func (m *simModel) started(p *simProcess) {
	k := &p.node.disk.known
	k.raise(p.node.now())
	if k.closed {
		m.s.must(simSummary(p) == k.summary, "%s had %q, and has %q after a start", p.node.name, k.summary, simSummary(p))
	}
	k.closed = false
}

// check holds every process to what it may allow, and must.
func (m *simModel) check() {
	for _, n := range m.s.nodes {
		n.disk.known.raise(n.now())
		for _, p := range n.processes {
			m.checkProcess(p)
		}
	}
}

func (m *simModel) checkProcess(p *simProcess) {
	k, status := &p.node.disk.known, p.client.Status()
	for _, l := range status.Licenses {
		m.checkTerms(p, l)
		m.checkLicence(p, l)
	}
	for _, d := range status.Features {
		for _, r := range d.Reasons {
			m.s.must(r.Code != license.RestoreDetected || k.restored, "%s is said to have put old state back", p.node.name)
		}
	}
}

// checkTerms sees to it that each update was applied once, in its place, and
// that none is lost.
func (m *simModel) checkTerms(p *simProcess, l activation.LicenseStatus) {
	k := &p.node.disk.known
	render := l.Terms.Products[0].Features[1]
	m.s.must(render.Runs == simRuns*(1+l.Revision) && len(l.Terms.Applied) == int(l.Revision),
		"%s has %d runs at revision %d with %d updates", p.node.name, render.Runs, l.Revision, len(l.Terms.Applied))
	if p.stale {
		return
	}
	m.s.must(l.Revision >= k.revisions[l.ID], "%s: %s went from revision %d to %d", p.node.name, l.ID, k.revisions[l.ID], l.Revision)
	if k.revisions == nil {
		k.revisions = map[string]int64{}
	}
	k.revisions[l.ID] = l.Revision
}

// checkLicence holds what a licence allows against the receipts that the server
// has issued.
func (m *simModel) checkLicence(p *simProcess, l activation.LicenseStatus) {
	s, n := m.s, p.node
	works, a := l.State.Works(), l.Activation
	if a == nil {
		s.must(!works, "%s: %s works without a receipt", n.name, l.ID)
		return
	}
	sale := s.saleOf(&license.Request{Serial: l.Terms.Serial})
	of := simStanding{}
	for _, r := range m.receipts[n.disk.known.key] {
		if r.Serial == l.Terms.Serial && r.ID == a.ID && r.Until.Equal(a.Until) && r.Grace.Equal(a.Grace) && r.Changes == a.Changes {
			of.add(r, n)
		}
	}
	s.must(of.receipts > 0, "%s: nobody has issued the receipt of %s", n.name, l.ID)
	now, end := n.now(), a.Until
	if a.Grace.After(end) {
		end = a.Grace
	}
	inTime := end.IsZero() || now.Before(end)
	s.must(!works || inTime, "%s: %s works at %s, after %s", n.name, l.ID, now, end)
	s.must(!works || of.good > 0, "%s: %s works blocked, or elsewhere", n.name, l.ID)
	s.must(!works || l.Until == 0 || license.DateOf(now) <= l.Until, "%s: %s works after %s", n.name, l.ID, l.Until)
	back := !end.IsZero() && now.Before(n.disk.known.latest.Add(-license.ClockTolerance))
	if l.Kind == license.Full && inTime && !back && of.good == of.receipts {
		s.must(works, "%s: %s is locked with a receipt until %s, at %s: %v", n.name, l.ID, end, now, p.client.Decision("export").Reasons)
	}
	if l.Kind == license.Trial {
		one := m.books[sale.serial].activation(a.ID)
		s.must(one != nil && l.Until <= license.Span{Days: simTrial}.After(license.DateOf(one.First)), "%s: a trial that began at %s ends on %s", n.name, one.First, l.Until)
	}
}

// A simStanding is what the receipts say that an installation may have.
type simStanding struct{ receipts, good int }

func (st *simStanding) add(r *license.Receipt, n *simNode) {
	st.receipts++
	bound := r.Binding.Scheme == "" || n.machine.MatchBinding(r.Binding.Scheme, r.Binding.Data) == nil
	if bound && r.Hold != license.HoldBlocked {
		st.good++
	}
}

// A simCall is a call of a client that is under way.
type simCall struct {
	exchanges int  // how often it has asked
	genuine   int  // answers to it that it got
	lies      int  // answers that are none
	made      int  // the place of its last request, or of that in a file to which it imports the answer
	full      bool // the disk has said that nothing can be stored
	before    string
	stored    uint64
	nested    int
	stale     bool
	blocked   []license.Serial // that the server has said are
	waits     bool             // a deactivation waits to be sent again
}

// do makes a call and holds what comes of it to what came to it.
func (s *simulation) do(p *simProcess, what string, sale *simSale, act func() (activation.Change, error)) (done bool, err error) {
	n := p.node
	call := &simCall{before: simSummary(p), stored: n.disk.state.record.Generation, nested: s.nested, stale: p.stale}
	call.waits = slices.ContainsFunc(p.client.Status().Reasons, func(r license.Reason) bool { return r.Code == license.DeactivationPending })
	outer := s.call
	s.call = call
	change, err := act()
	s.call = outer
	n.disk.known.raise(n.now())
	if p.dead {
		p.bury()
	}
	if p.dead || p.closed {
		n.disk.known.gaveUp = nil // nobody knows how far it got
		return false, err
	}
	s.say("%s: %s: %s", n.name, what, simOutcome(change, err))
	s.tally[what+": "+simCode(err)]++
	if change.Notice != nil {
		s.tally[what+": "+string(change.Notice.Code)]++
		s.must(change.LicenseID != "", "%s: a notice of no licence: %+v", what, change)
	}
	if err != nil && !change.Changed && !change.Available {
		s.must(reflect.DeepEqual(change, activation.Change{Before: change.Before, After: change.Before}), "%s failed with %v and a change %+v", what, err, change)
	}
	s.model.lies(p, call, what, err)
	if call.genuine > 0 || what == "import" || what == "signed time" {
		n.disk.known.raise(s.now.Add(simSkew)) // the vendor has said what time it is
	}
	alone := call.nested == s.nested && !call.stale && !p.stale
	if alone && call.genuine == call.exchanges && call.exchanges > 0 && err == nil {
		n.disk.known.latest = n.now() // the server's time was believed
		n.disk.known.raise(s.now.Add(simSkew))
	}
	if alone && err == nil && sale != nil {
		s.model.said(p, call, what, sale)
	}
	s.model.revived(p, call, what, alone)
	if alone && call.genuine == call.exchanges && errors.Is(err, license.LicenseBlocked) && what != "look" {
		s.model.blocked(p, call)
	}
	return true, err
}

func simOutcome(change activation.Change, err error) string {
	text := simCode(err)
	if change.Changed {
		text += ", something came"
	}
	if change.Available {
		text += ", something would come"
	}
	return text
}

// lies sees to it that what the server did not say changes nothing.
func (m *simModel) lies(p *simProcess, call *simCall, what string, err error) {
	if call.exchanges == 0 || call.genuine > 0 {
		return
	}
	m.s.must(err != nil, "%s: %s was believed without an answer", p.node.name, what)
	m.s.must(errors.Is(err, activation.ErrUnreachable) || errors.Is(err, errSimDisk) || errors.Is(err, license.FolderUnwritable),
		"%s: %s ended with %v without an answer", p.node.name, what, err)
	if call.nested != m.s.nested || call.stale || p.stale || what == "deactivate" || call.waits {
		return
	}
	m.s.must(simSummary(p) == call.before, "%s: %s changed %q to %q without an answer", p.node.name, what, call.before, simSummary(p))
	if call.stored > 0 {
		m.s.must(p.node.disk.state.record.Generation == call.stored, "%s: %s has stored something without an answer", p.node.name, what)
	}
}

// said sees to it that what a call has said to have done is done, here and
// there.
func (m *simModel) said(p *simProcess, call *simCall, what string, sale *simSale) {
	key := p.node.disk.known.key
	book := m.books[sale.serial]
	held := simHeld(p, sale)
	switch what {
	case "enter serial", "enter request key", "move":
		m.s.must(held != nil && held.Activation != nil, "%s: %s said yes, and there is no receipt", p.node.name, what)
		a := book.activation(held.Activation.ID)
		m.s.must(a != nil && a.Active && simInstalled(a, key), "%s: %s said yes, and the ledger does not", p.node.name, what)
		m.confirmed[key+string(sale.serial)] = call.made
	case "surrender":
		m.s.must(held == nil || held.Activation == nil, "%s: surrendered, with a receipt", p.node.name)
		m.gaveUp(p, sale)
	case "deactivate":
		m.gaveUp(p, sale)
		m.s.must(held == nil || held.Activation == nil, "%s: deactivated, with a receipt", p.node.name)
		m.s.must(book.has(key) == nil, "%s: deactivated, and not in the ledger", p.node.name)
	}
}

// revived sees to it that nothing that was given up comes back by an answer to
// what was asked for before.
func (m *simModel) revived(p *simProcess, call *simCall, what string, alone bool) {
	for _, l := range p.client.Status().Licenses {
		order, gaveUp := p.node.disk.known.gaveUp[l.Terms.Serial]
		if gaveUp && l.Activation != nil {
			m.s.must(!alone || call.made > order, "%s: %s brought %s back, which was given up since", p.node.name, what, l.ID)
			delete(p.node.disk.known.gaveUp, l.Terms.Serial)
		}
	}
}

// gaveUp notes that something is used here no more.
func (m *simModel) gaveUp(p *simProcess, sale *simSale) {
	k := &p.node.disk.known
	if k.gaveUp == nil {
		k.gaveUp = map[license.Serial]int{}
	}
	k.gaveUp[sale.serial] = len(m.order)
}

// simHeld returns what a process has of a sale, nil if nothing.
func simHeld(p *simProcess, sale *simSale) *activation.LicenseStatus {
	for _, l := range p.client.Status().Licenses {
		if l.Terms.Serial == sale.serial {
			return &l
		}
	}
	return nil
}

// blocked sees to it that what is blocked does not work where the server has
// said so.
func (m *simModel) blocked(p *simProcess, call *simCall) {
	for _, l := range p.client.Status().Licenses {
		m.s.must(!slices.Contains(call.blocked, l.Terms.Serial) || !l.State.Works(), "%s was told that %s is blocked, and it works", p.node.name, l.ID)
	}
}
