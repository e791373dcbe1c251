package activation_test

import (
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
)

func builtAt(vcsTime string) *debug.BuildInfo {
	return &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.time", Value: vcsTime}, {Key: "vcs.modified", Value: "true"}}}
}

func TestReleaseDate(t *testing.T) {
	t.Parallel()
	march := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, text string
		info       *debug.BuildInfo
		want       time.Time
		wrong      string // in the error
	}{
		{name: "a date", text: "2026-03-02", want: march},
		{name: "a time", text: "2026-03-02T01:30:00+02:00", want: time.Date(2026, time.March, 1, 23, 30, 0, 0, time.UTC)},
		{name: "the text counts first", text: "2026-03-02", info: builtAt("2027-01-01T00:00:00Z"), want: march},
		{name: "the commit", info: builtAt("2026-03-02T00:00:00Z"), want: march},
		{name: "neither", info: &debug.BuildInfo{}, wrong: "-X main.released=2026-03-02"},
		{name: "no build info", wrong: "-X main.released=2026-03-02"},
		{name: "no date", text: "2 March 2026", wrong: `"2 March 2026" is not the date`},
		{name: "no such day", text: "2026-02-30", wrong: "-X main.released=2026-03-02"},
		{name: "blanks", text: " 2026-03-02", wrong: "-X main.released=2026-03-02"},
		{name: "a commit without a time", info: builtAt("yesterday"), wrong: "vcs.time"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := activation.ReleaseDateOf(test.text, test.info)
			require.Equal(t, test.want, got)
			if test.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.wrong)
			require.ErrorContains(t, err, "activation: ")
		})
	}
	got, err := activation.ReleaseDate("2026-03-02")
	require.NoError(t, err)
	require.Equal(t, march, got)
}
