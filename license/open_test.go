package license_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// noon is the moment at which the tests of this package take place unless
// they say otherwise.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// A vendor has one key of each role, made from fixed seeds.
type vendor struct {
	keyring                *license.Keyring
	issue, activate, root1 *issuer.Issuer
	root2                  *issuer.Issuer
}

// seeded returns a key whose seed is 32 times b.
func seeded(t testing.TB, role license.Role, b byte) issuer.PrivateKey {
	key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte{b}, 32)))
	require.NoError(t, err)
	return key
}

func newVendor(t testing.TB) vendor {
	var keys []license.Key
	var issuers []*issuer.Issuer
	for i, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot, license.RoleRoot} {
		key := seeded(t, role, byte(i+1))
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: day("2031-12-31")})
		i, err := issuer.New("acme", role, key.Signer())
		require.NoError(t, err)
		issuers = append(issuers, i)
	}
	keyring, err := license.NewKeyring("acme", 1, 2, keys)
	require.NoError(t, err)
	return vendor{keyring: keyring, issue: issuers[0], activate: issuers[1], root1: issuers[2], root2: issuers[3]}
}

// day returns a date, and panics where a test is mistyped.
func day(s string) license.Date {
	d, err := license.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// sample returns a licence that has something of everything.
func sample() *license.License {
	return &license.License{
		ID: "L-1001", Serial: "S0001-TEST", Vendor: "acme", Kind: license.Full, Issued: noon,
		Licensee: license.Licensee{Name: "Ada Lovelace", Company: "Analytical Engines Ltd", Email: "ada@example.com"},
		Binding:  license.Binding{Scheme: "board+cpu~/1", Data: []byte("the board and the processor")},
		Hints:    license.Hints{Contact: "support@acme.example", Renew: "https://acme.example/renew"},
		Products: []license.Product{{
			ID: "acme-cad", MaxVersion: "4",
			Maintenance: license.Maintenance{Until: day("2026-12-31"), Lapse: license.Keep},
			Features: []license.Feature{
				{ID: "draw"},
				{ID: "export", Term: license.Until(day("2026-12-31")), Runs: 100},
				{ID: "render", Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Days: 30}},
					Concurrent: license.Concurrent{N: 2, Per: license.PerStation}, Seats: 5,
					Conditions: license.NoVirtualMachine | license.NoRemoteSession,
					Params:     []license.Param{{Name: "Größe", Value: ""}, {Name: "quality", Value: "high"}}},
			},
		}},
		Sealed: []license.Sealed{{CodeHash: license.UnlockHash([]byte("code")), Update: license.Update{
			ID: "U-S1", Products: []license.ProductChange{{ID: "acme-cad",
				Features: []license.FeatureChange{{ID: "draw", Term: &license.Term{Kind: license.Extend, Span: license.Span{Days: 30}}}}}}}}},
	}
}

func TestOpenReturnsWhatWasSigned(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	want := sample()
	text, err := v.issue.License(want)
	require.NoError(t, err)
	got, err := license.Open(text, v.keyring)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.True(t, strings.HasPrefix(string(text), "-----BEGIN LATCHKEY LICENSE-----\n"))
}
