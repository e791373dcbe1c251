// Package bench times whole processes beside what a program costs that somebody
// writes by hand for the same work, and compares sizes and other modules.
// docs/performance.md has the figures and how they were made.
package bench

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// build builds one of the programs as a product is built.
func build(b testing.TB, name string) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), name)
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", out, "./programs/"+name)
	text, err := cmd.CombinedOutput()
	require.NoError(b, err, "%s", text)
	return out
}

// A shop is everything the programs read.
type shop struct {
	dir     string
	keyring string
	issue   *issuer.Issuer
	key     issuer.PrivateKey
	terms   *license.License
}

func newShop(b testing.TB) *shop {
	b.Helper()
	s := &shop{dir: b.TempDir()}
	var err error
	s.key, err = issuer.Generate(license.RoleLicense, rand.Reader)
	require.NoError(b, err)
	s.issue, err = issuer.New("acme", license.RoleLicense, s.key.Signer())
	require.NoError(b, err)
	today := license.DateOf(time.Now())
	ring, err := license.NewKeyring("acme", 1, 0, []license.Key{{Public: s.key.Public(), Role: license.RoleLicense, End: today + 365}})
	require.NoError(b, err)
	s.keyring = s.write(b, "keyring", []byte(ring.String()))
	s.terms = &license.License{ID: "L-1", Serial: "S-1", Vendor: "acme", Kind: license.Full, Issued: time.Now(),
		Licensee: license.Licensee{Name: "Ada Lovelace", Company: "Analytical Engines Ltd", Email: "ada@example.com"},
		Products: []license.Product{{ID: "acme-cad"}}}
	for i := range 20 {
		s.terms.Products[0].Features = append(s.terms.Products[0].Features,
			license.Feature{ID: fmt.Sprintf("feature-%05d", i), Term: license.Until(today + 365)})
	}
	return s
}

func (s *shop) write(b testing.TB, name string, text []byte) string {
	b.Helper()
	path := filepath.Join(s.dir, name)
	require.NoError(b, os.WriteFile(path, text, 0o600))
	return path
}

// signed returns a message of the size of the licence's with its signature.
func (s *shop) signed(b testing.TB) []byte {
	payload, err := s.terms.Encode()
	require.NoError(b, err)
	sig, err := s.key.Signer().Sign(rand.Reader, payload, crypto.Hash(0))
	require.NoError(b, err)
	return append(sig, payload...)
}

// race runs two programs in turn and reports the median of each and of the
// ratios of the pairs.
func race(b *testing.B, ours, floor []string) {
	b.Helper()
	for range 3 { // what the system keeps of files
		once(b, ours)
		once(b, floor)
	}
	var a, f, ratio []float64
	for b.Loop() {
		x, y := once(b, ours), once(b, floor)
		a, f, ratio = append(a, x), append(f, y), append(ratio, x/y)
	}
	b.ReportMetric(median(a), "ms/ours")
	b.ReportMetric(median(f), "ms/floor")
	b.ReportMetric(median(ratio), "of-floor")
	b.ReportMetric(0, "ns/op")
}

// once runs a program and returns how long it took in milliseconds.
func once(b *testing.B, args []string) float64 {
	cmd := exec.Command(args[0], args[1:]...)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(begin)
	if err != nil {
		b.Fatalf("%s: %v: %s", args[0], err, out)
	}
	return float64(took) / float64(time.Millisecond)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func BenchmarkLicenseProcess(b *testing.B) {
	s := newShop(b)
	text, err := s.issue.License(s.terms)
	require.NoError(b, err)
	race(b,
		[]string{build(b, "license"), s.keyring, s.write(b, "licence", text)},
		[]string{build(b, "licensefloor"), s.write(b, "key", s.key.Public().Bytes()), s.write(b, "signed", s.signed(b))})
}

func BenchmarkActivationProcess(b *testing.B) {
	s := newShop(b)
	host := machine.New("acme-cad")
	fingerprint, err := host.Fingerprint(context.Background())
	require.NoError(b, err)
	scheme, err := binding.ParseScheme(binding.SchemeMachine)
	require.NoError(b, err)
	data, err := fingerprint.Bind(scheme)
	if err != nil {
		b.Skip("this system has no machine id to bind to: ", err)
	}
	s.terms.Binding = license.Binding{Scheme: binding.SchemeMachine, Data: data}
	dir, witness := filepath.Join(s.dir, "state"), filepath.Join(s.dir, "witness")
	s.install(b, host, dir, witness)

	key := make([]byte, chacha20poly1305.KeySize+chacha20poly1305.NonceSizeX)
	aead, err := chacha20poly1305.NewX(key[:chacha20poly1305.KeySize])
	require.NoError(b, err)
	state, err := os.ReadFile(filepath.Join(dir, "state.0"))
	require.NoError(b, err)
	sealed := aead.Seal(key, key[chacha20poly1305.KeySize:], state, nil)
	floor := []string{build(b, "activationfloor"), s.dir, s.write(b, "sealed", sealed),
		s.write(b, "signed", append(s.key.Public().Bytes(), s.signed(b)...)), s.keyring, "/etc/machine-id"}
	for _, pattern := range []string{dir + "/state.*", witness + "/state.*"} {
		files, err := filepath.Glob(pattern)
		require.NoError(b, err)
		floor = append(floor, files...)
	}
	race(b, []string{build(b, "activation"), s.keyring, dir, witness}, floor)
}

// install puts a licence and two updates into a state.
func (s *shop) install(b testing.TB, host license.Host, dir, witness string) {
	keyring, err := os.ReadFile(s.keyring)
	require.NoError(b, err)
	client, err := activation.Open(activation.Options{Product: "acme-cad", Version: "4.2.0", Released: time.Now(),
		Keyring: string(keyring), Host: host, Dir: dir, WitnessDir: witness})
	require.NoError(b, err)
	text, err := s.issue.License(s.terms)
	require.NoError(b, err)
	documents := [][]byte{text}
	for i := range 2 {
		text, err := s.issue.Update(&license.Update{ID: fmt.Sprint("U-", i), Serial: "S-1", Sequence: int64(i + 1), Issued: time.Now(),
			Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{
				{ID: "feature-00019", Term: &license.Term{Kind: license.Extend, Span: license.Span{Days: 30}}}}}}})
		require.NoError(b, err)
		documents = append(documents, text)
	}
	for _, text := range documents {
		_, err := client.Import(context.Background(), bytes.NewReader(text))
		require.NoError(b, err)
	}
	require.NoError(b, client.Close())
}

// BenchmarkSize reports how much the library adds to a program, in megabytes
// of 10^6 bytes, stripped.
func BenchmarkSize(b *testing.B) {
	size := func(name string) float64 {
		info, err := os.Stat(build(b, name))
		require.NoError(b, err)
		return float64(info.Size()) / 1e6
	}
	hello := size("hello")
	for b.Loop() {
	}
	b.ReportMetric(size("license")-hello, "MB/license")
	b.ReportMetric(size("licensefloor")-hello, "MB/license-floor")
	b.ReportMetric(size("activation")-hello, "MB/activation")
	b.ReportMetric(size("hellohttp")-hello, "MB/http-alone")
	b.ReportMetric(size("activationfloor")-hello, "MB/activation-floor")
	b.ReportMetric(0, "ns/op")
}

// TestProgramsRun holds that what is timed does what it should.
func TestProgramsRun(t *testing.T) {
	s := newShop(t)
	text, err := s.issue.License(s.terms)
	require.NoError(t, err)
	licence := s.write(t, "licence", text)
	out, err := exec.Command(build(t, "license"), s.keyring, licence).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "allowed\n", string(out))
	out, err = exec.Command(build(t, "licensefloor"), s.write(t, "key", s.key.Public().Bytes()), s.write(t, "signed", s.signed(t))).CombinedOutput()
	require.NoError(t, err, "%s", out)

	dir, witness := filepath.Join(s.dir, "state"), filepath.Join(s.dir, "witness")
	s.install(t, machine.New("acme-cad"), dir, witness)
	out, err = exec.Command(build(t, "activation"), s.keyring, dir, witness).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "allowed\n", string(out))
}
