// Package faulttest proves the activation server and its clients under load and
// faults, with real processes, real connections and real databases. It holds
// tests and nothing else.
//
//	TestThreat         B4 and B5: many machines at once are granted exactly
//	                   what was sold; B14: what looks like SQL is text  threat_test.go, rush_test.go, sql_test.go
//	TestLinearizable   what was answered at the same time could have been
//	                   answered one by one                              linear_test.go
//	TestServerKilled   a server that is killed under load has everything
//	                   that it acknowledged, once                       serverkill_test.go
//	TestClientsKilled  clients that are killed have what they said that
//	                   they had, and agree with the server              clientkill_test.go, client_test.go
//	TestNaiveLedger    a ledger that counts and then inserts, and
//	TestTornLedger     one that stores half a change, fail them         mutant_test.go
//
// Child processes are the test binary itself, see main_test.go. What is drawn at
// random comes from a seed, which a test that fails prints; LATCHKEY_FAULTTEST_SEED
// sets it. It decides what is asked and after how many answers a process is
// killed; the moment within that is the machine's.
package faulttest
