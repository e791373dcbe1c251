package license_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/license"
)

// The installation of these tests, and its nonce.
var (
	installation = seedKey(7)
	aNonce       = []byte("0123456789abcdef")
)

func publicOf(key ed25519.PrivateKey) []byte { return []byte(key.Public().(ed25519.PublicKey)) }

// aReceipt returns a receipt that has something of everything.
func aReceipt() *license.Receipt {
	return &license.Receipt{
		ID: "A-1", Vendor: "acme", Serial: "S0001-TEST", Installation: publicOf(installation),
		Binding: license.Binding{Scheme: "board+cpu~/1", Data: []byte("the board and the processor")}, Changes: 2,
		Activated: noon.AddDate(0, -1, 0), Issued: noon, Sequence: 7,
		Lease: license.Lease{Until: noon.AddDate(0, 1, 0), Grace: noon.AddDate(0, 1, 14)},
		Hold:  license.HoldPayment, Contact: "sales@acme.example",
	}
}

// usedSoFar is what a request tells and a reply returns.
func usedSoFar() license.Usage {
	return license.Usage{Activated: noon.AddDate(0, -1, 0), FirstUse: noon.AddDate(0, 0, -3), Features: map[license.Ref]license.FeatureUsage{
		{Product: "acme-cad", Feature: "export"}: {FirstUse: noon.AddDate(0, 0, -3), Runs: 41},
		{Product: "acme-cad", Feature: "draw"}:   {},
		{Product: "acme-cam", Feature: "mill"}:   {Runs: 1},
	}}
}

// aRequest returns a request that has something of everything.
func aRequest() *license.Request {
	return &license.Request{
		Vendor: "acme", Product: "acme-cad", Version: "4.2.0", Operation: license.OpMove, Serial: "S0001-TEST",
		Nonce: bytes.Clone(aNonce), Fingerprint: []byte("latchkey fingerprint 1\nproduct acme-cad\n"), License: "L-1001", Revision: 3, Keyring: 1,
		Link: repeated(1, 16), Next: repeated(2, 16), Usage: usedSoFar(), Proof: []byte(`{"payload":"e30="}`),
	}
}

// aReply returns a reply that has something of everything.
func aReply() *license.Reply {
	return &license.Reply{
		Vendor: "acme", Product: "acme-cad", Installation: publicOf(installation), Nonce: bytes.Clone(aNonce), Request: [32]byte{31: 255},
		Time: noon, Sequence: 7, Code: license.ActivationLimit, N: 3, Max: 3, From: day("2026-04-01"), Until: day("2026-12-31"),
		Has: "Größe\n", Needs: "x", Names: []string{"board", "cpu"}, Contact: "sales@acme.example", NextCheck: noon.AddDate(0, 0, 7),
		Documents: []string{"-----BEGIN LATCHKEY LICENSE-----\n", "two"}, Receipt: "three", Link: repeated(3, 16), Revision: 3,
		Usage: usedSoFar(), Restored: true,
	}
}

func TestReceiptRoundTrip(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, want := range map[string]*license.Receipt{"everything": aReceipt(), "the least": {
		ID: "A-1", Vendor: "acme", Serial: "S", Installation: publicOf(installation), Activated: noon, Issued: noon, Sequence: 1,
	}} {
		text, err := v.activate.Receipt(want)
		require.NoError(t, err, name)
		require.True(t, strings.HasPrefix(string(text), "-----BEGIN LATCHKEY RECEIPT-----\n"))
		got, err := license.OpenReceipt(text, v.keyring)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

func TestReplyRoundTrip(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, want := range map[string]*license.Reply{"everything": aReply(), "the least": {
		Vendor: "acme", Product: "acme-cad", Installation: publicOf(installation), Nonce: aNonce, Request: [32]byte{1}, Time: noon,
	}} {
		text, err := v.activate.Reply(want)
		require.NoError(t, err, name)
		require.True(t, strings.HasPrefix(string(text), `{"payload":"`), "as it goes over HTTP")
		armoured, err := license.Armor(text)
		require.NoError(t, err)
		for _, text := range [][]byte{text, armoured} {
			got, err := license.OpenReply(text, v.keyring)
			require.NoError(t, err, name)
			require.Equal(t, want, got, name)
		}
	}
}

func TestReplyReason(t *testing.T) {
	t.Parallel()
	require.Nil(t, (&license.Reply{Product: "acme-cad", N: 3}).Reason())
	r := aReply()
	require.Equal(t, &license.Reason{Code: license.ActivationLimit, Product: "acme-cad", N: 3, Max: 3, From: r.From, Until: r.Until,
		Has: r.Has, Needs: "x", Names: r.Names, Contact: r.Contact}, r.Reason())
	require.ErrorIs(t, r.Reason(), license.ActivationLimit)
}

// The names of a no come in the order in which they were found; the server need
// not know that a list ascends.
func TestReplySortsNames(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	r := aReply()
	r.Names = []string{"mac", "board", "cpu"}
	text, err := v.activate.Reply(r)
	require.NoError(t, err)
	require.Equal(t, []string{"mac", "board", "cpu"}, r.Names)
	got, err := license.OpenReply(text, v.keyring)
	require.NoError(t, err)
	require.Equal(t, []string{"board", "cpu", "mac"}, got.Names)
}

func TestRequestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]*license.Request{
		"everything":    aRequest(),
		"the least":     {Vendor: "acme", Product: "acme-cad", Operation: license.OpCheck, Serial: "S", Nonce: aNonce},
		"keys":          {Vendor: "acme", Product: "acme-cad", Operation: license.OpCheck, Serial: "S0001-TEST", Nonce: aNonce, Keys: []string{"1f6f4c9d0be8a7c2", "9a0c2d3b5e7f1846"}},
		"a request key": {Vendor: "acme", Product: "acme-cad", Operation: license.OpActivate, RequestKey: "0123456789", Nonce: aNonce},
	} {
		text, err := want.Sign(installation)
		require.NoError(t, err, name)
		require.Equal(t, publicOf(installation), want.Installation)
		got, err := license.OpenRequest(text)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	for _, op := range []license.Operation{license.OpActivate, license.OpCheck, license.OpDeactivate, license.OpReport} {
		r := aRequest()
		r.Operation, r.Proof = op, nil
		text, err := r.Sign(installation)
		require.NoError(t, err, op)
		got, err := license.OpenRequest(text)
		require.NoError(t, err, op)
		require.Equal(t, op, got.Operation)
	}
}

// A request's digest is that of what is signed: the same to who signs and who
// opens, in either form, and another one for another nonce.
func TestRequestDigest(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]bool{}
	for n := range byte(4) {
		r := aRequest()
		r.Nonce[0] = n
		bare, err := r.Sign(installation)
		require.NoError(t, err)
		e, err := dsse.Parse(bare)
		require.NoError(t, err)
		payload := e.Payload()
		pae := fmt.Sprintf("DSSEv1 37 application/vnd.latchkey.request+json %d %s", len(payload), payload)
		require.Equal(t, sha256.Sum256([]byte(pae)), r.Digest)
		armoured, err := license.Armor(bare)
		require.NoError(t, err)
		again, err := license.Bare(armoured)
		require.NoError(t, err)
		require.Equal(t, string(bare), string(again))
		mailed := []byte("\ufeff\r\n" + strings.ReplaceAll(string(armoured), "\n", " \r\n\r\n\t"))
		for _, text := range [][]byte{bare, armoured, mailed, append(bytes.Clone(bare), '\n')} {
			got, err := license.OpenRequest(text)
			require.NoError(t, err)
			require.Equal(t, r.Digest, got.Digest)
		}
		seen[r.Digest] = true
	}
	require.Len(t, seen, 4)
}

// Seats are who is bound, which the server knows and is not told.
func TestRequestTellsNoSeats(t *testing.T) {
	t.Parallel()
	r := aRequest()
	ref := license.Ref{Product: "acme-cad", Feature: "export"}
	r.Usage.Features[ref] = license.FeatureUsage{Runs: 41, Seats: []string{"ada@example.com"}}
	text, err := r.Sign(installation)
	require.NoError(t, err)
	e, err := dsse.Parse(text)
	require.NoError(t, err)
	require.NotContains(t, string(e.Payload()), "ada@")
	got, err := license.OpenRequest(text)
	require.NoError(t, err)
	require.Equal(t, license.FeatureUsage{Runs: 41}, got.Usage.Features[ref])
}

// A key that is not whole signs nothing: it would give its seed away.
func TestSignRefusesBrokenKeys(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]ed25519.PrivateKey{
		"none":                      nil,
		"half of one":               installation[:32],
		"too long":                  append(bytes.Clone(installation), 0),
		"another key's public half": append(bytes.Clone(installation[:32]), publicOf(seedKey(8))...),
		"no public half":            append(bytes.Clone(installation[:32]), make([]byte, 32)...),
	} {
		r := aRequest()
		text, err := r.Sign(key)
		require.Error(t, err, name)
		require.Nil(t, text, name)
		require.Zero(t, r.Digest, name)
	}
}

// What Open would refuse is not written.
func TestExchangeEncodeRefuses(t *testing.T) {
	t.Parallel()
	receipts := map[string]func(r *license.Receipt){
		"no id":                 func(r *license.Receipt) { r.ID = "" },
		"blank in the id":       func(r *license.Receipt) { r.ID = "A 1" },
		"no vendor":             func(r *license.Receipt) { r.Vendor = "" },
		"no serial":             func(r *license.Receipt) { r.Serial = "" },
		"no installation":       func(r *license.Receipt) { r.Installation = nil },
		"short installation":    func(r *license.Receipt) { r.Installation = r.Installation[:31] },
		"long installation":     func(r *license.Receipt) { r.Installation = append(r.Installation, 0) },
		"scheme without data":   func(r *license.Receipt) { r.Binding.Data = nil },
		"data without a scheme": func(r *license.Receipt) { r.Binding.Scheme = "" },
		"negative changes":      func(r *license.Receipt) { r.Changes = -1 },
		"not activated":         func(r *license.Receipt) { r.Activated = time.Time{} },
		"not issued":            func(r *license.Receipt) { r.Issued = time.Time{} },
		"no sequence":           func(r *license.Receipt) { r.Sequence = 0 },
		"negative sequence":     func(r *license.Receipt) { r.Sequence = -1 },
		"grace before until":    func(r *license.Receipt) { r.Grace = r.Until.Add(-time.Second) },
		"grace without until":   func(r *license.Receipt) { r.Until = time.Time{} },
		"a hold that is none":   func(r *license.Receipt) { r.Hold = "annoyed" },
		"contact not UTF-8":     func(r *license.Receipt) { r.Contact = "Ren\xe9" },
	}
	for name, change := range receipts {
		r := aReceipt()
		change(r)
		b, err := r.Encode()
		require.Nil(t, b, name)
		require.ErrorIs(t, err, license.Malformed, name)
	}
	replies := map[string]func(r *license.Reply){
		"no vendor":            func(r *license.Reply) { r.Vendor = "" },
		"no product":           func(r *license.Reply) { r.Product = "" },
		"no installation":      func(r *license.Reply) { r.Installation = nil },
		"short installation":   func(r *license.Reply) { r.Installation = r.Installation[:31] },
		"no nonce":             func(r *license.Reply) { r.Nonce = nil },
		"short nonce":          func(r *license.Reply) { r.Nonce = r.Nonce[:15] },
		"long nonce":           func(r *license.Reply) { r.Nonce = append(r.Nonce, 0) },
		"no time":              func(r *license.Reply) { r.Time = time.Time{} },
		"a sentence as a code": func(r *license.Reply) { r.Code = "not today" },
		"negative number":      func(r *license.Reply) { r.N = -1 },
		"too great a number":   func(r *license.Reply) { r.Max = license.MaxCount + 1 },
		"negative sequence":    func(r *license.Reply) { r.Sequence = -1 },
		"a name twice":         func(r *license.Reply) { r.Names = []string{"cpu", "cpu"} },
		"a name of two words":  func(r *license.Reply) { r.Names = []string{"the cpu"} },
		"a text too long":      func(r *license.Reply) { r.Has = strings.Repeat("x", license.MaxText+1) },
		"an empty document":    func(r *license.Reply) { r.Documents[1] = "" },
		"a document too large": func(r *license.Reply) { r.Documents[1] = strings.Repeat("x", license.MaxDocument+1) },
		"documents too many":   func(r *license.Reply) { r.Documents = make([]string, license.MaxReplyDocuments+1) },
		"a receipt too large":  func(r *license.Reply) { r.Receipt = strings.Repeat("x", license.MaxDocument+1) },
		"a document not UTF-8": func(r *license.Reply) { r.Documents[1] = "\xff" },
		"short link":           func(r *license.Reply) { r.Link = r.Link[:15] },
		"negative runs":        func(r *license.Reply) { r.Usage.Features = used(license.FeatureUsage{Runs: -1}) },
		"a feature unnamed":    func(r *license.Reply) { r.Usage.Features = map[license.Ref]license.FeatureUsage{{}: {}} },
	}
	for name, change := range replies {
		r := aReply()
		change(r)
		b, err := r.Encode()
		require.Nil(t, b, name)
		require.ErrorIs(t, err, license.Malformed, name)
	}
	requests := map[string]func(r *license.Request){
		"no vendor":                    func(r *license.Request) { r.Vendor = "" },
		"no product":                   func(r *license.Request) { r.Product = "" },
		"no operation":                 func(r *license.Request) { r.Operation = "" },
		"an operation that is none":    func(r *license.Request) { r.Operation = "steal" },
		"neither serial nor key":       func(r *license.Request) { r.Serial = "" },
		"both serial and key":          func(r *license.Request) { r.RequestKey = "0123456789" },
		"no nonce":                     func(r *license.Request) { r.Nonce = nil },
		"short nonce":                  func(r *license.Request) { r.Nonce = r.Nonce[:15] },
		"long nonce":                   func(r *license.Request) { r.Nonce = append(r.Nonce, 0) },
		"short link":                   func(r *license.Request) { r.Link = r.Link[:15] },
		"long next":                    func(r *license.Request) { r.Next = append(r.Next, 0) },
		"version of two words":         func(r *license.Request) { r.Version = "4 beta" },
		"negative revision":            func(r *license.Request) { r.Revision = -1 },
		"negative keyring":             func(r *license.Request) { r.Keyring = -1 },
		"a move without a proof":       func(r *license.Request) { r.Proof = nil },
		"a proof without a move":       func(r *license.Request) { r.Operation = license.OpActivate },
		"a proof too long":             func(r *license.Request) { r.Proof = repeated('x', 24<<10+1) },
		"a fingerprint too long":       func(r *license.Request) { r.Fingerprint = repeated('x', 16<<10+1) },
		"a fingerprint not UTF-8":      func(r *license.Request) { r.Fingerprint = []byte("\xff") },
		"negative runs":                func(r *license.Request) { r.Usage.Features = used(license.FeatureUsage{Runs: -1}) },
		"a feature without a product":  func(r *license.Request) { r.Usage.Features = map[license.Ref]license.FeatureUsage{{Feature: "f"}: {}} },
		"a feature without its name":   func(r *license.Request) { r.Usage.Features = map[license.Ref]license.FeatureUsage{{Product: "p"}: {}} },
		"first use before all history": func(r *license.Request) { r.Usage.FirstUse = noon.AddDate(-2000, 0, 0) },
	}
	for name, change := range requests {
		r := aRequest()
		change(r)
		text, err := r.Sign(installation)
		require.Nil(t, text, name)
		require.ErrorIs(t, err, license.Malformed, name)
		require.Zero(t, r.Digest, name)
	}
}

func used(f license.FeatureUsage) map[license.Ref]license.FeatureUsage {
	return map[license.Ref]license.FeatureUsage{{Product: "p", Feature: "f"}: f}
}

// What is longest is accepted, and one more is not.
func TestExchangeLimits(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	features := func(n int) string {
		return `"usage":{"features":` + list(n, func(i int) string { return fmt.Sprintf(`{"feature":"%04d","product":"p"}`, i) }) + `},"v":1`
	}
	in := func(payload, old, new string) string { return strings.Replace(payload, old, new, 1) }
	x := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		kind    string
		max     int
		payload func(n int) string
	}{
		"MaxFeatures used, of a request": {license.KindRequest, license.MaxFeatures, func(n int) string { return in(minRequest, `"v":1`, features(n)) }},
		"MaxFeatures used, of a reply":   {license.KindReply, license.MaxFeatures, func(n int) string { return in(minReply, `"v":1`, features(n)) }},
		"MaxCount of runs": {license.KindRequest, license.MaxCount, func(n int) string {
			return in(minRequest, `"v":1`, fmt.Sprintf(`"usage":{"features":[{"feature":"f","product":"p","runs":%d}]},"v":1`, n))
		}},
		"fingerprint": {license.KindRequest, 16 << 10, func(n int) string { return in(minRequest, `{"inst`, `{"fingerprint":"`+x(n)+`","inst`) }},
		"proof": {license.KindRequest, 24 << 10, func(n int) string {
			return in(minRequest, `"check","product":"acme-cad"`, `"move","product":"acme-cad","proof":"`+x(n)+`"`)
		}},
		"MaxReplyDocuments": {license.KindReply, license.MaxReplyDocuments, func(n int) string {
			return in(minReply, `{"inst`, `{"documents":`+list(n, func(int) string { return `"x"` })+`,"inst`)
		}},
		"MaxDocument of a document": {license.KindReply, license.MaxDocument, func(n int) string { return in(minReply, `{"inst`, `{"documents":["`+x(n)+`"],"inst`) }},
		"MaxDocument of a receipt":  {license.KindReply, license.MaxDocument, func(n int) string { return in(minReply, `"request"`, `"receipt":"`+x(n)+`","request"`) }},
		"MaxText of a contact":      {license.KindReply, license.MaxText, func(n int) string { return in(minReply, `{"inst`, `{"contact":"`+x(n)+`","inst`) }},
		"names of a reply": {license.KindReply, license.MaxApplied, func(n int) string {
			return in(minReply, `"nonce"`, `"names":`+list(n, func(i int) string { return fmt.Sprintf(`"n%04d"`, i) })+`,"nonce"`)
		}},
		"MaxCount of a sequence":    {license.KindReceipt, license.MaxCount, func(n int) string { return in(minReceipt, `"sequence":1`, fmt.Sprintf(`"sequence":%d`, n)) }},
		"MaxCount of changes":       {license.KindReceipt, license.MaxCount, func(n int) string { return in(minReceipt, `"id"`, fmt.Sprintf(`"changes":%d,"id"`, n)) }},
		"MaxID of a receipt's id":   {license.KindReceipt, license.MaxID, func(n int) string { return in(minReceipt, `A-1`, x(n)) }},
		"MaxID of a receipt's sale": {license.KindReceipt, license.MaxID, func(n int) string { return in(minReceipt, `S0001-TEST`, x(n)) }},
	} {
		for _, k := range allKinds(t) {
			if k.kind != c.kind {
				continue
			}
			got, err := k.open(signed(t, k.kind, c.payload(c.max)), v.keyring)
			require.NoError(t, err, name)
			require.NotNil(t, got, name)
			got, err = k.open(signed(t, k.kind, c.payload(c.max+1)), v.keyring)
			refused(t, got, err, license.Malformed, name)
		}
	}
}

// The largest reply that is written can be opened in either form, with every
// signature that one can carry, and when mail gives its lines another end.
func TestLargestReply(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	large := func(n int) *license.Reply {
		r := aReply()
		r.Documents = nil
		for ; n > 0; n -= license.MaxDocument {
			r.Documents = append(r.Documents, strings.Repeat("x", min(n, license.MaxDocument)))
		}
		return r
	}
	most, less := license.MaxReply, 0 // by halves: the first that is refused
	for most-less > 1 {
		if n := (most + less) / 2; func() bool { _, err := large(n).Encode(); return err == nil }() {
			less = n
		} else {
			most = n
		}
	}
	require.Greater(t, less, 700<<10)
	_, err := v.activate.Reply(large(most))
	require.ErrorIs(t, err, license.TooLarge)
	text, err := v.activate.Reply(large(less))
	require.NoError(t, err)
	e, err := dsse.Parse(text)
	require.NoError(t, err)
	for len(e.Signatures) < dsse.MaxSignatures {
		e.Signatures = append(e.Signatures, e.Signatures[0])
	}
	for _, text := range [][]byte{e.JSON(), e.Armor(), bytes.ReplaceAll(e.Armor(), []byte("\n"), []byte("\r\n"))} {
		require.Greater(t, len(text), license.MaxDocument)
		require.Equal(t, license.KindReply, license.KindOf(text))
		got, err := license.OpenReply(text, v.keyring)
		require.NoError(t, err)
		require.Equal(t, large(less).Documents, got.Documents)
	}

	// As any other kind, it is too large, and nothing says what it is.
	for _, kind := range []string{license.KindLicense, license.KindReceipt, license.KindRequest, license.KindUpdate} {
		text := sealWith(t, kind, string(e.Payload()), vendorKey(t, license.RoleActivation)).Armor()
		require.Empty(t, license.KindOf(text), kind)
		for _, k := range allKinds(t) {
			if k.kind == kind {
				got, err := k.open(text, v.keyring)
				r := refused(t, got, err, license.TooLarge, kind)
				require.EqualValues(t, license.MaxDocument, r.Max)
			}
		}
	}
}

// Grace follows the time until which a receipt holds, or begins with it.
func TestReceiptLease(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for lease, ok := range map[string]bool{
		``:                               true,
		`"until":"2026-04-10T12:00:00Z"`: true,
		`"grace":"2026-04-20T12:00:00Z"`: false,
		`"grace":"2026-04-20T12:00:00Z","until":"2026-04-10T12:00:00Z"`: true,
		`"grace":"2026-04-10T12:00:00Z","until":"2026-04-10T12:00:00Z"`: true,
		`"grace":"2026-04-10T11:59:59Z","until":"2026-04-10T12:00:00Z"`: false,
		`"grace":"2026-04-20","until":"2026-04-10T12:00:00Z"`:           false,
		`"grace":"","until":"2026-04-10T12:00:00Z"`:                     false,
		`"until":"2026-01-01T00:00:00Z"`:                                true, // it has ended when it is issued
	} {
		payload := minReceipt
		if grace, until, both := strings.Cut(lease, `,"until"`); both || strings.HasPrefix(lease, `"grace"`) {
			payload = strings.Replace(payload, `"id"`, grace+`,"id"`, 1)
			if both {
				payload = strings.Replace(payload, `"v":1`, `"until"`+until+`,"v":1`, 1)
			}
		} else if lease != "" {
			payload = strings.Replace(payload, `"v":1`, lease+`,"v":1`, 1)
		}
		got, err := license.OpenReceipt(signed(t, license.KindReceipt, payload), v.keyring)
		if ok {
			require.NoError(t, err, payload)
		} else {
			refused(t, anyOf(got), err, license.Malformed, payload)
		}
	}
}

// A licence that needs a receipt has a serial number, and may leave it to the
// receipt on which machine; no other licence may.
func TestNeedsReceipt(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, c := range map[string]struct {
		receipt, serial string
		binding         string
		ok              bool
	}{
		"no receipt, no binding":       {"", "", "", true},
		"a receipt":                    {"true", "S-1", "", true},
		"a receipt and no serial":      {"true", "", "", false},
		"a receipt that is false":      {"false", "S-1", "", false},
		"a receipt that is a number":   {"1", "S-1", "", false},
		"bound":                        {"", "", `{"data":"AAAA","scheme":"board"}`, true},
		"a scheme alone":               {"", "S-1", `{"scheme":"board"}`, false},
		"a scheme and a receipt":       {"true", "S-1", `{"scheme":"board"}`, true},
		"the same without a serial":    {"true", "", `{"scheme":"board"}`, false},
		"bound, and a receipt":         {"true", "S-1", `{"data":"AAAA","scheme":"board"}`, true},
		"data alone":                   {"", "S-1", `{"data":"AAAA"}`, false},
		"data alone and a receipt":     {"true", "S-1", `{"data":"AAAA"}`, false},
		"no binding at all":            {"true", "S-1", `{}`, false},
		"empty data and a receipt":     {"true", "S-1", `{"data":"","scheme":"board"}`, false},
		"an empty scheme":              {"true", "S-1", `{"scheme":""}`, false},
		"a scheme and no such receipt": {"false", "S-1", `{"scheme":"board"}`, false},
	} {
		payload := minLicense
		if c.binding != "" {
			payload = strings.Replace(payload, `{"id":"L-1"`, `{"binding":`+c.binding+`,"id":"L-1"`, 1)
		}
		if c.serial != "" {
			payload = strings.Replace(payload, `"v":1`, `"serial":"`+c.serial+`","v":1`, 1)
		}
		if c.receipt != "" {
			payload = strings.Replace(payload, `"acme-cad"}],`, `"acme-cad"}],"receipt":`+c.receipt+`,`, 1)
		}
		got, err := license.Open(signed(t, license.KindLicense, payload), v.keyring)
		if !c.ok {
			refused(t, anyOf(got), err, license.Malformed, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.receipt == "true", got.NeedsReceipt, name)
		require.Equal(t, payload, encoded(t, got), name)
		again := reopened(t, v, got)
		require.Equal(t, got, again, name)
	}
}

// Whoever has a serial number can activate with it, so none is in a log.
func TestExchangeSerialsAreMasked(t *testing.T) {
	t.Parallel()
	for _, v := range []any{aReceipt(), aRequest(), &license.Request{RequestKey: "S0001-TEST"}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			require.NotContains(t, fmt.Sprintf(verb, v), "S0001-TEST")
		}
	}
}

// What Armor and Bare cannot read, they refuse.
func TestArmorAndBare(t *testing.T) {
	t.Parallel()
	for _, k := range allKinds(t) {
		e := sealWith(t, k.kind, k.payload, signersOf(t, k.role)...)
		for _, text := range [][]byte{e.Armor(), e.JSON()} {
			armoured, err := license.Armor(text)
			require.NoError(t, err)
			require.Equal(t, string(e.Armor()), string(armoured))
			bare, err := license.Bare(text)
			require.NoError(t, err)
			require.Equal(t, string(e.JSON()), string(bare))
		}
	}
	for text, code := range map[string]license.Code{
		"hello":                         license.NotDocument,
		"-----BEGIN LATCHKEY REPLY----": license.Truncated,
		`{"payload":1}`:                 license.Damaged,
	} {
		for _, form := range []func([]byte) ([]byte, error){license.Armor, license.Bare} {
			got, err := form([]byte(text))
			require.Nil(t, got)
			require.ErrorIs(t, err, code, text)
		}
	}
}
