package activation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A Client holds the licences of one product on one machine. Any number of
// goroutines may use one, and any number of processes may have one open.
type Client struct {
	opt       Options
	courier   Courier          // nil where there is no server
	embedded  *license.Keyring // as the program was built
	catalogue *license.Catalogue
	store     Store
	witness   Store // nil where there is none
	witnessed bool  // there should be one
	sealer    sealer

	snap  atomic.Pointer[snapshot]
	stale atomic.Bool // runs were used that the snapshot does not count

	mu             sync.Mutex // guards all below, and every change of state
	keyring        *license.Keyring
	followed       []string         // the documents by which keyring was reached; none for the one built in
	waiting        *license.Keyring // while a state is edited: the newest that waits, nil if none does
	catalogued     string           // the catalogue in the state that catalogue was read with
	state          *state
	generation     uint64
	recovered      bool
	witnessMissing bool
	unwritable     error // why nothing can be stored; nil if nothing says so
	volatile       bool  // there is no place to store anything, and there will be none
	blocks         map[string]*block
	verified       map[string]*license.License // by the text of the document
	updates        map[string]*license.Update  // likewise
	receipts       map[string]*license.Receipt // likewise
	seed           []byte                      // of the key pair whose public half is
	installation   []byte
	begun          bool // the state that was read is one that nothing was stored of yet
	closed         bool

	announced  *license.Result // what whoever asked knows of
	auto       autoCheck
	background context.Context // of what runs in the background; ends with Close
	end        context.CancelFunc

	timer *time.Timer    // of the next look
	looks sync.WaitGroup // those under way
	turn  sync.Mutex     // they come one after the other, and so does OnChange
}

// Open opens the client of a product. It reads local state, verifies every
// document in it anew and works out what is licensed now; it never touches the
// network.
//
// Where state cannot be written, because there is no home folder or the disk
// is read-only, the client opens all the same: documents are still checked,
// and what would have to be recorded says why it waits. Where state is there
// and cannot be trusted or read, Open returns a *license.Reason with the code
// RecordDamaged, RecordForeign, RecordLocked, RecordNotAFile or
// RecordUnreadable, and changes nothing; SetAside begins anew and keeps it. An
// error in the options names the field and the remedy; it is for the developer, and in
// English only.
func Open(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.fillIn()
	keyring, catalogue, err := o.parse()
	if err != nil {
		return nil, err
	}
	c := &Client{
		opt: o, courier: o.Courier, embedded: keyring, keyring: keyring, catalogue: catalogue,
		sealer:   sealer{product: o.Product, machine: machineKey(o.Host)},
		blocks:   map[string]*block{},
		verified: map[string]*license.License{},
		updates:  map[string]*license.Update{},
		receipts: map[string]*license.Receipt{},

		witnessed: o.witnessed(),
		auto:      autoCheck{chance: mathrand.Float64()},
	}
	if c.store, c.witness, c.unwritable, err = o.stores(); err != nil {
		return nil, err
	}
	c.volatile = c.unwritable != nil
	c.background, c.end = context.WithCancel(context.Background())
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.load(); err != nil {
		c.release()
		return nil, err
	}
	if o.Catalogue != nil && c.catalogue == nil && len(c.followed) == 0 {
		c.release()
		return nil, fmt.Errorf("activation: Options.Catalogue is not signed by a key of Options.Keyring: embed the two that belong together (%w)", license.KeyUnknown)
	}
	if err := c.activateDeployed(); err != nil {
		c.release()
		return nil, err
	}
	c.rebuild()
	c.probe()
	c.keepTime()
	c.announced = c.snap.Load().result
	return c, nil
}

// probe tries whether state can be stored, if something is licensed that will
// have to be recorded: then the status says now that it cannot, and not only
// the first use.
func (c *Client) probe() {
	needed := slices.ContainsFunc(c.snap.Load().result.Decisions, func(d license.Decision) bool { return d.Left >= 0 || d.Pending })
	store, able := c.store.(interface{ Writable() error })
	if !needed || !able || c.unwritable != nil {
		return
	}
	if c.unwritable = store.Writable(); c.unwritable != nil {
		c.rebuild()
	}
}

// Format prints the product under every verb, and nothing of what is licensed.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "activation client of %s", c.opt.Product)
}

// release lets go of the folders that Open has opened.
func (c *Client) release() {
	for _, s := range []Store{c.store, c.witness} {
		if f, ok := s.(*FileStore); ok && s != c.opt.Store && s != c.opt.Witness {
			_ = f.Close() // of a folder that was only ever read from
		}
	}
}

// machineKey returns what names the machine to the seal; nil if nothing does.
func machineKey(h license.Host) []byte {
	k, ok := h.(stateKeyer)
	if !ok {
		return nil
	}
	key, err := k.StateKey()
	if err != nil {
		return nil
	}
	return key
}

// now returns the time to the second, which is what state can hold.
func (c *Client) now() time.Time { return c.opt.Now().UTC().Truncate(time.Second) }

// load reads the state from the store, or makes a new one in memory. When an
// error is returned, what was read before stays in force.
//
// The witness is heard first. It is always told after the record was stored,
// so that a record read later is never behind it unless it was put back.
func (c *Client) load() error {
	t := c.listen()
	record, err := c.store.Load()
	if err != nil {
		return err
	}
	sealer := c.sealer
	var s *state
	begun := false
	if record.Generation == 0 && len(record.Data) > 0 {
		s, begun = readBegun(&sealer, record.Data, t)
	}
	if record.Generation == 0 && !begun {
		sealer.newInstallation()
		s = newState(t)
	}
	if record.Generation > 0 {
		text, err := sealer.open(record.Data)
		if err != nil {
			return c.recordError(err)
		}
		if s, err = decodeState(string(text)); err != nil {
			return c.recordError(err)
		}
		if t.heard && (t.counter > s.Counter || t.installation != sealer.installation) {
			s.putBack(t)
		}
	}
	c.state, c.sealer, c.begun = s, sealer, begun
	c.dropBlocks()
	c.generation, c.recovered = record.Generation, record.Recovered
	c.witnessMissing = c.witnessed && !t.heard
	c.followKeyring()
	return nil
}

// readBegun returns the state that a process had begun with when it asked the
// server and ended before it could store the answer. One that cannot be used,
// since it was copied here or was never written out, is worth nothing.
func readBegun(sealer *sealer, data []byte, t testimony) (*state, bool) {
	text, err := sealer.open(data)
	if err != nil {
		return nil, false
	}
	s, err := decodeState(string(text))
	if err != nil {
		return nil, false
	}
	fresh := newState(t)
	s.Restored, s.Mark = fresh.Restored, fresh.Mark
	return s, true
}

// recordError says where the state lies that cannot be used.
func (c *Client) recordError(err error) error {
	var r *license.Reason
	if !errors.As(err, &r) {
		r = &license.Reason{Code: license.RecordDamaged, Err: err}
	}
	if f, ok := c.store.(*FileStore); ok {
		r.Detail = f.path
	}
	return r
}

// newState makes a new state. If the witness remembers one, that one was taken
// away.
func newState(t testimony) *state {
	s := &state{Seed: make([]byte, seedSize)}
	_, _ = rand.Read(s.Seed)
	s.Restored = t.heard && t.counter > 0
	s.Mark = t.mark
	return s
}

// putBack notes that the state is an old copy. It counts on from where its
// witness stands, so that it is the newest once the vendor has forgiven it. A
// challenge that was open in the copy may have been answered since, and that
// answer must not count again.
func (s *state) putBack(t testimony) {
	s.Restored = true
	s.Counter = max(s.Counter, t.counter)
	s.Challenge = nil
	if t.mark.After(s.Mark) {
		s.Mark = t.mark
	}
}

// listen returns what the witness states.
func (c *Client) listen() testimony {
	if c.witness == nil {
		return testimony{}
	}
	r, err := c.witness.Load()
	if err != nil {
		return testimony{}
	}
	return c.sealer.hear(r.Data)
}

// tellWitness states the counter in the second place, if it is not behind.
func (c *Client) tellWitness() {
	if c.witness == nil {
		c.witnessMissing = c.witnessed
		return
	}
	for range maxConflicts {
		r, err := c.witness.Load()
		if errors.Is(err, license.RecordDamaged) {
			r, err = Record{}, nil // it is not synced, and is made anew
		}
		if err != nil {
			break
		}
		t := c.sealer.hear(r.Data)
		if t.heard && t.installation == c.sealer.installation && t.counter >= c.state.Counter {
			c.witnessMissing = false
			return
		}
		err = c.witness.Swap(r.Generation, c.sealer.testify(c.state))
		if err == nil {
			c.witnessMissing = false
			return
		}
		if !errors.Is(err, ErrConflict) {
			break
		}
	}
	c.witnessMissing = true
	c.opt.Logger.Warn("latchkey: the witness of local state cannot be written")
}

// maxConflicts is how often a change is tried again after another process was
// faster. Each time, one of them got through.
const maxConflicts = 1000

// change changes the state: edit changes a copy, which replaces the record in
// the store. If another process was faster, it is tried again on what that one
// stored. When an error is returned, nothing has changed.
func (c *Client) change(edit func(s *state) error) error {
	if c.volatile {
		return c.unwritable
	}
	for range maxConflicts {
		s := c.state.clone()
		if err := edit(s); err != nil {
			return err
		}
		s.Counter++
		err := c.swap(s)
		switch {
		case err == nil:
			c.state = s
			c.generation++
			c.recovered = false
			c.unwritable = nil
			c.tellWitness()
			c.followKeyring()
			return nil
		case errors.Is(err, license.FolderUnwritable):
			c.unwritable = err
			return err
		case !errors.Is(err, ErrConflict):
			return err
		}
		if err := c.load(); err != nil {
			return err
		}
	}
	return &license.Reason{Code: license.RecordBusy}
}

// retry asks again whether the state can be stored, where it could not.
func (c *Client) retry() {
	if c.unwritable == nil || c.volatile {
		return
	}
	if s, ok := c.store.(interface{ Writable() error }); ok {
		c.unwritable = s.Writable()
		return
	}
	c.unwritable = nil // the next change tells
}

// swap stores a state as the next generation.
func (c *Client) swap(s *state) error {
	text, err := s.encode()
	if err != nil {
		return err
	}
	sealed, err := c.sealer.seal(text)
	if err != nil {
		return err
	}
	return c.store.Swap(c.generation, sealed)
}

// Close returns the runs that were reserved and not used, and ends what runs
// in the background. Afterwards nothing is allowed.
func (c *Client) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	c.timer.Stop()
	c.end()
	err := c.settle()
	none := &license.Result{Reasons: []license.Reason{*errClosed}}
	c.snap.Store(&snapshot{result: none, set: none.Set(), closed: true})
	c.mu.Unlock()
	c.looks.Wait()
	c.release()
	return err
}

// errClosed is what every call but Allows, Status and Close returns after
// Close.
var errClosed = &license.Reason{Code: license.ClientClosed}
