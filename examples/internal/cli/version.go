package cli

import "runtime/debug"

// Version returns the version of the module that the program was built from, or the
// commit if it was built in a repository, or "unknown".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	version := info.Main.Version
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	commit := settings["vcs.revision"]
	switch {
	case version != "" && version != "(devel)":
		return version // a pseudo-version has the commit
	case commit == "":
		return "unknown"
	case settings["vcs.modified"] == "true":
		return "commit " + commit + ", changed"
	}
	return "commit " + commit
}
