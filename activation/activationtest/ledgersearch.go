package activationtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

func soldTo(serial license.Serial, id string, to license.Licensee) *server.Sale {
	s := newSale(serial)
	s.LicenseID, s.Licensee = id, to
	return s
}

// ledgerSearch tests that every kind of search finds its sales.
func ledgerSearch(t *testing.T, l server.Ledger) {
	add(t, l,
		soldTo("S-1", "L-one", license.Licensee{Name: "Ada Lovelace", Company: "Analytical Engines", Email: "ada@acme.example"}),
		soldTo("S-2", "L-two", license.Licensee{Company: "Straße & Söhne", Email: "office@strasse.example"}),
		soldTo("S-3", "L-three", license.Licensee{Name: "Ада Лавлейс", Company: "株式会社アクメ"}),
		soldTo("S-4", "L-one-more", license.Licensee{Name: "100% Pure_Software \\ Co", Email: "o'brien@acme.example"}),
	)
	node := func(id, label string) *server.Activation {
		return &server.Activation{ID: id, Label: label, Active: true, First: born, Since: born}
	}
	put(t, l, "S-1", node("A-x1", "Render node 3"), node("A-x2", "Büro"))
	put(t, l, "S-2", node("A-y1", "render NODE 4"))
	put(t, l, "S-4", &server.Activation{ID: "A-z1", Label: "node of old", First: born, Since: born, Ended: born})
	for _, test := range []struct {
		filter server.Filter
		want   []string
	}{
		{server.Filter{Activation: "A-x2"}, []string{"S-1"}},
		{server.Filter{Activation: " a-Y1\n"}, []string{"S-2"}},
		{server.Filter{Activation: "A-z1"}, []string{"S-4"}},
		{server.Filter{Activation: "A-x"}, nil},
		{server.Filter{Activation: "L-one"}, nil},
		{server.Filter{License: "L-one"}, []string{"S-1"}},
		{server.Filter{License: "l-ONE"}, []string{"S-1"}},
		{server.Filter{Licensee: "ada"}, []string{"S-1"}},
		{server.Filter{Licensee: "LOVE"}, []string{"S-1"}},
		{server.Filter{Licensee: "ada  lovel"}, []string{"S-1"}},
		{server.Filter{Licensee: "velace"}, nil},
		{server.Filter{Licensee: "acme.ex"}, []string{"S-1", "S-4"}},
		{server.Filter{Licensee: "acme.ex", After: "S-1"}, []string{"S-4"}},
		{server.Filter{Licensee: "acme.ex", Limit: 1}, []string{"S-1"}},
		{server.Filter{Licensee: "STRASSE"}, []string{"S-2"}},
		{server.Filter{Licensee: "SO\u0308HNE"}, []string{"S-2"}},
		{server.Filter{Licensee: "ада"}, []string{"S-3"}},
		{server.Filter{Licensee: "アクメ"}, []string{"S-3"}},
		{server.Filter{Licensee: "ｱｸﾒ"}, []string{"S-3"}},
		{server.Filter{Licensee: "100%"}, []string{"S-4"}},
		{server.Filter{Licensee: "1%"}, nil},
		{server.Filter{Licensee: "%"}, nil},
		{server.Filter{Licensee: "pure_s"}, []string{"S-4"}},
		{server.Filter{Licensee: "pureXs"}, nil},
		{server.Filter{Licensee: "o'b"}, []string{"S-4"}},
		{server.Filter{Licensee: " \t"}, nil},
		{server.Filter{Label: "render node"}, []string{"S-1", "S-2"}},
		{server.Filter{Label: "NODE"}, []string{"S-1", "S-2", "S-4"}},
		{server.Filter{Label: "node 4"}, []string{"S-2"}},
		{server.Filter{Label: "BÜRO"}, []string{"S-1"}},
		{server.Filter{Label: "ada"}, nil},
		{server.Filter{Licensee: "acme", Label: "node"}, []string{"S-1", "S-4"}},
		{server.Filter{Licensee: "acme", Label: "node", Activation: "A-x2", License: "L-one"}, []string{"S-1"}},
		{server.Filter{Licensee: "acme", Label: "node", Activation: "A-x2", License: "L-two"}, nil},
		{server.Filter{Licensee: "acme", Product: "acme-cam"}, nil},
		{server.Filter{Licensee: "acme", Product: "acme-cad"}, []string{"S-1", "S-4"}},
	} {
		equal(t, fmt.Sprintf("the sales of %+v", test.filter), sales(t, l, test.filter), test.want)
	}
}

// ledgerSearchFollows tests that searches find the changed values of a sale.
func ledgerSearchFollows(t *testing.T, l server.Ledger) {
	add(t, l, soldTo("S-1", "L-1", license.Licensee{Name: "Ada Lovelace"}), newSale("S-2"))
	relabel := func(serial license.Serial, id, label string) {
		t.Helper()
		change(t, l, server.Key{Serial: serial, ID: id}, func(a *server.Account) {
			one := &server.Activation{ID: id, First: born}
			if len(a.Activations) > 0 {
				one = a.Activations[0]
			}
			one.Label = label
			a.Put(one)
		})
	}
	named := func(f server.Filter, want ...string) {
		t.Helper()
		equal(t, fmt.Sprintf("the sales of %+v", f), sales(t, l, f), want)
	}
	change(t, l, server.Key{Serial: "S-1"}, func(a *server.Account) {
		a.Sale.LicenseID, a.Sale.Licensee = "L-2", license.Licensee{Company: "Acme"}
		a.Save()
	})
	named(server.Filter{License: "L-1"})
	named(server.Filter{License: "L-2"}, "S-1")
	named(server.Filter{Licensee: "ada"})
	named(server.Filter{Licensee: "acme"}, "S-1")
	for n := range 12 { // few lie in one place, and many in another
		id := fmt.Sprintf("A-%02d", n)
		relabel("S-1", id, "left")
		relabel("S-1", id, fmt.Sprint("right ", n))
		named(server.Filter{Label: "left"})
		named(server.Filter{Label: fmt.Sprint("right ", n)}, "S-1")
		named(server.Filter{Activation: id}, "S-1")
	}
	named(server.Filter{Activation: "A-00", Label: "right 0"}, "S-1")
	for n := range 12 {
		relabel("S-1", fmt.Sprintf("A-%02d", n), "")
	}
	named(server.Filter{Label: "right"})
	named(server.Filter{Activation: "A-11"}, "S-1")
	relabel("S-2", "B-1", "shared")
	relabel("S-2", "B-2", "shared")
	relabel("S-2", "B-1", "")
	named(server.Filter{Label: "shared"}, "S-2")
	nothing := func(a *server.Account) error {
		a.Activations[0].Label = "refused"
		a.Put(a.Activations[0])
		return errRefused
	}
	if err := l.Change(t.Context(), server.Key{Serial: "S-2", ID: "B-2"}, nothing); err != errRefused {
		t.Fatalf("Change returned %v", err)
	}
	named(server.Filter{Label: "refused"})
}

var errRefused = fmt.Errorf("activationtest: refused")

// ledgerSearchOfMany tests that a page has the first matches, and that special
// characters have no special meaning.
func ledgerSearchOfMany(t *testing.T, l server.Ledger) {
	var all []*server.Sale
	var want []string
	for n := range 150 {
		s := soldTo(license.Serial(fmt.Sprintf("S-%03d", 149-n)), fmt.Sprint("L-", n), license.Licensee{Name: fmt.Sprint("Customer ", n)})
		all = append(all, s)
		want = append(want, fmt.Sprintf("S-%03d", n))
	}
	add(t, l, all...)
	equal(t, "a page", sales(t, l, server.Filter{Licensee: "customer"}), want[:100])
	equal(t, "the next", sales(t, l, server.Filter{Licensee: "customer", After: "S-099"}), want[100:])
	for i, text := range []string{
		"'; DROP TABLE sales;--", "$1 ? :a", "a\x00b", "\x01\x02", strings.Repeat("long ", 300), strings.Repeat("界", 400), "\U0010ffff", "e\u0301\u200b", "x\u2028y",
	} {
		serial := license.Serial(fmt.Sprint("H-", i))
		add(t, l, soldTo(serial, fmt.Sprint("H-", i), license.Licensee{Name: "hostile " + text}))
		equal(t, fmt.Sprintf("of %q, the sales", text), sales(t, l, server.Filter{Licensee: "hostile " + text, License: fmt.Sprint("H-", i)}), []string{string(serial)})
	}
}
