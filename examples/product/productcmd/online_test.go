package productcmd_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/examples/product/productcmd"
	"github.com/latchkey-go/latchkey/license"
)

// A shell is a customer who types commands at one computer.
type shell struct {
	t       *testing.T
	product productcmd.Product
	dir     string
	in      string
}

// newShell returns a computer with the vendor's product, which reaches the
// server at url.
func newShell(t *testing.T, v *activationtest.Vendor, url, instance string) *shell {
	return &shell{t: t, dir: t.TempDir(), product: productcmd.Product{
		ID: "acme-cad", Version: "4.2.0", Released: v.Now().AddDate(0, -1, 0), Keyring: v.Keyring(), Catalogue: v.Catalogue(),
		Server: url, Machine: []machine.Option{machine.WithInstance(instance)}, Now: v.Now, Getenv: func(string) string { return "" },
	}}
}

// run runs a command and returns all that it said. Local state lies in the
// shell's folder; its witness beside that, since no two shells share a path.
func (s *shell) run(exit int, args ...string) string {
	s.t.Helper()
	var out, err bytes.Buffer
	code := productcmd.Run(s.product, append([]string{"--dir", filepath.Join(s.dir, "state")}, args...), strings.NewReader(s.in), &out, &err)
	require.Equal(s.t, exit, code, "%v\n%s%s", args, out.String(), err.String())
	return out.String() + err.String()
}

// TestOnline is the renewal as a customer types it: a request key, nothing yet,
// the final licence, the server gone, a key from paper.
func TestOnline(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // of the witness
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Provisional: true, Scheme: "instance", Contact: "support@acme.example"})
	s := newShell(t, v, v.HTTP(), "desk-1")

	require.Contains(t, s.run(1, "activate", "--by-hand", sale.RequestKey), "A request key needs the activation server")
	require.Contains(t, s.run(0, "activate", sale.RequestKey), "active, provisional")
	require.Contains(t, s.run(0, "activate", sale.RequestKey), "and it is in force")
	require.Contains(t, s.run(0, "check"), "The vendor has not released the final licence yet; the next check is due on 2026-03-13.")
	require.Contains(t, s.run(0, "--json", "check"), `"code": "final_pending"`)
	require.Contains(t, s.run(0, "status"), "2026-03-13", "the next check is told without asking")

	v.Clock().Advance(48 * time.Hour)
	v.Release(sale, func(l *license.License) {
		l.Products[0].Maintenance.Until, l.Products[0].Maintenance.Lapse = license.DateOf(v.Now())+365, license.Keep
	})
	require.Contains(t, s.run(0, "check", "--look"), "An update is available")
	out := s.run(0, "check")
	require.Contains(t, out, "An update was received and is in force.")
	require.Contains(t, out, "Maintenance: until 2027-03-12")
	require.Contains(t, s.run(0, "check"), "No update is available.")
	var status struct {
		Licenses []struct {
			ID         string
			Activation struct{ ID, Since string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.run(0, "--json", "status")), &status))
	require.Equal(t, sale.LicenseID, status.Licenses[0].ID)
	require.Equal(t, "2026-03-10T12:00:00Z", status.Licenses[0].Activation.Since)

	gone := newShell(t, v, "http://127.0.0.1:1", "desk-2")
	require.Contains(t, gone.run(7, "activate", sale.Typed), "could not be reached")
	require.Contains(t, s.run(0, "--version"), "acme-cad 4.2.0")
	none := newShell(t, v, "", "desk-3")
	require.Contains(t, none.run(1, "activate", sale.Typed), "set up without one")
	require.Contains(t, none.run(2, "activate", "--nmae", "Ada"), "--nmae")
	key := v.ActivationKey("Ada Lovelace", license.KeyTerms{Edition: 1})
	require.Contains(t, gone.run(0, "activate", "--name", "Ada Lovelace", key), "active")
}

// TestByFileAndBack moves a licence from one computer to another with no network
// on either.
func TestByFileAndBack(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Scheme: "instance"})
	one, two := newShell(t, v, "", "desk-1"), newShell(t, v, v.HTTP(), "desk-2")

	request := one.run(0, "request", sale.Typed)
	one.in = string(v.Upload([]byte(request)))
	require.Contains(t, one.run(0, "import", "-"), "The file was accepted.")
	require.Contains(t, one.run(0, "import", "-"), "This is on this computer already", "it counts once")
	require.Contains(t, two.run(1, "activate", sale.Typed), "1 of 1")

	require.Contains(t, one.run(2, "surrender"), "--yes")
	proof := filepath.Join(t.TempDir(), "proof.txt")
	require.NoError(t, os.WriteFile(proof, []byte(one.run(0, "surrender", "--yes")), 0o600))
	one.run(3, "status")
	require.Contains(t, two.run(0, "activate", "--proof", proof, sale.Typed), "The key was accepted.")
	require.Contains(t, two.run(0, "deactivate"), "The licence was given up here.")
	two.run(3, "status")
	require.Contains(t, two.run(0, "deactivate"), "no longer, activated")
}

// A licence that came as a file works without the server, with an address or without
// one: a check says so, and nobody is told to activate it.
func TestFileNeedsNoServer(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	v := activationtest.New(t)
	_, file := v.LicenseFile(activationtest.Sale{})
	for _, url := range []string{"", v.HTTP()} {
		s := newShell(t, v, url, "desk-1")
		require.Contains(t, s.run(1, "check"), "No licence for acme-cad was found")
		s.in = string(file.Text)
		require.Contains(t, s.run(0, "import", "-"), "The file was accepted.")
		require.Contains(t, s.run(0, "check"), "and none needs that")
		require.Contains(t, s.run(0, "--json", "check"), `"code": "activation_not_needed"`)
		require.Contains(t, s.run(1, "deactivate"), "none needs that")
		require.Contains(t, s.run(1, "surrender", "--yes"), "none needs that")
		require.Contains(t, s.run(1, "request"), "none needs that")
		require.Contains(t, s.run(1, "check", "L-nope"), "No licence on this computer has the id L-nope")
		s.run(0, "status")
	}
}

// A typed key or a request in the place of a file is named, and where it belongs.
func TestWrongPlace(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	s := newShell(t, v, "", "desk-1")
	s.in = s.run(0, "request", sale.Typed)
	require.Contains(t, s.run(1, "import", "-"), "upload it on the vendor's page")
	s.in = sale.Typed
	require.Contains(t, s.run(1, "import", "-"), "Enter it in the field for keys")
}

// The label of a machine comes from the environment or a flag, and goes to the
// vendor with the next check.
func TestLabel(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	s := newShell(t, v, v.HTTP(), "desk-1")
	label := func() string {
		_, activations := v.Account(sale)
		require.Len(t, activations, 1)
		return activations[0].Label
	}
	s.run(0, "--label", "render node 3", "activate", sale.Typed)
	require.Equal(t, "render node 3", label())
	s.product.Getenv = func(name string) string { return map[string]string{"LATCHKEY_LABEL": "Büro 2"}[name] }
	s.run(0, "check")
	require.Equal(t, "Büro 2", label())
	require.Contains(t, s.run(1, "--label", "a\tb", "check"), "Options.Label")
}

// In a network of one's own, plain HTTP takes its flag.
func TestInsecureLAN(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("LocalAppData", os.Getenv("XDG_CACHE_HOME"))
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	s := newShell(t, v, v.HTTP(), "desk-1")
	require.Contains(t, s.run(1, "--server", "http://10.0.0.5:8080", "check"), "must begin with https")
	require.Contains(t, s.run(2, "--server", "http://203.0.113.9", "--insecure-lan", "check"), "not in a private network")
	require.Contains(t, s.run(2, "--server", "https://licenses.acme.example", "--insecure-lan", "check"), "plain HTTP")
	require.Contains(t, s.run(0, "--insecure-lan", "activate", sale.Typed), "active")
}
