// Package activation is the client that a product embeds. It keeps what the
// customer was licensed on this machine, lets keys be entered and files be
// imported, counts what has to be counted, and answers whether a feature may
// be used.
//
//	var version, released string // go build -ldflags "-X main.version=4.2.0 -X main.released=2026-03-02"
//
//	day, err := activation.ReleaseDate(released) // "" is the day of the commit
//	…
//	client, err := activation.Open(activation.Options{
//		Product: "acme-cad", Version: version, Released: day,
//		Keyring: keyring, Catalogue: catalogue, // embedded
//		Host:    machine.New("acme-cad"),
//		Server:  "https://licenses.acme.example", AutoCheck: 24 * time.Hour,
//	})
//	if err != nil { … }
//	defer client.Close()
//
//	if client.Allows("export") { … }
//	if err := client.Require("export"); err != nil { return err } // with reasons and remedies
//
// Everything a person enters goes through Enter or Import, which say what they
// did or exactly why not. A harmless repetition, such as a key that was entered before,
// sets Change.Notice and is not an error. Status has the state of every feature, with
// every reason and its remedy in four languages (see license.Reason); a service can
// send it as JSON.
//
//	[Client]     what is licensed, and the hot path    client.go, snapshot.go, status.go
//	[Options]    what a client is for, and what is wrong with it   options.go, optionscheck.go, release.go
//	Enter        whatever somebody typed               enter.go, online.go
//	CheckOnline  whether there is anything new         online.go, autocheck.go
//	Import       whatever came as a file               import.go, exchange.go
//	[Courier]    how the server is reached; HTTP       exchange.go, http.go
//	[Store]      where local state lies; FileStore     store.go, filestore.go
//
// # The activation server
//
// With Options.Server, Enter takes a serial number or a request key to the
// vendor's server, CheckOnline asks for what is new, by itself with
// Options.AutoCheck, and Deactivate gives a licence up. A request and its reply
// are one signed document each, so it does not matter how they travel: over HTTPS,
// or as a file by Request and Import, for a machine that reaches no server.
//
// Only a signed no is one. Whatever else comes or does not come is ErrUnreachable,
// and changes nothing: what is here works on until its receipt's own deadline and
// grace, if it has any. The same call that found the server gone takes an
// activation key from paper:
//
//	change, err := client.Enter(ctx, typed)                              // serial number
//	if errors.Is(err, activation.ErrUnreachable) { … ask for the key on the certificate … }
//	change, err = client.Enter(ctx, typed, activation.Licensee(name))    // activation key
//
// Before the server is asked, the client has made sure that it can keep the
// answer. What it asks may be asked again: the server knows the installation by
// its key and the machine by its fingerprint, and an answer that was lost costs
// nothing.
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
