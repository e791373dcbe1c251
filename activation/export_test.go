package activation

import (
	"io/fs"
)

// MaxState and TemporaryAge are what tests need to know of the store.
const (
	MaxState     = maxState
	TemporaryAge = temporaryAge
)

// SetFast makes a store one that does not sync, as that of a witness is.
func (s *FileStore) SetFast() { s.fast = true }

// CreateNew makes a new file in a folder, as a store does.
func CreateNew(dir, name string) error {
	d, err := openFolder(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	return f.Close()
}

// Inject has every call that the store makes to its folder ask fault first. A
// call whose fault is an error returns it, and does nothing or, where that is
// how disks fail, half of its work.
func (s *FileStore) Inject(fault func(call string) error) {
	s.dir = faultyFolder{s.dir, fault}
	s.locker = faultyLocker{s.locker, fault}
}

type faultyLocker struct {
	locker
	fault func(call string) error
}

func (l faultyLocker) lock() error {
	if err := l.fault("lock"); err != nil {
		return unwritable("lock", err)
	}
	return l.locker.lock()
}

type faultyFolder struct {
	folder
	fault func(call string) error
}

func (f faultyFolder) Lstat(name string) (fs.FileInfo, error) {
	if err := f.fault("lstat"); err != nil {
		return nil, err
	}
	return f.folder.Lstat(name)
}

func (f faultyFolder) Open(name string) (file, error) {
	if err := f.fault("open"); err != nil {
		return nil, err
	}
	opened, err := f.folder.Open(name)
	if err != nil {
		return nil, err
	}
	return faultyFile{opened, f.fault}, nil
}

func (f faultyFolder) Create(name string) (file, error) {
	if err := f.fault("create"); err != nil {
		return nil, err
	}
	created, err := f.folder.Create(name)
	if err != nil {
		return nil, err
	}
	return faultyFile{created, f.fault}, nil
}

func (f faultyFolder) Rename(from, to string) error {
	if err := f.fault("rename"); err != nil {
		return err
	}
	return f.folder.Rename(from, to)
}

func (f faultyFolder) Remove(name string) error {
	if err := f.fault("remove"); err != nil {
		return err
	}
	return f.folder.Remove(name)
}

func (f faultyFolder) SyncDir() error {
	if err := f.fault("syncdir"); err != nil {
		return err
	}
	return f.folder.SyncDir()
}

type faultyFile struct {
	file
	fault func(call string) error
}

func (f faultyFile) Read(b []byte) (int, error) {
	if err := f.fault("read"); err != nil {
		return 0, err
	}
	return f.file.Read(b)
}

func (f faultyFile) Write(b []byte) (int, error) {
	if err := f.fault("write"); err != nil {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, err
	}
	return f.file.Write(b)
}

func (f faultyFile) Stat() (fs.FileInfo, error) {
	if err := f.fault("stat"); err != nil {
		return nil, err
	}
	return f.file.Stat()
}

func (f faultyFile) Chmod(mode fs.FileMode) error {
	if err := f.fault("chmod"); err != nil {
		return err
	}
	return f.file.Chmod(mode)
}

func (f faultyFile) Sync() error {
	if err := f.fault("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f faultyFile) Close() error {
	err := f.file.Close()
	if fault := f.fault("close"); fault != nil {
		return fault
	}
	return err
}

// Swept keeps a store from looking for what a crash left, as if it had done so.
func (s *FileStore) Swept() { s.swept = true }

// ReleaseDateOf is ReleaseDate of a program with this build info.
var ReleaseDateOf = releaseDate

// OnlyPrivate returns the error of a connection to an address in plain HTTP.
func OnlyPrivate(address string) error { return onlyPrivate("tcp", address, nil) }
