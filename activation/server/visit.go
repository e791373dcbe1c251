package server

import (
	"crypto/subtle"
	"encoding/base64"
	"time"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// A visit is a request with everything that deciding on it takes, so that the
// same visit to the same account always ends alike.
type visit struct {
	*license.Request
	now        time.Time
	key        string // the installation, as an Installation has it
	link, next string // likewise, "" if there is none
	machine    *binding.Fingerprint
	digests    []string         // of the machine, as Activation.Machine has them
	proof      *license.Request // of another installation, nil if there is none that holds
	proofKey   string
	id         string // for the activation that may come of it

	signer     *signer          // of the reply; nil if the client can verify none
	newest     *license.Keyring // that the client can have
	keyrings   []string         // documents that lead to it from the client's
	catalogues []string         // that go with them

	signing <-chan signed // the answer, where it is signed ahead
}

func (s *Server) visit(r *license.Request) (*visit, error) {
	v := &visit{
		Request: r, now: s.time(), key: base64.StdEncoding.EncodeToString(r.Installation),
		link: hexOf(r.Link), next: hexOf(r.Next),
	}
	v.signer = s.keys.signerFor(r, license.DateOf(v.now))
	v.newest, v.keyrings = s.keyring, s.keys.after(r)
	for _, c := range s.keys.catalogues {
		if c.product == r.Product && len(v.keyrings) > 0 {
			v.catalogues = append(v.catalogues, c.text)
		}
	}
	v.machine, v.digests = readFingerprint(r.Fingerprint)
	if r.Operation == license.OpActivate || r.Operation == license.OpMove {
		id, err := s.newID()
		if err != nil {
			return nil, err
		}
		v.id = id
	}
	if r.Operation == license.OpMove {
		v.openProof()
	}
	return v, nil
}

// openProof takes a proof that is another installation's signed word that it
// gives up something of this vendor's product. Whether it is the sale at hand
// is seen when that is loaded.
func (v *visit) openProof() {
	p, err := license.OpenRequest(v.Proof)
	if err != nil || p.Operation != license.OpDeactivate || p.Vendor != v.Vendor || p.Product != v.Product {
		return
	}
	key := base64.StdEncoding.EncodeToString(p.Installation)
	if key != v.key {
		v.proof, v.proofKey = p, key
	}
}

// wellFormed reports whether what the request names can exist at all. A request
// key with a wrong check digit cannot, and the ledger is not asked.
func (v *visit) wellFormed() bool {
	if v.RequestKey == "" {
		return true
	}
	_, err := keyfmt.New(keyfmt.Request, []byte(v.RequestKey))
	return err == nil
}

// at returns the account that the visit is to.
func (v *visit) at() Key {
	marks := make([]string, 0, len(v.digests)+2)
	marks = append(marks, "i:"+v.key)
	if v.proof != nil {
		marks = append(marks, "i:"+v.proofKey)
	}
	for _, d := range v.digests {
		marks = append(marks, "m:"+d)
	}
	return Key{Serial: v.Serial, RequestKey: v.RequestKey, Marks: marks}
}

// named reports whether a request is about this sale.
func (s *Sale) named(r *license.Request) bool {
	if r.Serial != "" {
		return sameSecret(r.Serial, s.Serial)
	}
	return sameSecret(r.RequestKey, s.RequestKey)
}

// sameSecret compares keys in a time that tells nothing of where they differ.
func sameSecret(a, b license.Serial) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
