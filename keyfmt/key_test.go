package keyfmt

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
)

var rowKinds = []Kind{Serial, Unlock, Activation, Installation, Challenge}

// testKeys returns keys of all kinds and, for activation keys, of all sizes.
func testKeys(t testing.TB, seed uint64) []Key {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 7))
	var keys []Key
	for _, kind := range rowKinds {
		for n := 1; PayloadSize(kind, n) > 0; n++ {
			payload := make([]byte, PayloadSize(kind, n))
			for i := range payload {
				payload[i] = byte(random.Uint32())
			}
			keys = append(keys, mustNew(t, kind, payload))
		}
	}
	request, err := NewRequest(random.Uint64N(requestLimit))
	if err != nil {
		t.Fatal(err)
	}
	return append(keys, request)
}

func mustNew(t testing.TB, kind Kind, payload []byte) Key {
	t.Helper()
	key, err := New(kind, payload)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// count returns the bytes 0, 1, 2 and so on.
func count(size int) []byte {
	payload := make([]byte, size)
	for i := range payload {
		payload[i] = byte(i)
	}
	return payload
}

// TestPackageComment holds the samples of the package comment.
func TestPackageComment(t *testing.T) {
	t.Parallel()
	for _, sample := range []struct {
		kind Kind
		size int
		text string
	}{
		{Serial, 10, "S000G-40R40-M30E2-096ZT-KRR1G"},
		{Activation, 37, "A000G-40R40-M30E2-09185-GZA04\nBR38E-1W812-4GK2G-AHC5R-R36A5\n334D1-P70X3-RFJ08-924CJ-7V1N6"},
	} {
		if got := mustNew(t, sample.kind, count(sample.size)).Text(); got != sample.text {
			t.Errorf("%v is\n%s\nand not\n%s", sample.kind, got, sample.text)
		}
	}
	if key, _ := NewRequest(123456789); key.Text() != "12345 67894" {
		t.Errorf("request key %s", key.Text())
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		for _, key := range testKeys(t, seed) {
			got, corrections, err := Parse(key.Text())
			if err != nil || len(corrections) > 0 || !got.Equal(key) {
				t.Fatalf("%s\nwas read as\n%s\n%v, %v", key.Text(), got.Text(), corrections, err)
			}
			if id := Identify(key.Text()); id != (Identity{key.Kind(), len(key.Rows()), len(key.Rows()), true}) {
				t.Errorf("%s is identified as %+v", key.Text(), id)
			}
		}
	}
}

// TestNewSizes tries every length for every kind.
func TestNewSizes(t *testing.T) {
	t.Parallel()
	sizes := map[Kind][]int{
		Serial: {10}, Installation: {10}, Challenge: {10}, Unlock: {12}, Activation: {12, 25, 37, 50, 62, 75, 87},
	}
	for kind := Invalid; kind <= Challenge+1; kind++ {
		var fit []int
		for size := range MaxPayload + 20 {
			key, err := New(kind, make([]byte, size))
			switch {
			case err == nil:
				fit = append(fit, size)
			case !errors.Is(err, ErrPayload) || !key.IsZero():
				t.Errorf("%v of %d bytes: %v, %v", kind, size, key, err)
			}
		}
		if fmt.Sprint(fit) != fmt.Sprint(sizes[kind]) {
			t.Errorf("%v takes %v bytes", kind, fit)
		}
	}
	for _, bad := range []string{"1234567890", "12345 6789", "123456789", "12345678944"} {
		if _, err := New(Request, []byte(bad)); !errors.Is(err, ErrPayload) {
			t.Errorf("request key %q: %v", bad, err)
		}
	}
	if _, err := NewRequest(requestLimit); !errors.Is(err, ErrPayload) {
		t.Errorf("request key of ten digits: %v", err)
	}
}

func TestPayloadIsACopy(t *testing.T) {
	t.Parallel()
	payload := count(10)
	key := mustNew(t, Serial, payload)
	payload[0], key.Payload()[1] = 0xFF, 0xFF
	if !bytes.Equal(key.Payload(), count(10)) {
		t.Error("the key changed with a payload outside of it")
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	keys := append(testKeys(t, 1), Key{}, mustNew(t, Installation, count(10)), mustNew(t, Challenge, count(10)))
	for i, a := range keys {
		for j, b := range keys {
			if a.Equal(b) != (i == j) {
				t.Errorf("%v (%d) and %v (%d)", a, i, b, j)
			}
		}
	}
}

func TestZeroKey(t *testing.T) {
	t.Parallel()
	var key Key
	if !key.IsZero() || key.Kind() != Invalid || key.Payload() != nil || key.Rows() != nil || key.Text() != "" || key.String() != "no key" {
		t.Errorf("the zero key is %v", key)
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	for kind := Invalid; kind <= Challenge; kind++ {
		switch kind {
		case Serial, Unlock, Challenge, Request:
		default:
			if _, err := Generate(kind, nil); !errors.Is(err, ErrKind) {
				t.Errorf("%v: %v", kind, err)
			}
			continue
		}
		a, errA := Generate(kind, nil)
		b, errB := Generate(kind, nil)
		if errA != nil || errB != nil || a.Kind() != kind || a.Equal(b) {
			t.Errorf("%v: %v, %v", kind, errA, errB)
		}
		if _, err := Generate(kind, strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v from a short reader: %v", kind, err)
		}
	}
	seen := map[byte]int{}
	random := rand.NewChaCha8([32]byte{1})
	for range 10_000 {
		key, err := Generate(Request, random)
		if err != nil {
			t.Fatal(err)
		}
		seen[key.Payload()[0]]++
	}
	for digit := byte('0'); digit <= '9'; digit++ {
		if n := seen[digit]; n < 850 || n > 1150 {
			t.Errorf("%d of 10,000 request keys begin with %c", n, digit)
		}
	}
}

// A code that is made to be read out is printed as it is read out.
func TestCodesForTheVendorArePrinted(t *testing.T) {
	t.Parallel()
	printed := 0
	for _, key := range testKeys(t, 9) {
		if key.Kind() != Installation && key.Kind() != Challenge {
			continue
		}
		printed++
		for _, text := range []string{key.String(), fmt.Sprint(key), fmt.Sprintf("%q", key)} {
			if text != key.Text() {
				t.Errorf("%v is printed as %s", key.Kind(), text)
			}
		}
	}
	if printed == 0 {
		t.Error("there is no such key")
	}
}

// TestRedaction prints every key that is a secret, and things that hold one, in
// every way and looks for its text, its digits and its bytes.
func TestRedaction(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t, 9) {
		if key.Kind() == Installation || key.Kind() == Challenge {
			continue
		}
		holder := struct {
			Name   string
			Public Key
			hidden Key
			list   []Key
		}{"holder", key, key, []Key{key}}
		var printed strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "% x", "%#x", "%b", "%T", "%08v"} {
			fmt.Fprintf(&printed, verb+"\n", key)
			fmt.Fprintf(&printed, verb+"\n", &key)
			fmt.Fprintf(&printed, verb+"\n", holder)
			fmt.Fprintf(&printed, verb+"\n", map[string]Key{"key": key})
		}
		for _, log := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
			slog.New(log).Info("a key", "key", key, "pointer", &key, "holder", holder)
		}
		text, err := json.Marshal([]any{key, holder})
		if err != nil || !strings.HasPrefix(string(text), `["`+key.Kind().String()+` (withheld)",`) {
			t.Errorf("JSON: %s, %v", text, err)
		}
		printed.Write(text)
		if !strings.Contains(printed.String(), key.Kind().String()+" (withheld)") {
			t.Errorf("the kind is not printed: %s", printed.String())
		}
		expectNone(t, printed.String(), key)
	}
}

// expectNone fails if the text holds the key in any spelling, or a group of it.
func expectNone(t *testing.T, text string, key Key) {
	t.Helper()
	payload := key.Payload()
	secrets := []string{
		string(payload), fmt.Sprint(payload), fmt.Sprint(payload[:4])[1:],
		hex.EncodeToString(payload), hex.EncodeToString(payload[:4]),
		base64.StdEncoding.EncodeToString(payload), base64.URLEncoding.EncodeToString(payload),
	}
	for _, r := range key.Rows() {
		secrets = append(secrets, r, strings.ReplaceAll(r, "-", ""))
		for _, group := range strings.Split(r, "-") {
			if strings.ContainsAny(group, "GHJKMNPQRSTVWXYZ") { // not by chance in an address or a time
				secrets = append(secrets, group)
			}
		}
	}
	for _, secret := range secrets {
		if strings.Contains(strings.ToUpper(text), strings.ToUpper(strings.Trim(secret, "[]"))) {
			t.Errorf("%v is shown: %q in\n%s", key, secret, text)
		}
	}
}

// withoutTime leaves out the time of a log line, whose digits and Z can be those
// of a group by chance.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// TestErrorsShowNoKey damages keys in all manners and looks at the errors.
func TestErrorsShowNoKey(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t, 10) {
		text := key.Text()
		reversed := []byte(text)
		for i := range len(reversed) / 2 {
			j := len(reversed) - 1 - i
			reversed[i], reversed[j] = reversed[j], reversed[i]
		}
		for _, damaged := range []string{
			text[:len(text)-1], text + "7", text[1:], text + "\n" + text[:9], string(reversed),
			strings.Repeat(text+" ", 200), text[3:] + text[:3], "x" + text + "y",
		} {
			_, _, err := Parse(damaged)
			if err == nil {
				t.Errorf("%q was read", damaged)
				continue
			}
			var printed strings.Builder
			fmt.Fprintf(&printed, "%v %+v %#v %q\n", err, err, err, err)
			slog.New(slog.NewJSONHandler(&printed, &slog.HandlerOptions{ReplaceAttr: withoutTime})).Info("refused", "error", err)
			expectNone(t, printed.String(), key)
		}
	}
}
