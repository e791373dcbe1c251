package activation

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// ReleaseDate returns the day of a release for Options.Released. The build sets text,
// a date ("2026-03-02") or a time of RFC 3339 ("2026-03-02T12:00:00Z"):
//
//	var released string // go build -ldflags "-X main.released=2026-03-02"
//
// If text is empty, ReleaseDate returns the time of the commit, in UTC, which Go
// records when a program is built in its repository (the build setting vcs.time).
// "go run", "go install path@version" and -buildvcs=false record none; the error then
// has the remedy.
func ReleaseDate(text string) (time.Time, error) {
	info, _ := debug.ReadBuildInfo()
	return releaseDate(text, info)
}

func releaseDate(text string, info *debug.BuildInfo) (time.Time, error) {
	const how = `set it in the build: go build -ldflags "-X main.released=2026-03-02"`
	if text != "" {
		day, err := parseRelease(text)
		if err != nil {
			return time.Time{}, fmt.Errorf("activation: %q is not the date of a release, such as 2026-03-02 or 2026-03-02T12:00:00Z: %s", text, how)
		}
		return day, nil
	}
	commit := vcsTime(info)
	if commit == "" {
		return time.Time{}, errors.New("activation: the build has no date of the release: " + how + "; or build it in its git repository, where Go records the commit's time")
	}
	day, err := time.Parse(time.RFC3339, commit)
	if err != nil {
		return time.Time{}, fmt.Errorf("activation: the build's setting vcs.time, %q, is not a time of RFC 3339: %s", commit, how)
	}
	return day.UTC(), nil
}

func parseRelease(text string) (time.Time, error) {
	if day, err := license.ParseDate(text); err == nil {
		return day.Start(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err
}

// vcsTime returns the time of the commit that a program was built from, "" if the
// build does not record it.
func vcsTime(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			return s.Value
		}
	}
	return ""
}
