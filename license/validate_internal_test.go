package license

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var validNoon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func pointer[T any](v T) *T { return &v }

// someFeatures have every field set in one of them.
func someFeatures() []Feature {
	return []Feature{
		{ID: "draw"},
		{ID: "export", Term: Term{Kind: Dates, Intervals: []Interval{{From: 20000, Until: 20100}, {From: 20200, Until: 20300}}},
			Runs: 5, Concurrent: Concurrent{N: 3, Per: PerStation}, Seats: 2, Conditions: NoVirtualMachine,
			Params: []Param{{Name: "a", Value: "b"}, {Name: "c"}}},
		{ID: "print", Term: Term{Kind: FromFirstUse, Span: Span{Months: 1, Days: 2}}},
	}
}

func someChanges(rewrite bool) []ProductChange {
	term := Term{Kind: Extend, Span: Span{Months: 1, Days: 2}}
	maintenance := &MaintenanceChange{Extend: Span{Months: 3}, Lapse: Keep}
	if rewrite {
		term, maintenance = Until(20500), &MaintenanceChange{Until: 20500, Lapse: Stop}
	}
	return []ProductChange{
		{ID: "acme-cad", Scheme: "board", MaxVersion: "5", Maintenance: maintenance, Features: []FeatureChange{
			{ID: "draw", Term: &term, Runs: pointer(int64(1)), Seats: pointer(int64(0)), Concurrent: &Concurrent{N: 1, Per: PerLogin},
				Conditions: pointer(NoRemoteSession), Params: []Param{{Name: "a", Value: "b"}}, ResetUsage: rewrite},
			{ID: "export"},
		}},
		{ID: "acme-cam", Features: []FeatureChange{{ID: "draw"}}},
	}
}

func someUpdate(rewrite bool) Update {
	return Update{ID: "U-1", Vendor: "acme", Serial: "S-1", Sequence: 1, Issued: validNoon, Rewrite: rewrite, WholeLicense: rewrite,
		Obtain: Period{From: 20000, Until: 20100}, Kind: Full, Window: pointer(Until(20600)), Products: someChanges(rewrite),
		CRMID: "C-1", Comment: "paid"}
}

func someUsage() Usage {
	return Usage{Activated: validNoon, FirstUse: validNoon, Features: map[Ref]FeatureUsage{{"acme-cad", "draw"}: {FirstUse: validNoon, Runs: 3}}}
}

// A filledIn document has a valid value in every field.
type filledIn struct {
	value  any // a pointer
	encode func() error
}

func allFilledIn() map[string]filledIn {
	l := &License{ID: "L-1", Serial: "S-1", Vendor: "acme", Revision: 2, Kind: Trial, Issued: validNoon,
		Licensee: Licensee{Name: "Ada Lovelace", Company: "Acme", Email: "ada@acme.example"},
		Binding:  Binding{Scheme: "board", Data: []byte{1}}, NeedsReceipt: true, Window: Between(20000, 20100),
		Products: []Product{
			{ID: "acme-cad", MaxVersion: "4", Maintenance: Maintenance{Until: 20500, Lapse: Keep}, Features: someFeatures()},
			{ID: "acme-cam", Features: []Feature{{ID: "draw"}}},
		},
		Sealed:  []Sealed{{CodeHash: [32]byte{1}, Update: someUpdate(false)}, {CodeHash: [32]byte{2}, Update: someUpdate(true)}},
		Applied: []string{"U-0", "U-9"}, Hints: Hints{Contact: "help@acme.example", Renew: "https://acme.example"}}
	bare := &License{ID: "L-2", Vendor: "acme", Kind: Full, Issued: validNoon, Binding: Binding{Scheme: "board", Data: []byte{1}},
		Products: []Product{{ID: "acme-cad"}}}
	addon, rewrite := pointer(someUpdate(false)), pointer(someUpdate(true))
	c := &Catalogue{Vendor: "acme", Product: "acme-cad", Issued: validNoon, Editions: []Edition{
		{Number: 1, Name: "Standard", Kind: Full, MaxVersion: "4", Maintenance: Maintenance{Until: 20500, Lapse: Stop},
			Features: someFeatures(), Hints: Hints{Contact: "help@acme.example"}},
		{Number: 2, Name: "Professional", Kind: Trial, Features: []Feature{{ID: "draw"}}},
	}}
	at := &SignedTime{Vendor: "acme", Challenge: make([]byte, ChallengeSize), Time: validNoon, Restored: true}
	receipt := &Receipt{ID: "A-1", Vendor: "acme", Serial: "S-1", Installation: make([]byte, InstallationKeySize),
		Binding: Binding{Scheme: "board", Data: []byte{1}}, Changes: 1, Activated: validNoon, Issued: validNoon, Sequence: 3,
		Lease: Lease{Until: validNoon, Grace: validNoon.Add(time.Hour)}, Hold: HoldPayment, Contact: "help@acme.example"}
	reply := &Reply{Vendor: "acme", Product: "acme-cad", Installation: make([]byte, InstallationKeySize), Nonce: make([]byte, NonceSize),
		Time: validNoon, Sequence: 1, Code: TransfersUsed, N: 1, Max: 2, From: 20000, Until: 20001, Has: "a", Needs: "b",
		Names: []string{"cpu", "board"}, Contact: "help@acme.example", NextCheck: validNoon, Documents: []string{"one", "two"}, Receipt: "three",
		Link: make([]byte, LinkSize), Revision: 1, Usage: someUsage(), Restored: true}
	request := &Request{Vendor: "acme", Product: "acme-cad", Version: "4.2", Operation: OpMove, Serial: "S-1", Label: "render node 3",
		Installation: make([]byte, InstallationKeySize), Nonce: make([]byte, NonceSize), Fingerprint: []byte("f"), License: "L-1", Revision: 1,
		Keyring: 1, Keys: []string{"1f6f4c9d0be8a7c2", "9a0c2d3b5e7f1846"}, Link: make([]byte, LinkSize), Next: make([]byte, LinkSize), Usage: someUsage(), GivenUp: 1, Proof: []byte("p")}
	bound := &KeyTerms{Edition: 1, Term: Until(20500), Issued: 20000, Seats: 3, Number: 4, Machine: make([]byte, machineSize)}
	months := &KeyTerms{Edition: 1, Term: Term{Kind: FromActivation, Span: Span{Months: 3}}, Issued: 20000}
	ignore := func(_ []byte, err error) error { return err }
	key := func(t *KeyTerms) func() error {
		return func() error {
			b, err := t.Encode("acme-cad", "Ada Lovelace")
			if err != nil {
				return err
			}
			if _, _, _, ok := decodeKeyTerms(b); !ok {
				return errors.New("a typed key that cannot be read was made")
			}
			return nil
		}
	}
	return map[string]filledIn{
		"licence":       {l, func() error { return ignore(l.Encode()) }},
		"bare licence":  {bare, func() error { return ignore(bare.Encode()) }},
		"add-on":        {addon, func() error { return ignore(addon.Encode()) }},
		"rewrite":       {rewrite, func() error { return ignore(rewrite.Encode()) }},
		"catalogue":     {c, func() error { return ignore(c.Encode()) }},
		"time":          {at, func() error { return ignore(at.Encode()) }},
		"receipt":       {receipt, func() error { return ignore(receipt.Encode()) }},
		"reply":         {reply, func() error { return ignore(reply.Encode()) }},
		"request":       {request, func() error { return ignore(request.encode()) }},
		"key":           {bound, key(bound)},
		"key of a span": {months, key(months)},
	}
}

// Whatever a field is set to, either the document can be read, or the error
// names a field of it. Nothing is left to the decoder, which can only name bytes.
func TestEveryWrongFieldIsNamed(t *testing.T) {
	t.Parallel()
	for name := range allFilledIn() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := allFilledIn()[name]
			require.NoError(t, doc.encode())
			refused := map[string]bool{}
			mutate(reflect.ValueOf(doc.value).Elem(), nil, func(place string) {
				err := doc.encode()
				if err == nil {
					return
				}
				refused[place] = true
				var wrong *FieldError
				require.ErrorAs(t, err, &wrong, place)
				require.True(t, errors.Is(err, Malformed) || errors.Is(err, TooLarge), place)
				require.NotContains(t, wrong.Problem, unreadableProblem, "%s: the decoder has a rule that the validator lacks", place)
				require.NotRegexp(t, `(?i)byte \d|vendor\b.*ask|ask the vendor`, wrong.Error(), place)
				requireField(t, doc.value, wrong.Field)
			})
			require.NoError(t, doc.encode(), "all is as it was")
			require.Greater(t, len(refused), 3)
			if name == "licence" {
				for _, place := range []string{".ID", ".Serial", ".Kind", ".Issued", ".Products[1].Features[0].ID", ".Products[0].Features[1].Term.Intervals[1].From",
					".Products[0].Features[1].Params[0].Name", ".Sealed[1].Update.Products[0].Features[0].Term.Kind", ".Binding.Scheme", ".Hints.Renew"} {
					require.Contains(t, refused, place)
				}
			}
		})
	}
}

// The documents of that test have something in every field, so that a field that is
// added later is held as well.
func TestEveryFieldIsFilledIn(t *testing.T) {
	t.Parallel()
	filled, all := map[string]bool{}, map[string]bool{}
	var look func(v reflect.Value)
	look = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				look(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i))
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				look(v.MapIndex(key))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if field := v.Type().Field(i); field.IsExported() {
					name := v.Type().Name() + "." + field.Name
					all[name] = true
					filled[name] = filled[name] || !v.Field(i).IsZero()
					look(v.Field(i))
				}
			}
		}
	}
	for _, doc := range allFilledIn() {
		look(reflect.ValueOf(doc.value))
	}
	for _, unwritten := range []string{"Request.RequestKey", "Request.Digest", "Reply.Request", "FeatureUsage.Seats"} {
		require.True(t, all[unwritten], unwritten)
		delete(all, unwritten)
	}
	require.Greater(t, len(all), 80)
	for name := range all {
		require.True(t, filled[name], "%s is empty in every document that is tried", name)
	}
}

// requireField holds that a field that an error names is one of a value.
func requireField(t *testing.T, value any, field string) {
	t.Helper()
	v := reflect.ValueOf(value).Elem()
	rest, found := strings.CutPrefix(field, v.Type().Name())
	require.True(t, found, field)
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "[Ref{"): // of a map: one of two names of the key, or a field of the value
			_, rest, found = strings.Cut(rest, "}].")
			require.True(t, found, field)
			inKey := reflect.ValueOf(Ref{}).FieldByName(rest).IsValid()
			require.True(t, inKey || reflect.ValueOf(FeatureUsage{}).FieldByName(rest).IsValid(), field)
			return
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			i, err := strconv.Atoi(rest[1:end])
			require.NoError(t, err, field)
			require.Less(t, i, v.Len(), field)
			v, rest = v.Index(i), rest[end+1:]
		default:
			name := rest[1:]
			if end := strings.IndexAny(name, ".["); end >= 0 {
				name = name[:end]
			}
			if v.Kind() == reflect.Pointer {
				v = v.Elem()
			}
			v, rest = v.FieldByName(name), rest[1+len(name):]
			require.True(t, v.IsValid(), "%s: there is no %s", field, name)
		}
	}
}

// mutate sets every field below v to many values, calls test after each, and
// puts the field back.
func mutate(v reflect.Value, place []string, test func(place string)) {
	at := strings.Join(place, "")
	try := func(values ...any) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		for _, value := range values {
			v.Set(reflect.ValueOf(value).Convert(v.Type()))
			test(at)
		}
		v.Set(old)
	}
	switch v.Interface().(type) {
	case time.Time:
		try(time.Time{}, time.Unix(0, 0), time.Unix(-1e9, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), validNoon.Add(-48*time.Hour), validNoon.Add(time.Nanosecond))
		return
	case Date:
		try(Date(0), Date(-1), Date(1), Date(19000), Date(20150), Date(25000), Date(80000), maxDate, maxDate+1, Date(math.MaxInt32), Date(math.MinInt32))
		return
	case [32]byte:
		return
	case []byte:
		try([]byte(nil), []byte{}, []byte{1}, []byte{0xff}, make([]byte, 16), make([]byte, 33), make([]byte, MaxDocument), make([]byte, MaxDocument+1))
		return
	}
	switch v.Kind() {
	case reflect.String:
		try("", "a b", "x", "\xff", "ä", "\x00", "zzz", "root", strings.Repeat("a", MaxID+1), strings.Repeat("a", MaxText+1), strings.Repeat("a", MaxDocument+1))
	case reflect.Int, reflect.Int64:
		try(0, -1, 1, 1000, MaxSpan+1, math.MaxInt32, math.MaxInt64, math.MinInt64)
		if v.Kind() == reflect.Int64 {
			try(int64(MaxCount), int64(MaxCount)+1)
		}
	case reflect.Uint8:
		for i := range 256 {
			try(uint8(i))
		}
	case reflect.Bool:
		try(!v.Bool())
	case reflect.Pointer:
		if !v.IsNil() {
			mutate(v.Elem(), place, test)
			old := v.Elem()
			v.SetZero()
			test(at)
			v.Set(old.Addr())
		}
	case reflect.Struct:
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.SetZero()
		test(at)
		v.Set(old)
		for i := range v.NumField() {
			mutate(v.Field(i), append(place[:len(place):len(place)], "."+v.Type().Field(i).Name), test)
		}
	case reflect.Slice:
		mutateList(v, place, test)
	case reflect.Map:
		old := v.Interface().(map[Ref]FeatureUsage)
		for _, ref := range []Ref{{}, {"a b", "c"}, {"a", "b c"}, {"a", "\xff"}, {"a", ""}} {
			try(map[Ref]FeatureUsage{ref: {Runs: 1}})
		}
		for _, used := range []FeatureUsage{{Runs: -1}, {Runs: MaxCount + 1}, {FirstUse: time.Unix(0, 0)}, {Seats: []string{"a"}}} {
			try(map[Ref]FeatureUsage{{"a", "b"}: used})
		}
		many := map[Ref]FeatureUsage{}
		for i := range MaxFeatures + 1 {
			many[Ref{"a", strconv.Itoa(i)}] = FeatureUsage{Runs: 1}
		}
		try(many, map[Ref]FeatureUsage{}, map[Ref]FeatureUsage(nil), old)
	default:
		panic(fmt.Sprint("a field of a kind that this test does not know: ", at))
	}
}

func mutateList(v reflect.Value, place []string, test func(place string)) {
	at := strings.Join(place, "")
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	n := v.Len()
	put := func(list reflect.Value) {
		v.Set(list)
		test(at)
		v.Set(old)
	}
	put(reflect.Zero(v.Type()))
	put(reflect.MakeSlice(v.Type(), 0, 0))
	put(reflect.MakeSlice(v.Type(), 1, 1)) // of a zero value
	if n > 0 {
		put(reflect.Append(v.Slice3(0, n, n), v.Index(0))) // the first one twice
		for _, many := range []int{MaxIntervals + 1, MaxSealed + 1, MaxProducts + 1, MaxApplied + 1, MaxFeatures + 1} {
			list := reflect.MakeSlice(v.Type(), 0, many)
			for range many {
				list = reflect.Append(list, v.Index(0))
			}
			put(list)
		}
		reversed := reflect.MakeSlice(v.Type(), 0, n)
		for i := range n {
			reversed = reflect.Append(reversed, v.Index(n-1-i))
		}
		put(reversed)
	}
	for i := range n {
		mutate(v.Index(i), append(place[:len(place):len(place)], "["+strconv.Itoa(i)+"]"), test)
	}
}

// What the errors say, to somebody who filled a field in.
func TestFieldErrors(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(l *License){
		`License.Products[0].Features[3].ID: "draw" occurs twice, first in Features[0]: remove one, or give it another name`: func(l *License) {
			l.Products[0].Features = append(l.Products[0].Features, Feature{ID: "draw"})
		},
		`License.Kind: "golden" is not known: it is Full, Provisional, Trial or Test`: func(l *License) { l.Kind = "golden" },
		`License.Kind: is empty: it is Full, Provisional, Trial or Test`:              func(l *License) { l.Kind = "" },
		`License.Window.Intervals[0].Until: 2024-10-04 is before From, 2024-10-14: swap them`: func(l *License) {
			l.Window = Between(20010, 20000)
		},
		`License.Products[1].Features[0].Term.Kind: is not Dates, and Intervals are set: make the term with Until or Between`: func(l *License) {
			l.Products[1].Features[0].Term.Intervals = []Interval{{Until: 20000}}
		},
		`License.Serial: is not an identifier: use ` + idRule: func(l *License) { l.Serial = "SECRET 1" },
	} {
		l := allFilledIn()["licence"].value.(*License)
		spoil(l)
		b, err := l.Encode()
		require.Nil(t, b)
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, Malformed)
		require.NotErrorIs(t, err, TooLarge)
		require.NotContains(t, err.Error(), "SECRET")
	}
	c := allFilledIn()["catalogue"].value.(*Catalogue)
	c.Editions[1].Kind = ""
	_, err := c.Encode()
	require.EqualError(t, err, "Catalogue.Editions[1].Kind: is empty: it is Full, Provisional, Trial or Test")

	large := allFilledIn()["licence"].value.(*License)
	large.Binding.Data = make([]byte, MaxDocument)
	_, err = large.Encode()
	require.ErrorContains(t, err, "License: is too large: its payload has")
	require.ErrorIs(t, err, TooLarge)

	terms := KeyTerms{Edition: 1, Issued: 20000}
	_, err = terms.Encode("acme cad", "Ada")
	require.ErrorContains(t, err, `product: "acme cad" is not an identifier`)
	_, err = terms.Encode("acme-cad", " ")
	require.ErrorContains(t, err, "name: is empty")
	require.ErrorIs(t, err, NameRequired)
	require.NotErrorIs(t, err, Malformed)
}

// An error never quotes what must stay secret.
func TestFieldErrorsQuoteNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "S3CRET NUMBER"
	for _, spoil := range []func() error{
		func() error {
			_, err := (&License{ID: "L", Kind: Full, Issued: validNoon, Serial: secret}).Encode()
			return err
		},
		func() error { _, err := (&Update{ID: "U", Serial: secret}).Encode(); return err },
		func() error { _, err := (&Receipt{ID: "A", Serial: secret}).Encode(); return err },
		func() error {
			_, err := (&Request{Vendor: "a", Product: "a", Operation: OpCheck, Serial: secret}).encode()
			return err
		},
		func() error {
			_, err := (&Request{Vendor: "a", Product: "a", Operation: OpCheck, RequestKey: secret}).encode()
			return err
		},
		func() error {
			_, err := (KeyTerms{Edition: 1, Issued: 20000, Machine: []byte(secret)}).Encode("a", "b")
			return err
		},
	} {
		err := spoil()
		require.Error(t, err)
		require.NotContains(t, err.Error(), "S3CRET")
		require.NotContains(t, err.Error(), hex.EncodeToString([]byte("S3CRET")))
	}
}

// Every argument of a keyring that is wrong is named.
func TestKeyringArgumentsAreNamed(t *testing.T) {
	t.Parallel()
	public := func(b byte) PublicKey {
		k, err := ParsePublicKey(bytes.Repeat([]byte{b}, 32))
		require.NoError(t, err)
		return k
	}
	license := Key{Public: public(3), Role: RoleLicense, End: 25000}
	root := func(b byte) Key { return Key{Public: public(b), Role: RoleRoot, End: 25000} }
	many := make([]Key, MaxKeys+1)
	for i := range many {
		many[i] = Key{Public: public(byte(i + 2)), Role: RoleLicense, End: 25000}
	}
	nine := []Key{}
	for i := range 9 {
		nine = append(nine, root(byte(i+2)))
	}
	for _, c := range []struct {
		vendor  string
		version int64
		quorum  int
		keys    []Key
		want    string
	}{
		{"acme inc", 1, 0, []Key{license}, `vendor: "acme inc" is not an identifier`},
		{"", 1, 0, []Key{license}, `vendor: is empty`},
		{"acme", 0, 0, []Key{license}, `version: 0 is not from 1`},
		{"acme", 1e9, 0, []Key{license}, `version: 1000000000 is not from 1`},
		{"acme", 1, 0, nil, `keys: is empty`},
		{"acme", 1, 0, many, `keys: has 65 keys`},
		{"acme", 1, 0, []Key{{Role: RoleLicense, End: 25000}}, `keys[0].Public: is not a key`},
		{"acme", 1, 0, []Key{license, {Public: public(4), Role: "licence", End: 25000}}, `keys[1].Role: "licence" is not known`},
		{"acme", 1, 0, []Key{{Public: public(4), Role: RoleLicense}}, `keys[0].End: is not set`},
		{"acme", 1, 0, []Key{{Public: public(4), Role: RoleLicense, End: maxDate + 1}}, `keys[0].End: Date(2932897) is outside the calendar`},
		{"acme", 1, 0, []Key{license, {Public: public(3), Role: RoleActivation, End: 25000}}, "keys[1].Public: is the key " + public(3).ID() + ", which keys[0] already has"},
		{"acme", 1, 1, []Key{license}, `quorum: 1 is not 0, and no key has the role root`},
		{"acme", 1, 0, []Key{license, root(4)}, `quorum: 0 is not from 1 to 1`},
		{"acme", 1, 2, []Key{license, root(4)}, `quorum: 2 is not from 1 to 1: it is how many of the 1 root keys`},
		{"acme", 1, -1, []Key{license, root(4)}, `quorum: -1 is not from 1 to 1`},
		{"acme", 1, 9, nine, `quorum: 9 is not from 1 to 8`},
	} {
		k, err := NewKeyring(c.vendor, c.version, c.quorum, c.keys)
		require.Nil(t, k)
		require.ErrorContains(t, err, c.want)
		var wrong *FieldError
		require.ErrorAs(t, err, &wrong)
		require.ErrorIs(t, err, Malformed)
	}
	_, err := NewKeyring("acme", 1, 8, nine)
	require.NoError(t, err)
}
