package cli

import (
	"bytes"
	"flag"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// program returns a program and what it has written and reported.
func program() (p *Program, out *bytes.Buffer, failure *error) {
	out, failure = &bytes.Buffer{}, new(error)
	nothing := func(f *flag.FlagSet) func([]string) error {
		f.String("product", "", "")
		return func([]string) error { return nil }
	}
	return &Program{
		Name: "prog", Version: "v1.2.3", Out: out, Global: func(f *flag.FlagSet) { f.Bool("json", false, "") },
		Commands: []Command{{Name: "issue", Setup: nothing}, {Name: "update", Setup: nothing}},
		Report:   func(_ string, err error) int { *failure = err; return Failed },
	}, out, failure
}

// A mistyped command or flag is answered with the one that is meant.
func TestDidYouMean(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		`there is no command "isseu": did you mean "issue"?`:                         {"isseu"},
		`there is no command "nonsense": use one of issue, update`:                   {"nonsense"},
		`there is no flag --prodct: did you mean --product? See "prog issue --help"`: {"issue", "--prodct", "x"},
		`there is no flag --jsno: did you mean --json? See "prog update --help"`:     {"update", "-jsno"},
		`there is no flag --jason: did you mean --json? See "prog --help"`:           {"--jason", "update"},
		`there is no flag --nonsense: see "prog issue --help"`:                       {"issue", "--nonsense"},
		`invalid boolean value "x" for --json: parse error: see "prog issue --help"`: {"issue", "--json=x"},
		`name a command: issue, update, or "prog help"`:                              {},
	} {
		p, _, failure := program()
		require.Equal(t, Failed, p.Run(args))
		require.EqualError(t, *failure, want)
		var usage *UsageError
		require.ErrorAs(t, *failure, &usage)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--version"}, {"version"}, {"-version"}} {
		p, out, _ := program()
		require.Equal(t, OK, p.Run(args))
		require.Equal(t, "prog v1.2.3\n", out.String())
	}
	p, _, failure := program()
	p.Version = ""
	require.Equal(t, Failed, p.Run([]string{"--version"}))
	require.ErrorContains(t, *failure, "there is no flag --version")

	setting := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: modified}}
	}
	for want, info := range map[string]debug.BuildInfo{
		"v0.1.0":              {Main: debug.Module{Version: "v0.1.0"}, Settings: setting("false")},
		"commit abc":          {Main: debug.Module{Version: "(devel)"}, Settings: setting("false")},
		"commit abc, changed": {Settings: setting("true")},
		"unknown":             {Main: debug.Module{Version: "(devel)"}},
	} {
		require.Equal(t, want, versionOf(&info))
	}
	require.NotEmpty(t, Version())
}
