package activation

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// minAutoCheck and minPoll are the shortest durations that Options accept. A shorter
// one was probably written without its unit.
const (
	minAutoCheck = time.Minute
	minPoll      = time.Millisecond
)

// oldestRelease is before any release. A time that was parsed from an empty text or
// from the number 0 is earlier.
var oldestRelease = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// check returns the first error in the options, with the field and the remedy.
func (o *Options) check() error {
	for _, c := range []struct {
		field string
		check func() error
	}{
		{"Product", o.checkProduct}, {"Version", o.checkVersion}, {"Released", o.checkReleased}, {"Keyring", o.checkKeyring}, {"Catalogue", o.checkCatalogue},
		{"Host", o.checkHost}, {"User", o.checkUser}, {"Label", o.checkLabel},
		{"Store", o.checkStore}, {"Dir", o.checkDir}, {"Documents", o.checkDocuments}, {"Witness", o.checkWitness}, {"WitnessDir", o.checkWitnessDir},
		{"Server", o.checkServer}, {"Courier", o.checkCourier}, {"AutoCheck", o.checkAutoCheck},
		{"AtStart", o.checkAtStart}, {"Notice", o.checkNotice},
		{"RunBlock", o.checkRunBlock}, {"Poll", o.checkPoll}, {"Logger", o.checkLogger},
	} {
		if err := c.check(); err != nil {
			return fmt.Errorf("activation: Options.%s %w", c.field, err)
		}
	}
	return nil
}

func (o *Options) checkProduct() error {
	switch {
	case o.Product == "":
		return errors.New("is empty: give the product's id, as in its licences")
	case !license.IsID(o.Product):
		return fmt.Errorf("%q cannot be a product's id, which is 1 to 64 letters, digits and some of . _ - + @ and the colon", o.Product)
	}
	return nil
}

func (o *Options) checkVersion() error {
	const how = `such as "4.2.0": let the build set it, with go build -ldflags "-X main.version=4.2.0"`
	switch {
	case o.Version == "":
		return errors.New("is empty: give the version of the running program, " + how)
	case !license.IsVersion(o.Version):
		return fmt.Errorf("%q is not a version, %s", o.Version, how)
	}
	return nil
}

func (o *Options) checkReleased() error {
	switch {
	case o.Released.IsZero():
		return errors.New("is zero: give the day on which this version was released, which maintenance is compared with; activation.ReleaseDate takes it from the build")
	case o.Released.Before(oldestRelease):
		return fmt.Errorf("is %s, which is too early for a release: give the day on which this version was released; activation.ReleaseDate takes it from the build",
			o.Released.UTC().Format(time.DateOnly))
	}
	return nil
}

func (o *Options) checkKeyring() error {
	if o.Keyring == "" {
		return errors.New("is empty: embed the vendor's keyring, which verifies every document")
	}
	if isPath([]byte(o.Keyring)) {
		return errors.New("is the path of a file, and not its text: embed the file with go:embed, or read it with os.ReadFile")
	}
	return nil
}

func (o *Options) checkCatalogue() error {
	text := strings.TrimSpace(string(o.Catalogue))
	switch {
	case o.Catalogue == nil:
		return nil
	case text == "":
		return fmt.Errorf("is empty: embed the signed catalogue, or leave the field nil where activation keys are not sold (%w)", license.NotDocument)
	case isPath(o.Catalogue):
		return fmt.Errorf("is the path of a file, and not its text: embed the file with go:embed, or read it with os.ReadFile (%w)", license.NotDocument)
	case text[0] == '{' && license.KindOf(o.Catalogue) == "":
		return fmt.Errorf("is not signed: sign it with the command \"latchkey catalogue\", and embed the document that this writes, catalogue.doc (%w)", license.NotDocument)
	}
	return nil
}

// A productHost is a Host that was made for one product.
type productHost interface{ Product() string }

func (o *Options) checkHost() error {
	if isNilPointer(o.Host) {
		return errors.New("is a nil pointer: leave the field out, or give machine.New(product)")
	}
	if h, ok := o.Host.(productHost); ok && h.Product() != "" && h.Product() != o.Product {
		return fmt.Errorf("was made for the product %q, and Options.Product is %q: no licence that is bound to this machine would match; give machine.New(%q), "+
			"or use the option machine.Shared() if several products are bound under one name", h.Product(), o.Product, o.Product)
	}
	return nil
}

func (o *Options) checkUser() error {
	name, domain, _ := strings.Cut(o.User, "@")
	if o.User != "" && (name == "" || domain == "" || strings.ContainsAny(o.User, " \t\r\n")) {
		return errors.New("is not an e-mail address, such as ada@acme.example: leave it out if there are no named seats")
	}
	return nil
}

func (o *Options) checkLabel() error {
	if o.Label != "" && !license.IsLabel(o.Label) {
		return fmt.Errorf("is not one line of text: it has at most %d bytes, no control characters, and no blanks at its ends", license.MaxLabel)
	}
	return nil
}

func (o *Options) checkStore() error {
	switch {
	case isNilPointer(o.Store):
		return errors.New("is a nil pointer: leave the field out for a folder, or give &activation.MemoryStore{}")
	case o.Store != nil && o.Dir != "":
		return errors.New("and Options.Dir are both set: leave one of them out")
	}
	return nil
}

func (o *Options) checkDir() error { return checkPath(o.Dir) }

// checkPath refuses a path that does not name one folder wherever the program is
// started.
func checkPath(path string) error {
	switch {
	case path == "" || filepath.IsAbs(path):
		return nil
	case path[0] == '~':
		return fmt.Errorf("%q begins with ~, which a shell replaces and this package does not: join the path to what os.UserHomeDir returns", path)
	default:
		return fmt.Errorf("%q is a relative path, which is another folder wherever the program is started: "+
			"give an absolute one, joined to what os.UserConfigDir returns, or leave the field out", path)
	}
}

// checkDocuments refuses what cannot be the text of a document because the program
// did not read the file. A file with something else in it is not the program's fault:
// the status says it.
func (o *Options) checkDocuments() error {
	for i, text := range o.Documents {
		switch {
		case text == nil:
			return fmt.Errorf("has nothing at index %d: read the file with os.ReadFile, and look at its error; where there is no file, leave the document out", i)
		case isPath(text):
			return fmt.Errorf("has the path of a file at index %d, and not its text: read the file with os.ReadFile, or embed it", i)
		}
	}
	return nil
}

// maxPath is as long as a path may be that is known as one.
const maxPath = 1024

// isPath reports whether a text that should be a document is the path of a file.
func isPath(text []byte) bool {
	path := strings.TrimSpace(string(text))
	if path == "" || len(path) > maxPath || strings.ContainsAny(path, "\n\r\x00") || isDocument(path) {
		return false
	}
	return filepath.IsAbs(path) || path[0] == '~' || path[0] == '.' || filepath.Ext(path) != ""
}

func (o *Options) checkWitness() error {
	switch {
	case isNilPointer(o.Witness):
		return errors.New("is a nil pointer: leave the field out")
	case o.Witness != nil && o.WitnessDir != "":
		return errors.New("and Options.WitnessDir are both set: leave one of them out")
	case o.Witness != nil && isComparable(o.Witness) && o.Witness == o.Store:
		return errors.New("and Options.Store are the same store: give another one, or none")
	}
	return nil
}

// checkWitnessDir refuses one folder inside the other: restoring the outer one from a
// copy restores both, and the rollback is not detected.
func (o *Options) checkWitnessDir() error {
	if err := checkPath(o.WitnessDir); err != nil {
		return err
	}
	if o.WitnessDir == "" || o.Store != nil {
		return nil
	}
	dir, err := o.stateDir()
	if err != nil {
		return nil // there is no folder for state; Open reports it
	}
	if isWithin(dir, o.WitnessDir) || isWithin(o.WitnessDir, dir) {
		return fmt.Errorf("%q and the folder of local state, %q, are the same folder, or one is inside the other: give another folder, or leave it out", o.WitnessDir, dir)
	}
	return nil
}

// checkServer makes the courier to the server.
func (o *Options) checkServer() error {
	if o.Server == "" {
		return nil
	}
	if o.Courier != nil {
		return errors.New("and Options.Courier are both set: leave one of them out")
	}
	courier, err := NewHTTP(o.Server)
	if err != nil {
		return fmt.Errorf("cannot be used: %w", err)
	}
	o.Courier = courier
	return nil
}

func (o *Options) checkCourier() error {
	if isNilPointer(o.Courier) {
		return errors.New("is a nil pointer: leave the field out")
	}
	return nil
}

func (o *Options) checkAutoCheck() error {
	switch {
	case o.AutoCheck == 0:
		return nil
	case o.AutoCheck < 0:
		return fmt.Errorf("is %v, which is negative: give 24*time.Hour, or 0 for no checks in the background", o.AutoCheck)
	case o.AutoCheck < minAutoCheck:
		return fmt.Errorf("is %v, and the shortest is %v: give a time with its unit, such as 24*time.Hour", o.AutoCheck, minAutoCheck)
	case o.Courier == nil:
		return errors.New("is set without a server: give Options.Server, or leave AutoCheck out")
	}
	return nil
}

func (o *Options) checkAtStart() error {
	for _, feature := range o.AtStart {
		if !license.IsID(feature) {
			return fmt.Errorf("has %q, which cannot be a feature's id: give the ids of features, as in licences", feature)
		}
	}
	return nil
}

func (o *Options) checkNotice() error {
	for _, days := range o.Notice {
		if days < 0 {
			return fmt.Errorf("has %d, which is negative: give numbers of days from 0 on, or nil for 30, 14, 7 and 1", days)
		}
	}
	return nil
}

func (o *Options) checkRunBlock() error {
	if o.RunBlock < 0 {
		return fmt.Errorf("is %d: give how many runs are reserved ahead, or 0 for %d", o.RunBlock, defaultRunBlock)
	}
	return nil
}

func (o *Options) checkPoll() error {
	if o.Poll != 0 && o.Poll < minPoll {
		return fmt.Errorf("is %v, and the shortest is %v: give a time with its unit, such as time.Minute, or 0 for that", o.Poll, minPoll)
	}
	return nil
}

func (o *Options) checkLogger() error {
	if isNilPointer(o.Logger) {
		return errors.New("is a nil pointer: leave the field out for no log")
	}
	return nil
}

// isNilPointer reports whether an interface holds a nil pointer, on which a call would
// panic later.
func isNilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

func isComparable(v any) bool { return reflect.TypeOf(v).Comparable() }

// isWithin reports whether a path is a folder or is inside it, after resolving links.
func isWithin(path, folder string) bool {
	path, folder = resolved(path), resolved(folder)
	there, _ := os.Stat(folder)
	for {
		info, err := os.Stat(path)
		if path == folder || err == nil && there != nil && os.SameFile(info, there) {
			return true
		}
		above := filepath.Dir(path)
		if above == path {
			return false
		}
		path = above
	}
}

// resolved returns the absolute path, with the links in its existing part resolved.
func resolved(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if above := filepath.Dir(path); above != path {
		return filepath.Join(resolved(above), filepath.Base(path))
	}
	return path
}
