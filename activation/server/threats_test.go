package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

// TestThreat has a test for each attack that this package has to withstand, by
// its name.
func TestThreat(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(t *testing.T){
		"B1_replay":               threatReplay,
		"B2_unsigned_errors":      threatUnsigned,
		"B4_over_activation_race": threatOverrun,
		"B5_under_grant":          threatUndergrant,
		"B6_lost_reply":           threatLostReply,
		"B7_ping_pong":            threatPingPong,
		"B8_clone":                threatClone,
		"B9_brute_force":          threatBruteForce,
		"B10_enumeration":         threatEnumeration,
		"B11_timing":              threatTiming,
		"B12_paths":               threatPaths,
		"B14_hostile_text":        threatHostileText,
		"B15_slow_and_huge":       threatSlowAndHuge,
		"B17_key_in_logs":         threatLogs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// threatReplay sends one request twice, and another one's: each reply names
// what it answers.
func threatReplay(t *testing.T) {
	v := newVendor(t)
	v.sell(bound(board))
	c := v.client(1)
	a, b := c.request(license.OpActivate), c.request(license.OpActivate)
	one, other := c.send(a), c.send(b)
	require.NotEqual(t, one.Nonce, other.Nonce)
	require.NotEqual(t, one.Request, other.Request)
	require.Equal(t, "acme", one.Vendor)
	v.pass(time.Hour)
	require.Equal(t, one.Time.Add(time.Hour), c.send(a).Time, "the time is the server's own, also for an old request")
}

// threatUnsigned has every verdict, yes or no, be signed, and what is unsigned
// be no verdict.
func threatUnsigned(t *testing.T) {
	v := newVendor(t)
	v.sell(bound(board))
	web := httptest.NewServer(v)
	t.Cleanup(web.Close)
	post := func(body []byte) (int, []byte) {
		response, err := http.Post(web.URL+server.Path, "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, text
	}
	c := v.client(1)
	for _, change := range []func(*license.Request){
		func(*license.Request) {},
		func(r *license.Request) { r.Serial = "S-OTHER" },
		func(r *license.Request) { r.Vendor = "umbrella" },
		func(r *license.Request) { r.Product = "acme-cam" },
		func(r *license.Request) { r.Operation = license.OpDeactivate; r.Serial = "S-OTHER" },
		byKey,
	} {
		r := c.request(license.OpActivate)
		change(r)
		text, err := r.Sign(c.key)
		require.NoError(t, err)
		status, reply := post(text)
		require.Equal(t, http.StatusOK, status)
		c.open(r, reply)
	}
	text, err := c.request(license.OpCheck).Sign(c.key)
	require.NoError(t, err)
	v.ledger.fail = io.ErrUnexpectedEOF
	for want, body := range map[int][]byte{http.StatusServiceUnavailable: text, http.StatusBadRequest: text[:len(text)-9]} {
		status, reply := post(body)
		require.Equal(t, want, status)
		require.Empty(t, license.KindOf(reply))
	}
}

// threatUndergrant has several servers over one ledger: what was sold is
// granted, no more and no less, and no request fails.
func threatUndergrant(t *testing.T) {
	l := server.NewMemoryLedger()
	require.NoError(t, activationtest.Overrun(t.Context(), l, l, l, l))
}

// threatOverrun shows that the same run finds out a ledger that is naive.
func threatOverrun(t *testing.T) {
	require.NoError(t, activationtest.Overrun(t.Context(), server.NewMemoryLedger()))
	require.ErrorContains(t, activationtest.Overrun(t.Context(), &naive{MemoryLedger: server.NewMemoryLedger()}), "granted what was sold for")
}

// naive is a ledger that counts first and inserts then, as one does who has not
// heard of isolation: each Change of a sale reads before any of them writes.
type naive struct {
	*server.MemoryLedger
	mu   sync.Mutex
	read map[license.Serial]*sync.WaitGroup
}

func (n *naive) Change(ctx context.Context, at server.Key, edit func(*server.Account) error) error {
	var edited *server.Account
	err := n.Look(ctx, at, func(a *server.Account) error {
		edited = a
		return edit(a)
	})
	n.everyoneHasRead(at.Serial)
	if err != nil {
		return err
	}
	saved, put, notes := edited.Changes()
	return n.MemoryLedger.Change(ctx, at, func(a *server.Account) error {
		if saved {
			*a.Sale = *edited.Sale
			a.Save()
		}
		for _, one := range put {
			a.Put(one)
		}
		for _, e := range notes {
			a.Note(e)
		}
		return nil
	})
}

func (n *naive) everyoneHasRead(serial license.Serial) {
	n.mu.Lock()
	if n.read == nil {
		n.read = map[license.Serial]*sync.WaitGroup{}
	}
	if n.read[serial] == nil {
		n.read[serial] = &sync.WaitGroup{}
		n.read[serial].Add(activationtest.OverrunClients)
	}
	all := n.read[serial]
	n.mu.Unlock()
	all.Done()
	all.Wait()
}

// threatLostReply asks again for what was granted: it costs nothing.
func threatLostReply(t *testing.T) {
	for _, scheme := range []string{"", board} {
		v := newVendor(t)
		v.sell(bound(scheme), func(s *server.Sale) { s.Limit = 1 })
		c := v.client(1)
		first := c.receipt(c.send(c.request(license.OpActivate)))
		v.ledger.counts()
		for range 10 {
			reply := c.send(c.request(license.OpActivate))
			require.Equal(t, first, c.receipt(reply))
			require.Len(t, reply.Documents, 1)
		}
		require.EqualValues(t, 1, v.sale().Used)
		_, _, wrote := v.ledger.counts()
		require.Zero(t, wrote)
		require.Equal(t, []server.EventKind{server.EventActivated}, v.kinds(), "and it is no second life")
	}
}

// threatPingPong moves one licence back and forth: the budget ends that, and
// time brings it back.
func threatPingPong(t *testing.T) {
	v := newVendor(t)
	v.sell(bound(board), func(s *server.Sale) { s.Limit, s.Transfers, s.Period = 1, 3, 30*24*time.Hour })
	a, b := v.client(1), v.client(2)
	cycle := func() license.Code {
		a.do(license.OpActivate)
		code := a.do(license.OpDeactivate).Code
		a, b = b, a
		return code
	}
	for n := range 100 {
		want := license.Code("")
		if n >= 3 {
			want = license.TransfersUsed
			if n%2 == 0 {
				want = "" // the one that did not get in again has nothing to give up
			}
		}
		require.Equal(t, want, cycle(), n)
	}
	require.EqualValues(t, 1, v.sale().Used)
	v.pass(30 * 24 * time.Hour)
	for range 2 {
		cycle()
	}
	require.Len(t, v.sale().GivenUp, 1)
}

// threatClone starts one installation twice, as a copied virtual machine does:
// the vendor hears of it once, and both are served.
func threatClone(t *testing.T) {
	v := newVendor(t)
	v.sell(bound(board))
	one := v.client(1)
	one.activate()
	two := one.copy()
	two.next = two.draw("next")
	clones := func() (n int) {
		for _, k := range v.kinds() {
			if k == server.EventCloned {
				n++
			}
		}
		return n
	}
	for range 5 {
		v.pass(13 * time.Hour)
		one.yes(license.OpCheck)
		v.pass(13 * time.Hour)
		two.yes(license.OpCheck)
	}
	require.Equal(t, 1, clones())
	id := v.activations()[0].ID
	require.True(t, v.activations()[0].Installations[0].Cloned)

	require.NoError(t, v.ForgiveClone(t.Context(), "orders", theSerial, id))
	require.False(t, v.activations()[0].Installations[0].Cloned)
	for range 5 {
		v.pass(13 * time.Hour)
		one.yes(license.OpCheck) // which is not the one that was here last
	}
	require.Equal(t, 1, clones(), "one life alone is none too many")
	v.pass(13 * time.Hour)
	two.link, two.next = one.link, two.draw("next") // a copy anew
	one.yes(license.OpCheck)
	v.pass(time.Minute)
	two.yes(license.OpCheck)
	require.Equal(t, 2, clones())

	toleranceOfCopies(t)
}

// toleranceOfCopies has one, two and three of the replaceable components be
// others, of which two may.
func toleranceOfCopies(t *testing.T) {
	for changed, want := range map[int]license.Code{1: "", 2: "", 3: license.HardwareChanged} {
		v := newVendor(t)
		v.sell(bound(board), func(s *server.Sale) { s.Limit = 1 })
		c := v.client(1)
		c.activate()
		fresh := v.client(2)
		fresh.hardware = c.hardware
		for _, name := range []string{"cpu", "disk", "mac"}[:changed] {
			c.hardware[name] = "another"
		}
		require.Equal(t, want, c.do(license.OpCheck).Code)
		if want != "" {
			want = license.ActivationLimit
		}
		require.Equal(t, want, fresh.do(license.OpActivate).Code)
	}
}

// threatBruteForce tries request keys until nobody listens, from one address,
// from many of one network, and from everywhere.
func threatBruteForce(t *testing.T) {
	for name, from := range map[string]func(n int) netip.Addr{
		"address":      func(int) netip.Addr { return netip.MustParseAddr("192.0.2.7") },
		"network":      func(n int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}) },
		"everywhere":   func(n int) netip.Addr { return netip.AddrFrom4([4]byte{byte(n), byte(n >> 8), 1, 1}) },
		"IPv6 address": func(n int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("2001:db8:0:1::%x", n)) },
		"IPv6 network": func(n int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("2001:db8:0:%x::1", n)) },
		"mapped":       func(n int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("::ffff:192.0.2.%d", n%256)) },
		"nowhere":      func(int) netip.Addr { return netip.Addr{} },
	} {
		budget := map[string]int{"address": 10, "IPv6 address": 10, "network": 50, "IPv6 network": 50, "mapped": 50, "everywhere": 300, "nowhere": 300}[name]
		v := newVendor(t)
		v.sell(bound(board), withRequestKey)
		c := v.client(1)
		n := 0
		try := func(key license.Serial) (server.Answer, *license.Reply) {
			n++
			r := c.request(license.OpActivate)
			r.Serial, r.RequestKey = "", key
			text, err := r.Sign(c.key)
			require.NoError(t, err)
			answer, err := v.Exchange(t.Context(), text, from(n))
			require.NoError(t, err)
			return answer, c.open(r, answer.Reply)
		}
		_, right := try(theRequest)
		require.Empty(t, right.Code, name)
		for range budget {
			answer, reply := try("0000000000")
			require.Equal(t, license.RequestNotAccepted, reply.Code, name)
			require.Equal(t, http.StatusOK, answer.Status)
		}
		v.pass(10*time.Minute + time.Second)
		v.ledger.counts()
		answer, reply := try(theRequest)
		require.Equal(t, license.ServerBusy, reply.Code, name)
		require.EqualValues(t, 50, reply.N)
		require.Equal(t, http.StatusTooManyRequests, answer.Status)
		require.Equal(t, 50*time.Minute, answer.RetryAfter)
		looks, changes, _ := v.ledger.counts()
		require.Zero(t, looks+changes, "nobody listens any more")
		c.yes(license.OpCheck) // by serial number, which cannot be guessed
		v.pass(50 * time.Minute)
		_, reply = try(theRequest)
		require.Empty(t, reply.Code, name)
	}
}

// threatEnumeration gets one answer for every request key that does not work,
// and asks the ledger about none that cannot exist.
func threatEnumeration(t *testing.T) {
	shape := func(prepare func(v *vendor, r *license.Request), ops ...license.Operation) (shapes []license.Reply, statuses []int, sizes []int) {
		for _, op := range ops {
			v := newVendor(t)
			v.sell(bound(board), withRequestKey)
			c := v.client(1)
			r := c.request(op)
			byKey(r)
			prepare(v, r)
			v.ledger.counts()
			text, err := r.Sign(c.key)
			require.NoError(t, err)
			answer, err := v.Exchange(t.Context(), text, here)
			require.NoError(t, err)
			reply := *c.open(r, answer.Reply)
			reply.Request, reply.Product = [32]byte{}, ""
			shapes, statuses, sizes = append(shapes, reply), append(statuses, answer.Status), append(sizes, payloadSize(t, answer.Reply))
			if looks, changes, _ := v.ledger.counts(); r.RequestKey == "1234567890" {
				require.Zero(t, looks+changes)
			}
		}
		return shapes, statuses, sizes
	}
	ops := []license.Operation{license.OpActivate, license.OpCheck, license.OpDeactivate, license.OpReport}
	unknown, statuses, sizes := shape(func(_ *vendor, r *license.Request) { r.RequestKey = "0000000000" }, ops...)
	for i := range unknown {
		require.Equal(t, license.RequestNotAccepted, unknown[i].Code)
	}
	for name, prepare := range map[string]func(v *vendor, r *license.Request){
		"malformed": func(_ *vendor, r *license.Request) { r.RequestKey = "1234567890" },
		"used up": func(v *vendor, _ *license.Request) {
			for n := range 3 {
				v.client(10 + n).activate()
			}
		},
		"blocked":       func(v *vendor, _ *license.Request) { require.NoError(t, v.Block(t.Context(), "", theSerial, "")) },
		"cancelled":     func(v *vendor, _ *license.Request) { require.NoError(t, v.Cancel(t.Context(), "", theSerial, "")) },
		"other product": func(_ *vendor, r *license.Request) { r.Product = "acme-cam" },
	} {
		got, gotStatuses, gotSizes := shape(prepare, ops...)
		require.Equal(t, unknown, got, name)
		require.Equal(t, statuses, gotStatuses, name)
		require.Equal(t, sizes, gotSizes, name)
	}
	known, _, _ := shape(func(*vendor, *license.Request) {}, ops[1:]...)
	require.Equal(t, unknown[1:], known, "and one that exists, and was not activated here, is not told either")
}

// payloadSize returns how long what a reply says is. How long its signature is
// tells how many others were answered at the same time.
func payloadSize(t *testing.T, reply []byte) int {
	t.Helper()
	var e struct{ Payload []byte }
	require.NoError(t, json.Unmarshal(reply, &e))
	require.NotEmpty(t, e.Payload)
	return len(e.Payload)
}

// sources returns the package's files without its tests.
func sources(t *testing.T) (*token.FileSet, []*ast.File) {
	t.Helper()
	set := token.NewFileSet()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var files []*ast.File
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			f, err := parser.ParseFile(set, e.Name(), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			files = append(files, f)
		}
	}
	require.NotEmpty(t, files)
	return set, files
}

// threatTiming reads the sources: keys are compared in constant time, or not at
// all. A map, a comparison with nothing and the ascending order of a list, which
// only the desk asks for, give nothing away.
func threatTiming(t *testing.T) {
	set, files := sources(t)
	secret := func(e ast.Expr) bool {
		s, ok := e.(*ast.SelectorExpr)
		return ok && slices.Contains([]string{"Serial", "RequestKey", "Proof", "Nonce", "Link"}, s.Sel.Name)
	}
	empty := func(e ast.Expr) bool {
		l, ok := e.(*ast.BasicLit)
		return ok && l.Value == `""`
	}
	constant := false
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch e := n.(type) {
			case *ast.BinaryExpr:
				compares := e.Op == token.EQL || e.Op == token.NEQ
				if compares && (secret(e.X) || secret(e.Y)) && !empty(e.X) && !empty(e.Y) {
					t.Errorf("%s compares a key with %s", set.Position(e.Pos()), e.Op)
				}
			case *ast.SelectorExpr:
				constant = constant || e.Sel.Name == "ConstantTimeCompare"
			}
			return true
		})
	}
	require.True(t, constant)
}

// threatPaths tells names that would leave a folder or name a device, where a
// name is asked for; and reads the sources, which open no file and ask nobody.
func threatPaths(t *testing.T) {
	for _, name := range []string{"../../etc/passwd", `..\..\x`, "a\x00b", "/etc/passwd", `C:\CON`, strings.Repeat("x", 4<<10), "http://127.0.0.1:22/"} {
		v := newVendor(t)
		v.sell(aLicense())
		for _, change := range []func(*license.Request){
			func(r *license.Request) { r.Product = name },
			func(r *license.Request) { r.Version = name },
			func(r *license.Request) { r.Serial = license.Serial(name) },
			func(r *license.Request) { r.License = name },
			func(r *license.Request) { r.Serial, r.RequestKey = "", license.Serial(name) },
		} {
			r := v.client(1).request(license.OpActivate)
			change(r)
			_, err := r.Sign(v.client(1).key)
			require.Error(t, err, "no request holds such a name")
		}
		err := v.Sell(t.Context(), "orders", &server.Sale{Serial: license.Serial(name), Limit: 1, License: v.sign(aLicense())})
		require.ErrorIs(t, err, license.OtherLicense)
		response := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/v1/", nil)
		request.URL.Path = "/v1/" + name
		v.ServeHTTP(response, request)
		require.Equal(t, http.StatusNotFound, response.Code)
		require.NotContains(t, response.Body.String(), name)
	}
	v := newVendor(t)
	v.sell(aLicense())
	c := v.client(1)
	for _, name := range []string{"CON", "..", ".", "-rf", "a:b@c"} {
		c.no(license.OpActivate, license.SerialUnknown, func(r *license.Request) { r.Serial, r.Version = license.Serial(name), name })
	}
	set, files := sources(t)
	for _, f := range files {
		for _, spec := range f.Imports {
			require.NotContains(t, []string{`"os"`, `"os/exec"`, `"net"`, `"path/filepath"`, `"net/http/httputil"`}, spec.Path.Value, set.Position(spec.Pos()))
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "http" {
					require.NotContains(t, []string{"Client", "DefaultClient", "Get", "Post", "PostForm", "Head", "NewRequest", "NewRequestWithContext", "Transport", "DefaultTransport", "ServeFile", "FileServer"},
						s.Sel.Name, set.Position(s.Pos()))
				}
			}
			return true
		})
	}
}

// threatHostileText has what the desk writes go to the customer and back as it
// is.
func threatHostileText(t *testing.T) {
	for _, text := range []string{`'; DROP TABLE sales;--`, `"><script>alert(1)</script>`, `%_\`, "`$(id)`", "{{.}}", "\u202e\x01"} {
		v := newVendor(t)
		v.sell(aLicense(), func(s *server.Sale) { s.Order, s.Customer, s.Contact = text, text, text })
		c := v.client(1)
		require.Equal(t, text, c.activate().Contact)
		require.NoError(t, v.Block(t.Context(), text, theSerial, text))
		require.Equal(t, text, c.do(license.OpCheck).Contact)
		events, err := v.ledger.History(t.Context(), theSerial, 0, 10)
		require.NoError(t, err)
		require.Equal(t, text, events[2].Detail)
		require.Equal(t, text, events[2].Actor)
	}
}

// threatLogs runs everything with a log that holds all, and looks for what must
// not be there.
func threatLogs(t *testing.T) {
	var mu sync.Mutex
	var lines bytes.Buffer
	v := newVendor(t, func(o *server.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(writer(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return lines.Write(p)
		}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	sold := v.sell(bound(board), withRequestKey)
	c := v.client(1)
	c.activate(byKey)
	c.yes(license.OpCheck)
	c.yes(license.OpReport)
	c.do(license.OpMove, proving(c.proof()))
	c.yes(license.OpDeactivate)
	c.no(license.OpActivate, license.SerialUnknown, func(r *license.Request) { r.Serial = "S-1002" })
	err := v.Sell(t.Context(), "orders", sold)
	require.Error(t, err)
	v.ledger.fail = fmt.Errorf("at %v", server.Key{Serial: theSerial, RequestKey: theRequest})
	text, signErr := c.request(license.OpCheck).Sign(c.key)
	require.NoError(t, signErr)
	_, failed := v.Exchange(t.Context(), text, here)
	require.Error(t, failed)
	all := lines.String() + err.Error() + failed.Error() + fmt.Sprintf("%v %+v %#v", sold, *sold, sold)
	require.Contains(t, all, `"operation":"activate"`)
	for _, secret := range []string{string(theSerial), string(theRequest), "S-1002", "192.0.2.1", "board 1"} {
		require.NotContains(t, all, secret)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
