package activation_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// newKeys returns a keyring of a later version with a new licence key, and
// what signs with that; the old licence key is in it or not.
func (v vendor) newKeys(t testing.TB, version int64, keep bool) (vendor, []byte) {
	t.Helper()
	key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(bytes.Repeat([]byte{byte(10 + version)}, 32)))
	require.NoError(t, err)
	keys := []license.Key{{Public: key.Public(), Role: license.RoleLicense, End: day("2049-12-31")}}
	for _, k := range v.keyring.Keys() {
		if k.Role != license.RoleLicense || keep {
			keys = append(keys, k)
		}
	}
	next := v
	next.keyring, err = license.NewKeyring("acme", version, 1, keys)
	require.NoError(t, err)
	next.issue, err = issuer.New("acme", license.RoleLicense, key.Signer())
	require.NoError(t, err)
	text, err := issuer.SignKeyring(next.keyring, v.root)
	require.NoError(t, err)
	return next, text
}

func TestRotatedKeyring(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	next, rotated := v.newKeys(t, 2, true)
	second := func(l *license.License) {
		l.ID, l.Serial, l.Products[0].Features = "L-2", "SERIAL-2", []license.Feature{{ID: "new"}}
	}
	t.Run("imported", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			requireReason(t, importing(c, next.sell(t, second)), license.KeyUnknown)
			mustImport(t, c, rotated)
			mustImport(t, c, next.sell(t, second))
			requireNotice(t, c, rotated, license.AlreadyEntered)
		})
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("draw"))
			require.True(t, c.Allows("new"))
			requireNotice(t, c, rotated, license.AlreadyEntered)
			_, older := v.newKeys(t, 1, false)
			requireReason(t, importing(c, older), license.KeyringRollback)
		})
		o.Keyring = next.keyring.String() // a program that was built with it
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("new"))
			require.Empty(t, c.Status().Reasons)
			requireNotice(t, c, rotated, license.AlreadyEntered)
		})
	})
	t.Run("not signed by our root", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		stranger := v
		key, err := issuer.Generate(license.RoleRoot, bytes.NewReader(bytes.Repeat([]byte{99}, 32)))
		require.NoError(t, err)
		stranger.root, err = issuer.New("acme", license.RoleRoot, key.Signer())
		require.NoError(t, err)
		_, foreign := stranger.newKeys(t, 2, true)
		unchanged(t, []string{o.Dir}, func() {
			requireReason(t, importing(c, foreign), license.KeyUnknown)
			requireReason(t, importing(c, next.sell(t, second)), license.KeyUnknown)
		})
	})
	t.Run("that cannot be stored", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		store := &fullStore{}
		o.Store, o.Dir, o.WitnessDir = store, "", ""
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		store.full = true
		requireReason(t, importing(c, rotated), license.FolderUnwritable)
		store.full = false
		requireReason(t, importing(c, next.sell(t, second)), license.KeyUnknown)
		mustImport(t, c, rotated)
		mustImport(t, c, next.sell(t, second))
	})
	t.Run("ignored where the embedded one does not lead to it", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			mustImport(t, c, rotated)
			mustImport(t, c, next.sell(t, second))
		})
		// A newer program with other root keys and the old licence key.
		key, err := issuer.Generate(license.RoleRoot, bytes.NewReader(bytes.Repeat([]byte{55}, 32)))
		require.NoError(t, err)
		keys := []license.Key{{Public: key.Public(), Role: license.RoleRoot, End: day("2049-12-31")}}
		for _, k := range v.keyring.Keys() {
			if k.Role != license.RoleRoot {
				keys = append(keys, k)
			}
		}
		other, err := license.NewKeyring("acme", 9, 1, keys)
		require.NoError(t, err)
		o.Keyring = other.String()
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			visit(t, o, func(c *activation.Client) {
				require.True(t, c.Allows("draw"))
				require.False(t, c.Allows("new"))
				require.Equal(t, []license.Code{license.KeyUnknown}, codes(c.Status().Reasons))
			})
		})
	})
	t.Run("a document whose key has gone", func(t *testing.T) {
		t.Parallel()
		o, _ := v.options(t)
		without, rotated := v.newKeys(t, 3, false)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			other := open(t, o)
			require.True(t, other.Allows("draw"))
			why := requireReason(t, importing(c, rotated), license.KeyringWaits)
			require.Equal(t, []string{"L-1"}, why.Names)
			require.True(t, c.Allows("draw"), "what is here stays")
			requireReason(t, importing(c, rotated), license.KeyringWaits)
			requireReason(t, importing(other, v.sell(t, second)), license.KeyUnknown)
			require.True(t, other.Allows("draw"))
			require.Equal(t, []license.Code{license.KeyringWaits}, codes(other.Status().Reasons),
				"what another process has learnt counts here, too")
		})
		o.Catalogue = nil
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("draw"))
			require.Equal(t, []license.Code{license.KeyringWaits}, codes(c.Status().Reasons))
			mustImport(t, c, without.sell(t))
			require.True(t, c.Allows("draw"))
			require.Empty(t, c.Status().Reasons)
			change, err := c.Import(t.Context(), bytes.NewReader(rotated))
			require.NoError(t, err)
			require.Equal(t, license.AlreadyEntered, change.Notice.Code)
		})
	})
}

func TestDeployed(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	month := func(l *license.License) {
		l.Products[0].Features = append(l.Products[0].Features,
			license.Feature{ID: "month", Term: license.Term{Kind: license.FromActivation, Span: license.Span{Months: 1}}})
	}
	deployed := func(t *testing.T, documents ...[]byte) (activation.Options, *clock) {
		t.Parallel()
		o, clock := v.options(t)
		o.Documents = documents
		return o, clock
	}
	t.Run("needs no state", func(t *testing.T) {
		o, _ := deployed(t, v.sell(t))
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("draw"))
			require.True(t, c.Allows("export"))
			require.Len(t, c.Status().Licenses, 1)
			require.FileExists(t, o.Dir+"/state.0", "the time is remembered, since something ends")
		})
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("draw")) })
		})
		o, _ = v.options(t)
		o.Documents = [][]byte{v.sell(t, func(l *license.License) { l.Products[0].Features = l.Products[0].Features[:1] })}
		visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("draw")) })
	})
	t.Run("from activation", func(t *testing.T) {
		o, clock := deployed(t, v.sell(t, month))
		visit(t, o, func(c *activation.Client) {
			require.Equal(t, day("2026-04-10"), c.Decision("month").Until)
		})
		clock.set(at("2026-03-20"))
		visit(t, o, func(c *activation.Client) {
			require.Equal(t, day("2026-04-10"), c.Decision("month").Until, "it counts from the first start")
		})
		clock.set(at("2026-04-11"))
		visit(t, o, func(c *activation.Client) {
			require.False(t, c.Allows("month"))
			require.True(t, c.Allows("draw"))
		})
	})
	t.Run("updated", func(t *testing.T) {
		o, clock := deployed(t, v.sell(t, month))
		visit(t, o, func(c *activation.Client) {
			require.NoError(t, c.Consume("print", 10))
			change := mustImport(t, c, v.update(t, 1, extend("export", 10)))
			require.Equal(t, "L-1", change.LicenseID)
			mustImport(t, c, v.update(t, 2, extend("month", 10)))
			requireNotice(t, c, v.update(t, 2, extend("month", 10)), license.AlreadyApplied)
			require.Len(t, c.Status().Licenses, 1)
		})
		clock.set(at("2026-04-01"))
		check := func(c *activation.Client) {
			require.Equal(t, day("2027-01-10"), c.Decision("export").Until)
			require.Equal(t, day("2026-04-20"), c.Decision("month").Until)
			require.Equal(t, int64(90), c.Decision("print").Left)
			require.Equal(t, int64(2), c.Status().Licenses[0].Revision)
			require.Len(t, c.Status().Licenses, 1)
		}
		visit(t, o, check)
		o.Documents = nil
		visit(t, o, check) // what was updated lies in the state
	})
	t.Run("imported as well", func(t *testing.T) {
		o, _ := deployed(t, v.sell(t))
		visit(t, o, func(c *activation.Client) {
			requireNotice(t, c, v.sell(t), license.AlreadyEntered)
			mustImport(t, c, v.revision(t, 3))
			require.Len(t, c.Status().Licenses, 1)
			require.Equal(t, int64(3), c.Status().Licenses[0].Revision)
		})
	})
	t.Run("one that does not hold", func(t *testing.T) {
		o, _ := deployed(t, []byte("not a licence"), v.sell(t))
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("draw"))
			require.Equal(t, []license.Code{license.NotDocument}, codes(c.Status().Reasons))
		})
	})
}

// TestReplacedKeepsTime has a licence come again in a newer revision: what
// counts from its first coming goes on.
func TestReplacedKeepsTime(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, clock := v.options(t)
	month := func(revision int64) []byte {
		return v.sell(t, func(l *license.License) {
			l.Revision = revision
			l.Window = license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}}
		})
	}
	visit(t, o, func(c *activation.Client) { mustImport(t, c, month(1)) })
	clock.set(at("2026-04-01"))
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, month(2))
		require.Equal(t, day("2026-04-09"), c.Decision("draw").Until)
	})
}

// TestReplaced has newer licences take the place of older ones; what was used
// stays used.
func TestReplaced(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t))
		require.NoError(t, c.Consume("print", 30))
		require.True(t, c.Allows("try"))
		mustImport(t, c, v.update(t, 1, extend("export", 10)))
		requireNotice(t, c, v.sell(t), license.AlreadyEntered)
		requireNotice(t, c, v.revision(t, 1), license.AlreadyEntered)
		mustImport(t, c, v.revision(t, 2))
		require.Equal(t, int64(70), c.Decision("print").Left)
		require.Equal(t, day("2026-04-09"), c.Decision("try").Until)
		requireNotice(t, c, v.revision(t, 1), license.AlreadyEntered)
		mustImport(t, c, v.update(t, 3, extend("export", 10)))
	})
	visit(t, o, func(c *activation.Client) {
		require.Len(t, c.Status().Licenses, 1)
		require.Equal(t, int64(70), c.Decision("print").Left)
		require.Equal(t, day("2027-01-10"), c.Decision("export").Until)
	})
}
