package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
)

var zero netip.Addr

// An envelope is a signed document as it goes over HTTP.
type envelope struct {
	Payload     string      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []signature `json:"signatures"`
}

type signature struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"`
}

// A floor is the handler by hand: it reads a request, verifies its signature by
// the key in it, and signs a reply that is the same but for the nonce.
type floor struct {
	key     ed25519.PrivateKey
	keyID   string
	payload map[string]any
}

func newFloor(key ed25519.PrivateKey, reply []byte) (*floor, error) {
	var e envelope
	if err := json.Unmarshal(reply, &e); err != nil {
		return nil, err
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, err
	}
	f := &floor{key: key, keyID: e.Signatures[0].KeyID}
	return f, json.Unmarshal(payload, &f.payload)
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err == nil {
		body, err = f.answer(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

func (f *floor) answer(body []byte) ([]byte, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil || len(e.Signatures) != 1 {
		return nil, errors.New("no envelope")
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, err
	}
	sig, err := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
	if err != nil {
		return nil, err
	}
	var asked struct{ Installation, Nonce []byte }
	if err := json.Unmarshal(payload, &asked); err != nil || len(asked.Installation) != ed25519.PublicKeySize {
		return nil, errors.New("no request")
	}
	if !ed25519.Verify(asked.Installation, pae(e.PayloadType, payload), sig) {
		return nil, errors.New("the signature is wrong")
	}
	reply := make(map[string]any, len(f.payload))
	for name, value := range f.payload {
		reply[name] = value
	}
	reply["nonce"], reply["installation"] = asked.Nonce, asked.Installation
	out, err := json.Marshal(reply)
	if err != nil {
		return nil, err
	}
	const kind = "application/vnd.latchkey.reply+json"
	return json.Marshal(envelope{
		Payload: base64.StdEncoding.EncodeToString(out), PayloadType: kind,
		Signatures: []signature{{f.keyID, base64.StdEncoding.EncodeToString(ed25519.Sign(f.key, pae(kind, out)))}},
	})
}

// pae is what DSSE signs.
func pae(kind string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(kind), kind, len(payload), payload)
}
