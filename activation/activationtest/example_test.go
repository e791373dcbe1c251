package activationtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// A stage stands in for a *testing.T, which an example does not have.
type stage struct {
	testing.TB
	cleanup []func()
}

func (s *stage) Helper()                   {}
func (s *stage) Cleanup(f func())          { s.cleanup = append(s.cleanup, f) }
func (s *stage) Fatal(args ...any)         { panic(fmt.Sprint(args...)) }
func (s *stage) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

func (s *stage) TempDir() string {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (s *stage) end() {
	for _, f := range slices.Backward(s.cleanup) {
		f()
	}
}

// exportWithoutNetwork is a test as an application would have one: what does it
// do when the network goes down while the licence is to be confirmed each week?
func exportWithoutNetwork(t testing.TB) {
	vendor := activationtest.New(t)
	sale := vendor.Sell(activationtest.Sale{
		Features: []license.Feature{{ID: "export"}},
		Lease:    7 * 24 * time.Hour, Grace: 3 * 24 * time.Hour,
	})
	client := vendor.Client()
	if _, err := client.Enter(context.Background(), sale.Typed); err != nil {
		t.Fatal(err)
	}
	fmt.Println("activated:", client.Allows("export"))

	vendor.Network.Down()
	vendor.Clock().Advance(8 * 24 * time.Hour)
	_, err := client.CheckOnline(context.Background())
	fmt.Println("unreachable:", errors.Is(err, activation.ErrUnreachable))
	fmt.Println("in grace:", client.Allows("export"), client.Status().State)

	vendor.Clock().Advance(3 * 24 * time.Hour)
	fmt.Println("after grace:", client.Allows("export"))

	vendor.Network.Up()
	if _, err := client.CheckOnline(context.Background()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("confirmed:", client.Allows("export"))
}

func Example() {
	// In a test file this is func TestExportWithoutNetwork(t *testing.T).
	t := &stage{}
	defer t.end()
	exportWithoutNetwork(t)
	// Output:
	// activated: true
	// unreachable: true
	// in grace: true grace
	// after grace: false
	// confirmed: true
}

// options are what an application opens its client with, as it has them in its own
// code; it has no activation server.
func options() activation.Options {
	return activation.Options{
		Product: "acme-cam", Version: "2.0.0", Keyring: "the vendor's", AtStart: []string{"mill"}, Notice: []int{60},
	}
}

// An application that has no server is tested with its own options and with files.
func ExampleVendor_LicenseFile() {
	// In a test file this is func TestRenewalByFile(t *testing.T).
	t := &stage{}
	defer t.end()
	vendor := activationtest.New(t, activationtest.Application(options()))
	sold, file := vendor.LicenseFile(activationtest.Sale{
		Features: []license.Feature{{ID: "mill", Term: license.Until(license.DateOf(vendor.Now()) + 45)}},
	})
	client := vendor.Client()
	change, err := client.Import(context.Background(), bytes.NewReader(file.Text))
	fmt.Println("licensed:", client.Allows("mill"), change.RestartRequired, err)
	notices, _ := client.Notices()
	fmt.Println("notices, 60 days ahead:", len(notices))

	update := vendor.UpdateFile(sold, func(u *license.Update) {
		u.Products = []license.ProductChange{{ID: "acme-cam", Features: []license.FeatureChange{
			{ID: "mill", Term: &license.Term{Kind: license.Extend, Span: license.Span{Days: 365}}},
		}}}
	})
	change, err = client.Import(context.Background(), bytes.NewReader(update.Text))
	fmt.Println("renewed:", client.Decision("mill").Until, err)

	change, err = client.Import(context.Background(), bytes.NewReader(file.Text))
	fmt.Println("the first file again:", change.Notice.Text(license.English), err)
	// Output:
	// licensed: true true <nil>
	// notices, 60 days ahead: 1
	// renewed: 2027-04-24 <nil>
	// the first file again: This is on this computer already, and it is in force, with 1 update since. <nil>
}
