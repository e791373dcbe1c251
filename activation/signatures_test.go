package activation_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
)

// resigned returns a document with its signatures changed by edit.
func resigned(t *testing.T, text []byte, edit func(e *dsse.Envelope)) []byte {
	t.Helper()
	e, err := dsse.Parse(text)
	require.NoError(t, err)
	edit(&e)
	return e.Armor()
}

// Signatures of a document that verify nothing, in a file that somebody tampered
// with, do not keep the vendor's countersigned documents out, whichever came first.
func TestWrongSignaturesKeepNothingOut(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	next, rotated := v.newKeys(t, 2, false)
	wrong := map[string]func(e *dsse.Envelope){
		"of the new key": func(e *dsse.Envelope) { e.Signatures[1].Sig[7] ^= 1 },
		"as many as there is room for": func(e *dsse.Envelope) {
			for e.Signatures = e.Signatures[:1]; len(e.Signatures) < dsse.MaxSignatures; {
				e.Signatures = append(e.Signatures, dsse.Signature{KeyID: fmt.Sprintf("%016x", len(e.Signatures))})
			}
		},
	}
	for name, edit := range wrong {
		for _, order := range []string{"WKG", "KWG", "WGK", "GWKG", "KG", "GK"} {
			t.Run(name+" "+order, func(t *testing.T) {
				t.Parallel()
				o, _ := v.options(t)
				c := open(t, o)
				license0, update0 := v.sell(t), v.update(t, 1, extend("export", 10))
				mustImport(t, c, license0)
				mustImport(t, c, update0)
				for _, step := range order {
					for _, text := range [][]byte{license0, update0} {
						genuine, err := next.issue.Countersign(text)
						require.NoError(t, err)
						switch step {
						case 'W':
							_ = importing(c, resigned(t, genuine, edit))
						case 'G':
							require.NoError(t, importing(c, genuine))
						case 'K':
							_ = importing(c, rotated)
						}
						require.True(t, c.Allows("draw"))
					}
				}
				require.Empty(t, c.Status().Reasons)
				require.Equal(t, day("2027-01-10"), c.Decision("export").Until)
				requireNotice(t, c, rotated, license.AlreadyEntered)
			})
		}
	}
}

// A licence that came with the deployment is cured as one that was imported: by its
// countersigned file.
func TestDeployedIsCountersigned(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	next, rotated := v.newKeys(t, 2, false)
	for _, keyringFirst := range []bool{true, false} {
		o, _ := v.options(t)
		o.Documents = [][]byte{v.sell(t)}
		visit(t, o, func(c *activation.Client) {
			require.NoError(t, c.Consume("print", 3))
			countersigned, err := next.issue.Countersign(o.Documents[0])
			require.NoError(t, err)
			texts := [][]byte{countersigned, rotated}
			if keyringFirst {
				requireReason(t, importing(c, rotated), license.KeyringWaits)
				texts = texts[:1]
			}
			for _, text := range texts {
				require.NoError(t, importing(c, text))
			}
			require.True(t, c.Allows("draw"))
			require.Empty(t, c.Status().Reasons)
			require.Equal(t, int64(97), c.Decision("print").Left)
			require.Len(t, c.Status().Licenses, 1)
			requireNotice(t, c, rotated, license.AlreadyEntered)
		})
	}
}
