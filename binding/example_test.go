package binding_test

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/latchkey-go/latchkey/binding"
)

func read(disk string, board error) binding.Fingerprint {
	f, err := binding.NewFingerprint("acme-cad", []binding.Reading{
		{Component: "board", Values: []string{"serial:PF2XK"}, Err: board},
		{Component: "disk", Values: []string{disk}},
	})
	if err != nil {
		panic(err)
	}
	return f
}

// Bind a licence to a machine, and compare it after the disk was replaced.
func Example() {
	scheme, _ := binding.ParseScheme("board+disk~/1")
	data, err := read("serial:A", nil).Bind(scheme)
	if err != nil {
		fmt.Println(err)
		return
	}
	changed, allowed, err := read("serial:B", nil).BindingDrift(scheme.String(), data)
	fmt.Println(changed, "changed,", allowed, "allowed,", err)
	// Output: [disk] changed, 1 allowed, <nil>
}

func ExampleParseScheme() {
	s, err := binding.ParseScheme("board+cpu~+disk~+mac~/2")
	fmt.Println(s.Tolerance(), s.Components(), err)
	_, err = binding.ParseScheme("board+cpu~")
	fmt.Println(err)
	// Output:
	// 2 [{board false} {cpu true} {disk true} {mac true}] <nil>
	// binding: scheme line: tolerance missing
}

func ExampleNewFingerprint() {
	f, err := binding.NewFingerprint("acme-cad", []binding.Reading{
		{Component: "board", Err: fs.ErrPermission},
		{Component: "dongle", Values: []string{"HL-4711"}},
		{Component: "mac"},
	})
	fmt.Println(f, err)
	// Output: fingerprint for acme-cad: board unreadable (permission), dongle readable, mac absent <nil>
}

func ExampleFingerprint_Bind() {
	scheme, _ := binding.ParseScheme("dongle")
	f, _ := binding.NewFingerprint("acme-cad", []binding.Reading{{Component: "dongle"}})
	_, err := f.Bind(scheme)
	var tooLittle *binding.BindError
	if errors.As(err, &tooLittle) {
		fmt.Println(tooLittle.Lacking)
	}
	// Output: [dongle absent]
}

func ExampleFingerprint_MatchBinding() {
	scheme, _ := binding.ParseScheme("board")
	data, _ := read("serial:A", nil).Bind(scheme)
	other, _ := binding.NewFingerprint("acme-cad", []binding.Reading{
		{Component: "board", Values: []string{"serial:OTHER"}},
	})
	err := other.MatchBinding("board", data)
	var mismatch *binding.MismatchError
	fmt.Println(errors.As(err, &mismatch), mismatch.ChangedComponents())
	// Output: true [board]
}

func ExampleFingerprint_Rebind() {
	scheme, _ := binding.ParseScheme("board+disk~/1")
	data, _ := read("serial:A", nil).Bind(scheme)
	now := read("serial:B", nil)
	data, err := now.Rebind(scheme, data)
	if err != nil {
		fmt.Println(err)
		return
	}
	changed, _, _ := now.BindingDrift(scheme.String(), data)
	fmt.Println(len(changed), "changed")
	// Output: 0 changed
}

func ExampleFingerprint_Text() {
	f, _ := binding.NewFingerprint("acme-cad", []binding.Reading{
		{Component: "board", Values: []string{"serial:PF2XK"}},
		{Component: "cpu", Values: []string{"vendor_id=GenuineIntel"}},
		{Component: "disk", Values: []string{"serial:A", "serial:B"}},
		{Component: "mac"},
		{Component: "machine", Err: fs.ErrPermission},
	})
	text, _ := f.Text()
	fmt.Printf("%s", text)
	// Output:
	// latchkey fingerprint 1
	// product acme-cad
	// board 47473efeaef1c4200c6eb7e267bc9062
	// cpu 4bd103caf77aa48e1614043d5e9607fb
	// disk 09717ec69d515757f9c7b620a4346b3e bc46f4672e1346a75d546d19b0256e96
	// mac absent
	// machine unreadable permission
	// end 439ffb71eeca4d3f
}

func ExampleFingerprint_InstallationCode() {
	f, _ := binding.NewFingerprint("acme-cad", []binding.Reading{
		{Component: "machine", Values: []string{"3d1219c7c4c5404aaa1f6d2a48adfda4"}},
		{Component: "cpu", Values: []string{"vendor_id=GenuineIntel"}},
	})
	code, err := f.InstallationCode()
	fmt.Println(len(code), err, f.MatchBinding(binding.InstallationCodeScheme, code))
	// Output: 10 <nil> <nil>
}

func ExampleNamed() {
	line, ok := binding.Named("workstation")
	fmt.Println(line, ok)
	// Output: board+cpu~+disk~+mac~/2 true
}
