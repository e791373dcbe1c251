package description_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]license.Feature{
		"":          {},
		" ":         {},
		"perpetual": {},
		"from=2027-01-01,until=2027-03-31,from=2027-06-01,until=2027-06-30": {Term: license.Term{Kind: license.Dates, Intervals: []license.Interval{
			{From: date(t, "2027-01-01"), Until: date(t, "2027-03-31")}, {From: date(t, "2027-06-01"), Until: date(t, "2027-06-30")},
		}}},
		"first-use=1y3m15d":      {Term: license.Term{Kind: license.FromFirstUse, Span: license.Span{Months: 15, Days: 15}}},
		"activation=3m":          {Term: license.Term{Kind: license.FromActivation, Span: license.Span{Months: 3}}},
		"runs=100 , seats=5":     {Runs: 100, Seats: 5},
		"runs=unlimited":         {},
		"concurrent=5/login":     {Concurrent: license.Concurrent{N: 5, Per: license.PerLogin}},
		"concurrent=unlimited":   {},
		"no-vm,no-remote":        {Conditions: license.NoVirtualMachine | license.NoRemoteSession},
		"any-place":              {},
		`param.a=x\\,y,param.b=`: {Params: []license.Param{{Name: "a", Value: "x,y"}, {Name: "b", Value: ""}}},
	} {
		l, err := description.License([]byte(has(line)))
		require.NoError(t, err, line)
		want.ID = "draw"
		require.Equal(t, want, l.Products[0].Features[0], line)
	}
}

func TestLimitsRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"forever":                          `"forever" is not a limit: the limits are perpetual, until, `,
		"runs=5,":                          `"" is not a limit: `,
		"until":                            "until is written as in until=2027-12-31",
		"perpetual=yes":                    "perpetual is written as in",
		"until=31.12.2027":                 `"31.12.2027" is not a date: write it as 2027-12-31`,
		"until=2027-12-31,first-use=30d":   "first-use does not go with what stands before it",
		"from=2027-01-01":                  "from=2027-01-01 has no until",
		"from=2027-01-01,from=2027-01-02":  "from=2027-01-02 stands where the until of the period before should be",
		"from=2027-01-02,until=2027-01-01": "until=2027-01-01 lies before from=2027-01-02",
		"first-use=30":                     `"30" is not a length of time`,
		"first-use=0d":                     `"0d" is not a length of time`,
		"first-use=99999d":                 `"99999d" is not a length of time`,
		"runs=many":                        "runs=many is not a number from 1",
		"runs=0":                           "runs=0 is not a number from 1",
		"seats=1099511627777":              "seats=1099511627777 is not a number from 1",
		"runs=5,runs=6":                    "runs occurs twice",
		"concurrent=5":                     "concurrent=5 does not name what is counted",
		"param.=x":                         "a parameter is written as param.NAME=VALUE",
		"param.a":                          "a parameter is written as param.NAME=VALUE",
		"param.a=x,param.a=y":              "param.a occurs twice",
	} {
		_, err := description.License([]byte(has(line)))
		require.ErrorContains(t, err, "the feature draw of acme-cad: "+want, line)
	}
}

func TestParseTerm(t *testing.T) {
	t.Parallel()
	term, err := description.ParseTerm("until=2027-12-31")
	require.NoError(t, err)
	require.Equal(t, license.Until(date(t, "2027-12-31")), *term)
	for _, line := range []string{"", "runs=5", "perpetual,runs=5", "reset-usage"} {
		_, err := description.ParseTerm(line)
		require.ErrorContains(t, err, "is not a term: ", line)
	}
}

// What people are told that a scheme can be, is one, and can be bound by at
// activation.
func TestSchemes(t *testing.T) {
	t.Parallel()
	names, _, found := strings.Cut(description.Schemes, ", or a line such as ")
	require.True(t, found)
	for name := range strings.SplitSeq(names, ", ") {
		line, ready := binding.Named(name)
		require.True(t, ready, name)
		b, err := description.AtActivation(name)
		require.NoError(t, err, name)
		require.Equal(t, license.Binding{Scheme: line}, b)
	}
	line, err := description.SchemeLine("board+dongle")
	require.NoError(t, err)
	require.Equal(t, "board+dongle", line)
	_, err = description.AtActivation("board+dongle")
	require.ErrorContains(t, err, `names "dongle"`)
	b, err := description.AtActivation("")
	require.NoError(t, err)
	require.Equal(t, license.Binding{}, b)
}
