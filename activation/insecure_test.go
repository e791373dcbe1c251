package activation_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

// Plain HTTP to another machine takes its own name, and stays in private networks.
func TestInsecureHTTP(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"http://10.0.0.5:8080": true, "http://192.168.1.7": true, "http://172.16.0.1": true, "http://[fd00::1]:8080": true, "http://[fe80::1]": true,
		"http://127.0.0.1:8080": true, "http://licenses.lan:8080": true,
		"http://203.0.113.9": false, "http://[2001:db8::1]": false, "http://172.32.0.1": false, "http://[::ffff:203.0.113.9]": false,
		"https://10.0.0.5": false, "licenses.lan": false, "": false, "http://licenses.lan/v1/exchange": false, "http://user@licenses.lan": false,
	} {
		_, err := activation.NewInsecureHTTP(address)
		require.Equal(t, ok, err == nil, "%s: %v", address, err)
		if strings.HasPrefix(address, "http://") && !strings.Contains(address, "127.0.0.1") {
			_, err := activation.NewHTTP(address)
			require.Error(t, err, address)
		}
	}
	_, err := activation.NewHTTP("http://licenses.lan:8080")
	require.ErrorContains(t, err, "NewInsecureHTTP")

	reply := signedReply(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(reply) }))
	t.Cleanup(s.Close)
	courier, err := activation.NewInsecureHTTP(s.URL)
	require.NoError(t, err)
	got, err := courier.Exchange(t.Context(), []byte("{}"))
	require.NoError(t, err)
	require.Equal(t, reply, got)
}

// A name that leads out of the private network is not followed, and the request
// certainly not sent.
func TestThreatInsecureHTTPLeavesTheNetwork(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"10.1.2.3:80": true, "[fd12::1]:80": true, "127.0.0.1:80": true, "169.254.1.1:80": true, "[::ffff:10.0.0.1]:80": true,
		"203.0.113.9:80": false, "[2001:db8::1]:80": false, "[::ffff:203.0.113.9]:80": false, "0.0.0.0:80": false, "nonsense": false,
	} {
		require.Equal(t, ok, activation.OnlyPrivate(address) == nil, address)
	}
	courier, err := activation.NewInsecureHTTP("http://licenses.lan")
	require.NoError(t, err)
	courier.URL = "http://203.0.113.9/v1/exchange" // as if the name led there
	_, err = courier.Exchange(t.Context(), []byte("{}"))
	require.ErrorIs(t, err, activation.ErrNotSent)
	require.ErrorIs(t, err, license.ServerUnreachable)
	require.ErrorContains(t, err, "private network")
	require.Nil(t, courier.Client.Transport.(*http.Transport).Proxy, "a proxy would carry it out")
}

// A private certificate authority is given by the courier's http.Client; on
// systems that have the variable, SSL_CERT_FILE does it without a line of code.
func TestPrivateAuthority(t *testing.T) {
	t.Parallel()
	reply := signedReply(t)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(reply) }))
	t.Cleanup(s.Close)
	courier, err := activation.NewHTTP(s.URL)
	require.NoError(t, err)
	_, err = courier.Exchange(t.Context(), []byte("{}"))
	require.ErrorIs(t, err, license.ServerInsecure)

	authority := x509.NewCertPool()
	authority.AddCert(s.Certificate())
	courier.Client.Transport.(*http.Transport).TLSClientConfig.RootCAs = authority
	got, err := courier.Exchange(t.Context(), []byte("{}"))
	require.NoError(t, err)
	require.Equal(t, reply, got)
}

// urlVariable tells the test binary to be a product that asks a server once.
const urlVariable = "LATCHKEY_TEST_ASK"

// certFileIsRead says whether Go reads SSL_CERT_FILE on this system.
const certFileIsRead = runtime.GOOS != "windows" && runtime.GOOS != "darwin"

func TestPrivateAuthorityOfTheEnvironment(t *testing.T) {
	if url := os.Getenv(urlVariable); url != "" {
		courier, err := activation.NewHTTP(url)
		require.NoError(t, err)
		_, err = courier.Exchange(t.Context(), []byte("{}"))
		require.NoError(t, err)
		return
	}
	t.Parallel()
	if !certFileIsRead {
		return // Windows and macOS have their own stores for that
	}
	reply := signedReply(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(reply) }))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	require.NoError(t, os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600))
	for name, env := range map[string]string{"with": "SSL_CERT_FILE=" + authority, "without": "SSL_CERT_FILE=" + authority + ".none"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPrivateAuthorityOfTheEnvironment$")
		cmd.Env = append(os.Environ(), urlVariable+"="+s.URL, env, "SSL_CERT_DIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		require.Equal(t, name == "with", err == nil, "%s: %s", name, out)
	}
}
