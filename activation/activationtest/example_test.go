package activationtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

// exportWithoutNetwork is a test as an application would have one: what does it
// do when the network goes down while the licence is to be confirmed each week?
func exportWithoutNetwork(t *testing.T) {
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
	testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{
		{Name: "TestExportWithoutNetwork", F: exportWithoutNetwork},
	})
	// Output:
	// activated: true
	// unreachable: true
	// in grace: true grace
	// after grace: false
	// confirmed: true
}
