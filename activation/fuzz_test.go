package activation

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// fullState has something in every field.
func fullState() *state {
	moment := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	usage := license.Usage{Activated: moment, FirstUse: moment.Add(time.Hour), Features: map[license.Ref]license.FeatureUsage{
		{Product: "acme-cad", Feature: "print"}: {Runs: 42, FirstUse: moment},
		{Product: "acme-cad", Feature: "share"}: {Seats: []string{"ada@example.com", "bea@example.com"}},
		{Product: "acme-cam", Feature: "print"}: {},
	}}
	return &state{
		Counter: 7, Seed: bytes.Repeat([]byte{1}, seedSize), Mark: moment, Restored: true,
		Challenge: bytes.Repeat([]byte{2}, license.ChallengeSize), Notices: []string{"a 1", "b 2"}, Asked: moment, Signed: moment.Add(time.Minute),
		Keyrings: []string{"keyring", "the next"}, Waiting: []string{"the one after"}, Voided: []string{"L-1"}, Catalogue: "catalogue", Epochs: map[string]int64{"L-1 acme-cad/print": 2},
		Usage: map[string]*license.Usage{"L-1": &usage, "L-2": {Features: map[license.Ref]license.FeatureUsage{}}},
		Documents: []document{
			{ID: "L-1", Serial: "S-1", Text: "licence", Updates: []appliedUpdate{{Text: "update", At: moment, Usage: usage}, {Code: []byte{3}, At: moment,
				Usage: license.Usage{Features: map[license.Ref]license.FeatureUsage{}}}}},
			{Key: []byte{4, 5}, Name: "Ada \"Lovelace\"\n<ädä>"},
		},
	}
}

func TestStateRoundTrip(t *testing.T) {
	t.Parallel()
	for _, s := range []*state{fullState(), {Seed: make([]byte, seedSize), Usage: map[string]*license.Usage{}}} {
		text, err := s.encode()
		require.NoError(t, err)
		again, err := decodeState(string(text))
		require.NoError(t, err)
		require.Equal(t, s, again)
	}
	_, err := (&state{Counter: -1 << 60}).encode()
	require.Error(t, err)
	for _, text := range []string{"", "{}", "null", `{"seed":"AA==","v":1}`, `{"seed":"AA=","v":1}`, `{"v":2}`} {
		_, err := decodeState(text)
		require.Error(t, err, text)
	}
}

// TestStateClone changes everything in a clone: none of it is the original's.
func TestStateClone(t *testing.T) {
	t.Parallel()
	s, want := fullState(), fullState()
	c := s.clone()
	require.Equal(t, want, c)
	c.Documents[0].Updates[0].Text = "x"
	c.Documents[1].Name = "x"
	c.Notices[0] = "x"
	c.Waiting[0], c.Voided[0] = "x", "x"
	ref := license.Ref{Product: "acme-cad", Feature: "share"}
	c.Usage["L-1"].Features[ref].Seats[0] = "x"
	c.Usage["L-1"].Features[license.Ref{}] = license.FeatureUsage{}
	c.usage("L-3").FirstUse = time.Now()
	c.pullBack(time.Unix(0, 0))
	require.Equal(t, want, s)
}

func FuzzDecodeState(f *testing.F) {
	text, err := fullState().encode()
	require.NoError(f, err)
	f.Add(string(text))
	f.Add(`{"counter":0,"documents":[],"seed":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","usage":{},"v":1}`)
	f.Add(`{"challenge":"","mark":-62135596800,"seed":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","zzz":[{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := decodeState(text)
		if err != nil {
			require.Nil(t, s)
			return
		}
		s.clone()
		written, err := s.encode()
		require.NoError(t, err)
		again, err := decodeState(string(written))
		require.NoError(t, err)
		rewritten, err := again.encode()
		require.NoError(t, err)
		require.Equal(t, string(written), string(rewritten))
		if s.Usage == nil {
			s.Usage = map[string]*license.Usage{} // encode writes it always
		}
		require.True(t, reflect.DeepEqual(s, again))
	})
}

// FuzzSealOpen opens what was sealed and then changed: only what is as it was
// opens, and nothing else makes it panic.
func FuzzSealOpen(f *testing.F) {
	f.Add([]byte("state"), []byte("machine"), "acme-cad", 60, byte(1))
	f.Add([]byte{}, []byte{}, "", 0, byte(0))
	f.Add(make([]byte, 100), []byte("k"), "x", 30, byte(255))
	f.Fuzz(func(t *testing.T, text, machine []byte, product string, at int, change byte) {
		if len(machine) == 0 {
			machine = nil
		}
		s := sealer{product: product, machine: machine}
		s.newInstallation()
		sealed, err := s.seal(text)
		require.NoError(t, err)
		opener := sealer{product: product, machine: machine}
		got, err := opener.open(sealed)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, got))
		require.Equal(t, s.installation, opener.installation)

		changed := bytes.Clone(sealed)
		changed[uint(at)%uint(len(changed))] ^= change
		fresh := sealer{product: product, machine: machine}
		if got, err = fresh.open(changed); bytes.Equal(changed, sealed) {
			require.NoError(t, err)
		} else {
			require.Error(t, err)
			require.Nil(t, got)
			require.Zero(t, fresh.installation, "what did not open leaves nothing behind")
		}
		_, err = (&sealer{product: product + "x", machine: machine}).open(sealed)
		require.ErrorIs(t, err, errOpen)
		_, err = (&sealer{product: product, machine: append([]byte("other"), machine...)}).open(sealed)
		if machine != nil {
			require.ErrorIs(t, err, license.RecordForeign)
			_, err = (&sealer{product: product}).open(sealed)
			require.ErrorIs(t, err, license.RecordLocked)
		} else {
			require.NoError(t, err)
		}
		_, err = fresh.open(text)
		require.Error(t, err)

		mark := time.Unix(int64(at)>>20, 0).UTC()
		w := s.testify(&state{Counter: int64(at), Mark: mark})
		if heard := s.hear(w); at >= 0 && at < 1<<53-1 {
			want := testimony{s.installation, int64(at), mark, true}
			if mark.Unix() == 0 {
				want.mark = time.Time{}
			}
			require.Equal(t, want, heard)
		} else {
			require.False(t, heard.heard)
		}
		w[uint(at)%uint(len(w))] ^= change
		require.Equal(t, change == 0 && at >= 0 && at < 1<<53-1, s.hear(w).heard)
		require.False(t, s.hear(text).heard)
	})
}

// FuzzReadRecord reads a file: what is taken for whole is what would be
// written for it.
func FuzzReadRecord(f *testing.F) {
	f.Add([]byte(header(1, []byte("data"))+"\ndata"), []byte(header(2, nil)+"\n"))
	f.Add([]byte("latchkey state 1 18446744073709551615 0 0000000000000000\n"), []byte{})
	f.Add([]byte("latchkey state 1 \n"), []byte("\n\n"))
	f.Add([]byte(header(1<<64-1, nil)+"\n"), []byte(header(1<<63, nil)+"\n"))
	f.Add([]byte(header(3, []byte("\n"))+"\n\n"), []byte(header(3, []byte("x"))+"\nx"))
	dir := f.TempDir()
	s, err := NewFileStore(dir)
	require.NoError(f, err)
	s.fast = true
	f.Fuzz(func(t *testing.T, a, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, slots[0]), a, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, slots[1]), b, 0o600))
		r, err := s.Load()
		if err != nil {
			require.ErrorIs(t, err, license.RecordDamaged)
			require.Zero(t, r)
			for _, name := range slots {
				_, err := s.read(name)
				require.True(t, errors.Is(err, errTorn))
			}
			return
		}
		whole := []byte(header(r.Generation, r.Data) + "\n" + string(r.Data))
		require.True(t, bytes.Equal(whole, a) || bytes.Equal(whole, b))
		require.NoError(t, s.Swap(r.Generation, []byte("next")))
		next, err := s.Load()
		require.NoError(t, err)
		require.Equal(t, "next", string(next.Data))
		require.Equal(t, r.Generation+1, next.Generation)
	})
}
