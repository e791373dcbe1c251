// Package latchkey is an embeddable library for software licensing. A product
// that imports it checks its licence at start-up; its customers keep that
// licence current online, by file, or by a key typed from paper when the
// vendor's activation server cannot be reached.
//
// This package holds no code. The packages are
//
//	activation               the client that a product embeds: state, entering, importing, checking
//	activation/activationtest  helpers for an application's own tests
//	license                  signed documents, keyring, terms, update rules, the check: pure
//	license/issuer           the vendor's half: signs licences, updates and typed keys
//	keyfmt                   keys that people type
//	binding                  binding schemes and fingerprints: arithmetic only
//	binding/machine          reads this machine
//
// Begin with activation if you build a product, and with license/issuer if you
// sell one. README.md shows both; docs/ holds the formats and the figures.
package latchkey
