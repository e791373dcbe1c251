package activationtest

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// Rotate gives the vendor a new key of a role, and retires the old one: its last day
// becomes today, and the documents that it signed stay valid. Rotate restarts the
// server with the next keyring, which clients get at their next check; the product
// still embeds the first keyring.
func (v *Vendor) Rotate(role license.Role) {
	v.t.Helper()
	v.change(role, func(key *license.Key) bool {
		key.End = license.DateOf(v.Now())
		return true
	})
}

// Revoke is Rotate that leaves the old key out of the next keyring, as after a theft.
// Documents that it signed do not hold under that keyring, unless Countersign is
// called before clients get it.
func (v *Vendor) Revoke(role license.Role) {
	v.t.Helper()
	v.change(role, func(*license.Key) bool { return false })
}

// Countersign adds a signature by the newest key of the role "license" to every
// document in the ledger, and to the catalogue that the server sends to products.
func (v *Vendor) Countersign() {
	v.t.Helper()
	ctx := context.Background()
	v.ok(server.Documents(ctx, v.Ledger, func(d server.Document) error {
		text, err := v.Issuer.Countersign(d.Text)
		if err == nil {
			_, err = v.Server.Countersigned(ctx, "test", d.Serial, text)
		}
		return err
	}))
	text, err := v.Issuer.Countersign(v.Catalogue())
	v.ok(err)
	v.next.Catalogues = [][]byte{text}
	v.restart()
}

// NextKeyrings returns the signed keyrings after the one that the product embeds, the
// oldest first.
func (v *Vendor) NextKeyrings() [][]byte { return slices.Clone(v.next.NextKeyrings) }

// NewestKeyring returns the keyring that the next release of the product would
// embed.
func (v *Vendor) NewestKeyring() string { return v.newest.String() }

// change makes the next keyring, with a new key of a role, and of the keys of
// that role before those that keep returns true for.
func (v *Vendor) change(role license.Role, keep func(*license.Key) bool) {
	v.t.Helper()
	private, err := issuer.Generate(role, rand.Reader)
	v.ok(err)
	made, err := issuer.New("acme", role, private.Signer())
	v.ok(err)
	old := v.keys[role]
	var kept []license.Key
	for _, k := range v.newest.Keys() {
		if k.Public != old.Public() || keep(&k) {
			kept = append(kept, k)
		}
	}
	kept = append(kept, license.Key{Public: private.Public(), Role: role, End: license.DateOf(v.Now().AddDate(20, 0, 0))})
	v.newest, err = license.NewKeyring("acme", v.newest.Version()+1, 1, kept)
	v.ok(err)
	roots := []*issuer.Issuer{v.keys[license.RoleRoot]}
	if role == license.RoleRoot {
		roots = append(roots, made)
	}
	document, err := issuer.SignKeyring(v.newest, roots...)
	v.ok(err)
	v.keys[role] = made
	v.next.NextKeyrings = append(v.next.NextKeyrings, document)
	switch role {
	case license.RoleLicense:
		v.Issuer, v.next.Catalogues = made, nil
	case license.RoleActivation:
		v.next.Issuer, v.next.OldIssuers = made, append([]*issuer.Issuer{old}, v.next.OldIssuers...)
	}
	v.restart()
}

// restart starts the server again.
func (v *Vendor) restart() {
	v.t.Helper()
	s, err := server.New(v.next)
	v.ok(err)
	v.Server = s
	v.Network.mu.Lock()
	defer v.Network.mu.Unlock()
	v.Network.server = s
}
