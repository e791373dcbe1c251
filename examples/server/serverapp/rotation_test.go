package serverapp_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// rotationPage returns the commands of docs/rotation.md: for each part by its
// heading, its blocks, each line a command.
func rotationPage(t testing.TB) map[string][][]string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/rotation.md")
	require.NoError(t, err)
	parts, part, inside := map[string][][]string{}, "", false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "## "):
			part = line[3:]
		case strings.HasPrefix(line, "```sh"):
			inside = true
			parts[part] = append(parts[part], nil)
		case line == "```":
			inside = false
		case inside:
			blocks := parts[part]
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], line)
		}
	}
	return parts
}

// A rotating vendor runs the real programs in a folder, for real customers.
type rotating struct {
	t       *testing.T
	program *program
	process *process
	keyring string
	issuer  *issuer.Issuer // with the first key
	typed   string         // the serial number that everybody has
	options map[string]activation.Options
}

const rotationProduct = "acme-cad"

// newRotating returns a vendor with two root keys who has sold one licence with
// an update to several customers.
func newRotating(t *testing.T) *rotating {
	t.Helper()
	r := &rotating{t: t, options: map[string]activation.Options{}}
	dir := t.TempDir()
	r.program = &program{dir: dir, env: []string{
		"SERVERAPP_TEST_PROGRAM=1", "LATCHKEY_DATABASE=" + filepath.Join(dir, "sales.db"), "LATCHKEY_LISTEN=127.0.0.1:0", "LATCHKEY_LOG_FORMAT=json",
	}}
	for name, role := range map[string]string{"license": "license", "activation": "activation", "root": "root", "root-2": "root"} {
		r.run("latchkey keygen --role " + role + " --out " + name + ".key")
	}
	r.run("latchkey keyring --vendor acme --add license.key:2036-12-31 --add activation.key:2036-12-31 --add root.key:2041-12-31 --add root-2.key:2041-12-31 --out keyring.txt")
	text, err := os.ReadFile(r.program.file("keyring.txt"))
	require.NoError(t, err)
	r.keyring = string(text)
	r.issuer = r.issuerOf("license.key", license.RoleLicense)
	catalogue, err := r.issuer.Catalogue(&license.Catalogue{Product: rotationProduct, Issued: time.Now(), Editions: []license.Edition{
		{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "plot"}}},
	}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(r.program.file("catalogue.doc"), catalogue, 0o600))
	r.sell()
	return r
}

func (r *rotating) issuerOf(name string, role license.Role) *issuer.Issuer {
	key, err := issuer.ReadKeyFile(r.program.file(name))
	require.NoError(r.t, err)
	i, err := issuer.New("acme", role, key.Signer())
	require.NoError(r.t, err)
	return i
}

// sell sells a licence and an update of it.
func (r *rotating) sell() {
	keyring, err := license.ParseKeyring(r.keyring)
	require.NoError(r.t, err)
	running, err := serverapp.Start(r.t.Context(), serverapp.Config{
		Listen: "127.0.0.1:0", Database: r.program.file("sales.db"), Keyring: keyring, Activation: r.issuerOf("activation.key", license.RoleActivation),
	})
	require.NoError(r.t, err)
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(r.t, err)
	serial := license.Serial(key.Rows()[0])
	r.typed = key.Text()
	text, err := r.issuer.License(&license.License{ID: "L-1", Serial: serial, Kind: license.Full, Issued: time.Now(), NeedsReceipt: true,
		Products: []license.Product{{ID: rotationProduct, Features: []license.Feature{{ID: "draw"}, {ID: "render", Runs: 10}}}}})
	require.NoError(r.t, err)
	require.NoError(r.t, running.Server.Sell(r.t.Context(), "orders", &server.Sale{Serial: serial, Limit: 10, License: text}))
	text, err = r.issuer.Update(&license.Update{ID: "U-1", Serial: serial, Sequence: 1, Issued: time.Now(),
		Products: []license.ProductChange{{ID: rotationProduct, Features: []license.FeatureChange{{ID: "export"}}}}})
	require.NoError(r.t, err)
	_, err = running.Server.AddUpdate(r.t.Context(), "orders", serial, text, true)
	require.NoError(r.t, err)
	require.NoError(r.t, running.Shutdown(r.t.Context()))
}

// run runs a command of the page. A server that is started replaces the one that
// runs.
func (r *rotating) run(line string) {
	r.t.Helper()
	words := strings.Fields(line)
	switch {
	case words[0] == "latchkey":
		vendor := &program{dir: r.program.dir, env: []string{"SERVERAPP_TEST_PROGRAM=latchkey"}}
		out, diagnostics, code := vendor.run(r.t, words[1:]...)
		require.Zero(r.t, code, "%s\n%s%s", line, out, diagnostics)
	case words[0] == "server" && words[1] == "documents":
		out, diagnostics, code := r.program.run(r.t, words[1:]...)
		require.Zero(r.t, code, "%s\n%s%s", line, out, diagnostics)
	case words[0] == "server":
		if r.process != nil {
			r.process.stop(r.t)
		}
		r.process = r.program.serve(r.t, words[1:]...)
	default:
		r.t.Fatalf("%s: what is that?", line)
	}
}

// Exchange implements activation.Courier: it asks the server that runs now.
func (r *rotating) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	courier, err := activation.NewHTTP(r.process.url)
	if err != nil {
		return nil, err
	}
	return courier.Exchange(ctx, request)
}

// customer opens the product of a customer, with the keyring of the first
// release.
func (r *rotating) customer(name string) *activation.Client {
	r.t.Helper()
	o, known := r.options[name]
	if !known {
		catalogue, err := os.ReadFile(r.program.file("catalogue.doc"))
		require.NoError(r.t, err)
		dir := filepath.Join(r.t.TempDir(), name)
		o = activation.Options{
			Product: rotationProduct, Version: "4.2.0", Released: time.Now().AddDate(0, -1, 0), Keyring: r.keyring, Catalogue: catalogue,
			Host: activationtest.NewMachine(rotationProduct, name), Courier: r,
			Dir: filepath.Join(dir, "state"), WitnessDir: filepath.Join(dir, "witness"),
		}
		r.options[name] = o
	}
	c, err := activation.Open(o)
	require.NoError(r.t, err)
	r.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (r *rotating) activate(name string) {
	r.t.Helper()
	c := r.customer(name)
	_, err := c.Enter(r.t.Context(), r.typed)
	require.NoError(r.t, err)
	require.NoError(r.t, c.Consume("render", 4))
	require.NoError(r.t, c.Close())
	r.licensed(name)
}

// licensed holds that a customer has everything that was sold.
func (r *rotating) licensed(name string) {
	r.t.Helper()
	c := r.customer(name)
	for _, feature := range []string{"draw", "export"} {
		require.True(r.t, c.Allows(feature), "%s: %s: %v", name, feature, c.Status().Reasons)
	}
	require.LessOrEqual(r.t, c.Decision("render").Left, int64(6))
	require.Positive(r.t, c.Decision("render").Left)
	require.Empty(r.t, c.Status().Reasons, name)
	require.NoError(r.t, c.Close())
}

func (r *rotating) check(name string) {
	r.t.Helper()
	c := r.customer(name)
	_, err := c.CheckOnline(r.t.Context())
	require.NoError(r.t, err, name)
	require.NoError(r.t, c.Close())
	r.licensed(name)
}

// paper holds that a customer who has typed a key keeps it. Where the key that
// signed it was revoked, the new keyring waits until the new one is typed.
func (r *rotating) paper(newest *issuer.Issuer, revoked bool) {
	r.t.Helper()
	c := r.customer("paper")
	_, err := c.CheckOnline(r.t.Context())
	require.NoError(r.t, err)
	require.True(r.t, c.Allows("plot"))
	if revoked {
		require.Len(r.t, c.Status().Reasons, 1)
		require.Equal(r.t, license.KeyringWaits, c.Status().Reasons[0].Code)
	}
	require.NoError(r.t, c.Close())
	if revoked {
		r.enter("paper", newest)
	}
	r.licensed("paper")
}

// enter types an activation key that an issuer has signed.
func (r *rotating) enter(name string, by *issuer.Issuer) {
	r.t.Helper()
	key, err := by.Key(license.KeyTerms{Edition: 1, Issued: license.DateOf(time.Now())}, rotationProduct, "Ada Lovelace")
	require.NoError(r.t, err)
	c := r.customer(name)
	_, err = c.Enter(r.t.Context(), key.Text(), activation.Licensee("Ada Lovelace"))
	require.NoError(r.t, err)
	require.True(r.t, c.Allows("plot"))
	require.NoError(r.t, c.Close())
}

// The page on changing keys, as it is written, over a live server: customers who
// were activated before stay licensed, those who check after each change and
// those who were offline all the time, and new ones get what they bought.
func TestRotationPage(t *testing.T) {
	t.Parallel()
	parts := rotationPage(t)
	for _, name := range []string{
		"Routine", "A stolen license key", "A stolen license key, signed offline", "A stolen activation key", "A lost root key", "The last root key is lost",
	} {
		blocks := parts[name]
		require.NotEmpty(t, blocks, name)
		delete(parts, name)
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			r := newRotating(t)
			r.run("server --keyring keyring.txt --activation-key activation.key --license-key license.key")
			for _, customer := range []string{"online", "offline", "paper"} {
				r.activate(customer)
			}
			r.enter("paper", r.issuer)
			for _, block := range blocks {
				for _, line := range block {
					r.run(line)
				}
				r.licensed("online")
				r.check("online")
			}
			r.licensed("offline")
			r.check("offline")
			r.check("offline")
			r.activate("new")
			newest := r.issuer
			for _, file := range []string{"license-2.key", "license-3.key"} {
				if _, err := os.Stat(r.program.file(file)); err == nil {
					newest = r.issuerOf(file, license.RoleLicense)
				}
			}
			r.enter("offline", newest)
			r.paper(newest, strings.Contains(name, "stolen license"))
			r.process.stop(t)
		})
	}
	require.Empty(t, parts, "a part that no test runs")
}

// A program of the next release, with the keyring of a new root, on a customer's
// machine.
func TestRotationNewProgram(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	r.run("server --keyring keyring.txt --activation-key activation.key")
	r.activate("online")
	for _, line := range rotationPage(t)["The last root key is lost"][0] {
		r.run(line)
	}
	text, err := os.ReadFile(r.program.file("keyring-2.txt"))
	require.NoError(t, err)
	o := r.options["online"]
	o.Keyring = string(text)
	r.options["online"] = o
	r.licensed("online")
	r.check("online")
	r.process.stop(t)
}

// A server does not start with a keyring that voids what was sold, and says what
// to do; the documents are cured in steps that can be interrupted.
func TestNextKeyringAgainstLedger(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	for _, line := range rotationPage(t)["A stolen license key, signed offline"][0] {
		if strings.HasPrefix(line, "server documents --import") {
			break
		}
		r.run(line)
	}
	start := []string{"--keyring", "keyring.txt", "--next-keyring", "keyring-2.doc", "--activation-key", "activation.key"}
	_, diagnostics, code := r.program.run(t, start...)
	require.Equal(t, 1, code)
	for _, part := range []string{"2 documents of 1 sales", r.issuer.Public().ID() + ": 2", "server documents --countersign", "--allow-void"} {
		require.Contains(t, diagnostics, part)
	}
	allowed := r.program.serve(t, append(start, "--allow-void")...)
	require.Contains(t, allowed.stop(t), "do not hold under the newest keyring")

	_, diagnostics, code = r.program.run(t, "--keyring", "keyring-2.txt", "--activation-key", "activation.key")
	require.Equal(t, 1, code, "the same without the chain that leads to it")
	require.Contains(t, diagnostics, "2 documents of 1 sales")

	out, _, code := r.program.run(t, "documents", "--out", "void.jsonl", "--void", "--keyring", "keyring.txt", "--next-keyring", "keyring-2.doc")
	require.Zero(t, code)
	require.Contains(t, out, "Wrote 2 documents")
	info, err := os.Stat(r.program.file("void.jsonl"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm()&0o600|info.Mode().Perm()&0o077)

	whole, err := os.ReadFile(r.program.file("countersigned.jsonl"))
	require.NoError(t, err)
	first, _, _ := bytes.Cut(whole, []byte("\n"))
	r.write("half.jsonl", append(first, '\n'))
	importing := func(file string) (string, string, int) {
		return r.program.run(t, "documents", "--import", file, "--keyring", "keyring.txt", "--next-keyring", "keyring-2.doc")
	}
	out, diagnostics, code = importing("half.jsonl")
	require.Equal(t, 1, code)
	require.Contains(t, out, "Imported 1 documents; 0 were imported before.")
	require.Contains(t, diagnostics, "1 documents of 1 sales still do not hold")
	out, diagnostics, code = importing("documents.jsonl")
	require.Equal(t, 1, code)
	require.Contains(t, diagnostics, "--import documents.jsonl: line 1: server: the document: ")
	require.Contains(t, out, "Imported 0 documents")
	out, _, code = importing("countersigned.jsonl")
	require.Zero(t, code)
	require.Contains(t, out, "Imported 1 documents; 1 were imported before.")
	require.Contains(t, out, "Every document in the ledger holds under the next keyring.")
	out, _, code = importing("countersigned.jsonl")
	require.Zero(t, code)
	require.Contains(t, out, "Imported 0 documents; 2 were imported before.")
	out, _, code = r.program.run(t, "documents", "--countersign", "--keyring", "keyring.txt", "--next-keyring", "keyring-2.doc", "--license-key", "license-2.key")
	require.Zero(t, code)
	require.Contains(t, out, "Countersigned 0 documents")
	r.program.serve(t, start...).stop(t)

	for _, args := range [][]string{
		{"documents"}, {"documents", "--out", "a", "--import", "b"}, {"documents", "--void", "--countersign"}, {"documents", "--countersign", "--keyring", "keyring.txt"},
	} {
		_, _, code := r.program.run(t, args...)
		require.Equal(t, 2, code, args)
	}
	_, diagnostics, code = r.program.run(t, "documents", "--out", "void.jsonl")
	require.Equal(t, 1, code)
	require.Contains(t, diagnostics, "exists")
}

func (r *rotating) write(name string, text []byte) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(r.program.file(name), text, 0o600))
}
