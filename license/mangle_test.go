package license_test

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// mangled goes over every change of one bit, every truncation, and every byte
// deleted or duplicated.
func mangled(text []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for i := range text {
			for bit := range 8 {
				flipped := bytes.Clone(text)
				flipped[i] ^= 1 << bit
				if !yield(fmt.Sprintf("bit %d of byte %d changed", bit, i), flipped) {
					return
				}
			}
			if !yield(fmt.Sprintf("cut before byte %d", i), text[:i:i]) ||
				!yield(fmt.Sprintf("byte %d deleted", i), append(bytes.Clone(text[:i]), text[i+1:]...)) ||
				!yield(fmt.Sprintf("byte %d duplicated", i), append(bytes.Clone(text[:i+1]), text[i:]...)) {
				return
			}
		}
	}
}

// withoutSpace returns a text as the armour is read: with no white space at
// the ends of its lines.
func withoutSpace(text []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		b.WriteString(strings.Trim(line, " \t\r\n"))
	}
	return b.String()
}

// What is left of a document after any such change is refused, or it is the
// same document but for white space between its lines, and says the same.
func TestMangleDocuments(t *testing.T) {
	t.Parallel()
	for _, k := range allKinds(t) {
		keys, payload := newVendor(t).keyring, k.payload
		if k.role == license.RoleRoot { // the smallest that can be followed
			keys = rootKeyring(t, 1, 1, 3)
			payload = mustEncode(t, rootKeyring(t, 2, 1, 3))
		}
		e := sealWith(t, k.kind, payload, vendorKey(t, k.role))
		batch := sealBatch(t, k.kind, payload, vendorKey(t, k.role), 2, 3)
		for form, text := range map[string][]byte{"armoured": e.Armor(), "bare": e.JSON(), "armoured_batch": batch.Armor(), "bare_batch": batch.JSON()} {
			t.Run(k.kind+"_"+form, func(t *testing.T) {
				t.Parallel()
				want, err := k.open(text, keys)
				require.NoError(t, err)
				total, same := 0, 0
				for what, changed := range mangled(text) {
					total++
					got, err := k.open(changed, keys)
					if err != nil {
						if got != nil {
							t.Fatalf("%s: an error and a document", what)
						}
						continue
					}
					same++
					require.Equal(t, want, got, what)
					require.Equal(t, withoutSpace(text), withoutSpace(changed), what)
				}
				require.Equal(t, 11*len(text), total)
				// Line ends may be deleted or duplicated, and the last one cut.
				lines := bytes.Count(text, []byte("\n"))
				most := 2*lines + 1
				bare := strings.HasPrefix(form, "bare")
				if bare {
					most = 0
				}
				require.LessOrEqual(t, same, most)
				require.Equal(t, !bare, same > lines)
			})
		}
	}
}

// What mail programs and editors do to a licence does not matter.
func TestMangleSurvives(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	text, err := v.issue.License(sample())
	require.NoError(t, err)
	want, err := license.Open(text, v.keyring)
	require.NoError(t, err)
	s := string(text)
	for name, mailed := range map[string]string{
		"CRLF":              strings.ReplaceAll(s, "\n", "\r\n"),
		"BOM":               "\ufeff" + s,
		"BOM and CRLF":      "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n"),
		"trailing spaces":   strings.ReplaceAll(s, "\n", " \t \n"),
		"indented":          "    " + strings.ReplaceAll(s, "\n", "\n    "),
		"blank lines":       "\n\n" + strings.ReplaceAll(s, "\n", "\n\n") + "\r\n\r\n",
		"no last line end":  strings.TrimSuffix(s, "\n"),
		"all of it at once": "\ufeff\r\n\t" + strings.ReplaceAll(s, "\n", "  \r\n \r\n\t"),
	} {
		got, err := license.Open([]byte(mailed), v.keyring)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
		require.Equal(t, license.KindLicense, license.KindOf([]byte(mailed)), name)
	}
	for name, quoted := range map[string]string{
		"quoted":            "> " + strings.ReplaceAll(s, "\n", "\n> "),
		"quoted-printable":  strings.ReplaceAll(s, "=", "=3D"),
		"in HTML":           "<pre>" + s + "</pre>",
		"dashes made fancy": strings.ReplaceAll(s, "--", "–"),
	} {
		got, err := license.Open([]byte(quoted), v.keyring)
		require.Error(t, err, name)
		require.Nil(t, got, name)
	}
}

// A keyring's text is not signed, so a date in it can be another date. But no
// key is ever another key, and each keyring has one text.
func TestMangleKeyring(t *testing.T) {
	t.Parallel()
	want := newVendor(t).keyring
	text := []byte(want.String())
	total, accepted := 0, 0
	for what, changed := range mangled(text) {
		total++
		k, err := license.ParseKeyring(string(changed))
		if err != nil {
			if k != nil {
				t.Fatalf("%s: an error and a keyring", what)
			}
			continue
		}
		accepted++
		require.Equal(t, strings.TrimRight(string(changed), "\n"), strings.TrimRight(k.String(), "\n"), what)
		for i, key := range k.Keys() {
			require.Equal(t, want.Keys()[i].Public, key.Public, what)
			require.Equal(t, want.Keys()[i].Role, key.Role, what)
		}
	}
	require.Equal(t, 11*len(text), total)
	require.Less(t, accepted, 11*(len("acme")+len("1")+len("2")+4*len("2031-12-31")))
}

// No such change of what a typed key carries makes another key of it.
func TestMangleTypedKey(t *testing.T) {
	t.Parallel()
	v, c := newVendor(t), aCatalogue(t, editions())
	terms := theTerms()
	for _, machine := range [][]byte{nil, repeated(0x5a, 10)} {
		terms.Machine = machine
		key, err := v.issue.Key(terms, "acme-cad", ada)
		require.NoError(t, err)
		_, err = license.OpenKey(key.Payload(), ada, v.keyring, c)
		require.NoError(t, err)
		total := 0
		for what, changed := range mangled(key.Payload()) {
			total++
			l, err := license.OpenKey(changed, ada, v.keyring, c)
			require.Nil(t, l, what)
			require.Contains(t, []license.Code{license.KeyNotGenuine, license.NameMismatch, license.KeyNotForUs}, reasonOf(t, err).Code, what)
		}
		require.Equal(t, 11*len(key.Payload()), total)
	}
}
