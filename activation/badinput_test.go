package activation_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// fingerprint is a machine with a board and a disk; "" cannot be read.
func fingerprint(t testing.TB, board, disk string) binding.Fingerprint {
	t.Helper()
	reading := func(component, value string) binding.Reading {
		if value == "" {
			return binding.Reading{Component: component, Err: os.ErrPermission}
		}
		return binding.Reading{Component: component, Values: []string{value}}
	}
	f, err := binding.NewFingerprint("acme-cad", []binding.Reading{reading("board", board), reading("disk", disk)})
	require.NoError(t, err)
	return f
}

// bound binds a licence to a machine.
func bound(t testing.TB, line string, f binding.Fingerprint) func(l *license.License) {
	t.Helper()
	scheme, err := binding.ParseScheme(line)
	require.NoError(t, err)
	data, err := f.Bind(scheme)
	require.NoError(t, err)
	return func(l *license.License) { l.Binding = license.Binding{Scheme: scheme.String(), Data: data} }
}

// An endless reader gives white space for ever, and counts it.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	if e.read += len(b); e.read > 1<<30 {
		return 0, errors.New("a gibibyte was read")
	}
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// TestBadImport gives a client that has a licence and an update everything
// that it must not take. Each has its code, and nothing at all changes.
func TestBadImport(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	o.Host = fingerprint(t, "serial:BOARD-A", "")
	c := open(t, o)
	licence := v.sell(t)
	update := v.update(t, 1, extend("export", 1))
	mustImport(t, c, licence)
	mustImport(t, c, update)
	require.NoError(t, c.Consume("print", 1))

	l := func(edit func(l *license.License)) []byte {
		return v.sell(t, func(l *license.License) { l.ID, l.Serial = "L-9", "SERIAL-9"; edit(l) })
	}
	u := func(edit func(u *license.Update)) []byte { return v.update(t, 2, edit) }
	stranger := v
	other, err := issuer.Generate(license.RoleLicense, bytes.NewReader(bytes.Repeat([]byte{77}, 32)))
	require.NoError(t, err)
	stranger.issue, err = issuer.New("acme", license.RoleLicense, other.Signer())
	require.NoError(t, err)
	rival := v
	rival.issue, err = issuer.New("rival", license.RoleLicense, v.issueKey.Signer())
	require.NoError(t, err)
	elsewhere := fingerprint(t, "serial:BOARD-B", "serial:DISK-B")
	here := fingerprint(t, "serial:BOARD-A", "serial:DISK-A")
	middle := bytes.Index(licence, []byte("\n")) + 200
	// with puts another character into the middle of the licence's base64.
	with := func(b byte) []byte {
		text := bytes.Clone(licence)
		text[middle] = b
		return text
	}
	changed := with('A')
	if licence[middle] == 'A' {
		changed = with('B')
	}
	otherCatalogue, err := v.issue.Catalogue(&license.Catalogue{Product: "acme-cam", Issued: noon, Editions: []license.Edition{
		{Number: 1, Name: "Standard", Kind: license.Full, Features: []license.Feature{{ID: "draw"}}},
	}})
	require.NoError(t, err)
	tests := []struct {
		name string
		text []byte
		code license.Code
	}{
		{"empty", nil, license.NotDocument},
		{"white space", []byte(" \r\n\t "), license.NotDocument},
		{"binary", bytes.Repeat([]byte{0, 0xff, 0x80, '\n'}, 99), license.NotDocument},
		{"HTML", []byte("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"), license.NotDocument},
		{"JSON of something else", []byte(`{"error":"not found"}`), license.NotDocument},
		{"a ZIP file", []byte("PK\x03\x04\x14\x00"), license.NotDocument},
		{"a certificate", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), license.NotDocument},
		{"a typed key", []byte("A0000-00000-00000-00000-00000"), license.NotDocument},
		{"truncated", licence[:len(licence)/2], license.Truncated},
		{"truncated by a byte of its last line", bytes.TrimRight(licence, "\n")[:len(licence)-3], license.Truncated},
		{"changed", changed, license.SignatureWrong},
		{"no base64 any more", with('!'), license.Damaged},
		{"with something behind it", append(bytes.Clone(licence), "and more"...), license.Damaged},
		{"twice in one file", append(bytes.Clone(licence), licence...), license.Damaged},
		{"too large by a byte", append(bytes.Clone(licence), bytes.Repeat([]byte(" "), license.MaxDocument+1-len(licence))...), license.TooLarge},
		{"too large, and more hidden behind", append(append(bytes.Clone(licence), bytes.Repeat([]byte(" "), license.MaxDocument)...), "x"...), license.TooLarge},
		{"wrong armour", bytes.ReplaceAll(licence, []byte("LICENSE"), []byte("UPDATE")), license.SignatureWrong},
		{"a catalogue of a key that nobody knows", stranger.catalogue(t), license.KeyUnknown},
		{"a catalogue of another product", otherCatalogue, license.OtherProduct},
		{"of a key that nobody knows", stranger.sell(t), license.KeyUnknown},
		{"of another vendor", rival.sell(t), license.OtherVendor},
		{"after the key's end", l(func(l *license.License) { l.Issued = day("2040-01-01").Start() }), license.KeyEnded},
		{"of another product", l(func(l *license.License) { l.Products[0].ID = "acme-cam" }), license.OtherProduct},
		{"bound to another machine", l(bound(t, "board+disk~/1", elsewhere)), license.HardwareChanged},
		{"bound to what cannot be read", l(bound(t, "disk", here)), license.HardwareUnreadable},
		{"bound to what makes no sense", l(func(l *license.License) { l.Binding = license.Binding{Scheme: "board", Data: []byte{9}} }), license.BindingDamaged},
		{"an older licence of the serial number", v.sell(t, func(l *license.License) { l.ID = "L-0"; l.Issued = noon.Add(-1e9) }), license.LicenseReplaced},
		{"an update out of order", v.update(t, 3, extend("export", 1)), license.OutOfOrder},
		{"an update that was overtaken", v.update(t, 1, func(u *license.Update) { u.ID = "U-0"; extend("export", 1)(u) }), license.OutOfOrder},
		{"an update for another licence", u(func(u *license.Update) { u.Serial = "SERIAL-7" }), license.OtherLicense},
		{"an update before its time", u(func(u *license.Update) { u.Obtain.From = day("2026-03-11") }), license.ObtainingNotYet},
		{"an update after its time", u(func(u *license.Update) { u.Obtain.Until = day("2026-03-09") }), license.ObtainingOver},
		{"an update of the binding", u(func(u *license.Update) { u.Products = []license.ProductChange{{ID: "acme-cad", Scheme: "board"}} }), license.OtherScheme},
		{"an update that takes the product away", u(func(u *license.Update) {
			u.Rewrite, u.WholeLicense, u.Kind = true, true, license.Full
			u.Products = []license.ProductChange{{ID: "acme-cam"}}
		}), license.OtherProduct},
		{"a lowered kind", u(func(u *license.Update) { u.Kind = license.Trial }), license.KindNotLowered},
		{"too much", u(func(u *license.Update) {
			n := int64(license.MaxCount)
			u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "print", Runs: &n}}}}
		}), license.UpdateRefused},
		{"an update of a stranger", stranger.update(t, 2, extend("export", 1)), license.KeyUnknown},
	}
	status := c.Status()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
				change, err := c.Import(context.Background(), bytes.NewReader(test.text))
				r := requireReason(t, err, test.code)
				require.Equal(t, activation.Change{Before: c.Status().State, After: c.Status().State}, change)
				require.NotContains(t, err.Error(), "BOARD")
				require.NotEmpty(t, r.Remedy(license.German))
				if test.code == license.HardwareChanged {
					require.Equal(t, []string{"board"}, r.Names)
				}
				if test.code == license.HardwareUnreadable {
					require.Equal(t, []string{"disk"}, r.Names)
				}
			})
			require.Equal(t, status, c.Status())
		})
	}
	t.Run("endless", func(t *testing.T) {
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			for _, head := range [][]byte{nil, licence} {
				var e endless
				_, err := c.Import(context.Background(), io.MultiReader(bytes.NewReader(head), &e))
				requireReason(t, err, license.TooLarge)
				require.Less(t, e.read, 2*license.MaxDocument)
			}
		})
	})
	t.Run("a reader that fails", func(t *testing.T) {
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			broken := errors.New("the stick was pulled out")
			_, err := c.Import(context.Background(), io.MultiReader(bytes.NewReader(licence), iotest.ErrReader(broken)))
			require.ErrorIs(t, err, broken)
		})
	})
	t.Run("given up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			_, err := c.Import(ctx, bytes.NewReader(u(extend("export", 1))))
			require.ErrorIs(t, err, context.Canceled)
			_, err = c.Enter(ctx, "anything")
			require.ErrorIs(t, err, context.Canceled)
		})
	})
	mustImport(t, c, u(extend("export", 1)))
	noHost := o
	noHost.Host = nil
	d := open(t, noHost)
	requireReason(t, importing(d, l(bound(t, "board", here))), license.BindingUnchecked)
}

func TestMailedFile(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	text := v.sell(t)
	for name, mailed := range map[string]string{
		"CRLF":        strings.ReplaceAll(string(text), "\n", "\r\n"),
		"white space": "\r\n  \n" + string(text) + "\n\n\t ",
		"no newline":  strings.TrimSpace(string(text)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := v.options(t)
			c := open(t, o)
			mustImport(t, c, []byte(mailed))
			require.True(t, c.Allows("draw"))
			requireNotice(t, c, text, license.AlreadyEntered)
			require.NoError(t, c.Close())
			require.True(t, open(t, o).Allows("draw"))
		})
	}
}

func TestBadEnter(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	mustImport(t, c, v.sell(t))
	generate := func(kind keyfmt.Kind) string {
		key, err := keyfmt.Generate(kind, nil)
		require.NoError(t, err)
		return key.Text()
	}
	activationKey := func(product string, edit func(k *license.KeyTerms)) string {
		terms := license.KeyTerms{Edition: 1, Issued: day("2026-03-01")}
		edit(&terms)
		key, err := v.issue.Key(terms, product, "Ada Lovelace")
		require.NoError(t, err)
		return key.Text()
	}
	good := activationKey("acme-cad", func(*license.KeyTerms) {})
	installation, err := keyfmt.New(keyfmt.Installation, make([]byte, 10))
	require.NoError(t, err)
	request := generate(keyfmt.Request)
	for _, test := range []struct {
		name, typed string
		code        license.Code
	}{
		{"empty", "", license.KeyUnrecognized},
		{"a sentence", "please activate my copy of the program", license.KeyUnrecognized},
		{"binary", "\x00\xff\xfe", license.KeyUnrecognized},
		{"endless", strings.Repeat("A", 1<<20), license.KeyUnrecognized},
		{"a document of another product", string(v.sell(t, func(l *license.License) { l.Products[0].ID = "acme-cam" })), license.OtherProduct},
		{"a document cut off", string(v.sell(t)[:400]), license.Truncated},
		{"a serial number", generate(keyfmt.Serial), license.NeedsServer},
		{"a request key", request, license.NeedsServer},
		{"a challenge code", generate(keyfmt.Challenge), license.ForVendor},
		{"an installation code", installation.Text(), license.ForVendor},
		{"an unlock code for nothing", generate(keyfmt.Unlock), license.UnlockUnknown},
		{"a row too few", good[:strings.LastIndex(good, "\n")], license.KeyIncomplete},
		{"a row that is worn away", "?????-????" + good[10:], license.KeyMistyped},
		{"of another product", activationKey("acme-cam", func(*license.KeyTerms) {}), license.KeyNotForUs},
		{"of an edition that is not there", activationKey("acme-cad", func(k *license.KeyTerms) { k.Edition = 9 }), license.EditionUnknown},
		{"after the key's end", activationKey("acme-cad", func(k *license.KeyTerms) { k.Issued = day("2040-01-01") }), license.KeyEnded},
		{"for a machine, without one", activationKey("acme-cad", func(k *license.KeyTerms) { k.Machine = make([]byte, 10) }), license.BindingUnchecked},
	} {
		t.Run(test.name, func(t *testing.T) {
			unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
				change, err := c.Enter(context.Background(), test.typed, activation.Licensee("Ada Lovelace"))
				r := requireReason(t, err, test.code)
				require.Equal(t, activation.Change{Before: c.Status().State, After: c.Status().State}, change)
				require.NotEmpty(t, r.Remedy(license.Swedish))
				if len(test.typed) > 9 {
					require.NotContains(t, err.Error(), test.typed[:10])
				}
			})
		})
	}
	worn := strings.Replace(good, good[7:9], "??", 1)
	change, err := c.Enter(context.Background(), worn, activation.Licensee("Ada Lovelace"))
	require.NoError(t, err)
	require.NotEmpty(t, change.Corrections)
	o.Catalogue = nil
	d := open(t, o)
	_, err = d.Enter(context.Background(), good, activation.Licensee("Ada Lovelace"))
	requireReason(t, err, license.CatalogueNeeded)
}

// TestEnterDocument pastes a licence where keys are typed.
func TestEnterDocument(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	c := open(t, o)
	_, err := c.Enter(context.Background(), "\n "+string(v.sell(t)))
	require.NoError(t, err)
	require.True(t, c.Allows("draw"))
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, spoil := range map[string]func(o *activation.Options){
		"Product":  func(o *activation.Options) { o.Product = "" },
		"Version":  func(o *activation.Options) { o.Version = "" },
		"Released": func(o *activation.Options) { o.Released = time.Time{} },
		"Keyring":  func(o *activation.Options) { o.Keyring = "" },
		"Label":    func(o *activation.Options) { o.Label = "two\nlines" },
	} {
		o, _ := v.options(t)
		spoil(&o)
		_, err := activation.Open(o)
		require.ErrorContains(t, err, "Options."+name)
		require.NoDirExists(t, o.Dir)
	}
	for code, spoil := range map[license.Code]func(o *activation.Options){
		license.KeyringDamaged: func(o *activation.Options) { o.Keyring = "trust me" },
		license.OtherDocument:  func(o *activation.Options) { o.Catalogue = v.sell(t) },
		license.NotDocument:    func(o *activation.Options) { o.Catalogue = []byte{} },
		license.OtherProduct:   func(o *activation.Options) { o.Product = "acme-cam" },
	} {
		o, _ := v.options(t)
		spoil(&o)
		_, err := activation.Open(o)
		require.ErrorIs(t, err, code)
		require.NoDirExists(t, o.Dir)
	}
	_, err := activation.SetAside(activation.Options{})
	require.Error(t, err)
	_, err = activation.SetAside(activation.Options{Product: "acme-cad", Store: &activation.MemoryStore{}})
	require.Error(t, err)
}

// TestOpenDamaged opens a client on state that was changed or cut off
// anywhere: either the state before it is in force, or nothing is and the
// files stay as they are. SetAside keeps them all.
func TestOpenDamaged(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t))
		mustImport(t, c, v.update(t, 1, extend("export", 10)))
		mustImport(t, c, v.update(t, 2, extend("export", 10)))
	})
	path, previous := filepath.Join(o.Dir, "state.0"), filepath.Join(o.Dir, "state.1")
	newest, err := os.ReadFile(path)
	require.NoError(t, err)
	older, err := os.ReadFile(previous)
	require.NoError(t, err)
	for i := 0; i < len(newest); i += 61 {
		flipped := bytes.Clone(newest)
		flipped[i] ^= 1 << (i % 8)
		for _, spoilt := range [][]byte{flipped, newest[:i]} {
			require.NoError(t, os.WriteFile(path, spoilt, 0o600))
			visit(t, o, func(c *activation.Client) {
				require.Equal(t, day("2027-01-10"), c.Decision("export").Until)
				require.True(t, has(c.Decision("print"), license.RestoreDetected))
				require.True(t, c.Allows("draw"))
			})
			require.NoError(t, os.WriteFile(previous, []byte("torn as well"), 0o600))
			unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
				_, err := activation.Open(o)
				require.Equal(t, o.Dir, requireReason(t, err, license.RecordDamaged).Detail)
			})
			require.NoError(t, os.WriteFile(previous, older, 0o600))
		}
	}
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.WriteFile(previous, nil, 0o600))
	before := tree(t, o.Dir)
	aside, err := activation.SetAside(o)
	require.NoError(t, err)
	require.Equal(t, o.Dir+".aside-20260310-120000", aside)
	after := tree(t, aside)
	require.Len(t, after, len(before))
	for path, content := range before {
		require.Equal(t, content, after[aside+path[len(o.Dir):]])
	}
	visit(t, o, func(c *activation.Client) {
		mustImport(t, c, v.sell(t))
		requireRestored(t, c)
	})
	_, err = os.Stat(o.Dir)
	require.NoError(t, err)
}

// TestOpenEdited has state in a store that does not notice changes: the seal
// does.
func TestOpenEdited(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	o, _ := v.options(t)
	store := &activation.MemoryStore{}
	o.Store, o.Dir, o.WitnessDir, o.Host = store, "", "", machineA()
	visit(t, o, func(c *activation.Client) { mustImport(t, c, v.sell(t)) })
	sealed := loads(t, store).Data
	for i := range sealed {
		if i > 128 && i%31 != 0 {
			continue
		}
		edited := bytes.Clone(sealed)
		edited[i] ^= 1 << (i % 8)
		o.Store = &activation.MemoryStore{}
		swaps(t, o.Store, string(edited))
		_, err := activation.Open(o)
		var r *license.Reason
		require.ErrorAs(t, err, &r, "byte %d", i)
		require.Contains(t, []license.Code{license.RecordDamaged, license.RecordForeign}, r.Code)
		require.Equal(t, activation.Record{Generation: 1, Data: edited}, loads(t, o.Store))
	}
	for _, n := range []int{0, 1, 4, 27, 28, 51, 52, 67, len(sealed) - 1} {
		o.Store = &activation.MemoryStore{}
		swaps(t, o.Store, string(sealed[:n]))
		_, err := activation.Open(o)
		requireReason(t, err, license.RecordDamaged)
	}
}
