// Command exchange measures activations per second: the activation server over
// each ledger, beside a handler that verifies a request, signs a reply of the
// same length and does nothing else, and one that stores a row besides. They
// take turns in one process, which is client and server at once, so that a figure
// is a ratio and holds elsewhere.
//
//	go -C examples run ./bench/exchange -ledgers memory,sqlite
//	go -C examples run ./bench/exchange -ledgers postgres -postgres postgres://…
//	go -C examples run ./bench/exchange -ledgers sqlite -sales 10000000
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A plan is what was asked for.
type plan struct {
	ledgers  []string
	postgres string
	dir      string
	clients  int
	n        int // activations in a round
	rounds   int
	sales    int // that lie in the ledger before
	profile  string
}

func main() {
	var p plan
	ledgers := flag.String("ledgers", "memory,sqlite", "`NAMES`, of memory, sqlite and postgres")
	flag.StringVar(&p.postgres, "postgres", os.Getenv("LATCHKEY_TEST_POSTGRES"), "`URL` of an empty PostgreSQL database")
	flag.StringVar(&p.dir, "dir", "", "`FOLDER` for SQLite's file; a temporary one unless given")
	flag.IntVar(&p.clients, "clients", 16, "connections that ask at once")
	flag.IntVar(&p.n, "n", 8000, "activations in a round")
	flag.IntVar(&p.rounds, "rounds", 5, "rounds, of which the median counts")
	flag.IntVar(&p.sales, "sales", 0, "serial numbers that lie in the ledger before")
	profile := flag.String("cpuprofile", "", "`FILE` for a profile of the last ledger's rounds")
	flag.Parse()
	p.profile = *profile
	p.ledgers = strings.Split(*ledgers, ",")
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // as examples/server does; for the floor as well
	}
	if err := run(context.Background(), p); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p plan) error {
	b, err := newBench(p)
	if err != nil {
		return err
	}
	defer b.close()
	for _, name := range p.ledgers {
		if err := b.addLedger(ctx, name); err != nil {
			return err
		}
	}
	for round := range p.rounds {
		for i, t := range b.targets {
			b.profiled = round == p.rounds-1 && i == len(b.targets)-2
			if err := b.measure(ctx, t); err != nil {
				return fmt.Errorf("%s, round %d: %w", t.name, round+1, err)
			}
		}
	}
	b.report()
	return nil
}

// report prints the median of each target, and its ratio to the floor.
func (b *bench) report() {
	floor := median(b.targets[0].rates)
	fmt.Printf("%-22s %10s %7s %9s %9s\n", "", "per second", "ratio", "p50", "p99")
	for _, t := range b.targets {
		rate := median(t.rates)
		fmt.Printf("%-22s %10.0f %7.2f %9s %9s\n", t.name, rate, rate/floor,
			median(t.p50).Round(10*time.Microsecond), median(t.p99).Round(10*time.Microsecond))
	}
}

func median[T interface{ ~int64 | ~float64 }](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
