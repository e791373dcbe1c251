package server_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// FuzzExchange gives the server arbitrary bytes; and the same as fields of a
// request that is signed well. What comes back is an error, or a reply that
// verifies.
func FuzzExchange(f *testing.F) {
	v := newVendor(f)
	v.sell(bound(board), withRequestKey)
	c := v.client(1)
	for _, op := range []license.Operation{license.OpActivate, license.OpCheck, license.OpDeactivate, license.OpReport} {
		text, err := c.request(op).Sign(c.key)
		require.NoError(f, err)
		armoured, err := license.Armor(text)
		require.NoError(f, err)
		f.Add(text, string(op), uint8(35))
		f.Add(armoured, "move", uint8(0))
	}
	f.Add(fingerprint(f, hardware(2)), "activate", uint8(2))
	var keys [4]ed25519.PrivateKey
	for n := range keys {
		keys[n] = v.client(n).key
	}
	f.Fuzz(func(t *testing.T, b []byte, op string, which uint8) {
		r := &license.Request{
			Vendor: "acme", Product: "acme-cad", Operation: license.Operation(op), Serial: theSerial,
			Nonce: make([]byte, license.NonceSize), Fingerprint: b,
		}
		if len(b) >= 2*license.LinkSize && which&32 != 0 {
			r.Link, r.Next = b[:license.LinkSize], b[license.LinkSize:2*license.LinkSize]
		}
		if r.Operation == license.OpMove {
			r.Proof = b
		}
		if which&16 != 0 {
			r.Serial, r.RequestKey = "", license.Serial(b)
		}
		signed, err := r.Sign(keys[which%4])
		requests := [][]byte{b}
		if err == nil {
			requests = append(requests, signed)
		}
		for _, request := range requests {
			answer, err := v.Exchange(t.Context(), request, here)
			if err != nil {
				require.ErrorIs(t, err, server.ErrUnreadable)
				require.Zero(t, answer)
				continue
			}
			reply, err := license.OpenReply(answer.Reply, v.keyring)
			require.NoError(t, err)
			if reply.Receipt != "" {
				_, err = license.OpenReceipt([]byte(reply.Receipt), v.keyring)
				require.NoError(t, err)
			}
		}
	})
}
