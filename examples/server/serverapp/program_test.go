package serverapp_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/examples/server/apiclient"
	"github.com/latchkey-go/latchkey/examples/server/internal/pgtest"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// terms are those of a licence that draws without end.
var terms = &apiclient.LicenseTerms{
	Licensee: &apiclient.Licensee{Name: "Ada Lovelace"},
	Products: map[string]apiclient.LicenseProduct{servertest.Product: {Features: map[string]string{"draw": ""}}},
}

// TestMain lets the test binary be the program, for tests that start it.
func TestMain(m *testing.M) {
	switch os.Getenv("SERVERAPP_TEST_PROGRAM") {
	case "":
	case "latchkey": // the vendor's command
		os.Exit(vendorcmd.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, time.Now))
	default:
		os.Exit(serverapp.Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// A program is the files that one is started with.
type program struct {
	servertest.Keys
	dir string
	env []string
}

func newProgram(t testing.TB, database string) *program {
	t.Helper()
	p := &program{Keys: servertest.NewKeys(t), dir: t.TempDir()}
	p.Write(t, license.RoleActivation, p.file("activation.key"))
	p.Write(t, license.RoleLicense, p.file("license.key"))
	require.NoError(t, os.WriteFile(p.file("keyring.txt"), []byte(p.Keyring.String()), 0o600))
	require.NoError(t, os.WriteFile(p.file("catalogue.json"), []byte(`{"products": {"acme-cad": {"features": {"draw": {}}}}}`), 0o600))
	p.env = []string{
		"LATCHKEY_CATALOGUE=" + p.file("catalogue.json"),
		"SERVERAPP_TEST_PROGRAM=1", "LATCHKEY_DATABASE=" + database, "LATCHKEY_LISTEN=127.0.0.1:0", "LATCHKEY_LOG_FORMAT=json",
		"LATCHKEY_KEYRING=" + p.file("keyring.txt"), "LATCHKEY_ACTIVATION_KEY=" + p.file("activation.key"),
	}
	return p
}

func (p *program) file(name string) string { return filepath.Join(p.dir, name) }

func (p *program) command(args ...string) *exec.Cmd {
	executable, _ := os.Executable()
	cmd := exec.Command(executable, args...)
	cmd.Env, cmd.Dir = append(os.Environ(), p.env...), p.dir
	return cmd
}

// run runs a command to its end.
func (p *program) run(t testing.TB, args ...string) (out, diagnostics string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// A process is a program that serves.
type process struct {
	cmd *exec.Cmd
	url string
	log chan string
}

// serve starts the program and waits until it listens.
func (p *program) serve(t testing.TB, args ...string) *process {
	t.Helper()
	s := &process{cmd: p.command(args...), log: make(chan string, 1)}
	stderr, err := s.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	lines := bufio.NewReader(stderr)
	var before strings.Builder
	for s.url == "" {
		line, err := lines.ReadString('\n')
		before.WriteString(line)
		require.NoError(t, err, before.String())
		var said struct{ Msg, URL string }
		require.NoError(t, json.Unmarshal([]byte(line), &said), line)
		if said.Msg == "listening" {
			s.url = said.URL
		}
	}
	go func() {
		rest, _ := io.ReadAll(lines)
		s.log <- before.String() + string(rest)
	}()
	return s
}

// stop ends the program as an operating system does, and returns its log.
func (s *process) stop(t testing.TB) string {
	t.Helper()
	if runtime.GOOS == "windows" { // which has no such signal
		_ = s.cmd.Process.Kill()
		log := <-s.log
		_ = s.cmd.Wait()
		return log
	}
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	log := <-s.log
	require.NoError(t, s.cmd.Wait(), "the exit code is 0")
	require.Contains(t, log, `"msg":"stopped"`)
	return log
}

// The program as it is shipped, on either database: a token is made while it
// serves, it sells and activates, and after a stop and a start all is there.
func TestProgram(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "sqlite://sales.db" },
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, database(t))
			s := p.serve(t, "--license-key", p.file("license.key"))
			token := p.token(t, "orders", "desk")
			desk := servertest.NewCaller(t, s.url, token).API()
			sold, err := desk.Sell(t.Context(), apiclient.Creation{Order: "7", Scheme: "workstation", Description: terms})
			require.NoError(t, err)
			serial := sold.Sales[0].Serial
			c := p.client(t, s.url, "one")
			_, err = c.Enter(t.Context(), serial)
			require.NoError(t, err)
			require.True(t, c.Allows("draw"))
			status, _, _ := fetch(t, s.url+"/healthz")
			require.Equal(t, http.StatusOK, status)
			_, counts, _ := fetch(t, s.url+"/metrics")
			for _, line := range []string{
				`latchkey_exchanges_total{code="ok",operation="activate"} 1`,
				`latchkey_http_requests_total{route="POST /api/v1/serials",status="201"} 1`,
				`latchkey_http_request_duration_seconds_count{route="/v1/exchange"} 1`,
				`latchkey_http_requests_in_flight 1`, `latchkey_ledger_transactions_total`, `latchkey_build_info{goversion="`, `go_goroutines`,
			} {
				require.Contains(t, counts, line)
			}
			log := s.stop(t)
			require.NotContains(t, log, serial)
			require.NotContains(t, log, token)
			require.NotContains(t, log, "postgres://")

			s = p.serve(t) // without the licence key
			desk = servertest.NewCaller(t, s.url, token).API()
			sale, err := desk.Sale(t.Context(), serial)
			require.NoError(t, err)
			require.EqualValues(t, 1, sale.Used)
			_, err = p.client(t, s.url, "two").Enter(t.Context(), serial)
			require.Equal(t, license.ActivationLimit, reason(t, err))
			var problem *apiclient.Problem
			_, err = desk.Sell(t.Context(), apiclient.Creation{Description: terms})
			require.ErrorAs(t, err, &problem)
			require.Equal(t, "no_license_key", problem.Code)
			out, _, code := p.run(t, "token", "revoke", "orders")
			require.Zero(t, code, out)
			_, err = desk.Status(t.Context())
			require.ErrorAs(t, err, &problem)
			require.Equal(t, http.StatusUnauthorized, problem.Status)
			s.stop(t)
		})
	}
}

// client returns a product of today.
func (p *program) client(t testing.TB, url, machine string) *activation.Client {
	t.Helper()
	return servertest.NewClient(t, url, p.Keyring, machine, nil)
}

// token makes a token and returns it.
func (p *program) token(t testing.TB, name, role string) string {
	t.Helper()
	out, diagnostics, code := p.run(t, "token", "add", name, "--role", role)
	require.Zero(t, code, diagnostics)
	require.Contains(t, diagnostics, "shown only once")
	return strings.TrimSpace(out)
}

func TestTokenCommand(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "sales.db")
	one, two := p.token(t, "orders", "desk"), p.token(t, "auditor", "read")
	require.NotEqual(t, one, two)
	out, _, code := p.run(t, "token", "list")
	require.Zero(t, code)
	require.Regexp(t, `(?s)^NAME .*\nauditor  read .*\norders   desk `, out)
	require.NotContains(t, out, "latchkey_")
	for want, args := range map[string][]string{
		"a name cannot be used again": {"token", "add", "orders", "--role", "read"},
		"--role desk or":              {"token", "add", "bert"},
		"is no name of a token":       {"token", "add", "bert & ada", "--role", "read"},
		"no valid token named":        {"token", "revoke", "bert"},
		"say what to do":              {"token"},
		"token list":                  {"token", "remove", "orders"},
	} {
		_, diagnostics, code := p.run(t, args...)
		require.NotZero(t, code, args)
		require.Contains(t, diagnostics, want)
	}
	info, err := os.Stat(p.file("sales.db"))
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	out, _, code = p.run(t, "migrate")
	require.Zero(t, code)
	require.Equal(t, "The database is up to date.\n", out)
	for _, arg := range []string{"version", "--version"} {
		out, _, code = p.run(t, arg)
		require.Zero(t, code)
		require.Regexp(t, `^server \S`, out)
	}
}

// A program that was configured wrongly ends and says what to do.
func TestProgramRefused(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "sales.db")
	stranger := servertest.NewKeys(t)
	stranger.Write(t, license.RoleActivation, p.file("stranger.key"))
	require.NoError(t, os.WriteFile(p.file("damaged.txt"), []byte("nonsense"), 0o600))
	require.NoError(t, os.WriteFile(p.file("half.pub"), []byte("latchkey public key 1\nrole license\n"), 0o644))
	require.NoError(t, os.WriteFile(p.file("wrong.json"), []byte(`{"products": {"a": {"features": {"draw": {}},
		"editions": [{"number": 1, "name": "One", "features": {"darw": ""}}]}}}`), 0o600))
	p.Write(t, license.RoleRoot, p.file("open.key"))
	require.NoError(t, os.Chmod(p.file("open.key"), 0o644))
	for want, test := range map[string]struct {
		code int
		args []string
	}{
		"\"server init\" makes one":           {2, []string{"--keyring", ""}},
		"\"latchkey keygen --role activation": {2, []string{"--activation-key", ""}},
		"there is no such file: \"latchkey":   {1, []string{"--activation-key", "none.key"}},
		"this key has the role license":       {1, []string{"--activation-key", "license.key"}},
		"a key of the role license is needed":   {1, []string{"--license-key", "activation.key"}},
		"is a public key":                     {1, []string{"--license-key", "half.pub"}},
		"only the private key can sign":       {1, []string{"--activation-key", "half.pub"}},
		"did you mean \"draw\"":               {1, []string{"--catalogue", "wrong.json"}},
		"none.json":                           {1, []string{"--catalogue", "none.json"}},
		"did you mean --keyring":              {2, []string{"--kering", "keyring.txt"}},
		"did you mean \"migrate\"":            {2, []string{"migrat"}},
		"the keyring has no key":              {1, []string{"--activation-key", "stranger.key"}},
		"damaged.txt":                         {1, []string{"--keyring", "damaged.txt"}},
		"--next-keyring":                      {1, []string{"--next-keyring", "none.doc"}},
		"needs both --tls-cert and --tls-key": {2, []string{"--tls-cert", "cert.pem"}},
		"is not a network":                    {2, []string{"--trusted-proxies", "10.0.0.0/99"}},
		"use text or json":                  {2, []string{"--log-format", "xml"}},
		"use debug, info":                   {2, []string{"--log-level", "loud"}},
		"such as 20s":                         {2, []string{"--shutdown-timeout", "soon"}},
		"name the database":                   {2, []string{"--database", ""}},
		"give the path of an SQLite file":     {1, []string{"--database", "mysql://x"}},
		"is not expected here":                {2, []string{"serve", "now"}},
		"there is no command":                 {2, []string{"dance"}},
		"see \"server serve --help\"":         {2, []string{"--dance"}},
	} {
		_, diagnostics, code := p.run(t, test.args...)
		require.Contains(t, diagnostics, want, test.args)
		require.Equal(t, test.code, code, "%v: %s", test.args, diagnostics)
	}
	if runtime.GOOS != "windows" {
		_, diagnostics, _ := p.run(t, "--activation-key", "open.key")
		require.Contains(t, diagnostics, "chmod 600")
	}
	for _, args := range [][]string{{"help"}, {"--help"}, {"serve", "--help"}, {"token", "--help"}} {
		out, _, code := p.run(t, args...)
		require.Zero(t, code)
		require.Contains(t, out, "Usage: server")
	}
}

// Two programs do not get the same address, and the second one says so.
func TestProgramAddressInUse(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "sales.db")
	s := p.serve(t)
	_, diagnostics, code := p.run(t, "--listen", strings.TrimPrefix(s.url, "http://"))
	require.Equal(t, 1, code)
	require.Contains(t, diagnostics, "cannot listen at")
	s.stop(t)
}

// With a signed keyring that follows, with TLS, and with an address of its own
// for the vendor: all of it by flags.
func TestProgramFlags(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "sales.db")
	pool := serverapp.WriteCertificate(t, p.file("cert.pem"), p.file("key.pem"))
	next, err := license.NewKeyring("acme", 2, 1, p.Keyring.Keys())
	require.NoError(t, err)
	document, err := issuer.SignKeyring(next, p.Root)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(p.file("next.doc"), document, 0o600))
	s := p.serve(t, "serve", "--tls-cert", "cert.pem", "--tls-key", "key.pem", "--next-keyring", "next.doc",
		"--trusted-proxies", "127.0.0.1", "--log-level", "debug", "--admin-listen", "127.0.0.1:0", "--shutdown-timeout", "1m")
	client := trusting(pool)
	response, err := client.Get(s.url + "/v1/exchange")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	log := s.stop(t)
	require.Equal(t, 2, strings.Count(log, `"msg":"listening"`), log)
	require.Contains(t, log, fmt.Sprintf(`"route":%q`, "/v1/exchange"))
}
