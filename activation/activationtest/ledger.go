package activationtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// TestLedger holds an implementation of server.Ledger to the rules of the
// interface. open opens a ledger of its own for each test, which holds nothing
// yet.
//
//	func TestMyLedger(t *testing.T) {
//		activationtest.TestLedger(t, func(t *testing.T) server.Ledger {
//			return OpenMyLedger(t.TempDir())
//		})
//	}
//
// What happens when a machine crashes is not tested: only the implementation
// knows how to make its medium fail. Overrun has many customers press at once.
func TestLedger(t *testing.T, open func(t *testing.T) server.Ledger) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, l server.Ledger)
	}{
		{"Empty", ledgerEmpty},
		{"EveryField", ledgerEveryField},
		{"Bare", ledgerBare},
		{"Exists", ledgerExists},
		{"RequestKey", ledgerRequestKey},
		{"Marks", ledgerMarks},
		{"MarksMove", ledgerMarksMove},
		{"ManyMarks", ledgerManyMarks},
		{"HostileText", ledgerHostileText},
		{"NothingMarked", ledgerNothingMarked},
		{"OnlyMarked", ledgerOnlyMarked},
		{"ErrorStoresNothing", ledgerError},
		{"Look", ledgerLook},
		{"LookDuringChange", ledgerLookDuringChange},
		{"Copies", ledgerCopies},
		{"SalesApart", ledgerSalesApart},
		{"History", ledgerHistory},
		{"Sales", ledgerSales},
		{"SalesDefault", ledgerSalesDefault},
		{"Search", ledgerSearch},
		{"SearchFollows", ledgerSearchFollows},
		{"SearchOfMany", ledgerSearchOfMany},
		{"Activations", ledgerActivations},
		{"Context", ledgerContext},
		{"OneAfterAnother", ledgerOneAfterAnother},
		{"ManySales", ledgerManySales},
		{"ErrorsApart", ledgerErrorsApart},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

var born = time.Date(2026, 3, 10, 12, 30, 45, 0, time.UTC)

// A newSale is the least that a sale has.
func newSale(serial license.Serial) *server.Sale {
	return &server.Sale{Serial: serial, Product: "acme-cad", Actor: "orders", Created: born, Version: 1, Limit: 5}
}

// fullSale returns a sale with a value in every field.
func fullSale() *server.Sale {
	obtain := license.Period{From: license.DateOf(born), Until: license.DateOf(born.AddDate(1, 0, 0))}
	return &server.Sale{
		Serial: "S-FULL", RequestKey: "1234567894", Product: "acme-cad", Also: []string{"acme-cam", "acme-sim"}, TrialSpan: license.Span{Months: 1, Days: 14},
		Actor: "orders", Order: "2026/0815", Customer: "Ödland & Söhne", Created: born, Version: 7,
		Licensee: license.Licensee{Name: "Ada Lovelace", Company: "Ödland & Söhne", Email: "ada@acme.example"},
		CountBy:  server.CountInstallations, Limit: 100_000, Used: 3, Trial: true, Blocked: true, Cancelled: true, PaymentHold: true, Contact: "help@acme.example",
		Transfers: 2, Period: 365 * 24 * time.Hour, GivenUp: []time.Time{born, born.Add(time.Hour)},
		Lease: 30 * 24 * time.Hour, Grace: 36 * time.Hour,
		License: []byte("-----BEGIN …\n\x00\xff"), LicenseID: "L-1", Revision: 4, Scheme: "board+disk~/1", Pending: true,
		Updates: []server.Update{
			{ID: "U-5", Sequence: 5, Obtain: obtain, Submitted: true, Text: []byte("first")},
			{ID: "U-6", Sequence: 6, Text: []byte{0, 255}},
		},
	}
}

// fullActivation returns an activation with a value in every field.
func fullActivation(id string) *server.Activation {
	return &server.Activation{
		ID: id, Label: "render node of " + id, Active: true, First: born, Since: born.Add(time.Hour), Ended: born.Add(2 * time.Hour),
		Installations: []server.Installation{
			{
				Key: id + "/one+1=", Seen: born.Add(3 * time.Hour), Version: "4.2.0-β", Links: []string{"00ff", "01fe"}, Kept: 1773144000, Cloned: true, Revision: 3,
				Used: []server.Used{
					{Product: "acme-cad", Feature: "draw", Runs: 1 << 40, FirstUse: born},
					{Product: "acme-cad", Feature: "export", Runs: 1},
				},
			},
			{Key: id + "/two+2=", Seen: born},
		},
		Data: []byte{1, 0, 255}, Machine: []string{"board:" + id, "disk:" + id}, Scheme: "board+disk~/1", Changes: 2, Followed: born.Add(2 * time.Hour),
		Revision: 2, Used: []server.Used{{Product: "acme-cad", Feature: "print", Runs: 7, FirstUse: born}},
	}
}

// note returns an event with a value in every field.
func note(kind server.EventKind, detail string) server.Event {
	return server.Event{Time: born.Add(time.Minute), Kind: kind, Activation: "A-1", Actor: "orders", Detail: detail}
}

func add(t *testing.T, l server.Ledger, sales ...*server.Sale) {
	t.Helper()
	if err := l.Add(t.Context(), sales...); err != nil {
		t.Fatalf("Add: %v", err)
	}
}

func change(t *testing.T, l server.Ledger, at server.Key, edit func(a *server.Account)) {
	t.Helper()
	err := l.Change(t.Context(), at, func(a *server.Account) error {
		edit(a)
		return nil
	})
	if err != nil {
		t.Fatalf("Change: %v", err)
	}
}

// put stores activations of a sale.
func put(t *testing.T, l server.Ledger, serial license.Serial, activations ...*server.Activation) {
	t.Helper()
	change(t, l, server.Key{Serial: serial}, func(a *server.Account) {
		for _, activation := range activations {
			a.Put(activation)
		}
	})
}

// look returns a copy of an account.
func look(t *testing.T, l server.Ledger, at server.Key) (found server.Account) {
	t.Helper()
	if err := l.Look(t.Context(), at, func(a *server.Account) error {
		found = server.Account{Sale: a.Sale, Activations: a.Activations}
		return nil
	}); err != nil {
		t.Fatalf("Look: %v", err)
	}
	return found
}

func history(t *testing.T, l server.Ledger, serial license.Serial, after int64, limit int) []server.Event {
	t.Helper()
	events, err := l.History(t.Context(), serial, after, limit)
	if err != nil {
		t.Fatalf("History: %v", err)
	}
	return events
}

func sales(t *testing.T, l server.Ledger, f server.Filter) (serials []string) {
	t.Helper()
	found, err := l.Sales(t.Context(), f)
	if err != nil {
		t.Fatalf("Sales: %v", err)
	}
	for _, s := range found {
		serials = append(serials, string(s.Serial))
	}
	return serials
}

func activations(t *testing.T, l server.Ledger, serial license.Serial, after string, limit int) []*server.Activation {
	t.Helper()
	found, err := l.Activations(t.Context(), serial, after, limit)
	if err != nil {
		t.Fatalf("Activations: %v", err)
	}
	return found
}

func ids(activations []*server.Activation) (ids []string) {
	for _, a := range activations {
		ids = append(ids, a.ID)
	}
	return ids
}

// same fails unless two values are the same but for empty slices, which are
// nil or not.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := plain(got), plain(want); g != w {
		t.Fatalf("%s is\n%s\nand was stored as\n%s", what, g, w)
	}
}

// plain returns a value as text: what is empty is null, and a sale shows its
// keys.
func plain(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	text := strings.NewReplacer(":[]", ":null", `:""`, ":null").Replace(string(b))
	if s, ok := v.(*server.Sale); ok && s != nil {
		text += " " + string(s.Serial) + " " + string(s.RequestKey)
	}
	return text
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %q, and it must be %q", what, got, want)
	}
}

func ledgerEmpty(t *testing.T, l server.Ledger) {
	for _, at := range []server.Key{{Serial: "S-NONE"}, {RequestKey: "1234567894"}, {}, {Serial: "S-NONE", Marks: []string{"i:x"}, ID: "A-1"}} {
		for name, call := range map[string]func(context.Context, server.Key, func(*server.Account) error) error{"Change": l.Change, "Look": l.Look} {
			called := false
			err := call(t.Context(), at, func(a *server.Account) error {
				called = true
				if a.Sale != nil || len(a.Activations) > 0 {
					t.Errorf("%s found something that nobody has stored", name)
				}
				return nil
			})
			if err != nil || !called {
				t.Fatalf("%s of a sale that is not there: called %v, error %v", name, called, err)
			}
			mine := errors.New("mine")
			if err := call(t.Context(), at, func(*server.Account) error { return mine }); err != mine {
				t.Fatalf("%s of a sale that is not there returned %v, and not the error of the function", name, err)
			}
		}
	}
	if got := history(t, l, "S-NONE", 0, 10); len(got) > 0 {
		t.Fatalf("History found %v", got)
	}
	if got := activations(t, l, "S-NONE", "", 10); len(got) > 0 {
		t.Fatalf("Activations found %v", got)
	}
	equal(t, "Sales", sales(t, l, server.Filter{}), nil)
	add(t, l)
}

func ledgerEveryField(t *testing.T, l server.Ledger) {
	want := fullSale()
	add(t, l, want)
	same(t, "the sale", look(t, l, server.Key{Serial: want.Serial}).Sale, want)
	one := fullActivation("A-1")
	change(t, l, server.Key{Serial: want.Serial}, func(a *server.Account) {
		a.Sale.Used++
		a.Sale.Blocked = false
		a.Save()
		a.Put(one)
		a.Note(note(server.EventActivated, "as „told“"))
	})
	want.Used, want.Version, want.Blocked = want.Used+1, want.Version+1, false
	for _, at := range []server.Key{
		{Serial: want.Serial, ID: "A-1"},
		{Serial: want.Serial, Marks: []string{"i:A-1/two+2="}},
		{RequestKey: want.RequestKey, Marks: []string{"m:disk:A-1"}},
	} {
		got := look(t, l, at)
		same(t, "the sale", got.Sale, want)
		same(t, "the activations", got.Activations, []*server.Activation{one})
	}
	found, err := l.Sales(t.Context(), server.Filter{})
	if err != nil || len(found) != 1 {
		t.Fatalf("Sales found %d, error %v", len(found), err)
	}
	same(t, "the sale", found[0], want)
	same(t, "the activations", activations(t, l, want.Serial, "", 10), []*server.Activation{one})
	events := history(t, l, want.Serial, 0, 10)
	if len(events) != 2 || events[0].ID < 1 || events[1].ID <= events[0].ID {
		t.Fatalf("the history is %+v, and it must have two events with ids that ascend", events)
	}
	first, second := want.Sold(), note(server.EventActivated, "as „told“")
	first.ID, second.ID = events[0].ID, events[1].ID
	same(t, "the history", events, []server.Event{first, second})
}

// ledgerBare has what is empty stay empty: a time that is zero above all.
func ledgerBare(t *testing.T, l server.Ledger) {
	want := &server.Sale{Serial: "S-BARE"}
	add(t, l, want)
	put(t, l, "S-BARE", &server.Activation{ID: "A-1"})
	got := look(t, l, server.Key{Serial: "S-BARE", ID: "A-1"})
	same(t, "the sale", got.Sale, want)
	same(t, "the activation", got.Activations, []*server.Activation{{ID: "A-1"}})
	if !got.Sale.Created.IsZero() || !got.Activations[0].Ended.IsZero() {
		t.Fatal("a time that was zero is not any more")
	}
}

func ledgerExists(t *testing.T, l server.Ledger) {
	with := func(serial, request license.Serial) *server.Sale {
		s := newSale(serial)
		s.RequestKey = request
		return s
	}
	add(t, l, with("S-1", "1234567894"), with("S-2", ""), with("S-3", ""))
	for name, sales := range map[string][]*server.Sale{
		"the serial number":         {with("S-4", ""), with("S-1", ""), with("S-5", "")},
		"the request key":           {with("S-4", ""), with("S-5", ""), with("S-6", "1234567894")},
		"a serial number of two":    {with("S-4", ""), with("S-5", ""), with("S-4", "")},
		"a request key of two":      {with("S-4", "0000000000"), with("S-5", "0000000000")},
		"both, and the sale itself": {with("S-1", "1234567894")},
	} {
		if err := l.Add(t.Context(), sales...); !errors.Is(err, server.ErrExists) {
			t.Fatalf("%s is there already, and Add returned %v", name, err)
		}
	}
	equal(t, "after sales that were refused, Sales", sales(t, l, server.Filter{}), []string{"S-1", "S-2", "S-3"})
	if n := len(history(t, l, "S-1", 0, 10)); n != 1 {
		t.Fatalf("the history of a sale that was refused again has %d events, not 1", n)
	}
	add(t, l, with("S-4", "0000000000"), with("S-5", ""))
}

func ledgerRequestKey(t *testing.T, l server.Ledger) {
	sale := newSale("S-1")
	sale.RequestKey = "1234567894"
	add(t, l, sale, newSale("S-2"))
	change(t, l, server.Key{RequestKey: "1234567894"}, func(a *server.Account) {
		a.Sale.Used = 2
		a.Save()
		a.Put(fullActivation("A-1"))
	})
	got := look(t, l, server.Key{Serial: "S-1", ID: "A-1"})
	if got.Sale.Used != 2 || len(got.Activations) != 1 {
		t.Fatal("what was changed by the request key does not show by the serial number")
	}
	if got := look(t, l, server.Key{RequestKey: "9999999999"}); got.Sale != nil {
		t.Fatal("a request key that nobody has names a sale")
	}
	if got := look(t, l, server.Key{}); got.Sale != nil {
		t.Fatal("no request key names the sale that has none")
	}
	if got := look(t, l, server.Key{Serial: "S-2", RequestKey: "1234567894"}); got.Sale == nil || got.Sale.Serial != "S-2" {
		t.Fatal("where a key has both, the serial number counts")
	}
}

func ledgerMarks(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"))
	put(t, l, "S-1", fullActivation("A-3"), fullActivation("A-1"), fullActivation("A-2"))
	for _, test := range []struct {
		at   server.Key
		want []string
	}{
		{server.Key{}, nil},
		{server.Key{ID: "A-2"}, []string{"A-2"}},
		{server.Key{Marks: []string{"i:A-3/one+1="}}, []string{"A-3"}},
		{server.Key{Marks: []string{"m:disk:A-1", "m:board:A-1", "i:A-1/one+1=", "m:disk:A-1"}}, []string{"A-1"}},
		{server.Key{Marks: []string{"m:disk:A-3", "i:A-2/two+2=", "i:nobody"}, ID: "A-1"}, []string{"A-1", "A-2", "A-3"}},
		{server.Key{Marks: []string{"i:A-1", "A-1/one+1=", "disk:A-1", "m:", "", "i:a-1/one+1=", "i:A-1/one+1= "}}, nil},
		{server.Key{ID: "a-1"}, nil},
	} {
		test.at.Serial = "S-1"
		equal(t, fmt.Sprintf("the activations of %v", test.at), ids(look(t, l, test.at).Activations), test.want)
		var changing []string // the goroutine of an edit is not the test's
		change(t, l, test.at, func(a *server.Account) { changing = ids(a.Activations) })
		equal(t, fmt.Sprintf("in a Change, the activations of %v", test.at), changing, test.want)
	}
}

func ledgerMarksMove(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"))
	put(t, l, "S-1", fullActivation("A-1"))
	change(t, l, server.Key{Serial: "S-1", ID: "A-1"}, func(a *server.Account) {
		one := a.Activations[0]
		one.Installations = append(one.Installations[1:], server.Installation{Key: "three"})
		one.Machine = []string{"disk:A-1", "disk:new"}
		a.Put(one)
	})
	for mark, want := range map[string][]string{
		"i:A-1/one+1=": nil, "m:board:A-1": nil,
		"i:A-1/two+2=": {"A-1"}, "i:three": {"A-1"}, "m:disk:A-1": {"A-1"}, "m:disk:new": {"A-1"},
	} {
		equal(t, "the activations of "+mark, ids(look(t, l, server.Key{Serial: "S-1", Marks: []string{mark}}).Activations), want)
	}
}

func ledgerManyMarks(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"))
	one := fullActivation("A-1")
	var marks []string
	for i := range 1000 {
		marks = append(marks, fmt.Sprintf("m:disk:%064d", i))
		if i >= 900 {
			one.Machine = append(one.Machine, strings.TrimPrefix(marks[i], "m:"))
		}
	}
	put(t, l, "S-1", one)
	equal(t, "of a thousand marks, the activations", ids(look(t, l, server.Key{Serial: "S-1", Marks: marks}).Activations), []string{"A-1"})
}

func ledgerHostileText(t *testing.T, l server.Ledger) {
	hostile := []string{
		`'`, `"`, `';--`, `' OR '1'='1`, `%`, `_`, `\`, `\'`, `$1`, `?`, `:a`, `{}`, `null`, "\n", "\t", `../../x`, "ſ", "İ", "𝕏", "\u200b", "e\u0301", "é",
	}
	for i, text := range hostile {
		serial := license.Serial("S" + text)
		sale := newSale(serial)
		sale.Order, sale.Customer, sale.RequestKey = text, text, license.Serial("R"+text)
		add(t, l, sale)
		one := fullActivation("A" + text)
		put(t, l, serial, one)
		change(t, l, server.Key{Serial: serial}, func(a *server.Account) { a.Note(note(server.EventLimit, text)) })
		got := look(t, l, server.Key{RequestKey: sale.RequestKey, Marks: []string{"i:A" + text + "/one+1="}})
		same(t, "the sale", got.Sale, sale)
		same(t, "the activations", got.Activations, []*server.Activation{one})
		if events := history(t, l, serial, 0, 10); len(events) != 2 || events[1].Detail != text {
			t.Fatalf("the event about %q is not there", text)
		}
		equal(t, "Sales", sales(t, l, server.Filter{Customer: text, Order: text}), []string{string(serial)})
		if n := len(sales(t, l, server.Filter{})); n != i+1 {
			t.Fatalf("after %q there are %d sales, not %d", text, n, i+1)
		}
	}
}

func ledgerNothingMarked(t *testing.T, l server.Ledger) {
	sale, one := fullSale(), fullActivation("A-1")
	add(t, l, sale)
	put(t, l, sale.Serial, one)
	change(t, l, server.Key{Serial: sale.Serial, ID: "A-1"}, func(a *server.Account) {
		a.Sale.Used, a.Sale.Version = 99, 99
		a.Activations[0].Changes = 99
	})
	got := look(t, l, server.Key{Serial: sale.Serial, ID: "A-1"})
	same(t, "the sale", got.Sale, sale)
	same(t, "the activations", got.Activations, []*server.Activation{one})
}

func ledgerOnlyMarked(t *testing.T, l server.Ledger) {
	sale := fullSale()
	add(t, l, sale)
	put(t, l, sale.Serial, fullActivation("A-1"), fullActivation("A-2"))
	both := server.Key{Serial: sale.Serial, Marks: []string{"m:disk:A-1", "m:disk:A-2"}}
	change(t, l, both, func(a *server.Account) {
		a.Sale.Used = 99
		a.Activations[0].Changes, a.Activations[1].Changes = 99, 98
		a.Put(a.Activations[1])
		a.Put(a.Activations[1])
	})
	got := look(t, l, both)
	same(t, "the sale, which was not marked,", got.Sale, sale)
	if got.Activations[0].Changes != 2 || got.Activations[1].Changes != 98 {
		t.Fatal("of two activations, the one that was marked is to be stored")
	}
	change(t, l, both, func(a *server.Account) {
		a.Sale.Used = 77
		a.Activations[0].Changes = 77
		a.Save()
		a.Save()
	})
	got = look(t, l, both)
	if got.Sale.Used != 77 || got.Sale.Version != sale.Version+1 || got.Activations[0].Changes != 2 {
		t.Fatalf("the sale alone was marked, and is %d of version %d, the activation has %d", got.Sale.Used, got.Sale.Version, got.Activations[0].Changes)
	}
	change(t, l, both, func(a *server.Account) { a.Note(note(server.EventLimit, "alone")) })
	if events := history(t, l, sale.Serial, 0, 10); len(events) != 2 || events[1].Detail != "alone" {
		t.Fatal("an event alone was not stored")
	}
}

func ledgerError(t *testing.T, l server.Ledger) {
	sale, one := fullSale(), fullActivation("A-1")
	add(t, l, sale)
	put(t, l, sale.Serial, one)
	mine := fmt.Errorf("mine: %w", &license.Reason{Code: license.ActivationLimit})
	err := l.Change(t.Context(), server.Key{Serial: sale.Serial, ID: "A-1"}, func(a *server.Account) error {
		a.Sale.Used = 99
		a.Save()
		a.Activations[0].Installations[0].Key = "new"
		a.Activations[0].Installations[0].Links[0] = "new"
		a.Put(a.Activations[0])
		a.Put(fullActivation("A-2"))
		a.Note(note(server.EventLimit, "never"))
		return mine
	})
	if err != mine {
		t.Fatalf("Change returned %v, and not the function's error as it is", err)
	}
	got := look(t, l, server.Key{Serial: sale.Serial, Marks: []string{"i:A-1/one+1=", "i:new", "m:disk:A-2"}})
	same(t, "the sale", got.Sale, sale)
	same(t, "the activations", got.Activations, []*server.Activation{one})
	if n := len(history(t, l, sale.Serial, 0, 10)); n != 1 {
		t.Fatalf("after an error there are %d events, not 1", n)
	}
	change(t, l, server.Key{Serial: sale.Serial}, func(a *server.Account) { a.Save() })
}

func ledgerLook(t *testing.T, l server.Ledger) {
	sale, one := fullSale(), fullActivation("A-1")
	add(t, l, sale)
	put(t, l, sale.Serial, one)
	at := server.Key{Serial: sale.Serial, ID: "A-1"}
	mine := errors.New("mine")
	for _, want := range []error{nil, mine} {
		err := l.Look(t.Context(), at, func(a *server.Account) error {
			a.Sale.Used = 99
			a.Save()
			a.Activations[0].Changes = 99
			a.Put(a.Activations[0])
			a.Note(note(server.EventLimit, "never"))
			return want
		})
		if err != want {
			t.Fatalf("Look returned %v, and the function %v", err, want)
		}
	}
	got := look(t, l, at)
	same(t, "the sale", got.Sale, sale)
	same(t, "the activations", got.Activations, []*server.Activation{one})
	if n := len(history(t, l, sale.Serial, 0, 10)); n != 1 {
		t.Fatalf("after a Look there are %d events, not 1", n)
	}
}

// ledgerLookDuringChange looks from within a Change: a Look that waited for it
// would wait for ever.
func ledgerLookDuringChange(t *testing.T, l server.Ledger) {
	sale := fullSale()
	add(t, l, sale, newSale("S-OTHER"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := l.Change(ctx, server.Key{Serial: sale.Serial}, func(a *server.Account) error {
		a.Sale.Used = 99
		a.Save()
		for _, serial := range []license.Serial{sale.Serial, "S-OTHER"} {
			if err := l.Look(ctx, server.Key{Serial: serial}, func(now *server.Account) error {
				if now.Sale.Used == 99 {
					return errors.New("what no Change has stored yet is seen by Look")
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := look(t, l, server.Key{Serial: sale.Serial}); got.Sale.Used != 99 {
		t.Fatal("a Look after a Change does not see it")
	}
}

// ledgerCopies changes everything that went in and that came out.
func ledgerCopies(t *testing.T, l server.Ledger) {
	sale, one := fullSale(), fullActivation("A-1")
	add(t, l, sale)
	put(t, l, sale.Serial, one)
	at := server.Key{Serial: sale.Serial, ID: "A-1"}
	spoil := func(s *server.Sale, a *server.Activation) {
		if s != nil {
			s.Also[0], s.GivenUp[0], s.License[0], s.Updates[0].Submitted, s.Updates[0].Text[0] = "x", time.Time{}, 'x', false, 'x'
		}
		if a != nil {
			a.Data[0], a.Machine[0], a.Installations[0].Links[0], a.Installations[0].Used[0].Runs = 'x', "x", "x", 1
		}
	}
	spoil(sale, one)
	got := look(t, l, at)
	same(t, "the sale", got.Sale, fullSale())
	same(t, "the activations", got.Activations, []*server.Activation{fullActivation("A-1")})
	spoil(got.Sale, got.Activations[0])
	change(t, l, at, func(a *server.Account) { spoil(a.Sale, a.Activations[0]) })
	if found, err := l.Sales(t.Context(), server.Filter{}); err == nil {
		spoil(found[0], nil)
	}
	spoil(nil, activations(t, l, sale.Serial, "", 1)[0])
	got = look(t, l, at)
	same(t, "the sale", got.Sale, fullSale())
	same(t, "the activations", got.Activations, []*server.Activation{fullActivation("A-1")})
}

func ledgerSalesApart(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"), newSale("S-2"))
	one, other := fullActivation("A-1"), fullActivation("A-2")
	other.Installations, other.Machine = one.Installations, one.Machine
	put(t, l, "S-1", one)
	put(t, l, "S-2", other)
	for serial, want := range map[license.Serial]string{"S-1": "A-1", "S-2": "A-2"} {
		at := server.Key{Serial: serial, Marks: one.Marks()}
		equal(t, "the activations by marks that two sales have", ids(look(t, l, at).Activations), []string{want})
		equal(t, "Activations", ids(activations(t, l, serial, "", 10)), []string{want})
	}
	if got := look(t, l, server.Key{Serial: "S-1", ID: "A-2"}); len(got.Activations) > 0 {
		t.Fatal("the id of another sale's activation loads it")
	}
}

func ledgerHistory(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"), newSale("S-2"))
	for i := range 5 {
		for _, serial := range []license.Serial{"S-1", "S-2"} {
			change(t, l, server.Key{Serial: serial}, func(a *server.Account) {
				a.Note(note(server.EventLimit, fmt.Sprint(serial == "S-1", i, "a")))
				a.Note(note(server.EventLimit, fmt.Sprint(serial == "S-1", i, "b")))
			})
		}
	}
	all := history(t, l, "S-1", 0, 100)
	if len(all) != 11 || all[0].Kind != server.EventSold {
		t.Fatalf("the history has %d events, not 11 of which the first is the sale", len(all))
	}
	for i, e := range all[1:] {
		if want := fmt.Sprint(true, i/2, string("ab"[i%2])); e.Detail != want || e.ID <= all[i].ID {
			t.Fatalf("event %d is %q with id %d after %d, and it must be %q", i+1, e.Detail, e.ID, all[i].ID, want)
		}
	}
	same(t, "a page of the history", history(t, l, "S-1", all[3].ID, 4), all[4:8])
	same(t, "its last page", history(t, l, "S-1", all[8].ID, 4), all[9:])
	same(t, "without a limit, the history", history(t, l, "S-1", 0, 0), all)
	if rest := history(t, l, "S-1", all[10].ID, 4); len(rest) > 0 {
		t.Fatal("after the last event there are more")
	}
}

func ledgerSales(t *testing.T, l server.Ledger) {
	for i, serial := range []license.Serial{"S-5", "S-1", "S-3", "S-2", "S-4"} {
		s := newSale(serial)
		s.Order, s.Customer = fmt.Sprint("order ", i%2), fmt.Sprint("customer ", i%3)
		if i == 4 {
			s.Product, s.Also = "acme-cam", []string{"acme-cad"}
		}
		add(t, l, s)
	}
	for _, test := range []struct {
		filter server.Filter
		want   []string
	}{
		{server.Filter{}, []string{"S-1", "S-2", "S-3", "S-4", "S-5"}},
		{server.Filter{Product: "acme-cad"}, []string{"S-1", "S-2", "S-3", "S-5"}},
		{server.Filter{Product: "acme"}, nil},
		{server.Filter{Order: "order 1"}, []string{"S-1", "S-2"}},
		{server.Filter{Customer: "customer 0"}, []string{"S-2", "S-5"}},
		{server.Filter{Customer: "customer 0", Order: "order 1"}, []string{"S-2"}},
		{server.Filter{Customer: "CUSTOMER 0"}, nil},
		{server.Filter{Customer: "customer%"}, nil},
		{server.Filter{After: "S-2"}, []string{"S-3", "S-4", "S-5"}},
		{server.Filter{After: "S-2", Limit: 2}, []string{"S-3", "S-4"}},
		{server.Filter{After: "S-2", Limit: 1, Product: "acme-cam"}, []string{"S-4"}},
		{server.Filter{After: "S-5"}, nil},
	} {
		equal(t, "the sales", sales(t, l, test.filter), test.want)
	}
}

func ledgerSalesDefault(t *testing.T, l server.Ledger) {
	var all []*server.Sale
	for i := range 101 {
		all = append(all, newSale(license.Serial(fmt.Sprintf("S-%03d", i))))
	}
	add(t, l, all...)
	if n := len(sales(t, l, server.Filter{})); n != 100 {
		t.Fatalf("without a limit, Sales returned %d of 101, not 100", n)
	}
}

func ledgerActivations(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"))
	for _, id := range []string{"A-3", "A-1", "A-4", "A-2"} {
		one := fullActivation(id)
		one.Active = id != "A-2"
		put(t, l, "S-1", one)
	}
	equal(t, "all activations", ids(activations(t, l, "S-1", "", 10)), []string{"A-1", "A-2", "A-3", "A-4"})
	equal(t, "without a limit, the activations", ids(activations(t, l, "S-1", "", 0)), []string{"A-1", "A-2", "A-3", "A-4"})
	equal(t, "a page of activations", ids(activations(t, l, "S-1", "A-1", 2)), []string{"A-2", "A-3"})
	equal(t, "the last page", ids(activations(t, l, "S-1", "A-3", 2)), []string{"A-4"})
}

func ledgerContext(t *testing.T, l server.Ledger) {
	add(t, l, newSale("S-1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Add(ctx, newSale("S-2")); err == nil {
		t.Fatal("Add returned no error, and its context had ended")
	}
	if err := l.Change(ctx, server.Key{Serial: "S-1"}, func(a *server.Account) error {
		a.Sale.Used = 99
		a.Save()
		return nil
	}); err == nil {
		t.Fatal("Change returned no error, and its context had ended")
	}
	if look(t, l, server.Key{Serial: "S-1"}).Sale.Used != 0 {
		t.Fatal("something was stored with a context that had ended")
	}
	equal(t, "Sales", sales(t, l, server.Filter{}), []string{"S-1"})
}

// ledgerOneAfterAnother has many goroutines count one number up: none of their
// steps is lost, and each sees those before it.
func ledgerOneAfterAnother(t *testing.T, l server.Ledger) {
	const goroutines, steps = 8, 10
	add(t, l, newSale("S-1"))
	together(t, goroutines, func(g int) error {
		for i := range steps {
			err := l.Change(t.Context(), server.Key{Serial: "S-1", Marks: []string{"m:all"}}, func(a *server.Account) error {
				if int(a.Sale.Used) != len(a.Activations) {
					return fmt.Errorf("a Change found %d activations and a count of %d", len(a.Activations), a.Sale.Used)
				}
				a.Sale.Used++
				a.Save()
				a.Put(&server.Activation{ID: fmt.Sprintf("A-%d-%d", g, i), Active: true, Machine: []string{"all"}})
				a.Note(note(server.EventActivated, fmt.Sprint(a.Sale.Used)))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	got := look(t, l, server.Key{Serial: "S-1", Marks: []string{"m:all"}})
	if got.Sale.Used != goroutines*steps || got.Sale.Version != 1+goroutines*steps || len(got.Activations) != goroutines*steps {
		t.Fatalf("of %d steps, the count has %d, the version %d, the activations %d",
			goroutines*steps, got.Sale.Used, got.Sale.Version-1, len(got.Activations))
	}
	for i, e := range history(t, l, "S-1", 0, 1000)[1:] {
		if e.Detail != fmt.Sprint(i+1) {
			t.Fatalf("event %d says %s: the history is not in the order in which things happened", i+1, e.Detail)
		}
	}
}

// ledgerManySales is ledgerOneAfterAnother over sales that several goroutines
// change, in different orders.
func ledgerManySales(t *testing.T, l server.Ledger) {
	const goroutines, count = 8, 10
	serial := func(i int) license.Serial { return license.Serial(fmt.Sprint("S-", i%count)) }
	for i := range count {
		add(t, l, newSale(serial(i)))
	}
	together(t, goroutines, func(g int) error {
		for i := range count {
			if err := l.Change(t.Context(), server.Key{Serial: serial(g*3 + i*7)}, func(a *server.Account) error {
				a.Sale.Used++
				a.Save()
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range count {
		if used := look(t, l, server.Key{Serial: serial(i)}).Sale.Used; used != goroutines {
			t.Fatalf("a sale that %d goroutines changed was changed %d times", goroutines, used)
		}
	}
}

// ledgerErrorsApart has every other Change fail, at the same time as the rest
// succeed.
func ledgerErrorsApart(t *testing.T, l server.Ledger) {
	const goroutines, steps = 8, 10
	add(t, l, newSale("S-1"), newSale("S-2"))
	mine := errors.New("mine")
	together(t, goroutines, func(g int) error {
		serial := license.Serial(fmt.Sprint("S-", 1+g/2%2))
		for range steps {
			err := l.Change(t.Context(), server.Key{Serial: serial}, func(a *server.Account) error {
				a.Sale.Used++
				a.Save()
				if g%2 == 0 {
					a.Note(note(server.EventLimit, "never"))
					return mine
				}
				return nil
			})
			if (g%2 == 0) != (err == mine) {
				return fmt.Errorf("the function fails: %v, and Change returned %v", g%2 == 0, err)
			}
		}
		return nil
	})
	for _, serial := range []license.Serial{"S-1", "S-2"} {
		if used := look(t, l, server.Key{Serial: serial}).Sale.Used; used != goroutines*steps/4 {
			t.Fatalf("%d changes succeeded, and %d were stored", goroutines*steps/4, used)
		}
		if n := len(history(t, l, serial, 0, 100)); n != 1 {
			t.Fatalf("changes that failed left %d events", n-1)
		}
	}
}

// together runs goroutines at the same time, and reports their errors.
func together(t *testing.T, n int, run func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
