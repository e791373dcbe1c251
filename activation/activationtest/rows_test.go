package activationtest_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
)

var ctx = context.Background()

func day(s string) license.Date {
	d, err := license.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) time.Time { return day(s).Start().Add(12 * time.Hour) }

// code fails unless an error has a code, and returns its reason.
func code(t *testing.T, err error, want license.Code) *license.Reason {
	t.Helper()
	var r *license.Reason
	require.ErrorAs(t, err, &r)
	require.Equal(t, want, r.Code, "%v", err)
	return r
}

func enter(t *testing.T, c *activation.Client, typed string) activation.Change {
	t.Helper()
	change, err := c.Enter(ctx, typed)
	require.NoError(t, err)
	return change
}

func check(t *testing.T, c *activation.Client) activation.Change {
	t.Helper()
	change, err := c.CheckOnline(ctx)
	require.NoError(t, err)
	return change
}

// exports is a feature with an end, and days what lengthens it.
func exports(until string) []license.Feature {
	return []license.Feature{{ID: "export", Term: license.Until(day(until))}}
}

func days(n int) func(u *license.Update) {
	return func(u *license.Update) {
		u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{
			{ID: "export", Term: &license.Term{Kind: license.Extend, Span: license.Span{Days: n}}},
		}}}
	}
}

func TestSeed000(t *testing.T) {
	t.Parallel()
	t.Run("0.5_search_a_serial", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Limit: 10})
		plain := bytes.ReplaceAll([]byte(sale.Typed), []byte("-"), []byte(" "))
		wrong := func(places ...int) string {
			b := bytes.Clone([]byte(sale.Typed))
			for _, i := range places {
				b[i] = map[bool]byte{true: 'X', false: 'Z'}[b[i] == 'Z']
			}
			return string(b)
		}
		for _, typed := range []string{sale.Typed, string(bytes.ToLower([]byte(sale.Typed))), string(plain), "  " + sale.Typed + "\r\n", wrong(9, 20)} {
			c := v.Client()
			change := enter(t, c, typed)
			require.Equal(t, sale.LicenseID, change.LicenseID)
			if typed == wrong(9, 20) {
				require.NotEmpty(t, change.Corrections)
			}
		}
		asked := v.Network.Requests()
		_, err := v.Client().Enter(ctx, wrong(8, 14, 20, 26, 27))
		code(t, err, license.KeyMistyped)
		require.Equal(t, asked, v.Network.Requests(), "no request was sent")
	})
	t.Run("0.6_obtaining_period_unlimited_by_default", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
		c := v.Client()
		enter(t, c, sale.Typed)
		v.Update(sale, days(30))
		v.Clock().Set(at("2036-03-10"))
		require.True(t, check(t, c).Changed)
		require.Equal(t, day("2036-03-10")+30, c.Decision("export").Until)
	})
	t.Run("0.7_obtaining_period", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t, activationtest.Start(at("2026-02-01")))
		sale := v.Sell(activationtest.Sale{Limit: 3, Features: exports("2026-12-31")})
		online, second, byFile := v.Client(), v.Client(), v.Client()
		for _, c := range []*activation.Client{online, second, byFile} {
			enter(t, c, sale.Typed)
		}
		text := v.Update(sale, func(u *license.Update) {
			days(30)(u)
			u.Obtain = license.Period{From: day("2026-03-01"), Until: day("2026-03-10")}
		})
		importing := func() error {
			_, err := byFile.Import(ctx, bytes.NewReader(text))
			return err
		}
		v.Clock().Set(at("2026-02-28"))
		early := check(t, online)
		require.Equal(t, license.ObtainingNotYet, early.Notice.Code)
		require.Equal(t, day("2026-03-01"), early.Notice.From)
		require.False(t, early.Changed)
		code(t, importing(), license.ObtainingNotYet)
		v.Clock().Set(at("2026-03-09"))
		require.True(t, check(t, online).Changed)
		v.Clock().Set(at("2026-03-11"))
		_, err := second.CheckOnline(ctx)
		require.Equal(t, day("2026-03-10"), code(t, err, license.ObtainingOver).Until)
		code(t, importing(), license.ObtainingOver)
		require.Equal(t, day("2026-12-31")+30, online.Decision("export").Until)
		require.Equal(t, day("2026-12-31"), second.Decision("export").Until)
	})
	t.Run("0.15_new_product", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		o := v.Options()
		c := v.Open(o)
		enter(t, c, sale.Typed)
		v.Update(sale, func(u *license.Update) {
			u.Products = []license.ProductChange{{ID: "acme-cam", Features: []license.FeatureChange{{ID: "mill"}}}}
		})
		require.True(t, check(t, c).Changed)
		terms := c.Status().Licenses[0].Terms
		require.Len(t, terms.Products, 2)
		require.Equal(t, "acme-cam", terms.Products[1].ID, "as acme-cad, ascending")
	})
	t.Run("0.19_submit_order", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
		c := v.Client()
		enter(t, c, sale.Typed)
		v.Draft(sale, days(30))
		require.Equal(t, activation.Change{LicenseID: sale.LicenseID, Before: license.StateActive, After: license.StateActive}, check(t, c), "no updates")
		v.Submit(sale)
		change, err := c.CheckOnline(ctx, activation.LookOnly())
		require.NoError(t, err)
		require.True(t, change.Available)
		require.Equal(t, day("2026-12-31"), c.Decision("export").Until)
		require.True(t, check(t, c).Changed)
		require.Equal(t, day("2026-12-31")+30, c.Decision("export").Until)
	})
	t.Run("0.21_by_file", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31"), Scheme: "machine+board~/1"})
		o := v.Options()
		o.Courier = nil // there is no network
		c := v.Open(o)
		request, err := c.Request(ctx, sale.Typed)
		require.NoError(t, err)
		change, err := c.Import(ctx, bytes.NewReader(v.Upload(request)))
		require.NoError(t, err)
		require.Equal(t, license.StateActive, change.After)
		v.Update(sale, days(30))
		request, err = c.Request(ctx, "")
		require.NoError(t, err)
		change, err = c.Import(ctx, bytes.NewReader(v.Upload(request)))
		require.NoError(t, err)
		require.True(t, change.Changed)
		require.Equal(t, day("2026-12-31")+30, c.Decision("export").Until)
		require.True(t, c.Allows("export"))
	})
}

func TestSeed001(t *testing.T) {
	t.Parallel()
	t.Run("1.1_automatic_update", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
		o := v.Options()
		changes := make(chan activation.Change, 8)
		o.AutoCheck, o.Poll = 24*time.Hour, time.Millisecond
		o.OnChange = func(c activation.Change) { changes <- c }
		c := v.Open(o)
		enter(t, c, sale.Typed)
		v.Update(sale, days(30))
		v.Clock().Advance(24 * time.Hour)
		change := <-changes
		require.True(t, change.Changed)
		require.Equal(t, sale.LicenseID, change.LicenseID)
		require.Contains(t, change.Diff.Changes[0].String(), "2026-12-31 -> ")
		require.Equal(t, day("2026-12-31")+30, c.Decision("export").Until)
		require.NoError(t, c.Close())
	})
	t.Run("1.7_payment_problem", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{
			Features: []license.Feature{{ID: "export"}}, Window: license.Until(day("2026-06-30")), Contact: "billing@acme.example",
		})
		c := v.Client()
		enter(t, c, sale.Typed)
		v.Update(sale, func(u *license.Update) { u.Window = ptr(license.Until(day("2027-06-30"))) })
		require.NoError(t, v.Server.HoldPayment(ctx, "desk", sale.Serial, ""))
		_, err := c.CheckOnline(ctx)
		require.Equal(t, "billing@acme.example", code(t, err, license.PaymentPending).Contact)
		require.True(t, c.Allows("export"), "it runs to its own end")
		d := c.Decision("export")
		require.Equal(t, license.StateActive, d.State)
		require.Equal(t, day("2026-06-30"), d.Until)
		require.Equal(t, license.PaymentPending, d.Reasons[0].Code)
		v.Clock().Set(at("2026-07-01"))
		_, err = c.CheckOnline(ctx)
		code(t, err, license.PaymentPending)
		require.False(t, c.Allows("export"))
		require.NoError(t, v.Server.RecordPayment(ctx, "desk", sale.Serial, ""))
		check(t, c)
		require.True(t, c.Allows("export"))
	})
	t.Run("1.10_fetch_by_hand", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Limit: 2, Features: exports("2026-12-31")})
		fetched, loaded := v.Client(), v.Client()
		enter(t, fetched, sale.Typed)
		enter(t, loaded, sale.Typed)
		v.Update(sale, days(30))
		check(t, fetched)
		request, err := loaded.Request(ctx, "")
		require.NoError(t, err)
		_, err = loaded.Import(ctx, bytes.NewReader(v.Upload(request)))
		require.NoError(t, err)
		require.Equal(t, fetched.Decision("export"), loaded.Decision("export"))
		require.Equal(t, fetched.Status().Licenses[0].Terms, loaded.Status().Licenses[0].Terms)
		require.Equal(t, fetched.Status().State, loaded.Status().State)
	})
}

func ptr[T any](v T) *T { return &v }

func TestSeed002(t *testing.T) {
	t.Parallel()
	t.Run("2.2_activation_limit", func(t *testing.T) {
		t.Parallel()
		for _, limit := range []int64{1, 3, 5} {
			v := activationtest.New(t)
			sale := v.Sell(activationtest.Sale{Limit: limit})
			for range limit {
				enter(t, v.Client(), sale.Typed)
			}
			_, err := v.Client().Enter(ctx, sale.Typed)
			r := code(t, err, license.ActivationLimit)
			require.Equal(t, []int64{limit, limit}, []int64{r.N, r.Max})
		}
	})
	t.Run("2.3_trial", func(t *testing.T) {
		t.Parallel()
		for _, cap := range []int64{30_000, 100_000} {
			v := activationtest.New(t)
			sale := v.Sell(activationtest.Sale{
				Trial: true, Limit: cap, Scheme: "board+disk~/1", Kind: license.Trial,
				Window: license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}},
			})
			fill(t, v, sale, cap-2)
			o := v.Options()
			c := v.Open(o)
			enter(t, c, sale.Typed)
			require.True(t, c.Allows("export"))
			v.Clock().Advance(31 * 24 * time.Hour)
			require.False(t, c.Allows("export") || c.Decision("export").State.Works())
			require.NoError(t, c.Close())

			again := v.Options() // installed anew on the same machine
			again.Host = o.Host
			c = v.Open(again)
			_, err := c.Enter(ctx, sale.Typed)
			require.Equal(t, day("2026-04-09"), code(t, err, license.TrialUsed).Until)
			require.False(t, c.Decision("export").State.Works(), "it does not start again")
			v.Clock().Advance(-31 * 24 * time.Hour)
			require.False(t, c.Allows("export"), "nor with the clock set back")

			enter(t, v.Client(), sale.Typed)
			_, err = v.Client().Enter(ctx, sale.Typed)
			r := code(t, err, license.ActivationLimit)
			require.Equal(t, cap, r.Max)
		}
	})
	t.Run("2.10_same_machine_again", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Scheme: "board+disk~/1"})
		o := v.Options()
		c := v.Open(o)
		first := enter(t, c, sale.Typed)
		enter(t, c, sale.Typed)
		id := c.Status().Licenses[0].Activation.ID
		anew := v.Options()
		anew.Host = o.Host
		d := v.Open(anew)
		require.Equal(t, first.LicenseID, enter(t, d, sale.Typed).LicenseID)
		require.Equal(t, id, d.Status().Licenses[0].Activation.ID)
		account, _ := v.Account(sale)
		require.EqualValues(t, 1, account.Used)
		check(t, c)
		require.True(t, c.Allows("export") && d.Allows("export"), "both installations on the machine")
	})
	t.Run("2.10_same_machine_again_not_bound", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		o := v.Options()
		c := v.Open(o)
		enter(t, c, sale.Typed)
		o.Host.(*activationtest.Machine).Set("machine", "a system that was installed again")
		anew := v.Options()
		anew.Host = o.Host
		d := v.Open(anew)
		enter(t, d, sale.Typed)
		require.Equal(t, c.Status().Licenses[0].Activation.ID, d.Status().Licenses[0].Activation.ID)
		account, _ := v.Account(sale)
		require.EqualValues(t, 1, account.Used)
		_, err := v.Client().Enter(ctx, sale.Typed)
		code(t, err, license.ActivationLimit)

		each := v.Sell(activationtest.Sale{CountBy: server.CountInstallations})
		enter(t, c, each.Typed)
		_, err = d.Enter(ctx, each.Typed)
		code(t, err, license.ActivationLimit)
	})
	t.Run("2.11_changed_hardware", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Limit: 2, Scheme: "board+cpu~+disk~+mac~/2"})
		o := v.Options()
		machine := o.Host.(*activationtest.Machine)
		c := v.Open(o)
		enter(t, c, sale.Typed)
		for i, component := range []string{"cpu", "disk", "mac", "cpu", "disk"} { // one at a time, further than at once
			machine.Set(component, component+" number "+string(rune('a'+i)))
			v.Clock().Advance(time.Hour)
			check(t, c)
			require.True(t, c.Allows("export"))
			require.EqualValues(t, i+1, c.Status().Licenses[0].Activation.Changes)
		}
		account, _ := v.Account(sale)
		require.EqualValues(t, 1, account.Used)
		machine.Set("board", "another board")
		_, err := c.CheckOnline(ctx)
		require.Equal(t, []string{"board"}, code(t, err, license.HardwareChanged).Names)
		enter(t, c, sale.Typed)
		require.True(t, c.Allows("export"))
		account, _ = v.Account(sale)
		require.EqualValues(t, 2, account.Used)
	})
	t.Run("2.12_copied_to_another_host", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Scheme: "board+disk+mac~/1"})
		o := v.Options()
		c := v.Open(o)
		enter(t, c, sale.Typed)
		require.NoError(t, c.Close())
		other := o
		machine := o.Host.(*activationtest.Machine).Clone()
		machine.Set("board", "SECRET-BOARD-2")
		machine.Set("disk", "SECRET-DISK-2")
		other.Host = machine
		other.Dir, other.WitnessDir = t.TempDir()+"/state", t.TempDir()+"/witness"
		require.NoError(t, os.CopyFS(other.Dir, os.DirFS(o.Dir)))
		c = v.Open(other)
		d := c.Decision("export")
		require.Equal(t, license.StateUnlicensed, d.State)
		require.Equal(t, license.HardwareChanged, d.Reasons[0].Code)
		require.Equal(t, []string{"board", "disk"}, d.Reasons[0].Names)
		require.NotContains(t, d.Reasons[0].Error(), "SECRET")
		stranger := v.Client()
		_, err := stranger.Import(ctx, bytes.NewReader(sale.License))
		require.NoError(t, err)
		require.Equal(t, license.ActivationRequired, stranger.Decision("export").Reasons[0].Code)
	})
}

// fill has a sale look as if n machines had activated it.
func fill(t *testing.T, v *activationtest.Vendor, s *activationtest.Sold, n int64) {
	t.Helper()
	require.NoError(t, v.Ledger.Change(ctx, server.Key{Serial: s.Serial}, func(a *server.Account) error {
		a.Sale.Used = n
		a.Save()
		return nil
	}))
}

func TestSeed004(t *testing.T) {
	t.Parallel()
	t.Run("4.2_check_online", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
		o := v.Options()
		o.AtStart = []string{"render"}
		c := v.Open(o)
		enter(t, c, sale.Typed)
		change := check(t, c)
		require.False(t, change.Changed || change.Available || change.RestartRequired)
		v.Update(sale, days(30))
		change = check(t, c)
		require.True(t, change.Changed)
		require.False(t, change.RestartRequired)
		v.Update(sale, func(u *license.Update) {
			u.Products = []license.ProductChange{{ID: "acme-cad", Features: []license.FeatureChange{{ID: "render"}}}}
		})
		change, err := c.CheckOnline(ctx, activation.LookOnly())
		require.NoError(t, err)
		require.True(t, change.Available)
		require.False(t, c.Allows("render"))
		change = check(t, c)
		require.True(t, change.RestartRequired, "the program reads it when it starts")
		require.True(t, c.Allows("render"))
	})
	t.Run("4.3_check_one_activation", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		one := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
		two := v.Sell(activationtest.Sale{Features: []license.Feature{{ID: "render", Term: license.Until(day("2026-12-31"))}}})
		c := v.Client()
		enter(t, c, one.Typed)
		enter(t, c, two.Typed)
		v.Update(one, days(30))
		asked := v.Network.Requests()
		change, err := c.CheckOnline(ctx, activation.CheckOnly(two.LicenseID))
		require.NoError(t, err)
		require.False(t, change.Changed)
		require.Equal(t, asked+1, v.Network.Requests())
		change, err = c.CheckOnline(ctx, activation.CheckOnly(one.LicenseID))
		require.NoError(t, err)
		require.True(t, change.Changed)
		_, err = c.CheckOnline(ctx, activation.CheckOnly("L-unknown"))
		code(t, err, license.LicenseUnknown)
	})
	t.Run("4.4_list_of_activations", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		c := v.Client()
		enter(t, c, v.Sell(activationtest.Sale{Features: exports("2026-12-31"), Lease: 10 * 24 * time.Hour, Grace: 24 * time.Hour}).Typed)
		enter(t, c, v.Sell(activationtest.Sale{Provisional: true, Features: []license.Feature{{ID: "render"}}}).RequestKey)
		_, err := c.Enter(ctx, v.ActivationKey("Ada Lovelace", license.KeyTerms{Edition: 1}), activation.Licensee("Ada Lovelace"))
		require.NoError(t, err)
		list := c.Status().Licenses
		require.Len(t, list, 3)
		kinds := map[license.Kind]int{}
		for _, l := range list {
			kinds[l.Kind]++
			require.True(t, l.State.Works())
		}
		require.Equal(t, map[license.Kind]int{license.Full: 2, license.Provisional: 1}, kinds)
		require.Equal(t, day("2026-12-31"), list[0].Until)
		require.Equal(t, v.Now().AddDate(0, 0, 10), list[0].Activation.Until)
		require.Equal(t, v.Now().AddDate(0, 0, 11), list[0].Activation.Grace)
		require.Equal(t, license.StateProvisional, list[1].State)
		require.Equal(t, day("2026-06-10"), list[1].Until)
		require.Nil(t, list[2].Activation, "typed, and not activated anywhere")
	})
	t.Run("4.5_request_key", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Provisional: true})
		digits := bytes.ReplaceAll([]byte(sale.RequestKey), []byte(" "), nil)
		require.Len(t, digits, 10)
		asked := v.Network.Requests()
		for i := range digits {
			for d := byte('0'); d <= '9'; d++ {
				wrong := bytes.Clone(digits)
				if wrong[i] = d; d == digits[i] {
					continue
				}
				_, err := v.Client().Enter(ctx, string(wrong))
				code(t, err, license.KeyMistyped)
			}
			if i > 0 && digits[i] != digits[i-1] {
				swapped := bytes.Clone(digits)
				swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
				_, err := v.Client().Enter(ctx, string(swapped))
				code(t, err, license.KeyMistyped)
			}
		}
		require.Equal(t, asked, v.Network.Requests())
		c := v.Client()
		_, err := c.Activate(ctx, v.ActivationKey("Ada Lovelace", license.KeyTerms{Edition: 1}))
		require.Equal(t, "activation key", code(t, err, license.KeyOfOtherKind).Has, "the final key in the field for the request key")
		enter(t, c, string(digits[:3])+" "+string(digits[3:7])+" "+string(digits[7:]))
		require.Equal(t, license.StateProvisional, c.Status().State)
	})
	t.Run("4.6_provisional_for_three_months", func(t *testing.T) {
		t.Parallel()
		for start, end := range map[string]string{"2026-01-31": "2026-04-30", "2026-03-10": "2026-06-10", "2025-11-30": "2026-02-28"} {
			v := activationtest.New(t, activationtest.Start(at(start)))
			sale := v.Sell(activationtest.Sale{Provisional: true, Features: []license.Feature{{ID: "export"}, {ID: "render"}}})
			c := v.Client()
			change := enter(t, c, sale.RequestKey)
			require.Equal(t, license.StateProvisional, change.After)
			require.True(t, c.Allows("export") && c.Allows("render"), "full functions")
			require.Equal(t, license.Warn, c.Status().Level)
			require.Equal(t, day(end), c.Decision("export").Until)
			v.Clock().Set(day(end).Start().Add(23*time.Hour + 59*time.Minute + 59*time.Second))
			_, _ = c.CheckOnline(ctx)
			require.True(t, c.Decision("export").State.Works())
			v.Clock().Advance(2 * time.Second)
			_, _ = c.CheckOnline(ctx)
			require.False(t, c.Decision("export").State.Works())
		}
	})
	t.Run("4.7_final_when_the_vendor_has_released_it", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Provisional: true})
		c := v.Client()
		enter(t, c, sale.RequestKey)
		v.Release(sale, nil)
		change := check(t, c)
		require.True(t, change.Changed)
		require.Equal(t, license.StateProvisional, change.Before)
		require.Equal(t, license.StateActive, change.After)
		require.Equal(t, sale.LicenseID, change.LicenseID)
		require.Equal(t, license.OK, c.Status().Level)
		require.Len(t, c.Status().Licenses, 1)
	})
	t.Run("4.8_three_working_days", func(t *testing.T) {
		t.Parallel()
		for start, next := range map[string]string{"2026-03-10": "2026-03-13", "2026-03-12": "2026-03-17", "2026-03-14": "2026-03-18"} { // a Tuesday, a Thursday, a Saturday
			v := activationtest.New(t, activationtest.Start(at(start)))
			sale := v.Sell(activationtest.Sale{Provisional: true, Contact: "support@acme.example"})
			c := v.Client()
			enter(t, c, sale.RequestKey)
			require.Equal(t, day(next), license.DateOf(c.Status().Licenses[0].Activation.NextCheck))
			change := check(t, c)
			require.Equal(t, license.FinalPending, change.Notice.Code)
			require.Equal(t, day(next), change.Notice.From)
			require.True(t, change.Notice.Working)
			require.Equal(t, sale.LicenseID, change.LicenseID)
			require.False(t, change.Changed)
			require.True(t, c.Allows("export"))
			require.Equal(t, license.FinalPending, c.Status().Licenses[0].Activation.Waiting.Code)
			v.Clock().Set(at(next))
			_, err := c.CheckOnline(ctx)
			require.Equal(t, "support@acme.example", code(t, err, license.FinalOverdue).Contact)
			require.True(t, c.Allows("export"), "it works on")
			v.Release(sale, nil)
			check(t, c)
			require.Nil(t, c.Status().Licenses[0].Activation.Waiting)
		}
	})
	t.Run("4.12_server_unreachable", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{})
		c := v.Client()
		v.Network.Down()
		_, err := c.Enter(ctx, sale.Typed)
		var unreachable *activation.UnreachableError
		require.ErrorAs(t, err, &unreachable)
		require.True(t, unreachable.ManualEntry)
		require.ErrorIs(t, err, activation.ErrUnreachable)
		typed := v.ActivationKey("Müller & Söhne GmbH", license.KeyTerms{Edition: 1, Term: license.Until(day("2026-06-30"))})
		_, err = c.Enter(ctx, typed, activation.Licensee("Möller & Söhne GmbH"))
		code(t, err, license.NameMismatch)
		change, err := c.Enter(ctx, typed, activation.Licensee("Müller & Söhne GmbH"))
		require.NoError(t, err)
		require.Equal(t, license.StateActive, change.After)
		require.True(t, c.Allows("export"))
		v.Clock().Set(at("2026-07-01"))
		require.False(t, c.Decision("export").State.Works() && c.Allows("export"))
		change, err = c.CheckOnline(ctx)
		notice(t, change, err, license.ActivationNotNeeded, change.LicenseID)
		require.NotContains(t, change.Notice.Error(), "Nothing has to be done", "it has ended")
		v.Network.Up()
		enter(t, c, sale.Typed)
		require.True(t, c.Allows("export"), "and online again, when it can be")
	})
	t.Run("4.13_no_manual_way_for_a_request_key", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Provisional: true})
		c := v.Client()
		_, err := c.Enter(ctx, sale.RequestKey, activation.ByHand())
		r := code(t, err, license.ManualNotForRequest)
		require.NotEmpty(t, r.Remedy(license.German))
		require.Zero(t, v.Network.Requests())
		v.Network.Down()
		_, err = c.Enter(ctx, sale.RequestKey)
		var unreachable *activation.UnreachableError
		require.ErrorAs(t, err, &unreachable, "only this offers it")
		require.True(t, unreachable.ManualEntry)
		v.Network.Up()
		enter(t, c, sale.RequestKey)
	})
	t.Run("4.16_message_of_success", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Provisional: true})
		o := v.Options()
		events := make(chan activation.Change, 8)
		o.OnChange = func(c activation.Change) { events <- c }
		o.AutoCheck, o.Poll = 24*time.Hour, time.Millisecond
		c := v.Open(o)
		change := enter(t, c, sale.RequestKey)
		require.Equal(t, license.StateUnlicensed, change.Before)
		require.Equal(t, license.StateProvisional, change.After)
		v.Release(sale, nil)
		v.Clock().Set(c.Status().Licenses[0].Activation.NextCheck)
		event := <-events
		require.Equal(t, license.StateProvisional, event.Before)
		require.Equal(t, license.StateActive, event.After)
		require.NoError(t, c.Close())
	})
	t.Run("4.18_provisional_ends_without_the_final_one", func(t *testing.T) {
		t.Parallel()
		v := activationtest.New(t)
		sale := v.Sell(activationtest.Sale{Provisional: true})
		c := v.Client()
		enter(t, c, sale.RequestKey)
		v.Network.Down()
		v.Clock().Set(at("2026-06-11"))
		_, err := c.CheckOnline(ctx)
		require.ErrorIs(t, err, activation.ErrUnreachable)
		s := c.Status()
		require.Equal(t, license.StateExpired, s.State)
		require.Equal(t, license.Stopped, s.Level)
		d := c.Decision("export")
		require.Equal(t, license.ProvisionalEnded, d.Reasons[0].Code)
		for _, lang := range license.Languages() {
			require.NotEmpty(t, d.Reasons[0].Remedy(lang))
		}
		require.NotNil(t, d.Feature, "what it was for can be told")
		v.Network.Up()
		v.Release(sale, nil)
		check(t, c)
		require.True(t, c.Allows("export"))
	})
}

// The whole of a bought licence: request key, provisional, nothing yet, released,
// active, the server gone, a typed key, still the same licence.
func TestRenewal(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Provisional: true, Contact: "support@acme.example"})
	c := v.Client()

	change := enter(t, c, sale.RequestKey)
	require.Equal(t, license.StateProvisional, change.After)
	require.Equal(t, license.Warn, c.Status().Level)

	v.Clock().Advance(24 * time.Hour)
	require.Equal(t, day("2026-03-13"), check(t, c).Notice.From)

	v.Clock().Set(at("2026-03-13"))
	v.Release(sale, func(l *license.License) {
		l.Products[0].Maintenance = license.Maintenance{Until: day("2027-03-31"), Lapse: license.Keep}
	})
	change = check(t, c)
	require.Equal(t, license.StateActive, change.After)
	require.Equal(t, day("2027-03-31"), c.Status().Maintenance.Until)

	v.Network.Down()
	v.Clock().Set(at("2027-02-01"))
	_, err := c.CheckOnline(ctx)
	require.ErrorIs(t, err, activation.ErrUnreachable)
	require.True(t, c.Allows("export"))
	_, err = c.Enter(ctx, v.ActivationKey("Ada Lovelace", license.KeyTerms{Edition: 1}), activation.Licensee("Ada Lovelace"))
	require.NoError(t, err)
	require.True(t, c.Allows("export"))
	require.Equal(t, license.StateActive, c.Status().State)

	v.Network.Up()
	check(t, c)
	require.Equal(t, sale.LicenseID, c.Status().Licenses[0].ID, "still the same licence")
	account, activations := v.Account(sale)
	require.EqualValues(t, 1, account.Used)
	require.Len(t, activations, 1)
}

// What cannot be read is not what was changed: the server says which, and takes
// nothing.
func TestUnreadableHardware(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Scheme: "board+disk~/1"})
	o := v.Options()
	o.Host.(*activationtest.Machine).Unreadable("board", fs.ErrPermission)
	c := v.Open(o)
	_, err := c.Enter(ctx, sale.Typed)
	require.Equal(t, []string{"board"}, code(t, err, license.BindingWeak).Names)
	account, _ := v.Account(sale)
	require.Zero(t, account.Used)
	require.False(t, errors.Is(err, license.HardwareChanged))
}

// More than fits into one reply comes with one check all the same.
func TestManyUpdates(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{Features: exports("2026-12-31")})
	c := v.Client()
	enter(t, c, sale.Typed)
	for range 150 {
		v.Update(sale, days(1))
	}
	change := check(t, c)
	require.True(t, change.Changed)
	require.Len(t, change.Diff.Changes, 150)
	require.Equal(t, day("2026-12-31")+150, c.Decision("export").Until)
}

// The same over a real connection.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	v := activationtest.New(t)
	sale := v.Sell(activationtest.Sale{})
	o := v.Options()
	o.Courier, o.Server = nil, v.HTTP()
	c := v.Open(o)
	enter(t, c, sale.Typed)
	require.True(t, c.Allows("export"))
	check(t, c)
	_, err := c.Deactivate(ctx, "")
	require.NoError(t, err)
	require.False(t, c.Allows("export"))
	enter(t, v.Client(), sale.Typed)
}
