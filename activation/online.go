package activation

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// Activate is Enter for a serial number or a request key alone: any other kind
// of key is refused with KeyOfOtherKind, and nothing is done with it.
func (c *Client) Activate(ctx context.Context, typed string, options ...EnterOption) (Change, error) {
	e := entryOf(options)
	q, corrections, err := e.question(typed)
	if err != nil {
		return Change{}, err
	}
	change, err := c.exchange(ctx, q, false)
	change.Corrections = corrections
	return zeroBeside(change, err)
}

// zeroBeside returns a change beside an error only if there was one.
func zeroBeside(change Change, err error) (Change, error) {
	if err != nil && !change.Changed && !change.Available {
		return Change{}, err
	}
	return change, err
}

// question returns what a typed serial number or request key asks the server.
func (e entry) question(typed string) (question, []keyfmt.Correction, error) {
	key, corrections, err := keyfmt.Parse(typed)
	if err != nil {
		return question{}, nil, mistyped(err)
	}
	q, err := e.questionOf(key)
	return q, corrections, err
}

func (e entry) questionOf(key keyfmt.Key) (question, error) {
	q := question{operation: license.OpActivate}
	switch kind := key.Kind(); {
	case kind == keyfmt.Request && e.byHand:
		return question{}, &license.Reason{Code: license.ManualNotForRequest}
	case kind == keyfmt.Serial && e.byHand:
		return question{}, &license.Reason{Code: license.NeedsServer, Has: kind.String()}
	case kind == keyfmt.Request:
		q.request = license.Serial(key.Payload())
	case kind == keyfmt.Serial:
		q.serial = license.Serial(key.Rows()[0])
	default:
		return question{}, &license.Reason{Code: license.KeyOfOtherKind, Has: kind.String(), Needs: keyfmt.Serial.String()}
	}
	if e.proof != nil {
		text, err := license.Bare(e.proof)
		if err != nil {
			return question{}, err
		}
		q.operation, q.proof = license.OpMove, text
	}
	return q, nil
}

// A CheckOption says more about a check.
type CheckOption func(*checking)

type checking struct {
	only string
	look bool
}

// CheckOnly checks the licence with an id, and no other.
func CheckOnly(licenseID string) CheckOption { return func(k *checking) { k.only = licenseID } }

// LookOnly tells what there is, in Change.Available and Change.Diff, and leaves
// what is licensed as it is until the next check without this option.
func LookOnly() CheckOption { return func(k *checking) { k.look = true } }

// CheckOnline asks the activation server whether there is anything new for the
// licences that are activated here: updates, the final licence after a
// provisional one, a new receipt, or that the vendor has blocked one. What there
// is, is in force when it returns; Change.Changed says whether there was
// anything. If the server has nothing new yet, Change.Notice has the day of the next attempt
// (FinalPending, ObtainingNotYet). It sends a deactivation again that
// was not confirmed yet.
//
// Without an answer that counts, nothing changes and the error wraps
// ErrUnreachable. Otherwise the error is the server's signed refusal; documents that
// came with it are stored: FinalOverdue, PaymentPending, ObtainingOver,
// LicenseBlocked, OrderCancelled, NotActivated, HardwareChanged, ServerBusy;
// KeyringWaits for a document signed by a key of a keyring that waits (see Import);
// ActivationRequired where nothing is activated here; those of license.Apply for an
// update that cannot be applied, while the licence keeps working; or why local state
// cannot be written.
func (c *Client) CheckOnline(ctx context.Context, options ...CheckOption) (Change, error) {
	var k checking
	for _, option := range options {
		option(&k)
	}
	serials, err := c.activated(k.only)
	if err != nil {
		return Change{}, err
	}
	before := c.current().result.State()
	all, waiting, errs := c.checkAll(ctx, serials, k.look)
	if len(waiting) > 0 && len(waiting) < len(serials) { // a later check may have let the keyring in
		again, _, more := c.checkAll(ctx, waiting, k.look)
		all, errs = followedBy(all, again), append(slices.DeleteFunc(errs, isWaiting), more...)
	}
	all.Before, all.After = before, c.current().result.State()
	all.Changed = all.Changed || all.Before != all.After
	return zeroBeside(all, oneOf(errs))
}

// checkAll checks one serial number after the other, until the server cannot be
// reached. Waiting are those for which documents came by keys of a keyring that
// waits.
func (c *Client) checkAll(ctx context.Context, serials []string, look bool) (all Change, waiting []string, errs []error) {
	for _, serial := range serials {
		change, err := c.checkSerial(ctx, serial, look)
		all = followedBy(all, change)
		if err != nil {
			errs = append(errs, err)
		}
		if isWaiting(err) {
			waiting = append(waiting, serial)
		}
		if errors.Is(err, ErrUnreachable) || ctx.Err() != nil {
			break
		}
	}
	return all, waiting, errs
}

func isWaiting(err error) bool { return errors.Is(err, license.KeyringWaits) }

// oneOf returns errors as one.
func oneOf(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (c *Client) checkSerial(ctx context.Context, serial string, look bool) (Change, error) {
	c.mu.Lock()
	proof := c.state.GivenUp[serial]
	c.mu.Unlock()
	if proof != "" && !look {
		return c.giveUp(ctx, serial)
	}
	var all Change
	for range maxRounds {
		change, err := c.exchange(ctx, question{operation: license.OpCheck, serial: license.Serial(serial)}, look)
		all = followedBy(all, change)
		if err != nil || look || !change.Changed || !c.moreWaits(serial) {
			return all, err
		}
	}
	return all, nil
}

// maxRounds is how often a check asks again where the server has more than fits
// into one reply.
const maxRounds = 16

// moreWaits reports whether the server said that there is more at once.
func (c *Client) moreWaits(serial string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.state.Checks[serial].Next
	return !next.IsZero() && !next.After(c.state.Mark)
}

// followedBy returns two changes, one after the other, as one.
func followedBy(a, b Change) Change {
	moved := a.Changed || a.Available
	if a.LicenseID == "" || !moved && (b.Changed || b.Available || a.Notice == nil && b.Notice != nil) {
		a.LicenseID = b.LicenseID
	}
	if !moved {
		a.Before = b.Before
	}
	if a.Notice == nil {
		a.Notice = b.Notice
	}
	if b.Diff != nil {
		a.Diff = joined(a.Diff, b.Diff)
	}
	a.After = b.After
	a.Changed, a.Available = a.Changed || b.Changed, a.Available || b.Available
	a.RestartRequired = a.RestartRequired || b.RestartRequired
	return a
}

// activated returns the serial numbers that are activated here, or that of one
// licence.
func (c *Client) activated(only string) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed
	}
	if err := c.catchUp(); err != nil {
		return nil, err
	}
	serials := slices.Sorted(maps.Keys(c.state.Receipts))
	if only != "" {
		all, _ := c.licenses(c.state)
		serials = slices.DeleteFunc(serials, func(serial string) bool {
			return !slices.ContainsFunc(all, func(h held) bool { return h.base.ID == only && string(h.base.Serial) == serial })
		})
	}
	if len(serials) == 0 {
		return nil, &license.Reason{Code: license.ActivationRequired, Product: c.opt.Product, Offline: c.courier == nil}
	}
	return serials, nil
}

// one returns the serial number of a licence that is activated here, or of the
// only one where no id is given.
func (c *Client) one(licenseID string) (string, error) {
	serials, err := c.activated(licenseID)
	if err != nil {
		return "", err
	}
	if len(serials) > 1 {
		return "", errors.New("activation: several licences are activated here: say which by its id")
	}
	return serials[0], nil
}

// checkOf returns a check of one licence that is activated here.
func (c *Client) checkOf(licenseID string) (question, error) {
	serial, err := c.one(licenseID)
	return question{operation: license.OpCheck, serial: license.Serial(serial)}, err
}

// Report tells the activation server what was used, and asks for nothing. The
// error wraps ErrUnreachable, or is as of CheckOnline.
func (c *Client) Report(ctx context.Context) error {
	serials, err := c.activated("")
	if err != nil {
		return err
	}
	var errs []error
	for _, serial := range serials {
		_, err := c.exchange(ctx, question{operation: license.OpReport, serial: license.Serial(serial)}, false)
		if err != nil {
			errs = append(errs, err)
		}
	}
	return oneOf(errs)
}

// Deactivate gives a licence up on this machine, so that it can be activated on
// another one; with "" the only one that is activated here. From then on it does
// not count here any more.
//
// If the server certainly was not reached, nothing has changed and the error
// wraps ErrUnreachable. If it may have been, the licence waits: the error and the
// status have the code DeactivationPending until CheckOnline has the server's
// answer, or Enter with the serial number takes it back. TransfersUsed is the server's
// refusal, after which the licence keeps working. To deactivate a licence again is not
// an error: Change.Notice has the code NotActivated.
func (c *Client) Deactivate(ctx context.Context, licenseID string) (Change, error) {
	serial, err := c.one(licenseID)
	if errors.Is(err, license.ActivationRequired) {
		return c.deactivatedBefore(licenseID, err)
	}
	if err != nil {
		return Change{}, err
	}
	if c.courier == nil {
		return c.exchange(ctx, question{operation: license.OpDeactivate, serial: license.Serial(serial)}, false)
	}
	return c.giveUp(ctx, serial)
}

// deactivatedBefore returns a notice if the licence, or any licence for "", was given
// up here before and is not activated; otherwise it returns the error.
func (c *Client) deactivatedBefore(licenseID string, err error) (Change, error) {
	state := c.Status().State
	c.mu.Lock()
	defer c.mu.Unlock()
	all, _ := c.licenses(c.state)
	all = slices.DeleteFunc(all, func(h held) bool {
		return c.state.Surrenders[string(h.base.Serial)] == 0 || licenseID != "" && h.base.ID != licenseID
	})
	if len(all) == 0 {
		return Change{}, err
	}
	change := Change{Before: state, After: state, Notice: &license.Reason{Code: license.NotActivated, Product: c.opt.Product}}
	if len(all) == 1 {
		change.LicenseID = all[0].base.ID
	}
	return change, nil
}

// giveUp asks the server to deactivate what it was perhaps asked to before.
func (c *Client) giveUp(ctx context.Context, serial string) (Change, error) {
	before, id := c.Status().State, c.licenseID(serial)
	d, err := c.markGivenUp(ctx, serial)
	if err != nil {
		return Change{}, err
	}
	first, marked := d.first, d.change
	change, err := c.send(ctx, d.text, d.asked, false)
	if errors.Is(err, license.NotActivated) && first { // it may have forgotten this installation, and knows the machine
		if _, unknown := c.exchange(ctx, question{operation: license.OpCheck, serial: license.Serial(serial)}, false); unknown != nil {
			return Change{}, err
		}
		if d, err = c.markGivenUp(ctx, serial); err != nil {
			return Change{}, err
		}
		change, err = c.send(ctx, d.text, d.asked, false)
	}
	if errors.Is(err, license.NotActivated) && !first { // it was given up before, and the answer was lost
		change.After, err = c.Status().State, nil
	}
	if errors.Is(err, ErrNotSent) && first {
		if _, undo := c.commit(func(s *state, _ *Change) error { delete(s.GivenUp, serial); return nil }); undo != nil {
			return Change{}, errors.Join(err, undo)
		}
	}
	switch {
	case err == nil:
		change.LicenseID, change.Before, change.Changed = id, before, true
	case errors.Is(err, ErrUnreachable) && !errors.Is(err, ErrNotSent):
		err = &license.Reason{Code: license.DeactivationPending, Product: c.opt.Product, Err: err}
		after := c.Status().State
		change = Change{LicenseID: id, Before: before, After: after, Changed: first || before != after}
	}
	change.RestartRequired = change.Changed && (change.RestartRequired || marked.RestartRequired)
	return zeroBeside(change, err)
}

// A deactivation is a request for one that is kept in the state.
type deactivation struct {
	text   []byte
	asked  asked
	first  bool   // none was kept before
	change Change // of what is licensed, when it was kept
}

// markGivenUp makes a request for deactivation and keeps it in the state, where
// it ends what the receipt allows before the server hears of it. Nobody knows when
// that word arrives, so it has a number: once this installation has gone on after
// all, which it says with the number of the last word, that is worth nothing.
func (c *Client) markGivenUp(ctx context.Context, serial string) (d deactivation, err error) {
	d.change, err = c.commit(func(s *state, _ *Change) error {
		_, pending := s.GivenUp[serial]
		d.first = !pending
		if s.Surrenders == nil {
			s.Surrenders = map[string]int64{}
		}
		s.Surrenders[serial] = max(s.Surrenders[serial]+1, c.effectiveNow(s).Unix()) // also after an old copy was put back
		d.text, d.asked, err = c.ask(ctx, s, question{operation: license.OpDeactivate, serial: license.Serial(serial)})
		if err != nil {
			return err
		}
		if s.GivenUp == nil {
			s.GivenUp = map[string]string{}
		}
		s.GivenUp[serial] = string(d.text)
		s.Open = append(s.Open, d.asked) // its reply may come as a file
		s.Open = s.Open[max(0, len(s.Open)-maxOpen):]
		return nil
	})
	return d, err
}

// Surrender gives a licence up on this machine without asking the server, and
// returns the proof of that as the text of a file: entered on another machine
// with the option Proof, it moves the licence there. The licence stops counting
// here before Surrender returns, and the file is the only proof, so say so first.
// As long as the proof was not used, Enter with the serial number takes the
// licence back. Called again, it returns a proof again.
func (c *Client) Surrender(ctx context.Context, licenseID string) ([]byte, error) {
	serial, err := c.one(licenseID)
	if err != nil {
		return nil, err
	}
	d, err := c.markGivenUp(ctx, serial)
	if err != nil {
		return nil, err
	}
	return license.Armor(d.text)
}

// givenUp returns the number of the last word by which something was given up
// under a serial number; under any, where it is not known yet.
func (s *state) givenUp(serial string) (n int64) {
	if serial != "" {
		return s.Surrenders[serial]
	}
	for _, other := range s.Surrenders {
		n = max(n, other)
	}
	return n
}
