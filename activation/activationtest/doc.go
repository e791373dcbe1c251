// Package activationtest helps to test what is built on package activation and
// package activation/server. TestStore holds an activation.Store to the rules
// of the interface, TestLedger a server.Ledger, and Overrun has a ledger prove
// that nothing is sold twice when many customers come at once.
package activationtest
