// Package records is the journal of what a vendor has signed: a file to which
// each signature appends one line of JSON, before the document is delivered.
//
// The journal has the documents themselves, serial numbers, unlock codes and
// typed keys, so a lost file can be delivered again; only its owner can read it.
// Lines are never changed. Runs at the same time wait for each other, by a lock on
// the file FILE.lock.
package records

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

// FileName is the journal's name beside the key that signs, unless another is
// given.
const FileName = "records.jsonl"

// The kinds of records.
const (
	License      = "license"
	Update       = "update"
	SealedUpdate = "sealed_update" // a licence with an update that waits for its unlock code
	Catalogue    = "catalogue"
	TypedKey     = "typed_key"
	Time         = "time"
	Keyring      = "keyring"
	// Countersigned is a new key's signature on a document that another has signed,
	// or on those of a server, which Comment names; such a record has no Document.
	Countersigned = "countersigned"
)

// Kinds are all of them.
var Kinds = []string{License, Update, SealedUpdate, Catalogue, TypedKey, Time, Keyring, Countersigned}

// A Record is one signature. Members that a kind does not have are left out.
type Record struct {
	Time      time.Time `json:"time"` // to the second, UTC
	Kind      string    `json:"kind"`
	ID        string    `json:"id,omitempty"`         // of the licence or update
	LicenseID string    `json:"license_id,omitempty"` // of the licence that a sealed update lies in
	Serial    string    `json:"serial,omitempty"`
	Number    int64     `json:"number,omitempty"` // of an update; of a licence, its revision
	Licensee  string    `json:"licensee,omitempty"`
	Company   string    `json:"company,omitempty"`
	Email     string    `json:"email,omitempty"`
	Products  []string  `json:"products,omitempty"`
	Edition   string    `json:"edition,omitempty"`
	KeyIDs    []string  `json:"key_ids"` // of the keys that signed
	Document  string    `json:"document"`
	Digest    string    `json:"digest"`         // SHA-256 of the document in hexadecimal digits
	Code      string    `json:"code,omitempty"` // the unlock code
	File      string    `json:"file,omitempty"` // where the document was written to
	Mode      string    `json:"mode,omitempty"` // of an update
	CRMID     string    `json:"crm_id,omitempty"`
	Comment   string    `json:"comment,omitempty"`
	Preview   any       `json:"preview,omitempty"` // what the update does; nil where the licence was not at hand
}

// Secret lists the members that are withheld unless they are asked for: anybody who
// has one of them can use what was sold.
var Secret = []string{"serial", "document", "code"}

// DigestOf returns a document's digest.
func DigestOf(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// Beside returns the path of the journal beside a key file.
func Beside(key string) string { return filepath.Join(filepath.Dir(key), FileName) }

// Read returns the records of a journal, none if it is not there yet. A last line
// without an end is of a run that was interrupted, whose document was not
// delivered: it is left out. Any other line that is no record is an error.
func Read(path string) ([]Record, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the records: %w", err)
	}
	return parse(path, text)
}

func parse(path string, text []byte) (all []Record, err error) {
	lines := bufio.NewReader(bytes.NewReader(text))
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if bytes.HasSuffix(line, torn) {
			continue
		}
		var r Record
		if json.Unmarshal(line, &r) != nil || r.Kind == "" {
			return nil, fmt.Errorf("%s: line %d is no record: it was changed; put the file back from a backup copy, or name another one with --records", path, n)
		}
		all = append(all, r)
	}
}

// torn ends a line that an interrupted run has begun and the next run closes.
var torn = []byte("#interrupted\n")

// Add appends a record, durably, after check has seen all earlier ones. Where
// check or the disk refuses, nothing is appended, and the document must not be
// delivered.
func Add(path string, r Record, check func(earlier []Record) error) (err error) {
	unlock, err := lock(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	earlier, err := Read(path)
	if err != nil {
		return err
	}
	if check != nil {
		if err := check(earlier); err != nil {
			return err
		}
	}
	line, err := encode(r)
	if err != nil {
		return err
	}
	_, statErr := os.Lstat(path)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the records: %w", err)
	}
	err = errors.Join(appendLine(f, line), f.Close())
	if err == nil && errors.Is(statErr, fs.ErrNotExist) {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("the records: %w; so nothing was delivered", err)
	}
	return nil
}

// encode returns a record's line.
func encode(r Record) ([]byte, error) {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // -> stays as people search for it
	err := e.Encode(r)
	return line.Bytes(), err
}

// A file is the part of an *os.File that a line is appended to.
type file interface {
	io.Writer
	io.ReaderAt
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

// appendLine appends a line as a whole, or leaves the file as it was.
func appendLine(f file, line []byte) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' { // a run was interrupted here
			line = append(slices.Clone(torn), line...)
		}
	}
	n, err := f.Write(line)
	if err == nil {
		err = f.Sync()
	}
	if err != nil && n > 0 {
		err = errors.Join(err, f.Truncate(size))
	}
	return err
}

// lockWait is how long a run waits for others.
const lockWait = 30 * time.Second

// lock keeps other runs away from a journal.
func lock(path string) (unlock func() error, err error) {
	l := flock.New(path+".lock", flock.SetPermissions(0o600))
	for end := time.Now().Add(lockWait); ; {
		got, err := l.TryLock()
		switch {
		case err != nil:
			return nil, fmt.Errorf("the records: %w: nothing is delivered that cannot be recorded; name another file with --records", err)
		case got:
			return l.Unlock, nil
		case time.Now().After(end):
			return nil, fmt.Errorf("the records: another run holds %s.lock: try again when it is done", path)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
