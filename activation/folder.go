package activation

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A folder is the file system below one directory, as far as a FileStore needs
// it. Tests make each call fail in its turn.
type folder interface {
	Lstat(name string) (fs.FileInfo, error)
	Open(name string) (file, error)
	Create(name string) (file, error) // new, for writing, readable by its owner only
	Rename(from, to string) error
	Remove(name string) error
	Names() ([]string, error)
	SyncDir() error
	Close() error
}

type file interface {
	io.ReadWriteCloser
	Stat() (fs.FileInfo, error)
	Chmod(fs.FileMode) error
	Sync() error
}

// diskFolder is a folder on disk. It is an os.Root, so that no name in it
// leads out of it.
type diskFolder struct{ root *os.Root }

// openFolder opens a folder, and makes it and those above it if need be, for
// its owner only. It refuses a link in its place: who means another folder
// names that.
func openFolder(path string) (diskFolder, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return diskFolder{}, unwritable(path, err)
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return diskFolder{}, unwritable(path, err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return diskFolder{}, unwritable(path, err)
	}
	if !info.IsDir() {
		return diskFolder{}, &license.Reason{Code: license.RecordNotAFile, Detail: path}
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return diskFolder{}, unwritable(path, err)
	}
	return diskFolder{root}, nil
}

func unwritable(path string, err error) *license.Reason {
	return &license.Reason{Code: license.FolderUnwritable, Detail: path, Err: err}
}

func (d diskFolder) Lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }
func (d diskFolder) Open(name string) (file, error)         { return d.root.Open(name) }
func (d diskFolder) Rename(from, to string) error           { return retryRename(d.root, from, to) }
func (d diskFolder) Remove(name string) error               { return d.root.Remove(name) }
func (d diskFolder) Close() error                           { return d.root.Close() }

func (d diskFolder) Create(name string) (file, error) {
	return d.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d diskFolder) Names() ([]string, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

// SyncDir makes a rename last. Windows has no such call, and needs none.
func (d diskFolder) SyncDir() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// retryRename renames a file. Where another process has the target open,
// Windows refuses for a moment.
func retryRename(root *os.Root, from, to string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := root.Rename(from, to)
		if err == nil || runtime.GOOS != "windows" || wait > 200*time.Millisecond {
			return err
		}
		time.Sleep(wait)
	}
}

// isTemporary reports whether a file is one that was never renamed into place.
func isTemporary(name string) bool { return strings.HasPrefix(name, ".tmp-") }
