package serverapp

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

// What flags say takes the place of what the environment says.
func TestListFlag(t *testing.T) {
	t.Parallel()
	for env, want := range map[string][]string{"": nil, "a.key": {"a.key"}, " b.key, a.key ,": {"b.key", "a.key"}} {
		l := listOf(env)
		require.Equal(t, want, l.values)
		f := flag.NewFlagSet("", flag.ContinueOnError)
		f.Var(&l, "key", "")
		require.NoError(t, f.Parse([]string{"--key", "x", "--key", "y"}))
		require.Equal(t, []string{"x", "y"}, l.values)
		require.Equal(t, "x,y", l.String())
	}
}
