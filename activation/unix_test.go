//go:build unix

package activation_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

func init() {
	threats = append(threats,
		threat{"C5_links", threatLinks},
		threat{"C6_permissions", threatPermissions},
		threat{"C8_no_home", threatNoHome})
}

// unprivileged reports whether the test runs as a user to whom permissions
// apply. As root it runs the test again as nobody, with a copy of the program
// that nobody can reach.
func unprivileged(t *testing.T) bool {
	t.Helper()
	if os.Getuid() != 0 {
		return true
	}
	dir, err := os.MkdirTemp("", "latchkey")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	require.NoError(t, os.Chmod(dir, 0o755))
	program := filepath.Join(dir, "test")
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		from, err = os.Open(os.Args[0])
	}
	require.NoError(t, err)
	defer from.Close()
	syscall.ForkLock.RLock() // a process that started now would keep the program open for writing
	to, err := os.OpenFile(program, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err == nil {
		_, err = io.Copy(to, from)
		err = errors.Join(err, to.Chmod(0o755), to.Close())
	}
	syscall.ForkLock.RUnlock()
	require.NoError(t, err)
	return alone(t, func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = program, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	})
}

// threatLinks puts other things in the place of the store's files. Each is
// refused by name, none is written through, read or removed, and none blocks.
func threatLinks(t *testing.T) {
	v := newVendor(t)
	installed := func(t *testing.T) (o activation.Options, outside string) {
		t.Parallel()
		o, _ = v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			require.NoError(t, c.Consume("print", 1))
		})
		outside = filepath.Join(t.TempDir(), "outside")
		require.NoError(t, os.WriteFile(outside, []byte("precious"), 0o644))
		return o, outside
	}
	things := map[string]func(path, outside string) error{
		"symlink":          func(path, outside string) error { return os.Symlink(outside, path) },
		"dangling symlink": func(path, outside string) error { return os.Symlink(outside+"-to-be", path) },
		"symlink inside":   func(path, _ string) error { return os.Symlink("state.1", path) },
		"FIFO":             func(path, _ string) error { return syscall.Mkfifo(path, 0o666) },
		"folder":           func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"link to a device": func(path, _ string) error { return os.Symlink("/dev/null", path) },
	}
	if os.Getuid() == 0 {
		things["device"] = func(path, _ string) error {
			return syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|3) // as /dev/null
		}
	}
	for name, put := range things {
		for _, file := range []string{"state.0", "state.1", "lock"} {
			t.Run(name+" at "+file, func(t *testing.T) {
				o, outside := installed(t)
				path := filepath.Join(o.Dir, file)
				c := open(t, o)
				require.NoError(t, os.Remove(path))
				if err := put(path, outside); err != nil {
					require.ErrorIs(t, err, syscall.EPERM) // a container without the right to make devices
					require.NoError(t, os.Symlink("/dev/zero", path))
				}
				unchanged(t, []string{o.Dir, o.WitnessDir, filepath.Dir(outside)}, func() {
					err := importing(c, v.update(t, 1, extend("export", 1)))
					require.Equal(t, path, requireReason(t, err, license.RecordNotAFile).Detail)
					s := fileStore(t, o.Dir)
					r, err := s.Load()
					if file == "lock" {
						require.NoError(t, err, "reading needs no lock")
						requireReason(t, s.Swap(r.Generation, nil), license.RecordNotAFile)
						return
					}
					require.Equal(t, path, requireReason(t, err, license.RecordNotAFile).Detail)
					_, err = activation.Open(o)
					require.Equal(t, path, requireReason(t, err, license.RecordNotAFile).Detail)
				})
				require.True(t, c.Allows("draw"))
				require.NoError(t, os.Remove(path))
				_ = importing(c, v.update(t, 1, extend("export", 1))) // and goes on once it is gone
				require.Equal(t, day("2027-01-01"), open(t, o).Decision("export").Until)
			})
		}
	}
	t.Run("symlink at the folder", func(t *testing.T) {
		o, _ := installed(t)
		link := o.Dir + "-link"
		require.NoError(t, os.Symlink(o.Dir, link))
		for _, dir := range []string{link, link + "/"} {
			o.Dir = dir
			unchanged(t, []string{filepath.Dir(link)}, func() {
				_, err := activation.Open(o)
				require.Equal(t, link, requireReason(t, err, license.RecordNotAFile).Detail)
			})
		}
	})
	t.Run("other things at the folder", func(t *testing.T) {
		o, outside := installed(t)
		for name, put := range things {
			if name == "folder" {
				continue
			}
			o.Dir = filepath.Join(t.TempDir(), "state")
			if put(o.Dir, outside) != nil {
				continue
			}
			unchanged(t, []string{filepath.Dir(o.Dir), filepath.Dir(outside)}, func() {
				_, err := activation.Open(o)
				requireReason(t, err, license.RecordNotAFile)
			})
		}
	})
	t.Run("symlink above the folder", func(t *testing.T) {
		o, _ := installed(t)
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(filepath.Dir(o.Dir), link))
		o.Dir = filepath.Join(link, filepath.Base(o.Dir))
		require.True(t, open(t, o).Allows("draw"), "where the folder lies is the user's business")
	})
	t.Run("symlink at a temporary name", func(t *testing.T) {
		o, outside := installed(t)
		link := filepath.Join(o.Dir, ".tmp-0000000000000000")
		require.NoError(t, os.Symlink(outside, link))
		c := open(t, o)
		for i := range 20 {
			mustImport(t, c, v.revision(t, int64(i+1)))
		}
		require.NoError(t, c.Close())
		target, err := os.Readlink(link)
		require.NoError(t, err)
		require.Equal(t, outside, target)
		require.NoError(t, activation.CreateNew(o.Dir, ".tmp-fresh"))
		require.ErrorIs(t, activation.CreateNew(o.Dir, filepath.Base(link)), fs.ErrExist, "a new file is never made through a link")
		text, err := os.ReadFile(outside)
		require.NoError(t, err)
		require.Equal(t, "precious", string(text))
	})
	t.Run("hard link", func(t *testing.T) {
		o, outside := installed(t)
		for _, file := range []string{"state.0", "state.1"} {
			path := filepath.Join(o.Dir, file)
			other := outside + file
			require.NoError(t, os.Link(path, other))
			before, err := os.ReadFile(other)
			require.NoError(t, err)
			visit(t, o, func(c *activation.Client) {
				for i := range 4 {
					require.NoError(t, c.Consume("print", 1), i)
				}
			})
			visit(t, o, func(c *activation.Client) { require.NoError(t, c.Consume("print", 1)) })
			after, err := os.ReadFile(other)
			require.NoError(t, err)
			require.Equal(t, before, after, "the other name keeps what it had")
		}
	})
	t.Run("witness", func(t *testing.T) {
		o, outside := installed(t)
		for _, file := range []string{"state.0", "state.1"} {
			require.NoError(t, os.RemoveAll(filepath.Join(o.WitnessDir, file)))
			require.NoError(t, os.Symlink(outside, filepath.Join(o.WitnessDir, file)))
		}
		unchanged(t, []string{o.WitnessDir, filepath.Dir(outside)}, func() {
			visit(t, o, func(c *activation.Client) {
				require.NoError(t, c.Consume("print", 1))
				require.True(t, lists(c.Status().Reasons, license.WitnessMissing))
			})
		})
	})
}

func threatPermissions(t *testing.T) {
	v := newVendor(t)
	for _, umask := range []int{0o000, 0o022, 0o077} {
		t.Run(fmt.Sprintf("umask %03o", umask), func(t *testing.T) {
			if !alone(t, func(*exec.Cmd) {}) {
				return
			}
			syscall.Umask(umask)
			o, _ := v.options(t)
			o.Dir = filepath.Join(o.Dir, "made", "too")
			visit(t, o, func(c *activation.Client) {
				mustImport(t, c, v.sell(t))
				mustImport(t, c, v.update(t, 1, extend("export", 1)))
			})
			files := 0
			for _, dir := range []string{filepath.Dir(filepath.Dir(o.Dir)), o.WitnessDir} {
				require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
					require.NoError(t, err)
					info, err := d.Info()
					require.NoError(t, err)
					want := fs.FileMode(0o600)
					if d.IsDir() {
						want = fs.ModeDir | 0o700
					} else {
						files++
					}
					require.Equal(t, want, info.Mode(), path)
					return nil
				}))
			}
			require.Equal(t, 6, files)
		})
	}
	t.Run("what others could read", func(t *testing.T) {
		o, _ := v.options(t)
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.sell(t))
			mustImport(t, c, v.update(t, 1, extend("export", 1)))
		})
		for _, file := range []string{"state.0", "state.1"} {
			require.NoError(t, os.Chmod(filepath.Join(o.Dir, file), 0o666))
		}
		visit(t, o, func(c *activation.Client) {
			mustImport(t, c, v.update(t, 2, extend("export", 1)))
			mustImport(t, c, v.update(t, 3, extend("export", 1)))
		})
		for _, file := range []string{"state.0", "state.1"} {
			info, err := os.Stat(filepath.Join(o.Dir, file))
			require.NoError(t, err)
			require.Equal(t, fs.FileMode(0o600), info.Mode())
		}
	})
}

// requireDegraded holds that a client without a place to write checks the
// documents that came with it, and says of the rest why it waits.
func requireDegraded(t *testing.T, v vendor, c *activation.Client, code license.Code) {
	t.Helper()
	require.True(t, c.Allows("draw"))
	require.True(t, c.Allows("export"))
	for _, feature := range []string{"print", "try"} {
		require.False(t, c.Allows(feature))
		require.ErrorIs(t, c.Consume(feature, 1), license.FolderUnwritable)
		require.True(t, has(c.Decision(feature), code), feature)
	}
	err := importing(c, v.update(t, 1, extend("export", 1)))
	requireReason(t, err, code)
	require.ErrorIs(t, err, license.FolderUnwritable)
	require.True(t, lists(c.Status().Reasons, code))
	require.Equal(t, license.StateActive, c.Status().State)
	_, err = c.Notices()
	require.NoError(t, err)
}

func threatNoHome(t *testing.T) {
	v := newVendor(t)
	t.Run("no home", func(t *testing.T) {
		if !alone(t, withHome("")) {
			return
		}
		o, _ := v.options(t)
		o.Dir, o.WitnessDir, o.Documents = "", "", [][]byte{v.sell(t)}
		visit(t, o, func(c *activation.Client) { requireDegraded(t, v, c, license.NoHomeFolder) })
		o.Documents = nil
		visit(t, o, func(c *activation.Client) {
			why := requireReason(t, importing(c, v.sell(t)), license.NoHomeFolder)
			require.Contains(t, why.Remedy(license.English), "HOME")
			require.Contains(t, why.Text(license.English), why.Detail)
			require.Equal(t, []license.Code{license.NoLicense, license.NoHomeFolder}, codes(c.Status().Reasons))
		})
		_, err := activation.SetAside(o)
		requireReason(t, err, license.NoHomeFolder)
		o.Dir = "state"
		_, err = activation.SetAside(o)
		require.ErrorContains(t, err, "Options.Dir")
	})
	t.Run("one folder for both", func(t *testing.T) {
		both := t.TempDir()
		if !alone(t, func(cmd *exec.Cmd) {
			withHome(both)(cmd)
			cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME="+both, "XDG_CACHE_HOME="+both)
		}) {
			return
		}
		o, _ := v.options(t)
		o.Dir, o.WitnessDir = "", ""
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("try"))
			require.Empty(t, c.Status().Reasons)
		})
	})
	t.Run("home without XDG", func(t *testing.T) {
		home := t.TempDir()
		if !alone(t, withHome(home)) {
			return
		}
		o, _ := v.options(t)
		o.Dir, o.WitnessDir = "", ""
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		visit(t, o, func(c *activation.Client) {
			require.True(t, c.Allows("try"))
			require.Empty(t, c.Status().Reasons)
		})
		config, err := os.UserConfigDir()
		require.NoError(t, err)
		cache, err := os.UserCacheDir()
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(config, "latchkey", "acme-cad", "state.0"))
		witness, err := filepath.Glob(filepath.Join(cache, "latchkey", "acme-cad-*", "witness", "state.0"))
		require.NoError(t, err)
		require.Len(t, witness, 1)
		aside, err := activation.SetAside(o)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(config, "latchkey"), filepath.Dir(aside))
		o.Product, o.Catalogue = "..", nil
		visit(t, o, func(c *activation.Client) {
			_, err := c.Challenge()
			require.NoError(t, err)
		})
		entries, err := filepath.Glob(filepath.Join(config, "latchkey", "product-*", "state.0"))
		require.NoError(t, err)
		require.Len(t, entries, 1, "a product's name leads nowhere else")
	})
	t.Run("folder that cannot be made", func(t *testing.T) {
		if !unprivileged(t) {
			return
		}
		o, _ := v.options(t)
		parent := t.TempDir()
		require.NoError(t, os.Chmod(parent, 0o500))
		t.Cleanup(func() { _ = os.Chmod(parent, 0o700) })
		o.Dir, o.Documents = filepath.Join(parent, "state"), [][]byte{v.sell(t)}
		visit(t, o, func(c *activation.Client) { requireDegraded(t, v, c, license.FolderUnwritable) })
	})
	t.Run("folder that is read-only", func(t *testing.T) {
		if !unprivileged(t) {
			return
		}
		o, clock := v.options(t)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		require.NoError(t, os.Chmod(o.Dir, 0o500))
		t.Cleanup(func() { _ = os.Chmod(o.Dir, 0o700) })
		clock.set(noon.AddDate(0, 0, 1))
		unchanged(t, []string{o.Dir}, func() {
			visit(t, o, func(c *activation.Client) {
				require.Equal(t, []license.Code{license.FolderUnwritable}, codes(c.Status().Reasons), "before anything is used")
				require.True(t, has(c.Decision("try"), license.FolderUnwritable))
				require.True(t, c.Allows("export"))
			})
			visit(t, o, func(c *activation.Client) {
				require.False(t, c.Allows("try"))
				requireDegraded(t, v, c, license.FolderUnwritable)
			})
		})
		require.NoError(t, os.Chmod(o.Dir, 0o700))
		visit(t, o, func(c *activation.Client) { require.NoError(t, c.Consume("print", 1)) })
	})
	t.Run("state that cannot be read", func(t *testing.T) {
		if !unprivileged(t) {
			return
		}
		o, _ := v.options(t)
		visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
		c := open(t, o)
		path := filepath.Join(o.Dir, "state.0")
		require.NoError(t, os.Chmod(path, 0))
		_, err := activation.Open(o)
		require.Equal(t, path, requireReason(t, err, license.RecordUnreadable).Detail)
		requireReason(t, importing(c, v.update(t, 1, extend("export", 1))), license.RecordUnreadable)
		require.NoError(t, os.Chmod(path, 0o600))
		mustImport(t, c, v.update(t, 1, extend("export", 1)))
	})
}

// TestCloseLetsGo opens clients again and again: nothing stays open, of those
// that cannot be opened either.
func TestCloseLetsGo(t *testing.T) {
	if os.Getenv(aloneVar) == "" {
		t.Parallel()
	}
	if !alone(t, func(*exec.Cmd) {}) {
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what is forgotten stays open
	v := newVendor(t)
	o, _ := v.options(t)
	o.Host = machineA()
	visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
	foreign := o
	foreign.Host = machineB()
	files := func() int {
		all, err := os.ReadDir("/dev/fd")
		require.NoError(t, err)
		return len(all)
	}
	before := files()
	for range 20 {
		visit(t, o, func(c *activation.Client) { require.NoError(t, c.Consume("print", 1)) })
		_, err := activation.Open(foreign)
		requireReason(t, err, license.RecordForeign)
	}
	require.Equal(t, before, files())
}

// TestUnixThreats holds that none of the threats is left out.
func TestUnixThreats(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"C1_restore", "C2_clock_back", "C3_clock_forward_then_signed_time", "C4_crash",
		"C5_links", "C6_permissions", "C7_two_processes", "C8_no_home", "C9_other_machine"} {
		require.True(t, slices.ContainsFunc(threats, func(t threat) bool { return t.name == name }), name)
	}
}
