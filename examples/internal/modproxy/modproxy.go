// Package modproxy packs the library and the examples as they would be
// released, and lays them out as a module proxy in a folder, so that a test can
// fetch, build and install them as a stranger does.
//
// A module proxy in a folder is what GOPROXY=file:///FOLDER reads. Its layout
// is that of https://go.dev/ref/mod#goproxy-protocol.
package modproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// Library and Examples are the paths of the two modules.
const (
	Library  = "github.com/latchkey-go/latchkey"
	Examples = Library + "/examples"
)

// Pack packs both modules of the repository at a path and lays them out below
// dir, under the version of the library that the go.mod of the examples
// requires, which it returns.
//
// Where everything is committed, the modules are packed from the newest commit,
// as the go command packs a tagged version. Otherwise they are packed from the
// files that git knows or would add; and without git, from all files.
func Pack(repo, dir string) (version string, err error) {
	version, err = requiredVersion(filepath.Join(repo, "examples", "go.mod"))
	if err != nil {
		return "", err
	}
	scratch, err := os.MkdirTemp("", "latchkey-tree-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	pack, err := packer(repo, scratch)
	if err != nil {
		return "", err
	}
	for path, folder := range map[string]string{Library: "", Examples: "examples"} {
		if err := layOut(dir, repo, module.Version{Path: path, Version: version}, folder, pack); err != nil {
			return "", fmt.Errorf("packing %s: %w", path, err)
		}
	}
	return version, nil
}

// requiredVersion returns the version of the library that a go.mod requires.
func requiredVersion(goMod string) (string, error) {
	text, err := os.ReadFile(goMod)
	if err != nil {
		return "", err
	}
	f, err := modfile.Parse(goMod, text, nil)
	if err != nil {
		return "", err
	}
	for _, r := range f.Require {
		if r.Mod.Path == Library {
			return r.Mod.Version, nil
		}
	}
	return "", fmt.Errorf("%s does not require %s", goMod, Library)
}

// layOut writes the files of one version of a module.
func layOut(dir, repo string, m module.Version, folder string, pack packFunc) error {
	escaped, err := module.EscapePath(m.Path)
	if err != nil {
		return err
	}
	at := filepath.Join(dir, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	goMod, err := os.ReadFile(filepath.Join(repo, folder, "go.mod"))
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": m.Version, "Time": time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	if err := pack(&packed, m, folder); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list": []byte(m.Version + "\n"), m.Version + ".info": info, m.Version + ".mod": goMod, m.Version + ".zip": packed.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(at, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A packFunc writes the zip file of the module in a folder of the repository.
type packFunc func(w *bytes.Buffer, m module.Version, folder string) error

// packer returns how the modules of a repository are packed. Scratch is an empty
// folder for a copy of its files.
func packer(repo, scratch string) (packFunc, error) {
	status, err := git(repo, "status", "--porcelain")
	if err != nil { // no git, or no repository
		return packFiles(repo), nil
	}
	if folder, err := os.Stat(filepath.Join(repo, ".git")); len(status) == 0 && err == nil && folder.IsDir() { // in a worktree it is a file
		return func(w *bytes.Buffer, m module.Version, folder string) error {
			return zip.CreateFromVCS(w, m, repo, "HEAD", folder)
		}, nil
	}
	if err := copyTree(repo, scratch); err != nil {
		return nil, err
	}
	return packFiles(scratch), nil
}

func packFiles(tree string) packFunc {
	return func(w *bytes.Buffer, m module.Version, folder string) error {
		return zip.CreateFromDir(w, m, filepath.Join(tree, folder))
	}
}

// copyTree copies the files that git knows, or would add.
func copyTree(repo, to string) error {
	list, err := git(repo, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		if err := copyFile(filepath.Join(repo, filepath.FromSlash(name)), filepath.Join(to, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies a file, unless it was removed and that is not committed yet.
func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

func git(repo string, args ...string) (string, error) {
	c := exec.Command("git", args...)
	c.Dir = repo
	out, err := c.Output()
	return string(out), err
}
