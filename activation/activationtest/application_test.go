package activationtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/binding/machine"
	"github.com/latchkey-go/latchkey/license"
)

// The application's options are kept but for what must be the test's.
func TestApplicationOptions(t *testing.T) {
	t.Parallel()
	changes := make(chan activation.Change, 8)
	own := activation.Options{
		Product: "my-app", Version: "7.1", Released: time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC),
		Keyring: "of the real vendor", Catalogue: []byte("of the real vendor"), Documents: [][]byte{[]byte("deployed")},
		Host: machine.New("my-app"), User: "ada@acme.example", Dir: "/nowhere", WitnessDir: "/nowhere/else",
		Server: "https://licenses.acme.example", AutoCheck: 24 * time.Hour,
		AtStart: []string{"export"}, Notice: []int{60}, RunBlock: 3,
		OnChange: func(change activation.Change) { changes <- change },
	}
	v := activationtest.New(t, activationtest.Application(own))
	o := v.Options()
	require.Equal(t, own.Product, o.Product)
	require.Equal(t, own.Version, o.Version)
	require.Equal(t, own.Released, o.Released)
	require.Equal(t, own.User, o.User)
	require.Equal(t, own.AutoCheck, o.AutoCheck)
	require.Equal(t, own.AtStart, o.AtStart)
	require.Equal(t, own.Notice, o.Notice)
	require.Equal(t, own.RunBlock, o.RunBlock)
	require.Equal(t, v.Keyring(), o.Keyring)
	require.Empty(t, o.Server)
	require.Empty(t, o.Documents)
	require.Equal(t, v.Network, o.Courier)
	require.NotEqual(t, own.Dir, o.Dir)
	require.NotEqual(t, own.Host, o.Host)
	require.Equal(t, v.Now(), o.Now())

	c := v.Open(o)
	sale := v.Sell(activationtest.Sale{Features: exports("2026-03-31")})
	require.True(t, enter(t, c, sale.Typed).RestartRequired)
	v.Clock().Set(at("2026-04-02"))
	require.Equal(t, license.StateExpired, (<-changes).After)
}

// What only a release build knows is filled in, and an application without a
// server is tested without one.
func TestApplicationOfATestBuild(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "(devel)"} {
		v := activationtest.New(t, activationtest.Application(activation.Options{Product: "my-app", Version: version}))
		sale := v.Sell(activationtest.Sale{})
		_, err := v.Client().Enter(ctx, sale.Typed)
		code(t, err, license.NeedsServer)
	}
}

// Licences and updates come as files that count by themselves.
func TestFiles(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	v.Network.Down()
	sold, file := v.LicenseFile(activationtest.Sale{Features: exports("2026-12-31"), Terms: func(l *license.License) { l.Hints.Contact = "help@acme.example" }})
	require.Equal(t, sold.License, file.Text)
	c := v.Client()
	for n, f := range []activationtest.File{file, v.UpdateFile(sold, days(30)), v.UpdateFile(sold, days(30))} {
		text, err := os.ReadFile(f.Path)
		require.NoError(t, err)
		require.Equal(t, f.Text, text)
		change, err := c.Import(ctx, bytes.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, sold.LicenseID, change.LicenseID)
		require.Equal(t, day("2026-12-31")+license.Date(30*n), c.Decision("export").Until)
	}
	require.True(t, c.Allows("export"))

	v.Network.Up()
	sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
	online := v.Client()
	enter(t, online, sale.Typed)
	v.UpdateFile(sale, days(30))
	require.True(t, check(t, online).Changed, "the server has it as well")
}

// A fatal is a testing.TB that notes what a test ended with.
type fatal struct{ stage }

func (f *fatal) Fatalf(format string, a ...any) { panic(fmt.Errorf(format, a...)) }

// What a test gives that makes no sense ends it at once, with the field's name.
func TestSalesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	sell := func(s activationtest.Sale) func(v *activationtest.Vendor) {
		return func(v *activationtest.Vendor) { v.Sell(s) }
	}
	for want, use := range map[string]func(v *activationtest.Vendor){
		`Sale.Scheme "dekstop" is one component that no machine has`: sell(activationtest.Sale{Scheme: "dekstop"}),
		`Sale.Scheme "desktop" is the name of a ready-made scheme`:   sell(activationtest.Sale{Scheme: "desktop"}),
		`Sale.Scheme "board+" is not the line`:                       sell(activationtest.Sale{Scheme: "board+"}),
		"Sale.Limit is -1":                                           sell(activationtest.Sale{Limit: -1}),
		"Sale.Lease is below zero":                                   sell(activationtest.Sale{Lease: -time.Hour}),
		"call Draft first":                                           func(v *activationtest.Vendor) { v.Submit(v.Sell(activationtest.Sale{})) },
	} {
		f := &fatal{}
		v := activationtest.New(f)
		require.ErrorContains(t, ending(func() { use(v) }), want)
		f.end()
	}
	f := &fatal{}
	defer f.end()
	require.ErrorContains(t, ending(func() { activationtest.New(f, activationtest.Application(activation.Options{})) }), "Options.Product is empty")
	require.ErrorContains(t, ending(func() { activationtest.New(f, activationtest.Product("acme cad")) }), `"acme cad"`)
	v := activationtest.New(t)
	sale, c := v.Sell(activationtest.Sale{}), v.Client()
	enter(t, c, sale.Typed)
	require.NotEmpty(t, v.Update(sale, nil), "as Release takes none")
	check(t, c)
	require.EqualValues(t, 1, c.Status().Licenses[0].Revision)
	for _, scheme := range []string{"", "instance", "machine", "board+dongle~/1"} {
		activationtest.New(t).Sell(activationtest.Sale{Scheme: scheme})
	}
}

// ending returns what a test ended with.
func ending(run func()) (err error) {
	defer func() {
		if ended, failed := recover().(error); failed {
			err = ended
		}
	}()
	run()
	return errors.New("it goes on")
}

// As over a real connection, nothing is sent once the context has ended, and a reply
// that comes after that is lost.
func TestNetworkHeedsTheContext(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	c := v.Client()
	enter(t, c, sale.Typed)
	asked := v.Network.Requests()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err := v.Network.Exchange(gone, nil)
	require.ErrorIs(t, err, activation.ErrNotSent)
	_, err = c.Deactivate(gone, "")
	require.ErrorIs(t, err, activation.ErrUnreachable)
	code(t, err, license.CallCancelled)
	require.True(t, c.Allows("export"), "it was not sent")
	require.Equal(t, asked, v.Network.Requests())

	during, cancel := context.WithCancel(ctx)
	v.Network.Fault(func(deliver func() ([]byte, error)) ([]byte, error) {
		defer cancel()
		return deliver()
	})
	_, err = c.Deactivate(during, "")
	code(t, err, license.DeactivationPending)
	require.ErrorIs(t, err, activationtest.ErrLost)
	require.ErrorIs(t, err, context.Canceled)
	v.Network.Up()
	check(t, c)
	require.False(t, c.Allows("export"), "it was")
}

func TestFilesNeedNoServer(t *testing.T) {
	t.Parallel()
	for field, sale := range map[string]activationtest.Sale{
		"Lease": {Lease: time.Hour}, "RequestKey": {RequestKey: true}, "Provisional": {Provisional: true}, "Scheme": {Scheme: "instance"}, "Trial": {Trial: true}, "Limit": {Limit: 2},
	} {
		f := &fatal{}
		v := activationtest.New(f)
		ended := func() (err error) {
			defer func() { err, _ = recover().(error) }()
			v.LicenseFile(sale)
			return errors.New("it goes on")
		}()
		require.ErrorContains(t, ended, "Sale."+field+" needs the activation server")
		f.end()
	}
}
