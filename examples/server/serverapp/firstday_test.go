package serverapp_test

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/examples/product/productcmd"
	"github.com/latchkey-go/latchkey/examples/server/apiclient"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
)

// emptyProgram is the program in a folder where nothing is yet.
func emptyProgram(t testing.TB, env ...string) *program {
	t.Helper()
	return &program{dir: t.TempDir(), env: append([]string{"SERVERAPP_TEST_PROGRAM=1", "LATCHKEY_LOG_FORMAT=json"}, env...)}
}

// freePort returns an address of this machine at which nobody listens.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// commandsOf returns the command lines of a fenced block of the README.
func commandsOf(t testing.TB, block string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```sh "+block+"\n")
	require.True(t, found, "the README has no block %q", block)
	body, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	open := false
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(body), "\\\n", ""), "\n") {
		if open { // a quoted text goes on
			lines[len(lines)-1] += line
		} else {
			lines = append(lines, line)
		}
		open = open != (strings.Count(line, "'")%2 == 1)
	}
	return lines
}

// words splits a command line as a shell does, as far as the README needs it.
func words(line string) (words []string) {
	quote := `"`
	if strings.Contains(line, "'") {
		quote = "'"
	}
	for i, part := range strings.Split(line, quote) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// The README's longer way does what it says: keys from the vendor's command, a
// token, a sale by curl, and the calls that look at it.
func TestReadmeByHand(t *testing.T) {
	address := freePort(t)
	p := emptyProgram(t, "LATCHKEY_LISTEN="+address)
	lines := map[string][]string{}
	for _, block := range []string{"by hand", "sell", "look"} {
		lines[block] = commandsOf(t, block)
	}
	t.Chdir(p.dir)
	for _, line := range lines["by hand"] {
		args := words(line)
		switch {
		case args[0] == "umask":
		case args[0] == "latchkey":
			var out, diagnostics bytes.Buffer
			require.Zero(t, vendorcmd.Run(args[1:], strings.NewReader(""), &out, &diagnostics, time.Now), "%s: %s", line, diagnostics.String())
		case args[len(args)-1] == "&":
			defer p.serve(t, args[1:len(args)-1]...).stop(t)
		default:
			file := strings.TrimPrefix(args[len(args)-1], ">")
			out, said, code := p.run(t, args[1:len(args)-1]...)
			require.Zero(t, code, said)
			require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
		}
	}
	token, err := os.ReadFile("orders.token")
	require.NoError(t, err)
	desk := servertest.NewCaller(t, "http://"+address, strings.TrimSpace(string(token)))
	post := func(path, body string) object {
		var call object
		require.NoError(t, json.Unmarshal([]byte(body), &call), body)
		return desk.OK(path, call)
	}
	require.Len(t, lines["sell"], 1)
	args := words(lines["sell"][0])
	path := strings.TrimPrefix(args[1], "http://127.0.0.1:8080/api/v1/")
	sale := post(path, args[len(args)-1])["serials"].([]any)[0].(object)
	require.EqualValues(t, 3, sale["limit"])
	n := 0
	for _, line := range lines["look"] {
		args := words(strings.ReplaceAll(line, "S….", sale["serial"].(string)))
		if args[0] == "api" {
			n++
			post(args[1], args[2])
		}
	}
	require.Equal(t, 4, n)
	found, err := desk.API().SearchPage(t.Context(), apiclient.Search{Licensee: "ada"})
	require.NoError(t, err)
	require.False(t, found.Sales[0].Blocked)
}

// The README's four commands, as they stand there, lead from nothing to a
// product that works.
func TestFirstDay(t *testing.T) {
	address := freePort(t)
	p := emptyProgram(t, "LATCHKEY_LISTEN="+address)
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // of the product's witness
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	commands := commandsOf(t, "first day")
	require.Len(t, commands, 4)
	serial := ""
	for _, line := range commands {
		line = strings.ReplaceAll(line, "127.0.0.1:8080", address)
		args := words(strings.ReplaceAll(line, "S….", serial))
		switch {
		case args[0] == "product":
			out := runProduct(t, p, args[1:]...)
			require.Contains(t, out, "draw")
			require.Contains(t, out, "active")
		case args[len(args)-1] == "&":
			defer p.serve(t, args[1:len(args)-1]...).stop(t)
		default:
			out, said, code := p.run(t, args[1:]...)
			require.Zero(t, code, said)
			serial = strings.TrimSpace(out)
		}
	}
	require.Regexp(t, `^S[0-9A-Z-]+$`, serial, "standard output has the serial number alone")
	require.Contains(t, runProduct(t, p, "status"), "active")
}

// runProduct runs the sample product with the keyring that init has made.
func runProduct(t *testing.T, p *program, args ...string) string {
	t.Helper()
	keyring, err := os.ReadFile(p.file("acme/keyring.txt"))
	require.NoError(t, err)
	catalogue, err := os.ReadFile(p.file("acme/catalogue.doc"))
	require.NoError(t, err)
	var out, diagnostics bytes.Buffer
	product := productcmd.Product{
		ID: "acme-cad", Version: "4.2.0", Released: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Keyring: string(keyring), Catalogue: catalogue,
		Machine: []machine.Option{machine.WithInstance("one")}, Now: time.Now, Getenv: func(string) string { return "" },
	}
	code := productcmd.Run(product, append([]string{"--dir", p.file("state")}, args...), strings.NewReader(""), &out, &diagnostics)
	require.Zero(t, code, "%s%s", out.String(), diagnostics.String())
	return out.String()
}

func initArgs(more ...string) []string {
	return append([]string{"init", "--dir", "acme", "--vendor", "acme", "--product", "acme-cad", "--feature", "draw"}, more...)
}

// filesIn returns the names in a folder.
func filesIn(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// What init makes that is secret, its owner alone can read, and nobody is shown.
func TestInitSecrets(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t)
	out, said, code := p.run(t, initArgs("--feature", "render")...)
	require.Zero(t, code, said)
	names := filesIn(t, p.file("acme"))
	require.Equal(t, []string{
		"activation.key", "catalogue.doc", "catalogue.json", "keyring.txt", "latchkey.db", "license.key", "orders.token", "root.key", "server.settings",
	}, names)
	for _, name := range names {
		info, err := os.Stat(p.file("acme/" + name))
		require.NoError(t, err)
		public := name == "keyring.txt" || name == "catalogue.doc" || name == "catalogue.json"
		if runtime.GOOS != "windows" {
			require.Equal(t, public, info.Mode().Perm()&0o077 != 0, name)
		}
		text, err := os.ReadFile(p.file("acme/" + name))
		require.NoError(t, err)
		if strings.HasSuffix(name, ".key") || strings.HasSuffix(name, ".token") {
			for _, word := range strings.Fields(string(text)) {
				require.False(t, len(word) > 20 && strings.Contains(out+said, word), "%s is shown", name)
			}
		}
	}
	require.Contains(t, out, "server --dir acme\n")
	require.Contains(t, out, `server sell --dir acme --product acme-cad --feature draw --feature render --licensee "Ada Lovelace"`)
}

// Nothing that is there is overwritten, and then nothing else is written.
func TestInitOverwritesNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"keyring.txt", "catalogue.json", "catalogue.doc", "license.key", "activation.key", "root.key", "orders.token", "server.settings", "latchkey.db"} {
		p := emptyProgram(t)
		require.NoError(t, os.Mkdir(p.file("acme"), 0o700))
		content := "# mine\n"
		require.NoError(t, os.WriteFile(p.file("acme/"+name), []byte(content), 0o600))
		_, said, code := p.run(t, initArgs()...)
		require.Equal(t, 1, code, name)
		require.Contains(t, said, name+" exists")
		require.Equal(t, []string{name}, filesIn(t, p.file("acme")))
		text, err := os.ReadFile(p.file("acme/" + name))
		require.NoError(t, err)
		require.Equal(t, content, string(text))
	}
}

// What the product embeds is put where it does, and what was there is kept.
func TestInitEmbeds(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t)
	require.NoError(t, os.Mkdir(p.file("embedded"), 0o700))
	require.NoError(t, os.WriteFile(p.file("embedded/keyring.txt"), []byte("before"), 0o600))
	_, said, code := p.run(t, initArgs("--embed", "embedded")...)
	require.Zero(t, code, said)
	require.Equal(t, []string{"catalogue.doc", "keyring.txt", "keyring.txt.before"}, filesIn(t, p.file("embedded")))
	for name, same := range map[string]string{"embedded/keyring.txt": "acme/keyring.txt", "embedded/catalogue.doc": "acme/catalogue.doc"} {
		got, err := os.ReadFile(p.file(name))
		require.NoError(t, err)
		want, err := os.ReadFile(p.file(same))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	kept, err := os.ReadFile(p.file("embedded/keyring.txt.before"))
	require.NoError(t, err)
	require.Equal(t, "before", string(kept))
	require.NoError(t, os.RemoveAll(p.file("acme")))
	_, said, code = p.run(t, initArgs("--embed", "embedded")...)
	require.Equal(t, 1, code)
	require.Contains(t, said, "keyring.txt.before exists")
	require.NoDirExists(t, p.file("acme"))
}

// What cannot be finished leaves nothing behind.
func TestInitTakesBack(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t)
	_, said, code := p.run(t, initArgs("--database", "postgres://localhost:1/none?connect_timeout=1")...)
	require.Equal(t, 1, code)
	require.NotEmpty(t, said)
	require.Empty(t, filesIn(t, p.file("acme")))
}

func TestInitUsage(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t)
	for want, args := range map[string][]string{
		"--vendor":                     {"init"},
		"--product":                    {"init", "--vendor", "acme"},
		"--feature":                    {"init", "--vendor", "acme", "--product", "acme-cad"},
		"it is given twice":            initArgs("--feature", "draw"),
		"or is not an id":              initArgs("--feature", "two words"),
		"letters, digits and . _":      {"init", "--vendor", "a c", "--product", "acme-cad", "--feature", "draw"},
		"is not expected here":         initArgs("now"),
		"omit --database":         initArgs("--database", "other.db"),
		"there is no such folder":      initArgs("--embed", "nowhere"),
		"name a file with a token":     {"sell", "--product", "a", "--feature", "b"},
		"name the product":             {"sell"},
		"name each feature":            {"sell", "--product", "a"},
		"the limit must be at least 1": {"sell", "--product", "a", "--feature", "b", "--limit", "0"},
		"--feature b is given twice":   {"sell", "--product", "a", "--feature", "b", "--feature", "b:runs=1"},
		"see \"server sell --help\"":   {"sell", "--product", "a", "--feature", "b", "more"},
		"server init":                  {"serve"},
		"has no host and port":         {"sell", "--product", "a", "--feature", "b", "--token-file", "server.token"},
	} {
		require.NoError(t, os.WriteFile(p.file("server.token"), []byte("x"), 0o600))
		p.env = append(p.env, "LATCHKEY_LISTEN=:0")
		_, said, code := p.run(t, args...)
		require.Equal(t, 2, code, "%v: %s", args, said)
		require.Contains(t, said, want)
		require.Equal(t, []string{"server.token"}, filesIn(t, p.dir))
	}
}

// Flags count more than the environment, and that more than the file, whose paths
// are relative to its folder. What is wrong with the file is said with its line.
func TestSettingsFile(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t)
	_, said, code := p.run(t, initArgs()...)
	require.Zero(t, code, said)
	settings := p.file("acme/server.settings")
	text, err := os.ReadFile(settings)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(settings, append(text, "\n LATCHKEY_LISTEN = 127.0.0.1:0 \nLATCHKEY_LOG_LEVEL=nonsense\n"...), 0o600))
	_, said, code = p.run(t, "--dir", "acme")
	require.Equal(t, 2, code)
	require.Contains(t, said, "nonsense")
	s := p.serve(t, "--dir=acme", "--log-level", "info")
	s.stop(t)
	p.env = append(p.env, "LATCHKEY_LOG_LEVEL=info")
	s = p.serve(t, "--dir", "acme")
	s.stop(t)
	require.FileExists(t, p.file("acme/latchkey.db"))
	require.NoFileExists(t, p.file("latchkey.db"))
	for wrong, want := range map[string]string{
		"LATCHKEY_KEYRNG=x": `line 1: there is no setting "LATCHKEY_KEYRNG"`, "PATH=/bin": `line 1: there is no setting "PATH"`,
		"\n# a\nKEYRING": "line 3: this is not a setting", "LATCHKEY_LISTEN=:1\nLATCHKEY_LISTEN=:2": "line 2: LATCHKEY_LISTEN is set twice",
	} {
		require.NoError(t, os.WriteFile(settings, []byte(wrong), 0o600))
		_, said, code := p.run(t, "--dir", "acme")
		require.Equal(t, 1, code)
		require.Contains(t, said, want)
		require.Contains(t, said, filepath.Join("acme", "server.settings"))
	}
	out, said, code := p.run(t, "--dir", "acme", "help")
	require.Zero(t, code, said)
	require.Contains(t, out, "server init")
}

// Who sells where no server is, or without a token that counts, is told so.
func TestSellRefused(t *testing.T) {
	t.Parallel()
	p := emptyProgram(t, "LATCHKEY_LISTEN="+freePort(t))
	_, said, code := p.run(t, initArgs()...)
	require.Zero(t, code, said)
	sell := []string{"sell", "--dir", "acme", "--product", "acme-cad", "--feature", "draw"}
	_, said, code = p.run(t, sell...)
	require.Equal(t, 1, code)
	require.Contains(t, said, "cannot be reached: start it")
	s := p.serve(t, "--dir", "acme")
	_, said, code = p.run(t, append(sell, "--feature", "redner:runs=100")...)
	require.Equal(t, 1, code)
	require.Contains(t, said, `There is no feature "redner" of acme-cad`)
	require.Contains(t, said, "Use --new-name if the name is new.")
	require.NotContains(t, said, "new_names")
	out, said, code := p.run(t, append(sell, "--feature", "later:runs=100,seats=5", "--new-name", "--limit", "3", "--scheme", "desktop", "--email", "ada@acme.example")...)
	require.Zero(t, code, said)
	require.Regexp(t, `^S[0-9A-Z-]+\n$`, out)
	require.Contains(t, said, "3 machines")
	require.Contains(t, said, "server sell: warning: The limit on seats of later of acme-cad is not enforced yet.")
	out, said, code = p.run(t, "sell", "--dir", "acme", "--product", "acme-cad", "--edition", "standard")
	require.Zero(t, code, said)
	require.Regexp(t, `^S[0-9A-Z-]+\n$`, out)
	_, said, code = p.run(t, append(sell, "--new-name", "--feature", "render:runs=many")...)
	require.Equal(t, 1, code)
	require.Contains(t, said, "runs=many is not a number from 1")
	_, said, code = p.run(t, "token", "revoke", "orders", "--dir", "acme")
	require.Zero(t, code, said)
	out, said, code = p.run(t, sell...)
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, said, "no valid token")
	s.stop(t)
}
