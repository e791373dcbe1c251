package activationtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// A simStep is something that may happen, and how often it does beside the
// others.
type simStep struct {
	weight int
	happen func(s *simulation)
}

var (
	simCustomer = []simStep{
		{14, simEnterSerial}, {6, simEnterRequestKey}, {16, simCheck}, {6, simDeactivate}, {4, simSurrender}, {6, simMove},
		{4, simRequest}, {5, simImport}, {3, simReport}, {5, simConsume}, {2, simAsk}, {1, simWrongKey}, {1, simChallenge},
	}
	simMishap = []simStep{
		{4, simRestart}, {3, simCrash}, {2, simSecondProcess}, {1, simClone}, {1, simDiskCopied}, {2, simBackup}, {2, simPutBack}, {1, simWipe},
		{4, simDrift}, {1, simReplaceMachine}, {1, simUnreadable}, {4, simClock},
	}
	simDesk = []simStep{
		{3, simBlock}, {3, simUnblock}, {3, simLimit}, {2, simHold}, {2, simPaid}, {3, simDraft}, {3, simSubmit}, {2, simRelease},
		{2, simFree}, {1, simForgive}, {10, simAdvance},
	}
	simPost = []simStep{{6, simLetterArrives}, {2, simLetterLost}, {4, simUpload}, {1, simServerCrash}}
)

// step lets one thing happen.
func (s *simulation) step() {
	kind, steps := s.rng.IntN(100), simCustomer
	switch {
	case kind < 14:
		steps = simMishap
	case kind < 36:
		steps = simDesk
	case kind < 46:
		steps = simPost
	}
	if s.depth > 0 {
		s.nested++
	}
	total := 0
	for _, st := range steps {
		total += st.weight
	}
	at := s.rng.IntN(total)
	for _, st := range steps {
		if at -= st.weight; at < 0 {
			st.happen(s)
			break
		}
	}
	s.model.check()
}

// process draws a process, on a machine where one can be started.
func (s *simulation) process() *simProcess {
	n := simOne(s, s.nodes)
	if len(n.processes) == 0 {
		s.start(n)
	}
	if len(n.processes) == 0 {
		return nil
	}
	return simOne(s, n.processes)
}

// withProcess wraps a step that needs a process.
func (s *simulation) withProcess(act func(p *simProcess)) {
	if p := s.process(); p != nil {
		act(p)
	}
}

// licenceOf draws a licence that is here, by its id; "" for none.
func (s *simulation) licenceOf(p *simProcess) (string, *simSale) {
	var all []activation.LicenseStatus
	for _, l := range p.client.Status().Licenses {
		if l.Activation != nil {
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	l := simOne(s, all)
	return l.ID, s.saleOf(&license.Request{Serial: l.Terms.Serial})
}

func (n *simNode) want(sale *simSale) {
	if !slices.Contains(n.wants, sale) {
		n.wants = append(n.wants, sale)
	}
}

func (s *simulation) enter(p *simProcess, what string, sale *simSale, typed string, options ...activation.EnterOption) error {
	_, err := s.do(p, what, sale, func() (activation.Change, error) { return p.client.Enter(simContext, typed, options...) })
	return err
}

func simEnterSerial(s *simulation) {
	s.withProcess(func(p *simProcess) {
		sale := simOne(s, s.sales)
		p.node.want(sale)
		_ = s.enter(p, "enter serial", sale, sale.typed)
	})
}

func simEnterRequestKey(s *simulation) {
	s.withProcess(func(p *simProcess) {
		if sale := simOne(s, s.sales); sale.request != "" {
			p.node.want(sale)
			_ = s.enter(p, "enter request key", sale, sale.request)
		}
	})
}

func simWrongKey(s *simulation) {
	s.withProcess(func(p *simProcess) {
		for range 1 + s.rng.IntN(12) {
			if p.dead || p.closed {
				return
			}
			_ = s.enter(p, "enter unknown key", nil, "000000000"+"0")
		}
	})
}

func simCheck(s *simulation) { s.withProcess(func(p *simProcess) { _ = s.check(p) }) }

func (s *simulation) check(p *simProcess) error {
	var options []activation.CheckOption
	what := "check"
	if s.chance(100) {
		options, what = append(options, activation.LookOnly()), "look"
	}
	_, err := s.do(p, what, nil, func() (activation.Change, error) { return p.client.CheckOnline(simContext, options...) })
	return err
}

func simDeactivate(s *simulation) {
	s.withProcess(func(p *simProcess) {
		if id, sale := s.licenceOf(p); id != "" {
			_, _ = s.do(p, "deactivate", sale, func() (activation.Change, error) { return p.client.Deactivate(simContext, id) })
		}
	})
}

func simSurrender(s *simulation) {
	s.withProcess(func(p *simProcess) {
		id, sale := s.licenceOf(p)
		if id == "" {
			return
		}
		_, _ = s.do(p, "surrender", sale, func() (activation.Change, error) {
			text, err := p.client.Surrender(simContext, id)
			if err == nil && !p.dead {
				s.model.asks(p, text)
				s.proofs = append(s.proofs, simProof{text: text, sale: sale, from: p.node.name})
			}
			return activation.Change{}, err
		})
	})
}

func simMove(s *simulation) {
	if len(s.proofs) == 0 {
		return
	}
	s.withProcess(func(p *simProcess) {
		proof := s.proofs[len(s.proofs)-1]
		if s.rng.IntN(3) == 0 {
			proof = simOne(s, s.proofs)
		}
		sale := proof.sale
		if s.rng.IntN(20) == 0 {
			sale = simOne(s, s.sales)
		}
		p.node.want(sale)
		_ = s.enter(p, "move", sale, sale.typed, activation.Proof(proof.text))
	})
}

func simRequest(s *simulation) {
	s.withProcess(func(p *simProcess) {
		typed := ""
		if sale := simOne(s, s.sales); s.rng.IntN(2) == 0 {
			typed = sale.typed
			p.node.want(sale)
		}
		_, _ = s.do(p, "request", nil, func() (activation.Change, error) {
			id, _ := s.licenceOf(p)
			text, err := p.client.Request(simContext, typed, activation.LicenseID(id))
			if err == nil && !p.dead {
				s.model.asks(p, text)
				s.files = append(s.files, &simFile{text: text, node: p.node, made: len(s.model.order)})
			}
			return activation.Change{}, err
		})
	})
}

func simUpload(s *simulation) {
	if len(s.files) == 0 {
		return
	}
	f := simOne(s, s.files)
	s.say("%s's file is uploaded", f.node.name)
	reply, err := s.deliver(f.text, f.node.address)
	if err != nil {
		return
	}
	text, err := license.Armor(reply)
	s.ok(err)
	s.replyFiles = append(s.replyFiles, simFile{text: text, node: f.node, made: f.made})
}

func simImport(s *simulation) {
	if len(s.replyFiles) == 0 {
		return
	}
	f := s.replyFiles[len(s.replyFiles)-1]
	if s.rng.IntN(3) == 0 {
		f = simOne(s, s.replyFiles)
	}
	if len(f.node.processes) == 0 || s.rng.IntN(6) == 0 {
		s.withProcess(func(p *simProcess) { s.importFile(p, f) })
		return
	}
	s.importFile(simOne(s, f.node.processes), f)
}

func (s *simulation) importFile(p *simProcess, f simFile) {
	before, stale := simSummary(p), p.stale
	done, err := s.do(p, "import", nil, func() (activation.Change, error) {
		s.call.made = f.made
		return p.client.Import(simContext, bytes.NewReader(f.text))
	})
	if done && errors.Is(err, license.ReplyOther) && !stale {
		s.must(simSummary(p) == before, "%s: a reply to another request was imported", p.node.name)
	}
}

func simReport(s *simulation) {
	s.withProcess(func(p *simProcess) { _ = simReportOf(s, p) })
}

func simReportOf(s *simulation, p *simProcess) error {
	_, err := s.do(p, "report", nil, func() (activation.Change, error) { return activation.Change{}, p.client.Report(simContext) })
	return err
}

func simConsume(s *simulation) {
	s.withProcess(func(p *simProcess) {
		n := int64(1 + s.rng.IntN(9))
		done, err := s.do(p, "consume", nil, func() (activation.Change, error) { return activation.Change{}, p.client.Consume("render", n) })
		if !done || err != nil {
			return
		}
		k := &p.node.disk.known
		k.spent += n
		var sold int64
		for _, l := range p.client.Status().Licenses {
			sold += l.Terms.Products[0].Features[1].Runs
		}
		s.must(p.stale || k.spent <= max(sold, k.sold), "%s has used %d runs of %d", p.node.name, k.spent, sold)
		k.sold = max(sold, k.sold)
	})
}

// simAsk is what a program asks while it runs.
func simAsk(s *simulation) {
	s.withProcess(func(p *simProcess) {
		works := p.client.Decision("export").State.Works()
		s.must(p.client.Allows("export") == works || p.stale, "Allows does not say what Decision says")
		_, err := p.client.Notices()
		s.say("%s is asked: %v, %s", p.node.name, works, simCode(err))
		if p.dead {
			p.bury()
		}
	})
}

func simChallenge(s *simulation) {
	s.withProcess(func(p *simProcess) {
		_, _ = s.do(p, "signed time", nil, func() (activation.Change, error) {
			key, err := p.client.Challenge()
			if err != nil || p.dead {
				return activation.Change{}, err
			}
			text, err := simVendor().activation.Time(&license.SignedTime{Challenge: key.Payload(), Time: s.now, Restored: true})
			s.ok(err)
			return p.client.Import(simContext, bytes.NewReader(text))
		})
	})
}

func simRestart(s *simulation) {
	s.withProcess(func(p *simProcess) {
		s.stop(p)
		s.start(p.node)
	})
}

func simCrash(s *simulation) {
	s.withProcess(func(p *simProcess) {
		s.model.stopping(p)
		p.crash("while nothing happens")
		p.bury()
	})
}

func simSecondProcess(s *simulation) {
	if n := simOne(s, s.nodes); len(n.processes) == 1 {
		s.say("%s has two processes", n.name)
		s.start(n)
	}
}

// empty ends all that runs on a machine, as before hardware is changed: a running
// program reads it when it has a reason to.
func (s *simulation) empty(n *simNode) {
	for len(n.processes) > 0 {
		p := n.processes[0]
		p.crash("and is switched off")
		p.bury()
	}
	n.disk.known.closed = false
}

// simClone copies a machine with everything on it.
func simClone(s *simulation) {
	if len(s.nodes) >= 6 || s.depth > 0 {
		return
	}
	from := simOne(s, s.nodes)
	s.empty(from)
	n := s.newNode()
	s.empty(n)
	disk := from.disk.fork()
	n.disk, n.machine, n.broken, n.wants = &disk, from.machine.Clone(), from.broken, slices.Clone(from.wants)
	for component, value := range from.parts {
		n.parts[component] = value
	}
	s.model.forked[n.disk.known.key], s.model.cloned = true, true
	s.say("%s is a copy of %s", n.name, from.name)
}

// simDiskCopied copies what one machine has stored to another one.
func simDiskCopied(s *simulation) {
	from, to := simOne(s, s.nodes), simOne(s, s.nodes)
	if from == to {
		return
	}
	s.empty(to)
	s.say("%s gets the disk of %s", to.name, from.name)
	disk := from.disk.fork()
	to.disk = &disk
	to.disk.known.restored = true
	s.model.forked[disk.known.key] = true
}

func simBackup(s *simulation) {
	n := simOne(s, s.nodes)
	s.say("%s is copied", n.name)
	disk := n.disk.copy() // there are two only when it is put back
	disk.known.revisions, disk.known.gaveUp, disk.known.closed = maps.Clone(disk.known.revisions), maps.Clone(disk.known.gaveUp), false
	s.copies = append(s.copies, simCopy{disk: disk, of: n})
}

func simPutBack(s *simulation) {
	if len(s.copies) == 0 {
		return
	}
	c := simOne(s, s.copies)
	s.empty(c.of)
	disk := c.disk.fork()
	if s.rng.IntN(2) == 0 {
		disk.witness = c.of.disk.witness
	}
	s.model.forked[disk.known.key] = true
	s.model.forked[c.of.disk.known.key] = true
	c.of.disk = &disk
	disk.known.restored, disk.known.copied = true, true
	disk.known.raise(c.of.now())
	s.say("%s: an old copy is put back", c.of.name)
}

func simWipe(s *simulation) {
	n := simOne(s, s.nodes)
	s.empty(n)
	disk := simDisk{known: simKnown{restored: true}}
	if s.rng.IntN(2) == 0 {
		disk.witness = n.disk.witness
	}
	disk.known.latest = n.disk.known.latest
	n.disk = &disk
	s.say("%s is installed anew", n.name)
}

func simDrift(s *simulation) {
	n, component := simOne(s, s.nodes), simOne(s, simComponents)
	if component == "machine" && s.rng.IntN(3) > 0 {
		component = "board"
	}
	s.empty(n)
	s.otherPart(n, component)
	s.say("%s has another %s", n.name, component)
}

func simReplaceMachine(s *simulation) {
	n := simOne(s, s.nodes)
	s.empty(n)
	s.otherMachine(n)
	s.say("%s is another machine with the same disk", n.name)
}

func simUnreadable(s *simulation) {
	n := simOne(s, s.nodes)
	s.empty(n)
	if n.broken != "" {
		n.repair()
		return
	}
	n.broken = simOne(s, simComponents)
	n.machine.Unreadable(n.broken, errors.New("not readable"))
	s.say("%s cannot read its %s", n.name, n.broken)
}

func (n *simNode) repair() {
	if n.broken != "" {
		n.machine.Set(n.broken, n.parts[n.broken])
	}
	n.broken = ""
}

func simClock(s *simulation) {
	n := simOne(s, s.nodes)
	n.offset = simOne(s, []time.Duration{0, 0, 0, time.Hour, -time.Hour, 5 * simDay, -5 * simDay, 800 * simDay, -800 * simDay})
	s.say("%s: the clock is off by %s", n.name, n.offset)
}

func simAdvance(s *simulation) {
	d := simOne(s, []time.Duration{
		time.Minute, time.Hour, 5 * time.Hour, 13 * time.Hour, simDay, 3 * simDay, 9 * simDay, 31 * simDay,
	})
	s.now = s.now.Add(d)
	s.say("%s pass", d)
}

// desk does something at the vendor's desk.
func (s *simulation) desk(what string, act func(sv *server.Server) error) {
	i := s.rng.IntN(len(s.servers))
	outer := s.model.visit
	s.model.visit = &simVisit{outer: outer, desk: what}
	err := act(s.servers[i])
	s.model.visit = outer
	s.say("vendor: %s: %s", what, simDeskCode(err))
	s.must(err == nil || !s.calm, "%s: %v", what, err)
}

func simDeskCode(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, errSimLedger):
		return "ledger fails"
	}
	return "refused"
}

func (s *simulation) onSale(what string, act func(sv *server.Server, sale *simSale) error) {
	sale := simOne(s, s.sales)
	s.desk(what, func(sv *server.Server) error { return act(sv, sale) })
}

func simBlock(s *simulation) {
	s.onSale("block", func(sv *server.Server, sale *simSale) error { return sv.Block(simContext, "orders", sale.serial, "") })
}

func simUnblock(s *simulation) {
	s.onSale("unblock", func(sv *server.Server, sale *simSale) error {
		return sv.Unblock(simContext, "orders", sale.serial, "")
	})
}

func simHold(s *simulation) {
	s.onSale("hold payment", func(sv *server.Server, sale *simSale) error {
		return sv.HoldPayment(simContext, "orders", sale.serial, "")
	})
}

func simPaid(s *simulation) {
	s.onSale("record payment", func(sv *server.Server, sale *simSale) error {
		return sv.RecordPayment(simContext, "orders", sale.serial, "")
	})
}

func simLimit(s *simulation) {
	s.onSale("limit", func(sv *server.Server, sale *simSale) error {
		return sv.SetLimit(simContext, "orders", sale.serial, int64(1+s.rng.IntN(4)))
	})
}

// simDraft issues the next update: of 20 more runs.
func simDraft(s *simulation) {
	sale := simOne(s, s.sales)
	book := s.model.books[sale.serial]
	sale.updates = int64(len(book.sale.Updates)) // what the ledger lost is issued again
	id := fmt.Sprintf("%s-U%d", sale.name, sale.updates+1)
	runs := int64(simRuns)
	u := &license.Update{ID: id, Serial: sale.serial, Sequence: sale.updates + 1, Issued: s.now,
		Products: []license.ProductChange{{ID: simProduct, Features: []license.FeatureChange{{ID: "render", Runs: &runs}}}}}
	text, err := simVendor().backOffice.Update(u)
	s.ok(err)
	submit := s.rng.IntN(2) == 0
	s.desk("update", func(sv *server.Server) error {
		_, err := sv.AddUpdate(simContext, "orders", sale.serial, text, submit)
		return err
	})
}

func simSubmit(s *simulation) {
	sale := simOne(s, s.sales)
	book := s.model.books[sale.serial]
	for _, u := range book.sale.Updates {
		if !u.Submitted {
			s.desk("submit", func(sv *server.Server) error { return sv.Submit(simContext, "orders", sale.serial, u.ID) })
			return
		}
	}
}

// simRelease issues the final licence.
func simRelease(s *simulation) { s.release(simOne(s, s.sales)) }

func (s *simulation) release(sale *simSale) {
	if !s.model.books[sale.serial].sale.Pending {
		return
	}
	l := *sale.issued
	l.ID, l.Kind, l.Window = "L-"+sale.name+"-final", license.Full, license.Term{}
	if l.Issued = l.Issued.Add(time.Minute); s.now.After(l.Issued) {
		l.Issued = s.now
	}
	text, err := simVendor().backOffice.License(&l)
	s.ok(err)
	s.desk("release", func(sv *server.Server) error { return sv.Release(simContext, "orders", sale.serial, text) })
}

func simFree(s *simulation) {
	s.onActivation("free", func(sv *server.Server, sale *simSale, id string) error {
		return sv.Free(simContext, "orders", sale.serial, id)
	})
}

func simForgive(s *simulation) {
	s.onActivation("forgive", func(sv *server.Server, sale *simSale, id string) error {
		return sv.ForgiveClone(simContext, "orders", sale.serial, id)
	})
}

func (s *simulation) onActivation(what string, act func(sv *server.Server, sale *simSale, id string) error) {
	sale := simOne(s, s.sales)
	if all := s.model.books[sale.serial].activations; len(all) > 0 {
		one := simOne(s, all)
		s.desk(what, func(sv *server.Server) error { return act(sv, sale, one.ID) })
	}
}

func simLetterArrives(s *simulation) {
	if len(s.letters) == 0 {
		return
	}
	i := s.rng.IntN(len(s.letters))
	letter := s.letters[i]
	if s.rng.IntN(4) > 0 { // else it comes once more
		s.letters = slices.Delete(s.letters, i, i+1)
	}
	s.say("%s's request arrives late", letter.subject)
	if text, err := s.deliver(letter.text, letter.from); err == nil {
		s.replies = append(s.replies, text)
	}
}

func simLetterLost(s *simulation) {
	if len(s.letters) > 0 {
		i := s.rng.IntN(len(s.letters))
		s.letters = slices.Delete(s.letters, i, i+1)
	}
}

func simServerCrash(s *simulation) { s.dead[s.rng.IntN(len(s.dead))] = true }

// settle ends every fault, and sees to it that every customer gets what was
// sold, within a few calls.
func (s *simulation) settle() {
	s.say("faults end")
	for len(s.letters) > 0 {
		simLetterArrives(s)
		s.model.check()
	}
	s.calm = true
	for i, dead := range s.dead {
		if dead {
			s.startServer(i)
		}
	}
	s.now = s.now.Add(13 * time.Hour)
	for _, sale := range s.sales {
		s.makeRoom(sale)
	}
	for _, n := range s.nodes {
		n.offset = 0
		if n.broken != "" {
			s.empty(n)
			n.repair()
		}
		for len(n.processes) > 1 {
			s.stop(n.processes[0])
		}
		if len(n.processes) == 0 {
			s.start(n)
		}
		s.must(len(n.processes) == 1, "%s does not run", n.name)
	}
	s.model.check()
	for _, n := range s.nodes {
		if len(n.wants) == 0 {
			n.want(s.sales[0])
		}
		for _, sale := range n.wants {
			s.recover(n.processes[0], sale)
		}
		if s.rng.IntN(6) == 0 {
			s.sameRuns(n.processes[0])
		}
	}
	s.histories()
}

// makeRoom has a vendor hold nothing against a sale any more.
func (s *simulation) makeRoom(sale *simSale) {
	s.desk("unblock", func(sv *server.Server) error { return sv.Unblock(simContext, "orders", sale.serial, "") })
	s.desk("record payment", func(sv *server.Server) error { return sv.RecordPayment(simContext, "orders", sale.serial, "") })
	for _, u := range s.model.books[sale.serial].sale.Updates {
		s.desk("submit", func(sv *server.Server) error { return sv.Submit(simContext, "orders", sale.serial, u.ID) })
	}
	s.release(sale)
	limit := s.model.books[sale.serial].sale.Used + int64(2*len(s.nodes))
	s.desk("limit", func(sv *server.Server) error { return sv.SetLimit(simContext, "orders", sale.serial, limit) })
}

// recover has a customer do what customers do until what was sold is there.
func (s *simulation) recover(p *simProcess, sale *simSale) {
	why := "nobody has asked"
	for call := 0; why != "" && call < simCalls; call++ {
		if call%2 == 0 {
			if err := s.enter(p, "enter serial", sale, sale.typed); errors.Is(err, license.TrialUsed) {
				s.must(s.hadTrial(p, sale), "%s is refused a trial that it has not had", p.node.name)
				return
			}
		} else {
			_ = s.check(p)
		}
		why = s.lacks(p, sale)
	}
	s.must(why == "", "%s does not get %s: %s", p.node.name, sale.name, why)
	s.model.check()
}

// hadTrial reports whether a trial began on a machine, or went there with the
// installation, and is over.
func (s *simulation) hadTrial(p *simProcess, sale *simSale) bool {
	f, err := p.node.machine.FingerprintText(simContext)
	s.ok(err)
	return slices.ContainsFunc(s.model.books[sale.serial].activations, func(a *server.Activation) bool {
		same := sale.scheme == "" && simCounted(f, a) || simMatches(sale.scheme, f, a.Data)
		here := same || simInstalled(a, p.node.disk.known.key)
		return here && license.Span{Days: simTrial}.After(license.DateOf(a.First)) < license.DateOf(s.now)
	})
}

// sameRuns sees to it that both sides come to have counted the same runs.
func (s *simulation) sameRuns(p *simProcess) {
	licenses := p.client.Status().Licenses
	if len(licenses) != 1 || licenses[0].Activation == nil {
		return // runs of several are not told apart
	}
	s.stop(p) // which gives back what was reserved, and not used
	s.start(p.node)
	p = p.node.processes[0]
	if simReportOf(s, p) != nil || errors.Is(s.check(p), license.NotActivated) {
		return // it has gone on elsewhere
	}
	l := p.client.Status().Licenses[0]
	render, left := l.Terms.Products[0].Features[1], p.client.Decision("render").Left
	for _, a := range s.model.books[l.Terms.Serial].activations {
		for _, i := range a.Installations {
			if i.Key == p.node.disk.known.key && i.Revision == l.Revision {
				known := simRunsOf(i)
				s.must(min(known, render.Runs) == render.Runs-left, "%s has %d of %d runs left, and the ledger says that %d were used", p.node.name, left, render.Runs, known)
			}
		}
	}
}

// lacks says what a customer does not have yet, or where the vendor's books say
// otherwise; "" if all is well.
func (s *simulation) lacks(p *simProcess, sale *simSale) string {
	l, book := simHeld(p, sale), s.model.books[sale.serial]
	switch {
	case l == nil:
		return "no licence"
	case l.Activation == nil:
		return "not activated"
	case l.ID != book.sale.LicenseID || l.Revision != int64(len(book.sale.Updates)):
		return fmt.Sprintf("has %s at revision %d, and not %s at %d", l.ID, l.Revision, book.sale.LicenseID, len(book.sale.Updates))
	case l.Kind == license.Full && !l.State.Works():
		return fmt.Sprintf("does not work: %v", p.client.Decision("export").Reasons)
	}
	one := book.activation(l.Activation.ID)
	if one == nil || !one.Active || !simInstalled(one, p.node.disk.known.key) {
		return "not in the ledger"
	}
	for _, d := range p.client.Status().Features {
		for _, r := range d.Reasons {
			if r.Code == license.RestoreDetected || r.Code == license.ClockSetBack {
				return string(r.Code)
			}
		}
	}
	return ""
}

// histories sees to it that what was written down adds up to what is.
func (s *simulation) histories() {
	for _, sale := range s.sales {
		events, err := s.ledger.History(simContext, sale.serial, 0, 10_000)
		s.ok(err)
		book, active := s.model.books[sale.serial], map[string]bool{}
		var last int64
		for _, e := range events {
			s.must(e.ID > last, "the history goes back")
			last = e.ID
			switch e.Kind {
			case server.EventActivated:
				s.must(!active[e.Activation], "%s began twice", e.Activation)
				active[e.Activation] = true
			case server.EventReactivated:
				active[e.Activation] = true // of a trial, which costs nothing
			case server.EventDeactivated, server.EventMoved, server.EventFreed:
				s.must(active[e.Activation], "%s ended twice", e.Activation)
				active[e.Activation] = false
			}
		}
		for _, a := range book.activations {
			s.must(a.Active == active[a.ID], "the history has %s active: %v", a.ID, active[a.ID])
		}
	}
}
