package producttest_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

var update = flag.Bool("update", false, "write the embedded files anew")

// TestEmbedded holds the embedded files to what the demonstration keys make.
// Those keys are no secret: each is the SHA-256 of a sentence.
func TestEmbedded(t *testing.T) {
	var keys []license.Key
	issuers := map[license.Role]*issuer.Issuer{}
	end, err := license.ParseDate("2045-12-31")
	must(t, err)
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation, license.RoleRoot} {
		seed := sha256.Sum256([]byte("latchkey demonstration, not a secret: " + string(role)))
		key, err := issuer.Generate(role, bytes.NewReader(seed[:]))
		must(t, err)
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: end})
		issuers[role], err = issuer.New("acme", role, key.Signer())
		must(t, err)
	}
	ring, err := license.NewKeyring("acme", 1, 1, keys)
	must(t, err)
	document, err := issuers[license.RoleLicense].Catalogue(&license.Catalogue{
		Product: "acme-cad", Issued: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
		Editions: []license.Edition{
			{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}, {ID: "export"}}},
			{Number: 2, Name: "Professional", Kind: license.Full, Features: []license.Feature{{ID: "draw"}, {ID: "export"}, {ID: "print"}, {ID: "render"}}},
		},
	})
	must(t, err)
	same(t, "../../product/embedded/keyring.txt", []byte(ring.String()))
	same(t, "../../product/embedded/catalogue.doc", document)
}

func same(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		must(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the demonstration keys make: go test ./internal/producttest -update", path)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
