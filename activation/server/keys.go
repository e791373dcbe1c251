package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// maxNextKeyrings is the most keyrings that may follow one another, so that they fit
// into one reply.
const maxNextKeyrings = 16

// A rotation has the keys and keyrings of a server. It does not change.
type rotation struct {
	signers    []*signer // newest first
	keyrings   []*license.Keyring
	documents  []string // that lead from each keyring to the next; the first, "" if there is none, leads to keyrings[0]
	catalogues []catalogue
}

// A catalogue is a signed catalogue of one product.
type catalogue struct{ product, text string }

func (s *Server) setKeys(o Options) error {
	for _, i := range append([]*issuer.Issuer{o.Issuer}, o.OldIssuers...) {
		s.keys.signers = append(s.keys.signers, &signer{issuer: i})
	}
	if err := s.keys.follow(o.Keyring, o.NextKeyrings); err != nil {
		return err
	}
	s.keyring = s.keys.newest()
	if err := s.checkIssuers(); err != nil {
		return err
	}
	for _, text := range o.Catalogues {
		c, err := license.OpenCatalogue(text, s.keyring)
		if err != nil {
			return fmt.Errorf("server: a catalogue: %w", err)
		}
		s.keys.catalogues = append(s.keys.catalogues, catalogue{c.Product, string(text)})
	}
	return nil
}

// follow goes from a keyring to the newest.
func (r *rotation) follow(first *license.Keyring, documents [][]byte) error {
	if len(documents) > maxNextKeyrings {
		return fmt.Errorf("server: at most %d keyrings can follow one another, and there are %d: begin with a newer Keyring", maxNextKeyrings, len(documents))
	}
	r.keyrings, r.documents = []*license.Keyring{first}, []string{""}
	for i, text := range documents {
		last := r.newest()
		next, err := last.Rotate(text)
		switch {
		case err != nil:
			return fmt.Errorf("server: next keyring %d of %d: %w", i+1, len(documents), err)
		case next == last && len(r.keyrings) == 1:
			r.documents[0] = string(text) // for clients with an older one
		case next != last:
			r.keyrings, r.documents = append(r.keyrings, next), append(r.documents, string(text))
		}
	}
	return nil
}

func (r *rotation) newest() *license.Keyring { return r.keyrings[len(r.keyrings)-1] }

// checkIssuers checks that clients can verify the server's signatures: the first key
// must hold under the newest keyring, and each other key under one of the keyrings.
func (s *Server) checkIssuers() error {
	today := license.DateOf(s.time())
	for n, signer := range s.keys.signers {
		i := signer.issuer
		if i.Vendor() != s.keyring.Vendor() {
			return fmt.Errorf("server: the issuer is %q's, and the keyring %q's", i.Vendor(), s.keyring.Vendor())
		}
		id, in, which := i.Public().ID(), s.keys.keyrings, "the keyring"
		if n == 0 && len(in) > 1 {
			in, which = in[len(in)-1:], "the newest keyring"
		}
		if !slices.ContainsFunc(in, func(k *license.Keyring) bool { return verifies(k, id, today) }) {
			return fmt.Errorf("server: %s has no key %s of the role %q that has not ended", which, id, license.RoleActivation)
		}
		_, err := i.Time(&license.SignedTime{Challenge: make([]byte, license.ChallengeSize), Time: s.time()})
		if err != nil {
			return fmt.Errorf("server: the issuer cannot sign: %w", err)
		}
	}
	return nil
}

// verifies reports whether a reply that the key with an id signs today holds under a
// keyring.
func verifies(k *license.Keyring, id string, today license.Date) bool {
	return slices.ContainsFunc(k.Keys(), func(key license.Key) bool {
		return key.Role == license.RoleActivation && key.End >= today && key.Public.ID() == id
	})
}

// ids returns the ids of the keys that sign here.
func (r *rotation) ids() (ids []string) {
	for _, s := range r.signers {
		ids = append(ids, s.issuer.Public().ID())
	}
	return ids[:min(len(ids), license.MaxRequestKeys)]
}

// of returns the keyring with a version, nil if it is not known here.
func (r *rotation) of(version int64) *license.Keyring {
	for _, k := range r.keyrings {
		if k.Version() == version {
			return k
		}
	}
	return nil
}

// signerFor returns the newest key that the client of a request can verify, nil if
// there is none. A request that names no keys counts as having the newest keys, or
// those of the keyring with its version.
func (r *rotation) signerFor(q *license.Request, today license.Date) *signer {
	own := r.of(q.Keyring)
	for _, s := range r.signers {
		id := s.issuer.Public().ID()
		switch {
		case len(q.Keys) > 0 && !slices.Contains(q.Keys, id):
		case own != nil && !verifies(own, id, today):
		default:
			return s
		}
	}
	if len(q.Keys) == 0 {
		return r.signers[0]
	}
	return nil
}

// mismatch is the answer to a client that trusts no key of this server.
func (r *rotation) mismatch(q *license.Request) outcome {
	return no(license.Reason{Code: license.KeyringMismatch, Has: strings.Join(q.Keys, ", "), Needs: strings.Join(r.ids(), ", ")})
}

// after returns the documents of the keyrings that the client of a request does
// not have.
func (r *rotation) after(q *license.Request) (documents []string) {
	for i, k := range r.keyrings {
		if q.Keyring < k.Version() && r.documents[i] != "" {
			documents = append(documents, r.documents[i])
		}
	}
	return documents
}

// Keyring returns the newest keyring: of Options.NextKeyrings, or else
// Options.Keyring.
func (s *Server) Keyring() *license.Keyring { return s.keyring }
