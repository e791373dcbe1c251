package activation_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// vendorSells stands for the vendor's back office: it returns the keyring that
// the product embeds, and a licence file.
func vendorSells() (keyring, licence string) {
	key, err := issuer.Generate(license.RoleLicense, strings.NewReader("0123456789abcdef0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	ring, err := license.NewKeyring("acme", 1, 0, []license.Key{{Public: key.Public(), Role: key.Role(), End: day("2039-12-31")}})
	if err != nil {
		panic(err)
	}
	vendor, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		panic(err)
	}
	text, err := vendor.License(&license.License{
		ID: "L-1001", Kind: license.Full, Issued: noon, Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{
			{ID: "draw"},
			{ID: "export", Term: license.Until(day("2026-04-01"))},
			{ID: "print", Runs: 3},
		}}},
	})
	if err != nil {
		panic(err)
	}
	return ring.String(), string(text)
}

// A product opens its client at start-up, imports the file that its customer
// was sent, and asks before each use.
func Example() {
	keyring, licence := vendorSells()
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)

	client, err := activation.Open(activation.Options{
		Product: "acme-cad", Version: "4.2.0", Released: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Keyring: keyring,
		// A product leaves out what follows.
		Dir: filepath.Join(folder, "state"), WitnessDir: filepath.Join(folder, "witness"),
		Now: func() time.Time { return noon },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	fmt.Println("export before:", client.Allows("export"))
	change, err := client.Import(context.Background(), strings.NewReader(licence))
	fmt.Println(change.LicenseID, change.After, err)
	fmt.Println("export after:", client.Allows("export"))

	for i := range 4 {
		if err := client.Consume("print", 1); err != nil {
			fmt.Println("page", i+1, "is not printed; its runs are used up:", errors.Is(err, license.RunsUsedUp))
		}
	}
	for _, d := range client.Status().Features {
		fmt.Println(d.Feature.ID, d.State)
	}

	if err := client.Require("print"); err != nil {
		fmt.Println(err) // every reason, and what to do
	}
	err = client.Require("fly")
	fmt.Println("not licensed:", errors.Is(err, license.FeatureNotLicensed))

	_, err = client.Import(context.Background(), strings.NewReader("<html>502 Bad Gateway</html>"))
	fmt.Println("no document:", errors.Is(err, license.NotDocument))
	// Output:
	// export before: false
	// L-1001 active <nil>
	// export after: true
	// page 4 is not printed; its runs are used up: true
	// draw active
	// export active
	// print expired
	// The feature “print” of acme-cad has no uses left; 3 uses were included. Other features are not affected. Order more uses from the vendor; an update adds them to the licence.
	// not licensed: true
	// no document: true
}

// A release says its version and its day; a licence is held against both. Where the
// build does not link the day in, ReleaseDate takes that of the commit.
func ExampleReleaseDate() {
	released := "2026-03-02" // var released string; go build -ldflags "-X main.released=2026-03-02"
	day, err := activation.ReleaseDate(released)
	fmt.Println(day, err)

	_, err = activation.ReleaseDate("March")
	fmt.Println(err)
	// Output:
	// 2026-03-02 00:00:00 +0000 UTC <nil>
	// activation: "March" is not the date of a release, such as 2026-03-02 or 2026-03-02T12:00:00Z: set it in the build: go build -ldflags "-X main.released=2026-03-02"
}
