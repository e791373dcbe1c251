package activation_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

func TestStores(t *testing.T) {
	t.Parallel()
	t.Run("MemoryStore", func(t *testing.T) {
		t.Parallel()
		places := map[string]*activation.MemoryStore{}
		activationtest.TestStore(t, func(_ *testing.T, place string) activation.Store {
			if places[place] == nil {
				places[place] = &activation.MemoryStore{}
			}
			return places[place]
		})
	})
	for name, fast := range map[string]bool{"FileStore": false, "FileStore without syncing": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			activationtest.TestStore(t, func(t *testing.T, place string) activation.Store {
				s := fileStore(t, filepath.Join(dir, place))
				if fast {
					s.SetFast()
				}
				return s
			})
		})
	}
}

func fileStore(t testing.TB, dir string) *activation.FileStore {
	t.Helper()
	s, err := activation.NewFileStore(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func swaps(t testing.TB, s activation.Store, data ...string) {
	t.Helper()
	for _, d := range data {
		r, err := s.Load()
		require.NoError(t, err)
		require.NoError(t, s.Swap(r.Generation, []byte(d)))
	}
}

func loads(t testing.TB, s activation.Store) activation.Record {
	t.Helper()
	r, err := s.Load()
	require.NoError(t, err)
	return r
}

// TestFileStoreFlips changes every bit of the two files: the newest record
// that is whole is returned, and that a newer one is lost is said if it is.
func TestFileStoreFlips(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := fileStore(t, dir)
	swaps(t, s, "1", "2", "3", "4", "the newer one", "the newest")
	for name, want := range map[string]activation.Record{
		"state.1": {Generation: 5, Data: []byte("the newer one"), Recovered: true},
		"state.0": {Generation: 6, Data: []byte("the newest")},
	} {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := range len(text) * 8 {
			flipped := bytes.Clone(text)
			flipped[i/8] ^= 1 << (i % 8)
			require.NoError(t, os.WriteFile(path, flipped, 0o600))
			got := loads(t, s)
			if i/8 <= bytes.IndexByte(text, '\n') {
				got.Recovered = want.Recovered // the generation may be what was changed
			}
			require.Equal(t, want, got, "bit %d of %s", i, name)
		}
		for n := range text {
			require.NoError(t, os.WriteFile(path, text[:n], 0o600))
			got := loads(t, s)
			if n <= bytes.IndexByte(text, '\n') {
				got.Recovered = want.Recovered
			}
			require.Equal(t, want, got, "%d bytes of %s", n, name)
		}
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
}

func TestFileStoreDamaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := fileStore(t, dir)
	swaps(t, s, "one", "two")
	write := func(name string, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	write("state.1", nil)
	require.Equal(t, activation.Record{Generation: 1, Data: []byte("one"), Recovered: true}, loads(t, s))
	for _, b := range [][]byte{nil, {0}, []byte("latchkey state 1"), []byte("latchkey state 1 \n"),
		[]byte("latchkey state 1 0 3 0000000000000000\none"), []byte("latchkey state 2 1 3 0000000000000000\none"),
		make([]byte, 4096), bytes.Repeat([]byte{'\n'}, 100), make([]byte, activation.MaxState+1)} {
		write("state.0", b)
		unchanged(t, []string{dir}, func() {
			_, err := s.Load()
			r := requireReason(t, err, license.RecordDamaged)
			require.Equal(t, dir, r.Detail)
		})
	}
	err := s.Swap(0, make([]byte, activation.MaxState))
	requireReason(t, err, license.TooLarge)
	require.ErrorIs(t, s.Swap(1, []byte("late")), activation.ErrConflict)
	swapped := s.Swap(0, []byte("anew")) // as who knows that nothing is left
	require.NoError(t, swapped)
	require.Equal(t, "anew", string(loads(t, s).Data))
}

func TestFileStoreLargest(t *testing.T) {
	t.Parallel()
	s := fileStore(t, t.TempDir())
	data := strings.Repeat("x", activation.MaxState-256)
	swaps(t, s, data, data)
	require.Equal(t, data, string(loads(t, s).Data))
}

// TestFileStoreReadsWhatItOpened has another process replace a file between
// the look at it and its opening: what is read is whole all the same.
func TestFileStoreReadsWhatItOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writer, reader := fileStore(t, dir), fileStore(t, dir)
	swaps(t, writer, "one", "two")
	generation := uint64(2)
	busy := true
	reader.Inject(func(call string) error {
		if call == "open" && busy {
			generation++
			require.NoError(t, writer.Swap(generation-1, bytes.Repeat([]byte("longer "), int(generation))))
		}
		return nil
	})
	for range 20 {
		r := loads(t, reader)
		require.False(t, r.Recovered)
		require.GreaterOrEqual(t, r.Generation+2, generation, "it was the newest when Load began, or is newer")
	}
	busy = false
	require.Equal(t, generation, loads(t, reader).Generation)
}

func TestFileStoreSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, young := filepath.Join(dir, ".tmp-old"), filepath.Join(dir, ".tmp-young")
	other, folder := filepath.Join(dir, "other"), filepath.Join(dir, ".tmp-folder")
	for _, path := range []string{old, young, other} {
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	}
	require.NoError(t, os.Mkdir(folder, 0o700))
	before := time.Now().Add(-activation.TemporaryAge - time.Minute)
	for _, path := range []string{old, other, folder} {
		require.NoError(t, os.Chtimes(path, before, before))
	}
	s := fileStore(t, dir)
	require.FileExists(t, old, "who only reads changes nothing")
	require.NoError(t, s.Swap(0, []byte("first")))
	require.NoFileExists(t, old)
	require.FileExists(t, young)
	require.FileExists(t, other)
	require.DirExists(t, folder)
}

// TestFileStoreBusy has somebody hold the lock who does not let go.
func TestFileStoreBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := fileStore(t, dir)
		swaps(t, s, "one")
		other := flock.New(filepath.Join(dir, "lock"))
		locked, err := other.TryLock()
		require.NoError(t, err)
		require.True(t, locked)
		unchanged(t, []string{dir}, func() {
			r := requireReason(t, s.Swap(1, []byte("two")), license.RecordBusy)
			require.Equal(t, dir, r.Detail)
		})
		require.Equal(t, "one", string(loads(t, s).Data), "reading needs no lock")
		time.AfterFunc(time.Second, func() { _ = other.Unlock() })
		require.NoError(t, s.Swap(1, []byte("two")))
	})
}

func TestFileStoreRelative(t *testing.T) {
	if os.Getenv(aloneVar) == "" {
		t.Parallel()
	}
	dir := t.TempDir()
	if !alone(t, inFolder(dir)) {
		return
	}
	s := fileStore(t, "state/")
	swaps(t, s, "one")
	require.NoError(t, os.Mkdir("elsewhere", 0o700))
	t.Chdir("elsewhere")
	swaps(t, s, "two")
	require.Equal(t, "two", string(loads(t, fileStore(t, "../state")).Data))
}

func TestFileStoreClosed(t *testing.T) {
	t.Parallel()
	s, err := activation.NewFileStore(t.TempDir())
	require.NoError(t, err)
	swaps(t, s, "one")
	require.NoError(t, s.Close())
	_, err = s.Load()
	require.Error(t, err)
	require.Error(t, s.Swap(1, []byte("two")))
}

// TestFileStoreFaults fails every call that a Swap makes in its turn, once and
// for good: the record is the old one or the new one, and nothing else changes.
func TestFileStoreFaults(t *testing.T) {
	t.Parallel()
	for _, disk := range []error{syscall.EIO, syscall.ENOSPC} {
		for _, dead := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v dead=%v", disk, dead), func(t *testing.T) {
				t.Parallel()
				seen := map[string]bool{}
				n := 0
				for ; failSwap(t, disk, dead, n, seen); n++ {
				}
				for _, call := range []string{"lock", "lstat", "open", "stat", "read", "create", "chmod", "write", "sync", "close", "rename", "syncdir"} {
					require.True(t, seen[call], "no %s failed", call)
				}
				require.Equal(t, dead, seen["remove"])
			})
		}
	}
}

// failSwap fails the call with number n of a Swap, and those after it if the
// disk is dead. It returns false if there are not as many calls.
func failSwap(t *testing.T, disk error, dead bool, n int, seen map[string]bool) bool {
	dir := t.TempDir()
	clean := fileStore(t, dir)
	swaps(t, clean, "older", "old")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other"), []byte("not ours"), 0o600))
	before := tree(t, dir)

	s := fileStore(t, dir)
	s.Swept() // what it does may fail without harm
	calls, on, first := 0, true, ""
	s.Inject(func(call string) error {
		calls++
		if !on || calls-1 < n || !dead && calls-1 > n {
			return nil
		}
		seen[call] = true
		if first == "" {
			first = call
		}
		return disk
	})
	err := s.Swap(2, []byte("new"))
	on = false
	if first == "" {
		require.NoError(t, err)
		return false
	}
	record := loads(t, clean)
	require.False(t, record.Recovered, first)
	if err == nil {
		require.Equal(t, "close", first, "only closing what was read can fail without harm")
	} else {
		var r *license.Reason
		require.ErrorAs(t, err, &r, first)
		require.Contains(t, []license.Code{license.FolderUnwritable, license.RecordUnreadable}, r.Code, first)
		require.True(t, errors.Is(err, disk), first)
	}
	if first == "syncdir" || err == nil {
		require.Equal(t, activation.Record{Generation: 3, Data: []byte("new")}, record, first)
	} else {
		require.Equal(t, activation.Record{Generation: 2, Data: []byte("old")}, record, first)
		after := tree(t, dir)
		for path := range after {
			if _, was := before[path]; !was && strings.HasPrefix(filepath.Base(path), ".tmp-") && dead {
				delete(after, path) // the sweep's
			}
		}
		require.Equal(t, before, after, first)
	}
	swaps(t, s, "next")
	require.Equal(t, "next", string(loads(t, clean).Data), first)
	return true
}

// TestImportFaults does the same to a client that imports and counts. What
// failed can be tried again, and counts once.
func TestImportFaults(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	failed := 0
	for n := 0; ; n++ {
		o, _ := v.options(t)
		o.RunBlock = 4
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		s := fileStore(t, o.Dir)
		calls, from := 0, -1
		s.Inject(func(string) error {
			calls++
			if from >= 0 && calls-1 >= from {
				return syscall.ENOSPC
			}
			return nil
		})
		faulty := o
		faulty.Dir, faulty.WitnessDir, faulty.Store, faulty.Witness = "", "", s, &activation.MemoryStore{}
		c := open(t, faulty)
		calls, from = 0, n
		err := importing(c, v.update(t, 1, extend("export", 10)))
		used := int64(0)
		if c.Consume("print", 1) == nil {
			used++
		}
		if calls <= n {
			require.NoError(t, err)
			require.Equal(t, int64(1), used)
			require.Greater(t, failed, 20)
			from = -1
			return
		}
		failed++
		if err != nil {
			require.Equal(t, day("2026-12-31"), c.Decision("export").Until)
		}
		from = -1
		again := mustImport(t, c, v.update(t, 1, extend("export", 10)))
		if err == nil || !again.Changed {
			require.Equal(t, license.AlreadyApplied, again.Notice.Code)
		}
		require.NoError(t, c.Consume("print", 1), "call %d", n)
		require.True(t, c.Allows("print"))
		require.False(t, lists(c.Status().Reasons, license.FolderUnwritable))
		require.NoError(t, c.Close())
		visit(t, o, func(c *activation.Client) {
			require.Equal(t, day("2027-01-10"), c.Decision("export").Until)
			left := c.Decision("print").Left
			require.LessOrEqual(t, left, 99-used)
			require.GreaterOrEqual(t, left, 99-used-4, "one block at most is lost")
		})
	}
}

// TestFullDisk is a disk on which nothing can be written for a while.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		o, _ := v.options(t)
		dir := o.Dir
		s := fileStore(t, dir)
		var full atomic.Bool
		s.Inject(func(call string) error {
			if full.Load() && (call == "create" || call == "write") {
				return syscall.ENOSPC
			}
			return nil
		})
		o.Store, o.Witness, o.Dir, o.WitnessDir = s, &activation.MemoryStore{}, "", ""
		c := open(t, o)
		mustImport(t, c, v.sell(t))
		full.Store(true)
		unchanged(t, []string{dir}, func() {
			requireReason(t, importing(c, v.update(t, 1, extend("export", 10))), license.FolderUnwritable)
			require.False(t, c.Allows("try"), "its first use cannot be recorded")
			require.ErrorIs(t, c.Consume("print", 1), license.FolderUnwritable)
			require.True(t, has(c.Decision("try"), license.FolderUnwritable))
			require.True(t, has(c.Decision("print"), license.FolderUnwritable))
			require.True(t, lists(c.Status().Reasons, license.FolderUnwritable))
			require.True(t, c.Allows("draw"))
			require.True(t, c.Allows("export"))
			_, err := c.Challenge()
			requireReason(t, err, license.FolderUnwritable)
		})
		full.Store(false)
		time.Sleep(2 * time.Minute) // the client looks again by itself
		require.True(t, c.Allows("try"))
		require.Empty(t, c.Status().Reasons)
		full.Store(true)
		require.ErrorIs(t, c.Consume("print", 1), license.FolderUnwritable)
		full.Store(false)
		require.NoError(t, c.Consume("print", 1), "who asks again need not wait for that")
		full.Store(true)
		require.ErrorIs(t, c.Consume("print", 50), license.FolderUnwritable)
		full.Store(false)
		mustImport(t, c, v.update(t, 1, extend("export", 10)))
		require.Empty(t, c.Status().Reasons)
		require.True(t, c.Allows("print"))
	})
}

// TestOwnStore is a product that keeps state itself: nothing of the user's is
// touched, and nothing is missed that was never asked for.
func TestOwnStore(t *testing.T) {
	if os.Getenv(aloneVar) == "" {
		t.Parallel()
	}
	home := t.TempDir()
	if !alone(t, withHome(home)) {
		return
	}
	v := newVendor(t)
	o, _ := v.options(t)
	o.Dir, o.WitnessDir, o.Store = "", "", &activation.MemoryStore{}
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t))
		require.True(t, c.Allows("try"))
	})
	visit(t, o, func(c *activation.Client) { require.Empty(t, c.Status().Reasons) })
	o.Store = &activation.MemoryStore{}
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t))
		require.True(t, c.Allows("try"), "another store is another installation")
	})
	require.Empty(t, tree(t, filepath.Join(os.Getenv("HOME"), "latchkey")))
	entries, err := os.ReadDir(os.Getenv("HOME"))
	require.NoError(t, err)
	require.Empty(t, entries)
}
