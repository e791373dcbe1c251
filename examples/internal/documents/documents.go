// Package documents reads and writes exports of a server's ledger: signed
// licences and updates, one JSON object a line,
//
//	{"serial":"S0001-…","kind":"license","id":"L-1","document":"-----BEGIN LATCHKEY LICENSE-----\n…"}
//
// in ascending order of serial numbers. "server documents" writes such a file,
// "latchkey countersign" reads it and writes another one, which "server documents
// --import" takes. A file has serial numbers in it, so only its owner may read it.
package documents

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/latchkey-go/latchkey/license"
)

// A Line is one document of an export.
type Line struct {
	Serial   string `json:"serial"`
	Kind     string `json:"kind"` // license.KindLicense or license.KindUpdate
	ID       string `json:"id"`   // of the licence or the update
	Document string `json:"document"`
}

// Name tells documents of an export apart.
func (l Line) Name() string { return l.Serial + "\x00" + l.Kind + "\x00" + l.ID }

// maxLine is the length of the longest line in bytes: a document, with its line
// ends escaped, and what stands beside it.
const maxLine = 2*license.MaxDocument + 4<<10

// Read calls each with every line of an export. An error says which line it is
// about.
func Read(from io.Reader, each func(Line) error) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for lines.Scan() {
		n++
		var l Line
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil || l.Serial == "" || l.Document == "" {
			return fmt.Errorf("line %d: this is not a line of \"server documents\"", n)
		}
		if err := each(l); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: it is longer than %d bytes", n+1, maxLine)
	}
	return lines.Err()
}

// A Writer adds lines to an export.
type Writer struct {
	file *os.File
	buf  *bufio.Writer
	done map[string]bool
}

// Create begins an export, in a file that is not there yet.
func Create(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s: the file exists and is not overwritten: choose another name, or remove it first", path)
	}
	if err != nil {
		return nil, err
	}
	return &Writer{file: f, buf: bufio.NewWriter(f), done: map[string]bool{}}, nil
}

// Resume goes on with an export that was interrupted, or begins one. A last line
// that is not whole is written again. Check sees every line that is there; if it
// refuses one, the file stays as it is.
func Resume(path string, check func(Line) error) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f, buf: bufio.NewWriter(f), done: map[string]bool{}}
	if err := w.readDone(check); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return w, nil
}

// readDone reads the whole lines that are there, and cuts off the rest.
func (w *Writer) readDone(check func(Line) error) error {
	text, err := io.ReadAll(w.file)
	if err != nil {
		return err
	}
	whole := int64(bytes.LastIndexByte(text, '\n') + 1)
	err = Read(bytes.NewReader(text[:whole]), func(l Line) error {
		w.done[l.Name()] = true
		return check(l)
	})
	if err != nil {
		return err
	}
	if err := w.file.Truncate(whole); err != nil {
		return err
	}
	_, err = w.file.Seek(whole, io.SeekStart)
	return err
}

// Done reports whether a document is in the export already.
func (w *Writer) Done(l Line) bool { return w.done[l.Name()] }

// Write adds a line, unless its document is there already.
func (w *Writer) Write(l Line) error {
	if w.Done(l) {
		return nil
	}
	w.done[l.Name()] = true
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = w.buf.Write(append(text, '\n'))
	return err
}

// Close flushes the export to the disk.
func (w *Writer) Close() error {
	return errors.Join(w.buf.Flush(), w.file.Sync(), w.file.Close())
}
