// Package terms makes licences and updates from the descriptions in JSON that
// the vendor's command line reads with --from, so that both understand the same.
//
// It asks that command line itself, under keys that were drawn for the purpose
// and that nobody trusts, and takes the terms out of what was signed. Who calls
// fills in the rest and signs with the vendor's key.
package terms

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// An Error says why a description makes no licence or update. Its code is one of
// package license where there is a reason of that package, and "description"
// otherwise.
type Error struct{ Code, Text, Remedy string }

func (e *Error) Error() string { return e.Text }

// A Compiler makes terms of descriptions. Any number of goroutines may use one.
type Compiler struct {
	vendor string
	now    func() time.Time
	key    issuer.PrivateKey
	issuer *issuer.Issuer
	keys   *license.Keyring
	serial license.Serial // stands in for every serial number
}

// New returns a compiler for a vendor's licences.
func New(vendor string, now func() time.Time) (*Compiler, error) {
	key, err := issuer.Generate(license.RoleLicense, rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &Compiler{vendor: vendor, now: now, key: key}
	if c.issuer, err = issuer.New(vendor, license.RoleLicense, key.Signer()); err != nil {
		return nil, err
	}
	c.keys, err = license.NewKeyring(vendor, 1, 0, []license.Key{
		{Public: key.Public(), Role: license.RoleLicense, End: license.DateOf(now().AddDate(100, 0, 0))},
	})
	if err != nil {
		return nil, err
	}
	serial, err := keyfmt.Generate(keyfmt.Serial, rand.Reader)
	if err != nil {
		return nil, err
	}
	c.serial = license.Serial(serial.Rows()[0])
	return c, nil
}

// License returns the terms of a licence: its id, serial number and binding are
// for the caller to fill in. The error is an *Error, or trouble with temporary
// files.
func (c *Compiler) License(description []byte) (*license.License, error) {
	document, err := c.run(description, func(string) ([]string, error) { return []string{"issue"}, nil })
	if err != nil {
		return nil, err
	}
	l, err := license.Open(document, c.keys)
	if err != nil {
		return nil, err
	}
	l.ID, l.Serial = "", ""
	return l, nil
}

// Update returns an update for a licence as it is now. Its id is for the caller
// to fill in. Notes has the description's crm_id and comment stand in the
// update; without, they are refused, since they would be lost.
func (c *Compiler) Update(description []byte, current *license.License, notes bool) (*license.Update, error) {
	own := *current
	own.Serial = c.serial
	document, err := c.run(description, func(folder string) ([]string, error) {
		text, err := c.issuer.License(&own)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(folder, "current")
		args := []string{"update", "--license", path, "--include-notes=" + strconv.FormatBool(notes)}
		return args, os.WriteFile(path, text, 0o600)
	})
	if err != nil {
		return nil, err
	}
	u, err := license.OpenUpdate(document, c.keys)
	if err != nil {
		return nil, err
	}
	u.ID, u.Serial = "", current.Serial
	return u, nil
}

// run runs a command in a folder of its own and returns the document.
func (c *Compiler) run(description []byte, command func(folder string) ([]string, error)) (_ []byte, err error) {
	folder, err := os.MkdirTemp("", "latchkey-terms-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	key, ring := filepath.Join(folder, "key"), filepath.Join(folder, "keyring")
	if err := c.key.WriteFile(key); err != nil {
		return nil, err
	}
	if err := os.WriteFile(ring, []byte(c.keys.String()), 0o600); err != nil {
		return nil, err
	}
	args, err := command(folder)
	if err != nil {
		return nil, err
	}
	var out, diagnostics bytes.Buffer
	args = append(args, "--json", "--from", "-", "--key", key, "--keyring", ring)
	vendorcmd.Run(args, bytes.NewReader(description), &out, &diagnostics, c.now)
	return document(out.Bytes())
}

// document reads what the command line has answered.
func document(answer []byte) ([]byte, error) {
	var a struct {
		Document string `json:"document"`
		Error    *struct{ Code, Text, Remedy string }
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("terms: the command line answered what is not JSON: %w", err)
	}
	if a.Error == nil {
		return []byte(a.Document), nil
	}
	e := &Error{Code: a.Error.Code, Text: a.Error.Text, Remedy: a.Error.Remedy}
	if e.Code == "error" || e.Code == "usage" {
		e.Code = "description"
	}
	return nil, e
}
