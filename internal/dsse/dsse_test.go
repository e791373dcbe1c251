package dsse

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sample(payload string, signatures int) Envelope {
	e := New("license", []byte(payload))
	for i := range signatures {
		s := Signature{KeyID: strings.Repeat(string("0123456789abcdef"[i]), KeyIDSize)}
		for k := range s.Sig {
			s.Sig[k] = byte(k*7 + i)
		}
		e.Signatures = append(e.Signatures, s)
	}
	return e
}

// The example of the DSSE specification, protocol.md, with our type in place.
func TestPAE(t *testing.T) {
	require.Equal(t, "DSSEv1 37 application/vnd.latchkey.license+json 11 hello world",
		string(PAE("license", []byte("hello world"))))
}

func TestRoundTrip(t *testing.T) {
	for n := range 200 {
		e := sample(strings.Repeat("x", n), 1+n%MaxSignatures)
		for _, text := range [][]byte{e.Armor(), e.JSON()} {
			got, err := Parse(text)
			require.NoError(t, err)
			require.Equal(t, e, got)
		}
	}
}

// What a mail client, an editor or another system does to a text.
func TestArmorSurvivesMail(t *testing.T) {
	e := sample(strings.Repeat("payload ", 40), 2)
	text := string(e.Armor())
	joined := strings.ReplaceAll(text, "\n", "")
	for name, mailed := range map[string]string{
		"CRLF":            strings.ReplaceAll(text, "\n", "\r\n"),
		"BOM":             "\ufeff" + text,
		"trailing spaces": strings.ReplaceAll(text, "\n", "  \n"),
		"indented":        "  " + strings.ReplaceAll(text, "\n", "\n\t "),
		"blank lines":     "\n\n" + strings.ReplaceAll(text, "\n", "\n\n"),
		"one line":        joined,
		"wrapped at 76":   wrap(joined, 76),
		"wrapped at 40":   text[:33] + wrap(text[33:len(text)-32], 40) + text[len(text)-32:],
		"no last newline": strings.TrimSpace(text),
	} {
		got, err := Parse([]byte(mailed))
		if name == "wrapped at 76" { // cuts the last line, which is not forgiven
			require.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, e, got, name)
	}
}

func wrap(s string, n int) string {
	s = strings.ReplaceAll(s, "\n", "")
	var b strings.Builder
	for len(s) > n {
		b.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return b.String() + s + "\n"
}

func TestParseRefuses(t *testing.T) {
	e := sample("hello", 1)
	armor, json := string(e.Armor()), string(e.JSON())
	sig := base64.StdEncoding.EncodeToString(e.Signatures[0].Sig[:])
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":                {"", ErrNotDocument},
		"HTML":                 {"<!DOCTYPE html><p>502", ErrNotDocument},
		"other JSON":           {`{"name":"latchkey","version":1}`, ErrNotDocument},
		"text before":          {"Dear customer\n" + armor, ErrNotDocument},
		"text after":           {armor + "Regards", ErrMalformed},
		"other armour":         {strings.ReplaceAll(armor, "LATCHKEY LICENSE", "CERTIFICATE"), ErrNotDocument},
		"end of another kind":  {strings.Replace(armor, "END LATCHKEY LICENSE", "END LATCHKEY UPDATE", 1), ErrTruncated},
		"lower-case label":     {strings.ReplaceAll(armor, "LICENSE", "license"), ErrMalformed},
		"long label":           {strings.ReplaceAll(armor, "LICENSE", strings.Repeat("A", MaxKind+1)), ErrMalformed},
		"cut":                  {armor[:len(armor)/2], ErrTruncated},
		"cut in first line":    {armor[:10], ErrNotDocument},
		"no signature":         {strings.Replace(armor[:strings.Index(armor, ".")], ".", "", 1) + "\n-----END LATCHKEY LICENSE-----\n", ErrMalformed},
		"loose base64 bits":    {strings.Replace(armor, "aGVsbG8=", "aGVsbG9=", 1), ErrMalformed},
		"no padding":           {strings.Replace(armor, "aGVsbG8=", "aGVsbG8", 1), ErrMalformed},
		"carriage return":      {strings.Replace(armor, "aGVsbG8=", "aGVs\rbG8=", 1), ErrMalformed},
		"space inside":         {strings.Replace(armor, "aGVsbG8=", "aGVs bG8=", 1), ErrMalformed},
		"short key id":         {strings.Replace(armor, "0000000000000000:", "00000000:", 1), ErrMalformed},
		"upper-case key id":    {strings.Replace(armor, "0000000000000000:", "000000000000000A:", 1), ErrMalformed},
		"headers as in PEM":    {strings.Replace(armor, "\n", "\nVersion: 1\n\n", 1), ErrMalformed},
		"short signature":      {strings.Replace(armor, "==", "", 1), ErrMalformed},
		"nine signatures":      {string(sample("hello", 9).Armor()), ErrMalformed},
		"JSON: white space":    {strings.Replace(json, ",", ", ", 1), ErrMalformed},
		"JSON: other order":    {`{"payloadType":"application/vnd.latchkey.license+json","payload":"aGVsbG8=","signatures":[{"keyid":"0000000000000000","sig":"` + sig + `"}]}`, ErrMalformed},
		"JSON: added member":   {strings.Replace(json, `{"payload"`, `{"alg":"none","payload"`, 1), ErrMalformed},
		"JSON: member of sig":  {strings.Replace(json, `{"keyid"`, `{"alg":"none","keyid"`, 1), ErrMalformed},
		"JSON: other type":     {strings.Replace(json, "vnd.latchkey", "vnd.other", 1), ErrMalformed},
		"JSON: type in caps":   {strings.Replace(json, "latchkey.license", "latchkey.License", 1), ErrMalformed},
		"JSON: no payload":     {`{"payloadType":"application/vnd.latchkey.license+json","signatures":[{"keyid":"0000000000000000","sig":"` + sig + `"}]}`, ErrMalformed},
		"JSON: no signature":   {json[:strings.Index(json, "[")] + "[]}", ErrMalformed},
		"JSON: something left": {json + "{}", ErrMalformed},
		"JSON: cut":            {json[:len(json)-1], ErrMalformed},
	} {
		got, err := Parse([]byte(c.text))
		require.ErrorIs(t, err, c.want, name)
		require.Equal(t, Envelope{}, got, name)
	}
}

// FuzzParse holds that what is accepted has one text in each form, up to the
// white space that the armour forgives.
func FuzzParse(f *testing.F) {
	f.Add(sample("hello", 1).Armor())
	f.Add(sample("hello world, hello world, hello world, hello world", 2).JSON())
	for n, e := range batchOf(3) {
		_, proofs := Batch(batchOf(3))
		e.Signatures = []Signature{{KeyID: strings.Repeat("0", KeyIDSize), Proof: proofs[n]}}
		f.Add(e.JSON())
		f.Add(e.Armor())
	}
	f.Add([]byte("-----BEGIN LATCHKEY A-----.0000000000000000:-----END LATCHKEY A-----"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		if text[0] == '{' && !bytes.Equal(e.JSON(), trim(text)) {
			t.Fatalf("a second text for one envelope: %q", text)
		}
		again, err := Parse(e.Armor())
		if err != nil || !bytes.Equal(again.JSON(), e.JSON()) {
			t.Fatalf("%v", err)
		}
		if text[0] == '-' && !bytes.Equal(strip(text), strip(e.Armor())) {
			t.Fatalf("a second armour for one envelope: %q", text)
		}
	})
}

// strip removes all white space.
func strip(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, b)
}
