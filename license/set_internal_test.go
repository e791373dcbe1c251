package license

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// decided returns a decision for each name; every other one is allowed.
func decided(names ...string) (d []Decision, allowed map[string]bool) {
	allowed = map[string]bool{}
	for i, name := range names {
		state := StateActive
		if i%2 == 1 {
			state = StateExpired
		}
		d = append(d, Decision{Product: "p", Feature: &Feature{ID: name}, State: state})
		allowed[name] = state.Works()
	}
	return d, allowed
}

// agrees holds a set against a map, for the names in it and many
// that are not.
func agrees(t *testing.T, names ...string) *Set {
	t.Helper()
	d, want := decided(names...)
	r := &Result{Decisions: d}
	for _, name := range names {
		require.Equal(t, want[name], r.Allows(name), "%q", name)
		for _, other := range []string{name + "x", "x" + name, name[:len(name)-1], strings.ToUpper(name), name + name, name + "\x00"} {
			require.Equal(t, want[other], r.Allows(other), "%q", other)
		}
	}
	require.False(t, r.Allows(""))
	require.False(t, r.Allows("no such feature"))
	return r.Set()
}

func TestSetOfEveryLength(t *testing.T) {
	t.Parallel()
	var all []string
	for n := range 41 {
		var names []string
		for _, c := range "abcdefgh" {
			if n > 0 {
				names = append(names, strings.Repeat(string(c), n))
			}
		}
		all = append(all, names...)
		agrees(t, names...)
		require.False(t, new(Result).Allows(strings.Repeat("a", n)))
	}
	agrees(t, all...)
}

func TestSetOfEverySize(t *testing.T) {
	t.Parallel()
	for n := range 70 {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("feature-%d", i*i))
		}
		agrees(t, names...)
	}
	var many []string
	for i := range 10_000 {
		many = append(many, fmt.Sprintf("feature-%05d", i))
	}
	agrees(t, many...)
}

func TestSetOfRandomNames(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(1, seed))
		set := map[string]bool{}
		for len(set) < 200 {
			b := make([]byte, 1+r.IntN(40))
			for i := range b {
				b[i] = "ab."[r.IntN(3)]
			}
			set[string(b)] = true
		}
		var names []string
		for name := range set {
			names = append(names, name)
		}
		agrees(t, names...)
	}
}

// Names that differ only where the quick hash does not look.
func TestSetOfNamesThatCollide(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 200 {
		names = append(names, "acme-cad."+fmt.Sprintf("%015d", i)+strings.Repeat("m", 24)+"end-of-it")
	}
	_, want := decided(names...)
	require.Len(t, want, 200)
	require.False(t, agrees(t, names[:maxProbe]...).slow)
	require.True(t, agrees(t, names...).slow, "the quick hash was meant to fail")
}

// A feature of several products is allowed if any of them allows it, whichever
// comes first; and it is ready if any that allows it has begun.
func TestSetOfSeveralProducts(t *testing.T) {
	t.Parallel()
	decide := func(product string, s State, pending bool) Decision {
		return Decision{Product: product, Feature: &Feature{ID: "f"}, State: s, Pending: pending}
	}
	tests := []struct {
		decisions      []Decision
		allowed, ready bool
	}{
		{[]Decision{decide("a", StateExpired, false), decide("b", StateExpired, true)}, false, false},
		{[]Decision{decide("a", StateExpired, false), decide("b", StateActive, true)}, true, false},
		{[]Decision{decide("a", StateGrace, false), decide("b", StateExpired, false)}, true, true},
		{[]Decision{decide("a", StateActive, true), decide("b", StateProvisional, false)}, true, true},
		{[]Decision{decide("a", StateProvisional, false), decide("b", StateActive, true)}, true, true},
		{[]Decision{decide("a", StateActive, true), decide("b", StateExpired, false)}, true, false},
	}
	for i, test := range tests {
		r := &Result{Decisions: test.decisions}
		require.Equal(t, test.allowed, r.Allows("f"), "%d", i)
		require.Equal(t, test.ready, r.Set().Ready("f"), "%d", i)
	}
}

// Nothing that is signed has a feature without a name, and nothing that is not
// signed brings the program down.
func TestSetOfNoName(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		names := []string{"f", "a"}
		r := &Result{}
		r.Decisions, _ = decided(slices.Insert(names, i, "")...)
		require.False(t, r.Allows(""))
		require.False(t, r.Set().Ready(""))
		require.Equal(t, i != 0, r.Allows("f"))
		require.Equal(t, i == 2, r.Decision("a").State == StateExpired)
	}
}

func TestAllowsDoesNotAllocate(t *testing.T) {
	l := &License{Kind: Full, Products: []Product{{ID: "p", Features: []Feature{{ID: "export"}, {ID: "render-in-the-cloud"}}}}}
	r := Check(l, Env{})
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _, _ = r.Allows("export"), r.Set().Ready("render-in-the-cloud"), r.Allows("no such feature")
	}))
}
