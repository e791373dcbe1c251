package serverapp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/license"
)

// A folder that is not there, is a file, or has no settings is named before
// anything else is asked for, by every command.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t)
	require.NoError(t, os.WriteFile(p.file("file"), []byte("x"), 0o600))
	require.NoError(t, os.Mkdir(p.file("empty"), 0o700))
	for _, args := range [][]string{
		nil, {"serve"}, {"sell"}, {"sell", "--product", "a", "--feature", "b"}, {"token", "list"}, {"documents", "--out", "x"}, {"migrate"},
	} {
		_, said, code := p.run(t, append(args, "--dir", "nosuch")...)
		require.Equal(t, 2, code, "%v: %s", args, said)
		require.Contains(t, said, "--dir nosuch: there is no such folder", args)
		require.Contains(t, said, "server init --dir nosuch", args)
		_, said, code = p.run(t, append(args, "--dir", "file")...)
		require.Equal(t, 2, code, "%v: %s", args, said)
		require.Contains(t, said, "--dir file: this is a file", args)
	}
	_, said, code := p.run(t, "--dir", "empty")
	require.Equal(t, 2, code)
	require.Contains(t, said, "there is no server.settings in empty")
	_, said, code = p.run(t, "sell", "--dir", "empty", "--product", "a", "--feature", "b")
	require.Equal(t, 2, code)
	require.Contains(t, said, "there is no server.settings in empty")
	require.Equal(t, []string{"empty", "file"}, filesIn(t, p.dir))
}

// What is wrong with a setting is said with the name by which it was given: a flag,
// a variable of the environment, or a line of server.settings.
func TestSettingsAsGiven(t *testing.T) {
	t.Parallel()
	others := []string{"DATABASE", "LISTEN", "ADMIN_LISTEN"} // whose messages name the value alone
	command := map[string][]string{"TOKEN_FILE": {"sell", "--product", "acme-cad", "--feature", "draw"}}
	n := 0
	for _, name := range serverapp.SettingNames() {
		if name == others[0] || name == others[1] || name == others[2] {
			continue
		}
		n++
		p := emptyProgram(t)
		_, said, code := p.run(t, initArgs()...)
		require.Zero(t, code, said)
		flag := "--" + strings.ToLower(strings.ReplaceAll(name, "_", "-"))
		args := append(command[name], "--dir", "acme")
		with := func(args ...string) []string {
			if name == "TLS_CERT" {
				return append(args, "--tls-key", "acme/root.key")
			}
			if name == "TLS_KEY" {
				return append(args, "--tls-cert", "acme/root.key")
			}
			return args
		}
		_, said, code = p.run(t, with(append(args, flag, "no/such")...)...)
		require.NotZero(t, code, name)
		require.Contains(t, said, flag, name)

		settings := p.file("acme/server.settings")
		text, err := os.ReadFile(settings)
		require.NoError(t, err)
		var kept []string
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "LATCHKEY_"+name+"=") {
				kept = append(kept, line)
			}
		}
		require.NoError(t, os.WriteFile(settings, []byte(strings.Join(kept, "")+"LATCHKEY_"+name+"=no/such\n"), 0o600))
		p.env = dropped(p.env, "LATCHKEY_"+name)
		_, said, code = p.run(t, with(args...)...)
		require.NotZero(t, code, name)
		require.Contains(t, said, "LATCHKEY_"+name+" in "+filepath.Join("acme", "server.settings"), name)
		require.NotContains(t, said, flag, name)

		p.env = append(p.env, "LATCHKEY_"+name+"=no/other")
		_, said, code = p.run(t, with(args...)...)
		require.NotZero(t, code, name)
		require.Contains(t, said, "LATCHKEY_"+name, name)
		require.NotContains(t, said, "server.settings", name)
	}
	require.Greater(t, n, 10)
}

// dropped returns an environment without a variable.
func dropped(env []string, name string) (rest []string) {
	for _, one := range env {
		if !strings.HasPrefix(one, name+"=") {
			rest = append(rest, one)
		}
	}
	return rest
}

// A key that no keyring has is named with its flag and with the keyring.
func TestKeyOfNoKeyring(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "sales.db")
	stranger := servertest.NewKeys(t)
	for role, flag := range map[license.Role]string{license.RoleLicense: "--license-key", license.RoleActivation: "--activation-key"} {
		stranger.Write(t, role, p.file("stranger.key"))
		_, said, code := p.run(t, flag, "stranger.key")
		require.Equal(t, 1, code, said)
		require.Contains(t, said, "server serve: "+flag+": the key ")
		require.Contains(t, said, "keyring.txt, or its last day is over")
		require.NotContains(t, said, "api:")
		require.NoError(t, os.Remove(p.file("stranger.key")))
	}
}

// What "server sell" is called with is named as it was written.
func TestSellNamesFlags(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	p := emptyProgram(t, "LATCHKEY_LISTEN="+address)
	_, said, code := p.run(t, initArgs()...)
	require.Zero(t, code, said)
	sell := func(more ...string) (string, int) {
		out, said, code := p.run(t, append([]string{"sell", "--dir", "acme", "--product", "acme-cad", "--feature", "draw"}, more...)...)
		require.Empty(t, out)
		for _, name := range []string{"Options.", "client of", "Sale ", "\"past\"", "new_names", "InsecureHTTP"} {
			require.NotContains(t, said, name, more)
		}
		return said, code
	}
	for want, more := range map[string][]string{
		"--url 127.0.0.1:18080: this is not the address of a server":             {"--url", "127.0.0.1:18080"},
		"--url http://127.0.0.1:1/api/v1: this is not the address of a server":   {"--url", "http://127.0.0.1:1/api/v1"},
		"--url http://licenses.acme.example: this is http of another machine":    {"--url", "http://licenses.acme.example"},
		"for flag --limit: write a whole number, as in --limit 3":                {"--limit", "three"},
		"for flag --limit: write a whole number, as in --limit 3: see \"server ": {"--limit", "1.5"},
	} {
		said, code := sell(more...)
		require.Equal(t, 2, code, said)
		require.Contains(t, strings.ReplaceAll(said, "for --limit", "for flag --limit"), want)
	}
	said, code = sell("--token-file", "acme/root.key")
	require.Equal(t, 1, code)
	require.Contains(t, said, "--token-file acme/root.key: this is no token")
	said, code = sell()
	require.Equal(t, 1, code)
	require.Contains(t, said, "no server answers at http://"+address+`: start it with "server --dir acme", or name another one with --url: `)

	s := p.serve(t, "--dir", "acme")
	for want, more := range map[string][]string{
		"or use --past if it is intended":                                 {"--feature", "print:until=2020-01-01", "--new-name"},
		"There is no feature \"print\" of acme-cad in catalogue.json, ":   {"--feature", "print"},
		"--licensee: In the description, licensee/name has more than":     {"--licensee", strings.Repeat("x", 1100)},
		`--scheme: There is no scheme "dekstop": did you mean "desktop"?`: {"--scheme", "dekstop"},
		"--limit: The value of limit is ":                                 {"--limit", "999999999999999999"},
	} {
		said, code := sell(more...)
		require.Equal(t, 1, code, said)
		require.Contains(t, said, want)
	}
	s.stop(t)
}
