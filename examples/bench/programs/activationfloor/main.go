// Program activationfloor has the ingredients of program activation, put
// together by hand and without a decision: it reads the same files, takes one
// lock, opens one XChaCha20-Poly1305 seal and verifies three signatures.
//
//	activationfloor DIR SEALED SIGNED FILE...
//
// SEALED is a key of 32 bytes, a nonce of 24 and the sealed text; SIGNED is a
// public key of 32 bytes, a signature of 64 and the message. FILEs are read.
package main

import (
	"crypto/ed25519"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"golang.org/x/crypto/chacha20poly1305"
)

func main() {
	if len(os.Args) > 99 {
		http.Get(os.Args[1])
	}
	for _, name := range os.Args[4:] {
		if _, err := os.ReadFile(name); err != nil {
			os.Exit(1)
		}
	}
	lock := flock.New(filepath.Join(os.Args[1], "lock"))
	if err := lock.Lock(); err != nil {
		os.Exit(1)
	}
	sealed, err := os.ReadFile(os.Args[2])
	if err != nil {
		os.Exit(1)
	}
	aead, err := chacha20poly1305.NewX(sealed[:32])
	if err != nil {
		os.Exit(1)
	}
	if _, err := aead.Open(nil, sealed[32:56], sealed[56:], nil); err != nil {
		os.Exit(2)
	}
	signed, err := os.ReadFile(os.Args[3])
	if err != nil {
		os.Exit(1)
	}
	for range 3 {
		if !ed25519.Verify(signed[:32], signed[96:], signed[32:96]) {
			os.Exit(3)
		}
	}
	if err := lock.Unlock(); err != nil {
		os.Exit(1)
	}
	os.Stdout.WriteString("allowed\n")
}
