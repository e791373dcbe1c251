// Package activation is the client that a product embeds. It keeps what the
// customer was licensed on this machine, lets keys be entered and files be
// imported, counts what has to be counted, and answers whether a feature may
// be used.
//
//	client, err := activation.Open(activation.Options{
//		Product: "acme-cad", Version: "4.2.0", Released: released,
//		Keyring: keyring, // embedded
//		Host:    machine.New("acme-cad"),
//	})
//	if err != nil { … }
//	defer client.Close()
//
//	if client.Allows("export") { … }
//
// Everything a person enters goes through Enter or Import, which say what they
// did or exactly why not. Status tells what is licensed, with every reason and
// its remedy in four languages (see license.Reason).
//
// # Local state
//
// One record per product and user holds the documents as they were received
// with the times at which they came, usage, and the latest time seen. It is
// replaced by compare-and-swap, so several processes may have it open; it is
// written so that a crash at any moment leaves the old record or the new one,
// and the record before it is kept (see FileStore). It is sealed under a key
// bound to the machine and the installation. That keeps honest people honest:
// it stops copying a folder to another machine and editing a number in it. It
// does not stop somebody who can debug the product, and nothing on their own
// machine could.
//
// What is licensed is worked out from the documents at every start, and every
// signature is verified again. Nothing in the state can grant what the vendor
// has not signed.
//
// A witness in a second folder remembers how far the state had come. State
// that is older than its witness was put back: then runs, trials and terms
// that count from first use wait until the vendor answers a Challenge, and
// everything else goes on. Whoever removes both starts afresh; the activation
// server notices that, and nothing else can.
//
// # Clock
//
// The state remembers the latest time that it has seen, also from documents. A
// clock that stands more than 24 hours before that pauses what is limited in
// time, which returns by itself when the clock is right. A clock that once
// stood in the future is forgiven by a signed time: Challenge gives a code for
// the vendor, whose answer is imported.
package activation
