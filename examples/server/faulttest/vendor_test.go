package faulttest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	crand "crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

const (
	vendorName  = "acme"
	productName = "acme-cad"
	scheme      = "board+cpu~+disk~+mac~/2"
)

// A vendor has the keys. They are the same in every process.
type vendor struct {
	keyring         *license.Keyring
	office, answers *issuer.Issuer
}

func newVendor() (*vendor, error) {
	v := &vendor{}
	var keys []license.Key
	end, err := license.ParseDate("2099-12-31")
	if err != nil {
		return nil, err
	}
	for _, role := range []license.Role{license.RoleLicense, license.RoleActivation} {
		key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte(role)[:1], ed25519.SeedSize)))
		if err != nil {
			return nil, err
		}
		i, err := issuer.New(vendorName, role, key.Signer())
		if err != nil {
			return nil, err
		}
		if v.answers = i; role == license.RoleLicense {
			v.office = i
		}
		keys = append(keys, license.Key{Public: key.Public(), Role: role, End: end})
	}
	v.keyring, err = license.NewKeyring(vendorName, 1, 0, keys)
	return v, err
}

func mustVendor(t testing.TB) *vendor {
	t.Helper()
	v, err := newVendor()
	require.NoError(t, err)
	return v
}

// serial is the nth serial number of a test.
func serial(n int) license.Serial { return license.Serial(fmt.Sprintf("S-%04d", n)) }

// sale is one serial number as the back office makes it.
func (v *vendor) sale(sn license.Serial, limit int64, edit func(*license.License)) (*server.Sale, error) {
	l := &license.License{
		ID: "L-" + string(sn), Serial: sn, Kind: license.Full, Issued: time.Now().Add(-time.Hour).UTC().Truncate(time.Second), NeedsReceipt: true,
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: productName, Features: []license.Feature{{ID: "draw"}, {ID: "print", Runs: 1 << 30}}}},
	}
	if edit != nil {
		edit(l)
	}
	text, err := v.office.License(l)
	if err != nil {
		return nil, err
	}
	return &server.Sale{Serial: sn, Limit: limit, License: text}, nil
}

// sell sells serial numbers from 0 on.
func (v *vendor) sell(t testing.TB, s *server.Server, n int, limit int64, edit func(*license.License)) {
	t.Helper()
	sales := make([]*server.Sale, n)
	for i := range sales {
		var err error
		sales[i], err = v.sale(serial(i), limit, edit)
		require.NoError(t, err)
	}
	require.NoError(t, s.Sell(t.Context(), "test", sales...))
}

// sellTyped sells a serial number that can be typed.
func (v *vendor) sellTyped(t testing.TB, s *server.Server, limit int64, edit func(*license.License)) (typed string, sn license.Serial) {
	t.Helper()
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(t, err)
	sn = license.Serial(key.Rows()[0])
	sale, err := v.sale(sn, limit, edit)
	require.NoError(t, err)
	require.NoError(t, s.Sell(t.Context(), "test", sale))
	return key.Text(), sn
}

func bound(l *license.License) { l.Binding = license.Binding{Scheme: scheme} }

// A machine is one installation that asks by hand.
type machine struct {
	private     ed25519.PrivateKey
	fingerprint []byte
}

func newMachine() (*machine, error) {
	_, private, err := ed25519.GenerateKey(crand.Reader)
	if err != nil {
		return nil, err
	}
	var readings []binding.Reading
	for _, component := range []string{"board", "cpu", "disk", "mac"} {
		readings = append(readings, binding.Reading{Component: component, Values: []string{crand.Text()}})
	}
	f, err := binding.NewFingerprint(productName, readings)
	if err != nil {
		return nil, err
	}
	text, err := f.Text()
	return &machine{private, text}, err
}

func machines(t testing.TB, n int) []*machine {
	t.Helper()
	all := make([]*machine, n)
	for i := range all {
		var err error
		all[i], err = newMachine()
		require.NoError(t, err)
	}
	return all
}

// key is the machine's installation as the server has it.
func (m *machine) key() string {
	return base64.StdEncoding.EncodeToString(m.private.Public().(ed25519.PublicKey))
}

// request makes and signs a request.
func (m *machine) request(op license.Operation, sn license.Serial) (*license.Request, []byte, error) {
	r := &license.Request{
		Vendor: vendorName, Product: productName, Version: "4.2.0", Operation: op, Serial: sn,
		Nonce: random(license.NonceSize), Next: random(license.LinkSize), Fingerprint: m.fingerprint, Keyring: 1,
	}
	text, err := r.Sign(m.private)
	return r, text, err
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = crand.Read(b)
	return b
}

// A caller is what requests go over.
type caller struct {
	*vendor
	http *http.Client
}

// newCaller returns a caller with at most n connections to a server.
func newCaller(t testing.TB, v *vendor, n int) *caller {
	transport := &http.Transport{MaxIdleConnsPerHost: n, MaxConnsPerHost: n}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{v, &http.Client{Transport: transport}}
}

// An answer is a signed reply to a request, with its receipt.
type answer struct {
	*license.Reply
	receipt *license.Receipt
}

// errUnsigned is wrapped where a server answers, and not with a reply.
var errUnsigned = errors.New("an answer that is not signed")

// ask sends a request and returns the reply, once it is certain that it is one
// to this very request.
func (c *caller) ask(ctx context.Context, url string, r *license.Request, text []byte) (*answer, error) {
	status, body, err := c.post(ctx, url, text)
	if err != nil {
		return nil, err
	}
	reply, err := license.OpenReply(body, c.keyring)
	if err != nil {
		return nil, fmt.Errorf("%w: status %d, %.200q: %w", errUnsigned, status, body, err)
	}
	if !bytes.Equal(reply.Nonce, r.Nonce) || reply.Request != r.Digest || !bytes.Equal(reply.Installation, r.Installation) {
		return nil, fmt.Errorf("%w: it is to another request", errUnsigned)
	}
	a := &answer{Reply: reply}
	if reply.Receipt == "" {
		return a, nil
	}
	if a.receipt, err = license.OpenReceipt([]byte(reply.Receipt), c.keyring); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnsigned, err)
	}
	if !bytes.Equal(a.receipt.Installation, r.Installation) || a.receipt.Serial != r.Serial {
		return nil, fmt.Errorf("%w: its receipt is another one's", errUnsigned)
	}
	return a, nil
}

// do makes a request and asks it.
func (c *caller) do(ctx context.Context, url string, m *machine, op license.Operation, sn license.Serial) (*answer, error) {
	r, text, err := m.request(op, sn)
	if err != nil {
		return nil, err
	}
	return c.ask(ctx, url, r, text)
}

// post posts a document.
func (c *caller) post(ctx context.Context, url string, text []byte) (int, []byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, url+server.Path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	response, err := c.http.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, license.MaxReply+1))
	return response.StatusCode, body, err
}
