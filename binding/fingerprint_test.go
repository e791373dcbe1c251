package binding

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/vectors"
)

func sample(t testing.TB) Fingerprint {
	return fingerprint(t,
		has("board", "uuid:4c4c4544-0042"), has("disk", "serial:A", "serial:B"), has("mac"),
		hidden("machine"), Reading{Component: "cpu", Values: []string{"x"}, Err: errors.ErrUnsupported})
}

func text(t testing.TB, f Fingerprint) []byte {
	t.Helper()
	b, err := f.Text()
	require.NoError(t, err)
	return b
}

func TestFingerprintVectors(t *testing.T) {
	vectors.Run(t, "../testdata/fingerprint", "fingerprint", nil, func(t *testing.T, v vectors.Vector) {
		var f Fingerprint
		err := f.ParseText(v.Body)
		switch v.Expect() {
		case "ok":
			require.NoError(t, err)
			var again Fingerprint
			require.NoError(t, again.ParseText(text(t, f)))
			require.Equal(t, text(t, f), text(t, again))
		case "refused":
			var bad *DamagedError
			require.ErrorAs(t, err, &bad)
			require.Zero(t, f)
		default:
			t.Fatalf("unknown outcome %q", v.Expect())
		}
	})
}

func TestBindingVectors(t *testing.T) {
	vectors.Run(t, "../testdata/binding", "binding", []string{"scheme", "data"}, func(t *testing.T, v vectors.Vector) {
		data, err := hex.DecodeString(v.Header["data"])
		require.NoError(t, err)
		var f Fingerprint
		require.NoError(t, f.ParseText(v.Body))
		err = f.MatchBinding(v.Header["scheme"], data)
		var mismatch *MismatchError
		var bad *DamagedError
		switch v.Expect() {
		case "match":
			require.NoError(t, err)
		case "changed":
			require.ErrorAs(t, err, &mismatch)
			require.NotEmpty(t, mismatch.ChangedComponents())
		case "unreadable":
			require.ErrorAs(t, err, &mismatch)
			require.Empty(t, mismatch.ChangedComponents())
			require.NotEmpty(t, mismatch.UnreadableComponents())
		case "damaged":
			require.ErrorAs(t, err, &bad)
		default:
			t.Fatalf("unknown outcome %q", v.Expect())
		}
	})
}

func TestNewFingerprintRefuses(t *testing.T) {
	t.Parallel()
	many := make([]Reading, MaxFingerprintComponents+1)
	for i := range many {
		many[i] = has(fmt.Sprintf("c%d", i), "x")
	}
	_, err := NewFingerprint(product, many)
	require.Error(t, err)
	_, err = NewFingerprint(product, many[:MaxFingerprintComponents])
	require.NoError(t, err)
	for _, name := range []string{"", "acme cad", "acme\n", "é", strings.Repeat("a", 65)} {
		_, err := NewFingerprint(name, nil)
		require.Error(t, err, name)
	}
	for _, name := range []string{"", "Board", "1", "a b", "installation-code", strings.Repeat("a", 33)} {
		_, err := NewFingerprint(product, []Reading{has(name, "x")})
		require.Error(t, err, name)
	}
	_, err = NewFingerprint(product, []Reading{has("cpu", "x"), has("mac"), has("cpu", "y")})
	require.Error(t, err)
}

// More values than fit are sampled so that one more or less still meets.
func TestManyValues(t *testing.T) {
	t.Parallel()
	var values []string
	for i := range 500 {
		values = append(values, fmt.Sprint("disk-", i))
	}
	f := fingerprint(t, has("disk", values...))
	require.Len(t, f.get().components[0].digests, MaxDigests)
	data := bind(t, f, "disk")
	require.NoError(t, fingerprint(t, has("disk", append(values[30:], "new")...)).MatchBinding("disk", data))
	require.LessOrEqual(t, len(text(t, f)), MaxTextLength)
}

func TestProductsShareNothing(t *testing.T) {
	t.Parallel()
	a, err := NewFingerprint("acme-cad", []Reading{has("disk", "x"), has("board", "x")})
	require.NoError(t, err)
	b, err := NewFingerprint("acme-cam", []Reading{has("disk", "x"), has("board", "x")})
	require.NoError(t, err)
	seen := map[digest]bool{}
	for _, f := range []Fingerprint{a, b} {
		for _, r := range f.get().components {
			require.False(t, seen[r.digests[0]])
			seen[r.digests[0]] = true
		}
	}
}

func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	f := sample(t)
	want := text(t, f)
	var again Fingerprint
	require.NoError(t, again.ParseText(want))
	require.Equal(t, f, again)

	for name, b := range map[string][]byte{
		"CRLF":         bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n")),
		"blanks":       bytes.ReplaceAll(want, []byte("\n"), []byte(" \t\n")),
		"blank lines":  []byte("\n \r\n" + string(want) + "\n\n"),
		"no last feed": bytes.TrimSuffix(want, []byte("\n")),
	} {
		var read Fingerprint
		require.NoError(t, read.ParseText(b), name)
		require.Equal(t, f, read, name)
	}
	_, err := Fingerprint{}.Text()
	require.Error(t, err)
}

// Every truncation and every change of one bit of a fingerprint's text is
// refused, or reads as the very same fingerprint (blanks at the ends of lines).
func TestMangleText(t *testing.T) {
	t.Parallel()
	f := sample(t)
	want := text(t, f)
	check := func(mangled []byte) bool {
		var read Fingerprint
		if read.ParseText(mangled) != nil {
			require.Zero(t, read)
			return true
		}
		require.Equal(t, want, text(t, read))
		return false
	}
	refused := 0
	for n := range want {
		if check(want[:n]) {
			refused++
		}
		if n > 0 && check(want[n:]) {
			refused++
		}
		for b := range 8 {
			mangled := slices.Clone(want)
			mangled[n] ^= 1 << b
			if check(mangled) {
				refused++
			}
		}
	}
	require.GreaterOrEqual(t, refused, 10*len(want)-20)
}

// The same for binding data: nothing but the data itself is accepted with the
// same meaning.
func TestMangleData(t *testing.T) {
	t.Parallel()
	s := scheme(t, "board+cpu~+disk~+mac~/2")
	f := fingerprint(t, has("board", "b"), has("cpu", "c"), has("disk", "d", "e"), hidden("mac"))
	data, err := f.Bind(s)
	require.NoError(t, err)
	check := func(mangled []byte) {
		bound, err := decodeData(s, mangled)
		if err != nil {
			return
		}
		again, err := encodeData(bound)
		require.NoError(t, err)
		require.Equal(t, mangled, again)
		require.Len(t, mangled, len(data))
	}
	for n := range data {
		_, err := decodeData(s, data[:n])
		require.Error(t, err)
		for b := range 8 {
			mangled := slices.Clone(data)
			mangled[n] ^= 1 << b
			check(mangled)
		}
	}
	for b := range 256 {
		_, err := decodeData(s, append(slices.Clone(data), byte(b)))
		require.Error(t, err)
	}
	_, err = decodeData(s, make([]byte, MaxDataLength+1))
	require.Error(t, err)
}

// No way of printing a fingerprint shows a digest, be it a field of another
// struct, which fmt prints without asking.
func TestRedaction(t *testing.T) {
	t.Parallel()
	f := sample(t)
	require.Equal(t, "fingerprint for acme-cad: board readable, cpu readable in part (not supported), "+
		"disk readable, mac absent, machine unreadable (permission)", f.String())
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "f", f)
	out := log.String()
	field := struct {
		f Fingerprint
		F Fingerprint
	}{f, f}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%X"} {
		out += fmt.Sprintf(verb, f) + fmt.Sprintf(verb, &f) + fmt.Sprintf(verb, field) + fmt.Sprintf(verb, []Fingerprint{f})
	}
	out = strings.ToLower(out)
	for _, r := range f.get().components {
		for _, d := range r.digests {
			require.NotContains(t, out, hex.EncodeToString(d[:]))
			require.NotContains(t, out, hex.EncodeToString([]byte(hex.EncodeToString(d[:]))))
			require.NotContains(t, out, strings.Trim(fmt.Sprint(d[:]), "[]"))
			require.NotContains(t, out, strings.ToLower(fmt.Sprintf("%#v", d[:])))
		}
	}
	require.Equal(t, "fingerprint for : ", Fingerprint{}.String())
}

func FuzzBindingData(f *testing.F) {
	const line = "board+cpu~+disk~/1"
	s := scheme(f, line)
	now := fingerprint(f, has("board", "b"), has("cpu", "c"), has("disk", "d"))
	f.Add(bind(f, now, line))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := now.Match(s, data)
		if err != nil {
			require.Zero(t, m)
			return
		}
		bound, err := decodeData(s, data)
		require.NoError(t, err)
		again, err := encodeData(bound)
		require.NoError(t, err)
		require.Equal(t, data, again)
		rebound, err := now.Rebind(s, data)
		require.Equal(t, m.OK(), err == nil)
		if err == nil {
			require.NoError(t, now.MatchBinding(line, rebound))
		}
	})
}

func FuzzFingerprintText(f *testing.F) {
	f.Add(text(f, sample(f)))
	// The checksum would stop the fuzzer at the gate, so it is given a body
	// and the harness adds the line "end".
	f.Add([]byte(textHeader + "\nproduct p\ncpu absent\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, in := range [][]byte{b, []byte(string(b) + "end " + checksum(string(b)) + "\n")} {
			var read Fingerprint
			if read.ParseText(in) != nil {
				require.Zero(t, read)
				continue
			}
			var again Fingerprint
			require.NoError(t, again.ParseText(text(t, read)))
			require.Equal(t, read, again)
			require.Equal(t, tidy(string(in)), tidy(string(text(t, read))), "one accepted encoding")
		}
	})
}
