package dsse

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// treeHash is MTH of RFC 9162, section 2.1.1, word for word.
func treeHash(entries [][]byte) []byte {
	if len(entries) == 1 {
		sum := sha256.Sum256(append([]byte{0}, entries[0]...))
		return sum[:]
	}
	k := split(len(entries))
	sum := sha256.Sum256(bytes.Join([][]byte{{1}, treeHash(entries[:k]), treeHash(entries[k:])}, nil))
	return sum[:]
}

// path is PATH of section 2.1.3.1.
func path(m int, entries [][]byte) []byte {
	if len(entries) == 1 {
		return nil
	}
	if k := split(len(entries)); m < k {
		return append(path(m, entries[:k]), treeHash(entries[k:])...)
	} else {
		return append(path(m-k, entries[k:]), treeHash(entries[:k])...)
	}
}

// split is the largest power of two below n.
func split(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

func batchOf(n int) (all []Envelope) {
	for i := range n {
		all = append(all, New("receipt", fmt.Appendf(nil, `{"n":%d}`, i)))
	}
	return all
}

func TestBatchIsRFC9162(t *testing.T) {
	t.Parallel()
	for n := 2; n <= MaxBatch; n++ {
		all := batchOf(n)
		var entries [][]byte
		for _, e := range all {
			entries = append(entries, e.Signed())
		}
		message, proofs := Batch(all)
		want := append([]byte("DSSEv1 30 application/vnd.latchkey.batch 33 "), byte(n-1))
		require.Equal(t, append(want, treeHash(entries)...), message)
		for i, e := range all {
			require.Equal(t, append([]byte{byte(i), byte(n - 1)}, path(i, entries)...), proofs[i])
			require.LessOrEqual(t, len(proofs[i]), maxProof)
			e.Signatures = []Signature{{KeyID: strings.Repeat("0", KeyIDSize), Proof: proofs[i]}}
			require.Equal(t, message, e.Message(0))
			for _, text := range [][]byte{e.Armor(), e.JSON()} {
				got, err := Parse(text)
				require.NoError(t, err)
				require.Equal(t, e, got)
			}
		}
	}
}

// What leads to the message of a batch is the one proof of its document: each
// change of a bit leads elsewhere or is no proof, and so does each other length,
// place and number of documents.
func TestBatchMangled(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 5, 8} {
		all := batchOf(n)
		message, proofs := Batch(all)
		for i, e := range all {
			leads := func(proof []byte) bool {
				e.Signatures = []Signature{{KeyID: strings.Repeat("0", KeyIDSize), Proof: proof}}
				got, err := Parse(e.JSON())
				return err == nil && bytes.Equal(got.Message(0), message)
			}
			require.True(t, leads(proofs[i]))
			for k := range proofs[i] {
				for bit := range 8 {
					mangled := bytes.Clone(proofs[i])
					mangled[k] ^= 1 << bit
					require.False(t, leads(mangled), "%d of %d, byte %d, bit %d", i, n, k, bit)
				}
				require.False(t, leads(proofs[i][:k]), "cut after %d bytes", k)
			}
			require.False(t, leads(append(bytes.Clone(proofs[i]), 0)))
			require.False(t, leads(append(bytes.Clone(proofs[i]), make([]byte, hashSize)...)))
			for at := range 16 {
				for last := range 16 {
					other := append([]byte{byte(at), byte(last)}, proofs[i][proofHead:]...)
					require.Equal(t, at == i && last == n-1, leads(other), "%d of %d as %d of %d", i, n, at, last+1)
				}
			}
			for k := range all {
				require.Equal(t, k == i, leads(proofs[k]), "the proof of another document")
			}
		}
	}
}

// A document is no batch, and a batch no document.
func TestBatchIsNoDocument(t *testing.T) {
	t.Parallel()
	message, _ := Batch(batchOf(2))
	require.NotContains(t, string(message), typeSuffix)
	_, ok := kindOf("BATCH")
	require.True(t, ok, "there may be documents of that kind")
	require.NotEqual(t, PAE("batch", message[len(message)-33:]), message, "and they are signed otherwise")
}
