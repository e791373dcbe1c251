package license

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/internal/dsse"
	"github.com/latchkey-go/latchkey/internal/vectors"
)

// What tests outside the package reach of its inside.
var (
	DecodeCatalogue = decodeCatalogue
	EncodeRequest   = (*Request).encode
	Verify          = PublicKey.verify
)

// vectorBodies returns the bodies of the vectors in a folder of testdata.
func vectorBodies(f testing.TB, folder string) [][]byte {
	f.Helper()
	paths, err := filepath.Glob("../testdata/" + folder + "/*.txt")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no vectors in testdata/%s", folder)
	}
	var bodies [][]byte
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		_, body, found := bytes.Cut(text, []byte("\n--\n"))
		if !found {
			f.Fatalf("%s is not a vector", path)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// addPayloads seeds a fuzzer with the payloads of the documents in a folder.
func addPayloads(f *testing.F, folder string) {
	n := 0
	for _, body := range vectorBodies(f, folder) {
		if e, err := dsse.Parse(body); err == nil {
			f.Add(string(e.Payload()))
			n++
		}
	}
	if n == 0 {
		f.Fatalf("no documents in testdata/%s", folder)
	}
}

// vectorKeyring returns the keyring that the vectors of documents go with.
func vectorKeyring(f testing.TB) *Keyring {
	f.Helper()
	text, err := os.ReadFile("../testdata/keyring/acme.txt")
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := strings.Cut(string(text), "\n--\n")
	keys, err := ParseKeyring(body)
	if err != nil {
		f.Fatal(err)
	}
	return keys
}

// FuzzOpen holds that a text is a licence only if it is, but for white space
// around its lines, one that the vendor signed.
func FuzzOpen(f *testing.F) {
	keys := vectorKeyring(f)
	genuine := map[string]bool{}
	for _, body := range vectorBodies(f, "license") {
		f.Add(body)
		if e, err := dsse.Parse(body); err == nil {
			f.Add(e.JSON())
			if _, err := Open(body, keys); err == nil {
				genuine[string(e.Payload())] = true
			}
		}
	}
	if len(genuine) < 5 {
		f.Fatal("few licences among the vectors")
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Open(text, keys)
		if (l == nil) == (err == nil) {
			t.Fatalf("%v and %v", l, err)
		}
		if err != nil {
			if _, is := err.(*Reason); !is {
				t.Fatalf("the error is a %T", err)
			}
			return
		}
		e, err := dsse.Parse(text)
		if err != nil || !genuine[string(e.Payload())] {
			t.Fatalf("forged: %q", text)
		}
	})
}

// roundTrip holds what is true of every payload that a decoder accepts: what it
// means, written and read again, means the same. The text is the same too,
// unless something in it was unknown and passed over, and then it is shorter.
func roundTrip[T any](t *testing.T, payload string, decode func(string) (*T, error), encode func(*T) ([]byte, error)) {
	v, err := decode(payload)
	if (v == nil) == (err == nil) {
		t.Fatalf("%v and %v", v, err)
	}
	if err != nil {
		return
	}
	b, err := encode(v)
	if err != nil {
		if len(payload) > maxPayload {
			return
		}
		t.Fatalf("accepted, and cannot be written: %v: %q", err, payload)
	}
	if len(b) >= len(payload) && string(b) != payload {
		t.Fatalf("two texts of one thing:\n%s\n%s", payload, b)
	}
	again, err := decode(string(b))
	if err != nil || !reflect.DeepEqual(v, again) {
		t.Fatalf("%v: %+v is not %+v", err, again, v)
	}
}

func FuzzDecodeLicense(f *testing.F) {
	addPayloads(f, "license")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeLicense, (*License).Encode)
	})
}

func FuzzDecodeUpdate(f *testing.F) {
	addPayloads(f, "update")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeUpdate, (*Update).Encode)
	})
}

func FuzzDecodeCatalogue(f *testing.F) {
	addPayloads(f, "catalogue")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeCatalogue, (*Catalogue).Encode)
	})
}

func FuzzDecodeTime(f *testing.F) {
	addPayloads(f, "time")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeTime, (*SignedTime).Encode)
	})
}

func FuzzDecodeReceipt(f *testing.F) {
	addPayloads(f, "receipt")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeReceipt, (*Receipt).Encode)
	})
}

func FuzzDecodeRequest(f *testing.F) {
	addPayloads(f, "request")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeRequest, (*Request).encode)
	})
}

func FuzzDecodeReply(f *testing.F) {
	addPayloads(f, "reply")
	f.Fuzz(func(t *testing.T, payload string) {
		roundTrip(t, payload, decodeReply, (*Reply).Encode)
	})
}

// FuzzOpenRequest holds that a text is a request only if the key in it has
// signed just that, and that its digest does not depend on its form.
func FuzzOpenRequest(f *testing.F) {
	for _, body := range vectorBodies(f, "request") {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := OpenRequest(text)
		if (r == nil) == (err == nil) {
			t.Fatalf("%v and %v", r, err)
		}
		if err != nil {
			if _, is := err.(*Reason); !is {
				t.Fatalf("the error is a %T", err)
			}
			return
		}
		e, err := dsse.Parse(text)
		if err != nil || len(e.Signatures) != 1 || !ed25519.Verify(r.Installation, e.Message(0), e.Signatures[0].Sig[:]) {
			t.Fatalf("forged: %q", text)
		}
		for _, form := range [][]byte{e.JSON(), e.Armor()} {
			if again, err := OpenRequest(form); err != nil || again.Digest != r.Digest {
				t.Fatalf("%v: another digest for %q", err, form)
			}
		}
	})
}

// FuzzParseKeyring holds that a keyring has one text, but for the ends of its
// lines and white space at its end, and no key that may not be trusted.
func FuzzParseKeyring(f *testing.F) {
	for _, body := range vectorBodies(f, "keyring") {
		f.Add(string(body))
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKeyring(text)
		if (k == nil) == (err == nil) {
			t.Fatalf("%v and %v", k, err)
		}
		if err != nil {
			return
		}
		plain := strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), " \t\n") + "\n"
		if k.String() != plain {
			t.Fatalf("two texts of one keyring:\n%q\n%q", text, k.String())
		}
		again, err := ParseKeyring(k.String())
		if err != nil || !reflect.DeepEqual(k, again) {
			t.Fatalf("%v: %+v is not %+v", err, again, k)
		}
		for _, key := range k.Keys() {
			if _, err := ParsePublicKey(key.Public.Bytes()); err != nil || key.End == 0 {
				t.Fatalf("trusted: %+v", key)
			}
		}
	})
}

// FuzzKeyTerms holds that terms have one encoding.
func FuzzKeyTerms(f *testing.F) {
	for _, s := range []string{
		"0000000000000000000000", "000000a8d200040000aabb", "0800a1a8d200040000aabb", "1000f1a8d200040000aabb", "18001128d200040000aabb",
		"20000028d200040000aabb" + "00112233445566778899" + "0000", "20000028d200040000aabb" + "00112233445566778899" + "0001",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != keySize && len(b) != boundKeySize {
			return
		}
		terms, productTag, nameTag, ok := decodeKeyTerms(b)
		if !ok {
			return
		}
		again, err := terms.Encode("acme-cad", "Ada Lovelace")
		if err != nil {
			t.Fatalf("%x cannot be written: %v", b, err)
		}
		again[9], again[10] = byte(productTag), byte(nameTag)
		if !bytes.Equal(again, b) {
			t.Fatalf("%x and %x", b, again)
		}
	})
}

// FuzzOpenKey holds that no bytes are an activation key but those that the
// vendor made, and only with the name.
func FuzzOpenKey(f *testing.F) {
	keys := vectorKeyring(f)
	text, err := os.ReadFile("../testdata/catalogue/acme-cad.txt")
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := bytes.Cut(text, []byte("\n--\n"))
	catalogue, err := OpenCatalogue(body, keys)
	if err != nil {
		f.Fatal(err)
	}
	genuine := map[string]bool{}
	paths, _ := filepath.Glob("../testdata/activation-key/*.txt")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		v, err := vectors.Parse(text, activationKeyHeaders)
		if err != nil {
			f.Fatal(err)
		}
		payload, err := hex.DecodeString(v.Header["payload"])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload, v.Header["name"])
		if v.Expect() == "ok" {
			genuine[v.Header["payload"]+NormalName(v.Header["name"])] = true
		}
	}
	if len(genuine) == 0 {
		f.Fatal("no vectors of activation keys")
	}
	f.Fuzz(func(t *testing.T, key []byte, name string) {
		l, err := OpenKey(key, name, keys, catalogue)
		if (l == nil) == (err == nil) {
			t.Fatalf("%v and %v", l, err)
		}
		if err == nil && !genuine[hex.EncodeToString(key)+NormalName(name)] {
			t.Fatalf("forged: %s for %q", base64.StdEncoding.EncodeToString(key), name)
		}
	})
}

// activationKeyHeaders are the headers of the vectors of activation keys; see
// testdata/README.md.
var activationKeyHeaders = []string{"format", "expect", "note", "keyring", "catalogue", "name", "payload", "result", "code"}

// ActivationKeyHeaders are those that are not common to all vectors.
var ActivationKeyHeaders = activationKeyHeaders[3:]
