package server_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A rotated vendor has the keyrings 1 to 3, of which 2 has a second key of the
// role activation, and 3 has that key and a second licence key alone.
type rotated struct {
	*vendor
	rings      [3]*license.Keyring
	documents  [][]byte // that lead to rings[1] and rings[2]
	newSigner  *issuer.Issuer
	newLicense *issuer.Issuer
}

func newRotated(t testing.TB, change ...func(*server.Options)) *rotated {
	t.Helper()
	r := &rotated{newSigner: newIssuer(t, license.RoleActivation, 12), newLicense: newIssuer(t, license.RoleLicense, 11)}
	root := newIssuer(t, license.RoleRoot, 9)
	end := date(t, "2040-12-31")
	key := func(i *issuer.Issuer, role license.Role) license.Key {
		return license.Key{Public: i.Public(), Role: role, End: end}
	}
	r.vendor = newVendor(t, func(o *server.Options) {
		old := o.Keyring.Keys()
		keys := [][]license.Key{
			append(old, key(root, license.RoleRoot)),
			append(old, key(root, license.RoleRoot), key(r.newSigner, license.RoleActivation)),
			{key(root, license.RoleRoot), key(r.newSigner, license.RoleActivation), key(r.newLicense, license.RoleLicense)},
		}
		for n := range keys {
			var err error
			r.rings[n], err = license.NewKeyring("acme", int64(n+1), 1, keys[n])
			require.NoError(t, err)
			if n > 0 {
				document, err := issuer.SignKeyring(r.rings[n], root)
				require.NoError(t, err)
				r.documents = append(r.documents, document)
			}
		}
		o.Keyring, o.NextKeyrings = r.rings[0], r.documents
		o.Issuer, o.OldIssuers = r.newSigner, []*issuer.Issuer{o.Issuer}
		for _, c := range change {
			c(o)
		}
	})
	return r
}

// ask sends a request under one of the keyrings, and returns the reply with the
// ids of the keys that signed it and its receipt.
func (r *rotated) ask(c *client, op license.Operation, ring int, edit ...func(*license.Request)) (reply *license.Reply, by, receipt []string) {
	r.t.Helper()
	q := c.request(op)
	q.Keyring = r.rings[ring].Version()
	for _, k := range r.rings[ring].Keys() {
		if k.Role == license.RoleActivation {
			q.Keys = append(q.Keys, k.Public.ID())
		}
	}
	for _, e := range edit {
		e(q)
	}
	text, err := q.Sign(c.key)
	require.NoError(r.t, err)
	answer, err := r.Exchange(r.t.Context(), text, here)
	require.NoError(r.t, err)
	reply, err = license.OpenReply(answer.Reply, r.rings[1]) // which has both keys
	require.NoError(r.t, err)
	return reply, license.KeyIDs(answer.Reply), license.KeyIDs([]byte(reply.Receipt))
}

func (r *rotated) countersign(text []byte) []byte {
	r.t.Helper()
	signed, err := r.newLicense.Countersign(text)
	require.NoError(r.t, err)
	return signed
}

// Each client is answered by the newest key that it has, and its receipt counts
// under the keyring that it has and the one that it gets.
func TestSignerForClient(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	fresh := aLicense()
	text, err := r.newLicense.License(fresh)
	require.NoError(t, err)
	require.NoError(t, r.Sell(t.Context(), "orders", &server.Sale{Serial: theSerial, Limit: 9, License: text}))
	older, newer := r.options.OldIssuers[0].Public().ID(), r.newSigner.Public().ID()
	for ring, want := range []struct {
		by      string
		receipt []string
		next    int
	}{{older, []string{newer, older}, 2}, {newer, []string{newer}, 1}, {newer, []string{newer}, 0}} {
		reply, by, receipt := r.ask(r.client(ring), license.OpActivate, ring)
		require.Empty(t, reply.Code)
		require.Equal(t, []string{want.by}, by, ring)
		require.Equal(t, want.receipt, receipt, ring)
		require.Len(t, reply.Documents, 1+want.next)
		for n, document := range r.documents[2-want.next:] {
			require.Equal(t, string(document), reply.Documents[n])
		}
		for _, k := range []*license.Keyring{r.rings[ring], r.rings[2]} {
			_, err := license.OpenReceipt([]byte(reply.Receipt), k)
			require.NoError(t, err)
		}
	}
	// Who does not say which keys it has is known by the version of its keyring.
	_, by, _ := r.ask(r.client(0), license.OpCheck, 0, func(q *license.Request) { q.Keys = nil })
	require.Equal(t, []string{older}, by)
}

// The server refuses every request of a client that trusts none of its keys, before
// it reads the ledger.
func TestKeyringMismatch(t *testing.T) {
	t.Parallel()
	log := &strings.Builder{}
	v := newVendor(t, func(o *server.Options) { o.Logger = slog.New(slog.NewTextHandler(log, nil)) })
	v.sell(aLicense())
	c := v.client(1)
	strange := func(q *license.Request) { q.Keys = []string{"1f6f4c9d0be8a7c2", "9a0c2d3b5e7f1846"} }
	for _, op := range []license.Operation{license.OpActivate, license.OpCheck, license.OpDeactivate, license.OpReport} {
		v.ledger.counts()
		reply := c.no(op, license.KeyringMismatch, strange)
		require.Equal(t, "1f6f4c9d0be8a7c2, 9a0c2d3b5e7f1846", reply.Has)
		require.Equal(t, v.options.Issuer.Public().ID(), reply.Needs)
		looks, changes, _ := v.ledger.counts()
		require.Zero(t, looks+changes)
	}
	require.Zero(t, v.sale().Used)
	require.Contains(t, log.String(), "1f6f4c9d0be8a7c2")
	require.Contains(t, log.String(), v.options.Issuer.Public().ID())
	require.NotContains(t, log.String(), string(theSerial))
	var many []string
	for n := range license.MaxRequestKeys {
		many = append(many, fmt.Sprintf("%016x", n))
	}
	require.NotEmpty(t, c.no(license.OpActivate, license.KeyringMismatch, func(q *license.Request) { q.Keys = many }).Has)
	c.yes(license.OpActivate, func(q *license.Request) { q.Keys = append(many[1:], v.options.Issuer.Public().ID()) })
}

// A key that has ended under the client's keyring signs nothing for it.
func TestSignerEnded(t *testing.T) {
	t.Parallel()
	r := newRotated(t, func(o *server.Options) {
		o.Now = func() time.Time { return noon }
	})
	ended, err := license.NewKeyring("acme", 1, 1, func() []license.Key {
		keys := r.rings[0].Keys()
		for i := range keys {
			if keys[i].Role == license.RoleActivation {
				keys[i].End = date(t, "2026-03-09")
			}
		}
		return keys
	}())
	require.NoError(t, err)
	o := r.options
	o.Keyring = ended
	_, err = server.New(o)
	require.NoError(t, err, "the key is good under the second")
	o.NextKeyrings, o.Issuer, o.OldIssuers = nil, o.OldIssuers[0], nil
	_, err = server.New(o)
	require.ErrorContains(t, err, "its last day is over")
}

// What a client holds with a signature that no longer counts comes along with the
// keyring, countersigned; what holds as it is does not.
func TestCountersignedComeAlong(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	old := r.sign(aLicense())
	update, err := r.back.Update(&license.Update{ID: "U-1", Serial: theSerial, Sequence: 1, Issued: noon,
		Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "more"}}}}})
	require.NoError(t, err)
	before := r.options
	before.NextKeyrings, before.Issuer, before.OldIssuers = nil, before.OldIssuers[0], nil
	first, err := server.New(before)
	require.NoError(t, err)
	require.NoError(t, first.Sell(t.Context(), "orders", &server.Sale{Serial: theSerial, Limit: 9, License: old}))
	_, err = first.AddUpdate(t.Context(), "orders", theSerial, update, true)
	require.NoError(t, err)

	c := r.client(1)
	c.License, c.Revision = "L-1", 1
	reply, _, _ := r.ask(c, license.OpActivate, 0)
	require.Len(t, reply.Documents, 2, "the keyrings alone: nothing here would help")
	var texts []string
	for _, text := range [][]byte{old, update} {
		changed, err := r.Countersigned(t.Context(), "carl", theSerial, r.countersign(text))
		require.NoError(t, err)
		require.True(t, changed)
		texts = append(texts, string(r.countersign(text)))
	}
	reply, _, _ = r.ask(c, license.OpCheck, 0)
	require.Empty(t, reply.Code)
	require.Len(t, reply.Documents, 4)
	for n, text := range reply.Documents[2:] {
		merged, more, err := license.MergeSignatures([]byte(text), []byte(texts[n]))
		require.NoError(t, err)
		require.False(t, more)
		require.Equal(t, text, string(merged))
	}
	reply, _, _ = r.ask(c, license.OpCheck, 2)
	require.Empty(t, reply.Documents, "it has followed")
	require.NoError(t, r.HoldPayment(t.Context(), "carl", theSerial, ""))
	reply, _, _ = r.ask(c, license.OpCheck, 0)
	require.Len(t, reply.Documents, 3, "the keyrings, and the licence, which is nothing new")
	require.Equal(t, license.PaymentPending, reply.Code)
}

// A client that only says that it has updates, and an old keyring, gets none by
// that which it could not get otherwise: before a payment is recorded, or before
// their obtaining period.
func TestThreatUpdatesThatWereNeverDelivered(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	more := func(n int64, obtain license.Period) string {
		u := &license.Update{ID: fmt.Sprint("U-", n), Serial: theSerial, Sequence: n, Issued: noon, Obtain: obtain,
			Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: fmt.Sprint("more-", n)}}}}}
		text, err := r.back.Update(u)
		require.NoError(t, err)
		return string(r.countersign(text))
	}
	require.NoError(t, r.Sell(t.Context(), "orders", &server.Sale{Serial: theSerial, Limit: 9, License: r.countersign(r.sign(aLicense()))}))
	texts := []string{more(1, license.Period{}), more(2, license.Period{From: date(t, "2027-01-01")})}
	for _, text := range texts {
		_, err := r.AddUpdate(t.Context(), "orders", theSerial, []byte(text), true)
		require.NoError(t, err)
	}
	r.ask(r.client(1), license.OpActivate, 0)
	lie := func(q *license.Request) { q.License, q.Revision = "L-1", 99 }
	reply, _, _ := r.ask(r.client(1), license.OpCheck, 0, lie)
	require.Contains(t, reply.Documents, texts[0])
	require.NotContains(t, reply.Documents, texts[1], "nobody can have it yet")
	require.NoError(t, r.HoldPayment(t.Context(), "carl", theSerial, ""))
	for _, op := range []license.Operation{license.OpCheck, license.OpActivate} {
		reply, _, _ = r.ask(r.client(1), op, 0, lie)
		for _, text := range texts {
			require.NotContains(t, reply.Documents, text)
		}
	}
}

// The signatures of a document that is taken in are the ones that hold under the
// newest keyring: others displace none in the ledger, and are not kept.
func TestCountersignedTakesGoodSignatures(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	require.NoError(t, r.ledger.Add(t.Context(), &server.Sale{Serial: theSerial, Product: "acme-cad", Limit: 1, License: r.sign(aLicense()), LicenseID: "L-1", Version: 1, Created: noon}))
	e, err := dsse.Parse(r.countersign(r.sign(aLicense())))
	require.NoError(t, err)
	e.Signatures[0].Sig[3] ^= 1
	for len(e.Signatures) < dsse.MaxSignatures {
		e.Signatures = append(e.Signatures, dsse.Signature{KeyID: fmt.Sprintf("%016x", len(e.Signatures))})
	}
	changed, err := r.Countersigned(t.Context(), "carl", theSerial, e.Armor())
	require.NoError(t, err)
	require.True(t, changed)
	sale := r.sale()
	require.Len(t, license.KeyIDs(sale.License), 2)
	for _, k := range []*license.Keyring{r.rings[0], r.rings[2]} {
		_, err := license.Open(sale.License, k)
		require.NoError(t, err)
	}
	changed, err = r.Countersigned(t.Context(), "carl", theSerial, e.Armor())
	require.NoError(t, err)
	require.False(t, changed)
}

func TestCountersigned(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	require.NoError(t, r.ledger.Add(t.Context(), &server.Sale{Serial: theSerial, Product: "acme-cad", Limit: 1, License: r.sign(aLicense()), LicenseID: "L-1", Version: 1, Created: noon}))
	other := aLicense()
	other.Licensee.Name = "Eve"
	for text, want := range map[string]error{
		string(r.sign(aLicense())):           license.KeyUnknown, // not countersigned
		string(r.countersign(r.sign(other))): server.ErrUnknown,
		"no document":                        license.NotDocument,
	} {
		changed, err := r.Countersigned(t.Context(), "carl", theSerial, []byte(text))
		require.ErrorIs(t, err, want)
		require.False(t, changed)
	}
	good := r.countersign(r.sign(aLicense()))
	_, err := r.Countersigned(t.Context(), "carl", "S-0", good)
	require.ErrorIs(t, err, server.ErrUnknown)
	require.Empty(t, r.kinds())
	for n := range 2 {
		changed, err := r.Countersigned(t.Context(), "carl", theSerial, good)
		require.NoError(t, err)
		require.Equal(t, n == 0, changed)
	}
	require.Equal(t, []server.EventKind{server.EventCountersigned}, r.kinds())
	sale := r.sale()
	require.EqualValues(t, 2, sale.Version)
	for _, k := range []*license.Keyring{r.rings[0], r.rings[2]} {
		_, err := license.Open(sale.License, k)
		require.NoError(t, err)
	}
}

// Every document of a large ledger comes once, in order, with the updates after
// their licence; and what is void under a keyring is known.
func TestDocuments(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	const sales = 230
	text := r.sign(aLicense())
	for n := range sales {
		sale := &server.Sale{Serial: license.Serial(fmt.Sprintf("S-%04d", n)), Product: "acme-cad", Limit: 1, License: text, LicenseID: "L-1", Version: 1, Created: noon}
		if n%2 == 1 {
			sale.License = r.countersign(text)
			sale.Updates = []server.Update{{ID: "U-1", Sequence: 1, Text: text}}
		}
		require.NoError(t, r.ledger.Add(t.Context(), sale))
	}
	n, void, last := 0, 0, ""
	today := license.DateOf(noon)
	require.NoError(t, server.Documents(t.Context(), r.ledger, func(d server.Document) error {
		at := string(d.Serial) + " " + d.Kind
		require.Greater(t, at, last)
		last = at
		n++
		require.NoError(t, d.Void(r.rings[0], today))
		require.NoError(t, d.Verify(r.rings[0]))
		if d.Void(r.rings[2], today) != nil {
			require.Error(t, d.Verify(r.rings[2]))
			void++
		}
		return nil
	}))
	require.Equal(t, sales+sales/2, n)
	require.Equal(t, sales, void)
	r.ledger.fail = server.ErrExists
	require.ErrorIs(t, server.Documents(t.Context(), r.ledger, func(server.Document) error { return server.ErrUnknown }), server.ErrUnknown)
}

// Keys and keyrings that do not belong together.
func TestBadRotation(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	catalogue := func(by *issuer.Issuer) []byte {
		text, err := by.Catalogue(&license.Catalogue{Product: "acme-cad", Issued: noon, Editions: []license.Edition{
			{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}}},
		}})
		require.NoError(t, err)
		return text
	}
	for name, c := range map[string]struct {
		spoil func(*server.Options)
		want  string
	}{
		"the newest keyring has no key of the issuer": {func(o *server.Options) { o.Issuer, o.OldIssuers = o.OldIssuers[0], nil }, "newest keyring has no key"},
		"an old issuer that no keyring has":           {func(o *server.Options) { o.OldIssuers = append(o.OldIssuers, newIssuer(t, license.RoleActivation, 77)) }, "has no key"},
		"a keyring is missing":                        {func(o *server.Options) { o.NextKeyrings = [][]byte{r.documents[1], r.documents[0]} }, "next keyring 2 of 2"},
		"too many":                                    {func(o *server.Options) { o.NextKeyrings = make([][]byte, 17) }, "at most 16"},
		"a catalogue by a key that is gone":           {func(o *server.Options) { o.Catalogues = [][]byte{catalogue(r.back)} }, "a catalogue"},
	} {
		o := r.options
		c.spoil(&o)
		_, err := server.New(o)
		require.ErrorContains(t, err, c.want, name)
	}
	o := r.options
	o.Catalogues = [][]byte{catalogue(r.newLicense)}
	s, err := server.New(o)
	require.NoError(t, err)
	require.EqualValues(t, 3, s.Keyring().Version())
}

// What does not fit into one reply with its keyring leaves that out: the client
// keeps what it has.
func TestCountersignedTooLarge(t *testing.T) {
	t.Parallel()
	r := newRotated(t)
	sale := &server.Sale{Serial: theSerial, Product: "acme-cad", Limit: 1, License: r.countersign(r.sign(aLicense())), LicenseID: "L-1", Version: 1, Created: noon}
	for n := range int64(24) {
		products := []license.ProductChange{{ID: "acme-cad"}}
		for f := range 300 {
			products[0].Features = append(products[0].Features, license.FeatureChange{ID: fmt.Sprintf("%s-%d-%d", strings.Repeat("f", 50), n, f)})
		}
		u := &license.Update{ID: fmt.Sprint("U-", n+1), Serial: theSerial, Sequence: n + 1, Issued: noon, Products: products}
		text, err := r.back.Update(u)
		require.NoError(t, err)
		sale.Updates = append(sale.Updates, server.Update{ID: u.ID, Sequence: n + 1, Submitted: true, Text: r.countersign(text)})
	}
	require.NoError(t, r.ledger.Add(t.Context(), sale))
	c := r.client(1)
	c.License, c.Revision = "L-1", 24
	reply, _, receipt := r.ask(c, license.OpActivate, 0)
	require.Empty(t, reply.Code)
	require.Zero(t, len(reply.Documents))
	require.Len(t, receipt, 2)
}
