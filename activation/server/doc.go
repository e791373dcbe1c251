// Package server is the vendor's half of the exchange that package activation
// begins: it answers the signed requests of installations with signed replies,
// and keeps account of which machines use what was sold.
//
//	s, err := server.New(server.Options{
//		Issuer: activationIssuer, Keyring: keyring, Ledger: server.NewMemoryLedger(),
//	})
//	err = s.Sell(ctx, "orders", &server.Sale{Serial: serial, Limit: 3, License: signed})
//	err = server.NewHTTPServer(":8443", s).ListenAndServeTLS(cert, key)
//
// It can say where a licence may be used and until when, never what it allows:
// licences and updates come signed from the back office, whose key it does not
// have.
//
//	[Server.Exchange]   a request in, a signed reply out              exchange.go
//	[Server]            the same over HTTP, and an upload page        http.go, page.go
//	the verdict         a pure function of request and account       decide.go and the
//	                    files of its operations: activate.go, check.go, deactivate.go,
//	                    machine.go, counting.go, links.go, usage.go, deliver.go
//	signatures          that are wanted at the same time are one      signer.go
//	[Throttle]          so that nobody can try all request keys       throttle.go
//	[Server.Sell] …     what the vendor's desk does                   sell.go, desk.go, updates.go
//	[Ledger]            where accounts are kept, one at a time        ledger.go
//	[MemoryLedger]      a Ledger that ends with the process           memory.go
//	keys and keyrings   each client gets those that it needs          keys.go
//	[Countersigned] …   adds a new key's signatures to documents      countersign.go
//
// # Verdicts
//
// Every yes and every no is a signed license.Reply that names the request's
// nonce and digest, its installation and product, the server's time, and the
// version of the sale. What is not signed decides nothing: it says that the
// request cannot be read, or that the ledger is out of order for now.
//
// A no without a receipt changes nothing. A check may come back with a code and
// a receipt: it is activated, and something waits (FinalPending, FinalOverdue,
// PaymentPending, ObtainingOver, ObtainingNotYet), or is held against it
// (LicenseBlocked, OrderCancelled), which the receipt then says too.
//
// # Machines
//
// Under a binding scheme, a machine is the same one as long as its fingerprint
// matches within the scheme's tolerance. Without a scheme nothing is bound, and
// machines are recognised only so that a new installation uses no further
// activation:
//
//   - by the component "instance" alone, where there is one;
//   - by board and machine id, both of them, where the machine has no disk or no
//     network card of its own: it is a virtual machine or a container;
//   - by two of board, disk, network card and machine id otherwise. The board must
//     be one of them if it can be read, or else the disk if that can be read: a copy
//     of an image may share all the others.
//
// With a lesser fingerprint, such as that of a virtual machine whose board only root
// may read, the server distinguishes installations by their keys, and a new
// installation uses a further activation. So a hundred copies of one image never count
// as one machine. An active installation keeps its activation, also on a changed
// machine. With CountInstallations only keys count.
//
// A fingerprint with more than one instance, more than one machine id or more than
// four values of a board is that of several machines, and counts as none.
//
//   - The same installation, and another one on the same machine, activate at no
//     cost as often as they like, and get the same activation and licence: so a
//     reply that was lost is asked for again.
//   - Anything else takes one of the sale's places, and is refused with
//     ActivationLimit when there is none.
//   - Hardware that changed within tolerance is followed: the receipt names the
//     machine as it is now, and how many changes that were. Beyond tolerance, a
//     check says HardwareChanged and an activation takes a place; the old one is
//     not given up by that.
//   - Deactivating frees the place, within the budget of transfers. To come back
//     then takes a place. Moving is both at once, with the old machine's word.
//     That word has a number: one that came late, or was kept, is ProofWrong once
//     its installation has activated again with this number or a higher one.
//   - A trial begins once on each machine. Its place stays taken, and its
//     receipt says when the machine first had it, so that to install anew does not
//     begin it again. Once it is over, TrialUsed says so; where updates may have
//     lengthened it, that is left to the client, who reads them.
//
// # Request keys
//
// Nine digits can be guessed. To whoever has not activated with it before, a
// request key that is unknown, mistyped, used up, of another product, blocked
// or cancelled is RequestNotAccepted, in the same words and with the same
// status; one with a wrong check digit does not reach the ledger. See Throttle
// for how many may fail.
//
// # Keys that change
// A request names the keys of the role "activation" that its client trusts. If the
// server has none of them, it answers KeyringMismatch and looks nothing up.
// Otherwise the newest of them signs the reply. If a client's keyring is older than
// the last of Options.NextKeyrings, each successful reply brings the missing keyrings,
// together with the documents of its sale that the client may have with void
// signatures; unless all of these are too large for one reply.
//
// # Two lives of one installation
//
// A client proposes the next step of its life with each request, and keeps on
// proposing it until a reply confirms it. Two copies of one installation, as a
// cloned virtual machine has them, propose different ones, and what comes second
// goes on from a step after which something else is known to have come. This is
// marked and noted for the vendor, once; both are served as before. The last 16
// steps are known.
//
// # What is written
//
// A check that finds everything as it was is written down only if the last
// was 12 hours ago; until then the use that it tells is not kept either, unless
// of a new revision of the licence. A report of use is written if it says
// anything new, and another label at once. Labels are in no history, from which
// nothing is ever removed. Counts of use never fall within a revision.
package server
