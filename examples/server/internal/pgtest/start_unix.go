//go:build !windows

package pgtest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// script runs a server for as long as its standard input is open, which is as
// long as the process that started it lives, and then removes its folder.
const script = `
cd "$2" || exit
"$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$2/log" 2>&1 || exit
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=300 -c fsync="$3" -c full_page_writes="$3" >>"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
cd / && rm -rf "$2"
`

// held keeps the standard inputs of servers open.
var held []*os.File

// start starts a server in a folder of its own, which only a socket there
// leads to.
func start(fsync bool) (string, error) {
	programs, err := find()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return "", err
	}
	sys, err := unprivileged(folder)
	if err != nil {
		return "", err
	}
	stdin, hold, err := os.Pipe()
	if err != nil {
		return "", err
	}
	held = append(held, hold)
	flush := "off"
	if fsync {
		flush = "on"
	}
	cmd := exec.Command("/bin/sh", "-c", script, "pgtest", programs, folder, flush)
	cmd.Stdin, cmd.SysProcAttr = stdin, sys
	if err := cmd.Start(); err != nil {
		return "", err
	}
	query := url.Values{"host": {folder}}
	return "postgres://postgres@/postgres?" + query.Encode(), stdin.Close()
}

// find returns the folder with the server's programs.
func find() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb",
		"/opt/homebrew/opt/postgresql*/bin/initdb", "/usr/local/opt/postgresql*/bin/initdb",
	} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return filepath.Dir(found[len(found)-1]), nil
		}
	}
	return "", errNone
}

// unprivileged returns how to start the server, and gives it the folder:
// PostgreSQL refuses to run as root.
func unprivileged(folder string) (*syscall.SysProcAttr, error) {
	// A signal to the tests' process group is for the script to outlive.
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return attr, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("pgtest: as root, PostgreSQL needs another account to run as: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(folder, int(uid), int(gid))
}
