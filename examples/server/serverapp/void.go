package serverapp

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// checkLedger refuses a newest keyring under which documents in the ledger do not
// hold: the customers of these sales could get no further documents. It reads the
// ledger only if a keyring left out a key, or gave it an earlier last day.
func checkLedger(ctx context.Context, c Config, ledger server.Ledger, newest *license.Keyring, log *slog.Logger) error {
	if c.Keyring.Version() == 1 && !takesAway(c.Keyring, newest) {
		return nil
	}
	v, err := countVoid(ctx, ledger, newest, license.DateOf(c.Now()))
	if err != nil {
		return fmt.Errorf("checking the ledger against the keyring: %w", err)
	}
	switch {
	case v.documents == 0:
		return nil
	case c.AllowVoid:
		log.LogAttrs(ctx, slog.LevelWarn, "documents in the ledger do not hold under the newest keyring",
			slog.Int("documents", v.documents), slog.Int("sales", v.sales), slog.Any("keys", v.names()))
		return nil
	}
	return fmt.Errorf("under the newest keyring (version %d), %d documents of %d sales in the ledger are void, because the keyring leaves out the key that signed them or gives it an earlier last day (%s). "+
		"Countersign them first: with \"server documents --countersign\" and --license-key; or, without that key here, with \"server documents --out FILE --void\", \"latchkey countersign\" and \"server documents --import FILE\". "+
		"--allow-void starts the server all the same; docs/rotation.md has every step",
		newest.Version(), v.documents, v.sales, strings.Join(v.names(), ", "))
}

// takesAway reports whether a keyring leaves out a key that may sign licences
// under another one, or gives it an earlier last day.
func takesAway(before, after *license.Keyring) bool {
	return slices.ContainsFunc(before.Keys(), func(k license.Key) bool {
		return k.Role == license.RoleLicense && !slices.ContainsFunc(after.Keys(), func(o license.Key) bool {
			return o.Role == k.Role && o.Public == k.Public && o.End >= k.End
		})
	})
}

// A voidCount counts the documents of a ledger that do not hold under a keyring.
type voidCount struct {
	documents, sales int
	keys             map[string]int // documents by the id of a key that signed them
}

// names returns the ids of the keys, each with how many documents it signed.
func (v *voidCount) names() (names []string) {
	for _, id := range slices.Sorted(maps.Keys(v.keys)) {
		names = append(names, fmt.Sprintf("key %s: %d", id, v.keys[id]))
	}
	return names
}

func countVoid(ctx context.Context, ledger server.Ledger, k *license.Keyring, today license.Date) (*voidCount, error) {
	v := &voidCount{keys: map[string]int{}}
	last := license.Serial("")
	err := server.Documents(ctx, ledger, func(d server.Document) error {
		if d.Void(k, today) == nil {
			return nil
		}
		v.documents++
		for _, id := range license.KeyIDs(d.Text) {
			v.keys[id]++
		}
		if d.Serial != last {
			v.sales, last = v.sales+1, d.Serial
		}
		return nil
	})
	return v, err
}
