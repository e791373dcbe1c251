package machine

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding"
)

// BenchmarkFingerprint reads every component of the machine at hand afresh. The
// budget is 0.4 ms.
func BenchmarkFingerprint(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New("acme-cad").Fingerprint(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFingerprintWorkstation reads the fixture of a workstation, with its
// disks, cards and firmware, from files on disk, by the way that "/" is read.
func BenchmarkFingerprintWorkstation(b *testing.B) {
	folder := b.TempDir()
	writeTree(b, bareMetal(), folder)
	system := treeSystem(root{folder + "/"}, noEnvironment)
	b.ReportAllocs()
	for b.Loop() {
		m := New("acme-cad")
		for name, read := range system.components {
			m.system.components[name] = read
		}
		if _, err := m.Fingerprint(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func writeTree(b *testing.B, tree fs.FS, folder string) {
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		path := filepath.Join(folder, name)
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.MkdirAll(path, 0o755)
		case entry.Type() == fs.ModeSymlink:
			target, err := fs.ReadLink(tree, name)
			if err != nil {
				return err
			}
			return os.Symlink(target, path)
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		return os.WriteFile(path, text, 0o644)
	})
	require.NoError(b, err)
}

// BenchmarkMatchMachine is what a check of a licence costs that is bound to the
// machine id, in a process that has read nothing before.
func BenchmarkMatchMachine(b *testing.B) {
	f, err := New("acme-cad").Fingerprint(context.Background())
	require.NoError(b, err)
	s, err := binding.ParseScheme(binding.SchemeMachine)
	require.NoError(b, err)
	data, err := f.Bind(s)
	if err != nil {
		b.Skip("this system has no machine id")
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := New("acme-cad").MatchBinding(binding.SchemeMachine, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEnvironment(b *testing.B) {
	for b.Loop() {
		Environment()
	}
}
