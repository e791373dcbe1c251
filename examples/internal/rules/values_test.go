package rules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// Each value is held against the rules alone: those that are mistakes, and those
// that look like one.
func TestValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule      func(string) Findings
		good, bad []string
	}{
		"version": {
			func(s string) Findings { return version("products/a", s) },
			[]string{"", "4", "4.2", "v4.2.0", "4.2.0-rc.1", "2026.11+build"},
			[]string{"four", "4.x", "latest", "v", ".4", "4.", "4..2", "(devel)", "-1"},
		},
		"link": {
			link,
			[]string{"", "https://acme.example/renew", "http://acme.example:8080/?a=b", "mailto:sales@acme.example"},
			[]string{"acme.example", "www.acme.example/renew", "https://", "https:///renew", "ftp://acme.example", "javascript:alert(1)", "mailto:sales", "mailto:", "https://acme example", " https://acme.example", "https://:443", "sales@acme.example"},
		},
		"email": {
			email,
			[]string{"", "ada@acme.example", "ada.l+cad@mail.acme.example"},
			[]string{"ada", "ada@", "@acme.example", "ada at acme.example", "Ada <ada@acme.example>", "a@b@c"},
		},
		"contact": {
			Contact,
			[]string{"", "help@acme.example", "+44 20 7946 0000", "https://acme.example/help", "acme.example/help"},
			[]string{"the desk", "-", "   ", "n/a"},
		},
	} {
		for _, value := range test.good {
			require.Empty(t, test.rule(value), "%s %q", name, value)
		}
		for _, value := range test.bad {
			require.Len(t, test.rule(value), 1, "%s %q", name, value)
		}
	}
}

// A day that is over is one before today; today is not.
func TestPastDays(t *testing.T) {
	t.Parallel()
	c := &Check{Today: 20000, Words: Command}
	until := func(d license.Date) license.Term { return license.Until(d) }
	require.Error(t, c.term("f", "f", until(19999), false).Err())
	require.NoError(t, c.term("f", "f", until(19999), true).Err(), "a rewrite may end something")
	require.NotEmpty(t, c.term("f", "f", until(19999), true).Warnings())
	require.Empty(t, c.term("f", "f", until(20000), false))
	later := license.Term{Kind: license.Dates, Intervals: []license.Interval{{Until: 19000}, {From: 20100, Until: 20200}}}
	require.Empty(t, c.term("f", "f", later, false), "one of its periods is to come")
	c.PastMeant = true
	require.NoError(t, c.term("f", "f", until(19999), false).Err())
	c.PastMeant = false

	for end, code := range map[license.Date]Code{19999: KeyEnded, 20000: KeyEndsSoon, 20030: KeyEndsSoon, 20031: "", 0: ""} {
		c.KeyEnd = end
		found := c.SigningKey()
		if code == "" {
			require.Empty(t, found, end)
			continue
		}
		require.Equal(t, code, found[0].Code, end)
		require.Equal(t, code == KeyEnded, found.Err() != nil)
	}
}

// A refusal has a line for each finding, which says what to do.
func TestRefusal(t *testing.T) {
	t.Parallel()
	found := Findings{
		refuse(Zero, "a", "a is 0", "leave it out"), warn(NoEnd, "b", "no end", "give one"),
		refuse(UnknownName, "c", `did you mean "c"?`, "--new-name"), refuse(BadLink, "d", "no link", ""),
	}
	require.EqualError(t, found.Err(), "a is 0: leave it out\ndid you mean \"c\"? --new-name\nno link")
	require.Len(t, found.Warnings(), 1)
	require.NoError(t, found.Warnings().Err())
}

// The words of the API name no flag of the vendor's command as the way out, and
// those of the command no member.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{API.NewName, API.Past, API.Again, API.Applied} {
		require.NotContains(t, text, "--")
	}
	for _, text := range []string{Command.NewName, Command.Past, Command.Again, Command.Applied, Command.Catalogue} {
		require.Contains(t, text, "--")
		require.False(t, strings.Contains(text, `"new_names"`))
	}
}
