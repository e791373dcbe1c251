package activation_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

func init() {
	threats = append(threats,
		threat{"B1_replay", threatReplay},
		threat{"B2_unsigned_answers", threatUnsigned},
		threat{"B3_fake_server", threatFakeServer},
		threat{"B16_no_listener", threatListener},
		threat{"B17_keys_in_logs", threatLogs},
		threat{"C10_offline_files", threatOfflineFiles},
	)
}

// threatReplay presents a reply in place of another: with another nonce, for
// another serial number, installation, product or endpoint, twice, and with the
// clock set a year to either side.
func threatReplay(t *testing.T) {
	o, now, d, typed := online(t)
	var recorded []byte
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		recorded, err = d.reply(d.last())
		require.NoError(t, err)
		honest := d.last()
		blocked := func(r *license.Request, reply *license.Reply) {
			_, serial := typedSerial(t, 7)
			reply.Code = license.LicenseBlocked
			reply.Receipt = d.receipt(t, r, func(p *license.Receipt) { p.Serial, p.Sequence, p.Hold = serial, 2, license.HoldBlocked })
		}
		activated := d.answer
		d.answer = blocked
		_, err = c.CheckOnline(ctx)
		requireReason(t, err, license.LicenseBlocked)
		d.answer = activated

		forged := map[string]func(r *license.Request, reply *license.Reply){
			"another nonce":        func(_ *license.Request, reply *license.Reply) { reply.Nonce = honest.Nonce },
			"another request":      func(_ *license.Request, reply *license.Reply) { reply.Request = honest.Digest },
			"another installation": func(_ *license.Request, reply *license.Reply) { reply.Installation = make([]byte, 32) },
			"another product":      func(_ *license.Request, reply *license.Reply) { reply.Product = "acme-cam" },
			"a receipt with no request": func(r *license.Request, reply *license.Reply) {
				*reply = license.Reply{Product: r.Product, Installation: r.Installation, Nonce: make([]byte, 16), Request: [32]byte{1}, Time: noon}
			},
		}
		for _, clock := range []time.Time{noon, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0)} {
			now.set(clock)
			for name, forge := range forged {
				d.answer = forge
				_, err := c.CheckOnline(ctx)
				require.ErrorIs(t, err, activation.ErrUnreachable, name)
				require.ErrorIs(t, err, license.ReplyOther, name)
			}
			d.fail = func(int) ([]byte, error) { return recorded, nil }
			_, err := c.CheckOnline(ctx)
			require.ErrorIs(t, err, license.ReplyOther, "the recorded reply")
			_, err = c.Enter(ctx, typed)
			require.ErrorIs(t, err, license.ReplyOther, "the recorded reply")
			requireReason(t, importing(c, recorded), license.ReplyOther)
			d.fail = nil
			require.False(t, c.Allows("draw"), "the vendor's no stands")
		}
	})
}

// threatUnsigned has something answer that is not the server: nothing of that
// is a verdict, and not a byte of state changes.
func threatUnsigned(t *testing.T) {
	o, _, d, typed := online(t)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		answer, err := d.reply(d.last())
		require.NoError(t, err)
		for _, status := range []int{200, 204, 301, 400, 401, 402, 403, 404, 410, 429, 451, 500, 503} {
			for _, body := range []string{
				"", "{}", `{"code":"license_blocked"}`, `{"valid":false,"error":"LICENSE_SUSPENDED"}`, "<html><body>Access denied", "\x00\xff\xfe",
				`{"payload":"e30=","payloadType":"application/vnd.latchkey.reply+json","signatures":[]}`,
				string(bytes.Replace(answer, []byte(`"sig":"`), []byte(`"sig":"AAAA`), 1)), string(answer[:len(answer)/2]),
			} {
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					_, _ = io.WriteString(w, body)
				}))
				courier, err := activation.NewHTTP(s.URL)
				require.NoError(t, err)
				courier.Sleep = func(context.Context, time.Duration) error { return nil }
				d.fail = func(int) ([]byte, error) {
					answer, err := courier.Exchange(ctx, []byte("x"))
					return append([]byte{}, answer...), err
				}
				unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
					_, err := c.CheckOnline(ctx)
					require.ErrorIs(t, err, activation.ErrUnreachable, "%d %q", status, body)
					_, err = c.Enter(ctx, typed)
					require.ErrorIs(t, err, activation.ErrUnreachable)
				})
				s.Close()
			}
		}
		require.True(t, c.Allows("draw"))
	})
}

// threatFakeServer has another server answer: one whose key nobody knows, one
// whose key may not sign replies, and one whose key has ended. A key that was
// rotated in is believed once the keyring has come.
func threatFakeServer(t *testing.T) {
	o, _, d, typed := online(t)
	fresh := func(role license.Role, seed byte) (issuer.PrivateKey, *issuer.Issuer) {
		key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
		require.NoError(t, err)
		i, err := issuer.New("acme", role, key.Signer())
		require.NoError(t, err)
		return key, i
	}
	prove(t, o)
	honest := d.v.clock
	key, next := fresh(license.RoleActivation, 77)
	visit(t, o, func(c *activation.Client) {
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			d.v.clock = next
			_, err := c.Enter(ctx, typed)
			require.ErrorIs(t, err, activation.ErrUnreachable)
			require.ErrorIs(t, err, license.KeyUnknown)
			d.v.clock = honest
			d.now = func() time.Time { return day("2040-01-01").Start() } // after the key's last day
			_, err = c.Enter(ctx, typed)
			require.ErrorIs(t, err, activation.ErrUnreachable)
			require.ErrorIs(t, err, license.KeyEnded)
			d.now = func() time.Time { return noon }
		})
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)

		keys := append(d.v.keyring.Keys(), license.Key{Public: key.Public(), Role: license.RoleActivation, End: day("2045-12-31")})
		keyring, err := license.NewKeyring("acme", 2, 1, keys)
		require.NoError(t, err)
		document, err := issuer.SignKeyring(keyring, d.v.root)
		require.NoError(t, err)
		activated := d.answer
		d.answer = func(r *license.Request, reply *license.Reply) {
			activated(r, reply)
			if r.Keyring < 2 {
				reply.Documents = append(reply.Documents, string(document))
			}
		}
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		d.v.clock = next
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 2, d.last().Keyring)
	})
	visit(t, o, func(c *activation.Client) { require.True(t, c.Allows("draw")) })
}

// prove has a client go as far as asking for the first time, so that what it has
// begun with is there.
func prove(t testing.TB, o activation.Options) {
	t.Helper()
	o.Courier = courierFunc(func(context.Context, []byte) ([]byte, error) { return nil, errNetwork })
	typed, _ := typedSerial(t, 7)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.ErrorIs(t, err, activation.ErrUnreachable)
	})
}

// threatListener holds that a client opens no port, whatever it does.
func threatListener(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("sockets are read from /proc, which only Linux has")
	}
	address, dir := os.Getenv("LATCHKEY_TEST_SERVER"), os.Getenv(dirVar)
	if os.Getenv(aloneVar) == "" {
		_, _, d, _ := online(t)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			answer, err := d.Exchange(r.Context(), body)
			if err != nil {
				w.WriteHeader(400)
			}
			_, _ = w.Write(answer)
		}))
		defer s.Close()
		address, dir = s.URL, t.TempDir()
	}
	if !alone(t, func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "LATCHKEY_TEST_SERVER="+address, dirVar+"="+dir)
	}) {
		return
	}
	o, _, _, typed := online(t)
	o.Courier, o.Server, o.AutoCheck = nil, address, time.Hour
	o.Dir, o.WitnessDir = filepath.Join(dir, "state"), filepath.Join(dir, "witness")
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		_, err = c.CheckOnline(ctx)
		require.NoError(t, err)
		_, err = c.Request(ctx, "")
		require.NoError(t, err)
		require.Empty(t, listening(t))
	})
}

// listening returns the sockets of this process on which it listens.
func listening(t *testing.T) (all []string) {
	t.Helper()
	own := map[string]bool{}
	descriptors, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, f := range descriptors {
		if target, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil {
			own[target] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile("/proc/self/net/" + table)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) > 9 && own["socket:["+f[9]+"]"] && (f[3] == "0A" || strings.HasPrefix(table, "udp") && f[3] == "07") {
				all = append(all, line)
			}
		}
	}
	return all
}

// threatLogs runs every flow with everything logged and printed, and looks for
// the keys in it.
func threatLogs(t *testing.T) {
	o, _, d, typed := online(t)
	var mu sync.Mutex
	var out bytes.Buffer
	note := func(values ...any) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
				_, _ = fmt.Fprintf(&out, verb+"\n", v)
			}
			for err, _ := v.(error); err != nil; err = errors.Unwrap(err) {
				_, _ = fmt.Fprintf(&out, "%v %+v %#v\n", err, err, err)
			}
		}
	}
	o.Logger = slog.New(slog.NewTextHandler(&lockedWriter{mu: &mu, w: &out}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.OnChange = func(c activation.Change) { note(c) }
	request, err := keyfmt.NewRequest(123456789)
	require.NoError(t, err)
	unlock, err := keyfmt.Generate(keyfmt.Unlock, bytes.NewReader(bytes.Repeat([]byte{5}, 64)))
	require.NoError(t, err)
	activationKey := d.v.key(t, "Ada Lovelace", license.KeyTerms{Edition: 1})
	secrets := []string{typed, request.Text(), string(request.Payload()), unlock.Text(), activationKey}
	visit(t, o, func(c *activation.Client) {
		note(o, c, c.Status())
		for _, fail := range []func(int) ([]byte, error){
			func(int) ([]byte, error) { return nil, errNetwork },
			func(int) ([]byte, error) { return []byte("<html>"), nil },
			nil,
		} {
			d.fail = fail
			for _, key := range secrets {
				change, err := c.Enter(ctx, key, activation.Licensee("Ada"))
				note(change, err)
				_, err = c.Enter(ctx, key[:len(key)-2], activation.ByHand())
				note(err)
				_, err = c.Request(ctx, key)
				note(err)
			}
			change, err := c.CheckOnline(ctx)
			note(change, err, c.Report(ctx))
		}
		note(c.Status(), c.Decision("draw"))
		for _, code := range []license.Code{license.SerialUnknown, license.RequestNotAccepted, license.ServerBusy} {
			d.answer = func(_ *license.Request, reply *license.Reply) { reply.Code = code }
			_, err := c.Enter(ctx, typed)
			note(err)
			_, err = c.Enter(ctx, request.Text())
			note(err)
		}
		for _, r := range d.asked {
			note(*r, r)
		}
		change, err := c.Deactivate(ctx, "")
		note(change, err, c.Status())
	})
	require.Greater(t, out.Len(), 10_000)
	for _, secret := range secrets {
		plain := strings.NewReplacer("-", "", " ", "", "\n", "").Replace(secret)
		for _, form := range []string{secret, plain, strings.ToLower(plain), url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), secret[:min(len(secret), 17)]} {
			require.False(t, strings.Contains(out.String(), form), "a key stands in what was printed: %q", around(out.String(), form))
		}
	}
}

// around returns what stands before a text in another.
func around(all, part string) string {
	i := strings.Index(all, part)
	if i < 0 {
		return ""
	}
	return all[max(i-200, 0):i]
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// threatOfflineFiles presents replies in files that answer something else, are
// old, come twice or come to another machine; and takes one that was mangled on
// its way as mail does.
func threatOfflineFiles(t *testing.T) {
	o, now, d, typed := online(t)
	courier := o.Courier
	o.Courier = nil
	answer := func(request []byte) []byte {
		bare, err := license.Bare(request)
		require.NoError(t, err)
		reply, err := courier.Exchange(ctx, bare)
		require.NoError(t, err)
		text, err := license.Armor(reply)
		require.NoError(t, err)
		return text
	}
	other, _ := d.v.options(t)
	other.Host = machineB()
	visit(t, other, func(stranger *activation.Client) {
		visit(t, o, func(c *activation.Client) {
			first, err := c.Request(ctx, typed)
			require.NoError(t, err)
			second, err := c.Request(ctx, typed)
			require.NoError(t, err)
			foreign, err := stranger.Request(ctx, typed)
			require.NoError(t, err)
			one, two := answer(first), answer(second)
			unchanged(t, []string{o.Dir, o.WitnessDir, other.Dir}, func() {
				requireReason(t, importing(c, answer(foreign)), license.ReplyOther)
				requireReason(t, importing(stranger, one), license.ReplyOther)
				requireReason(t, importing(c, first), license.ForVendor)
			})
			for _, clock := range []time.Time{noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0)} {
				now.set(clock)
				requireReason(t, importing(c, answer(foreign)), license.ReplyOther)
			}
			now.set(noon)
			require.NoError(t, importing(c, mangled(two)), "the second request's, as mail leaves it")
			require.True(t, c.Allows("draw"))
			unchanged(t, []string{o.Dir, o.WitnessDir}, func() { onceOnly(t, c, two) })
			require.NoError(t, importing(c, one), "the first one is open still")
			unchanged(t, []string{o.Dir, o.WitnessDir}, func() { onceOnly(t, c, one) })
		})
	})
	visit(t, o, func(c *activation.Client) {
		require.True(t, c.Allows("draw"))
		var last []byte
		for range 20 { // of many that are open, the newest stay
			var err error
			last, err = c.Request(ctx, typed)
			require.NoError(t, err)
		}
		require.NoError(t, importing(c, answer(last)))
	})
}

// mangled returns a text as mail and editors leave it: wrapped at 76, with
// CRLF, trailing spaces and a byte order mark.
func mangled(text []byte) []byte {
	out := []byte("\ufeff\r\n")
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		for len(line) > 76 {
			out = append(out, line[:76]+"  \r\n"...)
			line = line[76:]
		}
		out = append(out, line+" \r\n"...)
	}
	return append(out, "\r\n"...)
}

// onceOnly fails unless a reply that was imported before is harmless and changes
// nothing.
func onceOnly(t *testing.T, c *activation.Client, reply []byte) {
	t.Helper()
	change, err := c.Import(ctx, bytes.NewReader(reply))
	require.NoError(t, err)
	require.False(t, change.Changed)
	require.NotEmpty(t, change.LicenseID)
	require.NotNil(t, change.Notice)
	require.Equal(t, license.AlreadyEntered, change.Notice.Code)
}
