package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// ErrNewer says that a database was made by a later program, which may keep
// things there that this one would not heed.
var ErrNewer = errors.New("ledger: the database is newer than this program")

// ErrOther says that a database was made in other steps than this program's, by
// a version that was never released.
var ErrOther = errors.New("ledger: the database was made by an unreleased version of this program")

// A Migration is a numbered step in the making of a database's tables.
type Migration struct {
	Number int64 // from 1, without gaps
	Name   string
	SQL    string
}

// Migrations reads the steps in a folder, files with names as 0001_sales.sql.
func Migrations(files fs.FS, folder string) ([]Migration, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, err
	}
	var steps []Migration
	for _, e := range entries { // in the order of their names
		number, name, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".sql"), "_")
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n != int64(len(steps)+1) {
			return nil, fmt.Errorf("ledger: migration %s is out of order", e.Name())
		}
		text, err := fs.ReadFile(files, folder+"/"+e.Name())
		if err != nil {
			return nil, err
		}
		steps = append(steps, Migration{Number: n, Name: name, SQL: string(text)})
	}
	return steps, nil
}

// Pending returns the steps that a database lacks which has had those up to a
// number, the last of them with this name.
func Pending(steps []Migration, have int64, name string) ([]Migration, error) {
	if have > int64(len(steps)) {
		return nil, fmt.Errorf("%w: it has tables of version %d, and this program knows them up to %d; install the newer program", ErrNewer, have, len(steps))
	}
	if have > 0 && steps[have-1].Name != name {
		return nil, fmt.Errorf("%w: begin with a new one, or go on with that version", ErrOther)
	}
	return steps[have:], nil
}
