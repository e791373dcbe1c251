package license_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/license"
)

// marshalled are the types that an application would marshal; those that they
// consist of follow from them.
var marshalled = []any{
	license.Result{}, license.Decision{}, license.Reason{}, license.Diff{}, license.License{}, license.Update{},
	license.Usage{}, license.Catalogue{}, license.FieldError{}, license.Ref{}, license.Key{}, license.Receipt{}, license.SignedTime{}, license.KeyTerms{},
}

// structsOf calls visit once with every struct of this package that a type
// consists of.
func structsOf(typ reflect.Type, seen map[reflect.Type]bool, visit func(reflect.Type)) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		structsOf(typ.Elem(), seen, visit)
	case reflect.Map:
		structsOf(typ.Key(), seen, visit)
		structsOf(typ.Elem(), seen, visit)
	case reflect.Struct:
		if seen[typ] || !strings.HasSuffix(typ.PkgPath(), "/license") {
			return
		}
		seen[typ] = true
		visit(typ)
		for i := range typ.NumField() {
			if field := typ.Field(i); field.IsExported() {
				structsOf(field.Type, seen, visit)
			}
		}
	}
}

// Names in JSON do not come from names in Go, which a program that was built by
// garble does not have.
func TestEveryFieldHasAJSONName(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^(-|[a-z][a-z0-9_]*)(,omitempty|,omitzero)?$`)
	seen := map[reflect.Type]bool{}
	for _, v := range marshalled {
		structsOf(reflect.TypeOf(v), seen, func(typ reflect.Type) {
			names := map[string]bool{}
			for i := range typ.NumField() {
				field := typ.Field(i)
				if !field.IsExported() || field.Anonymous { // whose fields stand in its place
					continue
				}
				tag, has := field.Tag.Lookup("json")
				require.True(t, has, "%s.%s has no json tag", typ, field.Name)
				require.Regexp(t, name, tag, "%s.%s", typ, field.Name)
				short, _, _ := strings.Cut(tag, ",")
				require.True(t, short == "-" || !names[short], "%s has %s twice", typ, short)
				names[short] = true
			}
		})
	}
	for _, v := range []any{license.Term{}, license.Interval{}, license.Span{}, license.Param{}, license.Maintenance{}, license.FeatureUsage{},
		license.Change{}, license.Sealed{}, license.FeatureChange{}, license.Hints{}, license.Licensee{}, license.Edition{}} {
		require.True(t, seen[reflect.TypeOf(v)], "%T", v)
	}
}

// filled returns a value with something in every field.
func filled(t *testing.T, typ reflect.Type) reflect.Value {
	t.Helper()
	v := reflect.New(typ).Elem()
	given := []any{
		license.Trial, license.Stop, license.PerLogin, license.HoldPayment, license.NothingEarlier, license.ExpiredDate, license.StateGrace, license.FromFirstUse,
		license.NoRemoteSession | license.NoVirtualMachine, license.NewDate(2027, time.December, 31), license.Serial("S-1"),
		license.Ref{Product: "acme-cad", Feature: "export"}, noon, license.RoleRoot, seeded(t, license.RoleRoot, 3).Public(), [32]byte{1}, true,
	}
	for _, g := range given {
		if reflect.TypeOf(g) == typ {
			v.Set(reflect.ValueOf(g))
			return v
		}
	}
	switch typ.Kind() {
	case reflect.String:
		v.SetString("some text <&> ü")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Pointer:
		v.Set(reflect.New(typ.Elem()))
		v.Elem().Set(filled(t, typ.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, filled(t, typ.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(typ))
		v.SetMapIndex(filled(t, typ.Key()), filled(t, typ.Elem()))
	case reflect.Struct:
		for i := range typ.NumField() {
			if field := typ.Field(i); field.IsExported() {
				v.Field(i).Set(filled(t, field.Type))
			}
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf(errors.New("the cause")))
	default:
		t.Fatalf("no value for %s", typ)
	}
	return v
}

// clearUnread takes out what is not read back: what has no name in JSON, and
// serial numbers, which are masked.
func clearUnread(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		clearUnread(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			clearUnread(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			switch {
			case !field.IsExported():
			case field.Tag.Get("json") == "-", field.Type == reflect.TypeFor[license.Serial]():
				v.Field(i).SetZero()
			default:
				clearUnread(v.Field(i))
			}
		}
	}
}

// Everything that is written is read back the same, indented as well.
func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	for _, v := range marshalled {
		structsOf(reflect.TypeOf(v), seen, func(typ reflect.Type) {
			if typ == reflect.TypeFor[license.FieldError]() {
				return
			}
			full := filled(t, typ)
			for _, value := range []reflect.Value{full, reflect.New(typ).Elem()} {
				text, err := json.MarshalIndent(value.Addr().Interface(), "", "  ")
				if typ == reflect.TypeFor[license.Ref]() && value.IsZero() {
					continue // it names nothing
				}
				require.NoError(t, err, typ)
				require.NotContains(t, string(text), "S-1", typ)
				back := reflect.New(typ)
				require.NoError(t, json.Unmarshal(text, back.Interface()), "%s: %s", typ, text)
				again, err := json.Marshal(value.Interface())
				require.NoError(t, err)
				compact := &bytes.Buffer{}
				require.NoError(t, json.Compact(compact, text))
				require.Equal(t, compact.String(), string(again), "by value and by pointer")

				clearUnread(value)
				require.Equal(t, value.Interface(), back.Elem().Interface(), "%s: %s", typ, text)
			}
		})
	}
}

// A reason writes its members by hand; none of its fields is forgotten.
func TestReasonJSONHasEveryField(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(filled(t, reflect.TypeFor[license.Reason]()).Interface())
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(text, &members))
	typ := reflect.TypeFor[license.Reason]()
	for i := range typ.NumField() {
		if name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ","); name != "-" {
			require.Contains(t, members, name)
		}
	}
	require.Len(t, members, typ.NumField()-1+3, "text, remedy and cause, and not Err")
	require.Equal(t, "the cause", members["cause"])
	require.True(t, strings.HasPrefix(members["text"].(string), "The feature “some text <&> ü” of"), members["text"])
	require.NotEmpty(t, members["remedy"])

	text, err = json.Marshal(&license.Reason{Code: license.NoLicense})
	require.NoError(t, err)
	require.JSONEq(t, `{"code":"no_license","text":"No licence was found on this computer.",`+
		`"remedy":"Enter the serial number or another key from the certificate, or load a licence file."}`, string(text))
	_, err = json.Marshal(license.Reason{Code: "\xff", Detail: "\xff", Names: []string{"\xff"}, Has: "\x00", Err: errors.New("\xff")})
	require.NoError(t, err, "whatever a file or a system said")
}

// What a service would answer with.
func TestResultJSON(t *testing.T) {
	t.Parallel()
	l := licenceOf(
		license.Feature{ID: "draw", Params: []license.Param{{Name: "layers", Value: "8"}}},
		license.Feature{ID: "export", Term: license.Until(license.NewDate(2026, time.March, 12)), Runs: 5,
			Concurrent: license.Concurrent{N: 2, Per: license.PerStation}},
		license.Feature{ID: "trial", Term: license.Term{Kind: license.FromFirstUse, Span: license.Days(30)}},
	)
	l.Products[0].Maintenance = license.Maintenance{Until: license.NewDate(2026, time.March, 9), Lapse: license.Keep}
	r := license.Check(l, license.Env{Now: noon, Product: "cad", Version: "4", Released: noon.AddDate(0, -1, 0)})
	require.True(t, r.Allows("draw"), "what is built when it is asked is not marshalled")
	text, err := json.Marshal(r)
	require.NoError(t, err)
	const kept = `{"code":"maintenance_kept","product":"cad","until":"2026-03-09","working":true,` +
		`"text":"The maintenance of cad has ended; it ran until 2026-03-09. This version keeps running. Newer versions are not covered.",` +
		`"remedy":"Nothing has to be done for this version. For newer ones, renew the maintenance with the vendor."}`
	require.JSONEq(t, `{
		"decisions": [
			{"product":"cad","feature":{"id":"draw","params":[{"name":"layers","value":"8"}]},"state":"active","left":-1,"reasons":[`+kept+`]},
			{"product":"cad","feature":{"id":"export","term":{"kind":"dates","intervals":[{"until":"2026-03-12"}]},"runs":5,
				"concurrent":{"n":2,"per":"station"}},
				"state":"active","until":"2026-03-12","left":5,"reasons":[`+kept+`,
				{"code":"about_to_expire","product":"cad","feature":"export","until":"2026-03-12","days":2,
					"text":"The feature “export” of cad ends soon: it is valid until 2026-03-12, 2 more days.",
					"remedy":"Renew it in good time with the vendor. It works until then."}]},
			{"product":"cad","feature":{"id":"trial","term":{"kind":"first_use","span":{"days":30}}},"state":"active","pending":true,"left":-1,"reasons":[`+kept+`]}
		],
		"reasons": [`+kept+`],
		"maintenance": {"until":"2026-03-09","lapse":"keep"},
		"next": "2026-03-11T00:00:00Z"
	}`, string(text))
}

// aWord is a type whose values are words.
type aWord struct {
	values []any
	of     func() encoding.TextUnmarshaler
}

func TestWords(t *testing.T) {
	t.Parallel()
	var states, levels, kinds []any
	for s := license.StateUnlicensed; s <= license.StateActive; s++ {
		states = append(states, s)
	}
	for l := license.OK; l <= license.Stopped; l++ {
		levels = append(levels, l)
	}
	for k := license.Perpetual; k <= license.Extend; k++ {
		kinds = append(kinds, k)
	}
	for name, w := range map[string]aWord{
		"state":     {states, func() encoding.TextUnmarshaler { return new(license.State) }},
		"level":     {levels, func() encoding.TextUnmarshaler { return new(license.Level) }},
		"term":      {kinds, func() encoding.TextUnmarshaler { return new(license.TermKind) }},
		"kind":      {[]any{license.Full, license.Provisional, license.Trial, license.Test}, func() encoding.TextUnmarshaler { return new(license.Kind) }},
		"lapse":     {[]any{license.Keep, license.Stop}, func() encoding.TextUnmarshaler { return new(license.Lapse) }},
		"count":     {[]any{license.PerStation, license.PerLogin, license.PerProcess}, func() encoding.TextUnmarshaler { return new(license.Counting) }},
		"hold":      {[]any{license.HoldBlocked, license.HoldPayment}, func() encoding.TextUnmarshaler { return new(license.Hold) }},
		"role":      {[]any{license.RoleLicense, license.RoleActivation, license.RoleRoot}, func() encoding.TextUnmarshaler { return new(license.Role) }},
		"code":      {[]any{license.ExpiredDate, license.Code("of_a_later_version_2")}, func() encoding.TextUnmarshaler { return new(license.Code) }},
		"date":      {[]any{license.Date(0), license.NewDate(2027, 12, 31)}, func() encoding.TextUnmarshaler { return new(license.Date) }},
		"public":    {[]any{license.PublicKey{}, seeded(t, license.RoleRoot, 3).Public()}, func() encoding.TextUnmarshaler { return new(license.PublicKey) }},
		"reference": {[]any{license.Ref{Product: "a", Feature: "b"}}, func() encoding.TextUnmarshaler { return new(license.Ref) }},
		"note": {[]any{license.Changed, license.Added, license.Removed, license.NothingUnlimited, license.NothingEarlier},
			func() encoding.TextUnmarshaler { return new(license.Note) }},
	} {
		seen := map[string]bool{}
		for _, v := range w.values {
			text, err := json.Marshal(v)
			require.NoError(t, err, "%s %v", name, v)
			require.Equal(t, byte('"'), text[0], "%s %s", name, text)
			require.False(t, seen[string(text)], string(text))
			seen[string(text)] = true
			back := w.of()
			require.NoError(t, json.Unmarshal(text, back))
			require.Equal(t, v, reflect.ValueOf(back).Elem().Interface())
		}
		for _, wrong := range []string{"nonsense!", "Active", " ", "\xff", "9"} {
			if name == "code" && wrong == "9" {
				continue
			}
			back := w.of()
			before := reflect.ValueOf(back).Elem().Interface()
			require.Error(t, back.UnmarshalText([]byte(wrong)), "%s %q", name, wrong)
			if name != "date" && name != "public" {
				require.Equal(t, before, reflect.ValueOf(back).Elem().Interface())
			}
		}
	}
	for _, v := range []any{license.State(99), license.Level(99), license.TermKind(99), license.Date(-1), license.Condition(8)} {
		_, err := json.Marshal(v)
		require.Error(t, err, "%T", v)
	}
	require.Equal(t, "State(99)", license.State(99).String())
	require.Equal(t, "unlicensed", license.StateUnlicensed.String())
}

func TestConditionJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]license.Condition{
		`[]`: 0, ` [ ] `: 0, `["no_virtual_machine"]`: license.NoVirtualMachine,
		"[\n \"no_virtual_machine\" ,\t\"no_remote_session\" ]": license.NoVirtualMachine | license.NoRemoteSession,
	} {
		c := license.NoRemoteSession
		require.NoError(t, json.Unmarshal([]byte(text), &c), text)
		require.Equal(t, want, c, text)
	}
	for _, text := range []string{`3`, `"no_remote_session"`, `["no"]`, `[""]`, `[3]`, `["no_remote_session",""]`, `{}`, `[["no_remote_session"]]`} {
		var c license.Condition
		require.Error(t, json.Unmarshal([]byte(text), &c), text)
	}
	both, err := json.Marshal(license.NoVirtualMachine | license.NoRemoteSession)
	require.NoError(t, err)
	require.Equal(t, `["no_remote_session","no_virtual_machine"]`, string(both))
}

// Serial numbers stay masked, and the mask is not read as one.
func TestSerialJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(license.License{ID: "L-1", Serial: "S-1", Binding: license.Binding{Scheme: "board", Data: []byte{1}}})
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"L-1","serial":"[serial number]","vendor":"","kind":"","products":null,"binding":{"scheme":"board"}}`, string(text))
	var l license.License
	require.NoError(t, json.Unmarshal(text, &l))
	require.Empty(t, string(l.Serial))
	require.NoError(t, json.Unmarshal([]byte(`{"serial":"S-2"}`), &l))
	require.Equal(t, "S-2", string(l.Serial))
	require.Error(t, json.Unmarshal([]byte(`{"serial":"S 2"}`), &l))
}

// What a log shows, in either of slog's forms.
func TestSlog(t *testing.T) {
	t.Parallel()
	l := licenceOf(license.Feature{ID: "export", Term: license.Until(license.NewDate(2026, time.March, 9))})
	decision := license.Check(l, license.Env{Now: noon, Product: "cad"}).Decision("export")
	why := decision.Reasons[0]
	diff := license.Diff{UpdateID: "U-1", Reset: []license.Ref{{Product: "cad", Feature: "draw"}}, Changes: []license.Change{
		{Product: "cad", Feature: "export", Field: "term", Old: "until 2026-03-09", New: "perpetual", Note: license.Changed},
		{Product: "cad", Feature: "draw", Field: "term", Note: license.NothingUnlimited},
	}}
	const sentence = "The feature “export” of cad has expired; it was valid until 2026-03-09."
	for _, c := range []struct {
		value      any
		text, json string
	}{
		{decision, "cad/export: expired until 2026-03-09 (expired_date)", `"state":"expired","until":"2026-03-09"`},
		{&decision, "cad/export: expired until 2026-03-09 (expired_date)", `"feature":{"id":"export"`},
		{why, sentence, `"text":"` + sentence},
		{&why, sentence, `"code":"expired_date"`},
		{why.Code, "value=expired_date", `"value":"expired_date"`},
		{diff, "U-1: cad/export term: until 2026-03-09 -> perpetual; cad/draw term: nothing: it had no limit; cad/draw: usage starts anew", `"note":"nothing_unlimited"`},
		{&diff, "cad/export term: until 2026-03-09 -> perpetual", `"reset":["cad/draw"]`},
		{decision.State, "value=expired", `"value":"expired"`},
		{decision.Until, "value=2026-03-09", `"value":"2026-03-09"`},
		{decision.Feature.Term, "until 2026-03-09", `{"kind":"dates","intervals":[{"until":"2026-03-09"}]}`},
		{license.Days(30), "30 days", `{"days":30}`},
		{license.NoRemoteSession, "no_remote_session", `["no_remote_session"]`},
		{license.Ref{Product: "cad", Feature: "draw"}, "value=cad/draw", `"value":"cad/draw"`},
		{l.Serial, "[serial number]", `"[serial number]"`},
	} {
		var text, object bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("licence", "value", c.value)
		slog.New(slog.NewJSONHandler(&object, nil)).Info("licence", "value", c.value)
		require.Contains(t, text.String(), c.text, "%T", c.value)
		require.Contains(t, object.String(), c.json, "%T", c.value)
		require.NotRegexp(t, `0x[0-9a-f]{6}|ERROR|S-1`, text.String()+object.String(), "%T", c.value)
	}
}

func TestNewDate(t *testing.T) {
	t.Parallel()
	require.Equal(t, day("2027-12-31"), license.NewDate(2027, time.December, 31))
	require.Equal(t, day("2028-02-29"), license.NewDate(2028, time.February, 29))
	require.Equal(t, day("1970-01-02"), license.NewDate(1970, time.January, 2))
	require.Equal(t, day("9999-12-31"), license.NewDate(9999, time.December, 31))
	for _, d := range []license.Date{
		license.NewDate(2027, time.February, 29), license.NewDate(2027, time.April, 31), license.NewDate(2027, 0, 1), license.NewDate(2027, 13, 1),
		license.NewDate(2027, time.May, 0), license.NewDate(2027, time.May, 32), license.NewDate(1969, time.May, 1), license.NewDate(1970, time.January, 1),
		license.NewDate(10000, time.January, 1), license.NewDate(-1, time.January, 1), license.NewDate(0, 0, 0),
	} {
		require.Zero(t, d)
	}
	require.Equal(t, license.Span{Days: 30}, license.Days(30))
	require.Equal(t, license.Span{Months: 12}, license.Months(12))
}
