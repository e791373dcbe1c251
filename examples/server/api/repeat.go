package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/store"
	"github.com/latchkey-go/latchkey/license"
)

// maxIdempotencyKey is how long an Idempotency-Key may be in bytes.
const maxIdempotencyKey = 200

// remember has a call with an Idempotency-Key sell under the keys that the first
// such call has drawn. They are kept before they are sold, so that nothing is
// sold twice when an answer was lost; repeated says that they were sold. The nth
// draw is kept for itself.
func (a *API) remember(c *call, q *creation, n int, drawn []sold) (keys []sold, repeated bool, err error) {
	name := c.request.Header.Get("Idempotency-Key")
	switch {
	case name == "":
		return drawn, false, nil
	case len(name) > maxIdempotencyKey:
		return nil, false, bad("idempotency_key", "The Idempotency-Key is longer than 200 bytes.", "Send a random one, such as a UUID.")
	}
	digest, err := digestOf(q)
	if err != nil {
		return nil, false, err
	}
	kept, err := a.store.Attempt(c.ctx, store.Attempt{
		ID: hexSum(c.actor() + "\x00" + name + "\x00" + strconv.Itoa(n)), Digest: digest, Keys: join(drawn),
	}, a.now())
	if err != nil {
		return nil, false, trouble(err)
	}
	if kept.Digest != digest {
		return nil, false, conflict("idempotency_key", "Another call was made with this Idempotency-Key.", "Use a new key for each call.")
	}
	keys = split(kept.Keys)
	repeated, err = a.wasSold(c.ctx, keys[0])
	return keys, repeated, err
}

// repeats reports whether a call says by which name it may come again.
func (c *call) repeats() bool { return c.request.Header.Get("Idempotency-Key") != "" }

// wasSold reports whether there is a sale with both keys. All of a call are sold
// or none, so the first tells.
func (a *API) wasSold(ctx context.Context, k sold) (was bool, err error) {
	err = a.look(ctx, server.Key{Serial: k.serial}, func(s *server.Sale) error {
		was = s.RequestKey == k.request
		return nil
	})
	if errors.Is(err, errNoSale) {
		return false, nil
	}
	return was, err
}

// digestOf tells two calls apart.
func digestOf(q *creation) (string, error) {
	text, err := json.Marshal(q)
	return hexSum(string(text)), err
}

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// join writes keys, a pair in each line.
func join(keys []sold) string {
	lines := make([]string, len(keys))
	for i, k := range keys {
		lines[i] = string(k.serial) + " " + string(k.request)
	}
	return strings.Join(lines, "\n")
}

func split(text string) (keys []sold) {
	for line := range strings.SplitSeq(text, "\n") {
		serial, request, _ := strings.Cut(line, " ")
		keys = append(keys, sold{license.Serial(serial), license.Serial(request)})
	}
	return keys
}
