package serverapp

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the environment can say, the file can say, too, and nothing else.
func TestSettingNames(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	tool := &tool{env: func(name string) string {
		if short, ours := strings.CutPrefix(name, envPrefix); ours {
			asked[short] = true
		}
		return ""
	}}
	tool.fromEnvironment(nil)
	require.Equal(t, slices.Sorted(maps.Keys(asked)), slices.Sorted(maps.Keys(settingNames)))
}

// Paths in the file are relative to its folder; what is no path stays.
func TestSettingPaths(t *testing.T) {
	t.Parallel()
	settings, err := parseSettings("LATCHKEY_KEYRING=a,b.txt\nLATCHKEY_ACTIVATION_KEY=new.key, /etc/old.key\nLATCHKEY_DATABASE=postgres://h/d\nLATCHKEY_LISTEN=:8080\nLATCHKEY_TLS_KEY=\n", "acme")
	require.NoError(t, err)
	for name, want := range map[string]string{
		"KEYRING": within("acme", "a,b.txt"), "ACTIVATION_KEY": within("acme", "new.key") + ",/etc/old.key", "DATABASE": "postgres://h/d", "LISTEN": ":8080", "TLS_KEY": "",
	} {
		require.Equal(t, want, settings[envPrefix+name])
	}
}
