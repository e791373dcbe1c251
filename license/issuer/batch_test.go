package issuer_test

import (
	"crypto"
	"fmt"
	"io"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

func drafts(t testing.TB, i *issuer.Issuer, n int) (all []*issuer.Draft) {
	t.Helper()
	for k := range n {
		r := aReceipt()
		r.ID = fmt.Sprint("A-", k)
		d, err := i.DraftReceipt(r)
		require.NoError(t, err)
		all = append(all, d)
	}
	return all
}

// One signature makes many documents, of which each says its own thing alone.
func TestSignBatch(t *testing.T) {
	t.Parallel()
	key := seeded(t, license.RoleActivation, 1)
	var asked atomic.Int64
	i, err := issuer.New("acme", license.RoleActivation, counting{key.Signer(), &asked})
	require.NoError(t, err)
	keys := trusting(t, license.RoleActivation, i)
	for _, n := range []int{1, 2, 3, 7, 8, issuer.MaxBatch} {
		asked.Store(0)
		all := drafts(t, i, n)
		require.NoError(t, i.SignBatch(all...))
		require.EqualValues(t, 1, asked.Load())
		for k, d := range all {
			for _, text := range [][]byte{d.Armor(), d.Bare()} {
				r, err := license.OpenReceipt(text, keys)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprint("A-", k), r.ID)
				require.Equal(t, "acme", r.Vendor)
			}
		}
	}
	reply, err := i.DraftReply(aReply())
	require.NoError(t, err)
	mixed := append(drafts(t, i, 2), reply)
	require.NoError(t, i.SignBatch(mixed...), "of several kinds")
	_, err = license.OpenReply(reply.Bare(), keys)
	require.NoError(t, err)
	_, err = license.OpenReceipt(reply.Bare(), keys)
	require.Error(t, err)
}

type counting struct {
	crypto.Signer
	asked *atomic.Int64
}

func (c counting) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	c.asked.Add(1)
	return c.Signer.Sign(random, message, opts)
}

// A signature of a batch is by a key of the role, under its id, and counts in
// no other document.
func TestBatchIsHeld(t *testing.T) {
	t.Parallel()
	i, other := newIssuer(t, license.RoleActivation, 1), newIssuer(t, license.RoleActivation, 2)
	all := drafts(t, i, 2)
	require.NoError(t, i.SignBatch(all...))
	_, err := license.OpenReceipt(all[0].Armor(), trusting(t, license.RoleActivation, other))
	require.ErrorIs(t, err, license.KeyUnknown)
	again, err := other.Countersign(all[0].Armor())
	require.NoError(t, err, "a second signature stands beside it")
	for _, keys := range []*license.Keyring{trusting(t, license.RoleActivation, i), trusting(t, license.RoleActivation, other)} {
		_, err = license.OpenReceipt(again, keys)
		require.NoError(t, err)
	}
}

func TestSignBatchRefuses(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, license.RoleActivation, 1)
	require.Error(t, i.SignBatch())
	all := drafts(t, i, issuer.MaxBatch+1)
	require.Error(t, i.SignBatch(all...))
	require.NoError(t, i.SignBatch(all[:2]...))
	require.Error(t, i.SignBatch(all[2], all[0]), "it is signed already")
	require.NoError(t, i.SignBatch(all[2]), "and the other one is not")
	require.ErrorIs(t, newIssuer(t, license.RoleLicense, 1).SignBatch(all[3]), issuer.ErrRole)
	_, err := i.DraftReceipt(&license.Receipt{})
	require.ErrorIs(t, err, license.Malformed)
	_, err = i.DraftReply(&license.Reply{})
	require.ErrorIs(t, err, license.Malformed)

	broken, err := issuer.New("acme", license.RoleActivation, device{seeded(t, license.RoleActivation, 1).Signer(), func(sig []byte) ([]byte, error) {
		sig[0] ^= 1
		return sig, nil
	}})
	require.NoError(t, err)
	pair := drafts(t, broken, 2)
	require.Error(t, broken.SignBatch(pair...))
	require.NoError(t, i.SignBatch(pair...), "a batch that failed is as it was")
}
