package serverapp

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// failing is an output that cannot be written to.
type failing struct{ io.Writer }

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

// Where init fails at its end, the folder in which the product embeds its keyring is
// as it was: the keys of the new one are gone.
func TestInitTakesBackWhatItEmbedded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	embed := filepath.Join(dir, "product")
	require.NoError(t, os.Mkdir(embed, 0o700))
	kept := filepath.Join(embed, keyringFile)
	require.NoError(t, os.WriteFile(kept, []byte("mine"), 0o600))
	out := &tool{dir: filepath.Join(dir, "acme"), out: failing{}, err: io.Discard, now: time.Now, settings: settings{database: databaseFile}}
	n := &first{t: out, vendor: "acme", product: "acme-cad", features: []string{"draw"}, embed: embed}
	require.NoError(t, n.check(nil))
	require.ErrorContains(t, n.make(), "no room")
	text, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
	for _, folder := range []string{embed, out.dir} {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, e := range entries {
			require.Equal(t, keyringFile, e.Name(), folder)
			require.Equal(t, embed, folder)
		}
	}
}
