package machine

import (
	"io/fs"
	"os"
	"syscall"
)

func newSystem(getenv func(string) string) system { return treeSystem(root{"/"}, getenv) }

// root is a folder, "/" but in benchmarks. Beside what an fs.FS does it reads
// files by three system calls: package os registers every file with the
// poller, which costs as much again for a file of some twenty bytes.
type root struct{ folder string }

func (r root) Open(name string) (fs.File, error)      { return os.Open(r.folder + name) }
func (r root) ReadLink(name string) (string, error)   { return os.Readlink(r.folder + name) }
func (r root) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(r.folder + name) }

func (r root) names(folder string) ([]string, error) { return listNames(r.folder + folder) }
func (r root) readLimited(name string, limit int) ([]byte, error) {
	return readLimited(r.folder+name, limit)
}

func listNames(folder string) ([]string, error) {
	d, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

func readLimited(name string, limit int) ([]byte, error) {
	fd, err := retry(func() (int, error) { return syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	text := make([]byte, 0, min(limit, 512))
	for len(text) < limit {
		if len(text) == cap(text) {
			text = append(make([]byte, 0, min(limit, 8*cap(text))), text...)
		}
		n, err := retry(func() (int, error) { return syscall.Read(fd, text[len(text):cap(text)]) })
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		text = text[:len(text)+n]
	}
	return text, nil
}

// retry repeats a system call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}
