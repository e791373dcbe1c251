package serverapp_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
)

func trusting(pool *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
}

// With a certificate, all is encrypted, and nothing is answered in the clear.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pool := serverapp.WriteCertificate(t, cert, key)
	w := servertest.New(t, func(c *serverapp.Config) { c.TLSCert, c.TLSKey = cert, key })
	require.Contains(t, w.Running.URL, "https://")
	w.Desk.Client = trusting(pool)
	sale := w.Desk.Sell(nil)
	require.NotEmpty(t, sale["serial"])
	response, err := w.Desk.Client.Get(w.Running.URL + "/healthz")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 2, response.ProtoMajor)

	status, _, _ := fetch(t, "http://"+w.Running.URL[len("https://"):]+"/healthz")
	require.Equal(t, http.StatusBadRequest, status)
	_, err = http.Get(w.Running.URL + "/healthz")
	require.Error(t, err, "nobody vouches for the certificate")
}
