// Package ledgertest has tests and benchmarks of SQL ledgers, beside those that
// package activationtest has for every ledger.
package ledgertest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
	"github.com/latchkey-go/latchkey/license"
)

// Clients is how many goroutines ask at once in a benchmark.
const Clients = 16

// licenceSize is about the length of a signed licence.
const licenceSize = 2500

// Now is when everything happens here.
var Now = time.Date(2026, 3, 10, 12, 30, 45, 0, time.UTC)

// Serial returns a serial number for a test.
func Serial(n int) license.Serial { return license.Serial(fmt.Sprintf("SERIAL-%09d", n)) }

// Sell adds sales with the serial numbers from one to before another.
func Sell(tb testing.TB, l server.Ledger, from, to int, limit int64) {
	tb.Helper()
	for from < to {
		var sales []*server.Sale
		for ; from < to && len(sales) < 1000; from++ {
			sales = append(sales, &server.Sale{
				Serial: Serial(from), Product: fmt.Sprint("product ", from%100), Order: fmt.Sprint(from / 10), Customer: fmt.Sprint("customer ", from/100),
				Created: Now, Version: 1, Limit: limit, LicenseID: "L-1", Revision: 1, Scheme: "standard/1", License: make([]byte, licenceSize),
			})
		}
		require.NoError(tb, l.Add(tb.Context(), sales...))
	}
}

// Key returns the key by which a machine asks for an activation.
func Key(serial license.Serial, machine string) server.Key {
	return server.Key{Serial: serial, Marks: []string{"i:" + machine, "m:board:" + machine, "m:disk:" + machine}}
}

// Grant activates a sale on a machine as a server does: it counts, and refuses
// a machine too many.
func Grant(l server.Ledger, tb testing.TB, serial license.Serial, machine string) (granted bool, err error) {
	err = l.Change(tb.Context(), Key(serial, machine), func(a *server.Account) error {
		granted = len(a.Activations) > 0
		if granted || a.Sale.Used >= a.Sale.Limit {
			return nil
		}
		granted = true
		a.Sale.Used++
		a.Save()
		a.Put(&server.Activation{
			ID: "A-" + machine, Active: true, First: Now, Since: Now, Machine: []string{"board:" + machine, "disk:" + machine},
			Installations: []server.Installation{{Key: machine, Seen: Now, Version: "4.2.0", Links: []string{"00ff00ff00ff00ff"}}},
			Data:          make([]byte, 100),
		})
		a.Note(server.Event{Time: Now, Kind: server.EventActivated, Activation: "A-" + machine})
		return nil
	})
	return granted, err
}

// Bench measures grants on sales of which each is granted once.
func Bench(b *testing.B, l server.Ledger, stats func() ledger.Stats) {
	Sell(b, l, 0, b.N, 5)
	before := stats()
	var next atomic.Int64
	b.ResetTimer()
	each(b, Clients, func() error {
		for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
			granted, err := Grant(l, b, Serial(int(n)), fmt.Sprintf("machine-with-a-key-as-long-as-that-%09d", n))
			if err != nil || !granted {
				return fmt.Errorf("granted %v: %w", granted, err)
			}
		}
		return nil
	})
	b.StopTimer()
	after := stats()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
	b.ReportMetric(float64(after.Jobs-before.Jobs)/float64(after.Groups-before.Groups), "changes/group")
}

// BenchCheck measures changes that mark nothing.
func BenchCheck(b *testing.B, l server.Ledger) {
	const sales = 1000
	Sell(b, l, 0, sales, 5)
	for n := range sales {
		_, err := Grant(l, b, Serial(n), fmt.Sprint("machine ", n))
		require.NoError(b, err)
	}
	var next atomic.Int64
	b.ResetTimer()
	each(b, Clients, func() error {
		for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
			if _, err := Grant(l, b, Serial(int(n%sales)), fmt.Sprint("machine ", n%sales)); err != nil {
				return err
			}
		}
		return nil
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

// each runs goroutines at once, and reports their errors.
func each(tb testing.TB, n int, do func() error) {
	tb.Helper()
	errs := make(chan error, n)
	for range n {
		go func() { errs <- do() }()
	}
	for range n {
		require.NoError(tb, <-errs)
	}
}
