package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// Options say what a client is for. Product, Version, Released and Keyring
// must be there; the zero value of every other field is what most products
// want. Open refuses a field with a value that is not valid; the error names the field and the remedy.
type Options struct {
	Product string // the product's id, as in its licences
	// Version is the version of the program that runs: numbers with points between
	// them, which may begin with "v" and end in a pre-release, "4.2.0" or
	// "v4.2.0-rc1". A build sets it: go build -ldflags "-X main.version=4.2.0".
	// It is compared with the highest version of a licence.
	Version string
	// Released is the day on which this version was released. A licence with
	// maintenance does not cover a version that was released after the maintenance
	// ended. It must be the day of the release, the same on every machine, and not
	// the day of installation. A build sets it, and ReleaseDate reads it:
	//
	//	var released string // go build -ldflags "-X main.released=2026-03-02"
	//
	//	day, err := activation.ReleaseDate(released)
	Released time.Time

	// Keyring is the text of the vendor's keyring, see license.Keyring. A
	// program embeds it.
	Keyring string
	// Catalogue is the product's signed catalogue of editions, without which
	// activation keys cannot be read. A program embeds it. A newer one that was
	// imported or came from the server is kept in local state.
	Catalogue []byte
	// Documents are licence files that came with the deployment, such as a
	// file that is mounted into a container. They count beside those imported,
	// and need no state that can be written.
	Documents [][]byte

	// Host is the machine at hand: machine.New(product) of package
	// binding/machine. Without a Host, bound licences are refused. If the Host has a
	// method Product() string, it must return Options.Product.
	Host license.Host
	// User is the e-mail address of who uses the product. A feature with named
	// seats is refused to a user who is not bound to it; binding users is the
	// activation server's.
	User string

	// Label is the customer's name for this machine, such as "render node 3", by which
	// the vendor and the customer's administrator recognise an activation; see
	// license.IsLabel. The product sends it with each activation and check, and the
	// last one counts; "" leaves the label that the server has. It may be personal
	// data: let the customer choose it, and do not use a user's or host's name without
	// asking.
	Label string

	// Dir is the folder of local state, of this product and user alone. It
	// defaults to latchkey/PRODUCT in os.UserConfigDir. It must not be the
	// customer's to choose, who could have a new one for every trial.
	Dir string
	// WitnessDir is the second place that proves the state to be the newest.
	// It defaults to a folder below os.UserCacheDir. Neither of WitnessDir and Dir may
	// be inside the other.
	WitnessDir string
	// Store and Witness replace Dir and WitnessDir, which must then be empty. With a
	// Store and neither Witness nor WitnessDir, there is no rollback guard.
	Store, Witness Store

	// Server is the address of the vendor's activation server, such as
	// "https://licenses.acme.example", without which a product is licensed by
	// files and typed keys alone. The address of another machine begins with
	// https. Courier replaces Server, to reach the server in another way: in plain
	// HTTP within a private network (NewInsecureHTTP), or with a private
	// certificate authority (NewHTTP). Only one of them may be set.
	Server  string
	Courier Courier
	// AutoCheck is how often the server is asked in the background, and sooner
	// where it wants to be or a receipt ends; 0 is never. Each time is drawn from
	// the last tenth before it, so that machines that were switched on together do
	// not ask together. A day is what most products want. Licences with a lease need
	// it, or CheckOnline called by the product.
	AutoCheck time.Duration
	// AtStart names features that the program reads only when it starts. Where one
	// changes, Change.RestartRequired says so.
	AtStart []string

	// Notice says how many days before an end Notices speaks of it; nil is 30,
	// 14, 7 and 1.
	Notice []int
	// RunBlock is the largest number of runs that Consume reserves ahead; a
	// crash costs that many at most. 0 is 64.
	RunBlock int64
	// Poll is how often the client looks whether another process has changed
	// the state; 0 is a minute.
	Poll time.Duration
	// OnChange is told when what the licence allows has changed by itself: at
	// a date, by another process, or by a check in the background. It must not
	// call Close.
	OnChange func(Change)
	// Logger is told what goes wrong in the background; nil is silence. A
	// *slog.Logger is one. No key is ever logged.
	Logger Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// A Logger is what a *slog.Logger can do and this package needs. It is an
// interface so that a product that logs otherwise does not carry log/slog.
type Logger interface {
	Warn(message string, args ...any)
}

type silence struct{}

func (silence) Warn(string, ...any) {}

const (
	defaultRunBlock = 64
	defaultPoll     = time.Minute
)

// fillIn gives the fields that were left out what their comments say.
func (o *Options) fillIn() {
	if o.RunBlock == 0 {
		o.RunBlock = defaultRunBlock
	}
	if o.Poll == 0 {
		o.Poll = defaultPoll
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = silence{}
	}
}

// stateDir returns the folder of local state.
func (o *Options) stateDir() (string, error) {
	if o.Dir != "" {
		return o.Dir, nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "latchkey", folderName(o.Product)), nil
}

// stores opens the two stores. Where there is no place to write, the reason is
// returned beside stores that end with the process.
func (o *Options) stores() (state, witness Store, unwritable error, err error) {
	state, witness = o.Store, o.Witness
	dir := ""
	if state == nil {
		if dir, err = o.stateDir(); err != nil {
			return &MemoryStore{}, &MemoryStore{}, &license.Reason{Code: license.FolderUnwritable, Detail: "(no home folder)", Err: err}, nil
		}
		if state, err = openStore(dir); errors.Is(err, license.FolderUnwritable) {
			return &MemoryStore{}, &MemoryStore{}, err, nil
		} else if err != nil {
			return nil, nil, nil, err
		}
	}
	if witness == nil && o.witnessed() {
		witness = o.openWitness(dir)
	}
	return state, witness, nil, nil
}

// witnessed reports whether there should be a witness.
func (o *Options) witnessed() bool { return o.Store == nil || o.Witness != nil || o.WitnessDir != "" }

// openStore returns the store in a folder as the interface, nil beside an
// error.
func openStore(dir string) (Store, error) {
	s, err := NewFileStore(dir)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openWitness opens the second place. The client does without it where it
// cannot be opened, and says so in its status.
func (o *Options) openWitness(stateDir string) Store {
	dir := o.WitnessDir
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil
		}
		path, _ := filepath.Abs(stateDir)                                                           // another folder is another installation
		dir = filepath.Join(base, "latchkey", folderName(o.Product)+"-"+shortHash(path), "witness") // below, since some have one folder for both
	}
	s, err := NewFileStore(dir)
	if err != nil {
		return nil
	}
	s.fast = true
	return s
}

// folderName returns a name for a folder that no product can break out of its
// place with, on any system.
func folderName(product string) string {
	safe := len(product) <= 40 && product[0] >= 'a' && product[0] <= 'z' &&
		strings.Trim(product, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && !isDevice(product)
	if safe {
		return product
	}
	return "product-" + shortHash(product)
}

// isDevice reports whether Windows takes the name for a device.
func isDevice(name string) bool {
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt"))
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// parse reads the keyring and the catalogue.
func (o *Options) parse() (*license.Keyring, *license.Catalogue, error) {
	keyring, err := license.ParseKeyring(o.Keyring)
	if err != nil {
		return nil, nil, fmt.Errorf("activation: Options.Keyring: %w", err)
	}
	if o.Catalogue == nil {
		return keyring, nil, nil
	}
	catalogue, err := license.OpenCatalogue(o.Catalogue, keyring)
	switch {
	case errors.Is(err, license.KeyUnknown):
		return keyring, nil, nil // a keyring that was received may have the key
	case err != nil:
		return nil, nil, fmt.Errorf("activation: Options.Catalogue: %w", err)
	case catalogue.Product != o.Product:
		return nil, nil, fmt.Errorf("activation: Options.Catalogue is of the product %q, and Options.Product is %q (%w)",
			catalogue.Product, o.Product, license.OtherProduct)
	}
	return keyring, catalogue, nil
}
