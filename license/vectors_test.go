package license_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/internal/vectors"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

const testdata = "../testdata/"

// readVector reads one vector that another refers to, which must be accepted.
func readVector(t *testing.T, folder, name string, headers []string) vectors.Vector {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata, folder, filepath.Base(name)))
	require.NoError(t, err)
	v, err := vectors.Parse(text, append([]string{"format", "expect", "note"}, headers...))
	require.NoError(t, err, name)
	require.Equal(t, "ok", v.Expect(), name)
	return v
}

func vectorKeyring(t *testing.T, name string) *license.Keyring {
	t.Helper()
	k, err := license.ParseKeyring(string(readVector(t, "keyring", name, keyringHeaders).Body))
	require.NoError(t, err, name)
	return k
}

// only holds that a vector has no other headers than those that say something
// of its outcome.
func only(t *testing.T, v vectors.Vector, headers ...string) {
	t.Helper()
	for name := range v.Header {
		require.Contains(t, append([]string{"format", "expect", "note"}, headers...), name)
	}
}

// refusedAs holds an error against the header code.
func refusedAs(t *testing.T, v vectors.Vector, got any, err error) {
	t.Helper()
	require.Equal(t, "refused", v.Expect())
	require.Nil(t, got)
	require.NotNil(t, err, "accepted")
	require.Equal(t, v.Header["code"], string(reasonOf(t, err).Code))
}

var keyringHeaders = []string{"vendor", "version", "quorum", "keys", "code", "line"}

func TestKeyringVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"keyring", "keyring", keyringHeaders, func(t *testing.T, v vectors.Vector) {
		k, err := license.ParseKeyring(string(v.Body))
		if v.Expect() != "ok" {
			only(t, v, "code", "line")
			refusedAs(t, v, anyOf(k), err)
			if r := reasonOf(t, err); r.Code == license.KeyringDamaged || v.Header["line"] != "" {
				require.Equal(t, v.Header["line"], strconv.FormatInt(r.N, 10))
			}
			return
		}
		only(t, v, "vendor", "version", "quorum", "keys")
		require.NoError(t, err)
		require.Equal(t, v.Header["vendor"], k.Vendor())
		require.Equal(t, v.Header["version"], strconv.FormatInt(k.Version(), 10))
		require.Equal(t, v.Header["quorum"], strconv.Itoa(k.Quorum()))
		require.Equal(t, v.Header["keys"], keysHeader(k))
	})
}

// keysHeader lists the keys as id:role:end, in order.
func keysHeader(k *license.Keyring) string {
	var keys []string
	for _, key := range k.Keys() {
		keys = append(keys, key.Public.ID()+":"+string(key.Role)+":"+key.End.String())
	}
	return strings.Join(keys, " ")
}

func TestRotationVectors(t *testing.T) {
	t.Parallel()
	headers := []string{"keyring", "version", "keys", "code"}
	vectors.Run(t, testdata+"rotation", "rotation", headers, func(t *testing.T, v vectors.Vector) {
		k, err := vectorKeyring(t, v.Header["keyring"]).Rotate(v.Body)
		if v.Expect() != "ok" {
			only(t, v, "keyring", "code")
			refusedAs(t, v, anyOf(k), err)
			return
		}
		only(t, v, "keyring", "version", "keys")
		require.NoError(t, err)
		require.Equal(t, v.Header["version"], strconv.FormatInt(k.Version(), 10))
		require.Equal(t, v.Header["keys"], keysHeader(k))
	})
}

var documentHeaders = []string{"keyring", "payload", "means", "code"}

// checkDocument holds a document against its vector.
func checkDocument[T any](t *testing.T, v vectors.Vector, open func([]byte, *license.Keyring) (*T, error), encode func(*T) ([]byte, error)) {
	got, err := open(v.Body, vectorKeyring(t, v.Header["keyring"]))
	if payload := v.Header["payload"]; payload != "" {
		e, err := dsse.Parse(v.Body)
		require.NoError(t, err)
		require.Equal(t, payload, string(e.Payload()))
	}
	if v.Expect() != "ok" {
		only(t, v, "keyring", "payload", "code")
		refusedAs(t, v, anyOf(got), err)
		return
	}
	only(t, v, "keyring", "payload", "means")
	require.NoError(t, err)
	b, err := encode(got)
	require.NoError(t, err)
	if means := v.Header["means"]; means != "" {
		require.NotEqual(t, v.Header["payload"], means)
		require.Equal(t, means, string(b))
	} else {
		require.Equal(t, v.Header["payload"], string(b))
	}
}

func TestLicenseVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"license", "license", documentHeaders, func(t *testing.T, v vectors.Vector) {
		checkDocument(t, v, license.Open, (*license.License).Encode)
	})
}

func TestCatalogueVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"catalogue", "catalogue", documentHeaders, func(t *testing.T, v vectors.Vector) {
		checkDocument(t, v, license.OpenCatalogue, (*license.Catalogue).Encode)
	})
}

func TestTimeVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"time", "time", documentHeaders, func(t *testing.T, v vectors.Vector) {
		checkDocument(t, v, license.OpenTime, (*license.SignedTime).Encode)
	})
}

func TestReceiptVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"receipt", "receipt", documentHeaders, func(t *testing.T, v vectors.Vector) {
		checkDocument(t, v, license.OpenReceipt, (*license.Receipt).Encode)
	})
}

func TestReplyVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"reply", "reply", documentHeaders, func(t *testing.T, v vectors.Vector) {
		checkDocument(t, v, license.OpenReply, (*license.Reply).Encode)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"request", "request", []string{"payload", "means", "installation", "digest", "code"}, func(t *testing.T, v vectors.Vector) {
		got, err := license.OpenRequest(v.Body)
		if payload := v.Header["payload"]; payload != "" {
			e, err := dsse.Parse(v.Body)
			require.NoError(t, err)
			require.Equal(t, payload, string(e.Payload()))
		}
		if v.Expect() != "ok" {
			only(t, v, "payload", "code")
			refusedAs(t, v, anyOf(got), err)
			return
		}
		only(t, v, "payload", "means", "installation", "digest")
		require.NoError(t, err)
		require.Equal(t, v.Header["installation"], sumID(got.Installation))
		require.Equal(t, v.Header["digest"], hex.EncodeToString(got.Digest[:]))
		b, err := license.EncodeRequest(got)
		require.NoError(t, err)
		means := v.Header["means"]
		if means == "" {
			means = v.Header["payload"]
		}
		require.Equal(t, means, string(b))
	})
}

// The samples of the specification are those of the vectors.
func TestDocumentedSamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/formats.md")
	require.NoError(t, err)
	samples := strings.ReplaceAll(string(text), "\n", "")
	for folder, name := range map[string]string{"request": "activate.txt", "reply": "refused.txt", "receipt": "full.txt"} {
		v := readVector(t, folder, name, []string{"keyring", "payload", "installation", "digest"})
		require.Contains(t, samples, v.Header["payload"], folder)
		require.Contains(t, samples, v.Header["digest"], folder)
	}
}

var updateHeaders = []string{"license", "at", "used", "bound", "payload", "result", "code"}

func TestUpdateVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"update", "update", updateHeaders, func(t *testing.T, v vectors.Vector) {
		result, err := applyVector(t, v)
		switch v.Expect() {
		case "applied":
			only(t, v, "license", "at", "used", "bound", "payload", "result")
			require.NoError(t, err)
			require.Equal(t, v.Header["result"], result)
		case "refused":
			only(t, v, "license", "at", "used", "bound", "payload", "code")
			require.Empty(t, result)
			require.Equal(t, v.Header["code"], string(reasonOf(t, err).Code))
		default:
			t.Fatalf("unknown outcome %q", v.Expect())
		}
	})
}

// applyVector opens an update, applies it to the licence that it is for, and
// returns the payload of the licence that comes of it.
func applyVector(t *testing.T, v vectors.Vector) (string, error) {
	t.Helper()
	of := readVector(t, "license", v.Header["license"], documentHeaders)
	keys := vectorKeyring(t, of.Header["keyring"])
	l, err := license.Open(of.Body, keys)
	require.NoError(t, err)
	u, err := license.OpenUpdate(v.Body, keys)
	if payload := v.Header["payload"]; payload != "" {
		e, err := dsse.Parse(v.Body)
		require.NoError(t, err)
		require.Equal(t, payload, string(e.Payload()))
	}
	if err != nil {
		require.Nil(t, u)
		return "", err
	}
	result, diff, err := license.Apply(l, u, day(v.Header["at"]).Start(), usageOf(t, v))
	if err != nil {
		require.Nil(t, result)
		require.Nil(t, diff)
		return "", err
	}
	b, err := result.Encode()
	require.NoError(t, err)
	return string(b), nil
}

// usageOf reads the headers "used: acme-cad/export 40", the runs used of a
// feature, and "bound: acme-cad/render a@example.com b@example.com", its seats.
func usageOf(t *testing.T, v vectors.Vector) license.Usage {
	t.Helper()
	usage := license.Usage{Features: map[license.Ref]license.FeatureUsage{}}
	ref := func(s string) license.Ref {
		product, feature, found := strings.Cut(s, "/")
		require.True(t, found, s)
		return license.Ref{Product: product, Feature: feature}
	}
	if used := strings.Fields(v.Header["used"]); len(used) > 0 {
		require.Len(t, used, 2)
		n, err := strconv.ParseInt(used[1], 10, 64)
		require.NoError(t, err)
		usage.Features[ref(used[0])] = license.FeatureUsage{Runs: n}
	}
	if bound := strings.Fields(v.Header["bound"]); len(bound) > 0 {
		f := usage.Features[ref(bound[0])]
		f.Seats = bound[1:]
		usage.Features[ref(bound[0])] = f
	}
	return usage
}

func TestActivationKeyVectors(t *testing.T) {
	t.Parallel()
	vectors.Run(t, testdata+"activation-key", "activation-key", license.ActivationKeyHeaders, func(t *testing.T, v vectors.Vector) {
		keys := vectorKeyring(t, v.Header["keyring"])
		c, err := license.OpenCatalogue(readVector(t, "catalogue", v.Header["catalogue"], documentHeaders).Body, keys)
		require.NoError(t, err)
		key, _, err := keyfmt.Parse(string(v.Body))
		require.NoError(t, err)
		require.Equal(t, keyfmt.Activation, key.Kind())
		require.Equal(t, v.Header["payload"], hex.EncodeToString(key.Payload()))
		l, err := license.OpenKey(key.Payload(), v.Header["name"], keys, c)
		if v.Expect() != "ok" {
			only(t, v, "keyring", "catalogue", "name", "payload", "code")
			refusedAs(t, v, anyOf(l), err)
			return
		}
		only(t, v, "keyring", "catalogue", "name", "payload", "result")
		require.NoError(t, err)
		b, err := l.Encode()
		require.NoError(t, err)
		require.Equal(t, v.Header["result"], string(b))
	})
}

// What follows makes the vectors, all of them from fixed seeds:
//
//	go test ./license -run TestVectorFiles -update

var updateVectors = flag.Bool("update", false, "write the vectors under testdata that TestVectorFiles makes")

// vectorFolders are the folders of testdata that hold these vectors only.
var vectorFolders = []string{"keyring", "rotation", "license", "update", "catalogue", "time", "receipt", "request", "reply", "activation-key"}

// TestVectorFiles holds that the vectors are those that are made here, no more
// and no fewer.
func TestVectorFiles(t *testing.T) {
	t.Parallel()
	w := &vectorWriter{t: t, v: newVendor(t), files: map[string]string{}}
	w.keyrings()
	w.rotations()
	w.licenses()
	w.updates()
	w.catalogues()
	w.times()
	w.receipts()
	w.requests()
	w.replies()
	w.activationKeys()
	require.NotEmpty(t, w.files)

	for _, name := range slices.Sorted(maps.Keys(w.files)) {
		path := testdata + name
		if *updateVectors {
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(w.files[name]), 0o644))
		}
		has, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, w.files[name], string(has), name)
	}
	for _, folder := range vectorFolders {
		paths, err := filepath.Glob(testdata + folder + "/*")
		require.NoError(t, err)
		require.NotEmpty(t, paths)
		for _, path := range paths {
			require.Contains(t, w.files, folder+"/"+filepath.Base(path), "nothing makes it")
		}
	}
}

// A vectorWriter makes vectors.
type vectorWriter struct {
	t     *testing.T
	v     vendor
	files map[string]string
}

// put adds a vector. Headers without a value are left out.
func (w *vectorWriter) put(folder, name, expect, note string, body []byte, headers ...string) {
	text := "format: " + folder + "\nexpect: " + expect + "\nnote: " + note + "\n"
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] != "" {
			require.NotContains(w.t, headers[i+1], "\n")
			text += headers[i] + ": " + headers[i+1] + "\n"
		}
	}
	path := folder + "/" + name + ".txt"
	require.NotContains(w.t, w.files, path)
	w.files[path] = text + "--\n" + string(body)
}

func (w *vectorWriter) keyring(name, note, text string) {
	k, err := license.ParseKeyring(text)
	require.NoError(w.t, err, name)
	w.put("keyring", name, "ok", note, []byte(text), "vendor", k.Vendor(),
		"version", strconv.FormatInt(k.Version(), 10), "quorum", strconv.Itoa(k.Quorum()), "keys", keysHeader(k))
}

func (w *vectorWriter) badKeyring(name, note, text string) {
	_, err := license.ParseKeyring(text)
	r, line := reasonOf(w.t, err), ""
	if r.Code == license.KeyringDamaged {
		line = strconv.FormatInt(r.N, 10)
	}
	w.put("keyring", name, "refused", note, []byte(text), "code", string(r.Code), "line", line)
}

// retired is a keyring of which one licence key has ended, and another not.
func retired(t *testing.T) *license.Keyring {
	k, err := license.NewKeyring("acme", 4, 0, []license.Key{
		{Public: seeded(t, license.RoleLicense, 5).Public(), Role: license.RoleLicense, End: day("2026-03-10")},
		{Public: seeded(t, license.RoleLicense, 6).Public(), Role: license.RoleLicense, End: day("2036-03-10")},
	})
	require.NoError(t, err)
	return k
}

func (w *vectorWriter) keyrings() {
	text := w.v.keyring.String()
	key := keyLine(w.t, license.RoleLicense, 1)
	head := "latchkey keyring 1\nvendor acme\nversion 1\n"
	fields := strings.Fields(key)
	line := func(id, encoded string) string {
		return head + "key " + id + " license 2031-12-31 " + encoded + "\n"
	}
	w.keyring("acme", "the keyring of most vectors: one key for licences, one for activation, two roots", text)
	w.keyring("acme-crlf", "the same with lines that end in CRLF, and blank lines after them", strings.ReplaceAll(text, "\n", "\r\n")+"\r\n\r\n")
	w.keyring("acme-retired", "the first key's last day is 10 March 2026", retired(w.t).String())
	w.keyring("acme-one", "one key, no roots: it can never be followed by another", head+key+"\n")
	w.keyring("bcme", "another vendor that has the same keys", strings.Replace(text, "vendor acme", "vendor bcme", 1))
	w.badKeyring("empty", "nothing at all", "")
	w.badKeyring("next-title", "of a version of the format to come", strings.Replace(text, "keyring 1", "keyring 2", 1))
	w.badKeyring("no-keys", "trusts nobody", head)
	w.badKeyring("unknown-line", "no line is passed over", head+"insecure yes\n"+key+"\n")
	w.badKeyring("key-twice", "a key stands once", head+key+"\n"+key+"\n")
	w.badKeyring("key-in-two-roles", "also under two roles", head+key+"\n"+strings.Replace(key, " license ", " activation ", 1)+"\n")
	w.badKeyring("id-of-another-key", "the id is derived from the key", line("0123456789abcdef", fields[4]))
	w.badKeyring("quorum-without-roots", "a quorum of nobody", head+"quorum 1\n"+key+"\n")
	w.badKeyring("quorum-above-roots", "one root key, and two must sign", head+"quorum 2\n"+keyLine(w.t, license.RoleRoot, 3)+"\n")
	w.badKeyring("loose-base64", "bits of the last symbol that mean nothing are not zero", head+looseBase64(w.t, key)+"\n")
	w.badKeyring("return-in-base64", "many decoders of base64 pass over a carriage return", head+key[:len(key)-9]+"\r"+key[len(key)-9:]+"\n")
	w.badKeyring("key-all-zero", "a point of small order", line("66687aadf862bd77", base64.StdEncoding.EncodeToString(make([]byte, 32))))
	w.badKeyring("key-not-canonical", "the coordinate is the field's prime and 3", line("0123456789abcdef", base64.StdEncoding.EncodeToString(append(append([]byte{0xf0}, repeated(0xff, 30)...), 0x7f))))
	w.badKeyring("key-short", "31 bytes", line("0123456789abcdef", base64.StdEncoding.EncodeToString(repeated(7, 31))))
	w.badKeyring("no-such-day", "30 February", head+strings.Replace(key, "2031-12-31", "2031-02-30", 1)+"\n")
}

// looseBase64 changes the last symbol of a text in base64 that ends in one "="
// in a bit that means nothing.
func looseBase64(t *testing.T, s string) string {
	const symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	require.True(t, strings.HasSuffix(s, "=") && !strings.HasSuffix(s, "=="))
	last := strings.IndexByte(symbols, s[len(s)-2])
	return s[:len(s)-2] + string(symbols[last^1]) + "="
}

func (w *vectorWriter) rotation(name, note string, document []byte, want license.Code) {
	k, err := w.v.keyring.Rotate(document)
	if want != "" {
		require.ErrorIs(w.t, err, want, name)
		w.put("rotation", name, "refused", note, document, "keyring", "acme.txt", "code", string(want))
		return
	}
	require.NoError(w.t, err, name)
	w.put("rotation", name, "ok", note, document, "keyring", "acme.txt",
		"version", strconv.FormatInt(k.Version(), 10), "keys", keysHeader(k))
}

func (w *vectorWriter) rotations() {
	next := rootKeyring(w.t, 2, 2, 3, 4, 13)
	w.rotation("next", "signed by both roots", rotation(w.t, next, 3, 4), "")
	w.rotation("roots-replaced", "signed by the quorum of the old roots and that of the new",
		rotation(w.t, rootKeyring(w.t, 7, 2, 13, 14), 3, 4, 13, 14), "")
	w.rotation("same", "the keyring itself, again", rotation(w.t, w.v.keyring, 3, 4), "")
	w.rotation("one-signature", "two must sign", rotation(w.t, next, 3), license.KeyringQuorum)
	w.rotation("one-root-twice", "a key counts once", rotation(w.t, next, 3, 3), license.KeyringQuorum)
	w.rotation("new-quorum-missing", "none of the new roots signed", rotation(w.t, rootKeyring(w.t, 2, 1, 13), 3, 4), license.KeyringQuorum)
	w.rotation("same-version", "the version is that of the keyring, the keys are not",
		rotation(w.t, rootKeyring(w.t, 1, 2, 3, 4), 3, 4), license.KeyringRollback)
	w.rotation("strangers", "signed by nobody known", rotation(w.t, rootKeyring(w.t, 2, 2, 13, 14), 13, 14), license.KeyUnknown)
}

// document adds a vector of a document: accepted where code is "".
func (w *vectorWriter) document(folder, keyring, name, note string, body []byte, code license.Code, means string) {
	payload := ""
	if e, err := dsse.Parse(body); err == nil && !bytes.ContainsAny(e.Payload(), "\n\r\xff") {
		payload = string(e.Payload())
	}
	expect := "ok"
	if code != "" {
		expect = "refused"
	}
	w.put(folder, name, expect, note, body, "keyring", keyring, "payload", payload, "means", means, "code", string(code))
}

// goldenLicense is the licence of the vectors that updates are applied to.
func goldenLicense() *license.License {
	l := sample()
	l.Binding = license.Binding{}
	l.Sealed[0].CodeHash = license.UnlockHash([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"))
	return l
}

func (w *vectorWriter) sign(l *license.License) []byte {
	text, err := w.v.issue.License(l)
	require.NoError(w.t, err)
	return text
}

func (w *vectorWriter) licenses() {
	t := w.t
	ok := func(name, note string, body []byte) {
		w.document("license", "acme.txt", name, note, body, "", "")
	}
	bad := func(name, note string, body []byte, code license.Code) {
		w.document("license", "acme.txt", name, note, body, code, "")
	}
	changed := func(old, new string) []byte {
		require.Contains(t, minLicense, old)
		return signed(t, license.KindLicense, strings.Replace(minLicense, old, new, 1))
	}
	ours, activation := vendorKey(t, license.RoleLicense), vendorKey(t, license.RoleActivation)
	least := sealWith(t, license.KindLicense, minLicense, ours)
	full := w.sign(goldenLicense())
	bound := w.sign(sample())

	ok("full", "something of everything but a binding; the sealed update's unlock code is 00 01 02 to 0b", full)
	ok("bound", "the same, bound to a board and a processor", bound)
	ok("least", "no member that can be left out", least.Armor())
	ok("bare", "the form without armour", least.JSON())
	ok("mailed", "CRLF, a byte order mark, indented, blank lines", []byte("\ufeff\r\n  "+strings.ReplaceAll(string(full), "\n", " \r\n\r\n\t")))
	ok("two-signatures", "the first by a key that the keyring does not have", sealWith(t, license.KindLicense, minLicense, seeded(t, license.RoleLicense, 9), ours).Armor())
	trial := goldenLicense()
	trial.Kind, trial.Window, trial.Sealed = license.Trial, days(30), nil
	ok("trial", "a window of thirty days from activation caps every term", w.sign(trial))
	provisional := goldenLicense()
	provisional.Kind, provisional.Window, provisional.Sealed = license.Provisional, months(3), nil
	ok("provisional", "three calendar months from activation", w.sign(provisional))
	periods := goldenLicense()
	periods.Sealed, periods.Revision, periods.Applied = nil, 2, []string{"U-1", "U-2"}
	periods.Products[0].Features[1].Term.Intervals = []license.Interval{
		{From: day("2026-01-01"), Until: day("2026-03-31")}, {From: day("2026-07-01"), Until: day("2026-09-30")}}
	ok("periods", "two periods with a gap, and two updates applied", w.sign(periods))
	names := goldenLicense()
	names.Sealed, names.Licensee = nil, license.Licensee{Name: "Zoë \"Å\" Müller\\Ñandú", Company: "ООО «Ключ» 鍵 🔑", Email: "tab\there\x01"}
	ok("escapes", "letters of many scripts, and characters that are escaped", w.sign(names))
	activated := goldenLicense()
	activated.Sealed, activated.NeedsReceipt = nil, true
	ok("needs-receipt", "counts only together with a receipt of the activation server", w.sign(activated))
	activated.Binding.Scheme = "board+cpu~/1"
	ok("bound-at-activation", "the receipt says which board and processor", w.sign(activated))
	w.document("license", "acme.txt", "unknown-members", "what is unknown and not critical is passed over",
		signed(t, license.KindLicense, strings.NewReplacer(`{"id":"L-1"`, `{"critical_mass":[1,{"x":true}],"id":"L-1"`, `{"id":"draw"}`, `{"colour":"blue","id":"draw"}`).Replace(minLicense)),
		"", minLicense)
	w.document("license", "acme-retired.txt", "key-last-day", "issued on the last day of its key",
		sealWith(t, license.KindLicense, minLicense, seeded(t, license.RoleLicense, 5)).Armor(), "", "")
	w.document("license", "acme-retired.txt", "key-ended", "issued a day later",
		sealWith(t, license.KindLicense, strings.Replace(minLicense, "2026-03-10", "2026-03-11", 1), seeded(t, license.RoleLicense, 5)).Armor(), license.KeyEnded, "")
	w.document("license", "bcme.txt", "other-vendor", "signed by a key that is trusted, for another vendor", least.Armor(), license.OtherVendor, "")

	bad("empty", "nothing at all", nil, license.NotDocument)
	bad("html", "an error page", []byte("<!DOCTYPE html>\n<title>502 Bad Gateway</title>\n"), license.NotDocument)
	bad("leading-text", "text before the first line", append([]byte("Dear customer,\n"), least.Armor()...), license.NotDocument)
	bad("certificate", "armour of another kind of thing", bytes.ReplaceAll(least.Armor(), []byte("LATCHKEY LICENSE"), []byte("CERTIFICATE")), license.NotDocument)
	bad("truncated", "the last line is missing", least.Armor()[:len(least.Armor())-len("-----END LATCHKEY LICENSE-----\n")], license.Truncated)
	bad("trailing-text", "text after the last line", append(least.Armor(), "Regards\n"...), license.Damaged)
	bad("pem-header", "armour has no headers", bytes.Replace(least.Armor(), []byte("\n"), []byte("\nVersion: 1\n\n"), 1), license.Damaged)
	sig := base64.StdEncoding.EncodeToString(least.Signatures[0].Sig[:])
	loose := strings.TrimSuffix(sig, "==")
	loose = loose[:len(loose)-1] + string(loose[len(loose)-1]+1) + "=="
	bad("loose-base64", "bits of the signature's last symbol that mean nothing are not zero", bytes.Replace(least.JSON(), []byte(sig), []byte(loose), 1), license.Damaged)
	bad("added-member", "the envelope has no other members", bytes.Replace(least.JSON(), []byte(`{"payload"`), []byte(`{"alg":"none","payload"`), 1), license.Damaged)
	bad("other-document", "an update", signed(t, license.KindUpdate, minUpdate), license.OtherDocument)
	bad("relabelled", "an update in the armour of a licence", bytes.ReplaceAll(signed(t, license.KindUpdate, minUpdate), []byte("UPDATE"), []byte("LICENSE")), license.SignatureWrong)
	bad("signature-wrong", "the seats were changed after it was signed", withSignatures(dsse.New(license.KindLicense, []byte(strings.Replace(minLicense, `{"id":"draw"}`, `{"id":"draw","seats":9}`, 1))), least.Signatures).Armor(), license.SignatureWrong)
	malleable := least.Signatures[0]
	addOrder(malleable.Sig[32:])
	bad("signature-plus-order", "the group's order was added to the signature's second half", withSignatures(least, []dsse.Signature{malleable}).Armor(), license.SignatureWrong)
	bad("key-unknown", "signed by a key that the keyring does not have", sealWith(t, license.KindLicense, minLicense, seeded(t, license.RoleLicense, 9)).Armor(), license.KeyUnknown)
	bad("key-borrowed-id", "the same, under the id of one that it has", withSignatures(least, []dsse.Signature{{KeyID: ours.Public().ID(), Sig: sealWith(t, license.KindLicense, minLicense, seeded(t, license.RoleLicense, 9)).Signatures[0].Sig}}).Armor(), license.SignatureWrong)
	bad("key-wrong-role", "signed by the activation server's key", sealWith(t, license.KindLicense, minLicense, activation).Armor(), license.KeyWrongRole)
	bad("critical", "a critical feature that no reader knows", changed(`{"id":"L-1"`, `{"critical":["lunar-terms"],"id":"L-1"`), license.TooNew)
	bad("version-2", "of a version of the format to come", changed(`"v":1`, `"v":2`), license.TooNew)
	bad("member-twice", "also with the same value", changed(`"id":"L-1"`, `"id":"L-1","id":"L-1"`), license.Malformed)
	bad("members-out-of-order", "members ascend", changed(`"v":1,"vendor":"acme"`, `"vendor":"acme","v":1`), license.Malformed)
	bad("member-in-capitals", "Id is not id", changed(`{"id":"draw"}`, `{"Seats":9,"id":"draw"}`), license.Malformed)
	bad("member-long-s", "U+017F is s to some readers", changed(`{"id":"draw"}`, `{"id":"draw","ſeatſ":9}`), license.Malformed)
	bad("null", "nothing is null", changed(`"id":"draw"`, `"id":"draw","seats":null`), license.Malformed)
	bad("fraction", "numbers are integers", changed(`{"id":"draw"}`, `{"id":"draw","seats":1.0}`), license.Malformed)
	bad("white-space", "none outside strings", changed(`"kind":"full"`, `"kind": "full"`), license.Malformed)
	bad("trailing-value", "nothing follows the value", changed(`"vendor":"acme"}`, `"vendor":"acme"}{}`), license.Malformed)
	bad("not-utf-8", "the byte ff", changed(`"acme-cad"`, "\"acme\xff\""), license.Malformed)
	bad("unknown-term", "what limits a right is never passed over", changed(`{"id":"draw"}`, `{"id":"draw","term":{"moons":3}}`), license.Malformed)
	bad("unknown-condition", "nor is a condition", changed(`{"id":"draw"}`, `{"conditions":["only_on_sundays"],"id":"draw"}`), license.Malformed)
	const serial = `"serial":"S0001-TEST","v":1`
	bound64 := func(binding, products, v string) []byte {
		return signed(t, license.KindLicense, strings.NewReplacer(`{"id":"L-1"`, `{`+binding+`"id":"L-1"`, `}],"v":1`, `}],`+products+v).Replace(minLicense))
	}
	bad("scheme-without-data", "nothing brings the data where no receipt is needed", bound64(`"binding":{"scheme":"board"},`, ``, serial), license.Malformed)
	bad("data-without-scheme", "a binding has a scheme", bound64(`"binding":{"data":"AAAA"},`, `"receipt":true,`, serial), license.Malformed)
	bad("receipt-without-serial", "activation goes by the serial number", bound64(``, `"receipt":true,`, `"v":1`), license.Malformed)
	bad("receipt-false", "what is false is left out", bound64(``, `"receipt":false,`, serial), license.Malformed)
	bad("no-products", "a member that must be there is missing", changed(`"products":[{"features":[{"id":"draw"}],"id":"acme-cad"}],`, ``), license.Malformed)
	bad("empty-list", "what is empty is left out", changed(`[{"id":"draw"}]`, `[]`), license.Malformed)
}

// addOrder adds the order of the group of Ed25519 to a little-endian number.
func addOrder(s []byte) {
	order, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	if err != nil {
		panic(err)
	}
	carry := 0
	for i := range s {
		sum := int(s[i]) + int(order[i]) + carry
		s[i], carry = byte(sum), sum>>8
	}
}

// update adds the vector of an update to a licence.
func (w *vectorWriter) update(name, note, to, at, used, bound string, body []byte, code license.Code) {
	payload := ""
	if e, err := dsse.Parse(body); err == nil {
		payload = string(e.Payload())
	}
	headers := []string{"license", to, "at", at, "used", used, "bound", bound, "payload", payload}
	if code != "" {
		w.put("update", name, "refused", note, body, append(headers, "code", string(code))...)
		return
	}
	_, of, _ := strings.Cut(w.files["license/"+to], "\n--\n")
	l, err := license.Open([]byte(of), w.v.keyring)
	require.NoError(w.t, err)
	u, err := license.OpenUpdate(body, w.v.keyring)
	require.NoError(w.t, err)
	got, _, err := license.Apply(l, u, day(at).Start(), usageOf(w.t, vectors.Vector{Header: map[string]string{"used": used, "bound": bound}}))
	require.NoError(w.t, err, name)
	result, err := got.Encode()
	require.NoError(w.t, err)
	w.put("update", name, "applied", note, body, append(headers, "result", string(result))...)
}

func (w *vectorWriter) updates() {
	t, n := w.t, int64(0)
	count := func(n int64) *int64 { return &n }
	// one makes an update of one feature of the product.
	one := func(f license.FeatureChange, change func(u *license.Update)) []byte {
		n++
		u := &license.Update{ID: "U-" + strconv.FormatInt(n, 10), Serial: "S0001-TEST", Sequence: 1, Issued: noon,
			Products: []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{f}}}}
		if change != nil {
			change(u)
		}
		text, err := w.v.issue.Update(u)
		require.NoError(t, err)
		return text
	}
	extend := func(d int) *license.Term {
		return &license.Term{Kind: license.Extend, Span: license.Span{Days: d}}
	}
	export := func(f license.FeatureChange) license.FeatureChange { f.ID = "export"; return f }
	render := func(f license.FeatureChange) license.FeatureChange { f.ID = "render"; return f }
	until := func(s string) *license.Term { term := license.Until(day(s)); return &term }
	rewrite := func(u *license.Update) { u.Rewrite = true }

	w.update("extend-early", "renewed before the end: no day is lost", "full.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Term: extend(30)}), nil), "")
	w.update("extend-late", "renewed after the end: counted from the day of application", "full.txt", "2027-02-01", "", "", one(export(license.FeatureChange{Term: extend(30)}), nil), "")
	w.update("extend-perpetual", "what has no end keeps none", "full.txt", "2026-03-10", "", "", one(license.FeatureChange{ID: "draw", Term: extend(30)}, nil), "")
	w.update("earlier-date", "an earlier date changes nothing", "full.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Term: until("2026-06-30")}), nil), "")
	w.update("runs", "added to those licensed", "full.txt", "2026-03-10", "acme-cad/export 40", "", one(export(license.FeatureChange{Runs: count(50)}), nil), "")
	w.update("runs-unlimited", "0 is no limit", "full.txt", "2026-03-10", "acme-cad/export 100", "", one(export(license.FeatureChange{Runs: count(0)}), nil), "")
	w.update("new-feature", "what is not there is added", "full.txt", "2026-03-10", "", "", one(license.FeatureChange{ID: "print", Seats: count(2)}, nil), "")
	w.update("conditions-lifted", "an add-on may lift conditions", "full.txt", "2026-03-10", "", "", one(render(license.FeatureChange{Conditions: new(license.Condition)}), nil), "")
	w.update("rewrite", "the product has the features that the update names, and no others", "full.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Term: until("2026-06-30")}), rewrite), "")
	w.update("trial-to-full", "the window of the trial ends with the trial", "trial.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Term: extend(1)}), func(u *license.Update) { u.Kind = license.Full }), "")
	w.update("third", "the place after two that were applied", "periods.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.ID, u.Sequence = "U-3", 3 }), "")
	w.update("last-day-to-obtain", "the last day counts", "full.txt", "2026-03-31", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Obtain.Until = day("2026-03-31") }), "")
	w.update("unknown-members", "what is unknown and not critical is passed over", "full.txt", "2026-03-10", "", "",
		signed(t, license.KindUpdate, strings.NewReplacer(`{"id":"U-1"`, `{"crystal_ball":[],"id":"U-1"`, `{"id":"draw"}`, `{"colour":"blue","id":"draw"}`).Replace(minUpdate)), "")

	w.update("already-applied", "its id is in the licence", "periods.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.ID, u.Sequence = "U-2", 3 }), license.AlreadyApplied)
	w.update("out-of-order", "the second before the first", "full.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Sequence = 2 }), license.OutOfOrder)
	w.update("old-sequence", "the place of one that was applied", "periods.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Sequence = 2 }), license.OutOfOrder)
	w.update("other-license", "for another serial number", "full.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Serial = "S0002-TEST" }), license.OtherLicense)
	w.update("obtaining-over", "the day after the last to apply it", "full.txt", "2026-04-01", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Obtain.Until = day("2026-03-31") }), license.ObtainingOver)
	w.update("obtaining-not-yet", "the day before the first", "full.txt", "2026-03-31", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Obtain.From = day("2026-04-01") }), license.ObtainingNotYet)
	w.update("limit-kind-changed", "an add-on does not change the kind of a term", "full.txt", "2026-03-10", "", "", one(render(license.FeatureChange{Term: until("2030-01-01")}), nil), license.LimitKindChanged)
	raised := license.NoVirtualMachine
	w.update("conditions-raised", "an add-on adds no condition", "full.txt", "2026-03-10", "", "", one(license.FeatureChange{ID: "draw", Conditions: &raised}, nil), license.ConditionsRaised)
	w.update("kind-lowered", "an add-on does not make a trial of a licence", "full.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Kind = license.Trial }), license.KindNotLowered)
	w.update("seat-excess", "two users are bound, one seat would be left", "full.txt", "2026-03-10", "", "acme-cad/render ada@example.com bob@example.com", one(render(license.FeatureChange{Seats: count(1)}), rewrite), license.SeatExcess)
	w.update("other-scheme", "needs another binding: split the order", "bound.txt", "2026-03-10", "", "", one(export(license.FeatureChange{Runs: count(1)}), func(u *license.Update) { u.Products[0].Scheme = "machine" }), license.OtherScheme)
	w.update("reset-in-add-on", "only a rewrite forgets usage", "full.txt", "2026-03-10", "", "", signed(t, license.KindUpdate, strings.Replace(minUpdate, `{"id":"draw"}`, `{"id":"draw","reset_usage":true}`, 1)), license.Malformed)
	w.update("extend-in-rewrite", "a rewrite states terms in full", "full.txt", "2026-03-10", "", "", signed(t, license.KindUpdate, strings.Replace(minUpdate, `"products":[{"features":[{"id":"draw"}]`, `"mode":"rewrite","products":[{"features":[{"id":"draw","term":{"extend":{"days":3}}}]`, 1)), license.Malformed)
	w.update("changes-licensee", "that is a new licence", "full.txt", "2026-03-10", "", "", signed(t, license.KindUpdate, strings.Replace(minUpdate, `"products"`, `"licensee":{"name":"Bob"},"products"`, 1)), license.Malformed)
	w.update("by-activation-key", "the activation server's key says never what may be used", "full.txt", "2026-03-10", "", "", sealWith(t, license.KindUpdate, minUpdate, vendorKey(t, license.RoleActivation)).Armor(), license.KeyWrongRole)
}

func (w *vectorWriter) catalogues() {
	t := w.t
	text, err := w.v.issue.Catalogue(editions())
	require.NoError(t, err)
	bad := func(name, note, old, new string) {
		require.Contains(t, minCatalogue, old)
		w.document("catalogue", "acme.txt", name, note, signed(t, license.KindCatalogue, strings.Replace(minCatalogue, old, new, 1)), license.Malformed, "")
	}
	w.document("catalogue", "acme.txt", "acme-cad", "three editions", text, "", "")
	w.document("catalogue", "acme.txt", "least", "no member that can be left out", signed(t, license.KindCatalogue, minCatalogue), "", "")
	other := editions()
	other.Product = "acme-cam"
	text, err = w.v.issue.Catalogue(other)
	require.NoError(t, err)
	w.document("catalogue", "acme.txt", "acme-cam", "the same editions of another product", text, "", "")
	bad("edition-0", "editions count from 1", `"number":1`, `"number":0`)
	bad("edition-twice", "editions ascend", `"number":1}`, `"number":1},{"features":[{"id":"draw"}],"kind":"full","name":"CAD","number":1}`)
	bad("no-features", "an edition grants something", `"features":[{"id":"draw"}],`, ``)
	bad("extends", "an edition has no update's terms", `{"id":"draw"}`, `{"id":"draw","term":{"extend":{"days":1}}}`)
	w.document("catalogue", "acme.txt", "by-activation-key", "signed by the activation server's key",
		sealWith(t, license.KindCatalogue, minCatalogue, vendorKey(t, license.RoleActivation)).Armor(), license.KeyWrongRole, "")
}

func (w *vectorWriter) times() {
	t := w.t
	w.document("time", "acme.txt", "time", "the answer to a challenge", signed(t, license.KindTime, minTime), "", "")
	w.document("time", "acme.txt", "restored", "local state is accepted as it is",
		signed(t, license.KindTime, strings.Replace(minTime, `"time"`, `"restored":true,"time"`, 1)), "", "")
	w.document("time", "acme.txt", "restored-false", "what is false is left out",
		signed(t, license.KindTime, strings.Replace(minTime, `"time"`, `"restored":false,"time"`, 1)), license.Malformed, "")
	w.document("time", "acme.txt", "challenge-short", "a challenge has ten bytes",
		signed(t, license.KindTime, strings.Replace(minTime, `ff"`, `"`, 1)), license.Malformed, "")
	w.document("time", "acme.txt", "time-zone", "times are in UTC",
		signed(t, license.KindTime, strings.Replace(minTime, `00Z"`, `00+00:00"`, 1)), license.Malformed, "")
	w.document("time", "acme.txt", "by-license-key", "signed by the key for licences",
		sealWith(t, license.KindTime, minTime, vendorKey(t, license.RoleLicense)).Armor(), license.KeyWrongRole, "")
}

func (w *vectorWriter) receipts() {
	t := w.t
	sign := func(r *license.Receipt) []byte {
		text, err := w.v.activate.Receipt(r)
		require.NoError(t, err)
		return text
	}
	ok := func(name, note string, body []byte) {
		w.document("receipt", "acme.txt", name, note, body, "", "")
	}
	bad := func(name, note string, code license.Code, replace ...string) {
		payload := strings.NewReplacer(replace...).Replace(minReceipt)
		require.NotEqual(t, minReceipt, payload)
		w.document("receipt", "acme.txt", name, note, signed(t, license.KindReceipt, payload), code, "")
	}
	ok("full", "something of everything; a payment is not recorded", sign(aReceipt()))
	ok("least", "no member that can be left out: it holds for ever, for any machine that the licence allows", signed(t, license.KindReceipt, minReceipt))
	blocked := aReceipt()
	blocked.Hold, blocked.Contact = license.HoldBlocked, ""
	ok("blocked", "the vendor has blocked what was sold", sign(blocked))
	strict := aReceipt()
	strict.Hold, strict.Grace = "", time.Time{}
	ok("no-grace", "a lease that ends without grace", sign(strict))
	instant := aReceipt()
	instant.Grace = instant.Until
	ok("grace-at-until", "grace may end when it begins", sign(instant))
	w.document("receipt", "acme.txt", "unknown-members", "what is unknown and not critical is passed over",
		signed(t, license.KindReceipt, strings.Replace(minReceipt, `"id"`, `"bonus":[1],"id"`, 1)), "", minReceipt)

	bad("grace-before-until", "grace follows the time until which it holds", license.Malformed,
		`"id"`, `"grace":"2026-04-10T11:59:59Z","id"`, `"v":1`, `"until":"2026-04-10T12:00:00Z","v":1`)
	bad("grace-without-until", "what holds for ever needs no grace", license.Malformed, `"id"`, `"grace":"2026-04-10T12:00:00Z","id"`)
	bad("installation-short", "a public key has 32 bytes", license.Malformed, installation64, installation64[:40])
	bad("installation-long", "no more than 32", license.Malformed, installation64, "AAAA"+installation64)
	bad("installation-missing", "it is for one installation", license.Malformed, `"installation":"`+installation64+`",`, ``)
	bad("scheme-without-data", "a receipt brings the data", license.Malformed, `"id"`, `"binding":{"scheme":"board"},"id"`)
	bad("data-without-scheme", "a binding has a scheme", license.Malformed, `"id"`, `"binding":{"data":"AAAA"},"id"`)
	bad("sequence-0", "receipts count from 1", license.Malformed, `"sequence":1`, `"sequence":0`)
	bad("sequence-missing", "every receipt has its place", license.Malformed, `"sequence":1,`, ``)
	bad("changes-0", "what is zero is left out", license.Malformed, `"id"`, `"changes":0,"id"`)
	bad("hold-unknown", "a hold is one of two", license.Malformed, `"id"`, `"hold":"annoyed","id"`)
	bad("activated-missing", "terms count from then", license.Malformed, `"activated":"2026-03-10T12:00:00Z",`, ``)
	bad("issued-missing", "the signing key's last day is held against it", license.Malformed, `"issued":"2026-03-10T12:00:00Z",`, ``)
	bad("serial-missing", "it is for one sale", license.Malformed, `"serial":"S0001-TEST",`, ``)
	bad("time-zone", "times are in UTC", license.Malformed, `00Z","id"`, `00+00:00","id"`)
	bad("critical", "a critical feature that no reader knows", license.TooNew, `{"activated":"2026-03-10T12:00:00Z"`, `{"activated":"2026-03-10T12:00:00Z","critical":["lunar-terms"]`)
	bad("version-2", "of a version of the format to come", license.TooNew, `"v":1`, `"v":2`)
	bad("other-vendor", "signed by a key that is trusted, for another vendor", license.OtherVendor, `"acme"`, `"bcme"`)
	bad("key-ended", "issued after the last day of the signing key", license.KeyEnded, `"issued":"2026-03-10`, `"issued":"2032-01-01`)
	w.signedWrongly("receipt", minReceipt)
	w.document("receipt", "acme.txt", "reply", "a reply", signed(t, license.KindReply, minReply), license.OtherDocument, "")
	w.document("receipt", "acme.txt", "time", "a signed time", signed(t, license.KindTime, minTime), license.OtherDocument, "")
}

// signedWrongly adds what is refused of every kind that the activation server's
// key signs.
func (w *vectorWriter) signedWrongly(kind, payload string) {
	t := w.t
	good := sealWith(t, kind, payload, vendorKey(t, license.RoleActivation))
	w.document(kind, "acme.txt", "by-license-key", "signed by the key for licences", sealWith(t, kind, payload, vendorKey(t, license.RoleLicense)).Armor(), license.KeyWrongRole, "")
	w.document(kind, "acme.txt", "by-installation", "signed by the installation that it is for", sealWith(t, kind, payload, vendorKey(t, byInstallation)).Armor(), license.KeyUnknown, "")
	changed := strings.Replace(payload, `"v":1,"vendor"`, `"v":1,"v0":1,"vendor"`, 1)
	w.document(kind, "acme.txt", "signature-wrong", "changed after it was signed", withSignatures(dsse.New(kind, []byte(changed)), good.Signatures).Armor(), license.SignatureWrong, "")
	w.document(kind, "acme.txt", "relabelled", "a signed time in its armour", withSignatures(dsse.New(kind, []byte(minTime)), sealWith(t, license.KindTime, minTime, vendorKey(t, license.RoleActivation)).Signatures).Armor(), license.SignatureWrong, "")
	w.batches(kind, payload)
	w.document(kind, "acme.txt", "truncated", "the last line is missing", good.Armor()[:len(good.Armor())-len("-----END LATCHKEY -----\n")-len(kind)], license.Truncated, "")
}

// batches adds documents of a kind that are signed as a batch, and proofs that
// prove nothing.
func (w *vectorWriter) batches(kind, payload string) {
	key := vendorKey(w.t, license.RoleActivation)
	for name, c := range map[string]struct {
		note  string
		at, n int
	}{
		"batch-first-of-2":   {"signed with another one, whose hash is the whole proof", 0, 2},
		"batch-second-of-2":  {"the other one of them", 1, 2},
		"batch-third-of-3":   {"the last of an odd number has no neighbour in its row", 2, 3},
		"batch-fourth-of-7":  {"a proof of three hashes", 3, 7},
		"batch-last-of-256":  {"the largest batch", 255, 256},
		"batch-last-of-129":  {"one hash, after seven rows without a neighbour", 128, 129},
		"batch-first-of-129": {"eight hashes", 0, 129},
	} {
		w.document(kind, "acme.txt", name, c.note, sealBatch(w.t, kind, payload, key, c.at, c.n).Armor(), "", "")
	}
	good := sealBatch(w.t, kind, payload, key, 3, 7)
	bad := func(name, note string, code license.Code, change func(proof []byte) []byte) {
		s := good.Signatures[0]
		s.Proof = change(bytes.Clone(s.Proof))
		w.document(kind, "acme.txt", name, note, withSignatures(good, []dsse.Signature{s}).Armor(), code, "")
	}
	bad("batch-other-place", "the place of its neighbour", license.SignatureWrong, func(p []byte) []byte { p[0]--; return p })
	bad("batch-other-count", "of eight documents the proof would be as long", license.SignatureWrong, func(p []byte) []byte { p[1]++; return p })
	bad("batch-other-hash", "a bit of the second hash was changed", license.SignatureWrong, func(p []byte) []byte { p[2+32] ^= 1; return p })
	bad("batch-place-beyond", "the eighth of seven", license.Damaged, func(p []byte) []byte { p[0] = 7; return p })
	bad("batch-of-1", "one document is never a batch", license.Damaged, func([]byte) []byte { return []byte{0, 0} })
	bad("batch-hash-missing", "two hashes of three", license.Damaged, func(p []byte) []byte { return p[:len(p)-32] })
	bad("batch-hash-added", "four of three", license.Damaged, func(p []byte) []byte { return append(p, make([]byte, 32)...) })
	bad("batch-proof-cut", "a proof that ends within a hash", license.Damaged, func(p []byte) []byte { return p[:len(p)-1] })
	bad("batch-proof-of-nothing", "the signature of a batch, without the proof", license.SignatureWrong, func([]byte) []byte { return nil })
	other := sealBatch(w.t, kind, `{"v":1}`, key, 3, 7)
	w.document(kind, "acme.txt", "batch-of-others", "another document's proof of the same batch", withSignatures(good, other.Signatures).Armor(), license.SignatureWrong, "")
	alone := sealWith(w.t, kind, payload, key)
	alone.Signatures[0].Proof = good.Signatures[0].Proof
	w.document(kind, "acme.txt", "batch-signed-alone", "signed alone, with a proof added", alone.Armor(), license.SignatureWrong, "")
}

// request adds a vector of a request: accepted where code is "".
func (w *vectorWriter) request(name, note string, body []byte, code license.Code, means string) {
	payload := ""
	if e, err := dsse.Parse(body); err == nil {
		payload = string(e.Payload())
	}
	if code != "" {
		w.put("request", name, "refused", note, body, "payload", payload, "code", string(code))
		return
	}
	r, err := license.OpenRequest(body)
	require.NoError(w.t, err, name)
	w.put("request", name, "ok", note, body, "payload", payload, "means", means, "installation", sumID(r.Installation), "digest", hex.EncodeToString(r.Digest[:]))
}

func (w *vectorWriter) requests() {
	t := w.t
	ok := func(name, note string, r *license.Request) []byte {
		text, err := r.Sign(installation)
		require.NoError(t, err)
		w.request(name, note, text, "", "")
		return text
	}
	bad := func(name, note string, code license.Code, replace ...string) {
		payload := strings.NewReplacer(replace...).Replace(minRequest)
		require.NotEqual(t, minRequest, payload)
		w.request(name, note, signed(t, license.KindRequest, payload), code, "")
	}
	given := aRequest()
	given.Operation, given.Proof, given.Fingerprint = license.OpDeactivate, nil, nil
	proof := ok("deactivate", "a licence is given up; the same document is the proof of that", given)
	moved := aRequest()
	moved.Nonce, moved.License, moved.Revision, moved.Usage, moved.Proof = repeated(9, 16), "", 0, license.Usage{}, proof
	text, err := moved.Sign(seedKey(8))
	require.NoError(t, err)
	w.request("move", "another installation takes the place, with that proof", text, "", "")
	activate := aRequest()
	activate.Operation, activate.Proof, activate.License, activate.Revision, activate.Usage, activate.Link = license.OpActivate, nil, "", 0, license.Usage{}, nil
	armoured, err := license.Armor(ok("activate", "the first request of an installation", activate))
	require.NoError(t, err)
	w.request("activate-armoured", "the same as a file: the digest is the same", armoured, "", "")
	w.request("activate-mailed", "the same again, after a mail program", []byte("\ufeff\r\n  "+strings.ReplaceAll(string(armoured), "\n", " \r\n\r\n\t")), "", "")
	byKey := *activate
	byKey.Serial, byKey.RequestKey = "", "1234567894"
	ok("request-key", "the ten digits of a request key in place of a serial number", &byKey)
	back := *activate
	back.GivenUp = 1773144000
	ok("taken-back", "it goes on after all: the word with that number is worth nothing any more", &back)
	keys := *activate
	keys.Keys = []string{"9a0c2d3b5e7f1846", "1f6f4c9d0be8a7c2"}
	ok("keys", "the keys by which its reply can be verified", &keys)
	labelled := *activate
	labelled.Label = "Renderknoten 3 – Gebäude „Ost“"
	ok("labelled", "what the customer calls the machine", &labelled)
	report := aRequest()
	report.Operation, report.Proof = license.OpReport, nil
	ok("report", "what was used, and nothing is asked", report)
	w.request("least", "no member that can be left out", signed(t, license.KindRequest, minRequest), "", "")
	w.request("unknown-members", "what is unknown and not critical is passed over",
		signed(t, license.KindRequest, strings.Replace(minRequest, `"v":1`, `"usage":{"a":[]},"v":1`, 1)), "", minRequest)

	const usage = `"usage":{"features":[%]},"v":1`
	uses := func(features string) string { return strings.Replace(usage, "%", features, 1) }
	bad("serial-and-request-key", "one of the two", license.Malformed, `"serial"`, `"request_key":"1234567894","serial"`)
	bad("neither-serial-nor-request-key", "one of the two", license.Malformed, `"serial":"S0001-TEST",`, ``)
	bad("move-without-proof", "a move goes with its proof", license.Malformed, `"check"`, `"move"`)
	bad("proof-without-move", "and with nothing else", license.Malformed, `"serial"`, `"proof":"x","serial"`)
	bad("operation-unknown", "one of five", license.Malformed, `"check"`, `"steal"`)
	bad("operation-missing", "something is asked for", license.Malformed, `"operation":"check",`, ``)
	bad("nonce-short", "a nonce has 16 bytes", license.Malformed, `DA0ODw==`, `DA0O`)
	bad("nonce-missing", "without it, no reply could be told from an older one", license.Malformed, `"nonce":"AAECAwQFBgcICQoLDA0ODw==",`, ``)
	bad("nonce-loose-base64", "bits of the last symbol that mean nothing are not zero", license.Malformed, `DA0ODw==`, `DA0ODx==`)
	bad("keys-empty", "what is empty is left out", license.Malformed, `"nonce"`, `"keys":[],"nonce"`)
	bad("keys-out-of-order", "ids ascend", license.Malformed, `"nonce"`, `"keys":["9a0c2d3b5e7f1846","1f6f4c9d0be8a7c2"],"nonce"`)
	bad("keys-twice", "and none stands twice", license.Malformed, `"nonce"`, `"keys":["1f6f4c9d0be8a7c2","1f6f4c9d0be8a7c2"],"nonce"`)
	bad("key-id-short", "an id has 16 digits", license.Malformed, `"nonce"`, `"keys":["1f6f4c9d0be8a7c"],"nonce"`)
	bad("key-id-in-capitals", "small ones", license.Malformed, `"nonce"`, `"keys":["1F6F4C9D0BE8A7C2"],"nonce"`)
	bad("keys-too-many", "at most 32", license.Malformed, `"nonce"`, `"keys":`+list(33, func(i int) string { return fmt.Sprintf("%q", fmt.Sprintf("%016x", i)) })+`,"nonce"`)
	bad("link-short", "a link has 16 bytes", license.Malformed, `"nonce"`, `"link":"AAAA","nonce"`)
	bad("next-empty", "what is empty is left out", license.Malformed, `"nonce"`, `"next":"","nonce"`)
	bad("product-missing", "some product asks", license.Malformed, `"product":"acme-cad",`, ``)
	bad("installation-missing", "nobody asks", license.Malformed, `"installation":"`+installation64+`",`, ``)
	bad("installation-short", "a public key has 32 bytes", license.Malformed, installation64, installation64[:40])
	bad("fingerprint-empty", "what is empty is left out", license.Malformed, `{"inst`, `{"fingerprint":"","inst`)
	for name, label := range map[string]string{
		"empty": "", "long": strings.Repeat("x", 129), "control": `a\tb`, "line": `a\nb`, "blank": "a ", "separator": `a\u2028b`, "direction": `a\u202eb`,
	} {
		bad("label-"+name, "a label has 1 to 128 bytes, and no control characters", license.Malformed, `"nonce"`, `"label":"`+label+`","nonce"`)
	}
	bad("given-up-0", "what is zero is left out", license.Malformed, `{"inst`, `{"given_up":0,"inst`)
	bad("usage-empty", "nor is what was not used", license.Malformed, `"v":1`, `"usage":{},"v":1`)
	bad("features-empty", "nor a list of nothing", license.Malformed, `"v":1`, uses(``))
	bad("feature-unnamed", "a feature is one of a product", license.Malformed, `"v":1`, uses(`{"feature":"draw"}`))
	bad("features-out-of-order", "they ascend by product, then feature", license.Malformed, `"v":1`, uses(`{"feature":"b","product":"p"},{"feature":"a","product":"p"}`))
	bad("feature-twice", "each once", license.Malformed, `"v":1`, uses(`{"feature":"a","product":"p"},{"feature":"a","product":"p"}`))
	bad("runs-0", "what is zero is left out", license.Malformed, `"v":1`, uses(`{"feature":"a","product":"p","runs":0}`))
	bad("critical", "a critical feature that no reader knows", license.TooNew, `{"inst`, `{"critical":["lunar-terms"],"inst`)
	bad("version-2", "of a version of the format to come", license.TooNew, `"v":1`, `"v":2`)

	good := sealWith(t, license.KindRequest, minRequest, vendorKey(t, byInstallation))
	theirs := sealWith(t, license.KindRequest, minRequest, seeded(t, license.RoleActivation, 8)).Signatures[0]
	borrowed := theirs
	borrowed.KeyID = good.Signatures[0].KeyID
	wrong := func(name, note string, e dsse.Envelope) {
		w.request(name, note, e.JSON(), license.SignatureWrong, "")
	}
	wrong("signature-wrong", "changed after it was signed", withSignatures(dsse.New(license.KindRequest, []byte(strings.Replace(minRequest, "check", "report", 1))), good.Signatures))
	wrong("by-another-key", "signed by a key that is not the one inside", withSignatures(good, []dsse.Signature{theirs}))
	wrong("borrowed-id", "the same, under the id of the one inside", withSignatures(good, []dsse.Signature{borrowed}))
	wrong("another-id", "the right signature under the id of another key", withSignatures(good, []dsse.Signature{{KeyID: theirs.KeyID, Sig: good.Signatures[0].Sig}}))
	wrong("another-key-inside", "the key of another installation was put in", withSignatures(dsse.New(license.KindRequest, []byte(requestOf(publicOf(seedKey(8)), 0))), good.Signatures))
	wrong("two-signatures", "an installation has one key", withSignatures(good, []dsse.Signature{good.Signatures[0], theirs}))
	wrong("signature-twice", "also where it is the same", withSignatures(good, []dsse.Signature{good.Signatures[0], good.Signatures[0]}))
	malleable := good.Signatures[0]
	addOrder(malleable.Sig[32:])
	wrong("signature-plus-order", "the group's order was added to the signature's second half", withSignatures(good, []dsse.Signature{malleable}))
	relabelled := sealWith(t, license.KindTime, minRequest, vendorKey(t, byInstallation))
	wrong("relabelled", "signed as another kind", withSignatures(dsse.New(license.KindRequest, []byte(minRequest)), relabelled.Signatures))
	small := append([]byte{1}, make([]byte, 31)...)
	w.request("installation-small-order", "a key under which anybody can sign, and somebody did", signedAs(license.KindRequest, requestOf(small, 0), sumID(small), [64]byte{1}), license.KeySmallOrder, "")
	loose := append(append([]byte{0xf0}, repeated(0xff, 30)...), 0x7f)
	w.request("installation-not-canonical", "the coordinate is the field's prime and 3", signedAs(license.KindRequest, requestOf(loose, 0), sumID(loose), [64]byte{1}), license.KeyNotCanonical, "")
	w.request("reply", "a reply", signed(t, license.KindReply, minReply), license.OtherDocument, "")
	w.request("truncated", "the last line is missing", good.Armor()[:len(good.Armor())-len("-----END LATCHKEY REQUEST-----\n")], license.Truncated, "")
	w.request("damaged", "a letter of the base64 is none", bytes.Replace(good.Armor(), []byte("\n"), []byte("\n*"), 1), license.Damaged, "")
	w.request("html", "an error page", []byte("<!DOCTYPE html>\n<title>502 Bad Gateway</title>\n"), license.NotDocument, "")
	w.request("too-large", "a byte more than 65,536", append(good.JSON(), bytes.Repeat([]byte("\n"), license.MaxDocument+1-len(good.JSON()))...), license.TooLarge, "")
}

func (w *vectorWriter) replies() {
	t := w.t
	_, asked, _ := strings.Cut(w.files["request/activate.txt"], "\n--\n")
	request, err := license.OpenRequest([]byte(asked))
	require.NoError(t, err)
	_, receipt, _ := strings.Cut(w.files["receipt/full.txt"], "\n--\n")
	_, document, _ := strings.Cut(w.files["license/bound-at-activation.txt"], "\n--\n")
	answer := func() *license.Reply {
		return &license.Reply{Vendor: "acme", Product: request.Product, Installation: request.Installation, Nonce: request.Nonce,
			Request: request.Digest, Time: noon, Sequence: 7, Link: request.Next}
	}
	ok := func(name, note string, change func(r *license.Reply)) []byte {
		r := answer()
		change(r)
		text, err := w.v.activate.Reply(r)
		require.NoError(t, err)
		w.document("reply", "acme.txt", name, note, text, "", "")
		return text
	}
	bad := func(name, note string, code license.Code, replace ...string) {
		payload := strings.NewReplacer(replace...).Replace(minReply)
		require.NotEqual(t, minReply, payload)
		w.document("reply", "acme.txt", name, note, signed(t, license.KindReply, payload), code, "")
	}
	yes := ok("activated", "the answer to request/activate: the licence and its receipt", func(r *license.Reply) {
		r.Receipt, r.Documents, r.NextCheck = receipt, []string{document}, noon.AddDate(0, 0, 7)
	})
	armoured, err := license.Armor(yes)
	require.NoError(t, err)
	w.document("reply", "acme.txt", "activated-armoured", "the same as a file", armoured, "", "")
	ok("refused", "a no is signed, too: three machines of three", func(r *license.Reply) {
		r.Link, r.Code, r.N, r.Max, r.Contact = nil, license.ActivationLimit, 3, 3, "sales@acme.example"
	})
	ok("everything", "every member", func(r *license.Reply) {
		request, digest, installation := r.Nonce, r.Request, r.Installation
		*r = *aReply()
		r.Nonce, r.Request, r.Installation = request, digest, installation
	})
	w.document("reply", "acme.txt", "least", "no member that can be left out: a yes with nothing new", signed(t, license.KindReply, minReply), "", "")
	w.document("reply", "acme.txt", "unknown-members", "what is unknown and not critical is passed over",
		signed(t, license.KindReply, strings.Replace(minReply, `"v":1`, `"usage":{"a":[]},"v":1`, 1)), "", minReply)

	bad("nonce-short", "a nonce has 16 bytes", license.Malformed, `DA0ODw==`, `DA0O`)
	bad("nonce-missing", "it answers one request", license.Malformed, `"nonce":"AAECAwQFBgcICQoLDA0ODw==",`, ``)
	bad("request-missing", "and says which", license.Malformed, `"request":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff",`, ``)
	bad("request-in-capitals", "a digest is in small letters", license.Malformed, `1eff"`, `1eFF"`)
	bad("request-short", "and whole", license.Malformed, `1eff"`, `1e"`)
	bad("installation-missing", "it is for one installation", license.Malformed, `"installation":"`+installation64+`",`, ``)
	bad("installation-short", "a public key has 32 bytes", license.Malformed, installation64, installation64[:40])
	bad("product-missing", "of one product", license.Malformed, `"product":"acme-cad",`, ``)
	bad("time-missing", "it says what time it is", license.Malformed, `"time":"2026-03-10T12:00:00Z",`, ``)
	bad("code-of-two-words", "a code is an identifier", license.Malformed, `{"inst`, `{"code":"not today","inst`)
	bad("names-out-of-order", "names ascend", license.Malformed, `"nonce"`, `"names":["b","a"],"nonce"`)
	bad("documents-empty", "what is empty is left out", license.Malformed, `{"inst`, `{"documents":[],"inst`)
	bad("document-empty", "in a list, too", license.Malformed, `{"inst`, `{"documents":[""],"inst`)
	bad("documents-too-many", "at most 320", license.Malformed, `{"inst`, `{"documents":`+list(321, func(int) string { return `"x"` })+`,"inst`)
	bad("receipt-empty", "what is empty is left out", license.Malformed, `"request"`, `"receipt":"","request"`)
	bad("restored-false", "what is false is left out", license.Malformed, `"time"`, `"restored":false,"time"`)
	bad("link-short", "a link has 16 bytes", license.Malformed, `"nonce"`, `"link":"AAAA","nonce"`)
	bad("n-0", "what is zero is left out", license.Malformed, `"nonce"`, `"n":0,"nonce"`)
	bad("usage-empty", "what is empty is left out", license.Malformed, `"v":1`, `"usage":{},"v":1`)
	bad("no-such-day", "30 February", license.Malformed, `{"inst`, `{"from":"2026-02-30","inst`)
	bad("critical", "a critical feature that no reader knows", license.TooNew, `{"inst`, `{"critical":["lunar-terms"],"inst`)
	bad("version-2", "of a version of the format to come", license.TooNew, `"v":1`, `"v":2`)
	bad("other-vendor", "signed by a key that is trusted, for another vendor", license.OtherVendor, `"acme"`, `"bcme"`)
	bad("key-ended", "of after the last day of the signing key", license.KeyEnded, `"time":"2026-03-10`, `"time":"2032-01-01`)
	w.signedWrongly("reply", minReply)
	w.document("reply", "acme.txt", "receipt", "a receipt", []byte(receipt), license.OtherDocument, "")
	w.document("reply", "acme.txt", "request", "the request itself", []byte(asked), license.OtherDocument, "")
}

func (w *vectorWriter) activationKeys() {
	t := w.t
	_, text, _ := strings.Cut(w.files["catalogue/acme-cad.txt"], "\n--\n")
	cad, err := license.OpenCatalogue([]byte(text), w.v.keyring)
	require.NoError(t, err)
	key := func(terms license.KeyTerms) keyfmt.Key {
		k, err := w.v.issue.Key(terms, "acme-cad", ada)
		require.NoError(t, err)
		return k
	}
	raw := func(payload []byte) keyfmt.Key {
		k, err := keyfmt.New(keyfmt.Activation, payload)
		require.NoError(t, err)
		return k
	}
	put := func(name, note, typed, as, catalogue string, code license.Code) {
		k, _, err := keyfmt.Parse(typed)
		require.NoError(t, err, name)
		headers := []string{"keyring", "acme.txt", "catalogue", catalogue, "name", as, "payload", hex.EncodeToString(k.Payload())}
		if code != "" {
			w.put("activation-key", name, "refused", note, []byte(typed), append(headers, "code", string(code))...)
			return
		}
		l, err := license.OpenKey(k.Payload(), as, w.v.keyring, cad)
		require.NoError(t, err, name)
		result, err := l.Encode()
		require.NoError(t, err)
		w.put("activation-key", name, "ok", note, []byte(typed), append(headers, "result", string(result))...)
	}
	with := func(change func(terms *license.KeyTerms)) license.KeyTerms {
		terms := theTerms()
		change(&terms)
		return terms
	}
	until := key(theTerms())
	rows := until.Rows()
	bound := with(func(terms *license.KeyTerms) {
		terms.Machine = []byte{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99}
	})

	put("until", "until a date", until.Text()+"\n", ada, "acme-cad.txt", "")
	put("perpetual", "without an end", key(with(func(terms *license.KeyTerms) { terms.Term = license.Term{} })).Text()+"\n", ada, "acme-cad.txt", "")
	put("days", "thirty days from activation, a trial", key(with(func(terms *license.KeyTerms) { terms.Term, terms.Edition = days(30), 4095 })).Text()+"\n", ada, "acme-cad.txt", "")
	put("months", "twelve calendar months from activation", key(with(func(terms *license.KeyTerms) { terms.Term = months(12) })).Text()+"\n", ada, "acme-cad.txt", "")
	put("seats", "25 seats, where the edition counts any", key(with(func(terms *license.KeyTerms) { terms.Edition, terms.Seats = 2, 25 })).Text()+"\n", ada, "acme-cad.txt", "")
	put("bound", "bound to the machine whose installation code carries 00 11 22 to 99", key(bound).Text()+"\n", ada, "acme-cad.txt", "")
	put("greatest", "every field at its limit", key(license.KeyTerms{Edition: 4095, Seats: license.MaxKeySeats, Number: license.MaxKeyNumber,
		Issued: day("2031-12-31"), Term: license.Until(day("2199-06-06")), Machine: repeated(0xff, 10)}).Text()+"\n", ada, "acme-cad.txt", "")
	put("name-as-typed", "another spelling of the same name", until.Text()+"\n", "ＡＤＡ   lovelace", "acme-cad.txt", "")
	put("as-typed", "small letters, blanks, rows in another order, one character unreadable and one wrong",
		strings.ToLower(strings.Join([]string{rows[5], rows[2], strings.Replace(rows[0], "-", " ", -1), rows[4][:8] + "?" + rows[4][9:], rows[1], rows[3]}, "\r\n")), ada, "acme-cad.txt", "")

	put("name-mismatch", "one letter of the name", until.Text()+"\n", "Ada Lovelacf", "acme-cad.txt", license.NameMismatch)
	put("name-missing", "no name was typed", until.Text()+"\n", "", "acme-cad.txt", license.NameRequired)
	put("other-product", "a key of acme-cad", until.Text()+"\n", ada, "acme-cam.txt", license.KeyNotForUs)
	changed := until.Payload()
	changed[74] ^= 1
	put("signature-changed", "a bit of the signature", raw(changed).Text()+"\n", ada, "acme-cad.txt", license.KeyNotGenuine)
	more := until.Payload()
	more[1] ^= 1
	put("term-changed", "a bit of the end", raw(more).Text()+"\n", ada, "acme-cad.txt", license.KeyNotGenuine)
	machine := key(bound).Payload()
	machine[11] ^= 1
	put("machine-changed", "a bit of the machine", raw(machine).Text()+"\n", ada, "acme-cad.txt", license.KeyNotGenuine)
	terms, err := bound.Encode("acme-cad", ada)
	require.NoError(t, err)
	terms[22] = 1
	put("spare-bit", "signed, but a bit that must be 0 is 1", raw(signTerms(t, terms, "acme-cad", ada)).Text()+"\n", ada, "acme-cad.txt", license.KeyNotGenuine)
	terms, err = theTerms().Encode("acme-cad", ada)
	require.NoError(t, err)
	terms[0] |= 0x40
	put("version-1", "signed, but of a version to come", raw(signTerms(t, terms, "acme-cad", ada)).Text()+"\n", ada, "acme-cad.txt", license.KeyNotGenuine)
	terms[0] &^= 0x40
	sig := signature(t, vendorKey(t, license.RoleActivation), license.SignedKey(terms, "acme", "acme-cad", ada))
	put("by-activation-key", "signed by the activation server's key", raw(append(terms, sig[:]...)).Text()+"\n", ada, "acme-cad.txt", license.KeyNotGenuine)
	put("edition-unknown", "an edition that the catalogue does not have", key(with(func(terms *license.KeyTerms) { terms.Edition = 3 })).Text()+"\n", ada, "acme-cad.txt", license.EditionUnknown)
	put("key-ended", "issued after the last day of the signing key", key(with(func(terms *license.KeyTerms) { terms.Issued = day("2032-01-01") })).Text()+"\n", ada, "acme-cad.txt", license.KeyEnded)
}
