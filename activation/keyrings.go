package activation

import (
	"errors"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// A newer keyring may leave out a key that signed stored documents. So the client
// follows it only if no licence that works stops: together with countersigned
// documents, in one change of the state. Until then the keyring waits in the state,
// stored documents stay in force, and files and typed keys that do not hold under it
// are already refused.

// followKeyring goes from the keyring that is built in to the newest, by the
// documents that were received, each of which the one before must lead to. One
// that none leads to is left alone: a newer program may have been built with
// new keys. Under another keyring or catalogue, everything is verified anew.
func (c *Client) followKeyring() {
	if c.keyring != nil && slices.Equal(c.state.Keyrings, c.followed) && c.state.Catalogue == c.catalogued {
		return
	}
	c.followed, c.keyring, c.catalogued = slices.Clone(c.state.Keyrings), c.embedded, c.state.Catalogue
	for _, text := range c.followed {
		if next, err := c.keyring.Rotate([]byte(text)); err == nil {
			c.keyring = next
		}
	}
	clear(c.verified)
	clear(c.updates)
	clear(c.receipts)
	c.catalogue = c.catalogueOf(c.state)
	if c.catalogue == nil && (c.opt.Catalogue != nil || c.state.Catalogue != "") {
		c.opt.Logger.Warn("latchkey: the catalogue does not hold under the keyring that was received")
	}
}

// catalogueOf returns the catalogue in force under the keyring: of the embedded
// one and the one in a state that hold, the one that was issued last. Where none
// holds, activation keys wait for a newer one.
func (c *Client) catalogueOf(s *state) (newest *license.Catalogue) {
	for _, text := range [][]byte{[]byte(s.Catalogue), c.opt.Catalogue} {
		if len(text) == 0 {
			continue
		}
		catalogue, err := license.OpenCatalogue(text, c.keyring)
		if err == nil && catalogue.Product == c.opt.Product && (newest == nil || catalogue.Issued.After(newest.Issued)) {
			newest = catalogue
		}
	}
	return newest
}

// rotated returns those of the keyrings that lead on from the one in force, and
// the last of them; nil if there are none. The error says why one does not.
func (c *Client) rotated(texts []string) (chain []string, last *license.Keyring, err error) {
	at := c.keyring
	for _, text := range texts {
		next, why := at.Rotate([]byte(text))
		switch {
		case why != nil:
			err = why
		case next.Version() > at.Version():
			chain, at, last = append(chain, text), next, next
		}
	}
	return chain, last, err
}

// A view has the licences of a state under one keyring.
type view struct {
	all     []held
	results []*license.Result
	merged  *license.Result
}

func (c *Client) view(s *state) (v view) {
	v.all, _ = c.licenses(s)
	for _, h := range v.all {
		v.results = append(v.results, license.Check(h.terms, c.env(s, h.base)))
	}
	v.merged = license.Merge(v.results...)
	return v
}

// lost returns the ids of the licences in v that grant more than all licences in after
// together: a feature that works longer or more often, or only in v. A licence is not
// lost if after has the same or a later revision of it that works, since the vendor
// decides what a later revision grants.
func (v view) lost(after view) (ids []string) {
	for i, h := range v.all {
		less := func(d license.Decision) bool {
			k := slices.IndexFunc(after.merged.Decisions, func(o license.Decision) bool {
				return o.Product == d.Product && o.Feature.ID == d.Feature.ID
			})
			return d.State.Works() && (k < 0 || license.Better(d, after.merged.Decisions[k]))
		}
		if after.works(h) {
			continue
		}
		if slices.ContainsFunc(v.results[i].Decisions, less) && !slices.Contains(ids, h.base.ID) {
			ids = append(ids, h.base.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// works reports whether a licence is there, as it is in h or with more updates,
// and works.
func (v view) works(h held) bool {
	for i, o := range v.all {
		if o.base.ID == h.base.ID && o.terms.Revision >= h.terms.Revision && v.results[i].State().Works() {
			return true
		}
	}
	return false
}

// under calls do as if another keyring were in force.
func (c *Client) under(k *license.Keyring, do func()) {
	keyring, catalogue, verified, updates, receipts := c.keyring, c.catalogue, c.verified, c.updates, c.receipts
	defer func() {
		c.keyring, c.catalogue, c.verified, c.updates, c.receipts = keyring, catalogue, verified, updates, receipts
	}()
	c.keyring, c.verified = k, map[string]*license.License{}
	c.updates, c.receipts = map[string]*license.Update{}, map[string]*license.Receipt{}
	c.catalogue = c.catalogueOf(c.state)
	do()
}

// follow edits a state, and follows the waiting and the offered keyrings if no licence
// is lost. It calls edit up to three times, each time on the original state; only the
// last call counts.
func (c *Client) follow(s *state, offered []string, edit func(s *state) error) error {
	chain, next, _ := c.rotated(slices.Concat(s.Waiting, offered))
	if next == nil {
		s.Waiting, s.Voided = nil, nil
		return edit(s)
	}
	c.waiting = next
	defer func() { c.waiting = nil }()
	present := s.clone()
	refused := edit(present)
	if refused != nil {
		present = s.clone()
	}
	later, lost, err := c.later(s, next, c.view(present), edit)
	switch {
	case err == nil && len(lost) == 0:
		later.Keyrings, later.Waiting, later.Voided = append(later.Keyrings, chain...), nil, nil
		*s = *later
		return nil
	case refused != nil && err == nil: // it is possible under the next keyring alone, which has to wait
		return &license.Reason{Code: license.KeyringWaits, N: next.Version(), Names: lost}
	case refused != nil:
		return refused
	}
	if err := edit(s); err != nil {
		return err
	}
	s.Waiting, s.Voided = chain, lost
	return nil
}

// later edits a copy of a state under the next keyring, and returns it with what
// is lost by that, beside the present view. If the edit is impossible then, err
// says why, and lost is of the state without it.
func (c *Client) later(s *state, next *license.Keyring, present view, edit func(s *state) error) (later *state, lost []string, err error) {
	later = s.clone()
	c.under(next, func() {
		if err = edit(later); err != nil {
			later = s.clone()
		}
		c.catalogue = c.catalogueOf(later)
		lost = present.lost(c.view(later))
		c.dropVoidKeys(later)
	})
	return later, lost, err
}

// dropVoidKeys removes typed keys from a state that do not hold under the keyring in
// force, since they cannot be countersigned. Files stay, since they can.
func (c *Client) dropVoidKeys(s *state) {
	s.Documents = slices.DeleteFunc(s.Documents, func(d document) bool {
		_, err := c.verify(d)
		return d.Key != nil && errors.Is(err, license.KeyNotGenuine)
	})
}

// waits returns the reason for a keyring that waits, nil if none does.
func (c *Client) waits() *license.Reason { return c.waitsIn(c.state) }

func (c *Client) waitsIn(s *state) *license.Reason {
	_, next, _ := c.rotated(s.Waiting)
	if next == nil {
		return nil
	}
	return &license.Reason{Code: license.KeyringWaits, N: next.Version(), Names: s.Voided}
}

// byUnknownKey reports whether a document was refused for the key that signed it.
func byUnknownKey(refused error) bool {
	return errors.Is(refused, license.KeyUnknown) || errors.Is(refused, license.KeyEnded)
}

// whileWaiting returns why a document was refused: one by a new key of a keyring
// that waits is good, and waits with it.
func (c *Client) whileWaiting(refused error) error {
	if !byUnknownKey(refused) {
		return refused
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if why := c.waits(); why != nil {
		return why
	}
	return refused
}

// holdsLater returns why a document that somebody brings does not hold under
// the keyring that waits, nil if it does or none waits.
func (c *Client) holdsLater(open func(k *license.Keyring) error) error {
	if c.waiting == nil || c.keyring == c.waiting {
		return nil
	}
	return open(c.waiting)
}

// importKeyring follows a newer keyring. If the keyring has to wait, it is stored, and
// the error has the code KeyringWaits.
func (c *Client) importKeyring(text []byte) (Change, error) {
	kept := false
	change, err := c.commitFollowing(func() ([]string, error) {
		if slices.Contains(c.state.Keyrings, string(text)) {
			return nil, &license.Reason{Code: license.AlreadyEntered}
		}
		next, err := c.keyring.Rotate(text)
		if err == nil && next.Version() <= c.keyring.Version() {
			err = &license.Reason{Code: license.AlreadyEntered}
		}
		kept = slices.Contains(c.state.Waiting, string(text))
		return []string{string(text)}, err
	}, func(*state, *Change) error { return nil })
	if err != nil || change.Notice != nil {
		return change, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if why := c.waits(); why != nil {
		change.Changed = !kept
		return zeroBeside(change, why)
	}
	change.Changed = true
	return change, nil
}

// keyringsIn returns the keyrings of a reply that follow on the one in force.
func (c *Client) keyringsIn(r *license.Reply) (texts []string) {
	for _, text := range r.Documents {
		if license.KindOf([]byte(text)) == license.KindKeyring {
			texts = append(texts, text)
		}
	}
	chain, _, err := c.rotated(texts)
	if err != nil {
		c.opt.Logger.Warn("latchkey: a keyring of the server's cannot be followed; the one that is here stays in force", "error", err)
	}
	return chain
}

// importCatalogue takes a catalogue from a file.
func (c *Client) importCatalogue(text []byte) (Change, error) {
	return c.commit(func(s *state, change *Change) error {
		if err := c.takeCatalogue(s, string(text), change); err != nil {
			return err
		}
		return c.holdsLater(func(k *license.Keyring) error { _, err := license.OpenCatalogue(text, k); return err })
	})
}

// takeCatalogue puts a catalogue into a state, unless the one in force is the
// same or newer.
func (c *Client) takeCatalogue(s *state, text string, change *Change) error {
	catalogue, err := license.OpenCatalogue([]byte(text), c.keyring)
	if err != nil {
		return err
	}
	if catalogue.Product != c.opt.Product {
		return &license.Reason{Code: license.OtherProduct, Has: catalogue.Product, Needs: c.opt.Product}
	}
	for _, old := range []string{s.Catalogue, string(c.opt.Catalogue)} {
		merged, more, err := c.merge([]byte(text), []byte(old))
		if err == nil && !more && (old == s.Catalogue || s.Catalogue == "") {
			return &license.Reason{Code: license.AlreadyEntered}
		}
		if err == nil {
			text = string(merged)
		}
	}
	if now := c.catalogueOf(s); now != nil && now.Issued.After(catalogue.Issued) {
		return &license.Reason{Code: license.AlreadyEntered}
	}
	s.Catalogue, change.Changed = text, true
	return nil
}

// countersigned adds the signatures of a document to the one that has the same
// payload, a licence or an update that was applied: in a state, or deployed, which
// lies in the state from then on. Everything else stays as it is. It reports whether
// there were any that it did not have.
func (c *Client) countersigned(s *state, text string) (id string, more bool) {
	for i := range s.Documents {
		d := &s.Documents[i]
		if same, more := c.sign(&d.Text, text); same {
			return d.ID, more
		}
		for k := range d.Updates {
			if same, more := c.sign(&d.Updates[k].Text, text); same {
				return d.ID, more
			}
		}
	}
	for _, deployed := range c.opt.Documents {
		d := document{Text: string(deployed)}
		if same, more := c.sign(&d.Text, text); !same || !more {
			continue
		}
		if l, err := c.verify(d); err == nil {
			d.ID, d.Serial = l.ID, string(l.Serial)
			s.Documents = append(s.Documents, d)
			return d.ID, true
		}
	}
	return "", false
}

// sign adds the signatures of a document to one with the same payload.
func (c *Client) sign(to *string, text string) (same, more bool) {
	if *to == "" {
		return false, false
	}
	merged, more, err := c.merge([]byte(text), []byte(*to))
	if err == nil && more {
		*to = string(merged)
	}
	return err == nil, more
}

// merge merges the signatures of two documents. Signatures that are wrong are left
// out as soon as it is known: they would take the room of good ones.
func (c *Client) merge(text, old []byte) (merged []byte, more bool, err error) {
	return license.MergeSignatures(text, old, c.keyring, c.waiting, c.embedded)
}

// serverKeys returns the ids of the keys by which a reply can be verified now.
// If by this clock all have ended, it is all of them: the server's clock decides.
func (c *Client) serverKeys(s *state) []string {
	var all, now []string
	today := license.DateOf(c.effectiveNow(s))
	for _, key := range c.keyring.Keys() {
		if key.Role != license.RoleActivation {
			continue
		}
		all = append(all, key.Public.ID())
		if key.End >= today {
			now = append(now, key.Public.ID())
		}
	}
	if len(now) == 0 {
		now = all
	}
	return now[:min(len(now), license.MaxRequestKeys)]
}

// unverified returns the reason for an answer that was not verified. A reply signed by
// a key that is not trusted here most often comes from a server with another keyring.
func (c *Client) unverified(answer []byte, err error) *license.Reason {
	unreachable := &license.Reason{Code: license.ServerUnreachable, Detail: "what answered is not the activation server", Err: err}
	stranger := errors.Is(err, license.KeyUnknown) || errors.Is(err, license.KeyWrongRole) || errors.Is(err, license.KeyEnded)
	if license.KindOf(answer) != license.KindReply || !stranger {
		return unreachable
	}
	return c.mismatch(license.KeyIDs(answer), unreachable)
}

// mismatch says that the server signs with keys that are not trusted here.
func (c *Client) mismatch(server []string, err error) *license.Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &license.Reason{Code: license.KeyringMismatch, Has: strings.Join(c.serverKeys(c.state), ", "), Needs: strings.Join(server, ", "), Err: err}
}
