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
// Vendor, with New, Sell, Update, Release and Block, is in vendor.go and sale.go;
// Network breaks what lies between; Machine is hardware that a test changes.
//
// The package also holds implementations to the rules of their interfaces:
// TestStore an activation.Store, and TestLedger a server.Ledger. Overrun has a
// ledger prove that nothing is sold twice when many customers come at once.
package activationtest
