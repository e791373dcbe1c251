package activation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// answers are what an application marshals of this package.
var answers = []any{
	activation.Status{}, activation.LicenseStatus{}, activation.Activation{}, activation.Change{},
	activation.RefusedError{}, activation.UnreachableError{},
}

// eachStruct calls visit once with every struct of the library that a type
// consists of.
func eachStruct(typ reflect.Type, seen map[reflect.Type]bool, visit func(reflect.Type)) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		eachStruct(typ.Elem(), seen, visit)
	case reflect.Map:
		eachStruct(typ.Key(), seen, visit)
		eachStruct(typ.Elem(), seen, visit)
	case reflect.Struct:
		if seen[typ] || !strings.Contains(typ.PkgPath(), "/latchkey") {
			return
		}
		seen[typ] = true
		visit(typ)
		for i := range typ.NumField() {
			eachStruct(typ.Field(i).Type, seen, visit)
		}
	}
}

// Every field has a name in JSON that does not come from its name in Go.
func TestEveryFieldHasAJSONName(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^(-|[a-z][a-z0-9_]*(,omitempty|,omitzero)?)$`)
	seen := map[reflect.Type]bool{}
	for _, v := range answers {
		eachStruct(reflect.TypeOf(v), seen, func(typ reflect.Type) {
			for i := range typ.NumField() {
				field := typ.Field(i)
				if field.IsExported() {
					require.Regexp(t, form, field.Tag.Get("json"), "%s.%s", typ, field.Name)
				}
			}
		})
	}
	for _, v := range []any{keyfmt.Correction{}, license.Diff{}, license.Decision{}, license.Reason{}, license.License{}} {
		require.True(t, seen[reflect.TypeOf(v)], "%T", v)
	}
}

// A busy installation has something in every list of a status.
func busy(t *testing.T) (v *activationtest.Vendor, c *activation.Client, sale *activationtest.Sold, change activation.Change) {
	t.Helper()
	v = activationtest.New(t)
	sale = v.Sell(activationtest.Sale{
		Provisional: true, Lease: 7 * 24 * time.Hour, Grace: 24 * time.Hour, Contact: "support@acme.example",
		Features: []license.Feature{{ID: "draw"}, {ID: "export", Term: license.Until(day("2026-04-01")), Runs: 10}},
	})
	c = v.Client()
	_, err := c.Enter(context.Background(), sale.RequestKey)
	require.NoError(t, err)
	v.Clock().Advance(time.Hour)
	change, err = c.CheckOnline(context.Background())
	require.NoError(t, err)
	require.NotNil(t, change.Notice)
	return v, c, sale, change
}

// A status as JSON is what a service would answer.
func TestStatusJSON(t *testing.T) {
	t.Parallel()
	_, c, sale, _ := busy(t)
	status := c.Status()
	text, err := json.Marshal(status)
	require.NoError(t, err)
	require.NotContains(t, string(text), string(sale.Serial), "serial numbers are masked")
	require.NotContains(t, string(text), sale.Typed)

	var answer struct {
		State    string
		Level    string
		Features []struct {
			Feature struct{ ID string }
			State   string
			Until   string
			Left    int
			Reasons []struct{ Code, Text, Remedy string }
		}
		Reasons  []struct{ Code, Text, Remedy, From string }
		Licenses []struct {
			ID, Kind, State, Level string
			Activation             struct {
				Since     time.Time
				NextCheck time.Time `json:"next_check"`
				Waiting   struct{ Code, Text string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &answer))
	require.Equal(t, "provisional", answer.State)
	require.Equal(t, "warning", answer.Level)
	require.Equal(t, "export", answer.Features[1].Feature.ID)
	require.Equal(t, "2026-04-01", answer.Features[1].Until)
	require.Equal(t, 10, answer.Features[1].Left)
	require.Equal(t, "provisional", answer.Licenses[0].Kind)
	require.Equal(t, sale.LicenseID, answer.Licenses[0].ID)
	require.Equal(t, "final_pending", answer.Licenses[0].Activation.Waiting.Code)
	require.Equal(t, time.Date(2026, time.March, 10, 12, 0, 0, 0, time.UTC), answer.Licenses[0].Activation.Since)
	codes := map[string]bool{}
	for _, r := range answer.Reasons {
		codes[r.Code] = true
		require.NotEmpty(t, r.Text)
		require.NotEmpty(t, r.Remedy)
	}
	require.True(t, codes["final_pending"] && codes["license_provisional"], codes)

	text, err = json.Marshal(activationtest.New(t).Client().Status())
	require.NoError(t, err)
	require.NotContains(t, string(text), "null", "lists are lists where there is nothing in them")
}

// What is written is read back the same, but for serial numbers.
func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	v, c, _, change := busy(t)
	status := c.Status()
	require.NotNil(t, status.Licenses[0].Activation)
	terms := *status.Licenses[0].Terms
	terms.Serial = ""
	status.Licenses[0].Terms = &terms
	v.Network.Down()
	_, unreachable := c.CheckOnline(context.Background())
	var none *activation.UnreachableError
	require.ErrorAs(t, unreachable, &none)
	none.Reason.Err = nil // what caused it is text in JSON
	var refused *activation.RefusedError
	require.ErrorAs(t, c.Require("fly"), &refused)
	change.Diff = &license.Diff{UpdateID: "U-1", Changes: []license.Change{{Product: "acme-cad", Feature: "export", Field: "runs", Old: "1", New: "2", Note: license.Changed}}}
	change.Corrections = []keyfmt.Correction{{Row: 1, Group: 2, Position: 3, From: '?', To: 'K'}, {Row: 2, Group: 1, Position: 1, From: 'Ü', To: '0'}}
	change.Available, change.RestartRequired = true, true
	for _, value := range []any{status, status.Licenses[0], *status.Licenses[0].Activation, change, *none, *refused, activation.Status{}, activation.Change{}} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		back := reflect.New(reflect.TypeOf(value))
		require.NoError(t, json.Unmarshal(text, back.Interface()), "%s", text)
		again, err := json.Marshal(back.Interface())
		require.NoError(t, err)
		require.JSONEq(t, withoutSerial(t, text), withoutSerial(t, again))
		if l, is := value.(activation.LicenseStatus); is {
			require.Equal(t, l.Activation.NextCheck, back.Interface().(*activation.LicenseStatus).Activation.NextCheck)
		}
		require.Equal(t, fmt.Sprintf("%v", value), fmt.Sprintf("%v", back.Elem().Interface()))
	}
	text, err := json.Marshal(change)
	require.NoError(t, err)
	require.Contains(t, string(text), `"corrections":[{"row":1,"group":2,"position":3,"from":"?","to":"K"},{"row":2,"group":1,"position":1,"from":"Ü","to":"0"}]`)
	require.Contains(t, string(text), `"before":"provisional","after":"provisional","changed":false`)
}

// withoutSerial returns JSON without serial numbers, which are not read back.
func withoutSerial(t *testing.T, text []byte) string {
	t.Helper()
	return regexp.MustCompile(`"serial":"[^"]*",?`).ReplaceAllString(string(text), "")
}

// The handlers of slog print a status so that people and programs can read it.
func TestSlogPrintsAStatus(t *testing.T) {
	t.Parallel()
	_, c, sale, change := busy(t)
	status := c.Status()
	var asJSON, asText bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&asJSON, nil)), slog.New(slog.NewTextHandler(&asText, nil))} {
		log.Info("licensed", "status", status, "license", status.Licenses[0], "activation", status.Licenses[0].Activation, "change", change)
	}
	var line struct {
		Status  activation.Status
		License activation.LicenseStatus
		Change  struct {
			Notice struct{ Text string }
		}
	}
	require.NoError(t, json.Unmarshal(asJSON.Bytes(), &line))
	require.Equal(t, license.StateProvisional, line.Status.State)
	require.Equal(t, sale.LicenseID, line.License.ID)
	require.Contains(t, line.Change.Notice.Text, "has not released the final licence yet")
	for _, part := range []string{
		`status="provisional; draw: provisional until 2026-06-10; export: provisional until 2026-04-01; ` + sale.LicenseID + " (provisional, revision 0): provisional; ",
		"The vendor has not released the final licence yet", ", since 2026-03-10T12:00:00Z, until 2026-03-17T",
		`change="` + sale.LicenseID + ": provisional -> provisional; The vendor has not released",
	} {
		require.Contains(t, asText.String(), part)
	}
	for _, text := range []string{asJSON.String(), asText.String()} {
		require.NotContains(t, text, string(sale.Serial))
		require.NotContains(t, text, "0xc0", "no addresses")
	}
}
