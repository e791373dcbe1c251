package issuer_test

import (
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// FuzzParsePrivateKey holds that a key has one text, but for the ends of its
// lines and white space around it, and that errors do not repeat it.
func FuzzParsePrivateKey(f *testing.F) {
	text := keyText(f, seeded(f, license.RoleLicense, 7))
	f.Add(text)
	f.Add(strings.ReplaceAll(text, "\n", "\r\n"))
	f.Add(keyText(f, seeded(f, license.RoleRoot, 8)))
	f.Add(strings.Replace(text, "seed ", "seed\r ", 1))
	f.Fuzz(func(t *testing.T, text string) {
		key, err := issuer.ParsePrivateKey([]byte(text))
		if err != nil {
			if key.Role() != "" {
				t.Fatal("an error and a key")
			}
			if _, seed, found := strings.Cut(text, "seed "); found && len(seed) > 20 && strings.Contains(err.Error(), seed[:20]) {
				t.Fatalf("%v", err)
			}
			return
		}
		plain := strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) + "\n"
		if again := keyText(t, key); again != plain {
			t.Fatalf("two texts of one key: %q and %q", text, again)
		}
	})
}
