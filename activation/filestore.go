package activation

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/latchkey-go/latchkey/license"
)

// A FileStore is a Store in a folder of its own. It holds
//
//	state.0, state.1  the newest record and the one before it, in turn
//	lock              held while a record is replaced
//	begun             what the first record will be about, see below
//
// A record is one line and the data:
//
//	latchkey state 1 <generation> <bytes of data> <first 16 digits of SHA-256>
//
// The hash covers the line before it, without the space, and the data.
//
// It is written to a new file, which is synced and renamed over the older of
// the two; then the folder is synced. So a crash at any moment leaves the
// newest record whole, and a record that is torn by a failing disk leaves the
// one before it. Files are readable by their owner only, the folder too.
//
// Before the first record there may be data that a client has begun with. It is
// not synced, and worth nothing once there is a record; it comes back with the
// generation 0.
//
// What is in the place of a record and is no plain file is never read, written
// or removed, and the error says so.
type FileStore struct {
	dir    folder
	path   string
	fast   bool // does not sync: for what may be lost
	now    func() time.Time
	mu     sync.Mutex // one Swap at a time
	swept  bool
	locker locker
}

// A locker keeps other processes out while a record is replaced.
type locker interface {
	lock() error
	unlock() error
}

const (
	stateTitle = "latchkey state 1"
	// maxState is the size of the largest record in bytes.
	maxState = 4 << 20
	// maxGeneration is one that no store reaches, and that still has one after
	// it.
	maxGeneration = 1 << 62
	// lockTimeout is how long a process waits for another to write a record.
	lockTimeout = 10 * time.Second
	// temporaryAge is how old a file must be to have been left by a crash.
	temporaryAge = time.Hour
)

var slots = [2]string{"state.0", "state.1"}

// NewFileStore opens the store in a folder, which is made if it is not there.
// The error has the code FolderUnwritable or RecordNotAFile.
func NewFileStore(path string) (*FileStore, error) {
	path, err := filepath.Abs(path) // and clean: a link with a slash behind it would pass for a folder
	if err != nil {
		return nil, unwritable(path, err)
	}
	dir, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	s := &FileStore{dir: dir, path: path, now: time.Now}
	s.locker = &fileLock{store: s, path: filepath.Join(path, "lock")}
	return s, nil
}

// Close lets go of the folder. Nothing can be loaded or stored afterwards.
func (s *FileStore) Close() error { return s.dir.Close() }

// sweep removes files that a crash left an hour ago or earlier.
func (s *FileStore) sweep() {
	names, err := s.dir.Names()
	if err != nil {
		return
	}
	for _, name := range names {
		info, err := s.dir.Lstat(name)
		if isTemporary(name) && err == nil && info.Mode().IsRegular() && s.now().Sub(info.ModTime()) > temporaryAge {
			_ = s.dir.Remove(name) // the next sweep tries again
		}
	}
}

// Load returns the newest record that is whole. The error is a *license.Reason
// with the code RecordDamaged, RecordNotAFile or RecordUnreadable.
func (s *FileStore) Load() (Record, error) {
	var newest Record
	var torn uint64 // the latest generation that is not whole
	for _, name := range slots {
		r, err := s.read(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, errTorn):
			torn = max(torn, r.Generation)
		case err != nil:
			return Record{}, err
		case r.Generation > newest.Generation:
			newest = r
		}
	}
	if newest.Generation == 0 && torn > 0 {
		return Record{}, &license.Reason{Code: license.RecordDamaged, Detail: s.path}
	}
	newest.Recovered = torn > newest.Generation
	if newest.Generation == 0 {
		newest.Data = s.begun()
	}
	return newest, nil
}

// beginning is the name of the file with what a client has begun with.
const beginning = "begun"

// begun returns what begin has kept, nil if that is not whole.
func (s *FileStore) begun() []byte {
	r, err := s.read(beginning)
	if err != nil {
		return nil
	}
	return r.Data
}

// begin keeps data until the first record is stored: it survives the process,
// but not a crash of the machine. It returns ErrConflict if there is a record
// already, or data that was begun with.
func (s *FileStore) begin(data []byte) error {
	return s.locked(func() error {
		record, err := s.Load()
		switch {
		case err != nil:
			return err
		case record.Generation > 0 || len(record.Data) > 0:
			return ErrConflict
		}
		fast := s.fast
		s.fast = true
		err = s.write(beginning, 1, data)
		s.fast = fast
		if err != nil {
			return unwritable(s.path, err)
		}
		return nil
	})
}

// locked runs what no other process may come between.
func (s *FileStore) locked(run func() error) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.locker.lock(); err != nil {
		return err
	}
	defer func() {
		if unlock := s.locker.unlock(); err == nil && unlock != nil {
			err = unwritable(s.path, unlock)
		}
	}()
	return run()
}

var errTorn = errors.New("the record is not whole")

// read reads one of the two records. Beside errTorn, the generation is what
// the record says it was, or the highest if it does not say it.
func (s *FileStore) read(name string) (Record, error) {
	text, err := s.readFile(name)
	if err != nil {
		return Record{}, err
	}
	first, data, found := bytes.Cut(text, []byte("\n"))
	line := string(first)
	rest, titled := strings.CutPrefix(line, stateTitle+" ")
	number, _, _ := strings.Cut(rest, " ")
	generation, err := strconv.ParseUint(number, 10, 64)
	if !found || !titled || err != nil || generation == 0 || generation > maxGeneration {
		return Record{Generation: math.MaxUint64}, errTorn
	}
	if line != header(generation, data) {
		return Record{Generation: generation}, errTorn
	}
	return Record{Generation: generation, Data: data}, nil
}

// header returns the line before the data.
func header(generation uint64, data []byte) string {
	line := stateTitle + " " + strconv.FormatUint(generation, 10) + " " + strconv.Itoa(len(data))
	hash := sha256.New()
	hash.Write([]byte(line))
	hash.Write(data)
	return line + " " + hex.EncodeToString(hash.Sum(nil)[:8])
}

// readFile reads a file if it is a plain one of a sensible size.
func (s *FileStore) readFile(name string) ([]byte, error) {
	path := filepath.Join(s.path, name)
	info, err := s.dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, &license.Reason{Code: license.RecordNotAFile, Detail: path}
	}
	if err != nil {
		return nil, &license.Reason{Code: license.RecordUnreadable, Detail: path, Err: err}
	}
	f, err := s.dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, &license.Reason{Code: license.RecordUnreadable, Detail: path, Err: err}
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil { // of what was opened: another process may have replaced the file meanwhile
		return nil, &license.Reason{Code: license.RecordUnreadable, Detail: path, Err: err}
	}
	if info.Size() > maxState {
		return nil, errTorn
	}
	b := make([]byte, info.Size(), info.Size()+1)
	n, err := io.ReadFull(f, b)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, &license.Reason{Code: license.RecordUnreadable, Detail: path, Err: err}
	}
	return b[:n], nil
}

// Swap stores a record. Beside ErrConflict, the error is a *license.Reason
// with one of the codes of Load, FolderUnwritable or RecordBusy.
func (s *FileStore) Swap(generation uint64, data []byte) error {
	if len(data) > maxState-256 {
		return &license.Reason{Code: license.TooLarge, Max: maxState}
	}
	return s.locked(func() error {
		if !s.swept {
			s.swept = true
			s.sweep()
		}
		slot, newest, err := s.older()
		if err != nil {
			return err
		}
		if newest != generation {
			return ErrConflict
		}
		if err := s.write(slots[slot], generation+1, data); err != nil {
			return unwritable(s.path, err)
		}
		return nil
	})
}

// older returns which of the two records to replace, and the generation of the
// other one.
func (s *FileStore) older() (slot int, newest uint64, err error) {
	var generations [2]uint64
	for i, name := range slots {
		r, err := s.read(name)
		if err != nil && !errors.Is(err, errTorn) && !errors.Is(err, fs.ErrNotExist) {
			return 0, 0, err
		}
		if err == nil {
			generations[i] = r.Generation
		}
	}
	if generations[0] > generations[1] {
		return 1, generations[0], nil
	}
	return 0, generations[1], nil
}

// write replaces a file so that a crash leaves the old one or the new one.
// After a sync that failed nothing is tried again on the same file: what it
// holds is not known any more.
func (s *FileStore) write(name string, generation uint64, data []byte) error {
	var random [8]byte
	_, _ = rand.Read(random[:])
	temporary := ".tmp-" + hex.EncodeToString(random[:])
	f, err := s.dir.Create(temporary)
	if err != nil {
		return err
	}
	err = f.Chmod(0o600) // whatever the process's umask is
	if err == nil {
		_, err = f.Write(append([]byte(header(generation, data)+"\n"), data...))
	}
	if err == nil && !s.fast {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = s.dir.Rename(temporary, name)
	}
	if err != nil {
		_ = s.dir.Remove(temporary) // or the sweep removes it
		return err
	}
	if s.fast {
		return nil
	}
	return s.dir.SyncDir()
}

// Writable reports why nothing can be stored, by storing a file and removing
// it again.
func (s *FileStore) Writable() error {
	var random [8]byte
	_, _ = rand.Read(random[:])
	name := ".tmp-" + hex.EncodeToString(random[:])
	f, err := s.dir.Create(name)
	if err != nil {
		return unwritable(s.path, err)
	}
	_, err = f.Write(make([]byte, 4096))
	if err = errors.Join(err, f.Close(), s.dir.Remove(name)); err != nil {
		return unwritable(s.path, err)
	}
	return nil
}

// A fileLock is a lock that the system lets go of when its process dies.
type fileLock struct {
	store *FileStore
	path  string
	flock *flock.Flock
}

func (l *fileLock) lock() error {
	info, err := l.store.dir.Lstat("lock")
	switch {
	case err == nil && !info.Mode().IsRegular():
		return &license.Reason{Code: license.RecordNotAFile, Detail: l.path}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return unwritable(l.store.path, err)
	}
	l.flock = flock.New(l.path, flock.SetPermissions(0o600))
	for deadline := time.Now().Add(lockTimeout); ; time.Sleep(time.Millisecond) {
		locked, err := l.flock.TryLock()
		if err != nil {
			return unwritable(l.store.path, err)
		}
		if locked {
			return nil
		}
		if time.Now().After(deadline) {
			return &license.Reason{Code: license.RecordBusy, Detail: l.store.path}
		}
	}
}

func (l *fileLock) unlock() error { return l.flock.Unlock() }
