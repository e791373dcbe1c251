package dsse

import (
	"crypto/sha256"
	"strconv"
)

// Documents may be signed as a batch: one signature for all of them, where a
// signature is what takes the time, or is paid for. The batch is a Merkle tree
// as RFC 9162, section 2.1, has it for certificates: a leaf is SHA-256 of 0x00
// and what is otherwise signed of a document, a node SHA-256 of 0x01 and its two
// children, and the last node of a row that has no neighbour moves up as it is.
// What is signed is the pre-authentication encoding of the type
// application/vnd.latchkey.batch, which no document has, and 33 bytes: how many
// documents there are less one, and the root.
//
// Each document has the signature with a proof after it, in the same base64:
//
//	64 bytes  the signature
//	 1 byte   the document's place in the batch, from 0
//	 1 byte   how many there are less one, 1 to 255
//	32 bytes  for each neighbour on the way to the root, beginning with the leaf's
//
// So it is verified alone, and nothing has to be fetched. A proof tells hashes of
// other documents, which all have something random in them. One document alone is
// never a batch.

const (
	// MaxBatch is how many documents may be signed together.
	MaxBatch = 256

	batchType = "application/vnd.latchkey.batch"
	hashSize  = sha256.Size
	proofHead = 2 // bytes before the hashes
	maxProof  = proofHead + 8*hashSize
)

type hash = [hashSize]byte

func leaf(signed []byte) hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(signed)
	return hash(h.Sum(nil))
}

func node(left, right hash) hash {
	var b [1 + 2*hashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+hashSize:], right[:])
	return sha256.Sum256(b[:])
}

// batchMessage returns what is signed of a batch.
func batchMessage(last byte, root hash) []byte {
	b := append(make([]byte, 0, 96), "DSSEv1 "...)
	b = append(strconv.AppendInt(b, int64(len(batchType)), 10), " "+batchType+" "...)
	b = append(strconv.AppendInt(b, 1+hashSize, 10), ' ', last)
	return append(b, root[:]...)
}

// Batch returns what is to be signed of several envelopes, from 2 to MaxBatch,
// and the proof of each.
func Batch(all []Envelope) (message []byte, proofs [][]byte) {
	row := make([]hash, len(all))
	proofs = make([][]byte, len(all))
	for i, e := range all {
		row[i] = leaf(e.signed)
		proofs[i] = append(make([]byte, 0, maxProof), byte(i), byte(len(all)-1))
	}
	for level := 0; len(row) > 1; level++ {
		for i := range proofs {
			if neighbour := i>>level ^ 1; neighbour < len(row) {
				proofs[i] = append(proofs[i], row[neighbour][:]...)
			}
		}
		row = above(row)
	}
	return batchMessage(byte(len(all)-1), row[0]), proofs
}

// above returns the row of nodes above a row.
func above(row []hash) []hash {
	next := row[:0]
	for ; len(row) > 1; row = row[2:] {
		next = append(next, node(row[0], row[1]))
	}
	return append(next, row...)
}

// isProof reports whether a proof has the length that its place and the number
// of documents ask for.
func isProof(proof []byte) bool {
	if len(proof) < proofHead || proof[1] == 0 || proof[0] > proof[1] {
		return false
	}
	n := proofHead
	for at, last := proof[0], proof[1]; last > 0; at, last = at>>1, last>>1 {
		if hasNeighbour(at, last) {
			n += hashSize
		}
	}
	return len(proof) == n
}

// hasNeighbour reports whether a node has one in a row with so many after the
// first.
func hasNeighbour(at, last byte) bool { return at&1 == 1 || at < last }

// Message returns what signature i is of: Signed, or the batch that its proof
// leads to. The caller must not change it.
func (e Envelope) Message(i int) []byte {
	proof := e.Signatures[i].Proof
	if proof == nil {
		return e.signed
	}
	h, path := leaf(e.signed), proof[proofHead:]
	for at, last := proof[0], proof[1]; last > 0; at, last = at>>1, last>>1 {
		if !hasNeighbour(at, last) {
			continue
		}
		neighbour := hash(path)
		if path = path[hashSize:]; at&1 == 1 {
			h = node(neighbour, h)
		} else {
			h = node(h, neighbour)
		}
	}
	return batchMessage(proof[1], h)
}
