package activationtest_test

import (
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
