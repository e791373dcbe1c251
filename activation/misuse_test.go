package activation_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// withoutActivation calls all that needs an activation, and returns the codes of the
// errors or, from CheckOnline, of the notice.
func withoutActivation(t *testing.T, c *activation.Client, id string) map[string]license.Code {
	t.Helper()
	got := map[string]license.Code{}
	note := func(call string, change activation.Change, err error) {
		state := c.Status().State
		require.Equal(t, []license.State{state, state}, []license.State{change.Before, change.After}, call)
		require.False(t, change.Changed, call)
		if change.Notice != nil {
			got[call] = "notice " + change.Notice.Code
			return
		}
		got[call] = requireReason(t, err, codeOf(err)).Code
	}
	options := []activation.CheckOption{}
	if id != "" {
		options = append(options, activation.CheckOnly(id))
	}
	change, err := c.CheckOnline(ctx, options...)
	note("check", change, err)
	change, err = c.Deactivate(ctx, id)
	note("deactivate", change, err)
	_, err = c.Surrender(ctx, id)
	got["surrender"] = codeOf(err)
	_, err = c.Request(ctx, "", activation.LicenseID(id))
	got["request"] = codeOf(err)
	if id == "" {
		got["report"] = codeOf(c.Report(ctx))
	}
	return got
}

func codeOf(err error) license.Code {
	r, ok := err.(*license.Reason)
	if !ok {
		return ""
	}
	return r.Code
}

func allWith(check, others license.Code, id string) map[string]license.Code {
	want := map[string]license.Code{"check": check, "deactivate": others, "surrender": others, "request": others}
	if id == "" {
		want["report"] = others
	}
	return want
}

// What needs an activation says what is so where there is none: there is no licence,
// none with that id, one that works without, or one that has to be activated.
func TestWithoutActivation(t *testing.T) {
	t.Parallel()
	for _, server := range []bool{true, false} {
		t.Run(fmt.Sprintf("server %v", server), func(t *testing.T) {
			t.Parallel()
			o, _, d, _ := online(t)
			if !server {
				o.Courier = nil
			}
			visit(t, o, func(c *activation.Client) {
				for _, id := range []string{"", "L-nope"} {
					require.Equal(t, allWith(license.NoLicense, license.NoLicense, id), withoutActivation(t, c, id))
				}
				mustImport(t, c, d.v.sell(t, func(l *license.License) { l.ID = "L-file" }))
				require.True(t, c.Allows("draw"))
				for _, id := range []string{"", "L-file"} {
					require.Equal(t, allWith("notice "+license.ActivationNotNeeded, license.ActivationNotNeeded, id), withoutActivation(t, c, id))
				}
				change, err := c.CheckOnline(ctx)
				require.NoError(t, err)
				require.Equal(t, "L-file", change.LicenseID)
				require.NotContains(t, change.Notice.Error(), "request file")
				require.Equal(t, allWith(license.LicenseUnknown, license.LicenseUnknown, "L-nope"), withoutActivation(t, c, "L-nope"))
				_, err = c.Deactivate(ctx, "L-nope")
				require.ErrorContains(t, err, "L-nope")
				require.ErrorContains(t, err, "L-file")

				mustImport(t, c, d.v.sell(t, func(l *license.License) {
					l.ID, l.NeedsReceipt = "L-online", true
					_, l.Serial = typedSerial(t, 9)
				}))
				for _, id := range []string{"", "L-online"} {
					require.Equal(t, allWith(license.ActivationRequired, license.ActivationRequired, id), withoutActivation(t, c, id))
				}
				require.Equal(t, allWith("notice "+license.ActivationNotNeeded, license.ActivationNotNeeded, "L-file"), withoutActivation(t, c, "L-file"))
				require.Empty(t, d.asked, "the server has nothing to do with it")
			})
		})
	}
}

// Beside a licence that is activated, an id that is wrong is named, and a file that
// works without is no reason to activate it.
func TestWrongLicenseBesideActivation(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		mustImport(t, c, d.v.sell(t, func(l *license.License) { l.ID, l.Serial = "L-file", "S-77" }))
		require.Equal(t, allWith(license.LicenseUnknown, license.LicenseUnknown, "L-nope"), withoutActivation(t, c, "L-nope"))
		require.Equal(t, allWith("notice "+license.ActivationNotNeeded, license.ActivationNotNeeded, "L-file"), withoutActivation(t, c, "L-file"))
	})
}

// What is given in the wrong place is named, and where it belongs.
func TestRightThingInTheWrongPlace(t *testing.T) {
	t.Parallel()
	o, _, _, typed := online(t)
	visit(t, o, func(c *activation.Client) {
		_, err := c.Import(ctx, strings.NewReader(typed+"\n"))
		require.Equal(t, "serial number", requireReason(t, err, license.KeyNotFile).Has)
		require.ErrorContains(t, err, "Enter it in the field for keys")
		require.NotContains(t, err.Error(), typed)

		request, err := c.Request(ctx, typed)
		require.NoError(t, err)
		code, err := c.Challenge()
		require.NoError(t, err)
		for what, give := range map[string]func() error{
			"request imported":    func() error { return importing(c, request) },
			"request entered":     func() error { _, err := c.Enter(ctx, string(request)); return err },
			"challenge activated": func() error { _, err := c.Activate(ctx, code.Text()); return err },
			"challenge requested": func() error { _, err := c.Request(ctx, code.Text()); return err },
			"challenge imported":  func() error { return importing(c, []byte(code.Text())) },
			"challenge entered":   func() error { _, err := c.Enter(ctx, code.Text()); return err },
		} {
			why := requireReason(t, give(), license.ForVendor)
			require.Contains(t, why.Remedy(license.English), "Send it to the vendor", what)
		}
		require.Equal(t, code.Text(), fmt.Sprint(code), "it is to be read out")
		require.Equal(t, keyfmt.Challenge, code.Kind())
	})
}

// A document of Options.Documents that cannot be used is named: in the status, in
// what Require says, and to the Logger.
func TestDeployedDocumentThatIsNone(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for name, text := range map[string][]byte{
		"garbage": []byte("not a licence"), "an empty file": {}, "cut off": v.sell(t)[:200], "an update": v.update(t, 1, extend("export", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := v.options(t)
			log := &warnings{}
			o.Documents, o.Logger = [][]byte{text}, log
			visit(t, o, func(c *activation.Client) {
				err := c.Require("draw")
				require.ErrorIs(t, err, license.NoLicense)
				var refused *activation.RefusedError
				require.ErrorAs(t, err, &refused)
				require.Len(t, refused.Decision.Reasons, 2)
				require.Equal(t, "Options.Documents[0]", refused.Decision.Reasons[1].Detail)
				require.Equal(t, codes(refused.Decision.Reasons), codes(c.Status().Reasons), "each is said once")
				require.Contains(t, log.text(), "a document of Options.Documents cannot be used index 0")
			})
			o.Documents = [][]byte{v.sell(t), text}
			visit(t, o, func(c *activation.Client) {
				require.NoError(t, c.Require("draw"))
				require.Len(t, c.Status().Reasons, 1)
				require.Equal(t, "Options.Documents[1]", c.Status().Reasons[0].Detail)
			})
		})
	}
}

// A cancelled call says so, whatever it was to do: nothing is asked, nothing
// changes, and nobody is told to look at the network or at the machine.
func TestCancelledCalls(t *testing.T) {
	t.Parallel()
	o, _, d, typed := online(t)
	log := &warnings{}
	o.Logger = log
	visit(t, o, func(c *activation.Client) {
		_, err := c.Enter(ctx, typed)
		require.NoError(t, err)
		asked := len(d.asked)
		gone, cancel := context.WithCancel(ctx)
		cancel()
		unchanged(t, []string{o.Dir, o.WitnessDir}, func() {
			for name, call := range map[string]func() (activation.Change, error){
				"enter":      func() (activation.Change, error) { return c.Enter(gone, typed) },
				"activate":   func() (activation.Change, error) { return c.Activate(gone, typed) },
				"check":      func() (activation.Change, error) { return c.CheckOnline(gone) },
				"deactivate": func() (activation.Change, error) { return c.Deactivate(gone, "") },
				"report": func() (activation.Change, error) {
					state := c.Status().State
					return activation.Change{Before: state, After: state}, c.Report(gone)
				},
			} {
				change, err := call()
				require.ErrorIs(t, err, activation.ErrUnreachable, name)
				require.ErrorIs(t, err, activation.ErrNotSent, name)
				requireCancelled(t, c, change, err)
			}
			change, err := c.Import(gone, bytes.NewReader(d.v.sell(t)))
			requireCancelled(t, c, change, err)
			_, err = c.Surrender(gone, "")
			require.ErrorIs(t, err, context.Canceled)
			_, err = c.Request(gone, typed)
			require.ErrorIs(t, err, context.Canceled)
		})
		require.True(t, c.Allows("draw"))
		require.Len(t, d.asked, asked)
		require.Empty(t, log.text())
	})
}

func requireCancelled(t *testing.T, c *activation.Client, change activation.Change, err error) {
	t.Helper()
	requireReason(t, err, license.CallCancelled)
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, err.Error(), "proxy")
	require.Equal(t, activation.Change{Before: license.StateActive, After: license.StateActive}, change)
	require.Equal(t, "active -> active", fmt.Sprint(change))
}

// warnings keeps what a client logs.
type warnings struct {
	mu    sync.Mutex
	lines []string
}

func (w *warnings) Warn(message string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, strings.TrimSpace(fmt.Sprintln(append([]any{message}, args...)...)))
}

func (w *warnings) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "\n")
}
