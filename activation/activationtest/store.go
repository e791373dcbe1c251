package activationtest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/latchkey-go/latchkey/activation"
)

// TestStore holds an implementation of activation.Store to the rules of the
// interface. open opens the store of a place; the names of places are letters
// and digits. Two stores of one place hold the same record, as two processes
// would see it, and a place is empty at first; each test has places of its own.
// A store that ends with the process returns the same one again.
//
//	func TestMyStore(t *testing.T) {
//		dir := t.TempDir()
//		activationtest.TestStore(t, func(t *testing.T, place string) activation.Store {
//			return OpenMyStore(filepath.Join(dir, place))
//		})
//	}
//
// What happens when a machine crashes is not tested: only the implementation
// knows how to make its medium fail.
func TestStore(t *testing.T, open func(t *testing.T, place string) activation.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, open func() activation.Store)
	}{
		{"Empty", testEmpty},
		{"Generations", testGenerations},
		{"Conflict", testConflict},
		{"Isolation", testIsolation},
		{"Sizes", testSizes},
		{"Reopen", testReopen},
		{"TwoStores", testTwoStores},
		{"Places", func(t *testing.T, at func() activation.Store) {
			swap(t, at(), 0, "here")
			expect(t, open(t, "elsewhere"), 0, "")
		}},
		{"Goroutines", testGoroutines},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(t, func() activation.Store { return open(t, test.name) })
		})
	}
}

// expect fails unless the record is the one given, and whole.
func expect(t *testing.T, s activation.Store, generation uint64, data string) {
	t.Helper()
	r, err := s.Load()
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	if r.Generation != generation || string(r.Data) != data {
		t.Fatalf("Load returned generation %d with %.40q, and %d with %.40q was stored", r.Generation, r.Data, generation, data)
	}
	if r.Recovered {
		t.Fatal("Load says that a newer record was lost, and none was")
	}
}

func swap(t *testing.T, s activation.Store, generation uint64, data string) {
	t.Helper()
	if err := s.Swap(generation, []byte(data)); err != nil {
		t.Fatalf("Swap(%d): %v", generation, err)
	}
}

func conflict(t *testing.T, s activation.Store, generation uint64) {
	t.Helper()
	if err := s.Swap(generation, []byte("never to be seen")); !errors.Is(err, activation.ErrConflict) {
		t.Fatalf("Swap(%d) returned %v, and it must be ErrConflict", generation, err)
	}
}

func testEmpty(t *testing.T, open func() activation.Store) {
	s := open()
	expect(t, s, 0, "")
	conflict(t, s, 1)
	expect(t, s, 0, "")
}

func testGenerations(t *testing.T, open func() activation.Store) {
	s := open()
	for i := range uint64(9) {
		swap(t, s, i, strconv.FormatUint(i, 10))
		expect(t, s, i+1, strconv.FormatUint(i, 10))
	}
}

func testConflict(t *testing.T, open func() activation.Store) {
	s := open()
	swap(t, s, 0, "one")
	swap(t, s, 1, "two")
	for _, generation := range []uint64{0, 1, 3, 4, 1 << 40} {
		conflict(t, s, generation)
		expect(t, s, 2, "two")
	}
	swap(t, s, 2, "three")
	expect(t, s, 3, "three")
}

func testIsolation(t *testing.T, open func() activation.Store) {
	s := open()
	data := []byte("as it was stored")
	swap(t, s, 0, string(data))
	if err := s.Swap(1, data); err != nil {
		t.Fatal(err)
	}
	copy(data, "XX")
	expect(t, s, 2, "as it was stored")
	r, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	copy(r.Data, "XX")
	_ = append(r.Data, "XX"...)
	expect(t, s, 2, "as it was stored")
}

func testSizes(t *testing.T, open func() activation.Store) {
	s := open()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	generation := uint64(0)
	for _, data := range [][]byte{
		{}, {0}, []byte("\n"), every, bytes.Repeat(every, 4<<10), bytes.Repeat([]byte{'\n'}, 4096), []byte("short again"),
	} {
		swap(t, s, generation, string(data))
		generation++
		expect(t, s, generation, string(data))
	}
}

func testReopen(t *testing.T, open func() activation.Store) {
	swap(t, open(), 0, "one")
	expect(t, open(), 1, "one")
	swap(t, open(), 1, "two")
	s := open()
	conflict(t, s, 1)
	expect(t, s, 2, "two")
}

func testTwoStores(t *testing.T, open func() activation.Store) {
	a, b := open(), open()
	expect(t, b, 0, "")
	swap(t, a, 0, "a")
	expect(t, b, 1, "a")
	conflict(t, b, 0)
	swap(t, b, 1, "b")
	conflict(t, a, 1)
	expect(t, a, 2, "b")
}

// testGoroutines has several goroutines with two stores count to a number: none
// of their steps is lost, and nothing but whole records is ever seen.
func testGoroutines(t *testing.T, open func() activation.Store) {
	const goroutines, steps = 6, 20
	stores := [2]activation.Store{open(), open()}
	errs := make(chan error, goroutines)
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() { errs <- count(stores[i%2], steps) })
	}
	wg.Wait()
	for range goroutines {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	expect(t, stores[0], goroutines*steps, record(goroutines*steps))
	expect(t, stores[1], goroutines*steps, record(goroutines*steps))
}

// record returns the data of a generation, longer for some than for others.
func record(n uint64) string {
	return fmt.Sprint(n, " ", string(bytes.Repeat([]byte{'x'}, int(n%7)*100)))
}

func count(s activation.Store, steps int) error {
	for done := 0; done < steps; {
		r, err := s.Load()
		if err != nil {
			return fmt.Errorf("from Load: %w", err)
		}
		if want := record(r.Generation); r.Recovered || r.Generation > 0 && string(r.Data) != want {
			return fmt.Errorf("what Load returned is generation %d with %.40q, recovered: %v, and that is not what was stored", r.Generation, r.Data, r.Recovered)
		}
		switch err := s.Swap(r.Generation, []byte(record(r.Generation+1))); {
		case err == nil:
			done++
		case !errors.Is(err, activation.ErrConflict):
			return fmt.Errorf("from Swap: %w", err)
		}
	}
	return nil
}
