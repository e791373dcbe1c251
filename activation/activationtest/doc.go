// Package activationtest helps to test what is built on package activation.
// TestStore holds a Store to the rules of the interface.
package activationtest
