package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// typed reads a key of one kind as somebody typed it. Two wrong characters in a
// serial number are put right; more are refused here, before anybody looks for
// anything.
func typed(text string, kind keyfmt.Kind) (license.Serial, []string, error) {
	key, corrections, err := keyfmt.Parse(text)
	if err != nil {
		return "", nil, bad("mistyped", "This is not "+article(kind)+": "+err.Error()+".", "Compare it with the printed key.")
	}
	if key.Kind() != kind {
		return "", nil, bad("key_of_other_kind", "This is "+article(key.Kind())+", and "+article(kind)+" is needed here.", "Send the right key.")
	}
	if kind == keyfmt.Request {
		return license.Serial(key.Payload()), nil, nil
	}
	said := make([]string, len(corrections))
	for i, c := range corrections {
		said[i] = c.String()
	}
	return license.Serial(key.Rows()[0]), said, nil
}

func article(k keyfmt.Kind) string {
	switch name := k.String(); name[0] {
	case 'a', 'e', 'i', 'o', 'u':
		return "an " + name
	default:
		return "a " + name
	}
}

func serialOf(text string) (license.Serial, error) {
	serial, _, err := typed(text, keyfmt.Serial)
	return serial, err
}

// serialsOf reads several serial numbers, each once.
func serialsOf(texts []string) ([]license.Serial, error) {
	if len(texts) == 0 || len(texts) > maxBatch {
		return nil, bad("serials", fmt.Sprintf("There are %d serial numbers, and 1 to %d are allowed.", len(texts), maxBatch), "")
	}
	serials := make([]license.Serial, len(texts))
	for i, text := range texts {
		serial, err := serialOf(text)
		if err != nil {
			return nil, at(err, "Serial number", i, len(texts))
		}
		serials[i] = serial
	}
	return serials, nil
}

// maxBatch is how many serial numbers one call may be about.
const maxBatch = 1000

// at says which of several a problem is about.
func at(err error, what string, i, of int) error {
	if err == nil || of == 1 {
		return err
	}
	p := *problemOf(err)
	p.Message = fmt.Sprintf("%s %d of %d: %s", what, i+1, of, p.Message)
	return &p
}

// look calls read with a sale, which it must not keep.
func (a *API) look(ctx context.Context, key server.Key, read func(*server.Sale) error) error {
	return a.ledger.Look(ctx, key, func(account *server.Account) error {
		if account.Sale == nil {
			return errNoSale
		}
		return read(account.Sale)
	})
}

var errNoSale = &problem{
	status: http.StatusNotFound, Code: "unknown", Message: "Nothing was sold under this key.",
	Remedy: "Check the key; this server knows only its own sales.",
}

// sale returns a sale as answers have it.
func (a *API) sale(ctx context.Context, key server.Key) (v saleView, err error) {
	err = a.look(ctx, key, func(s *server.Sale) error {
		v = viewSale(s)
		v.License = string(s.License)
		return nil
	})
	return v, err
}
