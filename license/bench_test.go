package license_test

import (
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
)

// withFeatures returns a licence with n features of the usual limits.
func withFeatures(n int) *license.License {
	l := &license.License{
		ID: "L-1001", Serial: "S0001-TEST", Kind: license.Full, Issued: noon,
		Licensee: license.Licensee{Name: "Ada Lovelace", Company: "Analytical Engines Ltd", Email: "ada@example.com"},
		Products: []license.Product{{ID: "acme-cad",
			Maintenance: license.Maintenance{Until: day("2026-12-31"), Lapse: license.Keep}}},
	}
	for i := range n {
		f := license.Feature{ID: fmt.Sprintf("feature-%05d", i), Term: license.Until(day("2027-12-31"))}
		if i%4 == 0 {
			f.Runs = 1000
		}
		l.Products[0].Features = append(l.Products[0].Features, f)
	}
	return l
}

// BenchmarkOpenAndCheck is from the text of a licence with twenty features to
// checked terms, and in turn with it ed25519.Verify of the same bytes and
// nothing else. It reports both, and the one divided by the other: taken in
// turn, they are measured on the same machine in the same mood.
func BenchmarkOpenAndCheck(b *testing.B) {
	v := newVendor(b)
	text, err := v.issue.License(withFeatures(20))
	require.NoError(b, err)
	env := license.Env{Now: noon, Product: "acme-cad", Version: "4.2", Released: noon}
	e, err := dsse.Parse(text)
	require.NoError(b, err)
	key := ed25519.PublicKey(v.issue.Public().Bytes())
	b.ReportAllocs()
	var ours, floor time.Duration
	for b.Loop() {
		begin := time.Now()
		l, err := license.Open(text, v.keyring)
		if err != nil || license.Check(l, env).State() != license.StateActive {
			b.Fatal(err)
		}
		middle := time.Now()
		if !ed25519.Verify(key, e.Signed(), e.Signatures[0].Sig[:]) {
			b.Fatal("the signature does not hold")
		}
		ours += middle.Sub(begin)
		floor += time.Since(middle)
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "ns/licence")
	b.ReportMetric(float64(floor.Nanoseconds())/float64(b.N), "ns/floor")
	b.ReportMetric(float64(ours)/float64(floor), "of-floor")
}

var allowed bool

func BenchmarkAllows(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		l := withFeatures(n)
		r := license.Check(l, license.Env{Now: noon, Product: "acme-cad", Version: "4.2", Released: noon})
		set, name := r.Set(), l.Products[0].Features[n/2].ID
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				allowed = set.Allows(name)
			}
		})
	}
}
