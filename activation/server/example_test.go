package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A vendor sells a licence for two machines, and an installation activates it.
// Package activation does for a product what is done here by hand.
func Example() {
	back, front := exampleIssuer(license.RoleLicense), exampleIssuer(license.RoleActivation)
	end := license.DateOf(time.Now().AddDate(5, 0, 0))
	keyring, err := license.NewKeyring("acme", 1, 0, []license.Key{
		{Public: back.Public(), Role: license.RoleLicense, End: end},
		{Public: front.Public(), Role: license.RoleActivation, End: end},
	})
	if err != nil {
		log.Fatal(err)
	}
	s, err := server.New(server.Options{Issuer: front, Keyring: keyring, Ledger: server.NewMemoryLedger()})
	if err != nil {
		log.Fatal(err)
	}
	signed, err := back.License(&license.License{
		ID: "L-1001", Serial: "S-1001", Kind: license.Full, Issued: time.Now(), NeedsReceipt: true,
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = s.Sell(context.Background(), "orders", &server.Sale{Serial: "S-1001", Limit: 2, License: signed})
	if err != nil {
		log.Fatal(err)
	}
	web := httptest.NewServer(s)
	defer web.Close()

	// The installation's half.
	_, installation, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	nonce := make([]byte, license.NonceSize)
	_, _ = rand.Read(nonce)
	request := &license.Request{
		Vendor: "acme", Product: "acme-cad", Operation: license.OpActivate, Serial: "S-1001", Nonce: nonce,
	}
	text, err := request.Sign(installation)
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.Post(web.URL+server.Path, "application/json", bytes.NewReader(text))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	reply, err := license.OpenReply(answer, keyring)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("answers this request:", reply.Request == request.Digest && bytes.Equal(reply.Nonce, nonce))
	fmt.Println("refused:", reply.Code != "")
	fmt.Println("documents:", len(reply.Documents))
	receipt, err := license.OpenReceipt([]byte(reply.Receipt), keyring)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("for this installation:", bytes.Equal(receipt.Installation, request.Installation))
	// Output:
	// answers this request: true
	// refused: false
	// documents: 1
	// for this installation: true
}

func exampleIssuer(role license.Role) *issuer.Issuer {
	key, err := issuer.Generate(role, rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	i, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		log.Fatal(err)
	}
	return i
}
