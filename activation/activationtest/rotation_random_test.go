package activationtest_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// A customer in a story of keys that change, with what works there.
type rotationCustomer struct {
	options activation.Options
	client  *activation.Client
	has     map[string]bool
}

// A rotation story is a vendor who changes keys, customers, and chance.
type rotationStory struct {
	t         *testing.T
	vendor    *activationtest.Vendor
	sales     []*activationtest.Sold
	customers []*rotationCustomer
	draw      *rand.Rand
	told      []string
	features  int
}

// Whatever is done with keys, in whatever order and over whatever network, no
// feature that worked on a customer's machine stops; and once everything is
// countersigned and checked, everybody has the newest keyring and all updates.
func TestNobodyIsUnlicensed(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 1, 2, 3, 4, 5, 9, 18, 24, 116, 178, 215} { // the last ones have found faults
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := &rotationStory{t: t, vendor: activationtest.New(t), draw: rand.New(rand.NewPCG(seed, 7))}
			for n := range 2 {
				s.sales = append(s.sales, s.vendor.Sell(activationtest.Sale{Limit: 9, Features: []license.Feature{{ID: fmt.Sprint("sold-", n)}, {ID: "render", Runs: 1000}}}))
			}
			for n := range 3 {
				c := &rotationCustomer{options: s.vendor.Options(), has: map[string]bool{}}
				c.client = s.vendor.Open(c.options)
				for _, sale := range s.sales[:1+n%2] {
					_, err := c.client.Enter(ctx, sale.Typed)
					require.NoError(t, err)
				}
				s.customers = append(s.customers, c)
			}
			for range 40 {
				s.step()
				s.hold()
			}
			s.end()
		})
	}
}

// step does one thing at random.
func (s *rotationStory) step() {
	roles := []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot}
	role, c := roles[s.draw.IntN(3)], s.customers[s.draw.IntN(3)]
	steps := []struct {
		name string
		do   func()
	}{
		{"retire " + string(role), func() { s.vendor.Rotate(role) }},
		{"revoke " + string(role), func() { s.vendor.Revoke(role) }},
		{"countersign", s.vendor.Countersign},
		{"update", s.update},
		{"a day", func() { s.vendor.Clock().Advance(24 * time.Hour) }},
		{"check", func() { _, _ = c.client.CheckOnline(ctx) }},
		{"check", func() { _, _ = c.client.CheckOnline(ctx) }},
		{"check of one", func() { _, _ = c.client.CheckOnline(ctx, activation.CheckOnly(s.sales[0].LicenseID)) }},
		{"look", func() { _, _ = c.client.CheckOnline(ctx, activation.LookOnly()) }},
		{"reply lost", func() {
			s.vendor.Network.LoseReplies()
			_, _ = c.client.CheckOnline(ctx)
			s.vendor.Network.Up()
		}},
		{"entered again", func() { _, _ = c.client.Enter(ctx, s.sales[0].Typed) }},
		{"keyring by file", func() {
			for _, text := range s.vendor.NextKeyrings() {
				_, _ = importing(c.client, text)
			}
		}},
		{"licence by file", func() {
			if text, err := s.vendor.Issuer.Countersign(s.sales[0].License); err == nil {
				_, _ = importing(c.client, text)
			}
		}},
		{"started again", func() {
			require.NoError(s.t, c.client.Close())
			c.client = s.vendor.Open(c.options)
		}},
	}
	chosen := steps[s.draw.IntN(len(steps))]
	if len(s.vendor.NextKeyrings()) > 6 && chosen.name[:2] == "re" && chosen.name != "reply lost" {
		return // a document has room for eight signatures
	}
	s.told = append(s.told, chosen.name)
	chosen.do()
}

func (s *rotationStory) update() {
	s.features++
	s.vendor.Update(s.sales[s.draw.IntN(2)], extra(fmt.Sprint("new-", s.features)))
}

// hold holds that what worked at each customer's does.
func (s *rotationStory) hold() {
	s.t.Helper()
	for n, c := range s.customers {
		for _, d := range c.client.Status().Features {
			if d.State.Works() {
				c.has[d.Feature.ID] = true
			}
		}
		for feature := range c.has {
			require.True(s.t, c.client.Decision(feature).State.Works(), "customer %d has no %s any more, after %q: %v", n, feature, s.told, c.client.Status().Reasons)
		}
	}
}

// end cures everything, and has everybody check twice.
func (s *rotationStory) end() {
	s.vendor.Countersign()
	newest, err := license.ParseKeyring(s.vendor.NewestKeyring())
	require.NoError(s.t, err)
	for n, c := range s.customers {
		for range 2 {
			_, err := c.client.CheckOnline(ctx)
			require.NoError(s.t, err, "customer %d after %q", n, s.told)
			s.hold()
		}
		require.Empty(s.t, c.client.Status().Reasons, "customer %d after %q", n, s.told)
		for _, text := range s.vendor.NextKeyrings() {
			change, _ := importing(c.client, text)
			require.False(s.t, change.Changed, "customer %d has keyring %d after %q", n, newest.Version(), s.told)
		}
	}
}
