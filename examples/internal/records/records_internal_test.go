package records

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func record(id string) Record {
	return Record{Time: time.Unix(1780000000, 0).UTC(), Kind: License, ID: id, Serial: "S-1", Licensee: "Ada Lovelace", KeyIDs: []string{"k"}, Document: strings.Repeat("d", 500)}
}

// Records come back as they were added, in a file that only its owner can read.
func TestAddAndRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	none, err := Read(path)
	require.NoError(t, err)
	require.Empty(t, none)
	require.NoError(t, Add(path, record("L-1"), nil))
	require.NoError(t, Add(path, record("L-2"), func(earlier []Record) error {
		require.Equal(t, []Record{record("L-1")}, earlier)
		return nil
	}))
	refused := errors.New("refused")
	require.ErrorIs(t, Add(path, record("L-3"), func([]Record) error { return refused }), refused)
	all, err := Read(path)
	require.NoError(t, err)
	require.Equal(t, []Record{record("L-1"), record("L-2")}, all)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	}
}

// Runs at the same time lose and tear no line, and each sees all before it.
func TestAddAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	const n = 40
	counts := make([]int, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			err := Add(path, record(fmt.Sprint("L-", i)), func(earlier []Record) error {
				counts[i] = len(earlier)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := Read(path)
	require.NoError(t, err)
	require.Len(t, got, n)
	seen, before := map[string]bool{}, map[int]bool{}
	for i, r := range got {
		seen[r.ID] = true
		before[counts[i]] = true
	}
	require.Len(t, seen, n)
	require.Len(t, before, n, "two runs saw the same earlier records")
}

// A line that an interrupted run has begun does not damage those around it.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	require.NoError(t, Add(path, record("L-1"), nil))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"kind":"license","id":"L-2","ser`)
	require.NoError(t, errors.Join(err, f.Close()))
	all, err := Read(path)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.NoError(t, Add(path, record("L-3"), nil))
	require.NoError(t, Add(path, record("L-4"), nil))
	all, err = Read(path)
	require.NoError(t, err)
	require.Equal(t, []Record{record("L-1"), record("L-3"), record("L-4")}, all)
}

// A line that somebody changed is not passed over in silence.
func TestChanged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	for _, line := range []string{"{\"kind\":\n", "{}\n", "\n", "hello\n"} {
		require.NoError(t, os.WriteFile(path, []byte(line), 0o600))
		_, err := Read(path)
		require.ErrorContains(t, err, "line 1 is no record", "%q", line)
		require.ErrorContains(t, Add(path, record("L-1"), nil), "line 1 is no record")
	}
}

// A full disk keeps half a line; it is taken back.
type fullDisk struct {
	*os.File
	keep int
	sync error
}

func (f *fullDisk) Write(b []byte) (int, error) {
	if f.keep < 0 {
		return f.File.Write(b)
	}
	n, _ := f.File.Write(b[:min(f.keep, len(b))])
	return n, errors.New("no space left on device")
}

func (f *fullDisk) Sync() error { return f.sync }

func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, disk := range []*fullDisk{{keep: 0}, {keep: 10}, {keep: -1, sync: errors.New("no space left on device")}} {
		path := filepath.Join(t.TempDir(), FileName)
		require.NoError(t, Add(path, record("L-1"), nil))
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		disk.File, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
		require.NoError(t, err)
		require.ErrorContains(t, appendLine(disk, []byte("{\"kind\":\"license\"}\n")), "no space left")
		require.NoError(t, disk.Close())
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	all := []Record{
		{Kind: License, ID: "L-1", Serial: "S-1", Licensee: "Ada Lovelace", KeyIDs: []string{"a"}},
		{Kind: Update, ID: "U-1", Serial: "S-1", Number: 1, KeyIDs: []string{"b"}},
		{Kind: SealedUpdate, ID: "U-2", LicenseID: "L-1", Serial: "S-1", Number: 2, Licensee: "Ada Lovelace", Company: "Acme", KeyIDs: []string{"a", "b"}},
		{Kind: License, ID: "L-2", Serial: "S-2", Email: "ada@acme.example", KeyIDs: []string{"a"}},
		{Kind: Time, KeyIDs: []string{"c"}},
	}
	for want, q := range map[string]Query{
		"L-1 U-1 U-2 L-2 ": {},
		"L-1 U-2 L-2":      {Licensee: "ADA"},
		"U-2 L-2":          {Licensee: "acme"},
		"L-1 U-1 U-2":      {Serial: "S-1"},
		"L-1 U-2":          {ID: "L-1"},
		"U-1":              {Kind: Update},
		"U-1 U-2":          {KeyID: "b"},
		"U-2":              {KeyID: "b", Licensee: "ada"},
		"":                 {ID: "L-9"},
	} {
		var ids []string
		for _, r := range q.Find(all) {
			ids = append(ids, r.ID)
		}
		require.Equal(t, want, strings.Join(ids, " "))
	}
	last, ok := Last(all, "S-1")
	require.True(t, ok)
	require.Equal(t, "U-2", last.ID)
	_, ok = Last(all, "")
	require.False(t, ok)
}
