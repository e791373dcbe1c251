package activation_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding/machine"
)

type noCourier struct{}

func (*noCourier) Exchange(context.Context, []byte) ([]byte, error) {
	return nil, activation.ErrNotSent
}

// TestOptionsThatMakeNoSense holds Open to naming the field and saying what to do,
// before anything is touched.
func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	store := &activation.MemoryStore{}
	for _, test := range []struct {
		field  string
		remedy string // in the error
		edit   func(o *activation.Options)
	}{
		{"Product", "give the product's id", func(o *activation.Options) { o.Product = "" }},
		{"Product", "1 to 64 letters", func(o *activation.Options) { o.Product = "acme cad" }},
		{"Version", "-ldflags", func(o *activation.Options) { o.Version = "" }},
		{"Version", "-ldflags", func(o *activation.Options) { o.Version = "(devel)" }},
		{"Version", "-ldflags", func(o *activation.Options) { o.Version = "main" }},
		{"Version", "-ldflags", func(o *activation.Options) { o.Version = "4.x" }},
		{"Version", `"1.0 beta" is not a version`, func(o *activation.Options) { o.Version = "1.0 beta" }},
		{"Released", "activation.ReleaseDate", func(o *activation.Options) { o.Released = time.Time{} }},
		{"Released", "is 1970-01-01, which", func(o *activation.Options) { o.Released = time.Unix(0, 0) }},
		{"Keyring", "embed the vendor's keyring", func(o *activation.Options) { o.Keyring = "" }},
		{"Keyring", "exactly as it was issued", func(o *activation.Options) { o.Keyring = "no keyring" }},
		{"Keyring", "go:embed", func(o *activation.Options) { o.Keyring = "keyring.txt" }},
		{"Catalogue", "embed the signed catalogue", func(o *activation.Options) { o.Catalogue = []byte{} }},
		{"Catalogue", "latchkey catalogue", func(o *activation.Options) { o.Catalogue = []byte(`{"product": "acme-cad"}`) }},
		{"Catalogue", "latchkey catalogue", func(o *activation.Options) { o.Catalogue = v.sell(t) }},
		{"Catalogue", "go:embed", func(o *activation.Options) { o.Catalogue = []byte("srv/catalogue.doc") }},
		{"Host", `machine.New("acme-cad")`, func(o *activation.Options) { o.Host = machine.New("other") }},
		{"Host", "leave the field out", func(o *activation.Options) { o.Host = (*machine.Machine)(nil) }},
		{"User", "e-mail address", func(o *activation.Options) { o.User = "ada" }},
		{"User", "e-mail address", func(o *activation.Options) { o.User = "Ada Lovelace <ada@acme.example>" }},
		{"Label", "no blanks at its ends", func(o *activation.Options) { o.Label = " desk 1 " }},
		{"Store", "leave one of them out", func(o *activation.Options) { o.Store = store }},
		{"Store", "leave the field out", func(o *activation.Options) { o.Dir, o.Store = "", (*activation.MemoryStore)(nil) }},
		{"Witness", "leave one of them out", func(o *activation.Options) { o.Witness = store }},
		{"Witness", "leave the field out", func(o *activation.Options) { o.Witness = (*activation.MemoryStore)(nil) }},
		{"Witness", "give another one", func(o *activation.Options) { o.Dir, o.WitnessDir, o.Store, o.Witness = "", "", store, store }},
		{"WitnessDir", "give another folder", func(o *activation.Options) { o.WitnessDir = o.Dir }},
		{"WitnessDir", "give another folder", func(o *activation.Options) { o.WitnessDir = o.Dir + string(filepath.Separator) }},
		{"WitnessDir", "give another folder", func(o *activation.Options) { o.WitnessDir = filepath.Join(o.Dir, "witness") }},
		{"WitnessDir", "give another folder", func(o *activation.Options) { o.WitnessDir = filepath.Dir(o.Dir) }},
		{"WitnessDir", "give another folder", func(o *activation.Options) { o.WitnessDir = filepath.Join(o.Dir, "..", filepath.Base(o.Dir)) }},
		{"WitnessDir", "relative path", func(o *activation.Options) { o.WitnessDir = relative(t, o.Dir) }},
		{"WitnessDir", "os.UserHomeDir", func(o *activation.Options) { o.WitnessDir = "~/witness" }},
		{"WitnessDir", "relative path", func(o *activation.Options) { o.Dir, o.Store, o.WitnessDir = "", store, "witness" }},
		{"Dir", `"state" is a relative path`, func(o *activation.Options) { o.Dir = "state" }},
		{"Dir", "relative path", func(o *activation.Options) { o.Dir = "." }},
		{"Dir", "os.UserHomeDir", func(o *activation.Options) { o.Dir = "~/state" }},
		{"Documents", "at index 1: read the file", func(o *activation.Options) { o.Documents = [][]byte{v.sell(t), nil} }},
		{"Documents", "path of a file at index 0", func(o *activation.Options) { o.Documents = [][]byte{[]byte("/etc/ada.lic")} }},
		{"Documents", "os.ReadFile", func(o *activation.Options) { o.Documents = [][]byte{[]byte("ada.lic\n")} }},
		{"WitnessDir", "give another folder", func(o *activation.Options) { o.WitnessDir = linkTo(t, filepath.Dir(o.Dir)) }},
		{"WitnessDir", "give another folder", func(o *activation.Options) {
			o.WitnessDir = filepath.Join(linkTo(t, filepath.Dir(o.Dir)), filepath.Base(o.Dir))
		}},
		{"Server", "https", func(o *activation.Options) { o.Server = "licenses.acme.example" }},
		{"Server", "https", func(o *activation.Options) { o.Server = "http://licenses.acme.example" }},
		{"Server", "https", func(o *activation.Options) { o.Server = "https://ada:secret@licenses.acme.example" }},
		{"Server", "leave one of them out", func(o *activation.Options) { o.Server, o.Courier = "https://licenses.acme.example", &noCourier{} }},
		{"Courier", "leave the field out", func(o *activation.Options) { o.Courier = (*noCourier)(nil) }},
		{"AutoCheck", "24*time.Hour", func(o *activation.Options) { o.Courier, o.AutoCheck = &noCourier{}, -time.Hour }},
		{"AutoCheck", "24*time.Hour", func(o *activation.Options) { o.Courier, o.AutoCheck = &noCourier{}, 24 }},
		{"AutoCheck", "Options.Server", func(o *activation.Options) { o.AutoCheck = 24 * time.Hour }},
		{"AtStart", "ids of features", func(o *activation.Options) { o.AtStart = []string{"export", ""} }},
		{"Notice", "numbers of days", func(o *activation.Options) { o.Notice = []int{30, -1} }},
		{"RunBlock", "or 0 for 64", func(o *activation.Options) { o.RunBlock = -1 }},
		{"Poll", "time.Minute", func(o *activation.Options) { o.Poll = -time.Second }},
		{"Poll", "time.Minute", func(o *activation.Options) { o.Poll = 60 }},
		{"Logger", "leave the field out", func(o *activation.Options) { o.Logger = (*slog.Logger)(nil) }},
	} {
		o, _ := v.options(t)
		test.edit(&o)
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			c, err := activation.Open(o)
			require.Nil(t, c)
			require.ErrorContains(t, err, "activation: Options."+test.field)
			require.ErrorContains(t, err, test.remedy, test.field)
			require.NotContains(t, err.Error(), "secret")
			for _, customers := range []string{"Install or update", "Choose the file", "ask the vendor"} {
				require.NotContains(t, err.Error(), customers, "it is for the developer")
			}
		})
	}
}

func relative(t *testing.T, path string) string {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	path, err = filepath.Rel(here, path)
	require.NoError(t, err)
	return path
}

func linkTo(t *testing.T, folder string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		require.Equal(t, "windows", runtime.GOOS, err) // where links need a privilege
		return folder
	}
	return link
}

// TestOptionsThatMakeSense holds the check to letting pass what is right.
func TestOptionsThatMakeSense(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, edit := range map[string]func(o *activation.Options){
		"as they are": func(*activation.Options) {},
		"a tag":       func(o *activation.Options) { o.Version = "v4.2.0-rc1+build.7" },
		"a machine":   func(o *activation.Options) { o.Host = machine.New("acme-cad", machine.WithInstance("one")) },
		"a shared machine": func(o *activation.Options) {
			o.Host = machine.New("acme", machine.Shared(), machine.WithInstance("one"))
		},
		"a user":               func(o *activation.Options) { o.User = "ada@acme.example" },
		"memory":               func(o *activation.Options) { o.Dir, o.WitnessDir, o.Store = "", "", &activation.MemoryStore{} },
		"folders alike":        func(o *activation.Options) { o.WitnessDir = o.Dir + "-witness" },
		"one folder's name":    func(o *activation.Options) { o.WitnessDir = filepath.Join(o.WitnessDir, filepath.Base(o.Dir)) },
		"a server":             func(o *activation.Options) { o.Server, o.AutoCheck = "https://licenses.acme.example", 24*time.Hour },
		"the last day":         func(o *activation.Options) { o.Notice = []int{0} },
		"no notice":            func(o *activation.Options) { o.Notice = []int{} },
		"features and a block": func(o *activation.Options) { o.AtStart, o.RunBlock, o.Poll = []string{"export"}, 1, time.Millisecond },
	} {
		o, _ := v.options(t)
		edit(&o)
		c, err := activation.Open(o)
		require.NoError(t, err, name)
		require.NoError(t, c.Close())
	}
}

// TestEveryOptionIsChecked has a new field of Options decide whether it can be
// wrong.
func TestEveryOptionIsChecked(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("optionscheck.go")
	require.NoError(t, err)
	cannotBeWrong := map[string]bool{
		"Documents": true, // the status says what is wrong with one
		"Dir":       true, // checked with Store and WitnessDir; Open says what cannot be opened
		"OnChange":  true, "Now": true,
		"Catalogue": true, // parse says what is wrong with it
	}
	fields := reflect.TypeOf(activation.Options{})
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if !cannotBeWrong[name] {
			require.True(t, strings.Contains(string(source), `{"`+name+`", o.check`+name+`}`), name)
		}
	}
}
