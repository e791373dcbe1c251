package license_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// A product embeds its keyring and opens the licence that it finds.
func ExampleOpen() {
	// The vendor's half. A real key is made of random bytes, once.
	key, err := issuer.Generate(license.RoleLicense, bytes.NewReader(bytes.Repeat([]byte{1}, 32)))
	if err != nil {
		panic(err)
	}
	acme, err := issuer.New("acme", key.Role(), key.Signer())
	if err != nil {
		panic(err)
	}
	text, err := acme.License(&license.License{
		ID: "L-1001", Serial: "S-1001", Kind: license.Full, Issued: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		Licensee: license.Licensee{Name: "Ada Lovelace"},
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}},
	})
	if err != nil {
		panic(err)
	}

	// The product's half.
	keyring, err := license.ParseKeyring(`latchkey keyring 1
vendor acme
version 1
key ` + key.Public().ID() + ` license 2031-12-31 iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
`)
	if err != nil {
		panic(err)
	}
	l, err := license.Open(text, keyring)
	if err != nil {
		panic(err)
	}
	fmt.Println(l.ID, "for", l.Licensee.Name)

	_, err = license.Open(text[:len(text)/2], keyring)
	fmt.Println("half of it:", errors.Is(err, license.Truncated))
	// Output:
	// L-1001 for Ada Lovelace
	// half of it: true
}

// The check says what works, until when, and why.
func ExampleCheck() {
	l := &license.License{Kind: license.Full, Products: []license.Product{{ID: "acme-cad", MaxVersion: "4", Features: []license.Feature{
		{ID: "draw"},
		{ID: "export", Term: license.Until(license.NewDate(2026, time.March, 31))},
		{ID: "render", Runs: 100},
	}}}}
	r := license.Check(l, license.Env{
		Now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC), Product: "acme-cad", Version: "4.2",
		Usage: license.Usage{Features: map[license.Ref]license.FeatureUsage{{Product: "acme-cad", Feature: "render"}: {Runs: 100}}},
	})
	for _, d := range r.Decisions {
		fmt.Print(d.Feature.ID, ": ", d.State)
		for _, reason := range d.Reasons {
			fmt.Print(", ", reason.Code)
		}
		fmt.Println()
	}
	fmt.Println("may export:", r.Allows("export"), "- check again at", r.Next.Format(time.DateTime))
	// Output:
	// draw: active
	// export: active, about_to_expire
	// render: expired, runs_used_up
	// may export: true - check again at 2026-03-17 00:00:00
}

// The vendor previews an update by the rules that the customer's computer
// applies it by.
func ExampleApply() {
	l := &license.License{ID: "L-1001", Serial: "S-1001", Vendor: "acme", Kind: license.Full, Products: []license.Product{{
		ID: "acme-cad", Features: []license.Feature{{ID: "draw"}, {ID: "export", Term: license.Until(license.NewDate(2026, time.March, 30))}},
	}}}
	month := license.Term{Kind: license.Extend, Span: license.Days(30)}
	runs := int64(100)
	u := &license.Update{ID: "U-1", Vendor: "acme", Serial: "S-1001", Sequence: 1, Products: []license.ProductChange{{
		ID: "acme-cad", Features: []license.FeatureChange{{ID: "draw", Term: &month}, {ID: "export", Term: &month}, {ID: "render", Runs: &runs}},
	}}}
	renewed, diff, err := license.Apply(l, u, time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC), license.Usage{})
	if err != nil {
		panic(err)
	}
	for _, c := range diff.Changes {
		fmt.Println(c)
	}
	_, _, err = license.Apply(renewed, u, time.Now(), license.Usage{})
	fmt.Println("again:", errors.Is(err, license.AlreadyApplied))
	// Output:
	// acme-cad/draw term: nothing: it had no limit
	// acme-cad/export term: until 2026-03-30 -> until 2026-04-29
	// acme-cad/render: added
	// again: true
}

// What a service answers with: words for states and dates, and for each reason its
// sentence and remedy.
func ExampleDecision_json() {
	l := &license.License{Kind: license.Full, Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{
		{ID: "export", Term: license.Until(license.NewDate(2026, time.March, 31))},
	}}}}
	r := license.Check(l, license.Env{Now: time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC), Product: "acme-cad"})
	text, err := json.MarshalIndent(r.Decision("export"), "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
	// Output:
	// {
	//   "product": "acme-cad",
	//   "feature": {
	//     "id": "export",
	//     "term": {
	//       "kind": "dates",
	//       "intervals": [
	//         {
	//           "until": "2026-03-31"
	//         }
	//       ]
	//     }
	//   },
	//   "state": "expired",
	//   "until": "2026-03-31",
	//   "left": 0,
	//   "reasons": [
	//     {
	//       "code": "expired_date",
	//       "feature": "export",
	//       "product": "acme-cad",
	//       "remedy": "Ask the vendor for a renewal, then check online or load the new file.",
	//       "text": "The feature “export” of acme-cad has expired; it was valid until 2026-03-31. Other features are not affected.",
	//       "until": "2026-03-31"
	//     }
	//   ]
	// }
}
