//go:build !race

package activationtest_test

// simRace says that the race detector is on, under which everything takes
// several times as long.
const simRace = false
