package machine_test

import (
	"context"
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/binding/machine"
)

// recorded is a machine's files, so that the examples say the same everywhere.
// A product leaves WithRoot out and reads the machine at hand.
func recorded(id string) machine.Option {
	return machine.WithRoot(fstest.MapFS{
		"etc/machine-id": {Data: []byte(id + "\n")},
		"proc/cpuinfo":   {Data: []byte("vendor_id\t: GenuineIntel\nmodel\t\t: 158\n")},
	})
}

func Example() {
	m := machine.New("acme-cad", recorded("3d1219c7c4c5404aaa1f6d2a48adfda4"))
	f, err := m.Fingerprint(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	scheme, _ := binding.ParseScheme(binding.SchemeMachine)
	data, err := f.Bind(scheme)
	fmt.Println("bound:", err == nil)
	fmt.Println("here:", m.MatchBinding("machine", data))

	other := machine.New("acme-cad", recorded("aaaabbbbccccddddeeeeffff00001111"))
	var mismatch *binding.MismatchError
	if errors.As(other.MatchBinding("machine", data), &mismatch) {
		fmt.Println("there: changed", mismatch.ChangedComponents())
	}
	// Output:
	// bound: true
	// here: <nil>
	// there: changed [machine]
}

// A dongle is a component that the application reads itself.
func ExampleWithComponent() {
	readDongle := func(ctx context.Context) ([]string, error) {
		return []string{"HL-4711"}, nil // ask the driver; no dongle: nil, nil
	}
	m := machine.New("acme-cad", recorded(""), machine.WithComponent("dongle", readDongle))
	f, _ := m.Fingerprint(context.Background())
	scheme, _ := binding.ParseScheme("dongle")
	data, _ := f.Bind(scheme)
	fmt.Println(m.MatchBinding("dongle", data))
	// Output: <nil>
}

func ExampleMachine_Environment() {
	m := machine.New("acme-cad", machine.WithRoot(fstest.MapFS{".dockerenv": {}}),
		machine.WithEnvironment(func(string) string { return "" }))
	env := m.Environment()
	fmt.Println(env.Kind, env.Name)
	fmt.Println(binding.Named(env.Scheme))
	// Output:
	// container docker
	// instance true
}
