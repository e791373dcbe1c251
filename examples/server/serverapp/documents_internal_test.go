package serverapp

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A document in the ledger with as many strange signatures as there is room for is
// countersigned as any other, and stops nothing.
func TestCountersignFullDocument(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "new.key")
	var issuers []*issuer.Issuer
	var rings []*license.Keyring
	for n := range 2 {
		key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(bytes.Repeat([]byte{byte(40 + n)}, 32)))
		require.NoError(t, err)
		if n == 1 {
			require.NoError(t, key.WriteFile(file))
		}
		i, err := issuer.New("acme", license.RoleLicense, key.Signer())
		require.NoError(t, err)
		ring, err := license.NewKeyring("acme", int64(n+1), 0, []license.Key{{Public: key.Public(), Role: license.RoleLicense, End: license.DateOf(noon) + 1000}})
		require.NoError(t, err)
		issuers, rings = append(issuers, i), append(rings, ring)
	}
	good, err := issuers[0].License(&license.License{ID: "L-1", Serial: "S-1", Kind: license.Full, Issued: noon, Products: []license.Product{{ID: "acme-cad"}}})
	require.NoError(t, err)
	bare, err := license.Bare(good)
	require.NoError(t, err)
	full := bytes.TrimSuffix(bytes.TrimSpace(bare), []byte("]}"))
	for n := range 6 {
		full = fmt.Appendf(full, `,{"keyid":"%016x","sig":"%s"}`, n, base64.StdEncoding.EncodeToString(make([]byte, 64)))
	}
	full = fmt.Appendf(full, `,{"keyid":%q,"sig":"%s"}]}`, issuers[1].Public().ID(), base64.StdEncoding.EncodeToString(make([]byte, 64)))
	text, err := license.Armor(full)
	require.NoError(t, err)
	ledger := server.NewMemoryLedger()
	for serial, document := range map[license.Serial][]byte{"S-1": text, "S-2": good} {
		require.NoError(t, ledger.Add(t.Context(), &server.Sale{Serial: serial, Product: "acme-cad", Limit: 1, License: document, LicenseID: "L-1", Version: 1, Created: noon}))
	}
	d := &documentsFlags{tool: &tool{out: io.Discard, err: os.Stderr, now: func() time.Time { return noon }, settings: settings{licenseKey: file}}}
	require.NoError(t, d.countersignAll(t.Context(), ledger, &keyrings{all: rings, newest: rings[1]}))
	require.NoError(t, server.Documents(t.Context(), ledger, func(one server.Document) error {
		for _, ring := range rings {
			require.NoError(t, one.Verify(ring))
		}
		return nil
	}))
}
