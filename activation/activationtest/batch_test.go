package activationtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A crowd is a courier to a server that is asked by so many at once that it
// signs every receipt and every reply in a batch with those of others.
type crowd struct {
	v     *Vendor
	mixUp bool // the reply of somebody else in the batch is brought
}

func (c *crowd) Exchange(ctx context.Context, request []byte) ([]byte, error) {
	text, err := c.v.Network.Exchange(ctx, request)
	if err != nil {
		return nil, err
	}
	reply, err := license.OpenReply(text, c.v.keyring)
	c.v.ok(err)
	if reply.Receipt != "" {
		receipt, err := license.OpenReceipt([]byte(reply.Receipt), c.v.keyring)
		c.v.ok(err)
		var receipts []*issuer.Draft
		for _, id := range []string{"A-OTHER", receipt.ID, "A-THIRD"} {
			one := *receipt
			one.ID = id
			receipts = append(receipts, c.draft(c.v.keys[license.RoleActivation].DraftReceipt(&one)))
		}
		c.sign(receipts)
		reply.Receipt = string(receipts[1].Armor())
	}
	var replies []*issuer.Draft
	for n := range 5 {
		one := *reply
		one.Nonce = append([]byte(nil), reply.Nonce...)
		if one.Nonce[0] ^= byte(n); n > 0 {
			one.Sequence += int64(n)
		}
		replies = append(replies, c.draft(c.v.keys[license.RoleActivation].DraftReply(&one)))
	}
	c.sign(replies)
	if c.mixUp {
		return replies[3].Bare(), nil
	}
	return replies[0].Bare(), nil
}

func (c *crowd) draft(d *issuer.Draft, err error) *issuer.Draft {
	c.v.ok(err)
	return d
}

func (c *crowd) sign(drafts []*issuer.Draft) {
	c.v.ok(c.v.keys[license.RoleActivation].SignBatch(drafts...))
}

// What was signed in a batch is kept, and counts after a restart as well. The
// reply of somebody else in the batch is none.
func TestClientTakesBatches(t *testing.T) {
	t.Parallel()
	v := New(t)
	sale := v.Sell(Sale{Features: []license.Feature{{ID: "export"}}})
	options := v.Options()
	courier := &crowd{v: v, mixUp: true}
	options.Courier = courier
	client, err := activation.Open(options)
	require.NoError(t, err)
	_, err = client.Enter(t.Context(), sale.Typed)
	require.ErrorIs(t, err, activation.ErrUnreachable)
	require.False(t, client.Allows("export"))
	courier.mixUp = false
	_, err = client.Enter(t.Context(), sale.Typed)
	require.NoError(t, err)
	require.True(t, client.Allows("export"))
	require.NoError(t, client.Close())

	v.Network.Down()
	v.Clock().Set(v.Now().Add(time.Hour))
	again, err := activation.Open(options)
	require.NoError(t, err)
	defer again.Close()
	require.True(t, again.Allows("export"))
	v.Network.Up()
	_, err = again.CheckOnline(t.Context())
	require.NoError(t, err)
	require.True(t, again.Allows("export"))
}
