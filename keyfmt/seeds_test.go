package keyfmt

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestSeed000 covers the requirements of seed 000 that concern typed keys.
func TestSeed000(t *testing.T) {
	t.Parallel()
	// A serial number is found however it is written, so that looking it up needs
	// nothing but equality: exact, in small letters, pasted with spaces.
	t.Run("0.5_search_a_serial", func(t *testing.T) {
		t.Parallel()
		random := rand.New(rand.NewPCG(0, 5))
		for range 200 {
			payload := make([]byte, 10)
			for i := range payload {
				payload[i] = byte(random.Uint32())
			}
			key := mustNew(t, Serial, payload)
			text := key.Text()
			for _, form := range []string{
				text, strings.ToLower(text), " " + strings.ReplaceAll(text, "-", "  ") + "\r\n",
				strings.ReplaceAll(text, "-", ""), "\u00a0" + strings.ReplaceAll(text, "-", "\u2013") + "\ufeff",
				strings.NewReplacer("0", "o", "1", "l").Replace(text), strings.Join(strings.Split(text, "-"), "\n"),
			} {
				got, corrections, err := Parse(form)
				if err != nil || len(corrections) > 0 || !got.Equal(key) || got.Text() != text {
					t.Errorf("%q: %v, %v", form, corrections, err)
				}
			}
			typed := []byte(text)
			a, b := random.IntN(5), 12+random.IntN(5)
			typed[a], typed[b] = other(typed[a]), other(typed[b])
			if got, corrections, err := Parse(string(typed)); err != nil || len(corrections) != 2 || !got.Equal(key) {
				t.Errorf("%q for %q: %v, %v", typed, text, corrections, err)
			}
			for at := 18; at < 29; at += 2 {
				if typed[at] != '-' {
					typed[at] = other(typed[at])
				}
			}
			if got, _, err := Parse(string(typed)); err == nil && got.Kind() == Serial {
				t.Errorf("%q for %q was read as %q", typed, text, got.Text())
			}
		}
	})
}

// other returns the symbol after c in the alphabet.
func other(c byte) byte {
	return alphabet[(strings.IndexByte(alphabet, c)+1)%len(alphabet)]
}

// TestSeed004 covers the requirements of seed 004 that concern typed keys.
func TestSeed004(t *testing.T) {
	t.Parallel()
	t.Run("4.5_ten_digit_request_key", func(t *testing.T) {
		t.Parallel()
		key, err := NewRequest(123456789)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			"1234567894", "12345 67894", "12345-67894", " 123 456 78 94\n", "I2345 67894", "12345\u201367894", "１２３４５６７８９４", "١٢٣٤٥٦٧٨٩٤",
		} {
			got, corrections, err := Parse(text)
			if err != nil || len(corrections) > 0 || !got.Equal(key) || string(got.Payload()) != "1234567894" {
				t.Errorf("%q: %v, %v", text, corrections, err)
			}
		}
		slips(key.Payload(), func(wrong string) {
			var e *RowError
			if _, _, err := Parse(wrong); !errors.As(err, &e) || e.Problem != CheckDigit {
				t.Errorf("%s: %v", wrong, err)
			}
		})
		// Either key in the other's field is told apart, and so it is when damaged.
		activation := mustNew(t, Activation, count(25)).Text()
		for text, want := range map[string]Kind{
			"12345 67894": Request, "12345 67849": Request, "12345 6789": Request,
			activation: Activation, activation[:29]: Activation, activation[:11]: Activation, activation[30:]: Activation,
		} {
			if got := Identify(text); got.Kind != want {
				t.Errorf("%q is identified as %+v", text, got)
			}
		}
	})
}

// TestThreat covers the threats that concern typed keys.
func TestThreat(t *testing.T) {
	t.Parallel()
	// Every single wrong character and every swap of neighbours is noticed, in all
	// keys. In rows it is also put right. This is about typing and not about forgery:
	// parity, check and check digit are public, and anybody can compute them.
	t.Run("C11_typed_keys", func(t *testing.T) {
		t.Parallel()
		for _, key := range testKeys(t, 30) {
			own := []byte(key.Text())
			expect := func(typed []byte) {
				got, corrections, err := Parse(string(typed))
				if key.Kind() == Request {
					if err == nil {
						t.Errorf("%s for %s was not noticed", typed, own)
					}
					return
				}
				if err != nil || !got.Equal(key) || len(corrections) == 0 {
					t.Errorf("%s for %s: %v, %v", typed, own, corrections, err)
				}
			}
			for at := range own {
				if strings.IndexByte(alphabet, own[at]) < 0 {
					continue
				}
				for _, c := range []byte(alphabet) {
					typed := slices.Clone(own)
					if typed[at] = c; c != own[at] {
						expect(typed)
					}
				}
				next := at + 1
				if next < len(own) && (own[next] == '-' || own[next] == ' ') {
					next++
				}
				if next < len(own) && own[next] != '\n' && own[next] != own[at] {
					typed := slices.Clone(own)
					typed[at], typed[next] = own[next], own[at]
					expect(typed)
				}
			}
		}
	})
}
