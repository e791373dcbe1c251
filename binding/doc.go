// Package binding says which machine a licence belongs to, and how much of
// that machine may be replaced before it is another one. It is arithmetic
// only: it reads no hardware (package binding/machine does) and runs anywhere,
// js/wasm included.
//
//	[Scheme]       what must stay the same, one readable line   scheme.go, named.go
//	[Fingerprint]  what a machine is, as keyed digests          fingerprint.go
//	               its text, a file to send to the vendor       text.go
//	binding data   what a licence carries: a scheme's digests   data.go
//	[Match]        the two compared                             match.go
//	installation code  a fingerprint in ten bytes               code.go
//
// # Scheme line
//
// Components joined by "+", "~" after those that may be replaced, and at the
// end "/n", how many of the replaceable ones may differ at the same time:
//
//	board+cpu~+disk~+mac~/2
//
// The board must stay; of processor, disk and network card at most two may
// differ. There is one accepted encoding:
//
//	scheme    = component *( "+" component ) [ "/" n ]
//	component = name [ "~" ]
//	name      = a-z followed by up to 31 of a-z 0-9 "-"
//	n         = decimal, no leading zero
//
// "/n" is there exactly when a "~" is, 1 <= n <= the number of "~", and n is
// less than the number of components, so that something is always needed. No
// name stands twice, there are at most [MaxSchemeComponents], and the order is
// the author's. [Standard] lists the names that package machine reads; any
// other name is a custom component (a dongle, say) which the application
// supplies. "installation-code" is no component: see [InstallationCodeScheme].
//
// # Digest
//
// A value never leaves the machine. Its digest is HMAC-SHA256, cut to 16 bytes,
// with the key "latchkey fingerprint v1", a zero byte and the product's
// name, over the component's name, a zero byte and the value. Two products'
// digests of one disk have nothing in common, so two vendors cannot compare
// notes. A component is a set of digests, one for each disk, say, and it
// matches when the sets meet: adding a disk or a network card is no change.
//
// # Fingerprint text
//
// The file that a customer sends to the vendor:
//
//	latchkey fingerprint 1
//	product acme-cad
//	board 47473efeaef1c4200c6eb7e267bc9062
//	cpu 4bd103caf77aa48e1614043d5e9607fb
//	disk 09717ec69d515757f9c7b620a4346b3e bc46f4672e1346a75d546d19b0256e96
//	mac absent
//	machine unreadable permission
//	end 439ffb71eeca4d3f
//
// Components stand in strictly ascending order of their names, digests in
// strictly ascending order, in lower case, one space between words. "absent"
// means that the machine was read and has none. "unreadable" and a class
// ("permission", "timeout", "not supported", "error") mean that nobody knows;
// after digests, that there may be more than those. The last line is the first
// eight bytes of SHA-256 over the lines above, each with one line feed. It
// tells a file cut or changed on its way from a whole one. It is no signature:
// who makes up a fingerprint can make up this line too. CRLF, blanks at the
// ends of lines and blank lines around the text are forgiven, nothing else.
//
// # Binding data
//
// What a licence carries beside the scheme line, as bytes:
//
//	u8 version = 1
//	for each component, in the order of the scheme:
//	    u8 length, name
//	    u8 count (0: not bound), count digests of 16 bytes, strictly ascending
//
// A component without "~" has a count of at least 1, and at most n of the
// others have 0. Anything after the last component is refused.
//
// # Installation code
//
// Ten bytes, to be read out over the telephone as one row of a typed key: five
// 16-bit numbers, big-endian, for machine, board, cpu, disk and mac; 0 where
// there is none. See [Fingerprint.InstallationCode].
package binding
