package machine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding"
)

// A probe that hangs is "timeout" after its own limit and holds up nobody;
// when it answers after all, the next question has the answer.
func TestHungProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{})
		m := on(bareMetal(), WithTimeout(200*time.Millisecond), WithComponent("dongle", func(context.Context) ([]string, error) {
			<-wake // and never looks at ctx
			return []string{"HL-4711"}, nil
		}))
		start := time.Now()
		got := states(t, m)
		require.Equal(t, 200*time.Millisecond, time.Since(start))
		require.Equal(t, "unreadable (timeout)", got["dongle"])
		require.Equal(t, "readable", got["board"])

		start = time.Now()
		require.Equal(t, "unreadable (timeout)", states(t, m)["dongle"])
		require.Zero(t, time.Since(start), "the time was up before")

		close(wake)
		synctest.Wait()
		require.Equal(t, "readable", states(t, m)["dongle"])
	})
}

func TestProbeSeesItsLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := on(fstest.MapFS{}, WithComponent("dongle", func(ctx context.Context) ([]string, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		start := time.Now()
		require.Equal(t, "unreadable (timeout)", states(t, m)["dongle"])
		require.Equal(t, DefaultTimeout, time.Since(start))
	})
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := on(bareMetal(), WithComponent("dongle", func(ctx context.Context) ([]string, error) {
			time.Sleep(100 * time.Millisecond)
			return []string{"x"}, ctx.Err()
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		f, err := m.Fingerprint(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Empty(t, f.Components())
		require.Equal(t, "readable", states(t, m)["dongle"], "one caller's end does not end the reading for others")
	})
}

func TestPanickingProbe(t *testing.T) {
	t.Parallel()
	m := on(bareMetal(), WithComponent("dongle", func(context.Context) ([]string, error) { panic("driver: HL-4711") }))
	require.Equal(t, "unreadable (error)", states(t, m)["dongle"])
}

func TestReadsOnceAndLazily(t *testing.T) {
	t.Parallel()
	var a, b atomic.Int32
	count := func(n *atomic.Int32) ReadFunc {
		return func(context.Context) ([]string, error) {
			n.Add(1)
			return []string{"x"}, nil
		}
	}
	m := on(bareMetal(), WithComponent("dongle", count(&a)), WithComponent("tpm", count(&b)))
	require.Zero(t, a.Load(), "New reads nothing")
	s, err := binding.ParseScheme("dongle")
	require.NoError(t, err)
	f, err := binding.NewFingerprint("acme-cad", []binding.Reading{{Component: "dongle", Values: []string{"x"}}})
	require.NoError(t, err)
	data, err := f.Bind(s)
	require.NoError(t, err)

	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := m.MatchBinding("dongle", data); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, a.Load(), "once")
	require.Zero(t, b.Load(), "only what the scheme names")
	m.Refresh()
	changed, allowed, err := m.BindingDrift("dongle", data)
	require.NoError(t, err)
	require.Empty(t, changed)
	require.Zero(t, allowed)
	require.EqualValues(t, 2, a.Load())
}

func TestDongle(t *testing.T) {
	t.Parallel()
	with := func(serial ...string) Option {
		return WithComponent("dongle", func(context.Context) ([]string, error) { return serial, nil })
	}
	data := bindTo(t, on(bareMetal(), with("HL-4711")), "dongle")
	require.NoError(t, on(virtualMachine(), with("HL-4711")).MatchBinding("dongle", data))
	var mismatch *binding.MismatchError
	require.ErrorAs(t, on(bareMetal(), with()).MatchBinding("dongle", data), &mismatch)
	require.Equal(t, []string{"dongle"}, mismatch.ChangedComponents())
	require.ErrorAs(t, on(bareMetal()).MatchBinding("dongle", data), &mismatch)
	require.Equal(t, []string{"dongle"}, mismatch.UnreadableComponents(), "an application that forgot WithComponent")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := New("acme cad", WithRoot(bareMetal())).Fingerprint(t.Context())
	require.Error(t, err)
	_, err = on(bareMetal(), WithComponent("Dongle", unsupported)).Fingerprint(t.Context())
	require.Error(t, err)
	var bad *binding.DamagedError
	require.ErrorAs(t, on(bareMetal()).MatchBinding("board+board", nil), &bad)
	require.ErrorAs(t, on(bareMetal()).MatchBinding("", nil), &bad)
	_, err = New("acme cad", WithRoot(bareMetal())).InstallationCode()
	require.Error(t, err)
	_, err = New("acme cad", WithRoot(bareMetal())).FingerprintText(t.Context())
	require.Error(t, err)
}

func TestFingerprintText(t *testing.T) {
	t.Parallel()
	text, err := on(bareMetal()).FingerprintText(t.Context())
	require.NoError(t, err)
	var f binding.Fingerprint
	require.NoError(t, f.ParseText(text))
	require.NoError(t, f.MatchBinding("board+machine", bindTo(t, on(bareMetal()), "board+machine")))
}

func TestStateKey(t *testing.T) {
	t.Parallel()
	key, err := on(bareMetal()).StateKey()
	require.NoError(t, err)
	require.Len(t, key, StateKeySize)

	// The machine id alone: the hardware may change, another product or
	// another machine has another key.
	other := bareMetal()
	delete(other, "sys/class/dmi/id/board_serial")
	delete(other, "sys/block/sda")
	same, err := on(asUser{other}).StateKey()
	require.NoError(t, err)
	require.Equal(t, key, same)
	product, err := New("acme-cam", WithRoot(bareMetal())).StateKey()
	require.NoError(t, err)
	require.NotEqual(t, key, product)
	machine, err := on(virtualMachine()).StateKey()
	require.NoError(t, err)
	require.NotEqual(t, key, machine)

	_, err = on(containerTree()).StateKey()
	require.ErrorContains(t, err, "no machine id")
	_, err = on(fstest.MapFS{}, WithComponent("machine", unsupported)).StateKey()
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestNothingIsPrinted(t *testing.T) {
	t.Parallel()
	m := on(bareMetal(), WithInstance("pod-7-secret"))
	states(t, m)
	out := ""
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		out += fmt.Sprintf(verb, m)
	}
	require.Equal(t, strings.Repeat("machine for acme-cad", 6), out)
}
