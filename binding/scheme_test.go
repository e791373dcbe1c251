package binding

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/vectors"
)

func TestSchemeVectors(t *testing.T) {
	vectors.Run(t, "../testdata/scheme-line", "scheme-line", []string{"components", "tolerance", "problem"},
		func(t *testing.T, v vectors.Vector) {
			s, err := ParseScheme(string(v.Body))
			switch v.Expect() {
			case "ok":
				require.NoError(t, err)
				require.Equal(t, string(v.Body), s.String())
				require.Equal(t, v.Header["tolerance"], strconv.Itoa(s.Tolerance()))
				var words []string
				for _, c := range s.Components() {
					word := c.Name
					if c.Replaceable {
						word += " replaceable"
					}
					words = append(words, word)
				}
				require.Equal(t, v.Header["components"], strings.Join(words, ", "))
			case "refused":
				var bad *SchemeError
				require.ErrorAs(t, err, &bad)
				require.Equal(t, v.Header["problem"], bad.Problem)
				require.Zero(t, s)
			default:
				t.Fatalf("unknown outcome %q", v.Expect())
			}
		})
}

func TestNamedSchemes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"machine", "workstation", "desktop", "server", "vm", "cloud", "container", "user", "host"} {
		line, ok := Named(name)
		require.True(t, ok, name)
		s, err := ParseScheme(line)
		require.NoError(t, err, name)
		for _, c := range s.Components() {
			require.Contains(t, Standard(), c.Name)
		}
	}
	_, ok := Named("laptop")
	require.False(t, ok)
}

func TestZeroScheme(t *testing.T) {
	t.Parallel()
	var s Scheme
	require.Empty(t, s.String())
	require.Empty(t, s.Components())
	f := fingerprint(t, Reading{Component: "board", Values: []string{"b"}})
	_, err := f.Bind(s)
	require.Error(t, err)
	_, err = f.Match(s, []byte{1})
	var bad *DamagedError
	require.ErrorAs(t, err, &bad)
}

// Every change of one byte of a scheme line is another scheme or none: no two
// lines are one scheme.
func TestMangleScheme(t *testing.T) {
	t.Parallel()
	const line = "board+cpu~+disk~+mac~/2"
	for i := range line {
		for c := range 256 {
			mangled := line[:i] + string([]byte{byte(c)}) + line[i+1:]
			s, err := ParseScheme(mangled)
			if err == nil {
				require.Equal(t, mangled, s.String())
				require.Equal(t, mangled, format(s))
				continue
			}
			var bad *SchemeError
			require.True(t, errors.As(err, &bad))
		}
	}
}

// format writes the line again from what was understood of it.
func format(s Scheme) string {
	var b strings.Builder
	n := 0
	for i, c := range s.Components() {
		if i > 0 {
			b.WriteByte('+')
		}
		b.WriteString(c.Name)
		if c.Replaceable {
			b.WriteByte('~')
			n++
		}
	}
	if n > 0 {
		b.WriteString("/" + strconv.Itoa(s.Tolerance()))
	}
	return b.String()
}

func FuzzParseScheme(f *testing.F) {
	f.Add("board+cpu~+disk~+mac~/2")
	f.Add("a~+b/1")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := ParseScheme(line)
		if err != nil {
			require.Zero(t, s)
			return
		}
		require.Equal(t, line, format(s))
		require.Less(t, s.Tolerance(), len(s.Components()))
	})
}
