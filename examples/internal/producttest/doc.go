// Package producttest tests examples/product from outside: the scripts, the files
// that it embeds, its README, and that a copy of its folder builds on its own. The
// tests lie here since a copy could not import what they need.
package producttest
