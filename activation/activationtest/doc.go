// Package activationtest is a whole vendor in a test, as net/http/httptest is a
// whole web server: an application finds out what it does when a licence is
// bought, updated or blocked, when the network is down or answers nonsense, when
// the clock moves and when hardware is replaced.
//
//	func TestExportNeedsALicence(t *testing.T) {
//		vendor := activationtest.New(t)
//		sale := vendor.Sell(activationtest.Sale{Features: []license.Feature{{ID: "export"}}})
//		client := vendor.Client()
//		_, err := client.Enter(ctx, sale.Typed)
//		…
//		vendor.Block(sale)
//		_, err = client.CheckOnline(ctx)
//		…
//	}
//
// With Application, clients use the application's own options, except for those that a
// test must replace. A product without a server gets its licences and updates as files:
//
//	vendor := activationtest.New(t, activationtest.Application(options()))
//	sold, file := vendor.LicenseFile(activationtest.Sale{})
//	client := vendor.Client()
//	_, err := client.Import(ctx, bytes.NewReader(file.Text))
//	…
//	update := vendor.UpdateFile(sold, func(u *license.Update) { … })
//
// Vendor, with New, Sell, Update, Release and Block, is in vendor.go and sale.go, and what goes by files in files.go;
// Network breaks what lies between; Machine is hardware that a test changes.
//
// The package also holds implementations to the rules of their interfaces:
// TestStore an activation.Store, and TestLedger a server.Ledger. Overrun has a
// ledger prove that nothing is sold twice when many customers come at once.
package activationtest
