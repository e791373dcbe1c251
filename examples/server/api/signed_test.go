package api_test

import (
	"crypto"
	"io"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A countingSigner counts its signatures.
type countingSigner struct {
	crypto.Signer
	n *atomic.Int64
}

func (s countingSigner) Sign(random io.Reader, message []byte, o crypto.SignerOpts) ([]byte, error) {
	s.n.Add(1)
	return s.Signer.Sign(random, message, o)
}

// Nothing that the API signs goes unrecorded: each signature of the licence key is
// an event in the history of its sale.
func TestWhatIsSignedIsInTheHistory(t *testing.T) {
	t.Parallel()
	keys := servertest.NewKeys(t)
	path := filepath.Join(t.TempDir(), "license.key")
	keys.Write(t, license.RoleLicense, path)
	private, err := issuer.ReadKeyFile(path)
	require.NoError(t, err)
	var signed atomic.Int64
	counting, err := issuer.New("acme", license.RoleLicense, countingSigner{private.Signer(), &signed})
	require.NoError(t, err)
	w := newWorld(t, func(c *serverapp.Config) {
		c.Keyring, c.Activation, c.License = keys.Keyring, keys.Activation, counting
	})

	var serials []any
	for _, one := range w.Desk.OK("serials", object{"count": 3, "pending": true, "request_keys": true, "description": servertest.Terms})["serials"].([]any) {
		serials = append(serials, one.(object)["serial"])
	}
	second := w.Read.OK("serials/get", object{"serial": serials[1]})
	w.Desk.OK("serials/release", object{"serial": serials[0], "description": servertest.Terms})
	w.Desk.OK("request-keys/release", object{"request_key": second["request_key"], "description": servertest.Terms})
	w.Desk.OK("serials/replace", object{"serial": serials[0], "description": servertest.Terms})
	w.Desk.OK("updates/preview", object{"serial": serials[0], "description": servertest.Update("print", "")})
	w.Desk.OK("updates", object{"serial": serials[0], "description": servertest.Update("print", ""), "submit": true})
	w.Desk.OK("updates", object{"serial": serials[0], "description": servertest.Update("export", ""), "submit": true})

	kinds := map[string]int{}
	for _, serial := range serials {
		for _, e := range w.Read.OK("serials/history", object{"serial": serial})["events"].([]any) {
			kind := e.(object)["kind"].(string)
			if slices.Contains([]string{"sold", "released", "replaced", "update"}, kind) {
				kinds[kind]++
				require.Equal(t, "orders", e.(object)["actor"])
			}
		}
	}
	require.EqualValues(t, 8, signed.Load())
	require.Equal(t, map[string]int{"sold": 3, "released": 2, "replaced": 1, "update": 2}, kinds, "one event for each signature")
}
