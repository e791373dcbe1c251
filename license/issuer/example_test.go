package issuer_test

import (
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A vendor makes a key and a keyring, and signs a licence. The product holds
// the keyring and opens the licence.
func Example() {
	key, err := issuer.Generate(license.RoleLicense, rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	vendor, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		log.Fatal(err)
	}
	keyring, err := license.NewKeyring("acme", 1, 0, []license.Key{
		{Public: key.Public(), Role: key.Role(), End: license.NewDate(2036, time.December, 31)},
	})
	if err != nil {
		log.Fatal(err)
	}

	text, err := vendor.License(&license.License{
		ID: "L-1001", Serial: "S-1001", Kind: license.Full,
		Issued:   time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC),
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{
			{ID: "draw"},
			{ID: "export", Term: license.Until(license.NewDate(2027, time.March, 31))},
		}}},
	})
	if err != nil {
		log.Fatal(err)
	}

	l, err := license.Open(text, keyring)
	if err != nil {
		log.Fatal(err)
	}
	product, _ := l.Product("acme-cad")
	for _, f := range product.Features {
		fmt.Println(f.ID, f.Term)
	}
	// Output:
	// draw perpetual
	// export until 2027-03-31
}

// A typed key is a whole licence for where there is no network. The customer
// types its rows and the name as it is printed beside them.
func ExampleIssuer_Key() {
	key, err := issuer.Generate(license.RoleLicense, rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	vendor, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		log.Fatal(err)
	}
	typed, err := vendor.Key(license.KeyTerms{
		Edition: 1,
		Term:    license.Term{Kind: license.FromActivation, Span: license.Months(12)},
		Issued:  license.NewDate(2026, time.March, 10),
	}, "acme-cad", "Ada Lovelace")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(typed.Kind(), len(typed.Rows()), "rows")
	fmt.Println(typed)
	// Output:
	// activation key 6 rows
	// activation key (withheld)
}

// What is filled in wrongly is named by its field, and nothing is signed.
func ExampleIssuer_License() {
	key, err := issuer.Generate(license.RoleLicense, rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	vendor, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		log.Fatal(err)
	}
	l := &license.License{
		ID: "L-1001", Kind: license.Full, Issued: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC),
		Products: []license.Product{{ID: "acme-cad", MaxVersion: "four", Features: []license.Feature{{ID: "draw"}, {ID: "draw"}}}},
	}
	_, err = vendor.License(l)
	fmt.Println(err)
	l.Products[0].MaxVersion = "4"
	_, err = vendor.License(l)
	fmt.Println(err)
	// Output:
	// License.Products[0].MaxVersion: "four" is not a version: write numbers with points between them, such as 10 or 4.2, or leave it out to cover every version
	// License.Products[0].Features[1].ID: "draw" occurs twice, first in Features[0]: remove one, or give it another name
}

// A server that answers many at once signs their documents together. Each is
// verified alone, with what the others got being none of its business.
func ExampleIssuer_SignBatch() {
	key, err := issuer.Generate(license.RoleActivation, rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	vendor, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	var drafts []*issuer.Draft
	for _, id := range []string{"A-1", "A-2", "A-3"} {
		draft, err := vendor.DraftReceipt(&license.Receipt{
			ID: id, Serial: "S1", Installation: make([]byte, 32), Activated: now, Issued: now, Sequence: 1,
		})
		if err != nil {
			log.Fatal(err)
		}
		drafts = append(drafts, draft)
	}
	if err := vendor.SignBatch(drafts...); err != nil {
		log.Fatal(err)
	}

	keys, err := license.NewKeyring("acme", 1, 0, []license.Key{
		{Public: key.Public(), Role: key.Role(), End: license.NewDate(2030, time.December, 31)},
	})
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := license.OpenReceipt(drafts[1].Armor(), keys)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.ID, "of", receipt.Vendor)
	// Output:
	// A-2 of acme
}
